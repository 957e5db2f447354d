"""What a row means: raw text rows -> one observation per station and hour.

Belongs here: cells and their units, the time rule, rows to quarantine, duplicates, the validated table.
Does not belong here: cutting a file into rows (`parsing.py`), thresholds (`quality.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.quality import LIMITS, VARIABLES, Flag, gross_range
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.vocabulary import PRECIPITATION_TYPES, RAW_TEXT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

NULL_TOKENS = ("", "null", "na", "n/a", "nan", "m", "-", "-9999")
SENTINEL = -9999.0  # however it is written
EARLIEST = np.datetime64("1850-01-01", "us")
CLOCK_TOLERANCE = np.timedelta64(1, "h").astype("timedelta64[us]")
ERROR_BUDGET = 0.25
_OFFSET = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_HOUR = 3_600_000_000  # microseconds
_NAT = np.datetime64("NaT", "us")

OK, MISSING, UNREADABLE = 0, 1, 2  # state of a cell
_REASONS = tuple(Reason)
_CODE = {reason: np.uint8(i + 1) for i, reason in enumerate(_REASONS)}  # 0: not refused


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
        return _REASONS[code - 1] if code else None


@dataclass
class Balance:
    """Where every data line of a station went; `assert_holds` is the promise that none got lost."""

    data_lines: int
    kept: int
    identical_duplicates: int
    superseded: int
    quarantined: int

    def holds(self) -> bool:
        return self.data_lines == self.kept + self.identical_duplicates + self.superseded + self.quarantined


@dataclass
class Observations:
    """What became of a station's raw rows: three tables and the accounts."""

    validated: "pd.DataFrame"
    events: "pd.DataFrame"
    quarantined: "pd.DataFrame"
    balance: Balance
    failed_values: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


# --- cells ---------------------------------------------------------------------------------------------------


def _to_canonical(values: np.ndarray, unit: str) -> np.ndarray:
    """Convert to degC, %, m/s, degree, km or hPa."""
    match unit:
        case "degF":
            return (values - 32.0) / 1.8
        case "K":
            return values - 273.15
        case "1":
            return values * 100.0
        case "km/h":
            return values / 3.6
        case "kn":
            return values * 0.514444
        case "mph":
            return values * 0.44704
        case "m":
            return values / 1000.0
        case "mi":
            return values * 1.609344
        case "Pa":
            return values / 100.0
        case "kPa":
            return values * 10.0
        case "inHg":
            return values * 33.8639
        case _:
            return values


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
    values = _to_canonical(values, unit)
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
    times, refused = np.full(n, _NAT), np.zeros(n, dtype=np.uint8)
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
    refused[series.str.lower().isin(NULL_TOKENS) | series.isna()] = _CODE[Reason.TIMESTAMP_MISSING]
    looks_right = series.str.match(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}.*)?)?$", na=False).to_numpy()
    has_offset = series.str.slice(10).str.contains(rf"{_OFFSET}$", regex=True, na=False).to_numpy()
    times = np.full(len(texts), _NAT)

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
    refused[np.isnat(times) & (refused == 0)] = _CODE[Reason.TIMESTAMP_INVALID]
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
        refused[nonexistent] = _CODE[Reason.TIMESTAMP_NONEXISTENT]
        ambiguous = doubtful & ~nonexistent
        if ambiguous.any():
            earlier, told = _which_occurrence(local.to_numpy("datetime64[us]").astype(np.int64), ambiguous, files)
            utc = local.dt.tz_localize(timezone, ambiguous=earlier, nonexistent="NaT").mask(ambiguous & ~told)
            refused[ambiguous & ~told] = _CODE[Reason.TIMESTAMP_AMBIGUOUS]
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
    new = (np.diff(rows) != 1) | (files[rows[1:]] != files[rows[:-1]]) | (np.abs(np.diff(local[rows])) > 12 * _HOUR)
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
    times, refused = _read_times(_one_chunk(rows.column("timestamp")), units.get("timestamp", timezone), files)
    with np.errstate(invalid="ignore"):
        out_of_range = times < EARLIEST
        if landed_at is not None:
            out_of_range |= times > landed_at + CLOCK_TOLERANCE
    refused[out_of_range & (refused == 0)] = _CODE[Reason.TIMESTAMP_OUT_OF_RANGE]

    values: dict[str, np.ndarray] = {}
    states: dict[str, np.ndarray] = {}
    measured = np.zeros(len(refused), dtype=bool)
    for name in VARIABLES:
        values[name], states[name] = _read_numbers(
            _one_chunk(rows.column(name)), units.get(name, ""), reading.decimal
        )
        measured |= states[name] == OK
    refused[(states["temperature_c"] == UNREADABLE) & (refused == 0)] = _CODE[Reason.TYPE]
    refused[~measured & (refused == 0)] = _CODE[Reason.NO_MEASUREMENT]
    if parser_refused.null_count < len(parser_refused):
        for code in parser_refused.unique().drop_null().to_pylist():
            mask = pc.fill_null(pc.equal(parser_refused, code), False).to_numpy(zero_copy_only=False)
            refused[mask] = _CODE[Reason(code)]
    return Cells(times, values, states, refused)


