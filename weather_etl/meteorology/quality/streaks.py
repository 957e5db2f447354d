"""Reports that repeat one value for too long (HadISD `streaks.py`).

Belongs here: equal reports in a row, equal values at one hour of following days. Does not belong here: their resolution
(`still.py`), how long they may stand still (`limits.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from weather_etl.meteorology.quality.changes import BLOCK
from weather_etl.meteorology.quality.limits import SUSPECT_SHARE, Still
from weather_etl.meteorology.quality.months import Months
from weather_etl.meteorology.quality.still import EQUAL_WITHIN, direction_resolution, resolution

LONGEST_GAP_H = 48  # what is equal before and after more than two days without a report proves nothing
# Values at some positions, in the unit of their source.
Written = Callable[[slice], np.ndarray]
_STRIDE = 8  # a run of twice as many links has two beside each other among every eighth


@dataclass(frozen=True)
class Runs:
    """What stands still by one test: positions of suspect and of failed values, and what is allowed, for a person."""

    suspect: np.ndarray
    failed: np.ndarray
    limit: str


class Reports:
    """When a station reports: shared by the tests of all its variables.

    Args:
        hours: int64, shape (n,), hours since 1970-01-01 UTC, ascending.
        months: of these hours, if at hand.
    """

    def __init__(self, hours: np.ndarray, months: Months | None = None) -> None:
        self.hours = hours
        self.months = Months.of_hours(hours) if months is None else months
        self._span = int(hours[-1] - hours[0]) + 1 if len(hours) else 0

    @property
    def gapless(self) -> bool:
        return self._span == len(self.hours)

    def at_hours(self, offsets: np.ndarray) -> np.ndarray:
        """Positions of hours that are there, given since the first."""
        return offsets if self.gapless else np.searchsorted(self.hours, self.hours[0] + offsets)

    def four_days_alike(self, x: np.ndarray, excluded: np.ndarray | None) -> np.ndarray:
        """Positions of the values that equal those of the same hour on the three days before, in every fourth day.

        Seven days or more with one value hold such four, so that these few tell whether it is worth a closer look.
        """
        if not self.gapless:
            by_hour = np.full(self._span, np.nan)
            by_hour[self.hours - self.hours[0]] = x
            x = by_hour
        days = x[: len(x) // 96 * 96].reshape(-1, 4, 24)
        offsets_of_pieces = []
        for start in range(0, len(days), BLOCK // 96):
            z = days[start : start + BLOCK // 96]
            alike = np.abs(z[:, 3] - z[:, 2]) < EQUAL_WITHIN
            for earlier in (1, 0):
                alike &= np.abs(z[:, 3] - z[:, earlier]) < EQUAL_WITHIN
            four, hour = np.nonzero(alike)
            offsets_of_pieces.append(96 * (start + four) + 72 + hour)
        offsets = np.concatenate(offsets_of_pieces) if offsets_of_pieces else np.empty(0, dtype=np.int64)
        if excluded is not None:
            for day in range(4):
                offsets = offsets[~excluded[self.at_hours(offsets - 24 * day)]]
        return self.at_hours(offsets)

    def day_before(self, at: int) -> int:
        """Position of the same hour of the day before; -1 where there is none."""
        wanted = self.hours[at] - 24
        position = int(np.searchsorted(self.hours, wanted))
        return position if self.hours[position] == wanted else -1

    def day_after(self, at: int) -> int:
        wanted = self.hours[at] + 24
        position = int(np.searchsorted(self.hours, wanted))
        return position if position < len(self.hours) and self.hours[position] == wanted else -1


class _Resolutions:
    """Steps of the reports of a variable, of the calendar year of a position."""

    def __init__(self, written: Written, reports: Reports, *, direction: bool) -> None:
        self._written, self._months, self._direction = written, reports.months, direction
        self._known: dict[int, float] = {}

    def at(self, row: int) -> float:
        year = self._months.of_year(row)
        if year.start not in self._known:
            part = self._written(year)
            part = part[~np.isnan(part)]
            self._known[year.start] = direction_resolution(part) if self._direction else resolution(part)
        return self._known[year.start]


def streaks(
    x: np.ndarray,
    written: Written,
    reports: Reports,
    still: Still,
    excluded: np.ndarray | None,
    *,
    direction: bool = False,
) -> tuple[Runs, Runs]:
    """Equal reports in a row, whatever lies between two reports, and equal values at one hour of the day (HadISD).

    How many are too many depends on the resolution of the reports of the calendar year: whole degrees stand still for
    longer than tenths. Three quarters of what fails is suspect.

    Args:
        x: float64, shape (n,), NaN where missing.
        written: the same values in the unit of their source.
        reports: when they are.
        still: how long they may stand still.
        excluded: mask of the values that may stand still for any time; they end a run.
        direction: of the wind.

    Returns:
        What either test finds. A value is in one of them only: with the worse finding, else as equal in a row.
    """
    steps_of = _Resolutions(written, reports, direction=direction)
    table = still.reports if still.reports is not None else still.suspect_reports or {}
    share = SUSPECT_SHARE if still.reports is not None else 1.0
    suspect: list[np.ndarray] = []
    failed: list[np.ndarray] = []
    steps: set[float] = set()
    for rows in _long_runs(x, reports.hours, excluded, still, min(table.values()) * share, share):
        step = steps_of.at(int(rows[0]))
        n, span = len(rows), int(reports.hours[rows[-1]] - reports.hours[rows[0]])
        enough, doubt = n >= table[step], n >= share * table[step]
        if still.days:
            enough |= span >= 24 * still.days[step]
            doubt |= span >= 24 * share * still.days[step]
        if doubt and _counts(still, step, x[rows[0]]):
            steps.add(step)
            (failed if enough and still.reports is not None else suspect).append(rows)
    days = still.days or {}
    in_a_row = {s: f"{table[s]}{f' and {days[s]} days' if s in days else ''}" for s in steps}
    first = Runs(_joined(suspect), _joined(failed), f"equal reports in a row: below {_by_resolution(in_a_row)}")
    runs = [
        (rows, step, bad)
        for rows, step, bad in _same_hours(x, steps_of, reports, still.same_hour_days or {}, excluded)
        if _counts(still, step, x[rows[0]])
    ]
    following = {step: f"{(still.same_hour_days or {})[step]} days" for _, step, _ in runs}
    limit = f"equal reports at the same hour on following days: below {_by_resolution(following)}"
    second = Runs(_joined(at for at, _, bad in runs if not bad), _joined(at for at, _, bad in runs if bad), limit)
    failed_second = np.setdiff1d(second.failed, first.failed)
    bad = np.union1d(first.failed, failed_second)
    doubtful = np.setdiff1d(first.suspect, bad)
    return (
        replace(first, suspect=doubtful),
        replace(second, suspect=np.setdiff1d(second.suspect, np.union1d(bad, doubtful)), failed=failed_second),
    )


def _counts(still: Still, step: float, value: float) -> bool:
    """Whether a run of this value counts where reports have this resolution: a light wind may blow for days."""
    return still.above is None or value > still.above[step] + EQUAL_WITHIN


def _joined(rows: Iterable[np.ndarray]) -> np.ndarray:
    """All positions, each once and ascending."""
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *rows]))


def _by_resolution(allowed: Mapping[float, str]) -> str:
    return ", ".join(f"{allowed[s]} at a resolution of {s:g}" for s in sorted(allowed, reverse=True))


def _long_runs(
    x: np.ndarray, hours: np.ndarray, excluded: np.ndarray | None, still: Still, least: float, share: float
) -> list[np.ndarray]:
    """Positions of the reports of every run of at least so many, or of a share of the least days.

    Args:
        least: reports of the shortest run that matters.
        share: of the days of the shortest run that matters.
    """
    there = None if not np.isnan(x).any() else np.flatnonzero(~np.isnan(x))
    if there is not None:
        x, hours = x[there], hours[there]
        excluded = None if excluded is None else excluded[there]
    days = 24 * share * min(still.days.values()) if still.days else np.inf
    linked, apart = _linked(x, hours, excluded)
    # A run that is long by its days alone has reports that are far apart.
    if apart > days / least or least < 2 * _STRIDE + 1:
        starts = np.flatnonzero(np.append(True, ~linked[:-1])) if len(x) else np.empty(0, dtype=np.int64)
        stops = np.append(starts[1:], len(x))
    else:
        starts, stops = _candidates(linked)
    n = stops - starts
    long = n >= least
    if still.days and len(starts):
        long |= (hours[stops - 1] - hours[starts] >= days) & (n > 1)
    runs = [np.arange(a, b) for a, b in zip(starts[long].tolist(), stops[long].tolist(), strict=True)]
    return runs if there is None else [there[rows] for rows in runs]


def _linked(x: np.ndarray, hours: np.ndarray, excluded: np.ndarray | None) -> tuple[np.ndarray, int]:
    """Mask of the reports whose value the next one repeats within two days, neither being free to stand still; and the
    most hours between two such."""
    linked, apart = np.zeros(len(x), dtype=bool), 0
    hourly = len(x) > 0 and hours[-1] - hours[0] + 1 == len(x)
    for start in range(0, len(x) - 1, BLOCK):
        part = slice(start, start + BLOCK + 1)
        z = x[part]
        same = np.abs(z[1:] - z[:-1]) < EQUAL_WITHIN
        if excluded is not None:
            free = excluded[part]
            same &= ~(free[1:] | free[:-1])
        if not hourly:
            at = np.flatnonzero(same)
            gap = hours[part][at + 1] - hours[part][at]
            same[at[gap > LONGEST_GAP_H]] = False
            apart = max(apart, int(gap[gap <= LONGEST_GAP_H].max(initial=0)))
        linked[start : start + len(same)] = same
    return linked, max(apart, int(hourly))


def _candidates(linked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and stops of runs, among them all of 17 reports or more: only every eighth link is looked at first."""
    every = linked[::_STRIDE]
    hits = np.flatnonzero(every[1:] & every[:-1])
    hits = hits[linked[_STRIDE * hits[:, None] + np.arange(1, _STRIDE)].all(axis=1)]
    starts, stops = [], []
    for group in np.split(hits, np.flatnonzero(np.diff(hits) > 1) + 1) if len(hits) else []:
        low = max(_STRIDE * (int(group[0]) - 1), 0)
        part = linked[low : _STRIDE * (int(group[-1]) + 2) + 1]
        edges = np.flatnonzero(np.diff(part, prepend=False, append=False))
        starts.append(low + edges[::2])
        stops.append(low + edges[1::2] + 1)
    nothing = [np.empty(0, dtype=np.int64)]
    return np.concatenate(starts or nothing), np.concatenate(stops or nothing)


def _same_hours(
    x: np.ndarray, steps_of: _Resolutions, reports: Reports, days: Mapping[float, int], excluded: np.ndarray | None
) -> list[tuple[np.ndarray, float, bool]]:
    """(positions, resolution, whether they fail) of values that are equal at one hour of the day for too many days."""
    if not days:
        return []

    def linked(a: int, b: int) -> bool:
        return b >= 0 and abs(x[a] - x[b]) < EQUAL_WITHIN and (excluded is None or not excluded[b])

    runs = []
    seen: set[int] = set()
    for seed in reports.four_days_alike(x, excluded).tolist():
        if seed in seen:
            continue
        chain = [seed]
        while linked(chain[-1], before := reports.day_before(chain[-1])):
            chain.append(before)
        chain.reverse()
        while linked(chain[-1], after := reports.day_after(chain[-1])):
            chain.append(after)
        seen.update(chain)
        rows = np.array(chain)
        step = steps_of.at(int(rows[0]))
        if len(rows) >= SUSPECT_SHARE * days[step]:
            runs.append((rows, step, len(rows) >= days[step]))
    return runs
