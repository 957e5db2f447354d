"""Dagster's storage in PostgreSQL on connections that stay open.

dagster-postgres opens a connection for each query, hundreds of them in a run of one station, and connecting takes
twenty times as long as asking. `dagster.yaml` names `PooledPostgresStorage`, so that every command, daemon, code server
and run has it.

Belongs here: the connections of Dagster's three storages. Does not belong here: what is stored through them, nor the
serving tables and the locks of stations, which have connections of their own.
"""

import os
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import (
    create_pg_engine,
    get_token_provider_from_config,
    pg_url_from_config,
    set_pg_statement_timeout,
)
from sqlalchemy import event, make_url

from weather_etl.private_names import ConfigurableClassData, give_engine

if TYPE_CHECKING:
    from dagster_postgres.auth import PgTokenProvider
    from sqlalchemy import Engine

KEPT_OPEN = 2  # Dagster asks a second one while it holds the first
MAX_OVERFLOW = 20  # more at a time for the threads of a daemon; closed when they are given back
RECYCLE_S = 200  # Azure's load balancer forgets a connection that was silent for 240 s
# A server that vanished without a word is noticed within a minute, where TCP alone takes a quarter of an hour.
LIBPQ = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


class ConnectionPool:
    """The connections of one Dagster instance, for its three storages.

    `KEPT_OPEN` stay open, and at most `MAX_OVERFLOW` more are open at a time. One that the server closed is replaced
    when it is next taken. A forked process leaves its parent's connections alone and opens its own.
    """

    def __init__(self, postgres_url: str, token_provider: "PgTokenProvider | None") -> None:
        self._url, self._token_provider = postgres_url, token_provider
        self._options = (0, RECYCLE_S, MAX_OVERFLOW)
        self.engine = self._create()
        _POOLS.add(self)

    def configured(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> "Engine":
        """The engine with these options: milliseconds (0: no limit), seconds, connections."""
        options = (statement_timeout, pool_recycle, max_overflow)
        if options != self._options:
            self.close()
            self._options = options
            self.engine = self._create()
        return self.engine

    def close(self) -> None:
        """Close what is open; who asks again opens anew."""
        self.engine.dispose()

    def forget(self) -> None:
        """Let go of connections that belong to another process, without closing them."""
        self.engine.dispose(close=False)

    def _create(self) -> "Engine":
        statement_timeout, pool_recycle, max_overflow = self._options
        given = make_url(self._url).query  # what the URL says stands
        engine = create_pg_engine(
            self._url,
            self._token_provider,
            isolation_level="AUTOCOMMIT",
            pool_size=KEPT_OPEN,
            max_overflow=max_overflow,
            pool_recycle=pool_recycle,
            pool_pre_ping=True,
            connect_args={name: value for name, value in LIBPQ.items() if name not in given},
        )
        if statement_timeout:
            event.listen(engine, "connect", lambda c, _: set_pg_statement_timeout(c, statement_timeout))
        return engine


_POOLS: "weakref.WeakSet[ConnectionPool]" = weakref.WeakSet()


def _forget_connections_of_the_parent() -> None:
    for pool in list(_POOLS):
        pool.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_connections_of_the_parent)


class _Pooled:
    """A storage on the connections of its instance. The tables were made before."""

    def __init__(self, pool: ConnectionPool, postgres_url: str, inst_data: ConfigurableClassData | None) -> None:
        super().__init__(postgres_url, should_autocreate_tables=False, inst_data=inst_data)  # type: ignore[call-arg]
        self._pool = pool
        self._known: set[str] = set()
        give_engine(self, pool.engine)

    def _asked_once(self, what: str, ask: Callable[[], bool]) -> bool:
        """Whether the schema has something. What it has it keeps, so that a yes is not asked for again.

        Dagster asks before each check result, partition and run: a hundred queries in a run of one station.
        """
        if what not in self._known and ask():
            self._known.add(what)
        return what in self._known

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None:
        """What the webserver asks for, by its options `--db-statement-timeout` and `--db-pool-...`."""
        give_engine(self, self._pool.configured(statement_timeout, pool_recycle, max_overflow))


class PooledEventLogStorage(_Pooled, PostgresEventLogStorage):
    def has_table(self, table_name: str) -> bool:
        ask = super().has_table
        return self._asked_once(table_name, lambda: ask(table_name))

    def has_asset_key_col(self, column_name: str) -> bool:
        ask = super().has_asset_key_col
        return self._asked_once(f"asset_keys.{column_name}", lambda: ask(column_name))

    def dispose(self) -> None:
        """End watching, then close the connections: an instance disposes of this storage last."""
        super().dispose()
        self._pool.close()


class PooledRunStorage(_Pooled, PostgresRunStorage):
    def has_run_stats_index_cols(self) -> bool:
        return self._asked_once("runs.start_time", super().has_run_stats_index_cols)

    def has_backfill_id_column(self) -> bool:
        return self._asked_once("runs.backfill_id", super().has_backfill_id_column)


class PooledScheduleStorage(_Pooled, PostgresScheduleStorage):
    pass


class PooledPostgresStorage(DagsterPostgresStorage):
    """Dagster's storage in PostgreSQL, with the configuration of its parent: `postgres_url`, or `postgres_db` ..."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
        token_provider: "PgTokenProvider | None" = None,
    ) -> None:
        super().__init__(postgres_url, should_autocreate_tables, inst_data, token_provider)  # makes missing tables
        self._pool = ConnectionPool(postgres_url, token_provider)
        self._pooled_events = PooledEventLogStorage(self._pool, postgres_url, inst_data)
        self._pooled_runs = PooledRunStorage(self._pool, postgres_url, inst_data)
        self._pooled_schedules = PooledScheduleStorage(self._pool, postgres_url, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PooledPostgresStorage":
        return cls(
            pg_url_from_config(config_value),
            config_value.get("should_autocreate_tables", True),
            inst_data,
            get_token_provider_from_config(config_value),
        )

    @property
    def event_log_storage(self) -> PooledEventLogStorage:
        return self._pooled_events

    @property
    def run_storage(self) -> PooledRunStorage:
        return self._pooled_runs

    @property
    def schedule_storage(self) -> PooledScheduleStorage:
        return self._pooled_schedules
