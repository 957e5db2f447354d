"""Is a snow depth good?

Belongs here: tests of snow depth against its change and the temperature. Does not belong here: its span (`limits.py`).

Shapes and units: `quality/__init__.py`; depths in cm.
"""

import numpy as np

RISE_CM_PER_H = (15.0, 40.0)  # suspect, fail
RISE_IN_THE_WARM_CM, WARM_C, WARM_HOURS = 2.0, 7.0, 6
DEEP_CM, MILD_C, MILD_DAYS = 5.0, 10.0, 5


def changes(hours: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of depths, the rise since the depth before in cm, and the hours since then."""
    there = np.flatnonzero(~np.isnan(x))
    return there[1:], np.diff(x[there]), np.diff(hours[there])


def rises(hours: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of suspect and of failed depths: more than 15, more than 40 cm an hour above the one before."""
    at, rise, span = changes(hours, x)
    per_hour = rise / np.maximum(span, 1)
    failed = per_hour > RISE_CM_PER_H[1]
    return at[(per_hour > RISE_CM_PER_H[0]) & ~failed], at[failed]


def rises_in_the_warm(hours: np.ndarray, x: np.ndarray, temperature: np.ndarray) -> np.ndarray:
    """Positions of depths that rose by 2 cm or more while all of the last 6 hours had 7 degC or more."""
    at, rise, span = changes(hours, x)
    at = at[(rise >= RISE_IN_THE_WARM_CM) & (span <= WARM_HOURS)]
    if not len(at):
        return at
    with np.errstate(invalid="ignore"):
        warm = np.append(0, np.cumsum(temperature >= WARM_C))
    first = np.searchsorted(hours, hours[at] - WARM_HOURS, side="right")
    return at[warm[at + 1] - warm[first] == WARM_HOURS]


def lasting_in_the_warm(hours: np.ndarray, x: np.ndarray, temperature: np.ndarray) -> np.ndarray:
    """Positions of depths above 5 cm within 5 days in a row whose lowest temperature is above 10 degC (UTC days)."""
    with np.errstate(invalid="ignore"):
        deep = x > DEEP_CM
    if not deep.any() or np.isnan(temperature).all():
        return np.empty(0, dtype=np.int64)
    day = hours // 24
    starts = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
    coldest = np.fmin.reduceat(temperature, starts)
    with np.errstate(invalid="ignore"):
        met = (coldest > MILD_C) & np.logical_or.reduceat(deep, starts)
    days = day[starts]
    new = np.append(True, ~(met[1:] & met[:-1] & (np.diff(days) == 1)))
    runs = np.flatnonzero(new)
    length = np.diff(np.append(runs, len(days)))
    of_day = np.repeat(length >= MILD_DAYS, length) & met
    return np.flatnonzero(np.repeat(of_day, np.diff(np.append(starts, len(hours)))) & deep)
