"""A draft of a profile, for a text that no profile fits: what can be seen in it is filled in, the rest is a question mark.

Belongs here: separator, names, columns of the time, decimal mark, ranges of numbers. Does not belong here: reading a file.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence

import pyarrow as pa

from weather_etl.meteorology.formats import time_choice
from weather_etl.meteorology.formats.head import Head, sniff
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.registry import GENERIC, packaged
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.reasons import Rejected

_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}([:.]\d{2})?( ?[AaPp]\.?[Mm]\.?)?|\d{1,4}")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
# Of a year, month, day and hour in columns of their own.
_PARTS = ((1850, 2100), (1, 12), (1, 31), (0, 24))


def draft(source: Source, options: Options) -> str:
    """A profile to fill in: separator, names, form of the times, every numeric column with its range.

    Raises:
        Rejected: the file is no text.
    """
    text = source.text(source.members[0], ("utf-8-sig", "cp1252"), options.encoding)
    if text is None:
        return ""
    lines = [(i, line) for i, line in enumerate(Head(text).lines) if line.strip()]
    if not lines:
        return ""
    delimiter, at, has_header = _guess_table(lines)
    rows = [_cells(line, delimiter) for i, line in lines if i >= at]
    width = max(len(r) for r in rows)
    names = rows[0] if has_header else [f"column{i + 1}" for i in range(width)]
    marks = [n for n in names if n][:6]
    names = [n or f"column{i + 1}" for i, n in enumerate(names)]
    data = [r for r in (rows[1:] if has_header else rows) if len(r) == width] or rows[-1:]
    times, form, doubt = _guess_time(data)
    separator = "tab" if delimiter == "\t" else delimiter
    out = [
        f"# landing/_formats/{re.sub(r'[^a-z0-9]+', '_', source.name.lower().rsplit('.', 1)[0]).strip('_') or 'mine'}.toml",
        "# Replace every question mark; leave out the columns that nobody needs.",
        'title = "?"',
        "rank = 30",
        "[match]",
        f"columns = {_list(marks)}" if has_header else f"line = {_literal(_line_like(data[0], times, delimiter))}",
        "[text]",
        f'delimiter = "{separator}"',
    ]
    if delimiter != "," and any(_DECIMAL_COMMA.fullmatch(c) for r in data for c in r):
        out.append('decimal = ","')
    if not has_header:
        out += ["[header]", f"names = {_list(names)}"] + ([f"skip = {at}"] if at else [])
    out += [
        "[time]",
        f"columns = {_list(names[i] for i in times) if times else _list(['?'])}",
        f'formats = ["{form}"]' + (f"  # {doubt}" if doubt else ""),
        'zone = "?"  # UTC, UTC+01:00, Europe/Budapest or station',
    ]
    for i, name in enumerate(names[:width]):
        numbers = [n for r in data if i < len(r) and (n := _number(r[i])) is not None]
        if i not in times and len(numbers) * 2 > len(data):
            out += [
                "[[column]]",
                f'to = "?"  # {min(numbers):g} .. {max(numbers):g}',
                f"name = {_list([name])}",
                'unit = "?"',
            ]
    return "\n".join(out) + "\n"


def _guess_table(lines: list[tuple[int, str]]) -> tuple[str, int, bool]:
    """Separator, index of the first line of the table, whether that is a header."""
    last = lines[-1][1] if len(lines) < 3 else lines[-2][1]
    delimiter = sniff(last)[0]
    if delimiter not in last:
        delimiter = "space"
    width = len(_cells(last, delimiter))
    table = [(i, line) for i, line in lines if len(_cells(line, delimiter)) == width] or lines[:1]
    # Comments may have as many cells; a header that begins with the sign of a comment stands alone.
    plain = next(((i, line) for i, line in table if not line.startswith("#")), table[0])
    start, first = plain if _is_header(plain[1], delimiter) else table[0]
    return delimiter, start, _is_header(first, delimiter)


def _is_header(line: str, delimiter: str) -> bool:
    return not any(re.match(r"[+-]?[\d.,:/-]*\d", c) for c in _cells(line, delimiter))


def _line_like(row: Sequence[str], times: Sequence[int], delimiter: str) -> str:
    """A regular expression of a whole data line: the digits of its times, anything in the other cells."""
    between = {"space": r"\s+", "\t": r"\t"}.get(delimiter, re.escape(delimiter))
    other = r"\S+" if delimiter == "space" else f"[^{between}]*"
    cells = [re.sub(r"\d+", r"\\d+", re.sub(r"([.^$*+?{}|()\\\[\]])", r"\\\1", c)) for c in row]
    cells = [c if i in times else other for i, c in enumerate(cells)]
    return (r"\s*" if delimiter == "space" else "") + between.join(cells)


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "space":
        return line.split()
    return [c.strip() for c in next(csv.reader([line], delimiter=delimiter), [])]


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _guess_time(data: list[list[str]]) -> tuple[list[int], str, str]:
    """Columns of the time, their form, and what nothing in the file tells of it."""
    forms = next(p for p in packaged() if p.name == GENERIC).part("time")["formats"]
    for i in range(len(data[0])):
        texts = [r[i] for r in data if i < len(r)]
        if all(re.fullmatch(r"-?\d{0,7}([.,]\d+)?", t) for t in texts):
            continue
        follows = i + 1 < len(data[0]) and all(_CLOCK.fullmatch(r[i + 1]) for r in data)
        if len(set(texts)) == 1 < len(texts) and not follows:  # begin or end of what was asked for
            continue
        ways = [[i, i + 1], [i]] if follows and not any(":" in t for t in texts) else [[i]]
        for at in ways:
            joined = pa.array([" ".join(r[k] for k in at) for r in data], pa.string())
            try:
                chosen = time_choice.choose(joined, forms)
            except Rejected:
                return at, "dmy", "day, month, year: or mdy? nothing in the file tells"
            if chosen.read > 0.8:
                return at, chosen.form, ""
    parts = range(min(4, len(data[0])))
    if len(parts) == 4 and all(_within(data, i, *_PARTS[i]) for i in parts):
        return list(parts), "%Y %m %d %H", "year, month, day, hour"
    return [], "iso", ""


def _within(data: list[list[str]], i: int, low: int, high: int) -> bool:
    return all(r[i].isdigit() and low <= int(r[i]) <= high for r in data)


def _literal(text: str) -> str:
    """A text of TOML, without escapes where that is possible."""
    return f"'{text}'" if "'" not in text else json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(json.dumps(str(t), ensure_ascii=False) for t in texts) + "]"
