"""The list of mutants is about the package as it is: `make test-mutations` takes half an hour to say so."""

from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.mutations.mutants import MUTANTS


def test_every_mutant_changes_one_place_that_is_there() -> None:
    texts = {m.file: (CHECKOUT / m.file).read_text("utf-8") for m in MUTANTS}
    assert [(m.file, m.old) for m in MUTANTS if texts[m.file].count(m.old) != 1] == []


def test_every_mutant_has_tests_that_are_there() -> None:
    assert [t for m in MUTANTS for t in m.tests if not (CHECKOUT / t).exists()] == []
