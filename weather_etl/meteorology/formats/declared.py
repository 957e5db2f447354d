"""How the cells of a file are to be read, told from what a manifest says of it and the settings of its station.

Belongs here: which of the two wins, and what is assumed still.
Does not belong here: reading a file (`reading.py`), reading cells (`cells.py`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.formats import pressures
from weather_etl.meteorology.readings import Precipitation, Reading
from weather_etl.meteorology.units import DEFAULT_UNITS, scale_of

ASSUMED_ZONE = (
    "nothing says in which time zone the times are, UTC is ASSUMED; write the zone into station.toml, such as "
    'timezone = "Europe/Budapest" (or "UTC", if it is so)'
)


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


def reading_of(
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
