"""What a cell says: text cells -> times in UTC and numbers in canonical units.

Belongs here: null tokens, numbers and their units, the time rule, rows that a cell refuses, the error budget of a file.
Does not belong here: cutting a file into rows (`parsing.py`), one row per hour (`observations.py`), thresholds
(`quality.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.sky import cloud_cover
from weather_etl.meteorology.units import DEFAULT_UNITS, QUANTITIES, to_canonical
from weather_etl.meteorology.vocabulary import RAW_NUMBERS

if TYPE_CHECKING:
    import pandas as pd

NULL_TOKENS = ("", "null", "na", "n/a", "nan", "m", "-", "-9999")
SENTINEL = -9999.0  # however it is written
EARLIEST = np.datetime64("1850-01-01", "us")
CLOCK_TOLERANCE = np.timedelta64(1, "h").astype("timedelta64[us]")
ERROR_BUDGET = 0.25
_OFFSET = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
HOUR = 3_600_000_000  # microseconds
NOT_A_TIME = np.datetime64("NaT", "us")

OK, MISSING, UNREADABLE = 0, 1, 2  # state of a cell
REASONS = tuple(Reason)
REASON_CODE = {reason: np.uint8(i + 1) for i, reason in enumerate(REASONS)}  # 0: not refused


@dataclass(frozen=True)
class Field:
    """How the text of one column is written in a format.

    Attributes:
        divisor: the number divided by it is in the unit.
        missing: numbers that mean no value.
        part: position of the number in a composite cell, whose parts are separated by commas; None: the whole cell.
        quality: position of the source's quality code in the cell; None: it has none.
        trace: texts, or numbers however they are written, that mean a trace: 0, and marked.
        low: the same for less than the smallest unit: 0, without a mark.
        minutes: length of the period of a sum of radiation.
    """

    divisor: float = 1.0
    missing: tuple[float, ...] = ()
    part: int | None = None
    quality: int | None = None
    trace: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    minutes: float = 60.0


@dataclass(frozen=True)
class Precipitation:
    """What the column `precipitation_mm` of a file means.

    Attributes:
        kind: `amount` of a period that ends with the row's time; `running` since the last routine report (METAR);
            `interval`: amount since the row before; `counter`: reading of a gauge that is set back now and then.
        minutes: period of an amount, or archive interval; 0: the step of the series.
        resets: when a counter is set back: `hour`, `day`, `week`, `month`, `year` (of the station's zone), "": unknown.
        blank: `none`: an empty cell means that none fell; else `missing`.
        routine: of a running amount, regular expression of the routine report's type; "": the modal minute decides.
    """

    kind: str = "interval"
    minutes: int = 0
    resets: str = ""
    blank: str = "missing"
    routine: str = ""


@dataclass(frozen=True)
class Reading:
    """How the cells of one landing file are to be read.

    Attributes:
        units: column -> unit of its numbers.
        decimal: the decimal mark.
        fields: column -> how its text is written, where that is more than a number.
        timezones: text of the station -> zone of its times without an offset; "" stands for every station.
        stations: what the column `station` may say; None: anything.
        pressure_is_station: the column `pressure_msl_hpa` holds the pressure at the station: the file left it open.
        padded: the format fills its grid with rows without a value; they count as no errors.
        precipitation: what its precipitation means.
        stamp: what the time of a row marks of the period of its sums, means and extremes: `end`, `start`, `middle`.
        period_minutes: length of that period; 0: the step of the series.
    """

    units: tuple[tuple[str, str], ...]
    decimal: str = "."
    fields: tuple[tuple[str, Field], ...] = ()
    timezones: tuple[tuple[str, str], ...] = ()
    stations: tuple[str, ...] | None = None
    pressure_is_station: bool = False
    padded: bool = False
    precipitation: Precipitation = Precipitation()
    stamp: str = "end"
    period_minutes: int = 0

    @classmethod
    def of(cls, units: Mapping[str, str], decimal: str = ".", **more: Any) -> "Reading":
        """The reading of a plain CSV file with these units; those that it does not name are the defaults."""
        return cls(tuple(sorted({**DEFAULT_UNITS, **units}.items())), decimal, **more)

    def column(self, variable: str) -> str:
        """The raw column that holds a variable."""
        if self.pressure_is_station:
            return _SWAPPED.get(variable, variable)
        return variable


_SWAPPED = {"pressure_msl_hpa": "pressure_station_hpa", "pressure_station_hpa": "pressure_msl_hpa"}


@dataclass
class Cells:
    """The typed cells of n raw rows.

    Attributes:
        timestamp: datetime64[us] in UTC, NaT where the row is refused for its time.
        values: variable -> float64 in canonical units, NaN where missing or unreadable.
        states: variable -> uint8, OK, MISSING or UNREADABLE.
        refused: uint8, index of the reason + 1, 0 for rows that can become an observation.
        upstream: variable -> uint8, flag that the source's quality code means (0: none); only variables with codes.
        warnings: sentences for a person.
        trace: mask of the rows whose precipitation is a trace; None without any.
        readings: the different ways in which the rows were read.
        reading: position in `readings` of each row; None: all rows have the first.
    """

    timestamp: np.ndarray
    values: dict[str, np.ndarray]
    states: dict[str, np.ndarray]
    refused: np.ndarray
    upstream: dict[str, np.ndarray] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    trace: np.ndarray | None = None
    readings: tuple[Reading, ...] = ()
    reading: np.ndarray | None = None

    def reason(self, row: int) -> Reason | None:
        code = int(self.refused[row])
        return REASONS[code - 1] if code else None


# Quality codes of NOAA's Integrated Surface Database (format document, field "quality code") -> our flags:
# good, not evaluated, suspect, erroneous; the mapping is ours. 0: the code says nothing against the value.
UPSTREAM_FLAGS: Mapping[str, int] = {
    "1": 0, "5": 0, "A": 0,
    "0": Flag.NOT_EVALUATED, "4": Flag.NOT_EVALUATED, "9": Flag.NOT_EVALUATED, "M": Flag.NOT_EVALUATED,
    "R": Flag.NOT_EVALUATED, "U": Flag.NOT_EVALUATED, "P": Flag.NOT_EVALUATED, "I": Flag.NOT_EVALUATED,
    "C": Flag.NOT_EVALUATED,
    "2": Flag.SUSPECT, "6": Flag.SUSPECT,
    "3": Flag.FAIL, "7": Flag.FAIL,
}  # fmt: skip


def _read_numbers(
    column: pa.DictionaryArray, unit: str, decimal: str, written: Field | None = None, quantity: str = ""
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Values in canonical units, the state of every cell, and the flags of quality codes if there are any.

    Text is looked at once per distinct value.
    """
    n = len(column)
    if column.null_count == n:
        return np.broadcast_to(np.nan, n), np.broadcast_to(np.uint8(MISSING), n), None
    texts = pc.utf8_trim_whitespace(column.dictionary)
    flags: np.ndarray | None = None
    if written is not None and written.part is not None:
        texts, flags = _part_of_composite(texts, written)
    if unit == "sky":
        texts = _covers(texts)
    missing = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NULL_TOKENS)), True)
    if decimal == ",":
        texts = pc.replace_substring(texts, ",", ".")
    texts = pc.if_else(missing, None, texts)
    try:
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        texts = pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, None)
        numbers = pc.cast(texts, pa.float64())
    values = numbers.to_numpy(zero_copy_only=False).copy()
    values[np.isinf(values)] = np.nan
    absent = missing.to_numpy(zero_copy_only=False) | (values == SENTINEL)
    if written is not None:
        absent |= np.isin(values, written.missing)
    values[absent] = np.nan
    if written is not None and (written.trace or written.low):
        values[_any_of(texts, values, (*written.trace, *written.low))] = 0.0
    states = np.where(absent, MISSING, np.where(np.isnan(values), UNREADABLE, OK))
    minutes = 60.0 if written is None else written.minutes
    values = to_canonical(values / written.divisor if written else values, unit, quantity, minutes=minutes)
    states[np.isnan(values) & (states == OK)] = MISSING  # a code of the unit that means no value
    if column.null_count:  # refused lines have no cells
        codes = pc.fill_null(column.indices, len(values)).to_numpy()
        values, states = np.append(values, np.nan), np.append(states, MISSING)
        flags = None if flags is None else np.append(flags, 0)
    else:
        codes = column.indices.to_numpy()
    states = states.astype(np.uint8)[codes]
    if flags is not None:
        flags = np.where(states == OK, flags[codes], 0).astype(np.uint8)
    return values[codes], states, flags


