"""What is a day: civil days of a zone, completeness, and what is counted and shown of one."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from weather_etl_tests.meteorology.making import (
    BUDAPEST,
    STATION,
    days_and_months,
    hour_range,
    one_day,
    validated,
    without,
)


@pytest.mark.parametrize(
    ("day", "timezone", "hours"),
    [
        ("2021-03-28", BUDAPEST, 23),
        ("2021-10-31", BUDAPEST, 25),
        ("2021-06-01", BUDAPEST, 24),
        ("2021-03-28", "UTC", 24),
        ("2021-06-01", "Asia/Kolkata", 24),
        ("2021-06-01", "Australia/Lord_Howe", 24),
        ("2018-11-04", "America/Sao_Paulo", 23),
        ("2018-02-17", "America/Sao_Paulo", 25),
        ("2018-11-04", "America/Havana", 25),
        ("2010-11-06", "America/St_Johns", 25),
        ("2010-11-07", "America/St_Johns", 24),
        ("2010-03-14", "America/St_Johns", 23),
    ],
)
def test_a_day_expects_the_hours_it_has_in_its_zone(day, timezone, hours):
    daily, _ = days_and_months(
        validated(hour_range(f"{day}T00:00", f"{day}T23:59", timezone), temperature_c=5), timezone
    )
    found = daily.set_index("date").loc[day]
    assert found["hours_expected"] == found["temperature_n"] == hours


@pytest.mark.parametrize(
    "timezone", [BUDAPEST, "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "America/Havana"]
)
def test_every_hour_of_complete_years_counts_in_the_day_of_its_wall_clock(timezone):
    times = hour_range("2009-12-31T00:00", "2011-01-01T23:00", timezone)
    daily, _ = days_and_months(validated(times, temperature_c=5), timezone)
    local = (
        pd.Series([t.astimezone(ZoneInfo(timezone)).date() for t in times.to_pydatetime()]).value_counts().sort_index()
    )
    assert daily["date"].dt.date.tolist() == local.index.tolist()
    assert daily["temperature_n"].tolist() == local.tolist()
    assert daily["hours_expected"].tolist()[1:-1] == local.tolist()[1:-1]


def test_the_hours_of_a_half_hour_zone_belong_to_its_local_day():
    times = pd.DatetimeIndex(["2021-06-01T18:00Z", "2021-06-01T19:00Z"]).as_unit("us")  # 23:30 and 00:30 in India
    assert days_and_months(validated(times, temperature_c=5), "Asia/Kolkata")[0]["date"].dt.day.tolist() == [1, 2]


def test_the_zone_is_written_into_both_tables():
    tables = days_and_months(validated(hour_range("2021-06-01T00:00", "2021-06-01T05:00"), temperature_c=5), BUDAPEST)
    assert [t["timezone"].unique().tolist() for t in tables] == [[BUDAPEST]] * 2


def test_a_day_without_observations_has_no_row():
    times = hour_range("2021-06-01T00:00", "2021-06-01T23:00").append(
        hour_range("2021-06-03T00:00", "2021-06-03T23:00")
    )
    assert days_and_months(validated(times, temperature_c=5))[0]["date"].dt.day.tolist() == [1, 3]


def test_no_observations_give_no_days_and_no_months():
    assert [len(t) for t in days_and_months(validated(pd.DatetimeIndex([], tz="UTC").as_unit("us")))] == [0, 0]


SPREAD = (2, 6, 10, 14, 18)  # hours whose absence makes no gap longer than one hour


@pytest.mark.parametrize(("missing", "shown"), [(4, True), (5, False)])
def test_of_24_hours_20_are_enough_for_a_mean(missing, shown):
    assert pd.notna(one_day(missing=SPREAD[:missing], temperature_c=5)["temperature_mean_c"]) == shown


@pytest.mark.parametrize(
    ("day", "missing", "shown"),
    [("2021-03-28", 4, True), ("2021-03-28", 5, False), ("2021-10-31", 5, True), ("2021-10-31", 6, False)],
)
def test_of_23_hours_19_and_of_25_hours_20_are_enough_for_a_mean(day, missing, shown):
    times = without(hour_range(f"{day}T00:00", f"{day}T23:00", BUDAPEST), [*SPREAD, 20][:missing])
    daily, _ = days_and_months(validated(times, temperature_c=5), BUDAPEST)
    assert daily["temperature_mean_c"].notna().tolist() == [shown]


@pytest.mark.parametrize("where", ["morning", "middle", "evening"])
@pytest.mark.parametrize("length", [3, 4])
def test_a_gap_longer_than_three_hours_hides_minimum_and_maximum(where, length):
    first = {"morning": 0, "middle": 9, "evening": 24 - length}[where]
    row = one_day(missing=tuple(range(first, first + length)), temperature_c=5)
    assert [pd.notna(row[f"temperature_{x}_c"]) for x in ("min", "max", "range")] == [length == 3] * 3


def test_a_gap_of_four_hours_does_not_hide_the_mean():
    assert one_day(missing=(0, 1, 2, 3), temperature_c=5)["temperature_mean_c"] == 5


def test_two_short_gaps_are_no_long_gap():
    assert one_day(missing=(4, 5, 8, 9), temperature_c=5)["temperature_min_c"] == 5


def test_a_gap_does_not_run_over_midnight():
    times = without(hour_range("2021-06-01T00:00", "2021-06-02T23:00"), [21, 22, 23, 24, 25, 26])
    assert days_and_months(validated(times, temperature_c=5))[0]["temperature_min_c"].tolist() == [5, 5]


def test_a_null_is_as_missing_as_an_absent_row():
    values = np.where(np.isin(np.arange(24), SPREAD), np.nan, 5.0)
    row = one_day(temperature_c=values, humidity_percent=50)
    assert pd.isna(row["temperature_mean_c"]) and row["temperature_n"] == 19 and row["humidity_mean_percent"] == 50


def test_the_counts_stand_where_the_statistics_are_null():
    row = one_day(n=3, temperature_c=5, humidity_percent=50, pressure_msl_hpa=1000, visibility_km=10, wind_speed_ms=1)
    assert [row[f"{x}_n"] for x in ("temperature", "humidity", "pressure", "visibility", "wind")] == [3] * 5


def test_suspect_and_failed_values_of_all_variables_are_counted():
    flags = np.array([3, 4, 4] + [1] * 21)
    times = hour_range("2021-06-01T00:00", "2021-06-01T23:00")
    frame = validated(times, temperature_c=5, temperature_c_qc=flags, pressure_msl_hpa=1000, pressure_msl_hpa_qc=flags)
    daily, monthly = days_and_months(frame)
    assert (
        daily[["suspect_n", "fail_n"]].values.tolist() == monthly[["suspect_n", "fail_n"]].values.tolist() == [[2, 4]]
    )


def test_mean_minimum_maximum_and_range_of_the_temperature():
    row = one_day(temperature_c=[0.0] * 18 + [4.0] * 6)
    assert [row[f"temperature_{x}_c"] for x in ("mean", "min", "max", "range")] == [1, 0, 4, 4]


@pytest.mark.parametrize(
    ("mean", "hdd", "cdd", "gdd"), [(8, 10, 0, 0), (10, 8, 0, 0), (18, 0, 0, 8), (25, 0, 7, 15), (-5, 23, 0, 0)]
)
def test_degree_days_come_from_the_mean_of_the_day(mean, hdd, cdd, gdd):
    row = one_day(temperature_c=[mean - 6.0] * 12 + [mean + 6.0] * 12)
    assert [row["hdd_18"], row["cdd_18"], row["gdd_10"]] == [hdd, cdd, gdd]


@pytest.mark.parametrize(
    ("name", "low", "high", "expected"),
    [
        ("is_frost_day", -0.1, 5, True), ("is_frost_day", 0, 5, False),
        ("is_ice_day", -5, -0.1, True), ("is_ice_day", -5, 0, False),
        ("is_summer_day", 5, 25.1, True), ("is_summer_day", 5, 25, False),
        ("is_hot_day", 5, 30.1, True), ("is_hot_day", 5, 30, False),
        ("is_tropical_night", 20.1, 30, True), ("is_tropical_night", 20, 30, False),
    ],
)  # fmt: skip
def test_days_are_counted_by_strict_limits(name, low, high, expected):
    assert bool(one_day(temperature_c=[low] * 12 + [high] * 12)[name]) is expected


@pytest.mark.parametrize("name", ["is_frost_day", "is_ice_day", "is_summer_day", "is_hot_day", "is_tropical_night"])
def test_whether_a_day_counts_is_unknown_without_its_extremes(name):
    assert one_day(missing=(0, 1, 2, 3), temperature_c=5)[name] is pd.NA


@pytest.mark.parametrize(("value", "hours"), [(0.999, 24), (1.0, 0)])
def test_low_visibility_is_below_one_kilometre(value, hours):
    assert one_day(visibility_km=value)["low_visibility_hours"] == hours


def test_sea_level_pressure_is_preferred():
    row = one_day(pressure_msl_hpa=1013, pressure_station_hpa=1000)
    assert [row["pressure_kind"], row["pressure_mean_hpa"]] == ["msl", 1013]


def test_station_pressure_stands_in_where_there_is_no_other():
    row = one_day(pressure_station_hpa=1000)
    assert [row["pressure_kind"], row["pressure_mean_hpa"], row["pressure_n"]] == ["station", 1000, 24]


def test_the_pressure_kind_is_null_without_any_pressure():
    assert pd.isna(one_day(temperature_c=5)["pressure_kind"])


def test_the_station_is_written_into_both_tables():
    tables = days_and_months(validated(hour_range("2021-06-01T00:00", "2021-06-01T05:00"), temperature_c=5))
    assert [t["station_id"].unique().tolist() for t in tables] == [[STATION]] * 2
