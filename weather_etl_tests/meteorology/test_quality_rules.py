"""The rules of rain, snow and the sun, one by one: against the slowest way to apply them, and at their limits."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from weather_etl.meteorology.quality import climate, rain, snow, streaks, sunlight
from weather_etl.meteorology.quality.limits import Still
from weather_etl.meteorology.quality.months import Months
from weather_etl.meteorology.sun import SunHours

NAN = float("nan")
DE_BILT = (52.1, 5.18)
MIDNIGHT = int(datetime(2020, 6, 1, tzinfo=UTC).timestamp()) // 3600


def hours_with_gaps(choose: np.random.Generator, n: int) -> np.ndarray:
    return np.cumsum(choose.choice([1, 1, 1, 1, 2, 3, 4, 5, 9], n))


@pytest.mark.parametrize("seed", range(4))
def test_an_accumulation_is_the_first_amount_after_three_missing_hours_that_is_large(seed):
    choose = np.random.default_rng(seed)
    hours = hours_with_gaps(choose, 300)
    x = np.round(choose.exponential(2.0 if seed % 2 else 8.0, 300), 1)
    x[choose.random(300) < 0.1] = np.nan
    there = [i for i in range(300) if x[i] == x[i]]
    after = {b for a, b in pairwise(there) if hours[b] - hours[a] - 1 >= 3}
    record = max(x[i] for i in there if i not in after)
    expected = [i for i in there if i in after and (x[i] > 20 or x[i] > 2 * record)]
    assert rain.accumulations(hours, x).tolist() == expected


def test_an_amount_after_a_gap_is_large_by_the_record_of_the_others():
    hours = np.array([0, 1, 2, 9, 10])
    assert rain.accumulations(hours, np.array([0.0, 4.0, 0.0, 8.1, 0.0])).tolist() == [3]
    assert rain.accumulations(hours, np.array([0.0, 4.0, 0.0, 8.0, 0.0])).tolist() == []


@pytest.mark.parametrize("seed", range(3))
def test_the_hours_of_a_period_are_those_that_end_within_it(seed):
    choose = np.random.default_rng(seed)
    hours = hours_with_gaps(choose, 200)
    x = np.where(choose.random(200) < 0.3, np.round(choose.exponential(1.0, 200), 1), 0.0)
    x[choose.random(200) < 0.1] = np.nan
    period = choose.choice([0, 3, 6, 12, 24], 200)
    long = np.where(period > 0, np.round(choose.exponential(3.0, 200), 1), np.nan)
    expected = []
    for i in np.flatnonzero(period).tolist():
        within = [
            v for h, v in zip(hours.tolist(), x.tolist(), strict=True) if 0 <= hours[i] - h < period[i] and v == v
        ]
        if sum(within) > long[i] + 0.3 + 1e-9:
            expected.append(i)
    assert rain.above_the_long_amount(hours, x, long, period).tolist() == expected and expected


@pytest.mark.parametrize(("amount", "temperature", "found"), [(1.1, -10.1, 1), (1.0, -10.1, 0), (1.1, -10.0, 0)])
def test_a_gauge_is_frozen_below_ten_degrees_of_frost(amount, temperature, found):
    assert len(rain.frozen(np.array([amount]), np.array([temperature]))) == found


def test_many_days_without_rain_repeat_nothing():
    assert not len(rain.repeated_days(np.arange(1, 24 * 40 + 1), np.zeros(24 * 40)))


def test_a_rise_of_snow_counts_by_the_hour():
    hours, depth = np.array([0, 3, 6, 7]), np.array([10.0, 55.0, 101.0, 142.0])
    suspect, failed = snow.rises(hours, depth)
    assert (suspect.tolist(), failed.tolist()) == ([2], [3])


@pytest.mark.parametrize(("coldest", "n"), [(7.0, 1), (6.9, 0), (NAN, 0)])
def test_snow_rises_in_the_warm_if_all_six_hours_were_warm(coldest, n):
    temperature = np.array([0.0, 0.0, 8, 8, coldest, 8, 8, 8])
    depth = np.array([5.0] * 7 + [7.0])
    assert len(snow.rises_in_the_warm(np.arange(8), depth, temperature)) == n


@pytest.mark.parametrize(("coldest", "days", "found"), [(10.1, 5, True), (10.0, 5, False), (10.1, 4, False)])
def test_snow_lasts_in_the_warm_if_no_night_was_cool(coldest, days, found):
    n = 24 * days
    temperature = np.full(n, 15.0)
    temperature[50] = coldest
    assert (len(snow.lasting_in_the_warm(np.arange(n), np.full(n, 6.0), temperature)) == n) == found


def cos_zenith(time: datetime, latitude: float, longitude: float) -> float:
    """Michalsky 1988, one time after the other."""
    n = time.timestamp() / 86400 + 2440587.5 - 2451545
    g = math.radians(357.528 + 0.9856003 * n)
    lam = math.radians(280.460 + 0.9856474 * n + 1.915 * math.sin(g) + 0.020 * math.sin(2 * g))
    eps = math.radians(23.439 - 4e-7 * n)
    ra = math.atan2(math.cos(eps) * math.sin(lam), math.cos(lam))
    dec = math.asin(math.sin(eps) * math.sin(lam))
    clock = time.hour + time.minute / 60 + time.second / 3600
    angle = math.radians(15 * (6.697375 + 0.0657098242 * n + clock) + longitude) - ra
    lat = math.radians(latitude)
    return math.sin(lat) * math.sin(dec) + math.cos(lat) * math.cos(dec) * math.cos(angle)


def limit_of(end: int, factor: float, offset: float) -> float:
    """Long and Dutton's limit as the mean of the hour, by its pieces of five minutes."""
    start = datetime.fromtimestamp(3600 * (end - 1), UTC)
    pieces = [max(cos_zenith(start + timedelta(minutes=5 * i + 2.5), *DE_BILT), 0.0) for i in range(12)]
    g = math.radians(357.528 + 0.9856003 * ((end - 0.5) / 24 + 2440587.5 - 2451545))
    distance = 1.00014 - 0.01671 * math.cos(g) - 0.00014 * math.cos(2 * g)
    return factor * 1361 / distance**2 * sum(mu**1.2 for mu in pieces) / 12 + offset


