"""Derived values and wind power beside MetPy, xclim, windpowerlib and OpenOA's published figures."""

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from weather_etl.meteorology import derived, wind
from weather_etl_tests.oracle.hours import both_sources, hours

if TYPE_CHECKING:
    from pint import Quantity
    from xarray import DataArray

pytestmark = pytest.mark.oracle
ELEVATION_M = 84.0


def metpy() -> ModuleType:
    pytest.importorskip("xclim")  # before MetPy: both want to be the one registry of units, and the later one loses
    return pytest.importorskip("metpy.calc")


def of(values: object, unit: str) -> "Quantity":
    metpy()
    from metpy.units import units

    return units.Quantity(values, unit)


def xclim() -> ModuleType:
    return pytest.importorskip("xclim.indices")


def windpowerlib() -> ModuleType:
    return pytest.importorskip("windpowerlib")


def complete(source: str):
    """Hours in which everything needed was measured."""
    needed = ["temperature_c", "humidity_percent", "wind_speed_ms", "wind_direction_deg", "pressure_msl_hpa"]
    frame = hours(source).dropna(subset=needed)
    return tuple(frame[c].to_numpy() for c in needed)


def largest(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.max(np.abs(np.asarray(a) - np.asarray(b))))


@both_sources
def test_the_dew_point_is_within_a_tenth_of_a_degree_of_metpy(source):
    """MetPy inverts Bolton's formula for what another formula gave as saturation pressure: at saturation Td is not T."""
    t, rh, *_ = complete(source)
    theirs = metpy().dewpoint_from_relative_humidity(of(t, "degC"), of(rh, "percent")).m_as("degC")
    assert largest(derived.dew_point(t, rh), theirs) < 0.1


@both_sources
def test_the_apparent_temperature_is_that_of_metpy(source):
    t, rh, v, *_ = complete(source)
    theirs = (
        metpy().apparent_temperature(of(t, "degC"), of(rh, "percent"), of(v, "m/s"), mask_undefined=False).m_as("degC")
    )
    edge = np.abs(v * 3.6 - derived.WIND_CHILL_ABOVE_KMH) < 1e-6
    assert largest(derived.apparent_temperature(t, rh, v)[~edge], np.asarray(theirs)[~edge]) < 1e-6


def test_the_heat_index_is_that_of_metpy_for_all_heat_and_humidity():
    t, rh = (a.ravel() for a in np.meshgrid(np.linspace(26.7, 55, 200), np.linspace(1, 100, 200)))
    theirs = metpy().heat_index(of(t, "degC"), of(rh, "percent"), mask_undefined=False).m_as("degC")
    assert largest(derived.heat_index(t, rh), theirs) < 1e-6


def test_the_wind_chill_is_that_of_metpy_for_all_cold_and_wind():
    t, v = (a.ravel() for a in np.meshgrid(np.linspace(-50, 10, 100), np.linspace(1.4, 60, 100)))
    theirs = metpy().windchill(of(t, "degC"), of(v, "m/s"), mask_undefined=False).m_as("degC")
    assert largest(derived.wind_chill(t, v), theirs) < 1e-9


@both_sources
def test_the_density_is_within_a_thousandth_of_metpy(source):
    """IEC 61400-12-1 has a vapour pressure of its own, and 287.05 where MetPy has 287.06."""
    t, rh, *_, p = complete(source)
    ratio = metpy().mixing_ratio_from_relative_humidity(of(p, "hPa"), of(t, "degC"), of(rh, "percent"))
    theirs = metpy().density(of(p, "hPa"), of(t, "degC"), ratio).m_as("kg/m^3")
    mine = derived.air_density(t, p, rh)
    assert largest(mine, theirs) < 0.001 and np.max(np.abs(mine / theirs - 1)) < 0.001


@both_sources
def test_station_pressure_is_within_three_thousandths_of_metpy(source):
    """MetPy takes the 15 degC of the standard atmosphere, we the temperature of the hour, and an altimeter is no sea level."""
    t, *_, p = complete(source)
    theirs = metpy().altimeter_to_station_pressure(of(p, "hPa"), of(ELEVATION_M, "m")).m_as("hPa")
    assert np.max(np.abs(derived.station_pressure(p, ELEVATION_M, t) / theirs - 1)) < 0.003


