"""Runs in this process: what `catch_up_job` and the command line start, as runs of the code location like any other.

Belongs here: starting one, and why it failed.
Does not belong here: which are started (`catch_up.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from weather_etl.ingestion.station import RAW
from weather_etl.operations import planning
from weather_etl.operations.run_history import step_failure, was_interrupted
from weather_etl.orchestration.graph import TABLE_STEPS, graph
from weather_etl.orchestration.jobs import SHARED_JOB, TABLES_JOB
from weather_etl.private_names import execute_in_this_process
from weather_etl.redaction import without_secrets
from weather_etl.stations import PARTITIONS_NAME

QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}
STEPS = tuple(step.op.name for step in TABLE_STEPS)


def run_job(
    instance: dg.DagsterInstance,
    job: str | dg.JobDefinition,
    *,
    station: str | None = None,
    ops: Mapping[str, Mapping[str, Any]] | None = None,
    loggers: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> list[str]:
    """Run a job now; why it failed, a sentence per step.

    Args:
        instance: Dagster's instance.
        job: name of a job over the assets, or a job.
        station: the run's partition.
        ops: step -> its configuration.
        loggers: of the run; nothing is printed by default.
        tags: of the run.

    Raises:
        KeyboardInterrupt: the run was cancelled.
    """
    if station is not None:
        # A step that loads tables finds no partition otherwise; only the one that makes raw registers it by itself.
        instance.add_dynamic_partitions(PARTITIONS_NAME, [station])
    result = execute_in_this_process(
        instance,
        graph.resolve_job_def(job) if isinstance(job, str) else job,
        run_config={
            "ops": {step: {"config": dict(config)} for step, config in (ops or {}).items()},
            "loggers": dict(loggers or QUIET),
        },
        tags={**({planning.PARTITION: station} if station is not None else {}), **(tags or {})},
        location=planning.LOCATION,
        repository=planning.REPOSITORY,
    )
    if result.success:
        return []
    if result.dagster_run.status == dg.DagsterRunStatus.CANCELED or any(map(was_interrupted, result.all_events)):
        raise KeyboardInterrupt
    return causes(result.all_events) or [f"Run {result.run_id} failed before its first step; see it in the UI."]


def causes(events: Sequence[dg.DagsterEvent]) -> list[str]:
    """One sentence for each step that failed."""
    return [without_secrets(step_failure(event)) for event in events if event.is_step_failure]


def replay(instance: dg.DagsterInstance, station: str | None, names: list[str], shared: list[str]) -> list[str]:
    """Read files again in this process and make the tables anew; why it failed.

    Args:
        instance: Dagster's instance.
        station: station id; None if only shared files are to be split again.
        names: the landing files.
        shared: those among them that hold several stations; they are split again first.
    """
    failures: list[str] = []
    if shared:
        failures += run_job(instance, SHARED_JOB, ops={"shared_files": {"full": True, "files": shared}})
    if station is not None:
        steps: dict[str, dict[str, Any]] = {step: {"full": True} for step in STEPS}
        steps[RAW]["files"] = names
        failures += run_job(instance, TABLES_JOB, station=station, ops=steps)
    return failures
