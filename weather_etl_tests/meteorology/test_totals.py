"""Rain, snow, sun, cloud, spells and evapotranspiration of days, months and years against the slow reference."""

import statistics
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import aggregation
from weather_etl.meteorology.aggregation import evapotranspiration as fao
from weather_etl.meteorology.site import Site, Thresholds
from weather_etl_tests.meteorology import slow_totals as slow
from weather_etl_tests.meteorology.making import STATION, Aggregates, days_and_months, hour_range, validated

NORTH = Site(250.0, latitude=47.5, longitude=8.6)
STATIONS = {
    "hours of a northern year": (1, "Europe/Zurich", NORTH, "2019-12-20", "2021-01-20", (), 0.0),
    "hours with gaps": (6, "Europe/Zurich", NORTH, "2020-03-20", "2020-06-10", (), 0.15),
    "periods by UTC": (2, "UTC", Site(20.0, latitude=52.1, longitude=5.2), "2020-01-01", "2020-07-15", (3, 6), 0.03),
    "days by UTC": (3, "UTC", Site(None, snow_absent="zero"), "2020-01-01", "2020-12-31 23:00", (24,), 0.5),
    "a southern season": (4, "America/Sao_Paulo", Site(792.0, latitude=-33.5, longitude=-46.6), "2017-06-20", "2018-07-10", (), 0.0),
    "periods that local days cut": (5, "America/New_York", Site(10.0, latitude=40.7, longitude=-74.0, thresholds=Thresholds(wet_mm=0.5)), "2020-02-20", "2020-05-10", (6,), 0.0),
}  # fmt: skip


@lru_cache
def station(name: str) -> tuple[pd.DataFrame, Aggregates, dict[date, slow.Row]]:
    seed, timezone, site, first, last, periods, lost = STATIONS[name]
    frame = slow.random_station(seed, timezone, site, first=first, last=last, periods=periods, lost=lost)
    about = {"station": STATION, "timezone": timezone, "site": site, "hours": aggregation.LocalHours(frame, timezone)}
    daily = aggregation.daily_weather(frame, **about)
    monthly = aggregation.monthly_weather(frame, daily, **about)
    yearly = aggregation.yearly_weather(frame, daily, monthly, **about)
    by_date = {d.date(): row for d, row in zip(daily["date"], daily.to_dict("records"), strict=True)}
    return frame, Aggregates(daily, monthly, yearly, aggregation.climate_normals(monthly, station=STATION)), by_date


def differences(row: slow.Row, expected: slow.Row) -> dict[str, tuple]:
    """Columns of a row that are not as expected."""
    out = {}
    for name, value in expected.items():
        found = slow.known(row[name])
        if isinstance(value, date):
            same = found is not None and found.date() == value
        elif value is None or found is None or isinstance(value, str):
            same = found == value
        else:
            same = found == pytest.approx(value, rel=1e-9, abs=1e-8)
        if not same:
            out[name] = (found, value)
    return out


@pytest.mark.parametrize("name", STATIONS)
def test_the_sums_of_days_are_those_of_the_hours_that_began_in_them_or_of_periods_that_tile_them(name):
    _, timezone, site, *_ = STATIONS[name]
    frame, _, by_date = station(name)
    expected = slow.daily_totals(frame, timezone, site)
    assert by_date.keys() == expected.keys()
    assert {d: wrong for d, row in by_date.items() if (wrong := differences(row, expected[d]))} == {}


@pytest.mark.parametrize("name", STATIONS)
def test_months_and_years_are_those_of_their_days(name):
    site = STATIONS[name][2]
    _, tables, by_date = station(name)
    for table, key, unit, allowed in ((tables.monthly, "month", "MS", 3), (tables.yearly, "year", "YS", 15)):
        for row in table.to_dict("records"):
            first = pd.Timestamp(str(row[key])[:10])
            stop = first + pd.tseries.frequencies.to_offset(unit)
            days = [first.date() + timedelta(days=k) for k in range((stop - first).days)]
            assert (first, differences(row, slow.span_totals(by_date, days, allowed, site))) == (first, {})
            if key == "year":
                assert slow.known(row["growing_season_days"]) == slow.growing_season(by_date, first.year, site)


def test_the_stations_show_what_they_are_there_for():
    shown = {n: int(station(n)[1].daily["precipitation_mm"].notna().sum()) for n in STATIONS}
    assert min(shown[n] for n in list(STATIONS)[:5]) > 30 and shown["periods that local days cut"] == 0
    assert shown["hours with gaps"] < 75
    year = station("hours of a northern year")[1].yearly.set_index("year").loc[2020]
    assert min(year[["rx1day_mm", "cdd_days", "sunshine_h", "snow_days", "heat_wave_days", "growing_season_days"]]) > 0
    southern = station("a southern season")[1]
    assert slow.known(southern.yearly["growing_season_days"][0]) > 100 and southern.monthly["et0_mm"].notna().sum() > 10


