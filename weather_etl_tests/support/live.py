"""A live `dagster dev` with a database and containers of its own, asked through GraphQL as the UI's pages do.

Belongs here: starting and stopping it, questions. Does not belong here: what is expected of the answers.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing import listing
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.support.databases import own_database
from weather_etl_tests.support.waiting import free_port, until

LOCATION = {"repositoryName": "__repository__", "repositoryLocationName": "weather_etl"}
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass
class Live:
    """A running `dagster dev` (or what starts one), what it writes to the terminal, the containers that it works on."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    containers: Containers

    def ask(self, text: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": text, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert not answer.get("errors"), answer
        return answer["data"]

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return bool(self.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"))
        except OSError:
            return False

    def stop(self) -> list[psutil.Process]:
        """Send SIGTERM, as a service manager does; returns processes that are still there afterwards."""
        return self.ended_by(lambda: self.process.send_signal(signal.SIGTERM))

    def ended_by(self, end: Callable[[], object]) -> list[psutil.Process]:
        """End it in this way; returns processes that are still there afterwards."""
        if self.process.poll() is not None:
            return []
        family = psutil.Process(self.process.pid).children(recursive=True)
        end()
        self.process.wait(90)
        _, left = psutil.wait_procs(family, timeout=20)
        return left

    def said(self) -> int:
        """Bytes of the logs: what grows while something happens."""
        logs = (self.log, self.log.parent / ".local" / "ui.log")
        return sum(log.stat().st_size for log in logs if log.exists())

    def upload(self, station: str, data: bytes, name: str = "x.csv") -> None:
        self.containers.landing.upload(f"{station}/{name}", data)

    def add_partition(self, station: str) -> None:
        self.ask(
            """mutation($selector: RepositorySelector!, $key: String!) {
              addDynamicPartition(repositorySelector: $selector, partitionsDefName: "station", partitionKey: $key) {
                __typename } }""",
            selector=LOCATION,
            key=station,
        )

    def launch(
        self,
        job: str,
        tags: dict[str, str],
        *,
        tables: tuple[str, ...] | None = None,
        checks: list[dict[str, Any]] | None = None,
    ) -> str:
        """Launch a run as the buttons do; returns its id."""
        selector: dict[str, Any] = {**LOCATION, "pipelineName": job}
        if tables is not None:
            selector["assetSelection"] = [{"path": [table]} for table in tables]
        if checks is not None:
            selector["assetCheckSelection"] = checks
        answer = self.ask(
            """mutation($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
              __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }""",
            params={
                "selector": selector,
                "runConfigData": {},
                "mode": "default",
                "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
            },
        )["launchPipelineExecution"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]

    def materialize(self, station: str) -> str:
        """ "Materialize" on the asset graph: all tables and their checks, in the job that has no name."""
        return self.launch("__ASSET_JOB", {"dagster/partition": station}, tables=TABLE_NAMES, checks=self.checks())

    def status(self, run_id: str) -> str:
        """How a run ended."""

        seen: list[Any] = [None]

        def ended() -> str | None:
            answer = self.ask(
                "query($id: ID!) { runOrError(runId: $id) { ... on Run { status stepStats { stepKey status } } } }",
                id=run_id,
            )
            seen[0] = answer["runOrError"]
            status = answer["runOrError"]["status"]
            return status if status in FINISHED else None

        return until(f"the end of run {run_id}", ended, progress=lambda: seen[0])

    def runs(self, key: str, value: str) -> list[dict[str, str]]:
        answer = self.ask(
            "query($tags: [ExecutionTag!]) { runsOrError(filter: {tags: $tags}) { ... on Runs { results {"
            " runId status jobName } } } }",
            tags=[{"key": key, "value": value}],
        )
        return answer["runsOrError"]["results"]

    def messages(self, run_id: str) -> list[dict[str, Any]]:
        answer = self.ask(
            """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events {
              __typename ... on MessageEvent { message } ... on LogsCapturedEvent { fileKey } } } } }""",
            id=run_id,
        )
        return answer["logsForRun"]["events"]

    def steps(self, run_id: str) -> list[str]:
        """The steps of a run that succeeded."""
        answer = self.ask(
            "query($id: ID!) { runOrError(runId: $id) { ... on Run { stepStats { stepKey status } } } }", id=run_id
        )
        return [s["stepKey"] for s in answer["runOrError"]["stepStats"] if s["status"] == "SUCCESS"]

    def backfills(self) -> list[str]:
        answer = self.ask("{ partitionBackfillsOrError(limit: 20) { ... on PartitionBackfills { results { id } } } }")
        return [b["id"] for b in answer["partitionBackfillsOrError"]["results"]]

    def backfill_status(self, backfill: str) -> str:
        """How a backfill ended."""

        def ended() -> str | None:
            answer = self.ask(
                "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {"
                " status } } }",
                id=backfill,
            )
            status = answer["partitionBackfillOrError"]["status"]
            return status if status.startswith(("COMPLETED", "FAILED", "CANCELED")) else None

        return until(f"the end of backfill {backfill}", ended, progress=lambda: self.runs("dagster/backfill", backfill))

    def assets(self, fields: str, **variables: Any) -> dict[str, dict[str, Any]]:
        """Fields of every table, by its name."""
        signature = "($station: String!)" if variables else ""
        keys = ", ".join(f'{{path: ["{table}"]}}' for table in TABLE_NAMES)
        answer = self.ask(
            f"query{signature} {{ assetNodes(assetKeys: [{keys}]) {{ assetKey {{ path }} {fields} }} }}", **variables
        )
        return {node["assetKey"]["path"][0]: node for node in answer["assetNodes"]}

    def stations(self) -> list[str]:
        return self.assets("partitionKeys")["daily_weather"]["partitionKeys"]

    def checks(self) -> list[dict[str, Any]]:
        nodes = self.assets("assetChecksOrError { ... on AssetChecks { checks { name } } }")
        return [
            {"assetKey": {"path": [table]}, "name": check["name"]}
            for table, node in nodes.items()
            for check in node["assetChecksOrError"]["checks"]
        ]

    def check_partitions(self) -> dict[tuple[str, str], dict[str, list[str]]]:
        """(table, check) -> the stations that succeeded, failed, ...; checks that are not per station are left out."""
        nodes = self.assets(
            "assetChecksOrError { ... on AssetChecks { checks { name partitionStatuses {"
            " ... on AssetCheckDefaultPartitionStatuses { succeededPartitions failedPartitions skippedPartitions"
            " inProgressPartitions executionFailedPartitions } } } } }"
        )
        return {
            (table, check["name"]): check["partitionStatuses"]
            for table, node in nodes.items()
            for check in node["assetChecksOrError"]["checks"]
            if check["partitionStatuses"]
        }

    def stop_sensors(self) -> None:
        """Switch all of them off, so that they do nothing that a test did not ask for."""
        answer = self.ask(
            "query($r: RepositorySelector!) { sensorsOrError(repositorySelector: $r) { ... on Sensors {"
            " results { sensorState { id status } } } } }",
            r=LOCATION,
        )
        for state in (sensor["sensorState"] for sensor in answer["sensorsOrError"]["results"]):
            if state["status"] == "RUNNING":
                self.ask("mutation($id: String!) { stopSensor(id: $id) { __typename } }", id=state["id"])

    def etags(self, station: str) -> dict[str, str]:
        found = ((table, self.containers.lake.stamp(table, station)) for table in TABLE_NAMES)
        return {table: stamp.etag for table, stamp in found if stamp}

    def carried(self, station: str) -> dict[str, str]:
        """Table -> fingerprint of its object."""
        found = ((table, self.containers.lake.stamp(table, station)) for table in TABLE_NAMES)
        return {table: stamp.fingerprint for table, stamp in found if stamp}

    def expected(self, station: str) -> dict[str, str]:
        """Table -> fingerprint that it should carry."""
        files = listing.list_station(self.containers.landing, station)
        return fingerprints.expected(files.versions(), files.settings_version(station))


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_SIGNAL_OF_PARENTS_DEATH = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


def ends_with_us() -> None:
    """For a child before its program begins: it takes signals, and hears when the process of the tests is killed."""
    # A shell's background job ignores SIGINT; Dagster's processes would inherit that and never stop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if _LIBC is not None:
        _LIBC.prctl(_SIGNAL_OF_PARENTS_DEATH, signal.SIGTERM)


@contextmanager
def installation(services: Services, folder: Path, **settings: str) -> Iterator[tuple[dict[str, str], Containers]]:
    """Make of the folder what a checkout is, with a database and containers of its own; its environment, and these."""
    shutil.copy(CHECKOUT / "dagster.yaml", folder)
    workspace = (CHECKOUT / "workspace.yaml").read_text()
    (folder / "workspace.yaml").write_text(workspace.replace("working_directory: .", f"working_directory: {CHECKOUT}"))
    mark = uuid.uuid4().hex[:12]
    ours = {
        "AZURE_STORAGE_CONNECTION_STRING": services.connection_string,
        "WEATHER_ETL_LANDING_CONTAINER": f"landing-{mark}",
        "WEATHER_ETL_LAKE_CONTAINER": f"weather-{mark}",
        "PYTHONPATH": str(CHECKOUT),
        **settings,
    }
    theirs = {k: v for k, v in os.environ.items() if not k.startswith(("WEATHER_ETL_", "AZURE_", "DAGSTER_"))}
    with own_database(services.postgres_url) as database, connect(Settings.load(ours)) as containers:
        containers.landing.create()
        containers.lake.container.create()
        yield {**theirs, **ours, "WEATHER_ETL_POSTGRES_URL": database}, containers


@contextmanager
def dagster_dev(services: Services, folder: Path, **settings: str) -> Iterator[Live]:
    """`dagster dev` with the checkout's configuration, and a database and containers of its own."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "-h", "127.0.0.1", "-p", str(port)]
    with started(services, folder, command, port, ends_with_us, **settings) as live:
        yield live


class Lives:
    """At most one `make ui` at a time: to start one costs as much as dozens of tests."""

    def __init__(self, services: Services, folder: Callable[[], Path], ending: ExitStack) -> None:
        self._services, self._folder, self._ending = services, folder, ending
        self._last: Live | None = None

    def running(self) -> Live:
        """The one that runs, else a new one; its sensors are switched off."""
        if self._last is None or self._last.process.poll() is not None:
            self._last = self._ending.enter_context(make_ui(self._services, self._folder()))
        self._last.stop_sensors()
        return self._last


def _ends_with_us_in_the_background() -> None:
    """What a script starts with `&` ignores SIGINT."""
    ends_with_us()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def make_ui(services: Services, folder: Path) -> Iterator[Live]:
    """What `make ui` starts, in the background of a script."""
    port = free_port()
    command = [sys.executable, "-m", "weather_etl.local.ui", str(folder), str(port)]
    with started(services, folder, command, port, _ends_with_us_in_the_background) as live:
        yield live


@contextmanager
def started(
    services: Services,
    folder: Path,
    command: list[str],
    port: int,
    before: Callable[[], None],
    **settings: str,
) -> Iterator[Live]:
    """A command that starts Dagster, in a folder of its own; it is up, and ended at last."""
    log = folder / "terminal.txt"
    with installation(services, folder, **settings) as (env, containers), log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT, preexec_fn=before
        )
        live = Live(process, port, log, containers)
        try:
            until("Dagster", live.is_up, progress=live.said)
            yield live
        finally:
            for straggler in live.stop():
                straggler.kill()
