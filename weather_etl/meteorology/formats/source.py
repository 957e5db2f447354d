"""The bytes of one landing file, unpacked, as text in whatever encoding makes sense.

Belongs here: kinds of files that are no text, encodings. Does not belong here: unpacking (landing), what the text means.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from weather_etl.meteorology.members import Member
from weather_etl.meteorology.plain_text import is_utf8, plain_newlines
from weather_etl.meteorology.reasons import Reason, Rejected

_JSON = re.compile(rb'\{|\[\s*(?:[\[{"\d\]-]|true|false|null|$)')
HEAD_BYTES = 64 * 1024
_CONTROL = bytes(c for c in range(1, 32) if c not in b"\t\n\v\f\r\x1b")
DEFAULT_ENCODING = "cp1252"  # of text that is not UTF-8, where nothing tells another
_KINDS = (
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


@dataclass(frozen=True)
class Text:
    """Text as UTF-8 without byte order mark.

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

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, by which a file is recognised."""
        return self.data[:HEAD_BYTES]


@dataclass
class Source:
    """The bytes of one landing file.

    Attributes:
        name: of the file, the archive's where it is one.
        members: what it holds: one, or those of an archive.
    """

    name: str
    members: Sequence[Member]
    _texts: dict[tuple[str, str], "Text | Rejected | None"] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`xlsx`, `parquet`, `json` or `text`, of the only member."""
        if len(self.members) != 1:
            return "text"
        data = self.members[0].data
        if data.startswith(b"PAR1"):
            return "parquet"
        if data.startswith(b"PK\x03\x04") and b"xl/workbook" in data[:4096] + data[-65536:]:
            return "xlsx"
        start = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
        return "json" if _JSON.match(start) else "text"

    def text(self, member: Member, encodings: Sequence[str], station: str | None = None) -> Text | None:
        """The text of a member: UTF-8 or UTF-16 by themselves, else the first encoding that decodes the whole file.

        Args:
            member: one of `members`.
            encodings: of a profile.
            station: encoding that the station's settings name; it comes before those.

        Raises:
            Rejected: the file is no text.
        """
        plain = self._once(member, "", lambda: _by_itself(member.data, station))
        if plain is not None:
            return plain
        for encoding in encodings:
            if encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig"):
                continue
            text = self._once(member, encoding, lambda e=encoding: _strictly(member.data, e))  # type: ignore[misc]
            if text is not None:
                return text
        return None

    def text_that(self, member: Member, makes_sense: Callable[[Text], bool], station: str | None = None) -> Text:
        """The text of a member for the generic reader: a header in UTF-8 means UTF-8 with damaged rows, else cp1252.

        Raises:
            Rejected: neither makes sense of the header.
        """
        plain = self._once(member, "", lambda: _by_itself(member.data, station))
        if plain is not None:
            return plain
        data = member.data
        utf8 = Text(_with_plain_line_ends(Text(data, "utf-8")).data, "utf-8", bad_utf8=True)  # type: ignore[union-attr]
        header_is_utf8 = is_utf8(_first_line(data))
        if header_is_utf8 and makes_sense(utf8):
            return utf8
        as_cp1252 = _decoded(utf8.data, DEFAULT_ENCODING)
        if makes_sense(as_cp1252):
            return as_cp1252
        if header_is_utf8:
            return utf8
        raise Rejected(
            Reason.ENCODING_UNKNOWN,
            "the header is neither UTF-8 nor cp1252; save the file as UTF-8 or say in station.toml what it is, such as "
            'encoding = "cp1250"',
        )

    def _once(self, member: Member, how: str, read: Callable[[], Text | None]) -> Text | None:
        at = (member.name, how)
        if at not in self._texts:
            try:
                self._texts[at] = _with_plain_line_ends(read())
            except Rejected as rejected:
                self._texts[at] = rejected
        text = self._texts[at]
        if isinstance(text, Rejected):
            raise text
        return text


def _with_plain_line_ends(text: Text | None) -> Text | None:
    """Lone CR at the beginning of a text: all line ends become LF."""
    if text is None or b"\r" not in text.head.replace(b"\r\n", b""):
        return text
    return replace(text, data=plain_newlines(text.data))


def _by_itself(data: bytes, station: str | None) -> Text | None:
    """The text where its bytes tell the encoding, or the station does; None where a profile must.

    Raises:
        Rejected: empty, of another kind than text, or of an unknown encoding.
    """
    if not data[:HEAD_BYTES].strip() and not data.strip():
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
    if station and not _is_utf8_text(data):
        return _checked(_decoded(data, station))
    head = data[:HEAD_BYTES]
    if head.count(0) > len(head) // 4 and not head.startswith(b"\0\0"):
        if head.count(0) < len(head) * 3 // 5 and (wide := _wide_without_mark(head)):
            return _checked(_decoded(data[: len(data) // 2 * 2], wide, cut=len(data) % 2 == 1))
        if not _first_line(data).isascii() or b"\0" in _first_line(data):
            raise Rejected(Reason.NOT_TEXT, "the file is mostly NUL bytes")
    _checked(Text(data, "utf-8"))
    return Text(data, "utf-8") if is_utf8(data) else None


def _wide_without_mark(head: bytes) -> str:
    """UTF-16 whose order is told by its NULs: every other byte is one; "" if it is none."""
    return "utf-16-be" if set(head[::2]) == {0} else "utf-16-le" if set(head[1::2]) == {0} else ""


def _checked(text: Text) -> Text:
    """Refuse text that is none: control characters, NULs at the start, nothing at all."""
    head = text.head
    if head.startswith(b"\0"):
        raise Rejected(Reason.NOT_TEXT, "the file starts with NUL bytes")
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 50:
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
    return Text(text, encoding, bad_utf8=not is_utf8(text), unclean_end=cut)


def _strictly(data: bytes, encoding: str) -> Text | None:
    """The whole text in an encoding, None if a single byte is not of it."""
    try:
        return Text(data.decode(encoding).encode(), encoding)
    except (UnicodeError, LookupError):
        return None


def _is_utf8_text(data: bytes) -> bool:
    """UTF-8 without the many NULs of UTF-16, whose bytes may be UTF-8 too."""
    head = data[:HEAD_BYTES]
    return head.count(0) <= len(head) // 4 and is_utf8(data)


def _first_line(data: bytes) -> bytes:
    return re.split(rb"\n", data[:HEAD_BYTES].replace(b"\r", b"\n").lstrip(b"\n"), maxsplit=1)[0]
