"""Which columns a column of an aggregated table is computed from.

Belongs here: the sources of days, months and years among the columns of the hours, and of normals among those of months.
Does not belong here: how they are computed (`aggregation/`), how Dagster is told (`orchestration/`).

A column is found by the longest beginning of its name that stands here; a test takes all other columns away and sees
that it stays.
"""

from weather_etl.meteorology.schemas import TABLES

HOURS, MONTHS = "validated_observations", "monthly_weather"
_TEMPERATURE = ("temperature_c",)
_PRESSURE = ("pressure_msl_hpa", "pressure_station_hpa")
_VECTOR = ("wind_speed_ms", "wind_direction_deg")
_RAIN = ("precipitation_mm", "precipitation_long_mm", "precipitation_long_h")
_FLAGS = tuple(c for c in TABLES[HOURS].column_names if c.endswith("_qc"))
_EVAPORATION = (
    *("temperature_c", "dew_point_c", "humidity_percent", "wind_speed_ms", "solar_radiation_wm2", "sunshine_min"),
    *_PRESSURE,
)
_TIME = ("timestamp", "observed_at")
_OF_HOURS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("date", "month", "year", "hours_expected", "days_expected"), _TIME),
    "station_id": ("station_id",),
    "suspect_n": _FLAGS,
    "fail_n": _FLAGS,
    **dict.fromkeys((*("temperature_", "hdd_", "cdd_", "gdd_", "heating_", "cooling_", "growing_", "heat_wave_", "cold_spell_"), *("is_frost", "is_ice", "is_summer", "is_hot", "is_tropical", "frost_", "ice_", "summer_", "hot_"), *("tropical_", "days_n", "months_n")), _TEMPERATURE),
    "apparent_temperature_": ("apparent_temperature_c",),
    "dew_point_": ("dew_point_c",),
    "humidity_": ("humidity_percent",),
    "pressure_": _PRESSURE,
    "visibility_": ("visibility_km",),
    "low_visibility_": ("visibility_km",),
    **dict.fromkeys(("wind_", "calm_", "windy_"), ("wind_speed_ms",)),
    **dict.fromkeys(("wind_direction_", "wind_speed_resultant", "wind_steadiness", "wind_prevailing"), _VECTOR),
    "wind_gust_": ("wind_gust_ms",),
    "wind_power_density": ("wind_power_density_wm2",),
    **dict.fromkeys(("energy_", "capacity_"), ("wind_power_kw",)),
    **dict.fromkeys(("precipitation_", "is_wet", "wet_", "r10mm", "r20mm", "rx", "sdii", "cwd_", "cdd_days"), _RAIN),
    **dict.fromkeys(("snow_", "is_snow"), ("snow_depth_cm",)),
    "solar_radiation_": ("solar_radiation_wm2",),
    "sunshine_": ("sunshine_min",),
    **dict.fromkeys(("cloud_", "clear_", "overcast_"), ("cloud_cover_percent",)),
    "et0_": _EVAPORATION,
    "water_balance": (*_EVAPORATION, *_RAIN),
    "pv_": ("pv_power_kw",),
    "condition_": ("condition",),
}  # fmt: skip
# What comes from the settings of the station, not from a column.
_SETTINGS = {"timezone", "degree_day_bases"}
# Columns of normals that months have under another name.
_OF_MONTHS = {
    "calendar_month": "month", "period_start": "month", "period_end": "month", "years_n": "month", "is_normal": "month",
    "temperature_mean_c_sd": "temperature_mean_c", "precipitation_mm_sd": "precipitation_mm",
    **{f"precipitation_q{q}_mm": "precipitation_mm" for q in (20, 40, 60, 80)},
    "rx1day_record_mm": "rx1day_mm", "rx1day_record_date": "rx1day_date",
}  # fmt: skip


class UnknownSources(LookupError):
    """A column was added to a contract, and nothing says here what it is computed from."""

    def __init__(self, column: str, table: str = HOURS) -> None:
        super().__init__(
            f"What {column} is computed from is said nowhere: add the beginning of its name and the columns of "
            f"{table} that it comes from to weather_etl/meteorology/lineage.py."
        )


def sources(table: str) -> dict[str, list[tuple[str, str]]]:
    """Column of an aggregated table -> table and column of each of its sources; settings are none.

    Raises:
        UnknownSources: a column begins like none that is known here.
    """
    columns = [c for c in TABLES[table].column_names if c not in _SETTINGS]
    if table == "climate_normals":
        months = TABLES[MONTHS].column_names
        of_months = {c: _OF_MONTHS.get(c, c) for c in columns}
        for column, source in of_months.items():
            if source not in months:
                raise UnknownSources(column, MONTHS)
        return {c: [(MONTHS, source)] for c, source in of_months.items()}
    return {c: [(HOURS, source) for source in _of_hours(c)] for c in columns}


def _of_hours(column: str) -> tuple[str, ...]:
    known = [beginning for beginning in _OF_HOURS if column.startswith(beginning)]
    if not known:
        raise UnknownSources(column)
    return _OF_HOURS[max(known, key=len)]
