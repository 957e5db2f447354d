"""`run`, `status`, `mute`: what is said of stations, and where the results are."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.serving import schema
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.command import Run, one_sentence


def test_a_run_says_where_tables_rows_and_pages_are(weather_etl: Run, file: Path, environment: Settings) -> None:
    weather_etl("upload", "a", str(file))
    done = weather_etl("run").stdout
    assert f"{len(TABLE_NAMES)} tables in http://127.0.0.1:" in done and environment.lake_container in done
    assert "PostgreSQL  nothing; set WEATHER_ETL_SERVING_URL, or create the tables" in done
    assert "reports     1 page, one a station" in done
    schema.upgrade(environment)
    told = json.loads(weather_etl("run", "--json").stdout)["results"]
    assert told["served"] == {"stations": 1, "hours": 48, "wind_energy_kwh": None}  # a month of two days has no sum
    assert told["reports"] == 1


def test_a_station_of_which_nothing_could_be_used_is_not_up_to_date(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", b"PAR1")
    assert weather_etl("run").returncode == 1
    assert "a: nothing usable, 1 landing file" in weather_etl("status").stdout
    (state,) = json.loads(weather_etl("status", "--json", "-s", "a").stdout)
    assert state["state"] == "nothing usable"
    assert "nothing usable was found in a" in weather_etl("doctor").stdout


def test_an_unknown_station_is_an_error_with_a_suggestion(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("szeged/x.csv", weather_csv(24))
    for command in (
        ["status", "-s", "Szeged"],
        ["status", "Szeged"],
        ["run", "szegd"],
        ["files", "szegd"],
        ["mute", "szegedd", "--until", "2999-01-01"],
    ):
        assert one_sentence(weather_etl(*command)).endswith("Did you mean szeged?")


def test_a_mute_is_shown_listed_and_ended(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    today = datetime.now(UTC).date()
    until = today + timedelta(days=7)
    assert weather_etl("mute", "a", "--until", str(until)).returncode == 0
    assert f"a: new files, 1 landing file, muted until {until}" in weather_etl("status").stdout
    assert weather_etl("mute").stdout == f"a is muted until the end of {until} (UTC).\n"
    assert f"nobody is told of a (until {until})" in weather_etl("doctor").stdout
    assert weather_etl("mute", "-s", "a", "--off").stdout == "a is told again.\n"
    assert weather_etl("mute").stdout == "No station is muted.\n"
    assert "has passed" in one_sentence(weather_etl("mute", "a", "--until", str(today - timedelta(days=1))), 2)


def test_the_version_is_told(weather_etl: Run) -> None:
    from weather_etl import __version__

    assert weather_etl("--version").stdout == f"weather-etl {__version__}\n"
