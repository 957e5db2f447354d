"""The serving database: connections, and the way to its newest schema.

Belongs here: connecting, errors in one sentence without the password, migrations (alembic, `migrations/`).
Does not belong here: which tables there are (`tables.py`), loading them (`load.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from weather_etl import postgres
from weather_etl.errors import UserError
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

CONNECT_TIMEOUT_S = 5
# A load waits so long for another one of the same station, and a statement may take so long.
_LOCK_TIMEOUT, _STATEMENT_TIMEOUT = "60s", "10min"


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
        raise ServingUnavailable(f"{variable_of(settings)} must begin with {postgres.SCHEME}; correct it.")
    return url


def variable_of(settings: Settings) -> str:
    """The setting that names the serving database."""
    return "WEATHER_ETL_SERVING_URL" if settings.serving_url else "WEATHER_ETL_POSTGRES_URL"


@contextmanager
def connect(settings: Settings) -> Iterator["Connection"]:
    """A connection to the serving database; what goes wrong on it becomes one sentence.

    Raises:
        ServingUnavailable: it does not answer, refuses us, or lacks a table or column.
    """
    import psycopg2

    url = serving_url(settings)
    start = "start it with `weather-etl local up`" if settings.serving_url is None else "check the server"
    variable = variable_of(settings)
    try:
        connection = psycopg2.connect(
            postgres.dsn(url), connect_timeout=CONNECT_TIMEOUT_S, application_name="weather_etl"
        )
    except psycopg2.Error as error:
        raise ServingUnavailable(postgres.explained(error, variable, start=start) or str(error)) from None
    try:
        with connection.cursor() as cursor:  # by statements: poolers do not take them as options of the connection
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
            cursor.execute(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'")
        connection.commit()
        yield connection
    except (psycopg2.errors.UndefinedTable, psycopg2.errors.UndefinedColumn, psycopg2.errors.InvalidSchemaName):
        raise ServingUnavailable("The serving tables are not there; run `weather-etl db upgrade`.") from None
    except psycopg2.Error as error:
        sentence = postgres.explained(error, variable, start=start)
        if sentence is None:
            raise
        raise ServingUnavailable(sentence) from None
    finally:
        connection.close()
