"""What is a day, what is a month: civil days, completeness, wind vectors, and a slow reference for all columns."""

import math
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import schemas
from weather_etl.meteorology.vocabulary import SECTORS
from weather_etl_tests.meteorology.making import STATION, days_and_months, hour_range, validated, without
from weather_etl_tests.meteorology.slow_reference import (
    daily_reference,
    differences,
    elsewhere,
    monthly_reference,
    plain_rows,
    random_frame,
)

BUDAPEST = "Europe/Budapest"


def one_day(n: int = 24, missing: tuple[int, ...] = (), day: str = "2021-06-01", **columns) -> pd.Series:
    """The daily row of n hours of one UTC day; columns are constants or one value per hour of the day."""
    times = pd.date_range(f"{day}T00:00Z", periods=n, freq="h").as_unit("us")
    kept = [i for i in range(n) if i not in missing]
    chosen = {name: np.broadcast_to(np.asarray(x, dtype=float), n)[kept] for name, x in columns.items()}
    return days_and_months(validated(times[kept], **chosen))[0].iloc[0]


def month_of(days: set[int] | range, **columns) -> pd.Series:
    """The monthly row of a March with complete observations on these days."""
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    frame = validated(times[np.isin(times.day, list(days))], **(columns or {"temperature_c": 5.0}))
    return days_and_months(frame)[1].iloc[0]


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


@pytest.mark.parametrize(
    ("month", "timezone", "hours"),
    [("2021-03", BUDAPEST, 743), ("2021-10", BUDAPEST, 745), ("2021-02", "UTC", 672), ("2020-02", "Asia/Kolkata", 696)],
)
def test_a_month_expects_the_hours_it_has_in_its_zone(month, timezone, hours):
    frame = validated(hour_range(f"{month}-05T00:00", f"{month}-05T23:00", timezone), temperature_c=5)
    assert days_and_months(frame, timezone)[1]["hours_expected"].tolist() == [hours]


def test_the_zone_is_written_into_both_tables():
    tables = days_and_months(validated(hour_range("2021-06-01T00:00", "2021-06-01T05:00"), temperature_c=5), BUDAPEST)
    assert [t["timezone"].unique().tolist() for t in tables] == [[BUDAPEST]] * 2


def test_a_day_without_observations_has_no_row():
    times = hour_range("2021-06-01T00:00", "2021-06-01T23:00").append(
        hour_range("2021-06-03T00:00", "2021-06-03T23:00")
    )
    assert days_and_months(validated(times, temperature_c=5))[0]["date"].dt.day.tolist() == [1, 3]


def test_a_month_without_observations_has_no_row():
    times = hour_range("2021-01-31T00:00", "2021-01-31T23:00").append(
        hour_range("2021-03-01T00:00", "2021-03-01T23:00")
    )
    assert days_and_months(validated(times, temperature_c=5))[1]["month"].dt.month.tolist() == [1, 3]


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


def test_wind_vectors_of_a_month_need_days_with_directions():
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    frame = validated(times, wind_speed_ms=3.0, wind_direction_deg=np.where(times.day < 20, np.nan, 90.0))
    row = days_and_months(frame)[1].iloc[0]
    assert row["wind_speed_mean_ms"] == pytest.approx(3)
    assert row[[n for n in row.index if "direction" in n or "resultant" in n or "sector" in n]].isna().all()


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


@pytest.mark.parametrize(("value", "windy"), [(10.8, 24), (10.79, 0)])
def test_windy_hours_have_10_8_metres_a_second(value, windy):
    assert one_day(wind_speed_ms=value, wind_direction_deg=0)["windy_hours"] == windy


@pytest.mark.parametrize(("speed", "calm", "windy"), [(1.99, 31, 0), (2.0, 0, 0), (10.79, 0, 0), (10.8, 0, 31)])
def test_calm_and_windy_days_go_by_the_mean_of_the_day(speed, calm, windy):
    row = month_of(range(1, 32), wind_speed_ms=speed)
    assert [row["calm_days"], row["windy_days"]] == [calm, windy]


