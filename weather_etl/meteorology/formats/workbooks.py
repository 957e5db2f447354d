"""Excel workbooks (xlsx): the first sheet that a profile, or the built-in names, make sense of; others are told.

Belongs here: which sheet, cells as text. Does not belong here: what they mean.
"""

import datetime
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.bad_lines import MAX_COLUMNS
from weather_etl.meteorology.cutting import MAX_LINES
from weather_etl.meteorology.formats import clock_columns, generic
from weather_etl.meteorology.formats.engine import Table, read_table
from weather_etl.meteorology.formats.names import all_named, names_of
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.registry import GENERIC, in_order
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.tables import of_columns
from weather_etl.meteorology.raw_rows import TEXT, ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected

_MAX_HEADER_ROWS = 60
_EMPTY = ""
Sheet = tuple[str, list[list[Any]]]  # its title, its rows


def read(source: Source, options: Options) -> ParsedFile:
    """Raw rows of a workbook.

    Raises:
        Rejected: damaged, no sheet makes sense, or there is none of the title that the station names.
    """
    sheets = _wanted(_sheets(source.members[0].data), options.sheet)
    generic_profile = next(p for p in in_order(options.profiles) if p.name == GENERIC)
    for profile in in_order(options.profiles):
        if (options.format and profile.name != options.format) or profile.decoder != "xlsx":
            continue
        for title, rows in sheets:
            pattern = profile.part("container").get("sheet")
            if pattern and not re.search(pattern, title):
                continue
            at = _header_row(rows, profile)
            if at is not None:
                others = [
                    t for t, r in sheets if t != title and isinstance(_generic_header(r, generic_profile, options), int)
                ]
                return _read_sheet(title, rows, at, profile, source, options, others)
    headers = [_generic_header(rows, generic_profile, options) for _, rows in sheets]
    readable = [(title, rows, at) for (title, rows), at in zip(sheets, headers, strict=True) if isinstance(at, int)]
    if readable:
        return _read_sheet(*readable[0], generic_profile, source, options, [title for title, _, _ in readable[1:]])
    raise next((problem for problem in headers if isinstance(problem, Rejected)), None) or Rejected(
        Reason.NOT_CSV, "the workbook (Office document) has no sheet with a table of observations"
    )


def _generic_header(rows: list[list[Any]], profile: Profile, options: Options) -> int | Rejected | None:
    """The row in which the built-in names begin a table; else why the first row that might do so does not."""
    problem: Rejected | None = None
    for at, row in enumerate(rows[:_MAX_HEADER_ROWS]):
        names = names_of(_names(row), suffixes=True)
        try:
            generic.check(profile, names, options, partial(_first_rows, rows, at))
        except Rejected as rejected:
            if len([c for c in row if c != _EMPTY]) > 1:
                problem = problem or rejected
            continue
        return at
    return problem


def _wanted(sheets: list[Sheet], title: str | None) -> list[Sheet]:
    """The sheet that the station names, or all of them."""
    if title is None:
        return sheets
    if named := [s for s in sheets if s[0] == title]:
        return named
    titles = ", ".join(repr(t[:40]) for t, _ in sheets[:10])
    raise Rejected(
        Reason.NOT_CSV, f"the workbook has no sheet {title!r}, which dialect of station.toml names; it has {titles}"
    )


def _sheets(data: bytes) -> list[Sheet]:
    try:
        import python_calamine

        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except ModuleNotFoundError:
        raise Rejected(
            Reason.NOT_CSV, "the file is an Office document (xlsx), and python-calamine is not installed"
        ) from None
    except Exception as error:  # the library raises exceptions of many kinds on damaged files
        raise Rejected(
            Reason.NOT_CSV, f"the file is an Office document that cannot be read ({str(error)[:100]})"
        ) from None


def _names(row: Sequence[Any]) -> list[str]:
    texts = [text_of(c).strip() for c in row]
    while texts and not texts[-1]:
        texts.pop()
    return all_named(texts)


def _first_rows(rows: list[list[Any]], at: int) -> list[list[str]]:
    return [[text_of(c) for c in row] for row in rows[at + 1 : at + 1 + clock_columns.SAMPLE]]


def _header_row(rows: list[list[Any]], profile: Profile) -> int | None:
    match, find = profile.part("match"), profile.part("header").get("find")
    wanted = match.get("columns", [])
    for at, row in enumerate(rows[:_MAX_HEADER_ROWS]):
        names = names_of(_names(row))
        if find and not re.search(find, " ".join(names.names)):
            continue
        if (
            (wanted or find)
            and all(names.has(w) for w in wanted)
            and not any(names.has(n) for n in match.get("none", ()))
        ):
            return at
    return None


def text_of(cell: Any) -> str:
    """A cell as text: times in ISO 8601, whole numbers without a point."""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def _units_below(names: list[str], body: list[list[Any]], profile: Profile) -> tuple[list[str], str]:
    """The units in the row below the header, and the zone among them, of a sheet that the built-in names read."""
    if not profile.generic or not body:
        return [], ""
    row = [text_of(c).strip() for c in body[0][: len(names)]]
    whole = names_of(names, suffixes=True)
    units = generic.units_of([*row, *[""] * (len(names) - len(row))], whole, profile)
    return units, generic.zone_among(units, whole, profile) if units else ""


def _read_sheet(
    title: str,
    rows: list[list[Any]],
    at: int,
    profile: Profile,
    source: Source,
    options: Options,
    others: Sequence[str],
) -> ParsedFile:
    """Raw rows of one sheet; that `others` hold tables too, which nobody reads, is an assumption and told."""
    names = _names(rows[at])
    if len(names) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(names)} columns, at most {MAX_COLUMNS} are read")
    body = rows[at + 1 :]
    units, zone = _units_below(names, body, profile)
    if units:
        body[0] = []  # its number stays that of the line
    if len(body) > MAX_LINES:
        raise Rejected(Reason.TOO_LARGE, f"the sheet has more than {MAX_LINES:,} lines")
    filled = [i for i, row in enumerate(body) if any(c != _EMPTY for c in row[: len(names)])]
    texts = [
        pa.array([text_of(body[i][k]) if k < len(body[i]) else "" for i in filled], TEXT) for k in range(len(names))
    ]
    lines = np.array(filled, dtype=np.int64) + at + 2
    cut = of_columns(names, texts, lines)
    preamble = "\n".join(" ".join(text_of(c) for c in row if c != _EMPTY) for row in rows[:at])
    parsed = read_table(Table(cut, "", units, preamble, [f"the sheet {title!r}"], zone=zone), profile, source, options)
    assumed = {"sheet": _one_of_several(title, others)} if others else {}
    return replace(parsed, encoding="xlsx", assumed=parsed.assumed | assumed)


def _one_of_several(title: str, others: Sequence[str]) -> str:
    return (
        f"only the sheet {title!r} is read, ONE IS ASSUMED to be meant, though {', '.join(repr(t[:40]) for t in others[:5])} "
        f"{'hold tables' if len(others) > 1 else 'holds a table'} too: save each as a file of its own if it belongs here, "
        f"and write into station.toml: dialect = {{ sheet = {json.dumps(title, ensure_ascii=False)} }}"
    )
