"""Does a value move at all? Flat lines.

Belongs here: runs of equal values, the resolution of reports. Does not belong here: which values may stand still
(`cascade.py`), how long (`limits.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import SUSPECT_SHARE, Limits, Still

EQUAL_WITHIN = 1e-9
SATURATED_PERCENT = 95.0
LIGHT_WIND_MS = 0.5
LONGEST_GAP_H = 48  # what is equal before and after more than two days without a report proves nothing
WHOLE_SHARE, HALF_SHARE, DIRECTION_SHARE = 0.3, 0.15, 0.9


def flat_line(values: np.ndarray, limits: Limits, excluded: np.ndarray | None = None) -> np.ndarray:
    """Flat-line test (QARTOD test 8): the whole run of equal values is flagged.

    n equal values in a row last n hours: 3 from `limits.flat_hours[0]` on, 4 from `limits.flat_hours[1]` on. Equal
    means closer than 1e-9 to the hour before. ioos_qc flags only what comes after the threshold, not the run.

    Args:
        values, limits: as everywhere.
        excluded: bool, shape (n,), hours whose value may well stand still; they end a run and are good.
    """
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.flat_hours and len(values):
        same = np.abs(np.diff(values)) < EQUAL_WITHIN
        if excluded is not None:
            same &= ~(excluded[1:] | excluded[:-1])
        starts = np.flatnonzero(np.append(True, ~same))
        hours = np.diff(np.append(starts, len(values)))
        of_run = np.full(len(starts), Flag.GOOD, dtype=np.uint8)
        of_run[hours >= limits.flat_hours[0]] = Flag.SUSPECT
        of_run[hours >= limits.flat_hours[1]] = Flag.FAIL
        flags = np.repeat(of_run, hours)
        if excluded is not None:
            flags[excluded] = Flag.GOOD
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def resolution(written: np.ndarray) -> float:
    """Step of the reports: 1, 0.5 or 0.1 of their unit, by the shares of their remainders (HadISD `streaks.py`)."""
    if not len(written):
        return 0.1
    off = np.abs(written - np.rint(written))
    if (off < 0.05).mean() < WHOLE_SHARE:
        return 0.1
    return 0.5 if (off > 0.45).mean() >= HALF_SHARE else 1.0


def direction_resolution(written: np.ndarray) -> float:
    """Step of wind directions: the coarsest of 90, 45, 22.5, 10 and 1 degrees that nine in ten are multiples of."""
    for step in (90.0, 45.0, 22.5, 10.0):
        off = np.abs(written - step * np.rint(written / step))
        # 22.5 is written as 22 or 23 too
        if len(written) and (off <= (0.5 if step == 22.5 else 1e-6)).mean() >= DIRECTION_SHARE:
            return step
    return 1.0


# Values at some positions, in the unit of their source.
Written = Callable[[slice], np.ndarray]


@dataclass(frozen=True)
class Runs:
    """What stands still: positions of suspect and of failed values, and how long a run may be, for a person."""

    suspect: np.ndarray
    failed: np.ndarray
    limit: str


class Reports:
    """When a station reports: shared by the tests of all its variables.

    Args:
        hours: int64, shape (n,), hours since 1970-01-01 UTC, ascending.
        years: calendar year of each.
    """

    def __init__(self, hours: np.ndarray, years: np.ndarray) -> None:
        self.hours, self.years = hours, years
        self._day_before: np.ndarray | None = None

    @property
    def day_before(self) -> np.ndarray:
        """Position of the same hour of the day before; -1 where there is none."""
        if self._day_before is None:
            n = len(self.hours)
            if n and self.hours[-1] - self.hours[0] + 1 == n:
                found = np.arange(n) - 24
                found[found < 0] = -1
            else:
                found = np.searchsorted(self.hours, self.hours - 24)
                found[self.hours[found] != self.hours - 24] = -1
            self._day_before = found
        return self._day_before


def streaks(
    x: np.ndarray,
    written: Written,
    reports: Reports,
    still: Still,
    excluded: np.ndarray | None,
    *,
    direction: bool = False,
) -> Runs:
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
    """
    nothing = np.empty(0, dtype=np.int64)
    same = np.abs(x[1:] - x[:-1]) < EQUAL_WITHIN if len(x) else nothing.astype(bool)
    there = None
    if np.isnan(x).any():
        there = np.flatnonzero(~np.isnan(x))
        y, hours = x[there], reports.hours[there]
        same = np.abs(y[1:] - y[:-1]) < EQUAL_WITHIN
        still_now = None if excluded is None else excluded[there]
    else:
        hours, still_now = reports.hours, excluded
    if still_now is not None:
        same &= ~(still_now[1:] | still_now[:-1])
    same &= hours[1:] - hours[:-1] <= LONGEST_GAP_H
    table = still.reports if still.reports is not None else still.suspect_reports or {}
    share = SUSPECT_SHARE if still.reports is not None else 1.0
    starts = np.flatnonzero(np.append(True, ~same)) if len(hours) else nothing
    n = np.diff(np.append(starts, len(hours)))
    span = hours[starts + n - 1] - hours[starts] if len(starts) else nothing
    least = min(table.values()) * share
    long = n >= least
    if still.days:
        long |= (span >= 24 * SUSPECT_SHARE * min(still.days.values())) & (n > 1)
    suspect: list[np.ndarray] = []
    failed: list[np.ndarray] = []
    steps: set[float] = set()
    for run in np.flatnonzero(long).tolist():
        at = np.arange(starts[run], starts[run] + n[run])
        rows = at if there is None else there[at]
        step = _resolution_of(reports.years[rows[0]], written, reports, direction)
        enough = n[run] >= table[step]
        doubt = n[run] >= share * table[step]
        if still.days:
            enough |= span[run] >= 24 * still.days[step]
            doubt |= span[run] >= 24 * SUSPECT_SHARE * still.days[step]
        if doubt:
            steps.add(step)
            (failed if enough and still.reports is not None else suspect).append(rows)
    if still.same_hour_days:
        for at, step, fails in _same_hours(x, written, reports, still.same_hour_days, excluded, direction):
            steps.add(step)
            (failed if fails else suspect).append(at)
    bad = np.unique(np.concatenate([nothing, *failed]))
    doubtful = np.setdiff1d(np.concatenate([nothing, *suspect]), bad)
    limits = ", ".join(f"{table[s]} at a resolution of {s:g}" for s in sorted(steps, reverse=True))
    return Runs(doubtful, bad, f"equal reports in a row: below {limits}")


