"""Ticks of `landing_files_sensor` on a real Azurite and a real PostgreSQL."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.ingestion import merge, shared_files, splitting
from weather_etl.lake import azure_blob, container, fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.operations import planning
from weather_etl.operations.overview import station_states
from weather_etl.operations.planning import ATTEMPT, FEW, PARENT, PARTITION
from weather_etl.operations.run_history import failure_sentence, histories, in_flight
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.sensors import landing_files
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.files import shared_csv, weather_csv
from weather_etl_tests.support.runs import break_the_contract, process
from weather_etl_tests.support.ticks import CATCH_UP_JOB, SHARED_JOB, Ticks, poison

MANY = [f"s{n}" for n in range(FEW + 1)]  # so many that they share runs
TWO = MANY[1:3]
DEAD = Settings().silence_limit_s + 60  # seconds after which a silent run is taken for dead


@pytest.fixture(autouse=True)
def _one_look_per_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")


@pytest.fixture
def two_share_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many do; of as few as this each has a run of its own."""
    monkeypatch.setattr(planning, "FEW", 1)


@pytest.fixture
def ticks(instance: dg.DagsterInstance) -> Ticks:
    return Ticks(instance)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two attempts."""
    monkeypatch.setattr(landing_files, "RETRY_DELAY_S", 0)


@pytest.fixture
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")


def upload(containers: Containers, *stations: str) -> None:
    for station in stations:
        containers.landing.upload(f"{station}/x.csv", weather_csv())


@pytest.fixture(scope="module")
def settled(shared: Containers) -> None:
    """Stations a and b are up to date in the containers of `shared_environment`, for tests that only read them."""
    upload(shared, "a", "b")
    for station in ("a", "b"):
        process(shared, station)


def stations(requests: list[dg.RunRequest]) -> list[str | None]:
    return [r.partition_key or r.tags.get(PARTITION) for r in requests]


def sentence(ticks: Ticks, run_id: str) -> str:
    return failure_sentence(ticks.instance, run_id)


def last_run(ticks: Ticks, station: str) -> dg.DagsterRun:
    return ticks.instance.get_runs(dg.RunsFilter(tags={PARTITION: station}), limit=1)[0]


def up_to_date(ticks: Ticks, number: int) -> bool:
    result = ticks.tick()
    assert result.skip_reason is not None
    return not result.run_requests and result.skip_reason.skip_message == f"All {number} stations are up to date."


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


@pytest.mark.usefixtures("shared_environment", "settled")
def test_the_state_lies_in_storage_and_neither_in_the_cursor_nor_in_the_history(ticks: Ticks) -> None:
    """Both are empty here, as after a wipe."""
    assert up_to_date(ticks, 2)


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


def test_a_silent_run_is_reported_failed_counted_and_its_station_requested_again_at_once(
    containers: Containers, ticks: Ticks
) -> None:
    upload(containers, "a")
    dead = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED)
    (again,) = ticks.requested(later=DEAD)
    assert ticks.status(dead) == dg.DagsterRunStatus.FAILURE
    assert (again[PARTITION], again[ATTEMPT]) == ("a", "2")


def test_a_run_with_a_sign_of_life_is_not_taken_for_dead(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    alive = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED)
    assert not ticks.requested(later=DEAD - 120)
    assert ticks.status(alive) == dg.DagsterRunStatus.STARTED


def test_a_queued_run_is_never_taken_for_dead(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    queued = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.QUEUED)
    assert not ticks.requested(later=DEAD)
    assert ticks.status(queued) == dg.DagsterRunStatus.QUEUED


def test_a_run_that_waits_in_a_broker_is_never_taken_for_dead(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    tags = ticks.requested()[0] | {"dagster-celery/task_id": "t"}
    waiting = ticks.create_run(tags, dg.DagsterRunStatus.STARTING)
    assert not ticks.requested(later=DEAD)
    assert ticks.status(waiting) == dg.DagsterRunStatus.STARTING


def test_a_lost_run_names_its_largest_file_and_what_happens_next(containers: Containers, ticks: Ticks) -> None:
    containers.landing.upload("a/small.csv", weather_csv(2))
    containers.landing.upload("a/large.csv", weather_csv(200))
    dead = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED)
    ticks.tick(later=DEAD)
    told = sentence(ticks, dead.run_id)
    assert "gave no sign of life for 360 s; its process is taken for dead, perhaps for want of memory" in told
    assert f"Its largest landing file is a/large.csv ({len(weather_csv(200)):,} bytes)." in told
    assert told.endswith("What is still stale of its work is started again, each station by itself.")


def test_the_last_lost_run_of_a_station_says_that_it_is_left_alone(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    for attempt in ("1", "2", "3"):
        (tags,) = ticks.requested(later=DEAD)
        assert tags.get(ATTEMPT, "1") == attempt
        dead = ticks.create_run(tags, dg.DagsterRunStatus.STARTED)
    assert not ticks.requested(later=DEAD)
    told = sentence(ticks, dead.run_id)
    assert "a/x.csv" in told and told.endswith(planning.parked_sentence("a", 3))


def test_a_killed_catch_up_is_reported_failed_when_the_run_it_started_is_silent_too(
    containers: Containers, ticks: Ticks
) -> None:
    upload(containers, *MANY)
    parent = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED, job=CATCH_UP_JOB)
    child = ticks.create_run({PARENT: parent.run_id, PARTITION: "s0"}, dg.DagsterRunStatus.STARTED)
    ticks.instance.report_engine_event("at work", child)
    ticks.tick(later=DEAD - 120)
    assert ticks.status(parent) == dg.DagsterRunStatus.STARTED
    ticks.tick(later=DEAD)
    assert ticks.status(child) == dg.DagsterRunStatus.FAILURE
    ticks.tick(later=2 * DEAD)
    assert ticks.status(parent) == dg.DagsterRunStatus.FAILURE
    assert sentence(ticks, parent.run_id).endswith("is started again, each station by itself.")


def test_a_catch_up_lives_as_long_as_the_run_that_it_started(containers: Containers, ticks: Ticks) -> None:
    upload(containers, *MANY)
    parent = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED, job=CATCH_UP_JOB)
    _make_older(ticks.instance, parent, DEAD)
    ticks.create_run({PARENT: parent.run_id, PARTITION: "s0"}, dg.DagsterRunStatus.STARTED)
    ticks.tick()
    assert ticks.status(parent) == dg.DagsterRunStatus.STARTED


def _make_older(instance: dg.DagsterInstance, run: dg.DagsterRun, seconds: float) -> None:
    import sqlalchemy as db

    older = f"update_timestamp - interval '{seconds} seconds'"
    with instance.run_storage.connect() as connection:
        connection.execute(db.text(f"UPDATE runs SET update_timestamp = {older} WHERE run_id = '{run.run_id}'"))


def test_a_catch_up_that_dies_before_its_stations_began_is_an_attempt_of_each_and_they_come_alone(
    containers: Containers, ticks: Ticks
) -> None:
    upload(containers, *MANY)
    dead = ticks.create_run(ticks.requested()[0], dg.DagsterRunStatus.STARTED, job=CATCH_UP_JOB)
    requests = ticks.requests(later=DEAD)
    assert ticks.status(dead) == dg.DagsterRunStatus.FAILURE
    assert stations(requests) == MANY
    assert {r.tags[ATTEMPT] for r in requests} == {"2"}


def test_a_station_that_keeps_failing_is_left_alone_and_its_last_run_says_so(
    containers: Containers, ticks: Ticks, impatient: None
) -> None:
    poison(containers, "a")
    attempts, told = [], []
    for _ in range(3):
        (request,) = ticks.requests()
        attempts.append(request.tags.get(ATTEMPT, "1"))
        result = ticks.run(request)
        assert not result.success
        told.append(sentence(ticks, result.run_id))
    assert attempts == ["1", "2", "3"]
    result = ticks.tick()
    assert not result.run_requests
    assert "1 parked until their files or settings change (a)" in result.skip_reason.skip_message
    assert [planning.left_alone("a") in t for t in told] == [False, False, True]
    assert "a/station.toml" in told[2] and "Nowhere/Land" in told[2]
    assert told[2].endswith(planning.parked_sentence("a", 3))


@pytest.mark.usefixtures("two_share_a_run", "one_attempt")
def test_stations_that_keep_failing_within_catch_up_jobs_say_so_too(containers: Containers, ticks: Ticks) -> None:
    for station in TWO:
        poison(containers, station)
    (request,) = ticks.requests()
    assert not ticks.run(request).success
    assert not ticks.requested()
    for station in TWO:
        assert sentence(ticks, last_run(ticks, station).run_id).endswith(planning.parked_sentence(station, 1))


def test_the_runs_of_a_person_count_as_attempts_and_the_last_says_so(
    containers: Containers, ticks: Ticks, impatient: None
) -> None:
    poison(containers, "a")
    for _ in range(3):
        run_job(ticks.instance, defs.resolve_job_def(CATCH_UP_JOB))
    assert not ticks.requested()
    assert sentence(ticks, last_run(ticks, "a").run_id).endswith(planning.parked_sentence("a", 3))


def test_a_file_that_breaks_the_reader_is_named_by_the_run(
    containers: Containers, ticks: Ticks, one_attempt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(containers, "a")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(merge, "parse_landing_file", broken)
    told = sentence(ticks, ticks.run(ticks.requests()[0]).run_id)
    assert "Unexpected ZeroDivisionError (while a/x.csv was read): a bug" in told
    assert told.endswith(planning.parked_sentence("a", 1))


def test_a_station_whose_blocking_check_keeps_failing_says_that_it_is_left_alone(
    containers: Containers, ticks: Ticks, one_attempt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(containers, "a")
    break_the_contract(monkeypatch)
    assert sentence(ticks, ticks.run(ticks.requests()[0]).run_id).endswith(planning.parked_sentence("a", 1))


def test_a_file_that_can_never_be_read_fails_the_last_attempt_which_names_it(
    containers: Containers, ticks: Ticks, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a blob in the archive tier: the tables are made without it, and the station stays stale."""
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "2")
    upload(containers, "a")
    containers.landing.upload("a/archived.csv", weather_csv(first=48))
    read = merge.read_version
    monkeypatch.setattr(merge, "read_version", lambda c, v: None if "archived" in v.name else read(c, v))
    assert ticks.run(ticks.requests()[0]).success
    last = ticks.run(ticks.requests()[0])
    assert not last.success
    told = sentence(ticks, last.run_id)
    assert told.startswith("1 file could not be read: a/archived.csv changed while it was read.")
    assert told.endswith(planning.parked_sentence("a", 2))
    assert containers.lake.stamp("daily_weather", "a").rows == 2
    assert not ticks.requested()


