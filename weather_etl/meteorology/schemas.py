"""The contract of every table: columns, dtypes, units, ranges, keys; and the pandera model made from it.

Belongs here: what a table looks like. The data dictionary (UI, docs, SQL comments) is drawn from here.
Does not belong here: how a table is computed.

The records are plain, so that reading them costs no import of pandas; `pandera_schema` builds the model on demand.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from weather_etl.meteorology.quality import LIMITS, VARIABLES, Flag
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.vocabulary import PRECIPITATION_TYPES, RAW_TEXT_COLUMNS, SECTORS

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa_schema
    import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """One column: pandas dtype (`date` is a Parquet date, datetime64[us] in memory), unit, range and meaning."""

    name: str
    dtype: str
    description: str
    unit: str = ""
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    isin: tuple[Any, ...] | None = None
    standard_name: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, its key (unique and ascending) and what a row is."""

    name: str
    description: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def column_names(self) -> list[str]:
        return [c.name for c in self.columns]


def _text(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "str", description, **kw)


def _time(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "datetime64[us, UTC]", description, unit="UTC", **kw)


def _date(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "date", description, **kw)


def _count(name: str, description: str, *, unit: str = "", nullable: bool = False) -> Column:
    return Column(name, "Int64" if nullable else "int64", description, unit=unit, nullable=nullable, low=0)


def _number(name: str, unit: str, description: str, low: float | None = None, high: float | None = None) -> Column:
    return Column(name, "float64", description, unit=unit, nullable=True, low=low, high=high)


def _yes(name: str, description: str) -> Column:
    return Column(name, "boolean", description, nullable=True)


_STATION = _text("station_id", "Station, the partition of the table.", standard_name="platform_id")
_FILE = _text("landing_file", "Blob name in the container `landing`.")
_TIMEZONE = _text("timezone", "IANA zone that bounds the civil days.")

# variable -> (unit, CF standard name, description)
_MEASURED = {
    "temperature_c": ("degC", "air_temperature", "Air temperature."),
    "apparent_temperature_c": ("degC", "apparent_air_temperature", "Apparent temperature, as reported."),
    "dew_point_c": ("degC", "dew_point_temperature", "Dew point, as reported."),
    "humidity_percent": ("%", "relative_humidity", "Relative humidity."),
    "wind_speed_ms": ("m s-1", "wind_speed", "Wind speed, mean of the hour."),
    "wind_gust_ms": ("m s-1", "wind_speed_of_gust", "Wind gust."),
    "wind_direction_deg": ("degree", "wind_from_direction", "Where the wind comes from; null in a calm."),
    "visibility_km": ("km", "visibility_in_air", "Visibility."),
    "pressure_msl_hpa": ("hPa", "air_pressure_at_mean_sea_level", "Pressure reduced to mean sea level."),
    "pressure_station_hpa": ("hPa", "surface_air_pressure", "Pressure at the station."),
}


def _measured(name: str) -> list[Column]:
    unit, standard_name, description = _MEASURED[name]
    low, high = LIMITS[name].fail
    column = _number(name, unit, description, low, high)
    columns = [replace(column, standard_name=standard_name)]
    if name == "wind_direction_deg":
        columns.append(_yes("is_calm", "The wind speed is 0."))
    return columns


def _flag(name: str) -> Column:
    return Column(
        f"{name}_qc",
        "uint8",
        f"QARTOD flag of {name}: 1 good, 2 not evaluated, 3 suspect, 4 fail (value nulled), 9 missing.",
        isin=tuple(int(f) for f in Flag),
        standard_name="status_flag",
    )


_RAW = Table(
    "raw_observations",
    "What the landing files of a station said, cell by cell as text, with file and line.",
    "one data line of one landing file",
    (
        _STATION,
        _FILE,
        _text("etag", "ETag of the file version."),
        Column("line", "int64", "Line in the unpacked file, from 1.", low=1),
        _time("landed_at", "When the file version landed (LastModified)."),
        *(_text(name, f"Text of {name.replace('_', ' ')} as it came.", nullable=True) for name in RAW_TEXT_COLUMNS),
        _text("rescued", "Columns that no alias knows, as JSON.", nullable=True),
        _text("refused", "Reason code of a line that could not be cut into cells.", nullable=True),
        _text("detail", "What is wrong with the refused line.", nullable=True),
        _text("raw_text", "The refused line, whole.", nullable=True),
    ),
)

_QUARANTINED = Table(
    "quarantined_rows",
    "Rows that could not become observations and files that were rejected, each with a reason code.",
    "one refused row, or one rejected file (line is null)",
    (
        _STATION,
        _FILE,
        _text("etag", "ETag of the file version."),
        Column("line", "Int64", "Line in the unpacked file; null where the whole file was rejected.", nullable=True),
        _text("reason", "Reason code.", isin=tuple(str(r) for r in Reason)),
        _text("detail", "What is wrong, in one sentence."),
        _text("raw_text", "The whole row: as it stood, or its cells as JSON.", nullable=True),
        _time("landed_at", "When the file version landed (LastModified)."),
    ),
)

