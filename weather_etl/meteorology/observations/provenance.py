"""Which rows an hour was made from, and what became of every row.

Belongs here: the row that leads an hour, the others, the balance of rows.
Does not belong here: which value an hour gets (`hours.py`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cells import MISSING, REASON_CODE, UNREADABLE, Cells, one_chunk
from weather_etl.meteorology.observations.found_hours import Hours
from weather_etl.meteorology.quality import VARIABLES
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.vocabulary import RAW_NUMBERS

_BIT = {name: 1 << i for i, name in enumerate(VARIABLES)}
_TEXTS = ("summary", "precipitation_type")


@dataclass
class Balance:
    """Where every data line of a station went; that it holds is the promise that none got lost.

    Attributes:
        data_lines: all of them.
        kept: lead at least one hour.
        merged: gave a value to an hour that another row leads.
        identical_duplicates: of one time, every usable value equal to the one kept.
        superseded: gave nothing.
        quarantined: refused.
        hours: rows of the table.
    """

    data_lines: int
    kept: int
    identical_duplicates: int
    superseded: int
    quarantined: int
    merged: int = 0
    hours: int = 0

    def holds(self) -> bool:
        counted = self.kept + self.merged + self.identical_duplicates + self.superseded + self.quarantined
        return self.data_lines == counted


@dataclass
class Provenance:
    """Rows of the hours.

    Attributes:
        lead: the row that leads each hour: it gives most variables, is nearest, is later.
        rows_n: rows that gave anything.
        other_rows: file, line and variables of the others, as text; null where there are none.
        balance: of the rows.
    """

    lead: np.ndarray
    rows_n: np.ndarray
    other_rows: pa.Array
    balance: Balance


def trace_back(hours: Hours, raw: pa.Table, cells: Cells) -> Provenance:
    """Find out which rows gave what.

    Rows that gave nothing and contradict a later row of their file and time become refused (`CONFLICT`) in `cells`.
    """
    times = cells.timestamp.astype(np.int64)
    lead = hours.row.copy()
    rows_n = np.ones(len(hours), dtype=np.int64)
    other_rows = pa.nulls(len(hours), pa.string())
    gave = np.zeros(raw.num_rows, dtype=bool)
    gave[lead[~hours.complex]] = True
    at = np.flatnonzero(hours.complex)
    if len(at):
        hour, row, bits = _parts(hours, at, raw.num_rows)
        distance = np.abs(times[row] - hours.hours[hour] * HOUR)
        variables = np.bitwise_count(bits)
        order = np.lexsort((-row, distance, -variables.astype(np.int64), hour))
        hour, row, bits = hour[order], row[order], bits[order]
        starts = np.flatnonzero(np.append(True, hour[1:] != hour[:-1]))
        lead[hour[starts]] = row[starts]
        rows_n[hour[starts]] = np.diff(np.append(starts, len(hour)))
        gave[row] = True
        others = np.ones(len(hour), dtype=bool)
        others[starts] = False
        other_rows = _told(hour[others], row[others], bits[others], raw, len(hours))
    leads = np.zeros(raw.num_rows, dtype=bool)
    leads[lead] = True
    identical = _settle_losers(hours, raw, cells, gave, times)
    balance = Balance(
        raw.num_rows,
        int(leads.sum()),
        int(identical.sum()),
        int(((cells.refused == 0) & ~gave & ~identical).sum()),
        int((cells.refused > 0).sum()),
        int((gave & ~leads).sum()),
        len(hours),
    )
    return Provenance(lead, rows_n, other_rows, balance)


def _parts(hours: Hours, at: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(hour, row, variables as bits) of every one of n rows that gave a value to one of these hours."""
    parts = []
    for name in VARIABLES:
        several = np.zeros(len(hours), dtype=bool)
        for hour, row in hours.members.get(name, ()):
            several[hour] = True
            parts.append((hour * n + row, np.full(len(row), _BIT[name])))
        source = hours.source[name][at]
        there = (source >= 0) & (~np.isnan(hours.values[name][at]) | hours.unreadable[name][at]) & ~several[at]
        parts.append((at[there] * n + source[there], np.full(int(there.sum()), _BIT[name])))
    keys, bits = (np.concatenate(x) for x in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    keys, bits = keys[order], bits[order]
    if not len(keys):
        return keys, keys, bits
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    bits = np.bitwise_or.reduceat(bits, starts)
    return keys[starts] // n, keys[starts] % n, bits


def _told(hour: np.ndarray, row: np.ndarray, bits: np.ndarray, raw: pa.Table, n: int) -> pa.Array:
    """`file:line variable,variable; file:line variable` of each of n hours."""
    if not len(hour):
        return pa.nulls(n, pa.string())
    distinct, code = np.unique(bits, return_inverse=True)
    names = [",".join(v for v in VARIABLES if _BIT[v] & b) for b in distinct.tolist()]
    files = one_chunk(raw.column("landing_file")).take(pa.array(row)).cast(pa.string())
    lines = one_chunk(raw.column("line")).take(pa.array(row)).cast(pa.string())
    given = pa.array(names, pa.string()).take(pa.array(code))
    texts = pc.binary_join_element_wise(pc.binary_join_element_wise(files, lines, ":"), given, " ")
    offsets = np.searchsorted(hour, np.arange(n + 1)).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), texts), "; ")
    return pc.if_else(pa.array(offsets[1:] > offsets[:-1]), joined, None)


