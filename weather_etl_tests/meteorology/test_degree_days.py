"""Degree days to a station's own bases: days, and their sums in months, years and normals."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology.aggregation import degree_days
from weather_etl.meteorology.site import DegreeDayBases, Site
from weather_etl_tests.meteorology import making

# Heating and cooling as Eurostat counts them (nrg_chdd), growth of wheat above 5.
EUROSTAT = DegreeDayBases(
    heating_base_c=18, heating_limit_c=15, cooling_base_c=21, cooling_limit_c=24, growing_base_c=5
)


@pytest.mark.parametrize(
    ("mean", "heating", "cooling", "growing"),
    [(-2, 20, 0, 0), (15, 3, 0, 10), (15.1, 0, 0, 10.1), (18, 0, 0, 13), (23.9, 0, 0, 18.9), (24, 0, 3, 19)],
)
def test_only_days_on_the_side_of_the_limit_count(mean, heating, cooling, growing):
    sums = degree_days.own(np.array([mean, np.nan]), EUROSTAT)
    assert [sums[name][0] for name in degree_days.OWN] == pytest.approx([heating, cooling, growing], abs=1e-9)


def test_a_mean_that_is_the_limit_but_for_its_last_bit_counts():
    just_above = np.nextafter(15.0, 16)
    assert degree_days.own(np.array([just_above]), EUROSTAT)["heating_degree_days"] == pytest.approx(3)


def test_a_day_without_a_mean_has_no_degree_days_either():
    sums = degree_days.own(np.array([np.nan]), EUROSTAT)
    assert all(np.isnan(sums[name]).all() for name in degree_days.OWN)


def test_without_limits_they_are_those_of_the_fixed_columns():
    mean = np.linspace(-20, 35, 111)
    sums, fixed = degree_days.own(mean, DegreeDayBases(18, None, 18, None, 10)), degree_days.fixed(mean)
    for own, name in zip(degree_days.OWN, degree_days.FIXED_BASES_C, strict=True):
        np.testing.assert_allclose(sums[own], fixed[name], atol=1e-9)


def tables(bases: DegreeDayBases) -> dict[str, pd.DataFrame]:
    """Two years of hours whose days are all alike: January to June 10, July to December 25 degC."""
    times = making.hour_range("2019-01-01", "2020-12-31 23:00")
    validated = making.validated(times, temperature_c=np.where(times.month <= 6, 10.0, 25.0))
    return making.aggregated(validated, rated_power_kw=None, site=Site(degree_days=bases))._asdict()


def test_months_years_and_normals_have_their_sums():
    made = tables(EUROSTAT)
    year, july = made["yearly"].iloc[0], made["normals"].iloc[6]
    assert [year[name] for name in degree_days.OWN] == pytest.approx([181 * 8, 184 * 4, 181 * 5 + 184 * 20])
    assert [july[name] for name in degree_days.OWN] == pytest.approx([0, 31 * 4, 31 * 20])
    told = "heating 18 (mean up to 15), cooling 21 (mean from 24), growing 5"
    assert all(set(frame["degree_day_bases"]) == {told} for frame in made.values())


def test_a_station_without_bases_has_none():
    for frame in tables(DegreeDayBases()).values():
        assert frame[[*degree_days.OWN, "degree_day_bases"]].isna().all(axis=None)
        if "hdd_18" in frame:
            assert frame["hdd_18"].notna().all()
