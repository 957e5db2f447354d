"""What cells may be: words that mean no value, the state of a cell, codes of refused rows; importing them costs little.

Belongs here: what `cell_times.py`, `cell_numbers.py` and `cells.py` share.
Does not belong here: reading a cell.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.reasons import Reason

NULL_TOKENS = (
    "", "null", "na", "n/a", "nan", "m", "-", "-9999", "--", "---", "----", "none", "missing", "unavailable", "unknown",
    "#n/a", "n.a.", "nil", "nd", "err", "error", "/", "//", "///", "////", "/////", "-9999.9",
)  # fmt: skip
USUAL_TOKENS = NULL_TOKENS[:8]  # the others are told when they are met
SENTINEL = -9999.0  # however it is written
OK, MISSING, UNREADABLE = 0, 1, 2  # state of a cell
REASONS = tuple(Reason)
REASON_CODE = {reason: np.uint8(i + 1) for i, reason in enumerate(REASONS)}  # 0: not refused


def one_chunk(column: pa.ChunkedArray) -> Any:
    """A column as one array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def as_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts as a dictionary, so that each distinct text is looked at once."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
