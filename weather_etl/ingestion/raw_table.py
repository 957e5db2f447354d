"""Raw rows as an Arrow table: the schema, and putting the rows of files together.

Belongs here: which columns, rows with their provenance, order and replacement of the rows of whole files.
Does not belong here: which files those are (`merge.py`), what a cell means (`meteorology/`).
"""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.ingestion.reading import Entry
from weather_etl.landing.versions import FileVersion
from weather_etl.meteorology.schemas import TABLES

RAW = "raw_observations"

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
PLAIN_TYPES = {_DICTIONARY: pa.string()}
# In memory, raw keeps text as dictionaries; its Parquet form is plain text.
RAW_SCHEMA = pa.schema(
    [
        (c.name, {"int64": pa.int64(), "datetime64[us, UTC]": pa.timestamp("us", "UTC")}.get(c.dtype, _DICTIONARY))
        if c.name not in ("timestamp", "raw_text")
        else (c.name, pa.string())
        for c in TABLES[RAW].columns
    ]
)


def as_raw(rows: pa.Table) -> pa.Table:
    """Rows in the columns of `raw_observations`; those that an older version did not know are null."""
    for field in RAW_SCHEMA:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(RAW_SCHEMA.names).cast(RAW_SCHEMA)


class FreshRows:
    """File versions that have been read in this run: their entries, and their rows.

    A table of its own costs a small file some 20 KB of memory, so that tables are put together now and then.
    """

    LOOSE_TABLES, LOOSE_ROWS = 256, 250_000

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
        self._tables: list[pa.Table] = []
        self._loose: list[pa.Table] = []

    def add(self, version: FileVersion, entry: Entry, rows: pa.Table | None) -> None:
        """Keep what was read; no rows of a rejected file."""
        self.entries[version.name, version.etag] = entry
        if rows is not None:
            self._loose.append(rows)
            if len(self._loose) >= self.LOOSE_TABLES or sum(t.num_rows for t in self._loose) >= self.LOOSE_ROWS:
                self._fold()

    def _fold(self) -> None:
        if self._loose:
            self._tables.append(put_together(self._loose))
            self._loose = []

    def rows(self, landed_at: Mapping[str, str]) -> list[pa.Table]:
        """The rows of these files, each with the time at which its file landed."""
        self._fold()
        at = RAW_SCHEMA.get_field_index("landed_at")
        times = {name: datetime.fromisoformat(text) for name, text in landed_at.items()}
        out = []
        for table in self._tables:
            files = table.column("landing_file").chunk(0)
            landed = pa.array([times.get(n) for n in files.dictionary.to_pylist()], RAW_SCHEMA.field(at).type)
            table = table.set_column(at, RAW_SCHEMA.field(at), landed.take(files.indices))
            out.append(filtered(table, pc.is_valid(table.column(at))) if landed.null_count else table)
        return [table for table in out if table.num_rows]


def put_together(tables: list[pa.Table]) -> pa.Table:
    return (
        tables[0].combine_chunks()
        if len(tables) == 1
        else pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    )


def filtered(table: pa.Table, mask: pa.ChunkedArray) -> pa.Table:
    # Through plain text and back: the dictionaries must not keep words of rows that are gone.
    plain = pa.schema([(f.name, PLAIN_TYPES.get(f.type, f.type)) for f in RAW_SCHEMA])
    return table.filter(mask).cast(plain).cast(RAW_SCHEMA).combine_chunks()


def assemble(old: pa.Table | None, kept: list[str], parts: list[pa.Table], entries: dict[str, Entry]) -> pa.Table:
    """Old rows of the kept files and new rows, ordered by (landed_at, landing_file, line)."""
    tables = list(parts)
    if old is not None and kept:
        names = old.column("landing_file").combine_chunks().dictionary.to_pylist()
        if set(names) != set(kept):
            old = filtered(old, pc.is_in(old.column("landing_file"), value_set=pa.array(kept)))
        tables.insert(0, old)
    if not tables:
        return RAW_SCHEMA.empty_table()
    table = put_together(tables)
    files = table.column("landing_file").chunk(0)
    rank = {name: i for i, name in enumerate(sorted(entries, key=lambda n: (entries[n]["landed_at"], n)))}
    rank_of_code = np.array([rank.get(n, -1) for n in files.dictionary.to_pylist()], dtype=np.int64)
    ranks = rank_of_code[files.indices.to_numpy()]
    if (np.diff(ranks) >= 0).all():
        return table
    return table.take(pa.array(np.argsort(ranks, kind="stable"))).combine_chunks()


def with_provenance(rows: pa.Table, station: str, version: FileVersion, entry: Entry) -> pa.Table:
    def constant(value: str) -> pa.Array:
        codes = pa.array(np.zeros(rows.num_rows, dtype=np.int32))
        return pa.DictionaryArray.from_arrays(codes, pa.array([value], pa.string()))

    columns = {name: rows.column(name) for name in rows.column_names}
    columns |= {"station_id": constant(station), "landing_file": constant(version.name), "etag": constant(version.etag)}
    landed_at = pa.scalar(datetime.fromisoformat(entry["landed_at"]), pa.timestamp("us", "UTC"))
    columns["landed_at"] = pa.repeat(landed_at, rows.num_rows)
    return pa.table([columns[name] for name in RAW_SCHEMA.names], names=RAW_SCHEMA.names).cast(RAW_SCHEMA)
