"""What the meteorology must know of a station; importing it costs nothing.

Belongs here: the part of a station's settings that decides on flags and derived values.
Does not belong here: where settings come from (`weather_etl/stations.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from weather_etl.meteorology.quality import LIMITS, Limits

GENERIC_TURBINE = "generic"
LEAST_STATIONS = 4  # with fewer nobody has three neighbours


@dataclass(frozen=True)
class WindSettings:
    """Where the wind is measured, and the turbine that it would drive.

    Attributes:
        anemometer_height_m: height of the wind sensor above ground.
        turbine: `generic`, or a name of windpowerlib's turbine library (extra `wind`).
        hub_height_m: height of the turbine's hub above ground.
    """

    anemometer_height_m: float = 10.0
    turbine: str = GENERIC_TURBINE
    hub_height_m: float = 100.0


@dataclass(frozen=True)
class SolarSettings:
    """The solar module that the radiation would drive, 1 kWp.

    Attributes:
        tilt: degrees from the horizontal.
        azimuth: degrees from north that it looks to; None: to the equator.
        albedo: of the ground before it.
    """

    tilt: float = 0.0
    azimuth: float | None = None
    albedo: float = 0.2


@dataclass(frozen=True)
class Withdrawn:
    """Values that a person takes back.

    Attributes:
        variable: column of `validated_observations`.
        start, end: first and last hour, UTC.
        reason: why, for a person.
        flag: 3 (suspect) or 4 (fail).
    """

    variable: str
    start: datetime
    end: datetime
    reason: str
    flag: int = 4


@dataclass(frozen=True)
class Thresholds:
    """What counts as what in days and spells, where a station may have it otherwise.

    Attributes:
        wet_mm: of a wet day.
        heavy_mm, very_heavy_mm: of `r10mm_days` and `r20mm_days`.
        snow_cm: of a day with snow.
        hot_c, hot_days: of a heat wave: highest temperature above, days in a row.
        cold_c, cold_days: of a cold spell: mean temperature below, days in a row.
        growing_c, growing_days: of the growing season: mean temperature above, days in a row.
    """

    wet_mm: float = 1.0
    heavy_mm: float = 10.0
    very_heavy_mm: float = 20.0
    snow_cm: float = 1.0
    hot_c: float = 30.0
    hot_days: int = 3
    cold_c: float = 0.0
    cold_days: int = 5
    growing_c: float = 5.0
    growing_days: int = 6


@dataclass(frozen=True)
class Site:
    """A station as quality control, derived values and aggregates see it.

    Attributes:
        elevation_m: metres above mean sea level; without it nothing follows from sea-level pressure.
        visibility_cap_km: the largest visibility that the instrument reports.
        limits: variable -> limits that differ from the defaults.
        wind: wind sensor and turbine.
        latitude, longitude: degrees north and east; without them no test asks the sun.
        solar: solar module.
        withdrawn: values that a person takes back.
        snow_absent: `zero`: a day without a report of snow had none; else nothing is known of it.
        thresholds: of days and spells.
    """

    elevation_m: float | None = None
    visibility_cap_km: float | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)
    wind: WindSettings = field(default_factory=WindSettings)
    latitude: float | None = None
    longitude: float | None = None
    solar: SolarSettings = field(default_factory=SolarSettings)
    withdrawn: tuple[Withdrawn, ...] = ()
    snow_absent: str = "missing"
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude, if both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def limits_of(self, variable: str) -> Limits:
        return self.limits.get(variable, LIMITS[variable])
