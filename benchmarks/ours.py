"""The core of weather_etl on the same work as its peers: bytes of one file -> all tables in memory.

`tables` makes what the peers make: of quality control they know the gross range alone. `everything` is what a run does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from benchmarks.rules import FILE, STATION, ZONE
from weather_etl import ingestion
from weather_etl.landing import FileVersion
from weather_etl.meteorology import aggregation, observations
from weather_etl.meteorology.cascade import Cascade
from weather_etl.stations import packaged_settings

SETTINGS = packaged_settings(STATION)


def tables(csv: bytes) -> dict[str, object]:
    """Raw, quarantined, validated, quality_events, daily, monthly, after the gross-range test alone."""
    with _gross_range_alone():
        raw, made = _observed(csv)
        return {**_hourly(raw, made), **_days_and_months(made)}


def everything(csv: bytes) -> dict[str, object]:
    """All tables that a run makes, without storage and Dagster."""
    raw, made = _observed(csv)
    found = _days_and_months(made)
    yearly = aggregation.yearly_weather(
        made.validated, found["daily"], found["monthly"], station=STATION, timezone=ZONE
    )
    normals = aggregation.climate_normals(found["monthly"], station=STATION)
    return {**_hourly(raw, made), **found, "yearly": yearly, "normals": normals}


def _observed(csv: bytes) -> tuple[object, observations.Observations]:
    version = FileVersion(f"{STATION}/{FILE}", "0x1", len(csv), datetime(2026, 1, 1, tzinfo=UTC))
    entry = {"landed_at": version.landed_at.isoformat()}
    rows = ingestion.parse_landing_file(csv, entry, SETTINGS, STATION)
    raw = ingestion.with_provenance(rows, STATION, version, entry)
    reading = ingestion.reading_of(entry, SETTINGS, STATION)
    site = SETTINGS.site
    return raw, observations.observe(raw, {version.name: reading}, [], station=STATION, timezone=ZONE, site=site)


def _hourly(raw: object, made: observations.Observations) -> dict[str, object]:
    return {
        "raw": raw,
        "quarantined": made.quarantined,
        "validated": made.validated,
        "quality_events": made.events,
    }


def _days_and_months(made: observations.Observations) -> dict[str, object]:
    hours = aggregation.LocalHours(made.validated, ZONE)
    daily = aggregation.daily_weather(made.validated, station=STATION, timezone=ZONE, hours=hours)
    monthly = aggregation.monthly_weather(made.validated, daily, station=STATION, timezone=ZONE, hours=hours)
    return {"daily": daily, "monthly": monthly}


@contextmanager
def _gross_range_alone() -> Iterator[None]:
    whole = Cascade.run

    def gross_range_alone(cascade: Cascade, precipitation: object, differing: object) -> None:
        cascade.gross_range()
        cascade.conflicts(differing)

    Cascade.run = gross_range_alone
    try:
        yield
    finally:
        Cascade.run = whole
