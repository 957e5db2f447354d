"""Each test of quality control alone, on a series of values: spikes, flat lines, rates, climatology, and what holds of any series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weather_etl.meteorology import quality
from weather_etl.meteorology.quality import Limits, changes, climate, still
from weather_etl.meteorology.quality.months import Months

NAN = np.nan
ANY = Limits((-1e9, 1e9), (-1e9, 1e9), "test", spike=(3, 4), rate=6, flat_hours=(3, 5))


def series(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ((0, 3, 0), [2, 1, 2]),
        ((0, 3.5, 0), [2, 3, 2]),
        ((0, 4, 0), [2, 3, 2]),
        ((0, 4.5, 0), [2, 4, 2]),
        ((0, -4.5, 0), [2, 4, 2]),
        ((0, 9, 8, 0), [2, 1, 1, 2]),
        ((0, 9, 5.5, 5.5), [2, 3, 1, 2]),
        ((0, 9, 18), [2, 1, 2]),
        ((0, 9, NAN, 0), [2, 2, 9, 2]),
        ((NAN, 9, 0, 0), [9, 2, 1, 2]),
        ((9,), [2]),
        ((9, 0), [2, 2]),
        ((), []),
    ],
)
def test_a_spike_goes_out_and_back_and_counts_by_its_smaller_side(values, flags):
    assert changes.spike(series(*values), ANY).tolist() == flags


def test_the_good_neighbours_of_a_spike_stay_good():
    assert changes.spike(series(0, 0, 9, 0, 0), ANY).tolist() == [2, 1, 4, 1, 2]


@pytest.mark.parametrize(("length", "flag"), [(2, 1), (3, 3), (4, 3), (5, 4), (9, 4)])
def test_the_whole_run_of_equal_values_is_flagged(length, flag):
    flags = still.flat_line(series(1, 2, *[7] * length, 3), ANY)
    assert flags.tolist() == [1, 1, *[flag] * length, 1]


def test_a_gap_ends_a_run():
    assert still.flat_line(series(7, 7, NAN, 7, 7), ANY).tolist() == [1, 1, 9, 1, 1]


def test_values_that_differ_by_less_than_a_billionth_are_equal():
    assert still.flat_line(series(7, 7 + 5e-10, 7), ANY).tolist() == [3, 3, 3]


def test_an_hour_that_may_stand_still_ends_a_run_and_is_good():
    free = np.array([False, False, True, False, False])
    assert still.flat_line(series(7, 7, 7, 7, 7), ANY, free).tolist() == [1, 1, 1, 1, 1]


def test_runs_at_both_ends_are_found():
    assert still.flat_line(series(1, 1, 1, 2, 3, 3, 3), ANY).tolist() == [3, 3, 3, 1, 3, 3, 3]


@pytest.mark.parametrize(
    ("values", "flags"),
    [((0, 6), [2, 1]), ((0, 6.5), [2, 3]), ((6.5, 0), [2, 3]), ((0, NAN, 9), [2, 9, 2]), ((0,), [2]), ((), [])],
)
def test_a_change_within_an_hour_above_the_limit_is_suspect(values, flags):
    assert changes.rate_of_change(series(*values), ANY).tolist() == flags


def januaries(years: int, outlier: float) -> tuple[np.ndarray, np.ndarray]:
    values = np.tile([1.0, -1.0], 100 * years)
    values[0] = outlier
    return values, np.repeat(np.arange(2000, 2000 + years), 200)


@pytest.mark.parametrize(("years", "flag"), [(2, 2), (3, 3)])
def test_the_climatology_needs_three_years(years, flag):
    values, year = januaries(years, 30.0)
    assert climate.climatology(values, Months.of_rows(12 * year))[0] == flag


def test_a_value_more_than_five_standard_deviations_off_is_suspect():
    values, year = januaries(3, 0.0)
    month = np.zeros(len(values), dtype=int)
    limit = 5.0 * values.std()
    values[0] = limit * 0.9
    assert climate.climatology(values, Months.of_rows(12 * year + month))[0] == 1
    values[0] = limit * 1.1
    assert climate.climatology(values, Months.of_rows(12 * year + month)).tolist() == [3] + [1] * (len(values) - 1)


def test_calendar_months_are_told_apart():
    values = np.concatenate([np.tile([1.0, -1.0], 150), np.tile([101.0, 99.0], 150)])
    month, year = np.repeat([0, 6], 300), np.tile(np.repeat([0, 1, 2], 100), 2)
    order = np.argsort(year * 12 + month, kind="stable")
    assert (climate.climatology(values[order], Months.of_rows((12 * year + month)[order])) == 1).all()


def test_a_calendar_month_without_three_years_is_not_evaluated():
    year, month = np.array([0, 0, 1, 2]), np.array([0, 1, 0, 0])
    assert climate.climatology(series(1, 1, 1, NAN), Months.of_rows(12 * year + month)).tolist() == [2, 2, 2, 9]


@pytest.mark.parametrize(("failed", "rest"), [(4, 1), (5, 3)])
def test_where_more_than_forty_percent_of_a_month_failed_the_rest_is_suspect(failed, rest):
    flags = np.array([4] * failed + [1] * (10 - failed) + [9] * 5 + [1], dtype=np.uint8)
    positions = climate.month_clean_up(flags, Months.of_rows(np.array([0] * 15 + [1])))
    assert positions.tolist() == (list(range(failed, 10)) if rest == 3 else [])


def test_the_worst_flag_wins_by_the_precedence_of_qartod():
    order = np.array([9, 2, 1, 3, 4], dtype=np.uint8)
    for i, a in enumerate(order):
        for j, b in enumerate(order):
            assert quality.aggregate(np.array([a]), np.array([b])).tolist() == [order[max(i, j)]]


steps = st.sampled_from([0.0, 0.0, 0.0, 0.5, -0.5, 3.5, -3.5, 5.0, -5.0, 7.0, NAN])
walks = st.lists(steps, min_size=1, max_size=60).map(
    lambda s: np.where(np.isnan(s), NAN, 10 + np.nancumsum(np.array(s)) % 25)
)
quick = settings(derandomize=True, deadline=None, max_examples=60, database=None)
HOURLY_TESTS = {changes.spike: 1, still.flat_line: 6, changes.rate_of_change: 1}


@quick
@given(walks, st.data())
def test_a_window_of_a_series_gives_the_same_flags_as_the_whole_away_from_its_ends(values, data):
    start = data.draw(st.integers(0, len(values)))
    end = data.draw(st.integers(start, len(values)))
    for test, margin in HOURLY_TESTS.items():
        whole, window = test(values, ANY)[start:end], test(values[start:end], ANY)
        inner = slice(margin, len(window) - margin)
        if test is still.flat_line:  # a run that a cut shortens may be too short
            cut = np.flatnonzero(np.diff(values[start:end]) != 0)
            inner = slice(cut[0] + 1, cut[-1] + 1) if len(cut) else slice(0, 0)
        assert whole[inner].tolist() == window[inner].tolist(), test


@quick
@given(walks)
def test_a_series_read_backwards_has_the_same_spikes_and_flat_lines(values):
    for test in (changes.spike, still.flat_line):
        assert test(values[::-1], ANY)[::-1].tolist() == test(values, ANY).tolist()


@quick
@given(walks, st.floats(-5, 5))
def test_a_constant_added_changes_no_test_of_changes(values, offset):
    offset = round(offset * 4) / 4  # exact in binary, as the values are
    for test in HOURLY_TESTS:
        assert test(values + offset, ANY).tolist() == test(values, ANY).tolist()


@quick
@given(walks)
def test_missing_values_and_no_others_have_flag_9(values):
    for test in HOURLY_TESTS:
        assert ((test(values, ANY) == 9) == np.isnan(values)).all()
