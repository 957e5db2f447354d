"""Versions of landing files, by station: what a listing gives, and the bytes of one version.

Belongs here: (name, ETag), the files of a station and of the container, reading exactly the version that was listed.
Does not belong here: listing and routing (`listing.py`), what the bytes are (`unpacking.py`).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from weather_etl.digests import digest
from weather_etl.lake.container import BlobNotFound, Container, PreconditionFailed
from weather_etl.landing.unpacking import MAX_UNPACKED
from weather_etl.meteorology.reasons import Reason, Rejected

SHARED = "_shared"
FORMATS = "_formats"
ARCHIVE_TIER = "Archive"


@dataclass(frozen=True)
class FileVersion:
    """One version of a landing file: `name` and `etag` identify it.

    Attributes:
        name: blob name in the landing container.
        etag: of the blob; where `split` is given, of that object.
        size: bytes.
        landed_at: LastModified of the blob.
        content_md5: as stored with the blob, of its bytes as stored.
        content_encoding: what its uploader said of them, such as gzip.
        tier: access tier; a blob in `Archive` cannot be read.
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
    content_encoding: str = ""
    tier: str = ""


@dataclass
class StationFiles:
    """The landing files of one station, and the version of its settings.

    Attributes:
        files: of the station.
        settings_etag: of its `station.toml`.
        settings_size: of its `station.toml`, in bytes.
        formats: name -> ETag of the profiles of the installation, below `_formats/`.
    """

    files: list[FileVersion] = field(default_factory=list)
    settings_etag: str | None = None
    formats: dict[str, str] = field(default_factory=dict)
    settings_size: int = 0

    def versions(self) -> list[tuple[str, str]]:
        return [(f.name, f.etag) for f in self.files]

    def offline(self) -> list[tuple[str, str]]:
        """Versions in the archive tier; one that leaves it keeps its ETag."""
        return sorted((f.name, f.etag) for f in self.files if f.tier == ARCHIVE_TIER)

    def settings_version(self, station: str) -> str:
        """Identifies the settings without reading them."""
        from weather_etl.station_file import packaged_settings  # its rules take a tenth of a second to build

        own = f"toml-{self.settings_etag}" if self.settings_etag else packaged_settings(station).version
        return f"{own}+formats-{digest(sorted(self.formats.items()))}" if self.formats else own

    def data_version(self, station: str) -> str:
        """Identifies the files and the settings as they lie there."""
        return digest([self.settings_version(station), sorted(self.versions())])


@dataclass
class Landing:
    """A listing of the container, by station.

    Attributes:
        stations: those that have files.
        shared: files of several stations, below `_shared/`.
        settings_only: station -> ETag of the `station.toml` of folders without files.
        unroutable: names that lie in no folder of a station.
        ignored: names of markers.
        formats: name -> ETag of the profiles of the installation, below `_formats/`.
    """

    stations: dict[str, StationFiles] = field(default_factory=dict)
    shared: list[FileVersion] = field(default_factory=list)
    settings_only: dict[str, str] = field(default_factory=dict)
    unroutable: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)

    def add(self, station: str, version: FileVersion) -> None:
        """Add a file of a station that the listing of the container does not show: its part of a shared file."""
        if station not in self.stations:
            self.stations[station] = StationFiles(settings_etag=self.settings_only.get(station), formats=self.formats)
        self.stations[station].files.append(version)


def read_version(container: Container, version: FileVersion) -> bytes | None:
    """The bytes of one file version, or None if it has been replaced or deleted since it was listed.

    Raises:
        Rejected: it is too large, or the bytes do not match the blob's Content-MD5.
        BlobUnreadable: the storage refuses this file.
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
