"""Days and months against a slow and obvious reference for all columns, and against their contract."""

import pytest

from weather_etl.meteorology import schemas
from weather_etl_tests.meteorology.making import BUDAPEST, days_and_months
from weather_etl_tests.meteorology.slow_reference import daily_reference, monthly_reference
from weather_etl_tests.meteorology.slow_trials import differences, elsewhere, plain_rows, random_frame

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
