"""Arrow rows -> the binary form of PostgreSQL's COPY.

Belongs here: bytes of one chunk of rows, https://www.postgresql.org/docs/current/sql-copy.html (Binary Format).
Does not belong here: tables and statements (`tables.py`, `load.py`).

Each chunk is laid out as a matrix in which every cell has the width of the widest one of its column; then the bytes
that are not used (payload of nulls, ends of shorter texts) are cut out by one mask. No loop over rows.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no header extension
TRAILER = b"\xff\xff"
CHUNK_ROWS = 4096
# PostgreSQL counts from 2000-01-01, Arrow from 1970-01-01.
_EPOCH_US, _EPOCH_DAYS = 946_684_800_000_000, 10_957
_NUL = "\0"  # the one character that PostgreSQL's text cannot hold


def encode(table: pa.Table) -> Iterator[bytes]:
    """The table as a stream for `COPY ... FROM STDIN (FORMAT binary)`, in pieces.

    uint8 becomes smallint, int64 bigint, float64 double precision, bool boolean, date32 date, timestamp[us, UTC]
    timestamptz, text (plain or dictionary) text, with NUL characters replaced by U+FFFD.
    """
    yield SIGNATURE
    columns = [_prepare(column.combine_chunks()) for column in table.columns]
    for start in range(0, table.num_rows, CHUNK_ROWS):
        yield _chunk([c.slice(start, CHUNK_ROWS) for c in columns])
    yield TRAILER


def _prepare(column: Any) -> pa.Array:
    """Text as a dictionary of distinct values without NUL; everything else as it is."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type):
        words = pc.replace_substring(column.dictionary.cast(pa.string()), _NUL, "\N{REPLACEMENT CHARACTER}")
        column = pa.DictionaryArray.from_arrays(column.indices, words)
    return column


def _chunk(columns: list[pa.Array]) -> bytes:
    rows = len(columns[0])
    cells = [_cells(c) for c in columns]
    width = 2 + sum(4 + payload.shape[1] for payload, _ in cells)
    out = np.empty((rows, width), np.uint8)
    out[:, :2] = np.frombuffer(len(columns).to_bytes(2, "big"), np.uint8)
    used: NDArray[np.bool_] | None = None
    at = 2
    for payload, lengths in cells:
        size = payload.shape[1]
        out[:, at + 4 : at + 4 + size] = payload
        out[:, at : at + 4] = lengths.astype(">i4").view(np.uint8).reshape(rows, 4)
        if (lengths != size).any():
            if used is None:
                used = np.ones((rows, width), np.bool_)
            used[:, at + 4 : at + 4 + size] = np.arange(size) < lengths[:, None]
        at += 4 + size
    return (out if used is None else out[used]).tobytes()


def _cells(column: pa.Array) -> "tuple[NDArray[np.uint8], NDArray[np.int64]]":
    """Payload of each cell, padded to the widest, and its length; -1 for null."""
    valid = np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    if pa.types.is_dictionary(column.type):
        payload, lengths = _text(column)
    else:
        payload = _fixed(column)
        lengths = np.full(len(column), payload.shape[1], np.int64)
    return payload, np.where(valid, lengths, -1)


def _text(column: pa.DictionaryArray) -> "tuple[NDArray[np.uint8], NDArray[np.int64]]":
    codes = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
    here, codes = np.unique(codes, return_inverse=True)  # a wide word elsewhere must not widen this chunk
    words = (
        [w.encode() for w in column.dictionary.take(pa.array(here)).to_pylist()] if len(column.dictionary) else [b""]
    )
    lengths = np.array([len(w) for w in words], np.int64)
    size = int(lengths.max())
    padded = np.frombuffer(b"".join(w.ljust(size, b"\0") for w in words), np.uint8).reshape(len(words), size)
    return padded[codes], lengths[codes]


def _fixed(column: pa.Array) -> "NDArray[np.uint8]":
    kind = column.type
    if pa.types.is_timestamp(kind):
        numbers = column.cast(pa.timestamp("us", "UTC")).view(pa.int64())
        values = (numbers.fill_null(_EPOCH_US).to_numpy(zero_copy_only=False) - _EPOCH_US).astype(">i8")
    elif pa.types.is_date32(kind):
        values = (column.view(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False) - _EPOCH_DAYS).astype(">i4")
    elif pa.types.is_boolean(kind):
        values = column.fill_null(False).to_numpy(zero_copy_only=False).astype(np.uint8)
    elif pa.types.is_uint8(kind):
        values = column.fill_null(0).to_numpy(zero_copy_only=False).astype(">i2")
    elif pa.types.is_float64(kind):
        values = column.fill_null(0.0).to_numpy(zero_copy_only=False).astype(">f8")
    elif pa.types.is_int64(kind):
        values = column.fill_null(0).to_numpy(zero_copy_only=False).astype(">i8")
    else:
        raise TypeError(f"there is no column of type {kind} in the serving tables")
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(column), -1)
