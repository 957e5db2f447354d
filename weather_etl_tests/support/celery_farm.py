"""Redis, a daemon and Celery workers with the configuration of `deploy/celery`.

Belongs here: starting and killing them, what they did. Does not belong here: tests.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.instance.ref import InstanceRef

from weather_etl.ingestion.manifest import load_raw
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers, connect
from weather_etl.landing import listing
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.live import ends_with_us
from weather_etl_tests.support.waiting import free_port, until

CELERY = CHECKOUT / "deploy" / "celery"
SILENCE_LIMIT_S = 30  # a busy machine is silent for seconds, and a run that is taken for dead is begun twice
HOURS = 96


@dataclass
class Farm:
    """A daemon and workers in a folder of their own, and the containers that they work on."""

    folder: Path
    environment: dict[str, str]
    containers: Containers
    instance: dg.DagsterInstance
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [str(Path(sys.executable).with_name(command[0])), *command[1:]],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that a worker can be killed with its processes, and nobody else
                preexec_fn=ends_with_us,
            )

    def start_worker(self, name: str) -> None:
        """The command of deploy/celery/README.md."""
        arguments = ["-A", "dagster_celery.app", "worker", "-Q", "dagster", "-c", "1", "-n", f"{name}@%h"]
        arguments += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        self.workers[name] = self.start(name, "celery", *arguments)

    def start_daemon(self) -> None:
        self.others.append(self.start("daemon", "dagster-daemon", "run"))

    def is_ready(self, name: str) -> bool:
        return " ready." in (self.folder / f"{name}.log").read_text()

    def said(self) -> int:
        """Bytes of the log of the daemon."""
        return (self.folder / "daemon.log").stat().st_size

    def kill_worker(self, name: str) -> None:
        """As a machine dies: the worker and its process at once."""
        worker = self.workers.pop(name)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def worker_of(self, run_id: str) -> str | None:
        """The worker that has taken a run, by its own log."""
        for name in self.workers:
            task = self.instance.get_run_by_id(run_id).tags.get("dagster-celery/task_id", "no task yet")
            if task in (self.folder / f"{name}.log").read_text():
                return name
        return None

    def runs(self, *statuses: dg.DagsterRunStatus) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(statuses=list(statuses))))

    def stop(self) -> None:
        for process in (*self.others, *self.workers.values()):
            if process.poll() is None:
                family = psutil.Process(process.pid).children(recursive=True)
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                for straggler in psutil.wait_procs(family, timeout=5)[1]:
                    straggler.kill()

    def upload(self, stations: list[str], data: bytes) -> None:
        for station in stations:
            self.containers.landing.upload(f"{station}/x.csv", data)

    def up_to_date(self) -> set[str]:
        """Stations all of whose tables carry what landing says."""
        listed = listing.list_landing(self.containers.landing).stations
        stamps = self.containers.lake.stamps()
        found = set()
        for station, files in listed.items():
            carried = {t: s.fingerprint for (name, t), s in stamps.items() if name == station}
            wanted = fingerprints.expected(files.versions(), files.settings_version(station))
            if carried == wanted:
                found.add(station)
        return found


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """A Redis of our own on a free port, nothing of it on disk; its URL."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "redis.log").open("wb") as log:
        command = ["redis-server", *options]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, preexec_fn=ends_with_us)
    try:
        until("redis", lambda: "Ready to accept connections" in (folder / "redis.log").read_text(), 20)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def farm(folder: Path, services: Services, database: str, *, workers: int, per_run: int = 1) -> Iterator[Farm]:
    """Redis and workers, ready; the daemon is for the caller to start."""
    shutil.copy(CELERY / "dagster.yaml", folder)
    workspace = (CHECKOUT / "workspace.yaml").read_text()
    (folder / "workspace.yaml").write_text(workspace.replace("working_directory: .", f"working_directory: {CHECKOUT}"))
    mark = uuid.uuid4().hex[:12]
    theirs = {k: v for k, v in os.environ.items() if not k.startswith(("WEATHER_ETL_", "AZURE_", "DAGSTER_"))}
    with ExitStack() as stack:
        ours = {
            "AZURE_STORAGE_CONNECTION_STRING": services.connection_string,
            "WEATHER_ETL_LANDING_CONTAINER": f"landing-{mark}",
            "WEATHER_ETL_LAKE_CONTAINER": f"weather-{mark}",
            "WEATHER_ETL_POSTGRES_URL": database,
            "WEATHER_ETL_BROKER_URL": stack.enter_context(redis_server(folder)),
            "WEATHER_ETL_RUN_SLOTS": str(workers),
            "WEATHER_ETL_MAX_STATIONS_PER_RUN": str(per_run),
            "WEATHER_ETL_SILENCE_LIMIT_S": str(SILENCE_LIMIT_S),
            "DAGSTER_HOME": str(folder),
            "PYTHONPATH": f"{CELERY}:{CHECKOUT}",
        }
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in ours.items():  # the instance is opened here too, and reads them
            patch.setenv(name, value)
        containers = stack.enter_context(connect(Settings.load(ours)))
        containers.landing.create()
        containers.lake.container.create()
        instance = stack.enter_context(dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder))))
        running = Farm(folder, theirs | ours, containers, instance)
        stack.callback(running.stop)
        for number in range(workers):
            running.start_worker(f"worker{number}")
        for name in running.workers:
            until(f"the worker {name}", lambda name=name: running.is_ready(name))
        yield running


def kill_one_in_mid_run(running: Farm) -> str:
    """Wait for a run that has started, and kill the worker that has it; the run's id."""
    victim = until("a started run", lambda: running.runs(dg.DagsterRunStatus.STARTED))[0]
    name = until("its worker", lambda: running.worker_of(victim.run_id))
    running.kill_worker(name)
    return victim.run_id


def check_a_killed_worker_costs_nothing(running: Farm, stations: list[str]) -> dict[str, float]:
    """Kill one of two workers in mid-run; all tables come right with the other one. Seconds of what happened."""
    running.upload(stations[:1], weather_csv(10_000))  # and a new worker imports first: long enough to be caught at it
    running.start_daemon()
    lost = kill_one_in_mid_run(running)
    killed = time.monotonic()
    running.upload(stations[1:], weather_csv(HOURS))
    until("the end of the lost run", lambda: running.instance.get_run_by_id(lost).is_finished, progress=running.said)
    noticed = time.monotonic()
    until("all tables", lambda: running.up_to_date() == set(stations), progress=running.up_to_date)
    done = time.monotonic()
    run = running.instance.get_run_by_id(lost)
    assert run.status == dg.DagsterRunStatus.FAILURE
    for station in stations:
        raw = load_raw(running.containers, station)
        assert raw is not None and len(raw.manifest) == 1
        assert raw.rows.num_rows == (10_000 if station == stations[0] else HOURS)
    return {"noticed": noticed - killed, "recovered": done - killed}
