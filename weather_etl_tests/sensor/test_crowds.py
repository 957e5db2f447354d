"""Thousands of stations cost a tick a handful of queries."""

import time

import dagster as dg
import pytest

from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.operations import planning
from weather_etl.operations.run_history import histories, in_flight
from weather_etl.settings import Settings
from weather_etl_tests.support.ticks import (
    CATCH_UP_JOB,
    Ticks,
)


def test_a_thousand_stale_stations_are_looked_up_with_a_handful_of_queries(
    ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of them failed in runs of their own, half in runs of catch_up_job that died before they began."""
    items = [fingerprints.StaleStation(f"s{i:04}", f"{i:032x}", planning.NEW) for i in range(1000)]
    failed = [
        *((planning.TABLES_JOB, planning.Request((item,), 1).tags()) for item in items[:500]),
        *(
            (CATCH_UP_JOB, planning.Request(tuple(items[first : first + 50]), 1).tags())
            for first in range(500, 1000, 50)
        ),
    ]
    for job, tags in failed:
        run = dg.DagsterRun(job_name=job, tags=tags, status=dg.DagsterRunStatus.FAILURE)
        ticks.instance.run_storage.add_run(run)
    queries = count_queries(ticks.instance, monkeypatch)
    by_station = histories(ticks.instance, items, [planning.TABLES_JOB])
    assert len(queries) <= 4
    assert {h.attempts for h in by_station.values()} == {1} and len(by_station) == 1000


def test_a_run_over_thousands_of_stations_keeps_each_of_them_from_being_requested(
    environment: Settings, containers: Containers, ticks: Ticks
) -> None:
    """PostgreSQL refuses a run tag of more than 2,704 bytes."""
    items = [fingerprints.StaleStation(f"s{i:04}", f"{i:032x}", planning.NEW) for i in range(3000)]
    run = ticks.create_run({}, dg.DagsterRunStatus.STARTED, job=CATCH_UP_JOB)
    ticks.instance.add_run_tags(run.run_id, planning.targets_tags(items))
    busy = in_flight(ticks.instance, containers, environment, now=time.time())
    assert all(busy.covers(item) for item in items)
    assert not busy.covers(fingerprints.StaleStation("s0000", "another", planning.CHANGED))


def count_queries(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The queries that Dagster's run storage is asked from now on."""
    queries: list[object] = []
    kind = type(instance.run_storage)
    fetchall = kind.fetchall
    monkeypatch.setattr(kind, "fetchall", lambda self, query: queries.append(query) or fetchall(self, query))
    return queries
