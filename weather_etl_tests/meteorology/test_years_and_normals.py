"""What is a year, what is usual: completeness over months and years, anomalies, energy, conditions."""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import aggregation, schemas
from weather_etl.meteorology.aggregation.normals import Period, anomaly
from weather_etl.meteorology.vocabulary import CONDITIONS
from weather_etl_tests.meteorology.making import BUDAPEST, STATION, Aggregates, aggregated, hour_range, validated
from weather_etl_tests.meteorology.slow_reference import (
    daily_reference,
    monthly_reference,
    normals_reference,
    yearly_reference,
)
from weather_etl_tests.meteorology.slow_trials import differences, elsewhere, plain_rows, random_frame


@lru_cache
def two_years(missing: str = "", **columns: float) -> Aggregates:
    """2021 and 2022, each hour alike, without the days of a period such as 2021-03-02/2021-03-05."""
    times = hour_range("2021-01-01T00:00", "2022-12-31T23:00")
    if missing:
        first, last = (pd.Timestamp(d, tz="UTC") for d in missing.split("/"))
        times = times[(times < first) | (times >= last + pd.Timedelta(days=1))]
    return aggregated(validated(times, **(columns or {"temperature_c": 5.0, "wind_speed_ms": 0.0})))


def test_a_year_expects_the_days_hours_and_months_it_has():
    times = hour_range("2020-05-01T00:00", "2021-05-01T23:00", BUDAPEST)
    yearly = aggregated(validated(times, temperature_c=5), BUDAPEST).yearly
    assert yearly[["year", "days_expected", "hours_expected"]].values.tolist() == [[2020, 366, 8784], [2021, 365, 8760]]


def test_a_complete_year_has_twelve_months():
    assert two_years().yearly["months_n"].tolist() == [12, 12]


@pytest.mark.parametrize(
    "name", ["temperature_mean_c", "temperature_max_c", "temperature_max_date", "hdd_18", "frost_days"]
)
def test_a_month_without_a_mean_hides_the_statistics_of_its_year(name):
    yearly = two_years("2021-03-02/2021-03-06").yearly
    assert yearly[name].notna().tolist() == [False, True]
    assert yearly[["months_n", "days_n"]].values.tolist() == [[11, 360], [12, 365]]


def test_a_missing_day_hides_the_sums_of_its_year_and_not_the_means():
    year = two_years("2021-03-02/2021-03-02").yearly.iloc[0]
    assert year["temperature_mean_c"] == 5 and pd.isna(year["hdd_18"]) and pd.isna(year["frost_days"])


def test_a_year_that_began_late_shows_nothing():
    times = hour_range("2021-02-01T00:00", "2021-12-31T23:00")
    year = aggregated(validated(times, temperature_c=5)).yearly.iloc[0]
    assert year["months_n"] == 11 and pd.isna(year["temperature_mean_c"]) and pd.isna(year["hdd_18"])


def test_the_mean_of_a_year_is_that_of_its_days_not_of_its_months():
    times = hour_range("2021-01-01T00:00", "2021-12-31T23:00")
    year = aggregated(validated(times, temperature_c=np.where(times.month == 2, 12.0, 0.0))).yearly.iloc[0]
    assert year["temperature_mean_c"] == pytest.approx(12 * 28 / 365, rel=1e-12)


def test_one_variable_does_not_hide_the_year_of_another():
    times = hour_range("2021-01-01T00:00", "2021-12-31T23:00")
    humidity = np.where(times.month == 6, np.nan, 50.0)
    year = aggregated(validated(times, temperature_c=5.0, humidity_percent=humidity)).yearly.iloc[0]
    assert year["temperature_mean_c"] == 5 and pd.isna(year["humidity_mean_percent"])


def test_a_month_without_a_mean_direction_does_not_hide_that_of_the_year():
    times = hour_range("2021-01-01T00:00", "2021-12-31T23:00")
    to_and_fro = np.where(times.hour % 2 == 0, 90.0, 270.0)
    directions = np.where(times.month == 1, to_and_fro, 90.0)
    tables = aggregated(validated(times, temperature_c=5.0, wind_speed_ms=3.0, wind_direction_deg=directions))
    assert tables.monthly["wind_direction_circular_deg"].notna().tolist() == [False] + [True] * 11
    assert tables.yearly["wind_direction_circular_deg"].tolist() == pytest.approx([90])


