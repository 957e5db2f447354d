"""The ways in on a live `dagster dev`: the UI (through GraphQL, as its pages ask), a backfill, the sensor daemon.

One instance serves all tests, each with stations of its own. The sensor is switched off until the tests of the sensor,
at the end of the module, so that it cannot do the work of the tests before.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from weather_etl import digests
from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.lake.storage import Containers, connect
from weather_etl.landing import listing
from weather_etl.operations import planning, trigger
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.files import weather_csv

pytestmark = pytest.mark.live

PATIENCE_S = 120  # for what takes seconds on a free machine
LOCATION = {"repositoryName": "__repository__", "repositoryLocationName": "weather_etl"}
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")


def until(what: str, probe: Callable[[], Any]) -> Any:
    """The first truthy answer."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := probe()):
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s"
        time.sleep(0.2)
    return found


@dataclass
class Live:
    """A running `dagster dev`, and the containers that it works on."""

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
        """Send SIGTERM, as `make ui` and a service manager do; returns processes that are still there afterwards."""
        if self.process.poll() is not None:
            return []
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        _, left = psutil.wait_procs(family, timeout=20)
        return left

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

        def ended() -> str | None:
            found = self.ask("query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }", id=run_id)
            status = found["runOrError"]["status"]
            return status if status in FINISHED else None

        return until(f"the end of run {run_id}", ended)

    def runs(self, key: str, value: str) -> list[dict[str, str]]:
        found = self.ask(
            "query($tags: [ExecutionTag!]) { runsOrError(filter: {tags: $tags}) { ... on Runs { results {"
            " runId status jobName } } } }",
            tags=[{"key": key, "value": value}],
        )
        return found["runsOrError"]["results"]

    def messages(self, run_id: str) -> list[dict[str, Any]]:
        found = self.ask(
            """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events {
              __typename ... on MessageEvent { message } ... on LogsCapturedEvent { fileKey } } } } }""",
            id=run_id,
        )
        return found["logsForRun"]["events"]

    def assets(self, fields: str, **variables: Any) -> dict[str, dict[str, Any]]:
        """Fields of every table, by its name."""
        signature = "($station: String!)" if variables else ""
        keys = ", ".join(f'{{path: ["{table}"]}}' for table in TABLE_NAMES)
        found = self.ask(
            f"query{signature} {{ assetNodes(assetKeys: [{keys}]) {{ assetKey {{ path }} {fields} }} }}", **variables
        )
        return {node["assetKey"]["path"][0]: node for node in found["assetNodes"]}

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

    def sensor_state(self) -> dict[str, str]:
        found = self.ask(
            "query($s: SensorSelector!) { sensorOrError(sensorSelector: $s) { ... on Sensor {"
            " sensorState { id status } } } }",
            s={**LOCATION, "sensorName": "landing_files_sensor"},
        )
        return found["sensorOrError"]["sensorState"]

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _default_signals() -> None:
    # A shell's background job ignores SIGINT; Dagster's processes would inherit that and never stop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _own_database(services: Services) -> Iterator[str]:
    import psycopg2

    name = f"live_{uuid.uuid4().hex[:12]}"

    def execute(statement: str) -> None:
        connection = psycopg2.connect(services.postgres_url.replace("+psycopg2", ""))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    execute(f"CREATE DATABASE {name}")
    yield services.postgres_url.replace("/postgres?", f"/{name}?")
    execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def dagster_dev(services: Services, folder: Path, **settings: str) -> Iterator[Live]:
    """`dagster dev` in a folder of its own, with the checkout's configuration and a database and containers of its own."""
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
    port, log = _free_port(), folder / "dagster-dev.log"
    with _own_database(services) as database, connect(Settings.load(ours)) as containers, log.open("wb") as output:
        containers.landing.create()
        containers.lake.container.create()
        process = subprocess.Popen(
            [Path(sys.executable).with_name("dagster"), "dev", "-h", "127.0.0.1", "-p", str(port)],
            cwd=folder,
            env={**theirs, **ours, "WEATHER_ETL_POSTGRES_URL": database},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=_default_signals,
        )
        found = Live(process, port, log, containers)
        try:
            until("dagster dev", found.is_up)
            yield found
        finally:
            for straggler in found.stop():
                straggler.kill()


