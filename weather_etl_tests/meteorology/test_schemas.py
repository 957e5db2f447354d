"""The contract of every table: it accepts what we make, rejects what is broken, and survives Parquet."""

import io
import subprocess
import sys
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weather_etl.meteorology import schemas
from weather_etl.meteorology.reasons import EXPLANATIONS, Reason
from weather_etl.storage import encode_parquet
from weather_etl_tests.meteorology.making import File, csv, days_and_months, observed, raw_of

HEADER = (
    "Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Dew Point,Humidity,Wind Speed (km/h),"
    "Wind Gust,Wind Bearing (degrees),Visibility (km),Pressure (millibars),Station Pressure"
)


@lru_cache
def frames() -> dict[str, pd.DataFrame]:
    """Every table of a station with good, suspect, failed, missing, refused and conflicting cells."""
    rows = []
    for hour in range(24 * 62):
        time = pd.Timestamp("2020-01-01T00:00Z") + pd.Timedelta(hours=hour)
        rows.append(
            f"{time:%Y-%m-%d %H:%M}:00.000 +0000,Clear,rain,{hour % 30},{hour % 30},4,{0.5 if hour % 50 else 0},"
            f"{hour % 40},{hour % 50},{hour * 7 % 360},{hour % 16},{1000 if hour % 70 else 930},990"
        )
    rows += ["x", rows[5].replace(",Clear,", ",Foggy,").replace(",rain,5,", ",rain,7,"), "bad,,,,,,,,,,,,", rows[9]]
    files = [File(csv(*rows, header=HEADER)), File(b"", "szeged/empty.csv")]
    found = observed(*files)
    daily, monthly = days_and_months(found.validated)
    return {
        "raw_observations": schemas.to_frame("raw_observations", raw_of(*files).rows),
        "quarantined_rows": found.quarantined,
        "validated_observations": found.validated,
        "quality_events": found.events,
        "daily_weather": daily,
        "monthly_weather": monthly,
    }


every_table = pytest.mark.parametrize("table", schemas.TABLES)
ALL_COLUMNS = [(t.name, c) for t in schemas.TABLES.values() for c in t.columns]


def columns_that(condition):
    chosen = [(t, c.name) for t, c in ALL_COLUMNS if condition(c)]
    return pytest.mark.parametrize(("table", "column"), chosen, ids=[f"{t}.{c}" for t, c in chosen])


def column_of(table: str, name: str) -> schemas.Column:
    return next(c for c in schemas.TABLES[table].columns if c.name == name)


def broken(table: str, column: str, value: object) -> list[str]:
    """What is wrong with a table that holds `value` in one cell of a column."""
    frame = frames()[table].copy()
    values = frame[column].copy()
    values.iloc[1] = value
    return schemas.check(table, frame.assign(**{column: values}))


@every_table
def test_a_table_that_we_make_is_accepted(table):
    assert len(frames()[table]) > 1 and schemas.check(table, frames()[table]) == []


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


@columns_that(lambda c: c.dtype != "category")
def test_a_column_of_another_dtype_is_rejected(table, column):
    frame = frames()[table]
    other = np.zeros(len(frame), dtype="int8")
    assert schemas.check(table, frame.assign(**{column: other}))


@columns_that(lambda c: not c.nullable and c.dtype not in ("int64", "uint8"))
def test_a_null_where_none_may_be_is_rejected(table, column):
    assert broken(table, column, None)


@columns_that(lambda c: c.low is not None)
def test_a_value_below_the_range_is_rejected(table, column):
    low = column_of(table, column).low
    assert broken(table, column, low - 1 if column_of(table, column).dtype != "float64" else np.nextafter(low, -np.inf))


@columns_that(lambda c: c.high is not None)
def test_a_value_above_the_range_is_rejected(table, column):
    assert broken(table, column, np.nextafter(column_of(table, column).high, np.inf))


@columns_that(lambda c: c.isin is not None and c.dtype == "str")
def test_a_word_outside_the_vocabulary_is_rejected(table, column):
    assert broken(table, column, "nonsense")


@columns_that(lambda c: c.isin is not None and c.dtype == "uint8")
def test_an_unknown_flag_is_rejected(table, column):
    assert broken(table, column, 7)


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
    assert any(column in sentence for sentence in broken(table, column, None))


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


@columns_that(lambda c: bool(c.unit))
def test_the_unit_of_a_column_is_written_into_parquet(table, column):
    assert schemas.arrow_schema(table).field(column).metadata[b"unit"].decode() == column_of(table, column).unit


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
