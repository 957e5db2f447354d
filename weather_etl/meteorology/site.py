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
        start: first hour, UTC.
        end: last hour, UTC.
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
        heavy_mm: of a day that `r10mm_days` counts.
        very_heavy_mm: of a day that `r20mm_days` counts.
        snow_cm: of a day with snow.
        hot_c: the highest temperature of a day of a heat wave lies above.
        hot_days: of a heat wave, in a row.
        cold_c: the mean temperature of a day of a cold spell lies below.
        cold_days: of a cold spell, in a row.
        growing_c: the mean temperature of a day that plants grow lies above.
        growing_days: in a row that begin the growing season, and end it.
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
class DegreeDayBases:
    """Bases of degree days of the station's own, in degC; None: it has none.

    Attributes:
        heating_base_c: a day counts by how far its mean temperature lies below.
        heating_limit_c: only days with a mean up to this count; None: all.
        cooling_base_c: a day counts by how far its mean temperature lies above.
        cooling_limit_c: only days with a mean from this on count; None: all.
        growing_base_c: as `cooling_base_c`, for plants.
    """

    heating_base_c: float | None = None
    heating_limit_c: float | None = None
    cooling_base_c: float | None = None
    cooling_limit_c: float | None = None
    growing_base_c: float | None = None

    @property
    def text(self) -> str | None:
        """`heating 18 (mean up to 15), growing 5`; None where there is no base."""
        parts = []
        for what, base, limit, side in (
            ("heating", self.heating_base_c, self.heating_limit_c, "up to"),
            ("cooling", self.cooling_base_c, self.cooling_limit_c, "from"),
            ("growing", self.growing_base_c, None, ""),
        ):
            if base is not None:
                parts.append(f"{what} {base:g}" + (f" (mean {side} {limit:g})" if limit is not None else ""))
        return ", ".join(parts) or None


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
        degree_days: bases of degree days of its own.
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
    degree_days: DegreeDayBases = field(default_factory=DegreeDayBases)

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude, if both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def limits_of(self, variable: str) -> Limits:
        return self.limits.get(variable, LIMITS[variable])


UNKNOWN_SITE = Site()  # nothing is known of the place, everything else is the default
