"""What is a month: its hours and days, when a mean, a sum or an extreme of it may be shown."""

import numpy as np
import pandas as pd
import pytest

from weather_etl_tests.meteorology.making import BUDAPEST, days_and_months, hour_range, month_of, validated, without


@pytest.mark.parametrize(
    ("month", "timezone", "hours"),
    [("2021-03", BUDAPEST, 743), ("2021-10", BUDAPEST, 745), ("2021-02", "UTC", 672), ("2020-02", "Asia/Kolkata", 696)],
)
def test_a_month_expects_the_hours_it_has_in_its_zone(month, timezone, hours):
    frame = validated(hour_range(f"{month}-05T00:00", f"{month}-05T23:00", timezone), temperature_c=5)
    assert days_and_months(frame, timezone)[1]["hours_expected"].tolist() == [hours]


def test_a_month_without_observations_has_no_row():
    times = hour_range("2021-01-31T00:00", "2021-01-31T23:00").append(
        hour_range("2021-03-01T00:00", "2021-03-01T23:00")
    )
    assert days_and_months(validated(times, temperature_c=5))[1]["month"].dt.month.tolist() == [1, 3]


EVERY_THIRD = [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31]


@pytest.mark.parametrize(("missing", "shown"), [(10, True), (11, False)])
def test_eleven_missing_days_hide_the_mean_of_a_month(missing, shown):
    row = month_of(set(range(1, 32)) - set(EVERY_THIRD[:missing]))
    assert pd.notna(row["temperature_mean_c"]) == shown


@pytest.mark.parametrize("where", ["first", "middle", "last"])
@pytest.mark.parametrize("length", [4, 5])
def test_five_missing_days_in_a_row_hide_the_mean_of_a_month(where, length):
    first = {"first": 1, "middle": 12, "last": 32 - length}[where]
    row = month_of(set(range(1, 32)) - set(range(first, first + length)))
    assert pd.notna(row["temperature_mean_c"]) == (length == 4)


def test_missing_days_in_a_row_do_not_run_over_the_end_of_a_month():
    times = hour_range("2021-01-01T00:00", "2021-02-28T23:00")
    gap = (times >= pd.Timestamp("2021-01-28", tz="UTC")) & (times < pd.Timestamp("2021-02-05", tz="UTC"))
    monthly = days_and_months(validated(times[~gap], temperature_c=5))[1]
    assert monthly["temperature_mean_c"].tolist() == [5, 5]


def test_days_with_too_few_hours_are_missing_days():
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    values = np.where((times.day >= 10) & (times.day < 15) & (times.hour < 5), np.nan, 5.0)
    row = days_and_months(validated(times, temperature_c=values))[1].iloc[0]
    assert pd.isna(row["temperature_mean_c"]) and row["days_n"] == 26


def test_days_before_the_first_and_after_the_last_observation_are_missing():
    assert pd.isna(month_of(range(6, 32))["temperature_mean_c"]) and pd.isna(
        month_of(range(1, 27))["temperature_mean_c"]
    )


def test_a_mean_of_a_month_is_the_mean_of_its_daily_means():
    times = without(hour_range("2021-03-01T00:00", "2021-03-31T23:00"), [0, 1, 2])
    assert days_and_months(validated(times, temperature_c=times.day))[1]["temperature_mean_c"].tolist() == [16]


SUMS = ["hdd_18", "cdd_18", "gdd_10", "frost_days", "ice_days", "summer_days", "hot_days", "tropical_nights"]
WIND_SUMS = ["calm_days", "windy_days", "calm_hours", "windy_hours"]


@pytest.mark.parametrize("name", [*SUMS, *WIND_SUMS, "low_visibility_hours"])
@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_day_hides_the_sums_and_day_counts_of_a_month(name, missing):
    row = month_of(range(1, 32 - missing), temperature_c=5.0, wind_speed_ms=0.0, visibility_km=0.5)
    assert pd.isna(row[name]) == bool(missing)


def test_a_missing_day_of_one_variable_does_not_hide_the_sums_of_another():
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    frame = validated(times, temperature_c=np.where(times.day == 9, np.nan, 5.0), wind_speed_ms=1.0)
    row = days_and_months(frame)[1].iloc[0]
    assert pd.isna(row["frost_days"]) and row["calm_days"] == 31


@pytest.mark.parametrize(
    "name", ["temperature_min_c", "temperature_max_c", "temperature_min_date", "temperature_max_date"]
)
@pytest.mark.parametrize("first", [5, 6])
def test_extremes_of_a_month_are_hidden_with_its_mean(name, first):
    assert pd.isna(month_of(range(first, 32))[name]) == (first == 6)


def test_the_extremes_of_a_month_have_the_first_date_that_had_them():
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    values = np.select([np.isin(times.day, [7, 9]), np.isin(times.day, [11, 12])], [-3.0, 20.0], 5.0)
    row = days_and_months(validated(times, temperature_c=values))[1].iloc[0]
    assert [row["temperature_min_c"], row["temperature_max_c"]] == [-3, 20]
    assert [row["temperature_min_date"].day, row["temperature_max_date"].day] == [7, 11]


@pytest.mark.parametrize(("speed", "calm", "windy"), [(1.99, 31, 0), (2.0, 0, 0), (10.79, 0, 0), (10.8, 0, 31)])
def test_calm_and_windy_days_go_by_the_mean_of_the_day(speed, calm, windy):
    row = month_of(range(1, 32), wind_speed_ms=speed)
    assert [row["calm_days"], row["windy_days"]] == [calm, windy]
