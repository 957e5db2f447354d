"""Landing files: which there are, and their bytes as text.

Belongs here: listing and routing of blobs, versions, bounded decompression, encodings, ETag-conditional reads.
Does not belong here: what the text means (`meteorology/cutting.py`), what was read before (`ingestion.py`).

`landing` is read-only for us; names of blobs are data and never become paths.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.stations import SETTINGS_FILE, StationSettings, is_station_id, packaged_settings, parse_settings
from weather_etl.storage import Blob, BlobNotFound, Container, PreconditionFailed

SHARED = "_shared"
MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200
_IGNORED_NAMES = ("_SUCCESS",)
_IGNORED_ENDINGS = (".tmp", ".crc")


@dataclass(frozen=True)
class FileVersion:
    """One version of a landing file: `name` and `etag` identify it.

    Attributes:
        name: blob name in the landing container.
        etag: of the blob; where `split` is given, of that object.
        size: bytes.
        landed_at: LastModified of the blob.
        content_md5: as stored with the blob.
        split: object in the lake that holds a station's rows of the shared file `name`.
        source_etag: ETag of the shared file that the split was made from.
        archived: ETag of the blob in the archive that the file was moved to; `etag` is the one it had in landing.
    """

    name: str
    etag: str
    size: int
    landed_at: datetime
    content_md5: bytes | None = None
    split: str | None = None
    source_etag: str | None = None
    archived: str | None = None


@dataclass
class StationFiles:
    """The landing files of one station, and the version of its settings."""

    files: list[FileVersion] = field(default_factory=list)
    settings_etag: str | None = None

    def versions(self) -> list[tuple[str, str]]:
        return [(f.name, f.etag) for f in self.files]

    def settings_version(self, station: str) -> str:
        """Identifies the settings without reading them."""
        return f"toml-{self.settings_etag}" if self.settings_etag else packaged_settings(station).version


@dataclass
class Landing:
    """A listing of the container, by station.

    Attributes:
        stations: those that have files.
        shared: files of several stations, below `_shared/`.
        settings_only: station -> ETag of the `station.toml` of folders without files.
        unroutable: names that lie in no folder of a station.
        ignored: names of markers.
    """

    stations: dict[str, StationFiles] = field(default_factory=dict)
    shared: list[FileVersion] = field(default_factory=list)
    settings_only: dict[str, str] = field(default_factory=dict)
    unroutable: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def add(self, station: str, version: FileVersion) -> None:
        """Add a file of a station that the listing of the container does not show: its part of a shared file."""
        if station not in self.stations:
            self.stations[station] = StationFiles(settings_etag=self.settings_only.get(station))
        self.stations[station].files.append(version)


def route(blobs: Iterable[Blob]) -> Landing:
    """Sort blobs by station: `<station>/<any path>`; markers are ignored, other names are unroutable."""
    landing = Landing()
    for blob in blobs:
        station, slash, rest = blob.name.partition("/")
        leaf = blob.name.rsplit("/", 1)[-1]
        is_marker = blob.name.endswith("/") or blob.metadata.get("hdi_isfolder") == "true"
        if is_marker or leaf in _IGNORED_NAMES or leaf.endswith(_IGNORED_ENDINGS):
            landing.ignored.append(blob.name)
        elif not slash or not (is_station_id(station) or station == SHARED) or {".", ".."} & set(rest.split("/")):
            # HTTP clients fold dot segments, so that such a blob cannot be asked for.
            landing.unroutable.append(blob.name)
        elif rest == SETTINGS_FILE and station != SHARED:
            landing.stations.setdefault(station, StationFiles()).settings_etag = blob.etag
        else:
            version = FileVersion(blob.name, blob.etag, blob.size, blob.last_modified, blob.content_md5)
            files = landing.stations.setdefault(station, StationFiles()).files if station != SHARED else landing.shared
            files.append(version)
    # A folder with settings only is no station yet.
    landing.settings_only = {s: f.settings_etag for s, f in landing.stations.items() if not f.files and f.settings_etag}
    landing.stations = {s: f for s, f in landing.stations.items() if f.files}
    return landing


def list_landing(container: Container) -> Landing:
    """The whole container. A listing that fails raises; it is never short."""
    return route(container.list())


def list_station(container: Container, station: str) -> StationFiles:
    """The files in one station's folder, in the order (landed_at, name)."""
    landing = route(container.list(f"{station}/"))
    found = landing.stations.get(station) or StationFiles(settings_etag=landing.settings_only.get(station))
    found.files.sort(key=lambda f: (f.landed_at, f.name))
    return found


def read_settings(container: Container, station: str, files: StationFiles) -> StationSettings:
    """The station's settings: its `station.toml`, else the packaged registry, else defaults (UTC)."""
    if files.settings_etag is None:
        return packaged_settings(station)
    name = f"{station}/{SETTINGS_FILE}"
    data, _ = container.read(name, files.settings_etag)
    return parse_settings(data.decode("utf-8-sig", "replace"), source=name, version=files.settings_version(station))


def read_version(container: Container, version: FileVersion) -> bytes | None:
    """The bytes of one file version, or None if it has been replaced or deleted since it was listed.

    Raises:
        Rejected: it is too large, or the bytes do not match the blob's Content-MD5.
    """
    if version.size > MAX_UNPACKED:
        raise Rejected(Reason.TOO_LARGE, f"the file has {version.size:,} bytes, at most {MAX_UNPACKED:,} are read")
    try:
        data, _ = container.read(version.name, version.etag)
    except (BlobNotFound, PreconditionFailed):
        return None
    if version.content_md5 and hashlib.md5(data, usedforsecurity=False).digest() != version.content_md5:
        raise Rejected(Reason.CHECKSUM, "the bytes do not match the Content-MD5 that was stored with them")
    return data


# --- bytes -> text -------------------------------------------------------------------------------------------


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


_PIECE = 64 * 1024
_MAX_GZIP_MEMBERS = 50_000
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # LZMA may ask for any memory
# What `zipfile` raises on damaged archives, beyond its own exception.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, OSError, RuntimeError, ValueError
)  # fmt: skip


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
