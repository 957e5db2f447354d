"""Which format a landing file has, told from its content, and how its cells are to be read.

Belongs here: the list of formats, their recognition, the way from a manifest's record to a `Reading`.
Does not belong here: what is special to one format (a module each), separated text in general (`headers.py`, `cutting.py`),
bytes and encodings (`landing.py`).

Every adapter yields the same raw rows: `parsing.ParsedFile`, text as it came, each row with its line in the file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from weather_etl.meteorology.cells import Reading
from weather_etl.meteorology.formats import csv, global_hourly, iem, isd_lite, meteostat, open_meteo
from weather_etl.meteorology.formats.base import Options, Profile, header_names
from weather_etl.meteorology.headers import MAX_HEADER_BYTES
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import DEFAULT_UNITS

# In the order in which they are asked; the last one takes whatever none knows.
_ADAPTERS = (meteostat, open_meteo, isd_lite, iem, global_hourly, csv)
PROFILES: Mapping[str, Profile] = {m.PROFILE.name: m.PROFILE for m in _ADAPTERS}


def read_text(
    data: bytes,
    *,
    bad_utf8: bool = False,
    aliases: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
) -> ParsedFile:
    """Cut the text of one landing file into raw rows, whatever format it has.

    Args:
        data: UTF-8, without byte order mark.
        bad_utf8: some lines are not UTF-8; they become refused lines.
        aliases: further header names of the station -> canonical column (files of no particular format).
        delimiter, decimal: of the station, where they are not to be told from the file.

    Raises:
        Rejected: nothing of the file can be used.
    """
    options = Options(bad_utf8, dict(aliases or {}), delimiter, decimal)
    head = data[:MAX_HEADER_BYTES]
    adapter = next(a for a in _ADAPTERS if a.recognises(head))
    if adapter is meteostat and header_names(head) & {name.strip().lower() for name in options.aliases}:
        adapter = csv  # its names are common words: where the station explains one, the file is its own
    return adapter.read(data, options)


def knows(head: bytes, aliases: Mapping[str, str] | None = None) -> bool:
    """Whether the beginning of a text makes sense in some format, and its headers are UTF-8."""
    if open_meteo.recognises(head):
        return open_meteo.headers_are_utf8(head)
    if any(a.recognises(head) for a in _ADAPTERS[:-1]):
        return True
    try:
        csv.find(head, Options(aliases=dict(aliases or {})))
    except Rejected as rejected:
        return rejected.reason in (Reason.UNIT_UNKNOWN, Reason.DUPLICATE_COLUMN)
    return True


def own_stations(parsed: ParsedFile) -> list[str]:
    """The names that a file in a station's own folder may have for it beyond those that the station knows of.

    A provider has an id of its own for a station; where the whole file names one only, that is the station's.
    """
    stations = parsed.stations
    return stations if PROFILES[parsed.adapter].names_stations and len(stations) == 1 else []


def reading(
    declared: Mapping[str, Any],
    *,
    stations: Iterable[str] | None = None,
    units: Mapping[str, str] | None = None,
    pressure: str = "msl",
) -> Reading:
    """How the cells of a file are to be read.

    What the file and its format say comes first, then the station's settings, then the defaults.

    Args:
        declared: `ParsedFile.declared`, as it lies in a manifest.
        stations: what the column `station` may say; None: anything.
        units: column -> unit of the station where neither file nor format names one.
        pressure: `msl` or `station`, what a column holds that is called just pressure.
    """
    profile = PROFILES[declared["adapter"]]
    timezones = declared["timezones"] or ({"": profile.timezone} if profile.timezone else {})
    return Reading(
        units=tuple(sorted({**DEFAULT_UNITS, **(units or {}), **declared["units"]}.items())),
        decimal=declared["decimal"],
        fields=tuple(sorted(profile.fields.items())),
        timezones=tuple(sorted(timezones.items())),
        stations=None if stations is None else tuple(sorted(set(stations))),
        pressure_is_station=bool(declared["open_pressure"]) and pressure == "station",
        padded=profile.padded,
    )
