"""Is a value good? Flags, limits and tests.

Belongs here: QARTOD flags, the table of limits with their sources, one function per test.
Does not belong here: reading cells (`observations.py`), aggregation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Flag(IntEnum):
    """QARTOD flag of one value (IOOS QARTOD manual, 2020; the vocabulary of ioos_qc)."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


@dataclass(frozen=True)
class Limits:
    """Inclusive spans of one variable in its canonical unit; a value outside `fail` is nulled."""

    fail: tuple[float, float]
    suspect: tuple[float, float]
    source: str


# One row per measured variable; the keys are the measured columns of `validated_observations`, in order.
LIMITS: Mapping[str, Limits] = {
    "temperature_c": Limits((-80, 60), (-60, 50), "Zahumensky 2004 (WMO guidelines for AWS quality control)"),
    "apparent_temperature_c": Limits((-100, 80), (-70, 60), "own choice"),
    "dew_point_c": Limits((-80, 35), (-60, 30), "Zahumensky 2004"),
    "humidity_percent": Limits((1, 102), (5, 100), "Zahumensky 2004; 1 so that the sentinel 0 fails; up to 102 clipped"),
    "wind_speed_ms": Limits((0, 75), (0, 40), "Zahumensky 2004; suspect: WMO-305 (latitude > 45, summer)"),
    "wind_gust_ms": Limits((0, 113.2), (0, 75), "HadISD record value"),
    "wind_direction_deg": Limits((0, 360), (0, 360), "Zahumensky 2004"),
    "visibility_km": Limits((0, 160), (0, 160), "ISD maximum"),
    "pressure_msl_hpa": Limits((870, 1085), (940, 1080), "HadISD records; suspect: WMO-305 (latitude > 45, winter)"),
    "pressure_station_hpa": Limits((300, 1100), (400, 1080), "WMO-305"),
}
VARIABLES = tuple(LIMITS)


def gross_range(values: "np.ndarray", limits: Limits) -> "np.ndarray":
    """Gross-range test (QARTOD test 4).

    Args:
        values: float64, shape (n,), canonical unit, NaN where missing.
        limits: inclusive spans.

    Returns:
        uint8 flags, shape (n,): 4 outside `limits.fail`, 3 outside `limits.suspect`, 9 for NaN, else 1.
    """
    import numpy as np

    flags = np.full(len(values), Flag.GOOD, dtype=np.uint8)
    (fail_low, fail_high), (low, high) = limits.fail, limits.suspect
    flags[(values < low) | (values > high)] = Flag.SUSPECT
    flags[(values < fail_low) | (values > fail_high)] = Flag.FAIL
    flags[np.isnan(values)] = Flag.MISSING
    return flags
