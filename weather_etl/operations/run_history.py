"""What Dagster's history tells: who is at work, how often a target was tried, what a check said last.

Belongs here: questions to the run storage, for sensors, `catch_up_job` and `status`.
Does not belong here: decisions (`operations/planning.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import dagster as dg

from weather_etl.checks.files import UNROUTABLE_FILES
from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import TABLE_NAMES, StaleStation
from weather_etl.operations import planning
from weather_etl.operations.planning import History, PastRun
from weather_etl.redaction import printable
from weather_etl.settings import Settings

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
FINISHED = [dg.DagsterRunStatus(status) for status in planning.FINISHED]
FAILED = [dg.DagsterRunStatus(status) for status in planning.FAILED]
INTERRUPTED = "The run was interrupted; `weather-etl run` goes on."
# Set by dagster-celery on a run that it has handed to the broker.
_BROKER_TAG = "dagster-celery/task_id"
_TARGETS_PER_QUERY = 1000
_BULK_RUNS = 50  # so many failed runs of catch_up_job are looked through for a station that no run of its own shows
_RUNS_PER_STATION = 50


@dataclass
class InFlight:
    """What unfinished runs work on: stations whatever they lead to, and targets of runs over many stations."""

    stations: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)

    def covers(self, item: StaleStation) -> bool:
        return item.station in self.stations or item.key in self.targets

    def histories(self, stale: Iterable[StaleStation]) -> dict[str, History]:
        return {s.station: History(in_flight=True) for s in stale if self.covers(s)}


def in_flight(
    instance: dg.DagsterInstance,
    containers: Containers,
    settings: Settings,
    *,
    now: float,
    besides: Collection[str] = (),
) -> InFlight:
    """What unfinished runs work on; a run that was silent for longer than the settings allow is reported failed.

    A run whose process was killed stays STARTED for ever otherwise. A run that waits, in Dagster's queue or in a
    broker, has no process that could be silent.

    Args:
        instance: Dagster's instance.
        containers: where the files of a lost run lie.
        settings: how long a run may be silent, and how often it is tried.
        now: seconds since 1970.
        besides: jobs whose runs do not count.
    """
    work = InFlight()
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        station, targets = planning.covered(run.tags), planning.targets(run.tags)
        if (station is None and not targets and not _is_parent(run)) or run.job_name in besides:
            continue
        waits = run.status == dg.DagsterRunStatus.QUEUED or (
            run.status == dg.DagsterRunStatus.STARTING and _BROKER_TAG in run.tags
        )
        if not waits:
            silence = now - _last_sign_of_life(instance, record)
            if silence > settings.silence_limit_s:
                sentence = _lost_sentence(run, silence, containers, settings)
                instance.add_run_tags(run.run_id, {planning.ENDED: planning.LOST})
                instance.report_run_failed(run, sentence)
                continue
        if station is not None:
            work.stations.add(station)
        else:
            work.targets |= targets
    return work


def _is_parent(run: dg.DagsterRun) -> bool:
    return run.job_name == planning.CATCH_UP_JOB


def _last_sign_of_life(instance: dg.DagsterInstance, record: dg.RunRecord) -> float:
    run_id = record.dagster_run.run_id
    events = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    last = max(record.update_timestamp.timestamp(), events[0].timestamp if events else 0.0)
    if _is_parent(record.dagster_run):  # it says nothing itself while a run that it started works
        for child in instance.get_run_records(dg.RunsFilter(tags={planning.PARENT: run_id}), limit=1):
            last = max(last, _last_sign_of_life(instance, child))
    return last


def _lost_sentence(run: dg.DagsterRun, silence: float, containers: Containers, settings: Settings) -> str:
    """Of a run whose process died without a word: which file may be too large for the machine, and what follows."""
    parts = [
        f"The run gave no sign of life for {silence:,.0f} s; its process is taken for dead, perhaps for want of memory."
    ]
    station = planning.covered(run.tags)
    if station is not None and makes_tables(run):
        files = shared_files.list_station(containers, station).files
        if largest := max(files, key=lambda f: f.size, default=None):
            parts.append(f"Its largest landing file is {printable(largest.name)} ({largest.size:,} bytes).")
    what_next = planning.what_next(run.job_name, run.tags, settings.max_attempts)
    return " ".join([*parts, what_next or "What is still stale of its work is started again, each station by itself."])


def histories(
    instance: dg.DagsterInstance, stale: Collection[StaleStation], jobs: Collection[str]
) -> dict[str, History]:
    """Earlier runs of each station towards its target.

    Args:
        instance: Dagster's instance.
        stale: stations and targets.
        jobs: names of the jobs that lead to such targets.
    """
    by_key = {s.key: s for s in stale}
    runs: dict[str, list[PastRun]] = defaultdict(list)
    began: set[tuple[str, str]] = set()
    for keys in _portions(by_key):
        for record in instance.get_run_records(dg.RunsFilter(tags={planning.TARGET: keys})):
            run = record.dagster_run
            key = run.tags[planning.TARGET]
            began.add((run.tags.get(planning.PARENT, ""), key))
            if run.status in FINISHED:
                runs[key].append(_past(record))
    for record in _failed_runs_over_many(instance) if by_key else ():
        run = record.dagster_run
        for key in planning.targets(run.tags) & by_key.keys():
            if (run.run_id, key) not in began:  # it died before the station's own run began
                runs[key].append(_past(record))
    last_other = _last_other_runs(instance, [by_key[k] for k in runs], jobs)
    return {
        by_key[key].station: planning.history(past_runs, last_other.get(by_key[key].station, 0))
        for key, past_runs in runs.items()
    }


def _portions(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while portion := list(islice(rest, _TARGETS_PER_QUERY)):
        yield portion


def _past(record: dg.RunRecord) -> PastRun:
    run = record.dagster_run
    end = record.end_time or record.update_timestamp.timestamp()
    return PastRun(record.storage_id, run.status.value, end, run.tags.get(planning.ENDED, ""), run.run_id)


def _failed_runs_over_many(instance: dg.DagsterInstance) -> Sequence[dg.RunRecord]:
    return instance.get_run_records(dg.RunsFilter(job_name=planning.CATCH_UP_JOB, statuses=FAILED), limit=_BULK_RUNS)


def _last_other_runs(
    instance: dg.DagsterInstance, tried: Collection[StaleStation], jobs: Collection[str]
) -> dict[str, int]:
    """Station -> number of the last run of these jobs over it that led to another target."""
    now = {s.station: s.key for s in tried}
    filters = [
        dg.RunsFilter(job_name=job, statuses=FINISHED, tags={planning.PARTITION: names})
        for job in jobs
        for names in _portions(now.keys() - {planning.SHARED})
    ]
    if planning.SHARED in now:
        filters.append(dg.RunsFilter(statuses=FINISHED, tags={planning.SHARED_TAG: "all"}))
    last_ids: dict[str, int] = {}
    for runs in filters:
        names = runs.tags.get(planning.PARTITION, ())
        for record in instance.get_run_records(runs, limit=max(len(names), 1) * _RUNS_PER_STATION):
            tags = record.dagster_run.tags
            station = planning.covered(tags)
            if station is not None and tags.get(planning.TARGET, now[station]) != now[station]:
                last_ids[station] = max(last_ids.get(station, 0), record.storage_id)
    return last_ids


def last_runs(instance: dg.DagsterInstance, stations: Collection[str]) -> dict[str, dg.DagsterRun]:
    """The last finished run that made tables, of each of these stations that has a recent one, however it was started."""
    by_station: dict[str, dg.DagsterRun] = {}
    for names in _portions(stations):
        filters = dg.RunsFilter(statuses=FINISHED, tags={planning.PARTITION: names})
        for record in instance.get_run_records(filters, limit=len(names) * _RUNS_PER_STATION):
            run = record.dagster_run
            if makes_tables(run):
                by_station.setdefault(run.tags[planning.PARTITION], run)
    return by_station


def makes_tables(run: dg.DagsterRun) -> bool:
    """Whether a run is of the tables' job, or a person's that was about tables among others."""
    if run.job_name == planning.TABLES_JOB:
        return True
    return bool({key.path[-1] for key in run.asset_selection or ()} & set(TABLE_NAMES))


def last_check_evaluations(
    instance: dg.DagsterInstance, keys: list[dg.AssetCheckKey], station: str | None = None
) -> dict[dg.AssetCheckKey, dg.AssetCheckEvaluation]:
    """The last evaluation of each check, of one station if one is given; without those that never were evaluated."""
    from weather_etl.private_names import PartitionKeyFilter  # needs SQLAlchemy: 0.3 s that definitions do without

    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        keys, partition_filter=PartitionKeyFilter(key=station) if station is not None else None
    )
    evaluations = {}
    for key, record in records.items():
        event = record.event.dagster_event if record.event else None
        if event is not None and event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluations[key] = event.asset_check_evaluation_data
    return evaluations


def unroutable_files_told(instance: dg.DagsterInstance) -> str | None:
    """What the last evaluation of `unroutable_files` was about, see `planning.unroutable`; None if there is none."""
    key = dg.AssetCheckKey(dg.AssetKey(UNROUTABLE_FILES.table), UNROUTABLE_FILES.name)
    evaluation = last_check_evaluations(instance, [key]).get(key)
    names: Any = evaluation.metadata.get("names") if evaluation else None
    return str(names.value) if names is not None else None


def was_interrupted(event: dg.DagsterEvent) -> bool:
    """Whether a step ended by Ctrl-C or SIGTERM: Dagster calls that a failure of the step, and goes on."""
    error = event.step_failure_data.error if event.is_step_failure else None
    return error is not None and error.cls_name in ("KeyboardInterrupt", dg.DagsterExecutionInterruptedError.__name__)


def step_failure(event: dg.DagsterEvent) -> str:
    """What a failed step said: the words of its `Failure`, else of its exception."""
    if was_interrupted(event):
        return INTERRUPTED
    data = event.step_failure_data
    description = data.user_failure_data.description if data.user_failure_data else None
    return (description or (data.error.message if data.error else "")).strip()


def failure_sentence(instance: dg.DagsterInstance, run_id: str) -> str:
    """Why a run failed: what its step said, else what was said of the run; empty if it did not fail."""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    sentence = ""
    for record in instance.get_records_for_run(run_id, of_type=kinds).records if run_id else ():
        event = record.event_log_entry.dagster_event
        if event is None:
            continue
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            sentence = step_failure(event) or sentence
            break
        sentence = sentence or event.message or ""
    return (sentence.strip().splitlines() or [""])[0]
