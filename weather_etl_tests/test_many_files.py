"""A station with many landing files: the manifest in the footer, and rows of small files. Pure."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weather_etl.ingestion.raw_table import RAW, RAW_SCHEMA, FreshRows
from weather_etl.lake.parquet import MANIFEST_KEY, decode_parquet, encode_parquet
from weather_etl.landing.versions import FileVersion

LANDED = datetime(2026, 1, 1, tzinfo=UTC)


def entry(number: int) -> dict[str, object]:
    return {
        "name": f"s/{number:07}.csv",
        "etag": f"0x8D{number:012}",
        "state": "ingested",
        "note": "Zürich",
        "rows": 24,
    }


def rows(name: str, lines: int = 2) -> pa.Table:
    """Raw rows of one file."""
    table = RAW_SCHEMA.empty_table().to_pydict()
    table = {column: [None] * lines for column in table}
    table |= {"landing_file": [name] * lines, "line": list(range(2, 2 + lines))}
    return pa.table(table, schema=RAW_SCHEMA)


def version(name: str) -> FileVersion:
    return FileVersion(name, "0x1", 10, LANDED)


def test_a_manifest_comes_back_as_it_was() -> None:
    manifest = [entry(i) for i in range(300)]
    table, manifest_read = decode_parquet(RAW, encode_parquet(RAW, rows("s/a.csv"), manifest))
    assert manifest_read == manifest
    assert table.num_rows == 2


def test_a_table_without_a_manifest_has_none() -> None:
    assert decode_parquet(RAW, encode_parquet(RAW, rows("s/a.csv")))[1] is None


def test_a_manifest_is_stored_once_and_as_ascii() -> None:
    manifest = [entry(i) for i in range(1000)]
    data = encode_parquet(RAW, rows("s/a.csv"), manifest)
    assert len(data) < len(json.dumps(manifest)) / 2
    metadata = pq.read_metadata(pa.BufferReader(data)).metadata
    assert MANIFEST_KEY in metadata
    assert all(value.isascii() for value in metadata.values())


def test_a_manifest_that_an_earlier_version_wrote_as_json_is_read() -> None:
    manifest = [entry(1)]
    table = rows("s/a.csv").replace_schema_metadata({MANIFEST_KEY: json.dumps(manifest).encode()})
    out = pa.BufferOutputStream()
    pq.write_table(table, out)
    assert decode_parquet(RAW, out.getvalue().to_pybytes())[1] == manifest


@pytest.mark.parametrize("files", [1, 3, 600])
def test_rows_of_many_small_files_are_put_together_each_with_its_time_of_landing(files: int) -> None:
    fresh = FreshRows()
    landed = {f"s/{i}.csv": (LANDED + timedelta(hours=i)).isoformat() for i in range(files)}
    for name in landed:
        fresh.add(version(name), entry(1), rows(name))
    tables = fresh.rows(landed)
    assert len(tables) == -(-files // FreshRows.LOOSE_TABLES)
    found = pa.concat_tables(tables).select(["landing_file", "landed_at"]).to_pylist()
    assert len(found) == 2 * files
    assert all(row["landed_at"].isoformat() == landed[row["landing_file"]] for row in found)


def test_rows_of_files_that_are_not_asked_for_stay_away_and_leave_no_word_behind() -> None:
    fresh = FreshRows()
    for name in ("s/a.csv", "s/b.csv"):
        fresh.add(version(name), entry(1), rows(name))
    (table,) = fresh.rows({"s/b.csv": LANDED.isoformat()})
    assert table.column("landing_file").chunk(0).dictionary.to_pylist() == ["s/b.csv"]
    assert fresh.rows({}) == []


def test_a_file_without_rows_has_its_entry_only() -> None:
    fresh = FreshRows()
    fresh.add(version("s/a.csv"), entry(1), None)
    assert fresh.entries["s/a.csv", "0x1"] == entry(1)
    assert fresh.rows({"s/a.csv": LANDED.isoformat()}) == []
