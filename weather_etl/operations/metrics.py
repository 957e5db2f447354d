"""Figures for Prometheus: what is stale, pending, failed, how many rows there are and how long runs take.

Belongs here: gathering figures of the whole installation; `prometheus_client` writes and serves them.
Does not belong here: figures of a station (`station_metrics.py`), judging them (`deploy/monitoring/` has alert rules).

Everything is asked anew at each scrape and nothing is kept: what is down has its `_up` figure at 0 and leaves out the
figures that it alone knows.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.registry import Collector

from weather_etl.errors import UserError
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.operations import mutes, planning, station_metrics
from weather_etl.operations.metric import Metric
from weather_etl.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.lake.connection import Containers
    from weather_etl.lake.fingerprints import StaleStation
    from weather_etl.landing.versions import Landing

JOBS = (planning.TABLES_JOB, planning.CATCH_UP_JOB, planning.SERVING_JOB)


class Figures(Collector):
    """All figures of one installation, gathered whenever they are asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[Metric]:
        storage, stations, stale = _of_storage(self._settings)
        for part in (storage, _of_runs(self._settings, stations, stale), _of_serving(self._settings)):
            yield from (metric for metric in part if metric.samples)


def _registry(settings: Settings) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Figures(settings))
    return registry


def exposition(settings: Settings) -> str:
    """All figures as Prometheus reads them (text format 0.0.4)."""
    return generate_latest(_registry(settings)).decode()


def _of_storage(settings: Settings) -> "tuple[list[Metric], set[str], list[StaleStation]]":
    """Figures, the stations, and those that are stale."""
    from weather_etl.ingestion import shared_files
    from weather_etl.lake.connection import connect

    up = Metric("weather_etl_storage_up", "Whether Azure Storage answers.")
    stations = Metric("weather_etl_stations", "Stations in landing and lake.")
    stale = Metric(
        "weather_etl_stale_stations", "Stations whose tables are not what landing, settings and code say.", "why"
    )
    files = Metric("weather_etl_landing_files", "Landing files.")
    pending = Metric("weather_etl_files_pending", "Landing-file versions that no table has taken in yet.")
    unroutable = Metric("weather_etl_unroutable_files", "Blobs in landing outside any station's folder.")
    rows = Metric("weather_etl_rows", "Rows of all stations.", "table")
    size = Metric("weather_etl_bytes", "Bytes of all table objects.", "table")
    try:
        with connect(settings, prompt=True) as containers:
            inventory = shared_files.take_inventory(containers)
            landing, stamps = inventory.landing, inventory.stamps
            stale_stations = planning.find_stale(landing, stamps)
            pending.add(files_pending(containers, landing, stale_stations))
            muted = mutes.muted_stations(containers)
    except UserError:
        up.add(0)
        return [up], set(), []
    up.add(1)
    known = {s for s, _ in stamps} | landing.stations.keys()
    stations.add(len(known))
    causes = Counter(s.why for s in stale_stations)
    for why in (planning.NEW, planning.CHANGED, planning.VANISHED):
        stale.add(causes[why], why)
    files.add(sum(len(s.files) for s in landing.stations.values()))
    unroutable.add(len(landing.unroutable))
    for table in TABLE_NAMES:
        rows.add(sum(max(s.rows, 0) for (_, t), s in stamps.items() if t == table), table)
        size.add(sum(s.size for (_, t), s in stamps.items() if t == table), table)
    of_stations = station_metrics.of_tables(inventory, {s.station for s in stale_stations}, muted)
    return [up, stations, stale, files, pending, unroutable, rows, size, *of_stations], known, stale_stations


def files_pending(containers: "Containers", landing: "Landing", stale: "list[StaleStation]") -> int:
    """File versions of stale stations that are not in the station's manifest."""
    from weather_etl.ingestion.manifest import load_raw

    count = 0
    for item in stale:
        files = landing.stations.get(item.station)
        if files is None:
            continue
        raw = load_raw(containers, item.station)
        known = {(e["name"], e["etag"]) for e in raw.manifest} if raw else set()
        count += len(set(files.versions()) - known)
    return count


def _of_runs(settings: Settings, stations: set[str], stale: "list[StaleStation]") -> list[Metric]:
    import dagster as dg

    from weather_etl.operations.overview import dagster_instance, parked_stations
    from weather_etl.operations.sensor_ticks import sensor_ticks

    up = Metric("weather_etl_database_up", "Whether Dagster's database answers.")
    runs = Metric("weather_etl_runs", "Runs in Dagster's history, by job and status.", "job", "status")
    last = Metric(
        "weather_etl_last_success_timestamp_seconds", "When the job last succeeded, in seconds since 1970.", "job"
    )
    seconds = Metric("weather_etl_last_run_seconds", "How long the job's last successful run took.", "job")
    parked = Metric(
        "weather_etl_parked_stations", "Stale stations that are left alone until their files or settings change."
    )
    ticks = Metric(
        "weather_etl_sensor_last_good_tick_timestamp_seconds",
        "When a sensor that is on last did its work, in seconds since 1970; 0 for never.",
        "sensor",
    )
    try:
        with dagster_instance() as instance:
            for sensor in sensor_ticks(instance):
                ticks.add(sensor.last_good, sensor.name)
            left_alone = parked_stations(settings, instance, stale)
            parked.add(len(left_alone))
            of_stations = station_metrics.of_runs(instance, stations, left_alone)
            for job in JOBS:
                for status in dg.DagsterRunStatus:
                    count = instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=[status]))
                    if count or status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE):
                        runs.add(count, job, status.value.lower())
                _last_success(instance, job, last, seconds)
    except UserError:
        up.add(0)
        return [up]
    up.add(1)
    return [up, parked, runs, last, seconds, ticks, *of_stations]


def _last_success(instance: "dg.DagsterInstance", job: str, last: Metric, seconds: Metric) -> None:
    import dagster as dg

    succeeded = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS])
    for record in instance.get_run_records(succeeded, limit=1):
        if record.end_time and record.start_time:
            last.add(record.end_time, job)
            seconds.add(round(record.end_time - record.start_time, 3), job)


def _of_serving(settings: Settings) -> list[Metric]:
    from weather_etl.lake.connection import connect
    from weather_etl.serving import database, schema, staleness

    try:
        if not schema.is_set_up(settings):
            return []
    except UserError:  # the server of Dagster's history: weather_etl_database_up says it
        return []
    up = Metric("weather_etl_serving_up", "Whether the serving database answers.")
    stale = Metric("weather_etl_serving_stale_stations", "Stations that are not served as they are in the lake.")
    try:
        with database.connect(settings) as connection:
            loaded = staleness.loaded_versions(connection)
        up.add(1)
    except UserError:
        up.add(0)
        return [up]
    try:
        with connect(settings, prompt=True) as containers:
            stale.add(len(staleness.find_stale(staleness.expected(containers.lake.stamps()), loaded)))
    except UserError:
        pass  # weather_etl_storage_up says it
    return [up, stale]


@contextmanager
def server(settings: Settings, host: str, port: int) -> Iterator[int]:
    """Answer /metrics in a thread of its own; gives the port, which the system chooses if `port` is 0.

    Raises:
        UserError: the port is taken.
    """
    try:
        http, thread = start_http_server(port, host, _registry(settings))
    except OSError as error:
        raise UserError(f"Port {port} on {host} cannot be used ({error.strerror}); choose another one.") from None
    try:
        yield http.server_port
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
