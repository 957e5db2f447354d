"""The contract of every table: it accepts what we make, rejects what is broken, and survives Parquet."""

import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weather_etl.lake.parquet import encode_parquet
from weather_etl.meteorology import schemas
from weather_etl.meteorology.contract import is_surely_kept
from weather_etl.meteorology.reasons import EXPLANATIONS, Reason
from weather_etl_tests.meteorology.making import File, aggregated, csv, observed, raw_of

HEADER = (
    "Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Dew Point,Humidity,Wind Speed (km/h),"
    "Wind Gust,Wind Bearing (degrees),Visibility (km),Pressure (millibars),Station Pressure"
)


def contradicted() -> pd.DataFrame:
    """One station of four is too warm for some hours."""
    from weather_etl.meteorology.neighbours import Station, neighbour_events

    hours = np.arange(438_000, 438_400)
    values = {v: np.sin(hours / 4.0) for v in ("temperature_c", "dew_point_c", "pressure_msl_hpa")}
    warm = {**values, "temperature_c": values["temperature_c"] + 20.0 * np.isin(hours, hours[100:106])}
    none = np.empty(0)
    stations = [
        Station(f"s{i}", 50.0, 10.0 + i / 10, 0.0, hours, warm if i == 3 else values, none, none) for i in range(4)
    ]
    return neighbour_events(stations, lambda place: place)


@lru_cache
def frames() -> dict[str, pd.DataFrame]:
    """Every table of a station with good, suspect, failed, missing, refused and conflicting cells."""
    rows = []
    for hour in range(24 * 62):
        time = pd.Timestamp("2019-12-01T00:00Z") + pd.Timedelta(hours=hour)
        rows.append(
            f"{time:%Y-%m-%d %H:%M}:00.000 +0000,Clear,rain,{hour % 30},{hour % 30},4,{0.5 if hour % 50 else 0},"
            f"{hour % 40},{hour % 50},{hour * 7 % 360},{hour % 16},{1000 if hour % 70 else 930},990"
        )
    rows += ["x", rows[5].replace(",Clear,", ",Foggy,").replace(",rain,5,", ",rain,7,"), "bad,,,,,,,,,,,,", rows[9]]
    files = [File(csv(*rows, header=HEADER)), File(b"", "szeged/empty.csv")]
    observations = observed(*files)
    tables = aggregated(observations.validated)
    return {
        "raw_observations": schemas.to_frame("raw_observations", raw_of(*files).rows),
        "quarantined_rows": observations.quarantined,
        "validated_observations": observations.validated,
        "quality_events": observations.events,
        "daily_weather": tables.daily,
        "monthly_weather": tables.monthly,
        "yearly_weather": tables.yearly,
        "climate_normals": tables.normals,
        "neighbour_events": contradicted(),
    }


every_table = pytest.mark.parametrize("table", schemas.TABLES)


def columns_of(table: str, condition: Callable[[schemas.Column], bool]) -> dict[str, schemas.Column]:
    return {c.name: c for c in schemas.TABLES[table].columns if condition(c)}


def rejected(table: str, values: Mapping[str, object], row: int = 1) -> set[str]:
    """The columns that are said to break the contract when one of their cells holds these values."""
    frame = frames()[table].copy()
    for column, value in values.items():
        changed = frame[column].copy()
        changed.iloc[row] = value
        frame[column] = changed
    return named(schemas.check(table, frame, cases=10_000))


def named(sentences: list[str]) -> set[str]:
    return {s.partition(":")[0] for s in sentences}


def next_to(limit: float, column: schemas.Column, step: int) -> float:
    """The first value beyond a limit."""
    return np.nextafter(limit, step * np.inf) if column.dtype == "float64" else int(limit) + step


@every_table
def test_a_table_that_we_make_is_accepted(table):
    assert len(frames()[table]) > 1 and schemas.check(table, frames()[table]) == []


@every_table
def test_a_table_that_we_make_is_accepted_without_a_closer_look(table):
    assert is_surely_kept(schemas.TABLES[table], frames()[table])


@every_table
def test_what_is_accepted_without_a_closer_look_stands_a_closer_look(table):
    schemas.pandera_schema(table).validate(frames()[table], lazy=True)


@every_table
def test_an_empty_table_is_accepted(table):
    assert schemas.check(table, frames()[table].iloc[:0]) == []


@every_table
def test_a_table_without_one_of_its_columns_is_rejected(table):
    assert schemas.check(table, frames()[table].drop(columns=schemas.TABLES[table].column_names[-1]))


@every_table
def test_a_table_with_a_further_column_is_rejected(table):
    assert schemas.check(table, frames()[table].assign(more=1))


@every_table
def test_a_table_with_its_columns_in_another_order_is_rejected(table):
    assert schemas.check(table, frames()[table][schemas.TABLES[table].column_names[::-1]])


