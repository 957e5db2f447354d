"""The schema of the serving database: its revision, and bringing it to the one that this program needs.

Belongs here: alembic's migrations, the refusal of a schema that is older or newer.
Does not belong here: connecting (`database.py`), which tables there are (`tables.py`).
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weather_etl import postgres
from weather_etl.serving.database import ServingUnavailable, connect, serving_url, variable_of
from weather_etl.serving.tables import SCHEMA
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config
    from psycopg2.extensions import connection as Connection

MIGRATIONS = Path(__file__).with_name("migrations")

_alembic = threading.Lock()  # alembic keeps its state in modules; a code server ticks sensors in threads


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
    now = _recorded(connection) or None
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
            try:
                command.upgrade(config, "head")
            except Exception as error:
                if sentence := postgres.explained(error, variable_of(settings)):
                    raise ServingUnavailable(sentence) from None
                raise
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


def has_tables(connection: "Connection") -> bool:
    """Whether the database has a schema of serving tables, of whatever revision."""
    return _recorded(connection) is not None


def is_behind(connection: "Connection") -> bool:
    """Whether there are no serving tables, or older ones than this program's; `revision` imports alembic to tell."""
    newest = max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    now = _recorded(connection)
    return now is None or now < newest


def _recorded(connection: "Connection") -> str | None:
    """The revision that the database says; "" where it was being set up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.alembic_version",))
        row = cursor.fetchone()
        if row is None or row[0] is None:
            now = None
        else:
            cursor.execute(f"SELECT version_num FROM {SCHEMA}.alembic_version")
            row = cursor.fetchone()
            now = str(row[0]) if row else ""
    connection.rollback()
    return now


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
        return has_tables(connection)
