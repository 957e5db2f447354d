"""Which profile a file has, told from its beginning.

Belongs here: header lines, the marks of a profile, why one does not fit.
Does not belong here: the list of profiles (`registry.py`), cutting and reading the rows (`engine.py`).
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate
from statistics import median
from typing import Any

from weather_etl.meteorology.formats.names import NAMELESS, Names, is_regex, key, split_names
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source import HEAD_BYTES, Text
from weather_etl.meteorology.reasons import Rejected

MAX_HEADER_LINES = 100
DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"\s*[+-]?\d*[.,]?\d+\s*")
_SIGNS = re.compile(r"[^a-z0-9]+")
_LINE_END = re.compile(r"\n")
_ESCAPE_OR_CLASS = re.compile(r"\\.|\[[^\]]*\]")
_INNERMOST_GROUP = re.compile(r"\([^()]*\)")
_ANCHOR = re.compile(r"(?:\(\?i\))?(\\A|\^)(?![?*{])")
_FIRST = re.compile(
    r"[A-HJLM-RT-Za-hjlm-rt-z0-9 #](?![?*{])"
)  # i, k and s have a third form beside upper and lower case
_LITERAL = re.compile(r"(?:\(\?i\))?\^?([A-Za-z0-9 ]+)(?![?*{])")


class Head:
    """The first lines of a text.

    Attributes:
        text: the first 64 KiB.
        lines: of them, without their ends.
        ends: offset of the byte behind each line, its end included.
    """

    def __init__(self, text: Text) -> None:
        self.bytes = text.data[: HEAD_BYTES + 2]  # the end of a line of just this length included
        self.text = self.bytes.decode("utf-8", "replace").replace("\r\n", "\n")
        self.whole = len(text.data) <= len(self.bytes)
        self.lines: list[str] = []
        self.ends: list[int] = []
        start = 0
        while start < len(self.bytes) and len(self.lines) < MAX_HEADER_LINES + 30:
            end = self.bytes.find(b"\n", start)
            end = len(self.bytes) if end < 0 else end
            self.lines.append(self.bytes[start:end].rstrip(b"\r").decode("utf-8", "replace"))
            start = min(end + 1, len(self.bytes))
            self.ends.append(start)
        self.filled = [(i, line) for i, line in enumerate(self.lines[:MAX_HEADER_LINES]) if line.strip()]
        self._starts: dict[str, list[int]] = {}  # of all lines, by their first character
        for start in (0, *(m.end() for m in _LINE_END.finditer(self.text))):
            self._starts.setdefault(self.text[start : start + 1], []).append(start)
        self._keys: dict[int, str] = {}
        self._all_keys = ""
        self._names: dict[tuple[int, str, str, int, bool], Names | None] = {}

    def begins_as(self, pattern: str) -> bool:
        """Whether the mark of a profile, a regular expression of several lines, is found anywhere in the text.

        One that can only begin at the start of a line, or of the text, is tried there alone: 30 profiles ask.
        """
        mark = _mark(pattern)
        if mark.literal not in self.text:
            return False
        if mark.anchor == "text":
            return mark.regex.match(self.text) is not None
        if mark.anchor == "line":
            lines = (at for first, at in self._starts.items() if not mark.firsts or first in mark.firsts)
            return any(mark.regex.match(self.text, start) for starts in lines for start in starts)
        return mark.regex.search(self.text) is not None

    def key(self, i: int) -> str:
        if i not in self._keys:
            line = self.lines[i]
            self._keys[i] = _SIGNS.sub("", line.lower()) if line.isascii() else key.__wrapped__(line)
        return self._keys[i]

    def all_keys(self) -> str:
        """The keys of all lines that may be the header."""
        if not self._all_keys:
            self._all_keys = "\n".join(self.key(i) for i, _ in self.no_data) or "\n"
        return self._all_keys

    @cached_property
    def no_data(self) -> list[tuple[int, str]]:
        """Of the lines that are not blank those that may be the header, whatever separates their cells."""
        return [(i, s) for i, s in self.filled if any(self.names(i, d) is not None for d in _separators(s, None))]

    def names(self, i: int, delimiter: str, strip: str = "", lines: int = 1, groups: bool = False) -> Names | None:
        """The names that a line, or several that belong together, give with a separator; None if it cannot be one.

        Args:
            i: index of the first line.
            delimiter: the separator.
            strip: regular expression of what is cut off at the start of a line.
            lines: that make the names.
            groups: a blank cell of the first line belongs to the group whose name stands to its left.
        """
        at = (i, delimiter, strip, lines, groups)
        if at not in self._names:
            self._names[at] = self._read_names(i, delimiter, strip, lines, groups)
        return self._names[at]

    def _read_names(self, i: int, delimiter: str, strip: str, lines: int, groups: bool) -> Names | None:
        try:
            parts = [
                split_names(re.sub(strip, "", line) if strip else line, delimiter) for line in self.lines[i : i + lines]
            ]
        except Rejected:
            return None
        names = parts[0]
        filled = [n for n in names if n]
        numbers = sum(_NUMBER.fullmatch(n) is not None for n in filled)
        if numbers * 2 > len(filled):  # a line of data
            return None
        if groups:
            names = list(accumulate(names, _its_group))
        for more in parts[1:]:
            names = [f"{a} {b}".strip() for a, b in zip(names, more, strict=False)]
        return Names([n or f"{NAMELESS}{k + 1}" for k, n in enumerate(names)])

    def data_lines(self, start: int, n: int = 20) -> list[str]:
        """The first lines from a position on that are neither blank nor cut."""
        last = len(self.lines) if self.whole or len(self.ends) > MAX_HEADER_LINES else len(self.lines) - 1
        return [line for line in self.lines[start : max(last, start + 1)] if line.strip()][:n]


@dataclass(frozen=True)
class _Mark:
    """A mark of the beginning, and what spares to search for it.

    Attributes:
        regex: the mark, compiled.
        anchor: where it can begin: at the start of the `text`, of a `line`, or "" anywhere.
        firsts: the characters with which it can begin there; none: any.
        literal: what every text has that it fits.
    """

    regex: re.Pattern[str]
    anchor: str
    firsts: frozenset[str]
    literal: str


@lru_cache(maxsize=1_000)
def _mark(pattern: str) -> _Mark:
    anchored, outside, inner = _ANCHOR.match(pattern), "", _ESCAPE_OR_CLASS.sub("", pattern)
    while outside != inner:
        outside, inner = inner, _INNERMOST_GROUP.sub("", inner)
    if "|" in outside:
        anchored, literal = None, None
    else:
        literal = None if pattern.startswith("(?") else _LITERAL.match(pattern)
    first = _FIRST.match(pattern, anchored.end()) if anchored else None
    return _Mark(
        re.compile(pattern, re.MULTILINE),
        {"\\A": "text", "^": "line"}[anchored[1]] if anchored else "",
        frozenset((first[0].lower(), first[0].upper())) if first else frozenset(),
        literal[1] if literal else "",
    )


def _its_group(left: str, name: str) -> str:
    return name or left


@dataclass
class Fit:
    """A profile fits a text.

    Attributes:
        profile: it.
        names: of the columns.
        delimiter: the separator, or `space`, `fixed`, `line`.
        line: number of the last header line, 0 if there is none.
        end: offset of the byte behind it.
        preamble: the lines above the header.
        units: texts of the line with the units, one per column.
        why: what told it.
        skipped: lines of free text above the header.
        zone: of the times, where the line of units names it.
    """

    profile: Profile
    names: Names
    delimiter: str
    line: int = 0
    end: int = 0
    preamble: str = ""
    units: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    skipped: int = 0
    zone: str = ""


@lru_cache(maxsize=1_000)
def _separators(line: str, station: str | None) -> list[str]:
    return sorted(sniff(line), key=lambda d: d != station)


def sniff(line: str) -> list[str]:
    """Separators, the most frequent in a line first."""
    by_frequency = sorted((d for d in DELIMITERS if d in line), key=line.count, reverse=True)
    return by_frequency or [","]


def fit(profile: Profile, head: Head, delimiter: str | None = None) -> Fit | str:
    """How a profile fits the beginning of a text, or the mark that failed, in words.

    Args:
        profile: to be tried.
        head: of the text.
        delimiter: of the station, where neither profile nor file tell.
    """
    match, header, text = profile.part("match"), profile.part("header"), profile.part("text")
    why: list[str] = []
    if pattern := match.get("head"):
        if not head.begins_as(pattern):
            return "the beginning of the file does not look like it"
        why.append("the beginning of the file")
    wanted = text.get("delimiter")
    if "names" in header or wanted == "line":
        fit = _without_header(profile, head, wanted)
    else:
        fit = _with_header(profile, head, wanted, delimiter)
    if isinstance(fit, str):
        return fit
    if columns := match.get("columns"):
        why.append(", ".join(c if isinstance(c, str) else c[0] for c in columns))
    for pattern in match.get("none", ()):
        if fit.names.has(pattern):
            return f"it has the column {pattern}"
    if (some := match.get("any")) and not fit.names.has(some):
        return f"it has none of the columns {', '.join(some)}"
    data = head.data_lines(_first_data_line(fit, header))
    if pattern := match.get("line"):
        if sum(re.fullmatch(pattern, line) is not None for line in data) * 2 <= len(data):
            return "its lines have another form"
        why.append("the form of its lines")
    for name, (low, high) in match.get("values", {}).items():
        middle = _median(fit, head, header, name)
        if middle is None or not low <= middle <= high:
            return f"the median of {name} is {'unknown' if middle is None else f'{middle:g}'}, not within {low:g}..{high:g}"
        why.append(f"{name} within {low:g}..{high:g}")
    fit.why = why
    return fit


def _first_data_line(fit: Fit, header: Any) -> int:
    return fit.line if fit.line else int(header.get("skip", 0))


def _without_header(profile: Profile, head: Head, wanted: str | None) -> Fit | str:
    header = profile.part("header")
    skip = header.get("skip", 0)
    if len(head.lines) <= skip:
        return "it has too few lines"
    names = header.get("names", ["line"])
    delimiter = wanted or sniff(head.lines[skip])[0]
    end = head.ends[skip - 1] if skip else 0
    preamble = "\n".join(head.lines[:skip])
    # `line` of a text without a header counts the lines above the data.
    return Fit(profile, Names(names), delimiter, skip, end, preamble)


def _with_header(profile: Profile, head: Head, wanted: str | None, station: str | None) -> Fit | str:
    header = profile.part("header")
    find, strip, lines = header.get("find"), header.get("strip", ""), header.get("lines", 1)
    below, units_at = header.get("below", 0), header.get("units")
    columns, names_and_keys = _wanted(profile)
    plain = [k for _, k in names_and_keys]
    keys = head.all_keys()
    if absent := [name for name, k in names_and_keys if k not in keys]:
        return f"it has no column {', '.join(absent[:3])}"
    nearest: tuple[int, str] = (-1, "no line of it is the header")
    of_header = re.compile(find).search if find else None
    for i, line in head.filled if strip or lines > 1 or wanted in ("space", "fixed") else head.no_data:
        if of_header and not of_header(line):
            continue
        if plain and lines == 1 and plain[0] not in head.key(i):
            continue
        if wanted == "fixed":
            fit = _fixed(profile, head, i, lines, below)
            if fit is not None:
                return fit
            continue
        for delimiter in [wanted] if wanted else _separators(line, station):
            if len(columns) > 1 and delimiter != "space" and delimiter not in line:
                continue  # one name, for several columns
            names = head.names(i, delimiter, strip, lines, header.get("groups", False))
            if names is None:
                continue
            absent = [c[0] for c in columns if not names.has(c)]
            if absent:
                if len(columns) - len(absent) > nearest[0]:
                    nearest = (len(columns) - len(absent), f"it has no column {', '.join(absent[:3])}")
                continue
            last = i + lines + below - 1
            if last >= len(head.lines):
                return "it ends within its header"
            units: list[str] = []
            if units_at is not None and i + units_at < len(head.lines):
                row = re.sub(strip, "", head.lines[i + units_at]) if strip else head.lines[i + units_at]
                try:
                    units = split_names(row, delimiter)
                except Rejected:
                    units = []
                last = max(last, i + units_at)
            fit = Fit(profile, names, delimiter, last + 1, head.ends[last], "\n".join(head.lines[:i]), units)
            if profile.generic:
                above = [text.strip() for text in head.lines[:i]]
                fit.skipped = sum(bool(text) and not text.startswith("#") for text in above)
            return fit
    return nearest[1]


@lru_cache(maxsize=1_000)
def _wanted(profile: Profile) -> tuple[list[Sequence[str]], list[tuple[str, str]]]:
    """The columns that a profile must have, and of those with one name that name and the key that its line must hold."""
    columns: list[Sequence[str]] = [[c] if isinstance(c, str) else c for c in profile.part("match").get("columns", [])]
    one_line = profile.part("header").get("lines", 1) == 1
    keys = [(c[0], _key_within(c[0]) if one_line or not is_regex(c[0]) else "") for c in columns if len(c) == 1]
    return columns, [(name, k) for name, k in keys if k]


def _key_within(pattern: str) -> str:
    """The key of a name, or of the literal text that a regular expression begins with: what it fits must have it."""
    if not is_regex(pattern):
        return key(pattern)
    literal = _LITERAL.match(pattern[1:-1])
    return key(literal[1]) if literal and "|" not in pattern else ""


def _fixed(profile: Profile, head: Head, i: int, lines: int, below: int) -> Fit | None:
    """Names on several lines above columns of fixed width; a column ends where its cells end."""
    data = head.data_lines(i + lines + below, 60)
    spans = column_spans(data)
    if not spans:
        return None
    above = head.lines[i : i + lines]
    names, start = [], 0
    for i_span, (_, end) in enumerate(spans):
        stop = None if i_span == len(spans) - 1 else end
        names.append(" ".join(part for line in above if (part := line[start:stop].strip())))
        start = end
    last = i + lines + below - 1
    if last >= len(head.lines):
        return None
    return Fit(profile, Names(names), "fixed", last + 1, head.ends[last], "\n".join(head.lines[:i]))


def column_spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    """First and last position (excluded) of each column: runs of characters that some line fills."""
    width = max((len(line) for line in lines), default=0)
    filled = [any(len(line) > k and line[k] not in " \t" for line in lines) for k in range(width)]
    spans, start = [], None
    for k, on in enumerate([*filled, False]):
        if on and start is None:
            start = k
        elif not on and start is not None:
            spans.append((start, k))
            start = None
    return spans


def _median(fit: Fit, head: Head, header: Any, name: str) -> float | None:
    at = fit.names.first([name])
    if at is None or fit.delimiter == "line":
        return None
    values = []
    lines = head.data_lines(_first_data_line(fit, header), len(head.lines))
    spans = column_spans(lines[:60]) if fit.delimiter == "fixed" else []
    for line in lines:
        if fit.delimiter == "fixed":
            cells = [line[a:b] for a, b in spans]
        elif fit.delimiter == "space":
            cells = line.split()
        else:
            cells = next(csv.reader([line], delimiter=fit.delimiter), [])
        number = re.match(r"\s*([+-]?\d+\.?\d*)", cells[at]) if at < len(cells) else None
        if number:
            values.append(float(number[1]))
    return median(values) if values else None
