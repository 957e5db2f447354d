"""Dagster's histories: in PostgreSQL as an installation has it, or in memory for tests that do not look at where it lies.

Belongs here: configuring and making them. Does not belong here: databases (`conftest.py`).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import in_memory as event_log
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import in_memory as runs
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
    """As `DagsterInstance.ephemeral()`, on connections that stay open: a run asks a thousand times, on as many."""
    # Which version of the tables these are is asked where they are migrated, and to write it down takes Alembic's time.
    with patch(f"{runs.__name__}.stamp_alembic_rev"), patch(f"{event_log.__name__}.stamp_alembic_rev"):
        return dg.DagsterInstance(
            instance_type=InstanceType.EPHEMERAL,
            local_artifact_storage=TemporaryLocalArtifactStorage(),
            run_storage=_Runs(),
            event_storage=_Events(),
            compute_log_manager=NoOpComputeLogManager(),
            run_coordinator=DefaultRunCoordinator(),
            run_launcher=SyncInMemoryRunLauncher(),
        )


@pytest.fixture
def memory_instance() -> Iterator[dg.DagsterInstance]:
    """One for each test; a file that wants no other calls it `instance`."""
    with in_memory() as opened:
        yield opened


def _on_one_connection(engine: Engine) -> Engine:
    return create_engine(engine.url, poolclass=StaticPool, connect_args={"check_same_thread": False})


class _Events(event_log.InMemoryEventLogStorage):
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


class _Runs(runs.InMemoryRunStorage):
    def __init__(self) -> None:
        super().__init__()
        self._engine = _on_one_connection(self._engine)
        self._lock = threading.RLock()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._lock, self._engine.connect() as connection, connection.begin():
            yield connection
