"""Of several rows for one hour, which is kept, and what becomes of the others: identical, in conflict, or superseded."""

import pytest

from weather_etl_tests.meteorology.making import LATER, NOON, TEMPERATURE, TIME, File, accounts, csv, observed


def test_identical_rows_collapse_and_are_counted():
    tables = observed(csv(*[f"{NOON},5"] * 3))
    assert (accounts(tables), tables.validated["line"].tolist()) == ((1, 2, 0, 0), [4])


def test_rows_are_identical_by_what_they_mean():
    rows = [f"{NOON},5,rain,null", "2020-01-01 13:00:00 +0100,5.0, RAIN ,-9999"]
    tables = observed(csv(*rows, header="Time,Temperature,Precip Type,Pressure"))
    assert accounts(tables) == (1, 1, 0, 0)


@pytest.mark.parametrize("other", ["6,rain,Clear", "5,snow,Clear", "5,rain,Foggy"])
def test_in_one_file_the_later_line_wins_and_the_loser_is_quarantined(other):
    rows = [f"{NOON},{other},1000", f"{NOON},5,rain,Clear,1000"]
    tables = observed(csv(*rows, header="Time,Temperature,Precip Type,Summary,Pressure"))
    assert tables.validated["line"].tolist() == [3]
    assert tables.quarantined[["reason", "line"]].values.tolist() == [["CONFLICT", 2]]


@pytest.mark.parametrize("number", ["4", "0"])
def test_a_cell_that_is_no_number_contradicts_the_number_of_a_later_row(number):
    good = [f"2020-01-01T{h:02}:00Z,{5 + h % 3},{h % 4}" for h in range(12)]
    twice = [f"2020-01-02T00:00Z,5,{text}" for text in ("abc", number)]
    tables = observed(csv(*good, *twice, header=f"{TIME},{TEMPERATURE},Wind Speed (m/s)"))
    assert tables.quarantined[["reason", "line"]].values.tolist() == [["CONFLICT", 14]]
    assert tables.balance.identical_duplicates == 0


def test_kept_values_that_differ_from_a_conflicting_row_are_suspect_and_the_others_are_not():
    rows = [f"{NOON},6,1000", f"{NOON},5,1000", "2020-01-01T13:00Z,5,1000"]
    validated = observed(csv(*rows, header="Time,Temperature,Pressure")).validated
    assert validated["temperature_c_qc"].tolist() == [3, 1] and validated["pressure_msl_hpa_qc"].tolist() == [1, 1]


def test_a_conflict_is_an_event_of_the_value_that_lost():
    rows = [f"{NOON},6,1000", f"{NOON},5,1000"]
    events = observed(csv(*rows, header="Time,Temperature,Pressure")).events
    assert events[["variable", "test", "flag", "original_value", "line"]].values.tolist() == [
        ["temperature_c", "duplicate_conflict", 3, 6.0, 2]
    ]


def test_a_value_that_fails_does_not_win_over_a_good_one_of_the_same_time():
    rows = [f"{NOON},5,1000", f"{NOON},5,0"]
    validated = observed(csv(*rows, header="Time,Temperature,Pressure")).validated
    assert validated[["pressure_msl_hpa", "pressure_msl_hpa_qc"]].values.tolist() == [[1000, 3]]


def test_a_conflict_over_the_direction_of_a_calm_is_no_event():
    rows = [f"{NOON},5,0,90", f"{NOON},5,0,0"]
    tables = observed(csv(*rows, header="Time,Temperature,Wind Speed,Wind Bearing"))
    assert tables.events.empty and tables.validated["wind_direction_deg_qc"].tolist() == [9]


def test_a_conflicting_and_an_identical_row_are_counted_apart():
    tables = observed(csv(f"{NOON},5", f"{NOON},6", f"{NOON},5", "2020-01-01T13:00Z,1", "2020-01-01T14:00Z,1"))
    assert accounts(tables) == (3, 1, 0, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_later_file_supersedes_an_earlier_one_and_is_no_conflict(order):
    files = [File(csv(f"{NOON},6"), "szeged/b.csv"), File(csv(f"{NOON},5"), "szeged/a.csv", LATER)]
    tables = observed(*(files[i] for i in order))
    assert accounts(tables) == (1, 0, 1, 0) and tables.validated["temperature_c"].tolist() == [5]
    assert tables.validated["temperature_c_qc"].tolist() == [1]


def test_of_files_that_landed_together_the_later_name_wins():
    files = [File(csv(f"{NOON},6"), "szeged/b.csv"), File(csv(f"{NOON},5"), "szeged/a.csv")]
    assert observed(*files).validated["landing_file"].tolist() == ["szeged/b.csv"]


def test_the_same_row_in_two_files_is_an_identical_duplicate():
    assert accounts(observed(File(csv(f"{NOON},5")), File(csv(f"{NOON},5"), "szeged/b.csv"))) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("reports", "winner"),
    [
        (("11:50", "12:05"), "12:05"),
        (("12:05", "11:50"), "12:05"),
        (("11:50", "12:10"), "11:50"),
        (("12:10", "11:50"), "11:50"),
        (("11:30", "12:29"), "12:29"),
        (("11:59:59", "12:00", "12:00:01"), "12:00"),
    ],
)
def test_the_nearest_report_wins_and_of_two_as_near_the_earlier(reports, winner):
    tables = observed(csv(*(f"2020-01-01T{t}Z,{i}" for i, t in enumerate(reports))))
    assert tables.validated["temperature_c"].tolist() == [reports.index(winner)]


def test_a_report_that_loses_to_a_nearer_one_is_superseded():
    tables = observed(csv("2020-01-01T11:50Z,1", "2020-01-01T12:00Z,2", "2020-01-01T12:20Z,3"))
    assert accounts(tables) == (1, 0, 2, 0)


def test_the_nearest_report_wins_over_a_later_file():
    files = [File(csv("2020-01-01T12:00Z,1")), File(csv("2020-01-01T12:10Z,2"), "szeged/b.csv", LATER)]
    assert observed(*files).validated["temperature_c"].tolist() == [1]
