"""Retention: old runs with their events, and old lines of steps.

Belongs here: what is deleted, what must stay.
Does not belong here: the job that does it (`orchestration/housekeeping.py`), ticks (`retention` in dagster.yaml), landing files (`operations/archive.py`), tables.

A run is kept, however old, while it holds the latest materialization of some table of some station: with it Dagster
would forget the table, and the UI would show as missing what is there.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from weather_etl.ingestion.station_lock import StationLocks
from weather_etl.operations.run_history import FINISHED
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from weather_etl.lake.container import Container
    from weather_etl.operations.archive import Moved

RUN_DAYS, LOG_DAYS = 90, 30
BATCH = 500


def delete_old_runs(instance: dg.DagsterInstance, days: int, *, now: float | None = None) -> tuple[int, int]:
    """Delete finished runs that ended more than `days` ago.

    Returns:
        how many were deleted, and how many were kept since they hold the latest materialization of a table.
    """
    before = datetime.fromtimestamp((time.time() if now is None else now) - days * 86_400, UTC)
    current = runs_of_latest_materializations(instance)
    deleted, kept, cursor = 0, 0, None
    while True:
        filters = dg.RunsFilter(statuses=FINISHED, updated_before=before)
        records = instance.get_run_records(filters, limit=BATCH, cursor=cursor)
        if not records:
            return deleted, kept
        for record in records:
            if record.dagster_run.run_id in current:
                kept += 1
                cursor = record.dagster_run.run_id  # go on behind those that stay
            else:
                instance.delete_run(record.dagster_run.run_id)
                deleted += 1


def runs_of_latest_materializations(instance: dg.DagsterInstance) -> set[str]:
    """Ids of the runs that made what Dagster shows as a table's present state, station by station."""
    storage = instance.event_log_storage
    run_ids: set[str] = set()
    for key in instance.all_asset_keys():
        latest = storage.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION)
        ids = list(latest.values())
        for start in range(0, len(ids), BATCH):
            wanted = dg.EventRecordsFilter(
                dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=key, storage_ids=ids[start : start + BATCH]
            )
            run_ids |= {r.run_id for r in storage.get_event_records(wanted, limit=BATCH)}
    return run_ids


def delete_old_logs(container: "Container", days: int, *, now: datetime | None = None) -> int:
    """Delete what steps printed more than `days` ago; returns how many blobs."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    old = [blob.name for blob in container.list("dagster/") if blob.last_modified < before]
    for name in old:
        container.delete(name)
    return len(old)


def archive_old_files(settings: Settings, days: int, stations: Sequence[str] = ()) -> "list[Moved]":
    """Move old landing files of all stations, or of the given ones, to the archive; each while nobody works on it.

    Raises:
        UserError: no archive is configured, storage is down, or other runs are in the way.
    """
    from weather_etl.ingestion import shared_files
    from weather_etl.lake.connection import connect
    from weather_etl.operations.archive import ArchiveNotConfigured, archive_station

    with connect(settings) as containers:
        if containers.archive is None:
            raise ArchiveNotConfigured
        containers.archive.create()
        names = stations or sorted(shared_files.take_inventory(containers).landing.stations)
        locks = StationLocks(settings)
        moved = []
        for station in names:
            with locks.station(station):
                moved.append(archive_station(containers, station, days=days))
        locks.close()
    return moved
