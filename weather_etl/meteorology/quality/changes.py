"""Does a value fit those of the hours beside it? Spikes and jumps.

Belongs here: tests of changes from hour to hour, on an hourly grid in time order, NaN where there is no value.
Does not belong here: values that do not change (`still.py`).

"""

import numpy as np

from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import Limits

BLOCK = 1 << 16  # hours at a time, so that what is worked on stays in the processor's cache


def spike(values: np.ndarray, limits: Limits) -> np.ndarray:
    """Spike test (QARTOD test 6, the method that ioos_qc calls "differential").

    A value is a spike by the smaller of its changes from the hour before and to the hour after, if they go opposite
    ways: 3 above `limits.spike[0]`, 4 above `limits.spike[1]`, 2 at both ends and beside missing values. Comparing
    with the average of the neighbours, as QARTOD's own formula does, would flag the good neighbours of a spike too.
    """
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.spike and len(values) > 2:
        for start in range(0, len(values) - 2, BLOCK):
            x = values[start : start + BLOCK + 2]
            change = x[1:] - x[:-1]
            there, back = change[:-1], -change[1:]
            size = np.minimum(np.abs(there), np.abs(back))
            inner = flags[start + 1 : start + 1 + len(size)]
            inner[~np.isnan(size)] = Flag.GOOD
            large = np.flatnonzero(size > limits.spike[0])  # few
            large = large[there[large] * back[large] > 0]
            inner[large] = np.where(size[large] > limits.spike[1], Flag.FAIL, Flag.SUSPECT)
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def rate_of_change(values: np.ndarray, limits: Limits) -> np.ndarray:
    """Rate-of-change test (QARTOD test 7): 3 where the value changed by more than `limits.rate` in the hour before.

    2 where the hour before is missing (ioos_qc calls that good).
    """
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.rate is not None and len(values) > 1:
        change = np.abs(np.diff(values))
        later = flags[1:]
        later[~np.isnan(change)] = Flag.GOOD
        later[change > limits.rate] = Flag.SUSPECT
    flags[np.isnan(values)] = Flag.MISSING
    return flags
