"""Separated text of one file -> the records that the CSV parser makes of it, and which of them it could not cut.

Belongs here: how lines are cut (`Layout`), lines that need care, the physical line of each record.
Does not belong here: what becomes of records that are no rows (`cutting.py`), lines that cannot be cut at all
(`bad_lines.py`).
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from weather_etl.meteorology.bad_lines import (
    BAD_SHARE,
    MANY_BAD_LINES,
    MAX_COLUMNS,
    give_up_early,
    has_endless_line,
    set_bad_lines_aside,
)
from weather_etl.meteorology.plain_text import plain_newlines
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected

MAX_HEADER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Layout:
    """How the lines of a text are cut.

    Attributes:
        names: of every column; nameless ones have a name of ours.
        delimiter: the separator.
        line: number of the last header line, 0 if the text has none.
        end: offset of the first byte behind it.
        times: positions of the columns that make the time: their texts are nearly all distinct.
        quoted: cells may stand in quotes.
        pad: rows that are too short are filled with empty cells.
        repeated: texts of the first of `times` that tell a repeated header line.
    """

    names: Sequence[str]
    delimiter: str
    line: int
    end: int
    times: tuple[int, ...] = ()
    quoted: bool = True
    pad: bool = False
    repeated: tuple[str, ...] = ()


@dataclass
class Records:
    """What the parser made of a text.

    Attributes:
        layout: of the text as it was parsed.
        table: the well-formed records.
        invalid: number, cells and text of each other record.
        lines: line of each record of `table`; of each record at all as long as `invalid` is not set aside.
        refused: lines that could not be cut.
        blank: which records are empty lines, where the parser took them for rows of empty cells.
        unclean_end: the last line was cut.
    """

    layout: Layout
    table: pa.Table
    invalid: list[tuple[int, int, str]]
    lines: np.ndarray
    refused: list[RefusedLine] = field(default_factory=list)
    blank: np.ndarray | None = None
    unclean_end: bool = False


def parse_records(text: bytes, find_layout: Callable[[bytes], Layout], bad_utf8: bool, first_line: int) -> Records:
    """Cut a text in one go where nothing in it needs care, else with the lines that the parser trips over set aside."""
    layout = find_layout(text)
    needs_care = bad_utf8 or text.find(b"\0", layout.end) >= 0 or has_endless_line(text)
    if needs_care or (layout.quoted and text.find(b'"', layout.end) >= 0):
        return _parse_with_care(plain_newlines(text), find_layout, first_line)
    body = pa.py_buffer(text).slice(layout.end)
    table, invalid = _cut_into_cells(body, layout, False, known_utf8=True)
    start = first_line + layout.line
    lines = np.arange(start, start + table.num_rows + len(invalid), dtype=np.int64)
    blank = None
    if any(bool(pc.any(pc.equal(table.column(i), "")).as_py()) for i in layout.times[:1] or (0,)):
        blank = _blank_lines(text, layout.end)
    return _wide_enough(Records(layout, table, invalid, lines, blank=blank), body, False)


def _parse_with_care(text: bytes, find_layout: Callable[[bytes], Layout], first_line: int) -> Records:
    layout = find_layout(text)
    for every_quote in (False, True):
        left = set_bad_lines_aside(
            text[layout.end :], first_line + layout.line, layout.delimiter, len(layout.names), every_quote=every_quote
        )
        table, invalid = _cut_into_cells(left.body, layout, left.multi_line)
        if table.num_rows + len(invalid) == len(left.lines):
            break  # else an open quote in a line with an even number of them swallowed rows
    records = Records(layout, table, invalid, left.lines, left.refused, unclean_end=left.unclean_end)
    return _wide_enough(records, left.body, left.multi_line)


def _wide_enough(records: Records, body: bytes | pa.Buffer, multi_line: bool) -> Records:
    """Where no record has as many cells as the header names, but more: cut again with as many as most have."""
    if records.invalid and records.table.num_rows == 0:
        [(width, _)] = Counter(actual for _, actual, _ in records.invalid).most_common(1)
        if width > len(records.layout.names):
            records.table, records.invalid = _cut_into_cells(body, records.layout, multi_line, width)
    return records


def _blank_lines(text: bytes, start: int) -> np.ndarray:
    """Mask of the lines from a position on that hold nothing at all."""
    buffer = np.frombuffer(text, dtype=np.uint8, offset=start)
    ends = np.flatnonzero(buffer == 10)
    lengths = np.diff(np.concatenate(([-1], ends))) - 1
    blank = lengths == 0
    only_cr = np.flatnonzero(lengths == 1)
    blank[only_cr] = buffer[ends[only_cr] - 1] == 13
    return blank


def _cut_into_cells(
    body: bytes | pa.Buffer, layout: Layout, multi_line: bool, width: int = 0, *, known_utf8: bool = False
) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    """The well-formed records as text, and (record number, cells, text) of each malformed one.

    The columns are called by their numbers. There are more of them than names if `width` says so, or if the first
    lines have more cells than the header.
    """
    size = len(body) if isinstance(body, bytes) else body.size
    buffer = pa.py_buffer(body)
    width = max(width or _width_of_first_lines(buffer, layout), len(layout.names))
    # Times are nearly all distinct, other texts are not: dictionaries pay for those.
    kinds = [TEXT if i in layout.times else DICTIONARY for i in range(width)]
    names = [str(i) for i in range(width)]
    invalid: list[tuple[int, int, str]] = []
    if not size:
        return pa.table([pa.array([], kind) for kind in kinds], names=names), invalid
    too_many = False
    lines = size

    def note(row: pyarrow.csv.InvalidRow) -> str:
        nonlocal too_many, lines
        invalid.append((row.number - 1, row.actual_columns, row.text.rstrip("\r\n")))
        if len(invalid) == MANY_BAD_LINES:
            data = buffer.to_pybytes()
            lines = data.count(b"\n") + data.count(b"\r")
        too_many = len(invalid) > MANY_BAD_LINES and len(invalid) > BAD_SHARE * lines
        return "error" if too_many else "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(buffer),
            # One block: one dictionary per column, and row numbers in `note`.
            read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=size + 1),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if layout.quoted else False,
                ignore_empty_lines=False,
                newlines_in_values=multi_line,
                invalid_row_handler=note,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict(zip(names, kinds, strict=True)), strings_can_be_null=False, check_utf8=not known_utf8
            ),
        )
    except pa.ArrowInvalid as error:
        if too_many:
            give_up_early(len(invalid), lines)
        raise Rejected(Reason.NOT_CSV, f"the text cannot be cut into cells ({str(error)[:200]})") from None
    return table.combine_chunks(), invalid


def _width_of_first_lines(body: pa.Buffer, layout: Layout) -> int:
    """The number of cells of the first lines if it is the same in all, else 0."""
    head = body.slice(0, min(body.size, MAX_HEADER_BYTES)).to_pybytes()
    lines = re.split(rb"\r\n|\n|\r", head)
    lines = [line for line in lines[: -1 if len(head) < body.size else None] if line.strip()][:20]
    delimiter = layout.delimiter.encode()
    if not lines or any(b'"' in line for line in lines):
        return 0
    widths = {line.count(delimiter) + 1 for line in lines}
    width = widths.pop()
    return 0 if widths or width > 2 * MAX_COLUMNS else width
