"""The bytes of an unpacked landing file as text.

Belongs here: telling text from other kinds of files, encodings, what becomes of characters that cannot be decoded.
Does not belong here: compression (`unpacking.py`), what the text means (`meteorology/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from weather_etl.meteorology.reasons import Reason, Rejected


@dataclass(frozen=True)
class Text:
    """The text of a file as UTF-8 without byte order mark.

    Attributes:
        data: the text.
        encoding: of the file.
        bad_utf8: some lines are not text in that encoding; their bytes are not UTF-8.
        unclean_end: the file ends within a character.
    """

    data: bytes
    encoding: str
    bad_utf8: bool = False
    unclean_end: bool = False


_KINDS = (
    (b"PAR1", "Parquet"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"%PDF", "PDF"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "HDF5/NetCDF"),
    (b"CDF\x01", "NetCDF"),
    (b"CDF\x02", "NetCDF"),
    (b"CDF\x05", "NetCDF"),
    (b"GRIB", "GRIB"),
    (b"BUFR", "BUFR"),
    (b"ARROW1", "Arrow"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (xls or the like)"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x1f\x8b", "gzip within gzip or zip"),
    (b"PK\x03\x04", "zip within gzip or zip"),
    (b"\x1f\x9d", "a .Z archive"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
)


def to_text(data: bytes, *, encoding: str | None = None, aliases: Mapping[str, str] | None = None) -> Text:
    """Decode the unpacked bytes of a file to UTF-8.

    UTF-8 with or without byte order mark, UTF-16 with one; else the station's encoding; else cp1252 if only that makes
    sense of the header. Characters that cannot be decoded stay as bytes that are not UTF-8: they cost their line only.

    Args:
        data: bytes of the file.
        encoding: of the station, for files that are neither UTF-8 nor UTF-16.
        aliases: of the station; a header that they explain makes sense.

    Raises:
        Rejected: empty, of another kind than text, or of an unknown encoding.
    """
    if not data[: 64 * 1024].strip() and not data.strip():
        raise Rejected(Reason.EMPTY_FILE, f"the file has {len(data)} bytes and no text")
    for magic, kind in _KINDS:
        if data.startswith(magic):
            raise Rejected(Reason.NOT_CSV, f"the file is {kind}")
    if data[257:262] == b"ustar":
        raise Rejected(Reason.NOT_CSV, "the file is a tar archive")
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        raise Rejected(Reason.ENCODING_UNKNOWN, "the byte order mark says UTF-32, which is not read")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _checked(_decoded(data[: len(data) // 2 * 2], "utf-16", cut=len(data) % 2 == 1))
    while data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if encoding and not _is_utf8_text(data):
        return _checked(_decoded(data, encoding))
    head = data[: 64 * 1024]
    if head.count(0) > len(head) // 4 and not head.startswith(b"\0\0"):
        if head.count(0) < len(head) * 3 // 5 and (set(head[::2]) == {0} or set(head[1::2]) == {0}):
            raise Rejected(Reason.ENCODING_UNKNOWN, "the text looks like UTF-16 without a byte order mark")
        if not _first_line(data).isascii() or b"\0" in _first_line(data):
            raise Rejected(Reason.NOT_TEXT, "the file is mostly NUL bytes")
    if _is_utf8(data):
        return _checked(Text(data, "utf-8"))
    _checked(Text(data, "utf-8"))
    return _not_quite_utf8(data, aliases or {})


def _checked(text: Text) -> Text:
    """Refuse text that is none: control characters, NULs at the start, nothing at all."""
    head = text.data[: 64 * 1024]
    if head.startswith(b"\0"):
        raise Rejected(Reason.NOT_TEXT, "the file starts with NUL bytes")
    if sum(head.count(c) for c in range(1, 32) if c not in (9, 10, 11, 12, 13, 27)) > len(head) // 50:
        raise Rejected(Reason.NOT_TEXT, "the file holds binary data")
    if not head.strip() and not text.data.strip():
        raise Rejected(Reason.EMPTY_FILE, "the file has no text")
    return text


def _decoded(data: bytes, encoding: str, *, cut: bool = False) -> Text:
    """What cannot be decoded becomes bytes that are not UTF-8, so that it costs its line only."""
    wide = encoding.lower().replace("_", "-").startswith(("utf-16", "utf16", "utf-32", "utf32"))
    escape = "surrogatepass" if wide else "surrogateescape"
    try:
        text = data.decode(encoding, escape).encode("utf-8", escape)
    except (UnicodeError, ValueError):
        raise Rejected(Reason.ENCODING_UNKNOWN, f"the text is not {encoding}") from None
    return Text(text, encoding, bad_utf8=not _is_utf8(text), unclean_end=cut)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8_text(data: bytes) -> bool:
    """UTF-8 without the many NULs of UTF-16, whose bytes may be UTF-8 too."""
    head = data[: 64 * 1024]
    return head.count(0) <= len(head) // 4 and _is_utf8(data)


def _first_line(data: bytes) -> bytes:
    return data[: 64 * 1024].replace(b"\r", b"\n").lstrip(b"\n").split(b"\n", 1)[0]


def _not_quite_utf8(data: bytes, aliases: Mapping[str, str]) -> Text:
    """A header in UTF-8 means a UTF-8 file with damaged rows; else cp1252 if that gives a header that makes sense."""
    from weather_etl.meteorology import formats

    head = data[: 64 * 1024]
    if _is_utf8(_first_line(data)) and formats.knows(head, aliases):
        return Text(data, "utf-8", bad_utf8=True)
    as_cp1252 = _decoded(data, "cp1252")
    if formats.knows(as_cp1252.data[: 64 * 1024], aliases):
        return as_cp1252
    if _is_utf8(_first_line(data)):
        return Text(data, "utf-8", bad_utf8=True)
    raise Rejected(
        Reason.ENCODING_UNKNOWN,
        "the header is neither UTF-8 nor cp1252; save the file as UTF-8 or set `encoding` in station.toml",
    )
