"""Retention: old runs with their events, and old lines of steps.

Belongs here: what is deleted, what must stay, the job and the schedule that do it.
Does not belong here: ticks (`retention` in dagster.yaml), landing files (`operations/archive.py`), tables.

A run is kept, however old, while it holds the latest materialization of some table of some station: with it Dagster
would forget the table, and the UI would show as missing what is there.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure
from weather_etl.settings import Settings
from weather_etl.station_lock import StationLocks

if TYPE_CHECKING:
    from weather_etl.lake.storage import Container
    from weather_etl.operations.archive import Moved

LOGS_CONTAINER = "dagster-logs"
RUN_DAYS, LOG_DAYS = 90, 30
BATCH = 500


class HousekeepingConfig(dg.Config):
    """How old is old."""

    run_days: int = RUN_DAYS
    """Finished runs older than so many days are deleted with their events."""
    log_days: int = LOG_DAYS
    """Standard output of steps older than so many days is deleted."""
    archive_days: int = 0
    """Landing files that landed more than so many days ago are moved to the archive; 0: none."""


def delete_old_runs(instance: dg.DagsterInstance, days: int, *, now: float | None = None) -> tuple[int, int]:
    """Delete finished runs that ended more than `days` ago.

    Returns:
        how many were deleted, and how many were kept since they hold the latest materialization of a table.
    """
    before = datetime.fromtimestamp((time.time() if now is None else now) - days * 86_400, UTC)
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    current = runs_of_latest_materializations(instance)
    deleted, kept, cursor = 0, 0, None
    while True:
        filters = dg.RunsFilter(statuses=finished, updated_before=before)
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
    found: set[str] = set()
    for key in instance.all_asset_keys():
        latest = storage.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION)
        ids = list(latest.values())
        for start in range(0, len(ids), BATCH):
            wanted = dg.EventRecordsFilter(
                dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=key, storage_ids=ids[start : start + BATCH]
            )
            found |= {r.run_id for r in storage.get_event_records(wanted, limit=BATCH)}
    return found


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
    from weather_etl.lake.storage import connect
    from weather_etl.operations.archive import ArchiveNotConfigured, archive_station

    with connect(settings) as containers:
        if containers.archive is None:
            raise ArchiveNotConfigured
        containers.archive.create()
        names = stations or sorted(shared_files.look(containers).landing.stations)
        locks = StationLocks(settings)
        moved = []
        for station in names:
            with locks.station(station):
                moved.append(archive_station(containers, station, days=days))
        locks.close()
    return moved


@dg.op(out=dg.Out(dg.Nothing), description="Deletes old finished runs with their events, and old lines of steps.")
def housekeeping(context: dg.OpExecutionContext, config: HousekeepingConfig) -> None:
    """Delete what is older than the configured days."""
    from weather_etl.lake.storage import open_container

    if min(config.run_days, config.log_days) < 1:
        raise ExpectedFailure("run_days and log_days must be at least 1; correct the configuration.")
    deleted, kept = delete_old_runs(context.instance, config.run_days)
    context.log.info(f"{deleted} old runs were deleted, {kept} were kept since they made tables that are shown.")
    try:
        with open_container(Settings.load(), LOGS_CONTAINER) as container:
            logs = delete_old_logs(container, config.log_days)
        moved = archive_old_files(Settings.load(), config.archive_days) if config.archive_days > 0 else []
    except UserError as error:
        raise ExpectedFailure(str(error)) from None
    context.log.info(f"{logs} old lines of steps were deleted.")
    context.log.info(f"{sum(m.files for m in moved)} landing files were moved to the archive.")


@dg.job(
    name="housekeeping_job",
    description="Deletes runs, events and lines of steps that are older than the configured days.",
    executor_def=dg.in_process_executor,
)
def housekeeping_job() -> None:
    """Old history."""
    housekeeping()


# Off until somebody turns it on: deleting history is a decision, and a small installation never needs it.
housekeeping_schedule = dg.ScheduleDefinition(
    name="housekeeping_schedule",
    job=housekeeping_job,
    cron_schedule="17 3 * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night at 03:17 UTC, once it is turned on.",
)