def _any_of(texts: pa.Array, values: np.ndarray, marks: tuple[str, ...]) -> np.ndarray:
    """Mask of the texts that are one of these marks, as text or as a number."""
    found = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array([m.lower() for m in marks])), False)
    numbers = [float(m) for m in marks if re.fullmatch(_NUMBER, m)]
    return found.to_numpy(zero_copy_only=False) | np.isin(values, numbers)


def _covers(texts: pa.Array) -> pa.Array:
    """Cloud cover in percent, as text, of sky conditions; null where they name no class."""
    covers = [None if t is None else cloud_cover(t) for t in texts.to_pylist()]
    return pa.array([None if c is None else f"{c:g}" for c in covers], pa.string())


def _traces(rows: pa.Table, written: Mapping[str, Field]) -> np.ndarray | None:
    """Mask of the rows whose precipitation is a trace; None without any."""
    found: np.ndarray | None = None
    for name in ("precipitation_mm", "precipitation_trace"):
        column, marks = one_chunk(rows.column(name)), written.get(name, _AS_IT_IS).trace
        if not marks or column.null_count == len(column):
            continue
        texts = pc.utf8_trim_whitespace(column.dictionary)
        part = written[name].part
        if part is not None:
            texts = _part_of_composite(texts, written[name])[0]
        numbers = [float(t) if re.fullmatch(_NUMBER, t) else np.nan for t in texts.to_pylist()]
        marked = np.append(_any_of(texts, np.array(numbers), marks), False)
        mask = marked[pc.fill_null(column.indices, len(texts)).to_numpy()]
        found = mask if found is None else found | mask
    return None if found is None or not found.any() else found


