"""The ways in on a live `make ui`: the UI (through GraphQL, as its pages ask), a backfill, the sensor daemon, its end.

One instance serves all tests, and a run takes seconds, so that they share what runs have made. The sensor is switched
off until the tests of the sensor, so that it cannot do the work of the tests before; the last tests kill and end it.
"""

import json
import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from weather_etl import digests
from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing import listing
from weather_etl.local import services as local
from weather_etl.local.supervise import code_server_lives
from weather_etl.operations import planning, trigger
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.live import LOCATION, Live
from weather_etl_tests.support.waiting import PATIENCE_S, until

pytestmark = pytest.mark.live


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


@pytest.fixture(scope="module")
def raw_made_anew(live: Live, job_run: tuple[str, str]) -> tuple[str, dict[str, str]]:
    """A station of whose tables only the raw one was made anew, with one file more; and the ETags before."""
    station, run_id = job_run
    live.status(run_id)
    before = live.etags(station)
    live.upload(station, weather_csv(24, first=48), "more.csv")
    run_id = live.launch("__ASSET_JOB", {"dagster/partition": station}, tables=("raw_observations",), checks=[])
    assert live.status(run_id) == "SUCCESS"
    return station, before


@pytest.fixture(scope="module", autouse=True)
def backfill(live: Live) -> str:
    """A backfill over two stations; launched first, since its daemon looks only every 30 s."""
    stations = [f"backfilled-{n}" for n in range(2)]
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


def test_no_table_is_unsynced_after_a_run(live: Live, up_to_date: str) -> None:
    nodes = live.assets(
        "staleStatus(partition: $station) staleCauses(partition: $station) { reason }", station=up_to_date
    )
    assert {t: n["staleCauses"] for t, n in nodes.items() if n["staleStatus"] != "FRESH"} == {}


def test_materializing_one_table_makes_only_that_table(live: Live, raw_made_anew: tuple[str, dict[str, str]]) -> None:
    station, before = raw_made_anew
    assert [table for table, etag in live.etags(station).items() if etag != before[table]] == ["raw_observations"]


def test_what_follows_is_unsynced_when_raw_alone_was_made_anew(
    live: Live, raw_made_anew: tuple[str, dict[str, str]]
) -> None:
    nodes = live.assets("staleStatus(partition: $station)", station=raw_made_anew[0])
    assert nodes["raw_observations"]["staleStatus"] == "FRESH"
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
    partitions = live.check_partitions()
    without = [c for c, s in partitions.items() if up_to_date not in s["succeededPartitions"] + s["failedPartitions"]]
    assert partitions and without == []


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
    assert live.backfill_status(backfill) == "COMPLETED_SUCCESS"
    assert [r["status"] for r in live.runs("dagster/backfill", backfill)] == ["SUCCESS"] * 2
    assert [live.carried(f"backfilled-{n}") == live.expected(f"backfilled-{n}") for n in range(2)] == [True] * 2


def weather_etl(live: Live, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "weather_etl.cli", *arguments, "--url", f"http://127.0.0.1:{live.port}"],
        cwd=live.log.parent,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_triggering_starts_a_run_over_the_given_station_and_tells_its_steps(
    live: Live, raw_made_anew: tuple[str, dict[str, str]]
) -> None:
    station = raw_made_anew[0]
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
    until(
        "the tables of the new station",
        lambda: live.carried("arrived") == live.expected("arrived"),
        progress=live.said,
    )
    return "arrived"


@pytest.fixture(scope="module")
def runs_of_arrived(live: Live, arrived: str) -> list[dict[str, str]]:
    target = fingerprints.StaleStation(arrived, digests.digest(live.expected(arrived)), "")
    return live.runs(planning.TARGET, target.key)


def test_a_new_station_is_registered(live: Live, arrived: str) -> None:
    assert arrived in live.stations()


def test_an_uploaded_file_gets_one_run_that_succeeds(live: Live, runs_of_arrived: list[dict[str, str]]) -> None:
    assert [live.status(r["runId"]) for r in runs_of_arrived] == ["SUCCESS"]


def test_landing_files_that_changed_are_observed_and_the_run_makes_nothing_unsynced(
    live: Live, arrived: str, runs_of_arrived: list[dict[str, str]]
) -> None:
    for run in runs_of_arrived:
        live.status(run["runId"])
    answer = live.ask(
        """query($station: String!) { assetNodeOrError(assetKey: {path: ["landing_files"]}) { ... on AssetNode {
          assetObservations(partitions: [$station]) { partition tags { key value } } } } }""",
        station=arrived,
    )
    observed = [t["value"] for o in answer["assetNodeOrError"]["assetObservations"] for t in o["tags"]]
    assert listing.list_station(live.containers.landing, arrived).data_version(arrived) in observed
    nodes = live.assets("staleStatus(partition: $station)", station=arrived)
    assert {t: n["staleStatus"] for t, n in nodes.items() if n["staleStatus"] != "FRESH"} == {}


def test_a_corrected_file_replaces_its_rows(live: Live, arrived: str, runs_of_arrived: list[dict[str, str]]) -> None:
    live.upload(arrived, weather_csv(48, temperature=9.0))
    until(
        "the corrected tables",
        lambda: live.carried(arrived) == live.expected(arrived),
        progress=live.said,
    )
    table = live.containers.lake.read("validated_observations", arrived)
    assert table and set(table.arrow.column("temperature_c").to_pylist()) == {9.0, 9.1}


def code_servers(pid: int) -> list[psutil.Process]:
    """The processes that run our code."""
    servers = []
    for process in psutil.Process(pid).children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if "api" in line and "grpc" in line:
            servers.append(process)
    return servers


DIED = "The code location has died; it is started again."


def test_new_files_flow_again_after_the_code_location_was_killed(live: Live, sensor: None) -> None:
    killed = code_servers(live.process.pid)
    assert killed and code_server_lives(live.process.pid)
    for process in killed:
        os.kill(process.pid, signal.SIGKILL)
    live.upload("afterwards", weather_csv(24))
    until(
        "tables of a file that landed after the kill",
        lambda: live.containers.lake.stamp("daily_weather", "afterwards"),
        progress=live.said,
    )
    assert DIED in live.log.read_text()
    assert not {p.pid for p in code_servers(live.process.pid)} & {p.pid for p in killed}


def test_the_terminal_has_the_address_others_know_it_and_stop_ends_everything(live: Live) -> None:
    folder, said = live.log.parent, []
    opened = subprocess.run(
        [sys.executable, "-m", "weather_etl.cli", "open", "ui", "--print"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert opened.stdout == f"http://127.0.0.1:{live.port}\n", opened.stderr
    assert live.ended_by(lambda: local.down(folder, say=said.append)) == []
    assert said == ["Ended the web interface."]
    told = [line for line in live.log.read_text().splitlines() if line != DIED]
    assert told[0].startswith("Starting Dagster")
    assert told[1:] == [
        f"Dagster is at http://127.0.0.1:{live.port} (Ctrl-C ends it).",
        "Ending Dagster and the runs under way, which may take half a minute ...",
        "Dagster has ended.",
    ]
    assert not (folder / ".local" / "ui.json").exists()
    assert "temporary directory" not in (folder / ".local" / "ui.log").read_text()
    # Dagster leaves nothing in the folder.
    assert {p.name for p in folder.iterdir()} == {"dagster.yaml", "workspace.yaml", "terminal.txt", ".local"}
