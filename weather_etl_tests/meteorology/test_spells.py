"""Runs of days against the slowest way to count them, and the growing season at its limit."""

from itertools import groupby

import numpy as np
import pytest

from weather_etl.meteorology.aggregation import spells
from weather_etl.meteorology.aggregation.groups import Groups

SPANS = (1, 5, 31, 2, 40)


def lengths(met: list[bool]) -> list[int]:
    return [len(list(run)) for is_met, run in groupby(met) if is_met]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8, 1.0])
def test_runs_are_counted_within_each_span(share):
    met = np.random.default_rng(5).random(sum(SPANS)) < share
    groups = Groups(np.repeat(np.arange(len(SPANS)), SPANS))
    parts = [lengths(part.tolist()) for part in np.split(met, np.cumsum(SPANS)[:-1])]
    assert spells.longest(met, groups).tolist() == [max(part, default=0) for part in parts]
    for least in (1, 3, 6):
        expected = [sum(n for n in part if n >= least) for part in parts]
        assert spells.total_in_runs(met, least, groups).tolist() == expected


def season(*runs: tuple[float, int], half: int = 20) -> int:
    days = np.concatenate([np.full(n, mean) for mean, n in runs])
    return spells.season(days > 5.0, days < 5.0, half, 6)


@pytest.mark.parametrize(
    ("runs", "days"),
    [
        (((9, 5), (1, 5), (9, 20), (1, 10)), 20),  # five warm days begin nothing
        (((9, 6), (1, 9), (9, 15), (1, 10)), 30),  # nothing ends before the middle
        (((1, 10), (9, 30)), 30),  # to the last day
        (((1, 40),), 0),
        (((9, 30), (5, 6), (9, 4)), 40),  # days at the limit are not below it
        (((1, 4), (5, 6), (9, 30)), 30),  # nor above
        (((9, 15), (1, 9), (9, 10)), 34),  # only four of the nine cool days lie behind the middle
    ],
)
def test_a_growing_season_lasts_from_six_warm_days_to_six_cool_ones_of_the_second_half(runs, days):
    assert season(*runs) == days
