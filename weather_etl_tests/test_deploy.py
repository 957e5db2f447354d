"""What deploy/ says, held against Dagster's own validation and against itself; nothing is started here but storage.

Belongs here: configuration that a typo would break. Does not belong here: what runs (`test_celery.py`).
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef

from weather_etl.operations.storage_setup import create_storage
from weather_etl.pooled_storage import PooledPostgresStorage
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT, Services

DEPLOY = CHECKOUT / "deploy"
ENVIRONMENT = {
    "WEATHER_ETL_POSTGRES_URL": "postgresql+psycopg2://u:p@127.0.0.1:9/d",
    "WEATHER_ETL_ACCOUNT_URL": "https://acc.blob.core.windows.net",
    "WEATHER_ETL_BROKER_URL": "redis://127.0.0.1:9/0",
    "WEATHER_ETL_RUN_SLOTS": "3",
    "WEATHER_ETL_CODE_HOST": "code",
    "WEATHER_ETL_IDENTITY_ID": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i",
    "AZURE_SUBSCRIPTION_ID": "s",
    "AZURE_RESOURCE_GROUP": "g",
    "AZURE_REGION": "westeurope",
    "AZURE_CONTAINER_APPS_ENVIRONMENT_ID": "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/managedEnvironments/e",
    "AZURE_CLIENT_ID": "c",
}
INSTANCES = ["dagster.yaml", "deploy/celery/dagster.yaml", "deploy/azure-container-apps/dagster.yaml"]


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def instance_ref(path: str, folder: Path) -> InstanceRef:
    (folder / "dagster.yaml").write_text((CHECKOUT / path).read_text())
    return InstanceRef.from_dir(str(folder))


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", INSTANCES)
def test_an_instance_configuration_passes_dagsters_validation(path: str, tmp_path: Path, variables: None) -> None:
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / path).read_text())
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["run_coordinator"]["class"] == "QueuedRunCoordinator"


@pytest.mark.parametrize("path", INSTANCES)
def test_the_storage_of_an_instance_is_the_pooled_one_with_a_valid_configuration(
    path: str, tmp_path: Path, variables: None
) -> None:
    from dagster._config import process_config

    custom = loaded(CHECKOUT / path)["storage"]["custom"]
    assert (custom["module"], custom["class"]) == (PooledPostgresStorage.__module__, PooledPostgresStorage.__name__)
    processed = process_config(PooledPostgresStorage.config_type(), custom["config"])
    assert processed.success and processed.value["postgres_url"] == ENVIRONMENT["WEATHER_ETL_POSTGRES_URL"]


# What the chart renders, shortened to the parts that the post-renderer must tell apart.
RENDERED = """---
# Source: dagster/templates/configmap-instance.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: dagster-instance
data:
  dagster.yaml: |
    schedule_storage: &storage
      module: dagster_postgres.schedule_storage
      class: PostgresScheduleStorage
      config:
        postgres_db:
          username: weather
          password:
            env: DAGSTER_PG_PASSWORD
          hostname: server
          db_name: weather
          port: 5432
          params:
            sslmode: require
    run_storage:
      module: dagster_postgres.run_storage
      class: PostgresRunStorage
      config: {postgres_db: {username: weather, password: {env: DAGSTER_PG_PASSWORD}, hostname: server, db_name: weather, port: 5432, params: {sslmode: require}}}
    event_log_storage:
      module: dagster_postgres.event_log
      class: PostgresEventLogStorage
      config: {postgres_db: {username: weather, password: {env: DAGSTER_PG_PASSWORD}, hostname: server, db_name: weather, port: 5432, params: {sslmode: require}}}
    telemetry:
      enabled: false
