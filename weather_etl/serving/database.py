"""The serving database: connections, and the way to its newest schema.

Belongs here: connecting, errors in one sentence without the password, migrations (alembic, `migrations/`).
Does not belong here: which tables there are (`tables.py`), loading them (`load.py`).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weather_etl import postgres
from weather_etl.errors import UserError
from weather_etl.serving.tables import SCHEMA
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config
    from psycopg2.extensions import connection as Connection

MIGRATIONS = Path(__file__).with_name("migrations")
CONNECT_TIMEOUT_S = 5
# A load waits so long for another one of the same station, and a statement may take so long.
_LOCK_TIMEOUT, _STATEMENT_TIMEOUT = "60s", "10min"
_alembic = threading.Lock()  # alembic keeps its state in modules; a code server ticks sensors in threads


class ServingUnavailable(UserError):
    """The serving database does not answer, refuses us, or has not the schema that this program needs."""


def serving_url(settings: Settings) -> str:
    """`WEATHER_ETL_SERVING_URL`, else the server of Dagster's history.

    Raises:
        ServingUnavailable: neither is set, or it is of another kind.
    """
    url = settings.serving_url or settings.postgres_url
    if not url:
        raise ServingUnavailable(
            "No serving database is configured; set WEATHER_ETL_SERVING_URL, or run `weather-etl local up`."
        )
    if not postgres.is_address(url):
        raise ServingUnavailable(f"{_variable(settings)} must begin with {postgres.SCHEME}; correct it.")
    return url


def _variable(settings: Settings) -> str:
    return "WEATHER_ETL_SERVING_URL" if settings.serving_url else "WEATHER_ETL_POSTGRES_URL"


@contextmanager
def connect(settings: Settings) -> Iterator["Connection"]:
    """A connection to the serving database; what goes wrong on it becomes one sentence.

    Raises:
        ServingUnavailable: it does not answer, refuses us, or lacks a table or column.
    """
    import psycopg2

    url = serving_url(settings)
    remedy = "start it with `weather-etl local up`" if settings.serving_url is None else "check the server"
    unreachable = ServingUnavailable(
        f"PostgreSQL does not answer at the address in {_variable(settings)}; {remedy}, or correct the address."
    )
    try:
        connection = psycopg2.connect(
            postgres.dsn(url), connect_timeout=CONNECT_TIMEOUT_S, application_name="weather_etl"
        )
    except psycopg2.OperationalError as error:
        if "password authentication failed" in str(error) or "no pg_hba.conf entry" in str(error):
            raise ServingUnavailable(f"PostgreSQL refused the user or password in {_variable(settings)}.") from None
        raise unreachable from None
    try:
        with connection.cursor() as cursor:  # by statements: poolers do not take them as options of the connection
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
            cursor.execute(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'")
        connection.commit()
        yield connection
    except (psycopg2.errors.UndefinedTable, psycopg2.errors.UndefinedColumn, psycopg2.errors.InvalidSchemaName):
        raise ServingUnavailable("The serving tables are not there; run `weather-etl db upgrade`.") from None
    except psycopg2.errors.InsufficientPrivilege as error:
        raise ServingUnavailable(
            f"The database user in {_variable(settings)} may not do this ({_first_line(error)}); grant it."
        ) from None
    except (psycopg2.errors.LockNotAvailable, psycopg2.errors.QueryCanceled) as error:
        raise ServingUnavailable(f"PostgreSQL took too long ({_first_line(error)}); nothing was changed.") from None
    except psycopg2.errors.DiskFull:
        raise ServingUnavailable("The disk of the serving database is full; nothing was changed.") from None
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        raise unreachable from None
    finally:
        connection.close()


def is_set_up(settings: Settings) -> bool:
    """Whether serving tables are wanted: a database is named for them, or they are there beside Dagster's history.

    Raises:
        ServingUnavailable: the database does not answer or refuses us.
    """
    if settings.serving_url is not None:
        return True
    if settings.postgres_url is None:
        return False
    with connect(settings) as connection:
        return revision(connection).now is not None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip()


# --- schema -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Revision:
    """Where the database's schema stands, and where this program wants it; `now` None: there is none yet."""

    now: str | None
    wanted: str
    known: bool = True


def alembic_config(settings: Settings | None = None) -> "Config":
    """alembic's configuration; it lies in the package, so there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if settings is not None:
        config.attributes["url"] = serving_url(settings)
    return config


def revision(connection: "Connection") -> Revision:
    """The schema's revision, and whether this program knows it."""
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    scripts = ScriptDirectory.from_config(alembic_config())
    wanted = scripts.get_current_head()
    assert wanted is not None
    now = None
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.alembic_version",))
        if cursor.fetchone()[0]:
            cursor.execute(f"SELECT version_num FROM {SCHEMA}.alembic_version")
            row = cursor.fetchone()
            now = row[0] if row else None
    connection.commit()
    known = True
    if now is not None:
        try:
            scripts.get_revision(now)
        except CommandError:
            known = False
    return Revision(now, wanted, known)


def upgrade(settings: Settings) -> Revision:
    """Bring the schema to the newest revision, in one transaction; two at the same time take turns.

    Returns:
        the revision before, and the one that it has now.
    """
    from alembic import command

    with connect(settings) as connection:
        before = revision(connection)
        if not before.known:
            raise _newer(before)
        config = alembic_config(settings)
        config.attributes["upgrade"] = True  # comments, view and grants too
        with _alembic:
            command.upgrade(config, "head")
    return before


def require_schema(settings: Settings, connection: "Connection") -> None:
    """Make sure that the tables are as this program knows them: an empty database gets them, an old one needs a person.

    Raises:
        ServingUnavailable: the schema is older or newer than this program.
    """
    state = revision(connection)
    if state.now is None:
        upgrade(settings)
    elif not state.known:
        raise _newer(state)
    elif state.now != state.wanted:
        raise ServingUnavailable(
            f"The serving tables have revision {state.now} and this program needs {state.wanted}; "
            "run `weather-etl db upgrade`."
        )


def _newer(state: Revision) -> ServingUnavailable:
    return ServingUnavailable(
        f"The serving tables have revision {state.now}, which is newer than this program; install the newer weather-etl."
    )
