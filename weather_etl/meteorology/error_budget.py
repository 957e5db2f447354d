"""When a whole file is rejected for its rows, and how to say it (ingestion rule 7).

Belongs here: the budget and the hints for a person. Does not belong here: reading a cell (`cells.py`).
"""

import json
import re
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cell_states import MISSING, REASON_CODE, REASONS, UNREADABLE, one_chunk
from weather_etl.meteorology.cells import EARLIEST, Cells, read_cells
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.reasons import Reason

ERROR_BUDGET = 0.25


@dataclass
class Judged:
    """The cells of a file, and what they cost it.

    Attributes:
        cells: of the rows, without the dropped columns.
        reading: with which they were read.
        dropped: raw column -> sentence that says why it is not read: too many of its cells are no numbers.
        problem: why the whole file must be rejected, or None.
    """

    cells: Cells
    reading: Reading
    dropped: dict[str, str]
    problem: tuple[Reason, str] | None


def judge(rows: pa.Table, reading: Reading, timezone: str, landed_at: np.datetime64 | None = None) -> Judged:
    """Read the cells of one file and hold them to the error budget (ingestion rule 7).

    A column of which more than the budget is unreadable is dropped, not the file; it is rejected if then nothing of it
    can be used. Rows ahead of their time are not held against it, nor are
    hours that the clock shows twice: another file may tell which is meant.

    Args:
        rows: raw rows of one file.
        reading: how they are to be read.
        timezone: zone of times without an offset.
        landed_at: when the file landed; None leaves the future unchecked.
    """
    landed = None if landed_at is None else np.full(rows.num_rows, landed_at)
    cells = read_cells(rows, reading, timezone, landed_at=landed)
    dropped = unreadable_columns(cells, rows, reading)
    if dropped:
        reading = replace(reading, dropped=(*reading.dropped, *dropped))
        cells = read_cells(rows, reading, timezone, landed_at=landed)
    problem = check_error_budget(cells, rows, reading)
    if problem and dropped:
        problem = Reason.ERROR_BUDGET, "; ".join(dropped.values())
    return Judged(cells, reading, dropped, problem)


def unreadable_columns(cells: Cells, rows: pa.Table, reading: Reading) -> dict[str, str]:
    """Raw column -> why it is not read, of the columns of which more than the budget is no number."""
    out = {}
    for name, state in cells.states.items():
        unreadable = np.flatnonzero(state == UNREADABLE)
        present = int((state != MISSING).sum())
        if len(unreadable) > ERROR_BUDGET * present:
            column = reading.column(name)
            texts = one_chunk(rows.column(column))
            examples = [texts[int(i)].as_py() for i in unreadable[:100]]
            out[column] = (
                f"{len(unreadable)} of {present} values of {name} are no numbers, such as {examples[0][:40]!r}"
                f"{_hint_for_numbers(examples)}"
            )
    return out


def check_error_budget(cells: Cells, rows: pa.Table, reading: Reading) -> tuple[Reason, str] | None:
    """Why a whole file must be rejected, or None (ingestion rule 7)."""
    counted = cells.refused != REASON_CODE[Reason.SUMMARY_ROW]
    n = int(counted.sum())
    bad = int((counted & (cells.refused > 0)).sum())
    if n == 0 or bad == 0:
        return None
    codes = np.bincount(cells.refused[counted], minlength=len(REASONS) + 1)[1:]
    main = REASONS[int(codes.argmax())] if bad else None
    elsewhere = int(codes[REASONS.index(Reason.TIMESTAMP_AMBIGUOUS)])  # other files of the station may tell
    if main and bad == n and not elsewhere:
        return (
            Reason.ALL_ROWS_BAD,
            f"all {n} rows are bad, most of them {main}{_hint_for_rows(main, cells, rows, reading)}",
        )
    errors = bad - _blank_rows(cells) - ahead_of_time(cells) - elsewhere
    if main and errors > ERROR_BUDGET * n:
        return (
            Reason.ERROR_BUDGET,
            f"{bad} of {n} rows are bad, most of them {main}{_hint_for_rows(main, cells, rows, reading)}",
        )
    return None


def _blank_rows(cells: Cells) -> int:
    """Rows of an outage: nothing was measured, and nothing of them is unreadable; a spreadsheet's are blank altogether."""
    nothing = cells.refused == REASON_CODE[Reason.NO_MEASUREMENT]
    timeless = cells.refused == REASON_CODE[Reason.TIMESTAMP_MISSING]
    if timeless.any():
        for state in cells.states.values():
            timeless &= state == MISSING
    return int((nothing | timeless).sum())


def ahead_of_time(cells: Cells) -> int:
    """Rows whose time lies in the future of their file: forecasts, which are no errors of the rest."""
    late = cells.refused == REASON_CODE[Reason.TIMESTAMP_OUT_OF_RANGE]
    return int((late & ~np.isnat(cells.timestamp) & (cells.timestamp > EARLIEST)).sum())


_ZONE_LETTERS = r"\d:\d\d *([A-Z]{2,4}[TZ])'$"

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
            return (
                ' (say in station.toml which encoding it has, such as encoding = "cp1250", or save the file as UTF-8)'
            )
        case Reason.WRONG_STATION:
            return (
                f", such as {text('station')} (put a file of several stations under landing/_shared/, or say in station.toml "
                f"that the name is its own: source_ids = [{json.dumps(rows.column('station')[first].as_py() or '', ensure_ascii=False)}])"
            )
        case Reason.TIMESTAMP_INVALID if letters := re.search(_ZONE_LETTERS, text("timestamp")):
            return (
                f", such as {text('timestamp')} ({letters[1]} stands for zones of several countries; say in station.toml which "
                'is meant, such as timezone = "America/New_York")'
            )
        case Reason.TIMESTAMP_INVALID | Reason.TIMESTAMP_OUT_OF_RANGE:
            return (
                f", such as {text('timestamp')} (say in station.toml how times are written, such as timestamp_format = "
                '"%d.%m.%Y %H:%M"; %E are day numbers of Excel)'
            )
        case Reason.ROW_WIDTH:
            return f": {rows.column('detail')[first].as_py()}"
    return ""
