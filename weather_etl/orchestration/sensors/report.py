"""The sensor that keeps the reports, and the index of them, up with their tables.

Belongs here: one tick over the reports.
Does not belong here: what is stale (`report/publish.py`), decisions (`operations/planning.py`).
"""

import time

import dagster as dg

from weather_etl.lake.fingerprints import StaleStation
from weather_etl.operations import planning, state_page
from weather_etl.operations.planning import History
from weather_etl.operations.run_history import UNFINISHED, histories, in_flight
from weather_etl.orchestration.catch_up import catch_up_job
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.jobs import INDEX_JOB, REPORT_JOB, station_index_job, weather_report_job
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors.requests import decide, partitions_requests, run_requests
from weather_etl.report import publish
from weather_etl.settings import Settings

INTERVAL_S = 30
RETRY_DELAY_S = 300
REPORTS_PER_RUN = 20
NAME = "weather_report_sensor"


@dg.sensor(
    name=NAME,
    jobs=[weather_report_job, station_index_job, catch_up_job],
    minimum_interval_seconds=INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares every report with the fingerprints of its tables and requests runs for some stale ones at a time, "
        "so that drawing never takes the places of runs that make tables; then one for the page of all stations, which is "
        "also made anew after a failed run and once a day. Keeps no state."
    ),
)
def weather_report_sensor(
    context: dg.SensorEvaluationContext, storage: dg.ResourceParam[StorageResource]
) -> dg.SensorResult | dg.SkipReason:
    """One tick: list, compare, request."""
    settings, instance, now = Settings.load(), context.instance, time.time()
    mine = dg.RunsFilter(tags={"dagster/sensor_name": NAME}, statuses=UNFINISHED)
    if instance.get_run_records(mine, limit=1):
        return dg.SkipReason("A run that makes reports is still under way; the next tick looks again.")
    with without_details(), storage.promptly() as containers:
        made = publish.reports(containers)
        stale = publish.find_stale(containers.lake.stamps(), made)
        index = state_page.find_stale(containers, made, instance)
        # The report of a station whose tables are being made is drawn when they are all there.
        busy = in_flight(instance, containers, settings, now=now)
    decided = decide(
        instance,
        stale,
        busy,
        REPORT_JOB,
        settings,
        now=now,
        max_stations=REPORTS_PER_RUN,
        retry_delay=RETRY_DELAY_S,
    )
    if decided.requests:
        few = decided.requests[: 1 if decided.requests[0].is_bulk else planning.FEW]
        return dg.SensorResult(
            run_requests=run_requests(few, REPORT_JOB, priority=-1),
            dynamic_partitions_requests=partitions_requests(decided),
        )
    if index is not None:
        return _request_index(instance, index, settings, now)
    if stale:
        waiting, parked = len(decided.waiting) + len(decided.in_flight), len(decided.parked)
        return dg.SkipReason(
            f"{len(stale)} reports are out of date and wait: {waiting} for a run or the next attempt, {parked} given up "
            f"after {settings.max_attempts} failed ones; see their runs, or run `weather-etl report`."
        )
    return dg.SkipReason(f"All {len(made)} reports are up to date.")


def _request_index(
    instance: dg.DagsterInstance, index: StaleStation, settings: Settings, now: float
) -> dg.SensorResult | dg.SkipReason:
    past = histories(instance, [index], [INDEX_JOB]).get(index.station, History())
    if past.attempts >= settings.max_attempts or now < past.next_start(RETRY_DELAY_S):
        return dg.SkipReason("The index of the reports could not be made; see the runs of station_index_job.")
    tags = {planning.TARGET: index.key, planning.WHY: index.why, **planning.attempt_tag(past.attempts + 1)}
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"{index.key} {past.runs}", tags=tags, job_name=INDEX_JOB)]
    )
