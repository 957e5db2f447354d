"""The sensor on the landing container.

Belongs here: one tick: gather, let `planning.plan` decide, hand its decisions to Dagster.
Does not belong here: the decisions, questions to the history (`operations/run_history.py`).
"""

import time

import dagster as dg

from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers
from weather_etl.operations import planning
from weather_etl.operations.planning import Plan
from weather_etl.operations.run_history import in_flight, unroutable_files_told
from weather_etl.orchestration.catch_up import catch_up_job
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.jobs import REPORT_JOB, SERVING_JOB, TABLES_JOB, shared_files_job, weather_etl_job
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors.requests import decide, observations, partitions_requests, run_requests
from weather_etl.settings import Settings

RETRY_DELAY_S = 30
# Dagster's sensor loop never turns faster; a tick looks several times to be quicker than that.
DAEMON_LOOP_S = 5
# Of its time a tick lists at most a quarter: a large container is listed less often.
PAUSE_PER_LISTING = 3
# Runs that make no tables keep no station from being requested.
BESIDE_THE_TABLES = (SERVING_JOB, REPORT_JOB)


@dg.sensor(
    name="landing_files_sensor",
    jobs=[weather_etl_job, shared_files_job, catch_up_job],
    minimum_interval_seconds=Settings.load().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares the landing container with the fingerprint of every table and requests a run for each stale "
        "station (of catch_up_job for many), and one for shared files that are to be split. Keeps no state: what is "
        "lost, killed or failed is still stale at the next tick."
    ),
)
def landing_files_sensor(
    context: dg.SensorEvaluationContext, storage: dg.ResourceParam[StorageResource]
) -> dg.SensorResult:
    """One tick: list, compare, request; again every `sensor_interval_s` until the daemon's loop comes round."""
    settings = Settings.load()
    started = time.monotonic()
    # A listing that fails is a failed tick, never "no new files"; a failure is one sentence without secrets.
    with without_details(), storage.promptly() as containers:
        while True:
            before = time.monotonic()
            result = _compare(context, settings, containers)
            now = time.monotonic()
            pause = max(settings.sensor_interval_s, PAUSE_PER_LISTING * (now - before))
            if result.run_requests or now - started + pause >= DAEMON_LOOP_S:
                return result
            time.sleep(pause)


def _compare(context: dg.SensorEvaluationContext, settings: Settings, containers: Containers) -> dg.SensorResult:
    instance, now = context.instance, time.time()
    # First who is at work, then what lies there: a run that ends in between is not asked for again.
    busy = in_flight(instance, containers, settings, now=now, besides=BESIDE_THE_TABLES)
    inventory = shared_files.take_inventory(containers)
    unsplit = planning.find_unsplit(inventory.pending, inventory.landing, unroutable_files_told(instance))
    stale = unsplit + planning.find_stale(inventory.landing, inventory.stamps)
    decided = decide(
        instance,
        stale,
        busy,
        TABLES_JOB,
        settings,
        now=now,
        max_stations=settings.max_stations_per_run,
        retry_delay=RETRY_DELAY_S,
    )
    return dg.SensorResult(
        run_requests=run_requests(decided.requests, TABLES_JOB, tables_only=True),
        dynamic_partitions_requests=partitions_requests(decided),
        asset_events=observations(decided, inventory.landing),
        skip_reason=None if decided.requests else _why_nothing(decided, len(inventory.landing.stations)),
    )


def _why_nothing(decided: Plan, stations: int) -> str:
    parts = [
        f"{len(items)} {what} ({', '.join(items[:3])}{'...' if len(items) > 3 else ''})"
        for items, what in (
            (decided.in_flight, "in flight"),
            (decided.waiting, "waiting for the next attempt"),
            ([s.station for s in decided.parked], "parked until their files or settings change"),
        )
        if items
    ]
    return (
        f"{stations} stations in landing: {'; '.join(parts)}." if parts else f"All {stations} stations are up to date."
    )
