"""What grows, and how fast: seconds, memory and requests by the number of stations and of landing files.

    python benchmarks/scale.py [growth] [events] [workers]

Belongs here: measuring points, tables and plots for docs/scaling.md. Does not belong here: the core beside its peers
(`run.py`). Each point runs in a process of its own, so that its peak memory is its own.
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
IMAGES = CHECKOUT / "docs" / "images"

LISTING = [(10, 1_000), (100, 1_000), (1_000, 1_000), (1_000, 10_000), (100, 100_000), (1_000, 100_000)]
FILES = (1_000, 10_000, 100_000)
FIRST_LOAD = (1_000, 10_000)


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
    from weather_etl.lake.storage import connect
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
        from weather_etl.lake.storage import Blob

        etag = f"0x8D{len(self.blobs):012}"
        self.blobs[name] = data, Blob(name, etag, len(data), datetime(2026, 1, 1, tzinfo=UTC), metadata)
        return etag

    def read(self, name: str, etag: str | None = None) -> tuple[bytes, Any]:
        from weather_etl.lake.storage import BlobNotFound

        if name not in self.blobs:
            raise BlobNotFound
        return self.blobs[name]

    def list(self, prefix: str = "") -> Any:
        return iter(())

    def write(self, name: str, data: bytes, *, if_match: str | None, metadata: dict[str, str] | None = None) -> str:
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
    """`update_raw`, with reading and writing of the raw object apart from the rest."""
    from weather_etl.ingestion import merge
    from weather_etl.lake.storage import Containers, Lake
    from weather_etl.landing.versions import StationFiles
    from weather_etl.station_file import packaged_settings

    class TimedLake(Lake):
        def read(self, *arguments: Any, **options: Any) -> Any:
            with watch.part("read raw"):
                return super().read(*arguments, **options)

        def write(self, *arguments: Any, **options: Any) -> Any:
            with watch.part("write raw"):
                return super().write(*arguments, **options)

    before = sum(watch.parts.values())
    started = time.process_time()
    raw = merge.update_raw(
        Containers(landing, TimedLake(lake)), "s", StationFiles(versions), packaged_settings("s")
    )  # fmt: skip
    watch.parts[total] = time.process_time() - started - (sum(watch.parts.values()) - before)
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

    from weather_etl.ingestion import merge
    from weather_etl.lake.storage import Lake

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
    Lake(lake).write(merge.RAW, "s", rows, fingerprint="f", if_match=None, manifest=manifest)
    watch = Stopwatch()
    raw = _update(landing, lake, versions, watch, "merge one file")
    assert len(raw.manifest) == files + 1 and raw.read == [versions[-1].name]
    size = len(lake.blobs[Lake.object_name(merge.RAW, "s")][0])
    return {"seconds": watch.parts, "bytes": size, "manifest": len(json.dumps(raw.manifest))}


POINTS: dict[str, Callable[..., dict[str, Any]]] = {"listing": listing, "merge": merge, "first_load": first_load}


def point(name: str, *arguments: Any) -> dict[str, Any]:
    """Run a point in a process of its own."""
    command = [sys.executable, __file__, "point", name, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


# --- tables and plots -----------------------------------------------------------------------------------------


def measure_listing() -> list[dict[str, Any]]:
    """One look at both containers, nothing stale."""
    print("\none look: stations, files | list requests | CPU s: list landing, list tables, compare | peak MB")
    found = []
    for stations, files in LISTING:
        got = point("listing", stations, files, "fresh") | {"stations": stations, "files": files}
        parts = got["seconds"]
        print(
            f"{stations:>6,} {files:>8,} | {got['requests']:>4} | {parts['list landing']:>6.2f} "
            f"{parts['list tables']:>6.2f} {parts['compare']:>6.2f} | {got['mb']:>5.0f}",
            flush=True,
        )
        found.append(got)
    return found


def measure_merge() -> list[dict[str, Any]]:
    """One new file for a station with many; and a new station with many."""
    print("\none new file: files of the station | CPU s: read raw, merge, write raw | object MB | peak MB")
    found = []
    for files in FILES:
        got = point("merge", files) | {"files": files}
        parts = got["seconds"]
        print(
            f"{files:>8,} | {parts['read raw']:>6.2f} {parts['merge one file']:>6.2f} {parts['write raw']:>6.2f} "
            f"| {got['bytes'] / 1e6:>6.2f} | {got['mb']:>5.0f}",
            flush=True,
        )
        found.append(got)
    print("\na new station: files | CPU s | ms per file | peak MB")
    for files in FIRST_LOAD:
        got = point("first_load", files)
        seconds = sum(got["seconds"].values())
        print(f"{files:>8,} | {seconds:>6.1f} | {1000 * seconds / files:>5.2f} | {got['mb']:>5.0f}", flush=True)
    return found


def plot(listings: list[dict[str, Any]], merges: list[dict[str, Any]]) -> None:
    """Log-log, with a line of slope 1: what lies along it costs in proportion."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "scale", "svg.fonttype": "none", "font.size": 9}
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    looks = sorted(((g["files"], sum(g["seconds"].values())) for g in listings), key=lambda p: p[0])
    left.loglog(*zip(*looks, strict=True), "o", label="one look of the sensor")
    right.loglog([g["files"] for g in merges], [sum(g["seconds"].values()) for g in merges], "o-", label="one new file")
    right.loglog([g["files"] for g in merges], [g["bytes"] / 1e6 for g in merges], "s--", label="raw object, MB")
    for axes, what in ((left, "landing files in all"), (right, "landing files of the station")):
        axes.set_xlabel(what)
        axes.set_ylabel("CPU seconds")
        low, high = axes.get_xlim()
        bottom = axes.get_ylim()[0]
        axes.loglog([low, high], [bottom, bottom * high / low], color="0.7", lw=1, label="in proportion")
        axes.legend(frameon=False)
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / "scaling.svg", metadata={"Date": None})


