"""A look of the sensor at 20,000 landing files of 1,000 stations: the listings are replayed, Azurite fills too slowly."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dagster as dg
import psutil
import pytest

from weather_etl.lake import fingerprints
from weather_etl.operations.planning import CATCH_UP_JOB
from weather_etl.orchestration.child_runs import run_job
from weather_etl.orchestration.jobs import SHARED_JOB
from weather_etl.orchestration.sensors.landing_files import landing_files_sensor
from weather_etl.settings import azurite_connection_string
from weather_etl_tests.support import ticks

FILES, STATIONS, PAGE = 20_000, 1_000, 5_000
WHEN = "Wed, 01 Jan 2020 00:00:00 GMT"


def blob(name: str, etag: str, metadata: dict[str, str]) -> str:
    """A blob as Azure lists it."""
    extra = "".join(f"<{k}>{v}</{k}>" for k, v in metadata.items())
    return (
        f"<Blob><Name>{name}</Name><Properties><Creation-Time>{WHEN}</Creation-Time><Last-Modified>{WHEN}</Last-Modified>"
        f"<Etag>{etag}</Etag><Content-Length>1234</Content-Length><Content-Type>application/octet-stream</Content-Type>"
        "<Content-Encoding/><Content-Language/><Content-CRC64/><Content-MD5>sQqNsWTgdUEFt6mb5y4/5Q==</Content-MD5>"
        "<Cache-Control/><Content-Disposition/><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>"
        "<AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
        f"<ServerEncrypted>true</ServerEncrypted></Properties><Metadata>{extra}</Metadata></Blob>"
    )


class Replay(ThreadingHTTPServer):
    """Answers List Blobs for two containers, in pages."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.pages: dict[str, list[bytes]] = {}

    def serve(self, container: str, blobs: list[str]) -> None:
        pages = []
        for start in range(0, max(len(blobs), 1), PAGE):
            more = str(start // PAGE + 1) if start + PAGE < len(blobs) else ""
            pages.append(
                '<?xml version="1.0" encoding="UTF-8"?><EnumerationResults><Blobs>'
                f"{''.join(blobs[start : start + PAGE])}</Blobs><NextMarker>{more}</NextMarker></EnumerationResults>"
            )
        self.pages[container] = [p.encode() for p in pages]


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Replay

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        marker = parse_qs(address.query).get("marker", ["0"])[0]
        body = self.server.pages[address.path.rsplit("/", 1)[1]][int(marker)]
        self.send_response_only(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    server = Replay()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite_connection_string(server.server_port))
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")
    files = {
        f"s{i:04}": [(f"s{i:04}/{n:02}.csv", f"0x{i}A{n}") for n in range(FILES // STATIONS)] for i in range(STATIONS)
    }
    server.serve("landing", [blob(name, etag, {}) for versions in files.values() for name, etag in versions])
    carried = [
        blob(f"{table}/station={station}/data.parquet", "0x1", {"fingerprint": fingerprint, "rows": "24"})
        for station, versions in files.items()
        for table, fingerprint in fingerprints.expected(versions, "defaults").items()
    ]
    server.serve("weather", carried)
    yield server
    server.shutdown()
    server.server_close()


def tick(instance: dg.DagsterInstance) -> tuple[dg.SensorResult, float, float]:
    """The result of a tick, its seconds of CPU (the replay's included), and the megabytes that it added."""
    memory, started = psutil.Process().memory_info().rss, time.process_time()
    result = ticks.tick(landing_files_sensor, instance)
    used = (psutil.Process().memory_info().rss - memory) / 1024**2
    return result, time.process_time() - started, used


@pytest.mark.faults
def test_a_tick_over_twenty_thousand_files_is_quick_when_nothing_changed(
    replay: Replay, instance: dg.DagsterInstance
) -> None:
    assert run_job(instance, SHARED_JOB) == []  # it tells of unroutable files, which the first tick would ask for
    tick(instance)  # imports
    result, seconds, megabytes = tick(instance)
    print(f"20,000 files, nothing changed: {seconds:.2f} s of CPU, {megabytes:.0f} MB more")
    assert result.skip_reason.skip_message == "All 1000 stations are up to date."
    assert seconds < 10 and megabytes < 300


@pytest.mark.faults
def test_a_tick_is_quick_when_a_thousand_stations_are_stale_and_failed_before(
    replay: Replay, instance: dg.DagsterInstance
) -> None:
    replay.serve("weather", [])
    assert run_job(instance, SHARED_JOB) == []
    result, seconds, _ = tick(instance)
    print(f"1,000 new stations: {seconds:.2f} s of CPU, {len(result.run_requests)} runs requested")
    assert len(result.run_requests) == 20
    for request in result.run_requests:
        assert request.job_name == CATCH_UP_JOB
        failed = dg.DagsterRun(job_name=CATCH_UP_JOB, tags=dict(request.tags), status=dg.DagsterRunStatus.FAILURE)
        instance.run_storage.add_run(failed)
    result, seconds, _ = tick(instance)
    print(f"1,000 stations that failed a moment ago: {seconds:.2f} s of CPU")
    assert "1000 waiting for the next attempt" in result.skip_reason.skip_message
    assert seconds < 10
