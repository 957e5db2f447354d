"""Commands in this process, as they are typed: a new interpreter costs seconds of imports.

Belongs here: calling an entry point, what every failure must look like. Does not belong here: what a command does; what needs a process of its own
(kills, imports, a whole round).
"""

import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from weather_etl import cli

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def exit_code(
    main: Callable[[], object], words: list[str], folder: Path, environ: Mapping[str, str] | None = None
) -> int:
    """Call an entry point with a command line, in a folder; what it writes goes where output goes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", words)
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


def called(
    main: Callable[[], object],
    words: list[str],
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    environ: Mapping[str, str] | None = None,
) -> Done:
    """The same; its exit code and all that it wrote."""
    capfd.readouterr()
    code = exit_code(main, words, folder, environ)
    return Done(words, code, *capfd.readouterr())


def weather_etl(
    words: list[str], folder: Path, capfd: pytest.CaptureFixture[str], environ: Mapping[str, str] | None = None
) -> Done:
    """`weather-etl WORDS`."""
    return called(cli.main, ["weather-etl", *words], folder, capfd, environ)


def dagster(
    words: list[str], folder: Path, capfd: pytest.CaptureFixture[str], environ: Mapping[str, str] | None = None
) -> Done:
    """`dagster WORDS`."""
    (found,) = entry_points(group="console_scripts", name="dagster")
    return called(found.load(), ["dagster", *words], folder, capfd, environ)


def in_process(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `weather-etl` in a folder, with variables of the environment as keywords."""

    def run(*arguments: str, **environ: str) -> Done:
        return weather_etl(list(arguments), folder, capfd, environ)

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
