"""A storage that takes requests and does not answer: what waits for it ends in time.

The limit is the promise itself, and no measurement.
"""

import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from weather_etl import cli
from weather_etl.lake.connection import Containers
from weather_etl.settings import Settings, azurite_connection_string
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import weather_csv

pytestmark = pytest.mark.faults


class Line:
    """A wire to the storage on which no answer comes through any more after a certain request.

    Args:
        port: of the storage.
        stops: of the head of a request: do answers stop from here on?
    """

    def __init__(self, port: int, stops: Callable[[bytes], bool]) -> None:
        self._storage, self._stops = port, stops
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.stopped = threading.Event()
        self.since = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            storage = socket.create_connection(("127.0.0.1", self._storage))
            threading.Thread(target=self._requests, args=(client, storage), daemon=True).start()
            threading.Thread(target=self._answers, args=(storage, client), daemon=True).start()

    def _requests(self, client: socket.socket, storage: socket.socket) -> None:
        try:
            while data := client.recv(65536):
                if not self.stopped.is_set() and self._stops(data):
                    self.since = time.monotonic()
                    self.stopped.set()
                storage.sendall(data)
        except OSError:
            pass
        storage.close()

    def _answers(self, storage: socket.socket, client: socket.socket) -> None:
        try:
            while data := storage.recv(65536):
                if not self.stopped.is_set():
                    client.sendall(data)
        except OSError:
            pass
        if not self.stopped.is_set():
            client.close()

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def stations(containers: Containers) -> Containers:
    for name in "abc":
        containers.landing.upload(f"{name}/x.csv", weather_csv(24))
    return containers


def is_put_of_table(head: bytes) -> bool:
    return head.startswith(b"PUT") and b"validated_observations" in head


def is_read_of_file(head: bytes) -> bool:
    return head.startswith(b"GET") and b"/x.csv" in head


@pytest.mark.parametrize(
    "stops", [lambda head: True, is_read_of_file, is_put_of_table], ids=["from the start", "a file", "a table"]
)
def test_the_run_ends_within_a_minute_after_the_storage_stopped_answering(
    stations: Containers,
    database: str,
    environment: Settings,
    stops: Callable[[bytes], bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    port = int(environment.connection_string.rsplit(":", 1)[1].split("/")[0])
    line = Line(port, stops)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite_connection_string(line.port))
    monkeypatch.setattr(sys, "argv", ["weather-etl", "run", "--tables-only"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    took = time.monotonic() - line.since
    line.close()
    told = capsys.readouterr()
    assert line.stopped.is_set() and ended.value.code == 1
    assert "does not answer" in told.err
    assert took < 60