def test_sea_level_pressure_is_preferred():
    row = one_day(pressure_msl_hpa=1013, pressure_station_hpa=1000)
    assert [row["pressure_kind"], row["pressure_mean_hpa"]] == ["msl", 1013]


def test_station_pressure_stands_in_where_there_is_no_other():
    row = one_day(pressure_station_hpa=1000)
    assert [row["pressure_kind"], row["pressure_mean_hpa"], row["pressure_n"]] == ["station", 1000, 24]


def test_the_pressure_kind_is_null_without_any_pressure():
    assert pd.isna(one_day(temperature_c=5)["pressure_kind"])


@pytest.mark.parametrize("direction", [0, 90, 180, 270, 11.24, 348.75, 359.9])
def test_a_steady_wind_has_its_own_direction_and_speed(direction):
    row = one_day(wind_speed_ms=3, wind_direction_deg=direction)
    found = [
        row[f"wind_{x}"]
        for x in ("direction_circular_deg", "direction_resultant_deg", "speed_resultant_ms", "steadiness")
    ]
    assert found == pytest.approx([direction, direction, 3, 1], abs=1e-9)


def test_the_mean_direction_goes_over_north():
    row = one_day(wind_speed_ms=3, wind_direction_deg=[350.0, 20.0] * 12)
    assert [row["wind_direction_circular_deg"], row["wind_direction_resultant_deg"]] == pytest.approx([5, 5])


def test_the_circular_mean_weighs_hours_and_the_resultant_speeds():
    row = one_day(wind_speed_ms=[1.0, 3.0] * 12, wind_direction_deg=[0.0, 90.0] * 12)
    assert row["wind_direction_circular_deg"] == pytest.approx(45)
    assert row["wind_direction_resultant_deg"] == pytest.approx(math.degrees(math.atan2(3, 1)))


def test_calms_weaken_the_resultant_and_leave_the_circular_mean_alone():
    row = one_day(wind_speed_ms=[0.0, 4.0] * 12, wind_direction_deg=[np.nan, 90.0] * 12)
    assert [row["wind_speed_resultant_ms"], row["wind_direction_circular_deg"]] == pytest.approx([2, 90])


def test_a_day_of_calms_has_a_resultant_of_zero_and_no_direction():
    row = one_day(wind_speed_ms=0)
    assert row["wind_speed_resultant_ms"] == 0 and row["calm_hours"] == 24
    names = ["wind_direction_circular_deg", "wind_direction_resultant_deg", "wind_steadiness", "wind_prevailing_sector"]
    assert row[names].isna().all()


def test_opposite_winds_have_no_mean_direction():
    row = one_day(wind_speed_ms=3, wind_direction_deg=[90.0, 270.0] * 12)
    assert row[["wind_direction_circular_deg", "wind_direction_resultant_deg"]].isna().all()
    assert row["wind_steadiness"] == pytest.approx(0)


@pytest.mark.parametrize(("east", "shown"), [(13, True), (12, False)])
def test_a_circular_mean_needs_a_concentration_of_5_percent(east, shown):
    directions = [90.0] * east + [270.0] * (24 - east)
    row = one_day(wind_speed_ms=1, wind_direction_deg=directions)
    assert pd.notna(row["wind_direction_circular_deg"]) == shown


def test_hours_without_a_direction_have_no_part_in_the_vectors():
    row = one_day(wind_speed_ms=[50.0] * 4 + [3.0] * 20, wind_direction_deg=[np.nan] * 4 + [90.0] * 20)
    assert [row["wind_speed_resultant_ms"], row["wind_steadiness"]] == pytest.approx([3, 1])


def test_vectors_need_enough_hours_with_a_direction():
    row = one_day(wind_speed_ms=3, wind_direction_deg=[np.nan] * 5 + [90.0] * 19)
    assert row["wind_speed_mean_ms"] == 3 and pd.isna(row["wind_speed_resultant_ms"])


@pytest.mark.parametrize(
    ("direction", "sector"),
    [(0, "N"), (11.24, "N"), (11.25, "NNE"), (348.74, "NNW"), (348.75, "N"), (359.99, "N"), (180, "S"), (225, "SW")],
)
def test_a_sector_is_centred_on_its_direction(direction, sector):
    assert one_day(wind_speed_ms=3, wind_direction_deg=direction)["wind_prevailing_sector"] == sector


