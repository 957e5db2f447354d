"""When are the serving tables loaded? A sensor that compares what is loaded with what the lake holds.

Belongs here: gathering what `planning.plan` decides on for the serving tables.
Does not belong here: what is stale (`serving/staleness.py`), the decisions (`operations/planning.py`).

Level-triggered like `landing_files_sensor`, and with a staleness of its own: the lake never waits for PostgreSQL.
"""

import time

import dagster as dg

from weather_etl.operations import planning
from weather_etl.operations.run_history import InFlight, in_flight
from weather_etl.orchestration.catch_up import catch_up_job
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.jobs import SERVING_JOB, serving_job
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors.landing_files import RETRY_DELAY_S
from weather_etl.orchestration.sensors.requests import decide, partitions_requests, run_requests
from weather_etl.serving.tables import HOW_TO_TURN_ON
from weather_etl.settings import Settings


def default_status() -> dg.DefaultSensorStatus:
    # By settings alone: whether the tables are set up, a tick asks the database.
    settings = Settings.load()
    configured = settings.serving_url is not None or settings.postgres_url is not None
    return dg.DefaultSensorStatus.RUNNING if configured else dg.DefaultSensorStatus.STOPPED


@dg.sensor(
    name="serving_sensor",
    jobs=[serving_job, catch_up_job],
    minimum_interval_seconds=15,
    default_status=default_status(),
    description=(
        "Compares what PostgreSQL serves with the tables in the lake and requests a load for each station that "
        "differs. Does nothing until serving tables are set up: WEATHER_ETL_SERVING_URL, or `weather-etl db upgrade` "
        "beside Dagster's history. Keeps no state."
    ),
)
def serving_sensor(context: dg.SensorEvaluationContext, storage: dg.ResourceParam[StorageResource]) -> dg.SensorResult:
    """One tick: what the lake holds, what is loaded, request. A database that is down fails the tick, and no run."""
    from weather_etl.serving import database, schema, staleness

    settings, instance, now = Settings.load(), context.instance, time.time()
    with without_details(), database.connect(settings) as connection, storage.promptly() as containers:
        if settings.serving_url is None and not schema.has_tables(connection):
            return dg.SensorResult(skip_reason=f"No serving tables are set up; {HOW_TO_TURN_ON}.")
        schema.require_schema(settings, connection)
        wanted = staleness.expected(containers.lake.stamps())
        stale = staleness.find_stale(wanted, staleness.loaded_versions(connection))
        # A station whose tables are being made is loaded when they are all there.
        busy = in_flight(instance, containers, settings, now=now) if stale else InFlight()
    decided = planning.Plan()
    if stale:
        decided = decide(
            instance,
            stale,
            busy,
            SERVING_JOB,
            settings,
            now=now,
            max_stations=settings.max_stations_per_run,
            retry_delay=RETRY_DELAY_S,
        )
    requests = run_requests(decided.requests, SERVING_JOB)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=partitions_requests(decided),
        skip_reason=None if requests else _why_nothing(decided, len(wanted)),
    )


def _why_nothing(decided: planning.Plan, stations: int) -> str:
    parked, waiting = [s.station for s in decided.parked], decided.in_flight + decided.waiting
    if parked:
        return f"{', '.join(parked[:3])}: failed as often as is allowed; load by hand with `weather-etl db load`."
    return f"Waiting for {', '.join(waiting[:3])}." if waiting else f"All {stations} stations are served as they are."
