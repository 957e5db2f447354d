"""Reports that come every few minutes: means, extremes and sums of the values that end within an hour.

Belongs here: regular series, values by the hour they end in. Does not belong here: single reports (`reports.py`).

The period of a value ends with its time (start and middle stamps have been moved before); hour H has what ends in
(H - 1 h, H]. A month of the calendar is one series: so no cut between files changes anything, and a station may report
every ten minutes in one year and every hour in another.
"""

from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.cells import Cells
from weather_etl.meteorology.time_forms import HOUR

MINUTE = HOUR // 60
_DAY = 24 * HOUR
_MAX_DAYS = 100_000
LONGEST_STEP_MIN = 30
REGULAR_SHARE = 0.8  # of the steps equal the median one
OF_PERIOD_SHARE = (
    0.6  # the same of sums and of radiation: however many are missing, one of them is not that of its hour
)
LEAST_STEPS = 5  # of a dense series: an hour of ten minutes
ENOUGH_SHARE = 0.8  # of the values of an hour make its mean


def months_of(ends: np.ndarray) -> np.ndarray:
    """Months since 1970-01 of periods that end at these microseconds; midnight of the first belongs to the month before."""
    if not len(ends):
        return np.empty(0, dtype=np.int64)
    days = (ends - 1) // _DAY
    first, last = int(days.min()), int(days.max())
    if last - first > _MAX_DAYS:
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    # A calendar is asked once for each day: for each time it would cost five times as much.
    month_of_day = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return month_of_day[days - first]


def ending_hour(ends: np.ndarray) -> np.ndarray:
    """The hour that a period belongs to: the full hour at or after its end."""
    return -(-ends // HOUR)


@dataclass
class Series:
    """The values of one variable in time order, one per time (the later row of equal times).

    Attributes:
        rows, ends: raw row and end of each value.
        losers, winners: rows that lost to a later one of the same time, and that row.
        step: minutes between the values of the month, 0 where it has no regular step.
    """

    rows: np.ndarray
    ends: np.ndarray
    losers: np.ndarray
    winners: np.ndarray
    step: np.ndarray

    @classmethod
    def of(
        cls, rows: np.ndarray, ends: np.ndarray, least_steps: int = LEAST_STEPS, share: float = REGULAR_SHARE
    ) -> "Series":
        order = np.lexsort((rows, ends))
        rows, ends = rows[order], ends[order]
        last = np.ones(len(ends), dtype=bool)
        last[:-1] = ends[1:] != ends[:-1]
        winner = np.flatnonzero(last)[np.cumsum(last) - last]
        losers, winners = rows[~last], rows[winner[~last]]
        rows, ends = rows[last], ends[last]
        return cls(rows, ends, losers, winners, regular_step(ends, months_of(ends), least_steps, share))

    def take(self, which: np.ndarray) -> "Series":
        return Series(self.rows[which], self.ends[which], self.losers, self.winners, self.step[which])


def regular_step(ends: np.ndarray, months: np.ndarray, least_steps: int, share: float) -> np.ndarray:
    """Minutes of the median step of each month, if such a share of the steps equals it, else 0; one entry per value.

    A month with too few steps to tell has the step of the month after it, else of the one before.
    """
    edges = np.flatnonzero(np.append(True, months[1:] != months[:-1])) if len(ends) else np.empty(0, dtype=np.int64)
    stops = np.append(edges[1:], len(ends))
    steps = [_step(np.diff(ends[a:b]), least_steps, share) for a, b in zip(edges, stops, strict=True)]
    for i in range(len(steps) - 2, -1, -1):
        if steps[i] is None:
            steps[i] = steps[i + 1]
    for i in range(1, len(steps)):
        if steps[i] is None:
            steps[i] = steps[i - 1]
    return np.repeat(np.array([f or 0 for f in steps], dtype=np.int64), stops - edges)


def _step(steps: np.ndarray, least_steps: int, share: float) -> int | None:
    """Minutes of the regular step among some steps, 0 if there is none, None if they are too few."""
    if len(steps) < least_steps:
        return None
    at = (len(steps) - 1) // 2
    middle = int(np.partition(steps, at)[at])
    regular = middle % MINUTE == 0 and (steps == middle).sum() >= share * len(steps)
    return middle // MINUTE if regular else 0


@dataclass
class Windows:
    """Values of a dense series by the hours they end in.

    Attributes:
        hours: hours since 1970, ascending.
        n: values of each hour; expected: as many as a whole hour has.
        starts: first value of each hour.
        series: the values.
        months: the months in which the variable is dense.
    """

    hours: np.ndarray
    n: np.ndarray
    expected: np.ndarray
    starts: np.ndarray
    series: Series
    months: np.ndarray

    @classmethod
    def of(cls, series: Series) -> "Windows | None":
        """The part of a series that has a regular step of at most 30 minutes; None without any."""
        dense = (series.step > 0) & (series.step <= LONGEST_STEP_MIN)
        if not dense.any():
            return None
        part = series.take(dense)
        hours = ending_hour(part.ends)
        starts = np.flatnonzero(np.append(True, hours[1:] != hours[:-1]))
        n = np.diff(np.append(starts, len(hours)))
        expected = -(-60 // part.step[starts])
        return cls(hours[starts], n, expected, starts, part, np.unique(months_of(part.ends)))

    @property
    def enough(self) -> np.ndarray:
        """Mask of the hours with so many values that their mean stands for the hour."""
        return self.n >= np.ceil(np.round(ENOUGH_SHARE * self.expected, 9))

    @property
    def whole(self) -> np.ndarray:
        """Mask of the hours that their values tile without a gap."""
        return (self.n == self.expected) & (60 % self.series.step[self.starts] == 0)

    @property
    def hour_of(self) -> np.ndarray:
        """Position in `hours` of every value."""
        return np.repeat(np.arange(len(self.hours)), self.n)

    @property
    def last_row(self) -> np.ndarray:
        """Row of the last value of each hour."""
        return self.series.rows[self.starts + self.n - 1]

    def sum(self, values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, self.starts)

    def mean(self, values: np.ndarray) -> np.ndarray:
        return self.sum(values) / self.n

    def max(self, values: np.ndarray) -> np.ndarray:
        return np.maximum.reduceat(values, self.starts)

    def row_of_max(self, values: np.ndarray) -> np.ndarray:
        """Row of the first of the largest values of each hour."""
        hit = values == self.max(values)[self.hour_of]
        at = np.minimum.reduceat(np.where(hit, np.arange(len(values)), len(values)), self.starts)
        return self.series.rows[at]


def ends_after(cells: Cells, rows: np.ndarray, times: np.ndarray) -> np.ndarray | int:
    """Microseconds from the stamp of each raw row to the end of its period.

    Where neither file nor format says how long a period is, it is the usual step between the rows.
    """
    if all(r.stamp == "end" for r in cells.readings):
        return 0
    shift = np.zeros(len(times), dtype=np.int64)
    group = np.zeros(len(times), dtype=np.int64) if cells.reading is None else cells.reading
    for i, reading in enumerate(cells.readings):
        if reading.stamp == "end":
            continue
        minutes = reading.period_minutes
        if not minutes:
            mine = np.unique(times[rows[group[rows] == i]])
            steps = np.diff(mine)
            usual = int(np.median(steps)) if len(steps) else HOUR
            minutes = usual // MINUTE if 0 < usual <= 24 * HOUR else 60
        shift[group == i] = minutes * MINUTE // (1 if reading.stamp == "start" else 2)
    return shift
