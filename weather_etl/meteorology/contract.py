"""Does a frame keep the contract of its table? The quick answer, in the common case that it does.

Belongs here: what can be told of a whole column at once. Does not belong here: which cell breaks what; pandera tells it
(`schemas.check`), at the price of its import, of some twenty calls for each column and of one for each text.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from weather_etl.meteorology.columns import Column, Table

if TYPE_CHECKING:
    import pandas as pd


@lru_cache
def pandas_dtype(column: Column) -> Any:
    """The dtype of a column in memory."""
    import pandas as pd

    if column.dtype == "category":
        return pd.CategoricalDtype(list(column.isin or ()))
    return pd.api.types.pandas_dtype("datetime64[us]" if column.dtype == "date" else column.dtype)


def is_surely_kept(table: Table, frame: "pd.DataFrame") -> bool:
    """Whether a frame keeps the contract beyond doubt; False says nothing but that a closer look is needed."""
    if list(frame.columns) != table.column_names:
        return False
    if not all(_is_kept(column, frame[column.name]) for column in table.columns):
        return False
    if not table.key:
        return True
    last = frame[table.key[-1]]  # ascending without a repetition: then no key occurs twice either
    return bool(last.is_monotonic_increasing and last.is_unique)


def _is_kept(column: Column, values: "pd.Series") -> bool:
    dtype = pandas_dtype(column)
    if values.dtype != dtype:
        return False
    if column.dtype == "category" and (values.cat.ordered or list(values.cat.categories) != list(dtype.categories)):
        return False
    if not column.nullable and values.hasnans:
        return False
    if column.isin is not None and column.dtype != "category" and not values.dropna().isin(column.isin).all():
        return False
    if values.empty or (column.low is None and column.high is None):
        return True
    least, greatest = _extremes(values)
    return not ((column.low is not None and least < column.low) or (column.high is not None and greatest > column.high))


def _extremes(values: "pd.Series") -> tuple[Any, Any]:
    """The least and the greatest known value; NaN, which is neither below nor above any limit, where none is known."""
    import numpy as np
    import pandas as pd

    if isinstance(values.dtype, np.dtype):  # without the detour through pandas, which takes as long for a thousand rows
        plain = values.to_numpy()
        return np.fmin.reduce(plain), np.fmax.reduce(plain)
    least, greatest = values.min(), values.max()
    return (np.nan, np.nan) if pd.isna(least) else (least, greatest)
