"""What a landing file says: separated text of one file -> raw rows, every cell still text.

Belongs here: header aliases, units named in headers, separators, rows that cannot be cut into cells.
Does not belong here: bytes, compression and encodings (`landing.py`); which format a file has and what is special
to each (`formats/`); the meaning of a cell (`cells.py`).

Text columns are dictionary-encoded: a decision about text is made once per distinct value.
"""

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import CANONICAL_UNITS, QUANTITIES, UNITS, known_unit, known_zone
from weather_etl.meteorology.vocabulary import RAW_NUMBERS, RAW_TEXT_COLUMNS

MAX_HEADER_BYTES = 64 * 1024
MAX_COLUMNS = 256
MAX_CELL_BYTES = 64 * 1024
MAX_PREAMBLE_LINES = 20
MAX_RECORD_LINES = 100
MAX_LINE_BYTES = MAX_COLUMNS * MAX_CELL_BYTES
MAX_LINES = 10_000_000
KEPT_OF_ENDLESS_LINE = 64 * 1024
MANY_BAD_LINES = 100_000  # from here on a file that must fail its error budget is given up at once
BAD_SHARE = 0.25
_NAMELESS = "_column_"
DELIMITERS = ",;\t|"

TEXT = pa.string()
DICTIONARY = pa.dictionary(pa.int32(), TEXT)


# Normalised header name (unit and punctuation removed) -> canonical column. The names are those of the Dark Sky
# download (Kaggle "Weather in Szeged 2006-2016"), our own, and those of Open-Meteo with the height in them.
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
    "air temperature": "temperature_c",
    "temperature 2m": "temperature_c",
    "apparent temperature": "apparent_temperature_c",
    "dew point": "dew_point_c",
    "dewpoint": "dew_point_c",
    "dew point 2m": "dew_point_c",
    "dewpoint 2m": "dew_point_c",
    "humidity": "humidity_percent",
    "relative humidity": "humidity_percent",
    "relative humidity 2m": "humidity_percent",
    "relativehumidity 2m": "humidity_percent",
    "wind speed": "wind_speed_ms",
    "wind speed 10m": "wind_speed_ms",
    "windspeed 10m": "wind_speed_ms",
    "wind gust": "wind_gust_ms",
    "wind gusts 10m": "wind_gust_ms",
    "windgusts 10m": "wind_gust_ms",
    "wind bearing": "wind_direction_deg",
    "wind direction": "wind_direction_deg",
    "wind direction 10m": "wind_direction_deg",
    "winddirection 10m": "wind_direction_deg",
    "visibility": "visibility_km",
    "loud cover": "cloud_cover",
    "cloud cover": "cloud_cover",
    "cloudcover": "cloud_cover",
    "total cloud cover": "cloud_cover_percent",
    "precipitation": "precipitation_mm",
    "precip": "precipitation_mm",
    "rain": "precipitation_mm",
    "rainfall": "precipitation_mm",
    "snow depth": "snow_depth_cm",
    "solar radiation": "solar_radiation_wm2",
    "global radiation": "solar_radiation_wm2",
    "shortwave radiation": "solar_radiation_wm2",
    "ghi": "solar_radiation_wm2",
    "sunshine": "sunshine_min",
    "sunshine duration": "sunshine_min",
    "report type": "report_type",
    "pressure": "pressure_msl_hpa",
    "sea level pressure": "pressure_msl_hpa",
    "pressure msl": "pressure_msl_hpa",
    "station pressure": "pressure_station_hpa",
    "surface pressure": "pressure_station_hpa",
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
    """The raw rows of one landing file, and what the file itself says of them.

    Attributes:
        rows: one row per data line, ordered by `line`: `line` (int64), `RAW_TEXT_COLUMNS` and `rescued`
            (dictionary text, null where absent), `refused`, `detail`, `raw_text` (null on good lines).
        units: canonical column -> unit that the file names.
        delimiter: the separator; empty where the format has none.
        decimal: the decimal mark, `.` or `,`.
        adapter: name of the format.
        timezones: text of the station -> zone of its times without an offset; the text "" stands for every station.
        open_pressure: `pressure_msl_hpa` comes from a column called just pressure, which may hold either kind.
        warnings: sentences for a person.
        unclean_end: the last line was cut.
    """

    rows: pa.Table
    units: dict[str, str]
    delimiter: str
    decimal: str
    adapter: str = "csv"
    timezones: dict[str, str] = field(default_factory=dict)
    open_pressure: bool = False
    warnings: list[str] = field(default_factory=list)
    unclean_end: bool = False

    @property
    def stations(self) -> list[str]:
        """The distinct texts of the column `station`, without blanks around them, in order of appearance."""
        column = self.rows.column("station")
        if column.null_count == len(column):
            return []
        texts = pc.utf8_trim_whitespace(pc.unique(column).drop_null().cast(TEXT)).to_pylist()
        return [t for t in dict.fromkeys(texts) if t]

    @property
    def declared(self) -> dict[str, Any]:
        """What `formats.reading` needs to know of this file, as plain data for a manifest."""
        return {
            "adapter": self.adapter,
            "delimiter": self.delimiter,
            "decimal": self.decimal,
            "units": self.units,
            "timezones": self.timezones,
            "open_pressure": self.open_pressure,
        }


