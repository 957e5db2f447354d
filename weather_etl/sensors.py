"""When does it run? The sensor on the landing container.

Belongs here: gathering what `planning.plan` decides on, and handing its decisions to Dagster.
Does not belong here: the decisions.
"""

import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC
from itertools import islice

import dagster as dg

from weather_etl import checks, digests
from weather_etl.assets.events import Recorded, check_evaluation
from weather_etl.failures import without_details
from weather_etl.ingestion import shared_files
from weather_etl.jobs import (
    CATCH_UP,
    JOB,
    PARENT,
    REPORT_JOB,
    SERVING_JOB,
    SHARED_JOB,
    shared_files_job,
    weather_etl_job,
)
from weather_etl.lake.storage import Containers, connect
from weather_etl.landing.versions import SHARED, Landing
from weather_etl.operations import planning
from weather_etl.operations.planning import History, PastRun, Plan, StaleStation
from weather_etl.pipeline import StationVanished
from weather_etl.redaction import printable
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_FINISHED = ("SUCCESS", "FAILURE", "CANCELED")
SENSOR_RETRY_DELAY_S = 30
# Dagster's sensor loop never turns faster; a tick looks several times to be quicker than that.
DAEMON_LOOP_S = 5
# Set by dagster-celery on a run that it has handed to the broker.
_BROKER_TAG = "dagster-celery/task_id"
# Of its time a tick spends at most a quarter looking: a large container is looked at less often.
LOOKING_SHARE = 4
# Each costs some queries, and a tick has 60 s; the others follow at the next ticks.
MAX_REPORTS_PER_TICK = 50
_STATIONS_PER_QUERY = 500


def stations_in_flight(
    instance: dg.DagsterInstance,
    partitions: Sequence[str],
    *,
    silence_limit: float,
    now: float,
    besides: str = "",
) -> set[str]:
    """Stations that an unfinished run covers; a run silent for longer than the limit is reported failed.

    A run whose process was killed stays STARTED for ever otherwise. A run that waits, in Dagster's queue or in a
    broker, has no process that could be silent. Runs of the job `besides` do not count.
    """
    busy: set[str] = set()
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        stations = planning.covered(run.tags, partitions)
        if (not stations and run.job_name != CATCH_UP) or run.job_name == besides:
            continue
        waits = run.status == dg.DagsterRunStatus.QUEUED or (
            run.status == dg.DagsterRunStatus.STARTING and _BROKER_TAG in run.tags
        )
        if not waits:
            silence = now - _last_sign_of_life(instance, record)
            if silence > silence_limit:
                instance.add_run_tags(run.run_id, {planning.ENDED: planning.LOST})
                instance.report_run_failed(
                    run, f"The run gave no sign of life for {silence:,.0f} s; its process is taken for dead."
                )
                continue
        if run.job_name != REPORT_JOB:  # it makes no tables
            busy.update(stations)
    return busy


def _last_sign_of_life(instance: dg.DagsterInstance, record: dg.RunRecord) -> float:
    run_id = record.dagster_run.run_id
    events = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    last = max(record.update_timestamp.timestamp(), events[0].timestamp if events else 0.0)
    if record.dagster_run.job_name == CATCH_UP:  # it says nothing itself while a run that it started works
        for child in instance.get_run_records(dg.RunsFilter(tags={PARENT: run_id}), limit=1):
            last = max(last, _last_sign_of_life(instance, child))
    return last


def histories(instance: dg.DagsterInstance, stale: Collection[StaleStation]) -> dict[str, History]:
    """Earlier runs of each station towards its target.

    Dagster's own interface answers for one tag at a time, which takes seconds for a thousand stations; the tables of
    its run storage answer for all of them at once.
    """
    by_tag = {planning.station_tag(s.station): s for s in stale}
    runs: dict[str, list[PastRun]] = defaultdict(list)
    others: dict[str, int] = {}
    for tags in _portions(by_tag):
        for tag, run in _past_runs(instance, [(t, by_tag[t].target) for t in tags]):
            runs[tag].append(run)
    for tags in _portions(runs):
        others |= _last_other_runs(instance, [(t, by_tag[t].target) for t in tags])
    return {by_tag[tag].station: planning.history(found, others.get(tag, 0)) for tag, found in runs.items()}


