"""What a landing file says: text of one file -> raw rows, every cell still text.

Belongs here: header aliases, units named in headers, separators, rows that cannot be cut into cells.
Does not belong here: bytes, compression and encodings (`landing.py`); the meaning of a cell, times and
duplicates (`observations.py`).

Text columns are dictionary-encoded: a decision about text is made once per distinct value.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import CANONICAL_UNITS, DEFAULT_UNITS, QUANTITIES, UNITS, known_unit
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

READER_VERSION = "1"
MAX_HEADER_BYTES = 64 * 1024
MAX_COLUMNS = 256
MAX_CELL_BYTES = 64 * 1024
MAX_PREAMBLE_LINES = 20
MAX_RECORD_LINES = 100
_NAMELESS = "_column_"

TEXT = pa.string()
DICTIONARY = pa.dictionary(pa.int32(), TEXT)

REQUIRED_COLUMNS = ("timestamp", "temperature_c")

# Normalised header name (unit and punctuation removed) -> canonical column. The names are those of the
# Dark Sky download (Kaggle "Weather in Szeged 2006-2016") and our own.
ALIASES: Mapping[str, str] = {
    "formatted date": "timestamp",
    "timestamp": "timestamp",
    "time": "timestamp",
    "datetime": "timestamp",
    "date time": "timestamp",
    "station": "station",
    "station id": "station",
    "summary": "summary",
    "daily summary": "daily_summary",
    "precip type": "precipitation_type",
    "precipitation type": "precipitation_type",
    "temperature": "temperature_c",
    "apparent temperature": "apparent_temperature_c",
    "dew point": "dew_point_c",
    "humidity": "humidity_percent",
    "relative humidity": "humidity_percent",
    "wind speed": "wind_speed_ms",
    "wind gust": "wind_gust_ms",
    "wind bearing": "wind_direction_deg",
    "wind direction": "wind_direction_deg",
    "visibility": "visibility_km",
    "loud cover": "cloud_cover",
    "cloud cover": "cloud_cover",
    "pressure": "pressure_msl_hpa",
    "sea level pressure": "pressure_msl_hpa",
    "pressure msl": "pressure_msl_hpa",
    "station pressure": "pressure_station_hpa",
    "pressure station": "pressure_station_hpa",
}


@dataclass
class RefusedLine:
    """A data line that could not be cut into cells."""

    line: int
    reason: Reason
    detail: str
    text: str


@dataclass
class ParsedFile:
    """The raw rows of one landing file.

    Attributes:
        rows: one row per data line, ordered by `line`: `line` (int64), `RAW_TEXT_COLUMNS` and `rescued`
            (dictionary text, null where absent), `refused`, `detail`, `raw_text` (null on good lines).
        units: canonical column -> unit of its text.
        delimiter: the separator.
        decimal: the decimal mark, `.` or `,`.
        warnings: sentences for a person.
        unclean_end: the last line was cut.
    """

    rows: pa.Table
    units: dict[str, str]
    delimiter: str
    decimal: str
    warnings: list[str] = field(default_factory=list)
    unclean_end: bool = False


@dataclass(frozen=True)
class _Header:
    names: list[str]
    columns: list[str | None]
    units: dict[str, str]
    delimiter: str
    line: int
    end: int


def parse_csv(text: bytes, *, bad_utf8: bool = False, aliases: Mapping[str, str] | None = None) -> ParsedFile:
    """Cut the CSV text of one landing file into raw rows.

    Args:
        text: UTF-8, without byte order mark.
        bad_utf8: some lines are not UTF-8; they become refused lines.
        aliases: further header names of the station -> canonical column.

    Raises:
        Rejected: nothing of the file can be used.
    """
    if b"\r" in text[:MAX_HEADER_BYTES].replace(b"\r\n", b""):
        text = _plain_newlines(text)  # lone CR; further down the parser takes each of CR, LF and CRLF for a line end
    header = _read_header(text, aliases or {})
    body: bytes | pa.Buffer = pa.py_buffer(text).slice(header.end)
    first_line = header.line + 1
    refused: list[RefusedLine] = []
    unclean_end = False

    multi_line = False
    lines: np.ndarray | None = None  # physical line of each record that the parser sees
    needs_care = bad_utf8 or text.find(b'"', header.end) >= 0 or text.find(b"\0", header.end) >= 0
    if not needs_care:
        table, invalid = _cut_into_cells(body, header, multi_line)
        # The parser takes a blank line for a row of empty cells.
        needs_care = bool(pc.any(pc.equal(table.column(header.columns.index("timestamp")), "")).as_py())
    if needs_care:
        text = _plain_newlines(text)
        header = _read_header(text, aliases or {})
        for every_quote in (False, True):
            body, lines, refused, multi_line, unclean_end = _set_bad_lines_aside(
                text[header.end :], first_line, header, every_quote=every_quote
            )
            table, invalid = _cut_into_cells(body, header, multi_line)
            if table.num_rows + len(invalid) == len(lines):
                break  # else an open quote in a line with an even number of them swallowed rows
    records = table.num_rows + len(invalid)
    if lines is None:
        lines = np.arange(first_line, first_line + records, dtype=np.int64)
    if invalid and table.num_rows == 0:
        table, invalid = _tolerate_trailing_cells(body, header, multi_line, table, invalid)

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

    columns = {c: table.column(i) for i, c in enumerate(header.columns) if c}
    warnings: list[str] = []
    keep = _repeated_headers(columns["timestamp"], header)
    if keep is not None:
        warnings.append(f"{len(keep) - int(keep.sum())} repeated header lines in the middle of the file were dropped")
    too_long = _too_long_rows(table)
    if too_long is not None:
        keep = ~too_long if keep is None else keep & ~too_long
        refused += [
            RefusedLine(
                int(lines[i]), Reason.CELL_TOO_LONG, "a cell is longer than 64 KiB", _row_text(table, i, header)
            )
            for i in np.flatnonzero(too_long).tolist()
        ]

    unknown = [n for n, c in zip(header.names, header.columns, strict=True) if c is None and not _is_filler(n, table)]
    if unknown:
        warnings.append(f"unknown columns kept in `rescued`: {', '.join(unknown)}")
    absent = [c for c in DEFAULT_UNITS if c not in header.columns and c not in _OFTEN_ABSENT]
    if absent:
        warnings.append(f"columns not in the file: {', '.join(absent)}")
    rescued = _rescue([(n, table.column(n)) for n in unknown]) if unknown else None
    rows = _raw_rows(columns, rescued, lines, keep, refused)
    if rows.num_rows == 0:
        warnings.append("the file has a header and no data line")
    return ParsedFile(rows, header.units, header.delimiter, _decimal_mark(header, columns), warnings, unclean_end)


_OFTEN_ABSENT = frozenset({"dew_point_c", "wind_gust_ms", "pressure_station_hpa", "apparent_temperature_c"})


def _plain_newlines(text: bytes) -> bytes:
    """LF or CRLF throughout; lone and mixed CR become LF."""
    if b"\r" not in text:
        return text
    buffer = np.frombuffer(text, dtype=np.uint8)
    following = np.flatnonzero(buffer == 13) + 1
    if following[-1] < len(buffer) and bool((buffer[following] == 10).all()):
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _read_header(text: bytes, aliases: Mapping[str, str]) -> _Header:
    start, number = 0, 0
    while True:
        number += 1
        end = text.find(b"\n", start, start + MAX_HEADER_BYTES + 1)
        if end < 0:
            if len(text) - start > MAX_HEADER_BYTES:
                raise Rejected(Reason.TOO_MANY_COLUMNS, f"line {number} is longer than 64 KiB")
            end = len(text)
        line = text[start:end].rstrip(b"\r")
        stripped = line.strip()
        if stripped and not stripped.startswith(b"#"):
            break
        if end >= len(text):
            raise Rejected(Reason.EMPTY_FILE, "the file has no header line")
        if number > MAX_PREAMBLE_LINES:
            raise Rejected(Reason.COLUMN_MISSING, f"no header within the first {MAX_PREAMBLE_LINES} lines")
        start = end + 1
    if b"\0" in line:
        raise Rejected(Reason.NOT_TEXT, "the first line holds NUL bytes")
    try:
        header = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected(Reason.ENCODING_UNKNOWN, "the header is not UTF-8") from None

    delimiter = max(",;\t|", key=header.count)
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        raise Rejected(Reason.NOT_CSV, "the header line has an unbalanced quote") from None
    if len(names) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(names)} columns, at most {MAX_COLUMNS} are read")
    names = [n.strip() for n in names]
    columns, units = _map_columns(names, aliases)
    names = [n or f"{_NAMELESS}{i + 1}" for i, n in enumerate(names)]
    return _Header(names, columns, units, delimiter, number, min(end + 1, len(text)))


def _map_columns(names: Sequence[str], aliases: Mapping[str, str]) -> tuple[list[str | None], dict[str, str]]:
    """Canonical column (or None) of every header name, and the units."""
    own = {_normalise(name)[0]: column for name, column in aliases.items()}
    seen: dict[str, str] = {}
    columns: list[str | None] = []
    units: dict[str, str] = {}
    for name in names:
        key, unit_text = _normalise(name)
        column = aliases.get(name) or own.get(key) or ALIASES.get(key)
        declared: str | None = None
        if column is None and name.lower() in RAW_TEXT_COLUMNS:  # our own name carries its unit
            column = name.lower()
            declared = CANONICAL_UNITS.get(column.rsplit("_", 1)[-1])
        if name and (name in seen.values() or (column and column in seen)):
            raise Rejected(Reason.DUPLICATE_COLUMN, f"column {name!r} stands twice in the header (as {column or name})")
        seen[column or f"?{name}"] = name
        columns.append(column)
        if column == "timestamp" and unit_text.upper() in ("UTC", "GMT", "Z"):
            units[column] = "UTC"
        quantity = QUANTITIES.get(column or "")
        if column and quantity:
            unit = declared or DEFAULT_UNITS[column]
            if unit_text:
                known = known_unit(column, unit_text)
                if known is None:
                    raise Rejected(
                        Reason.UNIT_UNKNOWN,
                        f"the unit {unit_text!r} of column {name!r} is none of {', '.join(sorted(UNITS[quantity]))}",
                    )
                unit = known
            units[column] = unit
    for required in REQUIRED_COLUMNS:
        if required not in columns:
            unused = [n for n, c in zip(names, columns, strict=True) if c is None]
            raise Rejected(Reason.COLUMN_MISSING, _missing_hint(required, unused))
    return columns, units


def knows_header(line: str) -> bool:
    """Whether a header line names all required columns."""
    names = [n.strip().strip('"') for n in line.strip("\r\n").split(max(",;\t|", key=line.count))]
    found = {ALIASES.get(_normalise(n)[0], n.lower()) for n in names}
    return all(required in found for required in REQUIRED_COLUMNS)


def _normalise(name: str) -> tuple[str, str]:
    """'Wind Speed (km/h)' -> ('wind speed', 'km/h')."""
    match = re.fullmatch(r"\s*(.*?)\s*[(\[]\s*(.*?)\s*[)\]]\s*", name)
    bare, unit = (match[1], match[2]) if match else (name, "")
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip(), unit


def _missing_hint(required: str, names: Sequence[str]) -> str:
    """What is missing, and which of the header names that mean nothing else comes nearest."""
    import difflib

    wanted = sorted({a for a, c in ALIASES.items() if c == required})
    by_key = {_normalise(n)[0]: n for n in names}
    near = [by_key[m] for w in wanted for m in difflib.get_close_matches(w, by_key, n=1, cutoff=0.5)]
    near += [n for k, n in by_key.items() if len(k) >= 3 and any(w.startswith(k) for w in wanted)]
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"no column for {required} (a header such as {wanted[0]!r} is needed){hint}"


def _set_bad_lines_aside(
    body: bytes, first_line: int, header: _Header, *, every_quote: bool
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
    for i in np.unique(lines_with(0)):
        bad[int(i)] = (Reason.NUL_PADDING, "the line holds NUL bytes")
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
            position += 1

    refused = [
        RefusedLine(first_line + i, reason, detail, line_text(i, i).rstrip(b"\r\n").decode("utf-8", "replace"))
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


def _row_text(table: pa.Table, row: int, header: _Header) -> str:
    return header.delimiter.join(str(column[row].as_py()) for column in table.columns)


def _is_filler(name: str, table: pa.Table) -> bool:
    """A nameless column without any text comes from a separator at the end of every line."""
    return name.startswith(_NAMELESS) and not any(table.column(name).unique().to_pylist())


def _cells(record: bytes, delimiter: str) -> int:
    try:
        rows = list(csv.reader(io.StringIO(record.decode("utf-8"), newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return -1
    return len(rows[0]) if len(rows) == 1 else -1


def _cut_into_cells(
    body: bytes | pa.Buffer, header: _Header, multi_line: bool, names: Sequence[str] | None = None
) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    """The well-formed records as text, and (record number, cells, text) of each malformed one."""
    names = list(names or header.names)
    invalid: list[tuple[int, int, str]] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        invalid.append((row.number - 1, row.actual_columns, row.text.rstrip("\r\n")))
        return "skip"

    # Times are nearly all distinct, other texts are not: dictionaries pay for those.
    types = {n: TEXT if c == "timestamp" else DICTIONARY for n, c in zip(header.names, header.columns, strict=True)}
    size = len(body) if isinstance(body, bytes) else body.size
    if not size:
        return pa.table({n: pa.array([], types.get(n, DICTIONARY)) for n in names}), invalid
    table = pyarrow.csv.read_csv(
        pa.BufferReader(body),
        # One block: one dictionary per column, and row numbers in `note`.
        read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=size + 1),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=header.delimiter,
            ignore_empty_lines=False,
            newlines_in_values=multi_line,
            invalid_row_handler=note,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={n: types.get(n, DICTIONARY) for n in names}, strings_can_be_null=False
        ),
    )
    return table.combine_chunks(), invalid


def _tolerate_trailing_cells(
    body: bytes | pa.Buffer, header: _Header, multi_line: bool, table: pa.Table, invalid: list[tuple[int, int, str]]
) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    """Accept cells beyond the header if the rows have the same number of them and all are empty."""
    [(width, _)] = Counter(actual for _, actual, _ in invalid).most_common(1)
    if width <= len(header.names):
        return table, invalid
    extra = [f"_extra_{i}" for i in range(width - len(header.names))]
    wide, still_invalid = _cut_into_cells(body, header, multi_line, [*header.names, *extra])
    for name in extra:
        if any(value for value in wide.column(name).unique().to_pylist()):
            raise Rejected(Reason.ROW_WIDTH, f"every row has {width} cells under {len(header.names)} column names")
    return wide.select(header.names), still_invalid


def _repeated_headers(times: pa.ChunkedArray, header: _Header) -> np.ndarray | None:
    """Mask of the rows to keep, or None if no row repeats the header."""
    name = header.names[header.columns.index("timestamp")]
    repeated = pc.equal(times, name)
    if not pc.any(repeated).as_py():
        return None
    return ~repeated.to_numpy()


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


def _decimal_mark(header: _Header, columns: Mapping[str, pa.ChunkedArray]) -> str:
    """',' if the separator leaves it free and a number has one and none has a point."""
    if header.delimiter == ",":
        return "."
    comma = point = False
    for name in QUANTITIES.keys() & header.units:
        values = columns[name].unique()
        values = values.dictionary if isinstance(values, pa.DictionaryArray) else values
        comma |= bool(pc.any(pc.match_substring_regex(values, r"^\s*[+-]?\d+,\d+\s*$")).as_py())
        point |= bool(pc.any(pc.match_substring_regex(values, r"^\s*[+-]?\d+\.\d+\s*$")).as_py())
    return "," if comma and not point else "."


def _rescue(unknown: Sequence[tuple[str, pa.ChunkedArray]]) -> pa.Array:
    """One JSON text per row of the columns that no alias knows, built once per distinct combination."""
    combined = np.zeros(len(unknown[0][1]), dtype=np.int64)
    dictionaries: list[list[str]] = []
    for _, column in unknown:
        chunk = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        dictionaries.append(chunk.dictionary.to_pylist())
        codes = chunk.indices.to_numpy()
        _, combined = np.unique(combined * max(len(dictionaries[-1]), 1) + codes, return_inverse=True)
    _, first = np.unique(combined, return_index=True)
    chunks = [c.combine_chunks() if c.num_chunks != 1 else c.chunk(0) for _, c in unknown]
    texts = []
    for row in first:
        cells = zip(unknown, chunks, dictionaries, strict=True)
        texts.append(json.dumps({n: d[c.indices[int(row)].as_py()] for (n, _), c, d in cells}, ensure_ascii=False))
    return pa.DictionaryArray.from_arrays(pa.array(combined, pa.int32()), pa.array(texts, TEXT))


def _raw_rows(
    columns: Mapping[str, pa.ChunkedArray],
    rescued: pa.Array | None,
    lines: np.ndarray,
    keep: np.ndarray | None,
    refused: list[RefusedLine],
) -> pa.Table:
    n = len(lines)
    data: dict[str, pa.Array | pa.ChunkedArray] = {"line": pa.array(lines, pa.int64())}
    for name in RAW_TEXT_COLUMNS:
        kind = TEXT if name == "timestamp" else DICTIONARY
        data[name] = columns.get(name, pa.nulls(n, kind))
    data["rescued"] = rescued if rescued is not None else pa.nulls(n, DICTIONARY)
    for name in ("refused", "detail", "raw_text"):
        data[name] = pa.nulls(n, DICTIONARY if name != "raw_text" else TEXT)
    table = pa.table(data)
    if keep is not None:
        table = table.filter(pa.array(keep))
    if refused:
        lost = pa.table(
            {
                "line": pa.array([r.line for r in refused], pa.int64()),
                "refused": pa.array([str(r.reason) for r in refused], TEXT).dictionary_encode(),
                "detail": pa.array([r.detail for r in refused], TEXT).dictionary_encode(),
                "raw_text": pa.array([r.text for r in refused], TEXT),
            }
        )
        table = pa.concat_tables([table, lost], promote_options="default").combine_chunks()
        table = table.take(pc.sort_indices(table, sort_keys=[("line", "ascending")]))
    return table
