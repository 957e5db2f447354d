"""The extremes of a day are those of all its reports, also where an hour has many."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.lake.parquet import decode_parquet, encode_parquet
from weather_etl.meteorology import schemas
from weather_etl.meteorology.extremes import Extremes
from weather_etl_tests.meteorology.making import File, aggregated, csv, observed

TIMES = pd.date_range("2021-06-01T00:00Z", periods=6 * 24 * 3, freq="10min")
WAVE = np.round(15 + 8 * np.sin(np.arange(len(TIMES)) / 144 * 2 * np.pi - 2) + np.arange(len(TIMES)) % 5 / 10, 1)


def dense(values: np.ndarray = WAVE) -> list[str]:
    return [f"{t:%Y-%m-%dT%H:%MZ},{x}" for t, x in zip(TIMES, values, strict=True)]


def days(*files: File) -> pd.DataFrame:
    return aggregated(observed(*files).validated).daily


def test_minimum_and_maximum_of_a_day_are_those_of_all_reports():
    found = days(File(csv(*dense()))).head(3)  # 23:50 is the nearest report of an hour of the fourth day
    by_day = pd.Series(WAVE).groupby(TIMES.date)
    assert found["temperature_min_c"].tolist() == by_day.min().tolist()
    assert found["temperature_max_c"].tolist() == by_day.max().tolist()
    hourly = pd.Series(WAVE[::6]).groupby(TIMES[::6].date)
    assert found["temperature_mean_c"].to_numpy() == pytest.approx(hourly.mean().to_numpy())  # the hours' points
    assert (found["temperature_max_c"].to_numpy() > hourly.max().to_numpy()).any()


def test_a_single_spike_between_the_hours_and_a_mark_are_no_extremes():
    x = WAVE.copy()
    x[100], x[203] = 45.0, -999.0
    pd.testing.assert_frame_equal(days(File(csv(*dense(x)))), days(File(csv(*dense()))))


def test_they_survive_the_lake_and_a_cut_of_the_file():
    rows = dense()
    validated = observed(File(csv(*rows))).validated
    data = encode_parquet("validated_observations", schemas.to_arrow("validated_observations", validated))
    read = schemas.to_frame("validated_observations", decode_parquet("validated_observations", data)[0])
    daily = aggregated(validated).daily
    pd.testing.assert_frame_equal(aggregated(read).daily, daily)
    parts = [File(csv(*rows[:100]), "szeged/a.csv"), File(csv(*rows[100:]), "szeged/b.csv")]
    pd.testing.assert_frame_equal(days(*parts), daily)


def test_hours_without_a_temperature_have_no_extremes_and_rows_may_be_left_out():
    validated = observed(File(csv(*dense()))).validated
    part = validated.tail(24).reset_index(drop=True)
    assert aggregated(part).daily["temperature_max_c"][0] == WAVE[-144:].max()


def test_the_reports_of_an_hour_whose_temperature_failed_are_no_extremes():
    validated = observed(File(csv(*dense()))).validated
    hottest = validated.index[validated["timestamp"] == TIMES[WAVE.argmax()].floor("h")]
    validated.loc[hottest, "temperature_c"] = np.nan
    day = TIMES[WAVE.argmax()].day - 1
    assert aggregated(validated).daily["temperature_max_c"][day] < WAVE.max()


def test_hourly_reports_carry_nothing_along():
    assert observed(File(csv(*dense()[::6]))).validated.attrs == {}


def test_what_is_packed_is_unpacked():
    x = Extremes(np.array([5, 6, 9]), np.array([1.1, -2.0, 3.3]), np.array([1.2, -1.0, 3.3]), 15)
    y = Extremes.unpacked(x.packed())
    assert all((getattr(x, a) == getattr(y, a)).all() for a in ("at", "low", "high"))
    assert y.minutes == 15 and y.times.tolist() == [75 * 60_000_000, 90 * 60_000_000, 135 * 60_000_000]
