"""`neighbour_events` as an asset: one object of all stations, made when tables have changed and not before."""

from functools import lru_cache

import dagster as dg
import pyarrow as pa
import pytest

from weather_etl import neighbourhood, tables
from weather_etl.definitions import defs
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import NEIGHBOURS, NEIGHBOURS_INPUTS
from weather_etl.meteorology.schemas import to_arrow
from weather_etl.operations import state_page
from weather_etl.operations.check_states import neighbours_state
from weather_etl.operations.planning import WHY
from weather_etl.orchestration.child_runs import causes, run_job
from weather_etl.orchestration.jobs import NEIGHBOURS_JOB
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors import neighbours as sensor
from weather_etl.report import publish
from weather_etl.settings import Settings
from weather_etl_tests.files import HEADER, row, weather_csv
from weather_etl_tests.meteorology.making import File, aggregated, observed
from weather_etl_tests.support.runs import LEFT, UNCHANGED, WRITTEN, execute

HOURS, BAD = 130, range(60, 66)


@lru_cache
def made(bad: range) -> dict[str, pa.Table]:
    """The tables of a station that was 12 K too warm in `bad` hours."""
    lines = [row(h, temperature=5.0 + 12.0 * (h in bad)) for h in range(HOURS)]
    validated = observed(File("\n".join([HEADER, *lines, ""]).encode())).validated
    daily = aggregated(validated).daily
    return {t: to_arrow(t, f) for t, f in zip(NEIGHBOURS_INPUTS, (validated, daily), strict=True)}


def load(
    containers: Containers, station: str, km_east: float | None, bad: range = range(0), version: str = "1"
) -> None:
    """A station as landing and lake hold it after a run."""
    containers.landing.upload(f"{station}/x.csv", weather_csv())
    if km_east is not None:
        place = f"latitude = 50.0\nlongitude = {10 + km_east / 71.7}\nelevation_m = 100.0\n"
        containers.landing.upload(f"{station}/station.toml", place.encode())
    for table, arrow in made(bad).items():
        there = containers.lake.stamp(table, station)
        containers.lake.write(table, station, arrow, fingerprint=version, if_match=there.etag if there else None)


@pytest.fixture
def network(containers: Containers) -> Containers:
    """Four stations near each other; `d` was too warm for six hours. And one without a place."""
    for number, station in enumerate("abc"):
        load(containers, station, 10.0 * number)
    load(containers, "d", 30.0, BAD)
    load(containers, "nowhere", None)
    return containers


def compare(containers: Containers, **options: object) -> tuple[dg.AssetMaterialization, dg.AssetCheckEvaluation]:
    """Run the job; what it materialized, and whether the neighbours agree."""
    result = execute(containers, NEIGHBOURS_JOB, **options)
    assert result.success, causes(result.all_events)
    (event,) = result.get_asset_materialization_events()
    checks = {e.check_name: e for e in result.get_asset_check_evaluations()}
    assert checks.keys() == {"neighbours_agree", "schema_and_keys"}
    assert checks["schema_and_keys"].passed and checks["neighbours_agree"].partition is None
    return event.step_materialization_data.materialization, checks["neighbours_agree"]


