"""The core of weather_etl on the same work as its peers: bytes of one file -> all tables in memory."""

from datetime import UTC, datetime

from benchmarks.rules import FILE, STATION, ZONE
from weather_etl import ingestion
from weather_etl.landing import FileVersion
from weather_etl.meteorology import aggregation, observations
from weather_etl.stations import packaged_settings

SETTINGS = packaged_settings(STATION)


def tables(csv: bytes) -> dict[str, object]:
    """Raw, quarantined, validated, quality_events, daily, monthly: what a run makes, without storage and Dagster."""
    version = FileVersion(f"{STATION}/{FILE}", "0x1", len(csv), datetime(2026, 1, 1, tzinfo=UTC))
    entry = {"landed_at": version.landed_at.isoformat()}
    rows = ingestion.parse_landing_file(csv, entry, SETTINGS, STATION)
    raw = ingestion.with_provenance(rows, STATION, version, entry)
    reading = ingestion.reading_of(entry, SETTINGS, STATION)
    made = observations.observe(raw, {version.name: reading}, [], station=STATION, timezone=ZONE, site=SETTINGS.site)
    hours = aggregation.LocalHours(made.validated, ZONE)
    daily = aggregation.daily_weather(made.validated, station=STATION, timezone=ZONE, hours=hours)
    monthly = aggregation.monthly_weather(made.validated, daily, station=STATION, timezone=ZONE, hours=hours)
    return {
        "raw": raw,
        "quarantined": made.quarantined,
        "validated": made.validated,
        "quality_events": made.events,
        "daily": daily,
        "monthly": monthly,
    }
