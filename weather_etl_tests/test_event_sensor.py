"""Ticks of `landing_events_sensor` on the queue service of a real Azurite."""

import json
import time
from collections.abc import Iterator

import dagster as dg
import pytest

from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers
from weather_etl.landing import event_queue
from weather_etl.landing.event_queue import EventQueue, connect_queue
from weather_etl.operations import planning
from weather_etl.operations.planning import ATTEMPT, FEW, PARTITION
from weather_etl.operations.run_history import failure_sentence
from weather_etl.orchestration.sensors import landing_events, landing_files
from weather_etl.settings import Settings
from weather_etl_tests.files import shared_csv, weather_csv
from weather_etl_tests.support.histories import memory_instance
from weather_etl_tests.support.storage_events import base64_of, cloud_event, event_grid
from weather_etl_tests.support.ticks import CATCH_UP_JOB, SHARED_JOB, Ticks, poison, sensor_context

instance = memory_instance  # `sensor/` has the same planning on a real PostgreSQL


@pytest.fixture
def queue(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[EventQueue]:
    """A queue of the test's own; a message comes back after a second, and a tick looks once."""
    monkeypatch.setenv("WEATHER_ETL_EVENTS_QUEUE", environment.landing_container.replace("landing", "events"))
    monkeypatch.setattr(event_queue, "HIDDEN_S", 1)
    monkeypatch.setattr(landing_events, "POLL_S", landing_files.DAEMON_LOOP_S)
    with connect_queue(Settings.load()) as queue_client:
        queue_client.create()
        yield queue_client


class EventTicks(Ticks):
    """Evaluates the sensor as the daemon does, and tells it of blobs as Event Grid does."""

    module = landing_events
    name = "landing_events_sensor"

    def __init__(self, instance: dg.DagsterInstance, queue: EventQueue, container: str) -> None:
        super().__init__(instance)
        self.queue = queue
        self.container = container

    def tell(self, name: str) -> None:
        self.queue.send(base64_of(event_grid(name, self.container)))

    def come_back(self) -> None:
        time.sleep(event_queue.HIDDEN_S + 0.3)


@pytest.fixture
def ticks(instance: dg.DagsterInstance, queue: EventQueue, environment: Settings) -> EventTicks:
    return EventTicks(instance, queue, environment.landing_container)


@pytest.fixture
def uploaded(containers: Containers, ticks: EventTicks) -> EventTicks:
    """A new file of station `a`, and its event."""
    containers.landing.upload("a/x.csv", weather_csv())
    ticks.tell("a/x.csv")
    return ticks


def test_an_event_requests_a_run_of_its_station_and_of_no_other(
    containers: Containers,
    uploaded: EventTicks,
) -> None:
    containers.landing.upload("quiet/x.csv", weather_csv())
    assert [t[PARTITION] for t in uploaded.requested()] == ["a"]


def test_events_of_a_few_new_stations_come_as_runs_of_their_own(containers: Containers, ticks: EventTicks) -> None:
    for station in "cab":
        containers.landing.upload(f"{station}/x.csv", weather_csv())
        ticks.tell(f"{station}/x.csv")
    assert [t[PARTITION] for t in ticks.requested()] == ["a", "b", "c"]


def test_events_of_many_new_stations_come_as_one_run_of_catch_up_job(
    containers: Containers,
    ticks: EventTicks,
) -> None:
    stations = [f"s{n}" for n in range(FEW + 1)]
    for station in stations:
        containers.landing.upload(f"{station}/x.csv", weather_csv())
        ticks.tell(f"{station}/x.csv")
    (request,) = ticks.requests()
    assert request.job_name == CATCH_UP_JOB
    assert request.run_config["ops"]["catch_up"]["config"]["stations"] == stations
    assert ticks.queue.waiting() == len(stations)


def test_a_change_is_observed_with_its_data_version(containers: Containers, uploaded: EventTicks) -> None:
    (event,) = uploaded.tick().asset_events
    files = shared_files.list_station(containers, "a")
    assert event.partition == "a" and event.tags == {"dagster/data_version": files.data_version("a")}


def test_a_message_is_kept_until_its_run_has_done_the_work(uploaded: EventTicks) -> None:
    (request,) = uploaded.requests()
    assert uploaded.queue.waiting() == 1
    assert uploaded.run(request).success
    uploaded.come_back()
    assert not uploaded.requested()
    assert uploaded.queue.waiting() == 0


def test_a_request_that_was_lost_is_made_again(uploaded: EventTicks) -> None:
    lost = uploaded.tick().run_requests[0].run_key
    uploaded.come_back()
    assert [r.run_key for r in uploaded.tick().run_requests] == [lost]


def test_a_run_that_failed_is_requested_again(
    containers: Containers,
    ticks: EventTicks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(landing_files, "RETRY_DELAY_S", 0)
    poison(containers, "a")
    ticks.tell("a/x.csv")
    assert not ticks.run(ticks.requests()[0]).success
    ticks.come_back()
    assert [t[ATTEMPT] for t in ticks.requested()] == ["2"]


def test_the_message_of_a_station_that_is_left_alone_goes_and_its_last_run_says_so(
    containers: Containers,
    ticks: EventTicks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    poison(containers, "a")
    ticks.tell("a/x.csv")
    last = ticks.run(ticks.requests()[0])
    ticks.come_back()
    result = ticks.tick()
    assert not result.run_requests and not result.asset_events
    assert ticks.queue.waiting() == 0
    assert failure_sentence(ticks.instance, last.run_id).endswith(planning.parked_sentence("a", 1))


def test_a_station_whose_last_file_was_deleted_is_not_requested_and_its_message_goes(
    containers: Containers, uploaded: EventTicks
) -> None:
    uploaded.run(uploaded.requests()[0])
    containers.landing.delete("a/x.csv")
    uploaded.come_back()
    result = uploaded.tick()
    assert not result.run_requests
    assert "1 parked" in result.skip_reason.skip_message
    assert uploaded.queue.waiting() == 0


def test_a_station_in_flight_is_not_requested_again(uploaded: EventTicks) -> None:
    uploaded.create_run(uploaded.requested()[0], dg.DagsterRunStatus.STARTED)
    uploaded.come_back()
    assert uploaded.tick().skip_reason.skip_message == "1 station named by events, 1 in flight."
    assert uploaded.queue.waiting() == 1


def test_events_delivered_twice_and_out_of_order_give_one_request(
    containers: Containers,
    ticks: EventTicks,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    for name in ("a/later.csv", "a/x.csv", "a/x.csv", "a/earlier.csv"):
        ticks.tell(name)
    assert len(ticks.requested()) == 1
    assert ticks.queue.waiting() == 1


def test_an_event_about_a_file_that_never_came_changes_nothing(ticks: EventTicks) -> None:
    ticks.tell("ghost/x.csv")
    assert not ticks.requested()
    assert ticks.queue.waiting() == 0
    assert not ticks.instance.get_dynamic_partitions("station")


def test_an_event_about_a_shared_file_brings_it_into_the_tables_of_its_stations(
    containers: Containers, ticks: EventTicks
) -> None:
    containers.landing.upload("_shared/all.csv", shared_csv("ab", 2))
    ticks.tell("_shared/all.csv")
    (split,) = ticks.requests()
    assert split.job_name == SHARED_JOB
    assert ticks.run(split).success
    ticks.come_back()
    requests = ticks.requests()
    assert [r.tags[PARTITION] for r in requests] == ["a", "b"]
    assert all(ticks.run(r).success for r in requests)
    ticks.come_back()
    assert not ticks.requested()
    assert ticks.queue.waiting() == 0


def test_a_plain_cloud_event_is_understood(containers: Containers, ticks: EventTicks) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    ticks.queue.send(json.dumps(cloud_event("a/x.csv", ticks.container)))
    assert len(ticks.requested()) == 1


def test_poison_is_set_aside_after_three_deliveries_and_counted(
    uploaded: EventTicks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in (
        "hello",
        base64_of(event_grid("a/x.csv", "another-one")),
        base64_of(event_grid("x.csv", uploaded.container)),
    ):
        uploaded.queue.send(body)
    assert len(uploaded.requested()) == 1  # poison holds nobody up
    for _ in range(2):
        assert uploaded.queue.aside() == 0
        uploaded.come_back()
        uploaded.tick()
    assert uploaded.queue.aside() == 3
    assert json.loads(uploaded.cursor or "") == {"set_aside": 3, "other_kinds": {}}
    assert uploaded.tick().skip_reason.skip_message == "No events. 3 messages were set aside so far."


def test_without_a_queue_the_sensor_says_what_to_set(instance: dg.DagsterInstance) -> None:
    with sensor_context(instance) as context:
        result = landing_events.landing_events_sensor(context)
    assert "set WEATHER_ETL_EVENTS_QUEUE" in result.skip_message


def test_a_missing_queue_fails_the_tick_in_one_sentence(
    environment: Settings,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEATHER_ETL_EVENTS_QUEUE", "nobody-made-this")
    with (
        sensor_context(instance) as context,
        pytest.raises(dg.Failure, match="There is no queue 'nobody-made-this' at"),
    ):
        landing_events.landing_events_sensor(context)


@pytest.mark.timeout(20, func_only=True)
def test_a_dead_queue_service_fails_the_tick_in_one_sentence_within_twenty_seconds(
    environment: Settings,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = environment.connection_string.replace("QueueEndpoint=http://127.0.0.1:", "QueueEndpoint=http://127.0.0.1:9/")
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", dead)
    monkeypatch.setenv("WEATHER_ETL_EVENTS_QUEUE", "events")
    with (
        sensor_context(instance) as context,
        pytest.raises(dg.Failure, match="does not answer; start it with `weather-etl local up`"),
    ):
        landing_events.landing_events_sensor(context)


def test_an_event_about_no_blob_goes_and_is_counted_by_its_kind(ticks: EventTicks) -> None:
    kind = "Microsoft.Storage.LifecyclePolicyCompleted"
    for _ in range(2):
        ticks.queue.send(base64_of({"eventType": kind, "subject": "BlobDataManagement/LifeCycleManagement/Report"}))
    result = ticks.tick()
    assert ticks.queue.waiting() == 0
    assert json.loads(ticks.cursor or "") == {"set_aside": 0, "other_kinds": {kind: 2}}
    assert f"2 {kind}" in (result.skip_reason.skip_message or "")


def test_a_renamed_directory_brings_the_station_that_it_became(containers: Containers, ticks: EventTicks) -> None:
    containers.landing.upload("b/x.csv", weather_csv())
    event = event_grid("b", ticks.container, kind="Microsoft.Storage.DirectoryRenamed")
    event["data"]["sourceUrl"] = f"https://acc.dfs.core.windows.net/{ticks.container}/a"
    ticks.queue.send(base64_of(event))
    assert [t[PARTITION] for t in ticks.requested()] == ["b"]
