"""Rows of the lake -> rows in PostgreSQL: one station is swapped in one transaction.

Belongs here: what is loaded and what should be, staging, swapping, removing a station.
Does not belong here: the bytes of COPY (`copy_format.py`), Dagster (`orchestration/assets/serving.py`), when it happens (`orchestration/sensors/serving.py`).

A station's rows are copied into staging tables and compared with what is served; only rows that differ are removed and
inserted, all tables of the station and the record of what was loaded in the same transaction. Readers see the old
rows until it commits, and never wait; a load that dies leaves the old rows; the same tables again change nothing.
"""

import io
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from weather_etl import postgres
from weather_etl.errors import UserError
from weather_etl.serving.staleness import version
from weather_etl.serving.tables import FILES, LOADS, SCHEMA, SERVED, Served

if TYPE_CHECKING:
    import pyarrow as pa
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

    from weather_etl.lake.table_objects import Lake, TableObject

LOADED, UNCHANGED, REMOVED = "loaded", "unchanged", "removed"


@dataclass(frozen=True)
class Loaded:
    """One serving table of a station after its turn."""

    table: str
    station: str
    status: str
    rows: int
    inserted: int = 0
    removed: int = 0
    seconds: float = 0.0
    version: str = ""


class NothingToLoad(UserError):
    """The lake has no table of the station, and nothing of it is served."""

    def __init__(self, station: str) -> None:
        super().__init__(f"Station {station} has no tables to load; make them with `weather-etl run -s {station}`.")


def load_station(
    connection: "Connection", lake: "Lake", station: str, *, run_id: str = "", full: bool = False
) -> list[Loaded]:
    """Bring the serving tables of one station to what the lake holds, in one transaction.

    Args:
        connection: to the serving database, with its schema.
        lake: the published tables.
        station: station id; if the lake has nothing of it, what is served of it is removed.
        run_id: noted in the record of loads.
        full: load again what is loaded already; rows that are equal stay.

    Raises:
        NothingToLoad: there is nothing of the station, here or there.
        UserError: PostgreSQL does not take a value of it; other stations are not concerned.
    """
    try:
        with connection.cursor() as cursor:
            _take_turn(cursor, station)
            _plan_for_many_rows(cursor)
            # Read after the turn has come: whoever is last loads what is newest.
            recorded = _recorded(cursor, station)
            stamps = {s.source: lake.stamp(s.source, station) for s in SERVED}
            if not any(stamps.values()):
                if not recorded:
                    raise NothingToLoad(station)
                done = [_remove(cursor, served, station) for served in SERVED]
                cursor.execute(f"DELETE FROM {SCHEMA}.{LOADS} WHERE station_id = %s", (station,))
            else:
                done = []
                for served in SERVED:
                    stamp = stamps[served.source]
                    if stamp is None:
                        continue
                    if not full and recorded.get(served.name, ("", 0))[0] == version(served, stamp):
                        rows = recorded[served.name][1]
                        done.append(Loaded(served.name, station, UNCHANGED, rows, version=version(served, stamp)))
                    elif table := lake.read(served.source, station):
                        done.append(swap(cursor, served, station, table, run_id))
        connection.commit()
    except BaseException as error:
        if not connection.closed:
            connection.rollback()
        if postgres.is_of_a_value(error):  # one station's trouble, by which the others are not kept waiting
            first = (str(error).splitlines() or [""])[0][:200]
            raise UserError(
                f"Station {station} is not served as it is in the lake: PostgreSQL does not take a value of it ({first}); "
                "its old rows stay."
            ) from None
        raise
    return done


def _take_turn(cursor: "Cursor", station: str) -> None:
    """One load of a station at a time; released at the end of the transaction, however it ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"weather_etl.serving/{station}",))


def _plan_for_many_rows(cursor: "Cursor") -> None:
    """Compare whole tables by hashing, for this transaction.

    A table that was empty when it was last looked at makes the planner loop over it for each row, and over all rows that
    this very statement has inserted so far: 96,000 rows then take minutes.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute("SET LOCAL work_mem = '64MB'")


def _recorded(cursor: "Cursor", station: str) -> dict[str, tuple[str, int]]:
    cursor.execute(f"SELECT table_name, version, rows FROM {SCHEMA}.{LOADS} WHERE station_id = %s", (station,))
    return {table: (recorded, rows) for table, recorded, rows in cursor.fetchall()}


