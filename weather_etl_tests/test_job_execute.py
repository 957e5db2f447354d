"""`dagster job execute`, as the README says it, in a folder that has only `dagster.yaml`.

Most commands are called in this process; those that are killed, and the one that a person types first, are processes.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing import listing
from weather_etl.operations.planning import PARTITION
from weather_etl.settings import AZURITE_KEY, Settings, azurite_connection_string
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.command import dagster_in_process
from weather_etl_tests.support.runs import process as run_in_process

TABLES_JOB, CATCH_UP_JOB = "weather_etl_job", "catch_up_job"
DATABASE_PASSWORD = "s3cret-word"
Process = subprocess.CompletedProcess[str]
Execute = Callable[..., Process]


@pytest.fixture
def folder(tmp_path: Path, environment: Settings, database: str) -> Path:
    """A working folder with Dagster's configuration and without a `.env`, which Dagster would prefer to ours."""
    shutil.copy(CHECKOUT / "dagster.yaml", tmp_path)
    return tmp_path


def command(job: str, tags: dict[str, str] | None = None) -> list[str]:
    words = [str(Path(sys.executable).with_name("dagster")), "job", "execute", "-m", "weather_etl", "-j", job]
    return [*words, "--tags", json.dumps(tags)] if tags else words


def environ() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DAGSTER_")}
    return {**kept, "PYTHONPATH": str(CHECKOUT)}


@pytest.fixture(scope="module")
def outputs() -> list[str]:
    """All that the commands of this module printed."""
    return []


@pytest.fixture
def execute(folder: Path, outputs: list[str], capfd: pytest.CaptureFixture[str]) -> Execute:
    """Run a job in this process; standard output and error come together, as a person sees them."""

    def run(job: str, tags: dict[str, str] | None = None, **changes: str) -> Process:
        done = dagster_in_process(folder, capfd)(*command(job, tags)[1:], **changes)
        outputs.append(done.stdout + done.stderr)
        return Process(done.args, done.returncode, outputs[-1])

    return run


@pytest.fixture
def execute_as_a_process(folder: Path, outputs: list[str]) -> Execute:
    """The same in a process of its own."""

    def run(job: str, tags: dict[str, str] | None = None) -> Process:
        process = subprocess.run(
            command(job, tags),
            cwd=folder,
            env=environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=240,
        )
        outputs.append(process.stdout)
        return process

    return run


@pytest.fixture
def instance(folder: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(folder)) as opened:
        yield opened


@pytest.fixture
def in_use(instance: dg.DagsterInstance) -> None:
    """The sensor has seen files of another station: from then on Dagster asks for the partition before the first step."""
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["other"])
    instance.report_runless_asset_event(dg.AssetObservation("landing_files", partition="other"))


def is_complete(containers: Containers, station: str) -> bool:
    files = listing.list_station(containers.landing, station)
    found = {t: containers.lake.stamp(t, station) for t in TABLE_NAMES}
    carried = {t: stamp.fingerprint for t, stamp in found.items() if stamp}
    return carried == fingerprints.expected(files.versions(), files.settings_version(station))


def rows(containers: Containers, station: str) -> dict[str, pa.Table]:
    stored = {table: containers.lake.read(table, station) for table in TABLE_NAMES}
    return {table: made.arrow for table, made in stored.items() if made}


def has_trace(text: str) -> bool:
    return "Traceback" in text or "Stack Trace" in text


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_station_that_is_not_registered_is_processed_and_registered(
    execute_as_a_process: Execute, containers: Containers, instance: dg.DagsterInstance, in_use: None
) -> None:
    containers.landing.upload("alpha/x.csv", weather_csv())
    process = execute_as_a_process(TABLES_JOB, {PARTITION: "alpha"})
    assert process.returncode == 0, process.stdout
    assert is_complete(containers, "alpha")
    assert instance.get_dynamic_partitions(PARTITIONS_NAME) == ["other", "alpha"]


