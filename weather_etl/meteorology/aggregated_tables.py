"""The contracts of the aggregated tables: days, months, years, normals.

Belongs here: columns, units, ranges, when a column is null. Does not belong here: how they are made (`aggregation/`).

Names, order and meaning of the columns of months, years and normals are written once, for a span of days.
"""

from dataclasses import replace
from typing import Any

from weather_etl.meteorology.columns import STATION, Column, Table, boolean, count, date, number, text
from weather_etl.meteorology.quality import POSSIBLE
from weather_etl.meteorology.vocabulary import CONDITIONS, SECTORS

_TIMEZONE = text("timezone", "Zone that bounds the civil days: the station's IANA zone, or UTC by its settings.")
_PRESSURE_KIND = text(
    "pressure_kind",
    "What the pressure columns hold: msl (mean sea level) where the station has it, else station.",
    nullable=True,
    isin=("msl", "station"),
    null_when="the station has no pressure",
)

# Ranges of the values of an hour hold for their means and extremes too.
_TEMPERATURE, _APPARENT, _DEW_POINT = (POSSIBLE[v] for v in ("temperature_c", "apparent_temperature_c", "dew_point_c"))
_PERCENT, _DEGREES = (0, 100), (0, 360)
_PRESSURE = (POSSIBLE["pressure_station_hpa"][0], POSSIBLE["pressure_msl_hpa"][1])
_AIR, _WIND, _FROM, _VISIBILITY = "air_temperature", "wind_speed", "wind_from_direction", "visibility_in_air"
_APPARENT_NAME, _DEW_NAME, _HUMIDITY = "apparent_air_temperature", "dew_point_temperature", "relative_humidity"
_DEFICIT = "integral_wrt_time_of_air_temperature_deficit"
_EXCESS = "integral_wrt_time_of_air_temperature_excess"
_RAIN, _SNOW_NAME, _SUN, _CLOUD = (
    "lwe_thickness_of_precipitation_amount", "surface_snow_thickness", "duration_of_sunshine", "cloud_area_fraction",
)  # fmt: skip
_NO_BASE = "the settings of the station give no base"
_BASES = text(
    "degree_day_bases",
    "The station's own bases of degree days, in degC, and the mean temperatures up to or from which a day counts.",
    nullable=True,
    null_when=_NO_BASE,
)
_RAIN_DAYS = "number_of_days_with_lwe_thickness_of_precipitation_amount_above_threshold"
_BELOW = "number_of_days_with_air_temperature_below_threshold"
_ABOVE = "number_of_days_with_air_temperature_above_threshold"

_HOURS = "fewer than 80 % of the hours have a value"
_GAPLESS = f"{_HOURS}, or more than 3 in a row have none"
_TILED = "neither the hours nor longer periods cover the day exactly"
_LIGHT = "an hour with daylight has no value (any hour, where the place of the station is not known)"
_VECTORS = f"{_HOURS} of speed and direction (a calm needs none)"

QUINTILES = (20, 40, 60, 80)