def test_mending_the_files_of_a_station_that_is_left_alone_starts_it_again(
    containers: Containers, ticks: Ticks, one_attempt: None
) -> None:
    poison(containers, "a")
    ticks.run(ticks.requests()[0])
    assert not ticks.requested()
    containers.landing.upload("a/station.toml", b"timezone = 'Europe/Budapest'\n")
    assert ticks.run(ticks.requests()[0]).success


@pytest.mark.usefixtures("two_share_a_run", "impatient")
def test_one_poisoned_station_does_not_stop_the_others_of_its_run_nor_is_it_an_attempt_of_theirs(
    containers: Containers, ticks: Ticks
) -> None:
    upload(containers, *TWO)
    poison(containers, "s1")
    (request,) = ticks.requests()
    result = ticks.run(request)
    assert not result.success
    (event,) = [e for e in result.all_events if e.is_step_failure]
    assert "s1/station.toml" in event.step_failure_data.user_failure_data.description
    assert {s for s, _ in containers.lake.stamps()} == {"s2"}
    runs = ticks.instance.get_runs(dg.RunsFilter(tags={PARENT: result.run_id}))
    assert [r.tags[PARTITION] for r in runs if r.is_success] == ["s2"]
    assert [r.tags[PARTITION] for r in runs if r.is_failure] == ["s1"]
    (again,) = ticks.requested()
    assert (again[PARTITION], again[ATTEMPT]) == ("s1", "2")


