"""The sensor that lets stations near each other be compared, some hours after their tables have changed.

Belongs here: one tick. Does not belong here: whether the table is stale (`neighbourhood.py`).
"""

import time

import dagster as dg

from weather_etl import neighbourhood
from weather_etl.lake.fingerprints import NEIGHBOURS
from weather_etl.operations import planning
from weather_etl.operations.planning import History
from weather_etl.operations.run_history import histories, in_flight
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.jobs import NEIGHBOURS_JOB, neighbour_events_job
from weather_etl.orchestration.resources import StorageResource
from weather_etl.settings import Settings

INTERVAL_S = 120
# Every landing makes the table stale, and each time all stations are read.
AT_MOST_EVERY_S = 6 * 3600
RETRY_DELAY_S = 300


@dg.sensor(
    name="neighbour_events_sensor",
    job=neighbour_events_job,
    minimum_interval_seconds=INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares neighbour_events with the fingerprints of all stations' tables and requests a run if they have changed, "
        "no table is being made and the last comparison is six hours old. Keeps no state."
    ),
)
def neighbour_events_sensor(
    context: dg.SensorEvaluationContext, storage: dg.ResourceParam[StorageResource]
) -> dg.RunRequest | dg.SkipReason:
    """One tick: list, compare, request."""
    settings, instance, now = Settings.load(), context.instance, time.time()
    with without_details(), storage.promptly() as containers:
        stamp = containers.lake.stamp(NEIGHBOURS, "")
        stale = neighbourhood.find_stale(containers.lake.stamps(), stamp)
        if stale is None:
            return dg.SkipReason("What neighbours say of each other is up to date.")
        if stamp is not None and (age := now - stamp.last_modified.timestamp()) < AT_MOST_EVERY_S:
            return dg.SkipReason(
                f"Tables have changed since stations were compared {age / 3600:.1f} hours ago; that is done every "
                f"{AT_MOST_EVERY_S // 3600} hours at most, or now with `weather-etl run`."
            )
        busy = in_flight(instance, containers, settings, now=now)
    if busy.stations or busy.targets:
        return dg.SkipReason("Runs are under way; the next tick looks again.")
    past = histories(instance, [stale], [NEIGHBOURS_JOB]).get(stale.station, History())
    if past.attempts >= settings.max_attempts or now < past.next_start(RETRY_DELAY_S):
        return dg.SkipReason(f"Stations could not be compared; see the runs of {NEIGHBOURS_JOB}.")
    tags = {planning.TARGET: stale.key, planning.WHY: stale.why, **planning.attempt_tag(past.attempts + 1)}
    return dg.RunRequest(run_key=f"{stale.key} {past.runs}", tags=tags)
