"""Fixtures of the fault injection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.local import azurite, ownership, postgres
from weather_etl.settings import Settings, azurite_connection_string
from weather_etl_tests.conftest import AZURITE_HOME, free_azurite_port, temporary_root
from weather_etl_tests.support.lake import RAW


def tables(containers: Containers, station: str = "a") -> dict[str, Any]:
    """Each table as its bytes; of raw its rows, since its manifest tells when a file was read."""
    found: dict[str, Any] = dict.fromkeys(TABLE_NAMES)
    for name in {b.name for b in containers.lake.container.list()}:
        table, folder, _ = name.split("/")
        if folder != f"station={station}":
            continue
        if table == RAW:
            made = containers.lake.read(table, station)
            found[table] = made and made.arrow
        else:
            found[table] = containers.lake.container.read(name)[0]
    return found


@pytest.fixture(scope="session")
def own_azurite() -> Iterator["OwnAzurite"]:
    """An Azurite that a test may stop and start."""
    with temporary_root() as root:
        (root / ".local").mkdir()
        files = azurite.AzuriteFiles(
            root / ".local" / "azurite-data", root / ".local" / "azurite.pid", root / ".local" / "azurite.log"
        )
        own = OwnAzurite(files, free_azurite_port())
        own.start()
        yield own


class OwnAzurite:
    """Start and stop (SIGTERM) of one Azurite."""

    def __init__(self, files: azurite.AzuriteFiles, port: int) -> None:
        self._files = files
        self._port = port
        self.connection_string = azurite_connection_string(port)

    def start(self) -> None:
        azurite.start(self._files, self._port, AZURITE_HOME, lambda line: None)

    def stop(self) -> None:
        azurite.stop_running(self._files)


@pytest.fixture
def own_containers(own_azurite: OwnAzurite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Containers]:
    """Fresh containers on the Azurite that may be stopped."""
    import uuid

    mark = uuid.uuid4().hex[:12]
    monkeypatch.setenv(ownership.STORAGE, own_azurite.connection_string)
    monkeypatch.setenv("WEATHER_ETL_LANDING_CONTAINER", f"landing-{mark}")
    monkeypatch.setenv("WEATHER_ETL_LAKE_CONTAINER", f"weather-{mark}")
    with connect(Settings.load()) as opened:
        opened.landing.create()
        opened.lake.container.create()
        yield opened


@contextmanager
def own_postgres() -> Iterator[postgres.PostgresFiles]:
    """A PostgreSQL that a test may stop and start."""
    with temporary_root() as root:
        files = postgres.PostgresFiles(root / ".local" / "postgres")
        files.data.parent.mkdir()
        postgres.start(files, lambda line: None)
        yield files