def _resolution_of(year: int, written: Written, reports: Reports, direction: bool) -> float:
    first, last = np.searchsorted(reports.years, [year, year + 1])
    part = written(slice(int(first), int(last)))
    part = part[~np.isnan(part)]
    return direction_resolution(part) if direction else resolution(part)


def _same_hours(
    x: np.ndarray,
    written: Written,
    reports: Reports,
    days: Mapping[float, int],
    excluded: np.ndarray | None,
    direction: bool,
) -> list[tuple[np.ndarray, float, bool]]:
    """(positions, resolution, whether they fail) of values that are equal at one hour of the day for too many days."""
    before = reports.day_before
    linked = np.abs(x - x[before]) < EQUAL_WITHIN
    linked &= before >= 0
    if excluded is not None:
        linked &= ~(excluded | excluded[before])
    # Doubling: after k steps only what is linked over 2^k days is left, which soon is nothing.
    least = int(SUSPECT_SHARE * min(days.values()))
    reach, span = linked, 1
    back = before
    while 2 * span <= least - 1 and reach.any():
        reach = reach & reach[back] & (back >= 0)
        back = np.where(back >= 0, back[back], -1)
        span *= 2
    found = []
    seen = np.zeros(len(x), dtype=bool)
    for end in np.flatnonzero(reach)[::-1].tolist():
        if seen[end]:
            continue
        chain = [end]
        while linked[chain[-1]]:
            chain.append(int(before[chain[-1]]))
        # `end` is the last of its chain only if the day after is not linked to it; later ends come first.
        seen[chain] = True
        rows = np.array(chain[::-1])
        step = _resolution_of(int(reports.years[rows[0]]), written, reports, direction)
        if len(rows) >= SUSPECT_SHARE * days[step]:
            found.append((rows, step, len(rows) >= days[step]))
    return found
