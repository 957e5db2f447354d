"""What is wrong with a TOML file, as sentences with key and line.

Belongs here: pydantic's errors told to a person, the line of a key.
Does not belong here: what a file may say (`station_file.py`).
"""

import re
import tomllib
import typing
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from weather_etl.redaction import printable

MAX_SHOWN, MAX_SENTENCE, MAX_ERRORS = 200, 1000, 20

Line = int
Place = tuple[str | int, ...]


def told(errors: list[ErrorDetails], model: type[BaseModel], text: str, source: str) -> str:
    """All errors in one paragraph: the file, then for each the line (where there is a text), the key, the way out."""
    lines = lines_of(text)
    problems = sorted({(line_of(lines, error["loc"]), _sentence(error, model)) for error in errors})
    all_told = [f"line {line}: {sentence}." if line else f"{sentence}." for line, sentence in problems]
    sentences = [printable(sentence, MAX_SENTENCE) for sentence in all_told[:MAX_ERRORS]]
    if len(all_told) > MAX_ERRORS:
        sentences.append(f"and {len(all_told) - MAX_ERRORS:,} more.")
    if len(sentences) == 1:
        return f"{source}, {sentences[0]}" if problems[0][0] else f"{source}: {sentences[0]}"
    return f"{source} has {len(all_told):,} errors. " + " ".join(s[0].upper() + s[1:] for s in sentences)


_WRONG_TYPES = {
    "string_type": "a text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "dataclass_type": "a table",
}


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    key, kind, value = _dotted(error["loc"]), error["type"], error["input"]
    if kind == "extra_forbidden":
        known = ", ".join(_keys_at(model, error["loc"][:-1]))
        where = f"[{_dotted(error['loc'][:-1])}] has " if len(error["loc"]) > 1 else "there is "
        return f"{where}the unknown key {str(error['loc'][-1])!r}; known keys are {known}"
    if kind == "wrong_type" or kind in _WRONG_TYPES:
        wanted = error["msg"] if kind == "wrong_type" else _WRONG_TYPES[kind]
        return f"{key} is {value!r}, which is of the wrong type; it must be {wanted}"
    if kind == "literal_error":
        choices = _choices_at(model, error["loc"])
        return f"{key} is {value!r}; it must be one of {', '.join(map(repr, choices))}"
    if kind == "sentence":
        return error["msg"].replace("{key}", key)
    said = str(error["ctx"]["error"]) if kind == "value_error" else error["msg"]
    shown = repr(value)
    return f"{key} is {shown if len(shown) <= MAX_SHOWN else f'{shown[:40]}...'}; {said}"


def _dotted(place: Place) -> str:
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(parts).removeprefix(".")


def _field_at(model: type[BaseModel], place: Place) -> Any:
    """The annotation of a place in the file, without what narrows it."""
    annotation: Any = model
    for part in place:
        kinds = [k for k in _kinds_in(annotation) if isinstance(k, type) and issubclass(k, BaseModel)]
        if kinds and isinstance(part, str) and part in kinds[0].model_fields:
            annotation = kinds[0].model_fields[part].annotation
    return annotation


def _kinds_in(annotation: Any) -> list[Any]:
    """The annotation and all that it is made of."""
    parts = () if typing.get_origin(annotation) is Literal else typing.get_args(annotation)
    return [annotation, *(kind for part in parts for kind in _kinds_in(part))]


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    kinds = [k for k in _kinds_in(_field_at(model, place)) if isinstance(k, type) and issubclass(k, BaseModel)]
    return list(kinds[0].model_fields) if kinds else []


def _choices_at(model: type[BaseModel], place: Place) -> list[Any]:
    kinds = [k for k in _kinds_in(_field_at(model, place)) if typing.get_origin(k) is Literal]
    return [choice for kind in kinds for choice in typing.get_args(kind)]


_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_ASSIGNMENT = re.compile(rf"(?:^|[{{,])\s*({_KEYS})\s*=")


def lines_of(text: str) -> dict[Place, Line]:
    """Where in a valid TOML text each key stands: its place -> the number of the line, from 1 on.

    `tomllib` does not tell. Keys of tables in one line (`a = { b = 1 }`) are found too; lines within texts of several
    lines are passed over. Elements of a list of values stand where the list begins.
    """
    lines: dict[Place, Line] = {}
    table: Place = ()
    elements: dict[Place, int] = {}
    quotes = ""  # of the text of several lines that has not ended yet
    for number, line in enumerate(text.splitlines(), 1):
        if quotes:
            quotes = "" if quotes in line else quotes
            continue
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                elements[table] = elements.get(table, -1) + 1
                table = (*table, elements[table])
            lines.setdefault(table, number)
            continue
        if assignment := re.match(rf"\s*({_KEYS})\s*=(.*)", line):
            place = (*table, *_parts(assignment[1]))
            for depth in range(len(table) + 1, len(place) + 1):
                lines.setdefault(place[:depth], number)
            for inner in _ASSIGNMENT.finditer(assignment[2]):
                lines.setdefault((*place, *_parts(inner[1])), number)
            for mark in ('"""', "'''"):
                if assignment[2].count(mark) == 1:
                    quotes = mark
    return lines


def _parts(keys: str) -> Place:
    """The parts of a dotted key as TOML reads them."""
    parts: list[str] = []
    table: Any = tomllib.loads(f"{keys} = 0")
    while isinstance(table, dict):
        [(part, table)] = table.items()
        parts.append(part)
    return tuple(parts)


def line_of(lines: Mapping[Place, Line], place: Place) -> Line:
    """The line of a place, or else of what it lies in; 0 if that is not known either."""
    return next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 0)
