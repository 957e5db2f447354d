"""A station that fails is tried again, then left alone, and its last run says so; an outage counts for nobody."""

from collections.abc import Callable

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.ingestion import merge
from weather_etl.lake import azure_blob
from weather_etl.lake.connection import Containers
from weather_etl.operations import planning
from weather_etl.operations.overview import station_states
from weather_etl.operations.planning import ATTEMPT, PARENT, PARTITION
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.sensors import landing_files
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.runs import break_the_contract
from weather_etl_tests.support.ticks import (
    CATCH_UP_JOB,
    DEAD,
    MANY,
    TWO,
    Ticks,
    last_run,
    observed,
    poison,
    sentence,
    stations,
    up_to_date,
    upload,
)


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