_DAILY = Table(
    "daily_weather",
    "Statistics of civil days; null where too many hours are missing, the counts always stand.",
    "one civil day of the station's zone with at least one observation",
    (
        STATION,
        date("date", "Civil day."),
        _TIMEZONE,
        count("hours_expected", "Hours of the day: 23, 24 or 25.", unit="h"),
        count("suspect_n", "Values flagged suspect, all variables."),
        count("fail_n", "Values flagged fail, all variables."),
        count("temperature_n", "Hours with a temperature.", unit="h"),
        number("temperature_mean_c", "degC", "Mean of the hourly temperatures.", *_TEMPERATURE, standard_name=_AIR, null_when=_HOURS),
        number("temperature_min_c", "degC", "Lowest hourly temperature.", *_TEMPERATURE, standard_name=_AIR, null_when=_GAPLESS),
        number("temperature_max_c", "degC", "Highest hourly temperature.", *_TEMPERATURE, standard_name=_AIR, null_when=_GAPLESS),
        number("temperature_range_c", "degC", "Highest minus lowest.", 0, null_when=_GAPLESS),
        number("apparent_temperature_min_c", "degC", "Lowest apparent temperature.", *_APPARENT, standard_name=_APPARENT_NAME, null_when=_GAPLESS),
        number("apparent_temperature_max_c", "degC", "Highest apparent temperature.", *_APPARENT, standard_name=_APPARENT_NAME, null_when=_GAPLESS),
        count("dew_point_n", "Hours with a dew point.", unit="h"),
        number("dew_point_mean_c", "degC", "Mean dew point.", *_DEW_POINT, standard_name=_DEW_NAME, null_when=_HOURS),
        count("humidity_n", "Hours with a relative humidity.", unit="h"),
        number("humidity_mean_percent", "%", "Mean relative humidity.", *_PERCENT, standard_name=_HUMIDITY, null_when=_HOURS),
        number("humidity_min_percent", "%", "Lowest relative humidity.", *_PERCENT, standard_name=_HUMIDITY, null_when=_GAPLESS),
        number("humidity_max_percent", "%", "Highest relative humidity.", *_PERCENT, standard_name=_HUMIDITY, null_when=_GAPLESS),
        _PRESSURE_KIND,
        count("pressure_n", "Hours with a pressure.", unit="h"),
        number("pressure_mean_hpa", "hPa", "Mean pressure.", *_PRESSURE, standard_name="air_pressure", null_when=_HOURS),
        number("pressure_min_hpa", "hPa", "Lowest pressure.", *_PRESSURE, standard_name="air_pressure", null_when=_GAPLESS),
        number("pressure_max_hpa", "hPa", "Highest pressure.", *_PRESSURE, standard_name="air_pressure", null_when=_GAPLESS),
        count("visibility_n", "Hours with a visibility.", unit="h"),
        number("visibility_mean_km", "km", "Mean visibility.", 0, standard_name=_VISIBILITY, null_when=_HOURS),
        number("visibility_min_km", "km", "Lowest visibility.", 0, standard_name=_VISIBILITY, null_when=_GAPLESS),
        count("low_visibility_hours", "Hours below 1 km (WMO fog limit).", unit="h", nullable=True, null_when=_HOURS),
        count("wind_n", "Hours with a wind speed.", unit="h"),
        number("wind_speed_mean_ms", "m s-1", "Scalar mean of the hourly wind speeds.", 0, standard_name=_WIND, null_when=_HOURS),
        number("wind_speed_max_ms", "m s-1", "Highest hourly mean; not a gust.", 0, standard_name=_WIND, null_when=_GAPLESS),
        number("wind_gust_max_ms", "m s-1", "Highest gust.", 0, standard_name="wind_speed_of_gust", null_when=_GAPLESS),
        number("wind_direction_circular_deg", "degree", "Circular mean direction, calms left out.", *_DEGREES, standard_name=_FROM, null_when=f"{_VECTORS}, or the directions cancel out (R < 0.05)"),
        number("wind_direction_resultant_deg", "degree", "Direction of the mean wind vector, calms as zero vectors.", *_DEGREES, standard_name=_FROM, null_when=f"{_VECTORS}, or the mean vector is 0"),
        number("wind_speed_resultant_ms", "m s-1", "Length of the mean wind vector, calms as zero vectors.", 0, standard_name=_WIND, null_when=_VECTORS),
        number("wind_steadiness", "1", "Resultant over scalar mean speed.", 0, 1, null_when=f"{_VECTORS}, or there is no wind"),
        text("wind_prevailing_sector", "Most frequent of 16 sectors, calms left out; tie: more wind run, then clockwise from north.", nullable=True, isin=SECTORS, null_when=f"{_VECTORS}, or there is no wind"),
        count("calm_hours", "Hours with wind speed 0.", unit="h", nullable=True, null_when=_HOURS),
        count("windy_hours", "Hours with 10.8 m/s or more.", unit="h", nullable=True, null_when=_HOURS),
        number("hdd_18", "degC d", "Heating degree days, base 18 degC, from the mean temperature.", 0, standard_name=_DEFICIT, null_when=_HOURS),
        number("cdd_18", "degC d", "Cooling degree days, base 18 degC, from the mean temperature.", 0, standard_name=_EXCESS, null_when=_HOURS),
        number("gdd_10", "degC d", "Growing degree days, base 10 degC, from the mean temperature.", 0, standard_name=_EXCESS, null_when=_HOURS),
        number("heating_degree_days", "degC d", "Heating degree days to the station's own base and limit.", 0, standard_name=_DEFICIT, null_when=f"{_HOURS}, or {_NO_BASE}"),
        number("cooling_degree_days", "degC d", "Cooling degree days to the station's own base and limit.", 0, standard_name=_EXCESS, null_when=f"{_HOURS}, or {_NO_BASE}"),
        number("growing_degree_days", "degC d", "Growing degree days to the station's own base.", 0, standard_name=_EXCESS, null_when=f"{_HOURS}, or {_NO_BASE}"),
        _BASES,
        boolean("is_frost_day", "Lowest temperature below 0 degC.", null_when=_GAPLESS),
        boolean("is_ice_day", "Highest temperature below 0 degC.", null_when=_GAPLESS),
        boolean("is_summer_day", "Highest temperature above 25 degC.", null_when=_GAPLESS),
        boolean("is_hot_day", "Highest temperature above 30 degC.", null_when=_GAPLESS),
        boolean("is_tropical_night", "Lowest temperature above 20 degC.", null_when=_GAPLESS),
        number("wind_power_density_wm2", "W m-2", "Mean of half the air density times the cube of the hourly speed.", 0, null_when=_HOURS),
        number("energy_kwh", "kWh", "Energy of the station's turbine.", 0, null_when="any hour is missing"),
        number("capacity_factor", "1", "Energy over that of the rated power in all hours.", 0, null_when="any hour is missing"),
        replace(number("energy_coverage", "1", "Share of the hours whose turbine power is known.", 0, 1), nullable=False),
        count("precipitation_n", "Hours whose precipitation is known.", unit="h"),
        number("precipitation_mm", "mm", "Precipitation of the hours that began in the day.", 0, standard_name=_RAIN, null_when=_TILED),
        number("precipitation_max_hour_mm", "mm", "Most precipitation of an hour.", 0, standard_name=_RAIN, null_when=_HOURS),
        boolean("is_wet_day", "1 mm or more fell.", null_when=_TILED),
        count("snow_depth_n", "Hours with a snow depth.", unit="h"),
        number("snow_depth_max_cm", "cm", "Greatest snow depth.", 0, standard_name=_SNOW_NAME, null_when="there is no value"),
        boolean("is_snow_day", "Snow lay 1 cm deep or more.", null_when="there is no value"),
        count("solar_radiation_n", "Hours with a global radiation.", unit="h"),
        number("solar_radiation_mjm2", "MJ m-2", "Sum of global radiation (3.6 MJ are 1 kWh).", 0, standard_name="integral_wrt_time_of_surface_downwelling_shortwave_flux_in_air", null_when=_LIGHT),
        count("sunshine_n", "Hours with a duration of sunshine.", unit="h"),
        number("sunshine_h", "h", "Sunshine.", 0, 24, standard_name=_SUN, null_when=_LIGHT),
        count("cloud_cover_n", "Hours with a cloud cover.", unit="h"),
        number("cloud_cover_mean_percent", "%", "Mean cloud cover.", *_PERCENT, standard_name=_CLOUD, null_when=_HOURS),
        number("et0_mm", "mm", "Reference evapotranspiration of grass, FAO-56.", 0, null_when="an input is null: extremes of temperature, moisture, wind, radiation or sunshine, place or elevation"),
        text("et0_radiation", "Where its radiation comes from: measured, or from sunshine.", nullable=True, isin=("measured", "sunshine"), null_when="there is no such value"),
        number("pv_energy_kwh", "kWh", "Energy of the station's solar module of 1 kWp.", 0, null_when=_LIGHT),
        text("condition_dominant", "Most frequent condition of the hours; tie: the more severe.", nullable=True, isin=CONDITIONS, null_when=_HOURS),
        count("condition_hours", "Hours with that condition.", unit="h", nullable=True, null_when=_HOURS),
    ),
    key=("station_id", "date"),
)  # fmt: skip

