"""Separated text of one file -> cells, line by line, every cell still text.

Belongs here: lines, quotes, separators, what one bad line costs.
Does not belong here: bytes, compression and encodings (landing), what header names mean (`headers.py`), which format a
file has (`formats/`), the meaning of a cell (`cells.py`).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from weather_etl.meteorology.headers import (
    MAX_COLUMNS,
    MAX_HEADER_BYTES,
    NAMELESS,
    Header,
    Mapper,
    find_header,
    generic_mapper,
)
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, ParsedFile, RefusedLine, raw_rows, rescue
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES

MAX_CELL_BYTES = 64 * 1024
MAX_RECORD_LINES = 100
MAX_LINE_BYTES = MAX_COLUMNS * MAX_CELL_BYTES
MAX_LINES = 10_000_000
KEPT_OF_ENDLESS_LINE = 64 * 1024
MANY_BAD_LINES = 100_000  # from here on a file that must fail its error budget is given up at once
BAD_SHARE = 0.25


def parse_csv(
    text: bytes,
    *,
    bad_utf8: bool = False,
    aliases: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    mapper: Mapper | None = None,
    header: Header | None = None,
    first_line: int = 1,
    keep_empty: bool = True,
) -> ParsedFile:
    """Cut the separated text of one landing file into raw rows.

    Args:
        text: UTF-8, without byte order mark.
        bad_utf8: some lines are not UTF-8; they become refused lines.
        aliases: further header names of the station -> canonical column.
        delimiter, decimal: of the station, where they are not to be told from the file.
        mapper: what header names mean in this format; None for names of any kind.
        header: of a text without one.
        first_line: number of the first line of `text`.
        keep_empty: empty cells of unknown columns are kept too.

    Raises:
        Rejected: nothing of the file can be used.
    """
    if b"\r" in text[:MAX_HEADER_BYTES].replace(b"\r\n", b""):
        text = _plain_newlines(text)  # lone CR; further down the parser takes each of CR, LF and CRLF for a line end
    _check_size(text)
    mapper = mapper or generic_mapper(aliases or {})
    given = header

    def read_header() -> Header:
        return given or find_header(text, mapper, delimiter)

    header = read_header()
    body: bytes | pa.Buffer = pa.py_buffer(text).slice(header.end)
    start = first_line + header.line
    refused: list[RefusedLine] = []
    unclean_end = False

    multi_line = False
    lines: np.ndarray | None = None  # physical line of each record that the parser sees
    needs_care = bad_utf8 or text.find(b'"', header.end) >= 0 or text.find(b"\0", header.end) >= 0
    needs_care = needs_care or _has_endless_line(text)
    if not needs_care:
        table, invalid = _cut_into_cells(body, header, multi_line)
        # The parser takes a blank line for a row of empty cells.
        needs_care = bool(pc.any(pc.equal(table.column(header.columns.index("timestamp")), "")).as_py())
    if needs_care:
        text = _plain_newlines(text)
        header = read_header()
        for every_quote in (False, True):
            body, lines, refused, multi_line, unclean_end = _set_bad_lines_aside(
                text[header.end :], start, header, every_quote=every_quote
            )
            table, invalid = _cut_into_cells(body, header, multi_line)
            if table.num_rows + len(invalid) == len(lines):
                break  # else an open quote in a line with an even number of them swallowed rows
    records = table.num_rows + len(invalid)
    if lines is None:
        lines = np.arange(start, start + records, dtype=np.int64)
    if invalid and table.num_rows == 0:
        [(width, _)] = Counter(actual for _, actual, _ in invalid).most_common(1)
        if width > len(header.names):
            table, invalid = _cut_into_cells(body, header, multi_line, width)

    good = np.ones(len(lines), dtype=bool)
    for number, actual, row_text in invalid:
        good[number] = False
        if not row_text.strip():  # a line of blanks
            continue
        detail = f"{actual} cells instead of {len(header.names)}"
        refused.append(RefusedLine(int(lines[number]), Reason.ROW_WIDTH, detail, row_text))
    lines = lines[good]
    if refused and not text.endswith((b"\n", b"\r")):
        unclean_end |= max(r.line for r in refused) > (int(lines[-1]) if len(lines) else 0)

    warnings: list[str] = []
    keep = _repeated_headers(table, header)
    if keep is not None:
        warnings.append(f"{len(keep) - int(keep.sum())} repeated header lines in the middle of the file were dropped")
    for mask, reason, detail in (
        (_too_long_rows(table), Reason.CELL_TOO_LONG, "a cell is longer than 64 KiB"),
        (_cells_beyond(table, header, keep), Reason.ROW_WIDTH, f"more than {len(header.names)} cells"),
    ):
        if mask is None:
            continue
        mask = mask if keep is None else mask & keep
        refused += [
            RefusedLine(int(lines[i]), reason, detail, _row_text(table, i, header))
            for i in np.flatnonzero(mask).tolist()
        ]
        keep = ~mask if keep is None else keep & ~mask

    columns = _canonical(table, header)
    unknown = [
        (name, table.column(i))
        for i, (name, column) in enumerate(zip(header.names, header.columns, strict=True))
        if column is None and not (name.startswith(NAMELESS) and _is_empty(table.column(i)))
    ]
    rescued = rescue(unknown, keep_empty=keep_empty) if unknown else None
    rows = raw_rows(columns, rescued, lines, keep, refused)
    if header.skipped:
        warnings.append(f"{header.skipped} lines of text above the header were skipped")
    warnings += header.mapped.warnings
    if rows.num_rows == 0:
        warnings.append("the file has a header and no data line")
    return ParsedFile(
        rows,
        header.mapped.units,
        header.delimiter,
        _decimal_mark(header, columns, decimal),
        timezones={"": header.mapped.timezone} if header.mapped.timezone else {},
        open_pressure=header.mapped.open_pressure,
        warnings=warnings,
        unclean_end=unclean_end,
    )


def _plain_newlines(text: bytes) -> bytes:
    """LF or CRLF throughout; lone and mixed CR become LF."""
    if b"\r" not in text:
        return text
    buffer = np.frombuffer(text, dtype=np.uint8)
    following = np.flatnonzero(buffer == 13) + 1
    if following[-1] < len(buffer) and bool((buffer[following] == 10).all()):
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _check_size(text: bytes) -> None:
    if len(text) > MAX_LINES and text.count(b"\n") > MAX_LINES:
        raise Rejected(Reason.TOO_LARGE, f"the file has more than {MAX_LINES:,} lines")


def _has_endless_line(text: bytes) -> bool:
    """Whether a line is longer than `MAX_LINE_BYTES` (some that are longer than half of it are found as well)."""
    step = MAX_LINE_BYTES // 2
    for start in range(step, len(text) - step, step):
        if text.find(b"\n", start, start + step) < 0 and text.find(b"\r", start, start + step) < 0:
            return True
    return False


def _set_bad_lines_aside(
    body: bytes, first_line: int, header: Header, *, every_quote: bool
) -> tuple[bytes, np.ndarray, list[RefusedLine], bool, bool]:
    """Take out blank lines, and those with NUL, broken UTF-8 or an unbalanced quote: each costs one row only.

    A line with an odd number of quotes has one open; `every_quote` looks for those with an even number too.

    Returns the remaining text, the physical line number of each remaining record, the lines taken out,
    whether a quoted cell spans lines, and whether the file ends in NUL padding.
    """
    buffer = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(buffer == 10)
    starts = np.concatenate(([0], ends + 1))
    if starts[-1] >= len(body):
        starts = starts[:-1]
    if len(starts) == 0:
        return body, np.empty(0, dtype=np.int64), [], False, False
    stops = np.append(starts[1:], len(body))

    def lines_with(byte: int) -> np.ndarray:
        return np.searchsorted(starts, np.flatnonzero(buffer == byte), side="right") - 1

    def line_text(first: int, last: int) -> bytes:
        return body[starts[first] : stops[last]]

    bad: dict[int, tuple[Reason, str]] = {}
    for i in np.flatnonzero(stops - starts > MAX_LINE_BYTES):
        bad[int(i)] = (Reason.CELL_TOO_LONG, f"the line has {stops[i] - starts[i]:,} bytes")
    with_nul = np.unique(lines_with(0))
    give_up_early(len(with_nul), len(starts))
    for i in with_nul:
        bad.setdefault(int(i), (Reason.NUL_PADDING, "the line holds NUL bytes"))
    give_up_early(len(bad), len(starts))
    unclean_end = bool(bad) and max(bad) == len(starts) - 1 and not line_text(max(bad), max(bad)).strip(b"\0\r\n")
    high = np.unique(_lines_with_high_bytes(buffer, starts)) if not _is_utf8(body) else ()
    for i in high:
        if not _is_utf8(line_text(int(i), int(i))):
            bad.setdefault(int(i), (Reason.BAD_ENCODING, "the line is not UTF-8"))

    continuation = np.zeros(len(starts), dtype=bool)
    quotes = np.bincount(lines_with(34), minlength=len(starts))
    odd = [i for i in np.flatnonzero(quotes % 2).tolist() if i not in bad]
    if every_quote:
        closed = _all_quotes_closed(header.delimiter)
        even = [i for i in np.flatnonzero((quotes > 0) & (quotes % 2 == 0)).tolist() if i not in bad]
        odd = sorted([*odd, *(i for i in even if not closed(line_text(i, i).rstrip(b"\r\n")))])
    position = 0
    while position < len(odd):
        i = odd[position]
        j = odd[position + 1] if position + 1 < len(odd) else None
        spans = (
            j is not None
            and j - i < MAX_RECORD_LINES
            and not any(k in bad for k in range(i, j + 1))
            and _cells(line_text(i, j), header.delimiter) == len(header.names)
        )
        if spans and j is not None:
            continuation[i + 1 : j + 1] = True
            position += 2
        else:
            bad[i] = (Reason.QUOTE_UNBALANCED, "a quote in the line is not closed")
            give_up_early(len(bad), len(starts))
            position += 1

    give_up_early(len(bad), len(starts))
    refused = [
        RefusedLine(first_line + i, reason, detail, _kept_text(line_text(i, i)))
        for i, (reason, detail) in sorted(bad.items())
        if line_text(i, i).strip()
    ]
    blank = [i for i in np.flatnonzero(stops - starts <= 2) if not line_text(int(i), int(i)).strip()]
    fed = np.ones(len(starts), dtype=bool)
    fed[list(bad)] = False
    fed[blank] = continuation[blank]
    if not fed.all():
        cuts = np.flatnonzero(np.diff(np.concatenate(([False], fed, [False])).astype(np.int8)))
        body = b"".join(body[starts[a] : stops[b - 1]] for a, b in zip(cuts[::2], cuts[1::2], strict=True))
    lines = np.flatnonzero(fed & ~continuation) + first_line
    return body, lines.astype(np.int64), refused, bool(continuation.any()), unclean_end


def give_up_early(bad: int, lines: int) -> None:
    """Reject a large file as soon as it is certain to fail its error budget, before its bad lines fill the memory."""
    if bad > MANY_BAD_LINES and bad > BAD_SHARE * lines:
        raise Rejected(Reason.ERROR_BUDGET, f"at least {bad:,} of {lines:,} lines cannot be cut into cells")


def _kept_text(line: bytes) -> str:
    if len(line) > MAX_LINE_BYTES:
        line = line[:KEPT_OF_ENDLESS_LINE]
    return line.rstrip(b"\r\n").decode("utf-8", "replace")


def _lines_with_high_bytes(buffer: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Indices of the lines that hold a byte above 127."""
    return np.searchsorted(starts, np.flatnonzero(buffer > 127), side="right") - 1


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _all_quotes_closed(delimiter: str) -> Callable[[bytes], object]:
    """Tells of a line whether every cell that opens with a quote is closed; a quote inside a cell is a character."""
    d = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]|"")*+"[^{d}]*+|[^"{d}][^{d}]*+|)'
    return re.compile(rf"{cell}(?:{d}{cell})*+".encode()).fullmatch


