"""The weather report as an asset: published beside the tables, requested when they change, one station at a time."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from weather_etl.pipeline import process_station

from weather_etl import schedules
from weather_etl.definitions import defs
from weather_etl.errors import UserError
from weather_etl.lake.storage import Containers
from weather_etl.operations.planning import PARTITION, RANGE_END, RANGE_START
from weather_etl.report import publish
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.files import weather_csv


@pytest.fixture
def instance(database: str, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_text(
        f"storage:\n  postgres:\n    postgres_url: '{database}'\ntelemetry:\n  enabled: false\n"
    )
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as found:
        yield found


def load(containers: Containers, station: str, hours: int = 48) -> None:
    """Land a file and make the tables."""
    containers.landing.upload(f"{station}/x.csv", weather_csv(hours))
    list(process_station(containers, station))


def run(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("weather_report_job").execute_in_process(
        instance=instance, tags=tags, raise_on_error=False
    )


def tick(instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(instance=instance, definitions=defs)
    found = schedules.weather_report_sensor(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def requested(instance: dg.DagsterInstance) -> list[dict[str, str]]:
    found = tick(instance)
    if isinstance(found, dg.SkipReason):
        return []
    for request in found.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
    return [dict(r.tags) for r in found.run_requests or []]


def test_a_report_lies_beside_the_tables_as_a_page_for_browsers(containers: Containers) -> None:
    load(containers, "a")
    publish.publish_report(containers, "a")
    data, _ = containers.lake.container.read("report/station=a/index.html")
    properties = containers.lake.container._client.get_blob_client("report/station=a/index.html").get_blob_properties()
    assert data.startswith(b"<!DOCTYPE html>")
    assert properties.content_settings.content_type == "text/html; charset=utf-8"


def test_a_report_is_not_taken_for_a_table(containers: Containers) -> None:
    load(containers, "a")
    publish.publish_report(containers, "a")
    assert "report" not in {table for _, table in containers.lake.stamps()}


def test_a_report_is_made_once_and_again_when_its_tables_change(containers: Containers) -> None:
    load(containers, "a")
    assert publish.publish_report(containers, "a").written
    assert not publish.publish_report(containers, "a").written
    load(containers, "a", hours=72)
    assert publish.publish_report(containers, "a").written


def test_a_report_without_tables_is_one_sentence(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with pytest.raises(UserError, match="has never been made; run `weather-etl run` first"):
        publish.publish_report(containers, "a")


def test_the_index_follows_the_reports(containers: Containers) -> None:
    load(containers, "a")
    publish.publish_report(containers, "a")
    assert publish.publish_index(containers).written
    assert not publish.publish_index(containers).written
    load(containers, "b")
    publish.publish_report(containers, "b")
    assert publish.publish_index(containers).figures == {"stations": 2}
    data, _ = containers.lake.container.read(publish.INDEX)
    assert b'href="station=a/index.html"' in data and b'href="station=b/index.html"' in data


def test_a_run_logs_the_pictures_of_each_report_and_the_index(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    load(containers, "a")
    result = run(instance, {PARTITION: "a"})
    assert result.success
    report = instance.get_latest_materialization_event(dg.AssetKey("weather_report"))
    assert report and report.asset_materialization
    assert report.asset_materialization.partition == "a"
    assert "data:image/svg+xml;base64," in str(report.asset_materialization.metadata["rose"].value)
    assert instance.get_latest_materialization_event(dg.AssetKey("station_index"))


def test_a_station_without_tables_does_not_keep_the_others_from_their_reports(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    load(containers, "b")
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["a", "b"])
    result = run(instance, {RANGE_START: "a", RANGE_END: "b"})
    assert not result.success
    assert set(publish.reports(containers)) == {"b"}
    logged = [e.dagster_event for e in instance.all_logs(result.run_id) if e.dagster_event]
    made = [e.asset_check_evaluation_data for e in logged if e.event_type_value == "ASSET_CHECK_EVALUATION"]
    assert {(e.partition, e.passed) for e in made} == {("a", False), ("b", True)}
    assert containers.lake.container.head(publish.INDEX)


def test_the_sensor_requests_what_is_stale_and_then_nothing(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    load(containers, "a")
    load(containers, "b")
    (tags,) = requested(instance)
    assert (tags[RANGE_START], tags[RANGE_END], tags["weather_etl/why"]) == ("a", "b", "no report yet")
    assert run(instance, tags).success
    assert tick(instance) == dg.SkipReason("All 2 reports are up to date.")
    load(containers, "a", hours=72)
    assert [t["weather_etl/why"] for t in requested(instance)] == ["tables changed"]


def test_the_sensor_waits_for_a_station_whose_tables_are_not_complete(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    list(process_station(containers, "a", tables=["raw_observations", "validated_observations"]))
    assert requested(instance) == []


def test_the_daily_reconcile_says_why_it_runs() -> None:
    from datetime import UTC, datetime

    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 1, 2, 3, 30, tzinfo=UTC))
    request = schedules.full_reconcile(context)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["weather_etl/why"] == "daily reconcile of 2026-01-02"
