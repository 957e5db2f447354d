"""Raw rows: the table that every format yields, and what a file says of itself beside it.

Belongs here: its making from columns of text, lines that could not be cut, cells that no column of ours takes.
Does not belong here: how a file is cut (`cutting.py`, `formats/`).

Text columns are dictionary-encoded: a decision about text is made once per distinct value.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
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
        units: canonical column -> unit that file, format or station name, or that was assumed.
        delimiter: the separator; empty where the format has none.
        decimal: the decimal mark, `.` or `,`; behind it that of thousands, where the station says it.
        profile, title, digest, origin: of the profile that read it.
        why: what told the profile.
        timezones: text of the station -> zone of its times without an offset; the text "" stands for every station.
        zone_is_assumed: nobody says the zone.
        zone_how: what told it, for a person.
        open_pressure: `msl` or `station`: as which a pressure is read that does not say what it is; "" without one.
        pressure_median: of that pressure, in hPa; 0 where it proves nothing.
        fields: canonical column -> `cell_numbers.Field.plain()`.
        form: of the times; `time_names` are their columns.
        before: [date, zone]: zone of older times.
        stamp, period_minutes: what a time marks.
        precipitation: what it means, see `readings.Precipitation`.
        names_stations: its rows name the station by an id of the provider.
        place: name and coordinates that the file gives of its station.
        assumed: setting (`units.wind_speed_ms`, ...) -> sentence that says what was assumed.
        columns: canonical column -> name in the file, unit, what told the unit, whether it was assumed.
        heights: canonical column -> height of the sensor in metres.
        unread: names of columns that are kept in `rescued`.
        warnings: sentences for a person.
        unclean_end: the last line was cut.
        encoding: of the file.
    """

    rows: pa.Table
    units: dict[str, str]
    delimiter: str
    decimal: str
    profile: str = "generic"
    title: str = "CSV with a header"
    digest: str = ""
    origin: str = "packaged"
    why: list[str] = field(default_factory=list)
    timezones: dict[str, str] = field(default_factory=dict)
    zone_is_assumed: bool = False
    zone_how: str = ""
    open_pressure: str = ""
    pressure_median: float = 0.0
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    form: str = "iso"
    time_names: tuple[str, ...] = ()
    before: list[list[str]] = field(default_factory=list)
    stamp: str = "end"
    period_minutes: int = 0
    precipitation: dict[str, Any] = field(default_factory=dict)
    names_stations: bool = False
    place: dict[str, str | float] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    columns: dict[str, tuple[str, str, str, bool]] = field(default_factory=dict)
    heights: dict[str, float] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unclean_end: bool = False
    encoding: str = "utf-8"

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
        """What `formats.reading_of` needs to know of this file, as plain data for a manifest."""
        always = ("profile", "digest", "delimiter", "decimal", "units", "timezones", "open_pressure")
        often = (
            "zone_is_assumed", "fields", "form", "before", "stamp", "period_minutes", "precipitation", "place",
            "assumed", "heights", "pressure_median",
        )  # fmt: skip
        defaults = {f.name: f.default for f in fields(self)}
        said = {name: getattr(self, name) for name in often}
        return {name: getattr(self, name) for name in always} | {
            name: value for name, value in said.items() if value and value != defaults[name]
        }


def rescue(unknown: Sequence[tuple[str, pa.ChunkedArray]], *, keep_empty: bool) -> pa.Array:
    """One JSON text per row of the columns that no alias knows; each distinct cell is written once."""
    members = []
    for name, column in unknown:
        cells = (
            column
            if isinstance(column, pa.Array)
            else column.combine_chunks()
            if column.num_chunks != 1
            else column.chunk(0)
        )
        key = json.dumps(name, ensure_ascii=False)
        texts = cells.dictionary
        if pc.any(pc.match_substring_regex(texts, r'["\\\x00-\x1f]')).as_py():
            texts = pa.array([json.dumps(t, ensure_ascii=False)[1:-1] for t in texts.to_pylist()], TEXT)
        written = pc.binary_join_element_wise(f'{key}: "', texts, '", ', "")
        if not keep_empty:
            written = pc.if_else(pc.equal(texts, ""), "", written)
        members.append(pc.fill_null(written.take(cells.indices), ""))
    joined = pc.binary_join_element_wise(*members, "")
    whole = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 0, -2), "}", "")
    return pc.if_else(pc.equal(joined, ""), None, whole).dictionary_encode()


def raw_rows(
    columns: Mapping[str, pa.ChunkedArray],
    rescued: pa.Array | None,
    lines: np.ndarray,
    refused: list[RefusedLine],
) -> pa.Table:
    """The rows of a file as `ParsedFile.rows` has them.

    Args:
        columns: column -> texts, one a row; of `RAW_TEXT_COLUMNS`, those that are not there are null.
        rescued: what no column takes, as JSON; None without.
        lines: int64, shape (n,), line of each row in the file.
        refused: lines that became no row; each is a row of its own, with its text and the reason.
    """
    n = len(lines)
    data: dict[str, pa.Array | pa.ChunkedArray] = {"line": pa.array(lines, pa.int64())}
    for name in RAW_TEXT_COLUMNS:
        kind = TEXT if name == "timestamp" else DICTIONARY
        data[name] = columns.get(name, pa.nulls(n, kind))
    data["rescued"] = rescued if rescued is not None else pa.nulls(n, DICTIONARY)
    for name in ("refused", "detail", "raw_text"):
        data[name] = pa.nulls(n, DICTIONARY if name != "raw_text" else TEXT)
    table = pa.table(data)
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


def set_aside(rows: pa.Table, columns: Sequence[str], names: Mapping[str, tuple[str, str, str, bool]]) -> pa.Table:
    """Raw rows with these columns moved into `rescued`, under their names in the file."""
    moved = [(names[c][0] if c in names and names[c][0] else c, rows.column(c)) for c in columns]
    texts = rescue([(n, c.combine_chunks() if c.num_chunks != 1 else c) for n, c in moved], keep_empty=False).cast(TEXT)
    before = rows.column("rescued").cast(TEXT).combine_chunks()
    both = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(before, 0, -1), pc.utf8_slice_codeunits(texts, 1, None), ", "
    )
    whole = pc.coalesce(both, before, texts)
    at = rows.schema.get_field_index("rescued")
    rows = rows.set_column(at, pa.field("rescued", DICTIONARY), whole.dictionary_encode())
    for column in columns:
        at = rows.schema.get_field_index(column)
        rows = rows.set_column(at, rows.schema.field(at), pa.nulls(rows.num_rows, rows.schema.field(at).type))
    return rows.combine_chunks()