def looks_clean(rows: pa.Table, landed_at: np.datetime64) -> bool:
    """Whether no row of a file can be bad, told from the distinct texts alone; False says nothing.

    The usual file is cleared by this at a tenth of the cost of reading its cells.
    """
    if rows.column("refused").null_count < rows.num_rows or rows.num_rows == 0:
        return False
    times = _read_uniform_times(_one_chunk(rows.column("timestamp")))
    if times is None or times.min() < EARLIEST or times.max() > landed_at + CLOCK_TOLERANCE:
        return False
    for name in VARIABLES:
        column = _one_chunk(rows.column(name))
        if column.null_count == len(column):
            continue
        try:
            numbers = pc.cast(column.dictionary, pa.float64())
        except pa.ArrowInvalid:
            return False
        if not pc.all(pc.is_finite(numbers)).as_py() or pc.any(pc.equal(numbers, SENTINEL)).as_py():
            return False
    return True


def _one_chunk(column: pa.ChunkedArray) -> Any:
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return array


def check_error_budget(cells: Cells, rows: pa.Table) -> tuple[Reason, str] | None:
    """Why a whole file must be rejected, or None (ingestion rule 7)."""
    n = len(cells.refused)
    bad = int((cells.refused > 0).sum())
    if n == 0 or (bad == 0 and not any((s == UNREADABLE).any() for s in cells.states.values())):
        return None
    codes = np.bincount(cells.refused, minlength=len(_REASONS) + 1)[1:]
    main = _REASONS[int(codes.argmax())] if bad else None
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


# --- observations --------------------------------------------------------------------------------------------


