"""Stations: their ids, what is known of each, and the name of their partitions.

Belongs here: the settings of a station, their meaning and their defaults.
Does not belong here: how they are written in `station.toml` (`station_file.py`), settings of the installation
(`settings.py`).
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weather_etl.meteorology.quality import Limits
from weather_etl.meteorology.site import DegreeDayBases, Site, SolarSettings, Thresholds, WindSettings, Withdrawn

if TYPE_CHECKING:
    from weather_etl.meteorology.formats.profile import Profile

STATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
SETTINGS_FILE = "station.toml"
PARTITIONS_NAME = "station"


def is_station_id(text: str) -> bool:
    return STATION_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Dialect:
    """How the files of a station are written, where that is not to be told from the file.

    Attributes:
        delimiter: between two cells; None: told from the file.
        decimal: mark of a number's fraction; None: told from the file.
        sheet: title of the sheet of a workbook; None: the first with a table of observations, and others are told.
    """

    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class StationSettings:
    """What is known of a station.

    Attributes:
        timezone: bounds the civil days, and is the zone of times without an offset.
        name: of the station, for people: the title of its report.
        day_boundary: whether the civil days are those of `timezone` or of UTC.
        latitude: degrees north.
        longitude: degrees east.
        elevation_m: metres above mean sea level.
        live: new hours are expected all the time (check `freshness`).
        fresh_hours: of a live station: how old its newest hour may be.
        pressure: what a column holds that is called just pressure: at sea level or at the station; without it, its values and the
            elevation tell, or one is assumed and told.
        visibility_cap_km: the largest visibility that the instrument reports.
        standard_time: the clock of its files never changes; the civil days keep to `timezone`.
        timestamp_format: form of the times in its files.
        date_order: of day, month and year in its files.
        missing: further texts that mean no value.
        format: name of the profile of its files; no other is asked.
        format_profile: a profile of its own.
        bulletin_date: of METAR and SYNOP bulletins, which name the day alone.
        profiles: of the installation (`landing/_formats/`).
        profile_errors: why some of those cannot be used.
        has_timezone: the zone was given, not left at its default.
        encoding: of files that are neither UTF-8 nor UTF-16.
        dialect: separator, decimal mark and sheet.
        source_ids: names that the station has in its files.
        aliases: header name -> canonical column, beyond the built-in ones, or `ignore`.
        units: canonical column -> unit, whatever the file says.
        limits: variable -> limits of quality control that differ from the defaults.
        wind: wind sensor and turbine.
        pv: solar module.
        withdrawn: values that a person takes back.
        snow_absent: `zero`: a day without a report of snow had none; `missing`: nothing is known of it.
        thresholds: of wet days, heat waves and other spells.
        degree_days: bases of degree days of its own, beside the fixed ones of `hdd_18`, `cdd_18`, `gdd_10`.
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
    fresh_hours: float = 26.0
    pressure: str = ""
    visibility_cap_km: float | None = None
    encoding: str | None = None
    dialect: Dialect = field(default_factory=Dialect)
    source_ids: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)
    wind: WindSettings = field(default_factory=WindSettings)
    pv: SolarSettings = field(default_factory=SolarSettings)
    withdrawn: tuple[Withdrawn, ...] = ()
    snow_absent: str = "missing"
    thresholds: Thresholds = field(default_factory=Thresholds)
    degree_days: DegreeDayBases = field(default_factory=DegreeDayBases)
    standard_time: bool = False
    timestamp_format: str | None = None
    date_order: str | None = None
    missing: tuple[str, ...] = ()
    format: str | None = None
    format_profile: "Profile | None" = None
    bulletin_date: str | None = None
    profiles: "tuple[Profile, ...]" = ()
    profile_errors: tuple[str, ...] = ()
    has_timezone: bool = False
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
        """What quality control, derived values and aggregates need."""
        return Site(
            self.elevation_m, self.visibility_cap_km, self.limits, self.wind, self.latitude, self.longitude, self.pv,
            self.withdrawn, self.snow_absent, self.thresholds, self.degree_days,
        )  # fmt: skip

    @property
    def own_timezone(self) -> str | None:
        """The zone, None if nobody gave one."""
        return self.timezone if self.has_timezone or self.timezone != "UTC" else None

    def reader_part(self) -> list[Any]:
        """What decides how a file is cut into rows, what is told of it, and whether it is rejected.

        Every other setting leaves the raw rows and the manifest as they are.
        """
        return [
            self.aliases, self.encoding, self.dialect.delimiter, self.dialect.decimal, list(self.source_ids), self.units,
            self.own_timezone, self.standard_time, self.timestamp_format, self.date_order, list(self.missing), self.format,
            self.format_profile.digest if self.format_profile else None, self.bulletin_date,
            *([self.dialect.sheet] if self.dialect.sheet else []),
        ]  # fmt: skip