def _settle_losers(hours: Hours, raw: pa.Table, cells: Cells, gave: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mask of the rows that repeat one of their time that gave something; rows that contradict one are refused."""
    identical = np.zeros(len(gave), dtype=bool)
    points = hours.points
    if not len(points.rows):
        return identical
    lost = ~gave[points.rows]
    if not lost.any():
        return identical
    concerned = np.zeros(int(points.twin[-1]) + 1, dtype=bool)
    concerned[points.twin[lost]] = True
    which = concerned[points.twin]
    rows, twin, lost = points.rows[which], points.twin[which], lost[which]
    starts = np.flatnonzero(np.append(True, twin[1:] != twin[:-1]))
    n = np.diff(np.append(starts, len(rows)))
    answered = np.repeat(np.logical_or.reduceat(gave[rows], starts), n)  # a row of that time gave something
    same, contradicts = np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    files = one_chunk(raw.column("landing_file")).indices.to_numpy()
    place = np.arange(len(rows))

    def compare(present: np.ndarray, codes: np.ndarray, usable: np.ndarray) -> None:
        """Hold each row against the latest of its time that has a usable (else a present) value."""
        best = np.full(len(starts), len(rows))
        for mask in (present, usable):
            first = np.minimum.reduceat(np.where(mask, place, len(rows)), starts)
            best = np.where(first < len(rows), first, best)
        chosen = np.repeat(best, n)
        there = chosen < len(rows)
        chosen = np.where(there, chosen, 0)
        other = present & there & (codes != codes[chosen])
        np.logical_and(same, ~other, out=same)
        np.logical_or(contradicts, other & (files[rows] == files[rows[chosen]]), out=contradicts)

    for name in RAW_NUMBERS:
        if cells.states[name].strides == (0,):
            continue
        x, state = cells.values[name][rows], cells.states[name][rows]
        known = ~np.isnan(x)
        compare(state != MISSING, np.where(state == UNREADABLE, np.inf, np.where(known, x, 0.0)), known)
    for name in _TEXTS:
        codes = _text_codes(raw, name, rows)
        compare(codes >= 0, codes.astype(np.float64), codes >= 0)
    identical[rows[lost & answered & same]] = True
    cells.refused[rows[lost & answered & contradicts]] = REASON_CODE[Reason.CONFLICT]
    return identical


def _text_codes(raw: pa.Table, name: str, rows: np.ndarray) -> np.ndarray:
    """A number for each distinct text, blanks and case aside; -1 for none."""
    column = one_chunk(raw.column(name))
    texts = [t.strip().lower() for t in column.dictionary.to_pylist()]
    number = {t: i for i, t in enumerate(dict.fromkeys(texts))}
    missing = {"", "null", "na", "n/a", "nan", "m", "-", "-9999"}
    codes = np.array([-1 if t in missing else number[t] for t in texts] + [-1])
    return codes[pc.fill_null(column.indices, len(texts)).to_numpy()[rows]]
