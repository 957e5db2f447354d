"""Runs on two Celery workers over a real Redis, with the configuration of deploy/celery; one is killed in mid-run.

The daemon, its sensor, the broker and the workers are real. Without `redis-server` the tests are skipped.
"""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from weather_etl.ingestion.manifest import load_raw
from weather_etl_tests.conftest import Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.celery_farm import (
    HOURS,
    Farm,
    check_a_killed_worker_costs_nothing,
    farm,
    kill_one_in_mid_run,
)
from weather_etl_tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        shutil.which("redis-server") is None, reason="no redis-server here; on Debian: apt-get install redis-server"
    ),
]


def check_nothing_ran_twice(running: Farm, stations: list[str]) -> None:
    """Every station has one run that succeeded; only the lost run's was begun twice.

    A run without a station is one that catches up: under load several stations share it, and each has its own below.
    Pages are drawn by runs of another job, as often as tables change.
    """
    until("the last run", lambda: not running.runs(dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING))
    tags = [r.tags for r in running.runs(dg.DagsterRunStatus.SUCCESS) if r.job_name == "weather_etl_job"]
    done = [t["dagster/partition"] for t in tags if "dagster/partition" in t]
    assert sorted(done) == sorted(stations)
    assert len(running.runs(dg.DagsterRunStatus.FAILURE)) == 1


@pytest.mark.timeout(900)
def test_a_worker_killed_in_mid_run_costs_no_table_and_nothing_happens_twice(
    services: Services, database: str, tmp_path: Path
) -> None:
    stations = ["lost", "landed-later"]
    with farm(tmp_path, services, database, workers=2) as running:
        check_a_killed_worker_costs_nothing(running, stations)
        check_nothing_ran_twice(running, stations)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_forty_stations_on_two_workers_of_which_one_is_killed_and_comes_back(
    services: Services, database: str, tmp_path: Path
) -> None:
    stations = [f"s{i:02}" for i in range(40)]
    with farm(tmp_path, services, database, workers=2) as running:
        running.upload(stations[1:], weather_csv(HOURS))
        running.upload(stations[:1], weather_csv(10_000))
        running.start_daemon()
        until("the first tables", lambda: len(running.up_to_date()) >= 5)
        kill_one_in_mid_run(running)
        running.start_worker("replacement")
        until("all tables", lambda: running.up_to_date() == set(stations), 600)
        for station in stations:
            raw = load_raw(running.containers, station)
            assert raw is not None and len(raw.manifest) == 1
            assert raw.rows.num_rows == (10_000 if station == stations[0] else HOURS)
