"""One landing file: bytes -> raw rows, and the notes of its manifest entry.

Belongs here: what the settings of a station mean for the readers, the error budget, what is told of a file.
Does not belong here: which files are read (`merge.py`), unpacking (`landing/`), formats (`meteorology/formats/`).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.landing.unpacking import unpack
from weather_etl.meteorology import formats
from weather_etl.meteorology.cells import looks_clean
from weather_etl.meteorology.error_budget import ahead_of_time, judge
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.raw_rows import ParsedFile, set_aside
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.reasons import Rejected
from weather_etl.stations import StationSettings

Entry = dict[str, Any]


def options_of(settings: StationSettings, profiles: Iterable[Profile] = ()) -> formats.Options:
    """What the readers must know of a station's settings.

    Args:
        settings: of the station.
        profiles: of the installation (`landing/_formats/`).
    """
    own = [settings.format_profile] if settings.format_profile else []
    return formats.Options(
        aliases=settings.aliases,
        encoding=settings.encoding,
        delimiter=settings.dialect.delimiter,
        decimal=settings.dialect.decimal,
        sheet=settings.dialect.sheet,
        units=settings.units,
        timezone=settings.own_timezone,
        standard_time=settings.standard_time,
        timestamp_format=settings.timestamp_format,
        date_order=settings.date_order,
        missing=settings.missing,
        format=settings.format,
        profiles=(*own, *profiles),
        pressure=settings.pressure,
        elevation_m=settings.elevation_m,
        bulletin_date=settings.bulletin_date,
    )


def profile_of(data: bytes, name: str, options: formats.Options, encoding: str = "") -> tuple[str, str] | None:
    """Name and digest of the profile that would read a file, None if none fits or the file is no text."""
    try:
        return formats.profile_of(formats.Source(name, unpack(data, name, encoding)), options)
    except Rejected:
        return None


def parse_landing_file(
    data: bytes, entry: Entry, settings: StationSettings, station: str, profiles: Iterable[Profile] = ()
) -> pa.Table:
    """Bytes -> raw rows; notes in `entry` how they were read, and what the file says of itself.

    Raises:
        Rejected: nothing of the file can be used.
    """
    parsed = cut_into_rows(data, entry, settings, profiles)
    entry["stations"] = formats.own_stations(parsed)
    if entry["stations"] and entry["stations"][0] not in (station, *settings.source_ids):
        entry["warnings"].append(f"the file calls the station {entry['stations'][0]!r} and is taken as of {station}")
    dropped = hold_to_budget(parsed.rows, entry, settings, station)
    return set_aside(parsed.rows, dropped, parsed.columns) if dropped else parsed.rows


def cut_into_rows(data: bytes, entry: Entry, settings: StationSettings, profiles: Iterable[Profile] = ()) -> ParsedFile:
    """Bytes -> rows of text; notes in `entry` how they were cut.

    Raises:
        Rejected: no row can be cut.
    """
    name = entry["name"].rsplit("/", 1)[-1]
    members = unpack(data, name, entry.get("content_encoding", ""))
    parsed = formats.read(formats.Source(name, members), options_of(settings, profiles))
    entry |= parsed.declared
    entry |= {
        "encoding": parsed.encoding,
        "rows": parsed.rows.num_rows,
        "unclean_end": parsed.unclean_end,
        "warnings": list(parsed.warnings),
    }
    return parsed


def hold_to_budget(rows: pa.Table, entry: Entry, settings: StationSettings, station: str) -> list[str]:
    """Count the rows of a file that cannot become observations, and tell what was assumed; notes both in `entry`.

    Returns:
        Columns that are not read, for too many of their cells are no numbers.

    Raises:
        Rejected: too many rows are bad (ingestion rule 7).
    """
    entry["refused"] = 0
    entry["warnings"] = list(entry.get("warnings", ()))
    entry["warnings"] += still_assumed(entry, settings).values()
    landed_at = np.datetime64(datetime.fromisoformat(entry["landed_at"]).astimezone(UTC).replace(tzinfo=None), "us")
    if looks_clean(rows, landed_at):
        return []
    judged = judge(rows, reading_of(entry, settings, station), settings.timezone, landed_at)
    cells = judged.cells
    refused = np.flatnonzero(cells.refused)
    entry["refused"] = len(refused)
    if ahead := ahead_of_time(cells):
        entry["ahead"] = ahead
    if len(refused):
        first = int(refused[0])
        entry["first_error"] = {"line": rows.column("line")[first].as_py(), "reason": str(cells.reason(first))}
    if judged.problem:
        raise Rejected(*judged.problem)
    if cells.naive and entry.get("zone_is_assumed") and settings.own_timezone is None:
        sentence = formats.ASSUMED_ZONE
        entry["assumed"] = {**entry.get("assumed", {}), "timezone": sentence}
        entry["warnings"].append(sentence)
    entry["warnings"] += cells.warnings
    entry["warnings"] += [f"not read, kept in `rescued`: {text}" for text in judged.dropped.values()]
    return list(judged.dropped)


def still_assumed(entry: Entry, settings: StationSettings) -> dict[str, str]:
    """Setting -> what was assumed of a file, and the settings do not answer."""
    return formats.still_assumed(
        entry.get("assumed", {}),
        entry,
        units=settings.units,
        pressure=settings.pressure,
        elevation_m=settings.elevation_m,
    )


def reading_of(entry: Entry, settings: StationSettings, station: str) -> Reading:
    """How the cells of an ingested file are to be read."""
    return formats.reading_of(
        entry,
        stations=(station, *settings.source_ids, *entry.get("stations", ())),
        units=settings.units,
        pressure=settings.pressure,
        elevation_m=settings.elevation_m,
        standard_time=settings.standard_time,
    )
