"""Is a value good? Flags, limits and tests.

Belongs here: QARTOD flags, the table of limits with their sources, one function per test.
Does not belong here: the order of the tests and what becomes of a value that fails (`cascade.py`), reading cells.

Every test takes one variable of one station on an hourly grid: float64 of shape (n,), one value per hour in time
order, NaN where there is none. It returns uint8 flags of the same shape: 1 good, 3 suspect, 4 fail, 9 for NaN, and
2 where the test could not look, because a neighbour, a limit or a climatology is missing.
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
        spike: change out and back, each within an hour, above which a value is suspect, and fails.
        rate: change within an hour above which a value is suspect.
        flat_hours: hours of equal values from which on the run is suspect, and fails.
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

# What no limits of a station may go beyond: the range of the column in every table.
POSSIBLE: Mapping[str, tuple[float, float]] = {
    "temperature_c": (-100, 70),
    "apparent_temperature_c": (-150, 120),
    "dew_point_c": (-120, 50),
    "humidity_percent": (0, 110),
    "wind_speed_ms": (0, 150),
    "wind_gust_ms": (0, 150),
    "wind_direction_deg": (0, 360),
    "visibility_km": (0, 500),
    "pressure_msl_hpa": (800, 1150),
    "pressure_station_hpa": (200, 1150),
}

# What can flag a value, in the order in which it is asked.
TESTS = (
    "upstream", "syntax", "gross_range", "duplicate_conflict", "consistency", "spike", "flat_line", "rate_of_change",
    "climatology", "month_clean_up", "suspect_input",
)  # fmt: skip

EQUAL_WITHIN = 1e-9
SATURATED_PERCENT = 95.0
LIGHT_WIND_MS = 0.5
CLIMATOLOGY_SD = 5.0
CLIMATOLOGY_YEARS = 3
CLEAN_UP_SHARE = 0.4
# Variables whose distribution within a calendar month is near enough to a bell for a test in standard deviations.
CLIMATOLOGY_VARIABLES = (
    "temperature_c", "dew_point_c", "humidity_percent", "wind_speed_ms", "pressure_msl_hpa", "pressure_station_hpa",
)  # fmt: skip


def gross_range(values: "np.ndarray", limits: Limits) -> "np.ndarray":
    """Gross-range test (QARTOD test 4): 4 outside `limits.fail`, 3 outside `limits.suspect`, both inclusive."""
    import numpy as np

    flags = np.full(len(values), Flag.GOOD, dtype=np.uint8)
    (fail_low, fail_high), (low, high) = limits.fail, limits.suspect
    flags[(values < low) | (values > high)] = Flag.SUSPECT
    flags[(values < fail_low) | (values > fail_high)] = Flag.FAIL
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def spike(values: "np.ndarray", limits: Limits) -> "np.ndarray":
    """Spike test (QARTOD test 6, the method that ioos_qc calls "differential").

    A value is a spike by the smaller of its changes from the hour before and to the hour after, if they go opposite
    ways: 3 above `limits.spike[0]`, 4 above `limits.spike[1]`, 2 at both ends and beside missing values. Comparing
    with the average of the neighbours, as QARTOD's own formula does, would flag the good neighbours of a spike too.
    """
    import numpy as np

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


def flat_line(values: "np.ndarray", limits: Limits, excluded: "np.ndarray | None" = None) -> "np.ndarray":
    """Flat-line test (QARTOD test 8; HadISD streak check): the whole run of equal values is flagged.

    n equal values in a row last n hours: 3 from `limits.flat_hours[0]` on, 4 from `limits.flat_hours[1]` on. Equal
    means closer than 1e-9 to the hour before. ioos_qc flags only what comes after the threshold, not the run.

    Args:
        values, limits: as everywhere.
        excluded: bool, shape (n,), hours whose value may well stand still; they end a run and are good.
    """
    import numpy as np

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


def rate_of_change(values: "np.ndarray", limits: Limits) -> "np.ndarray":
    """Rate-of-change test (QARTOD test 7): 3 where the value changed by more than `limits.rate` in the hour before.

    2 where the hour before is missing (ioos_qc calls that good).
    """
    import numpy as np

    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    if limits.rate is not None and len(values) > 1:
        change = np.abs(np.diff(values))
        later = flags[1:]
        later[~np.isnan(change)] = Flag.GOOD
        later[change > limits.rate] = Flag.SUSPECT
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def climatology(values: "np.ndarray", years: "np.ndarray", months: "np.ndarray") -> "np.ndarray":
    """Climatology test (QARTOD test 5): 3 where a value is more than 5 sd from the mean of its calendar month.

    Mean and standard deviation are those of all values of the calendar month in the record (5 sd as xclim's
    `data_flags`, there for the day of the year); 2 in calendar months with values in fewer than three years. The
    record itself must span three years (`Cascade.climatology`).

    Args:
        values: as everywhere.
        years, months: int, shape (n,), year and month (0 to 11) of each hour.
    """
    import numpy as np

    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    valid = np.flatnonzero(~np.isnan(values))
    if len(valid) and years[-1] - years[0] + 1 >= CLIMATOLOGY_YEARS:
        x, month = values[valid], months[valid]
        span = int(years[-1] - years[0]) + 1
        seen = np.bincount(month * span + years[valid] - years[0], minlength=12 * span).reshape(12, span) > 0
        n = np.maximum(np.bincount(month, minlength=12), 1)
        mean = np.bincount(month, x, minlength=12) / n
        distance = np.abs(x - mean[month])
        sd = np.sqrt(np.bincount(month, distance * distance, minlength=12) / n)
        found = np.where(distance > CLIMATOLOGY_SD * sd[month] + EQUAL_WITHIN, Flag.SUSPECT, Flag.GOOD)
        enough = seen.sum(axis=1) >= CLIMATOLOGY_YEARS
        flags[valid] = np.where(enough[month], found, Flag.NOT_EVALUATED)
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def month_clean_up(flags: "np.ndarray", months: "np.ndarray") -> "np.ndarray":
    """Month clean-up (HadISD `clean_up.py`): where more than 40 % of a month's values failed, the rest is suspect.

    Args:
        flags: uint8, shape (n,), of all tests before this one.
        months: int, shape (n,), number of the month of each hour, ascending.

    Returns:
        3 for the values that did not fail in such a month, 4 and 9 as they were, else 1.
    """
    import numpy as np

    out = np.full(len(flags), Flag.GOOD, dtype=np.uint8)
    failed, missing = flags == Flag.FAIL, flags == Flag.MISSING
    if failed.any():
        month = months - months[0]
        share = np.bincount(month, failed) / np.maximum(np.bincount(month, ~missing), 1)
        out[share[month] > CLEAN_UP_SHARE] = Flag.SUSPECT
    out[failed], out[missing] = Flag.FAIL, Flag.MISSING
    return out


def aggregate(*flags: "np.ndarray") -> "np.ndarray":
    """The flag of a value from those of its tests, by precedence 9 < 2 < 1 < 3 < 4 (ioos_qc `qartod_compare`)."""
    import numpy as np

    in_order = np.array([Flag.MISSING, Flag.NOT_EVALUATED, Flag.GOOD, Flag.SUSPECT, Flag.FAIL], dtype=np.uint8)
    rank = np.zeros(10, dtype=np.uint8)
    rank[in_order] = np.arange(5)
    highest = rank[flags[0]]
    for more in flags[1:]:
        np.maximum(highest, rank[more], out=highest)
    return in_order[highest]
