"""What the sun could drive: power of a reference module of 1 kWp.

Belongs here: radiation in the plane of the module, its temperature, its power.
Does not belong here: where the sun stands (`sun.py`), energy of days and months (`aggregation`).

Shapes: radiation, temperatures and wind are float64 arrays of any shape, or scalars, that broadcast with each other and with
the `Position` of the sun; NaN stays NaN. Radiation in W m-2, temperatures in degC, wind in m/s.
"""

import numpy as np

from weather_etl.meteorology.site import SolarSettings
from weather_etl.meteorology.sun import Position

REFERENCE_WM2, REFERENCE_C = 1000.0, 25.0
PER_DEGREE = -0.004
SYSTEM, INVERTER = 0.86, 0.96
FAIMAN_U0, FAIMAN_U1 = 25.0, 6.84
ASSUMED_WIND_MS = 1.0
LEAST_COS_ZENITH, HIGHEST_ZENITH_DEG = 0.065, 87.0


def module_temperature(plane_wm2: np.ndarray, temperature_c: np.ndarray, wind_speed_ms: np.ndarray) -> np.ndarray:
    """Temperature of a module in degC, T + G / (25 + 6.84 u) (Faiman 2008; pvlib `faiman`)."""
    return temperature_c + plane_wm2 / (FAIMAN_U0 + FAIMAN_U1 * wind_speed_ms)


def power_kw(plane_wm2: np.ndarray, temperature_c: np.ndarray, wind_speed_ms: np.ndarray) -> np.ndarray:
    """Power of 1 kWp in kW: G / 1000 (1 - 0.004 (Tm - 25)) x 0.86 x 0.96 (PVWatts; pvlib `pvwatts_dc`).

    Without a wind speed 1 m/s is taken; NaN without radiation or temperature.
    """
    wind = np.where(np.isnan(wind_speed_ms), ASSUMED_WIND_MS, wind_speed_ms)
    heated = module_temperature(plane_wm2, temperature_c, wind)
    return plane_wm2 / REFERENCE_WM2 * (1.0 + PER_DEGREE * (heated - REFERENCE_C)) * SYSTEM * INVERTER


def diffuse(horizontal_wm2: np.ndarray, sun: Position) -> tuple[np.ndarray, np.ndarray]:
    """Direct normal and diffuse horizontal radiation in W m-2 from the global one (Erbs et al. 1982; pvlib `erbs`)."""
    cos_zenith = np.maximum(sun.cos_zenith, LEAST_COS_ZENITH)
    with np.errstate(invalid="ignore"):
        kt = np.clip(horizontal_wm2 / (sun.normal * cos_zenith), 0.0, 1.0)
        share = np.where(kt <= 0.22, 1.0 - 0.09 * kt, 0.165)
        middle = (kt > 0.22) & (kt <= 0.8)
    share = np.where(middle, 0.9511 - 0.1604 * kt + 4.388 * kt**2 - 16.638 * kt**3 + 12.336 * kt**4, share)
    scattered = share * horizontal_wm2
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = (horizontal_wm2 - scattered) / sun.cos_zenith
        low = (sun.cos_zenith < np.cos(np.radians(HIGHEST_ZENITH_DEG))) | (direct < 0)
    low &= ~np.isnan(horizontal_wm2)
    return np.where(low, 0.0, direct), np.where(low, horizontal_wm2, scattered)


def plane(horizontal_wm2: np.ndarray, sun: Position, latitude: float, settings: SolarSettings) -> np.ndarray:
    """Radiation in the plane of a tilted module in W m-2, isotropic sky (pvlib `isotropic`, `get_ground_diffuse`)."""
    azimuth = settings.azimuth if settings.azimuth is not None else (180.0 if latitude >= 0 else 0.0)
    tilt = np.radians(settings.tilt)
    direct, scattered = diffuse(horizontal_wm2, sun)
    east, north, up = _direction(sun, latitude)
    turned = np.radians(azimuth)
    on_module = up * np.cos(tilt) + (east * np.sin(turned) + north * np.cos(turned)) * np.sin(tilt)
    sky = scattered * (1.0 + np.cos(tilt)) / 2.0
    ground = horizontal_wm2 * settings.albedo * (1.0 - np.cos(tilt)) / 2.0
    return direct * np.maximum(on_module, 0.0) + sky + ground


def _direction(sun: Position, latitude: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vector to the sun: east, north, up."""
    phi = np.radians(latitude)
    east = -np.cos(sun.declination) * np.sin(sun.hour_angle)
    north = np.cos(phi) * np.sin(sun.declination) - np.sin(phi) * np.cos(sun.declination) * np.cos(sun.hour_angle)
    return east, north, sun.cos_zenith
