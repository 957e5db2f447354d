"""Reports put together per variable: which value an hour gets, from which row, and what became of the others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.meteorology import aggregation
from weather_etl_tests.meteorology.making import LATER, File, csv, observed

quick = settings(derandomize=True, deadline=None, max_examples=30, database=None)
HEAD = "Time,Temperature (C),Dew Point (C),Humidity (%),Wind Speed (m/s),Wind Bearing,Pressure (hPa)"


def at(time: str, *cells: object) -> str:
    texts = ["" if c is None else str(c) for c in cells]
    return ",".join([f"2020-01-01T{time}Z", *texts, *[""] * (6 - len(texts))])


def only(observations, *names: str) -> list[float]:
    """The values of the one hour."""
    assert len(observations.validated) == 1
    return [observations.validated[n][0] for n in names]


def test_a_bad_report_on_the_hour_does_not_hide_a_good_one_before_it():
    observations = observed(
        csv(at("11:53", 5, None, None, None, None, 1001), at("12:00", 5, None, None, None, None, 0), header=HEAD)
    )
    assert only(observations, "pressure_msl_hpa", "pressure_msl_hpa_qc") == [1001, 1]
    assert observations.events.empty


def test_a_special_report_of_the_wind_hides_nothing():
    observations = observed(
        csv(at("11:53", 5, 1, 75, 3, 180, 1001), at("12:02", None, None, None, 9, 200, None), header=HEAD)
    )
    assert only(observations, "temperature_c", "pressure_msl_hpa", "wind_speed_ms", "wind_direction_deg") == [
        5,
        1001,
        9,
        200,
    ]


def test_where_no_report_is_usable_the_nearest_keeps_its_failure():
    observations = observed(
        csv(at("11:53", 5, None, None, None, None, 2), at("12:00", 5, None, None, None, None, 1), header=HEAD)
    )
    assert observations.validated["pressure_msl_hpa_qc"].tolist() == [4]
    assert observations.events[["original_value", "line"]].values.tolist() == [[1, 3]]


def test_the_direction_comes_from_the_row_of_the_speed():
    observations = observed(csv(at("11:53", 5, None, None, 4, 90), at("12:00", 5, None, None, None, 270), header=HEAD))
    assert only(observations, "wind_speed_ms", "wind_direction_deg") == [4, 90]


def test_without_a_speed_the_nearest_direction_counts():
    observations = observed(
        csv(at("11:53", 5, None, None, None, 90), at("12:00", 5, None, None, None, 270), header=HEAD)
    )
    assert only(observations, "wind_direction_deg") == [270]


def test_moisture_comes_from_the_row_of_the_temperature_if_it_is_there():
    observations = observed(csv(at("11:53", 5, 1, 76), at("12:05", None, 2, 80), header=HEAD))
    assert only(observations, "temperature_c", "dew_point_c", "humidity_percent") == [5, 1, 76]


def test_moisture_that_the_row_of_the_temperature_lacks_comes_from_the_nearest():
    observations = observed(csv(at("12:00", 5, None, 101.0), at("12:05", None, 2, 80), header=HEAD))
    assert only(observations, "dew_point_c", "humidity_percent") == [2, 100]


def test_two_files_of_different_variables_are_one_file_with_both():
    wind = File(csv("2020-01-01T12:00Z,3,90", header="Time,Wind Speed (m/s),Wind Bearing"), "szeged/wind.csv")
    heat = File(csv("2020-01-01T12:00Z,5", header="Time,Temperature (C)"), "szeged/heat.csv", LATER)
    both = observed(csv("2020-01-01T12:00Z,5,3,90", header="Time,Temperature (C),Wind Speed (m/s),Wind Bearing"))
    observations = observed(wind, heat)
    beside = ["landing_file", "line", "landed_at", "rows_n", "other_rows"]
    pd.testing.assert_frame_equal(observations.validated.drop(columns=beside), both.validated.drop(columns=beside))
    assert observations.events.empty and (observations.balance.kept, observations.balance.merged) == (1, 1)


def test_an_empty_cell_of_a_later_file_does_not_take_a_value_away():
    files = [File(csv("2020-01-01T12:00Z,5,1000", header="Time,Temperature (C),Pressure (hPa)")),
             File(csv("2020-01-01T12:00Z,6,", header="Time,Temperature (C),Pressure (hPa)"), "szeged/b.csv", LATER)]  # fmt: skip
    assert only(observed(*files), "temperature_c", "pressure_msl_hpa") == [6, 1000]


def test_the_leading_row_gave_most_and_the_others_are_told_with_what_they_gave():
    observations = observed(
        csv(at("11:50", 5, 1, 75, None, None, 1001), at("12:00", None, None, None, 3, 90, None), header=HEAD)
    )
    row = observations.validated.iloc[0]
    assert (row["line"], row["rows_n"]) == (2, 2)
    assert row["other_rows"] == "szeged/a.csv:3 wind_speed_ms,wind_direction_deg"


def test_an_hour_of_one_row_has_no_others():
    row = observed(csv(at("12:00", 5), header=HEAD)).validated.iloc[0]
    assert row["rows_n"] == 1 and pd.isna(row["other_rows"])


def test_every_class_of_rows_is_counted_once():
    balance = observed(
        csv(
            at("11:55", 5, None, None, None, None, 1001),  # merged: the pressure
            at("12:00", 6, 1, 75),  # kept
            at("12:00", 6, 1, 75),  # identical
            at("12:10", 7),  # superseded
            at("never", 1),
            at("14:00", 1), at("15:00", 1), at("16:00", 1), at("17:00", 1),
            header=HEAD,
        )
    ).balance  # fmt: skip
    assert (balance.kept, balance.merged, balance.identical_duplicates, balance.superseded, balance.quarantined) == (
        5,
        1,
        1,
        1,
        1,
    )
    assert balance.holds() and balance.hours == 5


def test_a_conflict_that_gave_something_is_merged_and_not_quarantined():
    observations = observed(csv(at("12:00", 6, None, None, None, None, 1001), at("12:00", 5), header=HEAD))
    assert only(observations, "temperature_c", "pressure_msl_hpa", "temperature_c_qc") == [5, 1001, 3]
    assert observations.balance.merged == 1 and observations.quarantined.empty


def ten_minutes(name: str, values: list[float], start: str = "2020-01-01T00:10Z") -> bytes:
    times = pd.date_range(start, periods=len(values), freq="10min")
    return csv(*(f"{t:%Y-%m-%dT%H:%MZ},{v}" for t, v in zip(times, values, strict=True)), header=f"Time,{name}")


def by_hour(observations, name: str) -> dict[int, float]:
    there = observations.validated[observations.validated[name].notna()]
    return dict(zip(there["timestamp"].dt.hour.tolist(), there[name].tolist(), strict=True))


def test_the_wind_of_an_hour_is_the_mean_of_what_ends_in_it():
    observations = observed(ten_minutes("Wind Speed (m/s)", [1, 2, 3, 4, 5, 9, 10, 10, 10, 10, 10, 10]))
    assert {h: v for h, v in by_hour(observations, "wind_speed_ms").items() if h > 0} == {1: 4, 2: 10}


def test_a_mean_needs_80_percent_of_its_values_else_the_nearest_report_stands():
    lines = ten_minutes("Wind Speed (m/s)", list(range(1, 19))).split(b"\n")
    observations = observed(b"\n".join(line for i, line in enumerate(lines) if i not in (8, 9)))  # 01:20 and 01:30
    assert by_hour(observations, "wind_speed_ms")[2] == 12


def test_the_direction_of_several_reports_is_that_of_the_mean_vector():
    times = pd.date_range("2020-01-01T00:10Z", periods=6, freq="10min")
    rows = [f"{t:%Y-%m-%dT%H:%MZ},{s},{d}" for t, s, d in zip(times, [1, 1, 1, 1, 1, 1], [350, 10] * 3, strict=True)]
    observations = observed(csv(*rows, header="Time,Wind Speed (m/s),Wind Bearing"))
    direction = by_hour(observations, "wind_direction_deg")[1]
    assert min(direction, 360 - direction) < 1e-9


def test_the_power_density_of_an_hour_is_the_mean_of_the_cubes():
    times = pd.date_range("2020-01-01T00:10Z", periods=6, freq="10min")
    rows = [f"{t:%Y-%m-%dT%H:%MZ},{s},15,1000" for t, s in zip(times, [0, 0, 0, 10, 10, 10], strict=True)]
    validated = observed(csv(*rows, header="Time,Wind Speed (m/s),Temperature (C),station pressure (hPa)")).validated
    row = validated[validated["timestamp"].dt.hour == 1].iloc[0]
    assert row["wind_power_density_wm2"] == pytest.approx(0.5 * row["air_density_kgm3"] * 500, rel=1e-12)


def test_the_gust_of_an_hour_is_the_largest_that_ends_in_it():
    observations = observed(ten_minutes("Wind Gust (m/s)", [1, 2, 20, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
    assert by_hour(observations, "wind_gust_ms") == {1: 20, 2: 12}


def test_the_offset_of_a_dark_sensor_takes_nothing_from_the_light_of_its_hour():
    observations = observed(ten_minutes("solar_radiation_wm2", [-3, -3, -3, 6, 60, 120, -6, -6, -6, -6, -6, -6]))
    assert by_hour(observations, "solar_radiation_wm2") == {1: 31, 2: 0}
    assert observations.validated["solar_radiation_wm2_qc"].tolist() == [2, 3]
    (event,) = observations.events.to_dict("records")
    assert (event["test"], event["flag"], event["original_value"], event["line"]) == ("sun", 3, -6.0, 13)


def test_the_radiation_of_an_hour_is_the_mean_of_what_ends_in_it_or_null():
    observations = observed(ten_minutes("solar_radiation_wm2", [0, 60, 120, 180, 240, 300, 300, 300]))
    assert by_hour(observations, "solar_radiation_wm2") == {1: 150}


def test_the_sunshine_of_an_hour_is_the_sum_of_all_its_intervals_or_null():
    observations = observed(ten_minutes("sunshine_min", [10, 10, 0, 0, 5, 5, 10, 10, 10, 10, 10]))
    assert by_hour(observations, "sunshine_min") == {1: 30}


@pytest.mark.parametrize(("every", "hours"), [(60, {3: 60}), (55, {3: 60}), (0, {1: 10, 2: 10, 3: 10})])
def test_sunshine_and_radiation_of_ten_minutes_are_none_of_an_hour_though_many_are_missing(every, hours):
    minutes = range(0, 190, 10) if every else (60, 120, 180)
    missing = {60: (30, 40, 90), 55: (20, 30, 70, 90)}.get(every, ())
    rows = [f"2023-06-13T{8 + m // 60:02}:{m % 60:02}Z,10,{m}" for m in minutes if m not in missing]
    found = observed(csv(*rows, header="Time,sunshine_min,solar_radiation_wm2"))
    assert {h - 8: x for h, x in by_hour(found, "sunshine_min").items()} == hours
    assert by_hour(found, "solar_radiation_wm2").get(9) == {60: None, 55: None, 0: 60}[every]


def test_reports_twice_an_hour_without_a_regular_step_are_no_series():
    rows = [
        at(t, None, None, None, s) for t, s in (("10:53", 3), ("11:10", 8), ("11:53", 4), ("12:20", 9), ("12:53", 5))
    ]
    observations = observed(csv(*rows, header=HEAD))
    assert by_hour(observations, "wind_speed_ms") == {11: 3, 12: 4, 13: 5}


TIMES = [f"2020-03-01T{h:02}:{m:02}Z" for h in range(4) for m in range(0, 60, 10)]
value = st.one_of(st.none(), st.integers(0, 9))
lines = st.lists(
    st.tuples(st.sampled_from(TIMES), value, value, value), min_size=1, max_size=24, unique_by=lambda r: r[0]
)
NAMES = "Time,Temperature (C),Wind Speed (m/s),precipitation_mm"
PROVENANCE = ["landing_file", "line", "landed_at", "other_rows"]


def text(rows) -> list[str]:
    return [",".join("" if x is None else str(x) for x in row) for row in rows if row[1:] != (None, None, None)]


@quick
@given(lines, st.integers(0, 24))
def test_splitting_a_file_anywhere_changes_no_hour(rows, cut):
    whole = text(rows)
    a, b = whole[:cut], whole[cut:]
    files = [File(csv(*part, header=NAMES), f"szeged/{i}.csv") for i, part in enumerate((a, b)) if part]
    if not files:
        return
    one = observed(csv(*whole, header=NAMES)).validated.drop(columns=PROVENANCE)
    pd.testing.assert_frame_equal(observed(*files).validated.drop(columns=PROVENANCE), one)


@quick
@given(lines)
def test_delivering_a_file_again_changes_no_rain(rows):
    data = csv(*text(rows), header=NAMES)
    if data.count(b"\n") < 2:
        return
    once, twice = observed(data), observed(File(data), File(data, "szeged/again.csv", LATER))
    assert once.validated["precipitation_mm"].equals(twice.validated["precipitation_mm"])
    assert twice.balance.holds() and twice.balance.kept == once.balance.kept


@quick
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=48, max_size=120),
    st.sampled_from(["UTC", "Europe/Berlin"]),
)
def test_the_rain_of_whole_days_is_that_of_their_hours(amounts, zone):
    times = pd.date_range("2020-03-27T22:00Z", periods=len(amounts), freq="h")
    rows = [f"{t:%Y-%m-%dT%H:%MZ},5,{'' if a is None else a / 10}" for t, a in zip(times, amounts, strict=True)]
    validated = observed(csv(*rows, header="Time,Temperature (C),precipitation_mm")).validated
    daily = aggregation.daily_weather(validated, station="szeged", timezone=zone)
    began = (validated["timestamp"] - pd.Timedelta(hours=1)).dt.tz_convert(zone).dt.tz_localize(None).dt.floor("D")
    sums = validated.groupby(began)["precipitation_mm"].agg(["sum", "count"])
    for row in daily.itertuples():
        n = sums["count"].get(row.date, 0)
        assert row.precipitation_n == n
        if n == row.hours_expected:
            assert row.precipitation_mm == pytest.approx(sums["sum"][row.date], rel=1e-9)
        else:
            assert np.isnan(row.precipitation_mm)


def test_a_mean_of_an_hour_of_true_solar_time_goes_to_the_nearest_hour_and_its_time_stays():
    rows = [f"2023-06-13T{h:02}:52Z,{100 * h}" for h in range(4, 16)]
    validated = observed(csv(*rows, header="Time,solar_radiation_wm2")).validated
    assert validated["solar_radiation_wm2"].tolist() == [100 * h for h in range(4, 16)]
    assert validated["timestamp"].dt.hour.tolist() == list(range(5, 17))
    assert set(validated["observed_at"].dt.minute) == {52}
