"""What grows, and how fast: seconds, memory and requests by the number of stations and of landing files.

    python benchmarks/scale.py [listing] [merge] [history] [plot] [events] [workers]

Belongs here: measuring points, tables and plots for docs/scaling.md. Does not belong here: the core beside its peers
(`run.py`). Each point runs in a process of its own, so that its peak memory is its own.
"""

import json
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
RESULTS = CHECKOUT / ".local" / "scale.json"
IMAGES = CHECKOUT / "docs" / "images"

LISTING = [(10, 1_000), (100, 1_000), (1_000, 1_000), (100, 10_000), (1_000, 10_000), (1_000, 100_000), (100, 100_000)]
FILES = (1_000, 10_000, 100_000)
STATIONS = (10, 100, 1_000)


@dataclass
class Stopwatch:
    """Seconds of named parts of a point."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Any:
        started = time.process_time()
        yield
        self.parts[name] = self.parts.get(name, 0) + time.process_time() - started


# --- points: each is run in a process of its own --------------------------------------------------------------


def listing(stations: int, files: int, state: str) -> dict[str, Any]:
    """One look of the sensor at both containers: list, compare, plan."""
    from weather_etl import planning
    from weather_etl.landing import list_landing
    from weather_etl.settings import AZURITE_KEY, Settings
    from weather_etl.storage import connect

    stub = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("scale_stub.py")), str(stations), str(files), state],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert stub.stdout is not None
        port = int(stub.stdout.readline())
        connection = (
            f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AZURITE_KEY};"
            f"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
        )
        watch = Stopwatch()
        with connect(Settings(connection_string=connection)) as containers:
            containers.lake.stamp  # noqa: B018  (imports are not what grows)
            with watch.part("list landing"):
                landing = list_landing(containers.landing)
            with watch.part("list tables"):
                stamps = containers.lake.stamps()
            with watch.part("compare"):
                stale = planning.find_stale(landing, stamps)
            with watch.part("plan"):
                plan = planning.plan(
                    stale, [], {}, now=0, max_attempts=3, max_stations=50, retry_delay=30
                )  # fmt: skip
        assert len(stale) == (0 if state == "fresh" else stations)
        assert len(plan.requests) == (0 if state == "fresh" else -(-stations // 50))
        requests = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/requests"))
        return {"seconds": watch.parts, "requests": requests}
    finally:
        stub.kill()


class MemoryContainer:
    """A container in memory: what is measured is our side of a write."""

    name = url = "memory"

    def __init__(self) -> None:
        self.blobs: dict[str, tuple[bytes, Any]] = {}

    def put(self, name: str, data: bytes, metadata: dict[str, str]) -> str:
        from weather_etl.storage import Blob

        etag = f"0x{len(self.blobs)}{len(data)}"
        self.blobs[name] = data, Blob(name, etag, len(data), datetime(2026, 1, 1, tzinfo=UTC), metadata)
        return etag

    def read(self, name: str, etag: str | None = None) -> tuple[bytes, Any]:
        from weather_etl.storage import BlobNotFound

        if name not in self.blobs:
            raise BlobNotFound
        return self.blobs[name]

    def write(self, name: str, data: bytes, *, if_match: str | None, metadata: dict[str, str] | None = None) -> str:
        return self.put(name, data, metadata or {})

    def head(self, name: str) -> Any:
        return self.blobs[name][1] if name in self.blobs else None


def merge(files: int) -> dict[str, Any]:
    """One new file of one hour for a station that has `files` of them: read raw, merge, write raw; then all tables."""
    import weather_etl.ingestion as ingestion
    from weather_etl.landing import FileVersion, StationFiles
    from weather_etl.stations import packaged_settings
    from weather_etl.storage import Containers, Lake
    from weather_etl_tests.files import weather_csv

    landing, lake = MemoryContainer(), MemoryContainer()
    containers = Containers(landing, Lake(lake))  # type: ignore[arg-type]
    settings = packaged_settings("s")
    start = datetime(2016, 1, 1, tzinfo=UTC)
    versions = []
    hour = weather_csv(1)
    for number in range(files + 1):
        name = f"s/{number:07}.csv"
        # Distinct bytes, as real files are: the hour counts on, and so does the time of landing.
        data = hour.replace(b"2020-01-01 00:00", f"{start + timedelta(hours=number):%Y-%m-%d %H:%M}".encode())
        versions.append(
            FileVersion(name, landing.put(name, data, {}) + str(number), len(data), start + timedelta(hours=number + 1))
        )
    _without_etag_check(ingestion)
    before = StationFiles(versions[:-1])
    watch = Stopwatch()
    with watch.part("first load of all files"):
        ingestion.update_raw(containers, "s", before, settings)
    after = StationFiles(versions)
    with watch.part("read raw"):
        old = ingestion.load_raw(containers, "s")
    with watch.part("merge one file"):
        raw = _merged(ingestion, containers, after, settings, old)
    with watch.part("write raw"):
        containers.lake.write(
            "raw_observations", "s", raw.rows, fingerprint="f", if_match="", manifest=raw.manifest
        )  # fmt: skip
    data = lake.blobs["raw_observations/station=s/data.parquet"][0]
    from weather_etl.meteorology.observations import observe

    with watch.part("observations"):
        observe(raw.rows, raw.readings(), raw.rejected(), station="s", timezone="UTC")
    return {"seconds": watch.parts, "bytes": len(data), "manifest": len(json.dumps(raw.manifest))}


def _without_etag_check(ingestion: Any) -> None:
    ingestion.read_version = lambda container, version: container.read(version.name)[0]


def _merged(ingestion: Any, containers: Any, files: Any, settings: Any, old: Any) -> Any:
    import inspect

    extra = {"again": ()} if "again" in inspect.signature(ingestion._merge).parameters else {}
    return ingestion._merge(containers, "s", files, settings, old, {}, run_id="r", full=False, **extra)


POINTS: dict[str, Callable[..., dict[str, Any]]] = {"listing": listing, "merge": merge}


def point(name: str, *arguments: Any) -> dict[str, Any]:
    """Run a point in a process of its own."""
    command = [sys.executable, __file__, "point", name, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def main(parts: list[str]) -> None:
    if parts[:1] == ["point"]:
        result = POINTS[parts[1]](*json.loads(parts[2]))
        result["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return


if __name__ == "__main__":
    main(sys.argv[1:])
