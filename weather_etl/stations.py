"""Stations: their ids, their settings, and the partitions definition.

Belongs here: `station.toml`, the packaged registry, time zone and place of a station.
Does not belong here: settings of the installation (`settings.py`).
"""

import codecs
import re
import tomllib
import zoneinfo
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from weather_etl.digests import digest
from weather_etl.errors import UserError
from weather_etl.meteorology.quality import Limits
from weather_etl.meteorology.site import Site, WindSettings

STATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
SETTINGS_FILE = "station.toml"
PARTITIONS_NAME = "station"


def is_station_id(text: str) -> bool:
    return STATION_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Dialect:
    """How the files of a station are written, where that is not to be told from the file."""

    delimiter: str | None = None
    decimal: str | None = None


@dataclass(frozen=True)
class StationSettings:
    """What is known of a station.

    Attributes:
        timezone: IANA zone; bounds the civil days and is the zone of times without an offset.
        day_boundary: `local` (days of `timezone`) or `utc`.
        latitude, longitude: degrees north and east.
        elevation_m: metres above mean sea level.
        live: new hours are expected every day (freshness check).
        pressure: `msl` or `station`, what a column holds that is called just pressure.
        visibility_cap_km: the largest visibility that the instrument reports.
        encoding: of files that are neither UTF-8 nor UTF-16.
        dialect: separator and decimal mark.
        source_ids: names that the station has in its files.
        aliases: header name -> canonical column, beyond the built-in ones.
        units: canonical column -> unit where its header names none.
        limits: variable -> limits of quality control that differ from the defaults.
        wind: wind sensor and turbine.
        source: where the settings come from, for messages.
        version: identifies these settings in fingerprints.
    """

    timezone: str = "UTC"
    name: str = ""
    day_boundary: str = "local"
    latitude: float | None = None
    longitude: float | None = None
    elevation_m: float | None = None
    live: bool = False
    pressure: str = "msl"
    visibility_cap_km: float | None = None
    encoding: str | None = None
    dialect: Dialect = field(default_factory=Dialect)
    source_ids: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)
    wind: WindSettings = field(default_factory=WindSettings)
    source: str = "defaults"
    version: str = "defaults"

    @property
    def is_default(self) -> bool:
        return self.source == "defaults"

    @property
    def day_zone(self) -> str:
        """The zone that bounds the civil days."""
        return "UTC" if self.day_boundary == "utc" else self.timezone

    @property
    def site(self) -> Site:
        """What quality control and derived values need."""
        return Site(self.elevation_m, self.visibility_cap_km, self.limits, self.wind)

    def reader_part(self) -> list[Any]:
        """What decides how a file is cut into rows, and whether it is rejected for naming other stations.

        Every other setting leaves the raw rows as they are.
        """
        return [self.aliases, self.encoding, self.dialect.delimiter, self.dialect.decimal, list(self.source_ids)]


_NUMBER, _TEXT, _TABLE = (int, float), str, dict
_KINDS: dict[str, type | tuple[type, ...]] = {
    "timezone": _TEXT,
    "name": _TEXT,
    "day_boundary": _TEXT,
    "latitude": _NUMBER,
    "longitude": _NUMBER,
    "elevation_m": _NUMBER,
    "live": bool,
    "pressure": _TEXT,
    "visibility_cap_km": _NUMBER,
    "encoding": _TEXT,
    "dialect": _TABLE,
    "source_ids": list,
    "aliases": _TABLE,
    "units": _TABLE,
    "limits": _TABLE,
    "wind": _TABLE,
}
_WIND_KINDS: dict[str, type | tuple[type, ...]] = {
    "anemometer_height_m": _NUMBER,
    "turbine": _TEXT,
    "hub_height_m": _NUMBER,
}
_DIALECT_KINDS: dict[str, type | tuple[type, ...]] = {"delimiter": _TEXT, "decimal": _TEXT}
_RANGES = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "elevation_m": (-500, 9000),
    "visibility_cap_km": (0.1, 200),
    "anemometer_height_m": (0.5, 300),
    "hub_height_m": (5, 300),
}
_CHOICES = {
    "day_boundary": ("local", "utc"),
    "pressure": ("msl", "station"),
    "delimiter": (",", ";", "\t", "|"),
    "decimal": (".", ","),
}