_ANOMALIES = {
    "month": "Mean temperature minus the period average of that calendar month (`climate_normals`).",
    "year": "Mean temperature minus the average of the years of the period.",
}


def _of_span(span: str, mean: str, whole: str) -> tuple[Column, ...]:
    """Columns of a month or a year after its key: `mean` and `whole` say when means and sums are null."""

    def means(name: str, unit: str, description: str, *limits: float, **kw: Any) -> Column:
        return number(name, unit, description, *limits, null_when=mean, **kw)

    def sums(name: str, unit: str, description: str, **kw: Any) -> Column:
        return number(name, unit, description, 0, null_when=whole, **kw)

    few = "more than 3 days are missing" if span == "month" else "more than 15 days are missing"

    def extremes(name: str, unit: str, description: str, **kw: Any) -> Column:
        return number(name, unit, description, 0, null_when=few, **kw)

    def counts(name: str, description: str, unit: str = "d", **kw: Any) -> Column:
        return count(name, description, unit=unit, nullable=True, null_when=whole, **kw)

    return (
        count("days_expected", f"Days of the {span}.", unit="d"),
        count("days_n", "Days with a mean temperature.", unit="d"),
        count("hours_expected", f"Hours of the {span}.", unit="h"),
        count("suspect_n", "Values flagged suspect, all variables."),
        count("fail_n", "Values flagged fail, all variables."),
        count("temperature_n", "Hours with a temperature.", unit="h"),
        count("dew_point_n", "Hours with a dew point.", unit="h"),
        count("humidity_n", "Hours with a relative humidity.", unit="h"),
        count("pressure_n", "Hours with a pressure.", unit="h"),
        count("visibility_n", "Hours with a visibility.", unit="h"),
        count("wind_n", "Hours with a wind speed.", unit="h"),
        means("temperature_mean_c", "degC", "Mean of the daily means.", *_TEMPERATURE, standard_name=_AIR),
        means("temperature_min_mean_c", "degC", "Mean of the daily lowest temperatures.", *_TEMPERATURE, standard_name=_AIR),
        means("temperature_max_mean_c", "degC", "Mean of the daily highest temperatures.", *_TEMPERATURE, standard_name=_AIR),
        means("temperature_min_c", "degC", f"Lowest temperature of the {span}.", *_TEMPERATURE, standard_name=_AIR),
        date("temperature_min_date", "First day that had it.", nullable=True, null_when=mean),
        means("temperature_max_c", "degC", f"Highest temperature of the {span}.", *_TEMPERATURE, standard_name=_AIR),
        date("temperature_max_date", "First day that had it.", nullable=True, null_when=mean),
        means("temperature_range_mean_c", "degC", "Mean of the daily ranges.", 0),
        number("temperature_anomaly_c", "degC", _ANOMALIES[span], null_when="the mean temperature or the average is null"),
        means("apparent_temperature_min_c", "degC", "Mean of the daily lowest apparent temperatures.", *_APPARENT, standard_name=_APPARENT_NAME),
        means("apparent_temperature_max_c", "degC", "Mean of the daily highest apparent temperatures.", *_APPARENT, standard_name=_APPARENT_NAME),
        means("humidity_mean_percent", "%", "Mean of the daily means.", *_PERCENT, standard_name=_HUMIDITY),
        means("humidity_min_percent", "%", "Mean of the daily lowest values.", *_PERCENT, standard_name=_HUMIDITY),
        means("humidity_max_percent", "%", "Mean of the daily highest values.", *_PERCENT, standard_name=_HUMIDITY),
        means("dew_point_mean_c", "degC", "Mean of the daily means.", *_DEW_POINT, standard_name=_DEW_NAME),
        _PRESSURE_KIND,
        means("pressure_mean_hpa", "hPa", "Mean of the daily means.", *_PRESSURE, standard_name="air_pressure"),
        means("pressure_min_hpa", "hPa", "Mean of the daily lowest values.", *_PRESSURE, standard_name="air_pressure"),
        means("pressure_max_hpa", "hPa", "Mean of the daily highest values.", *_PRESSURE, standard_name="air_pressure"),
        means("visibility_mean_km", "km", "Mean of the daily means.", 0, standard_name=_VISIBILITY),
        means("visibility_min_km", "km", f"Lowest visibility of the {span}.", 0, standard_name=_VISIBILITY),
        counts("low_visibility_hours", "Hours below 1 km.", unit="h"),
        means("wind_speed_mean_ms", "m s-1", "Scalar mean of the hours.", 0, standard_name=_WIND),
        means("wind_speed_max_ms", "m s-1", "Highest hourly mean; not a gust.", 0, standard_name=_WIND),
        means("wind_gust_max_ms", "m s-1", "Highest gust.", 0, standard_name="wind_speed_of_gust"),
        means("wind_direction_circular_deg", "degree", "Circular mean of the hours, calms left out.", *_DEGREES, standard_name=_FROM),
        means("wind_direction_resultant_deg", "degree", "Direction of the mean wind vector of the hours.", *_DEGREES, standard_name=_FROM),
        means("wind_speed_resultant_ms", "m s-1", "Length of the mean wind vector of the hours.", 0, standard_name=_WIND),
        means("wind_steadiness", "1", "Resultant over scalar mean speed.", 0, 1),
        text("wind_prevailing_sector", "Most frequent of 16 sectors among the hours, calms left out.", nullable=True, isin=SECTORS, null_when=mean),
        counts("calm_hours", "Hours with wind speed 0.", unit="h"),
        counts("windy_hours", "Hours with 10.8 m/s or more.", unit="h"),
        means("wind_power_density_wm2", "W m-2", "Mean of half the air density times the cube of the hourly speed.", 0),
        number("energy_kwh", "kWh", "Energy of the station's turbine in the hours that are known.", 0, null_when="more than 10 % of the hours are missing"),
        number("capacity_factor", "1", "Energy over that of the rated power in the same hours.", 0, null_when="more than 10 % of the hours are missing"),
        replace(number("energy_coverage", "1", "Share of the hours whose turbine power is known.", 0, 1), nullable=False),
        sums("hdd_18", "degC d", "Heating degree days, base 18 degC.", standard_name=_DEFICIT),
        sums("cdd_18", "degC d", "Cooling degree days, base 18 degC.", standard_name=_EXCESS),
        sums("gdd_10", "degC d", "Growing degree days, base 10 degC.", standard_name=_EXCESS),
        number("heating_degree_days", "degC d", "Heating degree days to the station's own base and limit.", 0, standard_name=_DEFICIT, null_when=f"{whole}, or {_NO_BASE}"),
        number("cooling_degree_days", "degC d", "Cooling degree days to the station's own base and limit.", 0, standard_name=_EXCESS, null_when=f"{whole}, or {_NO_BASE}"),
        number("growing_degree_days", "degC d", "Growing degree days to the station's own base.", 0, standard_name=_EXCESS, null_when=f"{whole}, or {_NO_BASE}"),
        _BASES,
        counts("frost_days", "Days with the lowest temperature below 0 degC.", standard_name=_BELOW),
        counts("ice_days", "Days with the highest temperature below 0 degC.", standard_name=_BELOW),
        counts("summer_days", "Days with the highest temperature above 25 degC.", standard_name=_ABOVE),
        counts("hot_days", "Days with the highest temperature above 30 degC.", standard_name=_ABOVE),
        counts("tropical_nights", "Days with the lowest temperature above 20 degC.", standard_name=_ABOVE),
        counts("calm_days", "Days with a mean wind below 2 m/s."),
        counts("windy_days", "Days with a mean wind of 10.8 m/s or more.", standard_name="number_of_days_with_wind_speed_above_threshold"),
        count("precipitation_n", "Hours whose precipitation is known.", unit="h"),
        count("precipitation_days_n", "Days whose precipitation is known.", unit="d"),
        sums("precipitation_mm", "mm", "Precipitation.", standard_name=_RAIN),
        extremes("precipitation_max_hour_mm", "mm", "Most precipitation of an hour.", standard_name=_RAIN),
        counts("wet_days", "Days with 1 mm or more.", standard_name=_RAIN_DAYS),
        counts("r10mm_days", "Days with 10 mm or more.", standard_name=_RAIN_DAYS),
        counts("r20mm_days", "Days with 20 mm or more.", standard_name=_RAIN_DAYS),
        extremes("rx1day_mm", "mm", "Most precipitation of a day.", standard_name=_RAIN),
        date("rx1day_date", "First day that had it.", nullable=True, null_when=few),
        extremes("rx5day_mm", "mm", f"Most precipitation of five days in a row that end in the {span}.", standard_name=_RAIN),
        number("sdii_mm", "mm d-1", "Mean precipitation of the wet days.", 0, null_when=f"{whole}, or no day is wet"),
        counts("cdd_days", f"Longest run of days below 1 mm, cut at the ends of the {span}."),
        counts("cwd_days", f"Longest run of days with 1 mm or more, cut at the ends of the {span}."),
        count("snow_depth_n", "Hours with a snow depth.", unit="h"),
        counts("snow_days", "Days with 1 cm of snow or more."),
        extremes("snow_depth_max_cm", "cm", "Greatest snow depth.", standard_name=_SNOW_NAME),
        count("solar_radiation_n", "Hours with a global radiation.", unit="h"),
        sums("solar_radiation_mjm2", "MJ m-2", "Sum of global radiation (3.6 MJ are 1 kWh)."),
        count("sunshine_n", "Hours with a duration of sunshine.", unit="h"),
        sums("sunshine_h", "h", "Sunshine.", standard_name=_SUN),
        count("cloud_cover_n", "Hours with a cloud cover.", unit="h"),
        means("cloud_cover_mean_percent", "%", "Mean of the daily means.", *_PERCENT, standard_name=_CLOUD),
        counts("clear_days", "Days with a mean cloud cover below 20 %."),
        counts("overcast_days", "Days with a mean cloud cover above 80 %."),
        sums("et0_mm", "mm", "Reference evapotranspiration of grass, FAO-56."),
        number("water_balance_mm", "mm", "Precipitation minus reference evapotranspiration.", null_when="either is null"),
        sums("pv_energy_kwh", "kWh", "Energy of the station's solar module of 1 kWp."),
        counts("heat_wave_days", "Days in runs of 3 or more above 30 degC."),
        counts("cold_spell_days", "Days in runs of 5 or more with a mean below 0 degC."),
        text("condition_dominant", "Most frequent condition of the hours; tie: the more severe.", nullable=True, isin=CONDITIONS, null_when=mean),
        count("condition_hours", "Hours with that condition.", unit="h", nullable=True, null_when=mean),
    )  # fmt: skip


