"""A proxy before the storage: a real one, that loses or garbles what it is told to.

Belongs here: the proxy. Does not belong here: storages that are down (`faults/`).
"""

from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from weather_etl.settings import azurite_connection_string


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
