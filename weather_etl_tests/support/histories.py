"""Dagster's histories: in PostgreSQL as an installation has it, or in memory for tests that do not look at where it lies.

Belongs here: configuring and making them. Does not belong here: databases (`conftest.py`).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.in_memory import InMemoryEventLogStorage
from dagster._core.storage.runs.in_memory import InMemoryRunStorage
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool


def configure(folder: Path, database: str) -> None:
    """Write a `dagster.yaml` with the storage that an installation has.

    What a run prints is not kept: catching it takes four processes a run (`test_compute_logs.py` is about it).
    """
    (folder / "dagster.yaml").write_text(
        "storage:\n  custom:\n    module: weather_etl.pooled_storage\n    class: PooledPostgresStorage\n"
        f"    config:\n      postgres_url: '{database}'\ntelemetry:\n  enabled: false\n"
        "compute_logs:\n  module: dagster._core.storage.noop_compute_log_manager\n  class: NoOpComputeLogManager\n"
    )


def in_memory() -> dg.DagsterInstance:
    """`DagsterInstance.ephemeral()`, on a connection that stays open: a run asks a thousand times, on as many."""
    instance = dg.DagsterInstance.ephemeral()
    for attribute, storage in (("_event_storage", _Events()), ("_run_storage", _Runs())):
        getattr(instance, attribute).dispose()
        setattr(instance, attribute, storage)
        storage.register_instance(instance)
    return instance


def _on_one_connection(engine: Engine) -> Engine:
    return create_engine(engine.url, poolclass=StaticPool, connect_args={"check_same_thread": False})


class _Events(InMemoryEventLogStorage):
    def __init__(self) -> None:
        super().__init__()
        self._engine = _on_one_connection(self._engine)
        self._tables: set[str] = set()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._db_lock, self._engine.connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables


class _Runs(InMemoryRunStorage):
    def __init__(self) -> None:
        super().__init__()
        self._engine = _on_one_connection(self._engine)
        self._lock = threading.RLock()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._lock, self._engine.connect() as connection, connection.begin():
            yield connection
