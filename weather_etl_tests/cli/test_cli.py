"""The `weather-etl` command as a person uses it, in a folder of its own.

Most commands are called in this process, since a new interpreter costs seconds of imports; what needs one to be true
(a whole run, with nothing imported before) is a process.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from weather_etl.lake.connection import connect
from weather_etl.local import ownership
from weather_etl.operations import planning
from weather_etl.settings import AZURITE_KEY, Settings
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.command import Done, Run, in_process, no_trace, one_sentence
from weather_etl_tests.support.databases import Databases, url_of
from weather_etl_tests.support.runs import process


@dataclass(frozen=True)
class Installation:
    """A folder in which station a was uploaded and `weather-etl run` came to its end as a process."""

    folder: Path
    environ: dict[str, str]
    run: Done


@pytest.fixture(scope="module")
def installation(
    shared_variables: dict[str, str],
    services: Services,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    shutil.copy(CHECKOUT / "dagster.yaml", folder)
    name = databases.take()
    environ = shared_variables | {ownership.DATABASE: url_of(services.postgres_url, name)}
    with connect(Settings.load(environ)) as containers:
        containers.landing.upload("a/x.csv", weather_csv())
    done = subprocess.run(
        [sys.executable, "-m", "weather_etl.cli", "run"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    yield Installation(folder, environ, done)
    databases.give_back(name)


@pytest.fixture
def installed(installation: Installation, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command in this process, in the installation; what it makes stays there."""
    return partial(in_process(installation.folder, capfd), **installation.environ)


def without_seconds(text: str) -> str:
    return re.sub(r"in [\d.]+ s", "in some s", text)


def test_a_run_ends_in_a_summary_with_tables_and_checks(installation: Installation) -> None:
    done = installation.run
    assert done.returncode == 0, done.stderr
    assert re.search(r"^validated_observations +48 +2020-01-01 00:00Z +2020-01-02 23:00Z", done.stdout, re.M)
    assert re.search(r"^checks: PASS \d+, WARN 0, ERROR 0", done.stdout, re.M)
    assert re.search(
        r"^Completed in [\d.]+ s: 1 station, \d+ tables. PASS=\d+ WARN=0 ERROR=0 TOTAL=\d+$", done.stdout, re.M
    )
    assert "make ui" in done.stdout
    assert "\x1b[" not in done.stdout + done.stderr  # no terminal, no colours


def test_a_second_run_says_the_same_and_writes_nothing(installation: Installation, installed: Run) -> None:
    with connect(Settings.load(installation.environ)) as containers:
        before = containers.lake.stamps()
        assert without_seconds(installed("run").stdout) == without_seconds(installation.run.stdout)
        assert containers.lake.stamps() == before


def test_a_rejected_file_is_named_by_run_and_doctor_and_gives_exit_code_1(weather_etl: Run, file: Path) -> None:
    file.write_bytes(b"PAR1")
    weather_etl("upload", "a", str(file))
    done = weather_etl("run")
    assert done.returncode == 1
    assert "rejected_files" in done.stdout
    assert "a/x.csv (NOT_CSV" in done.stdout.replace("\n", " ")
    assert no_trace(done)
    done = weather_etl("doctor")
    assert done.returncode == 1
    assert re.search(r"^bad  stations +files are parked as rejected: a$", done.stdout, re.M)


def test_a_failing_station_is_one_sentence_and_the_others_are_in(weather_etl: Run, file: Path, tmp_path: Path) -> None:
    settings = tmp_path / "bad" / "station.toml"
    settings.parent.mkdir()
    weather_etl("upload", "a", str(file))
    weather_etl("upload", "b", str(file))
    settings.write_text("timezone = 'Europe/Budapest'")
    weather_etl("upload", "b", str(settings))
    with connect(Settings.load()) as containers:
        containers.landing.upload("b/station.toml", b"timezone = 1")
    done = weather_etl("run", "--tables-only")
    assert done.returncode == 1
    assert done.stderr.count("b/station.toml, line 1: timezone is 1") == 1
    assert no_trace(done)
    assert re.search(r"^a: up to date", done.stdout, re.M)