_VALIDATED = Table(
    "validated_observations",
    "One row per station and hour in UTC, in fixed units, every value with a quality flag.",
    "one station-hour",
    (
        _STATION,
        _time("timestamp", "Hour, nearest full hour of the report.", standard_name="time"),
        *(c for name in VARIABLES for c in _measured(name)),
        Column(
            "precipitation_type",
            "category",
            "Type of precipitation; a function of temperature in some sources.",
            nullable=True,
            isin=PRECIPITATION_TYPES,
        ),
        _text("summary", "Weather in words, as reported.", nullable=True),
        *(_flag(name) for name in VARIABLES),
        _FILE,
        Column("line", "int64", "Line of the row that won.", low=1),
        _time("landed_at", "When that file version landed."),
    ),
    key=("station_id", "timestamp"),
)

_EVENTS = Table(
    "quality_events",
    "Every suspect or failed value, with the test, the limit and the original.",
    "one value and test",
    (
        _STATION,
        _time("timestamp", "Hour of the observation."),
        _text("variable", "Column of validated_observations.", isin=VARIABLES),
        _text("test", "Quality test.", isin=("gross_range", "syntax", "upstream", "duplicate_conflict")),
        Column("flag", "uint8", "3 suspect (value kept), 4 fail (value nulled).", isin=(3, 4)),
        _number("original_value", "as the variable", "Value before it was nulled; null where it was no number."),
        _text("limit_text", "Limit that the value broke."),
        _FILE,
        Column("line", "int64", "Line in the unpacked file.", low=1),
    ),
)

_DAILY = Table(
    "daily_weather",
    "Statistics of civil days; null where too many hours are missing, the counts always stand.",
    "one civil day of the station's zone with at least one observation",
    (
        _STATION,
        _date("date", "Civil day."),
        _TIMEZONE,
        _count("hours_expected", "Hours of the day: 23, 24 or 25.", unit="h"),
        _count("suspect_n", "Values flagged suspect, all variables."),
        _count("fail_n", "Values flagged fail, all variables."),
        _count("temperature_n", "Hours with a temperature.", unit="h"),
        _number("temperature_mean_c", "degC", "Mean of the hourly temperatures.", -80, 60),
        _number("temperature_min_c", "degC", "Lowest hourly temperature.", -80, 60),
        _number("temperature_max_c", "degC", "Highest hourly temperature.", -80, 60),
        _number("temperature_range_c", "degC", "Highest minus lowest.", 0),
        _number("apparent_temperature_min_c", "degC", "Lowest apparent temperature.", -100, 80),
        _number("apparent_temperature_max_c", "degC", "Highest apparent temperature.", -100, 80),
        _count("humidity_n", "Hours with a relative humidity.", unit="h"),
        _number("humidity_mean_percent", "%", "Mean relative humidity.", 0, 100),
        _number("humidity_min_percent", "%", "Lowest relative humidity.", 0, 100),
        _number("humidity_max_percent", "%", "Highest relative humidity.", 0, 100),
        _text(
            "pressure_kind", "msl or station: what the pressure columns hold.", nullable=True, isin=("msl", "station")
        ),
        _count("pressure_n", "Hours with a pressure.", unit="h"),
        _number("pressure_mean_hpa", "hPa", "Mean pressure.", 300, 1100),
        _number("pressure_min_hpa", "hPa", "Lowest pressure.", 300, 1100),
        _number("pressure_max_hpa", "hPa", "Highest pressure.", 300, 1100),
        _count("visibility_n", "Hours with a visibility.", unit="h"),
        _number("visibility_mean_km", "km", "Mean visibility.", 0),
        _number("visibility_min_km", "km", "Lowest visibility.", 0),
        _count("low_visibility_hours", "Hours below 1 km (WMO fog limit).", unit="h", nullable=True),
        _count("wind_n", "Hours with a wind speed.", unit="h"),
        _number("wind_speed_mean_ms", "m s-1", "Scalar mean of the hourly wind speeds.", 0),
        _number("wind_speed_max_ms", "m s-1", "Highest hourly mean; not a gust.", 0),
        _number("wind_gust_max_ms", "m s-1", "Highest gust.", 0),
        _number("wind_direction_circular_deg", "degree", "Circular mean direction, calms left out.", 0, 360),
        _number("wind_direction_resultant_deg", "degree", "Direction of the mean wind vector.", 0, 360),
        _number("wind_speed_resultant_ms", "m s-1", "Length of the mean wind vector.", 0),
        _number("wind_steadiness", "1", "Resultant over scalar mean speed.", 0, 1),
        _text("wind_prevailing_sector", "Most frequent of 16 sectors, calms left out.", nullable=True, isin=SECTORS),
        _count("calm_hours", "Hours with wind speed 0.", unit="h", nullable=True),
        _count("windy_hours", "Hours with 10.8 m/s or more.", unit="h", nullable=True),
        _number("hdd_18", "degC d", "Heating degree days, base 18.", 0),
        _number("cdd_18", "degC d", "Cooling degree days, base 18.", 0),
        _number("gdd_10", "degC d", "Growing degree days, base 10.", 0),
        _yes("is_frost_day", "Lowest temperature below 0."),
        _yes("is_ice_day", "Highest temperature below 0."),
        _yes("is_summer_day", "Highest temperature above 25."),
        _yes("is_hot_day", "Highest temperature above 30."),
        _yes("is_tropical_night", "Lowest temperature above 20."),
    ),
    key=("station_id", "date"),
)