def parse_settings(text: str, *, source: str, version: str) -> StationSettings:
    """Read a `station.toml`.

    Raises:
        UserError: it is no TOML, or a key or value cannot be used; names the file and the key.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{source} is not valid TOML ({error}); correct it and upload it again.") from None
    return _settings(table, source=source, version=version)


def _settings(table: dict[str, Any], *, source: str, version: str) -> StationSettings:
    from weather_etl.meteorology.units import DEFAULT_UNITS, QUANTITIES, UNITS, known_unit
    from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

    table = dict(table)
    _check_keys(table, _KINDS, source)
    zone = table.get("timezone", "UTC")
    if zone not in _zones():
        raise UserError(f"{source}: the time zone {zone!r} is unknown; use an IANA name such as Europe/Budapest.")
    if "encoding" in table:
        _check_encoding(table["encoding"], source)
    for header, column in table.get("aliases", {}).items():
        if column not in RAW_TEXT_COLUMNS:
            raise UserError(
                f"{source}: the alias {header!r} names the column {column!r}, which does not exist; known are "
                f"{', '.join(RAW_TEXT_COLUMNS)}."
            )
    for column, unit in table.get("units", {}).items():
        if column not in DEFAULT_UNITS:
            raise UserError(f"{source}: units names the column {column!r}; known are {', '.join(DEFAULT_UNITS)}.")
        found = known_unit(column, unit) if isinstance(unit, str) else None
        if found is None:
            known = ", ".join(sorted(set(UNITS[QUANTITIES[column]].values())))
            raise UserError(f"{source}: the unit {unit!r} of {column} is not known; known are {known}.")
        table["units"] = {**table["units"], column: found}
    if not all(isinstance(name, str) and name for name in table.get("source_ids", ())):
        raise UserError(f"{source}: source_ids must be a list of texts.")
    table["source_ids"] = tuple(table.get("source_ids", ()))
    table["limits"] = {v: _limits(v, table["limits"][v], source) for v in table.get("limits", {})}
    _check_keys(table.get("wind", {}), _WIND_KINDS, f"{source}: [wind]")
    table["wind"] = WindSettings(**table.get("wind", {}))
    _check_keys(table.get("dialect", {}), _DIALECT_KINDS, f"{source}: [dialect]")
    table["dialect"] = Dialect(**table.get("dialect", {}))
    if table["dialect"] == Dialect(delimiter=",", decimal=","):
        raise UserError(f"{source}: [dialect]: the comma cannot be both delimiter and decimal.")
    return StationSettings(**table, source=source, version=version)


def _check_keys(table: dict[str, Any], kinds: dict[str, type | tuple[type, ...]], source: str) -> None:
    for key, value in table.items():
        if key not in kinds:
            raise UserError(f"{source} has the unknown key {key!r}; known keys are {', '.join(kinds)}.")
        if not isinstance(value, kinds[key]) or (isinstance(value, bool) and kinds[key] is not bool):
            raise UserError(f"{source}: {key} is {value!r}, which is of the wrong type.")
        if key in _RANGES and not _RANGES[key][0] <= value <= _RANGES[key][1]:
            raise UserError(f"{source}: {key} is {value!r}; it must lie within {_RANGES[key][0]}..{_RANGES[key][1]}.")
        if key in _CHOICES and value not in _CHOICES[key]:
            raise UserError(f"{source}: {key} is {value!r}; it must be one of {', '.join(map(repr, _CHOICES[key]))}.")


def _check_encoding(name: str, source: str) -> None:
    try:
        is_text = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise UserError(f"{source}: the encoding {name!r} is unknown; use a name such as cp1250 or iso8859-2.")


def _limits(variable: str, table: Any, source: str) -> Limits:
    from weather_etl.meteorology.quality import LIMITS, POSSIBLE

    if variable not in LIMITS:
        raise UserError(f"{source}: [limits] names the variable {variable!r}; known are {', '.join(LIMITS)}.")
    if not isinstance(table, dict):
        raise UserError(f"{source}: limits.{variable} must be a table such as {{ fail = [-60, 50] }}.")
    default = LIMITS[variable]
    given: dict[str, Any] = {}
    for key, value in table.items():
        is_pair = isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)
        if key in ("fail", "suspect", "spike", "flat_hours") and is_pair and value[0] <= value[1]:
            given[key] = (value[0], value[1])
        elif key == "rate" and type(value) in (int, float) and value > 0:
            given[key] = float(value)
        else:
            raise UserError(
                f"{source}: limits.{variable}.{key} is {value!r}; known are fail, suspect, spike and flat_hours with two "
                "numbers in ascending order, and rate with one."
            )
    found = replace(default, **given, source=f"{source}")
    if not found.fail[0] <= found.suspect[0] <= found.suspect[1] <= found.fail[1]:
        raise UserError(f"{source}: limits.{variable}: the suspect span must lie within the fail span.")
    low, high = POSSIBLE[variable]
    if not low <= found.fail[0] <= found.fail[1] <= high:
        raise UserError(f"{source}: limits.{variable}.fail must lie within {low:g}..{high:g}.")
    return found


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@lru_cache
def _registry() -> dict[str, dict[str, Any]]:
    text = resources.files("weather_etl").joinpath("stations.toml").read_text("utf-8")
    return tomllib.loads(text)


def packaged_settings(station: str) -> StationSettings:
    """Settings of a station without a `station.toml`: the packaged registry, else UTC."""
    entry = _registry().get(station)
    if entry is None:
        return StationSettings()
    return _settings(entry, source=f"the packaged registry ({station})", version=f"registry-{digest(entry)}")