def test_an_anomaly_is_the_mean_minus_the_average_of_its_calendar_month():
    months = np.arange(24)  # 1970 and 1971
    anomalies = anomaly(months, np.where(months == 13, 8.0, np.where(months == 1, 2.0, 5.0)))
    assert anomalies.tolist() == [0, -3, *[0] * 11, 3, *[0] * 10]


def test_a_month_without_a_mean_has_no_anomaly_and_no_part_in_the_average():
    values = np.tile(5.0, 60)
    values[0], values[12] = np.nan, 9.0
    assert anomaly(np.arange(1, 61), np.append(values[1:], 5.0))[11] == pytest.approx(9 - np.mean([9, 5, 5, 5, 5]))


@pytest.mark.parametrize(("missing", "shown"), [(1, True), (2, False)])
def test_an_average_needs_80_percent_of_the_years(missing, shown):
    values = np.tile(5.0, 60)
    values[[18, 30][:missing]] = np.nan  # of the five Julys
    assert ~np.isnan(anomaly(np.arange(60), values)[6]) == shown


def test_the_anomalies_of_a_calendar_month_add_up_to_zero():
    tables = aggregated(random_frame(1, "UTC", "2019-12-15", 770, "2020-02-01"))
    sums = tables.monthly.groupby(tables.monthly["month"].dt.month)["temperature_anomaly_c"].sum()
    assert np.allclose(sums, 0, atol=1e-9) and tables.monthly["temperature_anomaly_c"].abs().max() > 0.1


def monthly_of(first: int, last: int, missing: tuple[int, ...] = ()) -> pd.DataFrame:
    """`monthly_weather` of the Januaries of some years; the temperature is the year's last digit."""
    years = np.arange(first, last + 1)
    frame = two_years().monthly
    frame = frame.loc[np.zeros(len(years), dtype=int)].reset_index(drop=True)
    frame["month"] = (years - 1970).astype("datetime64[Y]").astype("datetime64[us]")
    frame["temperature_mean_c"] = np.where(np.isin(years, missing), np.nan, years % 10)
    return frame


def normal_of(first: int, last: int, missing: tuple[int, ...] = ()) -> pd.Series:
    return aggregation.climate_normals(monthly_of(first, last, missing), station=STATION).iloc[0]


def test_the_average_of_a_calendar_month_is_that_of_its_years():
    row = normal_of(2006, 2016)
    assert [row[n] for n in ("calendar_month", "period_start", "period_end", "years_n")] == [1, 2006, 2016, 11]
    assert row["temperature_mean_c"] == pytest.approx(np.mean(np.arange(2006, 2017) % 10))
    assert row["temperature_mean_c_sd"] == pytest.approx(np.std(np.arange(2006, 2017) % 10, ddof=1))


@pytest.mark.parametrize(("years", "is_normal"), [(9, False), (23, False), (24, True), (30, True)])
def test_an_average_is_a_normal_from_24_of_30_years_on(years, is_normal):
    assert bool(normal_of(2017 - years, 2016)["is_normal"]) == is_normal


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        (2006, 2016, (2006, 2016)),
        (1991, 2020, (1991, 2020)),
        (1950, 2024, (1991, 2020)),
        (1961, 2020, (1991, 2020)),
        (1992, 2024, (1995, 2024)),
        (1950, 2019, (1981, 2010)),
    ],
)
def test_the_period_is_the_latest_standard_one_or_the_last_thirty_years(first, last, period):
    assert (normal_of(first, last)["period_start"], normal_of(first, last)["period_end"]) == period


@pytest.mark.parametrize(("missing", "shown"), [((2000, 2001), True), ((2000, 2001, 2002), False)])
def test_a_normal_needs_80_percent_of_the_years(missing, shown):
    row = normal_of(1995, 2006, missing)
    assert pd.notna(row["temperature_mean_c"]) == shown and row["years_n"] == 12 - len(missing)


def test_years_before_and_after_the_record_are_not_missing():
    row = normal_of(2000, 2009, (2000, 2001, 2002, 2009))
    assert (row["period_start"], row["period_end"], row["years_n"]) == (2003, 2008, 6)
    assert pd.notna(row["temperature_mean_c"])