def test_a_station_that_fails_waits_before_the_next_attempt(containers: Containers, ticks: Ticks) -> None:
    poison(containers, "a")
    ticks.run(ticks.requests()[0])
    assert "1 waiting for the next attempt (a)" in ticks.tick().skip_reason.skip_message
    assert ticks.requested(later=landing_files.RETRY_DELAY_S + 1)


def test_a_vanished_station_is_not_requested(containers: Containers, ticks: Ticks) -> None:
    upload(containers, "a")
    ticks.run(ticks.requests()[0])
    containers.landing.delete("a/x.csv")
    result = ticks.tick()
    assert not result.run_requests and not result.asset_events
    assert "1 parked until their files or settings change (a)" in result.skip_reason.skip_message


def test_taking_back_what_made_a_station_fail_leaves_nothing_to_request_or_tell_again_and_again(
    containers: Containers, ticks: Ticks, one_attempt: None
) -> None:
    """Each time its settings are other ones, so it is tried again."""
    upload(containers, "a")
    ticks.run(ticks.requests()[0])
    for _ in range(2):
        containers.landing.upload("a/station.toml", b"timezone = 'Nowhere/Land'")
        assert not ticks.run(ticks.requests()[0]).success
        assert not ticks.requested()
        (state,) = station_states(Settings.load(), ticks.instance)
        assert state.parked
        containers.landing.delete("a/station.toml")
        assert up_to_date(ticks, 1)
        (state,) = station_states(Settings.load(), ticks.instance)
        assert (state.state, state.trouble, state.parked) == ("up to date", None, False)