@dataclass(frozen=True)
class Mapped:
    """What the names of a header mean.

    Attributes:
        columns: of every name, its canonical column or None. `timestamp` may occur several times: the parts of a time.
        units: canonical column -> unit named in the header.
        timezone: zone named in the header of the time, "" if none is.
        open_pressure: see `ParsedFile`.
        warnings: sentences for a person.
    """

    columns: list[str | None]
    units: dict[str, str] = field(default_factory=dict)
    timezone: str = ""
    open_pressure: bool = False
    warnings: list[str] = field(default_factory=list)


Mapper = Callable[[Sequence[str]], Mapped]


@dataclass(frozen=True)
class Header:
    """The header of a file.

    Attributes:
        names: of every column, as written, blanks removed; nameless ones have a name of ours.
        mapped: what they mean.
        delimiter: the separator.
        line: its line number, 0 if the file has none.
        end: offset of the first byte behind it.
        skipped: lines of free text above it.
    """

    names: list[str]
    mapped: Mapped
    delimiter: str
    line: int
    end: int
    skipped: int = 0

    @property
    def columns(self) -> list[str | None]:
        return self.mapped.columns


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
        if column is None and not (name.startswith(_NAMELESS) and _is_empty(table.column(i)))
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


# Columns whose absence is news.
_USUAL = (
    "temperature_c", "humidity_percent", "wind_speed_ms", "wind_direction_deg", "visibility_km", "pressure_msl_hpa",
)  # fmt: skip


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


def find_header(text: bytes, mapper: Mapper, delimiter: str | None = None) -> Header:
    """The header line, behind at most `MAX_PREAMBLE_LINES` blank lines, comments or lines of free text.

    Raises:
        Rejected: there is none; the reason is that of the first line which could have been it.
    """
    start, number, free_text = 0, 0, 0
    first_problem: Rejected | None = None
    while True:
        number += 1
        end = text.find(b"\n", start, start + MAX_HEADER_BYTES + 1)
        if end < 0:
            if len(text) - start > MAX_HEADER_BYTES:
                raise first_problem or Rejected(Reason.TOO_MANY_COLUMNS, f"line {number} is longer than 64 KiB")
            end = len(text)
        line = text[start:end].rstrip(b"\r")
        stripped = line.strip()
        if stripped and not stripped.startswith(b"#"):
            try:
                names, mapped, found = _read_header_line(line, mapper, delimiter)
                return Header(names, mapped, found, number, min(end + 1, len(text)), free_text)
            except Rejected as rejected:
                if rejected.reason not in (Reason.COLUMN_MISSING, Reason.NOT_CSV):
                    raise first_problem or rejected from None
                first_problem = first_problem or rejected
                free_text += 1
        if end >= len(text):
            raise first_problem or Rejected(Reason.EMPTY_FILE, "the file has no header line")
        if number > MAX_PREAMBLE_LINES:
            raise first_problem or Rejected(
                Reason.COLUMN_MISSING, f"no header within the first {MAX_PREAMBLE_LINES} lines"
            )
        start = end + 1


