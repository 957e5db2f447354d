"""Rows that belong together, and arithmetic on groups.

Belongs here: `reduceat` over consecutive rows. Does not belong here: what the rows are.

Shapes: rows lie on the last axis. Arrays of shape (rows,), or (..., rows), become (..., groups); axes before it stay as
they are. Missing values are those of the caller: NaN goes through sums and extremes.
"""

import numpy as np


class Groups:
    """Consecutive rows that belong together, given by the index of each group's first row.

    Args:
        keys: one per row, equal for neighbours of one group.
    """

    def __init__(self, keys: np.ndarray) -> None:
        self.n = len(keys)
        change = np.ones(self.n, dtype=bool)
        change[1:] = keys[1:] != keys[:-1]
        self.starts = np.flatnonzero(change)
        self.keys = keys[self.starts]

    def __len__(self) -> int:
        return len(self.starts)

    def of_row(self) -> np.ndarray:
        """Group number of every row: int64, shape (rows,)."""
        return np.repeat(np.arange(len(self.starts)), np.diff(np.append(self.starts, self.n)))

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sums along the last axis; booleans are counted."""
        kind = np.int64 if values.dtype == bool else values.dtype
        return self._reduce(np.add, values, kind)

    def min(self, values: np.ndarray) -> np.ndarray:
        """The least along the last axis, of the dtype of the values."""
        return self._reduce(np.minimum, values, values.dtype)

    def max(self, values: np.ndarray) -> np.ndarray:
        """The greatest along the last axis, of the dtype of the values."""
        return self._reduce(np.maximum, values, values.dtype)

    def _reduce(self, operation: np.ufunc, values: np.ndarray, kind: np.dtype | type) -> np.ndarray:
        if not self.n:
            return np.empty((*values.shape[:-1], 0), dtype=kind)
        return operation.reduceat(values, self.starts, axis=-1, dtype=kind)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Quotient as float64 of the shape that both broadcast to, NaN where the denominator is 0."""
    quotient = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    return np.divide(numerator, denominator, out=quotient, where=denominator != 0)


def masked(values: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Values where they may be shown, else NaN; the mask has the shape of the values or broadcasts with it."""
    return np.where(shown, values, np.nan)


def spread(values: np.ndarray, at: np.ndarray, size: int, fill: float = np.nan) -> np.ndarray:
    """An array of `size` with values at some positions of its last axis and `fill` elsewhere."""
    out = np.full((*values.shape[:-1], size), fill)
    out[..., at] = values
    return out