def _remove(cursor: "Cursor", served: Served, station: str) -> Loaded:
    cursor.execute(f"DELETE FROM {SCHEMA}.{served.name} WHERE station_id = %s", (station,))
    return Loaded(served.name, station, REMOVED, 0, removed=cursor.rowcount, version=REMOVED)


def swap(cursor: "Cursor", served: Served, station: str, table: "TableObject", run_id: str) -> Loaded:
    """Copy a station's rows into a staging table; then remove and insert the rows that differ."""
    started = time.perf_counter()
    target, staging = f"{SCHEMA}.{served.name}", f"staging_{served.name}"
    rows = rows_of(served, station, table)
    # Of one station only, or the swap would leave rows of another one behind.
    strangers = set(rows.column("station_id").unique().to_pylist()) - {station}
    if strangers:
        raise UserError(
            f"{served.source} of station {station} holds rows of station {min(strangers)}; make it anew with "
            f"`weather-etl run --full -s {station}`."
        )
    copy(cursor, served, rows, into=staging)
    same_key = " AND ".join(f's."{c}" = t."{c}"' for c in served.contract.key)
    columns = ", ".join(f'"{c}"' for c in served.contract.column_names)
    removed, where = 0, ""
    cursor.execute(f"SELECT EXISTS (SELECT FROM {target} WHERE station_id = %s)", (station,))
    if cursor.fetchone()[0]:
        # *= compares the bytes of whole rows, so that nulls equal nulls and the last bit of a number counts.
        cursor.execute(
            f"DELETE FROM {target} t WHERE station_id = %s AND NOT EXISTS "
            f"(SELECT FROM {staging} s WHERE {same_key} AND s *= t)",
            (station,),
        )
        removed = cursor.rowcount
        where = f"WHERE NOT EXISTS (SELECT FROM {target} t WHERE {same_key} AND t.station_id = %(station)s)"
    cursor.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {staging} s {where}", {"station": station})
    inserted = cursor.rowcount
    recorded = version(served, table.stamp)
    cursor.execute(
        f"INSERT INTO {SCHEMA}.{LOADS} (station_id, table_name, version, rows, loaded_at, run_id) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (station_id, table_name) DO UPDATE SET "
        "version = excluded.version, rows = excluded.rows, loaded_at = excluded.loaded_at, run_id = excluded.run_id",
        (station, served.name, recorded, rows.num_rows, datetime.now(UTC), run_id),
    )
    seconds = time.perf_counter() - started
    return Loaded(served.name, station, LOADED, rows.num_rows, inserted, removed, seconds, recorded)


def copy(cursor: "Cursor", served: Served, rows: "pa.Table", *, into: str) -> None:
    """COPY rows into a new staging table of the served table's shape, which lasts as long as the transaction."""
    from weather_etl.serving.copy_format import encode

    cursor.execute(f"CREATE TEMPORARY TABLE {into} (LIKE {SCHEMA}.{served.name}) ON COMMIT DROP")
    columns = ", ".join(f'"{c}"' for c in rows.column_names)
    data = io.BytesIO(b"".join(encode(rows)))
    cursor.copy_expert(f"COPY {into} ({columns}) FROM STDIN (FORMAT binary)", data, size=1 << 20)


def rows_of(served: Served, station: str, table: "TableObject") -> "pa.Table":
    """What is loaded: the object's rows; of raw the manifest."""
    if served is FILES:
        return manifest_rows(station, table.manifest or [])
    missing = set(served.contract.column_names) - set(table.arrow.column_names)
    if missing:
        raise UserError(
            f"{served.source} of station {station} has no column {min(missing)}, an older version made it; bring it up "
            f"to date with `weather-etl run -s {station}`."
        )
    return table.arrow.select(served.contract.column_names)


def manifest_rows(station: str, manifest: Iterable[Mapping[str, Any]]) -> "pa.Table":
    """The manifest in the columns of `weather_files`."""
    import pyarrow as pa

    kinds = {"Int64": pa.int64(), "boolean": pa.bool_(), "str": pa.string()}
    fields = [(c.name, kinds.get(c.dtype, pa.timestamp("us", "UTC"))) for c in FILES.contract.columns]
    records = [
        {
            **{c.name: entry.get(c.name) for c in FILES.contract.columns},
            "station_id": station,
            "landing_file": entry["name"],
            "landed_at": datetime.fromisoformat(entry["landed_at"]),
            "read_at": datetime.fromisoformat(entry["read_at"]) if entry.get("read_at") else None,
            "archived": bool(entry.get("archived")),
        }
        for entry in manifest
    ]
    return pa.Table.from_pylist(records, schema=pa.schema(fields))