def _row_text(table: pa.Table, row: int, header: Header) -> str:
    return header.delimiter.join(str(column[row].as_py()) for column in table.columns)


def _is_empty(column: pa.ChunkedArray) -> bool:
    return not any(column.unique().to_pylist())


def _cells(record: bytes, delimiter: str) -> int:
    try:
        rows = list(csv.reader(io.StringIO(record.decode("utf-8"), newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return -1
    return len(rows[0]) if len(rows) == 1 else -1


def _cut_into_cells(
    body: bytes | pa.Buffer, header: Header, multi_line: bool, width: int = 0
) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    """The well-formed records as text, and (record number, cells, text) of each malformed one.

    The columns are called by their numbers. There are more of them than names if `width` says so, or if the first
    lines have more cells than the header.
    """
    size = len(body) if isinstance(body, bytes) else body.size
    buffer = pa.py_buffer(body)
    width = max(width or _width_of_first_lines(buffer, header), len(header.names))
    # Times are nearly all distinct, other texts are not: dictionaries pay for those.
    kinds = [TEXT if c == "timestamp" else DICTIONARY for c in header.columns] + [DICTIONARY] * (
        width - len(header.names)
    )
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
                delimiter=header.delimiter,
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


def _width_of_first_lines(body: pa.Buffer, header: Header) -> int:
    """The number of cells of the first lines if it is the same in all, else 0."""
    head = body.slice(0, min(body.size, MAX_HEADER_BYTES)).to_pybytes()
    lines = re.split(rb"\r\n|\n|\r", head)
    lines = [line for line in lines[: -1 if len(head) < body.size else None] if line.strip()][:20]
    delimiter = header.delimiter.encode()
    if not lines or any(b'"' in line for line in lines):
        return 0
    widths = {line.count(delimiter) + 1 for line in lines}
    width = widths.pop()
    return 0 if widths or width > 2 * MAX_COLUMNS else width


def _canonical(table: pa.Table, header: Header) -> dict[str, pa.ChunkedArray]:
    """Canonical column -> its text; the parts of a time are joined by a blank."""
    columns: dict[str, pa.ChunkedArray] = {}
    for i, name in enumerate(header.columns):
        if name is None:
            continue
        column = table.column(i)
        if name == "timestamp" and name in columns:
            column = pc.binary_join_element_wise(columns[name], column, " ")
        columns[name] = column
    return columns


def _repeated_headers(table: pa.Table, header: Header) -> np.ndarray | None:
    """Mask of the rows to keep, or None if no row repeats the header."""
    if not header.line:
        return None
    at = header.columns.index("timestamp")
    repeated = pc.is_in(table.column(at), value_set=pa.array([header.names[at], "\ufeff" + header.names[at]]))
    return ~repeated.to_numpy() if pc.any(repeated).as_py() else None


def _cells_beyond(table: pa.Table, header: Header, keep: np.ndarray | None) -> np.ndarray | None:
    """Mask of the rows with text in cells beyond the header; the same number of empty ones behind every row is fine.

    Raises:
        Rejected: that is so in more rows than the error budget allows.
    """
    found: np.ndarray | None = None
    for i in range(len(header.names), table.num_columns):
        if not _is_empty(table.column(i)):
            text = pc.not_equal(table.column(i).cast(TEXT), "").to_numpy()
            found = text if found is None else found | text
    if found is None:
        return None
    if keep is not None:
        found &= keep
    if found.sum() > BAD_SHARE * len(found):
        raise Rejected(Reason.ROW_WIDTH, f"rows have {table.num_columns} cells under {len(header.names)} column names")
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


def _decimal_mark(header: Header, columns: Mapping[str, pa.ChunkedArray], setting: str | None) -> str:
    """',' if the separator leaves it free and a number has one and none has a point; the station's setting overrules."""
    if header.delimiter == ",":
        return "."
    if setting:
        return setting
    comma = point = False
    for name in QUANTITIES.keys() & columns.keys():
        values = columns[name].unique()
        values = values.dictionary if isinstance(values, pa.DictionaryArray) else values
        comma |= bool(pc.any(pc.match_substring_regex(values, r"^\s*[+-]?\d+,\d+\s*$")).as_py())
        point |= bool(pc.any(pc.match_substring_regex(values, r"^\s*[+-]?\d+\.\d+\s*$")).as_py())
    return "," if comma and not point else "."
