"""Services that stop in mid-run, come back, or run out of disk."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef

from weather_etl.definitions import defs
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.table_objects import Lake, Stamp
from weather_etl.local import azurite
from weather_etl.local import postgres as local_postgres
from weather_etl.operations import planning
from weather_etl.operations.planning import PARTITION
from weather_etl.orchestration.sensors.landing_files import landing_files_sensor
from weather_etl.settings import Settings, azurite_connection_string
from weather_etl_tests.conftest import AZURITE_HOME, Services, free_azurite_port, temporary_root
from weather_etl_tests.faults.conftest import OwnAzurite, tables
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.histories import configure
from weather_etl_tests.support.lake import RAW
from weather_etl_tests.support.runs import UNCHANGED, WRITTEN, RunFailed, process
from weather_etl_tests.support.ticks import tick


def on_raw(monkeypatch: pytest.MonkeyPatch, act) -> None:
    """Do `act` once, when a run has published `raw_observations`; the run itself is real."""
    waiting, write = [act], Lake.write

    def watched(self: Lake, table: str, *arguments: object, **options: object) -> Stamp:
        stamp = write(self, table, *arguments, **options)
        if table == RAW and waiting:
            waiting.pop()()
        return stamp

    monkeypatch.setattr(Lake, "write", watched)


def test_a_run_outlives_a_restart_of_the_storage(
    own_azurite: OwnAzurite, own_containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_containers.landing.upload("a/x.csv", weather_csv())

    def restart() -> None:
        own_azurite.stop()
        threading.Thread(target=own_azurite.start).start()

    on_raw(monkeypatch, restart)
    made = process(own_containers)
    assert made.statuses == {WRITTEN} and made.keys() == tables(own_containers).keys()
    assert process(own_containers).statuses == {UNCHANGED}


def test_a_storage_that_stops_in_mid_run_is_a_sentence_and_the_next_run_completes_the_tables(
    own_azurite: OwnAzurite, own_containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_containers.landing.upload("a/x.csv", weather_csv())
    stopped = []

    def stop() -> None:
        own_azurite.stop()
        stopped.append(time.monotonic())

    on_raw(monkeypatch, stop)
    try:
        with pytest.raises(RunFailed, match=r"does not answer; start it with `weather-etl local up`") as caught:
            process(own_containers)
        took = time.monotonic() - stopped[0]
    finally:
        own_azurite.start()
    assert caught.value.tags[planning.ENDED] == planning.OUTAGE  # so that it costs the station no attempt
    assert [error.cause for error in caught.value.errors] == [None]
    assert took < 20  # the promise itself
    assert own_containers.lake.stamp(RAW, "a") and not own_containers.lake.stamp("daily_weather", "a")
    process(own_containers)
    assert process(own_containers).statuses == {UNCHANGED}


def test_a_lake_that_is_deleted_in_mid_run_is_a_sentence_and_is_filled_again(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    lake = containers.lake.container
    on_raw(monkeypatch, lambda: lake.client.delete_container())
    with pytest.raises(RunFailed, match=f"There is no container '{lake.name}'") as caught:
        process(containers)
    assert [error.cause for error in caught.value.errors] == [None]
    lake.create()
    assert process(containers).statuses == {WRITTEN}


def test_files_that_are_deleted_with_their_container_take_no_table_along(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    before = tables(containers)
    containers.landing.client.delete_container()
    with pytest.raises(RunFailed, match=f"There is no container '{containers.landing.name}'"):
        process(containers)
    assert tables(containers) == before


@pytest.fixture
def postgres(services: Services) -> Iterator[local_postgres.PostgresFiles]:
    """The suite's own server; whatever a test does, it runs again afterwards."""
    files = local_postgres.PostgresFiles(services.root / ".local" / "postgres")
    yield files
    local_postgres.start(files, lambda line: None)


@contextmanager
def dagster_instance(database: str, folder: Path) -> Iterator[dg.DagsterInstance]:
    configure(folder, database)
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder))) as opened:
        yield opened


