"""The serving tables in a real PostgreSQL, loaded from tables in a real Azurite."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg2
import pyarrow as pa
import pytest

from weather_etl.definitions import defs
from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers, connect
from weather_etl.meteorology import schemas
from weather_etl.operations.planning import PARTITION
from weather_etl.orchestration.catch_up import catch_up_job
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.sensors import serving as serving_sensor_module
from weather_etl.serving import copy_format, database, load, revise, schema, staleness, tables
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support import ticks as ticks_of_sensors
from weather_etl_tests.support.databases import own_database
from weather_etl_tests.support.histories import memory_instance
from weather_etl_tests.support.killed import Kill, kill_in
from weather_etl_tests.support.lake import Objects, objects, put
from weather_etl_tests.support.made import Made
from weather_etl_tests.support.runs import process
from weather_etl_tests.support.ticks import Ticks


@pytest.fixture(scope="module")
def landed(shared: Containers) -> dict[str, Objects]:
    """Stations that landed a file of two days in `shared` and were made of it: their objects."""
    for station in "ab":
        shared.landing.upload(f"{station}/x.csv", weather_csv())
        process(shared, station)
    return {station: objects(shared, station) for station in "ab"}


@pytest.fixture
def at_landing(
    environment: Settings, monkeypatch: pytest.MonkeyPatch, landed: dict[str, Objects], shared: Containers
) -> None:
    """The landing container of the test, after `environment` has given it another, is that of these stations."""
    monkeypatch.setenv("WEATHER_ETL_LANDING_CONTAINER", shared.landing.name)


class Serving:
    """The serving database of one test."""

    def __init__(self, settings: Settings, containers: Containers, made: Made, landed: dict[str, Objects]) -> None:
        self.settings = settings
        self.containers = containers
        self.made = made
        self.landed = landed
        self.url = database.serving_url(settings).replace("+psycopg2", "")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement: str) -> Any:
        return self.rows(statement)[0][0]

    def lake(self, station: str = "a", **files: bytes) -> None:
        """Lay tables into the lake that a run made of a station's files, one of two days by default."""
        known = None if files else self.landed.get(station)
        put(self.containers, known or self.made(station, **files))

    def load(self, station: str = "a", **options: Any) -> dict[str, load.Loaded]:
        with database.connect(self.settings) as connection:
            schema.require_schema(self.settings, connection)
            return {r.table: r for r in load.load_station(connection, self.containers.lake, station, **options)}

    def stale(self) -> dict[str, str]:
        with database.connect(self.settings) as connection:
            wanted = staleness.expected(self.containers.lake.stamps())
            return {s.station: s.why for s in staleness.find_stale(wanted, staleness.loaded_versions(connection))}

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows with the transactions that wrote them."""
        names = (*(s.name for s in tables.SERVED), tables.LOADS)
        return {n: sorted(self.rows(f"SELECT xmin::text, t::text FROM weather.{n} t")) for n in names}


@pytest.fixture
def empty(
    environment: Settings, database: str, containers: Containers, made: Made, landed: dict[str, Objects]
) -> Serving:
    """A database of the test's own, without the tables."""
    return Serving(environment, containers, made, landed)


@pytest.fixture(scope="module")
def migrated(services: Services) -> Iterator[str]:
    """The URL of one database with the tables; migrating one for each test would take minutes."""
    with own_database(services.postgres_url) as url:
        schema.upgrade(Settings(serving_url=url))
        yield url


@pytest.fixture
def serving(
    environment: Settings,
    migrated: str,
    containers: Containers,
    made: Made,
    landed: dict[str, Objects],
    monkeypatch: pytest.MonkeyPatch,
) -> Serving:
    """The migrated database without rows."""
    monkeypatch.setenv("WEATHER_ETL_SERVING_URL", migrated)
    opened = Serving(Settings.load(), containers, made, landed)
    opened.rows(f"TRUNCATE {', '.join(f'weather.{n}' for n in (*(s.name for s in tables.SERVED), tables.LOADS))}")
    return opened


instance = memory_instance


