"""Loading PostgreSQL: a station's load beside pandas `to_sql(method="multi")`, on the same rows and columns.

    python benchmarks/run.py serving

Here: figure (h) of `make bench`, on services and folders of their own. Ours is the whole swap: reading the object, COPY
into the staging table, comparing, inserting into a table with a primary key and an index, commit. Theirs is one INSERT of
many rows into a table without either, as the predecessor did it.
"""

import statistics
import time
from typing import Any

SAMPLE = 2000  # to_sql takes a minute for more, and its rows/s do not grow with the number
ROUNDS = 3


def main(csv: bytes) -> None:
    """Print rows/s of both and their ratio."""
    from benchmarks.installation import STATION, installation, line

    with installation() as place, place.environment():
        ours, unchanged, theirs, rows = measure(csv, STATION)
    line("j", f"PostgreSQL, {rows:,} rows x all columns: load of a station", f"{ours:,.0f} rows/s", "")
    line("j", 'to_sql(method="multi"), the same columns', f"{theirs:,.0f} rows/s", "")
    line("j", "ratio", f"{ours / theirs:.0f}x", ">= 50x")
    line("j", "the same rows compared again (full), none written", f"{unchanged:,.0f} rows/s", "")


def measure(csv: bytes, station: str) -> tuple[float, float, float, int]:
    """Rows/s of our load into an empty table, of a comparison without change, and of to_sql; and the rows."""
    import dagster as dg
    from sqlalchemy import create_engine

    from weather_etl.lake.connection import connect
    from weather_etl.meteorology import schemas
    from weather_etl.orchestration.child_runs import run_job
    from weather_etl.orchestration.jobs import TABLES_JOB
    from weather_etl.serving import database, load, schema
    from weather_etl.settings import Settings

    settings = Settings.load()
    schema.upgrade(settings)
    first, again, theirs = [], [], []
    with connect(settings) as containers, database.connect(settings) as connection:
        containers.landing.create()
        containers.lake.container.create()
        containers.landing.upload(f"{station}/weatherHistory.csv", csv)
        with dg.DagsterInstance.ephemeral() as instance:
            if failures := run_job(instance, TABLES_JOB, station=station):
                raise SystemExit(" | ".join(failures))
        found = containers.lake.read("validated_observations", station)
        assert found
        frame = schemas.to_frame("validated_observations", found.arrow).head(SAMPLE)
        engine = create_engine(database.serving_url(settings))
        for _ in range(ROUNDS):
            _empty(connection)
            first.append(_rate(lambda: load.load_station(connection, containers.lake, station), found.arrow.num_rows))
            again.append(
                _rate(lambda: load.load_station(connection, containers.lake, station, full=True), found.arrow.num_rows)
            )
            theirs.append(
                _rate(lambda: frame.to_sql("to_sql", engine, if_exists="replace", index=False, method="multi"), SAMPLE)
            )
        engine.dispose()
    return statistics.median(first), statistics.median(again), statistics.median(theirs), found.arrow.num_rows


def _rate(work: Any, rows: int) -> float:
    started = time.perf_counter()
    work()
    return rows / (time.perf_counter() - started)


def _empty(connection: Any) -> None:
    from weather_etl.serving.tables import LOADS, SCHEMA, SERVED

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'{SCHEMA}.{n}' for n in (*(s.name for s in SERVED), LOADS))}")
    connection.commit()
