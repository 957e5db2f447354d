"""What the header of a landing file says: names -> columns, units, zones.

Belongs here: finding the header line, its separator, names in general and the units in them.
Does not belong here: cutting the lines below it (`cutting.py`), names that only one format has (`formats/`).
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import CANONICAL_UNITS, DEFAULT_UNITS, QUANTITIES, UNITS, known_unit, known_zone
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

MAX_HEADER_BYTES = 64 * 1024
MAX_COLUMNS = 256
MAX_PREAMBLE_LINES = 20
NAMELESS = "_column_"
DELIMITERS = ",;\t|"

REQUIRED_COLUMNS = ("timestamp", "temperature_c")
_OFTEN_ABSENT = frozenset({"dew_point_c", "wind_gust_ms", "pressure_station_hpa", "apparent_temperature_c"})

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
    "pressure": "pressure_msl_hpa",
    "sea level pressure": "pressure_msl_hpa",
    "pressure msl": "pressure_msl_hpa",
    "station pressure": "pressure_station_hpa",
    "surface pressure": "pressure_station_hpa",
    "pressure station": "pressure_station_hpa",
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
        return [n or f"{NAMELESS}{i + 1}" for i, n in enumerate(names)], mapped, candidate
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
    """Demand the required columns; warn of the optional ones that are absent and of the unknown ones."""
    for required in REQUIRED_COLUMNS:
        if required not in columns:
            unused = [n for n, c in zip(names, columns, strict=True) if c is None]
            raise Rejected(Reason.COLUMN_MISSING, _missing_hint(required, unused))
    unknown = [n for n, c in zip(names, columns, strict=True) if c is None and n]
    if unknown:
        warnings.append(f"unknown columns kept in `rescued`: {', '.join(unknown)}")
    absent = [c for c in DEFAULT_UNITS if c not in columns and c not in _OFTEN_ABSENT]
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