def measure_events(uploads: int = 4) -> None:
    """Uploaded and told of -> run started, in a live `dagster dev` whose listing sensor sleeps."""
    import signal

    from dagster import DagsterInstance
    from dagster._core.instance.ref import InstanceRef

    from benchmarks.jobs import installation
    from weather_etl.lake.storage import connect
    from weather_etl.landing.event_queue import connect_queue
    from weather_etl.settings import Settings
    from weather_etl_tests.files import weather_csv
    from weather_etl_tests.landing.test_events import base64_of, event_grid

    with installation() as (folder, env):
        env |= {"WEATHER_ETL_EVENTS_QUEUE": "landing-events", "WEATHER_ETL_SENSOR_INTERVAL_S": "3600"}
        os.environ |= {k: v for k, v in env.items() if k.startswith(("AZURE_", "WEATHER_ETL_"))}
        settings = Settings.load(env)
        with (folder / "dev.log").open("wb") as log:
            dev = subprocess.Popen(
                [str(Path(sys.executable).with_name("dagster")), "dev", "-h", "127.0.0.1", "-p", "0"],
                cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )  # fmt: skip
        try:
            with (
                connect(settings) as containers,
                connect_queue(settings) as queue,
                DagsterInstance.from_ref(InstanceRef.from_dir(str(folder))) as instance,
            ):
                queue.create()
                asked, waits = [], []
                for number in range(uploads + 1):
                    station = f"s{number}"
                    dropped = time.time()
                    containers.landing.upload(f"{station}/x.csv", weather_csv(24))
                    queue.send(base64_of(event_grid(f"{station}/x.csv")))
                    requested, started = _begin_of_run(instance, station, dropped + 300, folder / "dev.log")
                    if number:  # the first one waits for the start of dagster dev
                        asked.append(requested - dropped)
                        waits.append(started - dropped)
                    time.sleep(1.7)
                print(f"\nuploaded and told of -> run requested: mean {sum(asked) / len(asked):.1f} s", flush=True)
                print(
                    f"uploaded and told of -> run started: mean {sum(waits) / len(waits):.1f} s, longest "
                    f"{max(waits):.1f} s of {uploads} (aim < 10 s); load average {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
                )
        finally:
            dev.send_signal(signal.SIGTERM)
            dev.wait(60)


def _begin_of_run(instance: Any, station: str, deadline: float, log: Path) -> tuple[float, float]:
    """When a station's run was created, and when it started."""
    from dagster import RunsFilter

    while time.time() < deadline:
        for record in instance.get_run_records(RunsFilter(tags={"dagster/partition": station}), limit=1):
            if record.start_time:
                return record.create_timestamp.timestamp(), record.start_time
        time.sleep(0.1)
    raise SystemExit(f"no run of {station} within five minutes; dagster dev said:\n{log.read_text()[-3000:]}")


def measure_workers(stations: int = 16) -> None:
    """Runs a minute of one and two Celery workers with one process each, and recovery after one is killed."""
    import tempfile

    from weather_etl.local import services as local
    from weather_etl_tests import test_celery as celery
    from weather_etl_tests.conftest import AZURITE_HOME, Services, free_azurite_port, temporary_root
    from weather_etl_tests.files import weather_csv

    names = [f"s{i:02}" for i in range(stations)]
    with temporary_root() as root:
        status = local.up(root, azurite_port=free_azurite_port(), azurite_home=AZURITE_HOME, environ={})
        services = Services(status.azurite.url or "", status.postgres.url or "", root)
        for workers in (1, 2):
            with (
                tempfile.TemporaryDirectory() as folder,
                _database(services) as database,
                celery.farm(Path(folder), services, database, workers=workers) as found,
            ):
                found.upload(names, weather_csv(celery.HOURS))
                found.start_daemon()
                celery.until("all tables", lambda found=found: found.up_to_date() == set(names), 400)
                records = found.instance.get_run_records()
                begin = min(r.start_time for r in records if r.start_time)
                end = max(r.end_time or time.time() for r in records)
                print(f"{workers} worker(s): {60 * len(records) / (end - begin):.0f} runs a minute", flush=True)
        with (
            tempfile.TemporaryDirectory() as folder,
            _database(services) as database,
            celery.farm(Path(folder), services, database, workers=2) as found,
        ):
            seconds = celery.check_a_killed_worker_costs_nothing(found, names[:4])
            print(
                f"killed worker: its run was found dead after {seconds['noticed']:.0f} s (silence limit "
                f"{celery.SILENCE_LIMIT_S} s), all tables were right after {seconds['recovered']:.0f} s"
            )


@contextmanager
def _database(services: Any) -> Any:
    import uuid

    import psycopg2

    name = f"bench_{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(services.postgres_url.replace("+psycopg2", ""))
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    yield services.postgres_url.replace("/postgres?", f"/{name}?")
    connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()


def main(parts: list[str]) -> None:
    """All parts, or those named."""
    if parts[:1] == ["point"]:
        result = POINTS[parts[1]](*json.loads(parts[2]))
        result["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return
    if not parts or "growth" in parts:
        plot(measure_listing(), measure_merge())
    if not parts or "events" in parts:
        measure_events()
    if not parts or "workers" in parts:
        measure_workers()


if __name__ == "__main__":
    main(sys.argv[1:])
