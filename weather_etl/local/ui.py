"""`python -m weather_etl.local.ui ROOT PORT`: what `make ui` runs. Dagster's web interface and daemon, quietly.

Dagster writes a line for every look of every sensor, and a page for every look at a service that is down. All that goes to
`.local/ui.log`; the terminal gets the address, one sentence when a service is lost and one when it is back.

Belongs here: the port, Dagster's folder, the log, who knows that it runs (`.local/ui.json`).
Does not belong here: keeping the code location alive (`supervise.py`), deployments.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from weather_etl.errors import UserError, WrongUsage
from weather_etl.local import supervise
from weather_etl.local.ownership import ACCOUNT, DATABASE, STORAGE, Folder, azurite_port_at, azurite_port_in
from weather_etl.local.processes import LOOPBACK, describe_listener, is_free, is_listening, is_ours, stop

DEFAULT_PORT = 3000
_MODULE = "weather_etl.local.ui"
_STOP_S = 90  # Dagster gives its own processes a minute
_LARGEST_LOG = 20 * 1024**2  # of an earlier start; then it is put aside
_PROBE_S = 2


@dataclass(frozen=True)
class Ui:
    """A running web interface of a folder."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def running(folder: Folder) -> Ui | None:
    """The web interface that `make ui` started in this folder; None if none runs."""
    try:
        record = json.loads(folder.ui.read_text())
        interface = Ui(int(record["pid"]), int(record["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return interface if is_ours(interface.pid, _MODULE, str(folder.root)) else None


def stop_running(folder: Folder) -> bool:
    """End it, with all its processes; whether one ran."""
    interface = running(folder)
    if interface and not stop(interface.pid, signal.SIGTERM, _STOP_S):
        raise UserError(f"The web interface (pid {interface.pid}) did not stop within {_STOP_S} seconds; try again.")
    return interface is not None


def port_of(text: str) -> int:
    """The port that was asked for.

    Raises:
        WrongUsage: it is none.
    """
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise WrongUsage(f"{text!r} is no port; use a number from 1 to 65535: make ui PORT={DEFAULT_PORT}")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Run it until it ends; the exit code. A mistake is one sentence."""
    try:
        root, port = arguments
        return _run(Folder(Path(root).resolve()), port_of(port))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, WrongUsage) else 1


def _run(folder: Folder, port: int) -> int:
    if interface := running(folder):
        raise UserError(f"The web interface runs already, at {interface.url}; `make stop` ends it.")
    if not is_free(port):
        raise UserError(
            f"Port {port} is in use by {describe_listener(port)}; stop it, or choose another one: make ui PORT={port + 1}"
        )
    if not (folder.root / "dagster.yaml").is_file():
        raise UserError(f"There is no dagster.yaml in {folder.root}; start it in the folder of the checkout.")
    folder.local.mkdir(exist_ok=True)
    log = _fresh_log(folder)
    folder.ui.write_text(json.dumps({"pid": os.getpid(), "port": port}) + "\n")
    try:
        say(f"Starting Dagster, which takes some seconds; its own log is {log} ...")
        with log.open("ab") as output:
            start = {
                "stdout": output,
                "stderr": subprocess.STDOUT,
                "env": environment(folder, port),
                "cwd": folder.root,
            }
            ending = Ending()
            code = supervise.main(
                command(port),
                chores=[Address(port).tell_when_up, Outages(folder).tell_changes],
                start=start,
                asked_to_end=ending.tell,
            )
    finally:
        folder.ui.unlink(missing_ok=True)
    if code <= 0 or ending.was_asked_for:
        say("Dagster has ended.")
        return min(code, 0)
    say(f"Dagster has ended with code {code}; {log} says why.")
    return code


def command(port: int) -> list[str]:
    """What is run: reached from this machine only, and warnings only, since the page of each sensor shows its ticks."""
    dagster = str(Path(sys.executable).with_name("dagster"))
    return [dagster, "dev", "-h", LOOPBACK, "-p", str(port), "--log-level", "warning"]


def command_line() -> str:
    """Our command as it is to be typed in this folder."""
    return os.path.relpath(Path(sys.executable).with_name("weather-etl"))


def _fresh_log(folder: Folder) -> Path:
    log = folder.local / "ui.log"
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_name("ui.log.1"))
    return log


def environment(folder: Folder, port: int) -> dict[str, str]:
    """What Dagster gets: a folder for what it leaves, since it would warn of a temporary one, and the address for links."""
    home = folder.local / "dagster"
    if not os.environ.get("DAGSTER_HOME"):
        home.mkdir(exist_ok=True)
        shutil.copyfile(folder.root / "dagster.yaml", home / "dagster.yaml")
    ours = {"DAGSTER_HOME": str(home), "WEATHER_ETL_UI_URL": f"http://{LOOPBACK}:{port}"}
    return {**ours, **{name: value for name, value in os.environ.items() if value or name not in ours}}


class Address:
    """Tells the address once the web interface answers."""

    def __init__(self, port: int) -> None:
        self._port, self._told = port, False

    def tell_when_up(self) -> None:
        if not self._told and is_listening(self._port):
            self._told = True
            say(f"Dagster is at http://{LOOPBACK}:{self._port} (Ctrl-C ends it).")


class Ending:
    """Tells once that the end was asked for: Dagster takes its time, and who hears nothing presses Ctrl-C again."""

    def __init__(self) -> None:
        self.was_asked_for = False

    def tell(self) -> None:
        if not self.was_asked_for:
            self.was_asked_for = True
            say("Ending Dagster and the runs under way, which may take half a minute ...")


class Outages:
    """One sentence when a service that Dagster needs is lost, and one when it is back."""

    def __init__(self, folder: Folder, environ: Mapping[str, str] | None = None) -> None:
        self._probes = probes(folder.environment(environ))
        self._lost: set[str] = set()

    def tell_changes(self) -> None:
        for name, answers in self._probes.items():
            if answers() == (name in self._lost):
                self._lost ^= {name}
                if name in self._lost:
                    say(f"{name} does not answer, runs fail until it is back; `{command_line()} local up` starts it.")
                else:
                    say(f"{name} answers again; what was missed is made good by itself.")


def probes(env: Mapping[str, str]) -> dict[str, Callable[[], bool]]:
    """What is on this machine can be asked for at no cost; services elsewhere have monitoring of their own."""
    probes: dict[str, Callable[[], bool]] = {}
    port = azurite_port_at(env.get(ACCOUNT, "")) or azurite_port_in(env.get(STORAGE, ""))
    if port is not None:
        probes[f"Azure Storage at {LOOPBACK}:{port}"] = lambda: is_listening(port, _PROBE_S)
    database = urlsplit(env.get(DATABASE, ""))
    folder = parse_qs(database.query).get("host", [""])[0]
    if folder.startswith("/"):
        path = f"{folder}/.s.PGSQL.{parse_qs(database.query).get('port', ['5432'])[0]}"
        probes["PostgreSQL"] = lambda: _socket_answers(path)
    elif database.hostname in (LOOPBACK, "localhost"):
        number = database.port or 5432
        probes[f"PostgreSQL at {LOOPBACK}:{number}"] = lambda: is_listening(number, _PROBE_S)
    return probes


def _socket_answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_PROBE_S)
        try:
            client.connect(path)
        except OSError:
            return False
    return True


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
