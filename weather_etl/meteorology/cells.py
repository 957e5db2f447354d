"""What a cell says: text cells -> times in UTC and numbers in canonical units.

Belongs here: null tokens, numbers and their units, the time rule, rows that a cell refuses, the error budget of a file.
Does not belong here: cutting a file into rows (`parsing.py`), one row per hour (`observations.py`), thresholds
(`quality.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.quality import VARIABLES
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.units import to_canonical

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
class Reading:
    """How the cells of one landing file are to be read: units by column, and the decimal mark."""

    units: tuple[tuple[str, str], ...]
    decimal: str = "."

    @classmethod
    def of(cls, units: Mapping[str, str], decimal: str = ".") -> "Reading":
        return cls(tuple(sorted(units.items())), decimal)


@dataclass
class Cells:
    """The typed cells of n raw rows.

    Attributes:
        timestamp: datetime64[us] in UTC, NaT where the row is refused for its time.
        values: variable -> float64 in canonical units, NaN where missing or unreadable.
        states: variable -> uint8, OK, MISSING or UNREADABLE.
        refused: uint8, index of the reason + 1, 0 for rows that can become an observation.
    """

    timestamp: np.ndarray
    values: dict[str, np.ndarray]
    states: dict[str, np.ndarray]
    refused: np.ndarray

    def reason(self, row: int) -> Reason | None:
        code = int(self.refused[row])
        return REASONS[code - 1] if code else None


def _read_numbers(column: pa.DictionaryArray, unit: str, decimal: str) -> tuple[np.ndarray, np.ndarray]:
    """Values in canonical units and the state of every cell; text is looked at once per distinct value."""
    n = len(column)
    if column.null_count == n:
        return np.full(n, np.nan), np.full(n, MISSING, dtype=np.uint8)
    texts = pc.utf8_trim_whitespace(column.dictionary)
    missing = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NULL_TOKENS))
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
    values[absent] = np.nan
    states = np.where(absent, MISSING, np.where(np.isnan(values), UNREADABLE, OK))
    values = to_canonical(values, unit)
    if column.null_count:  # refused lines have no cells
        codes = pc.fill_null(column.indices, len(values)).to_numpy()
        values, states = np.append(values, np.nan), np.append(states, MISSING)
    else:
        codes = column.indices.to_numpy()
    return values[codes], states[codes].astype(np.uint8)


def _read_times(texts: pa.Array, timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UTC times and reason codes.

    Time rule: an offset in the text wins; text without one is in the station's zone. An hour that occurs twice is
    resolved by the order of the rows of one file (`files` numbers the file of each row), else it is ambiguous.
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
    if len(other):
        times[other], refused[other] = _read_other_times(texts.take(pa.array(other)), timezone, files[other])
    return times, refused


_BLOCK = 4096


def _read_other_times(texts: pa.Array, timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times of any form."""
    import pandas as pd

    refused = np.zeros(len(texts), dtype=np.uint8)
    series = pd.Series(pc.utf8_trim_whitespace(texts).to_pandas(), dtype="str")
    refused[series.str.lower().isin(NULL_TOKENS) | series.isna()] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    looks_right = series.str.match(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}.*)?)?$", na=False).to_numpy()
    has_offset = series.str.slice(10).str.contains(rf"{_OFFSET}$", regex=True, na=False).to_numpy()
    times = np.full(len(texts), NOT_A_TIME)

    def read(mask: np.ndarray) -> "pd.Series":
        text = series[mask].str.upper().str.replace(r"\s+(?=[+\-Z]\S*$)", "", regex=True)
        return pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")

    aware = looks_right & has_offset
    if aware.any():
        times[aware] = read(aware).dt.tz_localize(None).to_numpy("datetime64[us]")
    naive = looks_right & ~has_offset
    if naive.any():
        local = read(naive).dt.tz_localize(None)
        valid = local.notna()
        rows = np.flatnonzero(naive)[valid.to_numpy()]
        utc, doubt = _localise(local[valid], timezone, files[rows])
        times[rows] = utc
        refused[rows] = doubt
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused


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
    units = dict(reading.units)
    parser_refused = rows.column("refused").combine_chunks()
    if files is None:
        files = np.zeros(rows.num_rows, dtype=np.int64)
    times, refused = _read_times(one_chunk(rows.column("timestamp")), units.get("timestamp", timezone), files)
    with np.errstate(invalid="ignore"):
        out_of_range = times < EARLIEST
        if landed_at is not None:
            out_of_range |= times > landed_at + CLOCK_TOLERANCE
    refused[out_of_range & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_OUT_OF_RANGE]

    values: dict[str, np.ndarray] = {}
    states: dict[str, np.ndarray] = {}
    measured = np.zeros(len(refused), dtype=bool)
    for name in VARIABLES:
        values[name], states[name] = _read_numbers(one_chunk(rows.column(name)), units.get(name, ""), reading.decimal)
        measured |= states[name] == OK
    refused[(states["temperature_c"] == UNREADABLE) & (refused == 0)] = REASON_CODE[Reason.TYPE]
    refused[~measured & (refused == 0)] = REASON_CODE[Reason.NO_MEASUREMENT]
    if parser_refused.null_count < len(parser_refused):
        for code in parser_refused.unique().drop_null().to_pylist():
            mask = pc.fill_null(pc.equal(parser_refused, code), False).to_numpy(zero_copy_only=False)
            refused[mask] = REASON_CODE[Reason(code)]
    return Cells(times, values, states, refused)


