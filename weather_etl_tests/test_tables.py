"""Reading the tables from Python."""

import subprocess
import sys
from pathlib import Path

import pytest

from weather_etl import tables
from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers, connect
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.runs import TO_DAYS, process


@pytest.fixture(scope="module")
def two_stations(shared: Containers) -> None:
    """Of two days each."""
    for station in ("b", "a"):
        shared.landing.upload(f"{station}/x.csv", weather_csv())
        process(shared, station)


@pytest.fixture
def loaded(two_stations: None, shared_environment: Settings) -> Settings:
    """The environment of a reader of these stations."""
    return shared_environment


def test_a_table_comes_with_units_and_descriptions(loaded: Settings) -> None:
    daily = tables.read("daily_weather", station="a")
    assert len(daily) == 2
    assert daily.attrs["units"]["temperature_mean_c"] == "degC"
    assert daily.attrs["descriptions"]["temperature_mean_c"].startswith("Mean of")
    assert (daily.attrs["table"], daily.attrs["stations"]) == ("daily_weather", ["a"])


def test_without_a_station_all_are_read_in_order(loaded: Settings) -> None:
    assert tables.stations("daily_weather") == ["a", "b"]
    daily = tables.read("daily_weather")
    assert daily["station_id"].tolist() == ["a", "a", "b", "b"]
    assert daily.attrs["units"]["temperature_mean_c"] == "degC"


def test_several_stations_come_in_the_order_asked_for_and_each_once(loaded: Settings) -> None:
    daily = tables.read("daily_weather", stations=["b", "a", "b"])
    assert daily["station_id"].tolist() == ["b", "b", "a", "a"]
    assert daily.attrs["stations"] == ["b", "a"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"station": "a", "stations": ["b"]}, "either `station` or `stations`"),
        ({"stations": []}, "list of stations is empty"),
        ({"stations": ["a", "c"]}, "of station 'c'; stations that have it: a, b"),
    ],
)
def test_what_cannot_be_read_is_told(loaded: Settings, asked: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        tables.read("daily_weather", **asked)


def test_columns_are_those_asked_for_in_that_order(loaded: Settings) -> None:
    names = ["temperature_max_c", "date"]
    rows = tables.read("daily_weather", ["b"], columns=names)
    assert list(rows.columns) == names
    assert set(rows.attrs["units"]) == {"temperature_max_c"}


def test_an_unknown_station_names_those_there_are(loaded: Settings) -> None:
    with pytest.raises(UserError, match="'nowhere'; stations that have it: a, b"):
        tables.read("daily_weather", "nowhere")


def test_the_account_is_found_in_the_nearest_env_file(
    loaded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        f"AZURE_STORAGE_CONNECTION_STRING='{loaded.connection_string}'\n"
        f"WEATHER_ETL_LAKE_CONTAINER='{loaded.lake_container}'\n"
    )
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "")
    monkeypatch.setenv("WEATHER_ETL_LAKE_CONTAINER", "")
    assert tables.stations() == ["a", "b"]


@pytest.mark.parametrize(
    ("table", "columns", "sentence"),
    [
        ("dayly_weather", None, "no table 'dayly_weather'; there are raw_observations"),
        ("daily_weather", ["temp"], "daily_weather has no column 'temp'; it has station_id"),
    ],
)
def test_a_misspelt_name_is_one_sentence_with_those_there_are(
    table: str, columns: list[str] | None, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        tables.read(table, "a", columns=columns)


def test_the_dictionary_of_a_table_needs_no_storage() -> None:
    assert tables.describe("daily_weather").loc["hdd_18", "unit"] == "degC d"


def test_importing_the_reader_loads_neither_dagster_nor_pandas() -> None:
    code = "import sys; from weather_etl import tables; print([m for m in ('dagster', 'pandas', 'pyarrow', 'azure') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_duckdb_has_a_view_per_table_over_all_stations(loaded: Settings) -> None:
    db = tables.duckdb()
    views = {name for (name,) in db.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    assert views == {t for t in tables.TABLE_NAMES if tables.stations(t)} >= {"raw_observations", "yearly_weather"}
    daily = db.sql("SELECT station, station_id, date FROM daily_weather ORDER BY ALL").fetchall()
    assert [(station, own) for station, own, _ in daily] == [("a", "a"), ("a", "a"), ("b", "b"), ("b", "b")]
    assert db.sql("SELECT count(*) FROM validated_observations WHERE station = 'a'").fetchall() == [(48,)]


def test_duckdb_tells_unit_and_meaning_of_every_column(loaded: Settings) -> None:
    told = tables.duckdb().sql(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'daily_weather' AND comment IS NOT NULL"
    )
    assert dict(told.fetchall()) == {
        name: f"{row.description} [{row.unit}]" if row.unit else row.description
        for name, row in tables.describe("daily_weather").iterrows()
    }


def test_a_view_keeps_ids_texts_and_reads_objects_of_older_versions(environment: Settings) -> None:
    with connect(environment, prompt=True) as containers:
        for station in ("007", "8"):
            containers.landing.upload(f"{station}/x.csv", weather_csv())
            process(containers, station, tables=TO_DAYS)
        old = containers.lake.read("daily_weather", "007")
        without = old.arrow.drop_columns(["degree_day_bases"])
        containers.lake.write("daily_weather", "007", without, fingerprint="old", if_match=old.stamp.etag)
    rows = tables.duckdb().sql("SELECT DISTINCT station, degree_day_bases FROM daily_weather ORDER BY 1").fetchall()
    assert rows == [("007", None), ("8", None)]


def test_tables_that_no_station_has_yet_have_no_view(environment: Settings) -> None:
    views = tables.duckdb().sql("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall()
    assert views == [(0,)]
