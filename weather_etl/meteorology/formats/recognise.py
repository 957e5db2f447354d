"""Which profile a file has, told from its beginning.

Belongs here: the header of a profile, what else it demands, why one does not fit.
Does not belong here: the first lines (`head.py`), the list of profiles (`registry.py`), cutting and reading the rows
(`engine.py`).
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median
from typing import Any

from weather_etl.meteorology.formats.head import Head, separators, sniff
from weather_etl.meteorology.formats.marks import key_within
from weather_etl.meteorology.formats.names import Names, is_regex, names_of, split_names
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.reasons import Rejected


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
    delimiter = wanted or sniff(head.lines[skip])[0]
    end = head.ends[skip - 1] if skip else 0
    preamble = "\n".join(head.lines[:skip])
    # `line` of a text without a header counts the lines above the data.
    return Fit(profile, _given_names(profile), delimiter, skip, end, preamble)


@lru_cache(maxsize=1_000)
def _given_names(profile: Profile) -> Names:
    """The names of a table without a header, which are those of its profile in every file."""
    return Names(profile.part("header").get("names", ["line"]))


def _with_header(profile: Profile, head: Head, wanted: str | None, station: str | None) -> Fit | str:
    header = profile.part("header")
    find, strip, lines = header.get("find"), header.get("strip", ""), header.get("lines", 1)
    below, units_at = header.get("below", 0), header.get("units")
    columns, names_and_keys = _wanted(profile)
    plain = [k for _, k in names_and_keys]
    keys = head.all_keys
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
        for delimiter in [wanted] if wanted else separators(line, station):
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
    keys = [(c[0], key_within(c[0]) if one_line or not is_regex(c[0]) else "") for c in columns if len(c) == 1]
    return columns, [(name, k) for name, k in keys if k]


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
    return Fit(profile, names_of(names), "fixed", last + 1, head.ends[last], "\n".join(head.lines[:i]))


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
