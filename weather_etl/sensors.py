"""When does it run? The sensor on the landing container.

Belongs here: gathering what `planning.plan` decides on, and handing its decisions to Dagster.
Does not belong here: the decisions.
"""

import json
import time
from collections.abc import Sequence

import dagster as dg

from weather_etl import checks, fingerprints, planning
from weather_etl.assets.events import Recorded, check_evaluation
from weather_etl.errors import UserError
from weather_etl.jobs import JOB, REPORT_JOB, weather_etl_job
from weather_etl.landing import list_landing
from weather_etl.pipeline import StationVanished
from weather_etl.planning import History, Plan, StaleStation
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME
from weather_etl.storage import Containers, connect

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
SENSOR_RETRY_DELAY_S = 30
# Dagster's sensor loop never turns faster; a tick looks several times to be quicker than that.
DAEMON_LOOP_S = 5


def stations_in_flight(
    instance: dg.DagsterInstance, partitions: Sequence[str], *, silence_limit: float, now: float
) -> set[str]:
    """Stations that an unfinished run covers; a run silent for longer than the limit is reported failed.

    A run whose process was killed stays STARTED for ever otherwise. A queued run has no process that could be silent.
    """
    busy: set[str] = set()
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        stations = planning.covered(run.tags, partitions)
        if not stations:
            continue
        if run.status != dg.DagsterRunStatus.QUEUED:
            events = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
            last = max(record.update_timestamp.timestamp(), events[0].timestamp if events else 0.0)
            if now - last > silence_limit:
                instance.report_run_failed(
                    run, f"The run gave no sign of life for {now - last:,.0f} s; its process is taken for dead."
                )
                continue
        if run.job_name != REPORT_JOB:  # it makes no tables
            busy.update(stations)
    return busy


def attempts(instance: dg.DagsterInstance, item: StaleStation) -> History:
    """Finished runs of a station towards its target."""
    tags = {planning.station_tag(item.station): item.target}
    records = instance.get_run_records(dg.RunsFilter(tags=tags), limit=100)
    finished = [r for r in records if r.dagster_run.is_finished]
    last = max((r.end_time or r.update_timestamp.timestamp() for r in finished), default=0.0)
    return History(len(finished), last)


@dg.sensor(
    name="landing_files_sensor",
    job=weather_etl_job,
    minimum_interval_seconds=Settings.load().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares the landing container with the fingerprint of every table and requests a run for each stale "
        "station. Keeps no state: what is lost, killed or failed is still stale at the next tick."
    ),
)
def landing_files_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One tick: list, compare, request; again every `sensor_interval_s` until the daemon's loop comes round."""
    settings = Settings.load()
    started = time.monotonic()
    try:
        with connect(settings, prompt=True) as containers:
            while True:
                result = _look(context, settings, containers)
                spent = time.monotonic() - started + settings.sensor_interval_s
                if result.run_requests or result.asset_events or spent >= DAEMON_LOOP_S:
                    return result
                time.sleep(settings.sensor_interval_s)
    except UserError as error:
        # A listing that fails is a failed tick, never "no new files"; Failure keeps it to one sentence.
        raise dg.Failure(str(error)) from None


def _look(context: dg.SensorEvaluationContext, settings: Settings, containers: Containers) -> dg.SensorResult:
    instance, now = context.instance, time.time()
    landing = list_landing(containers.landing)
    stamps = containers.lake.stamps()
    stale = planning.find_stale(landing, stamps)
    partitions = instance.get_dynamic_partitions(PARTITIONS_NAME)
    decided = Plan()
    if stale:
        busy = stations_in_flight(instance, partitions, silence_limit=settings.silence_limit_s, now=now)
        history = {s.station: History(in_flight=True) if s.station in busy else attempts(instance, s) for s in stale}
        decided = planning.plan(
            stale,
            partitions,
            history,
            now=now,
            max_attempts=settings.max_attempts,
            max_stations=settings.max_stations_per_run,
            retry_delay=SENSOR_RETRY_DELAY_S,
        )
    reported, events = _report(instance, context.cursor, decided, landing.unroutable, len(landing.stations))
    requests = [dg.RunRequest(run_key=r.run_key, tags=r.tags(), job_name=JOB) for r in decided.requests]
    add = [_partitions_definition().build_add_request(decided.new_partitions)] if decided.new_partitions else []
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=add,
        asset_events=events,
        cursor=reported,
        skip_reason=None if requests else _why_nothing(decided, len(landing.stations)),
    )


def _partitions_definition() -> dg.DynamicPartitionsDefinition:
    from weather_etl.assets.specs import station_partitions

    return station_partitions


def _report(
    instance: dg.DagsterInstance, cursor: str | None, decided: Plan, unroutable: list[str], stations: int
) -> tuple[str, list[dg.AssetCheckEvaluation]]:
    """Turn parked stations and unroutable files red once each; the cursor only remembers what was reported."""
    try:
        before = json.loads(cursor or "{}")
    except ValueError:
        before = {}
    parked = {s.station: s.target for s in decided.parked}
    events = []
    for item in decided.parked:
        if before.get("parked", {}).get(item.station) != item.target:
            failed = checks.station_failed(item.station, _parked_because(item))
            events.append(check_evaluation(item.station, failed, Recorded(instance, item.station)))
    names = fingerprints.digest(sorted(unroutable)) if unroutable else ""
    if names != before.get("unroutable", ""):
        events.append(check_evaluation(None, checks.unroutable_files(sorted(unroutable), stations)))
    return json.dumps({"parked": parked, "unroutable": names}), events


def _parked_because(item: StaleStation) -> str:
    if item.why == planning.VANISHED:
        return str(StationVanished(item.station))
    return (
        f"Station {item.station} is parked: its runs failed as often as is allowed (see the failed runs with the tag "
        f"{planning.station_tag(item.station)}={item.target}); correct its files or settings, or run it by hand."
    )


def _why_nothing(decided: Plan, stations: int) -> str:
    parts = [
        f"{len(items)} {what} ({', '.join(items[:3])}{'...' if len(items) > 3 else ''})"
        for items, what in (
            (decided.in_flight, "in flight"),
            (decided.waiting, "waiting for the next attempt"),
            ([s.station for s in decided.parked], "parked"),
        )
        if items
    ]
    return (
        f"{stations} stations in landing: {'; '.join(parts)}." if parts else f"All {stations} stations are up to date."
    )