def test_a_wiped_history_costs_a_failing_station_a_bounded_number_of_runs(
    containers: Containers, ticks: Ticks, one_attempt: None
) -> None:
    poison(containers, "a")
    for _ in range(2):
        assert not ticks.run(ticks.requests()[0]).success
        assert not ticks.requested()
        for run in ticks.instance.get_runs():
            ticks.instance.delete_run(run.run_id)


def test_a_file_that_comes_and_goes_is_never_left_alone(
    containers: Containers, ticks: Ticks, one_attempt: None
) -> None:
    upload(containers, "a")
    for _ in range(2):
        containers.landing.upload("a/y.csv", weather_csv(first=48))
        assert ticks.run(ticks.requests()[0]).success
        containers.landing.delete("a/y.csv")
        assert ticks.run(ticks.requests()[0]).success


@pytest.fixture
def outage(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Ticks, dg.RunRequest], None]:
    """Runs what was requested while storage is down."""
    monkeypatch.setattr(azure_blob, "client_options", lambda prompt: {"retry_total": 0, "connection_timeout": 1})

    def fail(ticks: Ticks, request: dg.RunRequest) -> None:
        with pytest.MonkeyPatch.context() as patch:
            dead = (environment.connection_string or "").rsplit(":", 1)[0] + ":9/devstoreaccount1;"
            patch.setenv("AZURE_STORAGE_CONNECTION_STRING", dead)
            assert not ticks.run(request).success

    return fail


def test_a_run_that_an_outage_failed_counts_for_nobody_and_is_followed_by_no_second_observation(
    containers: Containers,
    ticks: Ticks,
    one_attempt: None,
    impatient: None,
    outage: Callable[[Ticks, dg.RunRequest], None],
) -> None:
    upload(containers, "a")
    outage(ticks, ticks.requests()[0])
    again = ticks.tick()
    (request,) = again.run_requests
    assert ATTEMPT not in request.tags and observed(again) == []
    assert ticks.run(request).success


def test_a_catch_up_that_an_outage_failed_counts_for_nobody(
    containers: Containers,
    ticks: Ticks,
    one_attempt: None,
    impatient: None,
    outage: Callable[[Ticks, dg.RunRequest], None],
) -> None:
    upload(containers, *MANY)
    outage(ticks, ticks.requests()[0])
    (request,) = ticks.requests()
    assert (request.job_name, ATTEMPT in request.tags) == (CATCH_UP_JOB, False)


def observed(result: dg.SensorResult) -> list[tuple[str | None, str]]:
    return [(e.partition, e.tags["dagster/data_version"]) for e in result.asset_events or []]


def test_a_change_of_landing_files_is_observed_once_and_the_ui_calls_the_raw_table_unsynced_until_the_run(
    containers: Containers, ticks: Ticks
) -> None:
    """And requested runs leave nothing to request."""
    upload(containers, "a", "b")
    first = ticks.tick()
    assert [ticks.run(r).success for r in first.run_requests] == [True, True]
    assert up_to_date(ticks, 2)
    assert observed(ticks.tick()) == []
    assert _sync(ticks, "a") == "FRESH"
    containers.landing.upload("a/y.csv", weather_csv(first=48))
    second = ticks.tick()
    (request,) = second.run_requests
    assert (_sync(ticks, "a"), _sync(ticks, "b")) == ("STALE", "FRESH")
    ticks.run(request)
    assert observed(ticks.tick()) == []
    assert (_sync(ticks, "a"), _sync(ticks, "b")) == ("FRESH", "FRESH")
    assert [s for s, _ in observed(first)] == ["a", "b"] and [s for s, _ in observed(second)] == ["a"]
    assert observed(second)[0] not in observed(first)  # by its data version


def test_files_of_a_station_do_not_make_the_split_of_shared_files_unsynced(
    containers: Containers, ticks: Ticks
) -> None:
    assert run_job(ticks.instance, SHARED_JOB) == []
    upload(containers, "a", "b")
    assert [s for s, _ in observed(ticks.tick())] == ["a", "b"]
    assert _sync(ticks, None, "shared_files") == "FRESH"


