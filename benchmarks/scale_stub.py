"""A listing of any size, replayed over HTTP as Azure Storage answers it: `python benchmarks/scale_stub.py STATIONS FILES STATE`.

Belongs here: synthetic List Blobs answers, written once and served from memory. Does not belong here: measuring.
Azurite needs minutes to be filled with 100,000 blobs and seconds for each listing; what is measured is our side.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
PAGE = 5000
_TIME = "Thu, 01 Jan 2026 00:00:00 GMT"


def station_name(number: int) -> str:
    return f"s{number:06}"


def file_name(station: str, number: int) -> str:
    return f"{station}/2016/{number:07}.csv"


def _blob(name: str, etag: str, metadata: dict[str, str]) -> str:
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in metadata.items())
    return (
        f"<Blob><Name>{name}</Name><Properties><Creation-Time>{_TIME}</Creation-Time><Last-Modified>{_TIME}</Last-Modified>"
        f"<Etag>{etag}</Etag><Content-Length>4000</Content-Length><Content-Type>text/csv</Content-Type><Content-Encoding />"
        "<Content-MD5>rL0Y20zC+Fzt72VPzMSk2A==</Content-MD5><BlobType>BlockBlob</BlobType><LeaseStatus>unlocked</LeaseStatus>"
        f"<LeaseState>available</LeaseState></Properties><Metadata>{inner}</Metadata></Blob>"
    )


def _pages(blobs: list[str]) -> list[bytes]:
    pages = []
    for start in range(0, max(len(blobs), 1), PAGE):
        more = f"<NextMarker>{start + PAGE}</NextMarker>" if start + PAGE < len(blobs) else "<NextMarker />"
        body = "".join(blobs[start : start + PAGE])
        pages.append(
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>{body}</Blobs>{more}</EnumerationResults>'.encode()
        )
    return pages


def listings(stations: int, files: int, state: str) -> dict[str, list[bytes]]:
    """Pages of both containers; `state` is `fresh` (all tables up to date) or `new` (no tables)."""
    from weather_etl.lake import fingerprints
    from weather_etl.station_file import packaged_settings

    landing, lake = [], []
    per_station = files // stations
    for number in range(stations):
        station = station_name(number)
        versions = [(file_name(station, i), f"0x8D{number:06}{i:07}") for i in range(per_station)]
        landing += [_blob(name, etag, {}) for name, etag in versions]
        if state == "fresh":
            expected = fingerprints.expected(versions, packaged_settings(station).version)
            lake += [
                (f"{t}/station={station}/data.parquet", f"0x8E{number:06}", {"fingerprint": f, "rows": "100"})
                for t, f in expected.items()
            ]
    return {"landing": _pages(landing), "weather": _pages([_blob(*b) for b in sorted(lake)])}


def serve(stations: int, files: int, state: str) -> None:
    """Serve until killed; prints the port when ready. `/requests` tells how many were answered."""
    pages = listings(stations, files, state)
    answered = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal answered
            url = urlsplit(self.path)
            if url.path == "/requests":
                body = json.dumps(answered).encode()
            else:
                answered += 1
                marker = parse_qs(url.query).get("marker", ["0"])[0]
                body = pages[url.path.rsplit("/", 1)[-1]][int(marker) // PAGE]
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
