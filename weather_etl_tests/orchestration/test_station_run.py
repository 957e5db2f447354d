"""What one run over a station tells Dagster: a materialization per table, a result per check, however little was to do."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import dagster as dg
import pytest

from weather_etl.checks import TABLE_CHECKS
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import CODE_VERSIONS, INPUTS, TABLE_NAMES
from weather_etl_tests.files import HEADER, row, weather_csv
from weather_etl_tests.support.lake import tables
from weather_etl_tests.support.runs import UNCHANGED, WRITTEN, Processed, process, run

ASKED = {(check.table, check.name) for check in TABLE_CHECKS}


def said(done: Processed) -> dict[Any, Any]:
    """What the checks of a run said, without when and by whom."""
    return {
        key: (e.passed, e.severity, e.description, {n: v.value for n, v in e.metadata.items()})
        for key, e in done.evaluations.items()
    }


def materializations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    found = [e.step_materialization_data.materialization for e in result.get_asset_materialization_events()]
    return {m.asset_key.path[-1]: m for m in found}


def live_csv(*, hours_ago: int) -> bytes:
    """Two days whose last hour is so many hours ago."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours_ago + 47)
    return "\n".join([HEADER, *(row(h, start=start) for h in range(48))]).encode()


def test_a_materialization_carries_fingerprint_code_version_and_the_versions_of_its_inputs(
    containers: Containers,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance, "a", containers)
    carried = {table: stamp.fingerprint for (_, table), stamp in containers.lake.stamps().items()}
    events = materializations(result)
    assert events.keys() == set(TABLE_NAMES)
    for table, materialization in events.items():
        tags = materialization.tags
        assert materialization.partition == "a"
        assert tags["dagster/data_version"] == carried[table]
        assert tags["dagster/code_version"] == CODE_VERSIONS[table]
        inputs = {k.rsplit("/", 1)[-1]: v for k, v in tags.items() if k.startswith("dagster/input_data_version/")}
        # Of partitioned inputs Dagster keeps a hash over the versions of the partitions that went in: here, of one.
        shown = {"quality_events": ("validated_observations",)}.get(table, INPUTS[table])
        assert {i: inputs[i] for i in shown} == {i: sha256(carried[i].encode()).hexdigest() for i in shown}


def test_a_check_result_carries_its_station_and_the_materialization_that_it_is_about(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance, "a", containers)
        records = instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    stored = {record.asset_key.path[-1]: record.storage_id for record in records}
    evaluations = result.get_asset_check_evaluations()
    assert {(e.asset_key.path[-1], e.check_name) for e in evaluations} == ASKED
    for e in evaluations:
        assert e.partition == "a", e.check_name
        assert e.target_materialization_data.storage_id == stored[e.asset_key.path[-1]], e.check_name


def test_numbers_of_a_station_s_checks_are_text_so_that_no_plot_joins_stations(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(1100) + b"cut\r\n")
    done = process(containers)
    figures = [value for e in done.evaluations.values() for name, value in e.metadata.items() if name != "cases"]
    assert {type(f) for f in figures} == {dg.TextMetadataValue}
    assert done.check("row_balance").metadata["data_lines"].value == "1,101"


def test_a_run_with_nothing_new_says_all_it_said_before_and_writes_nothing(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48) + b"cut\r\n" + weather_csv(60).splitlines()[-1])
    with dg.DagsterInstance.ephemeral() as instance:
        first = process(containers, instance=instance)
        before = containers.lake.stamps()
        again = process(containers, instance=instance)
    assert again.keys() == set(TABLE_NAMES) and again.statuses == {UNCHANGED}
    assert again.evaluations.keys() == ASKED and said(again) == said(first)
    assert containers.lake.stamps() == before


