"""Many small stations through `catch_up_job`: what one costs, and five hundred.

Here: figures (k) to (m) of `make bench`. Not here: one large file (`commands.py`).
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from benchmarks.installation import CATCH_UP_JOB, QUIET, TABLES_JOB, Installation, installation, line  # noqa: E402

DAY = 24


def two_days(place: Installation, stations: list[str]) -> None:
    """Two files of a day for each station."""
    from weather_etl_tests.files import weather_csv

    files = {f"day-{d}.csv": weather_csv(DAY, first=DAY * d) for d in range(2)}
    with place.containers() as containers:
        for station in stations:
            for name, data in files.items():
                containers.landing.upload(f"{station}/{name}", data)


def measure_child_run(place: Installation, *, warm: int = 2, stations: int = 12) -> None:
    """(k), (m): wall and CPU of `catch_up_job` per station, one station a run, in one process that is warm."""
    place.env["WEATHER_ETL_MAX_STATIONS_PER_RUN"] = "1"
    names = [f"child-{i:02}" for i in range(warm + stations)]
    two_days(place, names)
    parts = [place.catch_up(part, tables_only=True) for part in (names[:warm], names[warm:])]
    answer = place.run(sys.executable, __file__, "in-one-process", json.dumps(parts)).output
    found = json.loads(answer.split("MEASURED", 1)[1])
    del place.env["WEATHER_ETL_MAX_STATIONS_PER_RUN"]
    with_load = f"mean of {stations}, load average {os.getloadavg()[0]:.1f}"
    line(
        "k",
        f"a child run, two files of a day, tables only: wall ({with_load})",
        f"{found['wall'] / stations:.2f} s",
        "<= 1.0 s",
    )
    line("k", "the same: CPU of the process", f"{found['cpu'] / stations:.2f} s", "<= 0.6 s")
    events, rows = max(events_of_runs(place, names))
    line("m", f"events of a station-run ({rows} rows are stored)", str(events), "<= 80")


def events_of_runs(place: Installation, stations: list[str]) -> list[tuple[int, int]]:
    """Of each run of the job that was for one of the stations: events of its steps and its own, rows that are stored.

    Stored are also what was planned (an event for each asset and check, written when the run is created) and our lines.
    """
    from dagster import DagsterEventType, RunsFilter

    planned = {DagsterEventType.ASSET_MATERIALIZATION_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED}
    counts = []
    with place.instance() as instance:
        for run in instance.get_runs(RunsFilter(job_name=TABLES_JOB)):
            if run.tags.get("dagster/partition") in stations:
                logs = instance.all_logs(run.run_id)
                events = [e.dagster_event for e in logs if e.dagster_event]
                counts.append((sum(e.event_type not in planned for e in events), len(logs)))
    return counts


def in_one_process(parts: list[Any]) -> None:
    """Run `catch_up_job` with each configuration; print wall and CPU seconds of the last."""
    from weather_etl.definitions import defs
    from weather_etl.operations.overview import dagster_instance

    job = defs.resolve_job_def(CATCH_UP_JOB)
    with dagster_instance() as instance:
        for config in parts:
            wall, cpu = time.perf_counter(), time.process_time()
            assert job.execute_in_process(instance=instance, run_config={**config, "loggers": QUIET}).success
            found = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print("MEASURED", json.dumps(found))


def measure_many(place: Installation, stations: int = 500, *, below: bool = False) -> None:
    """(l): a first run over many stations of two days, one command; `below`: another one with their reports."""
    parts = [("t", "tables only", True), ("b", "and all that is below", False)]
    for prefix, what, tables_only in parts[: 2 if below else 1]:
        names = [f"{prefix}{i:04}" for i in range(stations)]
        two_days(place, names)
        run = place.job(CATCH_UP_JOB, config={**place.catch_up(names, tables_only=tables_only), "loggers": QUIET})
        with place.containers() as containers:
            made = {s for s, table in containers.lake.stamps() if table == "climate_normals"}
        assert set(names) <= made
        load = f"load average {os.getloadavg()[0]:.1f}"
        line("l", f"{stations} stations of two days, {what}: wall ({load})", f"{run.wall:.0f} s")
        line("l", "the same: CPU of the command", f"{run.cpu:.0f} s")
        line("l", "the same: peak memory", f"{run.rss:.0f} MB", "<= 500 MB")


def main(stations: int = 500, *, below: bool = False) -> None:
    """A child run, then many; on services and folders of their own."""
    with installation() as place:
        measure_child_run(place)
        measure_many(place, stations, below=below)


if __name__ == "__main__":
    if sys.argv[1:2] == ["in-one-process"]:
        in_one_process(json.loads(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
