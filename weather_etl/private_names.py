"""Private names of Dagster, of dagster-postgres, dagster-azure and the Azure SDK: all that this package uses.

Each is here because there is no public one in the versions that pyproject.toml allows, which have upper bounds for that
reason. `weather_etl_tests/test_private_names.py` holds a contract for each, which fails with its name when an upgrade changes it.

Belongs here: imports, attributes and calls of private names, one by one. Does not belong here: what is done with them.
Nothing is imported before it is asked for: the storage of the core needs Azure without Dagster.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dagster as dg
    from azure.core.rest import HttpRequest, HttpResponse
    from azure.storage.blob import BlobServiceClient, ContainerClient
    from dagster._core.definitions.data_version import DATA_VERSION_TAG
    from dagster._core.errors import DagsterUserCodeProcessError
    from dagster._core.execution.execution_result import ExecutionResult
    from dagster._core.scheduler.instigation import TickStatus
    from dagster._core.storage.compute_log_manager import CapturedLogContext
    from dagster._core.storage.event_log.base import PartitionKeyFilter
    from dagster._serdes import ConfigurableClassData
    from sqlalchemy import Engine

HOMES = {
    "ConfigurableClassData": "dagster._serdes",  # what an instance class is given; for annotations
    "DATA_VERSION_TAG": "dagster._core.definitions.data_version",  # of an AssetObservation, which has no parameter for it
    "DagsterUserCodeProcessError": "dagster._core.errors",  # a failure that Dagster shows without a stack trace
    "TickStatus": "dagster._core.scheduler.instigation",  # how a tick of a sensor ended
    "CapturedLogContext": "dagster._core.storage.compute_log_manager",  # which log a run writes
    "PartitionKeyFilter": "dagster._core.storage.event_log.base",  # the last check evaluation of one partition
}

__all__ = [
    "DATA_VERSION_TAG",
    "CapturedLogContext",
    "ConfigurableClassData",
    "DagsterUserCodeProcessError",
    "PartitionKeyFilter",
    "TickStatus",
    "blob_key_of_log",
    "engine_of",
    "execute_in_this_process",
    "give_engine",
    "give_log_container",
    "run_blob_request",
]


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def engine_of(storage: Any) -> "Engine":
    """What a storage of dagster-postgres connects with."""
    return storage._engine


def give_engine(storage: Any, engine: "Engine") -> None:
    """Let a storage of dagster-postgres connect with `engine` from now on."""
    storage._engine = engine


def give_log_container(manager: Any, service: "BlobServiceClient", container: "ContainerClient") -> None:
    """Let an `AzureBlobComputeLogManager` read and write through these clients."""
    manager._blob_client = service
    manager._container_client = container


def blob_key_of_log(manager: Any, log_key: Any, io_type: Any) -> str:
    """Where an `AzureBlobComputeLogManager` puts a log, in its container."""
    return manager._blob_key(log_key, io_type)


def run_blob_request(client: "ContainerClient", request: "HttpRequest") -> "HttpResponse":
    """Send a request as the SDK sends its own: signed, repeated, logged.

    Raises:
        HttpResponseError: any status but 200; the subclass and the `error_code` that the SDK's own calls raise.
    """
    from azure.core.exceptions import HttpResponseError
    from azure.storage.blob._shared.response_handlers import process_storage_error

    response = client._pipeline.run(request).http_response
    if response.status_code != 200:
        process_storage_error(HttpResponseError(response=response))
    return response


def execute_in_this_process(
    instance: "dg.DagsterInstance",
    job: "dg.JobDefinition",
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
