"""Fixtures of the fault injection."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class Wire(ThreadingHTTPServer):
    """A proxy before the storage that loses what it is told to lose.

    `lose_answer_to(n)`: the n-th PUT reaches the storage, and its answer does not reach us.
    `answer`: given the path of a GET, a status, headers and body of its own, or None to pass the storage's on.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.storage_port = port
        self.puts = 0
        self.lost_put: int | None = None
        self.answer: Callable[[str], tuple[int, dict[str, str], bytes] | None] = lambda path: None

    @property
    def connection_string(self) -> str:
        return azurite_connection_string(self.server_port)

    def lose_answer_to(self, put: int) -> None:
        self.puts, self.lost_put = 0, put

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Wire

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "GET" and (own := self.server.answer(self.path)):
            status, headers, page = own
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(page))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)
            return
        storage = HTTPConnection("127.0.0.1", self.server.storage_port, timeout=30)
        try:
            storage.request(self.command, self.path, body, dict(self.headers.items()))
            answer = storage.getresponse()
            data = answer.read()
        finally:
            storage.close()
        if self.command == "PUT":
            self.server.puts += 1
            if self.server.puts == self.server.lost_put:
                self.close_connection = True
                return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "keep-alive"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_HEAD = do_DELETE = _forward

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


@pytest.fixture
def wire(environment: Settings) -> Iterator[Wire]:
    port = int((environment.connection_string or "").split("BlobEndpoint=http://127.0.0.1:")[1].split("/")[0])
    server = Wire(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@contextmanager
def own_postgres() -> Iterator[postgres.PostgresFiles]:
    """A PostgreSQL that a test may stop and start."""
    with temporary_root() as root:
        files = postgres.PostgresFiles(root / ".local" / "postgres")
        files.data.parent.mkdir()
        postgres.start(files, lambda line: None)
        yield files
