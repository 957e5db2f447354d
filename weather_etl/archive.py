"""Landing files that are done with, moved to a container of their own; optional (`WEATHER_ETL_ARCHIVE_CONTAINER`).

Belongs here: which files are moved, the order of the steps, archived files as files of their station.
Does not belong here: reading them (`ingestion.py`), deleting them for good; that is a lifecycle rule of the container.

An archived file stays a file of its station: it has its name, and in its metadata the ETag and the time that it had in
landing, and so counts in the fingerprint as before; nothing becomes stale, and `--full` reads it again. The order is copy,
mark in the manifest, delete under the condition that the blob is still that version: a crash in between leaves the file in
both places, where landing counts, and the next time goes on from there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from weather_etl import fingerprints
from weather_etl.errors import UserError
from weather_etl.landing import FileVersion, Landing, StationFiles, read_version, route
from weather_etl.storage import Container, Containers, PreconditionFailed

if TYPE_CHECKING:
    from weather_etl.ingestion import Raw

DAYS = 30
_ETAG, _LANDED_AT = "landing_etag", "landed_at"


class ArchiveNotConfigured(UserError):
    """There is no container to archive to."""

    def __init__(self) -> None:
        super().__init__("No archive is configured; set WEATHER_ETL_ARCHIVE_CONTAINER to the name of a container.")


class ArchivedFilesMissing(UserError):
    """Files that were archived are not in the archive that we look at; their rows must not go because of that."""

    def __init__(self, station: str, names: list[str]) -> None:
        super().__init__(
            f"{len(names)} archived files of station {station}, first {names[0]}, are not in the archive and its tables were "
            "kept; restore them, or correct WEATHER_ETL_ARCHIVE_CONTAINER; if they are meant to go, run "
            f"`weather-etl run --full -s {station}`."
        )


# --- archived files as files of their station -----------------------------------------------------------------------


def add_archived(landing: Landing, archive: Container | None) -> None:
    """Add archived files to a listing of landing; what lies in landing under the same name counts instead."""
    if archive is None:
        return
    there = {f.name for files in landing.stations.values() for f in files.files}
    for station, version in _versions(archive):
        if version.name not in there:
            landing.add(station, version)


def of_station(archive: Container | None, station: str, files: StationFiles) -> list[FileVersion]:
    """The station's archived files that do not lie in landing as well."""
    if archive is None:
        return []
    there = {f.name for f in files.files}
    return [v for _, v in _versions(archive, f"{station}/") if v.name not in there]


def _versions(archive: Container, prefix: str = "") -> Iterator[tuple[str, FileVersion]]:
    """(station, version) of every archived file; an object that is not as we write it is none."""
    blobs = {b.name: b for b in archive.list(prefix)}
    for station, files in route(blobs.values()).stations.items():
        for file in files.files:
            metadata = blobs[file.name].metadata
            if _ETAG in metadata and _LANDED_AT in metadata:
                landed_at = datetime.fromisoformat(metadata[_LANDED_AT])
                yield station, replace(file, etag=metadata[_ETAG], landed_at=landed_at, archived=file.etag)


def read_archived(containers: Containers, version: FileVersion) -> bytes | None:
    """The bytes of an archived file, or None if it has been removed or replaced since it was listed."""
    if containers.archive is None or version.archived is None:
        return None
    return read_version(containers.archive, replace(version, etag=version.archived))


# --- moving -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """What became of one station: how many files were moved, or why none was."""

    station: str
    files: int = 0
    why_none: str = ""


def archive_station(containers: Containers, station: str, *, days: int = DAYS, now: datetime | None = None) -> Moved:
    """Move the station's landing files that all tables have taken in and that landed more than `days` ago.

    Rejected files stay where people see them, shared files and `station.toml` where they are.

    Raises:
        ArchiveNotConfigured: there is nowhere to move them to.
        UserError: another run wrote the manifest meanwhile; nothing was deleted.
    """
    from weather_etl import shared_files
    from weather_etl.ingestion import load_raw

    if containers.archive is None:
        raise ArchiveNotConfigured
    files = shared_files.list_station(containers, station)
    expected = fingerprints.expected(files.versions(), files.settings_version(station))
    stamps = {table: containers.lake.stamp(table, station) for table in expected}
    if any(stamp is None or stamp.fingerprint != expected[table] for table, stamp in stamps.items()):
        return Moved(station, why_none="it is stale")
    raw = load_raw(containers, station)
    assert raw is not None
    chosen = _chosen(files, raw, (now or datetime.now(UTC)) - timedelta(days=days))
    if not chosen:
        return Moved(station, why_none="none is old enough")
    copied = [v for v in chosen if _copy(containers.landing, containers.archive, v)]
    _mark(containers, station, raw, {v.name for v in copied})
    return Moved(station, sum(_delete(containers.landing, v) for v in copied))


def _chosen(files: StationFiles, raw: "Raw", before: datetime) -> list[FileVersion]:
    from weather_etl.ingestion import REJECTED

    entries = {e["name"]: e for e in raw.manifest}
    return [
        v
        for v in files.files
        if v.archived is None
        and v.split is None
        and v.landed_at < before
        and (entry := entries.get(v.name)) is not None
        and entry["etag"] == v.etag
        and entry["state"] != REJECTED
    ]


def _copy(landing: Container, archive: Container, version: FileVersion) -> bool:
    """Copy one version; False if it was replaced meanwhile. One that is there already is not written again."""
    data = read_version(landing, version)
    if data is None:
        return False
    metadata = {_ETAG: version.etag, _LANDED_AT: version.landed_at.astimezone(UTC).isoformat()}
    there = archive.head(version.name)
    if there is None or there.metadata.get(_ETAG) != version.etag or there.size != len(data):
        archive.write(version.name, data, if_match=there.etag if there else None, metadata=metadata)
    return True


def _mark(containers: Containers, station: str, raw: "Raw", names: set[str]) -> None:
    """Mark files as archived in the manifest; rows and fingerprint stay."""
    from weather_etl.ingestion import RAW

    manifest = [{**e, "archived": True} if e["name"] in names else e for e in raw.manifest]
    if manifest == raw.manifest:
        return
    try:
        containers.lake.write(
            RAW, station, raw.rows, fingerprint=raw.stamp.fingerprint, if_match=raw.stamp.etag, manifest=manifest
        )
    except PreconditionFailed:
        raise UserError(
            f"Another run wrote raw_observations of {station} meanwhile; its files stay in landing, archive them again."
        ) from None


def _delete(landing: Container, version: FileVersion) -> bool:
    """Delete one version from landing; a newer one that has come meanwhile stays."""
    try:
        landing.delete(version.name, if_match=version.etag)
    except PreconditionFailed:
        return False
    return True
