"""What holds for every station, whatever its files: order, batches, cuts, flags and accounts."""

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.ingestion import raw_table
from weather_etl.lake.parquet import encode_parquet
from weather_etl.meteorology import observations, schemas
from weather_etl.meteorology.quality import VARIABLES
from weather_etl_tests.meteorology.making import (
    LANDED_AT,
    STATION,
    TEMPERATURE,
    TIME,
    File,
    aggregated,
    csv,
    entry_of,
    observed,
    raw_of,
)

HEADER = f"{TIME},{TEMPERATURE},Wind Speed (m/s),Wind Bearing,Pressure,Humidity,Precip Type,Summary"
AGGREGATED = ("daily_weather", "monthly_weather", "yearly_weather", "climate_normals")
TABLES = ("validated_observations", "quality_events", "quarantined_rows", *AGGREGATED)
PROVENANCE = ["other_rows", "landing_file", "line", "landed_at"]

careful = settings(derandomize=True, deadline=None, max_examples=25, database=None)


# Rows as a writer may repeat, correct and scramble them, in half a day; some values are out of range or missing.
numbers = st.sampled_from(["", "1", "5.5", "-3", "20"])
minutes = st.sampled_from([0, 0, 0, 10, 29, 30, 45, 50])
cells = st.tuples(
    numbers,
    st.sampled_from(["0", "2", "7.5", "", "90"]),
    st.sampled_from(["0", "90", "360", "225", ""]),
    st.sampled_from(["1000", "0", "930", ""]),
    st.sampled_from(["0.5", "0", "1.01", ""]),
    st.sampled_from(["rain", "Snow", "hail", "null"]),
    st.sampled_from(["Clear", '"Foggy, dry"', ""]),
)
moments = st.tuples(st.integers(0, 12), minutes).map(lambda t: f"2020-03-01 {t[0]:02}:{t[1]:02}:00 +0000")
good_rows = st.tuples(moments, cells).map(lambda r: ",".join((r[0], *r[1])))
bad_rows = st.sampled_from(
    ["x,1,1,1,1000,0.5,rain,", "2020-03-01 05:00:00 +0000,,,,,,,", "1,2", "2020-03-01 05:00:00 +0000,?,,,,,,"]
)
rows_of_a_file = st.lists(st.one_of(good_rows, good_rows, good_rows, good_rows, good_rows, bad_rows), max_size=12)


@st.composite
def stations(draw) -> list[File]:
    contents = draw(st.lists(rows_of_a_file, min_size=1, max_size=5))
    landed = [LANDED_AT + timedelta(hours=draw(st.integers(0, 2))) for _ in contents]
    return [
        File(csv(*rows, header=HEADER), f"{STATION}/{i}.csv", at)
        for i, (rows, at) in enumerate(zip(contents, landed, strict=True))
    ]


# Rows without two for the same moment in one file that say different things: cutting such a file in two turns its
# conflict (later line wins, loser quarantined, flag 3) into a correction (later file wins), by rule.
rows_without_conflicts = st.dictionaries(moments, cells, max_size=14).flatmap(
    lambda d: st.permutations([*(",".join((t, *c)) for t, c in d.items())] * 2).map(lambda p: p[: len(p) * 2 // 3])
)


def tables(raw: raw_table.pa.Table, readings, rejected) -> dict[str, pd.DataFrame]:
    of_station = observations.observe(raw, readings, rejected, station=STATION, timezone="Europe/Budapest")
    assert of_station.balance.holds()
    made = aggregated(of_station.validated, "Europe/Budapest")
    return dict(zip(TABLES, (of_station.validated, of_station.events, of_station.quarantined, *made), strict=True))


def in_batches(files: list[File], sizes: list[int]) -> dict[str, pd.DataFrame]:
    """The tables after the files came in this order, some at a time, each batch joined to what raw holds already."""
    old, entries, readings, rejected, names = None, {}, {}, {}, []
    files = list(files)
    while files:
        size = sizes.pop() if sizes else len(files)
        batch, files = files[:size], files[size:]
        parts = []
        for file in sorted(batch, key=lambda f: (f.landed_at, f.name)):
            one = raw_of(file)
            entries[file.name] = entry_of(file)
            rejected[file.name] = one.rejected
            if not one.rejected:
                parts.append(one.rows)
                readings |= one.readings
        old = raw_table.assemble(old, names, parts, entries)
        names = sorted(readings)
    return tables(old, readings, [r for name in sorted(rejected) for r in rejected[name]])


batches = given(stations(), st.randoms(use_true_random=False), st.lists(st.integers(1, 3), max_size=5))


@settings(careful, max_examples=10)
@batches
def test_files_in_any_order_and_batches_give_the_same_bytes(files, shuffler, sizes):
    check_batches(files, shuffler, sizes)


@pytest.mark.faults
@settings(careful, max_examples=200)
@batches
def test_two_hundred_orders_and_batches_give_the_same_bytes(files, shuffler, sizes):
    check_batches(files, shuffler, sizes)


def check_batches(files, shuffler, sizes):
    expected = in_batches(files, [])
    shuffled = shuffler.sample(files, len(files))
    batched = in_batches(shuffled, sizes)
    for table in TABLES:
        pd.testing.assert_frame_equal(batched[table], expected[table])
        a, b = (encode_parquet(table, schemas.to_arrow(table, t[table])) for t in (batched, expected))
        assert a == b, table


def without_provenance(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=PROVENANCE)


@careful
@given(rows_without_conflicts, st.data())
def test_cutting_a_file_in_two_changes_no_observation(rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    later = LANDED_AT + timedelta(hours=data.draw(st.sampled_from([0, 1])))
    whole = observed(csv(*rows, header=HEADER))
    halves = observed(
        File(csv(*rows[:cut], header=HEADER), f"{STATION}/1.csv"),
        File(csv(*rows[cut:], header=HEADER), f"{STATION}/2.csv", later),
    )
    pd.testing.assert_frame_equal(without_provenance(halves.validated), without_provenance(whole.validated))


@careful
@given(rows_without_conflicts, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_but_lines(rows, shuffler):
    shuffled = shuffler.sample(rows, len(rows))
    a, b = (observed(csv(*r, header=HEADER)) for r in (rows, shuffled))
    pd.testing.assert_frame_equal(
        a.validated.drop(columns=["line", "other_rows"]), b.validated.drop(columns=["line", "other_rows"])
    )
    pd.testing.assert_frame_equal(a.events.drop(columns="line"), b.events.drop(columns="line"))
    assert a.balance == b.balance


@careful
@given(stations())
def test_every_line_is_kept_identical_superseded_or_quarantined(files):
    raw = raw_of(*files)
    of_station = observations.observe(raw.rows, raw.readings, raw.rejected, station=STATION, timezone="UTC")
    lines = sum(f.data.count(b"\n") - 1 for f in files if f.name in raw.readings)
    assert of_station.balance.data_lines == lines and of_station.balance.holds()


@careful
@given(stations())
def test_every_flag_agrees_with_its_value_and_its_events(files):
    of_station = observed(*files)
    events = of_station.events.groupby("variable")["timestamp"].agg(set).to_dict()
    for name in VARIABLES:
        value, flag = of_station.validated[name], of_station.validated[f"{name}_qc"]
        assert (value.isna() == flag.isin([4, 9])).all()
        assert set(of_station.validated.loc[flag.isin([3, 4]), "timestamp"]) == events.get(name, set())
