"""What every peer must compute: the constants of the quality test and the aggregates, and the names of the columns.

Here: figures and names, and the slow path for a file with rows of the wrong width, which is the same for all peers
(none of their CSV readers keeps such rows). Not here: anything that takes time on a sound file.
"""

import csv as csv_module
import io
from typing import NamedTuple

ZONE = "Europe/Budapest"
STATION = "szeged"
FILE = "weatherHistory.csv"
HOUR, DAY = 3_600_000_000, 86_400_000_000  # microseconds

TIME, SUMMARY, PRECIPITATION = "Formatted Date", "Summary", "Precip Type"
SOURCE_COLUMNS = [
    TIME, SUMMARY, PRECIPITATION, "Temperature (C)", "Apparent Temperature (C)", "Humidity", "Wind Speed (km/h)",
    "Wind Bearing (degrees)", "Visibility (km)", "Loud Cover", "Pressure (millibars)", "Daily Summary",
]  # fmt: skip
NULL_TOKENS = ["", "null", "NA", "N/A", "NaN", "M", "-", "-9999"]
PRECIPITATION_TYPES = ["rain", "snow", "sleet", "none"]
FLAG_GOOD, FLAG_SUSPECT, FLAG_FAIL, FLAG_MISSING = 1, 3, 4, 9


class Variable(NamedTuple):
    """A measured column, its unit conversion and its inclusive spans."""

    name: str
    source: str
    multiply: float
    divide: float
    fail: tuple[float, float]
    suspect: tuple[float, float]


VARIABLES = [
    Variable("temperature_c", "Temperature (C)", 1, 1, (-80, 60), (-60, 50)),
    Variable("apparent_temperature_c", "Apparent Temperature (C)", 1, 1, (-100, 80), (-70, 60)),
    Variable("humidity_percent", "Humidity", 100, 1, (1, 100), (5, 100)),
    Variable("wind_speed_ms", "Wind Speed (km/h)", 1, 3.6, (0, 75), (0, 40)),
    Variable("wind_direction_deg", "Wind Bearing (degrees)", 1, 1, (0, 360), (0, 360)),
    Variable("visibility_km", "Visibility (km)", 1, 1, (0, 160), (0, 160)),
    Variable("pressure_msl_hpa", "Pressure (millibars)", 1, 1, (870, 1085), (940, 1080)),
]
NAMES = [v.name for v in VARIABLES]

SECTORS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
DAY_SHARE = 0.8  # of the hours of a day
LONGEST_GAP = 3  # hours without a value in a day whose minimum and maximum count
MONTH_MISSING = 11  # days without a value
MONTH_CONSECUTIVE = 5
LOW_VISIBILITY_KM, WINDY_MS, CALM_DAY_MS, LEAST_RESULTANT = 1.0, 10.8, 2.0, 0.05

VALIDATED = [
    "station_id", "timestamp", *NAMES, "is_calm", "precipitation_type", "summary",
    *(f"{name}_qc" for name in NAMES), "landing_file", "line",
]  # fmt: skip
EVENTS = ["station_id", "timestamp", "variable", "test", "flag", "original_value", "landing_file", "line"]
QUARANTINED = ["station_id", "landing_file", "line", "reason", "raw_text"]
COUNTS = ["data_lines", "quarantined", "identical_duplicates", "conflicts"]

