"""The tutorial works as it stands there: its commands one after the other, in a folder of their own, and what it shows."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.support.commands import Run, in_process

BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", (CHECKOUT / "docs" / "tutorial.md").read_text("utf-8"), re.M | re.S)
COMMAND = ".venv/bin/weather-etl "


def commands(block: str) -> Iterator[str]:
    """The commands of a block, each with the text that it is given (`<<'END'`)."""
    yield from re.findall(r"^(?:.*<<'END'\n(?:.*\n)*?END|.+)$", block, re.M)


def typed(command: str, folder: Path, weather_etl: Run) -> str:
    """What a command prints: our own in this process, others in a shell."""
    if not command.startswith(COMMAND):
        subprocess.run(["sh", "-ec", command], cwd=folder, check=True)
        return ""
    words = shlex.split(command)[1:]
    allowed = words[-2:] == ["||", "true"]
    words = words[: -2 if allowed else None]
    files = [sorted(str(f.relative_to(folder)) for f in folder.glob(w)) if "*" in w else [w] for w in words]
    done = weather_etl(*(f for found in files for f in found))
    assert allowed or done.returncode == 0, done.stderr
    return done.stdout


def test_the_tutorial_does_what_it_says(
    environment: Settings,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(CHECKOUT / "dagster.yaml", tmp_path)
    shutil.copytree(CHECKOUT / "sample_data" / "tutorial", tmp_path / "sample_data" / "tutorial")
    monkeypatch.chdir(tmp_path)
    seen = ""
    weather_etl = in_process(tmp_path, capfd)
    for language, block in BLOCKS:
        if language == "sh":
            seen = " ".join(" ".join(typed(c, tmp_path, weather_etl) for c in commands(block)).split())
        elif language == "":
            for line in block.splitlines():
                assert " ".join(line.split()) in seen, line
        elif language == "python":
            exec(compile(block, "docs/tutorial.md", "exec"), {})
            told = capfd.readouterr().out
            assert all(station in told for station in ("germany", "iowa", "provider")) and "degC" in told
    assert (tmp_path / ".local" / "report" / "comparison.html").is_file()
    assert (tmp_path / ".local" / "report" / "station=germany" / "index.html").is_file()


def test_the_tutorial_has_a_file_of_each_kind() -> None:
    text = "\n".join(block for language, block in BLOCKS if language == "sh")
    for file in (CHECKOUT / "sample_data" / "tutorial").rglob("*.*"):
        assert file.parent.name in text and (file.name in text or f"{file.parent.name}/*" in text)