def test_the_sectors_go_clockwise_from_north():
    found = [one_day(wind_speed_ms=1, wind_direction_deg=i * 22.5)["wind_prevailing_sector"] for i in range(16)]
    assert tuple(found) == SECTORS


def test_the_prevailing_sector_is_the_most_frequent_not_the_strongest():
    row = one_day(wind_speed_ms=[1.0] * 13 + [20.0] * 11, wind_direction_deg=[90.0] * 13 + [180.0] * 11)
    assert row["wind_prevailing_sector"] == "E"


def test_of_sectors_as_frequent_the_one_with_more_wind_run_prevails():
    row = one_day(wind_speed_ms=[1.0, 2.0] * 12, wind_direction_deg=[90.0, 270.0] * 12)
    assert row["wind_prevailing_sector"] == "W"


def test_of_sectors_as_frequent_and_strong_the_first_clockwise_from_north_prevails():
    row = one_day(wind_speed_ms=[0.1, 0.3, 0.2, 0.2] * 6, wind_direction_deg=[270.0, 270.0, 90.0, 90.0] * 6)
    assert row["wind_prevailing_sector"] == "E"


def test_calms_have_no_part_in_the_prevailing_sector():
    row = one_day(wind_speed_ms=[0.0] * 20 + [1.0] * 4, wind_direction_deg=[np.nan] * 20 + [180.0] * 4)
    assert row["wind_prevailing_sector"] == "S"


def test_the_wind_of_a_month_comes_from_its_hours():
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    kept = (times.day > 1) | (times.hour < 20)
    frame = validated(times[kept], wind_speed_ms=np.where(times.day == 1, 9.0, 3.0)[kept], wind_direction_deg=90.0)
    row = days_and_months(frame)[1].iloc[0]
    assert row["wind_speed_mean_ms"] == pytest.approx((20 * 9 + 30 * 24 * 3) / 740, rel=1e-12)


ZONES = [BUDAPEST, "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"]


@pytest.mark.parametrize("seed", range(10))
def test_days_and_months_equal_a_slow_and_obvious_reference(seed):
    timezone = ZONES[seed % len(ZONES)]
    frame = random_frame(seed, timezone)
    daily, monthly = days_and_months(frame, timezone)
    slow_days = daily_reference(plain_rows(frame), timezone)
    slow_months = monthly_reference(slow_days, timezone)
    assert daily["date"].dt.date.tolist() == list(slow_days)
    assert monthly["month"].dt.date.tolist() == list(slow_months)
    assert differences("daily_weather", "date", daily, slow_days) == []
    assert differences("monthly_weather", "month", monthly, slow_months) == []


def test_the_random_data_of_the_reference_reach_every_branch():
    shown, hidden = set(), set()
    for seed in range(10):
        for table in days_and_months(random_frame(seed, ZONES[seed % 5]), ZONES[seed % 5]):
            shown |= {(len(table.columns), c) for c in table if table[c].notna().any()}
            hidden |= {(len(table.columns), c) for c in table if table[c].isna().any()}
    counts = [
        (len(schemas.TABLES[t].columns), c)
        for t in ("daily_weather", "monthly_weather")
        for c in schemas.TABLES[t].columns
        if c.name not in elsewhere(t)
    ]
    assert {(n, c.name) for n, c in counts} <= shown
    assert {(n, c.name) for n, c in counts if c.nullable and c.name != "pressure_kind"} <= hidden


@pytest.mark.parametrize(("table", "position"), [("daily_weather", 0), ("monthly_weather", 1)])
@pytest.mark.parametrize("seed", range(3))
def test_the_tables_fit_the_contract(table, position, seed):
    assert schemas.check(table, days_and_months(random_frame(seed, BUDAPEST), BUDAPEST)[position]) == []


def test_the_station_is_written_into_both_tables():
    tables = days_and_months(validated(hour_range("2021-06-01T00:00", "2021-06-01T05:00"), temperature_c=5))
    assert [t["station_id"].unique().tolist() for t in tables] == [[STATION]] * 2
