"""`head` and `export`: what is shown first, and files that a spreadsheet opens safely."""

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from weather_etl import tables
from weather_etl.cli import choices
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import NEIGHBOURS, TABLE_NAMES
from weather_etl.operations import files, trigger
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.command import Run, one_sentence
from weather_etl_tests.support.runs import process


@pytest.fixture(scope="module")
def filled(shared: Containers) -> None:
    """Tables of two stations; the first has no row, the second one that was refused and begins a formula."""
    for station, data in (("a", b"PAR1"), ("b", weather_csv(48) + b"=cmd(),Clear\r\n")):
        shared.landing.upload(f"{station}/x.csv", data)
        process(shared, station)


@pytest.fixture
def made(environment: Settings, filled: None, shared_environment: Settings) -> None:
    """The commands of the test read the tables of `filled`: `environment`, which comes before, is that of no test here."""
    assert Settings.load() == shared_environment


def test_the_choices_are_those_of_the_code() -> None:
    assert tuple(choices.Table) == (*TABLE_NAMES, NEIGHBOURS)
    assert tuple(choices.FileState) == files.STATES
    assert tuple(choices.Mode) == trigger.MODES


def test_head_shows_the_first_station_with_rows_and_what_says_most(weather_etl: Run, made: None) -> None:
    done = weather_etl("head", "daily_weather")
    above, below, units = (line.split() for line in done.stdout.splitlines()[:3])
    assert above[:3] == ["date", "temperature_", "temperature_"]
    assert below[:2] == ["mean_c", "min_c"] and units[:2] == ["degC", "degC"]
    assert "2 of 2 rows of daily_weather, station b." in done.stdout
    refused = weather_etl("head", "quarantined_rows", "-s", "b").stdout
    assert refused.split()[:4] == ["reason", "landing_file", "line", "detail"]


def test_export_writes_all_stations_or_some(weather_etl: Run, made: None, folder: Path) -> None:
    done = weather_etl("export", "validated_observations", "-o", "hours.csv")
    assert done.stdout == "Wrote 48 rows of validated_observations, 2 stations, to hours.csv.\n"
    with (folder / "hours.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {r["station_id"] for r in rows} == {"b"} and rows[0]["timestamp"] == "2020-01-01 00:00:00+00:00"
    weather_etl("export", "validated_observations", "-s", "b", "-o", "b.csv", "--columns", "timestamp,temperature_c")
    assert (folder / "b.csv").read_text().splitlines()[0] == "timestamp,temperature_c"
    assert len((folder / "b.csv").read_text().splitlines()) == 49


def test_export_to_xlsx_holds_numbers_times_and_the_meaning_of_columns(
    weather_etl: Run, made: None, folder: Path
) -> None:
    assert weather_etl("export", "daily_weather", "-s", "b", "-o", "days.xlsx").returncode == 0
    book = CalamineWorkbook.from_path(folder / "days.xlsx")
    assert book.sheet_names == ["daily_weather", "columns"]
    header, *rows = book.get_sheet_by_name("daily_weather").to_python()
    frame = tables.read("daily_weather", "b")
    assert header == list(frame.columns)
    first = dict(zip(header, rows[0], strict=True))
    assert first["temperature_mean_c"] == pytest.approx(frame["temperature_mean_c"][0])
    assert str(first["date"])[:10] == "2020-01-01" and first["station_id"] == "b"
    assert first["snow_depth_max_cm"] == ""  # there is none
    explained = {row[0]: row[1] for row in book.get_sheet_by_name("columns").to_python()}
    assert explained["temperature_mean_c"] == "degC"


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_no_text_of_an_export_begins_a_formula_unless_that_is_wanted(
    weather_etl: Run, made: None, folder: Path, name: str
) -> None:
    def texts(*options: str) -> list[str]:
        weather_etl("export", "quarantined_rows", "-s", "b", "-o", name, "--columns", "raw_text", *options)
        if name.endswith(".csv"):
            with (folder / name).open(newline="", encoding="utf-8") as file:
                return [row[0] for row in csv.reader(file)][1:]
        return [str(r[0]) for r in CalamineWorkbook.from_path(folder / name).get_sheet_by_index(0).to_python()[1:]]

    assert texts() == ["'=cmd(),Clear"]
    assert texts("--as-is") == ["=cmd(),Clear"]


def test_an_export_that_cannot_be_written_leaves_the_file_of_before(weather_etl: Run, made: None, folder: Path) -> None:
    (folder / "out.csv").write_text("before")
    assert "has no" in one_sentence(
        weather_etl("export", "daily_weather", "-s", "b", "-s", "nowhere", "-o", "out.csv")
    ).replace("There is no", "has no")
    assert (folder / "out.csv").read_text() == "before"
    assert [p.name for p in folder.glob("*.tmp")] == [] and [p.name for p in folder.glob(".out*")] == []
    assert "cannot be written" in one_sentence(weather_etl("export", "daily_weather", "-o", "no/where.csv"), 2)
