"""Measuring points of growth: one look of the sensor, one new file, a first load, each at one size.

Here: what is measured at a point. Not here: which points there are, tables and plots (`growth.py`).
Each point runs in a process of its own, so that its peak memory is its own:

    python benchmarks/points.py merge '[10000]'
"""

import json
import os
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


@dataclass
class Stopwatch:
    """CPU seconds of named parts of a point."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Any:
        started = time.process_time()
        yield
        self.parts[name] = self.parts.get(name, 0) + time.process_time() - started


def listing(stations: int, files: int, state: str) -> dict[str, Any]:
    """One look of the sensor at both containers: list, compare, plan."""
    from weather_etl.lake.connection import connect
    from weather_etl.landing.listing import list_landing
    from weather_etl.operations import planning
    from weather_etl.settings import AZURITE_KEY, Settings

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
        from weather_etl.lake.container import Blob

        etag = f"0x8D{len(self.blobs):012}"
        self.blobs[name] = data, Blob(name, etag, len(data), datetime(2026, 1, 1, tzinfo=UTC), metadata)
        return etag

    def read(self, name: str, etag: str | None = None) -> tuple[bytes, Any]:
        from weather_etl.lake.container import BlobNotFound

        if name not in self.blobs:
            raise BlobNotFound
        return self.blobs[name]

    def list(self, prefix: str = "") -> Any:
        return iter(())

    def write(self, name: str, data: bytes, *, metadata: dict[str, str] | None = None, **options: Any) -> str:
        return self.put(name, data, metadata or {})

    def head(self, name: str) -> Any:
        return self.blobs[name][1] if name in self.blobs else None


def _station_of_small_files(files: int) -> tuple[Any, list[Any], MemoryContainer]:
    """A landing folder with `files` files of one hour each, distinct as real files are; (container, versions, blobs)."""
    from weather_etl.landing.versions import FileVersion
    from weather_etl_tests.files import weather_csv

    landing = MemoryContainer()
    start = datetime(2016, 1, 1, tzinfo=UTC)
    hour = weather_csv(1)
    versions = []
    for number in range(files):
        when = start + timedelta(hours=number)
        data = hour.replace(b"2020-01-01 00:00", f"{when:%Y-%m-%d %H:%M}".encode())
        etag = landing.put(f"s/{number:07}.csv", data, {})
        versions.append(FileVersion(f"s/{number:07}.csv", etag, len(data), when + timedelta(hours=1)))
    return landing, versions, MemoryContainer()


def _update(landing: Any, lake: Any, versions: list[Any], watch: Stopwatch, total: str) -> Any:
    """What a run does to the raw object, with reading and writing it apart from the rest."""
    from weather_etl.ingestion.manifest import load_raw
    from weather_etl.ingestion.merge import merge_landing_files
    from weather_etl.ingestion.raw_table import RAW
    from weather_etl.lake.connection import Containers
    from weather_etl.lake.table_objects import Lake
    from weather_etl.landing.versions import StationFiles
    from weather_etl.station_file import packaged_settings

    containers = Containers(landing, Lake(lake))
    with watch.part("read raw"):
        old = load_raw(containers, "s")
    with watch.part(total):
        raw = merge_landing_files(containers, "s", StationFiles(versions), packaged_settings("s"), old)
    with watch.part("write raw"):
        containers.lake.write(RAW, "s", raw.rows, fingerprint="f", if_match=raw.replaces, manifest=raw.manifest)
    return raw


def first_load(files: int) -> dict[str, Any]:
    """All files of a new station in one run."""
    landing, versions, lake = _station_of_small_files(files)
    watch = Stopwatch()
    _update(landing, lake, versions, watch, "read and parse files")
    return {"seconds": watch.parts}


def merge(files: int) -> dict[str, Any]:
    """One new file for a station that has `files` of them: read raw, merge, write raw."""
    import numpy as np
    import pyarrow as pa

    from weather_etl.ingestion.raw_table import RAW
    from weather_etl.lake.table_objects import Lake

    # 100 files are really read, and their rows and entries repeated under the names, times and hashes of the others.
    landing, versions, lake = _station_of_small_files(files + 1)
    seed = _update(landing, MemoryContainer(), versions[:100], Stopwatch(), "seed")
    number = np.arange(files)
    rows = seed.rows.take(pa.array(number % 100))
    names = [v.name for v in versions[:files]]
    columns = {
        "landing_file": pa.DictionaryArray.from_arrays(pa.array(number.astype("int32")), pa.array(names)),
        "landed_at": pa.array([v.landed_at for v in versions[:files]], pa.timestamp("us", "UTC")),
        "timestamp": pa.array(
            [f"{v.landed_at - timedelta(hours=1):%Y-%m-%d %H:%M}:00.000 +0000" for v in versions[:files]]
        ),
    }
    for name, column in columns.items():
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), column)
    manifest = [
        {**seed.manifest[i % 100], "name": v.name, "etag": v.etag, "sha256": os.urandom(32).hex(),
         "landed_at": v.landed_at.isoformat()}
        for i, v in enumerate(versions[:files])
    ]  # fmt: skip
    Lake(lake).write(RAW, "s", rows, fingerprint="f", if_match=None, manifest=manifest)
    watch = Stopwatch()
    raw = _update(landing, lake, versions, watch, "merge one file")
    assert len(raw.manifest) == files + 1 and raw.read == [versions[-1].name]
    size = len(lake.blobs[Lake.object_name(RAW, "s")][0])
    return {"seconds": watch.parts, "bytes": size, "manifest": len(json.dumps(raw.manifest))}


POINTS: dict[str, Callable[..., dict[str, Any]]] = {"listing": listing, "merge": merge, "first_load": first_load}


if __name__ == "__main__":
    result = POINTS[sys.argv[1]](*json.loads(sys.argv[2]))
    result["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    print(json.dumps(result))
