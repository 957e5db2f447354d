"""What docs/operations.md promises of backup and restore, rehearsed: each test loses something and gets it back."""

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.operations.planning import PARTITION
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.jobs import REPORT_JOB
from weather_etl.orchestration.sensors.landing_files import landing_files_sensor
from weather_etl.serving import database, load, schema, staleness
from weather_etl.serving import database as serving_database
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.histories import in_memory
from weather_etl_tests.support.lake import observed_hours, put, with_its_own_lake
from weather_etl_tests.support.made import Made
from weather_etl_tests.support.runs import TO_DAYS, UNCHANGED, WRITTEN, process
from weather_etl_tests.support.ticks import tick


@pytest.fixture(scope="module")
def shared(shared: Containers) -> Containers:
    """Station a, all of whose tables are made."""
    shared.landing.upload("a/x.csv", weather_csv())
    process(shared)
    return shared


@pytest.fixture
def station(shared: Containers, containers: Containers) -> Containers:
    """The same landing files, and a lake that may be lost."""
    return with_its_own_lake(shared, containers)


def objects(containers: Containers) -> dict[str, bytes]:
    """Every table object but raw, whose manifest tells when a file was read; of raw the rows."""
    found = {}
    for station, table in containers.lake.stamps():
        name = containers.lake.object_name(table, station)
        if table == "raw_observations":
            raw = containers.lake.read(table, station)
            assert raw
            found[name] = repr(raw.arrow.drop_columns(["etag", "landed_at"]).to_pylist()).encode()
        else:
            found[name] = containers.lake.container.read(name)[0]
    return found


def rows_served(settings: Settings) -> int:
    with database.connect(settings) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM weather.weather_observations")
        return cursor.fetchone()[0]


def load_all(settings: Settings, containers: Containers) -> None:
    """As `weather-etl db load`."""
    with database.connect(settings) as connection:
        schema.require_schema(settings, connection)
        wanted = staleness.expected(containers.lake.stamps())
        for item in staleness.find_stale(wanted, staleness.loaded_versions(connection)):
            load.load_station(connection, containers.lake, item.station)


def requested(instance: dg.DagsterInstance) -> list[dict[str, str]]:
    """Tags of the station runs that a tick of the sensor asks for, as the daemon starts them."""
    result = tick(landing_files_sensor, instance)
    for request in result.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
    return [dict(r.tags) for r in result.run_requests or [] if PARTITION in r.tags]


def test_without_dagsters_database_the_tables_and_exactly_once_survive(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")
    job = defs.resolve_job_def("weather_etl_job")
    containers.landing.upload("a/x.csv", weather_csv())
    with in_memory() as lost:
        (tags,) = requested(lost)
        assert job.execute_in_process(instance=lost, tags=tags).success
    before = containers.lake.stamps()
    with in_memory() as empty:
        assert not requested(empty)  # nothing is stale
        containers.landing.upload("a/y.csv", weather_csv(24, first=48))
        (tags,) = requested(empty)
        assert tags[PARTITION] == "a"
        assert job.execute_in_process(instance=empty, tags=tags).success
    raw = containers.lake.read("raw_observations", "a")
    assert raw and [e["name"] for e in raw.manifest or ()] == ["a/x.csv", "a/y.csv"]
    assert raw.arrow.num_rows == 72
    assert containers.lake.stamps().keys() == before.keys()


def test_without_dagsters_database_a_station_that_is_up_to_date_gets_its_report(
    station: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_LANDING_CONTAINER", station.landing.name)
    with in_memory() as empty:  # it does not know the station
        assert run_job(empty, REPORT_JOB, station="a") == []
    assert station.lake.container.head("report/station=a/index.html")


def test_a_lost_serving_database_is_rebuilt_by_one_command(
    environment: Settings, database: str, containers: Containers, made: Made
) -> None:
    for station in "ab":
        put(containers, made(station))
    load_all(environment, containers)
    with serving_database.connect(environment) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA schema_metrics CASCADE; DROP SCHEMA weather CASCADE")
        connection.commit()
    load_all(environment, containers)
    assert rows_served(environment) == 96


def test_a_station_is_rebuilt_as_it_was_yesterday_from_yesterdays_files(containers: Containers) -> None:
    yesterday = {"a/x.csv": weather_csv(48), "a/y.csv": weather_csv(24, first=48)}
    up_to_months = (*TO_DAYS, "monthly_weather")
    for name, data in yesterday.items():
        containers.landing.upload(name, data)
    process(containers, tables=up_to_months)
    before = objects(containers)
    containers.landing.upload("a/x.csv", weather_csv(48, temperature=40.0))  # today somebody overwrote a file ...
    containers.landing.upload("a/z.csv", weather_csv(24, first=72, temperature=-60.0))  # ... and added a wrong one
    process(containers, tables=up_to_months)
    assert objects(containers) != before
    containers.landing.delete("a/z.csv")
    for name, data in yesterday.items():
        containers.landing.upload(name, data)
    process(containers, tables=up_to_months)
    assert observed_hours(containers) == 72
    after = objects(containers)
    assert after["daily_weather/station=a/data.parquet"] == before["daily_weather/station=a/data.parquet"]
    assert after["monthly_weather/station=a/data.parquet"] == before["monthly_weather/station=a/data.parquet"]


def test_a_lost_lake_is_made_again_from_landing_with_the_same_bytes(station: Containers) -> None:
    before = objects(station)
    for blob in list(station.lake.container.list()):
        station.lake.container.delete(blob.name)
    assert process(station).statuses == {WRITTEN}
    assert objects(station) == before


def test_a_lost_table_alone_is_made_again(station: Containers) -> None:
    station.lake.container.delete(station.lake.object_name("daily_weather", "a"))
    done = process(station)
    assert done["daily_weather"].status == WRITTEN
    assert done["raw_observations"].status == done["validated_observations"].status == UNCHANGED


@pytest.mark.parametrize("table", ["validated_observations", "daily_weather", "monthly_weather"])
def test_a_raised_code_version_makes_that_table_and_what_follows_and_nothing_else(
    station: Containers, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(
        fingerprints, "CODE_VERSIONS", {**fingerprints.CODE_VERSIONS, table: fingerprints.CODE_VERSIONS[table] + ".1"}
    )
    follows = {table}
    for name in TABLE_NAMES:
        if follows & set(fingerprints.INPUTS[name]):
            follows.add(name)
    done = process(station)
    assert {table for table, made in done.items() if made.status == WRITTEN} == follows
    assert done["raw_observations"].status == UNCHANGED