def test_normals_of_rain_have_their_spread_their_fifths_and_the_wettest_day():
    rain = np.round(np.random.default_rng(6).gamma(2, 40, (10, 12)), 1)
    rain[3, 4], rain[:3, 7] = np.nan, np.nan  # May has 9 of 10 years, August 7: too few
    most = np.round(rain / 3, 1)
    year = station("days by UTC")[1].monthly
    years = []
    for k in range(10):
        months = year.assign(month=year["month"] + pd.DateOffset(years=k), temperature_mean_c=10.0)
        years.append(months.assign(precipitation_mm=rain[k], rx1day_mm=most[k], rx1day_date=months["month"]))
    normals = aggregation.climate_normals(pd.concat(years, ignore_index=True), station=STATION)
    for row, x, top in zip(normals.to_dict("records"), rain.T, most.T, strict=True):
        there = x[~np.isnan(x)].tolist()
        fifths = [row[f"precipitation_q{q}_mm"] for q in (20, 40, 60, 80)]
        assert row["rx1day_record_mm"] == np.nanmax(top) and row["rx1day_record_date"].year == 2020 + np.nanargmax(top)
        if row["calendar_month"] == 8:
            assert np.isnan([row["precipitation_mm"], row["precipitation_mm_sd"], *fifths]).all()
            continue
        assert row["precipitation_mm"] == pytest.approx(statistics.fmean(there))
        assert row["precipitation_mm_sd"] == pytest.approx(statistics.stdev(there))
        assert fifths == pytest.approx(statistics.quantiles(there, n=5, method="inclusive"))


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Zurich", "Asia/Kathmandu"])
def test_amounts_of_whole_days_make_their_days_though_nothing_else_was_observed_in_them(timezone):
    midnights = pd.date_range("2020-03-02", "2020-04-01", tz=timezone)  # 23 hours on one day in Zurich
    lengths = np.diff(pd.date_range("2020-03-01", "2020-04-01", tz=timezone).tz_convert("UTC")) / np.timedelta64(1, "h")
    observed_at = midnights.tz_convert("UTC").as_unit("us")
    frame = validated(
        observed_at.floor("h"),
        precipitation_long_mm=np.arange(1.0, 32.0),
        precipitation_long_h=lengths.astype(int),
        observed_at=observed_at,
    )
    frame = frame.drop(index=[10, 20])
    daily, monthly = days_and_months(frame, timezone)
    fallen = daily.set_index("date")["precipitation_mm"].dropna()
    assert fallen.index.tolist() == [
        d for i, d in enumerate(pd.date_range("2020-03-01", periods=31)) if i not in (10, 20)
    ]
    assert fallen.tolist() == [float(i + 1) for i in range(31) if i not in (10, 20)]
    assert monthly["precipitation_days_n"].tolist() == [29, 0]
    assert daily["hours_expected"].sum() == lengths.sum() + 24


@pytest.mark.parametrize(
    ("variable", "value", "column", "days"),
    [
        ("cloud_cover_percent", 80.0, "overcast_days", 0),
        ("cloud_cover_percent", 80.1, "overcast_days", 30),
        ("cloud_cover_percent", 20.0, "clear_days", 0),
        ("cloud_cover_percent", 19.9, "clear_days", 30),
        ("temperature_c", 0.0, "cold_spell_days", 0),
        ("temperature_c", -0.1, "cold_spell_days", 30),
        ("temperature_c", 30.0, "heat_wave_days", 0),
        ("temperature_c", 30.1, "heat_wave_days", 30),
    ],
)
def test_a_day_at_a_limit_is_not_beyond_it(variable, value, column, days):
    _, monthly = days_and_months(validated(hour_range("2020-04-01", "2020-05-01"), **{variable: value}))
    assert monthly[column][0] == days


@pytest.mark.parametrize(
    ("latitude", "last", "days"),
    [(47.5, "2020-12-31 23:00", 366), (47.5, "2020-12-30 23:00", None), (-33.0, "2020-12-31 23:00", None),
     (-33.0, "2021-06-30 23:00", 365)],
)  # fmt: skip
def test_a_growing_season_is_that_of_a_whole_year(latitude, last, days):
    frame = validated(hour_range("2020-01-01", last), temperature_c=10.0)
    about = {"station": STATION, "timezone": "UTC", "site": Site(latitude=latitude, longitude=8.6)}
    daily = aggregation.daily_weather(frame, **about)
    yearly = aggregation.yearly_weather(frame, daily, aggregation.monthly_weather(frame, daily, **about), **about)
    assert slow.known(yearly["growing_season_days"][0]) == days


def test_a_day_of_the_polar_night_has_no_radiation_if_somebody_looked():
    times = hour_range("2020-12-10", "2020-12-12 23:00")
    radiation = np.full(len(times), np.nan)
    radiation[[10, 60]] = 0.0  # of the first and the third day
    frame = validated(times, temperature_c=-20.0, solar_radiation_wm2=radiation)
    daily = aggregation.daily_weather(frame, station=STATION, timezone="UTC", site=Site(latitude=80.0, longitude=10.0))
    assert daily["solar_radiation_mjm2"].tolist() == pytest.approx([0.0, np.nan, 0.0], nan_ok=True)


def test_the_wind_is_brought_down_from_the_height_of_its_sensor_and_dew_is_no_evapotranspiration():
    assert fao.wind_at_2m(np.array([3.0]), 2.0) == pytest.approx(3.0, rel=1e-3)
    assert fao.wind_at_2m(np.array([3.2]), 10.0) == pytest.approx(2.4, abs=0.01)  # example 14 of FAO-56
    cold = (np.array([x]) for x in (-8.0, -6.0, 0.36, 1.0, 0.5, 350))  # saturated, hardly any light
    assert fao.reference_evapotranspiration(*cold, latitude=60.0, elevation_m=0.0, pressure_kpa=np.array([101.3])) == 0
