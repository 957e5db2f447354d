"""What a column holds that is called just pressure: that at the station, or reduced to sea level.

Belongs here: telling it by its values and the elevation, and what is assumed where neither tells.
Does not belong here: names (`profiles/generic.toml`), units (`unit_choice.py`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.formats import mapping
from weather_etl.meteorology.formats.names import bare, key, stems_of
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source_columns import Columns

MSL, STATION = "msl", "station"
_KINDS = {"pressure_msl_hpa": MSL, "pressure_station_hpa": STATION}
_LOWEST_MSL_HPA = 950.0  # the mean at sea level is nowhere below 975 hPa in any month, in a deep low it is for a day
_POSSIBLE_HPA = (300.0, 1100.0)
_SEA_LEVEL_HPA = 1013.25
_LEAST_GAP_HPA = 45.0  # about 380 m: less than that, a high and a low look like the difference


def settle(
    columns: Columns, cells: Mapping[str, pa.ChunkedArray], profile: Profile, decimal: str, *, several_stations: bool
) -> None:
    """Tell what a pressure without a word of its place is, or say what is assumed.

    Args:
        columns: of the file, their units settled; changed in place.
        cells: variable -> its cells.
        profile: of the file; where it has a rule of its own for such a column, that tells, unless the station does.
        decimal: the decimal mark.
        several_stations: its values are of several places, and prove nothing of any.
    """
    pressures = {v: columns.by_variable[v] for v in _KINDS if v in columns.by_variable and v in cells}
    unspecific = [v for v, c in pressures.items() if c.rule in profile.columns and "pressure" in map(key, c.rule.name)]
    if len(unspecific) == 2:
        _drop_twin(columns, cells, decimal)
        pressures.pop("pressure_station_hpa", None)
        unspecific = unspecific[:1] if "pressure_station_hpa" not in columns.by_variable else []
    if len(pressures) != 1 or len(unspecific) != 1:
        return
    [(variable, one)] = pressures.items()
    columns.open_pressure = _KINDS[variable]
    if len(one.rule.name) == 1:
        return
    values = one.numbers(cells[variable], decimal, "pressure")
    known = values[(values > _POSSIBLE_HPA[0]) & (values < _POSSIBLE_HPA[1])]
    if len(known) and not several_stations:
        columns.pressure_median = round(float(np.median(known)), 1)
    if told := judged(columns.pressure_median, None):
        columns.warnings.append(
            f"{one.name!r} is read as the pressure at the station: a median of {columns.pressure_median:g} hPa is none at "
            "sea level (the setting `pressure` overrules it)"
        )
        assert told == STATION
        return
    if len(known) or several_stations:
        kind = "that at sea level" if _KINDS[variable] == MSL else "that at the station"
        columns.assumed["pressure"] = (
            f"{one.name!r} does not say whether it is reduced to sea level, {kind} is ASSUMED; write into station.toml which "
            f'it is ("msl" or "station"), or the elevation, by which it is told from some 400 m on: '
            f'pressure = "{_KINDS[variable]}"'
        )


def judged(median_hpa: float, elevation_m: float | None) -> str:
    """What pressures with this median are: `msl`, `station`, or "" where nothing tells.

    International standard atmosphere: 1013.25 hPa times (1 - 2.25577e-5 h) to the power of 5.25588 at h metres.
    """
    if not median_hpa:
        return ""
    if median_hpa < _LOWEST_MSL_HPA:
        return STATION
    if elevation_m is None:
        return ""
    there = _SEA_LEVEL_HPA * (1 - 2.25577e-5 * elevation_m) ** 5.25588
    gap = _SEA_LEVEL_HPA - there
    if gap < _LEAST_GAP_HPA:
        return ""
    if abs(median_hpa - there) < gap / 4:
        return STATION
    return MSL if abs(median_hpa - _SEA_LEVEL_HPA) < gap / 4 else ""


def are_swapped(declared: Mapping[str, Any], pressure: str, elevation_m: float | None) -> bool:
    """Whether the cells of a file's open pressure stand in the column of the other kind.

    Args:
        declared: what the manifest knows of the file.
        pressure: what the station says, `msl`, `station` or "".
        elevation_m: of the station; None: that of the file, if it says one.
    """
    stands = declared["open_pressure"]
    return bool(stands) and (pressure or _by_elevation(declared, elevation_m) or stands) != stands


def is_told(declared: Mapping[str, Any], pressure: str, elevation_m: float | None) -> bool:
    """Whether somebody or something tells what the open pressure of a file is."""
    return bool(pressure or _by_elevation(declared, elevation_m))


def _by_elevation(declared: Mapping[str, Any], elevation_m: float | None) -> str:
    known = declared.get("place", {}).get("elevation_m") if elevation_m is None else elevation_m
    return judged(declared.get("pressure_median", 0.0), known)


def _drop_twin(columns: Columns, cells: Mapping[str, pa.ChunkedArray], decimal: str) -> None:
    """`pressure_mb` and `pressure_in` are one pressure in two units, not two kinds."""
    one, other = (columns.by_variable[v] for v in _KINDS)
    if not stems_of(one.name, one.rule.to) & stems_of(other.name, other.rule.to):
        return
    if mapping.same_values(cells[one.rule.to], cells[other.rule.to], one, other, decimal):
        columns.leave_out(other)
        columns.drop_left_out()


def tell_beside_a_reduced_one(columns: Columns) -> None:
    """A column called just pressure beside a reduced one is that at the station."""
    station = columns.by_variable.get("pressure_station_hpa")
    if "pressure_msl_hpa" in columns.by_variable and station is not None and _is_bare(station.name):
        columns.warnings.append(
            f"column {station.name!r} stands beside a reduced pressure and is read as that at the station"
        )


def _is_bare(name: str) -> bool:
    """Whether a name says pressure and nothing more."""
    return key(bare(name)[0]) in ("pressure", "p")
