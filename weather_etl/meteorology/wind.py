"""What the wind could drive: power density, speed at the hub, turbines.

Belongs here: power of one hour; the generic turbine, named turbines of windpowerlib (extra `wind`).
Does not belong here: energy of days and months (`aggregation`), air density (`derived.py`).

Shapes: arguments are float64 arrays of any shape, or scalars, that broadcast with each other; NaN stays NaN. Speeds in m/s,
densities in kg m-3, heights in metres above the ground, powers in kW.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from weather_etl.errors import UserError
from weather_etl.meteorology.site import GENERIC_TURBINE

if TYPE_CHECKING:
    from types import ModuleType

STANDARD_DENSITY = 1.225  # kg m-3, ISA at sea level
HELLMANN_EXPONENT = 1.0 / 7.0
GENERIC_RATED_KW = 2000.0
CUT_IN_MS, RATED_MS, CUT_OUT_MS = 3.5, 13.0, 25.0
LEAST_CURVE_END_MS = 20.0


class TurbineUnavailable(UserError):
    """The turbine of a station's settings cannot be used; one sentence that says why and what to do."""


def power_density(wind_speed_ms: np.ndarray, air_density_kgm3: np.ndarray) -> np.ndarray:
    """Power of the wind through one square metre, 0.5 rho v^3, in W m-2 (per hour, never of a mean speed)."""
    return 0.5 * air_density_kgm3 * (wind_speed_ms * wind_speed_ms * wind_speed_ms)


def hub_height_speed(wind_speed_ms: np.ndarray, anemometer_height_m: float, hub_height_m: float) -> np.ndarray:
    """Wind speed at the hub, v (h_hub / h_anemometer)^(1/7) (power law of Hellmann, IEC 61400-1)."""
    return wind_speed_ms * (hub_height_m / anemometer_height_m) ** HELLMANN_EXPONENT


def normalised_speed(wind_speed_ms: np.ndarray, air_density_kgm3: np.ndarray) -> np.ndarray:
    """Speed at standard density with the same power, v (rho / 1.225)^(1/3) (IEC 61400-12-1)."""
    return wind_speed_ms * np.cbrt(air_density_kgm3 / STANDARD_DENSITY)


def generic_curve(speed_ms: np.ndarray) -> np.ndarray:
    """Share of the rated power at a normalised hub speed, 0..1 (cubic curve of Tobin et al. 2018, as in xclim).

    0 below 3.5 m/s, (v^3 - 3.5^3) / (13^3 - 3.5^3) up to 13, 1 below 25, 0 from 25 on; NaN stays NaN.
    """
    rise = (speed_ms**3 - CUT_IN_MS**3) / (RATED_MS**3 - CUT_IN_MS**3)
    share = np.clip(rise, 0.0, 1.0)  # keeps NaN
    return np.where(speed_ms >= CUT_OUT_MS, 0.0, share)


@dataclass(frozen=True)
class Turbine:
    """A wind turbine.

    Attributes:
        name: `generic`, or its name in windpowerlib.
        rated_kw: nominal power.
        speeds_ms, powers_kw: points of its power curve; empty for the generic one.
    """

    name: str
    rated_kw: float
    speeds_ms: tuple[float, ...] = ()
    powers_kw: tuple[float, ...] = ()

    def power_kw(self, speed_ms: np.ndarray) -> np.ndarray:
        """Power in kW at a normalised hub speed in m/s, linear between the points of the curve; 0 outside it, NaN stays NaN."""
        if not self.speeds_ms:
            return self.rated_kw * generic_curve(speed_ms)
        return np.interp(speed_ms, self.speeds_ms, self.powers_kw, left=0.0, right=0.0)


@lru_cache(maxsize=64)
def turbine(name: str = GENERIC_TURBINE) -> Turbine:
    """The turbine with this name.

    Raises:
        TurbineUnavailable: windpowerlib is not installed or does not know it, or its curve ends below 20 m/s (it
            would stand still in a storm that a real one uses).
    """
    if name == GENERIC_TURBINE:
        return Turbine(name, GENERIC_RATED_KW)
    try:
        import windpowerlib
    except ImportError:
        raise TurbineUnavailable(
            f"The turbine {name} needs windpowerlib; install it with `pip install 'weather-etl[wind]'` or set "
            f"turbine = {GENERIC_TURBINE!r} in [wind] of station.toml."
        ) from None
    return _from_library(name, windpowerlib)


def _from_library(name: str, windpowerlib: "ModuleType") -> Turbine:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about windpowerlib's own calls
        turbine = windpowerlib.WindTurbine(turbine_type=name, hub_height=1000.0)  # any; only the curve counts
    if turbine.power_curve is None or not turbine.nominal_power:
        raise TurbineUnavailable(
            f"windpowerlib has no power curve of the turbine {name}; use a name of its turbine library or "
            f"{GENERIC_TURBINE!r} in [wind] of station.toml."
        )
    curve = turbine.power_curve.sort_values("wind_speed")
    speeds, powers = (curve[c].to_numpy(dtype=np.float64) for c in ("wind_speed", "value"))
    if speeds[-1] < LEAST_CURVE_END_MS:
        raise TurbineUnavailable(
            f"The power curve of the turbine {name} ends at {speeds[-1]:g} m/s, so that storms would give no power; "
            f"choose one that reaches {LEAST_CURVE_END_MS:g} m/s, or {GENERIC_TURBINE!r}, in [wind] of station.toml."
        )
    return Turbine(name, float(turbine.nominal_power) / 1000.0, tuple(speeds), tuple(powers / 1000.0))
