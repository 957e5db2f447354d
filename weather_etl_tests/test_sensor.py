"""Ticks of `landing_files_sensor` on a real Azurite and a real PostgreSQL."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from weather_etl.pipeline import process_station

from weather_etl import sensors
from weather_etl.definitions import defs
from weather_etl.ingestion import merge, shared_files, splitting
from weather_etl.lake import azure_blob, storage
from weather_etl.lake.storage import Containers
from weather_etl.operations import planning
from weather_etl.operations.planning import PARTITION, RANGE_END, RANGE_START
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.files import weather_csv
from weather_etl_tests.ingestion.test_shared_files import shared_csv


@pytest.fixture(autouse=True)
def _one_look_per_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")


@pytest.fixture
def instance(database: str, tmp_path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_text(
        f"storage:\n  postgres:\n    postgres_url: '{database}'\ntelemetry:\n  enabled: false\n"
    )
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as found:
        yield found


class Ticks:
    """Evaluates the sensor and carries the cursor and the partitions on, as the daemon does."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> dg.SensorResult:
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor, definitions=defs)
        result = sensors.landing_files_sensor(context)
        assert not context.cursor_updated  # Dagster refuses a result with a cursor beside an updated one
        self.cursor = result.cursor
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        return result

    def requested(self) -> list[dict[str, str]]:
        return [dict(r.tags) for r in self.tick().run_requests or []]

    def create_run(
        self, tags: dict[str, str], status: dg.DagsterRunStatus, job: str = "weather_etl_job"
    ) -> dg.DagsterRun:
        from dagster._core.remote_origin import (
            RegisteredCodeLocationOrigin,
            RemoteJobOrigin,
            RemoteRepositoryOrigin,
        )
        from dagster._core.utils import make_new_run_id

        location = RegisteredCodeLocationOrigin("weather_etl")
        return self.instance.create_run_for_job(
            defs.resolve_job_def(job),
            run_id=make_new_run_id(),
            tags=tags,
            status=status,
            remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), job),
        )


@pytest.fixture
def ticks(instance: dg.DagsterInstance) -> Ticks:
    return Ticks(instance)


def run(ticks: Ticks, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("weather_etl_job").execute_in_process(
        instance=ticks.instance, tags=tags, raise_on_error=False
    )


def test_a_new_station_is_registered_and_requested_in_one_tick(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    tags = ticks.requested()
    assert [t[PARTITION] for t in tags] == ["a"]
    assert ticks.instance.get_dynamic_partitions(PARTITIONS_NAME) == ["a"]


def test_several_new_stations_come_as_one_range_run(containers: Containers, ticks: Ticks) -> None:
    for station in "abc":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
    tags = ticks.requested()
    assert [(t[RANGE_START], t[RANGE_END]) for t in tags] == [("a", "c")]


def test_the_requested_run_leaves_nothing_to_request(containers: Containers, ticks: Ticks) -> None:
    for station in "ab":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
    assert run(ticks, ticks.requested()[0]).success
    result = ticks.tick()
    assert not result.run_requests
    assert result.skip_reason.skip_message == "All 2 stations are up to date."


def test_a_tick_without_files_says_so(containers: Containers, ticks: Ticks) -> None:
    assert ticks.tick().skip_reason.skip_message == "All 0 stations are up to date."


def test_the_state_lies_in_storage_and_not_in_the_cursor(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    ticks.cursor = None
    assert not ticks.requested()


def test_a_wiped_history_does_not_make_anything_stale(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    for record in ticks.instance.get_runs():
        ticks.instance.delete_run(record.run_id)
    ticks.instance.delete_dynamic_partition(PARTITIONS_NAME, "a")
    assert not ticks.requested()


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED])
def test_a_station_in_flight_is_not_requested_again(
    containers: Containers, ticks: Ticks, status: dg.DagsterRunStatus
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    tags = ticks.requested()[0]
    ticks.create_run(tags, status)
    result = ticks.tick()
    assert not result.run_requests
    assert "1 in flight (a)" in result.skip_reason.skip_message


def test_every_station_of_a_range_in_flight_is_left_alone(containers: Containers, ticks: Ticks) -> None:
    for station in "abc":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
    ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED)
    assert "3 in flight (a, b, c)" in ticks.tick().skip_reason.skip_message


def test_a_silent_run_is_reported_failed_and_its_station_requested_again(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    dead = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED)
    monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "1")
    monkeypatch.setattr(sensors, "SENSOR_RETRY_DELAY_S", 0)
    time.sleep(1.5)
    ticks.tick()
    assert ticks.instance.get_run_by_id(dead.run_id).status == dg.DagsterRunStatus.FAILURE
    assert [t["weather_etl/attempt"] for t in ticks.requested()] == ["2"]


def test_a_queued_run_is_never_taken_for_dead(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    queued = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.QUEUED)
    monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "1")
    time.sleep(1.5)
    assert not ticks.requested()
    assert ticks.instance.get_run_by_id(queued.run_id).status == dg.DagsterRunStatus.QUEUED


