"""Separated text of one file -> cells, line by line, every cell still text.

Belongs here: records that are no rows: repeated headers, rows that are too short or too long, empty lines.
Does not belong here: cutting lines into records (`records.py`, `bad_lines.py`), compression and encodings
(`landing/`), which format a file has and what its header means (`formats/`), the meaning of a cell (`cells.py`).
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from weather_etl.meteorology.bad_lines import BAD_SHARE, MAX_CELL_BYTES
from weather_etl.meteorology.raw_rows import TEXT, RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.records import Layout, Records, parse_records

MAX_LINES = 10_000_000
_BLOCK = 1 << 18


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
    records = parse_records(text, find_layout, bad_utf8, first_line)
    layout, refused = records.layout, records.refused
    ends_open = not text.endswith((b"\n", b"\r"))
    short = _set_invalid_aside(records, ends_open)
    table, lines = records.table, records.lines
    unclean_end = records.unclean_end
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


def _set_invalid_aside(records: Records, ends_open: bool) -> list[tuple[int, str]]:
    """Refuse the records of a wrong width and drop empty lines; gives (line, text) of those that may be filled up."""
    layout, lines, last = records.layout, records.lines, len(records.lines) - 1
    good = np.ones(len(lines), dtype=bool)
    short: list[tuple[int, str]] = []
    for number, actual, row_text in records.invalid:
        good[number] = False
        if not row_text.strip():  # a line of blanks
            continue
        if layout.pad and actual < len(layout.names) and not (ends_open and number == last):
            short.append((int(lines[number]), row_text))
            continue
        detail = f"{actual} cells instead of {len(layout.names)}"
        records.refused.append(RefusedLine(int(lines[number]), Reason.ROW_WIDTH, detail, row_text))
    if records.blank is not None and records.blank.any():
        filled = np.ones(len(good), dtype=bool)
        filled[: len(records.blank)] = ~records.blank[: len(good)]
        records.table = records.table.filter(pa.array(filled[good]))
        good &= filled
    records.lines = lines[good]
    return short


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
    if len(text) > MAX_LINES and count_lines(text) > MAX_LINES:
        raise Rejected(Reason.TOO_LARGE, f"the file has more than {MAX_LINES:,} lines")


def count_lines(text: bytes) -> int:
    """The number of line ends, at a quarter of the cost of `bytes.count`, which calls once for each."""
    octets = np.frombuffer(text, dtype=np.uint8)
    return sum(int(np.count_nonzero(octets[i : i + _BLOCK] == ord("\n"))) for i in range(0, len(octets), _BLOCK))


def _row_text(table: pa.Table, row: int, layout: Layout) -> str:
    return layout.delimiter.join(str(column[row].as_py()) for column in table.columns)


def _is_empty(column: pa.ChunkedArray) -> bool:
    return not any(column.unique().to_pylist())


def _repeated_headers(table: pa.Table, layout: Layout) -> np.ndarray | None:
    """Mask of the rows to keep, or None if no row repeats the header."""
    if not layout.repeated or not layout.times:
        return None
    times = table.column(layout.times[0])
    repeated = reduce(pc.or_, [pc.equal(times, text) for text in layout.repeated])
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
    beyond: np.ndarray | None = None
    for i in range(len(layout.names), table.num_columns):
        if not _is_empty(table.column(i)):
            text = pc.not_equal(table.column(i).cast(TEXT), "").to_numpy()
            beyond = text if beyond is None else beyond | text
    if beyond is None:
        return None
    if keep is not None:
        beyond &= keep
    if beyond.sum() > BAD_SHARE * len(beyond):
        raise Rejected(Reason.ROW_WIDTH, f"rows have {table.num_columns} cells under {len(layout.names)} column names")
    return beyond


def _too_long_rows(table: pa.Table) -> np.ndarray | None:
    too_long: np.ndarray | None = None
    for column in table.columns:
        for chunk in column.chunks:
            values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            lengths = pc.binary_length(values)
            if len(values) and (pc.max(lengths).as_py() or 0) > MAX_CELL_BYTES:
                mask = pc.greater(lengths, MAX_CELL_BYTES).to_numpy(zero_copy_only=False)
                if pa.types.is_dictionary(chunk.type):
                    mask = mask[chunk.indices.to_numpy()]
                too_long = mask if too_long is None else too_long | mask
    return too_long
