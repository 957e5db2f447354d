"""Shared files are split by runs of their own, and their stations follow."""

import pytest

from weather_etl.ingestion import shared_files, splitting
from weather_etl.lake.connection import Containers
from weather_etl.operations import planning
from weather_etl_tests.files import shared_csv
from weather_etl_tests.support.ticks import (
    SHARED_JOB,
    Ticks,
    sentence,
    stations,
)


def test_a_shared_file_is_split_by_a_run_of_its_own_and_its_stations_follow(
    containers: Containers, ticks: Ticks
) -> None:
    containers.landing.upload("_shared/net.csv", shared_csv("ab"))
    (request,) = ticks.requests()
    assert (request.job_name, request.partition_key) == (SHARED_JOB, None)
    assert ticks.run(request).success
    assert stations(ticks.requests()) == ["a", "b"]


def test_a_split_that_keeps_failing_is_left_alone_says_so_and_does_not_stop_other_shared_files(
    containers: Containers, ticks: Ticks, one_attempt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("_shared/bug.csv", shared_csv("ab"))
    containers.landing.upload("_shared/net.csv", shared_csv("cd"))
    split = splitting.split_source

    def failing(containers: Containers, source: shared_files.Source, **options: str) -> splitting.Outcome:
        if source.name == "_shared/bug.csv":
            raise RuntimeError("a bug")
        return split(containers, source, **options)

    monkeypatch.setattr(splitting, "split_source", failing)
    (request,) = ticks.requests()
    assert not ticks.run(request).success
    again, *others = ticks.requests()
    assert again.job_name == SHARED_JOB
    assert stations(others) == ["c", "d"]
    last = ticks.run(again)
    assert not last.success
    told = sentence(ticks, last.run_id)
    assert "_shared/bug.csv: Unexpected RuntimeError: a bug" in told
    assert told.endswith(planning.parked_sentence(planning.SHARED, 1))
    assert SHARED_JOB not in [r.job_name for r in ticks.requests()]