def test_one_year_has_no_standard_deviation():
    assert pd.isna(normal_of(2010, 2010)["temperature_mean_c_sd"])


def test_directions_are_averaged_as_vectors():
    frame = monthly_of(2010, 2011).assign(
        wind_direction_circular_deg=[350.0, 20.0],
        wind_direction_resultant_deg=[0.0, 90.0],
        wind_speed_resultant_ms=[1.0, 3.0],
    )
    row = aggregation.climate_normals(frame, station=STATION).iloc[0]
    assert row["wind_direction_circular_deg"] == pytest.approx(5)
    assert row["wind_direction_resultant_deg"] == pytest.approx(np.degrees(np.arctan2(3, 1)))
    assert row["wind_speed_resultant_ms"] == 2


def test_counts_of_days_are_averaged_over_the_years_that_show_them():
    frame = monthly_of(2010, 2015)
    frame["frost_days"] = pd.array([1, 2, None, 3, 4, 5], dtype="Int64")
    assert aggregation.climate_normals(frame, station=STATION)["frost_days"].tolist() == [3]


def test_the_period_of_no_months_is_empty():
    assert Period.of(np.empty(0, dtype=np.int64), np.empty(0)).contains(np.arange(3)).tolist() == [False] * 3


def day_of(n: int = 24, **columns) -> pd.Series:
    """The daily row of the first n hours of a UTC day."""
    times = hour_range("2021-06-01T00:00", "2021-06-01T23:00")[:n]
    return aggregated(validated(times, temperature_c=5.0, **columns)).daily.iloc[0]


def test_the_energy_of_a_day_is_the_sum_of_its_hours():
    row = day_of(wind_power_kw=np.arange(24.0))
    assert row["energy_kwh"] == 276 and row["capacity_factor"] == 276 / (24 * 2000) and row["energy_coverage"] == 1


def test_one_missing_hour_hides_the_energy_of_a_day_and_not_the_coverage():
    row = day_of(n=23, wind_power_kw=100.0)
    assert row[["energy_kwh", "capacity_factor"]].isna().all() and row["energy_coverage"] == 23 / 24


@pytest.mark.parametrize(("day", "hours"), [("2021-03-28", 23), ("2021-10-31", 25)])
def test_the_energy_of_a_day_of_23_or_25_hours_is_that_of_its_hours(day, hours):
    times = hour_range(f"{day}T00:00", f"{day}T23:00", BUDAPEST)
    row = aggregated(validated(times, temperature_c=5.0, wind_power_kw=2000.0), BUDAPEST).daily.iloc[0]
    assert (row["energy_kwh"], row["capacity_factor"]) == (hours * 2000, 1)


def test_without_a_rated_power_there_is_energy_and_no_capacity_factor():
    times = hour_range("2021-06-01T00:00", "2021-06-01T23:00")
    row = aggregated(validated(times, wind_power_kw=100.0), rated_power_kw=None).daily.iloc[0]
    assert row["energy_kwh"] == 2400 and pd.isna(row["capacity_factor"])


def test_the_capacity_factor_of_a_year_is_a_ratio_of_its_energy():
    tables = two_years(temperature_c=5.0, wind_power_kw=500.0)
    assert tables.yearly["energy_kwh"].tolist() == [500 * 8760] * 2
    assert (
        tables.yearly["capacity_factor"].tolist() == tables.monthly["capacity_factor"].iloc[:2].tolist() == [0.25] * 2
    )


@pytest.mark.parametrize(("missing", "shown"), [(74, True), (75, False)])
def test_the_energy_of_a_month_is_shown_from_90_percent_of_its_hours_on(missing, shown):
    times = hour_range("2021-01-01T00:00", "2021-12-31T23:00").delete(range(24, 24 + missing))
    january = aggregated(validated(times, temperature_c=5.0, wind_power_kw=500.0)).monthly.iloc[0]
    assert pd.notna(january["energy_kwh"]) == shown
    assert january["energy_coverage"] == (744 - missing) / 744


def test_the_energy_of_a_month_is_that_of_its_known_hours_and_the_capacity_factor_too():
    times = hour_range("2021-01-01T00:00", "2021-01-31T23:00").delete(range(24, 34))
    january = aggregated(validated(times, temperature_c=5.0, wind_power_kw=500.0)).monthly.iloc[0]
    assert (january["energy_kwh"], january["capacity_factor"]) == (500.0 * 734, 0.25)


