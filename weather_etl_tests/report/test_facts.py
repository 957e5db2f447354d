"""The figures of a report, counted by hand on made-up tables."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.report import facts, findings
from weather_etl_tests.report.making import events_table, seasonal, tables

YEAR = ("2021-01-01 00:00", "2021-12-31 23:00")


@pytest.fixture(scope="module")
def year() -> facts.Tables:
    """One complete year, 5 m/s from the west, colder in January."""
    return tables(*YEAR, temperature_c=seasonal(*YEAR), wind_speed_ms=5.0, wind_direction_deg=270.0)


def test_a_complete_year_misses_nothing_and_has_its_extremes(year: facts.Tables) -> None:
    figures = facts.key_figures(year)
    assert (figures["hours"], figures["missing_hours"]) == (8760, 0)
    assert (figures["temperature_min_c"], figures["temperature_min_date"]) == (-2.0, "2021-01-01")
    assert figures["temperature_max_c"] == 22.0
    assert figures["temperature_max_date"].startswith("2021-07-0")
    assert figures["wind_speed_mean_ms"] == 5.0


def test_a_gap_counts_as_missing_hours() -> None:
    t = tables("2021-01-01 00:00", "2021-01-03 23:00", temperature_c=1.0)
    kept = t.validated.drop(index=range(10, 20)).reset_index(drop=True)
    assert facts.key_figures(facts.Tables(kept, t.events, t.daily, t.monthly))["missing_hours"] == 10


def test_the_sector_of_the_wind_is_the_one_it_comes_from(year: facts.Tables) -> None:
    shares, calm = facts.wind_rose(year.validated)
    assert shares[12].tolist() == pytest.approx([0, 0, 100, 0, 0, 0])
    assert calm == 0
    assert facts.key_figures(year)["prevailing_sector"] == "W"


def test_calms_have_no_sector_and_are_counted() -> None:
    t = tables(
        "2021-01-01 00:00", "2021-01-01 03:00", wind_speed_ms=[0, 0, 0, 3], wind_direction_deg=[np.nan] * 3 + [359]
    )
    shares, calm = facts.wind_rose(t.validated)
    assert calm == 75
    assert shares[0, 1] == shares.sum() == 25


def test_without_wind_there_is_no_rose() -> None:
    t = tables("2021-01-01 00:00", "2021-01-01 03:00", temperature_c=1.0)
    assert facts.wind_rose(t.validated)[1] is None
    assert facts.wind_energy(t) == []


def test_the_raster_has_a_column_for_the_leap_day() -> None:
    t = tables("2019-12-31 00:00", "2021-03-01 23:00", temperature_c=3.0)
    years, values = facts.year_by_day(t)
    assert years == [2019, 2020, 2021]
    assert (~np.isnan(values)).sum(axis=1).tolist() == [1, 366, 60]
    assert np.isnan(values[2, 59])  # 29 February of 2021
    assert values[2, 60] == 3.0


def test_stripes_of_few_years_are_months_against_their_calendar_month() -> None:
    span = ("2020-01-01 00:00", "2021-12-31 23:00")
    warmer = np.where(np.arange(len(seasonal(*span))) < 8784, 0.0, 2.0)
    labels, anomalies, unit, against = facts.stripes(tables(*span, temperature_c=warmer))
    assert (unit, against) == ("month", "the mean of its calendar month in 2 years")
    assert (labels[0], labels[-1], len(labels)) == ("2020-01", "2021-12", 24)
    assert anomalies[:12] == pytest.approx([-1] * 12)
    assert anomalies[12:] == pytest.approx([1] * 12)


def test_stripes_of_one_year_are_months_against_all_months() -> None:
    span = ("2020-01-01 00:00", "2021-01-31 23:00")  # a second January is no second year
    _, anomalies, _, against = facts.stripes(tables(*span, temperature_c=seasonal(*span)))
    assert against == "the mean of all months" and anomalies[0] < -5 < 5 < anomalies[6]


def test_a_month_and_a_year_of_an_hour_are_not_drawn_and_a_short_month_is() -> None:
    span = ("2020-12-01 00:00", "2021-02-01 00:00")
    drawn = facts.without_stubs(tables(*span, temperature_c=1.0, wind_speed_ms=2.0))
    assert [f"{m:%Y-%m}" for m in drawn.monthly["month"]] == ["2020-12", "2021-01"]
    longer = facts.without_stubs(tables("2020-12-01 00:00", "2021-02-02 00:00", temperature_c=1.0))
    assert len(longer.monthly) == 3


def test_hours_of_precipitation_come_from_amounts_where_no_type_is_told() -> None:
    wet = np.zeros(31 * 24)
    wet[:40] = 0.3
    hours, why = facts.precipitation_hours(tables("2021-01-01 00:00", "2021-01-31 23:00", precipitation_mm=wet))
    assert hours is not None and hours[0] == 40 and "0.1 mm or more" in why


def test_stripes_of_many_years_are_years_and_an_incomplete_one_is_grey() -> None:
    t = tables("2020-01-01 00:00", "2020-01-02 23:00", temperature_c=1.0)
    yearly = pd.DataFrame({"year": range(2001, 2008), "temperature_mean_c": [9.0, 10, 11, np.nan, 9, 10, 11]})
    labels, anomalies, unit, _ = facts.stripes(facts.Tables(t.validated, t.events, t.daily, t.monthly, yearly))
    assert unit == "year"
    assert labels[0] == "2001"
    assert anomalies[0] == pytest.approx(-1)
    assert np.isnan(anomalies[3])


def test_yearly_figures_without_yearly_weather_need_twelve_months(year: facts.Tables) -> None:
    without = facts.Tables(year.validated, year.events, year.daily, year.monthly)
    assert facts.annual(without, "frost_days", "sum").to_dict() == facts.annual(year, "frost_days", "sum").to_dict()
    half = facts.Tables(year.validated, year.events, year.daily, year.monthly.head(6))
    assert facts.annual(half, "frost_days", "sum").empty


def test_an_absent_month_is_empty_in_the_completeness() -> None:
    t = tables("2021-01-01 00:00", "2021-03-31 23:00", temperature_c=1.0)
    without = facts.Tables(t.validated, t.events, t.daily, t.monthly[t.monthly["month"].dt.month != 2])
    names, months, shares = facts.completeness(without)
    assert months == ["2021-01", "2021-02", "2021-03"]
    assert shares[names.index("temperature")].tolist() == [100, 0, 100]
    assert names == ["temperature"]  # what nobody reports is no row


def test_a_type_of_precipitation_in_every_hour_gives_no_hours_of_precipitation() -> None:
    t = tables("2021-01-01 00:00", "2021-01-31 23:00", temperature_c=1.0)
    t.validated["precipitation_type"] = "rain"
    hours, why = facts.precipitation_hours(t)
    assert hours is None
    assert "100 % of all hours" in why


def test_hours_of_precipitation_are_means_of_the_months_that_were_seen() -> None:
    t = tables("2021-01-01 00:00", "2021-02-28 23:00", temperature_c=1.0)
    t.validated["precipitation_type"] = ["rain"] * 24 + ["none"] * (len(t.validated) - 24)
    hours, _ = facts.precipitation_hours(t)
    assert hours is not None
    assert hours[:2].tolist() == [24, 0]
    assert np.isnan(hours[2:]).all()


def test_a_variable_nobody_reports_is_not_in_the_quality_summary(year: facts.Tables) -> None:
    named = [row["variable"] for row in findings.quality_summary(year)]
    assert "temperature_c" in named
    assert "pressure_station_hpa" not in named


def test_the_quality_summary_counts_events_by_test() -> None:
    t = tables("2021-01-01 00:00", "2021-01-02 23:00", temperature_c=1.0, pressure_msl_hpa=1000.0)
    events = events_table([{"timestamp": "2021-01-01 05:00"}, {"timestamp": "2021-01-01 06:00", "test": "spike"}])
    summary = findings.quality_summary(facts.Tables(t.validated, events, t.daily, t.monthly))
    assert {r["variable"]: r["tests"] for r in summary}["pressure_msl_hpa"] == {"gross_range": 1, "spike": 1}


def episodes(*events: dict[str, object]) -> list[dict[str, object]]:
    wave = 1000.0 + np.arange(480) % 7
    t = tables("2021-01-01 00:00", "2021-01-20 23:00", temperature_c=wave % 5, pressure_msl_hpa=wave)
    return findings.suspicious_episodes(facts.Tables(t.validated, events_table([*events]), t.daily, t.monthly))


def test_events_within_a_day_are_one_episode() -> None:
    (found,) = episodes({"timestamp": "2021-01-01 05:00"}, {"timestamp": "2021-01-02 04:00"})
    assert (found["events"], found["start"], found["end"]) == (2, "2021-01-01 05:00Z", "2021-01-02 04:00Z")


def test_events_a_day_apart_are_two_episodes() -> None:
    assert len(episodes({"timestamp": "2021-01-01 05:00"}, {"timestamp": "2021-01-02 05:00"})) == 2


def test_failed_comes_before_suspect_and_far_before_near() -> None:
    listed = episodes(
        {"timestamp": "2021-01-01 05:00", "original_value": 900.0, "flag": 3},
        {"timestamp": "2021-01-05 05:00", "original_value": 990.0},
        {"timestamp": "2021-01-09 05:00", "original_value": 0.0},
    )
    assert [e["value"] for e in listed] == ["0.0", "990.0", "900.0"]


def test_one_broken_sensor_does_not_fill_the_list() -> None:
    zeros = [{"timestamp": f"2021-01-{day:02} 05:00"} for day in range(1, 12)]
    listed = episodes(*zeros, {"timestamp": "2021-01-13 05:00", "variable": "temperature_c", "original_value": 70.0})
    assert [e["variable"] for e in listed].count("pressure_msl_hpa") == findings.EPISODES_PER_TEST
    assert [e["variable"] for e in listed].count("temperature_c") == 1


def test_an_event_without_a_number_has_an_empty_value() -> None:
    (found,) = episodes({"timestamp": "2021-01-01 05:00", "original_value": np.nan, "test": "syntax"})
    assert found["value"] == ""


def test_wind_energy_is_a_table_of_years_and_calendar_months(year: facts.Tables) -> None:
    speed = next(e for e in facts.wind_energy(year) if e.column == "wind_speed_mean_ms")
    assert speed.rows == {2021: [5.0] * 12}
    assert speed.means == [5.0] * 12


def test_wind_without_directions_has_no_rose() -> None:
    t = tables("2021-01-01 00:00", "2021-01-02 23:00", wind_speed_ms=[0.0, 3.0] * 24)
    assert facts.wind_rose(t.validated)[1] is None
