"""Celery workers: runs a minute, and what a killed one costs.

Here: one and two workers on a Redis, Azurite and PostgreSQL of their own. Not here: a single run.
"""

import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def measure_workers(stations: int = 16) -> None:
    """Runs a minute of one and two Celery workers with one process each, and recovery after one is killed."""
    from weather_etl.local import services as local
    from weather_etl_tests.conftest import AZURITE_HOME, Services, free_azurite_port, temporary_root
    from weather_etl_tests.files import weather_csv
    from weather_etl_tests.support import celery_farm

    names = [f"s{i:02}" for i in range(stations)]
    with temporary_root() as root:
        status = local.up(root, azurite_port=free_azurite_port(), azurite_home=AZURITE_HOME, environ={})
        services = Services(status.azurite.url or "", status.postgres.url or "", root)
        for workers in (1, 2):
            with (
                tempfile.TemporaryDirectory() as folder,
                _database(services) as database,
                celery_farm.farm(Path(folder), services, database, workers=workers) as found,
            ):
                found.upload(names, weather_csv(celery_farm.HOURS))
                found.start_daemon()
                celery_farm.until("all tables", lambda found=found: found.up_to_date() == set(names), 400)
                records = found.instance.get_run_records()
                begin = min(r.start_time for r in records if r.start_time)
                end = max(r.end_time or time.time() for r in records)
                print(f"{workers} worker(s): {60 * len(records) / (end - begin):.0f} runs a minute", flush=True)
        with (
            tempfile.TemporaryDirectory() as folder,
            _database(services) as database,
            celery_farm.farm(Path(folder), services, database, workers=2) as found,
        ):
            seconds = celery_farm.check_a_killed_worker_costs_nothing(found, names[:4])
            print(
                f"killed worker: its run was found dead after {seconds['noticed']:.0f} s (silence limit "
                f"{celery_farm.SILENCE_LIMIT_S} s), all tables were right after {seconds['recovered']:.0f} s"
            )


@contextmanager
def _database(services: Any) -> Any:
    import uuid

    import psycopg2

    name = f"bench_{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(services.postgres_url.replace("+psycopg2", ""))
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    yield services.postgres_url.replace("/postgres?", f"/{name}?")
    connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()
