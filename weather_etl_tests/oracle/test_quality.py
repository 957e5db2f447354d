"""Quality control beside ioos_qc, the reference implementation of QARTOD; every difference is deliberate and named."""

from types import ModuleType

import numpy as np
import pytest

from weather_etl.meteorology import quality
from weather_etl.meteorology.quality import LIMITS, Limits, changes, climate, ranges, still
from weather_etl.meteorology.quality.months import Months
from weather_etl_tests.oracle.hours import both_sources, on_the_real_file, times, values

pytestmark = pytest.mark.oracle

MEASURED = [v for v in LIMITS if v not in ("dew_point_c", "wind_gust_ms", "pressure_station_hpa")]
with_spike = pytest.mark.parametrize("variable", [v for v in MEASURED if LIMITS[v].spike])
with_rate = pytest.mark.parametrize("variable", [v for v in MEASURED if LIMITS[v].rate])
with_runs = pytest.mark.parametrize("variable", [v for v in MEASURED if LIMITS[v].flat_hours])


def qartod() -> ModuleType:
    return pytest.importorskip("ioos_qc.qartod")


def plain(flags: np.ma.MaskedArray) -> np.ndarray:
    return np.ma.filled(flags, 9).astype(np.uint8)


@both_sources
@pytest.mark.parametrize("variable", MEASURED)
def test_gross_range_is_that_of_ioos_qc(source, variable):
    x, limits = values(source, variable), LIMITS[variable]
    theirs = qartod().gross_range_test(x, limits.fail, limits.suspect)
    assert (ranges.gross_range(x, limits) == plain(theirs)).all()


@both_sources
@with_spike
def test_spike_is_that_of_ioos_qc(source, variable):
    x, limits = values(source, variable), LIMITS[variable]
    theirs = qartod().spike_test(x, *limits.spike, method="differential")
    assert (changes.spike(x, limits) == plain(theirs)).all()


@both_sources
@with_rate
def test_rate_of_change_is_that_of_ioos_qc_but_for_hours_without_one_before_which_are_not_evaluated(source, variable):
    """ioos_qc calls the first value, and one beside a missing value, good; nothing has been compared there."""
    x, limits = values(source, variable), LIMITS[variable]
    mine, theirs = (
        changes.rate_of_change(x, limits),
        plain(qartod().rate_of_change_test(x, times(source), limits.rate / 3600)),
    )
    without = np.append(True, np.isnan(x[:-1])) & ~np.isnan(x)
    assert (mine[without] == 2).all() and (theirs[without] == 1).all()
    # A rate per second: 6 / 3600 * 3600 may round to the other side of 6 in a handful of hours.
    near = np.append(False, np.abs(np.abs(np.diff(x)) - limits.rate) < 1e-9)
    assert (mine == theirs)[~without & ~near].all() and near.sum() < 20


@both_sources
@with_runs
def test_flat_line_finds_the_runs_of_ioos_qc_and_flags_the_whole_run(source, variable):
    """ioos_qc flags a value if the window that ends there is flat: the first hours of a stuck sensor stay good."""
    x, limits = values(source, variable), LIMITS[variable]
    mine = still.flat_line(x, limits)
    suspect, fail = (3600 * (h - 1) for h in limits.flat_hours)  # n equal hours span n - 1 intervals
    theirs = plain(qartod().flat_line_test(x, times(source), suspect, fail, tolerance=1e-9))
    assert (mine[theirs == 4] == 4).all() and (mine[theirs == 3] >= 3).all()
    # Every run that we flag, they flag at its end, and as we do.
    same = np.append(False, np.abs(np.diff(x)) < 1e-9)
    last = np.append(~same[1:], True)
    assert (mine[last] == theirs[last]).all()


def test_a_tolerance_of_0_makes_the_flat_line_test_of_ioos_qc_blind():
    """The reason why we compare with 1e-9."""
    t = np.arange(50).astype("datetime64[h]")
    assert (qartod().flat_line_test(np.full(50, 7.0), t, 7200, 10800, tolerance=0) == 1).all()
    assert (still.flat_line(np.full(50, 7.0), Limits((0, 9), (0, 9), "test", flat_hours=(3, 4))) == 4).all()


@both_sources
def test_the_aggregate_flag_is_qartod_compare(source):
    x, limits = values(source, "temperature_c"), LIMITS["temperature_c"]
    of_tests = [t(x, limits) for t in (ranges.gross_range, changes.spike, still.flat_line, changes.rate_of_change)]
    assert (quality.aggregate(*of_tests) == plain(qartod().qartod_compare(of_tests))).all()


# Published vectors of ioos_qc, tests/test_qartod.py.


def test_the_gross_range_vector_of_ioos_qc():
    # QartodGrossRangeTest.test_gross_range_check
    limits = Limits((10, 50), (20, 40), "ioos_qc")
    flags = ranges.gross_range(np.array([5, 10, 11, 20, 25, 30, 35, 40, 49, 50, 51], dtype=float), limits)
    assert flags.tolist() == [4, 3, 3, 1, 1, 1, 1, 1, 3, 3, 4]


def test_the_differential_spike_vector_of_ioos_qc():
    # QartodSpikeTest: thresholds 25 and 50, method "differential"
    x = np.array([3, 4.99, 5, 6, 8, 6, 6, 6.75, 6, 6, 5.3, 6, 6, 9, 5, np.nan, 4, 4], dtype=float)
    limits = Limits((0, 99), (0, 99), "ioos_qc", spike=(0.5, 1))
    theirs = plain(qartod().spike_test(x, 0.5, 1, method="differential"))
    assert changes.spike(x, limits).tolist() == theirs.tolist()


def test_the_flat_line_vector_of_ioos_qc():
    # QartodFlatLineTest: values every 15 minutes; here every hour, so that 3 and 4 equal ones are suspect and fail
    x = np.array([1, 2, 2.0001, 2, 2.0001, 2, 2.0001, 2, 4, 5, 3, 3.0001, 3.0005, 3.00001])
    t = np.arange(len(x)).astype("datetime64[h]")
    theirs = plain(qartod().flat_line_test(np.round(x, 2), t, 2 * 3600, 3 * 3600, tolerance=1e-9))
    mine = still.flat_line(np.round(x, 2), Limits((0, 9), (0, 9), "ioos_qc", flat_hours=(3, 4)))
    assert theirs.tolist() == [1, 1, 1, 3, 4, 4, 4, 4, 1, 1, 1, 1, 3, 4]
    assert mine.tolist() == [1, 4, 4, 4, 4, 4, 4, 4, 1, 1, 4, 4, 4, 4]


@on_the_real_file
def test_the_climatology_of_ioos_qc_needs_spans_by_hand_and_ours_takes_them_from_the_record(source):
    """With the spans that we compute, ioos_qc flags the same hours; it knows no rule for how many years they need."""
    x, t = values(source, "wind_speed_ms"), times(source)
    months = t.astype("datetime64[M]").astype(int)
    mine = climate.climatology(x, Months.of_rows(months))
    config = qartod().ClimatologyConfig()
    for month in range(12):
        of_month = x[(months % 12 == month) & ~np.isnan(x)]
        low, high = of_month.mean() - 5 * of_month.std(), of_month.mean() + 5 * of_month.std()
        config.add(tspan=(month + 1, month + 1), period="month", vspan=(low, high))
    theirs = plain(qartod().climatology_test(config, np.nan_to_num(x, nan=0.0), t, np.zeros(len(x))))
    valid = ~np.isnan(x)
    assert (mine == 3).sum() > 0 and ((mine == 3) == (theirs == 3))[valid].all()
