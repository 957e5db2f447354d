"""What the cells of all files of a station say.

Belongs here: files with different readings read together, and what only all of them together can tell.
Does not belong here: the cells of files that are read alike (`cells.py`).
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cell_states import MISSING, OK, REASON_CODE, one_chunk
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.repeated_hours import FileRows
from weather_etl.meteorology.time_forms import NOT_A_TIME
from weather_etl.meteorology.vocabulary import RAW_NUMBERS, RAW_TEXT_COLUMNS


def read_all(raw: pa.Table, readings: Mapping[str, Reading], timezone: str, landed_at: np.ndarray) -> Cells:
    """Read rows of files with different readings, each group of equal ones at once."""
    files = one_chunk(raw.column("landing_file"))
    names = files.dictionary.to_pylist()
    of_file = [readings[name] for name in names]
    distinct = list(dict.fromkeys(of_file))
    codes = files.indices.to_numpy()
    rows_of = FileRows(codes, np.arange(raw.num_rows), names, partial(_contents, raw))
    if len(distinct) == 1:
        whole = read_cells(raw, distinct[0], timezone, landed_at=landed_at, files=rows_of)
        whole.warnings += _contradictions(whole, distinct[0], codes, names)
        whole.twice += _untold(whole, raw)
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
        some = raw.take(pa.array(index))
        part = read_cells(some, reading, timezone, landed_at=landed_at[index], files=rows_of[index])
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
        whole.twice += part.twice
        whole.warnings += part.warnings + _contradictions(part, reading, codes[index], names)
    whole.warnings.sort()
    whole.twice = [*sorted({*whole.twice}), *_untold(whole, raw)]
    return whole


def _contents(raw: pa.Table, rows: np.ndarray) -> list[tuple[str | None, ...]]:
    """The texts of the cells of rows, without their times."""
    columns = raw.select([c for c in RAW_TEXT_COLUMNS if c != "timestamp"]).take(pa.array(rows)).to_pydict()
    return list(zip(*columns.values(), strict=True))


def _untold(cells: Cells, raw: pa.Table) -> list[str]:
    """A sentence on the times of which nothing tells whether the first or the second is meant."""
    rows = np.flatnonzero(cells.refused == REASON_CODE[Reason.TIMESTAMP_AMBIGUOUS])
    if not len(rows):
        return []
    first = raw.slice(int(rows[0]), 1).to_pylist()[0]
    return [
        f"{len(rows)} times such as {first['timestamp']!r} in {first['landing_file']} are shown twice by the clock of the "
        "station, and the order of rows and files does not tell which is meant: they are in quarantine; put the rows of "
        "both hours into one file in their order, or write the offset into the time"
    ]


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