def test_a_run_that_waits_in_a_broker_is_never_taken_for_dead(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    tags = ticks.requested()[0] | {"dagster-celery/task_id": "t"}
    waiting = ticks.create_run(tags, dg.DagsterRunStatus.STARTING)
    monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "1")
    time.sleep(1.5)
    assert not ticks.requested()
    assert ticks.instance.get_run_by_id(waiting.run_id).status == dg.DagsterRunStatus.STARTING


def poison(containers: Containers, station: str) -> None:
    containers.landing.upload(f"{station}/station.toml", b"timezone = 'Nowhere/Land'\n")
    containers.landing.upload(f"{station}/x.csv", weather_csv())


def test_a_station_that_keeps_failing_is_parked_with_a_red_check(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensors, "SENSOR_RETRY_DELAY_S", 0)
    poison(containers, "a")
    attempts = []
    for _ in range(3):
        tags = ticks.requested()[0]
        attempts.append(tags["weather_etl/attempt"])
        assert not run(ticks, tags).success
    assert attempts == ["1", "2", "3"]
    result = ticks.tick()
    assert not result.run_requests
    evaluation = result.asset_events[0]
    assert (evaluation.partition, evaluation.check_name, evaluation.passed) == ("a", "station_processed", False)
    assert "Station a is parked after 3 runs" in evaluation.description


