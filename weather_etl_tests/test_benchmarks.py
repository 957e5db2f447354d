"""The instruments of `make bench`: what they read off is what is there.

Belongs here: measuring commands, the empty graph that ours is held against. Does not belong here: figures.
"""

import json
import sys
from pathlib import Path

import dagster as dg
import pytest

from benchmarks.installation import ASK, EMPTY
from benchmarks.measured import command
from weather_etl.definitions import defs
from weather_etl_tests.conftest import CHECKOUT


def python(code: str, folder: Path) -> list[str]:
    (folder / "code.py").write_text(code)
    return [sys.executable, str(folder / "code.py")]


def test_the_peak_memory_of_a_command_is_its_own_and_not_that_of_who_started_it(tmp_path: Path) -> None:
    ours = bytearray(400_000_000)
    ours[::4096] = b"1" * len(ours[::4096])  # really there
    small = command(python("pass", tmp_path), tmp_path, {})
    large = command(python("a = b'1' * 200_000_000", tmp_path), tmp_path, {})
    assert small.rss < 60 < 190 < large.rss < 300  # MiB: 200 million bytes are 191 of them


def test_the_cpu_of_a_command_counts_what_it_started(tmp_path: Path) -> None:
    burn = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'sum(range(10_000_000))'])"
    assert command(python(burn, tmp_path), tmp_path, {}).cpu > 0.1


def test_a_command_that_fails_is_told_with_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="this is why"):
        command(python("import sys; print('this is why'); sys.exit(3)", tmp_path), tmp_path, {})


def empty_definitions(structure: object, folder: Path) -> dg.Definitions:
    (folder / "structure.json").write_text(json.dumps(structure))
    namespace = {"__file__": str(folder / "empty_job.py"), "__name__": "empty_job"}
    exec(EMPTY, namespace)
    return namespace["defs"]


def test_the_empty_graph_has_the_steps_and_the_assets_of_ours(tmp_path: Path) -> None:
    answer = command([sys.executable, "-c", ASK], tmp_path, {"PYTHONPATH": str(CHECKOUT)}).output
    empty = empty_definitions(json.loads(answer.split("STRUCTURE", 1)[1]), tmp_path).resolve_job_def("empty_job")
    ours = defs.resolve_job_def("weather_etl_job")
    assert set(empty.graph.node_dict) == set(ours.graph.node_dict)
    assert empty.asset_layer.selected_asset_keys == ours.asset_layer.selected_asset_keys


def test_an_empty_graph_of_many_steps_runs_and_makes_every_asset(tmp_path: Path) -> None:
    steps = {
        "raw": {"raw_observations": ["landing_files"]},
        "validated": {"validated_observations": ["raw_observations"], "quality_events": ["validated_observations"]},
        "daily": {"daily_weather": ["validated_observations"]},
    }
    checks = {"quality_events": ["schema_and_keys"], "daily_weather": ["schema_and_keys", "another"]}
    empty = empty_definitions({"steps": steps, "checks": checks}, tmp_path)
    job, unchecked = (empty.resolve_job_def(name) for name in ("empty_job", "empty_job_unchecked"))
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("station", ["a"])
        result = job.execute_in_process(instance=instance, partition_key="a")
        made = {e.step_materialization_data.materialization.asset_key.to_user_string()
                for e in result.all_events if e.is_step_materialization}  # fmt: skip
        assert len(result.get_asset_check_evaluations()) == 3
        bare = unchecked.execute_in_process(instance=instance, partition_key="a")
        assert bare.success and not bare.get_asset_check_evaluations()
    assert made == {"raw_observations", "validated_observations", "quality_events", "daily_weather"}