def tick(instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    resources = {"storage": StorageResource()}
    with dg.build_sensor_context(instance=instance, definitions=defs, resources=resources) as context:
        outcome = sensor.neighbour_events_sensor(context)
    assert isinstance(outcome, dg.RunRequest | dg.SkipReason)
    return outcome


def test_the_table_names_what_the_neighbours_contradict(network: Containers, environment: Settings) -> None:
    made, check = compare(network)
    assert made.metadata["status"].value == WRITTEN and made.metadata["dagster/row_count"].value == 2 * len(BAD)
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert (check.description or "").startswith(
        "Neighbours contradict 1 station: d: 6 hours of dew_point_c, 6 hours of temperature_c."
    )
    assert len(tables.read(NEIGHBOURS, settings=environment)) == 2 * len(BAD) == len(tables.read(NEIGHBOURS, "d"))
    rows = tables.read(NEIGHBOURS).query("variable == 'temperature_c'")
    assert [t.hour for t in rows["timestamp"]] == [h % 24 for h in BAD]
    assert rows["expected"].round().tolist() == [5.0] * len(BAD) and rows["neighbours_n"].tolist() == [3] * len(BAD)
    assert tables.stations(NEIGHBOURS) == ["d"] and tables.read(NEIGHBOURS, "a").empty
    state = neighbours_state(environment)
    assert state is not None and state.state == "WARN" and "d: 6 hours" in state.description


def test_nothing_is_read_and_the_check_says_the_same_while_no_table_changes(
    network: Containers, instance: dg.DagsterInstance, reads: list[str]
) -> None:
    first, said = compare(network, instance=instance)
    assert [n for n in reads if "nowhere/data" in n] == []  # it has no place
    reads.clear()
    again, repeated = compare(network, instance=instance)
    assert again.metadata["status"].value == UNCHANGED and repeated.description == said.description
    assert again.tags["dagster/data_version"] == first.tags["dagster/data_version"]
    assert [n for n in reads if n.endswith("data.parquet")] == []
    load(network, "b", 10.0, version="2")
    assert compare(network)[0].tags["dagster/data_version"] != first.tags["dagster/data_version"]


def test_the_stations_flags_do_not_depend_on_their_neighbours(network: Containers) -> None:
    before = network.lake.stamps()
    compare(network)
    assert network.lake.stamps() == before  # and no station of no name is among them


def test_below_four_stations_the_table_is_empty_and_stays(containers: Containers, environment: Settings) -> None:
    load(containers, "a", 0.0)
    made, check = compare(containers)
    assert (made.metadata["dagster/row_count"].value, check.passed) == (0, True)
    load(containers, "b", 10.0)
    assert compare(containers)[0].metadata["status"].value == UNCHANGED
    assert list(tables.read(NEIGHBOURS, settings=environment)) == tables.describe(NEIGHBOURS).index.tolist()


def test_catch_up_job_leaves_it_up_to_date_and_the_index_with_it(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    from weather_etl.orchestration.catch_up import catch_up_job

    containers.landing.upload("a/x.csv", weather_csv())
    assert run_job(instance, catch_up_job, ops={"catch_up": {"stations": ["a"]}}) == []
    assert containers.lake.stamp(NEIGHBOURS, "") is None  # who asked for one station does not wait for all
    assert run_job(instance, catch_up_job) == []
    there = containers.lake.stamp(NEIGHBOURS, "")
    assert there is not None and neighbourhood.find_stale(containers.lake.stamps(), there) is None
    assert state_page.find_stale(containers, publish.reports(containers), instance) is None
    assert b"No station is contradicted by its neighbours." in containers.lake.container.read(publish.INDEX)[0]
    assert instance.get_dynamic_partitions("station") == ["a"]


def test_the_sensor_asks_for_it_once_and_again_after_some_hours(
    network: Containers, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = tick(instance)
    assert isinstance(request, dg.RunRequest) and request.tags[WHY] == "not made yet"
    compare(network, instance=instance, tags=dict(request.tags))
    assert tick(instance) == dg.SkipReason("What neighbours say of each other is up to date.")
    load(network, "a", 0.0, version="2")
    waits = tick(instance)
    assert isinstance(waits, dg.SkipReason) and "every 6 hours at most" in (waits.skip_message or "")
    monkeypatch.setattr(sensor, "AT_MOST_EVERY_S", 0)
    later = tick(instance)
    assert isinstance(later, dg.RunRequest) and later.tags[WHY] == "tables changed"


def test_a_table_that_another_run_wrote_meanwhile_stays(network: Containers, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(network)
    load(network, "e", 40.0)
    name, original = neighbourhood.OBJECT, neighbourhood.places

    def overtaken(containers: Containers) -> object:
        data, _ = containers.lake.container.read(name)
        newer = {"fingerprint": "newer", "rows": "0"}
        containers.lake.container.write(name, data, if_match=containers.lake.stamp(NEIGHBOURS, "").etag, metadata=newer)
        return original(containers)

    monkeypatch.setattr(neighbourhood, "places", overtaken)
    assert compare(network)[0].metadata["status"].value == LEFT
    stamp = network.lake.stamp(NEIGHBOURS, "")
    assert stamp is not None and stamp.fingerprint == "newer"
