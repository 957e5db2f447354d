"""Which format a landing file has, told from its content, and how its cells are to be read.

Belongs here: the way from the bytes of a file to raw rows, and from a manifest's record to a `Reading`.
Does not belong here: formats (`profiles/*.toml`), the steps (a module each), unpacking (landing).

Every format yields the same raw rows: `raw_rows.ParsedFile`, text as it came, each row with its line in the file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.formats import pressures
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.reading import profile_of, read
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.members import Member
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.readings import Precipitation, Reading
from weather_etl.meteorology.units import DEFAULT_UNITS, scale_of

__all__ = [
    "ASSUMED_ZONE",
    "Member",
    "Options",
    "Source",
    "own_stations",
    "profile_of",
    "read",
    "read_text",
    "reading",
    "still_assumed",
]

ASSUMED_ZONE = (
    "nothing says in which time zone the times are, UTC is ASSUMED; write the zone into station.toml, such as "
    'timezone = "Europe/Budapest" (or "UTC", if it is so)'
)


def read_text(data: bytes, options: Options | None = None, *, name: str = "") -> ParsedFile:
    """Raw rows of the unpacked bytes of a landing file that is no archive.

    Raises:
        Rejected: nothing of the file can be used.
    """
    return read(Source(name, [Member(name, data)]), options or Options())


def own_stations(parsed: ParsedFile) -> list[str]:
    """The names that a file in a station's own folder may have for it beyond those that the station knows of.

    A provider has an id of its own for a station; where the whole file names one only, that is the station's.
    """
    stations = parsed.stations
    return stations if parsed.names_stations and len(stations) == 1 else []


def still_assumed(
    told: Mapping[str, str],
    declared: Mapping[str, Any],
    *,
    units: Mapping[str, str],
    pressure: str,
    elevation_m: float | None,
) -> dict[str, str]:
    """What was assumed of a file and the settings of the station do not answer.

    Args:
        told: setting -> sentence.
        declared: of the file, as it lies in a manifest.
        units, pressure, elevation_m: of the station.
    """
    answered = {f"units.{column}" for column in units}
    if pressures.is_told(declared, pressure, elevation_m):
        answered.add("pressure")
    return {key: text for key, text in sorted(told.items()) if key not in answered}


def reading(
    declared: Mapping[str, Any],
    *,
    stations: Iterable[str] | None = None,
    units: Mapping[str, str] | None = None,
    pressure: str = "",
    elevation_m: float | None = None,
    standard_time: bool = False,
) -> Reading:
    """How the cells of a file are to be read.

    The station's settings come first, then what the file and its format say.

    Args:
        declared: `ParsedFile.declared`, as it lies in a manifest.
        stations: what the column `station` may say; None: anything.
        units: column -> unit of the station.
        pressure: `msl` or `station`, what a column holds that is called just pressure; "": the station does not say.
        elevation_m: of the station, which may tell what such a column holds.
        standard_time: the station's clock never changes.
    """
    fields = {column: Field.of(plain) for column, plain in declared.get("fields", {}).items()}
    own: dict[str, str] = {}
    for column, text in (units or {}).items():
        factor, own[column] = scale_of(text)
        if factor != 1.0:
            fields[column] = fields.get(column, Field()).scaled(factor)
        elif column in fields and own[column] != declared["units"].get(column):  # not scaled by what the file said
            fields[column] = fields[column].scaled(1.0)
    return Reading(
        units=tuple(sorted({**DEFAULT_UNITS, **declared["units"], **own}.items())),
        decimal=declared["decimal"],
        fields=tuple(sorted(fields.items(), key=lambda item: item[0])),
        timezones=tuple(sorted(declared["timezones"].items())),
        stations=None if stations is None else tuple(sorted(set(stations))),
        pressures_swapped=pressures.are_swapped(declared, pressure, elevation_m),
        precipitation=Precipitation(**declared.get("precipitation", {})),
        stamp=declared.get("stamp", "end"),
        period_minutes=declared.get("period_minutes", 0),
        form=declared.get("form", "iso"),
        before=tuple((a, b) for a, b in declared.get("before", ())),
        standard_time=standard_time,
        zone_is_assumed=bool(declared.get("zone_is_assumed")),
        dropped=tuple(declared.get("dropped", ())),
    )