_AS_IT_IS = Field()


def _part_of_composite(texts: pa.Array, written: Field) -> tuple[pa.Array, np.ndarray]:
    """The number in each composite cell, and the flag of its quality code.

    A cell without that part stays whole, and so is no number.
    """
    numbers, flags = [], np.zeros(len(texts), dtype=np.uint8)
    for i, text in enumerate(texts.to_pylist()):
        parts = [p.strip() for p in text.split(",")]
        numbers.append(parts[written.part] if written.part is not None and written.part < len(parts) else text)
        if written.quality is not None and written.quality < len(parts):
            flags[i] = UPSTREAM_FLAGS.get(parts[written.quality].upper(), Flag.NOT_EVALUATED)
    return pa.array(numbers, pa.string()), flags


def _read_times(texts: pa.Array, zones: "str | np.ndarray", files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UTC times and reason codes.

    Time rule: an offset in the text wins; text without one is in the given zone (one for all, or one per row). An
    hour that occurs twice is resolved by the order of the rows of one file (`files` numbers the file of each row),
    else it is ambiguous.
    """
    n = len(texts)
    times, refused = np.full(n, NOT_A_TIME), np.zeros(n, dtype=np.uint8)
    usual = pc.fill_null(pc.equal(pc.binary_length(texts), 29), False).to_numpy(zero_copy_only=False)
    if usual.all():
        fast = _read_uniform_times(texts) if n else times
        if fast is not None:
            return fast, refused
    # A bad time costs the fast way for its block of rows only.
    for start in range(0, n, _BLOCK):
        rows = np.flatnonzero(usual[start : start + _BLOCK]) + start
        fast = _read_uniform_times(texts.take(pa.array(rows))) if len(rows) else None
        if fast is None:
            usual[start : start + _BLOCK] = False
        else:
            times[rows] = fast
    other = np.flatnonzero(~usual)
    for zone in [zones] if isinstance(zones, str) else list(dict.fromkeys(zones[other].tolist())):
        rows = other if isinstance(zones, str) else other[zones[other] == zone]
        if len(rows):
            times[rows], refused[rows] = _read_other_times(texts.take(pa.array(rows)), zone, files[rows])
    return times, refused


_BLOCK = 4096


_LOOKS_RIGHT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}([:.\d]*\d)?)?\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$"
# Forms that are not ISO 8601 but have one meaning only: 2020/01/31, an hour alone as in 2020 1 31 5 (parts of a time
# that a format has in cells of their own), the word UTC, a comma before the fraction of a second.
_NEARLY_ISO = (
    (r"^(\d{4})/(\d\d)/(\d\d)(\D|$)", r"\1-\2-\3\4"),
    (r"^(\d{4})[ -](\d{1,2})[ -](\d{1,2}) (\d{1,2})$", r"\1-\2-\3 \4h"),
    (r"^(\d{4})-(\d)-(\d{1,2} \d{1,2}h)$", r"\1-0\2-\3"),
    (r"^(\d{4}-\d\d)-(\d) (\d{1,2}h)$", r"\1-0\2 \3"),
    (r"^(\d{4}-\d\d-\d\d) (\d)h$", r"\1 0\2h"),
    (r"^(\d{4}-\d\d-\d\d \d\d)h$", r"\1:00"),
    (r"(:\d{2}),(\d+)", r"\1.\2"),
    (r"(?i)\s*(UTC|GMT)$", "Z"),
)


def _read_other_times(texts: pa.Array, timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times of any form; those of ISO 8601 block by block, the others one by one."""
    import pandas as pd

    texts = pc.utf8_trim_whitespace(texts)
    times, local = np.full(len(texts), NOT_A_TIME), np.full(len(texts), NOT_A_TIME)
    slow = []
    for start in range(0, len(texts), _BLOCK):
        block = slice(start, start + _BLOCK)
        part = texts.slice(start, _BLOCK)
        for target, kind in ((local, pa.timestamp("us")), (times, pa.timestamp("us", "UTC"))):
            try:
                found = pc.cast(part, kind)
            except pa.ArrowInvalid:  # says so for the whole block, for an offset where none is wanted too
                continue
            target[block] = found.to_numpy(zero_copy_only=False).astype("datetime64[us]")
            break
        else:
            slow.append(np.arange(start, start + len(part)))
    refused = np.zeros(len(texts), dtype=np.uint8)
    refused[pc.is_null(texts).to_numpy(zero_copy_only=False)] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    if slow:
        rows = np.concatenate(slow)
        times[rows], local[rows], refused[rows] = _read_any_times(texts.take(pa.array(rows)))
    naive = np.flatnonzero(~np.isnat(local))
    if len(naive) and timezone == "UTC":
        times[naive] = local[naive]
    elif len(naive):
        times[naive], refused[naive] = _localise(pd.Series(local[naive]), timezone, files[naive])
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused


def _read_any_times(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """UTC times of the texts with an offset, wall-clock times of those without, and reason codes."""
    import pandas as pd

    times, local = np.full(len(texts), NOT_A_TIME), np.full(len(texts), NOT_A_TIME)
    refused = np.zeros(len(texts), dtype=np.uint8)
    series = pd.Series(texts.to_pandas(), dtype="str")
    refused[series.str.lower().isin(NULL_TOKENS) | series.isna()] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    looks_right = series.str.match(_LOOKS_RIGHT, na=False).to_numpy()
    if not looks_right.all():
        others = pa.array(series[~looks_right], pa.string(), from_pandas=True)
        for pattern, instead in _NEARLY_ISO:
            others = pc.replace_substring_regex(others, pattern, instead)
        series[~looks_right] = others.to_numpy(zero_copy_only=False)
        looks_right = series.str.match(_LOOKS_RIGHT, na=False).to_numpy()
    has_offset = series.str.slice(10).str.contains(rf"{_OFFSET}$", regex=True, na=False).to_numpy()
    for target, mask in ((times, looks_right & has_offset), (local, looks_right & ~has_offset)):
        if mask.any():
            text = series[mask].str.upper().str.replace(r"\s+(?=[+\-Z]\S*$)", "", regex=True)
            found = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
            target[mask] = found.dt.tz_localize(None).to_numpy("datetime64[us]")
    return times, local, refused


def _read_uniform_times(texts: pa.Array) -> np.ndarray | None:
    """The usual case, all texts like `2006-04-01 00:00:00.000 +0200`; None if any is not."""
    if texts.null_count:
        return None
    lengths = pc.min_max(pc.binary_length(texts)).as_py()
    if lengths != {"min": 29, "max": 29}:
        return None
    characters = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
    start = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset]
    table = characters[start : start + 29 * len(texts)].reshape(-1, 29)
    if not (table[:, 23] == 32).all():
        return None
    # Arrow reads ISO 8601 without the blank before the offset; lay the remaining bytes side by side.
    dense = np.ascontiguousarray(np.delete(table, 23, axis=1))
    offsets = np.arange(0, 28 * (len(texts) + 1), 28, dtype=np.int32)
    joined = pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(dense))
    try:
        times = pc.cast(joined, pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:  # says so for the whole column
        return None
    return times.to_numpy(zero_copy_only=False).astype("datetime64[us]")


def _localise(local: "pd.Series", timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times of one zone -> UTC and reason codes."""
    refused = np.zeros(len(local), dtype=np.uint8)
    utc = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    doubtful = utc.isna().to_numpy()
    if doubtful.any():
        forward = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward")
        nonexistent = doubtful & forward.notna().to_numpy()
        refused[nonexistent] = REASON_CODE[Reason.TIMESTAMP_NONEXISTENT]
        ambiguous = doubtful & ~nonexistent
        if ambiguous.any():
            earlier, told = _which_occurrence(local.to_numpy("datetime64[us]").astype(np.int64), ambiguous, files)
            utc = local.dt.tz_localize(timezone, ambiguous=earlier, nonexistent="NaT").mask(ambiguous & ~told)
            refused[ambiguous & ~told] = REASON_CODE[Reason.TIMESTAMP_AMBIGUOUS]
    return utc.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]"), refused


def _which_occurrence(local: np.ndarray, ambiguous: np.ndarray, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell the first from the second occurrence of wall-clock times by the order of the rows.

    The rows around one change of the clock tell if time steps back (or stands still) exactly once; in a file whose
    newest rows come first, everything is the other way round.

    Args:
        local: int64, wall-clock microseconds, in the order of the files' rows.
        ambiguous: mask of the times that occur twice.
        files: number of the file of each row.

    Returns:
        Masks of the times that are first occurrences, and of those that the order tells.
    """
    earlier, told = np.zeros(len(local), dtype=bool), np.zeros(len(local), dtype=bool)
    within = files[1:] == files[:-1]
    direction = np.bincount(files[1:], np.sign(np.diff(local)) * within, minlength=int(files.max()) + 1)
    rows = np.flatnonzero(ambiguous)
    new = (np.diff(rows) != 1) | (files[rows[1:]] != files[rows[:-1]]) | (np.abs(np.diff(local[rows])) > 12 * HOUR)
    for part in np.split(rows, np.flatnonzero(new) + 1):
        newest_first = direction[files[part[0]]] < 0
        steps = np.diff(local[part])
        back = np.flatnonzero(steps >= 0 if newest_first else steps <= 0)
        if len(back) == 1:
            told[part] = True
            earlier[part] = (np.arange(len(part)) <= back[0]) != newest_first
    return earlier, told


def read_cells(
    rows: pa.Table,
    reading: Reading,
    timezone: str,
    *,
    landed_at: np.ndarray | None = None,
    files: np.ndarray | None = None,
) -> Cells:
    """Read the text cells of raw rows that share one `reading`.

    Args:
        rows: n rows with the raw text columns and `refused`.
        reading: units and decimal mark of their file.
        timezone: IANA zone for times without an offset.
        landed_at: datetime64[us], when each row's file version landed; None leaves the future unchecked.
        files: number of the file of each row; None if all are of one.
    """
    units, written = dict(reading.units), dict(reading.fields)
    parser_refused = rows.column("refused").combine_chunks()
    if files is None:
        files = np.zeros(rows.num_rows, dtype=np.int64)
    zones = _zones_of_rows(rows, reading, timezone)
    times, refused = _read_times(one_chunk(rows.column("timestamp")), zones, files)
    with np.errstate(invalid="ignore"):
        out_of_range = times < EARLIEST
        if landed_at is not None:
            out_of_range |= times > landed_at + CLOCK_TOLERANCE
    refused[out_of_range & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_OUT_OF_RANGE]

    values: dict[str, np.ndarray] = {}
    states: dict[str, np.ndarray] = {}
    upstream: dict[str, np.ndarray] = {}
    measured, unreadable = np.zeros(len(refused), dtype=bool), np.zeros(len(refused), dtype=bool)
    for name in RAW_NUMBERS:
        column = reading.column(name)
        values[name], states[name], flags = _read_numbers(
            one_chunk(rows.column(column)),
            units.get(column, ""),
            reading.decimal,
            written.get(column),
            QUANTITIES[name],
        )
        if flags is not None and flags.any():
            upstream[name] = flags
        if rows.column(column).null_count < rows.num_rows:
            measured |= states[name] == OK
            unreadable |= states[name] == UNREADABLE
    trace = _traces(rows, written)
    if trace is not None:
        values["precipitation_mm"], states["precipitation_mm"] = (
            x["precipitation_mm"].copy() for x in (values, states)
        )
        dry = trace & (states["precipitation_mm"] == MISSING)  # marked in another cell, the amount left empty
        values["precipitation_mm"][trace] = 0.0
        states["precipitation_mm"][dry] = OK
        measured |= dry
    if reading.precipitation.blank == "none" and rows.column("precipitation_mm").null_count < rows.num_rows:
        blank = measured & (states["precipitation_mm"] == MISSING) & _blank(rows.column("precipitation_mm"))
        values["precipitation_mm"][blank], states["precipitation_mm"][blank] = 0.0, OK
    refused[~measured & unreadable & (refused == 0)] = REASON_CODE[Reason.TYPE]
    refused[~measured & (refused == 0)] = REASON_CODE[Reason.NO_MEASUREMENT]
    refused[_of_other_stations(rows, reading)] = REASON_CODE[Reason.WRONG_STATION]
    if parser_refused.null_count < len(parser_refused):
        for code in parser_refused.unique().drop_null().to_pylist():
            mask = pc.fill_null(pc.equal(parser_refused, code), False).to_numpy(zero_copy_only=False)
            refused[mask] = REASON_CODE[Reason(code)]
    return Cells(times, values, states, refused, upstream, trace=trace, readings=(reading,))


def _blank(column: pa.ChunkedArray) -> np.ndarray:
    """Mask of the cells that are there and empty."""
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column.cast(pa.string())), ""), False).to_numpy()


