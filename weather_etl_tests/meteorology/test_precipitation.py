"""What fell in an hour, by what a source's column means: each kind on shapes that occur."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import aggregation
from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.readings import Precipitation, Reading
from weather_etl_tests.meteorology import field


def station(
    times, amounts, meaning: Precipitation, *, types=None, timezone="UTC", fields=(), stamp="end", period=0, **more
):
    columns = {
        "timestamp": [f"2020-01-01T{t}Z" if len(t) == 5 else t for t in times],
        "temperature_c": ["5"] * len(times),
    }
    if amounts is not None:
        columns["precipitation_mm"] = [str(a) for a in amounts]
    if types:
        columns["report_type"] = types
    reading = Reading.of({}, precipitation=meaning, fields=fields, stamp=stamp, period_minutes=period)
    return field.observed(columns | more, reading, timezone=timezone)


def rain(observations) -> dict[str, float]:
    v = observations.validated[observations.validated["precipitation_mm"].notna()]
    return {f"{t:%H:%M}": x for t, x in zip(v["timestamp"], v["precipitation_mm"], strict=True)}


def long(observations) -> dict[str, tuple[float, int]]:
    v = observations.validated[observations.validated["precipitation_long_mm"].notna()]
    return {f"{t:%d %H}": (x, h) for t, x, h in zip(v["timestamp"], v["precipitation_long_mm"], v["precipitation_long_h"], strict=True)}  # fmt: skip


AMOUNT, INTERVAL = Precipitation("amount", 60), Precipitation("interval")
ROUTINE = Precipitation("running", routine="FM-?15")


def test_an_amount_of_the_last_hour_belongs_to_the_hour_that_its_period_ends_with():
    assert rain(station(["09:50", "11:00", "12:20"], [0.1, 0.2, 0.3], AMOUNT)) == {
        "10:00": 0.1,
        "11:00": 0.2,
        "12:00": 0.3,
    }


def test_an_amount_stamped_at_its_start_belongs_to_the_next_hour():
    assert rain(station(["09:00", "10:00"], [0.1, 0.2], AMOUNT, stamp="start", period=60)) == {
        "10:00": 0.1,
        "11:00": 0.2,
    }


def test_a_running_sum_counts_at_the_routine_report_only():
    times = ["09:52", "10:15", "10:40", "10:52", "11:10", "11:52"]
    types = ["FM-15", "FM-16", "FM-16", "FM-15", "FM-16", "FM-15"]
    assert rain(station(times, [0, 1, 2, 3, 0.5, 0.6], ROUTINE, types=types)) == {"10:00": 0, "11:00": 3, "12:00": 0.6}


def test_without_types_the_routine_minute_is_the_one_with_most_rain():
    times = ["08:52", "09:15", "09:52", "10:30", "10:52", "11:52"]
    observations = station(times, [0.2, 0.3, 0.4, 0.5, 0.6, 0.7], Precipitation("running"))
    assert rain(observations) == {"09:00": 0.2, "10:00": 0.4, "11:00": 0.6, "12:00": 0.7}


def test_where_the_routine_report_is_absent_the_last_special_one_stands_in():
    times, types = ["09:52", "10:15", "10:40", "11:52"], ["FM-15", "FM-16", "FM-16", "FM-15"]
    assert rain(station(times, [0, 1, 2, 0.6], ROUTINE, types=types)) == {"10:00": 0, "11:00": 2, "12:00": 0.6}


def test_among_special_reports_a_dip_gives_the_largest_and_is_suspect():
    times, types = ["09:52", "10:15", "10:40", "11:52"], ["FM-15", "FM-16", "FM-16", "FM-15"]
    observations = station(times, [0, 2, 1, 0.6], ROUTINE, types=types)
    assert rain(observations)["11:00"] == 2
    assert observations.validated.set_index(observations.validated["timestamp"].dt.hour)["precipitation_mm_qc"][11] == 3


def test_the_routine_report_is_right_where_a_special_one_had_more():
    observations = station(["09:52", "10:40", "10:52"], [0, 2, 1.5], ROUTINE, types=["FM-15", "FM-16", "FM-15"])
    assert rain(observations)["11:00"] == 1.5 and observations.events["original_value"].tolist() == [2]


def test_of_two_routine_reports_of_an_hour_the_one_at_the_routine_minute_counts():
    times = ["08:52", "09:52", "10:52", "10:57", "11:52"]
    assert rain(station(times, [0, 0, 3, 1, 0.6], ROUTINE, types=["FM-15"] * 5))["11:00"] == 3


def test_synop_reports_among_them_are_no_running_sums():
    observations = station(["09:52", "10:00", "10:52"], [1, 9, 2], ROUTINE, types=["FM-15", "FM-12", "FM-15"])
    assert rain(observations) == {"10:00": 1, "11:00": 2}


def test_a_report_of_another_kind_does_not_stand_in_for_an_absent_routine_one():
    observations = station(["09:52", "11:00", "11:52"], [1, 9, 2], ROUTINE, types=["FM-15", "FM-12", "FM-15"])
    assert rain(observations) == {"10:00": 1, "12:00": 2}


def intervals(n: int, minutes: int) -> list[str]:
    return [f"{t:%Y-%m-%dT%H:%MZ}" for t in pd.date_range("2020-01-01T00:00Z", periods=n, freq=f"{minutes}min")]


@pytest.mark.parametrize(("minutes", "n"), [(5, 12), (10, 6), (15, 4), (30, 2)])
def test_intervals_that_tile_an_hour_are_summed(minutes, n):
    amounts = rain(station(intervals(2 * n + 1, minutes), [0.5] * (2 * n + 1), INTERVAL))
    assert amounts == {"01:00": 0.5 * n, "02:00": 0.5 * n}


def test_an_hour_that_lacks_an_interval_is_null():
    times = intervals(25, 10)
    del times[9]
    assert sorted(rain(station(times, [0.5] * 24, INTERVAL))) == ["01:00", "03:00", "04:00"]


def test_intervals_of_an_hour_are_its_amount():
    assert rain(station(intervals(3, 60), [0.1, 0.2, 0.3], INTERVAL)) == {"00:00": 0.1, "01:00": 0.2, "02:00": 0.3}


def test_intervals_of_three_hours_are_long_amounts_and_no_hours():
    observations = station(intervals(3, 180), [0.1, 0.2, 0.3], INTERVAL)
    assert rain(observations) == {} and long(observations) == {"01 00": (0.1, 3), "01 03": (0.2, 3), "01 06": (0.3, 3)}


def test_intervals_without_a_regular_step_are_not_counted_and_a_warning_says_so():
    observations = station(["01:00", "01:37", "04:11", "09:00"], [1, 1, 1, 1], INTERVAL)
    assert rain(observations) == {} and any("4 amounts of precipitation" in w for w in observations.warnings)


def test_the_declared_interval_wins_over_the_step():
    observations = station(["01:00", "01:37", "04:11", "09:00"], [1, 1, 1, 1], Precipitation("interval", 60))
    assert rain(observations) == {"01:00": 1, "02:00": 1, "04:00": 1, "09:00": 1}


def test_of_periods_that_end_together_the_longest_is_kept_and_the_hour_beside_it():
    observations = station(
        ["06:00", "07:00"], [0.2, 0.1], AMOUNT, precipitation_3h_mm=["1", ""], precipitation_12h_mm=["4", ""]
    )
    assert rain(observations) == {"06:00": 0.2, "07:00": 0.1} and long(observations) == {"01 06": (4, 12)}


@pytest.mark.parametrize(("hour", "flags"), [(2, [3, 3]), (1.6, [1, 1]), (1.7, [3, 3])])
def test_a_shorter_period_above_a_longer_one_makes_both_suspect(hour, flags):
    observations = station(["06:00"], [hour], AMOUNT, precipitation_3h_mm=["1.5"])
    assert observations.validated[["precipitation_mm_qc", "precipitation_long_mm_qc"]].values.tolist() == [flags]


def test_a_tenth_of_a_millimetre_more_in_a_shorter_period_is_allowed_however_it_is_rounded():
    observations = station(["06:00"], [0.8], AMOUNT, precipitation_3h_mm=["0.7"])  # 0.7 + 0.1 < 0.8 in binary numbers
    assert observations.validated[["precipitation_mm_qc", "precipitation_long_mm_qc"]].values.tolist() == [[1, 1]]


def test_a_day_of_long_periods_is_the_sum_of_those_that_tile_it():
    times = [f"2020-01-0{1 + h // 24}T{h % 24:02}:00Z" for h in (6, 12, 18, 24)]
    observations = station(times, None, AMOUNT, precipitation_6h_mm=["1", "2", "3", "4"])
    daily = aggregation.daily_weather(observations.validated, station="szeged", timezone="UTC")
    assert daily["precipitation_mm"].tolist()[0] == 10 and daily["precipitation_n"].tolist()[0] == 24
    assert np.isnan(daily["precipitation_mm"][1])


def test_a_station_whose_periods_tile_days_of_utc_alone_is_told_so():
    times = [f"2020-01-0{1 + h // 24}T{h % 24:02}:00Z" for h in range(6, 72, 6)]
    validated = station(times, None, AMOUNT, precipitation_6h_mm=["1"] * len(times)).validated
    told = aggregation.better_by_utc(aggregation.LocalHours(validated, "Europe/Paris"))
    assert told and told.startswith("0 of 3 days") and "and 2 would" in told and 'day_boundary = "utc"' in told
    assert aggregation.better_by_utc(aggregation.LocalHours(validated, "UTC")) is None
    assert (
        aggregation.better_by_utc(
            aggregation.LocalHours(validated.assign(precipitation_long_mm=np.nan), "Europe/Paris")
        )
        is None
    )


def counter(times, readings, resets="day", **more):
    return station(times, readings, Precipitation("counter", resets=resets), **more)


def test_differences_of_a_counter_that_tile_an_hour_are_its_amount():
    times = intervals(13, 10)
    assert rain(counter(times, [0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 5])) == {"01:00": 2, "02:00": 3}


def test_a_reading_after_the_reset_is_the_amount_since_then():
    times = [f"2020-01-0{1 + h // 24}T{h % 24:02}:00Z" for h in range(22, 28)]
    assert rain(counter(times, [4, 5, 0, 1, 1, 3])) == {"23:00": 1, "00:00": 0, "01:00": 1, "02:00": 0, "03:00": 2}


def test_differences_of_unequal_length_tile_an_hour_too():
    times = ["00:00", "00:10", "00:20", "01:00", "01:30", "02:00"]
    assert rain(counter(times, [0, 0.2, 0.4, 1.2, 1.2, 1.5], "year")) == {"01:00": 1.2, "02:00": 0.3}


def test_a_difference_over_a_part_of_an_hour_is_no_amount_of_the_hour():
    assert rain(counter(["00:00", "00:45", "01:30"], [0, 0.2, 0.4], "year")) == {}
    assert rain(counter(["00:00", "00:10", "00:20", "00:30"], [0, 0.2, 0.4, 0.6], "year")) == {}


def test_a_difference_over_an_hour_is_none_of_an_hour_whose_first_part_is_known_apart():
    times = ["00:00", "00:10", "01:10", *(f"01:{m}" for m in (20, 30, 40, 50)), "02:00"]
    assert rain(counter(times, [0, 1, 2, 2, 2, 2, 2, 2], "year")) == {}


def test_an_hourly_counter_may_be_read_some_minutes_late():
    assert rain(counter(["00:02", "00:59", "01:58"], [0, 0.5, 0.7], "year")) == {"01:00": 0.5, "02:00": 0.2}


def test_a_difference_over_more_than_a_day_is_no_amount():
    times = ["2020-01-01T06:00Z", "2020-01-02T06:00Z", "2020-01-03T07:00Z", "2020-01-03T08:00Z"]
    found = counter(times, [0, 3, 9, 9], "year")
    assert long(found) == {"01 06": (0, 6), "02 06": (3, 24)} and rain(found) == {"08:00": 0}


@pytest.mark.parametrize(("day", "failed"), [(5, False), (6, False), (8, True)])  # a Sunday, a Monday, a Wednesday
def test_a_week_begins_on_sunday_or_on_monday(day, failed):
    before = 23 if day > 1 else 0
    times = [
        f"2020-01-{day - 1:02}T{before - 1}:00Z",
        f"2020-01-{day - 1:02}T{before}:00Z",
        *(f"2020-01-{day:02}T0{h}:00Z" for h in range(3)),
    ]
    found = counter(times, [8, 9, 9, 0.5, 0.5], "week")
    assert (4 in found.validated["precipitation_mm_qc"].tolist()) == failed


def test_a_counter_is_set_back_by_the_clock_of_the_station():
    times = [f"2020-01-01T{h:02}:00Z" for h in range(3, 8)]  # midnight in New York is 05Z
    assert rain(counter(times, [4, 5, 0.5, 1, 1], timezone="America/New_York"))["05:00"] == 0.5


def test_a_counter_that_falls_elsewhere_tells_nothing_and_is_an_event():
    observations = counter([f"2020-01-01T{h:02}:00Z" for h in range(10, 14)], [4, 5, 1, 2])
    assert rain(observations) == {"11:00": 1, "13:00": 1}
    assert observations.events[["variable", "flag", "original_value"]].values.tolist() == [["precipitation_mm", 4, 1]]


def test_a_difference_over_several_hours_is_an_amount_of_that_period_and_no_hour():
    observations = counter([f"2020-01-01T{h:02}:00Z" for h in (3, 4, 8)], [0, 1, 3])
    assert rain(observations) == {"04:00": 1} and long(observations) == {"01 03": (0, 3), "01 08": (2, 4)}


def test_the_first_reading_of_a_counter_is_what_fell_since_it_was_set_back():
    times = [f"2020-01-01T{h:02}:00Z" for h in (6, 7, 8)]
    assert long(counter(times, [3, 3.5, 3.5])) == {"01 06": (3, 6)}
    assert long(counter(times, [3, 3.5, 3.5], timezone="Europe/Berlin")) == {"01 06": (3, 7)}
    assert long(counter(times, [3, 3.5, 3.5], resets="year")) == {"01 06": (3, 6)}
    assert long(counter(times, [3, 3.5, 3.5], resets="")) == {}


def test_a_reading_an_hour_after_the_reset_is_the_amount_since_then_though_it_is_larger_than_the_one_before():
    times = [f"2020-01-0{1 + h // 24}T{h % 24:02}:00Z" for h in range(22, 28)]
    assert rain(counter(times, [0.5, 0.5, 0.5, 2, 2, 3])) == {
        "23:00": 0, "00:00": 0, "01:00": 2, "02:00": 0, "03:00": 1,
    }  # fmt: skip


def test_a_counter_that_was_seen_to_fall_at_another_time_is_not_thought_to_be_set_back_at_midnight():
    times = [f"2020-01-0{1 + h // 24}T{h % 24:02}:00Z" for h in range(20, 28)]
    assert rain(counter(times, [0.5, 0, 0.5, 0.5, 0.5, 2, 2, 3]))["01:00"] == 1.5


@field.needs_files
@pytest.mark.realdata
def test_a_daily_counter_with_lost_readings_gives_back_the_rain_of_its_month():
    hours = field.basel().validated
    clock = hours["timestamp"].dt.tz_convert("Europe/Zurich")
    june = hours[((clock - pd.Timedelta(hours=1)).dt.strftime("%Y-%m") == "2017-06").to_numpy()]
    day = (june["timestamp"] - pd.Timedelta(hours=1)).dt.tz_convert("Europe/Zurich").dt.date
    readings = june.groupby(day)["precipitation_mm"].cumsum()
    keep = np.random.default_rng(7).random(len(june)) > 0.1
    times = [f"{t:%Y-%m-%dT%H:%MZ}" for t in june["timestamp"][keep]]
    validated = counter(times, [f"{r:.1f}" for r in readings[keep]], timezone="Europe/Zurich").validated
    total = validated["precipitation_mm"].sum() + validated["precipitation_long_mm"].sum()
    # golden2.json: counter.derived.june, of 653 readings of 720, and counter.derived.hours
    assert (keep.sum(), validated["precipitation_mm"].notna().sum()) == (653, 589) and total == pytest.approx(67.2)


def test_a_trace_is_nothing_that_is_marked():
    observations = station(
        ["01:00", "02:00", "03:00"], ["T", 0, ""], AMOUNT, fields=(("precipitation_mm", Field(trace=("T",))),)
    )
    v = observations.validated
    assert v["precipitation_mm"].fillna(-1).tolist() == [0, 0, -1]
    assert v["precipitation_trace"].astype(object).where(v["precipitation_trace"].notna(), None).tolist() == [
        True,
        False,
        None,
    ]


def test_minus_one_is_a_trace_only_where_the_source_says_so():
    marked = station(["01:00"], [-1], AMOUNT, fields=(("precipitation_mm", Field(10.0, trace=("-1",))),)).validated
    plain = station(["01:00"], [-1], AMOUNT).validated
    assert (marked["precipitation_mm"][0], marked["precipitation_trace"][0]) == (0, True)
    assert plain["precipitation_mm_qc"][0] == 4


@pytest.mark.parametrize(("blank", "amount"), [("none", 0.0), ("missing", None)])
def test_an_empty_cell_means_what_the_source_says(blank, amount):
    validated = station(["01:00", "02:00"], ["", 1], Precipitation("amount", 60, blank=blank)).validated
    assert (None if np.isnan(validated["precipitation_mm"][0]) else validated["precipitation_mm"][0]) == amount


def test_traces_within_an_hour_without_an_amount_are_a_trace():
    marks = (("precipitation_mm", Field(trace=("T",))),)
    validated = station(intervals(7, 10), [0, "T", 0, 0, 0, 0, 0], INTERVAL, fields=marks).validated
    assert validated.set_index(validated["timestamp"].dt.hour)["precipitation_trace"][1]


def test_a_trace_within_an_hour_with_an_amount_is_none_of_the_hour():
    marks = (("precipitation_mm", Field(trace=("T",))),)
    made = station(intervals(7, 10), ["0", "T", "0", "0.2", "0", "T", "0"], INTERVAL, fields=marks).validated
    hour = made.set_index(made["timestamp"].dt.hour).loc[1]
    assert (hour["precipitation_mm"], hour["precipitation_trace"]) == (0.2, False)


@pytest.mark.parametrize(("missing", "hours"), [(4, 20), (16, 0)])
def test_a_step_is_regular_if_four_fifths_of_the_steps_equal_it(missing, hours):
    # Two steps of 20 minutes beside two of 10 in some hours.
    times = [t for i, t in enumerate(intervals(6 * 24 + 1, 10)) if i % 6 not in (2, 4) or i >= 6 * missing]
    assert len(rain(station(times, [0.1] * len(times), INTERVAL))) == hours
