"""Azurite and PostgreSQL for local use: `up`, `down` and `status` of one checkout.

Everything lives in `<root>/.local/`, and `<root>/.env` tells the other programs where the two are.

Belongs here: the order of starting and stopping, `.env`, the containers.
Does not belong here: whose a service is (`ownership.py`), how each of them is installed and started (`azurite.py`,
`postgres.py`), and anything about weather.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from weather_etl.errors import UserError
from weather_etl.local import azurite, postgres, ui
from weather_etl.local.ownership import (
    ACCOUNT,
    DATABASE,
    STORAGE,
    Folder,
    Service,
    azurite_port_at,
    azurite_port_in,
    external_azurite,
    external_postgres,
)
from weather_etl.local.processes import is_free, locked
from weather_etl.settings import LOGS_CONTAINER, Settings, azurite_connection_string

Say = Callable[[str], None]


@dataclass(frozen=True)
class Status:
    """Both services, what the person should know besides, and the address of the web interface if it runs."""

    azurite: Service
    postgres: Service
    notes: tuple[str, ...] = ()
    ui: str | None = None


def up(
    root: Path,
    *,
    azurite_port: int | None = None,
    rewrite_env: bool = False,
    azurite_home: Path | None = None,
    environ: Mapping[str, str] | None = None,
    say: Say = lambda line: None,
) -> Status:
    """Start what is ours and not running, create the containers, write `.env` if there is none.

    Args:
        root: the folder of `.local` and `.env`.
        azurite_port: the blob port wanted, from now on; by default the one of before, at first 10000 or the next free one.
        rewrite_env: take both services for ours whatever `.env` says, and write their lines in it anew.
        azurite_home: an Azurite installation to share; default `<root>/.local/azurite`.
        environ: instead of the process environment.
        say: takes one line for each thing that takes time or that the person should know.

    Raises:
        UserError: a service could not be started, in one sentence.
    """
    folder = Folder(Path(root).resolve())
    with _plain_errors(folder):
        env = folder.environment(environ)
        if rewrite_env:
            env = {name: value for name, value in env.items() if name not in (STORAGE, ACCOUNT, DATABASE)}
        elsewhere, storage_elsewhere = external_postgres(folder, env), external_azurite(folder, env)
        if azurite_port is not None and storage_elsewhere:
            raise UserError(
                f"The storage is not ours: {storage_elsewhere.where}; take that out of .env or the environment, or leave "
                "out --azurite-port."
            )
        if storage_elsewhere and elsewhere:
            return status(folder.root, environ=environ)
        if os.name == "nt":
            raise UserError(
                f"The local services run on Linux and macOS; on Windows use WSL, or set {STORAGE} and {DATABASE} "
                "to services of your own."
            )
        _make_private(folder)
        with locked(folder.local / "lock", say):
            storage = external_azurite(folder, env) or _up_azurite(folder, env, azurite_port, azurite_home, say)
            database = elsewhere or _up_postgres(folder, say)
            if azurite_port is not None or rewrite_env:
                _rewrite_env(folder, storage, database, say)
            _write_env(folder, storage, database, say)
            return Status(storage, database, _notes(folder, environ, storage, database))


def down(root: Path, *, say: Say = lambda line: None) -> Status:
    """Stop what is ours and runs, the web interface first; the data stays."""
    folder = Folder(Path(root).resolve())
    with _plain_errors(folder):
        if folder.local.is_dir() and os.name != "nt":
            with locked(folder.local / "lock", say):
                if ui.stop_running(folder):
                    say("Ended the web interface.")
                azurite.stop_running(folder.azurite)
                postgres.stop_running(folder.postgres)
        return status(folder.root)


def status(root: Path, *, environ: Mapping[str, str] | None = None) -> Status:
    """What runs now; changes nothing."""
    folder = Folder(Path(root).resolve())
    with _plain_errors(folder):
        env = folder.environment(environ)
        storage = external_azurite(folder, env) or _azurite_service(folder)
        database = external_postgres(folder, env) or _postgres_service(folder)
        web = ui.running(folder)
        return Status(storage, database, ui=web.url if web else None)


def _up_azurite(folder: Folder, env: Mapping[str, str], port: int | None, home: Path | None, say: Say) -> Service:
    settled = folder.azurite_port()
    if settled is None:  # after `.local` was deleted, what `.env` says still holds
        settled = azurite_port_in(env.get(STORAGE, "")) or azurite_port_at(env.get(ACCOUNT, ""))
    if port is not None and settled is not None and port != settled:
        _leave_port(folder, port)
    service = _azurite_service(folder)
    if service.state == "stopped":
        chosen = port or settled or azurite.next_free_port()
        pid = azurite.start(folder.azurite, chosen, home or folder.local / "azurite", say)
        _write_private(folder.state, json.dumps({"azurite_port": chosen}) + "\n")
        service = _running_azurite(chosen, pid, started=True)
    _create_containers(service, env)
    return service


def _leave_port(folder: Folder, wanted: int) -> None:
    """Stop our Azurite, if nobody works on it and the other ports are there to be had."""
    if web := ui.running(folder):
        raise UserError(
            f"The web interface at {web.url} works on this Azurite; end it with `make stop`, then change the port."
        )
    for port in azurite.ports(wanted):
        if not is_free(port) and port not in azurite.ports(folder.azurite_port() or 0):
            raise azurite.port_taken(port)
    azurite.stop_running(folder.azurite)


def _up_postgres(folder: Folder, say: Say) -> Service:
    service = _postgres_service(folder)
    if service.state == "stopped":
        pid = postgres.start(folder.postgres, say)
        service = _running_postgres(folder, pid, started=True)
    return service


def _azurite_service(folder: Folder) -> Service:
    port = folder.azurite_port()
    pid = azurite.running(folder.azurite)
    if port and pid and azurite.answers(port):
        return _running_azurite(port, pid)
    where = f"http://127.0.0.1:{port}" if port else "never started"
    return Service("Azurite", "stopped", where)


def _running_azurite(port: int, pid: int, *, started: bool = False) -> Service:
    return Service("Azurite", "running", f"http://127.0.0.1:{port}", azurite_connection_string(port), pid, started)


def _postgres_service(folder: Folder) -> Service:
    if postgres.is_ready(folder.postgres):
        return _running_postgres(folder, postgres.running(folder.postgres))
    return Service("PostgreSQL", "stopped", f"socket in {folder.postgres.socket_folder}")


def _running_postgres(folder: Folder, pid: int | None, *, started: bool = False) -> Service:
    files = folder.postgres
    return Service("PostgreSQL", "running", f"socket in {files.socket_folder}", files.url, pid, started)


def _create_containers(service: Service, env: Mapping[str, str]) -> None:
    from azure.core.exceptions import AzureError, ResourceExistsError
    from azure.storage.blob import BlobServiceClient

    settings = Settings.load(env)
    wanted = {settings.landing_container, settings.lake_container, LOGS_CONTAINER}
    client = BlobServiceClient.from_connection_string(service.url or "", retry_total=2, connection_timeout=5)
    try:
        with client:
            for name in sorted(wanted - {container.name for container in client.list_containers()}):
                try:
                    client.create_container(name)
                except ResourceExistsError:  # the pipeline was quicker
                    continue
    except AzureError as error:
        raise UserError(
            f"Azurite at {service.where} runs, but its containers could not be created "
            f"({str(error).splitlines()[0]}); run `weather-etl local down` and then `up`."
        ) from error
    if settings.events_queue:
        from weather_etl.landing.event_queue import connect_queue

        with connect_queue(
            settings.model_copy(update={"connection_string": service.url, "account_url": None})
        ) as queue:
            queue.create()


def _rewrite_env(folder: Folder, storage: Service, database: Service, say: Say) -> None:
    """Write where our services are into the lines of `.env` that say it; every other line stays as it is."""
    if not folder.env.exists():
        return
    path = folder.env.resolve()
    before = text = path.read_text()
    for name, service in ((STORAGE, storage), (DATABASE, database)):
        if service.url:
            line = f"{name}='{service.url}'"
            text, replaced = re.subn(
                rf"^(?:export[ \t]+)?{name}=.*$", line.replace("\\", r"\\"), text, flags=re.MULTILINE
            )
            named_otherwise = name == STORAGE and re.search(rf"^{ACCOUNT}=", text, re.MULTILINE)
            if not replaced and not named_otherwise:
                text = f"{text.rstrip()}\n{line}\n"
    if storage.url:  # the other way to name the storage
        port = azurite_port_in(storage.url)
        text = re.sub(rf"^({ACCOUNT}=\S*?//[^:/\s]+):\d+/", rf"\g<1>:{port}/", text, flags=re.MULTILINE)
    if text != before:
        _write_private(path, text)
        say(f"Wrote where the services are into {folder.env}; its other lines are as they were.")


def _write_env(folder: Folder, storage: Service, database: Service, say: Say) -> None:
    """Fill in `.env.example`, unless there is a `.env`, which is only changed on demand (`_rewrite_env`)."""
    if os.path.lexists(folder.env):
        return
    examples = (folder.root / ".env.example", Path(__file__).resolve().parents[2] / ".env.example")
    example = next((path for path in examples if path.exists()), None)
    text = example.read_text() if example else f"{STORAGE}=\n{DATABASE}=\n"
    for name, service in ((STORAGE, storage), (DATABASE, database)):
        if not service.url:  # a service of the person's own; an empty line would overrule the environment
            text = re.sub(rf"^({name}=[ \t]*)$", r"# \1", text, flags=re.MULTILINE)
        else:  # quoted: to a shell the semicolon would end the value
            line = f"{name}='{service.url}'".replace("\\", r"\\")
            text = re.sub(rf"^{name}=[ \t]*$", line, text, flags=re.MULTILINE)
    _write_private(folder.env, text)
    say(f"Wrote {folder.env}.")


def _notes(folder: Folder, environ: Mapping[str, str] | None, storage: Service, database: Service) -> tuple[str, ...]:
    env = folder.environment(environ)
    missing = [
        f"{name}='{service.url}'"
        for names, service in (((STORAGE, ACCOUNT), storage), ((DATABASE,), database))
        if service.url and not any(env.get(name) for name in names)
        for name in names[:1]
    ]
    return (f"{folder.env} lacks a value and is yours: add to it  {'  and  '.join(missing)}",) if missing else ()


def _make_private(folder: Folder) -> None:
    folder.local.mkdir(parents=True, exist_ok=True)
    # For root, PostgreSQL runs as another user, who has to pass through to its own folder.
    folder.local.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


@contextmanager
def _plain_errors(folder: Folder) -> Iterator[None]:
    """A full or read-only disk is the person's to mend: one sentence, no traceback."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"Cannot use {error.filename or folder.local} ({error.strerror or error}); free disk space, correct the "
            "permissions or choose another folder, and run this again."
        ) from error
