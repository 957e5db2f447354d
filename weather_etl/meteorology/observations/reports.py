"""Which reports an hour has, and which of their values may be used.

Belongs here: full hours and the reports near them, usable values, the nearest one.
Does not belong here: means and sums over an hour (`series.py`), precipitation (`precipitation.py`), quality control of
the hours (`cascade.py`).
"""

import numpy as np

from weather_etl.meteorology.cells import MISSING, OK, Cells
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.vocabulary import LONG_PRECIPITATION


class Values:
    """The values of n raw rows, variable by variable.

    A value is *present* if the cell holds anything; *usable* if it is a number within the fail span that its source did
    not reject.
    """

    def __init__(self, cells: Cells, site: Site) -> None:
        self.cells = cells
        self._fail = {name: site.limits_of(_limited_as(name)).fail for name in cells.values}

    def __getitem__(self, name: str) -> np.ndarray:
        return self.cells.values[name]

    def absent(self, name: str) -> bool:
        """Whether no row has the variable (then the arrays are one value, repeated)."""
        return self.cells.states[name].strides == (0,)

    def present(self, name: str, rows: np.ndarray) -> np.ndarray:
        return self.cells.states[name][rows] != MISSING

    def usable(self, name: str, rows: np.ndarray) -> np.ndarray:
        x = self.cells.values[name][rows]
        low, high = self._fail[name]
        with np.errstate(invalid="ignore"):
            usable = (x >= low) & (x <= high)
        if name in self.cells.upstream:
            usable &= self.cells.upstream[name][rows] != Flag.FAIL
        return usable & (self.cells.states[name][rows] == OK)


def _limited_as(name: str) -> str:
    """The variable whose limits hold for a raw column."""
    return "precipitation_long_mm" if name in LONG_PRECIPITATION else name


class Slots:
    """Reports by the full hour that is nearest, half an hour up.

    Args:
        rows: raw rows, in any order; a larger number is a later row.
        times: int64, microseconds since 1970-01-01 UTC of each.

    Attributes:
        hours: hours since 1970 that have a report, ascending.
        row: of each hour its only report, or the nearest one.
        rows: reports of the hours that have several: by hour, the nearest first (tie: the earlier), of one time the
            later row first.
        starts: first position in `rows` of each of these hours.
        shared: their positions in `hours`.
        twin: number of the (hour, time) of each of `rows`.
    """

    def __init__(self, rows: np.ndarray, times: np.ndarray) -> None:
        slots = (times + HOUR // 2) // HOUR
        if len(slots) > 1 and not (slots[1:] >= slots[:-1]).all():
            order = np.argsort(slots, kind="stable")
            rows, times, slots = rows[order], times[order], slots[order]
        first = np.ones(len(slots), dtype=bool)
        first[1:] = slots[1:] != slots[:-1]
        self.hours, self.row = slots[first], rows[first]
        self.rows = self.starts = self.shared = self.twin = np.empty(0, dtype=np.int64)
        if first.all():
            return
        several = ~first
        several[:-1] |= ~first[1:]
        rows, times, slots = rows[several], times[several], slots[several]
        order = np.lexsort((-rows, times, np.abs(times - slots * HOUR), slots))
        self.rows, times, slots = rows[order], times[order], slots[order]
        self.starts = np.flatnonzero(np.append(True, slots[1:] != slots[:-1]))
        self.shared = np.searchsorted(self.hours, slots[self.starts])
        self.row[self.shared] = self.rows[self.starts]
        new = np.append(True, (times[1:] != times[:-1]) | (slots[1:] != slots[:-1]))
        self.twin = np.cumsum(new) - 1
        self.hour_of = np.repeat(self.shared, np.diff(np.append(self.starts, len(self.rows))))

    def first(self, *wanted: np.ndarray) -> np.ndarray:
        """Position in `rows` of each shared hour's first report that a mask holds for; -1 if no mask holds for any.

        Of several masks the first that holds for a report of the hour decides.
        """
        at = np.arange(len(self.rows))
        nearest = np.full(len(self.starts), -1)
        for mask in reversed(wanted):
            best = np.minimum.reduceat(np.where(mask, at, len(at)), self.starts)
            nearest = np.where(best < len(at), best, nearest)
        return nearest

    def nearest(self, values: Values, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Of every hour the row with the nearest usable value (none usable: the nearest present one; none: -1).

        Also returns, for the shared hours, the position in `rows` of that row.
        """
        picked = self.row.copy()
        if not len(self.rows):
            return picked, np.empty(0, dtype=np.int64)
        pick = self.first(values.usable(name, self.rows), values.present(name, self.rows))
        picked[self.shared] = np.where(pick >= 0, self.rows[pick], -1)
        return picked, pick

    def contradicted(self, values: Values, name: str, pick: np.ndarray, files: np.ndarray) -> np.ndarray:
        """Positions in `rows` of other reports of the same file and time as the picked one, with another number."""
        if not len(self.rows):
            return pick
        picked = np.repeat(pick, np.diff(np.append(self.starts, len(self.rows))))
        mine, theirs = values[name][self.rows], values[name][self.rows[picked]]
        with np.errstate(invalid="ignore"):
            different = (np.abs(mine - theirs) > 0) & (picked >= 0) & (self.twin == self.twin[picked])
        return np.flatnonzero(different & (files[self.rows] == files[self.rows[picked]]))