_N = ["temperature_n", "humidity_n", "pressure_n", "visibility_n", "wind_n"]
_WIND = [
    "wind_speed_mean_ms", "wind_speed_max_ms", "wind_direction_circular_deg", "wind_direction_resultant_deg",
    "wind_speed_resultant_ms", "wind_steadiness", "wind_prevailing_sector", "calm_hours", "windy_hours",
]  # fmt: skip
_SHARED = [
    "humidity_mean_percent", "humidity_min_percent", "humidity_max_percent", "pressure_mean_hpa", "pressure_min_hpa",
    "pressure_max_hpa", "visibility_mean_km", "visibility_min_km", "low_visibility_hours", *_WIND,
    "hdd_18", "cdd_18", "gdd_10",
]  # fmt: skip
DAILY = [
    "station_id", "date", "timezone", "hours_expected", "suspect_n", "fail_n", *_N,
    "temperature_mean_c", "temperature_min_c", "temperature_max_c", "temperature_range_c",
    "apparent_temperature_min_c", "apparent_temperature_max_c", *_SHARED,
    "is_frost_day", "is_ice_day", "is_summer_day", "is_hot_day", "is_tropical_night",
]  # fmt: skip
MONTHLY = [
    "station_id", "month", "timezone", "days_expected", "days_n", "hours_expected", "suspect_n", "fail_n", *_N,
    "temperature_mean_c", "temperature_min_mean_c", "temperature_max_mean_c", "temperature_min_c",
    "temperature_min_date", "temperature_max_c", "temperature_max_date", "temperature_range_mean_c", *_SHARED,
    "frost_days", "ice_days", "summer_days", "hot_days", "tropical_nights", "calm_days", "windy_days",
]  # fmt: skip
# Column of a month -> the daily column that it is the mean, or the sum, of.
DAILY_MEANS = {
    "temperature_mean_c": "temperature_mean_c", "temperature_min_mean_c": "temperature_min_c",
    "temperature_max_mean_c": "temperature_max_c", "temperature_range_mean_c": "temperature_range_c",
    "humidity_mean_percent": "humidity_mean_percent", "humidity_min_percent": "humidity_min_percent",
    "humidity_max_percent": "humidity_max_percent", "pressure_mean_hpa": "pressure_mean_hpa",
    "pressure_min_hpa": "pressure_min_hpa", "pressure_max_hpa": "pressure_max_hpa",
    "visibility_mean_km": "visibility_mean_km",
}  # fmt: skip
TOTALS = {
    "low_visibility_hours": "low_visibility_hours", "calm_hours": "calm_hours", "windy_hours": "windy_hours",
    "hdd_18": "hdd_18", "cdd_18": "cdd_18", "gdd_10": "gdd_10", "frost_days": "is_frost_day",
    "ice_days": "is_ice_day", "summer_days": "is_summer_day", "hot_days": "is_hot_day",
    "tropical_nights": "is_tropical_night", "calm_days": "calm_day", "windy_days": "windy_day",
}  # fmt: skip


# What is computed from the measured values, and the columns that it gives; the tuned scripts make them too.
ELEVATION_M, ANEMOMETER_M, HUB_M, RATED_KW = 84.0, 10.0, 100.0, 2000.0
CUT_IN_MS, RATED_MS, CUT_OUT_MS = 3.5, 13.0, 25.0
STANDARD_PRESSURE_HPA = 1013.25 * (1.0 - 0.0065 * ELEVATION_M / 288.15) ** 5.25588
ENERGY_SHARE = 0.9  # of the hours of a month
CONDITIONS = [
    "rain", "light_rain", "drizzle", "foggy", "overcast", "mostly_cloudy", "partly_cloudy", "clear",
    "dangerously_windy", "windy", "breezy", "humid", "dry", "other",
]  # fmt: skip
VALIDATED_DERIVED = ["dew_point_c", "air_density_kgm3", "wind_power_density_wm2", "wind_power_kw", "condition"]
SPAN_DERIVED = [
    "dew_point_n", "dew_point_mean_c", "wind_power_density_wm2", "energy_kwh", "capacity_factor", "energy_coverage",
    "condition_dominant", "condition_hours",
]  # fmt: skip


def condition_of(summary: str | None) -> str | None:
    """Rain before the sky, the sky before modifiers, of one kind the worse."""
    if summary is None or summary.strip() in NULL_TOKENS:
        return None
    parts = {part.strip().replace(" ", "_") for part in summary.lower().split(" and ")}
    return next((c for c in CONDITIONS if c in parts), "other")


def split_by_width(csv: bytes) -> tuple[bytes, list[int], list[tuple[int, str]]]:
    """(CSV of the rows that have 12 cells, their line numbers, (line, text) of the others)."""
    good, lines, bad = io.StringIO(), [], []
    writer = csv_module.writer(good)
    reader = csv_module.reader(io.StringIO(csv.decode()))
    writer.writerow(next(reader))
    for row in reader:
        if len(row) == len(SOURCE_COLUMNS):
            writer.writerow(row)
            lines.append(reader.line_num)
        elif row:
            bad.append((reader.line_num, ",".join(row)))
    return good.getvalue().encode(), lines, bad
