"""How much water a reference crop of grass would take: FAO-56 Penman-Monteith by days.

Belongs here: equation 6 of Allen et al. 1998, FAO Irrigation and drainage paper 56, and what goes into it.
Does not belong here: which days have what it needs (`days.py`), sun and clear sky (`sun.py`).

Shapes: arguments are float64 arrays of shape (days,), or scalars, that broadcast with each other; NaN stays NaN.
"""

import numpy as np

from weather_etl.meteorology.sun import clear_sky, daylight

ALBEDO = 0.23
STEFAN_BOLTZMANN = 4.903e-9  # MJ K-4 m-2 d-1
LEAST_CLEAR, MOST_CLEAR = 0.3, 1.0
ANGSTROM = (0.25, 0.50)


def saturation_pressure(temperature_c: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure in kPa (equation 11)."""
    return 0.6108 * np.exp(17.27 * temperature_c / (temperature_c + 237.3))


def wind_at_2m(wind_speed_ms: np.ndarray, height_m: float) -> np.ndarray:
    """Wind speed 2 m above the ground from one measured at another height (equation 47)."""
    return wind_speed_ms * 4.87 / np.log(67.8 * height_m - 5.42)


def pressure_at(elevation_m: float) -> float:
    """Pressure in kPa at an elevation (equation 7)."""
    return float(101.3 * ((293.0 - 0.0065 * elevation_m) / 293.0) ** 5.26)


def radiation_of_sunshine(sunshine_h: np.ndarray, day_of_year: np.ndarray, latitude: float) -> np.ndarray:
    """Radiation in MJ m-2 d-1 from hours of sunshine (Angstrom, equation 35 with 0.25 and 0.50)."""
    extraterrestrial, hours = daylight(day_of_year, latitude)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.where((hours > 0) | np.isnan(sunshine_h), sunshine_h / hours, 0.0), None, 1.0)
    return (ANGSTROM[0] + ANGSTROM[1] * share) * extraterrestrial


def reference_evapotranspiration(
    temperature_min_c: np.ndarray,
    temperature_max_c: np.ndarray,
    vapour_pressure_kpa: np.ndarray,
    wind_2m_ms: np.ndarray,
    radiation_mjm2: np.ndarray,
    day_of_year: np.ndarray,
    *,
    latitude: float,
    elevation_m: float,
    pressure_kpa: np.ndarray,
) -> np.ndarray:
    """Reference evapotranspiration in mm a day (equation 6), at least 0; NaN where an input is.

    Soil heat flux is 0; the share of a clear sky lies within 0.3 and 1. Hourly equations (ASCE, refet's `Hourly`) differ
    by several per cent and need rules for the night.
    """
    mean = (temperature_min_c + temperature_max_c) / 2.0
    slope = 4098.0 * saturation_pressure(mean) / (mean + 237.3) ** 2
    psychrometric = 0.665e-3 * pressure_kpa
    saturated = (saturation_pressure(temperature_min_c) + saturation_pressure(temperature_max_c)) / 2.0
    extraterrestrial, _ = daylight(day_of_year, latitude)
    clear = clear_sky(extraterrestrial, elevation_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        clearness = np.clip(np.where(clear <= 0, LEAST_CLEAR, radiation_mjm2 / clear), LEAST_CLEAR, MOST_CLEAR)
    emitted = STEFAN_BOLTZMANN * ((temperature_max_c + 273.16) ** 4 + (temperature_min_c + 273.16) ** 4) / 2.0
    long_wave = emitted * (0.34 - 0.14 * np.sqrt(vapour_pressure_kpa)) * (1.35 * clearness - 0.35)
    net = (1.0 - ALBEDO) * radiation_mjm2 - long_wave
    drying = psychrometric * 900.0 / (mean + 273.0) * wind_2m_ms * (saturated - vapour_pressure_kpa)
    et0 = (0.408 * slope * net + drying) / (slope + psychrometric * (1.0 + 0.34 * wind_2m_ms))
    return np.maximum(et0, 0.0)
