"""What the cells of raw rows say: times in UTC and numbers in canonical units, and which rows they refuse.

Belongs here: how a file is to be read, rows that a cell refuses.
Does not belong here: the files of a station together (`station_cells.py`), cutting a file into rows (`cutting.py`), a
single time or number (`cell_times.py`, `cell_numbers.py`), one row per hour (`observations/`), thresholds (`quality/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.repeated_hours import FileRows
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.units import DEFAULT_UNITS, QUANTITIES
from weather_etl.meteorology.vocabulary import RAW_NUMBERS

EARLIEST = np.datetime64("1850-01-01", "us")
CLOCK_TOLERANCE = np.timedelta64(HOUR, "us")


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
        decimal: the decimal mark; behind it that of thousands, where the station says it.
        fields: column -> how its text is written, where that is more than a number.
        timezones: text of the station -> zone of its times without an offset; "" stands for every station.
        stations: what the column `station` may say; None: anything.
        pressures_swapped: the column of each kind of pressure holds the other kind: the file left it open.
        precipitation: what its precipitation means.
        stamp: what the time of a row marks of the period of its sums, means and extremes: `end`, `start`, `middle`.
        period_minutes: length of that period; 0: the step of the series.
        form: form of the times, see `cell_times.read_form`.
        before: (date, zone): zone of the times before that date.
        standard_time: the clock of times without an offset never changes: the zone's standard time all year.
        zone_is_assumed: nobody says in which zone the times without an offset are.
        dropped: columns whose cells are not read: too many of them are no numbers.
    """

    units: tuple[tuple[str, str], ...]
    decimal: str = "."
    fields: tuple[tuple[str, Field], ...] = ()
    timezones: tuple[tuple[str, str], ...] = ()
    stations: tuple[str, ...] | None = None
    pressures_swapped: bool = False
    precipitation: Precipitation = Precipitation()
    stamp: str = "end"
    period_minutes: int = 0
    form: str = "iso"
    before: tuple[tuple[str, str], ...] = ()
    standard_time: bool = False
    zone_is_assumed: bool = False
    dropped: tuple[str, ...] = ()

    @classmethod
    def of(cls, units: Mapping[str, str], decimal: str = ".", **more: Any) -> "Reading":
        """The reading of a plain CSV file with these units; those that it does not name are the defaults."""
        return cls(tuple(sorted({**DEFAULT_UNITS, **units}.items())), decimal, **more)

    def column(self, variable: str) -> str:
        """The raw column that holds a variable."""
        if self.pressures_swapped:
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
    units, written = dict(reading.units), dict(reading.fields)
    parser_refused = rows.column("refused").combine_chunks()
    if files is None:
        files = FileRows.of_one(rows.num_rows)
    zones = _zones_of_rows(rows, reading, timezone)
    times, refused, naive = read_times(one_chunk(rows.column("timestamp")), zones, files, reading.form, reading.before)
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
        values[name], states[name], flags = read_numbers(
            one_chunk(rows.column(column)) if column not in reading.dropped else _no_cells(rows.num_rows),
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
    for name, flags in _codes(rows, written).items():
        there = np.where(states[name] == OK, flags, 0).astype(np.uint8)
        upstream[name] = np.maximum(upstream[name], there) if name in upstream else there
    trace = traces(rows, written)
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
    warnings = []
    skipped = np.flatnonzero(refused == REASON_CODE[Reason.TIMESTAMP_NONEXISTENT])
    if len(skipped):
        example = rows.column("timestamp")[int(skipped[0])].as_py()
        warnings.append(
            f"{len(skipped)} times such as {example!r} do not exist in {timezone}, where summer time skips them: the clock "
            "of this file seems to stay on standard time, and then its summer rows are an hour off; if so, set "
            "standard_time = true in station.toml"
        )
    return Cells(
        times, values, states, refused, upstream, warnings, trace=trace, readings=(reading,), naive=naive,
        twice=list(files.notes),
    )  # fmt: skip


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
