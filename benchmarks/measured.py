"""One command, measured: wall and CPU seconds, peak memory.

Here: how a command is run and what is read off it. Not here: which commands, and what is printed.

A process that is forked shows its parent's memory as its own peak, also after it has become another program. So commands
are started by this file as a program of its own, which stays as small as Python is.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One finished command: wall and CPU seconds of it and its children, peak memory of its largest process in MB."""

    wall: float
    cpu: float
    rss: float
    output: str = ""


def command(arguments: list[str], folder: Path, env: dict[str, str]) -> Run:
    """Run a command to its end; raises SystemExit with the end of its output if it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        figures, output = Path(scratch) / "figures.json", Path(scratch) / "output"
        launcher = [sys.executable, "-I", "-S", __file__, str(figures), str(output), *arguments]
        subprocess.run(launcher, cwd=folder, env=env, check=True, stdin=subprocess.DEVNULL)
        found = json.loads(figures.read_text())
        text = output.read_text(errors="replace")
    if found.pop("code"):
        raise SystemExit(f"{' '.join(arguments)} failed:\n{text[-3000:]}")
    return Run(**found, output=text)


def _launch(figures: str, output: str, arguments: list[str]) -> None:
    with open(output, "wb") as file:
        started = time.perf_counter()
        pid = os.posix_spawn(
            arguments[0],
            arguments,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1), (os.POSIX_SPAWN_DUP2, file.fileno(), 2)],
        )
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - started
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    result = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": kilobytes / 1024,
              "code": os.waitstatus_to_exitcode(status)}  # fmt: skip
    with open(figures, "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    _launch(sys.argv[1], sys.argv[2], sys.argv[3:])
