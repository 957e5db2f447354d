"""The real file "Weather in Szeged 2006-2016": the figures that its quality control and derived values must give.

Counts were found by hand-written scripts of others on the de-duplicated hours (96,429 of 96,432 on the grid); the
three hours without a row have flag 9 in a test, and no row in the table.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from benchmarks import ours
from benchmarks.run import REAL, input_file
from weather_etl.meteorology import derived
from weather_etl.meteorology.quality import LIMITS, changes, still
from weather_etl_tests.meteorology.making import days_and_months

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not REAL.exists(), reason="the Kaggle file does not lie in ../shared/data"),
]
ZONE = "Europe/Budapest"


@lru_cache
def made() -> dict[str, pd.DataFrame]:
    return ours.everything(input_file()[0])


@lru_cache
def after_gross_range() -> pd.DataFrame:
    return ours.tables(input_file()[0])["validated"]


def on_grid(variable: str) -> np.ndarray:
    """Hourly values after the gross-range test, NaN in hours without one."""
    frame = after_gross_range().set_index("timestamp")[variable]
    return frame.reindex(pd.date_range(frame.index[0], frame.index[-1], freq="h")).to_numpy()


def counts(flags: np.ndarray) -> dict[int, int]:
    return {int(f): int(n) for f, n in zip(*np.unique(flags, return_counts=True), strict=True)}


def events(test: str) -> dict[tuple[str, int], int]:
    found = made()["quality_events"]
    found = found[found["test"] == test].groupby(["variable", "flag"]).size()
    return {(str(variable), int(flag)): int(n) for (variable, flag), n in found.items()}


def month(name: str) -> pd.Series:
    return made()["monthly"].set_index("month").loc[name]


def test_zeros_of_pressure_and_humidity_fail_the_gross_range_and_nothing_else_does():
    assert events("gross_range") == {("pressure_msl_hpa", 4): 1288, ("humidity_percent", 4): 22}


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", {1: 96011, 2: 4, 3: 204, 4: 210, 9: 3}),
        ("pressure_msl_hpa", {1: 92887, 2: 1189, 3: 303, 4: 762, 9: 1291}),
    ],
)
def test_spikes(variable, expected):
    assert counts(changes.spike(on_grid(variable), LIMITS[variable])) == expected
    assert {f: n for (v, f), n in events("spike").items() if v == variable} == {f: expected[f] for f in (3, 4)}


def test_all_but_one_of_the_failed_spikes_are_at_midnight_utc():
    events_of = made()["quality_events"]
    hours = events_of[(events_of["test"] == "spike") & (events_of["flag"] == 4)].groupby("variable")["timestamp"]
    at_midnight = hours.apply(lambda t: int((t.dt.hour == 0).sum())).to_dict()
    assert (at_midnight["pressure_msl_hpa"], at_midnight["temperature_c"]) == (762, 209)


def test_visibility_is_stuck_at_0_for_193_hours():
    limits = LIMITS["visibility_km"]
    assert counts(still.flat_line(on_grid("visibility_km"), limits)) == {1: 96203, 3: 33, 4: 193, 9: 3}
    assert events("flat_line") == {("visibility_km", 3): 33, ("visibility_km", 4): 193}


def test_visibility_is_0_in_dry_air_in_313_hours():
    assert events("consistency") == {("visibility_km", 3): 313, ("humidity_percent", 3): 313}


def test_the_climatology_finds_21_storms_and_nothing_else():
    assert events("climatology") == {("wind_speed_ms", 3): 21}


def test_of_the_first_five_years_the_climatology_finds_17_storms_and_nothing_else():
    lines = input_file()[0].split(b"\r\n")
    events_of = ours.everything(b"\r\n".join(lines[: 43_848 + 1]) + b"\r\n")["quality_events"]
    assert events_of.loc[events_of["test"] == "climatology", "variable"].tolist() == ["wind_speed_ms"] * 17


def test_no_month_is_cleaned_up():
    assert events("month_clean_up") == {}


@pytest.mark.parametrize(
    ("name", "mean", "hdd"), [("2006-01-01", -1.662591, 609.540328), ("2007-07-01", 23.741181, 2.471065)]
)
def test_temperature_and_degree_days_of_months_after_quality_control(name, mean, hdd):
    of_month = month(name)
    assert (round(of_month["temperature_mean_c"], 6), round(of_month["hdd_18"], 6)) == (mean, hdd)


def test_the_wind_of_july_2006_after_quality_control():
    of_month = month("2006-07-01")
    assert round(of_month["wind_direction_circular_deg"], 4) == 352.6462
    assert round(of_month["wind_direction_resultant_deg"], 4) == 6.7105
    assert round(of_month["wind_speed_resultant_ms"], 5) == 0.63612
    assert round(of_month["wind_speed_mean_ms"], 5) == 2.00020
    assert (of_month["wind_prevailing_sector"], of_month["calm_hours"]) == ("N", 13)


def july_2006() -> pd.DataFrame:
    validated = made()["validated"]
    local = validated["timestamp"].dt.tz_convert(ZONE)
    return validated[(local.dt.year == 2006) & (local.dt.month == 7)]


def test_the_wind_power_density_of_july_2006_by_sea_level_pressure_in_the_hours_that_have_one():
    """13.086 W/m2 is the published figure. It puts the pressure at sea level into the density as it is."""
    hours = july_2006()
    rho = derived.air_density(hours["temperature_c"], hours["pressure_msl_hpa"], hours["humidity_percent"])
    assert round((0.5 * rho * hours["wind_speed_ms"] ** 3).mean(), 3) == 13.086


def test_the_wind_power_density_of_july_2006_at_the_84_metres_of_the_station_is_smaller():
    """Air is 1 % thinner there; the 22 hours without a pressure have that of the standard atmosphere."""
    hours = july_2006()
    assert hours["wind_power_density_wm2"].count() == 744
    assert round(hours["wind_power_density_wm2"].mean(), 4) == 13.0095


def test_the_published_apparent_temperature_is_reproduced():
    frame = after_gross_range()
    ours_c = derived.apparent_temperature(
        *(frame[c].to_numpy() for c in ("temperature_c", "humidity_percent", "wind_speed_ms"))
    )
    error = np.abs(ours_c - frame["apparent_temperature_c"].to_numpy())
    assert np.mean(error <= 0.03) >= 0.97
    assert np.mean(error <= 0.2) >= 0.997


def test_every_summary_has_a_condition():
    validated = made()["validated"]
    assert validated["summary"].nunique() == 27
    assert validated["condition"].notna().all() and not (validated["condition"] == "other").any()


def test_what_is_computed_is_computed_wherever_it_can_be():
    validated = made()["validated"]
    missing = validated["temperature_c"].isna() | validated["humidity_percent"].isna()
    assert (validated["dew_point_c"].isna() == missing).all() and missing.sum() == 236
    assert (validated["air_density_kgm3"].isna() == validated["temperature_c"].isna()).all()


def test_days_and_months_after_quality_control_are_those_of_the_validated_table():
    daily, _ = days_and_months(made()["validated"], ZONE)
    assert (len(daily), int(daily["temperature_mean_c"].notna().sum())) == (4018, 4018)
