"""An installation to measure on: services, folder, Dagster's configuration, landing files.

Here: what every measurement of whole runs needs. Not here: measuring (`measured.py`) and what is measured.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measured import Run, command

CHECKOUT = Path(__file__).resolve().parents[1]
STATION = "szeged"
TABLES_JOB, CATCH_UP_JOB = "weather_etl_job", "catch_up_job"
QUIET = {"console": {"config": {"log_level": "ERROR"}}}

# What is asked of the definitions once, in a process of its own: the steps of the job with their assets, for a graph
# that does nothing, and which steps and options there are to configure.
ASK = f"""
import json
from graphlib import TopologicalSorter
from weather_etl import defs

def options(node):
    kind = node.definition.config_schema.config_type
    return sorted(getattr(kind, "fields", None) or {{}})

job = defs.resolve_job_def("{TABLES_JOB}")
steps = {{node.name: {{}} for node in job.nodes_in_topological_order}}
inputs = {{s.key: [d.asset_key for d in s.deps] for s in defs.resolve_all_asset_specs()}}
for key in TopologicalSorter(inputs).static_order():  # the order in which a step must yield its assets
    made_by = defs.resolve_assets_def(key)
    if made_by.is_executable and made_by.node_def.name in steps:
        steps[made_by.node_def.name][key.to_user_string()] = [d.to_user_string() for d in inputs[key]]
checks = {{}}
for check in defs.resolve_asset_graph().asset_check_keys:
    checks.setdefault(check.asset_key.to_user_string(), []).append(check.name)
print("STRUCTURE", json.dumps({{
    "steps": steps,
    "checks": checks,
    "full": [node.name for node in job.nodes if "full" in options(node)],
    "catch_up": {{node.name: options(node) for node in defs.resolve_job_def("{CATCH_UP_JOB}").nodes}},
}}))
"""

# The graph of weather_etl with steps and checks that do nothing.
EMPTY = """
import json
from pathlib import Path

import dagster as dg

STRUCTURE = json.loads(Path(__file__).with_name("structure.json").read_text())
STEPS, CHECKS = STRUCTURE["steps"], STRUCTURE["checks"]
stations = dg.DynamicPartitionsDefinition(name="station")


def step(name, assets):
    specs = [dg.AssetSpec(a, deps=deps, partitions_def=stations, skippable=True) for a, deps in assets.items()]

    checks = [dg.AssetCheckSpec(c, asset=a) for a in assets for c in CHECKS.get(a, ())]

    @dg.multi_asset(name=name, specs=specs, check_specs=checks, can_subset=True)
    def nothing(context):
        asked = {(k.asset_key.to_user_string(), k.name) for k in context.selected_asset_check_keys}
        for asset in assets:
            found = [
                dg.AssetCheckResult(passed=True, asset_key=asset, check_name=c)
                for c in CHECKS.get(asset, ())
                if (asset, c) in asked
            ]
            yield dg.MaterializeResult(asset_key=asset, check_results=found)

    return nothing


