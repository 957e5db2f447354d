"""The months of a station's hours, as runs of rows.

Belongs here: where each month begins. Does not belong here: what is done with them (`climate.py`, `still.py`).

Shapes and units: `quality/__init__.py`; a station with n hours has as many runs as months with an hour, in order.
"""

from collections.abc import Iterator

import numpy as np

from weather_etl.meteorology.quality.changes import BLOCK


class Months:
    """Runs of rows in one month each.

    Args:
        starts: first row of each run, ascending, from 0.
        numbers: months since 1970-01 of each, ascending.
        n: rows of all.
    """

    def __init__(self, starts: np.ndarray, numbers: np.ndarray, n: int) -> None:
        self.starts, self.numbers, self.n = starts, numbers, n
        self.lengths = np.diff(np.append(starts, n))

    @classmethod
    def of_hours(cls, hours: np.ndarray) -> "Months":
        """Of hours since 1970-01-01 UTC, ascending."""
        if not len(hours):
            return cls.of_rows(hours)
        first, last = hours[[0, -1]].astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
        numbers = np.arange(first, last + 1)
        starts = np.searchsorted(hours, numbers.astype("datetime64[M]").astype("datetime64[h]").astype(np.int64))
        filled = np.append(starts[1:], len(hours)) > starts
        return cls(starts[filled], numbers[filled], len(hours))

    @classmethod
    def of_rows(cls, numbers: np.ndarray) -> "Months":
        """Of the month of every row, in order."""
        starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])) if len(numbers) else np.empty(0, int)
        return cls(starts, numbers[starts], len(numbers))

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sums of the runs, of numbers or of a mask."""
        if not len(self.starts):
            return np.zeros(0)
        return np.add.reduceat(values, self.starts, dtype=np.int64 if values.dtype == bool else np.float64)

    def blocks(self) -> Iterator[tuple[slice, "Months", slice]]:
        """Runs of some 60,000 rows together: their numbers, they by themselves, their rows."""
        first = 0
        while first < len(self.starts):
            begin = int(self.starts[first])
            last = max(int(np.searchsorted(self.starts, begin + BLOCK)), first + 1)
            end = int(self.starts[last]) if last < len(self.starts) else self.n
            runs = slice(first, last)
            yield runs, Months(self.starts[runs] - begin, self.numbers[runs], end - begin), slice(begin, end)
            first = last

    def of_year(self, row: int) -> slice:
        """The rows of the calendar year that a row is in."""
        run = int(np.searchsorted(self.starts, row, side="right")) - 1
        year = self.numbers[run] // 12
        first, last = np.searchsorted(self.numbers, [12 * year, 12 * year + 12])
        return slice(int(self.starts[first]), int(self.starts[last]) if last < len(self.starts) else self.n)
