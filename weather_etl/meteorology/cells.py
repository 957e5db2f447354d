"""What the cells of raw rows say: times in UTC and numbers in canonical units, and which rows they refuse.

Belongs here: the cells of files that are read alike, rows that a cell refuses.
Does not belong here: how a file is to be read (`readings.py`), the files of a station together (`station_cells.py`), cutting
a file into rows (`cutting.py`), a single time or number (`cell_times.py`, `cell_numbers.py`), one row per hour
(`observations/`), thresholds (`quality/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field, read_numbers, traces
from weather_etl.meteorology.cell_states import (
    MISSING,
    NULL_TOKENS,
    OK,
    REASON_CODE,
    REASONS,
    SENTINEL,
    UNREADABLE,
    one_chunk,
)
from weather_etl.meteorology.cell_times import read_times, read_uniform_times
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.repeated_hours import FileRows
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.units import QUANTITIES
from weather_etl.meteorology.vocabulary import RAW_NUMBERS

EARLIEST = np.datetime64("1850-01-01", "us")
CLOCK_TOLERANCE = np.timedelta64(HOUR, "us")
_RAIN = "precipitation_mm"


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
        naive: number of times without an offset of their own.
        twice: sentences on times that the clock shows twice: placed by the names of files, or not at all.
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
    naive: int = 0
    twice: list[str] = field(default_factory=list)

    def reason(self, row: int) -> Reason | None:
        """Why a row is refused; None where it is not."""
        code = int(self.refused[row])
        return REASONS[code - 1] if code else None


def read_cells(
    rows: pa.Table,
    reading: Reading,
    timezone: str,
    *,
    landed_at: np.ndarray | None = None,
    files: FileRows | None = None,
) -> Cells:
    """Read the text cells of raw rows that share one `reading`.

    Args:
        rows: n rows with the raw text columns and `refused`.
        reading: units and decimal mark of their file.
        timezone: IANA zone for times without an offset.
        landed_at: datetime64[us], when each row's file version landed; None leaves the future unchecked.
        files: of each row; None if all are of one.
    """
    if files is None:
        files = FileRows.of_one(rows.num_rows)
    zones = _zones_of_rows(rows, reading, timezone)
    times, refused, naive = read_times(one_chunk(rows.column("timestamp")), zones, files, reading.form, reading.before)
    _refuse_out_of_range(times, refused, landed_at)
    cells = Cells(times, {}, {}, refused, readings=(reading,), naive=naive, twice=list(files.notes))
    written = dict(reading.fields)
    measured, unreadable = _read_columns(cells, rows, reading, written)
    _take_codes(cells, rows, written)
    measured |= _take_traces(cells, rows, written)
    if reading.precipitation.blank == "none":
        _take_blank_as_none(cells, rows, measured)
    _refuse_rows(cells, rows, reading, measured, unreadable)
    cells.warnings += _of_skipped_times(cells, rows, timezone)
    return cells


def _refuse_out_of_range(times: np.ndarray, refused: np.ndarray, landed_at: np.ndarray | None) -> None:
    """Rows before there were instruments, or from after their file landed; one hour is left to clocks that are fast."""
    with np.errstate(invalid="ignore"):
        out_of_range = times < EARLIEST
        if landed_at is not None:
            out_of_range |= times > landed_at + CLOCK_TOLERANCE
    refused[out_of_range & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_OUT_OF_RANGE]


def _read_columns(
    cells: Cells, rows: pa.Table, reading: Reading, written: Mapping[str, Field]
) -> tuple[np.ndarray, np.ndarray]:
    """Fill in values, states and the flags in the cells themselves; masks of rows with a value, and with an unreadable cell."""
    n = rows.num_rows
    units = dict(reading.units)
    measured, unreadable = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for name in RAW_NUMBERS:
        column = reading.column(name)
        texts = rows.column(column)
        cells.values[name], cells.states[name], flags = read_numbers(
            one_chunk(texts) if column not in reading.dropped else _no_cells(n),
            units.get(column, ""),
            reading.decimal,
            written.get(column),
            QUANTITIES[name],
        )
        if flags is not None and flags.any():
            cells.upstream[name] = flags
        if texts.null_count < n:
            measured |= cells.states[name] == OK
            unreadable |= cells.states[name] == UNREADABLE
    return measured, unreadable


def _take_codes(cells: Cells, rows: pa.Table, written: Mapping[str, Field]) -> None:
    """Flags of the quality codes that stand in other cells than the value; the worse of two counts."""
    for name, flags in _codes(rows, written).items():
        there = np.where(cells.states[name] == OK, flags, 0).astype(np.uint8)
        known = cells.upstream.get(name)
        cells.upstream[name] = there if known is None else np.maximum(known, there)


def _take_traces(cells: Cells, rows: pa.Table, written: Mapping[str, Field]) -> np.ndarray:
    """Traces of precipitation count as 0 mm; mask of the rows that have an amount by it alone."""
    cells.trace = traces(rows, written)
    if cells.trace is None:
        return np.zeros(rows.num_rows, dtype=bool)
    amounts, states = cells.values[_RAIN].copy(), cells.states[_RAIN].copy()
    marked_elsewhere = cells.trace & (states == MISSING)  # the amount itself is left empty
    amounts[cells.trace] = 0.0
    states[marked_elsewhere] = OK
    cells.values[_RAIN], cells.states[_RAIN] = amounts, states
    return marked_elsewhere


def _take_blank_as_none(cells: Cells, rows: pa.Table, measured: np.ndarray) -> None:
    """Empty cells of precipitation count as 0 mm in rows that have a value."""
    texts = rows.column(_RAIN)
    if texts.null_count == rows.num_rows:
        return
    blank = measured & (cells.states[_RAIN] == MISSING) & _blank(texts)
    cells.values[_RAIN][blank], cells.states[_RAIN][blank] = 0.0, OK


def _refuse_rows(cells: Cells, rows: pa.Table, reading: Reading, measured: np.ndarray, unreadable: np.ndarray) -> None:
    """Rows without a value, of other stations, and those that the parser refused, whose reason comes before all others."""
    refused = cells.refused
    refused[~measured & unreadable & (refused == 0)] = REASON_CODE[Reason.TYPE]
    refused[~measured & (refused == 0)] = REASON_CODE[Reason.NO_MEASUREMENT]
    refused[_of_other_stations(rows, reading)] = REASON_CODE[Reason.WRONG_STATION]
    by_parser = rows.column("refused").combine_chunks()
    if by_parser.null_count < len(by_parser):
        for code in by_parser.unique().drop_null().to_pylist():
            mask = pc.fill_null(pc.equal(by_parser, code), False).to_numpy(zero_copy_only=False)
            refused[mask] = REASON_CODE[Reason(code)]


def _of_skipped_times(cells: Cells, rows: pa.Table, timezone: str) -> list[str]:
    """A sentence on times that the clock of the zone skips, if there are any."""
    skipped = np.flatnonzero(cells.refused == REASON_CODE[Reason.TIMESTAMP_NONEXISTENT])
    if not len(skipped):
        return []
    example = rows.column("timestamp")[int(skipped[0])].as_py()
    return [
        f"{len(skipped)} times such as {example!r} do not exist in {timezone}, where summer time skips them: the clock "
        "of this file seems to stay on standard time, and then its summer rows are an hour off; if so, set "
        "standard_time = true in station.toml"
    ]


def _no_cells(n: int) -> pa.Array:
    return pa.nulls(n, pa.dictionary(pa.int32(), pa.string()))


def _codes(rows: pa.Table, written: Mapping[str, Field]) -> dict[str, np.ndarray]:
    """Variable -> flags of the quality codes that stand in other cells than the value."""
    if "quality_codes" not in rows.column_names:
        return {}
    column = one_chunk(rows.column("quality_codes"))
    if column.null_count == len(column):
        return {}
    parsed = [dict(p.split("=", 1) for p in t.split(" ") if "=" in p) for t in column.dictionary.to_pylist()]
    at = pc.fill_null(column.indices, len(parsed)).to_numpy()
    upstream = {}
    for name in sorted({v for codes in parsed for v in codes} & set(RAW_NUMBERS)):
        rule = written.get(name, _PLAIN)
        flags = np.array([rule.flag_of(c[name]) if name in c else 0 for c in parsed] + [0], dtype=np.uint8)
        if flags.any():
            upstream[name] = flags[at]
    return upstream


_PLAIN = Field()


def _blank(column: pa.ChunkedArray) -> np.ndarray:
    """Mask of the cells that are there and empty."""
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column.cast(pa.string())), ""), False).to_numpy()


def _zones_of_rows(rows: pa.Table, reading: Reading, timezone: str) -> "str | np.ndarray":
    zones = {text: _standard(zone, timezone) for text, zone in reading.timezones}
    if reading.standard_time:
        timezone = f"standard:{timezone}"
    if set(zones) <= {""}:
        return zones.get("", timezone)
    texts = pc.utf8_trim_whitespace(pc.fill_null(rows.column("station").cast(pa.string()), "")).to_pylist()
    return np.array([zones.get(t, timezone) for t in texts], dtype=object)


def _standard(zone: str, timezone: str) -> str:
    """`lst`: local standard time all year, of the station's zone."""
    return f"standard:{timezone}" if zone == "lst" else zone


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
    times = read_uniform_times(one_chunk(rows.column("timestamp")))
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