def _zones_of_rows(rows: pa.Table, reading: Reading, timezone: str) -> "str | np.ndarray":
    zones = dict(reading.timezones)
    if set(zones) <= {""}:
        return zones.get("", timezone)
    texts = pc.utf8_trim_whitespace(pc.fill_null(rows.column("station").cast(pa.string()), "")).to_pylist()
    return np.array([zones.get(t, timezone) for t in texts], dtype=object)


def _of_other_stations(rows: pa.Table, reading: Reading) -> np.ndarray:
    """Mask of the rows that name a station which is not among those of the reading."""
    column = one_chunk(rows.column("station"))
    if reading.stations is None or column.null_count == len(column):
        return np.zeros(len(column), dtype=bool)
    own = {name.strip().casefold() for name in reading.stations}
    names = [t.strip().casefold() for t in column.dictionary.to_pylist()]
    foreign = np.array([name not in own and name not in NULL_TOKENS for name in names] + [False])
    return foreign[pc.fill_null(column.indices, len(names)).to_numpy()]


def looks_clean(rows: pa.Table, landed_at: np.datetime64) -> bool:
    """Whether no row of a file can be bad, told from the distinct texts alone; False says nothing.

    The usual file is cleared by this at a tenth of the cost of reading its cells.
    """
    if rows.num_rows == 0 or any(rows.column(c).null_count < rows.num_rows for c in ("refused", "station")):
        return False
    times = _read_uniform_times(one_chunk(rows.column("timestamp")))
    if times is None or times.min() < EARLIEST or times.max() > landed_at + CLOCK_TOLERANCE:
        return False
    for name in RAW_NUMBERS:
        column = one_chunk(rows.column(name))
        if column.null_count == len(column):
            continue
        try:
            numbers = pc.cast(column.dictionary, pa.float64())
        except pa.ArrowInvalid:
            return False
        if not pc.all(pc.is_finite(numbers)).as_py() or pc.any(pc.equal(numbers, SENTINEL)).as_py():
            return False
    return True


