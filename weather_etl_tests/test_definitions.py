"""What Dagster is given: it loads, quickly, and is what the snapshot says.

After a meant change: `python -m weather_etl_tests.test_definitions` writes the snapshot anew; read its diff.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.orchestration.graph import TABLE_STEPS, require_steps
from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.support.command import dagster_in_process

SNAPSHOT = Path(__file__).with_name("snapshots") / "definitions.txt"
# Importing these costs more than all else that a Dagster process does before it works.
HEAVY = ("pandas", "pyarrow", "numpy", "pandera", "azure", "dagster_azure", "matplotlib", "sqlalchemy", "alembic")


def test_a_table_that_no_step_makes_is_named() -> None:
    require_steps(TABLE_STEPS, TABLE_NAMES)
    with pytest.raises(
        LookupError, match=r"No step makes hail_days: .* TABLE_STEPS of weather_etl/orchestration/graph.py"
    ):
        require_steps(TABLE_STEPS, [*TABLE_NAMES, "hail_days"])


def describe() -> Iterator[str]:
    """One line per definition and property, in a fixed order."""
    graph = defs.resolve_asset_graph()
    for spec in sorted(defs.resolve_all_asset_specs(), key=lambda s: s.key):
        node = graph.get(spec.key)
        yield f"asset {spec.key.to_user_string()}"
        yield f"  {_first_line(spec.description)}"
        yield f"  group {spec.group_name}; kinds {', '.join(sorted(spec.kinds))}; owners {', '.join(spec.owners)}"
        yield f"  from {', '.join(sorted(d.asset_key.to_user_string() for d in spec.deps)) or 'outside'}"
        yield f"  code version {spec.code_version}; partitions {_partitions(spec.partitions_def)}"
        yield f"  {node.execution_type.value.lower()}"
        if spec.freshness_policy:
            yield f"  fresh within {spec.freshness_policy.fail_window.to_timedelta()}"
        code = spec.metadata.get("dagster/code_references")
        if code:
            yield f"  code {', '.join(r.label for r in code.code_references)}"
        columns = spec.metadata.get("dagster/column_schema")
        if columns:
            for column in columns.columns:
                unit = (column.tags or {}).get("unit", "")
                nullable = "" if column.constraints.nullable else "not null"
                yield "  column " + " ".join(filter(None, (column.name, column.type, unit, nullable)))
        for check in sorted(node.check_keys, key=lambda k: k.name):
            found = graph.get_check_spec(check)
            blocking = " (blocking)" if found.blocking else ""
            yield f"  check {found.name}{blocking}; partitions {_partitions(found.partitions_def)}"
            yield f"    {_first_line(found.description)}"
    repository = defs.get_repository_def()
    for job in sorted(repository.get_all_jobs(), key=lambda j: j.name):
        if not job.name.startswith("__"):
            yield f"job {job.name}"
            yield f"  {_first_line(job.description)}"
            yield f"  steps {', '.join(sorted(n.name for n in job.nodes))}; executor {job.executor_def.name}"
            yield f"  tags {dict(sorted(job.tags.items()))}"
    for schedule in repository.schedule_defs:
        yield f"schedule {schedule.name}"
        yield f"  {_first_line(schedule.description)}"
        yield f"  {schedule.cron_schedule} {schedule.execution_timezone} starts {schedule.job_name}"
        yield f"  {schedule.default_status.value.lower()}"
    for sensor in sorted(repository.sensor_defs, key=lambda s: s.name):
        yield f"sensor {sensor.name}"
        yield f"  {_first_line(sensor.description)}"
        yield f"  starts {', '.join(t.job_name for t in sensor.targets)}; {sensor.default_status.value.lower()}"


def _first_line(text: str | None) -> str:
    return (text or "").splitlines()[0]


def _partitions(found: dg.PartitionsDefinition | None) -> str:
    return found.name or "" if isinstance(found, dg.DynamicPartitionsDefinition) else str(found).lower()


def test_definitions_are_those_of_the_snapshot() -> None:
    assert list(describe()) == SNAPSHOT.read_text("utf-8").splitlines()


def test_definitions_are_loadable() -> None:
    dg.Definitions.validate_loadable(defs)


def test_every_asset_has_an_owner_and_a_description() -> None:
    assert [s.key for s in defs.resolve_all_asset_specs() if not s.owners or not s.description] == []


def test_every_code_reference_names_a_file_that_exists() -> None:
    references = [
        r.file_path
        for s in defs.resolve_all_asset_specs()
        if "dagster/code_references" in s.metadata
        for r in s.metadata["dagster/code_references"].code_references
    ]
    assert references
    assert [f for f in references if not Path(f).is_file()] == []


def test_names_of_assets_are_short_enough_for_the_graph() -> None:
    assert [s.key for s in defs.resolve_all_asset_specs() if len(s.key.path[-1]) > 30] == []


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The workspace and instance files of the checkout, in a folder without a `.env`."""
    shutil.copy(CHECKOUT / "dagster.yaml", tmp_path)
    text = (CHECKOUT / "workspace.yaml").read_text("utf-8")
    (tmp_path / "workspace.yaml").write_text(text.replace("working_directory: .", f"working_directory: {CHECKOUT}"))
    return tmp_path


def test_the_workspace_validates(
    workspace: Path, environment: Settings, database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    done = dagster_in_process(workspace, capfd)("definitions", "validate", PYTHONPATH=str(CHECKOUT))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def loading() -> subprocess.CompletedProcess[str]:
    """A new process that loads the definitions: prints what it imported of the heavy, and warns of what there is."""
    code = f"import sys, weather_etl; weather_etl.defs; print([m for m in {HEAVY!r} if m in sys.modules])"
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", code],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )


def test_loading_the_definitions_imports_nothing_heavy(loading: subprocess.CompletedProcess[str]) -> None:
    assert loading.stdout.strip() == "[]"


def test_loading_the_definitions_warns_of_nothing_in_preview(loading: subprocess.CompletedProcess[str]) -> None:
    assert "PreviewWarning" not in loading.stderr


def test_dg_loads_the_definitions_as_a_project(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("dg"), "check", "defs"],
        cwd=CHECKOUT,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "All definitions loaded successfully." in done.stdout + done.stderr) == (0, True), done


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(describe()) + "\n", "utf-8")


def test_groups_follow_each_other_in_one_direction() -> None:
    """Else the lineage page draws arrows that run backwards."""
    group = {s.key: s.group_name for s in defs.resolve_all_asset_specs()}
    below = {
        g: {group[s.key] for s in defs.resolve_all_asset_specs() for d in s.deps if group[d.asset_key] == g} - {g}
        for g in set(group.values())
    }
    assert list(TopologicalSorter(below).static_order())


@pytest.mark.parametrize(("job", "op"), [("catch_up_job", "catch_up"), ("housekeeping_job", "housekeeping")])
def test_the_launchpad_explains_every_field(job: str, op: str) -> None:
    schema = defs.resolve_job_def(job).run_config_schema.config_type
    fields = schema.fields["ops"].config_type.fields[op].config_type.fields["config"].config_type.fields
    assert fields and all(f.description for f in fields.values())
