"""Landing files, raw rows and observations for tests of the core.

Belongs here: how to make inputs, by the ways the pipeline itself uses.
Does not belong here: expectations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from weather_etl.ingestion import raw_table, reading
from weather_etl.landing.versions import FileVersion
from weather_etl.meteorology import aggregation, observations
from weather_etl.meteorology.quality import VARIABLES
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.reasons import Rejected
from weather_etl.meteorology.site import UNKNOWN_SITE, Site
from weather_etl.meteorology.vocabulary import CONDITIONS, PRECIPITATION_TYPES
from weather_etl.stations import StationSettings

STATION = "szeged"
LANDED_AT = datetime(2024, 1, 1, tzinfo=UTC)
LATER = LANDED_AT + timedelta(hours=1)
NOON = "2020-01-01T12:00Z"
DEFAULTS = StationSettings()
BUDAPEST = "Europe/Budapest"
TIME, TEMPERATURE = "Formatted Date", "Temperature (C)"


@dataclass(frozen=True)
class File:
    """A landing file."""

    data: bytes
    name: str = "szeged/a.csv"
    landed_at: datetime = LANDED_AT


@dataclass
class RawRows:
    """The raw rows of a station, and what the manifest knows of its files."""

    rows: pa.Table
    readings: dict[str, Reading]
    rejected: list[dict[str, Any]]
    entries: list[dict[str, Any]] = field(default_factory=list)


def csv(*rows: str, header: str = f"{TIME},{TEMPERATURE}", end: str = "\n") -> bytes:
    """A file of a header and data lines."""
    return "".join(line + end for line in (header, *rows)).encode()


def cells(column: str, *texts: str, header: str | None = None) -> bytes:
    """A file with one column of interest, an hour apart; the temperature is good, or missing where it could contradict."""
    temperature = "" if column in ("Dew Point (C)", "Apparent Temperature (C)") else "5"
    rows = []
    for i, text in enumerate(texts):
        time = f"{datetime(2020, 1, 1 + i // 24, i % 24):%Y-%m-%dT%H:%MZ}"
        rows.append(f'{time},"{text}"' if column == TEMPERATURE else f'{time},{temperature},"{text}"')
    names = f"{TIME},{TEMPERATURE}" if column == TEMPERATURE else f"{TIME},{TEMPERATURE},{column}"
    return csv(*rows, header=header or names)


def entry_of(file: File) -> dict[str, Any]:
    return {"landed_at": file.landed_at.isoformat(), "name": file.name}


def raw_of(*files: File, settings: StationSettings = DEFAULTS) -> RawRows:
    """What raw holds once all files are in, whatever the order they are given in."""
    parts, entries, readings, rejected = [], {}, {}, []
    for file in sorted(files, key=lambda f: (f.landed_at, f.name)):
        entry = entry_of(file)
        version = FileVersion(file.name, f"etag of {file.name}", len(file.data), file.landed_at)
        try:
            rows = reading.parse_landing_file(file.data, entry, settings, STATION)
        except Rejected as error:
            rejected.append(
                {
                    "landing_file": file.name,
                    "etag": version.etag,
                    "line": None,
                    "reason": str(error.reason),
                    "detail": error.detail,
                    "raw_text": None,
                    "landed_at": file.landed_at,
                }
            )
            continue
        parts.append(raw_table.with_provenance(rows, STATION, version, entry))
        entries[file.name] = entry
        readings[file.name] = reading.reading_of(entry, settings, STATION)
    return RawRows(raw_table.assemble(None, [], parts, entries), readings, rejected, list(entries.values()))


def observed(
    *files: File | bytes,
    timezone: str = "UTC",
    settings: StationSettings = DEFAULTS,
    site: Site | None = None,
) -> observations.Observations:
    """The observations of a station with these landing files."""
    raw = raw_of(*(File(f) if isinstance(f, bytes) else f for f in files), settings=settings)
    return observations.observe(
        raw.rows, raw.readings, raw.rejected, station=STATION, timezone=timezone, site=site or settings.site
    )


def accounts(tables: observations.Observations) -> tuple[int, int, int, int]:
    """How many lines were kept, identical, superseded, quarantined."""
    b = tables.balance
    return b.kept, b.identical_duplicates, b.superseded, b.quarantined


def hour_range(first: str, last: str, timezone: str = "UTC") -> pd.DatetimeIndex:
    """All full UTC hours from one wall-clock time to another, both included."""
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    day = pd.Timedelta(days=1)
    hours = pd.date_range((first - day).floor("D"), (last + day).ceil("D"), freq="h", tz="UTC").as_unit("us")
    clock = hours.tz_convert(timezone).tz_localize(None)
    return hours[(clock >= first) & (clock <= last)]


def validated(times: pd.DatetimeIndex, **columns: Any) -> pd.DataFrame:
    """`validated_observations` with the given columns (a constant, or one value per hour); the others are missing."""
    n = len(times)
    frame = pd.DataFrame({"station_id": pd.Series([STATION] * n, dtype="str"), "timestamp": times})
    for name in VARIABLES:
        frame[name] = np.broadcast_to(np.asarray(columns.pop(name, np.nan), dtype=float), n).copy()
        if name == "wind_direction_deg":
            speed = frame["wind_speed_ms"]
            frame["is_calm"] = (speed == 0).astype("boolean").mask(speed.isna())
        elif name == "precipitation_mm":
            trace = np.broadcast_to(np.asarray(columns.pop("precipitation_trace", False)), n)
            frame["precipitation_trace"] = pd.array(trace, dtype="boolean")
            frame.loc[frame[name].isna(), "precipitation_trace"] = pd.NA
        elif name == "precipitation_long_mm":
            period = np.broadcast_to(np.asarray(columns.pop("precipitation_long_h", 0)), n)
            frame["precipitation_long_h"] = pd.array(period, dtype="Int64")
            frame.loc[frame[name].isna(), "precipitation_long_h"] = pd.NA
    frame["precipitation_type"] = pd.Categorical([None] * n, categories=list(PRECIPITATION_TYPES))
    frame["summary"] = pd.Series([None] * n, dtype="str")
    conditions = columns.pop("condition", None)
    conditions = [conditions] * n if conditions is None or isinstance(conditions, str) else list(conditions)
    frame["condition"] = pd.Categorical(conditions, categories=list(CONDITIONS))
    for name in ("air_density_kgm3", "wind_power_density_wm2", "wind_power_kw", "pv_power_kw"):
        frame[name] = np.broadcast_to(np.asarray(columns.pop(name, np.nan), dtype=float), n).copy()
    for name in VARIABLES:
        flags = columns.pop(f"{name}_qc", np.where(frame[name].isna(), 9, 1))
        frame[f"{name}_qc"] = np.broadcast_to(np.asarray(flags, dtype=np.uint8), n).copy()
    frame["landing_file"] = pd.Series(["szeged/a.csv"] * n, dtype="str")
    frame["line"] = np.arange(2, n + 2)
    frame["landed_at"] = pd.Series([LANDED_AT] * n, dtype="datetime64[us, UTC]")
    frame["rows_n"] = np.ones(n, dtype=np.int64)
    frame["other_rows"] = pd.Series([None] * n, dtype="str")
    frame["observed_at"] = columns.pop("observed_at", times)
    assert not columns, columns
    return frame


class Aggregates(NamedTuple):
    """The four aggregated tables of a station."""

    daily: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame
    normals: pd.DataFrame


def aggregated(
    frame: pd.DataFrame,
    timezone: str = "UTC",
    rated_power_kw: float | None = 2000.0,
    site: Site = UNKNOWN_SITE,
) -> Aggregates:
    """The aggregated tables of `validated_observations`."""
    hours = aggregation.LocalHours(frame, timezone)
    about = {"station": STATION, "timezone": timezone, "rated_power_kw": rated_power_kw, "hours": hours, "site": site}
    daily = aggregation.daily_weather(frame, **about)
    monthly = aggregation.monthly_weather(frame, daily, **about)
    yearly = aggregation.yearly_weather(frame, daily, monthly, **about)
    return Aggregates(daily, monthly, yearly, aggregation.climate_normals(monthly, station=STATION))


def month(of: Aggregates, name: str) -> pd.Series:
    """The row of a month such as `2006-07`."""
    return of.monthly.set_index("month").loc[pd.Timestamp(f"{name}-01")]


def days_and_months(frame: pd.DataFrame, timezone: str = "UTC") -> tuple[pd.DataFrame, pd.DataFrame]:
    about = {"station": STATION, "timezone": timezone, "rated_power_kw": 2000.0}
    hours = aggregation.LocalHours(frame, timezone)
    daily = aggregation.daily_weather(frame, **about, hours=hours)
    return daily, aggregation.monthly_weather(frame, daily, **about, hours=hours)


def one_day(n: int = 24, missing: tuple[int, ...] = (), day: str = "2021-06-01", **columns) -> pd.Series:
    """The daily row of n hours of one UTC day; columns are constants or one value per hour of the day."""
    times = pd.date_range(f"{day}T00:00Z", periods=n, freq="h").as_unit("us")
    kept = [i for i in range(n) if i not in missing]
    chosen = {name: np.broadcast_to(np.asarray(x, dtype=float), n)[kept] for name, x in columns.items()}
    return days_and_months(validated(times[kept], **chosen))[0].iloc[0]


def month_of(days: set[int] | range, **columns) -> pd.Series:
    """The monthly row of a March with complete observations on these days."""
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    frame = validated(times[np.isin(times.day, list(days))], **(columns or {"temperature_c": 5.0}))
    return days_and_months(frame)[1].iloc[0]


def without(times: pd.DatetimeIndex, positions: Sequence[int]) -> pd.DatetimeIndex:
    return times.delete(list(positions))
