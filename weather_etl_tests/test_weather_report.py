"""The weather report as an asset: published beside the tables, requested when they change, a run per station."""

from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.lake.connection import Containers
from weather_etl.operations import state_page
from weather_etl.operations.planning import ATTEMPT, PARTITION, TARGET, WHY
from weather_etl.orchestration import schedules
from weather_etl.orchestration.child_runs import causes
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors import report
from weather_etl.orchestration.sensors.report import weather_report_sensor
from weather_etl.report import publish
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.lake import put
from weather_etl_tests.support.made import Made
from weather_etl_tests.support.runs import LEFT, UNCHANGED, WRITTEN, execute

REPORT_JOB, INDEX_JOB = "weather_report_job", "station_index_job"
Load = Callable[..., None]


@pytest.fixture
def load(containers: Containers, made: Made) -> Load:
    """Lands a file, and lays the tables of such a file into the lake."""

    def load(station: str, hours: int = 48) -> None:
        data = weather_csv(hours)
        containers.landing.upload(f"{station}/x.csv", data)
        put(containers, made(station, x=data))

    return load


def draw(containers: Containers, job: str, station: str | None = None, **options: object) -> dg.AssetMaterialization:
    """Run a job of the pages; what it materialized."""
    result = execute(containers, job, station, **options)
    assert result.success, causes(result.all_events)
    (event,) = result.get_asset_materialization_events()
    return event.step_materialization_data.materialization


def status(made: dg.AssetMaterialization) -> object:
    return made.metadata["status"].value


def tick(instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    resources = {"storage": StorageResource()}
    with dg.build_sensor_context(instance=instance, definitions=defs, resources=resources) as context:
        outcome = weather_report_sensor(context)
    assert isinstance(outcome, dg.SensorResult | dg.SkipReason)
    return outcome


def requested(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    outcome = tick(instance)
    return [] if isinstance(outcome, dg.SkipReason) else list(outcome.run_requests or [])


def test_a_report_is_a_page_beside_the_tables_made_once_with_its_pictures_and_again_when_its_tables_change(
    containers: Containers, load: Load, instance: dg.DagsterInstance
) -> None:
    load("a")
    first = draw(containers, REPORT_JOB, "a", instance=instance)
    assert status(first) == WRITTEN
    data, _ = containers.lake.container.read("report/station=a/index.html")
    properties = containers.lake.container.client.get_blob_client("report/station=a/index.html").get_blob_properties()
    assert data.startswith(b"<!DOCTYPE html>")
    assert properties.content_settings.content_type == "text/html; charset=utf-8"
    assert "report" not in {table for _, table in containers.lake.stamps()}
    assert "data:image/svg+xml;base64," in str(first.metadata["rose"].value)
    unchanged = draw(containers, REPORT_JOB, "a", instance=instance)
    assert (status(unchanged), unchanged.metadata["rose"]) == (UNCHANGED, first.metadata["rose"])
    load("a", hours=72)
    again = draw(containers, REPORT_JOB, "a", instance=instance)
    assert status(again) == WRITTEN
    assert again.tags["dagster/data_version"] != first.tags["dagster/data_version"]


def test_a_report_without_tables_is_one_sentence(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    result = execute(containers, REPORT_JOB, "a")
    assert causes(result.all_events) == [
        "validated_observations of station a has never been made; materialize it first."
    ]


def test_a_page_that_another_run_wrote_meanwhile_stays(
    containers: Containers, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("a")

    def overtaken(*arguments: object) -> object:
        containers.lake.container.write("report/station=a/index.html", b"newer", if_match=None)
        return original(*arguments)

    original = publish.station_page
    monkeypatch.setattr(publish, "station_page", overtaken)
    assert status(draw(containers, REPORT_JOB, "a")) == LEFT
    assert containers.lake.container.read("report/station=a/index.html")[0] == b"newer"


def test_the_sensor_requests_what_is_stale_then_the_index_which_follows_the_reports_and_then_nothing(
    containers: Containers, load: Load, instance: dg.DagsterInstance
) -> None:
    load("a")
    load("b")
    runs = requested(instance)
    assert [(r.job_name, r.tags[PARTITION], r.tags[WHY]) for r in runs] == [
        (REPORT_JOB, "a", "no report yet"),
        (REPORT_JOB, "b", "no report yet"),
    ]
    draw(containers, REPORT_JOB, "a", instance=instance, tags=dict(runs[0].tags))
    assert status(draw(containers, INDEX_JOB)) == WRITTEN
    assert status(draw(containers, INDEX_JOB)) == UNCHANGED
    draw(containers, REPORT_JOB, "b", instance=instance, tags=dict(runs[1].tags))
    (index,) = requested(instance)
    assert index.job_name == INDEX_JOB
    made = draw(containers, INDEX_JOB, instance=instance, tags=dict(index.tags))
    assert made.metadata["stations"].value == 2
    data, _ = containers.lake.container.read(publish.INDEX)
    assert b'href="station=a/index.html"' in data and b'href="station=b/index.html"' in data
    assert tick(instance) == dg.SkipReason("All 2 reports are up to date.")
    load("a", hours=72)
    assert [r.tags[WHY] for r in requested(instance)] == ["tables changed"]


def test_many_stale_reports_share_one_run_of_catch_up_job(
    containers: Containers, made: Made, instance: dg.DagsterInstance
) -> None:
    stations = [f"s{n}" for n in range(7)]
    for station in stations:  # whose tables nobody opens
        put(containers, {name.replace("=a/", f"={station}/"): o for name, o in made().items()})
    (run,) = requested(instance)
    assert run.job_name == "catch_up_job"
    assert run.run_config["ops"]["catch_up"]["config"] == {"stations": stations, "tables_only": False}
    assert run.tags["dagster/priority"] == "-1"


def test_a_report_that_keeps_failing_is_given_up(
    containers: Containers, load: Load, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    load("a")
    (run,) = requested(instance)
    monkeypatch.setattr(publish, "station_page", lambda *_: 1 / 0)
    result = execute(containers, REPORT_JOB, "a", instance=instance, tags=dict(run.tags))
    assert "ZeroDivisionError" in causes(result.all_events)[0]
    outcome = tick(instance)
    assert isinstance(outcome, dg.SkipReason) and "1 given up" in (outcome.skip_message or "")
    assert run.tags[TARGET]


def test_an_index_that_could_not_be_made_is_tried_again_after_a_while(
    containers: Containers, load: Load, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("a")
    draw(containers, REPORT_JOB, "a", instance=instance)
    (index,) = requested(instance)
    with monkeypatch.context() as patch:
        patch.setattr(state_page, "make_page", lambda *_: 1 / 0)
        assert not execute(containers, INDEX_JOB, instance=instance, tags=dict(index.tags)).success
    assert tick(instance) == dg.SkipReason(
        "The index of the reports could not be made; see the runs of station_index_job."
    )
    with monkeypatch.context() as patch:
        patch.setattr(report, "RETRY_DELAY_S", 0)
        (again,) = requested(instance)
    assert (again.job_name, again.tags[ATTEMPT]) == (INDEX_JOB, "2")


def test_the_sensor_waits_for_a_station_whose_tables_are_not_complete(
    containers: Containers, made: Made, instance: dg.DagsterInstance
) -> None:
    early = ("raw_observations", "validated_observations")
    put(containers, {name: o for name, o in made().items() if name.startswith(early)})
    assert requested(instance) == []


def test_the_daily_reconcile_says_why_it_runs() -> None:
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 2, 3, 30, tzinfo=UTC))
    request = schedules.full_reconcile(context)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["weather_etl/why"] == "daily reconcile of 2026-01-02"
