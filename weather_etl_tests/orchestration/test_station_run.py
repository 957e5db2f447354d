"""What one run over a station tells Dagster: a materialization per table, a result per check, however little was to do."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import dagster as dg
import pytest

from weather_etl.checks import TABLE_CHECKS
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import CODE_VERSIONS, INPUTS, TABLE_NAMES
from weather_etl.lake.table_objects import Lake
from weather_etl_tests.files import HEADER, row, weather_csv
from weather_etl_tests.support.histories import in_memory
from weather_etl_tests.support.lake import reads_of, tables, with_its_own_lake
from weather_etl_tests.support.runs import HOURS, UNCHANGED, WRITTEN, Processed, process, process_hours, run

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


@dataclass
class FirstRun:
    """Of station a with two days, and what its instance of Dagster kept of it."""

    containers: Containers
    result: dg.ExecuteInProcessResult
    storage_ids: dict[str, int]


@pytest.fixture(scope="module")
def first_run(shared: Containers) -> FirstRun:
    shared.landing.upload("a/x.csv", weather_csv())
    with in_memory() as instance:
        result = run(instance, "a", shared)
        records = instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    return FirstRun(shared, result, {record.asset_key.path[-1]: record.storage_id for record in records})


@pytest.fixture
def station(first_run: FirstRun, containers: Containers) -> Containers:
    """Station a after this run; its landing files are those of all tests, its lake is the test's own."""
    return with_its_own_lake(first_run.containers, containers)


def test_a_materialization_carries_fingerprint_code_version_and_the_versions_of_its_inputs(first_run: FirstRun) -> None:
    stamps = first_run.containers.lake.stamps()
    carried = {table: stamp.fingerprint for (station, table), stamp in stamps.items() if station == "a"}
    events = materializations(first_run.result)
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


def test_a_check_result_carries_its_station_and_the_materialization_that_it_is_about(first_run: FirstRun) -> None:
    evaluations = first_run.result.get_asset_check_evaluations()
    assert {(e.asset_key.path[-1], e.check_name) for e in evaluations} == ASKED
    for e in evaluations:
        assert e.partition == "a", e.check_name
        stored = first_run.storage_ids[e.asset_key.path[-1]]
        assert e.target_materialization_data.storage_id == stored, e.check_name


@dataclass
class Twice:
    """Two runs of a station after each other, with nothing new between them."""

    first: Processed
    again: Processed
    stamps: tuple[Any, Any]  # after each
    read: list[str]  # names of what the second read


@pytest.fixture(scope="module")
def twice(shared: Containers) -> Twice:
    shared.landing.upload("twice/x.csv", weather_csv(1100) + b"cut\r\n" + weather_csv(1112).splitlines()[-1])
    with in_memory() as instance, pytest.MonkeyPatch.context() as patch:
        first, stamps = process(shared, "twice", instance=instance), shared.lake.stamps()
        names = reads_of(patch)
        again = process(shared, "twice", instance=instance)
    return Twice(first, again, (stamps, shared.lake.stamps()), names)


def test_numbers_of_a_station_s_checks_are_text_so_that_no_plot_joins_stations(twice: Twice) -> None:
    evaluations = twice.first.evaluations.values()
    figures = [value for e in evaluations for name, value in e.metadata.items() if name != "cases"]
    assert {type(f) for f in figures} == {dg.TextMetadataValue}
    assert twice.first.check("row_balance").metadata["data_lines"].value == "1,102"


def test_a_run_with_nothing_new_says_all_it_said_before_and_writes_nothing(twice: Twice) -> None:
    assert twice.again.keys() == set(TABLE_NAMES) and twice.again.statuses == {UNCHANGED}
    assert twice.again.evaluations.keys() == ASKED and said(twice.again) == said(twice.first)
    assert twice.stamps[1] == twice.stamps[0]


def test_the_page_of_an_unchanged_table_stays_as_it_was(twice: Twice) -> None:
    for table in TABLE_NAMES:
        assert twice.again[table].metadata == {**twice.first[table].metadata, "status": UNCHANGED}, table


def test_an_unchanged_run_reads_no_table_and_no_file(twice: Twice) -> None:
    assert twice.read == []


