"""Does a value fit those of the hours beside it? Spikes and jumps.

Belongs here: tests of changes from hour to hour, in time order. Does not belong here: values that do not change (`still.py`).

Shapes and units: `quality/__init__.py`.
"""

from collections.abc import Iterator

import numpy as np

from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import Limits

BLOCK = 1 << 16  # hours at a time, so that what is worked on stays in the processor's cache


NO_GAPS = np.empty(0, dtype=np.int64)


def spikes(values: np.ndarray, limits: Limits, gaps: np.ndarray = NO_GAPS) -> tuple[np.ndarray, np.ndarray]:
    """Positions of suspect and of failed spikes (QARTOD test 6, the method that ioos_qc calls "differential").

    A value is a spike by the smaller of its changes from the hour before and to the hour after, if they go opposite
    ways: suspect above `limits.spike[0]`, failed above `limits.spike[1]`. Comparing with the average of the neighbours,
    as QARTOD's own formula does, would flag the good neighbours of a spike too.

    Args:
        values, limits: of one variable.
        gaps: positions, ascending, of the values whose hour does not follow that of the value before.
    """
    positions, sizes = [NO_GAPS], [np.empty(0)]
    if limits.spike:
        for start, change in _changes(values, gaps, overlap=1):
            size = np.minimum(np.abs(change[:-1]), np.abs(change[1:]))
            large = np.flatnonzero(size > limits.spike[0])  # few
            large = large[change[large] * change[large + 1] < 0]
            positions.append(start + large)
            sizes.append(size[large])
    rows = np.concatenate(positions)
    failed = np.concatenate(sizes) > (limits.spike[1] if limits.spike else np.inf)
    return rows[~failed], rows[failed]


def spike(values: np.ndarray, limits: Limits) -> np.ndarray:
    """The flags of the spike test: 2 at both ends and beside missing values."""
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.spike and len(values) > 2:
        flags[1:-1][~np.isnan(values[:-2] + values[1:-1] + values[2:])] = Flag.GOOD
    suspect, failed = spikes(values, limits)
    flags[suspect], flags[failed] = Flag.SUSPECT, Flag.FAIL
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def jumps(values: np.ndarray, limits: Limits, gaps: np.ndarray = NO_GAPS) -> np.ndarray:
    """Positions of the values that changed by more than `limits.rate` in the hour before (QARTOD test 7); `gaps` as in `spikes`."""
    positions = [NO_GAPS]
    if limits.rate is not None:
        for start, change in _changes(values, gaps, overlap=0):
            positions.append(start + np.flatnonzero(np.abs(change) > limits.rate))
    return np.concatenate(positions)


def rate_of_change(values: np.ndarray, limits: Limits) -> np.ndarray:
    """The flags of the rate-of-change test: 2 where the hour before is missing (ioos_qc calls that good)."""
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.rate is not None:
        flags[1:][~np.isnan(values[1:] + values[:-1])] = Flag.GOOD
    flags[jumps(values, limits)] = Flag.SUSPECT
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def _changes(values: np.ndarray, gaps: np.ndarray, overlap: int) -> Iterator[tuple[int, np.ndarray]]:
    """Position of the later value of the first change, and the changes from value to value, NaN across gaps; in blocks
    that share as many changes."""
    with np.errstate(invalid="ignore"):
        for start in range(0, len(values) - 1 - overlap, BLOCK):
            x = values[start : start + BLOCK + 1 + overlap]
            change = x[1:] - x[:-1]
            if len(gaps):
                first, last = np.searchsorted(gaps, [start + 1, start + len(x)])
                change[gaps[first:last] - start - 1] = np.nan
            yield start + 1, change
