"""Is a value possible? Tests of one value alone.

Belongs here: gross range, the numbers that are used for "no value". Does not belong here: what the limits are (`limits.py`).

Shapes and units: `quality/__init__.py`.
"""

import numpy as np

from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.limits import Limits

# Usual marks of a missing value; of those of three and four digits any fraction.
_EXACT = np.array([-99.0, -99.9, -99.99, 32767.0, -32768.0, 6999.0])
_WHOLE = np.array([-999.0, -9999.0, 999.0, 9999.0])
# So common that they count as marks only where nothing comes near them.
_COMMON = np.array([99.0, 99.9, 99.99, 88.0, 88.8, 888.0, 888.8])


def is_sentinel(values: np.ndarray, *, apart: bool = False) -> np.ndarray:
    """Mask of the numbers that are used to say that there is no value, in the unit in which they were written.

    Any array of numbers, shape (n,). With `apart` also of those that say so only if no other value comes near them.
    """
    x = np.asarray(values, dtype=np.float64)
    marks = np.append(_EXACT, _COMMON) if apart else _EXACT
    exact = (np.abs(x[:, None] - marks) < 1e-6).any(axis=1)
    return exact | np.isin(np.trunc(np.round(x, 6)), _WHOLE)


def outside(values: np.ndarray, limits: Limits) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the values that are suspect, and that fail, by the gross-range test."""
    (fail_low, fail_high), (low, high) = limits.fail, limits.suspect
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((values < low) | (values > high))
    x = values[rows]
    failed = (x < fail_low) | (x > fail_high)
    return rows[~failed], rows[failed]


def gross_range(values: np.ndarray, limits: Limits) -> np.ndarray:
    """Gross-range test (QARTOD test 4): 4 outside `limits.fail`, 3 outside `limits.suspect`, both inclusive."""
    flags = np.full(len(values), Flag.GOOD, dtype=np.uint8)
    suspect, failed = outside(values, limits)
    flags[suspect], flags[failed] = Flag.SUSPECT, Flag.FAIL
    flags[np.isnan(values)] = Flag.MISSING
    return flags
