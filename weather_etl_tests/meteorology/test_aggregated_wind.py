"""The wind of days and months: vectors, mean directions, steadiness, prevailing sectors and calms."""

import math

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology.aggregation.vectors import degrees
from weather_etl.meteorology.vocabulary import SECTORS
from weather_etl_tests.meteorology.making import days_and_months, hour_range, one_day, validated


def test_wind_vectors_of_a_month_need_days_with_directions():
    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    frame = validated(times, wind_speed_ms=3.0, wind_direction_deg=np.where(times.day < 20, np.nan, 90.0))
    row = days_and_months(frame)[1].iloc[0]
    assert row["wind_speed_mean_ms"] == pytest.approx(3)
    assert row[[n for n in row.index if "direction" in n or "resultant" in n or "sector" in n]].isna().all()


@pytest.mark.parametrize(("value", "windy"), [(10.8, 24), (10.79, 0)])
def test_windy_hours_have_10_8_metres_a_second(value, windy):
    assert one_day(wind_speed_ms=value, wind_direction_deg=0)["windy_hours"] == windy


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


@pytest.mark.parametrize(
    ("east", "expected"), [(0.0, 0.0), (-0.0, 0.0), (-1e-17, 0.0), (1e-17, 0.0), (-1e-3, 359.9427)]
)
def test_a_direction_is_never_360_degrees(east, expected):
    found = degrees(np.array([east]), np.array([1.0]))
    assert found == pytest.approx(expected, abs=1e-4) and found < 360.0


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
