"""Processes, ports and locks of the local services, told apart from everybody else's.

Belongs here: whether a pid is really ours, who listens on a port, a lock between two commands.
Does not belong here: anything that knows what Azurite or PostgreSQL is.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from weather_etl.errors import UserError

LOOPBACK = "127.0.0.1"
_LOCK_WAIT_S = 900  # the one in front may be downloading


def _of_the_extra(package: str) -> ModuleType:
    try:
        return import_module(package)
    except ImportError as missing:
        raise UserError(
            "The local services need the packages of the extra 'local': pip install 'weather-etl[local]'."
        ) from missing


def is_ours(pid: int | None, *arguments: str) -> bool:
    """Whether `pid` runs and was started with all of `arguments`.

    A pid alone proves nothing: after a crash or a reboot it can belong to any other program.
    """
    psutil = _of_the_extra("psutil")
    if not pid or pid < 1:
        return False
    try:
        command_line = psutil.Process(pid).cmdline()
    except psutil.Error:  # gone, a zombie, or not ours to look at
        return False
    return bool(command_line) and all(argument in command_line for argument in arguments)


def find(*arguments: str) -> int | None:
    """The pid of a process that was started with all of `arguments`, or None."""
    for process in _of_the_extra("psutil").process_iter(["cmdline"]):
        command_line = process.info["cmdline"]
        if command_line and all(argument in command_line for argument in arguments):
            return process.pid
    return None


def stop(pid: int, signal_number: int, seconds: float) -> bool:
    """Send the signal and wait; whether the process is gone. Never escalates to SIGKILL."""
    psutil = _of_the_extra("psutil")
    try:
        process = psutil.Process(pid)
        process.send_signal(signal_number)
        process.wait(seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    except psutil.AccessDenied as denied:
        raise UserError(
            f"Process {pid} belongs to another user and cannot be stopped; stop it as that user."
        ) from denied
    return True


def is_listening(port: int, timeout: float = 1) -> bool:
    """Whether anything accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout):
            return True
    except OSError:
        return False


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    if is_listening(port):  # some systems let two programs bind the same port
        return False
    with socket.socket() as probe:
        # As servers do, so that connections which are still closing do not count as "in use".
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def describe_listener(port: int) -> str:
    """Who listens on the port, as far as this user may see: `another program (node, pid 17)`."""
    psutil = _of_the_extra("psutil")
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                if connection.pid:
                    return f"another program ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
                break
    except psutil.Error:  # macOS shows this to root only
        pass
    return "another program"


def last_line(text: str, default: str = "no message") -> str:
    """The last line that says something, for the end of an error sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else default


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll `condition` until it holds; whether it did in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


@contextmanager
def locked(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock file at `path`; a second command waits for the first one.

    The operating system drops the lock with the process, so a killed command leaves none behind.
    """
    filelock = _of_the_extra("filelock")

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path, mode=0o600)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        say("Another command is starting or stopping the local services; waiting for it.")
        try:
            lock.acquire(timeout=_LOCK_WAIT_S)
        except filelock.Timeout:
            raise UserError(
                f"Another command has held {path} for {_LOCK_WAIT_S // 60} minutes; end it and run this again."
            ) from None
    try:
        yield
    finally:
        lock.release()