@pytest.mark.parametrize("share", [0.999, 1.001])
def test_radiation_is_measured_against_what_the_sun_gives_in_the_hour(share):
    ends = MIDNIGHT + np.arange(1, 25)
    sun = SunHours(ends, *DE_BILT)
    day = ~sun.night
    assert day.sum() in (17, 18)
    rare, possible = (np.array([limit_of(int(h), *by) for h in ends]) for by in ((1.2, 50), (1.5, 100)))
    suspect, failed = sunlight.beyond_the_sun(np.where(day, share * rare, 0.0), sun)
    assert (suspect.tolist(), len(failed)) == (np.flatnonzero(day & (share > 1)).tolist(), 0)
    suspect, failed = sunlight.beyond_the_sun(np.where(day, share * possible, 0.0), sun)
    assert (failed if share > 1 else suspect).tolist() == np.flatnonzero(day).tolist()


SUN = SunHours(MIDNIGHT + np.arange(1, 25), *DE_BILT)
HOURS = MIDNIGHT + np.arange(1, 25)


@pytest.mark.parametrize(("dark", "found"), [(2, 0), (3, 3)])
def test_a_sensor_is_dead_from_three_hours_without_radiation(dark, found):
    x = np.where(SUN.mu > 0.2, 300.0, 0.0)
    x[10 : 10 + dark] = 0.0
    assert len(sunlight.dead_sensor(HOURS, x, SUN, DE_BILT[1])) == found


