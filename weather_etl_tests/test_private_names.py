"""Contracts of the private names that the package uses: what each is taken to be and to do, held against the real thing.

A failure here after an upgrade means: read the release notes, mend `weather_etl/private_names.py`, nothing else.

Belongs here: one contract a name, and that there are no others. Does not belong here: what we do with them.
"""

import ast
import inspect
import tomllib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.rest import HttpRequest
from dagster_azure.blob.compute_log_manager import AzureBlobComputeLogManager
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from sqlalchemy import Engine, event

from weather_etl import private_names
from weather_etl.lake.connection import Containers
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT

PACKAGE = CHECKOUT / "weather_etl"


def test_every_name_is_where_it_is_looked_for() -> None:
    for name in private_names.HOMES:
        assert getattr(private_names, name) is not None


def test_an_instance_class_is_given_the_class_that_we_name() -> None:
    given = inspect.signature(DagsterPostgresStorage.from_config_value).parameters["inst_data"].annotation
    assert "ConfigurableClassData" in str(given)
    assert private_names.ConfigurableClassData("m", "c", "{}").config_yaml == "{}"


def test_a_tick_ends_in_one_of_these_ways(instance: dg.DagsterInstance) -> None:
    assert {s.name for s in private_names.TickStatus} >= {"SUCCESS", "SKIPPED", "FAILURE", "STARTED"}
    assert not instance.get_ticks("o", "s", limit=1, statuses=[private_names.TickStatus.SUCCESS])


stations = dg.DynamicPartitionsDefinition(name="station")
look = dg.AssetCheckSpec("look", asset="table", partitions_def=stations)


@dg.asset(partitions_def=stations, check_specs=[look])
def table(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    passed = context.partition_key == "good"
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(context.partition_key), check_results=[dg.AssetCheckResult(passed=passed)]
    )


