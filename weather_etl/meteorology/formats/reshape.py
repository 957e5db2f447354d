"""Rows that are not yet one report each: summary rows, tidy and wide layouts, cells that count in some rows only.

Belongs here: `rows`, `long`, `wide`, `where` and periods told by the row. Does not belong here: names and units.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.bad_lines import MAX_COLUMNS
from weather_etl.meteorology.cell_states import as_dictionary, one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats.names import names_of
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.raw_rows import TEXT
from weather_etl.meteorology.reasons import Reason, Rejected


def matching(column: pa.ChunkedArray, pattern: str) -> np.ndarray:
    """Mask of the cells in which a regular expression is found; every distinct text is looked at once."""
    cells = one_chunk(as_dictionary(column))
    rx = re.compile(pattern)
    hits = np.array([rx.search(t.strip()) is not None for t in cells.dictionary.to_pylist()] + [False])
    return hits[pc.fill_null(cells.indices, len(hits) - 1).to_numpy(zero_copy_only=False)]


def only_where(column: pa.ChunkedArray, mask: np.ndarray) -> pa.ChunkedArray:
    """A column without the cells of the other rows; `mask` is bool, shape (n,)."""
    cells = one_chunk(column)
    if not pa.types.is_dictionary(cells.type):
        return pa.chunked_array([pc.if_else(pa.array(mask), cells, None)])
    indices = pc.if_else(pa.array(mask), cells.indices, None)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, cells.dictionary)])


def summary_rows(cut: Cut, profile: Profile) -> np.ndarray | None:
    """Mask of the rows that the profile drops; None if there are none."""
    names, dropped = names_of(cut.names), None
    for rule in profile.part("rows").get("drop", ()):
        at = names.first([rule["column"]])
        if at is None:
            continue
        mask = matching(cut.columns[at], rule["regex"])
        dropped = mask if dropped is None else dropped | mask
    return dropped if dropped is not None and dropped.any() else None


def one_report_a_row(cut: Cut, profile: Profile) -> Cut:
    """The table with one report a row, where the profile says that it is wide or long.

    Raises:
        Rejected: a column that the layout needs is not there.
    """
    if wide := profile.part("wide"):
        cut = named_wide(cut, wide["names"], wide.get("time", 0)) if "names" in wide else wide_rows(cut, wide)
    if long := profile.part("long"):
        cut = long_rows(cut, long)
    return cut


def long_rows(cut: Cut, rule: Any) -> Cut:
    """A tidy layout with a column for every variable; each line stays a row, with the cell of its variable.

    Args:
        cut: its cells.
        rule: the table `long` of the profile: the columns `variable` and `value`.

    Raises:
        Rejected: one of them is not there (COLUMN_MISSING), or there are too many variables (TOO_MANY_COLUMNS).
    """
    names = names_of(cut.names)
    variable, value = names.first([rule["variable"]]), names.first([rule["value"]])
    if variable is None or value is None:
        raise Rejected(Reason.COLUMN_MISSING, f"no column {rule['variable']!r} or {rule['value']!r}")
    cells = one_chunk(as_dictionary(cut.columns[variable]))
    kinds = [t.strip() for t in cells.dictionary.to_pylist()]
    if len(set(kinds)) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(set(kinds))} variables, at most {MAX_COLUMNS} are read")
    of_row = np.append(np.array([list(dict.fromkeys(kinds)).index(k) for k in kinds], dtype=np.int64), -1)[
        pc.fill_null(cells.indices, len(kinds)).to_numpy(zero_copy_only=False)
    ]
    kept = [i for i in range(len(cut.names)) if i not in (variable, value)]
    distinct = list(dict.fromkeys(kinds))
    more = [only_where(cut.columns[value], of_row == k) for k in range(len(distinct))]
    return replace(cut, names=[cut.names[i] for i in kept] + distinct, columns=[cut.columns[i] for i in kept] + more)


def wide_rows(cut: Cut, rule: Any) -> Cut:
    """One column a station, from a position on -> one row a cell: time, station, parameter, value; the line is the same.

    Args:
        cut: its cells.
        rule: the table `wide` of the profile: positions of the `first` station, of the `time` and of the `parameter`.

    Raises:
        Rejected: no column is named (COLUMN_MISSING).
    """
    first, time = rule["first"], rule["time"]
    stations = [(i, n) for i, n in enumerate(cut.names) if i >= first and n and not n.startswith("_column_")]
    n = len(cut.lines)
    times = one_chunk(cut.columns[time]).cast(TEXT)
    parameter = _filled_down(one_chunk(cut.columns[rule["parameter"]]).cast(TEXT)) if "parameter" in rule else None
    pieces = [
        pa.table(
            {
                "time": times,
                "station": pa.repeat(pa.scalar(name, TEXT), n),
                "parameter": parameter if parameter is not None else pa.repeat(pa.scalar("", TEXT), n),
                "value": one_chunk(cut.columns[i]).cast(TEXT),
                "line": pa.array(cut.lines),
            }
        )
        for i, name in stations
    ]
    if not pieces:
        raise Rejected(Reason.COLUMN_MISSING, "the header names no station")
    whole = pa.concat_tables(pieces).sort_by("line").combine_chunks()
    columns = [
        whole.column("time"),
        *(pc.dictionary_encode(whole.column(c)) for c in ("station", "parameter", "value")),
    ]
    lines = whole.column("line").to_numpy()
    return replace(cut, names=["time", "station", "parameter", "value"], columns=columns, lines=lines)


def named_wide(cut: Cut, pattern: str, time: int) -> Cut:
    """Header names that hold station and variable (`names`, groups `station` and `variable`) -> rows of each station."""
    rx = re.compile(pattern)
    columns = [(i, m) for i, n in enumerate(cut.names) if i != time and (m := rx.search(n))]
    by_station: dict[str, list[tuple[int, str]]] = {}
    for i, m in columns:
        by_station.setdefault(m["station"].strip(), []).append((i, m["variable"].strip()))
    if len(by_station) <= 1:
        names = list(cut.names)
        for i, m in columns:
            names[i] = m["variable"].strip()
        return replace(cut, names=names)
    variables = list(dict.fromkeys(v for parts in by_station.values() for _, v in parts))
    pieces = []
    for station, parts in by_station.items():
        where = {v: i for i, v in reversed(parts)}
        data: dict[str, Any] = {"time": one_chunk(cut.columns[time]).cast(TEXT)}
        data["station"] = pa.repeat(pa.scalar(station, TEXT), len(cut.lines))
        for v in variables:
            data[f"v:{v}"] = (
                one_chunk(cut.columns[where[v]]).cast(TEXT) if v in where else pa.nulls(len(cut.lines), TEXT)
            )
        data["line"] = pa.array(cut.lines)
        pieces.append(pa.table(data))
    whole = pa.concat_tables(pieces).sort_by("line").combine_chunks()
    columns = [whole.column("time")] + [
        pc.dictionary_encode(whole.column(c)) for c in whole.column_names if c not in ("time", "line")
    ]
    return replace(cut, names=["time", "station", *variables], columns=columns, lines=whole.column("line").to_numpy())


def _filled_down(texts: pa.Array) -> pa.Array:
    return pc.fill_null_forward(pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), None, texts))


def hours_of(texts: Sequence[str]) -> list[int]:
    """Hours that texts of a period mean, 0 for none: `6`, `06`, `6h`, `12 ч`."""
    out = []
    for text in texts:
        match = re.match(r"\s*0*(\d{1,2})(?:\.0+)?(?!\d)", text)
        out.append(int(match[1]) if match else 0)
    return out
