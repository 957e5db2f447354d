"""The benchmark compares like with like: our core and independent scripts make the same tables."""

from collections.abc import Callable
from functools import cache
from types import ModuleType

import pytest

from benchmarks import compare, ordinary_pandas, ours, predecessor, tuned_duckdb, tuned_polars
from benchmarks.run import REAL, input_file
from sample_data.generate import generate

PEERS = {"polars": tuned_polars, "duckdb": tuned_duckdb, "pandas": ordinary_pandas, "predecessor": predecessor}
Made = Callable[[ModuleType], dict[str, object]]


@pytest.fixture(scope="module")
def from_sample() -> Made:
    """What a script makes from the sample; made once, for several tests look at it."""
    sample = generate("szeged")["weather_2015.csv"]
    return cache(lambda maker: maker.tables(sample))


@pytest.fixture(scope="module")
def from_real_file() -> Made:
    csv, _ = input_file()
    return cache(lambda maker: maker.tables(csv))


def assert_same(table: str, mine, theirs) -> None:
    theirs = compare.to_pandas(theirs)
    assert compare.differences(table, mine[[c for c in theirs if c in mine]], theirs) == []


@pytest.mark.parametrize("table", ["daily", "monthly"])
@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_makes_the_same_aggregates_from_the_sample(from_sample: Made, peer: str, table: str) -> None:
    assert_same(table, from_sample(ours)[table], from_sample(PEERS[peer])[table])


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_counts_the_same_hours_and_events(from_sample: Made, peer: str) -> None:
    theirs, mine = from_sample(PEERS[peer]), from_sample(ours)
    for table in ("validated", "quality_events", "quarantined"):
        assert len(theirs[table]) == len(mine[table]), table


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="the Kaggle file does not lie in ../shared/data")
@pytest.mark.parametrize("table", ["daily", "monthly"])
@pytest.mark.parametrize("peer", ["polars", "pandas"])
def test_a_peer_makes_the_same_aggregates_from_the_real_file(from_real_file: Made, peer: str, table: str) -> None:
    assert_same(table, from_real_file(ours)[table], from_real_file(PEERS[peer])[table])
