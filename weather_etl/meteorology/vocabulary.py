"""Closed vocabularies that several rooms share; importing them costs nothing.

Belongs here: names of raw columns, sectors, precipitation types, conditions; the version of the reader.
Does not belong here: reason codes (`reasons.py`), flags and limits (`quality/`).
"""

# Raise it when a file gives other raw rows than before: every file is read again, and shared ones are split again.
READER_VERSION = "8"

# Hours of the periods, longer than one hour, whose amounts of precipitation have a raw column of their own.
LONG_PERIODS_H = (3, 6, 9, 12, 15, 18, 21, 24)
LONG_PRECIPITATION = tuple(f"precipitation_{h}h_mm" for h in LONG_PERIODS_H)

# Text columns of `raw_observations`, in order: what a file may say about an hour.
RAW_TEXT_COLUMNS = (
    "timestamp",
    "station",
    "summary",
    "daily_summary",
    "precipitation_type",
    "temperature_c",
    "apparent_temperature_c",
    "dew_point_c",
    "humidity_percent",
    "wind_speed_ms",
    "wind_gust_ms",
    "wind_direction_deg",
    "visibility_km",
    "cloud_cover",
    "pressure_msl_hpa",
    "pressure_station_hpa",
    "report_type",
    "precipitation_mm",
    "precipitation_trace",
    *LONG_PRECIPITATION,
    "snow_depth_cm",
    "solar_radiation_wm2",
    "sunshine_min",
    "cloud_cover_percent",
    # Codes that stand in other cells than the value, as `variable=code` pairs joined by a blank.
    "quality_codes",
)
_NO_NUMBERS = {
    "timestamp", "station", "summary", "daily_summary", "precipitation_type", "cloud_cover", "report_type",
    "precipitation_trace", "quality_codes",
}  # fmt: skip
RAW_NUMBERS = tuple(c for c in RAW_TEXT_COLUMNS if c not in _NO_NUMBERS)

SECTORS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
PRECIPITATION_TYPES = ("rain", "snow", "sleet", "none")

# What `condition` may say, the more severe first; the order decides ties.
PRECIPITATION_CONDITIONS = ("rain", "light_rain", "drizzle")
SKY_CONDITIONS = ("foggy", "overcast", "mostly_cloudy", "partly_cloudy", "clear")
MODIFIERS = ("dangerously_windy", "windy", "breezy", "humid", "dry")
CONDITIONS = (*PRECIPITATION_CONDITIONS, *SKY_CONDITIONS, *MODIFIERS, "other")

# What goes along with the hours of a station that reports every few minutes, see `extremes.py`.
TEMPERATURE_EXTREMES = "temperature_extremes"
