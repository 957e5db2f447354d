"""The Parquet form of a table object: the same bytes for the same rows, and what lies in the footer beside them.

Belongs here: encoding and decoding, the manifest of raw, the record of checks and what goes along with rows in the footer.
Does not belong here: where an object lies and when it is written (`table_objects.py`), what a column means.
"""

import base64
import io
import json
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST_KEY, CHECKS_KEY = b"weather_etl.manifest", b"weather_etl.checks"
BESIDE = b"weather_etl.beside."  # and the name of what goes along with the rows

# Text columns of raw are read back as dictionaries, so that text is looked at once per distinct value.
_RAW_PLAIN = {"timestamp", "raw_text"}


@cache
def _raw_dictionary_columns() -> list[str]:
    from weather_etl.meteorology.schemas import TABLES

    columns = TABLES["raw_observations"].columns
    return [c.name for c in columns if c.dtype == "str" and c.name not in _RAW_PLAIN]


def decode_parquet(
    table: str, data: bytes, columns: list[str] | None = None
) -> "tuple[pa.Table, list[dict[str, Any]] | None]":
    """The rows of a table object, and its manifest if it has one."""
    import pyarrow.parquet as pq

    buffer, dictionaries = io.BytesIO(data), None
    footer = pq.read_metadata(buffer)
    if table == "raw_observations":  # an object of an older version may lack some of them
        names = set(footer.schema.names)
        dictionaries = [name for name in _raw_dictionary_columns() if name in names]
    file = pq.ParquetFile(buffer, metadata=footer, read_dictionary=dictionaries)
    arrow = file.read(columns=columns, use_threads=False)
    metadata = file.metadata.metadata or {}
    beside = {key[len(BESIDE) :]: value for key, value in metadata.items() if key.startswith(BESIDE)}
    packed = metadata.get(MANIFEST_KEY)
    return arrow.replace_schema_metadata(beside or None), _unpack_manifest(packed) if packed else None


_PACKED = b"zlib:"


def _pack_manifest(manifest: list[dict[str, Any]]) -> bytes:
    """The manifest as ASCII: 700 bytes of JSON per file become some 120.

    As text, since readers of Parquet may insist on it; small, since it is read and written with every new file, and
    since readers refuse a footer above 100 MB.
    """
    return _PACKED + base64.b64encode(zlib.compress(json.dumps(manifest, ensure_ascii=False).encode(), 1))


def _unpack_manifest(packed: bytes) -> list[dict[str, Any]]:
    text = zlib.decompress(base64.b64decode(packed.removeprefix(_PACKED))) if packed.startswith(_PACKED) else packed
    return json.loads(text)


def decode_checks(footer: bytes) -> list[dict[str, Any]] | None:
    """The record of checks in the footer of a Parquet file, without reading the rest of it.

    Keys and values lie in the footer as they are, so that the importing of pyarrow, which costs more than everything
    else that a run over unchanged tables does, can be spared.
    """
    _, key, rest = footer.partition(CHECKS_KEY)
    start = rest.find(b"[")
    if not key or start < 0:
        return None
    checks, _ = json.JSONDecoder().raw_decode(rest[start:].decode("utf-8", "replace"))
    return checks


def encode_parquet(
    table: str,
    arrow: "pa.Table",
    manifest: list[dict[str, Any]] | None = None,
    checks: list[dict[str, Any]] | None = None,
) -> bytes:
    """Parquet bytes, the same for the same rows: zstd, dictionaries for text, delta encoding for times and lines."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    dictionary, encoding = [], {}
    for field in arrow.schema:
        if field.name in _RAW_PLAIN and table == "raw_observations":
            encoding[field.name] = "DELTA_BYTE_ARRAY"
        elif pa.types.is_timestamp(field.type) or pa.types.is_int64(field.type):
            encoding[field.name] = "DELTA_BINARY_PACKED"
        elif not pa.types.is_boolean(field.type):
            dictionary.append(field.name)
    beside = {BESIDE + key: value for key, value in (arrow.schema.metadata or {}).items()}
    arrow = arrow.replace_schema_metadata()  # in the schema Arrow would store it twice
    out = io.BytesIO()
    with pq.ParquetWriter(
        out,
        arrow.schema,
        compression="zstd",
        use_dictionary=dictionary,
        column_encoding=encoding,
        write_statistics=["timestamp", "date", "month"] if table != "raw_observations" else False,
    ) as writer:
        writer.write_table(arrow, row_group_size=1_000_000)
        if manifest is not None:  # beside the schema and not in it: Arrow would store it twice
            writer.add_key_value_metadata({MANIFEST_KEY: _pack_manifest(manifest)})
        if beside:
            writer.add_key_value_metadata(beside)
        if checks is not None:
            writer.add_key_value_metadata({CHECKS_KEY: json.dumps(checks).encode()})
    return out.getvalue()
