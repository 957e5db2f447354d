"""Asset checks that concern values: what they say of a station, and when they warn."""

from datetime import UTC, datetime, timedelta

import pytest

from weather_etl.checks import observations as checks
from weather_etl.checks import promises
from weather_etl.checks.evaluation import Check, Evaluation
from weather_etl.meteorology.observations import Observations
from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology.making import STATION, File, cells, csv, observed


def evaluated(check: Check, observations: Observations) -> Evaluation:
    """What a check says of these observations."""
    judged = promises.Judged(observations, STATION)
    return next(e for e in promises.evaluate(judged, check.table) if e.check == check)


def pressures(good: int, bad: int, value: str = "0"):
    texts = [f"{1000 + i % 2}" for i in range(good)] + [value] * bad
    rows = [f"2020-01-{1 + i // 24:02}T{i % 24:02}:00Z,{5 + i % 2},{p}" for i, p in enumerate(texts)]
    return observed(csv(*rows, header="Time,Temperature,Pressure"))


@pytest.mark.parametrize(
    ("failed", "passed", "severity"), [(1, True, "WARN"), (2, False, "WARN"), (10, False, "WARN"), (11, False, "ERROR")]
)
def test_more_than_1_percent_of_failed_values_warn_and_more_than_10_are_an_error(failed, passed, severity):
    evaluation = evaluated(checks.failed_values, pressures(100 - failed, failed))
    assert (evaluation.passed, evaluation.severity) == (passed, severity)


@pytest.mark.parametrize(("suspect", "passed"), [(5, True), (6, False)])
def test_more_than_5_percent_of_suspect_values_warn(suspect, passed):
    evaluation = evaluated(checks.suspect_values, pressures(100 - suspect, suspect, "930"))
    assert (evaluation.passed, evaluation.severity) == (passed, "WARN")
    assert passed or evaluation.description.startswith("Suspect values are many in pressure_msl_hpa 6 of 100 (6.00 %)")


def test_a_station_of_good_values_passes():
    found = pressures(100, 0)
    assert evaluated(checks.suspect_values, found).passed and evaluated(checks.plausible_columns, found).passed


@pytest.mark.parametrize(("hours", "passed"), [(47, True), (48, False)])
def test_a_constant_variable_warns(hours, passed):
    rows = [f"2020-01-{1 + i // 10:02}T{i % 10:02}:00Z,{5 + i % 2},3" for i in range(hours)]
    evaluation = evaluated(checks.plausible_columns, observed(csv(*rows, header="Time,Temperature,Visibility")))
    assert evaluation.passed == passed
    assert passed or evaluation.description == "To look at: visibility_km is 3 in all 48 hours."


def test_an_unknown_precipitation_type_warns():
    evaluation = evaluated(checks.plausible_columns, observed(cells("Precip Type", "hail", "rain", "null")))
    assert not evaluation.passed and "hail" in evaluation.description


def test_a_summary_without_a_known_condition_warns():
    evaluation = evaluated(checks.plausible_columns, observed(cells("Summary", "Clear", "Sandstorm", "null")))
    assert not evaluation.passed and "Sandstorm" in evaluation.description and "Clear" not in evaluation.description


@pytest.mark.parametrize(("without", "passed"), [("null", True), ("none", True), ("snow", False)])
def test_a_precipitation_type_in_more_than_90_percent_of_the_hours_warns(without, passed):
    evaluation = evaluated(checks.plausible_columns, observed(cells("Precip Type", *["rain"] * 9, without)))
    assert evaluation.passed == passed


@pytest.mark.parametrize(
    ("reasons", "says"),
    [
        (["SUMMARY_ROW"] * 2, "None of 42 data lines was refused, 2 sum up days or months and were left out."),
        (["SUMMARY_ROW", "TYPE"], "1 of 42 data lines (2.38 %) were refused: TYPE 1."),
    ],
)
def test_rows_that_sum_up_a_day_are_left_out_without_a_warning(reasons, says):
    rows = [f"2020-01-{1 + h // 24:02}T{h % 24:02}:00Z,{5 + h % 2}" for h in range(40)]
    observations = observed(csv(*rows, "x,5", "y,5", header="Time,Temperature (C)"))
    observations.quarantined["reason"] = reasons  # as the formats with such rows have it
    of_rows = evaluated(checks.no_quarantined_rows, observations)
    assert (of_rows.description, of_rows.passed) == (says, "TYPE" not in reasons)


@pytest.mark.parametrize(
    ("names", "says"),
    [(("x.csv", "y.csv"), ""), (("1.csv", "2.csv"), "order of their names"), (("odd.csv", "even.csv"), "quarantine")],
)  # fmt: skip
def test_hours_that_the_clock_shows_twice_warn_unless_their_order_tells(names, says):
    alone = bool(says)
    rows = [["2020-10-25 02:00,1"], ["2020-10-25 02:00,2"]]
    if not alone:
        rows = [["2020-10-25 01:00,0", *rows[0]], [*rows[1], "2020-10-25 03:00,3"]]
    files = [File(csv(*r, header="Time,Temperature (C)"), f"szeged/{n}") for n, r in zip(names, rows, strict=True)]
    zone = "Europe/Budapest"
    settings = StationSettings(timezone=zone, has_timezone=True)
    evaluation = evaluated(checks.hours_shown_twice, observed(*files, timezone=zone, settings=settings))
    assert evaluation.passed is not alone
    assert says in evaluation.description


@pytest.mark.parametrize(("hours", "passed"), [(96, True), (95, True), (94, False)])
def test_95_percent_of_the_hours_are_enough(hours, passed):
    every = [f"2020-01-{1 + h // 24:02}T{h % 24:02}:00Z,{5 + h % 2}" for h in range(100)]
    rows = [*every[: hours - 1], every[-1]]
    evaluation = evaluated(checks.coverage, observed(csv(*rows, header="Time,Temperature (C)")))
    assert (evaluation.passed, evaluation.figures) == (passed, {"missing_hours": 100 - hours, "hours_expected": 100})


@pytest.mark.parametrize(("minutes", "passed"), [(26 * 60, True), (26 * 60 + 1, False)])
def test_the_newest_hour_may_be_just_as_old_as_the_station_says(minutes, passed):
    newest = datetime(2020, 1, 1, tzinfo=UTC)
    now = newest + timedelta(minutes=minutes)
    evaluation = checks.age_of_newest_hour(checks.freshness, newest, 26.0, now=now)
    assert (evaluation.passed, "may be 26 hours old" in evaluation.description) == (passed, not passed)