def test_a_new_hour_leaves_no_table_behind_and_a_raised_version_only_what_it_concerns(
    station: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "CODE_VERSIONS", {**CODE_VERSIONS, "climate_normals": "raised"})
    done = process(station)
    assert {t for t, made in done.items() if made.status == WRITTEN} == {"climate_normals"}
    assert done.evaluations.keys() == ASKED


@pytest.fixture(scope="module")
def fresh(shared: Containers) -> Processed:
    """A station that reported two hours ago."""
    shared.landing.upload("live/station.toml", b"live = true\n")
    shared.landing.upload("live/x.csv", live_csv(hours_ago=2))
    return process(shared, "live")


def test_freshness_is_told_as_of_now_although_the_table_is_unchanged(
    shared: Containers, fresh: Processed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weather_etl.checks import observations

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(hours=30)

    monkeypatch.setattr(observations, "datetime", Tomorrow)
    done = process(shared, "live")
    assert done.statuses == {UNCHANGED}
    assert (fresh.check("freshness").passed, done.check("freshness").passed) == (True, False)
    assert re.search(r", 3[23] hours ago, and may be 26 hours old;", done.check("freshness").description)


@pytest.mark.parametrize(("hours", "passed"), [(2, False), (4, True)])
def test_a_station_says_how_old_its_newest_hour_may_be(containers: Containers, hours: int, passed: bool) -> None:
    containers.landing.upload("a/station.toml", f"live = true\nfresh_hours = {hours}\n".encode())
    containers.landing.upload("a/x.csv", live_csv(hours_ago=3))
    first, again = process_hours(containers), process_hours(containers)
    assert again.statuses == {UNCHANGED}
    assert [first.check("freshness").passed, again.check("freshness").passed] == [passed, passed]


def test_a_table_of_a_live_station_has_the_same_bytes_whenever_it_is_made(
    shared: Containers, fresh: Processed, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weather_etl.checks import observations

    live = with_its_own_lake(shared, containers, "live")
    before = tables(live, "live")
    later = observations.age_of_newest_hour

    def tomorrow(check: Any, newest: Any, fresh_hours: Any, *, now: datetime) -> Any:
        return later(check, newest, fresh_hours, now=now + timedelta(hours=30))

    monkeypatch.setattr(observations, "age_of_newest_hour", tomorrow)
    done = process(live, "live", full=True)
    assert done.statuses == {WRITTEN} and not done.check("freshness").passed
    assert tables(live, "live") == before


@pytest.mark.parametrize("table", ["raw_observations", "daily_weather"])
def test_a_table_made_by_older_code_without_recorded_checks_is_made_anew(station: Containers, table: str) -> None:
    expected = tables(station)
    lake = station.lake
    stored = lake.read(table, "a")
    lake.write(
        table,
        "a",
        stored.arrow,
        fingerprint=stored.stamp.fingerprint,
        if_match=stored.stamp.etag,
        manifest=stored.manifest,
    )
    done = process(station)
    assert done[table].status == WRITTEN and done.evaluations.keys() == ASKED
    assert tables(station) == expected
    assert process(station).statuses == {UNCHANGED}


def test_a_downstream_table_carries_the_fingerprint_of_its_input_as_it_was_read(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raw is replaced after the run has taken stock and before it reads raw."""
    up_to_days = (*HOURS, "daily_weather")
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers, tables=up_to_days)
    read, waiting = Lake.read, [True]

    def overtaken(self: Lake, name: str, *arguments: Any) -> Any:
        if name == "raw_observations" and waiting and waiting.pop():
            containers.landing.upload("a/y.csv", weather_csv(24, first=48))
            process(containers, tables=["raw_observations"])
        return read(self, name, *arguments)

    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", "")  # else the second run waits for the lock of the first
    monkeypatch.setattr(Lake, "read", overtaken)
    done = process(containers, tables=["quarantined_rows", "validated_observations", "quality_events"], full=True)
    assert done.statuses == {WRITTEN}
    assert containers.lake.stamp("validated_observations", "a").rows == 72
    after = process(containers, tables=up_to_days)
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
    with in_memory() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    (failed,) = [e for e in result.all_events if e.is_step_failure]
    assert failed.step_failure_data.user_failure_data.description.startswith("No station was given: choose a partition")
