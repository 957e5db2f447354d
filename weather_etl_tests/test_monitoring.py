"""deploy/monitoring: every figure that rules and dashboard name exists, and promtool takes them, where it is found."""

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from weather_etl_tests.conftest import CHECKOUT

MONITORING = CHECKOUT / "deploy" / "monitoring"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: on Debian, apt-get install prometheus")


def metrics() -> dict[str, tuple[str, ...]]:
    """Figure -> its labels, as the code makes them: `Metric(name, help, *labels)`."""
    found = {}
    for module in ("metrics", "station_metrics"):
        for node in ast.walk(ast.parse((CHECKOUT / f"weather_etl/operations/{module}.py").read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Metric":
                name, _, *labels = node.args
                assert isinstance(name, ast.Constant)
                found[name.value] = tuple(label.value for label in labels if isinstance(label, ast.Constant))
    return found


def rules() -> list[dict[str, Any]]:
    return yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]


def queries() -> Iterator[str]:
    """All that the dashboard asks."""
    for panel in json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_every_figure_of_rules_and_dashboard_exists() -> None:
    named = set(re.findall(r"weather_etl_\w+", "\n".join([*(r["expr"] for r in rules()), *queries()])))
    assert len(named) > 15
    assert named - metrics().keys() == set()


def test_every_figure_is_on_the_page_for_operators() -> None:
    page = (CHECKOUT / "docs" / "operations.md").read_text("utf-8")
    assert {name for name in metrics() if name not in page} == set()


def test_alerts_name_only_labels_that_their_figures_have() -> None:
    known = metrics()
    for rule in rules():
        labels = {label for name in re.findall(r"weather_etl_\w+", rule["expr"]) for label in known[name]}
        # Prometheus keeps `job` for itself, and calls that of a figure exported_job.
        labels = {"exported_job" if label == "job" else label for label in labels}
        assert set(re.findall(r"\$labels\.(\w+)", json.dumps(rule))) <= labels, rule["alert"]


def test_every_alert_says_what_to_do() -> None:
    assert [r["alert"] for r in rules() if not {"summary", "do"} <= r["annotations"].keys()] == []


@needs_promtool
@pytest.mark.parametrize(
    "arguments",
    [("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")],
    ids=" ".join,
)
def test_promtool_takes_them(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([str(PROMTOOL), *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_prometheus_understands_what_the_dashboard_asks(tmp_path: Path) -> None:
    asked = [{"record": f"q{i}", "expr": expr} for i, expr in enumerate(queries())]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": asked}]}))
    done = subprocess.run(
        [str(PROMTOOL), "check", "rules", "queries.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
