"""Rain, snow, sun and cloud in the report."""

import re

import numpy as np
import pytest

from weather_etl.report import facts, pages, water, water_pictures
from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology import making
from weather_etl_tests.report.making import seasonal, tables


@pytest.fixture(scope="module")
def years() -> facts.Tables:
    """Six years of everything."""
    first, last = "2015-01-01 00:00", "2021-01-01 00:00"
    times = making.hour_range(first, last)
    hour, day = times.hour.to_numpy(), times.day_of_year.to_numpy()
    rain = np.where((times.day.to_numpy() % 5 == 0) & (hour == 12), 4.0 + times.year.to_numpy() - 2015, 0.0)
    light = np.maximum(np.sin((hour - 6) / 12 * np.pi), 0.0)
    return tables(
        first, last,
        temperature_c=seasonal(first, last), dew_point_c=2.0, wind_speed_ms=3.0, wind_direction_deg=90.0,
        precipitation_mm=rain, solar_radiation_wm2=500 * light, sunshine_min=60 * (light > 0.3), cloud_cover_percent=40.0,
        snow_depth_cm=np.where(day < 30, 12.0, 0.0), pv_power_kw=0.4 * light,
    )  # fmt: skip


def test_the_diagram_of_walter_and_lieth_needs_all_twelve_months_of_both(years):
    c = water.walter_lieth(years)
    assert c.precipitation.shape == (12,) and c.years == "2015\u20132020"  # the hour of 2021 is no year
    short = tables("2021-01-01 00:00", "2021-06-30 23:00", temperature_c=1.0, precipitation_mm=0.1)
    assert water.walter_lieth(short) is None


def test_a_month_is_arid_where_twice_the_temperature_exceeds_the_rain():
    c = water.WalterLieth(np.array([10.0, 10.0]), np.array([19.0, 21.0]), np.zeros(2), np.zeros(2), "")
    assert c.arid.tolist() == [True, False]


def test_above_100_mm_the_scale_is_a_tenth():
    assert water_pictures.scaled(np.array([20.0, 100.0, 200.0])).tolist() == [10, 50, 55]


def test_months_are_told_against_the_average_and_the_fifths_of_the_years(years):
    months = water.rain_by_month(years)
    december = next(m for m in months if m["month"] == "2020-12")
    assert december["fifth"] == "highest fifth" and december["departure"] > 0


def test_running_sums_end_at_the_sum_of_their_year(years):
    sums = water.running_sums(years, "precipitation_mm")
    of_2019 = years.yearly.set_index("year")["precipitation_mm"][2019]
    assert sums.sums[sums.years.index(2019)][-1] == pytest.approx(of_2019)


def test_a_running_sum_stops_where_a_day_is_not_known():
    times = making.hour_range("2021-01-01 00:00", "2022-01-01 00:00")
    rain = np.full(len(times), 0.1)
    rain[24 * 100] = np.nan
    t = tables("2021-01-01 00:00", "2022-01-01 00:00", precipitation_mm=rain)
    assert np.isnan(water.running_sums(t, "precipitation_mm").sums[0][365])


def test_every_picture_is_drawn_and_says_what_it_shows(years):
    page = pages.station_page("szeged", years, StationSettings(), {})
    drawn = {p.name: p.alt for p in page.pictures}
    assert {"walter_lieth", "rain_sums", "sun_sums", "pv_sums", "sun_and_cloud", "snow"} <= set(drawn)
    assert all(len(alt) > 40 for alt in drawn.values())


@pytest.mark.parametrize(
    ("columns", "reported", "headings"),
    [
        ({"precipitation_mm": 0.1}, "precipitation", ["Precipitation", "Snow and water balance"]),
        ({"solar_radiation_wm2": 100.0}, "radiation", ["Sun and cloud"]),
        ({"wind_speed_ms": 3.0}, "wind", ["Wind rose", "Wind energy by month"]),
        ({"cloud_cover_percent": 50.0}, "cloud cover", ["Sun and cloud"]),
        ({"snow_depth_cm": 3.0}, "snow depth", ["Snow and water balance"]),
        ({"temperature_c": 3.0}, "temperature", ["Climate stripes", "Temperature of every day", "Climate diagram"]),
    ],
)
def test_a_station_of_any_one_variable_gets_a_page_of_it_and_one_sentence_of_the_others(columns, reported, headings):
    t = tables("2021-01-01 00:00", "2021-03-31 23:00", **columns)
    html = pages.station_page("szeged", t, StationSettings(), {}).html.decode()
    assert "calm in 100" not in html
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", html) == [*headings, "Completeness", "Quality control", "The tables"]
    (left_out,) = re.findall(r"The station reports no (.*); what would be shown of them is left out", html)
    words = re.split(", | and no ", left_out)
    assert len(words) == 6 and reported not in words


def test_the_head_has_the_figures_of_what_the_station_reports(years):
    html = pages.station_page("szeged", years, StationSettings(), {}).html.decode()
    assert {"Precipitation a year", "Wettest day", "Radiation a year"} <= set(re.findall(r"<dt>([^<]*)</dt>", html))


def test_a_page_of_everything_stays_below_400_kb(years):
    assert len(pages.station_page("szeged", years, StationSettings(), {}).html) < 400_000