def test_a_station_that_keeps_failing_is_told_as_left_alone(
    weather_etl: Run, file: Path, environment: Settings
) -> None:
    weather_etl("upload", "a", str(file))
    with connect(environment) as containers:
        containers.landing.upload("a/station.toml", b"timezone = 1")
    once = {"WEATHER_ETL_MAX_ATTEMPTS": "1"}
    left_alone = planning.parked_sentence("a", 1)
    assert left_alone in one_sentence(weather_etl("run", **once))
    (shown,) = re.findall("^parked: .*", weather_etl("status", **once).stdout, re.M)  # in one line, to be pasted from
    assert "a/station.toml, line 1: timezone is 1" in shown and left_alone in shown
    (station,) = json.loads(weather_etl("status", "--json", **once).stdout)
    assert station["parked"] and station["trouble"].endswith(left_alone)
    assert re.search(r"^bad  stations .*parked: a$", weather_etl("doctor", **once).stdout, re.M)


def test_run_and_status_as_json_hold_success_states_tables_and_checks(installed: Run) -> None:
    told = json.loads(installed("run", "--json").stdout)
    assert (told["ok"], told["failure"], [s["station"] for s in told["stations"]]) == (True, None, ["a"])
    (station,) = json.loads(installed("status", "--json").stdout)
    assert (station["station"], station["state"]) == ("a", "up to date")
    assert station["tables"]["daily_weather"]["rows"] == 2
    assert {c["state"] for c in station["checks"]} == {"PASS"}


def test_status_and_report_tell_new_files_before_they_are_run(weather_etl: Run, file: Path) -> None:
    assert weather_etl("upload", "a", str(file)).returncode == 0
    assert "a: new files, 1 landing file" in weather_etl("status").stdout
    assert "run `weather-etl run` first" in one_sentence(weather_etl("open", "report", "a", "--print"))


def test_forget_deletes_the_tables_of_a_station_without_files(
    weather_etl: Run, file: Path, environment: Settings
) -> None:
    weather_etl("upload", "a", str(file))
    with connect(environment) as containers:
        process(containers)
    assert "still has landing files" in one_sentence(weather_etl("forget", "a"))
    with connect(environment) as containers:
        containers.landing.delete("a/x.csv")
        assert "weather-etl forget a" in weather_etl("run").stderr
        assert weather_etl("forget", "a").returncode == 0
        assert containers.lake.stamps() == {}
    assert weather_etl("run").returncode == 0


@pytest.mark.parametrize(
    ("code", "arguments", "sentence"),
    [
        (2, ["upload", "bad id", "x.csv"], "'bad id' is no station id"),
        (2, ["upload", "a", "nowhere.csv"], "nowhere.csv is not a file"),
        (2, ["upload", "a"], "Name the files to upload"),
        (2, ["head", "daily_weather", "-s", "a", "--columns", "hdd18"], "Did you mean hdd_18?"),
        (2, ["export", "daily_weather", "-o", "x.txt", "-s", "a"], "neither .csv nor .xlsx"),
        (1, ["delete", "a/x.csv"], "There is no landing file a/x.csv"),
        (2, ["mute", "a"], "--until DATE"),
        (2, ["forget"], "Name one station"),
        (1, ["run", "--station", "nowhere"], "There is no landing file for station nowhere"),
        (1, ["status", "--station", "nowhere"], "There is no landing file for station nowhere"),
        (1, ["forget", "nowhere"], "has no tables"),
    ],
)
def test_a_mistake_is_one_sentence(
    weather_etl: Run, file: Path, code: int, arguments: list[str], sentence: str
) -> None:
    assert sentence in one_sentence(weather_etl(*arguments), code)


def test_a_word_that_an_option_does_not_know_is_wrong_usage_that_lists_the_known(weather_etl: Run) -> None:
    for arguments in (["files", "--state", "lost"], ["head", "weather"], ["trigger", "--mode", "fast"]):
        done = weather_etl(*arguments)
        assert (
            (done.returncode == 2 and "'pending'" in done.stderr)
            or "'full'" in done.stderr
            or "'daily_weather'" in done.stderr
        )
        assert "Value error" not in done.stderr
    assert "Did you mean daily_weather?" in weather_etl("head", "daily_wether").stderr
    assert "'today' does not match a date such as 20" in weather_etl("mute", "a", "--until", "today").stderr


