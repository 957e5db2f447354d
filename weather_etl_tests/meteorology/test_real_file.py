"""The aggregated tables of the real file: figures that others worked out from it."""

import io
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from benchmarks.run import REAL, input_file
from weather_etl.meteorology.observations import Observations
from weather_etl.station_file import packaged_settings
from weather_etl_tests.meteorology.making import BUDAPEST, Aggregates, aggregated, month, observed, validated

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not REAL.exists(), reason="the Kaggle file does not lie in ../shared/data"),
]
FIRST_ROWS = 43_848  # 2006 to 2010


@lru_cache
def observations(rows: int | None = None) -> Observations:
    csv = input_file()[0]
    if rows:
        csv = b"\r\n".join(csv.split(b"\r\n")[: rows + 1]) + b"\r\n"
    return observed(csv, timezone=BUDAPEST, settings=packaged_settings("szeged"))


@lru_cache
def tables(rows: int | None = None, zone: str = BUDAPEST) -> Aggregates:
    return aggregated(observations(rows).validated, zone)


@lru_cache
def without_quality_control() -> Aggregates:
    """Temperatures as they stand in the file, each hour once."""
    rows = pd.read_csv(io.BytesIO(input_file()[0]), usecols=["Formatted Date", "Temperature (C)"])
    rows["time"] = pd.to_datetime(rows["Formatted Date"], utc=True).dt.as_unit("us")
    rows = rows.drop_duplicates("time").sort_values("time")
    return aggregated(validated(pd.DatetimeIndex(rows["time"]), temperature_c=rows["Temperature (C)"]), BUDAPEST)


def test_it_has_4018_local_days_132_months_11_years_and_12_calendar_months():
    assert [len(t) for t in tables()] == [4018, 132, 11, 12]


@pytest.mark.parametrize(
    ("name", "mean", "n"),
    [("2006-01", -1.6742831541218637, 744), ("2006-07", 23.580607825567505, 744), ("2014-07", 21.890448343079925, 741)],
)
def test_without_quality_control_the_hours_of_a_month_have_this_mean(name, mean, n):
    of_month = month(without_quality_control(), name)
    days = without_quality_control().daily
    days = days[days["date"].dt.strftime("%Y-%m") == name]
    assert of_month["temperature_n"] == n
    assert np.average(days["temperature_mean_c"], weights=days["temperature_n"]) == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "mean", "hdd"), [("2006-01", -1.662591, 609.540328), ("2007-07", 23.741181, 2.471065)]
)
def test_after_quality_control_a_month_has_this_mean_and_these_heating_degree_days(name, mean, hdd):
    of_month = month(tables(), name)
    assert [of_month["temperature_mean_c"], of_month["hdd_18"]] == pytest.approx([mean, hdd], abs=5e-7)


def test_the_wind_of_july_2006_is_that_of_its_hours():
    of_month = month(tables(), "2006-07")
    expected = {
        "wind_direction_circular_deg": 352.6462,
        "wind_direction_resultant_deg": 6.7105,
        "wind_speed_resultant_ms": 0.63612,
        "wind_speed_mean_ms": 2.00020,
    }
    assert {n: of_month[n] for n in expected} == pytest.approx(expected, rel=1e-5)
    assert (of_month["wind_prevailing_sector"], of_month["calm_hours"]) == ("N", 13)


def test_the_zone_of_the_days_matters():
    july = pd.Timestamp("2007-07-01")
    local, utc = (t.set_index("month").loc[july, "hdd_18"] for t in (tables().monthly, tables(zone="UTC").monthly))
    assert (round(local, 2), round(utc, 2)) == (2.47, 3.55)


def test_the_first_five_years_have_days_of_23_24_and_25_hours():
    assert tables(FIRST_ROWS).daily["hours_expected"].value_counts().to_dict() == {24: 1816, 23: 5, 25: 5}


def test_of_the_first_five_years_all_days_show_the_temperature_and_1772_the_pressure():
    daily = tables(FIRST_ROWS).daily
    names = ["temperature_mean_c", "temperature_min_c", "temperature_max_c", "pressure_mean_hpa", "pressure_max_hpa"]
    assert [daily[n].notna().sum() for n in names] == [1826, 1826, 1826, 1772, 1772]


def months_without_pressure(of: Aggregates) -> list[str]:
    return of.monthly.loc[of.monthly["pressure_mean_hpa"].isna(), "month"].dt.strftime("%Y-%m").tolist()


def test_three_months_of_the_first_five_years_are_without_a_pressure():
    assert months_without_pressure(tables(FIRST_ROWS)) == ["2006-08", "2006-09", "2010-05"]


def test_without_the_despiking_1776_days_and_all_but_two_months_would_show_the_pressure():
    rows = observations(FIRST_ROWS)
    pressure = rows.validated["pressure_msl_hpa"].copy()
    spikes = rows.events[(rows.events["variable"] == "pressure_msl_hpa") & (rows.events["test"] == "spike")]
    spikes = spikes[spikes["flag"] == 4].set_index("timestamp")["original_value"]
    at = rows.validated["timestamp"].isin(spikes.index)
    pressure[at] = spikes[rows.validated["timestamp"][at]].to_numpy()
    aggregates = aggregated(rows.validated.assign(pressure_msl_hpa=pressure), BUDAPEST)
    assert aggregates.daily["pressure_mean_hpa"].notna().sum() == 1776
    assert months_without_pressure(aggregates) == ["2006-08", "2006-09"]


def test_eleven_years_are_period_averages_and_no_normals():
    normals = tables().normals
    assert normals["years_n"].tolist() == [11] * 12 and not normals["is_normal"].any()
    assert set(zip(normals["period_start"], normals["period_end"], strict=True)) == {(2006, 2016)}


def test_years_add_up_from_their_months():
    monthly, yearly = tables().monthly, tables().yearly
    of_year = monthly.groupby(monthly["month"].dt.year)
    for name in ("temperature_n", "hdd_18", "frost_days", "summer_days", "calm_hours"):
        assert np.allclose(of_year[name].sum().to_numpy(float), yearly[name].to_numpy(float), rtol=1e-12)


def test_the_anomalies_of_a_calendar_month_add_up_to_zero():
    monthly = tables().monthly
    sums = monthly.groupby(monthly["month"].dt.month)["temperature_anomaly_c"].sum()
    assert np.allclose(sums, 0, atol=1e-9)
