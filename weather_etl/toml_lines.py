"""A TOML text as a table, where in it each key stands, and problems told with their lines.

Belongs here: lines of keys, which `tomllib` does not tell; one paragraph of all that is wrong with a file.
Does not belong here: what is wrong (`toml_errors.py` for a `station.toml`, `meteorology/formats/grammar.py` for a profile).
"""

import math
import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from itertools import count
from typing import Any

from weather_etl.redaction import escaped, printable

MAX_SENTENCE, MAX_ERRORS, MAX_SHOWN, MAX_DEPTH = 1000, 20, 200, 50
KNOWN = "; known "
"""Begins what need be said once for a file, however many keys it is about."""

Line = int
Place = tuple[str | int, ...]
"""Of a value in the file: keys, and for an element of a list its number from 0 on."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS = re.compile(rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*")
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_KEYS.pattern})[ \t]*\]\]?")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    + r"|'''.*?'''(?:'{0,2})"
    + r'|"(?:\\.|[^"\\])*"'
    + r"|'[^']*'"
    + r"|[^,\]}#\n]+",
    re.DOTALL,
)


def table_of(text: str) -> dict[str, Any]:
    """A TOML text as a table. Whole numbers beyond the 64 bits that TOML promises are floats, like any that are too large.

    Raises:
        ValueError: it is none; says why.
    """
    try:
        table: dict[str, Any] = _with_small_integers(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(printable(str(error), MAX_SENTENCE)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:  # of `int`
        raise ValueError("a number has thousands of digits") from None
    return table


def _with_small_integers(value: Any, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise RecursionError  # sooner than where one walk through a table comes to an end, and another does not
    match value:
        case dict():
            return {key: _with_small_integers(inner, depth + 1) for key, inner in value.items()}
        case list():
            return [_with_small_integers(inner, depth + 1) for inner in value]
        case int() if value.bit_length() > 63:
            return float(value) if value.bit_length() < 1024 else math.inf if value > 0 else -math.inf
    return value


def problems_told(source: str, problems: Iterable[tuple[Line, str]]) -> str:
    """All problems of a file in one paragraph, those of its first lines first.

    Args:
        source: names the file.
        problems: for each its line, 0 where there is none, and a sentence without a full stop.
    """
    ordered = list(_once(sorted(set(problems), key=lambda p: (p[0] or math.inf, p[1]))))
    told = [(line, f"{printable(sentence, MAX_SENTENCE)}.") for line, sentence in ordered[:MAX_ERRORS]]
    if len(told) == 1:
        [(line, sentence)] = told
        return f"{source}, line {line}: {sentence}" if line else f"{source}: {sentence}"
    sentences = [f"Line {line}: {sentence}" if line else sentence for line, sentence in told]
    if len(ordered) > MAX_ERRORS:
        sentences.append(f"And {len(ordered) - MAX_ERRORS:,} more.")
    return f"{source} has {len(ordered):,} errors. {' '.join(sentences)}"


def _once(problems: Iterable[tuple[Line, str]]) -> Iterator[tuple[Line, str]]:
    """The same without the lists of what is known that an earlier sentence has."""
    said: set[str] = set()
    for line, sentence in problems:
        about, _, known = sentence.rpartition(KNOWN)
        yield line, about if about and known in said else sentence
        said.add(known)


def shown(value: Any) -> str:
    """A value as TOML writes it; of a long one the beginning."""
    text = _value_written(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:40]}..."


def _value_written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(_value_written, value))}]"
        case dict():
            pairs = ", ".join(f"{_key_written(k)} = {_value_written(v)}" for k, v in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
    return repr(value)


def dotted(place: Place) -> str:
    """A place as a person writes it: `limits.temperature_c`, `source_ids[1]`, `aliases."a b"`."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{_key_written(part)}" for part in place]
    return "".join(parts).removeprefix(".")


def _key_written(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{escaped(key)}"'


def line_of(lines: Mapping[Place, Line], place: Place) -> Line:
    """The line of a place, or else of what it lies in; 0 if that is not known either."""
    return next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 0)


def lines_of(text: str) -> dict[Place, Line]:
    """Where in a valid TOML text each key, each element of a list and each table begins: its place -> its line, from 1 on."""
    scan = _Scan(text)
    with suppress(_NotUnderstood):  # what a later TOML may bring: better some lines than none
        scan.statements()
    return scan.lines


class _NotUnderstood(Exception):
    """The text goes on otherwise than TOML 1.0."""


class _Scan:
    """One walk through a text that `tomllib` has read; values are passed over."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.ends = [match.start() for match in re.finditer("\n", text)]  # no other character ends a line in TOML
        self.lines: dict[Place, Line] = {}
        self.newest: dict[Place, int] = {}  # list of tables -> number of its table that is being written

    def statements(self) -> None:
        table: Place = ()
        while self._after_blanks() < len(self.text):
            at = self.at
            if self.text[at] == "[":
                header = self._take(_HEADER)
                table = self._table(_parts(header[2]), is_element=header[1] == "[[", at=at)
            else:
                self._pair(table)

    def _table(self, parts: Place, *, is_element: bool, at: int) -> Place:
        """The place that a header begins: that of a list of tables is its newest."""
        place: Place = ()
        for number, part in enumerate(parts, 1):
            place = (*place, part)
            self._note(place, at)
            if is_element and number == len(parts):
                self.newest[place] = self.newest.get(place, -1) + 1
            if place in self.newest:
                place = (*place, self.newest[place])
                self._note(place, at)
        return place

    def _pair(self, table: Place) -> None:
        at = self.at
        place = (*table, *_parts(self._take(_KEYS)[0]))
        for depth in range(len(table) + 1, len(place) + 1):
            self._note(place[:depth], at)
        self._take(_EQUALS)
        self._value(place)

    def _value(self, place: Place) -> None:
        if self._goes_on("["):
            for number in count():
                at = self._after_blanks()
                if self._goes_on("]"):
                    return
                self._note((*place, number), at)
                self._value((*place, number))
                self._after_blanks()
                self._goes_on(",")
        elif self._goes_on("{"):
            while self._after_blanks() >= 0 and not self._goes_on("}"):
                self._pair(place)
                self._after_blanks()
                self._goes_on(",")
        else:
            self._take(_VALUE)

    def _note(self, place: Place, at: int) -> None:
        self.lines.setdefault(place, bisect_left(self.ends, at) + 1)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _NotUnderstood
        self.at = match.end()
        return match

    def _after_blanks(self) -> int:
        """Pass over blanks, ends of lines and comments; where that ends."""
        self._take(_BLANK)
        return self.at

    def _goes_on(self, mark: str) -> bool:
        """Whether this mark comes next, which is passed over then."""
        comes = self.text.startswith(mark, self.at)
        self.at += len(mark) * comes
        return comes


def _parts(keys: str) -> Place:
    """The parts of a dotted key as TOML reads them."""
    parts: list[str] = []
    table: Any = tomllib.loads(f"{keys} = 0")
    while isinstance(table, dict):
        [(part, table)] = table.items()
        parts.append(part)
    return tuple(parts)