def _read_header_line(line: bytes, mapper: Mapper, delimiter: str | None) -> tuple[list[str], Mapped, str]:
    """Names, their meaning and the separator that gives one; if none does, the most frequent one is to blame."""
    if b"\0" in line:
        raise Rejected(Reason.NOT_TEXT, "the first line holds NUL bytes")
    try:
        header = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected(Reason.ENCODING_UNKNOWN, "the header is not UTF-8") from None
    by_count = sorted(DELIMITERS, key=lambda d: (d == delimiter, header.count(d)), reverse=True)
    candidates = [d for d in by_count if d in header] or [","]
    problem: Rejected | None = None
    for candidate in candidates:
        try:
            names = split_header(header, candidate)
            mapped = mapper(names)
        except Rejected as rejected:
            problem = problem or rejected
            continue
        return [n or f"{_NAMELESS}{i + 1}" for i, n in enumerate(names)], mapped, candidate
    assert problem is not None
    raise problem


def split_header(header: str, delimiter: str) -> list[str]:
    """The names of a header line.

    Raises:
        Rejected: too many, or a quote is open.
    """
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        raise Rejected(Reason.NOT_CSV, "the header line has an unbalanced quote") from None
    if len(names) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(names)} columns, at most {MAX_COLUMNS} are read")
    return [n.strip() for n in names]


def generic_mapper(aliases: Mapping[str, str]) -> Mapper:
    """What header names mean in a file of no particular format; the station's own aliases come first."""
    own = {_normalise(name)[0]: column for name, column in aliases.items()}

    def own_column(name: str) -> str | None:
        return aliases.get(name) or own.get(_normalise(name)[0])

    def mapper(names: Sequence[str]) -> Mapped:
        taken = {column for name in names if (column := own_column(name))}
        known = [_known_name(name) for name in names]
        # A pressure of neither kind beside a reduced one is that at the station.
        bare = [i for i, name in enumerate(names) if _normalise(name)[0] == "pressure" and not own_column(name)]
        kinds = taken | {column for i, (column, _) in enumerate(known) if i not in bare and column}
        open_pressure = bool(bare) and not kinds & {"pressure_msl_hpa", "pressure_station_hpa"}
        warnings: list[str] = []
        columns: list[str | None] = []
        units: dict[str, str] = {}
        timezone = ""
        seen: dict[str, str] = {}
        for i, (name, (column, unit_text)) in enumerate(zip(names, known, strict=True)):
            if found := own_column(name):
                column, unit_text = found, _normalise(name)[1]
            elif column in taken:
                column = None
            if i in bare and "pressure_msl_hpa" in kinds and "pressure_station_hpa" not in kinds:
                column = "pressure_station_hpa"
                warnings.append(f"column {name!r} stands beside a reduced pressure and is read as that at the station")
            if name and (name in seen.values() or (column and column in seen)):
                raise Rejected(
                    Reason.DUPLICATE_COLUMN, f"column {name!r} stands twice in the header (as {column or name})"
                )
            seen[column or f"?{name}"] = name
            columns.append(column)
            if column == "timestamp":
                timezone = _zone_of_header(name, unit_text, warnings)
            elif column in QUANTITIES and unit_text:
                units[column] = _unit_of_header(name, column, unit_text)
        _join_date_and_time(names, columns)
        check_required(names, columns, warnings)
        return Mapped(columns, units, timezone, open_pressure, warnings)

    return mapper


def check_required(names: Sequence[str], columns: Sequence[str | None], warnings: list[str]) -> None:
    """Demand a time and a measured value; warn of the usual columns that are absent and of the unknown ones."""
    missing = [] if "timestamp" in columns else ["timestamp"]
    missing += [] if any(c in RAW_NUMBERS for c in columns) else ["temperature_c"]
    for required in missing:
        unused = [n for n, c in zip(names, columns, strict=True) if c is None]
        raise Rejected(Reason.COLUMN_MISSING, _missing_hint(required, unused))
    unknown = [n for n, c in zip(names, columns, strict=True) if c is None and n]
    if unknown:
        warnings.append(f"unknown columns kept in `rescued`: {', '.join(unknown)}")
    absent = [c for c in _USUAL if c not in columns]
    if absent:
        warnings.append(f"columns not in the file: {', '.join(absent)}")


