"""What the value of a key of a profile may be, kind by kind.

Belongs here: one check a kind, which gives the rest of a sentence ("<key> ...") where a value is not of it, else None.
Does not belong here: which key has which kind (`grammar.py`).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from weather_etl.meteorology.formats.profile import REFUSALS, ZONE_WORDS, minutes_of
from weather_etl.meteorology.units import QUANTITIES, is_unit, known_zone, scale_of
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS
from weather_etl.toml_lines import shown

Check = Callable[[Any], str | None]


def problem(value: Any, kind: str | tuple[str, ...]) -> str | None:
    """Why a value is not of a kind, as the rest of a sentence; None if it is.

    Args:
        value: as TOML has it.
        kind: the name of a kind, or the values that are allowed.
    """
    if isinstance(kind, tuple):
        return None if value in kind else f"is {shown(value)}; it must be one of {', '.join(map(shown, kind))}"
    return _CHECKS[kind](value)


def _must_be(what: str, test: Callable[[Any], bool]) -> Check:
    return lambda value: None if test(value) else f"is {shown(value)}; it must be {what}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list_of(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(test, value))


_is_texts = _is_list_of(_is_text)


def _is_pair_of(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: _is_list_of(test)(value) and len(value) == 2


def _are_positions(value: Any) -> bool:
    return _is_pair_of(lambda v: type(v) is int and v > 0)(value) and value[0] <= value[1]


def _are_columns(value: Any) -> bool:
    """Texts, or a list of lists of them: one or the other set of columns."""
    return _is_texts(value) or (bool(value) and _is_list_of(_is_texts)(value))


def _regex(value: Any) -> str | None:
    if not _is_text(value):
        return f"is {shown(value)}; it must be a regular expression in a text"
    try:
        re.compile(value)
    except re.error as error:
        return f"is no regular expression ({error})"
    return None


def _is_regex_of_a_column(value: Any) -> bool:
    return _is_table(value) and value.keys() == {"column", "regex"} and _regex(value["regex"]) is None


def _column_regex(value: Any) -> str | None:
    return None if _is_regex_of_a_column(value) else "must have a `column` and a `regex`"


def _drops(value: Any) -> str | None:
    good = _is_list_of(_is_regex_of_a_column)(value)
    return None if good else "must be a list of tables with `column` and `regex`"


def _zone(value: Any) -> str | None:
    for zone in [value] if _is_text(value) else value if _is_texts(value) else [None]:
        if zone is None or (zone not in ZONE_WORDS and known_zone(zone) is None):
            words = ", ".join(ZONE_WORDS)
            return f"is {shown(value)}; a zone is UTC, an offset such as UTC+09:00, an IANA name or {words}"
    return None


def _duration(value: Any) -> str | None:
    try:
        minutes_of(value)
    except (ValueError, AttributeError) as error:
        return f"is {shown(value)}; {error}"
    return None


def _period(value: Any) -> str | None:
    if _is_table(value):
        return None if value.keys() == {"column"} else "must be a duration or { column = ... }"
    return _duration(value)


def _variable(value: Any) -> str | None:
    good = value in RAW_TEXT_COLUMNS
    return None if good else f"is {shown(value)}; known variables are {', '.join(RAW_TEXT_COLUMNS[3:])}"


def _units(value: Any) -> str | None:
    for variable, unit in value.items() if _is_table(value) else [("?", value)]:
        quantity = QUANTITIES.get(variable)
        if quantity is None or not _is_text(unit) or not is_unit(quantity, scale_of(unit.rstrip("?"))[1]):
            return f"says {shown(unit)} of {shown(variable)}, which is no unit of it"
    return None


def _systems(value: Any) -> str | None:
    for unit, units in value.items() if _is_table(value) else [("?", value)]:
        if not is_unit("temperature", unit) or _units(units):
            return (
                f"says {shown(units)} of temperatures in {shown(unit)}; it must be a table of units for degC, degF or K"
            )
    return None


def _map(value: Any) -> str | None:
    good = value == "compass" or (_is_table(value) and all(map(_is_number, value.values())))
    return None if good else "must be `compass` or a table text = number"


_QUALITY_PLACES = {"column", "part", "at", "next", "cell"}


def _quality(value: Any) -> str | None:
    good = _is_table(value) and len(value.keys() - {"codes"}) == 1 and value.keys() <= _QUALITY_PLACES | {"codes"}
    codes: Any = value.get("codes", "isd") if good else None
    good = good and (
        codes == "isd" or (_is_table(codes) and all(flag in (0, 1, 2, 3, 4, 9) for flag in codes.values()))
    )
    return None if good else "must say one of column, part, at, next or cell, and codes (code = flag, or 'isd')"


def _refusal(value: Any) -> str | None:
    code = value.split(":", 1)[0] if _is_text(value) else None
    return None if code in REFUSALS else f"must begin with one of {', '.join(REFUSALS)} and a colon"


_CHECKS: Mapping[str, Check] = {
    "text": _must_be("a text", _is_text),
    "pattern": _must_be("a text", _is_text),
    "unit": _must_be("a text", _is_text),
    "int": _must_be("a whole number", lambda v: type(v) is int),
    "number": _must_be("a number", _is_number),
    "yes": _must_be("true or false", lambda v: isinstance(v, bool)),
    "texts": _must_be("a list of texts", _is_texts),
    "table": _must_be("a table", _is_table),
    "patterns": _must_be("a list of texts and lists of texts", _is_list_of(lambda v: _is_text(v) or _is_texts(v))),
    "columns": _must_be("a list of texts, or of lists of texts", _are_columns),
    "spans": _must_be(
        "a table of two numbers each", lambda v: _is_table(v) and all(map(_is_pair_of(_is_number), v.values()))
    ),
    "positions": _must_be("two positions [first, last], counted from 1", _are_positions),
    "spans_at": _must_be("a list of positions [first, last], counted from 1", _is_list_of(_are_positions)),
    "pairs": _must_be("a list of pairs of texts", _is_list_of(_is_pair_of(_is_text))),
    "column list": lambda value: None,  # looked at key by key
    "regex": _regex,
    "column_regex": _column_regex,
    "drops": _drops,
    "zone": _zone,
    "duration": _duration,
    "period": _period,
    "variable": _variable,
    "units": _units,
    "systems": _systems,
    "map": _map,
    "quality": _quality,
    "refuse": _refusal,
}
