"""Local days where local hours begin within UTC hours: Kathmandu (+05:45), Chatham (+12:45), Kolkata (+05:30) and others."""

import numpy as np
import pandas as pd
import pytest

from weather_etl_tests.meteorology.making import File, aggregated, csv, observed

QUARTERS = ("Asia/Kathmandu", "Pacific/Chatham", "Australia/Eucla")
HALVES = ("Asia/Kolkata", "Asia/Tehran", "America/St_Johns", "Australia/Adelaide")

SOME = np.round(9 + np.sin(np.arange(100)), 1)


def reports(zone: str, *, days: int = 3, step: str = "1h", clock: str = "local") -> pd.DatetimeIndex:
    """Times from midnight of 1 June 2021 on, each on the full hour of the local clock or of UTC."""
    first = pd.Timestamp("2021-06-01").tz_localize(zone)
    first = first if clock == "local" else first.tz_convert("UTC").ceil("h").tz_convert(zone)
    return pd.date_range(first, periods=int(days * pd.Timedelta("1D") / pd.Timedelta(step)), freq=step)


def days(
    times: pd.DatetimeIndex, *columns: np.ndarray, header: str = "Temperature (C)", keep=slice(None)
) -> pd.DataFrame:
    """`daily_weather` of a file with these columns."""
    rows = [",".join((t.isoformat(), *(f"{x:g}" for x in row))) for t, *row in zip(times, *columns, strict=True)]
    zone = str(times.tz)
    observations = observed(File(csv(*rows[keep], header=f"Formatted Date,{header}")), timezone=zone)
    assert observations.quarantined.empty
    return aggregated(observations.validated, zone).daily.set_index("date")


@pytest.mark.parametrize("clock", ["local", "UTC"])
@pytest.mark.parametrize("zone", [*QUARTERS, *HALVES])
def test_a_day_has_the_observations_that_were_made_in_it(zone, clock):
    times = reports(zone, clock=clock)
    x = np.round(times.day * 1.0 + times.hour / 100, 2)  # the day, and the hour behind the point
    by_day = days(times, x)
    assert by_day.index.day.tolist() == [1, 2, 3]
    assert by_day["hours_expected"].tolist() == by_day["temperature_n"].tolist() == [24] * 3
    assert by_day["temperature_min_c"].tolist() == [1.0, 2.0, 3.0]
    assert by_day["temperature_max_c"].tolist() == [1.23, 2.23, 3.23]
    assert by_day["temperature_mean_c"].to_numpy() == pytest.approx([1.115, 2.115, 3.115])


def test_midnight_in_kathmandu_begins_a_day_though_the_nearest_utc_hour_is_of_the_day_before():
    zone = "Asia/Kathmandu"
    validated = observed(File(csv("2021-06-02T00:00+05:45,7")), timezone=zone).validated
    assert validated["timestamp"].tolist() == [pd.Timestamp("2021-06-01T18:00Z")]  # 23:45
    assert validated["observed_at"].tolist() == [pd.Timestamp("2021-06-01T18:15Z")]
    assert aggregated(validated, zone).daily["date"].tolist() == [pd.Timestamp("2021-06-02")]
    assert aggregated(validated, "UTC").daily["date"].tolist() == [pd.Timestamp("2021-06-01")]


@pytest.mark.parametrize("zone", [*QUARTERS, *HALVES])
def test_rain_belongs_to_the_day_in_which_its_hour_began(zone):
    times = reports(zone)[1:25]  # 01:00 to 24:00: all that fell on the first of June
    rain = np.where(times.hour == 0, 5.0, 0.1)
    by_day = days(times, SOME[:24], rain, header="Temperature (C),precipitation_mm")
    assert by_day["precipitation_mm"].iloc[0] == pytest.approx(23 * 0.1 + 5.0)
    assert by_day["precipitation_n"].tolist() == [24, 0]
    assert by_day["temperature_n"].tolist() == [23, 1]


def test_amounts_of_three_hours_tile_a_day_of_kathmandu():
    times = reports("Asia/Kathmandu", days=1, step="3h") + pd.Timedelta("3h")
    by_day = days(times, SOME[:8], np.arange(8.0), header="Temperature (C),precipitation_3h_mm")
    assert by_day["precipitation_mm"].iloc[0] == 28.0


def test_a_missing_midnight_is_a_gap_of_its_own_day():
    times = reports("Asia/Kathmandu", days=2)
    by_day = days(times.delete([24, 25, 26, 27]), SOME[:44])
    assert by_day["temperature_n"].tolist() == [24, 20]
    assert by_day["temperature_min_c"].notna().tolist() == [True, False]  # four hours from midnight on


@pytest.mark.parametrize(
    ("zone", "step"), [("Asia/Kathmandu", "5min"), ("Asia/Kolkata", "10min"), ("Asia/Kathmandu", "15min")]
)
def test_extremes_of_reports_every_few_minutes_are_those_of_the_local_day(zone, step):
    times = reports(zone, days=4, step=step)
    x = np.round(14 + times.day + 0.4 * np.sin(np.arange(len(times))), 1)
    x = np.where(times.hour == 0, 12.0 + times.day + times.minute / 100, x)  # the lowest at midnight
    x = np.where(times.hour == 23, 17.0 + times.day + times.minute / 100, x)  # the highest before the next
    by_day = days(times, x).iloc[:3]
    expected = pd.Series(x).groupby(times.day)
    assert by_day["temperature_min_c"].tolist() == expected.min().tolist()[:3]
    assert by_day["temperature_max_c"].tolist() == expected.max().tolist()[:3]


def test_a_day_of_chatham_in_which_clocks_change():
    zone = "Pacific/Chatham"  # on 4 April 2021 at 03:45 back to 02:45, on 26 September at 02:45 ahead to 03:45
    for date, n in (("2021-04-04", 25), ("2021-09-26", 23)):
        first, last = (pd.Timestamp(date) + pd.Timedelta(d, "D") for d in (0, 1))
        times = pd.date_range(first.tz_localize(zone), last.tz_localize(zone), freq="1h", inclusive="left")
        by_day = days(times, SOME[: len(times)])
        assert by_day.index.tolist() == [first]
        assert by_day["temperature_n"].tolist() == by_day["hours_expected"].tolist() == [n]
        assert by_day["temperature_min_c"].tolist() == [SOME[: len(times)].min()]


def test_in_zones_of_full_hours_the_nearest_hour_counts():
    times = reports("Europe/Budapest")[:48] - pd.Timedelta("7min")  # 23:53 stands for midnight
    by_day = days(times, SOME[:48])
    assert by_day["temperature_n"].tolist() == [24, 24]