made = [step(name, assets) for name, assets in STEPS.items() if assets]
tables = dg.AssetSelection.assets(*made)
jobs = [dg.define_asset_job("empty_job", tables), dg.define_asset_job("empty_job_unchecked", tables.without_checks())]
defs = dg.Definitions(made, jobs=jobs, executor=dg.in_process_executor)
"""


@dataclass(frozen=True)
class Installation:
    """A folder with Azurite, PostgreSQL and Dagster's configuration of its own.

    Attributes:
        folder: where commands are started.
        env: the environment of commands.
        structure: steps, and what can be configured (`ASK`).
    """

    folder: Path
    env: dict[str, str]
    structure: dict[str, Any]

    def run(self, *arguments: str) -> Run:
        """A command in the folder."""
        return command(list(arguments), self.folder, self.env)

    def python(self, code: str) -> Run:
        """A few lines of Python."""
        return self.run(sys.executable, "-c", code)

    def job(self, name: str, *, module: str = "weather_etl", station: str | None = None, config: Any = None) -> Run:
        """`dagster job execute`, for one station or without a partition."""
        arguments = [str(Path(sys.executable).with_name("dagster")), "job", "execute", "-m", module, "-j", name]
        if station:
            arguments += ["--tags", json.dumps({"dagster/partition": station})]
        if config:
            path = self.folder / "config.yaml"
            path.write_text(json.dumps(config))  # JSON is YAML
            arguments += ["--config", str(path)]
        return self.run(*arguments)

    def full(self) -> dict[str, Any]:
        """Configuration of the job that makes every step forget what it has."""
        return {"ops": {name: {"config": {"full": True}} for name in self.structure["full"]}}

    def catch_up(self, stations: list[str], *, tables_only: bool) -> dict[str, Any]:
        """Configuration of `catch_up_job`; where it makes nothing but tables anyway, `tables_only` says nothing."""
        ((step, options),) = self.structure["catch_up"].items()
        config: dict[str, Any] = {"stations": stations}
        if tables_only and "tables_only" in options:
            config["tables_only"] = True
        return {"ops": {step: {"config": config}}}

    def register(self, *stations: str) -> None:
        """Make Dagster know stations, which the sensor does otherwise."""
        with self.instance() as instance:
            instance.add_dynamic_partitions("station", list(stations))

    def upload(self, name: str, data: bytes) -> None:
        """Put a file into the landing container."""
        with self.containers() as containers:
            containers.landing.upload(name, data)

    @contextmanager
    def containers(self) -> Iterator[Any]:
        from weather_etl.lake.connection import connect
        from weather_etl.settings import Settings

        with connect(Settings.load(self.env)) as found:
            yield found

    @contextmanager
    def instance(self) -> Iterator[Any]:
        """Dagster's instance of this installation."""
        from weather_etl.operations.overview import dagster_instance

        with self.environment(), dagster_instance() as found:
            yield found

    @contextmanager
    def environment(self) -> Iterator[None]:
        """This process as one of the folder, with its environment; afterwards as it was."""
        before, folder = dict(os.environ), Path.cwd()
        os.environ |= {k: v for k, v in self.env.items() if k.startswith(("AZURE_", "WEATHER_ETL_"))}
        os.chdir(self.folder)
        try:
            yield
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ |= before


@contextmanager
def installation() -> Iterator[Installation]:
    """One that is taken down at the end."""
    from weather_etl.local import services
    from weather_etl_tests.conftest import AZURITE_HOME, free_azurite_port, temporary_root

    with temporary_root() as root:
        status = services.up(root, azurite_port=free_azurite_port(), azurite_home=AZURITE_HOME, environ={})
        shutil.copy(CHECKOUT / "dagster.yaml", root)
        (root / "workspace.yaml").write_text(
            f"load_from:\n  - python_module: {{module_name: weather_etl, attribute: defs, working_directory: {CHECKOUT}}}\n"
        )
        (root / "empty_job.py").write_text(EMPTY)
        (root / ".env").unlink(missing_ok=True)
        env = {
            **os.environ,
            "AZURE_STORAGE_CONNECTION_STRING": status.azurite.url or "",
            "WEATHER_ETL_POSTGRES_URL": status.postgres.url or "",
            "PYTHONPATH": f"{CHECKOUT}:{root}",
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # imports are measured as they are in an installation
        answer = command([sys.executable, "-c", ASK], root, env).output
        structure = json.loads(answer.split("STRUCTURE", 1)[1])
        (root / "structure.json").write_text(json.dumps(structure))
        yield Installation(root, env, structure)


def line(letter: str, what: str, figure: str, aim: str = "") -> None:
    """One figure as a line of the output."""
    print(f"({letter}) {what:<78} {figure:>14}{f'   aim {aim}' if aim else ''}", flush=True)
