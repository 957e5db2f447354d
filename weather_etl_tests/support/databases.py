"""Databases of the suite's PostgreSQL: empty ones, and those with Dagster's empty tables, each for one test at a time.

Belongs here: making, emptying and dropping them. Does not belong here: what Dagster does with them (`histories.py`).
"""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

# What a test may have changed but the rows: names, types and rights of everything, settings, functions, schemas.
_SHAPE = """
SELECT md5(string_agg(thing, E'\\n' ORDER BY thing)) FROM (
  SELECT concat_ws(' ', nspname, relname, relkind, relacl, reloptions, attname, atttypid, atttypmod, attnotnull, attacl) thing
    FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
    WHERE nspname !~ '^(pg_|information_schema)'
  UNION ALL SELECT concat_ws(' ', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^(pg_temp|pg_toast_temp)'
  UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', tgname, tgrelid::regclass) FROM pg_trigger WHERE oid >= 16384
  UNION ALL SELECT concat_ws(' ', extname) FROM pg_extension
  UNION ALL SELECT concat_ws(' ', datacl, datconnlimit) FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT concat_ws(' ', setconfig) FROM pg_db_role_setting s JOIN pg_database d ON setdatabase = d.oid
    WHERE datname = current_database()
) things"""
_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_TABLES = "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def execute(postgres_url: str, statement: str) -> None:
    """Execute a statement of the server: in no transaction, where a database can be made."""
    with closing(_connect(postgres_url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def one(postgres_url: str | None, query: str) -> Any:
    """The one value that a query gives."""
    with closing(_connect(postgres_url or "")) as connection, connection.cursor() as cursor:
        return _one(cursor, query)


@contextmanager
def own_database(postgres_url: str) -> Iterator[str]:
    """The URL of a database with nothing in it, which is dropped at the end."""
    name = _new_name()
    execute(postgres_url, f"CREATE DATABASE {name}")
    yield url_of(postgres_url, name)
    execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def url_of(postgres_url: str, name: str) -> str:
    """The URL of another database of the server."""
    return postgres_url.replace("/postgres?", f"/{name}?")


def _new_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"


def _connect(url: str) -> Any:
    import psycopg2

    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    return connection


class Databases:
    """Copies of a prepared database, by name.

    To copy and drop one costs PostgreSQL a third of a second in a busy run of the tests, to empty it a tenth of that.
    One that a test left with another shape is dropped.
    """

    def __init__(self, postgres_url: str, prepared: str) -> None:
        self._url, self._prepared = postgres_url, prepared
        self._empty: list[str] = []
        with closing(_connect(url_of(postgres_url, prepared))) as connection, connection.cursor() as cursor:
            self._shape = _one(cursor, _SHAPE)
            self._kept = {table: _digest(cursor, table) for table in _filled(cursor)}

    def take(self) -> str:
        """The name of an empty one."""
        if self._empty:
            return self._empty.pop()
        name = _new_name()
        execute(self._url, f"CREATE DATABASE {name} TEMPLATE {self._prepared}")
        return name

    def give_back(self, name: str) -> None:
        """End whoever is connected to it, and empty or drop it."""
        if self._emptied(name):
            self._empty.append(name)
        else:
            execute(self._url, f"DROP DATABASE {name} WITH (FORCE)")

    def _emptied(self, name: str) -> bool:
        with closing(_connect(url_of(self._url, name))) as connection, connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(_OTHERS)
            if _one(cursor, _SHAPE) != self._shape:
                return False
            if any(_digest(cursor, table) != rows for table, rows in self._kept.items()):
                return False
            if filled := [table for table in _filled(cursor) if table not in self._kept]:
                cursor.execute(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE")
        return True


def _one(cursor: Any, query: str) -> Any:
    cursor.execute(query)
    return cursor.fetchone()[0]


def _digest(cursor: Any, table: str) -> str:
    return str(_one(cursor, f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {table} t"))


def _filled(cursor: Any) -> list[str]:
    """Tables with rows."""
    cursor.execute(_TABLES)
    tables = [table for (table,) in cursor.fetchall()]
    cursor.execute(" UNION ALL ".join(f"SELECT $${table}$$ WHERE EXISTS (SELECT FROM {table})" for table in tables))
    return [table for (table,) in cursor.fetchall()]
