"""docs/operations.md has every sentence that an operator can meet, and the units of docs/deploy.md can be started."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from weather_etl_tests.conftest import CHECKOUT

PACKAGE = CHECKOUT / "weather_etl"
ROOMS = ("lake", "landing", "ingestion", "orchestration", "serving", "operations")
PAGE = " ".join((CHECKOUT / "docs" / "operations.md").read_text("utf-8").split())
UNITS = dict(
    re.findall(
        r"`/etc/systemd/system/([\w.-]+)`.*?```ini\n(.*?)```",
        (CHECKOUT / "docs" / "deploy.md").read_text("utf-8"),
        re.S,
    )
)
SYSTEMD = shutil.which("systemd-analyze")


def text_of(node: ast.expr) -> str:
    """The text of a literal, with `{}` for what is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(v) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return ""


def sentences() -> Iterator[tuple[str, str]]:
    """(module, sentence) of what these rooms raise, and of why a sensor requests nothing."""
    for file in (f for room in ROOMS for f in sorted((PACKAGE / room).rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("UserError", "StorageUnavailable", "BlobUnreadable", "WrongUsage", "__init__"):
                for argument in node.args:
                    if len(text := text_of(argument)) > 15 and " " in text:
                        yield str(file.relative_to(PACKAGE)), text


def is_told(sentence: str) -> bool:
    """Whether the page has the words of what is the matter, those before the way out."""
    seen = re.split(r"; |, and its | and its tables", sentence)[0]
    words = [part.strip(" .,:(") for part in seen.split("{}")]
    return any(part in PAGE for part in words if len(part) >= 9)


def test_every_sentence_that_an_operator_can_meet_is_on_the_page() -> None:
    told = list(sentences())
    assert len(told) > 40
    assert [(module, text) for module, text in told if not is_told(text)] == []


def test_every_check_of_files_and_freshness_is_on_the_page() -> None:
    from weather_etl import checks

    names = {c.name for c in checks.TABLE_CHECKS if c.table == "raw_observations"} | {"freshness", "unroutable_files"}
    assert {n for n in names if f"the check `{n}`" not in PAGE} == set()


@pytest.mark.skipif(SYSTEMD is None, reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    assert set(UNITS) == {f"weather-etl-{what}.service" for what in ("daemon", "webserver", "metrics")}
    programs = Path(sys.executable).parent
    for name, unit in UNITS.items():
        here = unit.replace("/opt/weather_etl/.venv/bin", str(programs)).replace("/opt/weather_etl", str(CHECKOUT))
        (tmp_path / name).write_text(here)
    done = subprocess.run(
        [str(SYSTEMD), "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if "weather-etl" in line] == []
    assert done.returncode == 0, done.stderr
