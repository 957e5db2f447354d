"""The solar module, worked out by hand and by the textbook's formula for the angle on a tilted plane."""

import math

import numpy as np
import pytest

from weather_etl.meteorology import photovoltaics as pv
from weather_etl.meteorology import sun
from weather_etl.meteorology.site import SolarSettings


def test_a_module_in_the_sun_is_warmer_than_the_air_and_loses_by_it():
    x, wind = np.array([800.0]), np.array([2.0])
    assert pv.module_temperature(x, np.array([20.0]), wind) == pytest.approx(20 + 800 / 38.68)
    assert pv.power_kw(x, np.array([20.0]), wind) == pytest.approx(0.8 * (1 - 0.004 * (800 / 38.68 - 5)) * 0.86 * 0.96)


def test_without_a_wind_there_is_a_light_one_and_without_a_temperature_no_power():
    x, nothing = np.array([500.0]), np.array([np.nan])
    assert pv.power_kw(x, np.array([10.0]), nothing) == pv.power_kw(x, np.array([10.0]), np.array([1.0]))
    assert np.isnan(pv.power_kw(x, nothing, np.array([1.0])))
    assert np.isnan(pv.power_kw(nothing, np.array([10.0]), np.array([1.0])))


def on_plane(x: float, place: sun.Position, at: int, latitude: float, tilt: float, azimuth: float) -> float:
    """Erbs et al. 1982 and Duffie and Beckman's angle of incidence, one hour at a time; the albedo is 0.2."""
    cos_zenith, normal = float(place.cos_zenith[at]), float(np.broadcast_to(place.normal, place.cos_zenith.shape)[at])
    kt = min(x / (normal * max(cos_zenith, 0.065)), 1.0)
    if kt <= 0.22:
        share = 1 - 0.09 * kt
    elif kt <= 0.8:
        share = 0.9511 - 0.1604 * kt + 4.388 * kt**2 - 16.638 * kt**3 + 12.336 * kt**4
    else:
        share = 0.165
    diffuse = share * x
    direct = (x - diffuse) / cos_zenith
    if cos_zenith < math.cos(math.radians(87)) or direct < 0:
        direct, diffuse = 0.0, x
    d, w = float(place.declination[at]), float(place.hour_angle[at])
    f, b, g = math.radians(latitude), math.radians(tilt), math.radians(azimuth - 180)
    incidence = (
        math.sin(d) * math.sin(f) * math.cos(b)
        - math.sin(d) * math.cos(f) * math.sin(b) * math.cos(g)
        + math.cos(d) * math.cos(f) * math.cos(b) * math.cos(w)
        + math.cos(d) * math.sin(f) * math.sin(b) * math.cos(g) * math.cos(w)
        + math.cos(d) * math.sin(b) * math.sin(g) * math.sin(w)
    )
    return direct * max(incidence, 0) + diffuse * (1 + math.cos(b)) / 2 + 0.2 * x * (1 - math.cos(b)) / 2


@pytest.mark.parametrize(
    ("latitude", "tilt", "azimuth"), [(52.1, 0, None), (52.1, 35, None), (-33.9, 30, None), (40.0, 60, 110.0), (40.0, 90, 270.0)]
)  # fmt: skip
def test_radiation_in_the_plane_of_a_module_is_that_of_the_textbook(latitude, tilt, azimuth):
    hours = 438_000 + np.arange(48) + 0.5
    place = sun.position(hours, latitude, 10.0)
    x = np.where(place.cos_zenith > 0, place.cos_zenith * np.tile([150.0, 500.0, 900.0, 1300.0], 12), 0.0)
    found = pv.plane(x, place, latitude, SolarSettings(tilt, azimuth))
    faces = azimuth if azimuth is not None else (180.0 if latitude > 0 else 0.0)
    expected = [on_plane(float(x[i]), place, i, latitude, tilt, faces) for i in range(len(hours))]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9) and found.max() > 100
