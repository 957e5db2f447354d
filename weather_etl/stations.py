"""Stations: their ids, their settings, and the partitions definition.

Belongs here: `station.toml`, the packaged registry, time zone and place of a station.
Does not belong here: settings of the installation (`settings.py`).
"""

import re
import tomllib
import zoneinfo
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from weather_etl.errors import UserError
from weather_etl.fingerprints import digest

STATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
SETTINGS_FILE = "station.toml"
PARTITIONS_NAME = "station"


def is_station_id(text: str) -> bool:
    return STATION_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class StationSettings:
    """What is known of a station.

    Attributes:
        timezone: IANA zone; bounds the civil days and is the zone of times without an offset.
        latitude, longitude: degrees north and east.
        elevation_m: metres above mean sea level.
        live: new hours are expected every day (freshness check).
        aliases: header name -> canonical column, beyond the built-in ones.
        source: where the settings come from, for messages.
        version: identifies these settings in fingerprints.
    """

    timezone: str = "UTC"
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    elevation_m: float | None = None
    live: bool = False
    aliases: dict[str, str] = field(default_factory=dict)
    source: str = "defaults"
    version: str = "defaults"

    @property
    def is_default(self) -> bool:
        return self.source == "defaults"


_RANGES = {"latitude": (-90, 90), "longitude": (-180, 180), "elevation_m": (-500, 9000)}


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
    from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

    kinds: dict[str, type | tuple[type, ...]] = {
        "timezone": str,
        "name": str,
        "latitude": (int, float),
        "longitude": (int, float),
        "elevation_m": (int, float),
        "live": bool,
        "aliases": dict,
    }
    for key, value in table.items():
        if key not in kinds:
            raise UserError(f"{source} has the unknown key {key!r}; known keys are {', '.join(kinds)}.")
        if not isinstance(value, kinds[key]) or (isinstance(value, bool) and key != "live"):
            raise UserError(f"{source}: {key} is {value!r}, which is of the wrong type.")
        if key in _RANGES and not _RANGES[key][0] <= value <= _RANGES[key][1]:
            raise UserError(f"{source}: {key} is {value!r}; it must lie within {_RANGES[key][0]}..{_RANGES[key][1]}.")
    zone = table.get("timezone", "UTC")
    if zone not in _zones():
        raise UserError(f"{source}: the time zone {zone!r} is unknown; use an IANA name such as Europe/Budapest.")
    for header, column in table.get("aliases", {}).items():
        if column not in RAW_TEXT_COLUMNS:
            raise UserError(f"{source}: the alias {header!r} names the column {column!r}, which does not exist.")
    return StationSettings(**table, source=source, version=version)


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