def observe(
    raw: pa.Table, readings: Mapping[str, Reading], rejected: list[dict[str, Any]], *, station: str, timezone: str
) -> Observations:
    """Make a station's observations from its raw rows.

    Args:
        raw: `raw_observations` of one station, ordered by (landed_at, landing_file, line): later rows win.
        readings: landing file -> how its cells are to be read.
        rejected: one record per rejected file, in the form of `quarantined_rows`.
        station: station id.
        timezone: IANA zone for times without an offset.

    Returns:
        Tables as in `schemas.TABLES`; `balance.holds()` is True.
    """
    import pandas as pd

    n = raw.num_rows
    raw = raw.combine_chunks()
    landed_at = _one_chunk(raw.column("landed_at")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    cells = _read_all(raw, readings, timezone, landed_at)
    files = _one_chunk(raw.column("landing_file"))

    candidates = np.flatnonzero(cells.refused == 0)
    kept, duplicates, superseded, conflicts = _one_row_per_hour(candidates, cells, raw, files)
    for loser in conflicts:
        cells.refused[loser] = _CODE[Reason.CONFLICT]
    slots = _slot(cells.timestamp[kept])

    validated: dict[str, Any] = {"station_id": repeated_text(station, len(kept))}
    validated["timestamp"] = pd.DatetimeIndex(slots).tz_localize("UTC")
    lines = _one_chunk(raw.column("line")).to_numpy()[kept]
    file_codes = files.indices.to_numpy()[kept]
    file_names = np.asarray(files.dictionary.to_pylist(), dtype=object)
    differing = _differing_values(conflicts, kept, slots, cells)

    flags: dict[str, np.ndarray] = {}
    values: dict[str, np.ndarray] = {}
    events: list[dict[str, Any]] = []
    failed: dict[str, int] = {}

    def note(variable: str, test: str, flag: Flag, rows: np.ndarray, original: np.ndarray, limit: str) -> None:
        if len(rows):
            events.append(
                {
                    "timestamp": slots[rows],
                    "variable": variable,
                    "test": test,
                    "flag": np.full(len(rows), flag, dtype=np.uint8),
                    "original_value": original,
                    "limit_text": limit,
                    "landing_file": file_names[file_codes[rows]],
                    "line": lines[rows],
                }
            )

    calm = cells.values["wind_speed_ms"][kept] == 0.0
    for name, limits in LIMITS.items():
        x = cells.values[name][kept]
        flag = gross_range(x, limits)
        for level, (low, high) in ((Flag.FAIL, limits.fail), (Flag.SUSPECT, limits.suspect)):
            rows = np.flatnonzero(flag == level)
            note(name, "gross_range", level, rows, x[rows], f"{low:g}..{high:g}")
        unreadable = np.flatnonzero(cells.states[name][kept] == UNREADABLE)
        flag[unreadable] = Flag.FAIL
        note(name, "syntax", Flag.FAIL, unreadable, np.full(len(unreadable), np.nan), "a number")
        if name == "wind_direction_deg":  # a calm has no direction
            x[calm & (flag != Flag.FAIL)] = np.nan
            flag[calm & (flag != Flag.FAIL)] = Flag.MISSING
        rows = differing.get(name, np.empty(0, dtype=np.int64))
        rows = rows[(flag[rows] != Flag.FAIL) & ~np.isnan(x[rows])]
        flag[rows] = np.where(flag[rows] == Flag.GOOD, Flag.SUSPECT, flag[rows])
        note(name, "duplicate_conflict", Flag.SUSPECT, rows, x[rows], "equal values in one file")
        x[flag == Flag.FAIL] = np.nan
        values[name], flags[name] = x, flag
        failed[name] = int((flag == Flag.FAIL).sum())

    np.minimum(values["humidity_percent"], 100.0, out=values["humidity_percent"])
    direction = values["wind_direction_deg"]
    direction[direction == 360.0] = 0.0

    precipitation, unknown = _categories(raw, kept)
    is_calm = pd.array(calm, dtype="boolean")
    is_calm[np.isnan(values["wind_speed_ms"])] = pd.NA
    for name in VARIABLES:
        validated[name] = values[name]
        if name == "wind_direction_deg":
            validated["is_calm"] = is_calm
    validated["precipitation_type"] = precipitation
    validated["summary"] = text_array(_one_chunk(raw.column("summary")).take(pa.array(kept)))
    for name in VARIABLES:
        validated[f"{name}_qc"] = flags[name]
    validated["landing_file"] = text_array(files.take(pa.array(kept)))
    validated["line"] = lines
    validated["landed_at"] = pd.DatetimeIndex(landed_at[kept]).tz_localize("UTC")

    quarantined = _quarantine(raw, cells, rejected, station)
    balance = Balance(n, len(kept), duplicates, superseded, int((cells.refused > 0).sum()))
    warnings = [f"unknown precipitation types read as missing: {', '.join(unknown)}"] if unknown else []
    return Observations(
        pd.DataFrame(validated, copy=False), _event_frame(events, station), quarantined, balance, failed, warnings
    )


def _read_all(raw: pa.Table, readings: Mapping[str, Reading], timezone: str, landed_at: np.ndarray) -> Cells:
    """Read rows of files with different units, each group of equal readings at once."""
    files = _one_chunk(raw.column("landing_file"))
    of_file = [readings[name] for name in files.dictionary.to_pylist()]
    distinct = list(dict.fromkeys(of_file))
    codes = files.indices.to_numpy()
    if len(distinct) == 1:
        return read_cells(raw, distinct[0], timezone, landed_at=landed_at, files=codes)
    n = raw.num_rows
    whole = Cells(
        np.full(n, _NAT),
        {v: np.full(n, np.nan) for v in VARIABLES},
        {v: np.full(n, MISSING, dtype=np.uint8) for v in VARIABLES},
        np.zeros(n, dtype=np.uint8),
    )
    group_of_row = np.array([distinct.index(r) for r in of_file], dtype=np.int64)[codes]
    for group, reading in enumerate(distinct):
        index = np.flatnonzero(group_of_row == group)
        part = read_cells(
            raw.take(pa.array(index)), reading, timezone, landed_at=landed_at[index], files=codes[index]
        )
        whole.timestamp[index] = part.timestamp
        whole.refused[index] = part.refused
        for name in VARIABLES:
            whole.values[name][index] = part.values[name]
            whole.states[name][index] = part.states[name]
    return whole


def _slot(times: np.ndarray) -> np.ndarray:
    """The nearest full hour, half up."""
    micros = times.astype(np.int64) + _HOUR // 2
    return (micros - micros % _HOUR).astype("datetime64[us]")


def _one_row_per_hour(
    rows: np.ndarray, cells: Cells, raw: pa.Table, files: pa.DictionaryArray
) -> tuple[np.ndarray, int, int, np.ndarray]:
    """Choose the row of every hour: the nearest report (tie: the earlier), then the later row.

    Returns the chosen rows in time order, the counts of identical duplicates and of superseded rows, and the
    rows that lost to another row of the same file and time with other values.
    """
    times = cells.timestamp[rows].astype(np.int64)
    slots = _slot(cells.timestamp[rows]).astype(np.int64)
    order = np.argsort(slots, kind="stable")
    slots = slots[order]
    new_slot = np.ones(len(order), dtype=bool)
    new_slot[1:] = slots[1:] != slots[:-1]
    nothing = np.empty(0, dtype=np.int64)
    if new_slot.all():
        return rows[order], 0, 0, nothing

    shared = ~new_slot
    shared[:-1] |= ~new_slot[1:]
    contested = order[shared]
    distance = np.abs(times[contested] - slots[shared])
    contested = contested[np.lexsort((-rows[contested], times[contested], distance, slots[shared]))]
    contested_slots = (times[contested] + _HOUR // 2) // _HOUR
    first = np.ones(len(contested), dtype=bool)
    first[1:] = contested_slots[1:] != contested_slots[:-1]
    winner = contested[np.maximum.accumulate(np.where(first, np.arange(len(contested)), 0))]
    losers, winners = contested[~first], winner[~first]

    same_time = times[losers] == times[winners]
    a, b = rows[losers], rows[winners]
    equal = np.ones(len(losers), dtype=bool)
    for name in VARIABLES:
        x, y = cells.values[name][a], cells.values[name][b]
        equal &= (x == y) | (np.isnan(x) & np.isnan(y))
        equal &= (cells.states[name][a] == UNREADABLE) == (cells.states[name][b] == UNREADABLE)
    summary = raw.column("summary")
    x, y = (pc.fill_null(summary.take(pa.array(i)).cast(pa.string()), "") for i in (a, b))
    equal &= pc.equal(x, y).to_numpy()
    equal &= _precipitation_codes(raw, a)[0] == _precipitation_codes(raw, b)[0]
    file_codes = files.indices.to_numpy()
    same_file = file_codes[a] == file_codes[b]
    duplicates = same_time & equal
    conflicts = same_time & ~equal & same_file
    is_loser = np.zeros(len(rows), dtype=bool)
    is_loser[losers] = True
    kept = rows[order[~is_loser[order]]]
    return kept, int(duplicates.sum()), int((~duplicates & ~conflicts).sum()), np.sort(a[conflicts])


def _differing_values(
    conflicts: np.ndarray, kept: np.ndarray, slots: np.ndarray, cells: Cells
) -> dict[str, np.ndarray]:
    """Variable -> positions in `kept` whose value a conflicting row of the same file contradicts."""
    if not len(conflicts):
        return {}
    at = np.searchsorted(slots, _slot(cells.timestamp[conflicts]))
    found = {}
    for name in VARIABLES:
        x, y = cells.values[name][conflicts], cells.values[name][kept[at]]
        found[name] = np.unique(at[~((x == y) | (np.isnan(x) & np.isnan(y))) & ~np.isnan(y)])
    return found


def _precipitation_codes(raw: pa.Table, rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Position in `PRECIPITATION_TYPES` of each row, -1 for none, and the unknown texts."""
    column = _one_chunk(raw.column("precipitation_type"))
    texts = [t.strip().lower() for t in column.dictionary.to_pylist()]
    of_text = np.array([PRECIPITATION_TYPES.index(t) if t in PRECIPITATION_TYPES else -1 for t in texts] + [-1])
    codes = pc.fill_null(column.indices, len(texts)).to_numpy()[rows]
    unknown = {texts[i] for i in np.unique(codes) if i < len(texts) and of_text[i] < 0 and texts[i] not in NULL_TOKENS}
    return of_text[codes], sorted(unknown)


def _categories(raw: pa.Table, kept: np.ndarray) -> tuple["pd.Categorical", list[str]]:
    """Precipitation type in lower case; unknown text becomes null and is reported."""
    import pandas as pd

    codes, unknown = _precipitation_codes(raw, kept)
    return pd.Categorical.from_codes(codes, categories=list(PRECIPITATION_TYPES)), unknown


def text_array(texts: pa.Array) -> "pd.api.extensions.ExtensionArray":
    """Arrow text as a pandas `str` array, without a detour over Python objects."""
    import pandas as pd

    return pd.array(texts.cast(pa.large_string()), dtype="str")


def repeated_text(text: str | None, n: int) -> "pd.api.extensions.ExtensionArray":
    """The same text n times."""
    return text_array(pa.repeat(pa.scalar(text, pa.string()), n))


def _event_frame(events: list[dict[str, Any]], station: str) -> "pd.DataFrame":
    """Ordered by time, variable and test."""
    import pandas as pd

    names = ("timestamp", "variable", "test", "flag", "original_value", "limit_text", "landing_file", "line")
    kinds = ("datetime64[us]", "object", "object", "uint8", "float64", "object", "object", "int64")
    columns: dict[str, np.ndarray] = {}
    for name, kind in zip(names, kinds, strict=True):
        parts = [np.broadcast_to(np.asarray(e[name], dtype=kind), len(e["line"])) for e in events]
        columns[name] = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    order = np.argsort(columns["timestamp"], kind="stable")
    frame = pd.DataFrame({"station_id": repeated_text(station, len(order))})
    for name, kind in zip(names, kinds, strict=True):
        values = columns[name][order]
        frame[name] = pd.Series(values, dtype="str") if kind == "object" else values
    frame["timestamp"] = frame["timestamp"].dt.tz_localize("UTC")
    return frame


def _quarantine(raw: pa.Table, cells: Cells, rejected: list[dict[str, Any]], station: str) -> "pd.DataFrame":
    """Refused rows, whole, and one entry per rejected file; ordered by (landed_at, landing_file, line)."""
    import json

    import pandas as pd

    refused = np.flatnonzero(cells.refused)
    rows = raw.take(pa.array(refused)).to_pylist()
    entries: list[dict[str, Any]] = []
    for row, code in zip(rows, cells.refused[refused], strict=True):
        reason = _REASONS[int(code) - 1]
        cells_as_read = {c: row[c] for c in RAW_TEXT_COLUMNS if row[c] is not None}
        if row["rescued"]:
            cells_as_read["rescued"] = json.loads(row["rescued"])
        entries.append(
            {
                "landing_file": row["landing_file"],
                "etag": row["etag"],
                "line": row["line"],
                "reason": str(reason),
                "detail": row["detail"] or _detail(reason, row),
                "raw_text": row["raw_text"] or json.dumps(cells_as_read, ensure_ascii=False),
                "landed_at": row["landed_at"],
            }
        )
    entries += rejected
    entries.sort(key=lambda e: (e["landed_at"], e["landing_file"], e["line"] or 0))
    frame = pd.DataFrame(
        entries, columns=["landing_file", "etag", "line", "reason", "detail", "raw_text", "landed_at"]
    )
    frame.insert(0, "station_id", repeated_text(station, len(frame)))
    for name in ("landing_file", "etag", "reason", "detail", "raw_text"):
        frame[name] = frame[name].astype("str")
    frame["line"] = frame["line"].astype("Int64")
    frame["landed_at"] = pd.to_datetime(frame["landed_at"], utc=True).astype("datetime64[us, UTC]")
    return frame


def _detail(reason: Reason, row: Mapping[str, Any]) -> str:
    if reason is Reason.TYPE:
        return f"the temperature {row['temperature_c']!r} is no number"
    if reason.startswith("TIMESTAMP"):
        return f"the time is {row['timestamp']!r}"
    if reason is Reason.CONFLICT:
        return f"another row of the file has {row['timestamp']!r} with other values; the later line was kept"
    return "no measured value in the row"
