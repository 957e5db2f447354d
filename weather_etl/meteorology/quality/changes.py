"""Does a value fit those of the hours beside it? Spikes and jumps.

Belongs here: tests of changes from hour to hour, on an hourly grid in time order, NaN where there is no value.
Does not belong here: values that do not change (`still.py`).

"""

import numpy as np

from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import Limits


def spike(values: np.ndarray, limits: Limits) -> np.ndarray:
    """Spike test (QARTOD test 6, the method that ioos_qc calls "differential").

    A value is a spike by the smaller of its changes from the hour before and to the hour after, if they go opposite
    ways: 3 above `limits.spike[0]`, 4 above `limits.spike[1]`, 2 at both ends and beside missing values. Comparing
    with the average of the neighbours, as QARTOD's own formula does, would flag the good neighbours of a spike too.
    """
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.spike and len(values) > 2:
        change = np.diff(values)
        there, back = change[:-1], -change[1:]
        size = np.minimum(np.abs(there), np.abs(back))
        opposite = there * back > 0
        inner = flags[1:-1]
        inner[~np.isnan(size)] = Flag.GOOD
        inner[opposite & (size > limits.spike[0])] = Flag.SUSPECT
        inner[opposite & (size > limits.spike[1])] = Flag.FAIL
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
