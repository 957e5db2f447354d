"""Raw rows: the table that every format yields, and what a file says of itself beside it.

Belongs here: its making from columns of text, lines that could not be cut, cells that no column of ours takes.
Does not belong here: how a file is cut (`cutting.py`, `formats/`).

Text columns are dictionary-encoded: a decision about text is made once per distinct value.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

TEXT = pa.string()
DICTIONARY = pa.dictionary(pa.int32(), TEXT)


@dataclass
class RefusedLine:
    """A data line that could not be cut into cells."""

    line: int
    reason: Reason
    detail: str
    text: str


@dataclass
class ParsedFile:
    """The raw rows of one landing file, and what the file itself says of them.

    Attributes:
        rows: one row per data line, ordered by `line`: `line` (int64), `RAW_TEXT_COLUMNS` and `rescued`
            (dictionary text, null where absent), `refused`, `detail`, `raw_text` (null on good lines).
        units: canonical column -> unit that the file names.
        delimiter: the separator; empty where the format has none.
        decimal: the decimal mark, `.` or `,`.
        adapter: name of the format.
        timezones: text of the station -> zone of its times without an offset; the text "" stands for every station.
        open_pressure: `pressure_msl_hpa` comes from a column called just pressure, which may hold either kind.
        warnings: sentences for a person.
        unclean_end: the last line was cut.
    """

    rows: pa.Table
    units: dict[str, str]
    delimiter: str
    decimal: str
    adapter: str = "csv"
    timezones: dict[str, str] = field(default_factory=dict)
    open_pressure: bool = False
    warnings: list[str] = field(default_factory=list)
    unclean_end: bool = False

    @property
    def stations(self) -> list[str]:
        """The distinct texts of the column `station`, without blanks around them, in order of appearance."""
        column = self.rows.column("station")
        if column.null_count == len(column):
            return []
        texts = pc.utf8_trim_whitespace(pc.unique(column).drop_null().cast(TEXT)).to_pylist()
        return [t for t in dict.fromkeys(texts) if t]

    @property
    def declared(self) -> dict[str, Any]:
        """What `formats.reading` needs to know of this file, as plain data for a manifest."""
        return {
            "adapter": self.adapter,
            "delimiter": self.delimiter,
            "decimal": self.decimal,
            "units": self.units,
            "timezones": self.timezones,
            "open_pressure": self.open_pressure,
        }


def rescue(unknown: Sequence[tuple[str, pa.ChunkedArray]], *, keep_empty: bool) -> pa.Array:
    """One JSON text per row of the columns that no alias knows; each distinct cell is written once."""
    members = []
    for name, column in unknown:
        cells = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        key = json.dumps(name, ensure_ascii=False)
        texts = cells.dictionary.to_pylist()
        written = [f"{key}: {json.dumps(t, ensure_ascii=False)}, " if t or keep_empty else "" for t in texts]
        members.append(pc.fill_null(pa.array(written, TEXT).take(cells.indices), ""))
    joined = pc.binary_join_element_wise(*members, "")
    whole = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 0, -2), "}", "")
    return pc.if_else(pc.equal(joined, ""), None, whole).dictionary_encode()


def raw_rows(
    columns: Mapping[str, pa.ChunkedArray],
    rescued: pa.Array | None,
    lines: np.ndarray,
    keep: np.ndarray | None,
    refused: list[RefusedLine],
) -> pa.Table:
    n = len(lines)
    data: dict[str, pa.Array | pa.ChunkedArray] = {"line": pa.array(lines, pa.int64())}
    for name in RAW_TEXT_COLUMNS:
        kind = TEXT if name == "timestamp" else DICTIONARY
        data[name] = columns.get(name, pa.nulls(n, kind))
    data["rescued"] = rescued if rescued is not None else pa.nulls(n, DICTIONARY)
    for name in ("refused", "detail", "raw_text"):
        data[name] = pa.nulls(n, DICTIONARY if name != "raw_text" else TEXT)
    table = pa.table(data)
    if keep is not None:
        table = table.filter(pa.array(keep))
    if refused:
        lost = pa.table(
            {
                "line": pa.array([r.line for r in refused], pa.int64()),
                "refused": pa.array([str(r.reason) for r in refused], TEXT).dictionary_encode(),
                "detail": pa.array([r.detail for r in refused], TEXT).dictionary_encode(),
                "raw_text": pa.array([r.text for r in refused], TEXT),
            }
        )
        table = pa.concat_tables([table, lost], promote_options="default").combine_chunks()
        table = table.take(pc.sort_indices(table, sort_keys=[("line", "ascending")]))
    return table
