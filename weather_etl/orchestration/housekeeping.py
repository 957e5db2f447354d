"""The job that deletes old history, and its schedule.

Belongs here: their configuration and when they run.
Does not belong here: what is deleted and what must stay (`operations/housekeeping.py`).
"""

import dagster as dg

from weather_etl.operations.housekeeping import (
    LOG_DAYS,
    RUN_DAYS,
    archive_old_files,
    delete_old_logs,
    delete_old_runs,
)
from weather_etl.orchestration.configs import DescribedConfig
from weather_etl.orchestration.failures import ExpectedFailure, without_details
from weather_etl.settings import LOGS_CONTAINER, Settings


class HousekeepingConfig(DescribedConfig):
    """How old is old."""

    run_days: int = RUN_DAYS
    """Finished runs older than so many days are deleted with their events."""
    log_days: int = LOG_DAYS
    """Standard output of steps older than so many days is deleted."""
    archive_days: int = 0
    """Landing files that landed more than so many days ago are moved to the archive; 0: none."""


@dg.op(out=dg.Out(dg.Nothing), description="Deletes old finished runs with their events, and old lines of steps.")
def housekeeping(context: dg.OpExecutionContext, config: HousekeepingConfig) -> None:
    """Delete what is older than the configured days."""
    from weather_etl.lake.connection import open_container

    if min(config.run_days, config.log_days) < 1:
        raise ExpectedFailure("run_days and log_days must be at least 1; correct the configuration.")
    with without_details(context.log):
        deleted, kept = delete_old_runs(context.instance, config.run_days)
        context.log.info(f"{deleted} old runs were deleted, {kept} were kept since they made tables that are shown.")
        with open_container(Settings.load(), LOGS_CONTAINER) as container:
            logs = delete_old_logs(container, config.log_days)
        moved = archive_old_files(Settings.load(), config.archive_days) if config.archive_days > 0 else []
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
