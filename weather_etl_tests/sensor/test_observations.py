"""What a tick tells Dagster: files that changed, partitions, files in no station's folder."""

import dagster as dg

from weather_etl.definitions import defs
from weather_etl.lake.connection import Containers
from weather_etl.orchestration.child_runs import run_job
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.ticks import MANY, SHARED_JOB, Ticks, observed, poison, up_to_date, upload


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
