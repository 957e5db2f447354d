"""Which stations the serving tables do not show as the lake has them.

Belongs here: the version of a loaded table, what is recorded of loads, the comparison.
Does not belong here: loading (`load.py`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from weather_etl import digests
from weather_etl.lake.fingerprints import StaleStation
from weather_etl.serving.tables import FILES, LOADS, SCHEMA, SERVED, Served

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from weather_etl.lake.table_objects import Stamp

BEHIND, NOT_LOADED, GONE = "behind the lake", "not loaded", "gone from the lake"

# station -> serving table -> version
Versions = Mapping[str, Mapping[str, str]]


def version(served: Served, stamp: "Stamp") -> str:
    """Identifies what would be loaded: the table's fingerprint and the columns; of the manifest the object itself.

    A fingerprint says nothing of a manifest that was edited (a file was archived), hence the ETag.
    """
    source = stamp.etag if served is FILES else stamp.fingerprint
    return digests.digest([source, served.columns_version])


def expected(stamps: "Mapping[tuple[str, str], Stamp]") -> dict[str, dict[str, str]]:
    """Station -> serving table -> version, as the lake says now; only of tables that there are."""
    versions: dict[str, dict[str, str]] = {}
    for served in SERVED:
        for (station, table), stamp in stamps.items():
            if table == served.source:
                versions.setdefault(station, {})[served.name] = version(served, stamp)
    return versions


def find_stale(wanted: Versions, loaded: Versions) -> list[StaleStation]:
    """Stations whose serving tables are not what the lake says; those that left the lake included."""
    stale = []
    for station in sorted(wanted.keys() | loaded.keys()):
        if station not in wanted:
            stale.append(StaleStation(station, "gone", GONE))
        elif any(loaded.get(station, {}).get(table) != v for table, v in wanted[station].items()):
            target = digests.digest(["serving", wanted[station]])
            stale.append(StaleStation(station, target, BEHIND if station in loaded else NOT_LOADED))
    return stale


def loaded_versions(connection: "Connection") -> dict[str, dict[str, str]]:
    """Station -> serving table -> version, as recorded; empty where there is no schema yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.{LOADS}",))
        versions: dict[str, dict[str, str]] = {}
        if cursor.fetchone()[0]:
            cursor.execute(f"SELECT station_id, table_name, version FROM {SCHEMA}.{LOADS}")
            for station, table, recorded in cursor.fetchall():
                versions.setdefault(station, {})[table] = recorded
    connection.rollback()
    return versions