@pytest.fixture(scope="module")
def live(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """`dagster dev`; its sensor is switched off."""
    with dagster_dev(services, tmp_path_factory.mktemp("live")) as found:
        found.ask("mutation($id: String!) { stopSensor(id: $id) { __typename } }", id=found.sensor_state()["id"])
        yield found


@pytest.fixture
def station(live: Live) -> str:
    """A station with one file of two days, that Dagster knows."""
    name = f"s{uuid.uuid4().hex[:8]}"
    live.upload(name, weather_csv(48))
    live.add_partition(name)
    return name


@pytest.fixture(scope="module")
def job_run(live: Live) -> tuple[str, str]:
    """A station, and the run of `weather_etl_job` that was launched for it."""
    live.upload("jobstation", weather_csv(48))
    live.add_partition("jobstation")
    return "jobstation", live.launch("weather_etl_job", {"dagster/partition": "jobstation"})


@pytest.fixture(scope="module")
def up_to_date(live: Live) -> str:
    """A station whose tables were made by a run."""
    live.upload("uptodate", weather_csv(48))
    live.add_partition("uptodate")
    assert live.status(live.materialize("uptodate")) == "SUCCESS"
    return "uptodate"


@pytest.fixture(scope="module")
def again(live: Live, up_to_date: str) -> tuple[str, dict[str, str]]:
    """A second run over an up-to-date station through the UI: its id, and the ETags before it."""
    before = live.etags(up_to_date)
    return live.materialize(up_to_date), before


@pytest.fixture(scope="module", autouse=True)
def backfill(live: Live) -> str:
    """A backfill over three stations; launched first, since its daemon looks only every 30 s."""
    stations = [f"backfilled-{n}" for n in range(3)]
    for name in stations:
        live.upload(name, weather_csv(24))
        live.add_partition(name)
    answer = live.ask(
        """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
          __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }""",
        params={"assetSelection": [{"path": [table]} for table in TABLE_NAMES], "partitionNames": stations},
    )["launchPartitionBackfill"]
    assert answer["__typename"] == "LaunchBackfillSuccess", answer
    return answer["backfillId"]


def test_the_job_launched_for_a_partition_makes_all_tables(live: Live, job_run: tuple[str, str]) -> None:
    station, run_id = job_run
    assert live.status(run_id) == "SUCCESS"
    assert live.carried(station) == live.expected(station)


def test_the_job_has_a_step_per_layer_and_evaluates_every_check_that_it_plans(
    live: Live, job_run: tuple[str, str]
) -> None:
    live.status(job_run[1])
    messages = [m["__typename"] for m in live.messages(job_run[1])]
    assert messages.count("ExecutionStepSuccessEvent") == 3
    assert messages.count("AssetCheckEvaluationEvent") == messages.count("AssetCheckEvaluationPlannedEvent") > 0


def test_materializing_the_assets_of_a_station_makes_all_tables(live: Live, up_to_date: str) -> None:
    assert live.carried(up_to_date) == live.expected(up_to_date)


def test_every_port_that_is_listened_on_is_on_the_loopback(live: Live) -> None:
    """The webserver has no login, and the code servers run whatever they are told."""
    family = [psutil.Process(live.process.pid), *psutil.Process(live.process.pid).children(recursive=True)]
    listening = [c.laddr for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert live.port in {address.port for address in listening}
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}


def test_materializing_one_table_makes_only_that_table(live: Live, station: str) -> None:
    run_id = live.launch("__ASSET_JOB", {"dagster/partition": station}, tables=("raw_observations",), checks=[])
    assert live.status(run_id) == "SUCCESS"
    assert live.carried(station).keys() == {"raw_observations"}


def test_no_table_is_unsynced_after_a_run(live: Live, up_to_date: str) -> None:
    nodes = live.assets(
        "staleStatus(partition: $station) staleCauses(partition: $station) { reason }", station=up_to_date
    )
    assert {t: n["staleCauses"] for t, n in nodes.items() if n["staleStatus"] != "FRESH"} == {}


def test_what_follows_is_unsynced_when_raw_alone_was_made_anew(live: Live, station: str) -> None:
    live.status(live.materialize(station))
    live.upload(station, weather_csv(24, first=48), "more.csv")
    live.status(live.launch("__ASSET_JOB", {"dagster/partition": station}, tables=("raw_observations",), checks=[]))
    nodes = live.assets("staleStatus(partition: $station)", station=station)
    assert nodes["validated_observations"]["staleStatus"] == "STALE"


def test_a_run_over_an_up_to_date_station_succeeds(live: Live, again: tuple[str, dict[str, str]]) -> None:
    assert live.status(again[0]) == "SUCCESS"


def test_a_run_over_an_up_to_date_station_rewrites_nothing(
    live: Live, up_to_date: str, again: tuple[str, dict[str, str]]
) -> None:
    live.status(again[0])
    assert live.etags(up_to_date) == again[1]


def test_a_run_over_an_up_to_date_station_skips_no_check(
    live: Live, up_to_date: str, again: tuple[str, dict[str, str]]
) -> None:
    live.status(again[0])
    assert [check for check, found in live.check_partitions().items() if up_to_date in found["skippedPartitions"]] == []


def test_a_run_page_does_not_say_that_outputs_were_not_yielded(live: Live, again: tuple[str, dict[str, str]]) -> None:
    live.status(again[0])
    assert not [m for m in live.messages(again[0]) if "did not yield" in m.get("message", "")]


def test_every_check_shows_its_result_for_the_station(live: Live, up_to_date: str) -> None:
    found = live.check_partitions()
    without = [c for c, s in found.items() if up_to_date not in s["succeededPartitions"] + s["failedPartitions"]]
    assert found and without == []


def test_checks_of_a_station_can_be_executed_without_making_its_tables(live: Live, up_to_date: str) -> None:
    before = live.etags(up_to_date)
    checks = [c for c in live.checks() if c["assetKey"]["path"] == ["daily_weather"]]
    run_id = live.launch("__ASSET_JOB", {"dagster/partition": up_to_date}, tables=(), checks=checks)
    assert live.status(run_id) == "SUCCESS"
    evaluated = [m["message"] for m in live.messages(run_id) if m["__typename"] == "AssetCheckEvaluationEvent"]
    assert len(evaluated) == len(checks)
    assert live.etags(up_to_date) == before


def test_the_lines_of_a_step_can_be_read(live: Live, up_to_date: str) -> None:
    run_id = live.runs("dagster/partition", up_to_date)[-1]["runId"]
    key = next(m["fileKey"] for m in live.messages(run_id) if m["__typename"] == "LogsCapturedEvent")
    logs = live.ask(
        "query($key: [String!]!) { capturedLogs(logKey: $key) { stdout stderr } }", key=[run_id, "compute_logs", key]
    )["capturedLogs"]
    assert f"{up_to_date} raw_observations: 48 rows, written" in (logs["stdout"] or "") + (logs["stderr"] or "")


def test_a_backfill_is_a_run_per_station_and_ends_as_its_runs_ended(live: Live, backfill: str) -> None:
    def ended() -> str | None:
        found = live.ask(
            "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }",
            id=backfill,
        )
        status = found["partitionBackfillOrError"]["status"]
        return status if status.startswith(("COMPLETED", "FAILED", "CANCELED")) else None

    assert until("the end of the backfill", ended) == "COMPLETED_SUCCESS"
    assert [r["status"] for r in live.runs("dagster/backfill", backfill)] == ["SUCCESS"] * 3
    assert [live.carried(f"backfilled-{n}") == live.expected(f"backfilled-{n}") for n in range(3)] == [True] * 3


def weather_etl(live: Live, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "weather_etl.cli", *arguments, "--url", f"http://127.0.0.1:{live.port}"],
        cwd=live.log.parent,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_triggering_starts_a_run_over_the_given_station_and_tells_its_steps(live: Live, station: str) -> None:
    done = weather_etl(live, "trigger", "--station", station, "--wait", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["status_url"].endswith(f"/runs/{told['run_id']}")
    assert [(s["name"], s["status"]) for s in told["steps"]] == [("catch_up", "SUCCESS")]
    (child,) = [run for run in told["runs"] if run["job"] == "weather_etl_job"]
    assert (child["station"], child["status"], child["steps"][0]["name"]) == (
        station,
        "SUCCESS",
        "raw_observations",
    )
    assert live.carried(station) == live.expected(station)


def test_triggering_in_full_mode_makes_every_table_of_the_station_anew(live: Live, up_to_date: str) -> None:
    before = live.etags(up_to_date)
    client = trigger.Dagster(f"http://127.0.0.1:{live.port}")
    state = client.wait(client.trigger("full", [up_to_date]), PATIENCE_S)
    assert state.status == "SUCCESS"
    assert not set(before.values()) & set(live.etags(up_to_date).values())


def test_curl_can_trigger_as_the_documentation_says(live: Live, up_to_date: str) -> None:
    text = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
    command = next(c for c in re.findall(r"```sh\n(.*?)```", text, re.S) if "launchRun" in c)
    command = command.replace("http://127.0.0.1:3000", f"http://127.0.0.1:{live.port}").replace("szeged", up_to_date)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    run_id = json.loads(done.stdout)["data"]["launchRun"]["run"]["runId"]
    assert live.status(run_id) == "SUCCESS"


def test_a_triggered_run_that_fails_tells_why_and_gives_exit_code_1(live: Live) -> None:
    done = weather_etl(live, "trigger", "--station", "nowhere", "--wait")
    assert done.returncode == 1
    assert "There is no landing file for station nowhere" in done.stderr
    run_id = done.stdout.split()[1]
    again = weather_etl(live, "run-status", run_id)
    assert (again.returncode, "FAILURE" in again.stdout) == (1, True)


def test_the_status_of_an_unknown_run_is_one_sentence(live: Live) -> None:
    assert "knows no run 00000000" in weather_etl(live, "run-status", "00000000-0000-4000-8000-000000000000").stderr


@pytest.fixture(scope="module")
def sensor(live: Live, backfill: str) -> None:
    """The sensor, switched on; the backfill has got its stations by then."""
    until("the run of the backfill", lambda: live.runs("dagster/backfill", backfill))
    live.ask(
        "mutation($s: SensorSelector!) { startSensor(sensorSelector: $s) { __typename } }",
        s={**LOCATION, "sensorName": "landing_files_sensor"},
    )


@pytest.fixture(scope="module")
def arrived(live: Live, sensor: None) -> str:
    """A station that nobody knew, with a file that was uploaded while the sensor was on."""
    live.upload("arrived", weather_csv(48, temperature=5.0))
    until("the tables of the new station", lambda: live.carried("arrived") == live.expected("arrived"))
    return "arrived"


@pytest.fixture(scope="module")
def runs_of_arrived(live: Live, arrived: str) -> list[dict[str, str]]:
    target = planning.StaleStation(arrived, digests.digest(live.expected(arrived)), "")
    return live.runs(planning.TARGET, target.key)


def test_a_new_station_is_registered(live: Live, arrived: str) -> None:
    assert arrived in live.assets("partitionKeys")["daily_weather"]["partitionKeys"]


def test_an_uploaded_file_gets_one_run_that_succeeds(live: Live, runs_of_arrived: list[dict[str, str]]) -> None:
    assert [live.status(r["runId"]) for r in runs_of_arrived] == ["SUCCESS"]


def test_landing_files_that_changed_are_observed_and_the_run_makes_nothing_unsynced(
    live: Live, arrived: str, runs_of_arrived: list[dict[str, str]]
) -> None:
    for run in runs_of_arrived:
        live.status(run["runId"])
    found = live.ask(
        """query($station: String!) { assetNodeOrError(assetKey: {path: ["landing_files"]}) { ... on AssetNode {
          assetObservations(partitions: [$station]) { partition tags { key value } } } } }""",
        station=arrived,
    )
    observed = [t["value"] for o in found["assetNodeOrError"]["assetObservations"] for t in o["tags"]]
    assert listing.list_station(live.containers.landing, arrived).data_version(arrived) in observed
    nodes = live.assets("staleStatus(partition: $station)", station=arrived)
    assert {t: n["staleStatus"] for t, n in nodes.items() if n["staleStatus"] != "FRESH"} == {}


def test_a_corrected_file_replaces_its_rows(live: Live, arrived: str, runs_of_arrived: list[dict[str, str]]) -> None:
    live.upload(arrived, weather_csv(48, temperature=9.0))
    until("the corrected tables", lambda: live.carried(arrived) == live.expected(arrived))
    table = live.containers.lake.read("validated_observations", arrived)
    assert table and set(table.arrow.column("temperature_c").to_pylist()) == {9.0, 9.1}


def test_sigterm_ends_everything(live: Live) -> None:
    assert live.stop() == []