def of_clear_day(share: float) -> np.ndarray:
    """Radiation whose sum is a share of FAO-56's Rso on 1 June (day 153) at 100 m."""
    lat, declination = math.radians(DE_BILT[0]), 0.409 * math.sin(2 * math.pi * 153 / 365 - 1.39)
    sunset = math.acos(-math.tan(lat) * math.tan(declination))
    above = sunset * math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.sin(sunset)
    outside = 24 * 60 / math.pi * 0.0820 * (1 + 0.033 * math.cos(2 * math.pi * 153 / 365)) * above
    total = share * (0.75 + 2e-5 * 100) * outside
    return SUN.mu / SUN.mu.sum() * total / 0.0036


@pytest.mark.parametrize(("share", "found"), [(1.19, 0), (1.21, 24)])
def test_a_day_may_be_a_fifth_brighter_than_a_clear_one(share, found):
    assert len(sunlight.brighter_than_clear(HOURS, of_clear_day(share), *DE_BILT, 100.0)) == found


@pytest.mark.parametrize(("more", "found"), [(11.0, False), (13.0, True)])
def test_a_day_has_twelve_minutes_more_sunshine_than_daylight_at_most(more, found):
    lat, declination = math.radians(DE_BILT[0]), 0.409 * math.sin(2 * math.pi * 153 / 365 - 1.39)
    daylight = 24 * 60 / math.pi * math.acos(-math.tan(lat) * math.tan(declination))
    minutes = np.where(SUN.night, 0.0, (daylight + more) / (~SUN.night).sum())
    assert (len(sunlight.longer_than_the_day(HOURS, minutes, SUN, *DE_BILT)) > 0) == found


@pytest.mark.parametrize(
    ("minutes", "share", "found"),
    [(54, 0.19, 1), (54, 0.21, 0), (53, 0.19, 0), (0, 0.86, 1), (0, 0.84, 0), (1, 0.86, 0)],
)
def test_sunshine_and_radiation_contradict_each_other_at_their_limits(minutes, share, found):
    sunshine, x = np.full(24, 30.0), 0.5 * SUN.middle.normal * SUN.mu
    sunshine[12], x[12] = minutes, share * SUN.middle.normal[12] * SUN.mu[12]
    assert len(sunlight.sunshine_against_radiation(x, sunshine, SUN)) == found


@pytest.mark.parametrize(("near", "figure"), [(2, None), (3, 1000.0)])
def test_a_variable_stops_at_a_round_figure_if_it_comes_near_it_three_times(near, figure):
    x = np.full(24 * 30, 400.0)
    x[:near] = 998.0
    assert sunlight.saturated(x) == figure


def flat(hours: list[int], x: list[float]) -> tuple[int, int]:
    still = Still(dict.fromkeys((1.0, 0.5, 0.1), 24), dict.fromkeys((1.0, 0.5, 0.1), 7))
    values = np.array(x)
    runs, _ = streaks.streaks(values, values.__getitem__, streaks.Reports(np.array(hours)), still, None)
    return len(runs.suspect), len(runs.failed)


@pytest.mark.parametrize(("n", "found"), [(10, (0, 0)), (12, (12, 0)), (15, (0, 15))])
def test_few_reports_are_a_flat_line_by_their_days(n, found):
    hours = [12 * i for i in range(n)]  # 15 reports last 7 days
    assert flat([*hours, hours[-1] + 12], [*[3.3] * n, 4.4]) == found


def test_what_is_equal_before_and_after_more_than_two_days_without_a_report_is_no_flat_line():
    assert flat([*range(13), *range(61, 74)], [3.3] * 26) == (0, 0)
    assert flat([*range(13), *range(60, 73)], [3.3] * 26) == (0, 26)


@pytest.mark.parametrize("far", [30.0, -30.0])
def test_the_climatology_doubts_what_is_too_low_as_well_as_what_is_too_high(far):
    year = np.repeat([2001, 2002, 2003], 100)
    x = np.tile([-1.0, 1.0], 150)
    x[150] = far
    assert climate.unusual(x, Months.of_rows(12 * year)).tolist() == [150]
