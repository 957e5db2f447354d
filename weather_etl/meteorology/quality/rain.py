"""Is an amount of precipitation good? What the other variables' tests cannot see.

Belongs here: runs of equal amounts, accumulations after gaps, frozen gauges, repeated days.
Does not belong here: the span of an amount (`limits.py`); a shorter against a longer period, which is judged where both
are at hand (`observations/precipitation.py`).

Shapes and units: `quality/__init__.py`; amounts are mm in the hour that ends at each hour.
"""

import numpy as np

from weather_etl.meteorology.quality.limits import Limits

# An amount of up to so many minutes; below the record of 40 mm in a minute.
INTERVAL_LIMITS = {
    5: Limits((0, 64), (0, 25), "own choice, below the record of 40 mm in a minute"),
    10: Limits((0, 130), (0, 40), "own choice, below the record of 40 mm in a minute"),
    60: Limits((0, 305), (0, 100), "as an hour"),
}
LONGER_BY_MM = 0.1  # HadISD `precipitation.py`
HOURS_ABOVE_LONG_MM = 0.3
AS_WRITTEN_MM = 1e-6  # amounts in tenths differ by less than that where they differ by binary rounding alone
LONG_UP_TO_12_H_MM = 1144.0  # Foc-Foc 1966
EQUAL_HOURS = (8, 12)  # suspect, fail; the longest true run at five stations is 6 h of 0.4 mm
EQUAL_RESOLUTIONS = 2.0
GAP_HOURS, ACCUMULATION_MM, ACCUMULATION_OF_RECORD = 3, 20.0, 2.0
FROZEN_BELOW_C, FROZEN_ABOVE_MM = -10.0, 1.0
REPEATED_DAYS = 24  # GHCN-Daily: 20


def resolution(amounts: np.ndarray) -> float:
    """Smallest step of the amounts in mm: the smallest that is not 0, 0.1 where nothing fell."""
    wet = amounts[amounts > 1e-9]
    return float(wet.min()) if len(wet) else 0.1


def equal_amounts(hours: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of suspect and of failed amounts: equal ones, larger than twice the resolution, hour after hour.

    Args:
        hours: int64, shape (n,), ascending.
        x: mm, shape (n,), NaN where missing.
    """
    candidates = np.flatnonzero(x > 0.0)
    if len(candidates) < EQUAL_HOURS[0]:
        return candidates[:0], candidates[:0]
    least = EQUAL_RESOLUTIONS * resolution(x[candidates])
    candidates = candidates[x[candidates] > least + 1e-9]
    if not len(candidates):
        return candidates, candidates
    new = np.append(True, (np.diff(hours[candidates]) != 1) | (np.abs(np.diff(x[candidates])) > 1e-9))
    starts = np.flatnonzero(new)
    n = np.diff(np.append(starts, len(candidates)))
    of_run = np.repeat(n, n)
    failed = of_run >= EQUAL_HOURS[1]
    return candidates[(of_run >= EQUAL_HOURS[0]) & ~failed], candidates[failed]


def accumulations(hours: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Positions of the first amount after a gap that looks like what fell in all of it.

    After three missing hours or more: above 20 mm, or above twice the largest amount of the hours that no gap precedes.
    """
    there = np.flatnonzero(~np.isnan(x))
    if len(there) < 2:
        return there[:0]
    after_gap = np.append(False, np.diff(hours[there]) > GAP_HOURS)
    if not after_gap.any():
        return there[:0]
    record = x[there[~after_gap]].max(initial=0.0)
    amount = x[there]
    large = (amount > ACCUMULATION_MM) | ((record > 0) & (amount > ACCUMULATION_OF_RECORD * record))
    return there[after_gap & large]


def above_the_long_amount(hours: np.ndarray, x: np.ndarray, long: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Positions of amounts of longer periods that the hours within them exceed by more than 0.3 mm.

    Args:
        hours: int64, shape (n,), ascending.
        x: mm in the hour, shape (n,), NaN where missing.
        long: mm in the period that ends at the hour, shape (n,), NaN where missing.
        period: hours of that period, shape (n,).
    """
    at = np.flatnonzero(~np.isnan(long))
    if not len(at) or np.isnan(x).all():
        return at[:0]
    total = np.append(0.0, np.cumsum(np.where(np.isnan(x), 0.0, x)))
    first = np.searchsorted(hours, hours[at] - period[at], side="right")
    return at[total[at + 1] - total[first] > long[at] + HOURS_ABOVE_LONG_MM + AS_WRITTEN_MM]


def frozen(x: np.ndarray, temperature: np.ndarray) -> np.ndarray:
    """Positions of hours with more than 1 mm below -10 degC: a gauge that thaws, or a wrong temperature."""
    with np.errstate(invalid="ignore"):
        return np.flatnonzero((x > FROZEN_ABOVE_MM) & (temperature < FROZEN_BELOW_C))


def repeated_days(hours: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Positions of the hours of 24 or more days in a row with one and the same total that is not 0 (UTC days).

    Days with fewer than 24 amounts end a run.
    """
    there = np.flatnonzero(~np.isnan(x))
    if len(there) < 24 * REPEATED_DAYS:
        return there[:0]
    day = (hours[there] - 1) // 24
    starts = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
    n = np.diff(np.append(starts, len(there)))
    total = np.round(np.add.reduceat(x[there], starts), 6)
    good = (n == 24) & (total > 0)
    days = day[starts]
    same = good[1:] & good[:-1] & (np.diff(days) == 1) & (total[1:] == total[:-1])
    run_starts = np.flatnonzero(np.append(True, ~same))
    length = np.diff(np.append(run_starts, len(days)))
    of_day = np.repeat(length >= REPEATED_DAYS, length)
    return there[np.repeat(of_day, n)]
