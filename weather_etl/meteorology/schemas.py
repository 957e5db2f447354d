"""The contract of every table: columns, dtypes, units, ranges, keys; and the pandera model made from it.

Belongs here: what a table looks like. The data dictionary (UI, docs, SQL comments) is drawn from here.
Does not belong here: how a table is computed.

The records are plain, so that reading them costs no import of pandas; `pandera_schema` builds the model on demand.
"""

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from weather_etl.meteorology.aggregated_tables import AGGREGATED
from weather_etl.meteorology.columns import STATION as _STATION
from weather_etl.meteorology.columns import Column, Table
from weather_etl.meteorology.columns import boolean as _boolean
from weather_etl.meteorology.columns import number as _number
from weather_etl.meteorology.columns import text as _text
from weather_etl.meteorology.columns import time as _time
from weather_etl.meteorology.contract import is_surely_kept, pandas_dtype
from weather_etl.meteorology.quality import POSSIBLE, TESTS, VARIABLES, Flag
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.vocabulary import CONDITIONS, PRECIPITATION_TYPES, RAW_TEXT_COLUMNS, TEMPERATURE_EXTREMES

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa_schema
    import pyarrow as pa


_FILE = _text("landing_file", "Blob name in the container `landing`.")

# variable -> (unit, CF standard name, description)
_MEASURED = {
    "temperature_c": ("degC", "air_temperature", "Air temperature."),
    "apparent_temperature_c": (
        "degC",
        "apparent_air_temperature",
        "Apparent temperature; computed (flag 2 or 3) where not reported.",
    ),
    "dew_point_c": ("degC", "dew_point_temperature", "Dew point; computed (flag 2 or 3) where not reported."),
    "humidity_percent": ("%", "relative_humidity", "Relative humidity."),
    "wind_speed_ms": ("m s-1", "wind_speed", "Wind speed, mean of the hour."),
    "wind_gust_ms": ("m s-1", "wind_speed_of_gust", "Wind gust."),
    "wind_direction_deg": ("degree", "wind_from_direction", "Where the wind comes from; null in a calm."),
    "visibility_km": ("km", "visibility_in_air", "Visibility."),
    "pressure_msl_hpa": ("hPa", "air_pressure_at_mean_sea_level", "Pressure reduced to mean sea level."),
    "pressure_station_hpa": ("hPa", "surface_air_pressure", "Pressure at the station."),
    "precipitation_mm": (
        "mm",
        "lwe_thickness_of_precipitation_amount",
        "Precipitation of the hour that ends with the timestamp; a trace is 0.",
    ),
    "precipitation_long_mm": (
        "mm",
        "lwe_thickness_of_precipitation_amount",
        "Precipitation of the longest reported period of 2 to 24 hours that ends with the timestamp.",
    ),
    "snow_depth_cm": ("cm", "surface_snow_thickness", "Depth of snow on the ground."),
    "solar_radiation_wm2": (
        "W m-2",
        "surface_downwelling_shortwave_flux_in_air",
        "Global radiation on the horizontal, mean of the hour that ends with the timestamp.",
    ),
    "sunshine_min": ("min", "duration_of_sunshine", "Sunshine of the hour that ends with the timestamp."),
    "cloud_cover_percent": ("%", "cloud_area_fraction", "Cloud cover of the sky."),
}


def _measured(name: str) -> list[Column]:
    unit, standard_name, description = _MEASURED[name]
    low, high = POSSIBLE[name]
    if name == "humidity_percent":
        high = 100  # clipped
    column = _number(name, unit, description, low, high)
    columns = [replace(column, standard_name=standard_name)]
    if name == "solar_radiation_wm2":
        columns = [replace(columns[0], low=0)]  # small negative values are 0
    if name == "wind_direction_deg":
        columns.append(_boolean("is_calm", "The wind speed is 0."))
    elif name == "precipitation_mm":
        columns.append(_boolean("precipitation_trace", "Too little fell to be measured; the amount is 0."))
    elif name == "precipitation_long_mm":
        columns.append(
            Column(
                "precipitation_long_h", "Int64", "Hours of that period.", unit="h", nullable=True, low=2, high=24,
                null_when="there is no such amount",
            )
        )  # fmt: skip
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
        Column("condition", "category", "What the summary means in one word.", nullable=True, isin=CONDITIONS),
        replace(
            _number("air_density_kgm3", "kg m-3", "Density of moist air at the station, computed.", 0, 3),
            standard_name="air_density",
        ),
        _number("wind_power_density_wm2", "W m-2", "0.5 x density x speed^3, computed.", 0),
        _number("wind_power_kw", "kW", "Power of the station's turbine at its hub, computed.", 0),
        _number("pv_power_kw", "kW", "Power of the station's solar module of 1 kWp, computed.", 0),
        *(_flag(name) for name in VARIABLES),
        _FILE,
        Column(
            "line", "int64", "Line of the row that leads the hour: it gave most variables, is nearest, is later.", low=1
        ),
        _time("landed_at", "When that file version landed."),
        Column("rows_n", "int64", "Rows that gave a value to the hour.", low=1),
        _text("other_rows", "The other ones: file:line variable,...; ...", nullable=True, null_when="one row gave all"),
        _time("observed_at", "Time of the report nearest to the hour; where none is near, the end of the period."),
    ),
    key=("station_id", "timestamp"),
)

