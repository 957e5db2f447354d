"""Separated text of one file -> cells, line by line, every cell still text.

Belongs here: separators, widths, repeated headers, rows that are too short or too long.
Does not belong here: lines that cannot be cut at all (`bad_lines.py`), compression and encodings (`landing/`), which
format a file has and what its header means (`formats/`), the meaning of a cell (`cells.py`).
"""

import csv
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
    MAX_CELL_BYTES,
    MAX_COLUMNS,
    give_up_early,
    has_endless_line,
    set_bad_lines_aside,
)
from weather_etl.meteorology.plain_text import plain_newlines
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected

MAX_HEADER_BYTES = 64 * 1024
MAX_LINES = 10_000_000


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
class Cut:
    """The cells of a text.

    Attributes:
        names: of the columns.
        columns: of each, n texts: dictionaries, plain text for times.
        lines: int64, line of each row in the file.
        refused: lines that could not be cut.
        warnings: sentences for a person.
        unclean_end: the last line was cut.
    """

    names: list[str]
    columns: list[pa.ChunkedArray]
    lines: np.ndarray
    refused: list[RefusedLine] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unclean_end: bool = False


def cut_text(
    text: bytes, find_layout: Callable[[bytes], Layout], *, bad_utf8: bool = False, first_line: int = 1
) -> Cut:
    """Cut separated text into cells.

    Args:
        text: UTF-8, without byte order mark.
        find_layout: gives the layout of a text; asked again if line ends had to be made alike.
        bad_utf8: some lines are not UTF-8; they become refused lines.
        first_line: number of the first line of `text`.

    Raises:
        Rejected: nothing of the file can be used.
    """
    _check_size(text)
    layout = find_layout(text)
    body: bytes | pa.Buffer = pa.py_buffer(text).slice(layout.end)
    start = first_line + layout.line
    refused: list[RefusedLine] = []
    unclean_end = False

    multi_line = False
    lines: np.ndarray | None = None  # physical line of each record that the parser sees
    needs_care = bad_utf8 or text.find(b"\0", layout.end) >= 0 or has_endless_line(text)
    needs_care = needs_care or (layout.quoted and text.find(b'"', layout.end) >= 0)
    if not needs_care:
        table, invalid = _cut_into_cells(body, layout, multi_line)
    if needs_care:
        text = plain_newlines(text)
        layout = find_layout(text)
        for every_quote in (False, True):
            body, lines, refused, multi_line, unclean_end = set_bad_lines_aside(
                text[layout.end :], start, layout.delimiter, len(layout.names), every_quote=every_quote
            )
            table, invalid = _cut_into_cells(body, layout, multi_line)
            if table.num_rows + len(invalid) == len(lines):
                break  # else an open quote in a line with an even number of them swallowed rows
    blank: np.ndarray | None = None
    if not needs_care and any(bool(pc.any(pc.equal(table.column(i), "")).as_py()) for i in layout.times[:1] or (0,)):
        blank = _blank_lines(text, layout.end)  # the parser takes each for a row of empty cells
    records = table.num_rows + len(invalid)
    if lines is None:
        lines = np.arange(start, start + records, dtype=np.int64)
    if invalid and table.num_rows == 0:
        [(width, _)] = Counter(actual for _, actual, _ in invalid).most_common(1)
        if width > len(layout.names):
            table, invalid = _cut_into_cells(body, layout, multi_line, width)

    good = np.ones(len(lines), dtype=bool)
    short: list[tuple[int, str]] = []
    ends_open = not text.endswith((b"\n", b"\r"))
    for number, actual, row_text in invalid:
        good[number] = False
        if not row_text.strip():  # a line of blanks
            continue
        if layout.pad and actual < len(layout.names) and not (ends_open and number == records - 1):
            short.append((int(lines[number]), row_text))
            continue
        detail = f"{actual} cells instead of {len(layout.names)}"
        refused.append(RefusedLine(int(lines[number]), Reason.ROW_WIDTH, detail, row_text))
    if blank is not None and blank.any():
        filled = (
            ~blank[: len(good)]
            if len(blank) >= len(good)
            else ~np.append(blank, np.zeros(len(good) - len(blank), bool))
        )
        table = table.filter(pa.array(filled[good]))
        good &= filled
    lines = lines[good]
    if refused and ends_open:
        unclean_end |= max(r.line for r in refused) > (int(lines[-1]) if len(lines) else 0)

    warnings: list[str] = []
    keep = _repeated_headers(table, layout)
    if keep is not None:
        warnings.append(f"{len(keep) - int(keep.sum())} repeated header lines in the middle of the file were dropped")
    for mask, reason, detail in (
        (_below_another_header(table, layout, keep), Reason.ROW_WIDTH, "below a header line that has other names"),
        (_too_long_rows(table), Reason.CELL_TOO_LONG, "a cell is longer than 64 KiB"),
        (_cells_beyond(table, layout, keep), Reason.ROW_WIDTH, f"more than {len(layout.names)} cells"),
    ):
        if mask is None:
            continue
        mask = mask if keep is None else mask & keep
        refused += [
            RefusedLine(int(lines[i]), reason, detail, _row_text(table, i, layout))
            for i in np.flatnonzero(mask).tolist()
        ]
        keep = ~mask if keep is None else keep & ~mask
    table = table.select(range(len(layout.names)))
    if keep is not None:
        table, lines = table.filter(pa.array(keep)), lines[keep]
    if short:
        table, lines = _with_short_rows(table, lines, short, layout)
    return Cut(list(layout.names), table.columns, lines, refused, warnings, unclean_end)


