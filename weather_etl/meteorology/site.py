"""What the meteorology must know of a station; importing it costs nothing.

Belongs here: the part of a station's settings that decides on flags and derived values.
Does not belong here: where settings come from (`weather_etl/stations.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from weather_etl.meteorology.quality import LIMITS, Limits

GENERIC_TURBINE = "generic"


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
class Site:
    """A station as quality control and derived values see it.

    Attributes:
        elevation_m: metres above mean sea level; without it nothing follows from sea-level pressure.
        visibility_cap_km: the largest visibility that the instrument reports.
        limits: variable -> limits that differ from the defaults.
        wind: wind sensor and turbine.
    """

    elevation_m: float | None = None
    visibility_cap_km: float | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)
    wind: WindSettings = field(default_factory=WindSettings)

    def limits_of(self, variable: str) -> Limits:
        return self.limits.get(variable, LIMITS[variable])
