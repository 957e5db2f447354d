"""Thresholds of quality control, each with its source; importing them costs nothing.

Belongs here: the table of limits, the names of the tests.
Does not belong here: the tests (`ranges.py`, `changes.py`, ...).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one variable in its canonical unit; None where a test does not apply.

    Attributes:
        fail: a value outside this span, ends included, fails and is nulled.
        suspect: a value outside this span is kept and suspect.
        spike: change out and back, each within an hour, above which a value is suspect, and fails.
        rate: change within an hour above which a value is suspect.
        flat_hours: hours of equal values from which on the run is suspect, and fails; where a variable has `FLAT`, that
            decides unless a station sets hours of its own.
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
        "spans: Zahumensky 2004 (WMO guidelines for AWS quality control); 4 K/h: WMO-305 (1993)",
        (3, 4), 6,
    ),
    "apparent_temperature_c": Limits((-100, 80), (-70, 60), "own choice"),
    "dew_point_c": Limits((-80, 35), (-60, 30), "spans: Zahumensky 2004; 4 K/h: WMO-305", (3, 4), 6),
    "humidity_percent": Limits(
        (1, 102), (5, 100), "Zahumensky 2004; 1 so that the sentinel 0 fails; up to 102 clipped to 100", (20, 40), 40
    ),
    "wind_speed_ms": Limits(
        (0, 75), (0, 40), "75: Zahumensky 2004; 40: WMO-305 (latitude > 45, summer)", (6, 12), 10
    ),
    "wind_gust_ms": Limits((0, 113.2), (0, 75), "113.2: HadISD record value"),
    "wind_direction_deg": Limits((0, 360), (0, 360), "span: Zahumensky 2004"),
    "visibility_km": Limits((0, 160), (0, 160), "160: ISD maximum", None, None, (24, 72)),
    "pressure_msl_hpa": Limits(
        (870, 1085), (940, 1080), "spans: HadISD records; suspect: WMO-305 (latitude > 45, winter); 3 hPa/h: WMO-305",
        (2, 3), 4,
    ),
    "pressure_station_hpa": Limits((300, 1100), (400, 1080), "WMO-305", (2, 3), 4),
    "precipitation_mm": Limits((0, 305), (0, 100), "305 mm in an hour: Holt 1947 (WMO extremes archive); 100: own choice"),
    "precipitation_long_mm": Limits(
        (0, 1825), (0, 300), "1825 mm in 24 h and 1144 in 12 h: Foc-Foc 1966 (WMO extremes archive); 300: xclim"
    ),
    "snow_depth_cm": Limits((0, 1182), (0, 300), "1182: Ibuki 1927; 300: own choice"),
    "solar_radiation_wm2": Limits((-20, 1600), (-20, 1600), "1600: Zahumensky 2004; the sun decides what is suspect"),
    "sunshine_min": Limits((0, 60), (0, 60), "by definition; up to 60.5 clipped to 60"),
    "cloud_cover_percent": Limits((0, 100), (0, 100), "by definition"),
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
    "precipitation_mm": (0, 500),
    "precipitation_long_mm": (0, 2500),
    "snow_depth_cm": (0, 1500),
    "solar_radiation_wm2": (-50, 2000),
    "sunshine_min": (0, 60),
    "cloud_cover_percent": (0, 100),
}

# What can flag a value, in the order in which it is asked. (Sentinels are missing values, and no events.)
TESTS = (
    "upstream", "syntax", "withdrawn", "gross_range", "duplicate_conflict", "sun", "consistency", "spike", "flat_line",
    "rate_of_change", "precipitation", "snow", "climatology", "month_clean_up", "suspect_input",
)  # fmt: skip


@dataclass(frozen=True)
class Still:
    """How long a variable may stand still: equal reports in a row, or days that they span.

    Attributes:
        reports: equal reports in a row that fail, by resolution of the reports in the unit of their source; None: only
            suspect, from `suspect_reports` on.
        days: days that fewer equal reports must span to fail, by resolution.
        same_hour_days: days in a row with one value at the same hour of the day that fail, by resolution.
        suspect_reports: where nothing fails, reports from which on a run is suspect, by resolution; `days` then make a
            run suspect, too.
        above: the value that a run must exceed to count, by resolution.
    """

    reports: Mapping[float, int] | None
    days: Mapping[float, int] | None = None
    same_hour_days: Mapping[float, int] | None = None
    suspect_reports: Mapping[float, int] | None = None
    above: Mapping[float, float] | None = None
    source: str = "HadISD `streaks.py`"


SUSPECT_SHARE = 0.75  # of the length that fails; own choice
_SAME_HOUR = {1.0: 25, 0.5: 20, 0.1: 15}
_PRESSURE = Still({1.0: 120, 0.5: 100, 0.1: 72}, {1.0: 28, 0.5: 21, 0.1: 14}, _SAME_HOUR)
FLAT: Mapping[str, Still] = {
    "temperature_c": Still({1.0: 40, 0.5: 30, 0.1: 24}, {1.0: 14, 0.5: 10, 0.1: 7}, _SAME_HOUR),
    "dew_point_c": Still({1.0: 80, 0.5: 60, 0.1: 48}, {1.0: 14, 0.5: 10, 0.1: 7}, _SAME_HOUR),
    "humidity_percent": Still({1.0: 48, 0.5: 48, 0.1: 24}, source="own choice; below 95 %"),
    "wind_speed_ms": Still(
        {1.0: 40, 0.5: 30, 0.1: 24}, {1.0: 14, 0.5: 10, 0.1: 7}, _SAME_HOUR, above={1.0: 0.5, 0.5: 1.0, 0.1: 0.5}
    ),
    "wind_direction_deg": Still(
        {90.0: 120, 45.0: 96, 22.5: 72, 10.0: 48, 1.0: 24}, None, {90.0: 28, 45.0: 28, 22.5: 21, 10.0: 14, 1.0: 14}
    ),
    "pressure_msl_hpa": _PRESSURE,
    "pressure_station_hpa": _PRESSURE,
    "solar_radiation_wm2": Still({1.0: 6, 0.5: 6, 0.1: 4}, source="own choice; above 20 W/m2"),
    "sunshine_min": Still({1.0: 6, 0.5: 6, 0.1: 4}, source="own choice; 1 to 59 min"),
    "snow_depth_cm": Still(
        None,
        {1.0: 90, 0.5: 90, 0.1: 90},
        suspect_reports={1.0: 90 * 24, 0.5: 90 * 24, 0.1: 90 * 24},
        source="own choice; above 0",
    ),
    "cloud_cover_percent": Still(None, suspect_reports={1.0: 72, 0.5: 72, 0.1: 72}, source="own choice; 1 to 99 %"),
}
