"""Values of keys of profiles: what is of a kind, and what is said of what is not."""

import pytest

from weather_etl.meteorology.formats import grammar
from weather_etl.meteorology.formats.value_kinds import problem

TABLES = (grammar.TOP, *grammar.TABLES.values(), grammar.META, grammar.COLUMN)
KINDS = {kind for table in TABLES for kind in table.values() if isinstance(kind, str)}

# kind -> values of it | values that are not
EXAMPLES = {
    "text": (["", "a"], [1, ["a"], None]),
    "pattern": (["a"], [1]),
    "unit": (["degC"], [1]),
    "int": ([0, -3], [True, 1.0, "1"]),
    "number": ([0, 1.5], [True, "1"]),
    "yes": ([True, False], [1, "yes"]),
    "texts": ([[], ["a"]], ["a", [1], {"a": "b"}]),
    "table": ([{}], [[], "a"]),
    "patterns": ([["a", ["b", "c"]]], ["a", [1], [["a", 1]]]),
    "columns": ([["a"], [["a", "b"], ["c"]]], ["a", [["a"], "b"], [[1]]]),
    "spans": ([{"a": [0, 1.5]}], [{"a": [0]}, {"a": ["0", "1"]}, [0, 1]]),
    "positions": ([[1, 1], [3, 8]], [[0, 1], [8, 3], [1], [1, 2, 3], [1.0, 2]]),
    "spans_at": ([[[1, 4], [5, 6]], []], [[1, 4], [[4, 1]]]),
    "pairs": ([[["a", "b"]]], [["a", "b"], [["a"]], [["a", 1]]]),
    "regex": (["^a+$"], ["(", 1]),
    "column_regex": ([{"column": "a", "regex": "b"}], [{"column": "a"}, {"column": "a", "regex": "("}, "a"]),
    "drops": ([[{"column": "a", "regex": "b"}]], [{"column": "a", "regex": "b"}, [{"column": "a", "regex": "("}]]),
    "zone": (["UTC", "UTC+09:00", "Europe/Budapest", ["UTC"]], ["Narnia", 1, [1], ["UTC", "Narnia"]]),
    "duration": (["10min", "1h"], ["soon", 10]),
    "period": (["10min", {"column": "a"}], ["soon", {"columns": "a"}]),
    "variable": (["temperature_c"], ["colour", 1]),
    "units": ([{"temperature_c": "degF"}, {}], [{"temperature_c": "hPa"}, {"colour": "degC"}, {"temperature_c": 1}, "degC"]),
    "systems": ([{"degF": {"wind_speed_ms": "mph"}}], [{"mph": {}}, {"degF": {"wind_speed_ms": "hPa"}}, "degF"]),
    "map": (["compass", {"N": 0}], ["north", {"N": "0"}, {"N": True}]),
    "quality": ([{"column": "q"}, {"part": 2, "codes": {"1": 4}}], [{}, {"column": "q", "part": 1}, {"column": "q", "codes": {"1": 7}}, {"column": "q", "codes": {"1": [4]}}, {"colour": 1}, "q"]),
    "refuse": (["NO_YEAR: no year"], ["no year", 1]),
}  # fmt: skip


def test_every_kind_of_the_grammar_has_examples() -> None:
    assert EXAMPLES.keys() == KINDS


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, (good, _) in EXAMPLES.items() for v in good])
def test_a_value_of_the_kind_is_taken(kind: str, value: object) -> None:
    assert problem(value, kind) is None


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, (_, bad) in EXAMPLES.items() for v in bad])
def test_any_other_value_is_told(kind: str, value: object) -> None:
    said = problem(value, kind)
    assert said and said.split()[0] in ("is", "must", "says")


def test_a_choice_names_all_there_are() -> None:
    assert problem("auto", (".", ",")) == "is 'auto'; it must be one of '.', ','"
    assert problem(".", (".", ",")) is None