def test_catch_up_job_makes_the_tables_of_all_stations_in_runs_of_their_own(
    execute: Execute, containers: Containers, instance: dg.DagsterInstance
) -> None:
    stations = ["alpha", "beta"]
    for name in stations:
        containers.landing.upload(f"{name}/x.csv", weather_csv())
    process = execute(CATCH_UP_JOB)
    assert process.returncode == 0, process.stdout
    assert [is_complete(containers, name) for name in stations] == [True] * 2
    runs = instance.get_runs(dg.RunsFilter(job_name=TABLES_JOB))
    assert sorted(run.tags[PARTITION] for run in runs) == stations
    assert {run.tags_for_storage()[".dagster/repository"] for run in runs} == {"__repository__@weather_etl"}


def test_without_a_station_the_job_fails_in_a_sentence_that_names_both_commands(execute: Execute) -> None:
    process = execute(TABLES_JOB)
    assert process.returncode == 1
    assert "No station was given" in process.stdout and "dagster/partition" in process.stdout
    assert "weather-etl run" in process.stdout
    assert not has_trace(process.stdout), process.stdout


def test_an_unknown_station_fails_in_a_sentence_that_says_how_to_upload_and_is_not_registered(
    execute: Execute, instance: dg.DagsterInstance, in_use: None
) -> None:
    process = execute(TABLES_JOB, {PARTITION: "nowhere"})
    assert process.returncode == 1
    assert "There is no landing file for station nowhere" in process.stdout
    assert not has_trace(process.stdout), process.stdout
    assert instance.get_dynamic_partitions(PARTITIONS_NAME) == ["other"]


def test_a_station_that_fails_is_named_fails_the_job_and_keeps_no_other_from_its_tables(
    execute: Execute, containers: Containers
) -> None:
    """`catch_up_job` on an empty history over three stations, the middle one with broken settings."""
    for name in ("alpha", "beta", "gamma"):
        containers.landing.upload(f"{name}/x.csv", weather_csv())
    containers.landing.upload("beta/station.toml", b"timezone = [broken")
    process = execute(CATCH_UP_JOB)
    assert process.returncode == 1
    assert "beta/station.toml is not valid TOML" in process.stdout
    assert not has_trace(process.stdout), process.stdout
    assert [is_complete(containers, name) for name in ("alpha", "beta", "gamma")] == [True, False, True]


@pytest.mark.timeout(60, func_only=True)
def test_storage_that_is_down_is_reported_in_a_sentence_within_a_minute(execute: Execute) -> None:
    process = execute(
        TABLES_JOB, {PARTITION: "alpha"}, AZURE_STORAGE_CONNECTION_STRING=azurite_connection_string(closed_port())
    )
    assert process.returncode == 1
    assert "does not answer; start it with `weather-etl local up`" in process.stdout
    assert not has_trace(process.stdout), process.stdout


@pytest.mark.timeout(60, func_only=True)
def test_a_database_that_is_down_fails_the_command_within_a_minute(execute: Execute) -> None:
    down = f"postgresql+psycopg2://weather:{DATABASE_PASSWORD}@127.0.0.1:{closed_port()}/dagster"
    process = execute(TABLES_JOB, {PARTITION: "alpha"}, WEATHER_ETL_POSTGRES_URL=down)
    assert process.returncode == 1 and "Connection refused" in process.stdout


@pytest.fixture
def killed(folder: Path, containers: Containers) -> None:
    """A run of a long record, killed as soon as it said that `raw_observations` is there."""
    containers.landing.upload("alpha/x.csv", weather_csv(20_000))
    process = subprocess.Popen(
        command(TABLES_JOB, {PARTITION: "alpha"}),
        cwd=folder,
        env=environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "raw_observations: 20,000 rows" in line:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL


def test_a_run_after_a_killed_one_completes_what_that_one_published(
    killed: None, execute: Execute, environment: Settings, containers: Containers
) -> None:
    found = rows(containers, "alpha")
    assert "raw_observations" in found and "monthly_weather" not in found
    assert execute(TABLES_JOB, {PARTITION: "alpha"}).returncode == 0
    elsewhere = f"{environment.lake_container}-b"
    with connect(Settings.load({**os.environ, "WEATHER_ETL_LAKE_CONTAINER": elsewhere})) as undisturbed:
        undisturbed.lake.container.create()
        run_in_process(undisturbed, "alpha")
        assert rows(containers, "alpha") == rows(undisturbed, "alpha")


def test_no_command_of_this_module_printed_a_secret(outputs: list[str]) -> None:
    assert [text for text in outputs if AZURITE_KEY in text or DATABASE_PASSWORD in text] == []
