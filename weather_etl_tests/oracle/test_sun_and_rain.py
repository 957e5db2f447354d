"""Sun, solar modules, evapotranspiration and indices of rain beside pvlib, refet and xclim."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import photovoltaics, sun
from weather_etl.meteorology.aggregation import evapotranspiration as fao
from weather_etl.meteorology.site import SolarSettings
from weather_etl_tests.meteorology.making import aggregated, hour_range, validated

pytestmark = pytest.mark.oracle
PLACES = [(52.1, 5.18), (-23.48, -46.62), (36.1, -79.95), (69.0, 20.0)]
TIMES = pd.date_range("2000-01-01 00:30", "2000-12-31 23:30", freq="7h", tz="UTC")
HOURS = TIMES.to_numpy("datetime64[s]").astype("int64") / 3600.0


@pytest.mark.parametrize("place", PLACES)
def test_the_position_of_the_sun_is_that_of_the_spa_within_a_hundredth_of_a_degree(place):
    from pvlib import solarposition

    theirs = solarposition.get_solarposition(TIMES, *place, method="nrel_numpy")["zenith"].to_numpy()
    mine = np.degrees(np.arccos(sun.position(HOURS, *place).cos_zenith))
    assert np.abs(mine - theirs).max() < 0.02


def test_extraterrestrial_radiation_is_that_of_pvlib():
    from pvlib import irradiance

    theirs = irradiance.get_extra_radiation(TIMES, solar_constant=1361.0, method="nrel").to_numpy()
    assert np.allclose(sun.position(HOURS, 0.0, 0.0).normal, theirs, rtol=2e-4)


def test_the_temperature_and_power_of_a_module_are_those_of_pvlib():
    from pvlib import pvsystem, temperature

    choose = np.random.default_rng(0)
    g, t, u = choose.uniform(0, 1200, 500), choose.uniform(-20, 40, 500), choose.uniform(0, 15, 500)
    heated = temperature.faiman(g, t, u)
    assert np.allclose(photovoltaics.module_temperature(g, t, u), heated, rtol=1e-12)
    theirs = pvsystem.pvwatts_dc(g, heated, 1.0, -0.004) * 0.86 * 0.96
    assert np.allclose(photovoltaics.power_kw(g, t, u), theirs, rtol=1e-12)


@pytest.mark.parametrize("place", PLACES[:3])
def test_the_split_into_direct_and_diffuse_and_the_tilted_plane_are_those_of_pvlib(place):
    from pvlib import irradiance, solarposition

    position = sun.position(HOURS, *place)
    ghi = np.maximum(position.cos_zenith, 0.0) * np.random.default_rng(1).uniform(100, 1000, len(HOURS))
    angles = solarposition.get_solarposition(TIMES, *place, method="nrel_numpy")
    zenith = np.degrees(np.arccos(position.cos_zenith))
    theirs = irradiance.erbs(ghi, zenith, TIMES)
    high = zenith < 85
    direct, scattered = photovoltaics.diffuse(ghi, position)
    assert np.allclose(scattered[high], np.asarray(theirs["dhi"])[high], rtol=0.02, atol=3)  # S = 1361 and 1366
    tilted = irradiance.get_total_irradiance(
        30, 180 if place[0] > 0 else 0, angles["zenith"], angles["azimuth"], direct, ghi, scattered, albedo=0.2, model="isotropic"
    )["poa_global"].to_numpy()  # fmt: skip
    mine = photovoltaics.plane(ghi, position, place[0], SolarSettings(tilt=30))
    assert np.allclose(mine[high], tilted[high], atol=0.5)


def test_evapotranspiration_is_that_of_refet_within_its_rounding_of_constants():
    import refet

    choose = np.random.default_rng(2)
    n = 300
    low, day = choose.uniform(-5, 18, n), choose.integers(1, 366, n)
    high = low + choose.uniform(3, 15, n)
    vapour = fao.saturation_pressure(low) * choose.uniform(0.7, 1.0, n)
    wind = choose.uniform(0.5, 6, n)
    extraterrestrial, _ = sun.daylight(day, 45.0)
    radiation = extraterrestrial * choose.uniform(0.3, 0.75, n)
    theirs = refet.Daily(
        tmin=low, tmax=high, ea=vapour, rs=radiation, uz=wind, zw=2, elev=300, lat=45.0, doy=day, method="asce"
    ).eto()
    mine = fao.reference_evapotranspiration(
        low, high, vapour, wind, radiation, day, latitude=45.0, elevation_m=300.0,
        pressure_kpa=np.full(n, fao.pressure_at(300.0)),
    )  # fmt: skip
    assert np.abs(mine - np.maximum(theirs, 0)).max() < 0.08
    assert mine.sum() == pytest.approx(np.maximum(theirs, 0).sum(), rel=0.003)


def rain_of_a_year() -> tuple[pd.DataFrame, pd.Series]:
    """Hours of 2001 with rain on some days, and the sums of its days."""
    choose = np.random.default_rng(3)
    times = hour_range("2001-01-01T01:00", "2002-01-01T00:00")
    day = (np.arange(len(times))) // 24
    wet = choose.random(365) < 0.4
    amounts = np.where(wet[day], np.round(choose.gamma(0.3, 1.5, len(times)), 1), 0.0)
    temperature = 12 + 14 * np.sin((day - 110) / 365 * 2 * np.pi) + choose.normal(0, 3, 365)[day]
    frame = validated(times, precipitation_mm=amounts, temperature_c=temperature)
    days = pd.Series(amounts).groupby(day).sum().round(9)
    days.index = pd.date_range("2001-01-01", periods=365)
    return frame, days


def array(days: pd.Series, units: str):
    import xarray as xr

    return xr.DataArray(days.to_numpy(), dims="time", coords={"time": days.index.to_numpy()}, attrs={"units": units})


@pytest.mark.parametrize("freq", ["YS", "MS"])
def test_indices_of_rain_are_those_of_xclim(freq):
    from xclim import indices

    frame, days = rain_of_a_year()
    tables = aggregated(frame)
    # The last hour of the year begins another civil day, whose year is of no concern here.
    mine = (tables.yearly if freq == "YS" else tables.monthly).head(1 if freq == "YS" else 12)
    pr = array(days, "mm/day")
    theirs = {
        "wet_days": indices.wetdays(pr, "1 mm/day", freq=freq),
        "r10mm_days": indices.wetdays(pr, "10 mm/day", freq=freq),
        "r20mm_days": indices.wetdays(pr, "20 mm/day", freq=freq),
        "rx1day_mm": indices.max_1day_precipitation_amount(pr, freq=freq),
        "sdii_mm": indices.daily_pr_intensity(pr, "1 mm/day", freq=freq),
        "cdd_days": indices.maximum_consecutive_dry_days(pr, "1 mm/day", freq=freq, resample_before_rl=True),
        "cwd_days": indices.maximum_consecutive_wet_days(pr, "1 mm/day", freq=freq, resample_before_rl=True),
    }
    for name, found in theirs.items():
        assert np.allclose(mine[name].to_numpy(float), found.to_numpy(), rtol=1e-9), name
    five = indices.max_n_day_precipitation_amount(pr, 5, freq=freq).to_numpy()
    assert np.allclose(mine["rx5day_mm"].to_numpy(float), five, rtol=1e-9)


def test_spells_are_those_of_xclim():
    from xclim import indices

    frame, _ = rain_of_a_year()
    tables = aggregated(frame)
    year = tables.yearly.iloc[0]
    daily = tables.daily.head(365).set_index("date")
    high, mean = (array(daily[f"temperature_{n}_c"], "degC") for n in ("max", "mean"))
    hot = indices.hot_spell_total_length(high, "30 degC", 3, freq="YS", op=">").to_numpy()[0]
    cold = indices.cold_spell_days(mean, "0 degC", 5, freq="YS").to_numpy()[0]
    assert (year["heat_wave_days"], year["cold_spell_days"]) == (hot, cold)


def test_the_growing_season_is_that_of_xclim_with_a_strict_limit():
    from xclim import indices

    from weather_etl.meteorology.aggregation.spells import season

    frame, _ = rain_of_a_year()
    mean = aggregated(frame).daily.head(365).set_index("date")["temperature_mean_c"]
    theirs = indices.growing_season_length(array(mean, "degC"), "5 degC", 6, "07-01", freq="YS", op=">").to_numpy()[0]
    assert season(mean.to_numpy() > 5.0, mean.to_numpy() < 5.0, 181, 6) == theirs
