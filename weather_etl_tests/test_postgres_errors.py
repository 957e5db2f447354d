"""What goes wrong with PostgreSQL is one sentence, by its class: real errors of a real server."""

import sys
from pathlib import Path

import psycopg2
import pytest

from weather_etl import cli, postgres
from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers
from weather_etl.operations import doctor
from weather_etl.serving import database as serving_database
from weather_etl.serving import load, schema
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.databases import execute
from weather_etl_tests.support.runs import process, process_hours

PASSWORD = "hunter2-Pa55"
SQLSTATES = {
    "53100": "The disk of PostgreSQL is full; nothing was changed; make room",
    "53300": "has no connection left; close some",
    "53200": "is short of resources",
    "25006": "is read-only",
    "42501": "may not do this",
    "54000": "A value is too long for PostgreSQL",
    "57014": "took too long",
    "58030": "The disk of PostgreSQL fails",
    "XX001": "reports damage",
    "57P01": "does not answer",
}


@pytest.mark.parametrize(("code", "told"), SQLSTATES.items())
def test_an_error_is_told_by_its_class(environment: Settings, code: str, told: str) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'the server says so' USING ERRCODE = '{code}'; END $$"
    with (
        pytest.raises(serving_database.ServingUnavailable, match=told) as caught,
        serving_database.connect(environment) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(raising)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_a_bug_of_ours_is_no_sentence_about_the_server(environment: Settings) -> None:
    with pytest.raises(psycopg2.errors.SyntaxError), serving_database.connect(environment) as connection:
        connection.cursor().execute("SELEC 1")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: f"postgresql+psycopg2://u:{PASSWORD}@127.0.0.1:9/d", "does not answer"),
        (lambda url: f"postgresql+psycopg2://u:{PASSWORD}@127.0.0.1:abc/d", "cannot be read"),
        (lambda url: f"postgresql+psycopg2://u:{PASSWORD}@[::1/d", "cannot be read"),
        (lambda url: f"postgresql+psycopg2://u:{PASSWORD}@no-such-host.invalid/d", "host in .* is not known"),
        (lambda url: url.replace("/postgres?", "/nothing_of_the_kind?"), "no such database"),
        (lambda url: url.replace("postgres:@", "nobody_of_the_kind:@"), "refused the user or password"),
        (lambda url: "mysql://x/y", "must begin with"),
    ],
    ids=["down", "port", "brackets", "host", "database", "user", "kind"],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(
    environment: Settings, change: object, told: str
) -> None:
    settings = environment.model_copy(update={"serving_url": change(environment.postgres_url)})
    with pytest.raises(UserError, match=told) as caught, serving_database.connect(settings):
        pass
    assert PASSWORD not in str(caught.value) and "\n" not in str(caught.value)
    assert "WEATHER_ETL_SERVING_URL" in str(caught.value)


def test_a_server_without_a_free_connection_is_no_dead_server(environment: Settings, services: Services) -> None:
    execute(services.postgres_url, "DROP ROLE IF EXISTS crowded")
    execute(services.postgres_url, "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    settings = environment.model_copy(
        update={"serving_url": (environment.postgres_url or "").replace("postgres:@", "crowded:@")}
    )
    with pytest.raises(UserError, match="no connection left"), serving_database.connect(settings):
        pass


def test_a_read_only_database_is_told_as_such(environment: Settings, database: str, services: Services) -> None:
    name = database.split("@/")[1].split("?")[0]
    execute(services.postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(UserError, match="is read-only"):
        schema.upgrade(environment)


@pytest.mark.parametrize("command", [["status"], ["doctor"], ["db", "status"], ["run"]])
@pytest.mark.parametrize("url", [f"postgresql+psycopg2://u:{PASSWORD}@127.0.0.1:abc/d", "read-only"])
def test_no_command_shows_a_traceback(
    containers: Containers,
    environment: Settings,
    database: str,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    command: list[str],
    url: str,
) -> None:
    if url == "read-only":
        name = database.split("@/")[1].split("?")[0]
        execute(services.postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        url = database
    containers.landing.upload("a/x.csv", weather_csv(24))
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", url)
    monkeypatch.setattr(sys, "argv", ["weather-etl", *command])
    with pytest.raises(SystemExit):
        cli.main()
    printed = "".join(capfd.readouterr())
    assert "Traceback" not in printed and PASSWORD not in printed


def test_a_file_name_of_990_chinese_characters_is_served(
    environment: Settings, database: str, containers: Containers
) -> None:
    import random

    name = "".join(chr(random.Random(i).randrange(0x4E00, 0x9FA5)) for i in range(990))
    containers.landing.upload(f"a/{name}", weather_csv(24))
    process(containers)
    with serving_database.connect(environment) as connection:
        schema.require_schema(environment, connection)
        load.load_station(connection, containers.lake, "a")
        with connection.cursor() as cursor:
            cursor.execute("SELECT landing_file FROM weather.weather_files")
            assert cursor.fetchall() == [(f"a/{name}",)]


def test_a_station_may_be_called_like_a_missing_value(
    environment: Settings, database: str, containers: Containers
) -> None:
    from weather_etl import tables

    for station in ("NA", "M", "null", "None", "nan", "T"):
        containers.landing.upload(f"{station}/x.csv", weather_csv(24))
        assert process(containers, station)["validated_observations"].stamp.rows == 24, station
        with serving_database.connect(environment) as connection:
            schema.require_schema(environment, connection)
            load.load_station(connection, containers.lake, station)
        frame = tables.read("daily_weather", station)
        assert set(frame["station_id"]) == {station}


def test_files_and_stations_that_differ_by_case_or_normal_form_only_are_kept_apart(containers: Containers) -> None:
    names = ("a/caf\u00e9.csv", "a/cafe\u0301.csv", "a/CAF\u00c9.csv")
    for number, name in enumerate(names):
        containers.landing.upload(name, weather_csv(24, first=24 * number))
    containers.landing.upload("A/x.csv", weather_csv(12))
    assert process_hours(containers, "a")["validated_observations"].stamp.rows == 72
    assert process_hours(containers, "A")["validated_observations"].stamp.rows == 12


def test_doctor_tells_the_class_too(environment: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    url = (environment.postgres_url or "").replace("/postgres?", "/nothing_of_the_kind?")
    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", url)
    (found,) = [f for f in doctor.examine(Settings.load()) if f.topic == "database"]
    assert found.state == doctor.BAD and "no such database" in found.what and "create it" in found.remedy


def test_an_error_that_is_none_of_postgresql_is_not_explained() -> None:
    assert postgres.explained(ValueError("x"), "V") is None