---
# Source: dagster/templates/configmap-env-daemon.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: dagster-daemon-env  # mounts dagster.yaml
data: {A: "1"}
"""


def post_rendered(manifests: str) -> "subprocess.CompletedProcess[str]":
    script = [sys.executable, str(DEPLOY / "k8s" / "pooled_storage.py")]
    return subprocess.run(script, input=manifests, capture_output=True, text=True, check=False)


def test_the_post_renderer_of_the_chart_puts_in_the_pooled_storage_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster._config import process_config

    monkeypatch.setenv("DAGSTER_PG_PASSWORD", "secret")
    done = post_rendered(RENDERED)
    assert done.returncode == 0, done.stderr
    before, after = ([d for d in yaml.safe_load_all(text) if d] for text in (RENDERED, done.stdout))
    assert after[1:] == before[1:]
    (tmp_path / "dagster.yaml").write_text(after[0]["data"]["dagster.yaml"])
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["telemetry"] == {"enabled": False} and "run_storage" not in config
    custom = config["storage"]["custom"]
    assert custom["class"] == PooledPostgresStorage.__name__
    processed = process_config(PooledPostgresStorage.config_type(), custom["config"])
    assert processed.success and processed.value["postgres_db"]["password"] == "secret"


def test_the_post_renderer_refuses_what_is_not_dagsters_chart() -> None:
    done = post_rendered("apiVersion: v1\nkind: ConfigMap\ndata: {}\n")
    assert done.returncode and "one was expected" in done.stderr and not done.stdout


@pytest.mark.parametrize("path", INSTANCES[1:])
def test_an_instance_of_deploy_differs_from_the_local_one_in_how_runs_are_launched_only(path: str) -> None:
    launching = {"run_launcher", "run_coordinator", "run_monitoring"}
    ours, local = loaded(CHECKOUT / path), loaded(CHECKOUT / "dagster.yaml")
    assert {k: v for k, v in ours.items() if k not in launching} == {
        k: v for k, v in local.items() if k not in launching
    }


@pytest.mark.parametrize("path", INSTANCES)
def test_the_run_queue_of_an_instance_is_made_as_configured(path: str, tmp_path: Path, variables: None) -> None:
    pytest.importorskip("azure.mgmt.appcontainers") if "container-apps" in path else None
    coordinator = instance_ref(path, tmp_path).run_coordinator
    assert coordinator._tag_concurrency_limits[0]["key"] == "dagster/partition"


def test_the_slots_of_celery_come_from_the_environment(tmp_path: Path, variables: None) -> None:
    coordinator = instance_ref("deploy/celery/dagster.yaml", tmp_path).run_coordinator
    assert coordinator.get_run_queue_config().max_concurrent_runs == 3


def test_the_celery_launcher_is_made_with_its_broker(tmp_path: Path, variables: None) -> None:
    launcher = instance_ref("deploy/celery/dagster.yaml", tmp_path).run_launcher
    assert (type(launcher).__name__, launcher.broker) == ("CeleryRunLauncher", "redis://127.0.0.1:9/0")


def test_the_container_apps_launcher_is_made_with_its_identity(tmp_path: Path, variables: None) -> None:
    pytest.importorskip("azure.mgmt.appcontainers")
    launcher = instance_ref("deploy/azure-container-apps/dagster.yaml", tmp_path).run_launcher
    assert type(launcher).__name__ == "AcaRunLauncher"
    assert launcher.identity_id == ENVIRONMENT["WEATHER_ETL_IDENTITY_ID"]


def test_a_container_apps_job_gets_storage_database_and_identity(tmp_path: Path, variables: None) -> None:
    pytest.importorskip("azure.mgmt.appcontainers")
    from dagster_azure.container_apps import AcaContainerContext

    launcher = instance_ref("deploy/azure-container-apps/dagster.yaml", tmp_path).run_launcher
    context = AcaContainerContext(
        env_vars=launcher.env_vars,
        run_resources=launcher.run_resources,
        server_resources=None,
        identity_id=launcher.identity_id,
        run_job_replica_timeout=launcher.run_job_replica_timeout,
    )
    given = context.get_environment_dict()
    assert {n: given[n] for n in given} == {
        n: ENVIRONMENT[n] for n in ("AZURE_CLIENT_ID", "WEATHER_ETL_ACCOUNT_URL", "WEATHER_ETL_POSTGRES_URL")
    }
    resources = launcher._container_resources(context)
    assert (resources.cpu, resources.memory) == (1.0, "2Gi")


def test_the_kubernetes_launcher_accepts_the_run_configuration_of_the_chart() -> None:
    pytest.importorskip("dagster_k8s")
    from dagster._config import process_config
    from dagster_k8s import K8sRunLauncher

    chart = loaded(DEPLOY / "k8s" / "values.yaml")["runLauncher"]["config"]["k8sRunLauncher"]
    # As the chart's template writes them into dagster.yaml.
    run = {re.sub("([A-Z])", r"_\1", k).lower(): v for k, v in chart["runK8sConfig"].items()}
    config = {
        "service_account_name": "weather-etl",
        "instance_config_map": "dagster-instance",
        "postgres_password_secret": "weather-etl-postgres",
        "dagster_home": "/opt/dagster/dagster_home",
        "image_pull_policy": chart["imagePullPolicy"],
        "load_incluster_config": chart["loadInclusterConfig"],
        "labels": chart["labels"],
        "run_k8s_config": run,
    }
    assert process_config(K8sRunLauncher.config_type(), config).success


def test_the_workspace_names_the_code_server_of_the_environment(variables: None) -> None:
    from dagster._core.workspace.config_schema import process_workspace_config

    processed = process_workspace_config(loaded(DEPLOY / "workspace.yaml"))
    assert processed.success, processed.errors


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml"), key=str), ids=lambda p: str(p.relative_to(DEPLOY)))
def test_yaml_files_are_clean(path: Path) -> None:
    rules = "{extends: default, rules: {line-length: disable, document-start: disable, comments: {min-spaces-from-content: 1}, braces: {max-spaces-inside: 1}}}"
    done = subprocess.run(
        [sys.executable, "-m", "yamllint", "--strict", "-d", rules, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def variables_in(path: Path) -> set[str]:
    return set(re.findall(r"WEATHER_ETL_[A-Z_]+", path.read_text()))


def test_every_variable_that_deploy_sets_is_one_that_something_reads() -> None:
    read = {name for path in (CHECKOUT / "weather_etl").rglob("*.py") for name in variables_in(path)}
    read |= {name for path in INSTANCES for name in variables_in(CHECKOUT / path)}
    read |= variables_in(DEPLOY / "workspace.yaml") | {"WEATHER_ETL_STORAGE"}
    for path in DEPLOY.rglob("*"):
        if path.suffix in (".yaml", ".md", ".py"):
            assert variables_in(path) <= read, path


def test_a_compose_service_waits_only_for_services_that_can_be_waited_for() -> None:
    services = loaded(DEPLOY / "compose.yaml")["services"]
    for service in services.values():
        for name, needs in service.get("depends_on", {}).items():
            assert name in services
            if needs["condition"] == "service_healthy":
                assert "healthcheck" in services[name]


def test_every_lasting_compose_service_has_a_health_check() -> None:
    services = loaded(DEPLOY / "compose.yaml")["services"]
    assert [n for n, s in services.items() if "healthcheck" not in s] == ["storage-setup"]


def test_compose_shows_its_ports_to_this_machine_only() -> None:
    for service in loaded(DEPLOY / "compose.yaml")["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_image_runs_as_a_user_without_rights_and_copies_only_what_may_be_copied() -> None:
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    assert re.search(r"^USER 10001$", dockerfile, re.MULTILINE)
    allowed = [line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = re.findall(r"^COPY (?:--chown=\S+ )?((?!--from)\S.*) \S+$", dockerfile, re.MULTILINE)
    names = [name for line in copied for name in line.split() if not name.startswith("$")]
    assert names and set(names) <= set(allowed)
    assert all((CHECKOUT / name).exists() for name in names)


def test_storage_is_set_up_with_containers_and_queue_and_again_without_harm(
    environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_LANDING_CONTAINER", environment.landing_container + "2")
    monkeypatch.setenv("WEATHER_ETL_EVENTS_QUEUE", "events-" + environment.landing_container[-8:])
    settings = Settings.load()
    assert create_storage(settings) == create_storage(settings)
    assert len(create_storage(settings)) == 4


def test_storage_that_does_not_answer_is_told_in_one_sentence(services: Services) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "weather_etl.operations.storage_setup"],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("No storage account is configured") and done.stderr.count("\n") == 1