_MONTH = _of_span("month", "11 or more days are missing, or 5 or more in a row", "any day is missing")
_YEAR = _of_span("year", "any of the 12 months is null", "any of the 12 months is null")

_MONTHLY = Table(
    "monthly_weather",
    "Statistics of civil months after WMO-No. 1203: null where too many days are missing.",
    "one civil month of the station's zone with at least one observation",
    (STATION, date("month", "First day of the month."), _TIMEZONE, *_MONTH),
    key=("station_id", "month"),
)

_YEARLY = Table(
    "yearly_weather",
    "Statistics of civil years: null where any of the 12 months is.",
    "one civil year of the station's zone with at least one observation",
    (
        STATION,
        Column("year", "int64", "Year.", low=1849),
        _TIMEZONE,
        Column("months_n", "int64", "Months with a mean temperature.", low=0, high=12),
        *_YEAR,
        count(
            "growing_season_days",
            "From the first 6 days above 5 degC to the first 6 days that are not, after midsummer (south: from July on).",
            unit="d",
            nullable=True,
            null_when="a day of the twelve months is missing, or the latitude is not known",
        ),
    ),
    key=("station_id", "year"),
)


def _normal(column: Column) -> list[Column]:
    """The average over years of a monthly column, if it has one."""
    if column.name in ("pressure_kind", "degree_day_bases"):
        return [column]
    has_none = column.name in ("temperature_anomaly_c", "condition_hours")
    if has_none or column.dtype not in ("float64", "int64", "Int64"):
        return []
    what = column.description[0].lower() + column.description[1:]
    kind = "Vector mean" if column.standard_name == _FROM else "Mean"
    average = replace(
        column,
        dtype="float64",
        nullable=True,
        description=f"{kind} over the years of: {what}",
        null_when="fewer than 80 % of the years show it",
    )
    if column.name not in ("temperature_mean_c", "precipitation_mm"):
        return [average]
    what = "mean temperature" if column.name == "temperature_mean_c" else "precipitation"
    sd = number(
        f"{column.name}_sd", column.unit, f"Standard deviation of the {what} from year to year (n - 1).", 0,
        null_when="the mean is null, or there is one year only",
    )  # fmt: skip
    if column.name == "temperature_mean_c":
        return [average, sd]
    quintiles = [
        number(
            f"precipitation_q{q}_mm", "mm", f"Precipitation that {q} % of the years do not exceed (WMO-No. 1203).", 0,
            null_when="the mean is null",
        )
        for q in QUINTILES
    ]  # fmt: skip
    record = [
        number("rx1day_record_mm", "mm", "Most precipitation of a day in that calendar month, of all years.", 0,
               standard_name=_RAIN, null_when="no year shows one"),
        date("rx1day_record_date", "First day that had it.", nullable=True, null_when="no year shows one"),
    ]  # fmt: skip
    return [average, sd, *quintiles, *record]


_NORMALS = Table(
    "climate_normals",
    "Averages of calendar months over years: normals from 24 of 30 years on, before that period averages.",
    "one calendar month of the station's period",
    (
        STATION,
        Column("calendar_month", "int64", "Calendar month, 1 to 12.", low=1, high=12),
        Column("period_start", "int64", "First year of the period.", low=1849),
        Column("period_end", "int64", "Last year of the period.", low=1849),
        count(
            "years_n",
            "Years of the period with a mean temperature of that month (without any temperature: with its leading variable).",
        ),
        replace(boolean("is_normal", "A normal (24 of 30 years or more); no: a period average."), nullable=False),
        *(c for column in _MONTH for c in _normal(column)),
    ),
    key=("station_id", "calendar_month"),
)

AGGREGATED = (_DAILY, _MONTHLY, _YEARLY, _NORMALS)
