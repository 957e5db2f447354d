"""Does a value move at all? Flat lines hour after hour.

Belongs here: runs of equal hours, the resolution of reports, what an instrument can say at most. Does not belong here:
runs of reports (`streaks.py`), which values may stand still (`cascade.py`), how long (`limits.py`).

Shapes and units: `quality/__init__.py`.
"""

import numpy as np

from weather_etl.meteorology.quality.changes import NO_GAPS
from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import Limits

EQUAL_WITHIN = 1e-9
SATURATED_PERCENT = 95.0
LIGHT_WIND_MS = 0.5
CAP_SHARE = 0.1
EXACT = 0.005  # of a remainder; 39.02 F is 3.9 degC and no whole degree
WHOLE_SHARE, HALF_SHARE, DIRECTION_SHARE = 0.3, 0.15, 0.9


def flat_lines(
    values: np.ndarray, limits: Limits, excluded: np.ndarray | None = None, gaps: np.ndarray = NO_GAPS
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of suspect and of failed values of flat lines (QARTOD test 8): the whole run of equal values.

    n equal values in a row last n hours: suspect from `limits.flat_hours[0]` on, failed from `limits.flat_hours[1]` on.
    Equal means closer than 1e-9 to the hour before. ioos_qc flags only what comes after the threshold, not the run.

    Args:
        values, limits: of one variable.
        excluded: bool, shape (n,), hours whose value may well stand still; they end a run and are good.
        gaps: as of `changes.spikes`.
    """
    if not limits.flat_hours or not len(values):
        return NO_GAPS, NO_GAPS
    same = np.abs(np.diff(values)) < EQUAL_WITHIN
    if excluded is not None:
        same &= ~(excluded[1:] | excluded[:-1])
    same[gaps - 1] = False
    starts = np.flatnonzero(np.append(True, ~same))
    hours = np.diff(np.append(starts, len(values)))
    of_run = np.zeros(len(starts), dtype=np.uint8)
    of_run[hours >= limits.flat_hours[0]] = Flag.SUSPECT
    of_run[hours >= limits.flat_hours[1]] = Flag.FAIL
    flags = np.repeat(of_run, hours)
    flags[np.isnan(values)] = 0
    if excluded is not None:
        flags[excluded] = 0
    return np.flatnonzero(flags == Flag.SUSPECT), np.flatnonzero(flags == Flag.FAIL)


def flat_line(values: np.ndarray, limits: Limits, excluded: np.ndarray | None = None) -> np.ndarray:
    """The flags of the flat-line test, whose arguments are those of `flat_lines`."""
    flags = np.full(len(values), Flag.GOOD if limits.flat_hours else Flag.NOT_EVALUATED, dtype=np.uint8)
    suspect, failed = flat_lines(values, limits, excluded)
    flags[suspect], flags[failed] = Flag.SUSPECT, Flag.FAIL
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def resolution(written: np.ndarray) -> float:
    """Step of the reports: 1, 0.5 or 0.1 of their unit, by the shares of their remainders (HadISD `streaks.py`).

    Args:
        written: the values of a year in the unit of their source, without NaN.
    """
    if not len(written):
        return 0.1
    off = np.abs(written - np.rint(written))
    if (off < EXACT).mean() < WHOLE_SHARE:
        return 0.1
    return 0.5 if (off > 0.5 - EXACT).mean() >= HALF_SHARE else 1.0


def direction_resolution(written: np.ndarray) -> float:
    """Step of wind directions: the coarsest of 90, 45, 22.5, 10 and 1 degrees that nine in ten are multiples of.

    Args:
        written: the directions of a year, without NaN.
    """
    for step in (90.0, 45.0, 22.5, 10.0):
        off = np.abs(written - step * np.rint(written / step))
        # 22.5 is written as 22 or 23 too
        if len(written) and (off <= (0.5 if step == 22.5 else 1e-6)).mean() >= DIRECTION_SHARE:
            return step
    return 1.0


def cap_of(values: np.ndarray) -> float:
    """The largest value that an instrument reports: the largest of all if at least a tenth of them equals it; else inf.

    A sensor that only ever says one thing is stuck, and has no cap.
    """
    top = float(np.fmax.reduce(values, initial=-np.inf))
    if not np.isfinite(top):
        return np.inf
    at_top, known = int((values == top).sum()), int((~np.isnan(values)).sum())
    return top if CAP_SHARE * known <= at_top < known else np.inf
