"""Landing files that are done with, moved to a container of their own; optional (`WEATHER_ETL_ARCHIVE_CONTAINER`).

Belongs here: which files are moved, the order of the steps.
Does not belong here: archived files as files of their station (`landing/archived.py`), deleting them for good; that is a
lifecycle rule of the container.

The order is copy, mark in the manifest, delete under the condition that the blob is still that version: a crash in
between leaves the file in both places, where landing counts, and the next time goes on from there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from weather_etl.errors import UserError
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import BlobUnreadable, Container, PreconditionFailed
from weather_etl.landing.archived import LANDED_AT, LANDING_ETAG
from weather_etl.landing.versions import FileVersion, StationFiles, read_version

if TYPE_CHECKING:
    from weather_etl.ingestion.manifest import Raw

DAYS = 30


class ArchiveNotConfigured(UserError):
    """There is no container to archive to."""

    def __init__(self) -> None:
        super().__init__("No archive is configured; set WEATHER_ETL_ARCHIVE_CONTAINER to the name of a container.")


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
    from weather_etl.ingestion import shared_files
    from weather_etl.ingestion.manifest import load_raw

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
    from weather_etl.ingestion.manifest import REJECTED

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
    try:
        data = read_version(landing, version)
    except BlobUnreadable:  # in the archive tier, say: it stays where it is
        return False
    if data is None:
        return False
    metadata = {LANDING_ETAG: version.etag, LANDED_AT: version.landed_at.astimezone(UTC).isoformat()}
    blob = archive.head(version.name)
    if blob is None or blob.metadata.get(LANDING_ETAG) != version.etag or blob.size != len(data):
        archive.write(
            version.name,
            data,
            if_match=blob.etag if blob else None,
            metadata=metadata,
            content_encoding=version.content_encoding or None,
        )
    return True


def _mark(containers: Containers, station: str, raw: "Raw", names: set[str]) -> None:
    """Mark files as archived in the manifest; rows and fingerprint stay."""
    from weather_etl.ingestion.raw_table import RAW

    manifest = [{**e, "archived": True} if e["name"] in names else e for e in raw.manifest]
    if manifest == raw.manifest:
        return
    lake = containers.lake
    try:
        lake.write(
            RAW,
            station,
            raw.rows,
            fingerprint=raw.stamp.fingerprint,
            if_match=raw.stamp.etag,
            manifest=manifest,
            checks=lake.read_checks(RAW, station),
        )
    except PreconditionFailed:
        raise UserError(
            f"Another run wrote raw_observations of {station} meanwhile; its files stay in landing, archive them again."
        ) from None


def _delete(landing: Container, version: FileVersion) -> bool:
    """Delete one version from landing; a newer one that has come meanwhile stays, and one under a lease."""
    try:
        landing.delete(version.name, if_match=version.etag)
    except (PreconditionFailed, BlobUnreadable):
        return False
    return True