def _known_name(name: str) -> tuple[str | None, str]:
    """Canonical column of a header name, and the unit it names: `Wind Speed (km/h)`, `wind_speed_kmh`, `wind_speed_ms`."""
    key, unit_text = _normalise(name)
    if column := ALIASES.get(key):
        return column, unit_text
    if name.lower() in RAW_TEXT_COLUMNS:  # our own name carries its unit
        return name.lower(), CANONICAL_UNITS.get(name.lower().rsplit("_", 1)[-1], "")
    if unit_text:
        return None, unit_text
    words = re.split(r"[\s_,;:]+", name.strip().lower())
    for cut in range(len(words) - 1, 0, -1):
        column = ALIASES.get(" ".join(words[:cut]))
        unit_text = "".join(w for w in words[cut:] if w not in ("in", "/", "-"))
        if column in QUANTITIES and len(unit_text.strip("0123456789")) and known_unit(column, unit_text):
            return column, unit_text
    return None, ""


def _unit_of_header(name: str, column: str, unit_text: str) -> str:
    known = known_unit(column, unit_text)
    if known is None:
        raise Rejected(
            Reason.UNIT_UNKNOWN,
            f"the unit {unit_text!r} of column {name!r} is none of {', '.join(sorted(UNITS[QUANTITIES[column]]))}",
        )
    return known


def _zone_of_header(name: str, text: str, warnings: list[str]) -> str:
    """The zone that a time column names, "" for none; `(local time)` and `(yyyy-mm-dd)` name none."""
    if not text or re.fullmatch(r"(?i)local( time)?|iso[ -]?8601|[ymdhs:/. t-]+", text):
        return ""
    zone = known_zone(text)
    if zone:
        return zone
    if re.fullmatch(r"[A-Z]{2,5}|(UTC|GMT).*|[A-Za-z_]+/[A-Za-z_/]+", text):
        raise Rejected(
            Reason.UNIT_UNKNOWN,
            f"the time zone {text!r} of column {name!r} is not known; write UTC, an offset such as UTC+01:00, "
            "or an IANA name",
        )
    warnings.append(f"{text!r} in the header {name!r} says nothing of a time zone")
    return ""


def _join_date_and_time(names: Sequence[str], columns: list[str | None]) -> None:
    """`Date` and `Time` side by side are the two parts of a time."""
    keys = [_normalise(n)[0] for n in names]
    if "date" in keys and "time" in keys:
        date, time = keys.index("date"), keys.index("time")
        if date < time and columns[date] is None and columns[time] == "timestamp":
            columns[date] = "timestamp"


def _normalise(name: str) -> tuple[str, str]:
    """'Wind Speed (km/h)' -> ('wind speed', 'km/h')."""
    match = re.fullmatch(r"\s*(.*?)\s*[(\[]\s*(.*?)\s*[)\]]\s*", name)
    bare, unit = (match[1], match[2]) if match else (name, "")
    bare = unicodedata.normalize("NFKC", bare)
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip(), unit


def _missing_hint(required: str, names: Sequence[str]) -> str:
    """What is missing, and which of the header names that mean nothing else comes nearest."""
    import difflib

    wanted = sorted({a for a, c in ALIASES.items() if c == required})
    by_key = {_normalise(n)[0]: n for n in names}
    near = [by_key[m] for w in wanted for m in difflib.get_close_matches(w, by_key, n=1, cutoff=0.5)]
    near += [n for k, n in by_key.items() if len(k) >= 3 and any(w.startswith(k) for w in wanted)]
    hint = f"; did you mean {near[0]!r}?" if near else ""
    example = {"timestamp": "Time", "temperature_c": "Temperature (C)"}.get(required, required)
    return f"no column for {required} (a header such as {example!r} is needed){hint}"


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


def rescue(unknown: Sequence[tuple[str, pa.ChunkedArray]], *, keep_empty: bool) -> pa.Array:
    """One JSON text per row of the columns that no alias knows; each distinct cell is written once."""
    members = []
    for name, column in unknown:
        cells = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        key = json.dumps(name, ensure_ascii=False)
        texts = cells.dictionary.to_pylist()
        written = [f"{key}: {json.dumps(t, ensure_ascii=False)}, " if t or keep_empty else "" for t in texts]
        members.append(pc.fill_null(pa.array(written, TEXT).take(cells.indices), ""))
    joined = pc.binary_join_element_wise(*members, "")
    whole = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 0, -2), "}", "")
    return pc.if_else(pc.equal(joined, ""), None, whole).dictionary_encode()


def raw_rows(
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