@every_table
def test_a_column_of_another_dtype_is_rejected(table):
    columns = columns_of(table, lambda c: c.dtype != "category")
    frame = frames()[table].head(2)
    other = dict.fromkeys(columns, np.zeros(len(frame), dtype="int8"))
    assert columns.keys() <= named(schemas.check(table, frame.assign(**other), cases=10_000))


@every_table
def test_one_column_of_another_dtype_is_enough_for_a_closer_look(table):
    frame = frames()[table]
    others = {name: frame.assign(**{name: frame[name].astype(object)}) for name in frame}
    assert [name for name, other in others.items() if is_surely_kept(schemas.TABLES[table], other)] == []


@every_table
def test_a_null_where_none_may_be_is_rejected(table):
    columns = columns_of(table, lambda c: not c.nullable and c.dtype not in ("int64", "uint8"))
    assert columns.keys() <= rejected(table, dict.fromkeys(columns))


@every_table
def test_a_value_below_the_range_is_rejected(table):
    columns = columns_of(table, lambda c: c.low is not None)
    assert columns.keys() <= rejected(table, {n: next_to(c.low, c, -1) for n, c in columns.items()})


@every_table
def test_a_value_above_the_range_is_rejected(table):
    columns = columns_of(table, lambda c: c.high is not None)
    assert columns.keys() <= rejected(table, {n: next_to(c.high, c, 1) for n, c in columns.items()})


@every_table
def test_a_word_outside_the_vocabulary_is_rejected(table):
    columns = columns_of(table, lambda c: c.isin is not None and c.dtype == "str")
    assert columns.keys() <= rejected(table, dict.fromkeys(columns, "nonsense"))


@every_table
def test_an_unknown_flag_is_rejected(table):
    columns = columns_of(table, lambda c: c.isin is not None and c.dtype == "uint8")
    assert columns.keys() <= rejected(table, dict.fromkeys(columns, 7))


with_key = pytest.mark.parametrize("table", [t.name for t in schemas.TABLES.values() if t.key])


@with_key
def test_a_key_that_occurs_twice_is_rejected(table):
    frame = frames()[table]
    assert schemas.check(table, pd.concat([frame.iloc[:1], frame], ignore_index=True))


@with_key
def test_a_table_out_of_order_is_rejected(table):
    assert schemas.check(table, frames()[table].iloc[::-1].reset_index(drop=True))


@every_table
def test_a_violation_names_the_column(table):
    column = schemas.TABLES[table].column_names[0]
    assert rejected(table, {column: None}) == {column}


@every_table
def test_a_table_is_the_same_after_parquet(table):
    frame = frames()[table]
    data = encode_parquet(table, schemas.to_arrow(table, frame))
    back = schemas.to_frame(table, pq.read_table(io.BytesIO(data)))
    pd.testing.assert_frame_equal(back, frame, check_categorical=True)


@every_table
def test_parquet_has_the_types_and_names_of_the_contract(table):
    data = encode_parquet(table, schemas.to_arrow(table, frames()[table]))
    assert pq.read_table(io.BytesIO(data)).schema.equals(schemas.arrow_schema(table))


@pytest.mark.parametrize(("table", "column"), [("daily_weather", "date"), ("monthly_weather", "temperature_min_date")])
def test_dates_are_dates_in_parquet(table, column):
    assert schemas.arrow_schema(table).field(column).type == pa.date32()


@lru_cache
def written_schema(table: str) -> pa.Schema:
    """The Arrow schema that a reader finds in the Parquet file."""
    return pq.read_schema(io.BytesIO(encode_parquet(table, schemas.to_arrow(table, frames()[table]))))


@every_table
def test_unit_standard_name_and_description_of_every_column_are_in_the_parquet_file(table):
    found = {f.name: {k.decode(): v.decode() for k, v in (f.metadata or {}).items()} for f in written_schema(table)}
    for c in schemas.TABLES[table].columns:
        wanted = {"unit": c.unit, "standard_name": c.standard_name, "description": c.description}
        assert wanted.items() - {(k, v) for k, v in wanted.items() if not v} <= found[c.name].items()


@every_table
def test_the_same_rows_give_the_same_bytes(table):
    a, b = (encode_parquet(table, schemas.to_arrow(table, frames()[table].copy())) for _ in range(2))
    assert a == b


@every_table
def test_a_frame_that_lacks_a_column_is_not_written(table):
    with pytest.raises((KeyError, pa.ArrowInvalid)):
        schemas.to_arrow(table, frames()[table].iloc[:, 1:])


@every_table
def test_every_column_says_what_it_is(table):
    assert all(c.description for c in schemas.TABLES[table].columns)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason):
    assert all(sentence.endswith(".") for sentence in EXPLANATIONS[reason])


def test_reading_the_contract_imports_no_pandas():
    code = (
        "import sys; from weather_etl.meteorology import schemas; assert schemas.TABLES;"
        "print([m for m in ('pandas', 'numpy', 'pandera', 'pyarrow') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