def _sync(ticks: Ticks, station: str | None, asset: str = "raw_observations") -> str:
    """As the UI asks for it."""
    from dagster._core.definitions.data_version import CachingStaleStatusResolver
    from dagster._core.loader import LoadingContextForTest

    graph = defs.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(ticks.instance, graph, LoadingContextForTest(ticks.instance))
    return resolver.get_status(dg.AssetKey(asset), station).value


def test_each_station_of_a_catch_up_job_is_observed(containers: Containers, ticks: Ticks) -> None:
    upload(containers, *MANY)
    assert [s for s, _ in observed(ticks.tick())] == MANY


def test_a_failed_attempt_is_followed_by_no_second_observation_and_others_are_observed(
    containers: Containers, ticks: Ticks, impatient: None
) -> None:
    poison(containers, "a")
    ticks.run(ticks.requests()[0])
    again = ticks.tick()
    assert len(again.run_requests) == 1 and observed(again) == []
    upload(containers, "b")
    assert [s for s, _ in observed(ticks.tick())] == ["b"]


def test_ticks_write_nothing_but_observations_and_partitions(
    containers: Containers, ticks: Ticks, one_attempt: None
) -> None:
    """No evaluation without a run, nothing deleted, whatever a station does: fail, be left alone, vanish."""
    poison(containers, "a")
    upload(containers, "b")
    for request in ticks.requests():
        ticks.run(request)
    containers.landing.delete("b/x.csv")
    before = _event_rows(ticks.instance)
    for _ in range(2):
        ticks.tick()
    assert _event_rows(ticks.instance) == before


def _event_rows(instance: dg.DagsterInstance) -> list[tuple[object, ...]]:
    """All rows of Dagster's events and of its index of checks."""
    import sqlalchemy as db

    with instance.event_log_storage.index_connection() as connection:
        return [
            tuple(row)
            for table in ("event_logs", "asset_check_executions", "dynamic_partitions")
            for row in connection.execute(db.text(f"SELECT * FROM {table} ORDER BY id"))
        ]


def unroutable_state(ticks: Ticks) -> bool:
    from weather_etl.operations.run_history import last_check_evaluations

    key = dg.AssetCheckKey(dg.AssetKey("landing_files"), "unroutable_files")
    return last_check_evaluations(ticks.instance, [key])[key].passed


def test_the_first_tick_of_all_has_the_files_outside_any_folder_looked_at(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    ticks = Ticks(instance, new=True)
    (request,) = ticks.requests()
    assert request.job_name == SHARED_JOB
    assert ticks.run(request).success
    assert unroutable_state(ticks)
    assert up_to_date(ticks, 0)


def test_files_outside_any_folder_are_told_red_when_their_names_change_and_not_between(
    containers: Containers, ticks: Ticks, one_attempt: None
) -> None:
    """However often one comes and goes."""
    for names in (["lost.csv"], ["lost.csv", "lost2.csv"], [], ["lost.csv"], []):
        for blob in containers.landing.list():
            containers.landing.delete(blob.name)
        for name in names:
            containers.landing.upload(name, b"x")
        (request,) = ticks.requests()
        assert request.job_name == SHARED_JOB
        assert ticks.run(request).success
        assert not ticks.requests()
        assert unroutable_state(ticks) == (not names)


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


def test_files_written_during_the_listing_are_found_by_the_next_tick(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "LIST_PAGE", 1)
    upload(containers, "b", "c")
    page, put = container.Container.list_page, containers.landing.upload
    late = iter([("a/behind.csv", weather_csv()), ("d/ahead.csv", weather_csv())])

    def listed(container: container.Container, prefix: str, marker: str) -> bytes:
        blobs = page(container, prefix, marker)
        if container.name == containers.landing.name and (file := next(late, None)):
            put(*file)
        return blobs

    monkeypatch.setattr(container.Container, "list_page", listed)
    assert {t[PARTITION] for _ in range(2) for t in ticks.requested()} == set("abcd")


@pytest.mark.usefixtures("shared_environment", "settled")
def test_a_listing_that_fails_half_way_is_a_failed_tick_and_nothing_is_taken_for_vanished(
    ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert up_to_date(ticks, 2)
    monkeypatch.setattr(container, "LIST_PAGE", 1)
    page = container.Container.list_page

    def cut(container: container.Container, prefix: str, marker: str) -> bytes:
        blobs = page(container, prefix, marker)
        return blobs[: len(blobs) // 2] if marker else blobs

    with monkeypatch.context() as patch:
        patch.setattr(container.Container, "list_page", cut)
        with pytest.raises(dg.Failure, match="does not answer"):
            ticks.tick()
    assert up_to_date(ticks, 2)


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
