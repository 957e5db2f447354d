"""Arrow text as pandas text.

Belongs here: short ways to text columns. Does not belong here: what the texts say.
"""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd


def text_array(texts: pa.Array) -> "pd.api.extensions.ExtensionArray":
    """Arrow text as a pandas `str` array, without a detour over Python objects."""
    import pandas as pd

    return pd.array(texts.cast(pa.large_string()), dtype="str")


def repeated_text(text: str | None, n: int) -> "pd.api.extensions.ExtensionArray":
    """The same text n times."""
    return text_array(pa.repeat(pa.scalar(text, pa.string()), n))