def one_chunk(column: pa.ChunkedArray) -> Any:
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return array


def check_error_budget(cells: Cells, rows: pa.Table, reading: Reading) -> tuple[Reason, str] | None:
    """Why a whole file must be rejected, or None (ingestion rule 7)."""
    counted = cells.refused != REASON_CODE[Reason.SUMMARY_ROW]
    n = int(counted.sum())
    bad = int((counted & (cells.refused > 0)).sum())
    if n == 0 or (bad == 0 and not any((s == UNREADABLE).any() for s in cells.states.values())):
        return None
    codes = np.bincount(cells.refused[counted], minlength=len(REASONS) + 1)[1:]
    main = REASONS[int(codes.argmax())] if bad else None
    if main and bad == n:
        return (
            Reason.ALL_ROWS_BAD,
            f"all {n} rows are bad, most of them {main}{_hint_for_rows(main, cells, rows, reading)}",
        )
    errors = bad - (int(codes[REASONS.index(Reason.NO_MEASUREMENT)]) if reading.padded else 0)
    if main and errors > ERROR_BUDGET * n:
        return (
            Reason.ERROR_BUDGET,
            f"{bad} of {n} rows are bad, most of them {main}{_hint_for_rows(main, cells, rows, reading)}",
        )
    for name, state in cells.states.items():
        present = int((state != MISSING).sum())
        unreadable = np.flatnonzero(state == UNREADABLE)
        if len(unreadable) > ERROR_BUDGET * present:
            texts = one_chunk(rows.column(reading.column(name)))
            examples = [texts[int(i)].as_py() for i in unreadable[:100]]
            return Reason.ERROR_BUDGET, (
                f"{len(unreadable)} of {present} values of {name} are no numbers, such as {examples[0][:40]!r}"
                f"{_hint_for_numbers(examples)}"
            )
    return None


