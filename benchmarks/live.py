"""How soon a live `dagster dev` has done what is asked of it.

Here: figure (e) of `make bench`, and how soon a message of the events queue starts a run (`scale.py events`).
Not here: what a run itself costs (`commands.py`, `many_stations.py`).
"""

import base64
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.installation import STATION, TABLES_JOB, Installation, installation, line

WARM, UPLOADS = 1, 8  # the first upload waits for the start of dagster dev and is not counted
PAUSE_S = 1.7  # so that uploads fall anywhere between two ticks
PATIENCE_S = 300


@contextmanager
def dagster_dev(place: Installation) -> Iterator[Path]:
    """A live one; its log file. It has ended when this is left, with all that it started."""
    log = place.folder / "dev.log"
    with log.open("wb") as file:
        dev = subprocess.Popen(
            [str(Path(sys.executable).with_name("dagster")), "dev", "-h", "127.0.0.1", "-p", "0"],
            cwd=place.folder, env=place.env, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
    try:
        yield log
    finally:
        dev.send_signal(signal.SIGTERM)
        try:
            dev.wait(60)
        finally:  # a run that was under way, or a server that did not hear
            import psutil

            for process in psutil.process_iter(["pid"]):
                try:
                    if os.getsid(process.pid) == dev.pid:
                        process.kill()
                except ProcessLookupError:
                    continue


def _ended_run(instance: Any, station: str, since: float, log: Path) -> Any:
    """The first run of the job over the station that began after `since`, once it has succeeded."""
    from dagster import DagsterRunStatus, RunsFilter

    ours = RunsFilter(job_name=TABLES_JOB, tags={"dagster/partition": station})
    while time.time() < since + PATIENCE_S:
        for record in instance.get_run_records(ours, limit=3):
            if record.create_timestamp.timestamp() > since and record.end_time:
                if record.dagster_run.status != DagsterRunStatus.SUCCESS:
                    raise SystemExit(f"run {record.dagster_run.run_id} ended as {record.dagster_run.status.value}")
                return record
        time.sleep(0.1)
    raise SystemExit(f"no run within {PATIENCE_S} s; dagster dev said:\n{log.read_text()[-3000:]}")


def measure_latency(csv: bytes, place: Installation, uploads: int = UPLOADS) -> None:
    """(e): file dropped -> run succeeded, less the work itself, for a station with the large file behind it."""
    from weather_etl_tests.files import weather_csv

    before = time.time()
    place.upload(f"{STATION}/weatherHistory.csv", csv)
    took, work = [], []
    with dagster_dev(place) as log, place.instance() as instance, place.containers() as containers:
        _ended_run(instance, STATION, before, log)
        for i in range(WARM + uploads):
            day = datetime(2017, 1, 1, tzinfo=UTC) + timedelta(days=i)
            data = weather_csv(24, first=24 * (366 + i))
            dropped = time.time()
            containers.landing.upload(f"{STATION}/day-{day:%j}.csv", data)
            record = _ended_run(instance, STATION, dropped, log)
            steps = instance.get_run_step_stats(record.dagster_run.run_id)
            if i >= WARM:
                took.append(record.end_time - dropped)
                work.append(sum(s.end_time - s.start_time for s in steps))
            time.sleep(PAUSE_S)
    overhead = statistics.mean(t - w for t, w in zip(took, work, strict=True))
    load = f"load average {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
    line("e", f"dropped -> succeeded ({statistics.mean(took):.1f} s) less the steps ({statistics.mean(work):.1f} s), "
         f"mean of {uploads}, {load}", f"{overhead:.1f} s", "<= 5 s")  # fmt: skip


def measure_events(uploads: int = 4) -> None:
    """Uploaded and told of -> run started, while the listing sensor sleeps."""
    with installation() as place:
        place.env.update({"WEATHER_ETL_EVENTS_QUEUE": "landing-events", "WEATHER_ETL_SENSOR_INTERVAL_S": "3600"})
        _measure_events(place, uploads)


def _measure_events(place: Installation, uploads: int) -> None:
    from weather_etl.landing.event_queue import connect_queue
    from weather_etl.settings import Settings
    from weather_etl_tests.files import weather_csv

    asked, waits = [], []
    with (
        dagster_dev(place) as log,
        place.containers() as containers,
        connect_queue(Settings.load(place.env)) as queue,
        place.instance() as instance,
    ):
        queue.create()
        for number in range(WARM + uploads):
            station = f"s{number}"
            dropped = time.time()
            containers.landing.upload(f"{station}/x.csv", weather_csv(24))
            queue.send(_told_of(f"{station}/x.csv"))
            record = _ended_run(instance, station, dropped, log)
            if number >= WARM:
                asked.append(record.create_timestamp.timestamp() - dropped)
                waits.append(record.start_time - dropped)
            time.sleep(PAUSE_S)
    print(f"\nuploaded and told of -> run requested: mean {statistics.mean(asked):.1f} s", flush=True)
    print(
        f"uploaded and told of -> run started: mean {statistics.mean(waits):.1f} s, longest {max(waits):.1f} s of "
        f"{uploads} (aim < 10 s); load average {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
    )


def _told_of(name: str) -> str:
    """The message by which Event Grid tells the queue of a blob, cut to what a sender must fill."""
    event = {
        "topic": "/subscriptions/0/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
        "subject": f"/blobServices/default/containers/landing/blobs/{name}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "id": name,
        "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": {"api": "PutBlob", "url": f"https://a.blob.core.windows.net/landing/{name}"},
        "dataVersion": "",
        "metadataVersion": "1",
    }
    return base64.b64encode(json.dumps(event).encode()).decode()


def main(csv: bytes) -> None:
    """On services and folders of their own."""
    with installation() as place:
        measure_latency(csv, place)
