"""When are the serving tables loaded? A sensor that compares what is loaded with what the lake holds.

Belongs here: gathering what `planning.plan` decides on for the serving tables.
Does not belong here: what is stale (`load.py`), the decisions (`operations/planning.py`).

Level-triggered like `landing_files_sensor`, and with a staleness of its own: the lake never waits for PostgreSQL.
"""

import time
from contextlib import ExitStack

import dagster as dg

from weather_etl.failures import without_details
from weather_etl.jobs import SERVING_JOB, serving_job
from weather_etl.operations import planning
from weather_etl.operations.planning import History
from weather_etl.sensors import SENSOR_RETRY_DELAY_S, histories, stations_in_flight
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME


def _default_status() -> dg.DefaultSensorStatus:
    configured = Settings.load().serving_url is not None
    return dg.DefaultSensorStatus.RUNNING if configured else dg.DefaultSensorStatus.STOPPED


@dg.sensor(
    name="serving_sensor",
    job=serving_job,
    minimum_interval_seconds=15,
    default_status=_default_status(),
    description=(
        "Compares what PostgreSQL serves with the tables in the lake and requests a load for each station that "
        "differs. On by itself where WEATHER_ETL_SERVING_URL is set; keeps no state."
    ),
)
def serving_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One tick: what the lake holds, what is loaded, request. A database that is down fails the tick, and no run."""
    from weather_etl.lake.storage import connect
    from weather_etl.serving import database, load

    settings = Settings.load()
    with without_details(), ExitStack() as stack:
        connection = stack.enter_context(database.connect(settings))
        database.require_schema(settings, connection)
        containers = stack.enter_context(connect(settings, prompt=True))
        wanted = load.expected(containers.lake.stamps())
        stale = load.find_stale(wanted, load.loaded_versions(connection))
    instance, now = context.instance, time.time()
    partitions = instance.get_dynamic_partitions(PARTITIONS_NAME)
    requested: list[planning.Request] = []
    waiting: list[str] = []
    parked: list[str] = []
    if stale:
        # A station whose tables are being made is loaded when they are all there.
        busy = stations_in_flight(instance, partitions, silence_limit=settings.silence_limit_s, now=now)
        history = histories(instance, [s for s in stale if s.station not in busy])
        history |= {station: History(in_flight=True) for station in busy}
        # What Dagster does not know (it has left the lake, or the history was lost) cannot be part of a range.
        known = set(partitions)
        for group, size in (
            ([s for s in stale if s.station in known], settings.max_stations_per_run),
            ([s for s in stale if s.station not in known], 1),
        ):
            decided = planning.plan(
                group,
                partitions,
                history,
                now=now,
                max_attempts=settings.max_attempts,
                max_stations=size,
                retry_delay=SENSOR_RETRY_DELAY_S,
            )
            requested += decided.requests
            waiting += decided.in_flight + decided.waiting
            parked += [s.station for s in decided.parked]
    requests = [dg.RunRequest(run_key=r.run_key, tags=r.tags(), job_name=SERVING_JOB) for r in requested]
    why = None if requests else _why_nothing(waiting, parked, len(wanted))
    return dg.SensorResult(run_requests=requests, skip_reason=why)


def _why_nothing(waiting: list[str], parked: list[str], stations: int) -> str:
    if parked:
        return f"{', '.join(parked[:3])}: failed as often as is allowed; load by hand with `weather-etl db load`."
    return f"Waiting for {', '.join(waiting[:3])}." if waiting else f"All {stations} stations are served as they are."
