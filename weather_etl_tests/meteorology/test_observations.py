"""Where every line of a station's files went: into an hour, or into quarantine with its reason, and what a bad file costs."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import schemas
from weather_etl_tests.meteorology.damage import seeds_of_damage
from weather_etl_tests.meteorology.making import LANDED_AT, LATER, NOON, File, accounts, cells, csv, observed, raw_of


def test_files_of_different_units_are_read_each_in_its_own():
    files = [
        File(csv("2020-01-01T00:00Z,50", header="Time,Temperature (F)")),
        File(csv("2020-01-01T01:00Z;1,5", header="Time;Temperature (C)"), "szeged/b.csv"),
    ]
    assert observed(*files).validated["temperature_c"].tolist() == [pytest.approx(10), 1.5]


def test_an_observation_names_the_file_line_and_time_of_landing_it_came_from():
    validated = observed(File(csv(f"{NOON},5"), "szeged/x.csv", LATER)).validated
    assert validated[["landing_file", "line", "landed_at"]].values.tolist() == [
        ["szeged/x.csv", 2, pd.Timestamp(LATER)]
    ]


def test_a_refused_row_is_kept_whole():
    data = csv(
        'x,5,"say ""hi""",7', *[f"2020-01-01T{h:02}:00Z,5,s,1" for h in range(4)], header="Time,Temperature,Summary,UV"
    )
    answer = json.loads(observed(data).quarantined["raw_text"][0])
    assert answer == {"timestamp": "x", "temperature_c": "5", "summary": 'say "hi"', "rescued": {"UV": "7"}}


def test_a_rejected_file_is_one_quarantined_row_without_a_line():
    quarantined = observed(File(csv("x,5"), "szeged/bad.csv"), File(csv(f"{NOON},5"))).quarantined
    assert quarantined[["landing_file", "reason"]].values.tolist() == [["szeged/bad.csv", "ALL_ROWS_BAD"]]
    assert quarantined["line"].isna().all()


def test_a_file_of_sentinels_alone_is_rejected():
    assert (
        raw_of(File(csv(*[f"2020-01-01 {h:02}:00:00.000 +0000,-9999" for h in range(5)]))).rejected[0]["reason"]
        == "ALL_ROWS_BAD"
    )


def test_a_quarter_of_bad_rows_is_tolerated():
    assert len(observed(csv("x,5", *(f"2020-01-01T0{h}:00Z,5" for h in range(3)))).validated) == 3


def test_more_than_a_quarter_of_bad_rows_rejects_the_file():
    data = csv("x,5", "y,5", *(f"2020-01-01T0{h}:00Z,5" for h in range(5)))
    assert raw_of(File(data)).rejected[0]["reason"] == "ERROR_BUDGET"


def test_more_than_a_quarter_of_unreadable_cells_of_one_column_cost_that_column_only():
    raw = raw_of(File(cells("Visibility (km)", "a", "b", "1", "2", "3", "", "", "", "")))
    assert not raw.rejected and raw.rows.column("visibility_km").null_count == raw.rows.num_rows
    assert any("values of visibility_km are no numbers" in w for w in raw.entries[0]["warnings"])


def test_a_station_without_rows_has_empty_tables():
    tables = observed(File(b""))
    assert (len(tables.validated), len(tables.events), accounts(tables)) == (0, 0, (0, 0, 0, 0))


@pytest.mark.parametrize("table", ["validated_observations", "quality_events", "quarantined_rows"])
@pytest.mark.parametrize(
    "files", [(), (csv(),), (csv(f"{NOON},5", f"{NOON},999", "x,5", "bad", f"{NOON},1", f"{NOON},2"),)]
)
def test_whatever_comes_out_fits_the_contract(table, files):
    tables = observed(*files)
    frames = [tables.validated, tables.events, tables.quarantined]
    names = ["validated_observations", "quality_events", "quarantined_rows"]
    assert schemas.check(table, frames[names.index(table)]) == []


@pytest.mark.parametrize("seed", seeds_of_damage(20, quick=8))
def test_every_line_is_kept_identical_superseded_or_quarantined(seed):
    choose = np.random.default_rng(seed)
    files = []
    for i in range(3):
        rows = []
        for _ in range(30):
            time = f"2020-01-01T{choose.integers(0, 4):02}:{choose.choice([0, 0, 20, 50]):02}Z"
            rows.append(
                str(choose.choice([f"{time},{choose.integers(0, 3)}"] * 9 + ["x,1", f"{time},abc", f"{time},"]))
            )
        files.append(File(csv(*rows), f"szeged/{i}.csv", LANDED_AT + timedelta(hours=int(choose.integers(0, 2)))))
    tables = observed(*files)
    in_files = sum(
        30
        for f in files
        if f.name not in tables.quarantined.loc[tables.quarantined["line"].isna(), "landing_file"].tolist()
    )
    assert tables.balance.holds() and tables.balance.data_lines == in_files
    assert len(tables.validated) == tables.balance.kept == tables.validated["timestamp"].nunique()
    assert tables.quarantined["line"].notna().sum() == tables.balance.quarantined
