"""Figures of each station for Prometheus: what an alert names, so that whoever is called knows where to look.

Belongs here: gathering them from one listing and one look at Dagster's history, however many stations there are.
Does not belong here: figures of the whole installation, serving them (`metrics.py`).
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from weather_etl.operations import planning
from weather_etl.operations.metric import Metric

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.ingestion.shared_files import Inventory
    from weather_etl.lake.table_objects import Stamp

LAST_RUNS = 1000  # of the tables' job, looked at for how long the last one of a station took


def of_tables(inventory: "Inventory", stale: Collection[str], muted: Collection[str]) -> list[Metric]:
    """What landing and the stamps of the table objects tell.

    A table object that an older version wrote does not tell of its checks; its station has those figures when it is
    made again.
    """
    is_stale = Metric("weather_etl_station_stale", "Whether tables of the station are behind its files.", "station")
    files = Metric("weather_etl_station_landing_files", "Landing files of the station.", "station")
    rejected = Metric("weather_etl_station_rejected_files", "Landing files that could not be used.", "station")
    checks = Metric(
        "weather_etl_station_failed_checks",
        "Checks of the station's tables that did not pass, by severity; freshness apart, which its newest hour tells.",
        "station",
        "severity",
    )
    newest = Metric(
        "weather_etl_station_newest_hour_timestamp_seconds",
        "The station's newest hour, in seconds since 1970.",
        "station",
    )
    fresh = Metric("weather_etl_station_fresh_hours", "How old the newest hour of a live station may be.", "station")
    quiet = Metric("weather_etl_station_muted", "Whether nobody wants to be told of the station now.", "station")
    tables: dict[str, dict[str, Stamp]] = {station: {} for station in inventory.landing.stations}
    for (station, table), stamp in inventory.stamps.items():
        tables.setdefault(station, {})[table] = stamp
    for station, stamps in sorted(tables.items()):
        is_stale.add(station in stale, station)
        quiet.add(station in muted, station)
        listed = inventory.landing.stations.get(station)
        files.add(len(listed.files) if listed else 0, station)
        raw, hours = stamps.get("raw_observations"), stamps.get("validated_observations")
        if raw and raw.rejected is not None:
            rejected.add(raw.rejected, station)
        if hours and hours.last:
            newest.add(datetime.strptime(hours.last, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC).timestamp(), station)
        if hours and hours.fresh_hours is not None:
            fresh.add(hours.fresh_hours, station)
        for severity, counts in (
            ("WARN", [s.warn for s in stamps.values()]),
            ("ERROR", [s.error for s in stamps.values()]),
        ):
            known = [n for n in counts if n is not None]
            if known:
                checks.add(sum(known), station, severity)
    return [is_stale, quiet, files, rejected, checks, newest, fresh]


def of_runs(instance: "dg.DagsterInstance", stations: Collection[str], parked: Collection[str]) -> list[Metric]:
    """What Dagster's history tells: which stations are left alone, and how long the last run of each took."""
    import dagster as dg

    left = Metric(
        "weather_etl_station_parked",
        "Whether the station is stale and left alone until its files or settings change.",
        "station",
    )
    seconds = Metric(
        "weather_etl_station_last_run_seconds",
        f"How long the station's last successful run took, if it is among the latest {LAST_RUNS:,} of its job.",
        "station",
    )
    for station in sorted(stations):
        left.add(station in parked, station)
    named: set[str] = set()
    succeeded = dg.RunsFilter(job_name=planning.TABLES_JOB, statuses=[dg.DagsterRunStatus.SUCCESS])
    for record in instance.get_run_records(succeeded, limit=LAST_RUNS):
        name = record.dagster_run.tags.get(planning.PARTITION, "")
        if name in stations and name not in named and record.start_time and record.end_time:
            named.add(name)
            seconds.add(round(record.end_time - record.start_time, 3), name)
    return [left, seconds]
