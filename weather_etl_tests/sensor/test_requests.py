"""What a tick of `landing_files_sensor` asks for, and what it leaves alone since it is under way."""

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.ingestion import merge, shared_files
from weather_etl.lake import container
from weather_etl.lake.connection import Containers
from weather_etl.operations.planning import FEW, PARTITION
from weather_etl.orchestration.child_runs import run_job
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.ticks import CATCH_UP_JOB, MANY, TWO, Ticks, stations, up_to_date, upload


def test_a_new_station_is_registered_and_requested_in_one_tick(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    assert [t[PARTITION] for t in ticks.requested()] == ["a"]
    assert ticks.instance.get_dynamic_partitions(PARTITIONS_NAME) == ["a"]


def test_a_few_new_stations_come_as_runs_of_their_own(containers: Containers, ticks: Ticks) -> None:
    upload(containers, *MANY[:FEW])
    requests = ticks.requests()
    assert {r.job_name for r in requests} == {"weather_etl_job"}
    assert stations(requests) == MANY[:FEW]


def test_many_new_stations_come_as_one_run_of_catch_up_job(containers: Containers, ticks: Ticks) -> None:
    upload(containers, *MANY)
    (request,) = ticks.requests()
    assert (request.job_name, request.partition_key) == (CATCH_UP_JOB, None)
    config = request.run_config["ops"]["catch_up"]["config"]
    assert (config["stations"], config["tables_only"]) == (MANY, True)
    assert ticks.instance.get_dynamic_partitions(PARTITIONS_NAME) == MANY


def test_a_run_of_catch_up_job_is_of_at_most_fifty_stations(containers: Containers, ticks: Ticks) -> None:
    for n in range(60):
        containers.landing.upload(f"s{n:02}/x.csv", weather_csv(1))
    requests = ticks.requests()
    assert [len(r.run_config["ops"]["catch_up"]["config"]["stations"]) for r in requests] == [50, 10]


@pytest.mark.usefixtures("two_share_a_run")
def test_a_requested_run_of_catch_up_job_leaves_nothing_to_request(containers: Containers, ticks: Ticks) -> None:
    upload(containers, *TWO)
    (request,) = ticks.requests()
    assert ticks.run(request).success
    assert up_to_date(ticks, len(TWO))
    children = ticks.instance.get_runs(dg.RunsFilter(job_name="weather_etl_job"))
    assert {run.tags[PARTITION] for run in children} == set(TWO) and len(children) == len(TWO)


def test_a_tick_without_files_says_so(containers: Containers, ticks: Ticks) -> None:
    assert up_to_date(ticks, 0)


def test_two_daemons_ask_for_the_same_run(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    first, second = (ticks.requests()[0].run_key for _ in range(2))
    assert first == second


def test_two_daemons_ask_for_the_same_run_of_catch_up_job(containers: Containers, ticks: Ticks) -> None:
    upload(containers, *MANY)
    first, second = (ticks.requests()[0].run_key for _ in range(2))
    assert first == second


def test_a_file_that_lands_during_a_tick_is_seen_by_that_tick(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "1")
    take_inventory, looks = shared_files.take_inventory, iter(range(100))

    def looked(found_by: Containers) -> object:
        inventory = take_inventory(found_by)
        if next(looks) == 0:
            upload(containers, "a")
        return inventory

    monkeypatch.setattr(shared_files, "take_inventory", looked)
    assert [t[PARTITION] for t in ticks.requested()] == ["a"]


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED])
def test_a_station_in_flight_is_not_requested_again(
    containers: Containers, ticks: Ticks, status: dg.DagsterRunStatus
) -> None:
    upload(containers, "a")
    ticks.create_run(ticks.requested()[0], status)
    result = ticks.tick()
    assert not result.run_requests
    assert "1 in flight (a)" in result.skip_reason.skip_message


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED])
def test_every_station_of_a_catch_up_job_in_flight_is_left_alone(
    containers: Containers, ticks: Ticks, status: dg.DagsterRunStatus
) -> None:
    upload(containers, *MANY)
    ticks.create_run(ticks.requested()[0], status, job=CATCH_UP_JOB)
    result = ticks.tick()
    assert not result.run_requests
    assert f"{len(MANY)} in flight (s0, s1, s2...)" in result.skip_reason.skip_message


def test_a_station_that_is_no_target_of_the_catch_up_job_in_flight_is_requested(
    containers: Containers, ticks: Ticks
) -> None:
    upload(containers, *MANY)
    ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED, job=CATCH_UP_JOB)
    upload(containers, "late")
    assert [t[PARTITION] for t in ticks.requested()] == ["late"]


def test_a_file_that_lands_while_a_catch_up_job_is_in_flight_is_requested_at_once(
    containers: Containers, ticks: Ticks
) -> None:
    upload(containers, *MANY)
    ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED, job=CATCH_UP_JOB)
    containers.landing.upload("s3/y.csv", weather_csv(first=48))
    assert [t[PARTITION] for t in ticks.requested()] == ["s3"]


def test_a_person_who_runs_everything_keeps_the_sensor_from_asking_for_the_same_and_the_work_is_done_once(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick comes while the first station of `weather-etl run --tables-only` is read; another had asked before."""
    upload(containers, "a", "b")
    asked_before = ticks.requests()
    read, seen = merge.read_version, []

    def ticking(container: container.Container, version: object) -> bytes | None:
        if not seen:
            seen.append(ticks.tick())
        return read(container, version)

    monkeypatch.setattr(merge, "read_version", ticking)
    ops = {"catch_up": {"tables_only": True}}
    assert run_job(ticks.instance, defs.resolve_job_def(CATCH_UP_JOB), ops=ops) == []
    assert not seen[0].run_requests
    assert "2 in flight (a, b)" in seen[0].skip_reason.skip_message

    before = containers.lake.stamps()
    result = ticks.run(asked_before[0])
    assert result.success and containers.lake.stamps() == before
    statuses = {
        e.step_materialization_data.materialization.metadata["status"].value
        for e in result.get_asset_materialization_events()
    }
    assert statuses == {"unchanged"}


def test_a_run_that_ends_while_the_tick_lists_is_not_requested_again(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(containers, "a")
    (request,) = ticks.requests()
    under_way = ticks.create_run(dict(request.tags), dg.DagsterRunStatus.STARTED)
    take_inventory = shared_files.take_inventory

    def slow(found_by: Containers) -> object:
        inventory = take_inventory(found_by)
        containers.landing.upload("a/y.csv", weather_csv(first=48))
        assert ticks.run(request).success
        ticks.instance.report_run_failed(under_way)
        return inventory

    with monkeypatch.context() as patch:
        patch.setattr(shared_files, "take_inventory", slow)
        assert not ticks.requested()
    assert up_to_date(ticks, 1)
