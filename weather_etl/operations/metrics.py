"""Figures for Prometheus: what is stale, pending, failed, how many rows there are and how long runs take.

Belongs here: gathering figures and the text exposition format (version 0.0.4).
Does not belong here: judging them; that is for alert rules (docs/operations.md has some).

Everything is asked anew at each scrape and nothing is kept: what is down has its `_up` figure at 0 and leaves out the
figures that it alone knows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from weather_etl.errors import UserError
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.operations import planning
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer

    import dagster as dg

    from weather_etl.lake.storage import Containers
    from weather_etl.landing.listing import Landing
    from weather_etl.operations.planning import StaleStation

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
JOBS = ("weather_etl_job", "catch_up_job", "serving_job")


@dataclass
class Metric:
    """One metric and its samples, by labels."""

    name: str
    help: str
    samples: list[tuple[dict[str, str], float]] = field(default_factory=list)

    def add(self, value: float, **labels: str) -> None:
        self.samples.append((labels, value))

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            inside = ",".join(f'{k}="{_escaped(v)}"' for k, v in labels.items())
            yield f"{self.name}{{{inside}}} {value:g}" if inside else f"{self.name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def exposition(settings: Settings) -> str:
    """All figures as Prometheus reads them."""
    metrics = [*_of_storage(settings), *_of_runs(settings), *_of_serving(settings)]
    return "\n".join(line for m in metrics if m.samples for line in m.lines()) + "\n"


def _of_storage(settings: Settings) -> list[Metric]:
    from weather_etl.ingestion import shared_files
    from weather_etl.lake.storage import connect

    up = Metric("weather_etl_storage_up", "Whether Azure Storage answers.")
    stations = Metric("weather_etl_stations", "Stations in landing and lake.")
    stale = Metric("weather_etl_stale_stations", "Stations whose tables are not what landing, settings and code say.")
    files = Metric("weather_etl_landing_files", "Landing files.")
    pending = Metric("weather_etl_files_pending", "Landing-file versions that no table has taken in yet.")
    unroutable = Metric("weather_etl_unroutable_files", "Blobs in landing outside any station's folder.")
    rows = Metric("weather_etl_rows", "Rows of all stations.")
    size = Metric("weather_etl_bytes", "Bytes of all table objects.")
    try:
        with connect(settings, prompt=True) as containers:
            seen = shared_files.look(containers)
            landing, stamps = seen.landing, seen.stamps
            found = planning.find_stale(landing, stamps)
            pending.add(files_pending(containers, landing, found))
    except UserError:
        up.add(0)
        return [up]
    up.add(1)
    stations.add(len({s for s, _ in stamps} | landing.stations.keys()))
    causes = Counter(s.why for s in found)
    for why in (planning.NEW, planning.CHANGED, planning.VANISHED):
        stale.add(causes[why], why=why)
    files.add(sum(len(s.files) for s in landing.stations.values()))
    unroutable.add(len(landing.unroutable))
    for table in TABLE_NAMES:
        rows.add(sum(max(s.rows, 0) for (_, t), s in stamps.items() if t == table), table=table)
        size.add(sum(s.size for (_, t), s in stamps.items() if t == table), table=table)
    return [up, stations, stale, files, pending, unroutable, rows, size]


def files_pending(containers: "Containers", landing: "Landing", stale: "list[StaleStation]") -> int:
    """File versions of stale stations that are not in the station's manifest."""
    from weather_etl.ingestion.merge import load_raw

    count = 0
    for item in stale:
        files = landing.stations.get(item.station)
        if files is None:
            continue
        raw = load_raw(containers, item.station)
        known = {(e["name"], e["etag"]) for e in raw.manifest} if raw else set()
        count += len(set(files.versions()) - known)
    return count


def _of_runs(settings: Settings) -> list[Metric]:
    import dagster as dg

    from weather_etl.operations.overview import dagster_instance

    up = Metric("weather_etl_database_up", "Whether Dagster's database answers.")
    runs = Metric("weather_etl_runs", "Runs in Dagster's history, by job and status.")
    last = Metric("weather_etl_last_success_timestamp_seconds", "When the job last succeeded, in seconds since 1970.")
    seconds = Metric("weather_etl_last_run_seconds", "How long the job's last successful run took.")
    try:
        with dagster_instance() as instance:
            for job in JOBS:
                for status in dg.DagsterRunStatus:
                    count = instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=[status]))
                    if count or status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE):
                        runs.add(count, job=job, status=status.value.lower())
                _last_success(instance, job, last, seconds)
    except UserError:
        up.add(0)
        return [up]
    up.add(1)
    return [up, runs, last, seconds]


def _last_success(instance: "dg.DagsterInstance", job: str, last: Metric, seconds: Metric) -> None:
    import dagster as dg

    succeeded = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS])
    for record in instance.get_run_records(succeeded, limit=1):
        if record.end_time and record.start_time:
            last.add(record.end_time, job=job)
            seconds.add(round(record.end_time - record.start_time, 3), job=job)


def _of_serving(settings: Settings) -> list[Metric]:
    from weather_etl.lake.storage import connect
    from weather_etl.serving import database, load

    if settings.serving_url is None:
        return []
    up = Metric("weather_etl_serving_up", "Whether the serving database answers.")
    stale = Metric("weather_etl_serving_stale_stations", "Stations that are not served as they are in the lake.")
    try:
        with database.connect(settings) as connection:
            loaded = load.loaded_versions(connection)
        up.add(1)
    except UserError:
        up.add(0)
        return [up]
    try:
        with connect(settings, prompt=True) as containers:
            stale.add(len(load.find_stale(load.expected(containers.lake.stamps()), loaded)))
    except UserError:
        pass  # weather_etl_storage_up says it
    return [up, stale]


def server(settings: Settings, host: str, port: int) -> "ThreadingHTTPServer":
    """An HTTP server that answers /metrics; the caller runs and closes it.

    Raises:
        UserError: the port is taken.
    """
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self._answer(404, b"The figures are at /metrics.\n", {})
                return
            self._answer(200, exposition(settings).encode(), {"Content-Type": CONTENT_TYPE})

        def _answer(self, code: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass  # a line per scrape would be noise

    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise UserError(f"Port {port} on {host} cannot be used ({error.strerror}); choose another one.") from None
