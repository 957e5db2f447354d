"""What is wrong with a `station.toml`, as sentences with key and line.

Belongs here: pydantic's errors told to a person.
Does not belong here: what a file may say (`station_file.py`), lines of keys (`toml_lines.py`).
"""

import typing
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from weather_etl.toml_lines import KNOWN, dotted, line_of, lines_of, problems_told, shown


def told(errors: list[ErrorDetails], model: type[BaseModel], text: str, source: str) -> str:
    """All errors in one paragraph: the file, then for each the line (where there is a text), the key, the way out."""
    lines = lines_of(text)
    problems = {(line_of(lines, _place(error)), _sentence(error, model)) for error in errors}
    return problems_told(source, problems)


_WRONG_TYPES = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "dataclass_type": "a table",
}


def _place(error: ErrorDetails) -> tuple[str | int, ...]:
    """Where a person has to look: a rule between keys names the one of them that the file has."""
    beside = error.get("ctx", {}).get("beside")
    return (*error["loc"][:-1], beside) if beside else error["loc"]


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    place, kind, value = _place(error), error["type"], error["input"]
    key = dotted(place)
    if kind == "extra_forbidden":
        return f"{_has(place[:-1])} the unknown key {str(place[-1])!r}{KNOWN}keys are {', '.join(_keys_at(model, place[:-1]))}"
    if kind == "missing":
        return f"{_has(place[:-1])} no key {str(place[-1])!r}, which must be there"
    if kind == "wrong_type" or kind in _WRONG_TYPES:
        wanted = error["msg"] if kind == "wrong_type" else _WRONG_TYPES[kind]
        return f"{key} is {shown(value)}, which is of the wrong type; it must be {wanted}"
    if kind == "literal_error":
        choices = map(shown, _choices_at(model, place))
        return f"{key} is {shown(value)}; it must be one of {', '.join(choices)}"
    if kind == "sentence":
        return error["msg"]
    said = str(error["ctx"]["error"]) if kind == "value_error" else error["msg"]
    return f"{key} {said}" if kind == "of_key" else f"{key} is {shown(value)}; {said}"


def _has(table: tuple[str | int, ...]) -> str:
    if not table:
        return "there is"
    return f"[[{dotted(table[:-1])}]] has" if isinstance(table[-1], int) else f"[{dotted(table)}] has"


def _field_at(model: type[BaseModel], place: tuple[str | int, ...]) -> Any:
    """The annotation of a place in the file, without what narrows it."""
    annotation: Any = model
    for part in place:
        kind = _model_in(annotation)
        named = [f for name, f in kind.model_fields.items() if part == (f.alias or name)] if kind else []
        if named:
            annotation = named[0].annotation
    return annotation


def _kinds_in(annotation: Any) -> list[Any]:
    """The annotation and all that it is made of."""
    parts = () if typing.get_origin(annotation) is Literal else typing.get_args(annotation)
    return [annotation, *(kind for part in parts for kind in _kinds_in(part))]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of a table, or of the tables of a list."""
    return next((k for k in _kinds_in(annotation) if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _keys_at(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The keys of a table as a person writes them."""
    kind = _model_in(_field_at(model, place))
    return [field.alias or name for name, field in kind.model_fields.items()] if kind else []


def _choices_at(model: type[BaseModel], place: tuple[str | int, ...]) -> list[Any]:
    kinds = [k for k in _kinds_in(_field_at(model, place)) if typing.get_origin(k) is Literal]
    return [choice for kind in kinds for choice in typing.get_args(kind)]
