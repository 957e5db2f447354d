"""A live `dagster dev` whose runs are killed, and one with a second daemon beside it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from weather_etl import digests
from weather_etl.lake import fingerprints
from weather_etl.operations import planning
from weather_etl_tests.conftest import Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.live import Live, dagster_dev, ends_with_us
from weather_etl_tests.support.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.live, pytest.mark.timeout(900)]

SILENCE_S = 30  # a busy machine takes longer than 10 s to start the process of a run


def up_to_date(live: Live, station: str) -> bool:
    return live.carried(station) == live.expected(station)


def runs_of(live: Live, station: str) -> list[dict[str, str]]:
    """Runs that the sensor asked for, towards what the station is now."""
    target = fingerprints.StaleStation(station, digests.digest(live.expected(station)), planning.NEW)
    return live.runs(planning.TARGET, target.key)


def run_worker(live: Live) -> psutil.Process | None:
    """The process of a run: Dagster's code server spawns one for each."""
    for process in psutil.Process(live.process.pid).children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                return process
        except psutil.Error:
            continue
    return None


def test_a_run_killed_in_a_live_dagster_is_healed_within_silence_limit_tick_and_run(
    services: Services, tmp_path: Path
) -> None:
    with dagster_dev(services, tmp_path, WEATHER_ETL_SILENCE_LIMIT_S=str(SILENCE_S)) as live:
        started = time.monotonic()
        live.upload("undisturbed", weather_csv(60_000))
        until("the undisturbed station", lambda: up_to_date(live, "undisturbed"))
        undisturbed = time.monotonic() - started
        until("the end of the run's process", lambda: run_worker(live) is None)
        live.upload("killed", weather_csv(60_000))
        while not (worker := run_worker(live)):
            time.sleep(0.1)
        while "raw_observations" not in live.carried("killed"):  # closely: the tables after raw take about a second
            time.sleep(0.02)
        worker.suspend()
        assert not up_to_date(live, "killed")
        worker.send_signal(signal.SIGKILL)
        started = time.monotonic()
        until("the healed station", lambda: up_to_date(live, "killed"))
        healed = time.monotonic() - started
        print(
            f"killed with SIGKILL: healed after {healed:.1f} s with a silence limit of {SILENCE_S} s; "
            f"undisturbed, from upload to tables: {undisturbed:.1f} s"
        )
        assert sorted(live.status(r["runId"]) for r in runs_of(live, "killed")) == ["FAILURE", "SUCCESS"]
        # The limit, a turn of Dagster's sensor loop (5 s) with its tick, and what an undisturbed station takes.
        assert healed < SILENCE_S + 5 + 2 * undisturbed + 5


def test_two_daemons_make_every_table_once(services: Services, tmp_path: Path) -> None:
    with dagster_dev(services, tmp_path) as live:
        environ = psutil.Process(live.process.pid).environ()
        second = subprocess.Popen(
            [Path(sys.executable).with_name("dagster-daemon"), "run", "-w", "workspace.yaml"],
            cwd=tmp_path,
            env={
                **os.environ,
                **{k: v for k, v in environ.items() if k.startswith(("WEATHER_ETL_", "AZURE_", "PYTHON"))},
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=ends_with_us,
        )
        try:
            time.sleep(10)  # until it is up
            names = [f"s{i}" for i in range(6)]
            for name in names:
                live.upload(name, weather_csv(48))
                time.sleep(2)
            for name in names:
                until(f"the tables of {name}", lambda name=name: up_to_date(live, name))
            time.sleep(10)
            runs = [r for name in names for r in runs_of(live, name)]
            ids = {r["runId"] for r in runs}
            print(f"two daemons, {len(names)} stations: {len(ids)} runs, {len(runs) - len(names)} of them doubled")
            assert {live.status(i) for i in ids} == {"SUCCESS"}
            written = [
                m["message"]
                for run_id in ids
                for m in live.messages(run_id)
                if "raw_observations" in m.get("message", "") and m["message"].endswith(", written")
            ]
            assert len(written) == len(names)
        finally:
            second.send_signal(signal.SIGTERM)
            second.wait(60)