def test_the_power_density_of_a_day_is_the_mean_of_its_hours():
    assert day_of(wind_power_density_wm2=[0.0] * 12 + [100.0] * 12)["wind_power_density_wm2"] == 50


def test_the_dominant_condition_is_the_most_frequent():
    row = day_of(condition=["clear"] * 13 + ["rain"] * 11)
    assert [row["condition_dominant"], row["condition_hours"]] == ["clear", 13]


@pytest.mark.parametrize(("milder", "more_severe"), [*zip(CONDITIONS[1:], CONDITIONS, strict=False)])
def test_of_conditions_as_frequent_the_more_severe_dominates(milder, more_severe):
    assert day_of(condition=[milder] * 12 + [more_severe] * 12)["condition_dominant"] == more_severe


@pytest.mark.parametrize(("known", "shown"), [(20, True), (19, False)])
def test_the_dominant_condition_needs_80_percent_of_the_hours(known, shown):
    row = day_of(condition=["clear"] * known + [None] * (24 - known))
    assert pd.notna(row["condition_dominant"]) == pd.notna(row["condition_hours"]) == shown


def test_the_dominant_condition_of_a_month_is_that_of_its_hours_not_of_its_days():
    times = hour_range("2021-06-01T00:00", "2021-06-30T23:00")
    conditions = np.where(times.hour < 11, "rain", np.where(times.day % 2 == 0, "clear", "overcast"))
    tables = aggregated(validated(times, temperature_c=5.0, condition=conditions))
    assert "rain" not in set(tables.daily["condition_dominant"])
    assert tables.monthly[["condition_dominant", "condition_hours"]].values.tolist() == [["rain", 330]]


@lru_cache
def random_years() -> tuple[pd.DataFrame, Aggregates]:
    """A fortnight, a year with holes, a year without."""
    frame = random_frame(1, BUDAPEST, "2019-12-15", 770, "2020-12-28")
    return frame, aggregated(frame, BUDAPEST)


def test_years_and_normals_equal_a_slow_and_obvious_reference():
    frame, tables = random_years()
    days = daily_reference(plain_rows(frame), BUDAPEST)
    months = monthly_reference(days, BUDAPEST)
    years, normals = yearly_reference(days, months, BUDAPEST), normals_reference(months)
    assert differences("monthly_weather", "month", tables.monthly, months) == []
    assert (tables.yearly["year"].tolist(), tables.normals["calendar_month"].tolist()) == (list(years), list(normals))
    assert differences("yearly_weather", "year", tables.yearly, years) == []
    assert differences("climate_normals", "calendar_month", tables.normals, normals) == []


def test_the_random_years_of_the_reference_reach_every_branch_of_the_years():
    yearly = random_years()[1].yearly
    known = {"pressure_kind", *elsewhere("yearly_weather")}
    nullable = [c.name for c in schemas.TABLES["yearly_weather"].columns if c.nullable and c.name not in known]
    assert yearly.loc[2, nullable].notna().all() and yearly.loc[3, nullable].isna().all()


@pytest.mark.parametrize("table", ["yearly_weather", "climate_normals"])
def test_the_tables_fit_the_contract(table):
    yearly, normals = random_years()[1][2:]
    assert schemas.check(table, yearly if table == "yearly_weather" else normals) == []


def test_no_observations_give_no_rows_anywhere():
    tables = aggregated(validated(pd.DatetimeIndex([], tz="UTC").as_unit("us")))
    assert [len(t) for t in tables] == [0] * 4
    names = ("daily_weather", "monthly_weather", "yearly_weather", "climate_normals")
    assert [schemas.check(n, t) for n, t in zip(names, tables, strict=True)] == [[]] * 4


def test_permuting_the_years_of_the_months_changes_no_normal():
    monthly = random_years()[1].monthly
    swapped = monthly.copy()
    swapped["month"] = monthly["month"] + pd.DateOffset(years=10)
    found = [
        aggregation.climate_normals(m, station=STATION).drop(columns=["period_start", "period_end"])
        for m in (monthly, swapped)
    ]
    pd.testing.assert_frame_equal(*found)
