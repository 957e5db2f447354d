"""Compressed landing files: gzip and zip, bounded in size and ratio.

Belongs here: recognising them by content, undoing them, refusing what is damaged or would fill the memory.
Does not belong here: which text the bytes are (`meteorology/formats/source.py`); Parquet, tar and other kinds.
"""

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator

from weather_etl.meteorology.members import Member
from weather_etl.meteorology.reasons import Reason, Rejected

MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200
_PIECE = 64 * 1024
_MAX_GZIP_MEMBERS = 50_000
_MAX_ZIP_MEMBERS = 200
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may ask for any memory
# What `zipfile` raises on damaged archives, beyond its own exception.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, OSError, RuntimeError, ValueError
)  # fmt: skip


def unpack(data: bytes, name: str = "", encoding: str = "") -> list[Member]:
    """Undo gzip or zip, recognised by content; bounded in size and ratio.

    Args:
        data: bytes of the landing file.
        name: of the landing file, and of its only member where it is no archive.
        encoding: Content-Encoding of the blob. What it says is undone, if it is true; `data` is as stored.

    Returns:
        The file itself, or the members of a zip. Workbooks (xlsx) are zips too, and stay whole. Folders, and what macOS
        puts beside every file, are no members.

    Raises:
        Rejected: damaged, cut, without a member, or too large.
    """
    stored = len(data)
    data = _undo(data, encoding)
    if data[:2] == b"\x1f\x8b":
        return [Member(name, _bounded(_gunzip(data), stored))]
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _unzip(data, name, stored)
    return [Member(name, data)]


def _undo(data: bytes, encoding: str) -> bytes:
    """Undo a Content-Encoding; one that is said of bytes that are not packed so is passed over.

    Raises:
        Rejected: it cannot be undone here, or unpacks to too much.
    """
    stored = len(data)
    for coding in reversed([part.strip().lower() for part in encoding.split(",")]):
        if coding in ("gzip", "x-gzip"):
            if data[:2] == b"\x1f\x8b":
                data = _bounded(_gunzip(data), stored)
        elif coding == "deflate":
            data = _inflated(data, stored)
        elif coding in ("br", "zstd", "compress", "x-compress", "dcb", "dcz") and not _looks_like_text(data):
            raise Rejected(
                Reason.NOT_TEXT,
                f"the blob is stored with Content-Encoding: {coding}, which is not undone here; store it plain or as gzip",
            )
    return data


def _inflated(data: bytes, stored: int) -> bytes:
    """zlib (what `deflate` means) or raw deflate (what some senders take it for); other bytes as they are."""
    for wbits in (15, -15):
        stream = zlib.decompressobj(wbits)
        pieces = (stream.decompress(data if not i else stream.unconsumed_tail, 1024**2) for i in itertools.count())
        try:
            unpacked = _bounded(itertools.takewhile(len, pieces), stored)
        except zlib.error:
            continue
        if stream.eof:
            return unpacked
    return data


def _looks_like_text(data: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\n\v\f\r" for byte in data[:4096])


def _limit(packed: int) -> int:
    return min(MAX_UNPACKED, max(packed * MAX_RATIO, 1024**2))


def _bounded(stream: Iterator[bytes], packed: int, left: int | None = None) -> bytes:
    limit = _limit(packed) if left is None else left
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


def _unzip(data: bytes, name: str, stored: int) -> list[Member]:

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if data.rfind(b"PK\x05\x06") + 22 + len(archive.comment) != len(data):
                raise Rejected(Reason.ZIP_CORRUPT, "the zip has bytes behind its end")
            names = archive.namelist()
            if "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names):
                return [Member(name, _checked_workbook(archive, data))]
            if "[Content_Types].xml" in names or (names[:1] == ["mimetype"] and "content.xml" in names):
                raise Rejected(Reason.NOT_CSV, "the file is an Office document (ods, docx or the like)")
            infos = [i for i in archive.infolist() if not i.is_dir() and not _is_litter(i.filename)]
            if not infos:
                raise Rejected(Reason.ZIP_MEMBERS, "the zip holds no file")
            if len(infos) > _MAX_ZIP_MEMBERS:
                raise Rejected(
                    Reason.ZIP_MEMBERS, f"the zip holds {len(infos):,} files, at most {_MAX_ZIP_MEMBERS} are read"
                )
            left, members = _limit(stored), []
            for info in infos:
                if _leads_out(info.filename):
                    raise Rejected(Reason.ZIP_MEMBERS, "a file in the zip has a name that leads out of it")
                if info.compress_type not in _ZIP_METHODS:
                    raise Rejected(Reason.ZIP_CORRUPT, "the zip is compressed in another way than deflate or bzip2")
                with archive.open(info) as member:
                    body = _bounded(iter(lambda m=member: m.read(1024**2), b""), stored, left)  # type: ignore[misc]
                left -= len(body)
                members.append(Member(info.filename, body))
            return members
    except _ZIP_ERRORS as error:
        raise Rejected(Reason.ZIP_CORRUPT, f"the zip cannot be read ({error})") from None


def _checked_workbook(archive: zipfile.ZipFile, data: bytes) -> bytes:
    """The bytes of a workbook, if unpacking it stays within the bounds."""
    if sum(i.file_size for i in archive.infolist()) > _limit(len(data)):
        raise Rejected(Reason.DECOMPRESSION_LIMIT, f"unpacks to more than {_limit(len(data)) // 1024**2} MB")
    return data


def _is_litter(name: str) -> bool:
    """What systems and editors put into archives beside the files: hidden files and copies of them."""
    parts = name.split("/")
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return hidden or "__MACOSX" in parts or parts[-1] in ("Thumbs.db", "desktop.ini") or parts[-1].endswith("~")


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or "\0" in name or ".." in name.replace("\\", "/").split("/") or ":" in name[:2]