def looks_clean(rows: pa.Table, landed_at: np.datetime64) -> bool:
    """Whether no row of a file can be bad, told from the distinct texts alone; False says nothing.

    The usual file is cleared by this at a tenth of the cost of reading its cells.
    """
    if rows.column("refused").null_count < rows.num_rows or rows.num_rows == 0:
        return False
    times = _read_uniform_times(one_chunk(rows.column("timestamp")))
    if times is None or times.min() < EARLIEST or times.max() > landed_at + CLOCK_TOLERANCE:
        return False
    for name in VARIABLES:
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


def check_error_budget(cells: Cells, rows: pa.Table) -> tuple[Reason, str] | None:
    """Why a whole file must be rejected, or None (ingestion rule 7)."""
    n = len(cells.refused)
    bad = int((cells.refused > 0).sum())
    if n == 0 or (bad == 0 and not any((s == UNREADABLE).any() for s in cells.states.values())):
        return None
    codes = np.bincount(cells.refused, minlength=len(REASONS) + 1)[1:]
    main = REASONS[int(codes.argmax())] if bad else None
    if main and bad == n:
        return Reason.ALL_ROWS_BAD, f"all {n} rows are bad, most of them {main}"
    if main and bad > ERROR_BUDGET * n:
        return Reason.ERROR_BUDGET, f"{bad} of {n} rows are bad, most of them {main}"
    for name, state in cells.states.items():
        present = int((state != MISSING).sum())
        unreadable = int((state == UNREADABLE).sum())
        if unreadable > ERROR_BUDGET * present:
            first = int(np.flatnonzero(state == UNREADABLE)[0])
            example = repr(rows.column(name)[first].as_py())
            return Reason.ERROR_BUDGET, f"{unreadable} of {present} values of {name} are no numbers, such as {example}"
    return None


def read_all(raw: pa.Table, readings: Mapping[str, Reading], timezone: str, landed_at: np.ndarray) -> Cells:
    """Read rows of files with different units, each group of equal readings at once."""
    files = one_chunk(raw.column("landing_file"))
    of_file = [readings[name] for name in files.dictionary.to_pylist()]
    distinct = list(dict.fromkeys(of_file))
    codes = files.indices.to_numpy()
    if len(distinct) == 1:
        return read_cells(raw, distinct[0], timezone, landed_at=landed_at, files=codes)
    n = raw.num_rows
    whole = Cells(
        np.full(n, NOT_A_TIME),
        {v: np.full(n, np.nan) for v in VARIABLES},
        {v: np.full(n, MISSING, dtype=np.uint8) for v in VARIABLES},
        np.zeros(n, dtype=np.uint8),
    )
    group_of_row = np.array([distinct.index(r) for r in of_file], dtype=np.int64)[codes]
    for group, reading in enumerate(distinct):
        index = np.flatnonzero(group_of_row == group)
        part = read_cells(raw.take(pa.array(index)), reading, timezone, landed_at=landed_at[index], files=codes[index])
        whole.timestamp[index] = part.timestamp
        whole.refused[index] = part.refused
        for name in VARIABLES:
            whole.values[name][index] = part.values[name]
            whole.states[name][index] = part.states[name]
    return whole
