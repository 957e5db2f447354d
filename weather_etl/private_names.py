"""Private names of Dagster and of the Azure SDK, all that this package uses.

Each has no public twin in the versions that pyproject.toml allows, and a contract in `test_private_names.py` that
fails with the name when an upgrade changes it.

Belongs here: the imports and the attributes. Does not belong here: what is done with them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.metadata import normalize_metadata
from dagster._core.errors import DagsterUserCodeProcessError
from dagster._serdes import ConfigurableClassData
from dagster._utils.error import SerializableErrorInfo

if TYPE_CHECKING:
    from dagster._core.execution.execution_result import ExecutionResult
    from sqlalchemy import Engine

__all__ = [
    "ConfigurableClassData",
    "DagsterUserCodeProcessError",
    "SerializableErrorInfo",
    "engine_of",
    "execute_in_this_process",
    "give_engine",
    "last_check_evaluations",
    "normalize_metadata",
]


def engine_of(storage: Any) -> "Engine":
    """What a storage of dagster-postgres connects with."""
    return storage._engine


def give_engine(storage: Any, engine: "Engine") -> None:
    """Let a storage of dagster-postgres connect with `engine` from now on."""
    storage._engine = engine


def execute_in_this_process(
    instance: dg.DagsterInstance,
    job: dg.JobDefinition,
    *,
    run_config: Mapping[str, Any],
    tags: Mapping[str, str],
    location: str,
    repository: str,
) -> "ExecutionResult":
    """Execute a job as a run of the code location, by the job's own executor; a failure is in the result.

    `JobDefinition.execute_in_process` knows no code location, and without one a run shows on no page of its job.
    """
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run
    from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

    of_location = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), repository)
    run = instance.create_run_for_job(
        job_def=job,
        run_config=run_config,
        tags={**job.run_tags, **tags},
        remote_job_origin=RemoteJobOrigin(of_location, job.name),
    )
    return execute_run(InMemoryJob(job), run, instance, raise_on_error=False)


def last_check_evaluations(
    instance: dg.DagsterInstance, keys: list[dg.AssetCheckKey], station: str | None = None
) -> dict[dg.AssetCheckKey, dg.AssetCheckEvaluation]:
    """The last evaluation of each check, of one station if one is given; without those that never were evaluated."""
    from dagster._core.storage.event_log.base import PartitionKeyFilter

    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        keys, partition_filter=PartitionKeyFilter(key=station) if station is not None else None
    )
    evaluations = {}
    for key, record in records.items():
        event = record.event.dagster_event if record.event else None
        if event is not None and event.event_type_value == "ASSET_CHECK_EVALUATION":
            evaluations[key] = event.asset_check_evaluation_data
    return evaluations