_HINTS_FOR_NUMBERS = (
    (r"[+-]?\d{1,3}([.,' \u00a0\u202f]\d{3})+([.,]\d*)?", "thousands separators? write numbers without them"),
    (r"[+-]?\d+,\d+", "a decimal comma? use another separator than the comma between the cells, or write a point"),
    (r"[+-]?[\d.,]+\s*%", "write the percent sign into the header, as in Humidity (%)"),
    (r"[+-]?[\d.,]+\s*\D+", "write the unit into the header, as in Temperature (F)"),
)


def _hint_for_numbers(examples: list[str]) -> str:
    for pattern, hint in _HINTS_FOR_NUMBERS:
        if sum(re.fullmatch(pattern, text.strip()) is not None for text in examples) * 2 > len(examples):
            return f" ({hint})"
    return " (is the column the right one, and are separators and the decimal mark as in the rest of the file?)"


def _hint_for_rows(main: Reason, cells: Cells, rows: pa.Table, reading: Reading) -> str:
    """What most bad rows have in common, with the text of the first."""
    first = int(np.flatnonzero(cells.refused == REASON_CODE[main])[0])

    def text(column: str) -> str:
        return repr((rows.column(column)[first].as_py() or "")[:40])

    match main:
        case Reason.TYPE:
            column = next(reading.column(c) for c, state in cells.states.items() if state[first] == UNREADABLE)
            return f", such as {text(column)}{_hint_for_numbers([rows.column(column)[first].as_py()])}"
        case Reason.BAD_ENCODING:
            return " (set `encoding` in station.toml, for example cp1250, or save the file as UTF-8)"
        case Reason.WRONG_STATION:
            return (
                f", such as {text('station')} (put a file of several stations under landing/_shared/, "
                "or add the name to source_ids in station.toml)"
            )
        case Reason.TIMESTAMP_INVALID | Reason.TIMESTAMP_OUT_OF_RANGE:
            return f", such as {text('timestamp')} (write times as 2006-04-01 00:00:00 +0200)"
        case Reason.ROW_WIDTH:
            return f": {rows.column('detail')[first].as_py()}"
    return ""