def _blank_lines(text: bytes, start: int) -> np.ndarray:
    """Mask of the lines from a position on that hold nothing at all."""
    buffer = np.frombuffer(text, dtype=np.uint8, offset=start)
    ends = np.flatnonzero(buffer == 10)
    lengths = np.diff(np.concatenate(([-1], ends))) - 1
    blank = lengths == 0
    only_cr = np.flatnonzero(lengths == 1)
    blank[only_cr] = buffer[ends[only_cr] - 1] == 13
    return blank


def _with_short_rows(
    table: pa.Table, lines: np.ndarray, short: list[tuple[int, str]], layout: Layout
) -> tuple[pa.Table, np.ndarray]:
    """The table with the rows that are too short, filled with empty cells."""
    rows = [next(csv.reader([text], delimiter=layout.delimiter), []) for _, text in short]
    width = len(layout.names)
    filled = [row + [""] * (width - len(row)) for row in rows]
    more = pa.table(
        [pa.array([row[i] for row in filled], TEXT).cast(f.type) for i, f in enumerate(table.schema)],
        schema=table.schema,
    )
    whole = pa.concat_tables([table, more]).unify_dictionaries().combine_chunks()
    numbers = np.concatenate([lines, np.array([line for line, _ in short], dtype=np.int64)])
    order = np.argsort(numbers, kind="stable")
    return whole.take(pa.array(order)).combine_chunks(), numbers[order]


def _check_size(text: bytes) -> None:
    if len(text) > MAX_LINES and text.count(b"\n") > MAX_LINES:
        raise Rejected(Reason.TOO_LARGE, f"the file has more than {MAX_LINES:,} lines")


def _row_text(table: pa.Table, row: int, layout: Layout) -> str:
    return layout.delimiter.join(str(column[row].as_py()) for column in table.columns)


def _is_empty(column: pa.ChunkedArray) -> bool:
    return not any(column.unique().to_pylist())


def _cut_into_cells(
    body: bytes | pa.Buffer, layout: Layout, multi_line: bool, width: int = 0
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
                column_types=dict(zip(names, kinds, strict=True)), strings_can_be_null=False
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


def _repeated_headers(table: pa.Table, layout: Layout) -> np.ndarray | None:
    """Mask of the rows to keep, or None if no row repeats the header."""
    if not layout.repeated or not layout.times:
        return None
    repeated = pc.is_in(table.column(layout.times[0]), value_set=pa.array(layout.repeated, TEXT))
    return ~repeated.to_numpy() if pc.any(repeated).as_py() else None


def _below_another_header(table: pa.Table, layout: Layout, keep: np.ndarray | None) -> np.ndarray | None:
    """Mask of the rows below a repeated header line that names other columns, or the same in another order."""
    if keep is None:
        return None
    at = np.flatnonzero(~keep)
    same = np.array(
        [
            all(n.endswith(str(table.column(k)[i].as_py()).strip("\ufeff ")) for k, n in enumerate(layout.names))
            for i in at.tolist()
        ]
    )
    if same.all():
        return None
    latest = np.searchsorted(at, np.arange(len(keep)), side="right") - 1
    return (latest >= 0) & ~same[np.maximum(latest, 0)]


def _cells_beyond(table: pa.Table, layout: Layout, keep: np.ndarray | None) -> np.ndarray | None:
    """Mask of the rows with text in cells beyond the header; the same number of empty ones behind every row is fine.

    Raises:
        Rejected: that is so in more rows than the error budget allows.
    """
    found: np.ndarray | None = None
    for i in range(len(layout.names), table.num_columns):
        if not _is_empty(table.column(i)):
            text = pc.not_equal(table.column(i).cast(TEXT), "").to_numpy()
            found = text if found is None else found | text
    if found is None:
        return None
    if keep is not None:
        found &= keep
    if found.sum() > BAD_SHARE * len(found):
        raise Rejected(Reason.ROW_WIDTH, f"rows have {table.num_columns} cells under {len(layout.names)} column names")
    return found


def _too_long_rows(table: pa.Table) -> np.ndarray | None:
    found: np.ndarray | None = None
    for column in table.columns:
        for chunk in column.chunks:
            values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            lengths = pc.binary_length(values)
            if len(values) and (pc.max(lengths).as_py() or 0) > MAX_CELL_BYTES:
                mask = pc.greater(lengths, MAX_CELL_BYTES).to_numpy(zero_copy_only=False)
                if pa.types.is_dictionary(chunk.type):
                    mask = mask[chunk.indices.to_numpy()]
                found = mask if found is None else found | mask
    return found
