"""When does it run? By the clock.

Belongs here: the daily reconcile.
Does not belong here: sensors (`sensors/`), decisions (`operations/planning.py`).
"""

import dagster as dg

from weather_etl.operations import planning
from weather_etl.orchestration.catch_up import catch_up_job


@dg.schedule(
    name="full_reconcile",
    job=catch_up_job,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=(
        "Once a day every station is held against its landing files, parked ones too, and brought up to date. "
        "Usually the sensor has done everything by then, and the run says so in a second."
    ),
)
def full_reconcile(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every station, once a day."""
    day = f"{context.scheduled_execution_time:%Y-%m-%d}"
    return dg.RunRequest(run_key=f"full_reconcile {day}", tags={planning.WHY: f"daily reconcile of {day}"})