def read_all(raw: pa.Table, readings: Mapping[str, Reading], timezone: str, landed_at: np.ndarray) -> Cells:
    """Read rows of files with different readings, each group of equal ones at once."""
    files = one_chunk(raw.column("landing_file"))
    names = files.dictionary.to_pylist()
    of_file = [readings[name] for name in names]
    distinct = list(dict.fromkeys(of_file))
    codes = files.indices.to_numpy()
    if len(distinct) == 1:
        whole = read_cells(raw, distinct[0], timezone, landed_at=landed_at, files=codes)
        whole.warnings += _contradictions(whole, distinct[0], codes, names)
        return whole
    n = raw.num_rows
    whole = Cells(
        np.full(n, NOT_A_TIME),
        {v: np.full(n, np.nan) for v in RAW_NUMBERS},
        {v: np.full(n, MISSING, dtype=np.uint8) for v in RAW_NUMBERS},
        np.zeros(n, dtype=np.uint8),
        readings=tuple(distinct),
    )
    group_of_file = np.array([distinct.index(r) for r in of_file], dtype=np.int64)
    group_of_row = group_of_file[codes]
    whole.reading = group_of_row
    for group, reading in enumerate(distinct):
        index = np.flatnonzero(group_of_row == group)
        part = read_cells(raw.take(pa.array(index)), reading, timezone, landed_at=landed_at[index], files=codes[index])
        whole.timestamp[index] = part.timestamp
        whole.refused[index] = part.refused
        for name in RAW_NUMBERS:
            whole.values[name][index] = part.values[name]
            whole.states[name][index] = part.states[name]
        if part.trace is not None:
            whole.trace = np.zeros(n, dtype=bool) if whole.trace is None else whole.trace
            whole.trace[index] = part.trace
        for name, flags in part.upstream.items():
            whole.upstream.setdefault(name, np.zeros(n, dtype=np.uint8))[index] = flags
        whole.warnings += _contradictions(part, reading, codes[index], names)
    whole.warnings.sort()
    return whole


def _contradictions(cells: Cells, reading: Reading, files: np.ndarray, names: list[str]) -> list[str]:
    """One warning per file whose humidity contradicts its unit; the unit is never guessed from values."""
    unit = dict(reading.units).get("humidity_percent")
    known = np.flatnonzero((cells.states["humidity_percent"] == OK) & (cells.refused == 0))
    if unit not in ("1", "%") or not len(known):
        return []
    largest = np.full(len(names), -np.inf)
    np.maximum.at(largest, files[known], cells.values["humidity_percent"][known])
    if unit == "1":
        doubtful, said = largest > 105.0, "as a fraction, but reaches {:g}: is it in percent?"
        largest = largest / 100.0
    else:
        doubtful, said = (largest > 0) & (largest <= 1.0), "in percent, but never exceeds {:g}: is it a fraction?"
    return [
        f"{names[i]}: the humidity is read {said.format(largest[i])} Write the unit into the header or station.toml."
        for i in np.flatnonzero(doubtful)
    ]
