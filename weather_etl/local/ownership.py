"""Whose services are they: ours, or somebody else's?

Belongs here: the files of one checkout's services, what the environment and `.env` say, which service is external.
Does not belong here: starting and stopping (`services.py`).

Ours is what is set nowhere, or set to what our own state would give. A service that the environment or `.env` places
elsewhere is somebody else's: it is used as it is.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weather_etl.errors import UserError
from weather_etl.local import azurite, postgres
from weather_etl.local.processes import find
from weather_etl.settings import AZURITE_ACCOUNT

STORAGE = "AZURE_STORAGE_CONNECTION_STRING"
ACCOUNT = "WEATHER_ETL_ACCOUNT_URL"
DATABASE = "WEATHER_ETL_POSTGRES_URL"


@dataclass(frozen=True)
class Service:
    """One service as it is now.

    Attributes:
        name: `Azurite` or `PostgreSQL`.
        state: `running`, `stopped`, or `external` for one that is not ours.
        where: for people; never holds a password.
        url: connection string or URL; None where the environment has the only copy.
        pid: of our server, while it runs.
        started: whether this very call started it.
    """

    name: str
    state: str
    where: str
    url: str | None = None
    pid: int | None = None
    started: bool = False


@dataclass(frozen=True)
class Folder:
    """The paths below one root."""

    root: Path

    @property
    def local(self) -> Path:
        return self.root / ".local"

    @property
    def env(self) -> Path:
        return self.root / ".env"

    @property
    def state(self) -> Path:
        return self.local / "state.json"

    @property
    def ui(self) -> Path:
        """Who runs the web interface of this folder, and on which port."""
        return self.local / "ui.json"

    @property
    def azurite(self) -> azurite.AzuriteFiles:
        return azurite.AzuriteFiles(self.local / "azurite-data", self.local / "azurite.pid", self.local / "azurite.log")

    @property
    def postgres(self) -> postgres.PostgresFiles:
        return postgres.PostgresFiles(self.local / "postgres")

    def environment(self, environ: Mapping[str, str] | None) -> dict[str, str]:
        """What the programs will see: the process environment, overruled by `.env` as Dagster has it."""
        from dotenv import dotenv_values

        from_file = dotenv_values(self.env) if self.env.exists() else {}
        from_process = os.environ if environ is None else environ
        merged = {**from_process, **{name: value for name, value in from_file.items() if value and value.strip()}}
        return {name: value.strip() for name, value in merged.items() if value and value.strip()}

    def azurite_port(self) -> int | None:
        """The blob port that an earlier `up` settled on."""
        try:
            return int(json.loads(self.state.read_text())["azurite_port"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def azurite_port_in(connection_string: str) -> int | None:
    """The port, if this is the connection string of an Azurite on this machine."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    if parts.get("UseDevelopmentStorage", "").lower() == "true":
        return azurite.FIRST_PORT
    return azurite_port_at(parts.get("BlobEndpoint", "")) if parts.get("AccountName") == AZURITE_ACCOUNT else None


def azurite_port_at(url: str) -> int | None:
    match = re.match(rf"http://(?:127\.0\.0\.1|localhost):(\d+)/{AZURITE_ACCOUNT}(?:[/?]|$)", url)
    return int(match[1]) if match else None


def external_azurite(folder: Folder, env: Mapping[str, str]) -> Service | None:
    """The storage that the settings name, if it is not ours."""
    for name, port_in in ((ACCOUNT, azurite_port_at), (STORAGE, azurite_port_in)):
        value = env.get(name)
        if value and not _is_our_port(folder, port_in(value)):
            # Keys and SAS tokens stay out of sight: they follow the account name and the "?".
            place = re.search(r"(?:BlobEndpoint|AccountName)=([^;?]+)", value) if name == STORAGE else None
            shown = place[1] if place else value.split("?")[0] if name == ACCOUNT else "set"
            return Service("Azure Storage", "external", f"{name} ({shown})")
    return None


def _is_our_port(folder: Folder, port: int | None) -> bool:
    if port is None:
        return False
    settled = folder.azurite_port()
    if settled is not None:
        return port == settled
    # `.local` was deleted and `.env` was not: the port is ours again, unless another Azurite is there.
    return bool(find(*folder.azurite.arguments)) or not azurite.answers(port)


def external_postgres(folder: Folder, env: Mapping[str, str]) -> Service | None:
    """The database that the settings name, if it is not on our server."""
    value = env.get(DATABASE)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        server = parts.hostname
    except ValueError:
        raise UserError(
            f"{DATABASE} is not a URL; write it as postgresql+psycopg2://user:password@host/name."
        ) from None
    match = re.search(r"(?:^|&)host=([^&]*)", parts.query)
    socket_folder = unquote(match[1]) if match else None
    if socket_folder == str(folder.postgres.socket_folder) and not server:
        return None
    if not server and socket_folder and socket_folder.startswith("/") and not Path(socket_folder).is_dir():
        raise UserError(
            f"{DATABASE} names the socket folder {socket_folder}, which does not exist; if this checkout was moved "
            "or copied, `weather-etl local up --rewrite-env` corrects that line."
        )
    return Service("PostgreSQL", "external", f"{DATABASE} ({server or socket_folder or 'set'})")
