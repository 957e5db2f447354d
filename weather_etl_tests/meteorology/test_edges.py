"""Edges of quality control, one value at a time: what is inclusive, which side a limit bounds, what a verdict outlives."""

import numpy as np
import pytest

from weather_etl.meteorology.cascade import Cascade
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.quality.limits import Limits
from weather_etl.meteorology.quality.ranges import gross_range, outside
from weather_etl.meteorology.site import Site

LIMITS = Limits((-80, 60), (-60, 50), "as of the temperature")


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (50.0, Flag.GOOD),
        (50.1, Flag.SUSPECT),
        (60.0, Flag.SUSPECT),
        (60.1, Flag.FAIL),
        (-60.0, Flag.GOOD),
        (-60.1, Flag.SUSPECT),
        (-80.0, Flag.SUSPECT),
        (-80.1, Flag.FAIL),
        (np.nan, Flag.MISSING),
    ],
)
def test_both_ends_of_a_span_are_inclusive(value: float, flag: Flag) -> None:
    assert gross_range(np.array([value]), LIMITS).tolist() == [flag]


def test_what_fails_is_not_suspect_too() -> None:
    suspect, failed = outside(np.array([55.0, 70.0, 0.0, -70.0, -90.0]), LIMITS)
    assert (suspect.tolist(), failed.tolist()) == ([0, 3], [1, 4])


def cascade(values: list[float]) -> Cascade:
    empty = np.full(len(values), np.nan)
    names = ("visibility_km", "humidity_percent", "wind_speed_ms")
    return Cascade(
        np.arange(len(values)), {"temperature_c": np.array(values), **{n: empty.copy() for n in names}}, Site()
    )


def test_a_value_that_failed_stays_failed_whatever_a_later_test_says() -> None:
    made = cascade([1.0, 2.0, 3.0])
    made.note("temperature_c", "first", Flag.FAIL, np.array([1]), "x")
    made.note("temperature_c", "second", Flag.SUSPECT, np.array([0, 1]), "y")
    assert made.flags["temperature_c"].tolist()[:2] == [Flag.SUSPECT, Flag.FAIL]


def test_a_value_that_failed_is_taken_away_and_its_neighbours_stay() -> None:
    made = cascade([1.0, 2.0, 3.0])
    made.note("temperature_c", "first", Flag.FAIL, np.array([1]), "x")
    assert np.isnan(made.values["temperature_c"]).tolist() == [False, True, False]
    assert made.findings[0].original.tolist() == [2.0]
