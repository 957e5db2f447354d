"""What Dagster's history tells: who is at work, how often a target was tried, what a check said last.

Belongs here: questions to the run storage, for sensors, `catch_up_job` and `status`.
Does not belong here: decisions (`operations/planning.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import dagster as dg

from weather_etl.checks.files import UNROUTABLE_FILES
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.operations import planning
from weather_etl.operations.planning import History, PastRun, StaleStation
from weather_etl.private_names import PartitionKeyFilter

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
# Set by dagster-celery on a run that it has handed to the broker.
_BROKER_TAG = "dagster-celery/task_id"
_TARGETS_PER_QUERY = 500
_BULK_RUNS = 50  # so many failed runs of catch_up_job are looked through for a station that no run of its own shows


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
    instance: dg.DagsterInstance, *, silence_limit: float, now: float, besides: Collection[str] = ()
) -> InFlight:
    """What unfinished runs work on; a run silent for longer than the limit is reported failed.

    A run whose process was killed stays STARTED for ever otherwise. A run that waits, in Dagster's queue or in a
    broker, has no process that could be silent. Runs of the jobs `besides` do not count.
    """
    found = InFlight()
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
            if silence > silence_limit:
                _report_lost(instance, run, silence)
                continue
        if station is not None:
            found.stations.add(station)
        else:
            found.targets |= targets
    return found


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


def _report_lost(instance: dg.DagsterInstance, run: dg.DagsterRun, silence: float) -> None:
    instance.add_run_tags(run.run_id, {planning.ENDED: planning.LOST})
    instance.report_run_failed(
        run,
        f"The run gave no sign of life for {silence:,.0f} s; its process is taken for dead, perhaps for want of memory "
        "(then its largest landing file may be too large for this machine).",
    )


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
    runs: dict[str, dict[str, PastRun]] = defaultdict(dict)
    for keys in _portions(by_key):
        for record in instance.get_run_records(dg.RunsFilter(statuses=FINISHED, tags={planning.TARGET: keys})):
            runs[record.dagster_run.tags[planning.TARGET]][record.dagster_run.run_id] = _past(record)
    parents = _runs_over_many(instance, by_key)
    for key, run_id, run in parents:
        runs[key].setdefault(run_id, run)
    last_other = _last_other_runs(instance, [by_key[k] for k in runs], jobs)
    return {
        by_key[key].station: planning.history(found.values(), last_other.get(by_key[key].station, 0))
        for key, found in runs.items()
    }


def _portions(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while portion := list(islice(rest, _TARGETS_PER_QUERY)):
        yield portion


def _past(record: dg.RunRecord) -> PastRun:
    run = record.dagster_run
    end = record.end_time or record.update_timestamp.timestamp()
    return PastRun(record.storage_id, run.status.value, end, run.tags.get(planning.ENDED, ""), run.run_id)


def _runs_over_many(instance: dg.DagsterInstance, keys: Collection[str]) -> list[tuple[str, str, PastRun]]:
    """(target, run id, run) of failed runs of catch_up_job that died before a station's own run began."""
    failed = dg.RunsFilter(
        job_name=planning.CATCH_UP_JOB, statuses=[dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    )
    found = []
    for record in instance.get_run_records(failed, limit=_BULK_RUNS) if keys else ():
        run = record.dagster_run
        wanted = planning.targets(run.tags) & set(keys)
        if wanted:
            children = instance.get_run_records(
                dg.RunsFilter(tags={planning.PARENT: run.run_id, planning.TARGET: sorted(wanted)})
            )
            began = {child.dagster_run.tags[planning.TARGET] for child in children}
            found += [(key, run.run_id, _past(record)) for key in wanted - began]
    return found


def _last_other_runs(
    instance: dg.DagsterInstance, tried: Collection[StaleStation], jobs: Collection[str]
) -> dict[str, int]:
    """Station -> number of the last run of these jobs over it that led to another target."""
    stations = {s.station: s.key for s in tried if s.station != planning.SHARED}
    found: dict[str, int] = {}
    for job in jobs:
        for names in _portions(stations):
            filters = dg.RunsFilter(job_name=job, statuses=FINISHED, tags={planning.PARTITION: names})
            for record in instance.get_run_records(filters, limit=len(names) * _BULK_RUNS):
                tags = record.dagster_run.tags
                station = tags[planning.PARTITION]
                if tags.get(planning.TARGET, stations[station]) != stations[station]:
                    found[station] = max(found.get(station, 0), record.storage_id)
    return found


def last_runs(instance: dg.DagsterInstance, stations: Collection[str]) -> dict[str, dg.DagsterRun]:
    """The last finished run that made tables, of each of these stations that has a recent one, however it was started."""
    found: dict[str, dg.DagsterRun] = {}
    for names in _portions(stations):
        filters = dg.RunsFilter(statuses=FINISHED, tags={planning.PARTITION: names})
        for record in instance.get_run_records(filters, limit=len(names) * _BULK_RUNS):
            run = record.dagster_run
            if makes_tables(run):
                found.setdefault(run.tags[planning.PARTITION], run)
    return found


def makes_tables(run: dg.DagsterRun) -> bool:
    """Whether a run is of the tables' job, or a person's that was about tables among others."""
    if run.job_name == planning.TABLES_JOB:
        return True
    return bool({key.path[-1] for key in run.asset_selection or ()} & set(TABLE_NAMES))


def last_check_evaluations(
    instance: dg.DagsterInstance, keys: list[dg.AssetCheckKey], station: str | None = None
) -> dict[dg.AssetCheckKey, dg.AssetCheckEvaluation]:
    """The last evaluation of each check, of one station if one is given; without those that never were evaluated."""
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        keys, partition_filter=PartitionKeyFilter(key=station) if station is not None else None
    )
    found = {}
    for key, record in records.items():
        event = record.event.dagster_event if record.event else None
        if event is not None and event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            found[key] = event.asset_check_evaluation_data
    return found


def unroutable_files_told(instance: dg.DagsterInstance) -> str | None:
    """What the last evaluation of `unroutable_files` was about, see `planning.unroutable`; None if there is none."""
    key = dg.AssetCheckKey(dg.AssetKey(UNROUTABLE_FILES.table), UNROUTABLE_FILES.name)
    evaluation = last_check_evaluations(instance, [key]).get(key)
    told: Any = evaluation.metadata.get("names") if evaluation else None
    return str(told.value) if told is not None else None


def failure_sentence(instance: dg.DagsterInstance, run_id: str) -> str:
    """Why a run failed: what its step said, else what was said of the run; empty if it did not fail."""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    sentence = ""
    for record in instance.get_records_for_run(run_id, of_type=kinds).records if run_id else ():
        event = record.event_log_entry.dagster_event
        if event is None:
            continue
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            data = event.step_failure_data
            told = data.user_failure_data.description if data.user_failure_data else None
            sentence = told or (data.error.message if data.error else "") or sentence
            break
        sentence = sentence or event.message or ""
    return (sentence.strip().splitlines() or [""])[0]
