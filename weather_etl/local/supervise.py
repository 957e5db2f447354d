"""`python -m weather_etl.local.supervise DAGSTER dev -p PORT ...`: `dagster dev`, whose code location is started again.

Dagster runs our code in a process of its own. If that dies (killed for lack of memory, say), `dagster dev` goes on, says
nothing, and every sensor stands still. Here it is looked for, and asked to be loaded again, as the button in the UI does.

Belongs here: that, and passing signals on. Does not belong here: deployments, where the platform restarts containers.
"""

import itertools
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

LOCATION = "weather_etl"  # as workspace.yaml has it
POLL_S = 2.0
GRACE_S = 10.0  # for what Dagster leaves behind
AGAIN_S = 30.0  # before it is asked to be loaded again: starting takes a while, and a broken one stays broken
_RELOAD = "mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }"


def main(
    command: Sequence[str],
    chores: Sequence[Callable[[], None]] = (),
    start: Mapping[str, Any] | None = None,
    asked_to_end: Callable[[], None] = lambda: None,
) -> int:
    """Run the command until it ends; its exit code.

    Args:
        command: `dagster dev` with its options.
        chores: called every few seconds while it runs.
        start: further arguments of `subprocess.Popen`.
        asked_to_end: called for each signal that ends it.
    """
    # A shell's "make ui &" ignores SIGINT, Dagster would inherit that, and then SIGTERM would not stop it either.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, **(start or {}))
    watch, family = Watch(process.pid, _address(command)), Family(process.pid)

    def pass_on(number: int, frame: FrameType | None) -> None:
        asked_to_end()
        if number == signal.SIGINT and _shares_terminal():
            return
        family.note_members()
        process.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    while True:
        try:
            code = process.wait(POLL_S)
            family.end()
            return code
        except subprocess.TimeoutExpired:
            family.note_members()
            watch.reload_if_dead(time.monotonic())
            for chore in chores:
                chore()


def _shares_terminal() -> bool:
    """Whether Ctrl-C reached the child too: the terminal sends it to all processes of the foreground."""
    return sys.stdin.isatty()


def _address(command: Sequence[str]) -> str:
    port = next((after for option, after in itertools.pairwise(command) if option in ("-p", "--port")), "3000")
    return f"http://127.0.0.1:{port}/graphql"


class Family:
    """The processes below `dagster dev`: it leaves its code server behind where it is stopped while that is starting."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._members: set[Any] = set()

    def note_members(self) -> None:
        """Note who is there; nobody can tell any more when the head is gone."""
        import psutil

        try:
            self._members |= set(psutil.Process(self._pid).children(recursive=True))
        except psutil.Error:
            return

    def end(self) -> None:
        """Give those who are left some seconds, then end them."""
        import psutil

        _, left = psutil.wait_procs(list(self._members), timeout=GRACE_S)
        for process in left:
            try:
                process.kill()  # of a recycled pid psutil raises NoSuchProcess
            except psutil.Error:
                continue


class Watch:
    """What to do about the code server below `dagster dev`: nothing while it lives, load it again when it is gone."""

    def __init__(self, pid: int, address: str) -> None:
        self._pid, self._address = pid, address
        self._has_lived = False
        self._asked = 0.0

    def reload_if_dead(self, now: float) -> None:
        lives = code_server_lives(self._pid)
        if lives is None:
            return
        self._has_lived |= lives
        if self._has_lived and not lives and now - self._asked >= AGAIN_S:
            self._asked = now
            print("The code location has died; it is started again.", file=sys.stderr, flush=True)
            _reload(self._address)


def code_server_lives(pid: int) -> bool | None:
    """Whether the process that runs our code is there, below the proxy that `dagster dev` starts; None: no proxy yet."""
    import psutil

    try:
        family = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return None
    proxies, servers = set(), set()
    for process in family:
        try:
            line, parent = process.cmdline(), process.ppid()
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
        except psutil.Error:  # gone meanwhile
            continue
        if "code-server" in line:
            proxies.add(process.pid)
        elif "api" in line and "grpc" in line:
            servers.add(parent)
    return proxies <= servers if proxies else None


def _reload(address: str) -> None:
    body = json.dumps({"query": _RELOAD, "variables": {"name": LOCATION}}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
    except OSError as error:  # looked at again in a while
        print(f"It could not be asked for: {error}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
