"""Quality control that knows resolutions, sentinels, the sun, rain, snow and cloud."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import sun
from weather_etl.meteorology.cascade import Cascade
from weather_etl.meteorology.quality import FLAT, VARIABLES, climate, rain, snow, still, streaks, sunlight
from weather_etl.meteorology.quality.limits import Still
from weather_etl.meteorology.site import Site, Withdrawn
from weather_etl_tests.meteorology.making import csv, observed

START = int(pd.Timestamp("2020-06-01").timestamp() // 3600)
DE_BILT = Site(2.0, latitude=52.1, longitude=5.18)


def cascade(site: Site = DE_BILT, hours: np.ndarray | None = None, **values) -> Cascade:
    """The tests on a station with these values, hour after hour."""
    n = len(next(iter(values.values())))
    hours = np.arange(START, START + n) if hours is None else hours
    full = {v: np.asarray(values.get(v, np.full(n, np.nan)), dtype=np.float64).copy() for v in VARIABLES}
    judged = Cascade(hours, full, site)
    judged.run(np.full(n, -1), {})
    return judged


def flags(judged: Cascade, name: str) -> list[int]:
    return judged.flags[name].tolist()


rng = np.random.default_rng(1)
WHOLE = np.round(rng.normal(10, 5, 2000))
TENTHS = np.round(rng.normal(10, 5, 2000), 1)


@pytest.mark.parametrize(
    ("around", "n", "flag"),
    [(WHOLE, 29, 1), (WHOLE, 30, 3), (WHOLE, 40, 4), (TENTHS, 17, 1), (TENTHS, 18, 3), (TENTHS, 24, 4)],
)
def test_whole_degrees_may_stand_still_for_longer_than_tenths(around, n, flag):
    x = around.copy()
    x[100 : 100 + n] = 10.0
    x[[99, 100 + n]] = 11.0
    reports = streaks.Reports(np.arange(len(x)))
    runs, _ = streaks.streaks(x, x.__getitem__, reports, FLAT["temperature_c"], None)
    found = 4 if 110 in runs.failed else 3 if 110 in runs.suspect else 1
    assert found == flag


def test_halves_are_told_from_whole_degrees():
    assert [still.resolution(x) for x in (WHOLE, np.round(TENTHS * 2) / 2, TENTHS)] == [1.0, 0.5, 0.1]


def test_whole_degrees_fahrenheit_are_whole_in_their_own_unit():
    lines = [
        f"{t:%Y-%m-%dT%H:%MZ},{v:g}"
        for t, v in zip(
            pd.date_range("2020-01-01", periods=200, freq="h", tz="UTC"),
            [*WHOLE[:100] + 40, *[50] * 25, *WHOLE[:75] + 40],
            strict=True,
        )
    ]
    events = observed(csv(*lines, header="Time,Temperature (F)")).events
    assert not len(events[events["test"] == "flat_line"])


def test_three_hourly_reports_of_one_value_are_a_streak_too():
    hours = START + 3 * np.arange(300)
    x = TENTHS[:300].copy()
    x[50:80] = 7.3
    assert flags(cascade(hours=hours, temperature_c=x), "temperature_c")[50:80] == [4] * 30


def test_a_value_that_recurs_at_one_hour_of_the_day_fails():
    t = np.arange(24 * 40)
    x = np.round(10 + 5 * np.sin((t - 6) / 24 * 2 * np.pi) + np.random.default_rng(2).uniform(-0.4, 0.4, len(t)), 1)
    x[12 + 24 * np.arange(5, 22)] = 15.1
    found = [f for f in cascade(temperature_c=x).findings if f.test == "flat_line"]
    assert [f.flag for f in found] == [4] and set(found[0].rows) >= {12 + 24 * d for d in range(5, 22)}
    assert found[0].limit == "equal reports at the same hour on following days: below 15 days at a resolution of 0.1"


def test_a_light_wind_may_blow_for_days_and_in_halves_up_to_1():
    x = np.round(2 * np.abs(np.random.default_rng(3).normal(4, 2, 900))) / 2  # halves
    for value, expected in ((1.0, {1}), (1.5, {4})):
        still_air = x.copy()
        still_air[100:140] = value
        assert set(flags(cascade(wind_speed_ms=still_air), "wind_speed_ms")[105:135]) == expected


@pytest.mark.parametrize(("days", "flag"), [(85, 1), (95, 3)])
def test_snow_that_is_measured_once_a_day_may_lie_for_90_days(days, flag):
    x = np.append(np.full(days, 20.0), [21.0, 22.0, 24.0])
    judged = cascade(hours=START + 24 * np.arange(len(x)), snow_depth_cm=x)
    assert flags(judged, "snow_depth_cm")[5] == flag


def test_a_value_that_comes_too_often_is_named():
    x = np.round(np.random.default_rng(4).normal(10, 4, 2000), 1)
    assert climate.frequent(x) == []
    assert [(v, n) for v, n, _ in climate.frequent(np.append(x, np.full(900, 12.3)))] == [
        (12.0, 900 + int(((x >= 12) & (x < 13)).sum()))
    ]


def test_a_value_that_stands_still_for_weeks_is_told_once_and_as_equal_in_a_row():
    x = np.round(10 + np.random.default_rng(2).normal(0, 3, 24 * 60), 1)
    x[240 : 240 + 24 * 20] = -25.7
    found = [f for f in cascade(temperature_c=x).findings if f.test == "flat_line"]
    assert [(f.flag, len(f.rows)) for f in found] == [(4, 24 * 20)]
    assert found[0].limit == "equal reports in a row: below 24 and 7 days at a resolution of 0.1"


@pytest.mark.parametrize(("step", "expected"), [(10.0, 10.0), (45.0, 45.0), (90.0, 90.0), (1.0, 1.0)])
def test_the_resolution_of_directions_is_told(step, expected):
    directions = step * np.random.default_rng(0).integers(0, int(360 / step), 500)
    assert still.direction_resolution(directions) == expected


def test_visibility_may_stand_at_the_largest_value_that_its_instrument_reports():
    x = np.where(np.arange(300) % 10 < 2, 5.0 + np.arange(300) / 100, 16.1)
    x[100:200] = 16.1
    assert set(flags(cascade(visibility_km=x), "visibility_km")) == {1}


@pytest.mark.parametrize(("mark", "n", "found"), [("-88.8", 3, 3), ("-100", 4, 4), ("-88.8", 2, 0), ("-40", 3, 0)])
def test_any_number_far_below_all_others_that_stands_often_is_a_mark_among_temperatures(mark, n, found):
    rows = [f"2023-01-01 {h:02}:00Z,{mark if h < n else 41 + h % 5},{h % 4}" for h in range(24)]
    seen = observed(csv(*rows, header="Time,Temperature (F),Wind Speed (m/s)"))
    assert seen.sentinels.get("szeged/a.csv", {}).get("temperature_c", 0) == found
    assert (seen.validated["temperature_c_qc"] == 9).sum() == found


def sentinels(*values: float) -> tuple[list[int], dict]:
    times = pd.date_range("2020-01-01", periods=len(values), freq="h", tz="UTC")
    rows = [f"{t:%Y-%m-%dT%H:%MZ},{v},5" for t, v in zip(times, values, strict=True)]
    observations = observed(csv(*rows, header="Time,Wind Speed (m/s),Temperature (C)"))
    return observations.validated["wind_speed_ms_qc"].tolist(), observations.sentinels


@pytest.mark.parametrize("value", [-999, -999.9, 999, -99.9, 9999, 32767])
def test_a_usual_mark_beyond_the_fail_span_is_a_missing_value(value):
    assert sentinels(1, value, 3) == ([1, 9, 1], {"szeged/a.csv": {"wind_speed_ms": 1}})


def test_another_number_beyond_the_fail_span_fails():
    assert sentinels(1, 300, 3)[0] == [1, 4, 1]


def test_a_mark_within_the_span_needs_to_stand_alone():
    times = pd.date_range("2020-01-01", periods=9, freq="h", tz="UTC")

    def of(values):
        rows = [f"{t:%Y-%m-%dT%H:%MZ},{v}" for t, v in zip(times, values, strict=True)]
        return observed(csv(*rows, header="Time,snow_depth_cm")).sentinels.get("szeged/a.csv", {})

    assert of([0, 1, 2, 3, 4, 5, 999, 999, 999]) == {"snow_depth_cm": 3}
    assert of([980, 985, 990, 995, 996, 997, 999, 999, 999]) == {}
    assert of([0, 1, 2, 3, 4, 5, 6, 999, 999]) == {}


def test_a_row_of_marks_alone_is_quarantined():
    rows = ["2020-01-01T00:00Z,-999,-999", "2020-01-01T01:00Z,3,5", "2020-01-01T02:00Z,3,5", "2020-01-01T03:00Z,4,5"]
    observations = observed(csv(*rows, header="Time,Wind Speed (m/s),Temperature (C)"))
    assert observations.quarantined["reason"].tolist() == ["NO_MEASUREMENT"] and len(observations.validated) == 3


def test_withdrawn_hours_fail_and_say_why():
    taken = Withdrawn(
        "temperature_c", datetime(2020, 6, 1, 2, tzinfo=UTC), datetime(2020, 6, 1, 3, tzinfo=UTC), "shield off"
    )
    judged = cascade(Site(withdrawn=(taken,)), temperature_c=[1, 2, 3, 4, 5])
    assert flags(judged, "temperature_c") == [1, 1, 4, 4, 1]
    assert [(f.test, f.limit) for f in judged.findings] == [("withdrawn", "withdrawn: shield off")]


def test_the_sun_is_highest_at_solar_noon_and_below_the_horizon_at_midnight():
    hours = START + np.arange(24) + 0.5
    height = sun.position(hours, 52.1, 5.18).cos_zenith
    assert height.argmax() == 11 and height[0] < 0 and np.degrees(np.arccos(height.max())) == pytest.approx(30, abs=1)


def test_radiation_in_the_night_is_suspect_and_more_of_it_fails():
    x = np.zeros(24)
    x[[0, 1]] = 20, 60
    assert flags(cascade(solar_radiation_wm2=x), "solar_radiation_wm2")[:2] == [3, 4]


def test_radiation_beyond_the_sun_fails():
    judged = cascade(solar_radiation_wm2=[0.0] * 12 + [1590.0] + [0.0] * 11)
    assert flags(judged, "solar_radiation_wm2")[12] in (3, 4) and flags(judged, "solar_radiation_wm2")[0] == 1


@pytest.mark.parametrize(("x", "flag"), [(-3, 1), (-4, 1), (-5, 3), (-21, 4)])
def test_the_offset_of_a_pyranometer_is_nothing_and_a_large_one_suspect(x, flag):
    judged = cascade(solar_radiation_wm2=[x, 0, 0])
    assert flags(judged, "solar_radiation_wm2")[0] == flag
    assert flag == 4 or judged.values["solar_radiation_wm2"][0] == 0


def test_without_a_place_radiation_is_not_evaluated_and_one_warning_says_so():
    judged = cascade(Site(), solar_radiation_wm2=[100, 200], sunshine_min=[10, 20])
    assert flags(judged, "solar_radiation_wm2") == [2, 2] and len(judged.warnings) == 1


def test_a_dead_sensor_is_suspect():
    assert flags(cascade(solar_radiation_wm2=np.zeros(24)), "solar_radiation_wm2")[12] == 3


def test_sunshine_in_the_night_is_suspect():
    assert flags(cascade(sunshine_min=[30.0] + [0.0] * 23), "sunshine_min")[0] == 3


def test_full_sunshine_with_hardly_any_radiation_makes_both_suspect():
    judged = cascade(
        sunshine_min=[0.0] * 12 + [60.0] + [0.0] * 11, solar_radiation_wm2=[0.0] * 12 + [20.0] + [0.0] * 11
    )
    assert (flags(judged, "sunshine_min")[12], flags(judged, "solar_radiation_wm2")[12]) == (3, 3)


def test_a_sky_that_is_covered_and_sunny_or_clear_and_wet_makes_the_cloud_suspect():
    judged = cascade(cloud_cover_percent=[100, 0, 50], sunshine_min=[60, 0, 30], precipitation_mm=[0, 1, 0])
    assert flags(judged, "cloud_cover_percent") == [3, 3, 1]


def test_a_variable_that_stops_at_a_round_figure_is_told():
    x = np.clip(np.abs(np.random.default_rng(0).normal(2000, 1500, 3000)), 0, 3995)
    assert sunlight.saturated(x) == 4000 and sunlight.saturated(x * 0.8) is None


@pytest.mark.parametrize(("n", "flag"), [(7, 1), (8, 3), (11, 3), (12, 4)])
def test_equal_amounts_hour_after_hour_are_doubted(n, flag):
    x = [0.1, 0.2] + [0.4] * n + [0.0]
    assert flags(cascade(precipitation_mm=x), "precipitation_mm")[2] == flag


def test_the_smallest_amounts_may_be_equal_for_long():
    assert set(flags(cascade(precipitation_mm=[0.1] * 20 + [0.0]), "precipitation_mm")) == {1}


def test_the_first_amount_after_a_gap_may_be_that_of_the_gap():
    hours = START + np.array([0, 1, 2, 6, 7])
    assert flags(cascade(hours=hours, precipitation_mm=[0, 1, 0, 25, 0]), "precipitation_mm") == [1, 1, 1, 3, 1]


def test_rain_in_deep_frost_makes_both_suspect():
    judged = cascade(precipitation_mm=[2.0, 0.5], temperature_c=[-11, -12])
    assert flags(judged, "precipitation_mm") == [3, 1] and flags(judged, "temperature_c")[0] == 3


def test_hours_above_the_amount_of_their_period_make_it_suspect():
    hours = np.arange(6)
    long, period = np.array([np.nan] * 5 + [3.0]), np.array([0] * 5 + [6])
    assert rain.above_the_long_amount(hours, np.full(6, 1.0), long, period).tolist() == [5]
    assert rain.above_the_long_amount(hours, np.full(6, 0.5), long, period).tolist() == []


def test_the_same_amount_on_24_days_is_suspect():
    x = np.zeros(24 * 30)
    x[12::24] = 2.5
    assert len(rain.repeated_days(np.arange(1, len(x) + 1), x)) == len(x)
    assert not len(rain.repeated_days(np.arange(1, len(x) + 1), np.where(np.arange(len(x)) == 12 * 24 + 12, 1.0, x)))


@pytest.mark.parametrize(("rise", "flag"), [(15, 1), (16, 3), (41, 4)])
def test_snow_that_grows_too_fast_is_doubted(rise, flag):
    assert flags(cascade(snow_depth_cm=[10, 10 + rise]), "snow_depth_cm")[1] == flag


def test_snow_that_grows_in_the_warm_is_suspect():
    assert snow.rises_in_the_warm(np.arange(8), np.array([5.0] * 7 + [8.0]), np.full(8, 8.0)).tolist() == [7]
    assert snow.rises_in_the_warm(np.arange(8), np.array([5.0] * 7 + [8.0]), np.full(8, 6.0)).tolist() == []


def test_deep_snow_over_five_mild_days_is_suspect():
    n = 24 * 6
    assert flags(cascade(snow_depth_cm=np.full(n, 8.0), temperature_c=np.linspace(11, 14, n)), "snow_depth_cm")[5] == 3


@pytest.mark.parametrize("gaps", [[1], [1, 1, 1, 1, 3, 30]])
@pytest.mark.parametrize(("seed", "least"), [(0, 10), (1, 24), (2, 24), (3, 30), (4, 30)])
def test_the_cheap_look_at_flat_lines_misses_no_run(seed, least, gaps):
    choose = np.random.default_rng(seed)
    x = np.round(np.cumsum(choose.choice([0] * (least // 2) + [0.1, -0.1], 5000)), 1)
    x[choose.random(5000) < 0.001] = np.nan
    hours = np.cumsum(choose.choice(gaps, 5000))
    allowed = Still(dict.fromkeys((1.0, 0.5, 0.1), least))
    runs, _ = streaks.streaks(x, x.__getitem__, streaks.Reports(hours), allowed, None)
    there = np.flatnonzero(~np.isnan(x))
    new = np.append(True, (np.abs(np.diff(x[there])) > 1e-9) | (np.diff(hours[there]) > streaks.LONGEST_GAP_H))
    n = np.diff(np.append(np.flatnonzero(new), len(there)))
    assert runs.failed.tolist() == there[np.repeat(n >= least, n)].tolist() and len(runs.failed)
    assert runs.suspect.tolist() == there[np.repeat((n >= 0.75 * least) & (n < least), n)].tolist()


@pytest.mark.parametrize("gaps", [0, 40])
@pytest.mark.parametrize("seed", range(3))
def test_the_cheap_look_at_hours_of_the_day_misses_no_chain(seed, gaps):
    choose = np.random.default_rng(seed)
    days, least = 120, 12
    x = choose.integers(0, 1000, (days, 24)) + 0.1
    for hour, start, n in zip(
        choose.integers(0, 24, 8), choose.integers(0, days - 20, 8), choose.integers(7, 16, 8), strict=True
    ):
        x[start : start + n, hour] = 2000.1 + hour
    kept = np.sort(choose.permutation(days * 24)[gaps:])
    x, hours = x.ravel()[kept], kept + 5000
    allowed = Still(dict.fromkeys((1.0, 0.5, 0.1), 10**6), None, dict.fromkeys((1.0, 0.5, 0.1), least))
    _, runs = streaks.streaks(x, x.__getitem__, streaks.Reports(hours), allowed, None)
    value = dict(zip(hours.tolist(), x.tolist(), strict=True))
    bad = set()
    for h in value:
        chain = [h]
        while value.get(chain[-1] + 24) == value[h]:
            chain.append(chain[-1] + 24)
        bad |= set(chain) if len(chain) >= least else set()
    assert runs.failed.tolist() == [i for i, h in enumerate(hours.tolist()) if h in bad] and (bad or gaps)
