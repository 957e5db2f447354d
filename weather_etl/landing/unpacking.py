"""Compressed landing files: gzip and zip, bounded in size and ratio.

Belongs here: recognising them by content, undoing them, refusing what is damaged or would fill the memory.
Does not belong here: which text the bytes are (`text.py`); Parquet, tar and other kinds, which are refused there.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from weather_etl.meteorology.reasons import Reason, Rejected

MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200
_PIECE = 64 * 1024
_MAX_GZIP_MEMBERS = 50_000
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may ask for any memory
# What `zipfile` raises on damaged archives, beyond its own exception.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, OSError, RuntimeError, ValueError
)  # fmt: skip


def unpack(data: bytes) -> bytes:
    """Undo gzip or a one-member zip, recognised by content; bounded in size and ratio.

    Raises:
        Rejected: damaged, cut, more than one member, or too large.
    """
    if data[:2] == b"\x1f\x8b":
        return _bounded(_gunzip(data), len(data))
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _unzip(data)
    return data


def _limit(packed: int) -> int:
    return min(MAX_UNPACKED, max(packed * MAX_RATIO, 1024**2))


def _bounded(stream: Iterator[bytes], packed: int) -> bytes:
    limit = _limit(packed)
    out = bytearray()
    for piece in stream:
        out += piece
        if len(out) > limit:
            raise Rejected(
                Reason.DECOMPRESSION_LIMIT, f"unpacks to more than {limit // 1024**2} MB from {packed:,} bytes"
            )
    return bytes(out)


def _gunzip(data: bytes) -> Iterator[bytes]:
    """The unpacked pieces of a gzip file: one member or several (RFC 1952), and nothing behind the last one."""
    view, at, members = memoryview(data), 0, 0
    while at < len(data):
        members += 1
        if members > _MAX_GZIP_MEMBERS:
            raise Rejected(Reason.GZIP_CORRUPT, f"the file has more than {_MAX_GZIP_MEMBERS:,} gzip members")
        if data[at : at + 2] != b"\x1f\x8b"[: len(data) - at]:
            raise Rejected(Reason.GZIP_CORRUPT, f"{len(data) - at:,} bytes follow the end of the gzip stream")
        stream = zlib.decompressobj(wbits=31)
        while not stream.eof:
            piece = stream.unconsumed_tail or view[at : at + _PIECE]
            if not piece:
                raise Rejected(Reason.GZIP_TRUNCATED, "the gzip stream ends before its end mark")
            if not stream.unconsumed_tail:
                at += len(piece)
            try:
                yield stream.decompress(piece, 1024**2)
            except zlib.error as error:
                raise Rejected(Reason.GZIP_CORRUPT, f"the gzip stream is damaged ({error})") from None
        at -= len(stream.unused_data)


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if data.rfind(b"PK\x05\x06") + 22 + len(archive.comment) != len(data):
                raise Rejected(Reason.ZIP_CORRUPT, "the zip has bytes behind its end")
            names = archive.namelist()
            if "[Content_Types].xml" in names or (names[:1] == ["mimetype"] and "content.xml" in names):
                raise Rejected(Reason.NOT_CSV, "the file is an Office document (xlsx, ods or the like)")
            if len(names) != 1:
                raise Rejected(Reason.ZIP_MEMBERS, f"the zip holds {len(names)} files instead of one")
            if set(names[0]) & set("/\\:\0") or names[0] in ("", ".", ".."):
                raise Rejected(Reason.ZIP_MEMBERS, "the file in the zip has a path for a name")
            if archive.infolist()[0].compress_type not in _ZIP_METHODS:
                raise Rejected(Reason.ZIP_CORRUPT, "the zip is compressed in another way than deflate or bzip2")
            with archive.open(names[0]) as member:
                return _bounded(iter(lambda: member.read(1024**2), b""), len(data))
    except _ZIP_ERRORS as error:
        raise Rejected(Reason.ZIP_CORRUPT, f"the zip cannot be read ({error})") from None