_MONTHLY = Table(
    "monthly_weather",
    "Statistics of civil months after WMO-No. 1203: null where too many days are missing.",
    "one civil month of the station's zone with at least one observation",
    (
        _STATION,
        _date("month", "First day of the month."),
        _TIMEZONE,
        _count("days_expected", "Days of the month.", unit="d"),
        _count("days_n", "Days with a mean temperature.", unit="d"),
        _count("hours_expected", "Hours of the month.", unit="h"),
        _count("suspect_n", "Values flagged suspect, all variables."),
        _count("fail_n", "Values flagged fail, all variables."),
        _count("temperature_n", "Hours with a temperature.", unit="h"),
        _count("humidity_n", "Hours with a relative humidity.", unit="h"),
        _count("pressure_n", "Hours with a pressure.", unit="h"),
        _count("visibility_n", "Hours with a visibility.", unit="h"),
        _count("wind_n", "Hours with a wind speed.", unit="h"),
        _number("temperature_mean_c", "degC", "Mean of the daily means.", -80, 60),
        _number("temperature_min_mean_c", "degC", "Mean of the daily lowest temperatures.", -80, 60),
        _number("temperature_max_mean_c", "degC", "Mean of the daily highest temperatures.", -80, 60),
        _number("temperature_min_c", "degC", "Lowest temperature of the month.", -80, 60),
        _date("temperature_min_date", "First day that had it.", nullable=True),
        _number("temperature_max_c", "degC", "Highest temperature of the month.", -80, 60),
        _date("temperature_max_date", "First day that had it.", nullable=True),
        _number("temperature_range_mean_c", "degC", "Mean of the daily ranges.", 0),
        _number("apparent_temperature_min_c", "degC", "Mean of the daily lowest apparent temperatures.", -100, 80),
        _number("apparent_temperature_max_c", "degC", "Mean of the daily highest apparent temperatures.", -100, 80),
        _number("humidity_mean_percent", "%", "Mean of the daily means.", 0, 100),
        _number("humidity_min_percent", "%", "Mean of the daily lowest values.", 0, 100),
        _number("humidity_max_percent", "%", "Mean of the daily highest values.", 0, 100),
        _text(
            "pressure_kind", "msl or station: what the pressure columns hold.", nullable=True, isin=("msl", "station")
        ),
        _number("pressure_mean_hpa", "hPa", "Mean of the daily means.", 300, 1100),
        _number("pressure_min_hpa", "hPa", "Mean of the daily lowest values.", 300, 1100),
        _number("pressure_max_hpa", "hPa", "Mean of the daily highest values.", 300, 1100),
        _number("visibility_mean_km", "km", "Mean of the daily means.", 0),
        _number("visibility_min_km", "km", "Lowest visibility of the month.", 0),
        _count("low_visibility_hours", "Hours below 1 km; null if a day is missing.", unit="h", nullable=True),
        _number("wind_speed_mean_ms", "m s-1", "Scalar mean of the month's hours.", 0),
        _number("wind_speed_max_ms", "m s-1", "Highest hourly mean; not a gust.", 0),
        _number("wind_gust_max_ms", "m s-1", "Highest gust.", 0),
        _number("wind_direction_circular_deg", "degree", "Circular mean of the month's hours, calms left out.", 0, 360),
        _number("wind_direction_resultant_deg", "degree", "Direction of the mean wind vector of the hours.", 0, 360),
        _number("wind_speed_resultant_ms", "m s-1", "Length of the mean wind vector of the hours.", 0),
        _number("wind_steadiness", "1", "Resultant over scalar mean speed.", 0, 1),
        _text("wind_prevailing_sector", "Most frequent of 16 sectors, calms left out.", nullable=True, isin=SECTORS),
        _count("calm_hours", "Hours with wind speed 0; null if a day is missing.", unit="h", nullable=True),
        _count("windy_hours", "Hours with 10.8 m/s or more; null if a day is missing.", unit="h", nullable=True),
        _number("hdd_18", "degC d", "Heating degree days, base 18; null if a day is missing.", 0),
        _number("cdd_18", "degC d", "Cooling degree days, base 18; null if a day is missing.", 0),
        _number("gdd_10", "degC d", "Growing degree days, base 10; null if a day is missing.", 0),
        _count("frost_days", "Days with the lowest temperature below 0.", unit="d", nullable=True),
        _count("ice_days", "Days with the highest temperature below 0.", unit="d", nullable=True),
        _count("summer_days", "Days with the highest temperature above 25.", unit="d", nullable=True),
        _count("hot_days", "Days with the highest temperature above 30.", unit="d", nullable=True),
        _count("tropical_nights", "Days with the lowest temperature above 20.", unit="d", nullable=True),
        _count("calm_days", "Days with a mean wind below 2 m/s.", unit="d", nullable=True),
        _count("windy_days", "Days with a mean wind of 10.8 m/s or more.", unit="d", nullable=True),
    ),
    key=("station_id", "month"),
)