def test_the_tag_of_a_data_version_is_the_one_that_dagster_writes(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions("station", ["good"])
    result = dg.materialize([table], instance=instance, partition_key="good")
    (made,) = result.asset_materializations_for_node("table")
    assert (made.tags or {})[private_names.DATA_VERSION_TAG] == "good"


def test_a_filter_by_partition_finds_the_last_check_of_that_partition_alone(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions("station", ["good", "bad"])
    for partition in ("bad", "good"):
        dg.materialize([table], instance=instance, partition_key=partition)
    for partition in ("bad", "good"):
        found = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [look.key], partition_filter=private_names.PartitionKeyFilter(key=partition)
        )
        recorded = found[look.key].event
        assert recorded is not None and recorded.dagster_event is not None
        assert recorded.dagster_event.asset_check_evaluation_data.passed == (partition == "good")


def test_a_failure_of_another_process_is_shown_as_it_is_without_a_trace(instance: dg.DagsterInstance) -> None:
    from weather_etl.orchestration.failures import ExpectedFailure

    @dg.op
    def fails() -> None:
        raise ExpectedFailure("This is the sentence.", {"file": "a.csv"})

    @dg.job
    def job() -> None:
        fails()

    result = job.execute_in_process(instance=instance, raise_on_error=False)
    (failure,) = [e.step_failure_data for e in result.all_events if e.is_step_failure]
    assert failure.error is not None and failure.error.cause is None
    assert (failure.error.message.strip(), failure.error.stack) == ("This is the sentence.", [])
    assert failure.user_failure_data is not None
    assert failure.user_failure_data.description == "This is the sentence."
    assert failure.user_failure_data.metadata["file"].value == "a.csv"


def executed(instance: dg.DagsterInstance, partition: str) -> tuple[dg.DagsterRun, bool]:
    """A run of the code location `place`, and whether it succeeded."""

    @dg.asset(partitions_def=stations, name="table")
    def fails_for_bad(context: dg.AssetExecutionContext) -> None:
        if context.partition_key == "bad":
            raise ValueError("this is why")

    instance.add_dynamic_partitions("station", [partition])
    definitions = dg.Definitions(
        [fails_for_bad], jobs=[dg.define_asset_job("tables", tags={"of": "the job"})], executor=dg.in_process_executor
    )
    result = private_names.execute_in_this_process(
        instance,
        definitions.resolve_job_def("tables"),
        run_config={},
        tags={"dagster/partition": partition},
        location="place",
        repository="__repository__",
    )
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    return run, result.success


def test_a_run_in_this_process_belongs_to_its_code_location_where_the_pages_of_its_job_look_for_it(
    instance: dg.DagsterInstance,
) -> None:
    run, success = executed(instance, "good")
    assert success and run.status == dg.DagsterRunStatus.SUCCESS
    shown = dg.RunsFilter(job_name="tables", tags={".dagster/repository": "__repository__@place", "of": "the job"})
    assert [r.run_id for r in instance.get_runs(shown)] == [run.run_id]
    wanted = dg.AssetRecordsFilter(dg.AssetKey("table"), asset_partitions=["good"])
    assert [r.run_id for r in instance.fetch_materializations(wanted, limit=9).records] == [run.run_id]


def test_a_run_in_this_process_that_fails_is_a_result_and_no_exception(instance: dg.DagsterInstance) -> None:
    run, success = executed(instance, "bad")
    assert not success and run.status == dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize("storage_class", [PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage])
def test_a_storage_connects_with_the_engine_that_it_is_given_and_no_other(storage_class: type, database: str) -> None:
    storage = storage_class(database, should_autocreate_tables=False)
    own = private_names.engine_of(storage)
    assert isinstance(own, Engine)
    given = private_names.engine_of(storage_class(database, should_autocreate_tables=False))
    private_names.give_engine(storage, given)
    used: list[str] = []
    event.listen(own, "engine_connect", lambda _: used.append("own"))
    event.listen(given, "engine_connect", lambda _: used.append("given"))
    assert storage.alembic_version()  # each of the three can be asked for it
    assert set(used) == {"given"}


def test_what_makes_an_engine_of_a_storage_takes_these_options() -> None:
    from dagster_postgres.utils import create_pg_engine

    assert list(inspect.signature(create_pg_engine).parameters) == ["postgres_url", "token_provider", "engine_kwargs"]
    asked = inspect.signature(PostgresRunStorage.optimize_for_webserver).parameters
    assert list(asked) == ["self", "statement_timeout", "pool_recycle", "max_overflow"]


def test_compute_logs_go_through_the_clients_that_are_given(containers: Containers, environment: Settings) -> None:
    from azure.storage.blob import BlobServiceClient
    from dagster_azure.blob.compute_log_manager import ComputeIOType

    manager = AzureBlobComputeLogManager("account", "logs", access_key_or_sas_token="-")
    with BlobServiceClient.from_connection_string(environment.connection_string or "") as service:
        container = service.get_container_client(environment.lake_container)
        private_names.give_log_container(manager, service, container)
        key = ["run", "compute_logs", "step"]
        local = Path(manager.local_manager.get_captured_local_path(key, "out"))
        local.parent.mkdir(parents=True, exist_ok=True)
        local.write_text("a line")  # what `capture_logs` does with two processes, for each of which it waits 30 s
        manager.upload_to_cloud_storage(key, ComputeIOType.STDOUT)
        local.unlink()
        data = manager.get_log_data(key)
        assert data.stdout is not None and b"a line" in data.stdout
        name = private_names.blob_key_of_log(manager, key, ComputeIOType.STDOUT)
        assert b"a line" in container.download_blob(name).readall()


def test_a_request_is_signed_and_answered(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", b"1")
    client = containers.landing.client
    headers = {"x-ms-version": client.api_version}
    request = HttpRequest("GET", f"{client.url}?restype=container&comp=list", headers=headers)
    assert b"<Name>a/x.csv</Name>" in private_names.run_blob_request(client, request).body()


def test_a_refused_request_is_the_error_of_the_sdk_with_its_code(containers: Containers) -> None:
    client = containers.landing.client
    headers = {"x-ms-version": client.api_version}
    with pytest.raises(ResourceNotFoundError) as caught:
        private_names.run_blob_request(client, HttpRequest("GET", f"{client.url}/none.csv", headers=headers))
    assert isinstance(caught.value, HttpResponseError) and caught.value.error_code == "BlobNotFound"


def private_imports(path: Path) -> list[str]:
    """Modules with a leading underscore in their path that a file imports from other packages."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{a.name}" for a in node.names]
        found += [n for n in names if "weather_etl" not in n and any(p.startswith("_") for p in n.split(".")[1:])]
    return found


def test_private_modules_of_others_are_imported_in_one_file() -> None:
    places = {str(p.relative_to(PACKAGE)): private_imports(p) for p in PACKAGE.rglob("*.py")}
    assert {place: names for place, names in places.items() if names} == {
        "private_names.py": places["private_names.py"]
    }


def test_every_package_with_a_private_name_in_use_has_an_upper_bound() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    wanted = {r.split(">=")[0].split("[")[0]: r for r in project["dependencies"]}
    for package in ("dagster", "dagster-azure", "dagster-postgres", "azure-storage-blob"):
        assert "<" in wanted[package], package
