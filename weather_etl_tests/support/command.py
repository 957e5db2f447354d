"""Commands in this process: the same entry point, its output and exit code; a new interpreter costs seconds of imports.

Belongs here: running it, what every failure must look like. Does not belong here: what a command does.
"""

import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from weather_etl import cli

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def exit_code(
    main: Callable[[], object], words: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None
) -> int:
    """Call an entry point with a command line, in a folder; what it writes goes where output goes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", list(words))
        for name, value in (environ or {}).items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        except Exception:  # what the interpreter would do
            traceback.print_exc()
            return 1
    return 0


def in_process(
    folder: Path, capfd: pytest.CaptureFixture[str], name: str = "weather-etl", main: Callable[[], object] = cli.main
) -> Run:
    """A function that runs the command in a folder, with variables of the environment as keywords."""

    def run(*arguments: str, **environ: str) -> Done:
        capfd.readouterr()
        code = exit_code(main, [name, *arguments], folder, environ)
        return Done(arguments, code, *capfd.readouterr())

    return run


def dagster_in_process(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """The same for Dagster's own command."""
    (found,) = entry_points(group="console_scripts", name="dagster")
    return in_process(folder, capfd, "dagster", found.load())


def no_trace(done: Done) -> bool:
    return "Traceback" not in done.stderr and "Stack Trace" not in done.stderr


def one_sentence(done: Done, code: int = 1) -> str:
    """The only line on stderr of a failed command."""
    assert done.returncode == code, done.stderr
    assert no_trace(done)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]
