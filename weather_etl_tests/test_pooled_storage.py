"""Dagster's storage on connections that stay open, on a real PostgreSQL that is restarted under it.

Belongs here: how many connections there are, and that they heal. Does not belong here: what Dagster stores.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psycopg2
import pytest

from weather_etl.local import ownership, postgres
from weather_etl.pooled_storage import KEPT_OPEN, LIBPQ, MAX_OVERFLOW, PooledPostgresStorage
from weather_etl.private_names import engine_of
from weather_etl_tests.conftest import CHECKOUT, temporary_root
from weather_etl_tests.support.waiting import until


@contextmanager
def opened(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The instance of the checkout's own `dagster.yaml`."""
    monkeypatch.setenv(ownership.DATABASE, url)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "UseDevelopmentStorage=true")
    folder.mkdir(exist_ok=True)
    shutil.copy(CHECKOUT / "dagster.yaml", folder)
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


@pytest.fixture
def instance(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    with opened(database, tmp_path / "home", monkeypatch) as storage_of_run:
        yield storage_of_run


@pytest.fixture
def connections(database: str) -> Iterator[Callable[[], int]]:
    """How many connections there are to the test's database, ours not counted."""
    asking = psycopg2.connect(database.replace("+psycopg2", ""))
    asking.autocommit = True

    def count() -> int:
        with asking.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return cursor.fetchone()[0]

    yield count
    asking.close()


def pids(instance: dg.DagsterInstance) -> set[int]:
    """The server's processes that answer the three storages, one after the other."""
    found = set()
    for storage in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
        with engine_of(storage).connect() as connection:
            found.add(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
    return found


def test_the_instance_of_the_checkout_has_the_pooled_storage(instance: dg.DagsterInstance) -> None:
    assert type(instance.event_log_storage).__module__ == PooledPostgresStorage.__module__


def test_one_connection_answers_query_after_query_of_all_three_storages(instance: dg.DagsterInstance) -> None:
    assert len(pids(instance) | pids(instance)) == 1


def test_a_run_leaves_no_more_connections_than_are_kept_open(
    instance: dg.DagsterInstance, connections: Callable[[], int]
) -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def job() -> None:
        nothing()

    assert job.execute_in_process(instance=instance).success
    assert 1 <= connections() <= KEPT_OPEN


def test_threads_share_the_pool_and_leave_what_is_kept_open(
    instance: dg.DagsterInstance, connections: Callable[[], int]
) -> None:
    barrier = threading.Barrier(12)

    def ask(number: int) -> bool:
        barrier.wait(30)
        instance.add_dynamic_partitions("station", [f"s{number}"])
        return instance.has_dynamic_partition("station", f"s{number}")

    with ThreadPoolExecutor(12) as threads:
        assert all(threads.map(ask, range(12)))
    # The server counts a connection until its process has ended.
    until("the end of those that were given back", lambda: connections() <= KEPT_OPEN)


def test_never_more_connections_are_open_than_are_allowed(
    instance: dg.DagsterInstance, connections: Callable[[], int]
) -> None:
    engine = engine_of(instance.run_storage)
    held = [engine.connect() for _ in range(KEPT_OPEN + MAX_OVERFLOW)]
    waiting = threading.Thread(target=lambda: engine.connect().close(), daemon=True)
    waiting.start()
    waiting.join(0.5)  # time enough to open one more, if that were allowed
    try:
        assert waiting.is_alive() and connections() == KEPT_OPEN + MAX_OVERFLOW
    finally:
        for connection in held:
            connection.close()
        waiting.join(30)


def test_a_disposed_instance_leaves_no_connection(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connections: Callable[[], int]
) -> None:
    with opened(database, tmp_path, monkeypatch) as instance:
        instance.get_runs()
        assert instance.schedule_storage.all_instigator_state() == []
        assert connections() == 1
    until("PostgreSQL sees that the last connection is closed", lambda: connections() == 0)


def test_an_instance_that_is_asked_after_it_was_disposed_of_answers(instance: dg.DagsterInstance) -> None:
    instance.dispose()
    assert instance.get_runs() == []


def test_two_instances_of_a_process_keep_their_own_databases(
    services, prepared_database: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = services.postgres_url.replace("/postgres?", f"/{prepared_database}?")
    with opened(database, tmp_path / "a", monkeypatch) as one, opened(other, tmp_path / "b", monkeypatch) as two:
        one.add_dynamic_partitions("station", ["a"])
        assert two.get_dynamic_partitions("station") == [] and one.get_dynamic_partitions("station") == ["a"]
        two.dispose()
        assert one.get_dynamic_partitions("station") == ["a"]


def test_a_closed_instance_leaves_the_connections_of_another_alone(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(database, tmp_path / "a", monkeypatch) as one:
        before = pids(one)
        with opened(database, tmp_path / "b", monkeypatch) as two:
            two.get_runs()
        assert pids(one) == before


def test_watching_a_run_goes_on_and_ends_with_the_instance(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()

    @dg.op
    def nothing() -> None: ...

    @dg.job
    def job() -> None:
        nothing()

    run_id = "00000000-0000-4000-8000-000000000001"
    with opened(database, tmp_path, monkeypatch) as instance:
        instance.watch_event_logs(run_id, None, lambda entry, cursor: seen.set())
        job.execute_in_process(instance=instance, run_id=run_id)
        assert seen.wait(30)
    assert not [t.name for t in threading.enumerate() if run_id in t.name]


def test_the_webservers_limit_holds_for_statements_of_all_three_storages(instance: dg.DagsterInstance) -> None:
    instance.optimize_for_webserver(statement_timeout=1234, pool_recycle=100, max_overflow=5)
    for storage in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
        with engine_of(storage).connect() as connection:
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "1234ms"
    assert len(pids(instance)) == 1


def test_elsewhere_statements_are_not_limited(instance: dg.DagsterInstance) -> None:
    with engine_of(instance.run_storage).connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"


def test_what_the_address_says_about_a_connection_stands(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        opened(f"{database}&keepalives_idle=77&options=-cwork_mem%3D5MB", tmp_path, monkeypatch) as instance,
        engine_of(instance.run_storage).connect() as connection,
    ):
        given = connection.connection.dbapi_connection.get_dsn_parameters()
        assert given["keepalives_idle"] == "77"
        assert given["keepalives_interval"] == str(LIBPQ["keepalives_interval"])
        assert connection.exec_driver_sql("SHOW work_mem").scalar() == "5MB"


FORK = """
import os, sys
import dagster as dg
from weather_etl.private_names import engine_of

def pid(instance):
    with engine_of(instance.run_storage).connect() as connection:
        return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()

with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    before = pid(instance)
    child = os.fork()
    if not child:
        os._exit(0 if pid(instance) not in (before, None) else 3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the child took its parent's connection"
    assert pid(instance) == before, "the parent lost its connection"
"""


def test_a_forked_process_opens_connections_of_its_own(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORK, str(tmp_path / "home")],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture
def own_postgres() -> Iterator[postgres.PostgresFiles]:
    """A PostgreSQL that a test may stop and start."""
    with temporary_root() as root:
        (root / ".local").mkdir(mode=0o711)
        files = postgres.PostgresFiles(root / ".local" / "postgres")
        postgres.start(files, lambda line: None)
        try:
            yield files
        finally:
            postgres.stop_running(files)


def test_a_restarted_server_is_healed_at_the_next_query(
    own_postgres: postgres.PostgresFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    with opened(own_postgres.url, tmp_path, monkeypatch) as instance:
        instance.add_dynamic_partitions("station", ["a"])
        engine = engine_of(instance.run_storage)
        for connection in [engine.connect() for _ in range(KEPT_OPEN)]:
            connection.close()  # now all that are kept are open
        postgres.stop_running(own_postgres)
        postgres.start(own_postgres, lambda line: None)
        assert instance.get_dynamic_partitions("station") == ["a"]
        assert instance.get_runs() == []
        assert instance.schedule_storage.all_instigator_state() == []
    assert "Retrying" not in caplog.text


def test_a_restarted_server_is_healed_in_a_webserver_too(
    own_postgres: postgres.PostgresFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    with opened(own_postgres.url, tmp_path, monkeypatch) as instance:
        instance.optimize_for_webserver(statement_timeout=15_000, pool_recycle=3600, max_overflow=20)
        instance.get_runs()
        postgres.stop_running(own_postgres)
        postgres.start(own_postgres, lambda line: None)
        assert instance.get_runs() == []
    assert "Retrying" not in caplog.text


def test_missing_tables_are_made(
    own_postgres: postgres.PostgresFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(own_postgres.url, tmp_path, monkeypatch) as instance:
        assert instance.get_runs() == [] and instance.event_log_storage.has_table("event_logs")


def test_what_the_schema_has_is_asked_for_once_and_what_it_lacks_again(
    instance: dg.DagsterInstance, database: str
) -> None:
    from sqlalchemy import event

    events, runs = instance.event_log_storage, instance.run_storage
    engine, asked = engine_of(events), []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def questions(ask: Callable[[], bool], answer: bool) -> int:
        asked.clear()
        assert ask() is answer
        return len(asked)

    yes = [
        lambda: events.has_table("asset_check_executions"),
        lambda: events.has_asset_key_col("cached_status_data"),
        runs.has_run_stats_index_cols,
        runs.has_backfill_id_column,
    ]
    assert [questions(ask, True) > 0 for ask in yes] == [True] * 4
    assert [questions(ask, True) for ask in yes] == [0] * 4
    assert not events.has_table("made_later")
    with psycopg2.connect(database.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later ()")
    assert questions(lambda: events.has_table("made_later"), True) > 0
    assert questions(lambda: events.has_table("made_later"), True) == 0