def _portions(tags: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(tags)
    while portion := list(islice(rest, _STATIONS_PER_QUERY)):
        yield portion


def _past_runs(instance: dg.DagsterInstance, targets: list[tuple[str, str]]) -> Iterable[tuple[str, PastRun]]:
    """(tag, run) of every ended run that carries one of the (tag, value) pairs."""
    import sqlalchemy as db
    from dagster._core.storage.runs.schema import RunsTable, RunTagsTable

    ended = db.alias(RunTagsTable, "ended")
    query = (
        db.select(
            RunTagsTable.c.key,
            RunsTable.c.id,
            RunsTable.c.status,
            RunsTable.c.end_time,
            RunsTable.c.update_timestamp,
            ended.c.value.label("ended"),
        )
        .select_from(
            RunTagsTable.join(RunsTable, RunsTable.c.run_id == RunTagsTable.c.run_id).outerjoin(
                ended, db.and_(ended.c.run_id == RunTagsTable.c.run_id, ended.c.key == planning.ENDED)
            )
        )
        .where(db.tuple_(RunTagsTable.c.key, RunTagsTable.c.value).in_(targets), RunsTable.c.status.in_(_FINISHED))
    )
    for row in instance.run_storage.fetchall(query):
        end = row["end_time"] or row["update_timestamp"].replace(tzinfo=UTC).timestamp()
        yield row["key"], PastRun(row["id"], row["status"], end, row["ended"] or "")


def _last_other_runs(instance: dg.DagsterInstance, targets: list[tuple[str, str]]) -> dict[str, int]:
    """Tag -> number of the last run that carries the tag with another value."""
    import sqlalchemy as db
    from dagster._core.storage.runs.schema import RunsTable, RunTagsTable

    query = (
        db.select(RunTagsTable.c.key, db.func.max(RunsTable.c.id).label("last"))
        .select_from(RunTagsTable.join(RunsTable, RunsTable.c.run_id == RunTagsTable.c.run_id))
        .where(
            RunTagsTable.c.key.in_([tag for tag, _ in targets]),
            RunTagsTable.c.value.not_in([target for _, target in targets]),
        )
        .group_by(RunTagsTable.c.key)
    )
    return {row["key"]: row["last"] for row in instance.run_storage.fetchall(query)}


@dg.sensor(
    name="landing_files_sensor",
    jobs=[weather_etl_job, shared_files_job],
    minimum_interval_seconds=Settings.load().sensor_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares the landing container with the fingerprint of every table and requests a run for each stale "
        "station, and one for shared files that are to be split. Keeps no state: what is lost, killed or failed is "
        "still stale at the next tick."
    ),
)
def landing_files_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One tick: list, compare, request; again every `sensor_interval_s` until the daemon's loop comes round."""
    settings = Settings.load()
    started = time.monotonic()
    # A listing that fails is a failed tick, never "no new files"; a failure is one sentence without secrets.
    with without_details(), connect(settings, prompt=True) as containers:
        while True:
            look = time.monotonic()
            result = _look(context, settings, containers)
            now = time.monotonic()
            pause = max(settings.sensor_interval_s, (LOOKING_SHARE - 1) * (now - look))
            if result.run_requests or result.asset_events or now - started + pause >= DAEMON_LOOP_S:
                return result
            time.sleep(pause)


def _look(context: dg.SensorEvaluationContext, settings: Settings, containers: Containers) -> dg.SensorResult:
    instance, now = context.instance, time.time()
    # First who is at work, then what lies there: a run that ends in between is not asked for again.
    partitions = instance.get_dynamic_partitions(PARTITIONS_NAME)
    busy = stations_in_flight(
        instance, partitions, silence_limit=settings.silence_limit_s, now=now, besides=SERVING_JOB
    )
    seen = shared_files.look(containers)
    landing = seen.landing
    stale = planning.find_unsplit(seen.pending) + planning.find_stale(landing, seen.stamps)
    history = histories(instance, [s for s in stale if s.station not in busy])
    decided = planning.plan(
        stale,
        partitions,
        {**history, **{station: History(in_flight=True) for station in busy}},
        now=now,
        max_attempts=settings.max_attempts,
        max_stations=settings.max_stations_per_run,
        retry_delay=SENSOR_RETRY_DELAY_S,
    )
    report = Report(instance, containers, landing, history)
    cursor, events = report.write(context.cursor, decided, {s.station for s in stale})
    return dg.SensorResult(
        run_requests=run_requests(decided),
        dynamic_partitions_requests=partitions_requests(decided),
        asset_events=events,
        cursor=cursor,
        skip_reason=None if decided.requests else _why_nothing(decided, len(landing.stations)),
    )


def run_requests(decided: Plan) -> list[dg.RunRequest]:
    """The runs of a plan as Dagster takes them."""
    return [
        dg.RunRequest(
            run_key=r.run_key,
            tags=r.tags(),
            job_name=SHARED_JOB if r.stations[0].station == SHARED else JOB,
        )
        for r in decided.requests
    ]


def partitions_requests(decided: Plan) -> list[dg.AddDynamicPartitionsRequest]:
    """The registration of a plan's new stations."""
    from weather_etl.assets.specs import station_partitions

    return [station_partitions.build_add_request(decided.new_partitions)] if decided.new_partitions else []


