"""Stations: their ids, what is known of each, and the name of their partitions.

Belongs here: the settings of a station, their meaning and their defaults.
Does not belong here: how they are written in `station.toml` (`station_file.py`), settings of the installation
(`settings.py`).
"""

import re
from dataclasses import dataclass, field
from typing import Any

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