TABLES: dict[str, Table] = {t.name: t for t in (_RAW, _QUARANTINED, _VALIDATED, _EVENTS, _DAILY, _MONTHLY)}


@lru_cache
def pandera_schema(table: str) -> "pa_schema.DataFrameSchema":
    """The pandera model of a table as it is in memory: dtypes, nullability, ranges, vocabulary, key."""
    import pandera.pandas as pandera

    columns = {}
    for c in TABLES[table].columns:
        checks = []
        if c.low is not None or c.high is not None:
            low = -float("inf") if c.low is None else c.low
            high = float("inf") if c.high is None else c.high
            checks.append(pandera.Check.in_range(low, high))
        if c.isin is not None and c.dtype != "category":
            checks.append(pandera.Check.isin(list(c.isin)))
        columns[c.name] = pandera.Column(
            _pandas_dtype(c), checks, nullable=c.nullable, description=c.description, metadata={"unit": c.unit}
        )
    key = list(TABLES[table].key)
    return pandera.DataFrameSchema(
        columns,
        strict=True,
        ordered=True,
        unique=key or None,
        checks=[pandera.Check(lambda df: df[key[-1]].is_monotonic_increasing, name="sorted_by_key")] if key else None,
        name=table,
    )


def _pandas_dtype(column: Column) -> Any:
    import pandas as pd

    if column.dtype == "category":
        return pd.CategoricalDtype(list(column.isin or ()))
    return "datetime64[us]" if column.dtype == "date" else column.dtype


@lru_cache
def arrow_schema(table: str) -> "pa.Schema":
    """The Parquet form of a table."""
    import pyarrow as pa

    kinds = {
        "str": pa.string(),
        "float64": pa.float64(),
        "int64": pa.int64(),
        "Int64": pa.int64(),
        "uint8": pa.uint8(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
        "category": pa.dictionary(pa.int32(), pa.string()),
    }
    fields = []
    for c in TABLES[table].columns:
        meta = {k: v for k, v in {"unit": c.unit, "description": c.description}.items() if v}
        fields.append(pa.field(c.name, kinds[c.dtype], nullable=c.nullable or c.dtype == "category", metadata=meta))
    return pa.schema(fields)


def to_arrow(table: str, frame: "pd.DataFrame") -> "pa.Table":
    """Frame in memory -> Parquet form. Raises pyarrow.ArrowInvalid or KeyError if they do not fit."""
    import pyarrow as pa

    return pa.Table.from_pandas(
        frame, schema=arrow_schema(table), preserve_index=False, nthreads=1
    ).replace_schema_metadata()


def to_frame(table: str, arrow: "pa.Table") -> "pd.DataFrame":
    """Parquet form -> frame in memory, with the dtypes of the contract and units in `attrs`."""
    frame = arrow.to_pandas(date_as_object=False)
    wanted = {c.name: _pandas_dtype(c) for c in TABLES[table].columns if c.name in frame}
    changed = {name: dtype for name, dtype in wanted.items() if frame[name].dtype != dtype}
    frame = frame.astype(changed)
    frame.attrs["units"] = {c.name: c.unit for c in TABLES[table].columns if c.unit}
    return frame


def check(table: str, frame: "pd.DataFrame", *, cases: int = 10) -> list[str]:
    """Hold a frame against its model: a sentence per violation, at most `cases`; empty if it holds."""
    import pandera.errors

    try:
        pandera_schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        found = error.failure_cases.head(cases)
        return [f"{r.column or table}: {r.check} ({r.failure_case})" for r in found.itertuples()]
    return []
