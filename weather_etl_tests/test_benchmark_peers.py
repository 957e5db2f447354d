"""The benchmark compares like with like: our core and independent scripts make the same tables."""

import pytest

from benchmarks import compare, ordinary_pandas, ours, predecessor, tuned_duckdb, tuned_polars
from benchmarks.run import REAL, input_file
from sample_data.generate import generate

PEERS = {"polars": tuned_polars, "duckdb": tuned_duckdb, "pandas": ordinary_pandas, "predecessor": predecessor}


@pytest.fixture(scope="module")
def sample() -> bytes:
    return generate("szeged")["weather_2015.csv"]


@pytest.fixture(scope="module")
def our_tables(sample: bytes) -> dict[str, object]:
    return ours.tables(sample)


def assert_same(table: str, mine, theirs) -> None:
    theirs = compare.to_pandas(theirs)
    assert compare.differences(table, mine[[c for c in theirs if c in mine]], theirs) == []


@pytest.mark.parametrize("table", ["daily", "monthly"])
@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_makes_the_same_aggregates_from_the_sample(sample: bytes, our_tables, peer: str, table: str) -> None:
    assert_same(table, our_tables[table], PEERS[peer].tables(sample)[table])


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_counts_the_same_hours_and_events(sample: bytes, our_tables, peer: str) -> None:
    theirs = PEERS[peer].tables(sample)
    for table in ("validated", "quality_events", "quarantined"):
        assert len(theirs[table]) == len(our_tables[table]), table


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="the Kaggle file does not lie in ../shared/data")
@pytest.mark.parametrize("table", ["daily", "monthly"])
@pytest.mark.parametrize("peer", ["polars", "pandas"])
def test_a_peer_makes_the_same_aggregates_from_the_real_file(peer: str, table: str) -> None:
    csv, _ = input_file()
    assert_same(table, ours.tables(csv)[table], PEERS[peer].tables(csv)[table])
