"""Runs that died are seen by the sensor: by their silence."""

import dagster as dg

from weather_etl.lake.connection import Containers
from weather_etl.operations import planning
from weather_etl.operations.planning import ATTEMPT, PARENT, PARTITION
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.ticks import CATCH_UP_JOB, DEAD, MANY, Ticks, sentence, upload


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
