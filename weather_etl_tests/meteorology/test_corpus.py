"""Each file of the corpus ends ingested, quarantined or rejected, as its record says, and every line is accounted for."""

import pytest

from weather_etl.meteorology import observations
from weather_etl.meteorology.reasons import EXPLANATIONS, Reason
from weather_etl_tests.meteorology.corpus import CORPUS, Case
from weather_etl_tests.meteorology.making import STATION, File, raw_of


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_each_file_of_the_corpus_ends_as_its_record_says(case: Case):
    raw = raw_of(File(case.data), settings=case.settings)
    if case.rejected:
        [rejection] = raw.rejected
        assert rejection["reason"] == case.rejected, rejection["detail"]
        assert case.says in rejection["detail"]
        return
    assert not raw.rejected
    tables = observations.observe(raw.rows, raw.readings, [], station=STATION, timezone="UTC")
    assert tables.quarantined["reason"].value_counts().to_dict() == case.quarantined
    assert tables.balance.kept == case.kept
    assert tables.balance.identical_duplicates == case.duplicates
    assert tables.balance.holds() and tables.balance.data_lines == raw.rows.num_rows
    # The weather of the base is too even for the tests on series; here only the value itself counts.
    events = tables.events[tables.events["test"].isin(["syntax", "gross_range"]) & (tables.events["flag"] == 4)]
    assert events["variable"].value_counts().to_dict() == case.failed
    [entry] = raw.entries
    assert entry["unclean_end"] == case.unclean_end
    assert case.says in "\n".join([*entry["warnings"], *tables.warnings])


def test_the_names_of_the_corpus_are_distinct():
    assert len({case.name for case in CORPUS}) == len(CORPUS)


def test_every_reason_is_explained_with_a_remedy():
    assert set(EXPLANATIONS) == set(Reason)
    assert all(meaning.endswith(".") and remedy.endswith(".") for meaning, remedy in EXPLANATIONS.values())
