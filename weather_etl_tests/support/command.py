"""The `weather-etl` command in this process: the same entry point, its output and exit code; a new interpreter costs
seconds of imports.

Belongs here: running it, what every failure must look like. Does not belong here: what a command does.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from weather_etl import cli

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def in_process(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """A function that runs the command in a folder, with variables of the environment as keywords."""

    def run(*arguments: str, **environ: str) -> Done:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "argv", ["weather-etl", *arguments])
            for name, value in environ.items():
                patch.setenv(name, value)
            capfd.readouterr()
            code: object = 0
            try:
                cli.main()
            except SystemExit as ended:
                code = ended.code or 0
            out, err = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, code if isinstance(code, int) else 1, out, err)

    return run


def no_trace(done: Done) -> bool:
    return "Traceback" not in done.stderr and "Stack Trace" not in done.stderr


def one_sentence(done: Done, code: int = 1) -> str:
    """The only line on stderr of a failed command."""
    assert done.returncode == code, done.stderr
    assert no_trace(done)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]
