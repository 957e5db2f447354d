"""When does it run? By the clock, and after the tables.

Belongs here: the daily reconcile, and the sensor that keeps the reports up with their tables.
Does not belong here: the sensor on the landing container (`sensors.py`), decisions (`planning.py`).
"""

import time
from itertools import islice

import dagster as dg

from weather_etl import planning
from weather_etl.errors import UserError
from weather_etl.jobs import REPORT_JOB, catch_up_job, weather_report_job
from weather_etl.planning import History, StaleStation
from weather_etl.report import publish
from weather_etl.sensors import UNFINISHED, attempts
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME
from weather_etl.storage import connect

REPORT_INTERVAL_S = 30
REPORT_RETRY_DELAY_S = 300
REPORTS_PER_RUN = 20


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
    return dg.RunRequest(run_key=f"full_reconcile {day}", tags={"weather_etl/why": f"daily reconcile of {day}"})


@dg.sensor(
    name="weather_report_sensor",
    job=weather_report_job,
    minimum_interval_seconds=REPORT_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares every report with the fingerprints of its tables and requests one run for some stale ones at a "
        "time, so that drawing never takes the places of runs that make tables. Keeps no state."
    ),
)
def weather_report_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One tick: list, compare, request at most one run."""
    settings, instance = Settings.load(), context.instance
    if _reports_in_flight(instance):
        return dg.SkipReason("A run that makes reports is still under way; the next tick looks again.")
    try:
        with connect(settings, prompt=True) as containers:
            stamps = containers.lake.stamps()
            made = publish.reports(containers)
    except UserError as error:
        raise dg.Failure(str(error)) from None
    stale = publish.find_stale(stamps, made)
    if not stale:
        return dg.SkipReason(f"All {len(made)} reports are up to date.")
    decided = _plan(instance, stale, settings)
    if not decided.requests:
        return dg.SkipReason(
            f"{len(stale)} reports are out of date and wait: {len(decided.waiting)} for the next attempt, "
            f"{len(stale) - len(decided.waiting)} parked after {settings.max_attempts} failed ones "
            f"({', '.join(s.station for s in stale[:3])}); see the check report_made."
        )
    request = decided.requests[0]
    new = [s.station for s in request.stations if s.station in set(decided.new_partitions)]
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=request.run_key, tags=request.tags())],
        dynamic_partitions_requests=[
            dg.DynamicPartitionsDefinition(name=PARTITIONS_NAME).build_add_request(decided.new_partitions)
        ]
        if new
        else [],
    )


def _reports_in_flight(instance: dg.DagsterInstance) -> bool:
    """Whether a run makes reports; one silent for longer than the limit was reported failed by the other sensor."""
    return bool(instance.get_run_records(dg.RunsFilter(job_name=REPORT_JOB, statuses=UNFINISHED), limit=1))


def _plan(instance: dg.DagsterInstance, stale: list[StaleStation], settings: Settings) -> planning.Plan:
    """Plan the first stale stations that may be tried; each station asked for costs a query."""
    with_history = ((s, attempts(instance, s)) for s in stale)
    eligible: dict[StaleStation, History] = dict(
        islice(((s, h) for s, h in with_history if h.attempts < settings.max_attempts), REPORTS_PER_RUN)
    )
    return planning.plan(
        eligible,
        instance.get_dynamic_partitions(PARTITIONS_NAME),
        {s.station: h for s, h in eligible.items()},
        now=time.time(),
        max_attempts=settings.max_attempts,
        max_stations=REPORTS_PER_RUN,
        retry_delay=REPORT_RETRY_DELAY_S,
    )