@pytest.mark.parametrize("elevation", [-400, 0, 84, 1000, 5000])
def test_the_standard_atmosphere_is_that_of_metpy(elevation):
    """MetPy rounds 288.15 K to 288."""
    theirs = metpy().height_to_pressure_std(of(elevation, "m")).m_as("hPa")
    assert derived.isa_pressure(elevation) == pytest.approx(theirs, rel=4e-4)


def quantity(values: np.ndarray, unit: str) -> "DataArray":
    from xarray import DataArray

    time = np.datetime64("2020-01-01", "ns") + np.arange(len(values)) * np.timedelta64(1, "h")
    return DataArray(values, dims="time", coords={"time": time}, attrs={"units": unit})


@both_sources
def test_the_wind_chill_is_that_of_xclim(source):
    t, _, v, *_ = complete(source)
    cold = (t <= 0) & (v * 3.6 > derived.WIND_CHILL_ABOVE_KMH)  # xclim: up to 0 degC, the US threshold of the wind
    theirs = xclim().wind_chill_index(quantity(t[cold], "degC"), quantity(v[cold], "m/s"), method="US").values
    assert largest(derived.wind_chill(t[cold], v[cold]), theirs) < 1e-9


@both_sources
def test_the_generic_turbine_is_that_of_xclim_and_missing_wind_stays_missing(source):
    """xclim's `wind_power_potential`; it turns a missing wind into no power, we keep it missing."""
    v = hours(source)["wind_speed_ms"].to_numpy() * 3  # so that all parts of the curve are met
    with_gap = np.append(v[~np.isnan(v)], np.nan)
    theirs = xclim().wind_power_potential(quantity(with_gap, "m/s")).values
    mine = wind.generic_curve(with_gap)
    assert largest(mine[:-1], theirs[:-1]) < 1e-15
    assert np.isnan(mine[-1])


@both_sources
def test_the_wind_at_the_hub_is_that_of_xclim(source):
    v = complete(source)[2]
    theirs = xclim().wind_profile(quantity(v, "m/s"), h="100 m", h_r="10 m", method="power_law", alpha=1 / 7).values
    assert largest(wind.hub_height_speed(v, 10, 100), theirs) < 1e-12


@both_sources
def test_the_wind_at_the_hub_is_that_of_windpowerlib(source):
    v = complete(source)[2]
    theirs = windpowerlib().wind_speed.hellman(v, 10, 100, hellman_exponent=1 / 7)
    assert largest(wind.hub_height_speed(v, 10, 100), theirs) < 1e-12


@both_sources
@pytest.mark.filterwarnings("ignore")
def test_a_named_turbine_gives_the_power_of_windpowerlib(source):
    v = complete(source)[2] * 2
    turbine = windpowerlib().WindTurbine(turbine_type="V112/3075", hub_height=94)
    theirs = (
        windpowerlib().power_output.power_curve(v, *(turbine.power_curve[c] for c in ("wind_speed", "value"))) / 1000
    )
    mine = wind.turbine("V112/3075")
    assert mine.rated_kw == 3075 and largest(mine.power_kw(v), theirs) < 1e-9


@pytest.mark.filterwarnings("ignore")
def test_a_curve_that_ends_below_20_metres_a_second_is_refused():
    with pytest.raises(wind.TurbineUnavailable, match=r"V90/2000 ends at 16\.5 m/s"):
        wind.turbine("V90/2000")


@pytest.mark.filterwarnings("ignore")
def test_a_turbine_that_windpowerlib_does_not_know_is_refused():
    with pytest.raises(wind.TurbineUnavailable, match="no power curve of the turbine nonsense"):
        wind.turbine("nonsense")


@pytest.mark.filterwarnings("ignore")
def test_a_turbine_may_give_more_than_its_nominal_power():
    """E-82/2300: nominal 2300 kW, the curve reaches 2350; a capacity factor above 1 is no error of ours."""
    assert wind.turbine("E-82/2300").power_kw(np.array([20.0]))[0] == 2350


def test_the_density_vector_of_openoa():
    # OpenOA tests/unit/test_met_data_processing_toolkit.py, test_compute_air_density (RH 50 %, R 287.058)
    t, p = np.array([290.0, 287.0, 301.0]), np.array([90_000.0, 95_000.0, 90_000.0])
    vapour = 0.5 * 0.0000205 * np.exp(0.0631846 * t)
    theirs = (p / 287.058 - vapour * (1 / 287.058 - 1 / 461.5)) / t
    assert largest(derived.air_density(t - 273.15, p / 100, np.full(3, 50.0)), theirs) < 4e-5