def test_a_parked_station_is_reported_once(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    poison(containers, "a")
    run(ticks, ticks.requested()[0])
    assert len(ticks.tick().asset_events) == 1
    assert not ticks.tick().asset_events


def test_mending_the_files_of_a_parked_station_starts_it_again(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    poison(containers, "a")
    run(ticks, ticks.requested()[0])
    assert not ticks.requested()
    containers.landing.upload("a/station.toml", b"timezone = 'Europe/Budapest'\n")
    assert run(ticks, ticks.requested()[0]).success


def test_one_poisoned_station_does_not_stop_the_others_of_its_run(containers: Containers, ticks: Ticks) -> None:
    for station in "abc":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
    poison(containers, "b")
    result = run(ticks, ticks.requested()[0])
    assert not result.success
    assert {s for s, _ in containers.lake.stamps()} == {"a", "c"}
    records = ticks.instance.get_records_for_run(result.run_id).records
    events = [r.event_log_entry.dagster_event for r in records if r.event_log_entry.is_dagster_event]
    assert {e.partition for e in events if e.event_type_value == "ASSET_MATERIALIZATION"} == {"a", "c"}
    checks = [e.asset_check_evaluation_data for e in events if e.event_type_value == "ASSET_CHECK_EVALUATION"]
    assert [c.partition for c in checks if c.check_name == "station_processed" and not c.passed] == ["b"]


def test_a_vanished_station_turns_red_and_is_not_requested(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    containers.landing.delete("a/x.csv")
    result = ticks.tick()
    assert not result.run_requests
    assert "weather-etl forget a" in result.asset_events[0].description


def test_unroutable_files_are_reported_once_and_cleared_once(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("lost.csv", weather_csv())
    reported = ticks.tick().asset_events
    assert [(e.check_name, e.passed) for e in reported] == [("unroutable_files", False)]
    assert not ticks.tick().asset_events
    containers.landing.delete("lost.csv")
    assert [e.passed for e in ticks.tick().asset_events] == [True]


def test_a_dead_storage_fails_the_tick_in_one_sentence_within_twenty_seconds(
    environment: Settings, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = environment.connection_string.rsplit(":", 1)[0] + ":9/devstoreaccount1;"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", dead)
    started = datetime.now(UTC)
    with pytest.raises(dg.Failure, match="does not answer; start it with `weather-etl local up`"):
        ticks.tick()
    assert datetime.now(UTC) - started < timedelta(seconds=20)  # the promise itself, and no measurement


def test_a_hung_storage_fails_the_tick_within_twenty_seconds(
    environment: Settings, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = environment.connection_string.rsplit(":", 1)[0] + f":{silent.getsockname()[1]}/devstoreaccount1;"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", hung)
        started = datetime.now(UTC)
        with pytest.raises(dg.Failure, match="does not answer"):
            ticks.tick()
        assert datetime.now(UTC) - started < timedelta(seconds=20)


def test_two_daemons_ask_for_the_same_run(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    first, second = (ticks.tick().run_requests[0].run_key for _ in range(2))
    assert first == second


def test_a_file_that_lands_during_a_tick_is_seen_by_that_tick(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "1")
    upload = threading.Timer(1.5, containers.landing.upload, ("a/x.csv", weather_csv()))
    upload.start()
    assert [t[PARTITION] for t in ticks.requested()] == ["a"]
    upload.join()


# --- files of several stations


def split_run(ticks: Ticks, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("shared_files_job").execute_in_process(
        instance=ticks.instance, tags=tags, raise_on_error=False
    )


def test_a_shared_file_is_split_by_a_run_of_its_own_and_its_stations_follow(
    containers: Containers, ticks: Ticks
) -> None:
    containers.landing.upload("_shared/net.csv", shared_csv("ab"))
    (request,) = ticks.tick().run_requests
    assert (request.job_name, request.partition_key) == ("shared_files_job", None)
    assert split_run(ticks, dict(request.tags)).success
    assert [(t[RANGE_START], t[RANGE_END]) for t in ticks.requested()] == [("a", "b")]


def test_a_split_that_keeps_failing_is_parked_red_and_does_not_stop_other_shared_files(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    containers.landing.upload("_shared/bug.csv", shared_csv("ab"))
    containers.landing.upload("_shared/net.csv", shared_csv("cd"))
    split = splitting.split_source

    def failing(containers: Containers, source: shared_files.Source, **options: str) -> splitting.Outcome:
        if source.name == "_shared/bug.csv":
            raise RuntimeError("a bug")
        return split(containers, source, **options)

    monkeypatch.setattr(splitting, "split_source", failing)
    (request,) = ticks.tick().run_requests
    result = split_run(ticks, dict(request.tags))
    assert not result.success
    (event,) = [e for e in result.all_events if e.is_step_failure]
    assert "_shared/bug.csv: Unexpected RuntimeError: a bug" in event.step_failure_data.user_failure_data.description
    again, stations = ticks.tick().run_requests
    assert (again.job_name, stations.tags[RANGE_START], stations.tags[RANGE_END]) == ("shared_files_job", "c", "d")
    assert not split_run(ticks, dict(again.tags)).success
    parked = [e for e in ticks.tick().asset_events if e.check_name == "shared_files"]
    assert [(e.passed, "parked" in e.description) for e in parked] == [(False, True)]


def test_files_written_during_the_listing_are_found_by_the_next_tick(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LIST_PAGE", 1)
    containers.landing.upload("b/x.csv", weather_csv())
    containers.landing.upload("c/x.csv", weather_csv())
    page, upload = storage.Container._list_page, containers.landing.upload
    late = iter([("a/behind.csv", weather_csv()), ("d/ahead.csv", weather_csv())])

    def listed(container: storage.Container, prefix: str, marker: str) -> bytes:
        found = page(container, prefix, marker)
        if container.name == containers.landing.name and (file := next(late, None)):
            upload(*file)
        return found

    monkeypatch.setattr(storage.Container, "_list_page", listed)
    seen = [tag for _ in range(2) for tags in ticks.requested() for tag in tags if tag.startswith("weather_etl.target")]
    assert set(seen) == {f"weather_etl.target/{station}" for station in "abcd"}


def test_a_listing_that_fails_half_way_is_a_failed_tick_and_nothing_is_taken_for_vanished(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for station in "ab":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    monkeypatch.setattr(storage, "LIST_PAGE", 1)
    page = storage.Container._list_page

    def cut(container: storage.Container, prefix: str, marker: str) -> bytes:
        found = page(container, prefix, marker)
        return found[: len(found) // 2] if marker else found

    with monkeypatch.context() as patch:
        patch.setattr(storage.Container, "_list_page", cut)
        with pytest.raises(dg.Failure, match="does not answer"):
            ticks.tick()
    assert ticks.tick().skip_reason.skip_message == "All 2 stations are up to date."


def test_a_run_that_ends_while_the_tick_lists_is_not_requested_again(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    tags = ticks.requested()[0]
    under_way = ticks.create_run(tags, dg.DagsterRunStatus.STARTED)
    look = shared_files.look

    def slow(found_by: Containers) -> object:
        found = look(found_by)
        containers.landing.upload("a/y.csv", weather_csv(first=48))
        assert run(ticks, tags).success
        ticks.instance.report_run_failed(under_way)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(shared_files, "look", slow)
        assert not ticks.requested()
    assert ticks.tick().skip_reason.skip_message == "All 1 stations are up to date."


def parked(ticks: Ticks, monkeypatch: pytest.MonkeyPatch, *, attempts: int = 1) -> dg.AssetCheckEvaluation:
    """Run what is requested until the station is parked; the evaluation that says so."""
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", str(attempts))
    monkeypatch.setattr(sensors, "SENSOR_RETRY_DELAY_S", 0)
    while requested := ticks.tick():
        if not requested.run_requests:
            (evaluation,) = requested.asset_events
            return evaluation
        run(ticks, dict(requested.run_requests[0].tags))
    raise AssertionError


def test_the_check_of_a_parked_station_names_the_file_and_the_way_out(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(containers, "a")
    sentence = parked(ticks, monkeypatch).description
    assert "Station a is parked after 1 run: a/station.toml" in sentence and "Nowhere/Land" in sentence
    assert "Correct or delete the file" in sentence and "weather-etl run --station a" in sentence


def test_a_file_that_breaks_the_reader_is_named_by_the_check_of_the_parked_station(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(merge, "parse_landing_file", broken)
    assert "Unexpected ZeroDivisionError (while a/x.csv was read): a bug" in parked(ticks, monkeypatch).description


def test_a_station_whose_process_dies_is_parked_with_the_name_of_its_largest_file(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "1")
    containers.landing.upload("a/small.csv", weather_csv(2))
    containers.landing.upload("a/large.csv", weather_csv(200))
    for attempt in ("1", "2"):
        (tags,) = ticks.requested()
        assert tags["weather_etl/attempt"] == attempt
        ticks.create_run(tags, dg.DagsterRunStatus.STARTED)
        time.sleep(1.2)
    (evaluation,) = ticks.tick().asset_events
    assert "died without a word" in evaluation.description and "a/large.csv" in evaluation.description


def test_a_file_that_can_never_be_read_is_named_by_the_check_of_the_parked_station(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a blob in the archive tier: each run succeeds without it, and the station stays stale."""
    containers.landing.upload("a/x.csv", weather_csv())
    containers.landing.upload("a/archived.csv", weather_csv(first=48))
    read = merge.read_version
    monkeypatch.setattr(merge, "read_version", lambda c, v: None if "archived" in v.name else read(c, v))
    assert "still a/archived.csv was not read" in parked(ticks, monkeypatch, attempts=2).description


def test_a_lost_cursor_reports_no_parked_station_twice(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(containers, "a")
    evaluation = parked(ticks, monkeypatch)
    ticks.instance.report_runless_asset_event(evaluation)
    ticks.cursor = None
    assert not ticks.tick().asset_events


def test_a_station_can_be_parked_and_taken_back_again_and_again(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    for _ in range(2):
        containers.landing.upload("a/station.toml", b"timezone = 'Nowhere/Land'")
        ticks.instance.report_runless_asset_event(parked(ticks, monkeypatch))
        containers.landing.delete("a/station.toml")
        (green,) = ticks.tick().asset_events
        ticks.instance.report_runless_asset_event(green)
        assert green.passed


def test_taking_back_what_made_a_station_fail_turns_its_check_green(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    containers.landing.upload("a/station.toml", b"timezone = 'Nowhere/Land'")
    parked(ticks, monkeypatch)
    containers.landing.delete("a/station.toml")
    result = ticks.tick()
    assert not result.run_requests
    assert [(e.check_name, e.partition, e.passed) for e in result.asset_events] == [("station_processed", "a", True)]


def test_taking_it_back_during_the_last_attempt_turns_the_check_green_too(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensors, "SENSOR_RETRY_DELAY_S", 60)
    poison(containers, "a")
    run(ticks, ticks.requested()[0])
    assert "1 waiting for the next attempt (a)" in ticks.tick().skip_reason.skip_message
    monkeypatch.setattr(sensors, "SENSOR_RETRY_DELAY_S", 0)
    assert ticks.requested()
    containers.landing.delete("a/station.toml")
    list(process_station(containers, "a"))
    assert [e.passed for e in ticks.tick().asset_events] == [True]


def test_a_wiped_history_costs_a_parked_station_a_bounded_number_of_runs(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(containers, "a")
    parked(ticks, monkeypatch)
    for record in ticks.instance.get_runs():
        ticks.instance.delete_run(record.run_id)
    parked(ticks, monkeypatch)
    assert ticks.instance.get_runs_count() == 1


def test_a_file_that_comes_and_goes_is_never_parked(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    containers.landing.upload("a/x.csv", weather_csv())
    run(ticks, ticks.requested()[0])
    for _ in range(2):
        containers.landing.upload("a/y.csv", weather_csv(first=48))
        assert run(ticks, ticks.requested()[0]).success
        containers.landing.delete("a/y.csv")
        assert run(ticks, ticks.requested()[0]).success


def test_runs_that_an_outage_failed_park_nothing(
    environment: Settings, containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(sensors, "SENSOR_RETRY_DELAY_S", 0)
    monkeypatch.setattr(azure_blob, "client_options", lambda prompt: {"retry_total": 0, "connection_timeout": 1})
    for station in "ab":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
    tags = ticks.requested()[0]
    with monkeypatch.context() as outage:
        dead = environment.connection_string.rsplit(":", 1)[0] + ":9/devstoreaccount1;"
        outage.setenv("AZURE_STORAGE_CONNECTION_STRING", dead)
        assert not run(ticks, tags).success
    assert [(t[RANGE_START], t[RANGE_END], t["weather_etl/attempt"]) for t in ticks.requested()] == [("a", "b", "1")]


def test_a_killed_catch_up_is_reported_failed_when_the_runs_it_started_are_silent_too(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weather_etl.jobs import PARENT

    containers.landing.upload("a/x.csv", weather_csv())
    parent = ticks.create_run({}, dg.DagsterRunStatus.STARTED, job="catch_up_job")
    time.sleep(1.5)
    ticks.create_run({PARENT: parent.run_id, PARTITION: "a"}, dg.DagsterRunStatus.STARTED)
    monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "1")
    ticks.tick()
    assert ticks.instance.get_run_by_id(parent.run_id).status == dg.DagsterRunStatus.STARTED
    for _ in range(2):  # first the run that it started, then itself
        time.sleep(1.2)
        ticks.tick()
    assert {r.status for r in ticks.instance.get_runs()} == {dg.DagsterRunStatus.FAILURE}


def test_a_thousand_stale_stations_are_looked_up_with_a_handful_of_queries(
    ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = [planning.StaleStation(f"s{i:04}", f"{i:032x}", planning.NEW) for i in range(1000)]
    for first in range(0, 1000, 50):
        tags = planning.Request(tuple(targets[first : first + 50]), 1).tags()
        failed = dg.DagsterRun(job_name="weather_etl_job", tags=tags, status=dg.DagsterRunStatus.FAILURE)
        ticks.instance.run_storage.add_run(failed)
    queries = []
    fetchall = type(ticks.instance.run_storage).fetchall
    monkeypatch.setattr(
        type(ticks.instance.run_storage), "fetchall", lambda self, query: queries.append(query) or fetchall(self, query)
    )
    found = sensors.histories(ticks.instance, targets)
    assert len(queries) <= 4
    assert {h.attempts for h in found.values()} == {1} and len(found) == 1000
