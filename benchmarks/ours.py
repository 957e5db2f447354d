"""The core of weather_etl on the same work as its peers: bytes of one file -> all tables in memory.

`tables` makes what the peers make: of quality control they know the gross range alone. `everything` is what a run does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.rules import FILE, STATION, ZONE
from weather_etl.ingestion import raw_table
from weather_etl.ingestion import reading as landing_reading
from weather_etl.landing.versions import FileVersion
from weather_etl.meteorology import aggregation, observations
from weather_etl.meteorology.cascade import Cascade
from weather_etl.meteorology.wind import GENERIC_RATED_KW
from weather_etl.station_file import packaged_settings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SETTINGS = packaged_settings(STATION)


def raw_rows(csv: bytes) -> tuple[FileVersion, dict[str, object], object]:
    """The reader alone: bytes -> raw rows that passed the error budget, with what the manifest notes of the file."""
    version = FileVersion(f"{STATION}/{FILE}", "0x1", len(csv), datetime(2026, 1, 1, tzinfo=UTC))
    entry: dict[str, object] = {"name": version.name, "landed_at": version.landed_at.isoformat()}
    return version, entry, landing_reading.parse_landing_file(csv, entry, SETTINGS, STATION)


def tables(csv: bytes) -> dict[str, object]:
    """Raw, quarantined, validated, quality_events, daily, monthly, after the gross-range test alone."""
    with _gross_range_alone():
        raw, made = _observed(csv)
    hours, about = _hours(made.validated)
    daily = aggregation.daily_weather(made.validated, **about, hours=hours)
    return {
        "raw": raw,
        "quarantined": made.quarantined,
        "validated": made.validated,
        "quality_events": made.events,
        "daily": daily,
        "monthly": aggregation.monthly_weather(made.validated, daily, **about, hours=hours),
    }


def everything(csv: bytes) -> dict[str, object]:
    """The tables that a run makes, without storage and Dagster."""
    raw, made = _observed(csv)
    return {
        "raw": raw,
        "quarantined": made.quarantined,
        "validated": made.validated,
        "quality_events": made.events,
        **aggregates(made.validated),
    }


def aggregates(validated: "pd.DataFrame") -> dict[str, "pd.DataFrame"]:
    """Days, months, years and normals."""
    hours, about = _hours(validated)
    daily = aggregation.daily_weather(validated, **about, hours=hours)
    monthly = aggregation.monthly_weather(validated, daily, **about, hours=hours)
    return {
        "daily": daily,
        "monthly": monthly,
        "yearly": aggregation.yearly_weather(validated, daily, monthly, **about, hours=hours),
        "normals": aggregation.climate_normals(monthly, station=STATION),
    }


def _observed(csv: bytes) -> tuple["pa.Table", observations.Observations]:
    version, entry, rows = raw_rows(csv)
    raw = raw_table.with_provenance(rows, STATION, version, entry)
    reading = landing_reading.reading_of(entry, SETTINGS, STATION)
    site = SETTINGS.site
    return raw, observations.observe(raw, {version.name: reading}, [], station=STATION, timezone=ZONE, site=site)


def _hours(validated: "pd.DataFrame") -> tuple[aggregation.LocalHours, dict[str, Any]]:
    about = {"station": STATION, "timezone": ZONE, "rated_power_kw": GENERIC_RATED_KW}
    return aggregation.LocalHours(validated, ZONE), about


@contextmanager
def _gross_range_alone() -> Iterator[None]:
    whole = Cascade.run

    def gross_range_alone(cascade: Cascade, precipitation: object, conflicts: object) -> None:
        cascade.gross_range()
        cascade.conflicts(conflicts)

    Cascade.run = gross_range_alone
    try:
        yield
    finally:
        Cascade.run = whole
