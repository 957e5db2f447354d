"""What a value of `station.toml` may be: the rules that its keys are made of.

Belongs here: numbers within bounds, names of zones, encodings, columns, units and forms of times, spans, moments.
Does not belong here: which key has which rule (`station_file.py`).

A rule returns the value to keep, or raises a `ValueError` whose text continues the sentence "<key> is <value>; ".
"""

import codecs
import re
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from weather_etl.meteorology.units import QUANTITIES, UNITS, iana_zones, known_scaled_unit
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS
from weather_etl.toml_lines import Place

MAX_NAME = 200


def number(value: Any) -> int | float:
    """A number; true and false are none."""
    if type(value) not in (int, float):
        raise PydanticCustomError("wrong_type", "a number")
    return value


Number = Annotated[int | float, PlainValidator(number)]


def within(low: float, high: float) -> AfterValidator:
    """The rule that a number lies within low..high, both inclusive; docs/settings.md reads the bounds from it."""
    return AfterValidator(partial(_within, low, high))


def _within(low: float, high: float, value: float) -> float:
    if not low <= value <= high:  # NaN too
        raise ValueError(f"it must lie within {low}..{high}")
    return value


def display_name(name: str) -> str:
    """What a station is called on pages."""
    if len(name) > MAX_NAME:
        raise ValueError(f"it has {len(name):,} characters, and must have at most {MAX_NAME}")
    return name


def zone(name: str) -> str:
    """An IANA time zone."""
    if name in ("localtime", "Factory"):
        raise ValueError(
            "this is whatever zone a machine is in, and tables would depend on it; use an IANA name such as Europe/Budapest"
        )
    if name not in iana_zones():
        raise ValueError("this time zone is unknown; use an IANA name such as Europe/Budapest")
    return name


def encoding(name: str) -> str:
    """An encoding of texts that Python knows."""
    try:
        is_text = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise ValueError("this encoding is unknown; use a name such as cp1250 or iso8859-2")
    return name


def raw_column(name: Any) -> str:
    """What a column of a file is: one of ours, or ignored."""
    if name not in RAW_TEXT_COLUMNS and name != "ignore":
        raise ValueError(f"there is no such column; known are {', '.join(RAW_TEXT_COLUMNS)}, and ignore")
    return str(name)


def time_form(form: str) -> str:
    """How times are written."""
    from weather_etl.meteorology.time_forms import is_form

    if not is_form(form):
        raise ValueError("this is no form of times; write one such as %d.%m.%Y %H:%M, or iso, dmy, mdy, ymd")
    return form


def bulletin_date(text: str) -> str:
    """The month of reports that have none."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise ValueError("it must be a year and a month, such as 2024-05")
    return text


def profile_or_name(value: Any) -> Any:
    """The name of a profile, or a profile: its table is checked by the grammar of profiles."""
    from weather_etl.meteorology.formats.grammar import problems_of
    from weather_etl.meteorology.formats.profile import ProfileError
    from weather_etl.meteorology.formats.registry import compile_table

    if isinstance(value, str):
        if not value:
            raise ValueError("it must not be empty")
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError("wrong_type", "the name of a profile, or a table")
    if wrong := problems_of(value, needs_match=False):
        raise ValidationError.from_exception_data("format", [_error(place, "of_key", said) for place, said in wrong])
    try:
        return compile_table(value, name="station", origin="station.toml")
    except ProfileError as error:
        raise ValidationError.from_exception_data(
            "format", [_error(("base",), "sentence", str(error).rstrip("."))]
        ) from None


def _error(place: Place, kind: str, sentence: str) -> InitErrorDetails:
    return {"type": PydanticCustomError(kind, "{said}", {"said": sentence}), "loc": place, "input": None}


def unit_of(column: str, text: Any) -> str:
    """The unit of a column, which may have a factor: `0.1 degC`."""
    unit = known_scaled_unit(column, text) if isinstance(text, str) else None
    if unit is None:
        known = ", ".join(sorted(set(UNITS[QUANTITIES[column]].values())))
        raise ValueError(f"this unit is not known; known for {column} are {known}")
    return unit


def not_empty(text: str) -> str:
    """A text with a character at least."""
    if not text:
        raise ValueError("it must not be empty")
    return text


def span(value: Any) -> tuple[float, float]:
    """Two numbers, the lower one first."""
    is_pair = isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)
    if not (is_pair and value[0] <= value[1]):
        raise ValueError("it must be two numbers in ascending order, such as [-60, 50]")
    return (value[0], value[1])


def positive(value: float) -> float:
    """A number above 0."""
    if not value > 0:
        raise ValueError("it must be above 0")
    return float(value)


Span = Annotated[tuple[float, float], PlainValidator(span)]


def moment(value: Any) -> datetime:
    """A time in UTC: as its offset says, else as it stands; the zone of the station does not count."""
    if type(value) is not datetime:
        raise PydanticCustomError("wrong_type", "a time such as 2020-01-31T06:00:00Z")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