def test_the_migrated_tables_are_those_of_the_contracts(empty: Serving) -> None:
    from alembic import command

    schema.upgrade(empty.settings)
    command.check(schema.alembic_config(empty.settings))  # raises with the differences


def test_a_revision_is_written_for_a_column_that_no_migration_makes(
    empty: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As before the newest one was written that only adds a column; the URL stands in `.env` alone."""
    from alembic import command

    shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path / "migrations")
    (newest,) = (tmp_path / "migrations" / "versions").glob("0005_*.py")
    newest.unlink()
    url = database.serving_url(empty.settings)
    (tmp_path / ".env").write_text(f"WEATHER_ETL_SERVING_URL={url}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for variable in ("WEATHER_ETL_SERVING_URL", "WEATHER_ETL_POSTGRES_URL"):
        monkeypatch.setenv(variable, "")
    revise.main("When an hour was observed")
    (written,) = (tmp_path / "migrations" / "versions").glob("0005_*.py")
    assert str(written) in capsys.readouterr().out
    assert "sa.Column('observed_at'" in written.read_text("utf-8").replace('"', "'")
    schema.upgrade(Settings.load())
    command.check(schema.alembic_config(Settings.load()))


def test_a_revision_without_a_database_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("WEATHER_ETL_SERVING_URL", "WEATHER_ETL_POSTGRES_URL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(SystemExit, match="No serving database is configured"):
        revise.main("x")


def test_every_table_has_the_key_of_its_contract(serving: Serving) -> None:
    keys = serving.rows(
        "SELECT c.relname, array_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid CROSS JOIN generate_series(1, i.indnkeyatts) n "
        "WHERE i.indisunique AND c.relnamespace = 'weather'::regnamespace GROUP BY 1"
    )
    found = {table: tuple(c.strip('"') for c in columns) for table, columns in keys}
    wanted = {s.name: s.contract.key for s in tables.SERVED}
    wanted["weather_files"] = ("station_id", "md5(landing_file)")  # a name may be longer than an entry of an index
    assert wanted.items() <= found.items()


def test_every_column_has_the_comment_of_its_contract(serving: Serving) -> None:
    rows = serving.rows(
        "SELECT table_name, column_name, col_description(format('weather.%I', table_name)::regclass, ordinal_position) "
        "FROM information_schema.columns WHERE table_schema = 'weather'"
    )
    expected = {(s.name, c.name, c.comment) for s in tables.SERVED for c in s.contract.columns}
    assert expected <= set(rows)


def test_two_upgrades_at_the_same_time_take_turns(empty: Serving, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "weather_etl.cli", "db", "upgrade"]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}  # not in the checkout, whose .env would win
    both = [subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0], said
    assert empty.one("SELECT count(*) FROM weather.alembic_version") == 1


def test_an_upgrade_keeps_the_rows(serving: Serving) -> None:
    serving.lake()
    serving.load()
    before = serving.everything()
    schema.upgrade(serving.settings)
    assert serving.everything() == before


def test_the_first_load_creates_the_tables(empty: Serving) -> None:
    empty.lake()
    assert empty.load()["weather_observations"].rows == 48


@pytest.mark.parametrize(
    ("revision", "known", "sentence"), [("9999", False, "newer than this program"), ("0001", True, "db upgrade")]
)
def test_tables_of_another_revision_are_not_touched(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, revision: str, known: bool, sentence: str
) -> None:
    serving.lake()
    serving.load()
    revision_of_database = schema.Revision(revision, "0004", known)
    monkeypatch.setattr(schema, "revision", lambda _: revision_of_database)
    with pytest.raises(database.ServingUnavailable, match=sentence):
        serving.load()


def test_the_reader_may_read_and_not_write(serving: Serving) -> None:
    serving.lake()
    serving.load()
    read = serving.rows("SET ROLE weather_reader; SELECT count(*) FROM schema_metrics.weather_metrics")
    assert read == [(48,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        serving.rows("SET ROLE weather_reader; DELETE FROM weather.weather_daily")


def test_the_metrics_view_has_the_shape_and_units_of_the_older_table(serving: Serving) -> None:
    serving.lake()
    serving.load()
    columns = serving.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'weather_metrics' ORDER BY ordinal_position"
    )
    assert [c for (c,) in columns] == [
        "timestamp", "temperature_c", "humidity_percent", "wind_speed_kmh", "wind_bearing_deg", "visibility_km",
        "pressure_mbar", "wind_power_kw",
    ]  # fmt: skip
    stored = serving.containers.lake.read("validated_observations", "a")
    assert stored
    served = serving.rows(
        "SELECT timestamp, wind_speed_kmh, pressure_mbar FROM schema_metrics.weather_metrics ORDER BY 1"
    )
    assert [r[0] for r in served] == stored.arrow.column("timestamp").to_pylist()
    assert [r[1] for r in served] == pytest.approx([v * 3.6 for v in stored.arrow.column("wind_speed_ms").to_pylist()])
    assert [r[2] for r in served] == stored.arrow.column("pressure_msl_hpa").to_pylist()


def test_every_value_arrives_as_it_was(serving: Serving) -> None:
    rows = copy_format.CHUNK_ROWS + 2  # the last chunk is a short one
    some = pa.table(
        {
            "words": pa.array((["", "é\N{SNOWMAN}", None, "long " * 50] * rows)[:rows]),
            "coded": pa.array(([None, "x", "yy"] * rows)[:rows]).dictionary_encode(),
            "number": pa.array(([0.1, -0.0, None, 1e-300] * rows)[:rows]),
            "whole": pa.array(([None, -(2**62), 7] * rows)[:rows], pa.int64()),
            "small": pa.array(([0, 255] * rows)[:rows], pa.uint8()),
            "yes": pa.array(([True, None, False] * rows)[:rows]),
            "day": pa.array(([date(1871, 3, 1), None, date(2024, 2, 29)] * rows)[:rows]),
            "moment": pa.array(
                ([datetime(1999, 12, 31, 23, tzinfo=UTC), None] * rows)[:rows], pa.timestamp("us", "UTC")
            ),
        }
    )
    with closing(psycopg2.connect(serving.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(
            "CREATE TEMP TABLE t (words text, coded text, number float8, whole bigint, small smallint, yes boolean, "
            "day date, moment timestamptz)"
        )
        cursor.copy_expert("COPY t FROM STDIN (FORMAT binary)", io.BytesIO(b"".join(copy_format.encode(some))))
        cursor.execute("SELECT * FROM t")
        assert cursor.fetchall() == list(zip(*(c.to_pylist() for c in some.columns), strict=True))


def test_a_nul_character_is_replaced_since_postgresql_cannot_hold_it() -> None:
    assert "a\N{REPLACEMENT CHARACTER}b".encode() in b"".join(copy_format.encode(pa.table({"x": ["a\0b"]})))


@pytest.mark.parametrize("served", tables.SERVED[:3], ids=lambda s: s.name)
def test_the_rows_served_are_those_of_the_lake(serving: Serving, served: tables.Served) -> None:
    serving.lake(x=weather_csv(24 * 40))
    serving.load()
    stored = serving.containers.lake.read(served.source, "a")
    columns = ", ".join(served.contract.column_names)
    rows = serving.rows(f"SELECT {columns} FROM weather.{served.name} ORDER BY 2")
    assert stored and rows == [tuple(r[c] for c in served.contract.column_names) for r in stored.arrow.to_pylist()]


def test_the_manifest_is_served_with_rejected_files(serving: Serving) -> None:
    serving.lake(bad=b"PAR1", x=weather_csv())
    serving.load()
    rows = serving.rows("SELECT landing_file, state, reason, rows, archived FROM weather.weather_files ORDER BY 1")
    assert rows == [("a/bad.csv", "rejected", "NOT_CSV", None, False), ("a/x.csv", "ingested", None, 48, False)]


def test_a_second_load_changes_nothing(serving: Serving) -> None:
    serving.lake()
    serving.load()
    before = serving.everything()
    assert {r.status for r in serving.load().values()} == {load.UNCHANGED}
    assert serving.everything() == before


def test_a_full_load_of_the_same_rows_rewrites_none(serving: Serving) -> None:
    serving.lake()
    serving.load()
    assert {(r.inserted, r.removed) for r in serving.load(full=True).values()} == {(0, 0)}


def test_only_rows_that_differ_are_written(serving: Serving) -> None:
    serving.containers.landing.upload("a/x.csv", weather_csv())
    process(serving.containers)
    serving.load()
    serving.containers.landing.upload("a/y.csv", weather_csv(24, first=36, temperature=9.0))
    process(serving.containers)
    done = serving.load()["weather_observations"]
    assert (done.inserted, done.removed, done.rows) == (24, 12, 60)


def test_rows_of_other_stations_stay(serving: Serving) -> None:
    for station in "ab":
        serving.lake(station)
        serving.load(station)
    serving.lake("a", x=weather_csv(24))
    serving.load("a")
    assert serving.rows("SELECT station_id, count(*) FROM weather.weather_observations GROUP BY 1 ORDER BY 1") == [
        ("a", 24),
        ("b", 48),
    ]


def test_a_reader_sees_the_old_rows_until_all_tables_are_in(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    serving.lake()
    serving.load()
    serving.lake(x=weather_csv(24))
    seen = []
    swap = load.swap

    def looked_at(*arguments: Any) -> load.Loaded:
        done = swap(*arguments)
        seen.append(serving.one("SELECT count(*) FROM weather.weather_observations"))
        return done

    monkeypatch.setattr(load, "swap", looked_at)
    serving.load()
    assert seen == [48] * len(tables.SERVED)
    assert serving.one("SELECT count(*) FROM weather.weather_observations") == 24


def test_rows_are_compared_by_hashing_whatever_the_planner_takes_an_empty_table_for(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.lake()
    seen = []
    swap = load.swap

    def asked(cursor: Any, *rest: Any) -> load.Loaded:
        cursor.execute("SHOW enable_nestloop")
        seen.append(cursor.fetchone())
        return swap(cursor, *rest)

    monkeypatch.setattr(load, "swap", asked)
    serving.load()
    assert set(seen) == {("off",)}


def test_a_load_that_is_killed_leaves_the_old_rows(serving: Serving) -> None:
    serving.lake()
    serving.load()
    before = serving.everything()
    serving.lake(x=weather_csv(24))

    def load_until_killed(kill: Kill) -> None:
        swap = load.swap

        def die(cursor: Any, served: tables.Served, *rest: Any) -> load.Loaded:
            done = swap(cursor, served, *rest)
            if served.name == "weather_daily":
                kill()
            return done

        load.swap = die
        with connect(serving.settings) as own, database.connect(serving.settings) as connection:
            load.load_station(connection, own.lake, "a")

    kill_in(load_until_killed)
    assert serving.everything() == before
    assert serving.load()["weather_observations"].rows == 24


def test_two_loads_of_a_station_take_turns(serving: Serving) -> None:
    serving.lake()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(serving.load, "aa"))
    assert sorted(d["weather_observations"].status for d in done) == [load.LOADED, load.UNCHANGED]


def test_a_station_that_left_the_lake_is_removed(serving: Serving) -> None:
    serving.lake()
    serving.load()
    for blob in list(serving.containers.lake.container.list()):
        serving.containers.lake.container.delete(blob.name)
    assert serving.stale() == {"a": staleness.GONE}
    serving.load()
    assert {len(rows) for rows in serving.everything().values()} == {0}
    assert serving.stale() == {}


def test_a_new_column_in_the_contract_loads_its_table_again(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    serving.lake()
    serving.load()
    contract = schemas.Table("weather_daily", "", "", tables.DAILY.contract.columns[:-1], tables.DAILY.contract.key)
    changed = tables.Served("weather_daily", "daily_weather", contract)
    served = tuple(changed if s is tables.DAILY else s for s in tables.SERVED)
    for module in (load, staleness):
        monkeypatch.setattr(module, "SERVED", served)
    assert serving.stale() == {"a": staleness.BEHIND}
    assert [r.table for r in serving.load().values() if r.status == load.LOADED] == ["weather_daily"]


def test_rows_of_another_station_in_a_table_are_refused(serving: Serving) -> None:
    serving.lake("a")
    serving.lake("b")
    lake = serving.containers.lake
    serving.load("b")
    served = serving.rows("SELECT xmin::text, d::text FROM weather.weather_daily d")
    theirs, ours = lake.read("daily_weather", "b"), lake.stamp("daily_weather", "a")
    lake.write("daily_weather", "a", theirs.arrow, fingerprint="mixed up", if_match=ours.etag)
    with pytest.raises(UserError, match="daily_weather of station a holds rows of station b"):
        serving.load("a")
    assert serving.rows("SELECT xmin::text, d::text FROM weather.weather_daily d") == served


def test_a_value_that_postgresql_does_not_take_is_one_stations_trouble(serving: Serving) -> None:
    serving.lake("a")
    serving.lake("b")
    serving.load("b")
    serving.rows("ALTER TABLE weather.weather_daily ADD CONSTRAINT no_a CHECK (station_id <> 'a')")
    try:
        with pytest.raises(UserError, match="Station a is not served as it is in the lake: PostgreSQL does not take"):
            serving.load("a")
    finally:  # the database serves the other tests too
        serving.rows("ALTER TABLE weather.weather_daily DROP CONSTRAINT no_a")
    assert serving.one("SELECT count(*) FROM weather.weather_observations WHERE station_id = 'a'") == 0
    assert set(serving.load("b")) >= {"weather_daily"}


def test_an_unknown_station_is_one_sentence(serving: Serving) -> None:
    with pytest.raises(load.NothingToLoad, match="weather-etl run -s nowhere"):
        serving.load("nowhere")


def test_a_dead_database_is_one_sentence_without_the_password(serving: Serving) -> None:
    settings = Settings(serving_url="postgresql+psycopg2://someone:hunter2@127.0.0.1:9/x")
    with pytest.raises(database.ServingUnavailable) as caught, database.connect(settings):
        pass
    assert "WEATHER_ETL_SERVING_URL" in str(caught.value) and "hunter2" not in str(caught.value)


def serve(instance: dg.DagsterInstance, station: str, **tags: str) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("serving_job").execute_in_process(
        instance=instance, tags={PARTITION: station, **tags}, raise_on_error=False
    )


def carry_out(instance: dg.DagsterInstance, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    """A run of a single station that the sensor asked for, and registered."""
    instance.add_dynamic_partitions(PARTITIONS_NAME, [request.tags[PARTITION]])
    return serve(instance, request.tags[PARTITION], **request.tags)


def break_daily(containers: Containers, station: str) -> None:
    """Leave a table in the lake that cannot be loaded."""
    stamp = containers.lake.stamp("daily_weather", station)
    assert stamp
    rows = pa.table({"station_id": [station]})
    containers.lake.write("daily_weather", station, rows, fingerprint=stamp.fingerprint, if_match=stamp.etag)


@pytest.mark.usefixtures("at_landing")
def test_a_station_that_cannot_be_loaded_does_not_stop_another(serving: Serving, instance: dg.DagsterInstance) -> None:
    for station in "ab":
        serving.lake(station)
    break_daily(serving.containers, "a")
    failures = run_job(instance, catch_up_job)
    assert len(failures) == 1 and "daily_weather of station a has no column" in failures[0]
    assert serving.rows("SELECT DISTINCT station_id FROM weather.weather_observations") == [("b",)]


def test_every_selected_table_is_materialized_loaded_or_unchanged(
    serving: Serving, instance: dg.DagsterInstance
) -> None:
    serving.lake()
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["a"])

    def statuses() -> dict[str, str]:
        result = serve(instance, "a")
        assert result.success
        events = result.get_asset_materialization_events()
        made = [e.step_materialization_data.materialization for e in events]
        assert {m.partition for m in made} == {"a"}
        (check,) = result.get_asset_check_evaluations()
        assert (check.check_name, check.passed, check.partition) == ("station_served", True, "a")
        return {m.asset_key.path[-1]: m.metadata["status"].value for m in made}

    names = [served.name for served in tables.SERVED]
    assert statuses() == dict.fromkeys(names, load.LOADED)
    assert statuses() == dict.fromkeys(names, load.UNCHANGED)


def test_where_no_serving_database_is_set_the_tables_are_green_and_say_that_they_are_off(
    empty: Serving, instance: dg.DagsterInstance
) -> None:
    empty.lake()
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["a"])
    result = serve(instance, "a")
    assert result.success
    made = [e.step_materialization_data.materialization for e in result.get_asset_materialization_events()]
    assert {m.metadata["status"].value for m in made} == {"off"}
    assert empty.one("SELECT to_regclass('weather.weather_observations') IS NULL")


def tick(ticks: Ticks) -> dg.SensorResult:
    return ticks_of_sensors.tick(serving_sensor_module.serving_sensor, ticks.instance)


def test_the_sensor_requests_what_differs_and_then_nothing(serving: Serving, instance: dg.DagsterInstance) -> None:
    for station in "ab":
        serving.lake(station)
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["a", "b"])
    ticks = Ticks(instance)
    requests = tick(ticks).run_requests
    assert [r.tags[PARTITION] for r in requests] == ["a", "b"]
    assert [carry_out(instance, r).success for r in requests] == [True, True]
    assert "All 2 stations are served" in tick(ticks).skip_reason.skip_message


def test_the_sensor_waits_for_a_station_whose_tables_are_being_made(
    serving: Serving, instance: dg.DagsterInstance
) -> None:
    serving.lake()
    ticks = Ticks(instance)
    ticks.create_run({PARTITION: "a"}, dg.DagsterRunStatus.STARTED)
    assert "Waiting for a" in tick(ticks).skip_reason.skip_message


def test_the_sensor_has_a_forgotten_station_removed(serving: Serving, instance: dg.DagsterInstance) -> None:
    serving.lake()
    serving.load()
    for blob in list(serving.containers.lake.container.list()):
        serving.containers.lake.container.delete(blob.name)
    ticks = Ticks(instance)
    (request,) = tick(ticks).run_requests
    assert carry_out(instance, request).success
    assert serving.one("SELECT count(*) FROM weather.weather_observations") == 0


def test_a_station_that_keeps_failing_to_load_is_left_alone(
    serving: Serving, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
    serving.lake()
    break_daily(serving.containers, "a")
    ticks = Ticks(instance)
    assert not carry_out(instance, tick(ticks).run_requests[0]).success
    assert "a: failed as often as is allowed" in tick(ticks).skip_reason.skip_message


@pytest.mark.usefixtures("at_landing")
def test_a_dead_serving_database_fails_the_tick_and_leaves_the_lake_up_to_date(
    serving: Serving, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")
    monkeypatch.setenv("WEATHER_ETL_SERVING_URL", "postgresql+psycopg2://someone:hunter2@127.0.0.1:9/x")
    for station in "ab":
        serving.lake(station)
    ticks = Ticks(instance)
    with pytest.raises(dg.Failure, match="PostgreSQL does not answer"):
        tick(ticks)
    assert ticks.tick().skip_reason.skip_message == "All 2 stations are up to date."


def test_a_station_that_is_being_loaded_can_be_processed(
    serving: Serving, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")
    serving.containers.landing.upload("a/x.csv", weather_csv())
    ticks = Ticks(instance)
    ticks.create_run({PARTITION: "a"}, dg.DagsterRunStatus.STARTED, job="serving_job")
    assert [t[PARTITION] for t in ticks.requested()] == ["a"]


@pytest.mark.parametrize("variable", ["WEATHER_ETL_SERVING_URL", "WEATHER_ETL_POSTGRES_URL"])
def test_the_sensor_is_off_unless_there_is_a_database(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    assert serving_sensor_module.default_status().value == "STOPPED"
    monkeypatch.setenv(variable, "postgresql+psycopg2://x")
    assert serving_sensor_module.default_status().value == "RUNNING"


def test_the_sensor_does_nothing_until_the_tables_are_there_beside_the_history(
    empty: Serving, instance: dg.DagsterInstance
) -> None:
    empty.lake()
    ticks = Ticks(instance)
    assert "No serving tables are set up; set WEATHER_ETL_SERVING_URL" in tick(ticks).skip_reason.skip_message
    schema.upgrade(empty.settings)
    assert [r.tags[PARTITION] for r in tick(ticks).run_requests] == ["a"]
