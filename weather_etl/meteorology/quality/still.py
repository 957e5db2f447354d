"""Does a value move at all? Flat lines.

Belongs here: runs of equal values, the resolution of reports. Does not belong here: which values may stand still
(`cascade.py`), how long (`limits.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from weather_etl.meteorology.quality.changes import BLOCK
from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import SUSPECT_SHARE, Limits, Still

EQUAL_WITHIN = 1e-9
SATURATED_PERCENT = 95.0
LIGHT_WIND_MS = 0.5
LONGEST_GAP_H = 48  # what is equal before and after more than two days without a report proves nothing
CAP_SHARE = 0.1
EXACT = 0.005  # of a remainder; 39.02 F is 3.9 degC and no whole degree
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
    if (off < EXACT).mean() < WHOLE_SHARE:
        return 0.1
    return 0.5 if (off > 0.5 - EXACT).mean() >= HALF_SHARE else 1.0


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


def cap_of(values: np.ndarray) -> float:
    """The largest value that an instrument reports: the largest of all if at least a tenth of them equals it; else inf.

    A sensor that only ever says one thing is stuck, and has no cap.
    """
    top = float(np.fmax.reduce(values, initial=-np.inf))
    if not np.isfinite(top):
        return np.inf
    at_top, known = int((values == top).sum()), int((~np.isnan(values)).sum())
    return top if CAP_SHARE * known <= at_top < known else np.inf


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
        years: calendar year of each.
    """

    def __init__(self, hours: np.ndarray, years: np.ndarray) -> None:
        self.hours, self.years = hours, years
        self.seeds = self._seeds()

    def _seeds(self) -> np.ndarray:
        """Positions of the hours of every fourth day and of the same hour of the three days before, shape (4, k).

        Eleven days or more with one value hold such four, so that these few tell whether it is worth a closer look.
        """
        at = np.flatnonzero(self.hours // 24 % 4 == 0)
        before = [at]
        for days in (1, 2, 3):
            wanted = self.hours[at] - 24 * days
            guess = at - 24 * days  # right unless an hour is missing
            good = (guess >= 0) & (self.hours[np.maximum(guess, 0)] == wanted)
            if not good.all():
                guess[~good] = np.searchsorted(self.hours, wanted[~good])
                good |= self.hours[guess] == wanted
            before.append(np.where(good, guess, -1))
        found = np.stack(before)
        return found[:, (found >= 0).all(axis=0)]

    def day_before(self, at: int) -> int:
        """Position of the same hour of the day before; -1 where there is none."""
        wanted = self.hours[at] - 24
        found = int(np.searchsorted(self.hours, wanted))
        return found if self.hours[found] == wanted else -1

    def day_after(self, at: int) -> int:
        wanted = self.hours[at] + 24
        found = int(np.searchsorted(self.hours, wanted))
        return found if found < len(self.hours) and self.hours[found] == wanted else -1


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
    nothing = np.empty(0, dtype=np.int64)
    there, starts, hours = nothing, nothing, nothing
    if _worth_a_look(x, reports.hours, excluded, still):
        there = np.flatnonzero(~np.isnan(x))
        hours = reports.hours[there]
        same = _equal_to_the_next(x[there], hours, None if excluded is None else excluded[there])
        starts = np.flatnonzero(np.append(True, ~same))
    table = still.reports if still.reports is not None else still.suspect_reports or {}
    share = SUSPECT_SHARE if still.reports is not None else 1.0
    n = np.diff(np.append(starts, len(hours)))
    span = hours[starts + n - 1] - hours[starts] if len(starts) else nothing
    least = min(table.values()) * share
    long = n >= least
    if still.days:
        long |= (span >= 24 * share * min(still.days.values())) & (n > 1)
    suspect: list[np.ndarray] = []
    failed: list[np.ndarray] = []
    steps: set[float] = set()
    for run in np.flatnonzero(long).tolist():
        rows = there[starts[run] : starts[run] + n[run]]
        step = _resolution_of(reports.years[rows[0]], written, reports, direction)
        enough = n[run] >= table[step]
        doubt = n[run] >= share * table[step]
        if still.days:
            enough |= span[run] >= 24 * still.days[step]
            doubt |= span[run] >= 24 * share * still.days[step]
        if doubt and _counts(still, step, x[rows[0]]):
            steps.add(step)
            (failed if enough and still.reports is not None else suspect).append(rows)
    days = still.days or {}
    in_a_row = {s: f"{table[s]}{f' and {days[s]} days' if s in days else ''}" for s in steps}
    first = Runs(_joined(suspect), _joined(failed), f"equal reports in a row: below {_by_resolution(in_a_row)}")
    found = [
        (rows, step, bad)
        for rows, step, bad in _same_hours(x, written, reports, still.same_hour_days or {}, excluded, direction)
        if _counts(still, step, x[rows[0]])
    ]
    following = {step: f"{(still.same_hour_days or {})[step]} days" for _, step, _ in found}
    limit = f"equal reports at the same hour on following days: below {_by_resolution(following)}"
    second = Runs(_joined(at for at, _, bad in found if not bad), _joined(at for at, _, bad in found if bad), limit)
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


def _equal_to_the_next(x: np.ndarray, hours: np.ndarray, free: np.ndarray | None) -> np.ndarray:
    """Mask of the reports whose value the next one repeats, within two days; neither may be free to stand still."""
    found = np.abs(x[1:] - x[:-1]) < EQUAL_WITHIN
    found &= hours[1:] - hours[:-1] <= LONGEST_GAP_H
    if free is not None:
        found &= ~(free[1:] | free[:-1])
    return found


_STRIDE = 8


def _worth_a_look(x: np.ndarray, hours: np.ndarray, excluded: np.ndarray | None, still: Still) -> bool:
    """Whether any run can be long enough: a cheap look at every eighth report, which a long run cannot miss.

    A run that is long by its days alone has reports that are far apart.
    """
    table = still.reports or still.suspect_reports or {}
    least = min(table.values()) * (SUSPECT_SHARE if still.reports is not None else 1.0)
    apart = 24 * SUSPECT_SHARE * min(still.days.values()) / least if still.days else np.inf
    margin = int(least) + 1  # reports that a block shares with the next one
    at = 0
    while at < len(x):
        block = slice(at, at + BLOCK)
        there = ~np.isnan(x[block])
        y, h = x[block][there], hours[block][there]
        same = _equal_to_the_next(y, h, None if excluded is None else excluded[block][there])
        every = same[::_STRIDE] if least >= 2 * _STRIDE + 1 else same
        if (every[1:] & every[:-1]).any() or (len(every) and least < 3 and every.any()):
            return True
        if still.days and (h[np.flatnonzero(same) + 1] - h[np.flatnonzero(same)] > apart).any():
            return True
        if at + BLOCK >= len(x):
            return False
        # The last `margin` reports of this block begin the next one.
        kept = np.flatnonzero(there)
        back = int(kept[-margin]) if len(kept) > margin else 0
        at = max(at + back, at + 1) if back else at + BLOCK // 2
    return False


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
    if not days:
        return []
    seeds = reports.seeds
    for earlier in (1, 2, 3):
        seeds = seeds[:, np.abs(x[seeds[0]] - x[seeds[earlier]]) < EQUAL_WITHIN]
    if excluded is not None:
        seeds = seeds[:, ~excluded[seeds].any(axis=0)]

    def linked(a: int, b: int) -> bool:
        return b >= 0 and abs(x[a] - x[b]) < EQUAL_WITHIN and (excluded is None or not excluded[b])

    found = []
    seen: set[int] = set()
    for seed in seeds[0].tolist():
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
        step = _resolution_of(int(reports.years[rows[0]]), written, reports, direction)
        if len(rows) >= SUSPECT_SHARE * days[step]:
            found.append((rows, step, len(rows) >= days[step]))
    return found