def test_a_broken_station_toml_is_refused_at_upload(weather_etl: Run, tmp_path: Path) -> None:
    (tmp_path / "station.toml").write_text('timezone = "Budapest"')
    assert "timezone is 'Budapest'; this time zone is unknown" in one_sentence(
        weather_etl("upload", "a", str(tmp_path / "station.toml"))
    )


def test_a_dead_storage_is_one_sentence(weather_etl: Run, environment: Settings) -> None:
    dead = environment.connection_string.rsplit(":", 1)[0] + ":9/devstoreaccount1;"
    process = weather_etl("status", AZURE_STORAGE_CONNECTION_STRING=dead)
    assert "does not answer; start it with `weather-etl local up`" in one_sentence(process)
    assert AZURITE_KEY not in process.stdout + process.stderr


def test_a_dead_database_is_one_sentence_without_the_password(weather_etl: Run) -> None:
    url = "postgresql+psycopg2://someone:hunter2@127.0.0.1:9/x"
    process = weather_etl("run", WEATHER_ETL_POSTGRES_URL=url)
    assert "PostgreSQL does not answer" in one_sentence(process)
    assert "hunter2" not in process.stdout + process.stderr


def test_no_database_is_one_sentence(weather_etl: Run) -> None:
    assert "No database is configured" in one_sentence(weather_etl("run", WEATHER_ETL_POSTGRES_URL=""))


def test_another_folder_is_one_sentence(weather_etl: Run, folder: Path) -> None:
    (folder / "dagster.yaml").unlink()
    assert "There is no dagster.yaml" in one_sentence(weather_etl("run"))


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['weather-etl', '--help']\n"
        "from weather_etl import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('dagster', 'pandas', 'pyarrow', 'azure.storage.blob', 'pandera') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_a_report_is_made_copied_and_named(installation: Installation, installed: Run) -> None:
    done = installed("open", "report", "a", "--print")
    folder = installation.folder / ".local" / "report"
    path = folder / "station=a" / "index.html"
    assert done.stdout.strip() == path.as_uri()
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (folder / "index.html").is_file()
    assert "All reports are up to date." in installed("report").stdout
    assert installed("head", "daily_weather", "--rows", "1").stdout.count("2020-01-01") == 1
    table = installed("head", "daily_weather", "--csv").stdout.splitlines()
    assert table[0].startswith("station_id,date,") and len(table) == 3


def test_doctor_finds_a_healthy_installation_well(weather_etl: Run, file: Path) -> None:
    done = weather_etl("doctor", "--json")
    findings = json.loads(done.stdout)["findings"]
    assert done.returncode == 0, done.stdout
    assert {f["topic"] for f in findings} == {
        "versions", "setting", "storage", "container", "database", "daemon", "stations",
    }  # fmt: skip
    assert [f for f in findings if f["state"] == "bad"] == []


def test_doctor_looks_on_when_storage_is_dead_and_masks_secrets(weather_etl: Run, environment: Settings) -> None:
    assert environment.connection_string
    dead = environment.connection_string.rsplit(":", 1)[0] + ":9/devstoreaccount1;"
    done = weather_etl("doctor", AZURE_STORAGE_CONNECTION_STRING=dead)
    assert done.returncode == 1
    assert re.search(
        r"^bad  storage +Azure Storage at 127.0.0.1:9 does not answer\n +-> start it with", done.stdout, re.M
    )
    assert re.search(r"^ok   database", done.stdout, re.M)
    assert AZURITE_KEY not in done.stdout + done.stderr
    assert no_trace(done)


def test_the_ui_that_does_not_run_is_one_sentence(weather_etl: Run) -> None:
    told = one_sentence(weather_etl("open", "ui", "--port", "9", "--print"))
    assert "Dagster does not answer at http://127.0.0.1:9; start it with `make ui`." in told
    assert "The usual address is http://127.0.0.1:3000." in told


def test_help_tells_the_exit_codes_and_completion() -> None:
    from typer.testing import CliRunner

    from weather_etl.cli import app

    text = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    assert "Exit codes: 0 done; 1 something failed" in text
    assert "--install-completion" in text
