"""Files that were moved from landing to the archive, as files of their station.

Belongs here: listing and reading them, what their blobs carry in metadata.
Does not belong here: moving them (`operations/archive.py`).

An archived file stays a file of its station: it has its name, and in its metadata the ETag and the time that it had in
landing, and so counts in the fingerprint as before; nothing becomes stale, and `--full` reads it again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import Container
from weather_etl.landing.listing import route
from weather_etl.landing.versions import FileVersion, Landing, StationFiles, read_version

LANDING_ETAG, LANDED_AT = "landing_etag", "landed_at"


class ArchivedFilesMissing(UserError):
    """Files that were archived are not in the archive that we look at; their rows must not go because of that."""

    def __init__(self, station: str, names: list[str]) -> None:
        super().__init__(
            f"{len(names)} archived files of station {station}, first {names[0]}, are not in the archive and its tables were "
            "kept; restore them, or correct WEATHER_ETL_ARCHIVE_CONTAINER; if they are meant to go, run "
            f"`weather-etl run --full -s {station}`."
        )


def add_archived(landing: Landing, archive: Container | None) -> None:
    """Add archived files to a listing of landing; what lies in landing under the same name counts instead."""
    if archive is None:
        return
    names = {f.name for files in landing.stations.values() for f in files.files}
    for station, version in _versions(archive):
        if version.name not in names:
            landing.add(station, version)


def of_station(archive: Container | None, station: str, files: StationFiles) -> list[FileVersion]:
    """The station's archived files that do not lie in landing as well."""
    if archive is None:
        return []
    names = {f.name for f in files.files}
    return [v for _, v in _versions(archive, f"{station}/") if v.name not in names]


def _versions(archive: Container, prefix: str = "") -> Iterator[tuple[str, FileVersion]]:
    """(station, version) of every archived file; an object that is not as we write it is none."""
    blobs = {b.name: b for b in archive.list(prefix)}
    for station, files in route(blobs.values()).stations.items():
        for file in files.files:
            metadata = blobs[file.name].metadata
            if LANDING_ETAG in metadata and LANDED_AT in metadata:
                landed_at = datetime.fromisoformat(metadata[LANDED_AT])
                yield station, replace(file, etag=metadata[LANDING_ETAG], landed_at=landed_at, archived=file.etag)


def read_archived(containers: Containers, version: FileVersion) -> bytes | None:
    """The bytes of an archived file, or None if it has been removed or replaced since it was listed."""
    if containers.archive is None or version.archived is None:
        return None
    return read_version(containers.archive, replace(version, etag=version.archived))