def execute(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    job = defs.resolve_job_def("weather_etl_job")
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def test_a_run_outlives_a_restart_of_the_database(
    postgres: local_postgres.PostgresFiles,
    containers: Containers,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())

    def restart() -> None:
        local_postgres.stop_running(postgres)
        local_postgres.start(postgres, lambda line: None)

    on_raw(monkeypatch, restart)
    with dagster_instance(database, tmp_path) as instance:
        result = execute(instance, {PARTITION: "a"})
        assert result.success
        assert instance.get_run_by_id(result.run_id).status == dg.DagsterRunStatus.SUCCESS
    assert process(containers).statuses == {UNCHANGED}


@pytest.mark.faults
def test_a_run_that_the_database_left_is_healed_by_the_sensor(
    postgres: local_postgres.PostgresFiles,
    containers: Containers,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The run dies with the database and cannot say so: for Dagster it runs for ever."""
    containers.landing.upload("a/x.csv", weather_csv())
    on_raw(monkeypatch, lambda: local_postgres.stop_running(postgres))
    with dagster_instance(database, tmp_path) as instance:
        with suppress(Exception):  # what Dagster makes of it is its own affair
            execute(instance, {PARTITION: "a"})
        local_postgres.start(postgres, lambda line: None)
        (left,) = instance.get_runs()
        assert left.status == dg.DagsterRunStatus.STARTED
        monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "1")
        monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")
        time.sleep(1.2)
        (request,) = [r for r in tick(landing_files_sensor, instance).run_requests if PARTITION in r.tags]
        assert instance.get_run_by_id(left.run_id).status == dg.DagsterRunStatus.FAILURE
        assert execute(instance, dict(request.tags)).success
    assert process(containers).statuses == {UNCHANGED}


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of its own, so small that it can be filled."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount the small file system that is to be filled")
    with temporary_root() as root:
        folder = root / "disk"
        folder.mkdir()
        options = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
        if subprocess.run(options, capture_output=True, check=False).returncode:
            pytest.skip("this machine does not let root mount a tmpfs")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Fill the file system to the last byte."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(b"\0" * 65536)
            file.flush()
    try:
        yield
    finally:
        ballast.unlink()


@pytest.mark.faults
def test_a_full_disk_under_azurite_is_a_sentence_and_costs_nothing_that_was_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with small_disk(16) as disk:
        files = azurite.AzuriteFiles(disk / "data", disk.parent / "azurite.pid", disk.parent / "azurite.log")
        port = free_azurite_port()
        azurite.start(files, port, AZURITE_HOME, lambda line: None)
        try:
            with connect(Settings(connection_string=azurite_connection_string(port))) as containers:
                containers.landing.create()
                containers.lake.container.create()
                containers.landing.upload("a/x.csv", weather_csv(24))
                process(containers)
                before = tables(containers)
                containers.landing.upload("a/y.csv", weather_csv(24_000, first=24))
                with filled(disk):
                    with pytest.raises(RunFailed) as caught:
                        process(containers)
                    assert "\n" not in str(caught.value)
                    assert caught.value.tags[planning.ENDED] == planning.OUTAGE
                    assert tables(containers)["daily_weather"] == before["daily_weather"]
                process(containers)
                assert process(containers).statuses == {UNCHANGED}
        finally:
            azurite.stop_running(files)


@pytest.mark.faults
def test_a_full_disk_under_postgresql_loses_no_table(
    containers: Containers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with small_disk(100) as disk:
        files = local_postgres.PostgresFiles(disk / "postgres")
        local_postgres.start(files, lambda line: None)
        try:
            with dagster_instance(files.url, tmp_path) as instance:
                assert execute(instance, {PARTITION: "a"}).success
                containers.landing.upload("a/y.csv", weather_csv(24, first=48))
                with filled(disk), suppress(Exception):
                    execute(instance, {PARTITION: "a"})
                local_postgres.start(files, lambda line: None)
                assert execute(instance, {PARTITION: "a"}).success
        finally:
            local_postgres.stop_running(files)
    assert process(containers).statuses == {UNCHANGED}