class Report:
    """Turns parked stations and unroutable files red once each, and green again when nothing is wrong any more.

    The cursor only remembers what was reported; without it everything that is wrong is looked up once more.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        containers: Containers,
        landing: Landing,
        history: dict[str, History],
    ) -> None:
        self._instance = instance
        self._containers = containers
        self._landing = landing
        self._history = history

    def write(self, cursor: str | None, decided: Plan, stale: set[str]) -> tuple[str, list[dg.AssetCheckEvaluation]]:
        """The next cursor, and the evaluations that are due."""
        try:
            before = json.loads(cursor or "{}")
        except ValueError:
            before = {}
        known: dict[str, str] = before.get("parked", {})
        events: list[dg.AssetCheckEvaluation] = []
        parked: dict[str, str] = {}
        for item in decided.parked:
            if known.get(item.station) != item.target:
                if len(events) >= MAX_REPORTS_PER_TICK:
                    continue
                events += self.parked(item)
            parked[item.station] = item.target
        for station in [*known, *before.get("failing", ())]:
            # What made it fail was taken back: no run will come that could say so.
            if station not in stale and station in self._landing.stations:
                events.append(self._evaluation(station, checks.up_to_date([])))
        unroutable = sorted(self._landing.unroutable)
        names = digests.digest(unroutable) if unroutable else ""
        if names != before.get("unroutable", ""):
            events.append(check_evaluation(None, checks.unroutable_files(unroutable, len(self._landing.stations))))
        failing = ({*known, *before.get("failing", ())} & stale | set(decided.waiting)) - parked.keys()
        after = {"parked": parked, "failing": sorted(failing), "unroutable": names}
        return json.dumps(after), events

    def _evaluation(self, station: str, evaluation: checks.Evaluation) -> dg.AssetCheckEvaluation:
        self._make_room(station, evaluation.check)
        return check_evaluation(station, evaluation, Recorded(self._instance, station))

    def _make_room(self, station: str, check: checks.Check) -> None:
        """Take the last evaluation that no run made out of Dagster's index; its event stays in the history.

        The index has room for one per check and partition: Dagster 1.13 fails the tick that brings a second.
        """
        from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as Index

        with self._instance.event_log_storage.index_connection() as connection:
            connection.execute(
                Index.delete().where(
                    Index.c.asset_key == dg.AssetKey(check.table).to_string(),
                    Index.c.check_name == check.name,
                    Index.c.run_id == "",
                    Index.c.partition == station,
                )
            )

    def parked(self, item: StaleStation) -> list[dg.AssetCheckEvaluation]:
        """The evaluation of a station that was parked now; none if it was reported before the cursor was lost."""
        if item.station == SHARED:
            attempts = checks.count(self._history[SHARED].attempts, "run")
            return [check_evaluation(None, checks.split_parked(attempts, SHARED_JOB))]
        last = self._last_evaluation(item.station)
        if last and (found := last.metadata.get("parked")) and found.value == item.target:
            return []
        if item.why == planning.VANISHED:
            sentence = str(StationVanished(item.station))
        else:
            cause = last.description if last and not last.passed and "parked" not in last.metadata else None
            sentence = self._sentence(item.station, cause)
        failed = checks.station_failed(item.station, sentence)
        failed.metadata["parked"] = item.target
        return [self._evaluation(item.station, failed)]

    def _last_evaluation(self, station: str) -> dg.AssetCheckEvaluation | None:
        from dagster._core.storage.event_log.base import PartitionKeyFilter

        key = dg.AssetCheckKey(dg.AssetKey(checks.STATION_PROCESSED.table), checks.STATION_PROCESSED.name)
        found = self._instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [key], partition_filter=PartitionKeyFilter(key=station)
        )
        event = found[key].event if key in found else None
        if event is None or event.dagster_event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            return None
        return event.get_dagster_event().asset_check_evaluation_data

    def _sentence(self, station: str, cause: str | None) -> str:
        past = self._history[station]
        files = self._landing.stations[station].files
        if past.lost:
            largest = max(files, key=lambda f: f.size)
            cause = (
                "the process of its last run died without a word, perhaps for want of memory; its largest landing "
                f"file is {printable(largest.name)} ({largest.size:,} bytes)."
            )
        elif cause is None:
            unread = self._unread(station)
            cause = (
                f"its runs ended, and still {printable(unread[0])} was not read ({checks.count(len(unread), 'file')} "
                "could not be read or changed meanwhile)."
                if unread
                else "its runs ended, and still its tables are not those of its landing files."
            )
        return (
            f"Station {station} is parked after {checks.count(past.attempts, 'run')}: {cause} Correct or delete the "
            f"file, which starts it again, or run `weather-etl run --station {station}`."
        )

    def _unread(self, station: str) -> list[str]:
        """Landing files that the raw table does not know in their present version."""
        raw = self._containers.lake.read(checks.STATION_PROCESSED.table, station, columns=["line"])
        read = {(e["name"], e["etag"]) for e in (raw.manifest if raw else None) or ()}
        return sorted(f.name for f in self._landing.stations[station].files if (f.name, f.etag) not in read)


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