_EVENTS = Table(
    "quality_events",
    "Every suspect or failed value, with the test, the limit and the original.",
    "one value and test; consistency: one value and rule",
    (
        _STATION,
        _time("timestamp", "Hour of the observation."),
        _text("variable", "Column of validated_observations.", isin=VARIABLES),
        _text("test", "Quality test.", isin=TESTS),
        Column("flag", "uint8", "3 suspect (value kept), 4 fail (value nulled).", isin=(3, 4)),
        _number("original_value", "as the variable", "Value before it was nulled; null where it was no number."),
        _text("limit_text", "Limit that the value broke."),
        _FILE,
        Column("line", "int64", "Line in the unpacked file.", low=1),
    ),
)

# Of all stations together: one object, no partition.
_NEIGHBOURS = Table(
    "neighbour_events",
    "What stations near each other contradict; suspect only, and never fed back into the flags.",
    "one value of one station that more than two thirds of three or more neighbours contradict",
    (
        replace(_STATION, description="Station whose value it is."),
        _time("timestamp", "Hour, day (its midnight UTC) or month of the value."),
        _text("variable", "Column of validated_observations.", isin=VARIABLES),
        _text("test", "neighbour: an hour; neighbour_rain: a day; shift: a month against all years.",
              isin=("neighbour", "neighbour_rain", "shift")),
        _number("value", "as the variable", "The value; of a shift the departure from the usual difference."),
        _number("expected", "as the variable", "Median of what the neighbours say, with the usual differences."),
        Column("neighbours_n", "int64", "Neighbours that could be asked.", low=3),
        Column("agree_n", "int64", "Neighbours that contradict it, all in one direction.", low=3),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {t.name: t for t in (_RAW, _QUARANTINED, _VALIDATED, _EVENTS, *AGGREGATED, _NEIGHBOURS)}


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
            pandas_dtype(c), checks, nullable=c.nullable, description=c.description, metadata={"unit": c.unit}
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
        meta = {"unit": c.unit, "standard_name": c.standard_name, "description": c.description}
        meta = {k: v for k, v in meta.items() if v}
        fields.append(pa.field(c.name, kinds[c.dtype], nullable=c.nullable or c.dtype == "category", metadata=meta))
    return pa.schema(fields)


def to_arrow(table: str, frame: "pd.DataFrame") -> "pa.Table":
    """Frame in memory -> Parquet form. Raises pyarrow.ArrowInvalid or KeyError if they do not fit."""
    import pyarrow as pa

    beside = {TEMPERATURE_EXTREMES: frame.attrs[TEMPERATURE_EXTREMES]} if TEMPERATURE_EXTREMES in frame.attrs else None
    return pa.Table.from_pandas(
        frame, schema=arrow_schema(table), preserve_index=False, nthreads=1
    ).replace_schema_metadata(beside)


def to_frame(table: str, arrow: "pa.Table") -> "pd.DataFrame":
    """Parquet form -> frame in memory, with the dtypes of the contract and units in `attrs`."""
    frame = arrow.to_pandas(date_as_object=False)
    wanted = {c.name: pandas_dtype(c) for c in TABLES[table].columns if c.name in frame}
    changed = {name: dtype for name, dtype in wanted.items() if frame[name].dtype != dtype}
    frame = frame.astype(changed)
    beside = {k.decode(): v.decode() for k, v in (arrow.schema.metadata or {}).items()}
    frame.attrs |= {TEMPERATURE_EXTREMES: beside[TEMPERATURE_EXTREMES]} if TEMPERATURE_EXTREMES in beside else {}
    frame.attrs["units"] = {c.name: c.unit for c in TABLES[table].columns if c.unit}
    return frame


def check(table: str, frame: "pd.DataFrame", *, cases: int = 10) -> list[str]:
    """Hold a frame against its model: a sentence per violation, at most `cases`; empty if it holds."""
    if is_surely_kept(TABLES[table], frame):
        return []
    import pandera.errors

    try:
        pandera_schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        broken = error.failure_cases.head(cases)
        return [f"{r.column or table}: {r.check} ({r.failure_case})" for r in broken.itertuples()]
    return []