def test_the_page_of_an_unchanged_table_stays_as_it_was(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    with dg.DagsterInstance.ephemeral() as instance:
        first = process(containers, instance=instance)
        again = process(containers, instance=instance)
    for table in TABLE_NAMES:
        assert again[table].metadata == {**first[table].metadata, "status": UNCHANGED}, table


def test_an_unchanged_run_reads_no_table_and_no_file(containers: Containers, reads: list[str]) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    reads.clear()
    process(containers)
    assert reads == []


def test_a_new_hour_leaves_no_table_behind_and_a_raised_version_only_what_it_concerns(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    monkeypatch.setattr(fingerprints, "CODE_VERSIONS", {**CODE_VERSIONS, "climate_normals": "raised"})
    done = process(containers)
    assert {t for t, made in done.items() if made.status == WRITTEN} == {"climate_normals"}
    assert done.evaluations.keys() == ASKED


def test_freshness_is_told_as_of_now_although_the_table_is_unchanged(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weather_etl.checks import observations

    containers.landing.upload("a/station.toml", b"live = true\n")
    containers.landing.upload("a/x.csv", live_csv(hours_ago=2))
    fresh = process(containers).check("freshness")

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=30)

    monkeypatch.setattr(observations, "datetime", Tomorrow)
    done = process(containers)
    assert done.statuses == {UNCHANGED}
    assert (fresh.passed, done.check("freshness").passed) == (True, False)
    assert re.search(r", 3[23] hours ago, and may be 26 hours old;", done.check("freshness").description)


@pytest.mark.parametrize(("hours", "passed"), [(2, False), (4, True)])
def test_a_station_says_how_old_its_newest_hour_may_be(containers: Containers, hours: int, passed: bool) -> None:
    containers.landing.upload("a/station.toml", f"live = true\nfresh_hours = {hours}\n".encode())
    containers.landing.upload("a/x.csv", live_csv(hours_ago=3))
    first, again = process(containers), process(containers)
    assert again.statuses == {UNCHANGED}
    assert [first.check("freshness").passed, again.check("freshness").passed] == [passed, passed]


def test_a_table_of_a_live_station_has_the_same_bytes_whenever_it_is_made(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weather_etl.checks import observations

    containers.landing.upload("a/station.toml", b"live = true\n")
    containers.landing.upload("a/x.csv", live_csv(hours_ago=2))
    process(containers)
    before = tables(containers)
    later = observations.age_of_newest_hour

    def tomorrow(check: Any, newest: Any, fresh_hours: Any, *, now: datetime) -> Any:
        return later(check, newest, fresh_hours, now=now + timedelta(hours=30))

    monkeypatch.setattr(observations, "age_of_newest_hour", tomorrow)
    assert not process(containers, full=True).check("freshness").passed
    assert tables(containers) == before


@pytest.mark.parametrize("table", ["raw_observations", "daily_weather"])
def test_a_table_made_by_older_code_without_recorded_checks_is_made_anew(containers: Containers, table: str) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    expected = tables(containers)
    lake = containers.lake
    stored = lake.read(table, "a")
    lake.write(
        table,
        "a",
        stored.arrow,
        fingerprint=stored.stamp.fingerprint,
        if_match=stored.stamp.etag,
        manifest=stored.manifest,
    )
    done = process(containers)
    assert done[table].status == WRITTEN and done.evaluations.keys() == ASKED
    assert tables(containers) == expected
    assert process(containers).statuses == {UNCHANGED}


def test_a_downstream_table_carries_the_fingerprint_of_its_input_as_it_was_read(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raw is replaced after the run has taken stock and before it reads raw."""
    from weather_etl.orchestration.resources import ParquetIOManager

    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    read, waiting = ParquetIOManager._read, [True]

    def overtaken(self: Any, name: str, station: str) -> Any:
        if waiting and waiting.pop():
            containers.landing.upload("a/y.csv", weather_csv(24, first=48))
            process(containers, tables=["raw_observations"])
        return read(self, name, station)

    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", "")  # else the second run waits for the lock of the first
    monkeypatch.setattr(ParquetIOManager, "_read", overtaken)
    done = process(containers, tables=["quarantined_rows", "validated_observations", "quality_events"], full=True)
    assert done.statuses == {WRITTEN}
    assert containers.lake.stamp("validated_observations", "a").rows == 72
    after = process(containers)
    assert [after[table].status for table in done] == [UNCHANGED] * 3
    assert after["daily_weather"].status == WRITTEN


def test_a_table_whose_input_was_never_made_is_one_sentence(containers: Containers) -> None:
    from weather_etl.errors import UserError

    containers.landing.upload("a/x.csv", weather_csv())
    with pytest.raises(UserError, match=r"^validated_observations of station a has never been made; materialize it"):
        process(containers, tables=["daily_weather"])


def test_a_run_without_a_station_says_how_to_give_one(containers: Containers) -> None:
    from weather_etl_tests.support.runs import graph

    job = graph().resolve_job_def("weather_etl_job")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    (failed,) = [e for e in result.all_events if e.is_step_failure]
    assert failed.step_failure_data.user_failure_data.description.startswith("No station was given: choose a partition")
