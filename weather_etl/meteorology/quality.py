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
    """Limits of one variable in its canonical unit; None where a test does not apply.

    Attributes:
        fail, suspect: inclusive spans of the gross-range test; a value outside `fail` is nulled.
        spike: out-and-back change within an hour above which a value is suspect, and fails.
        rate: change within an hour above which a value is suspect.
        flat_hours: length of a run of equal values from which on it is suspect, and fails.
        source: where the figures come from.
    """

    fail: tuple[float, float]
    suspect: tuple[float, float]
    source: str
    spike: tuple[float, float] | None = None
    rate: float | None = None
    flat_hours: tuple[float, float] | None = None


# One row per measured variable; the keys are the measured columns of `validated_observations`, in order.
LIMITS: Mapping[str, Limits] = {
    "temperature_c": Limits(
        (-80, 60), (-60, 50),
        "spans: Zahumensky 2004 (WMO guidelines for AWS quality control); 4 K/h: WMO-305 (1993); 24 h: HadISD",
        (3, 4), 6, (12, 24),
    ),
    "apparent_temperature_c": Limits((-100, 80), (-70, 60), "own choice"),
    "dew_point_c": Limits((-80, 35), (-60, 30), "spans: Zahumensky 2004; 4 K/h: WMO-305; 48 h: HadISD", (3, 4), 6, (24, 48)),
    "humidity_percent": Limits(
        (1, 102), (5, 100), "Zahumensky 2004; 1 so that the sentinel 0 fails; up to 102 clipped to 100", (20, 40), 40, (24, 48)
    ),
    "wind_speed_ms": Limits(
        (0, 75), (0, 40), "75: Zahumensky 2004; 40: WMO-305 (latitude > 45, summer); 24 h: HadISD", (6, 12), 10, (12, 24)
    ),
    "wind_gust_ms": Limits((0, 113.2), (0, 75), "113.2: HadISD record value"),
    "wind_direction_deg": Limits((0, 360), (0, 360), "span: Zahumensky 2004; 24 h at 1 degree: HadISD", None, None, (24, 48)),
    "visibility_km": Limits((0, 160), (0, 160), "160: ISD maximum", None, None, (24, 72)),
    "pressure_msl_hpa": Limits(
        (870, 1085), (940, 1080), "spans: HadISD records; suspect: WMO-305 (latitude > 45, winter); 3 hPa/h: WMO-305",
        (2, 3), 4, (12, 24),
    ),
    "pressure_station_hpa": Limits((300, 1100), (400, 1080), "WMO-305", (2, 3), 4, (12, 24)),
}  # fmt: skip
VARIABLES = tuple(LIMITS)

# What can flag a value, in the order in which it is asked.
TESTS = (
    "upstream", "syntax", "duplicate_conflict", "gross_range", "consistency", "spike", "flat_line", "rate_of_change",
    "climatology", "month_clean_up", "suspect_input",
)  # fmt: skip


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
