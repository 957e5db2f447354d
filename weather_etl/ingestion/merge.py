"""Exactly once: landing-file versions + the old raw object -> the new raw object.

Belongs here: which versions are read, how their rows replace older ones.
Does not belong here: how a file is read (`reading.py`, `landing/`, `meteorology/`), what comes after raw.

The manifest lies in the raw object itself, so rows and the record of where they came from are one commit:
a version seen again changes nothing, a replaced one takes its rows along, a run that dies leaves all as it was.
"""

import hashlib
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import pyarrow as pa

from weather_etl.ingestion.manifest import INGESTED, REJECTED, SAME_BYTES, UNREADABLE, Raw, reader_key, split_key
from weather_etl.ingestion.raw_table import RAW, FreshRows, as_raw, assemble, with_provenance
from weather_etl.ingestion.reading import Entry, hold_to_budget, options_of, parse_landing_file, profile_of
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import BlobNotFound, BlobUnreadable, PreconditionFailed, StorageUnavailable
from weather_etl.lake.parquet import decode_parquet
from weather_etl.lake.table_objects import Stamp
from weather_etl.landing.archived import ArchivedFilesMissing, read_archived
from weather_etl.landing.versions import FileVersion, StationFiles, read_version
from weather_etl.meteorology.reasons import Rejected
from weather_etl.redaction import printable
from weather_etl.stations import StationSettings


class _InstalledProfiles:
    """The profiles of the installation, and which files they concern: those that would be read by another one now."""

    def __init__(self, settings: StationSettings) -> None:
        self.options = options_of(settings, settings.profiles)
        self.asked = {p.name: p.digest for p in settings.profiles}

    def still_read(self, containers: Containers, version: FileVersion, known: Entry) -> Entry | None:
        """The entry of a file that the profiles of today would read as it was read; None if it must be read again.

        A file is looked at only where a profile of the installation came, went or changed since.
        """
        if known.get("asked", {}) == self.asked:
            return known
        try:
            archived = version.archived is not None
            data = read_archived(containers, version) if archived else read_version(containers.landing, version)
        except Rejected:
            return {**known, "asked": self.asked}
        except BlobUnreadable:  # it stays as it was read, and is asked about again
            return known
        if data is None:
            return known
        name = version.name.rsplit("/", 1)[-1]
        profile_and_digest = profile_of(data, name, self.options, version.content_encoding)
        return (
            {**known, "asked": self.asked}
            if profile_and_digest == (known.get("profile"), known.get("digest"))
            else None
        )


def merge_landing_files(
    containers: Containers,
    station: str,
    files: StationFiles,
    settings: StationSettings,
    old: Raw | None,
    *,
    run_id: str = "",
    full: bool = False,
    again: Collection[str] = (),
) -> Raw:
    """The raw object of a station as it should be, given its landing files; nothing is written.

    Args:
        containers: landing and lake.
        station: station id.
        files: the landing files as listed.
        settings: the station's settings.
        old: the raw object as it stands.
        run_id: noted in the manifest.
        full: read every file again.
        again: names of files to read again although they are known.

    Raises:
        UserError: a file that was archived cannot be read.
    """
    # That a file could not be read is found anew by each run.
    known = {e["name"]: {k: v for k, v in e.items() if k != "unread"} for e in old.manifest} if old else {}
    lost = sorted(known.keys() - {f.name for f in files.files})
    if (archived := [name for name in lost if known[name].get("archived")]) and not full:
        raise ArchivedFilesMissing(station, archived)
    merge = _Merge(containers, station, settings, known, run_id, None if full else frozenset(again))
    for version in files.files:
        merge.take(version)
    _mark_same_bytes(merge.entries)
    rows = merge.rows(old, {f.name: f for f in files.files})
    manifest = sorted(merge.entries.values(), key=_place)
    # Without the files that could not be read, so that the station stays stale and they are tried again.
    taken = ((e["name"], e["etag"]) for e in manifest if e["name"] not in merge.unread)
    fingerprint = fingerprints.of_landing(taken, files.settings_version(station))
    return Raw(
        rows,
        manifest,
        Stamp(RAW, station, "", fingerprint, rows.num_rows, 0, datetime.now(UTC)),
        read=sorted(merge.read),
        replaced=sorted(merge.read.keys() & known.keys()),
        gone=lost,
        pending=merge.pending,
        unread=merge.unread,
        replaces=old.stamp.etag if old else None,
    )


def _place(entry: Entry) -> tuple[str, str]:
    """Where a file stands among the others: the later one corrects the earlier."""
    return entry["landed_at"], entry["name"]


class _Merge:
    """What becomes of each file of a station, one after the other.

    Attributes:
        known: name -> entry of the manifest as it stands.
        entries: name -> entry of the manifest to be.
        read: the entries of files whose rows are new, as they were read.
        pending: names of versions that were gone when they were to be read.
        unread: name -> why the storage did not give it.
    """

    def __init__(
        self,
        containers: Containers,
        station: str,
        settings: StationSettings,
        known: dict[str, Entry],
        run_id: str,
        again: frozenset[str] | None,
    ) -> None:
        """`again` are names of files to read again although they are known; None: all."""
        self.known, self.again, self.run_id = known, again, run_id
        self.containers, self.station, self.settings = containers, station, settings
        self.keys = {False: reader_key(settings), True: split_key(settings)}
        self.profiles = _InstalledProfiles(settings)
        self.fresh = FreshRows()
        self.entries: dict[str, Entry] = {}
        self.read: dict[str, Entry] = {}
        self.pending: list[str] = []
        self.unread: dict[str, str] = {}

    def take(self, version: FileVersion) -> None:
        """Decide what the manifest says of a file: as it is known, or as it is read now."""
        name, known = version.name, self.known.get(version.name)
        same_reader = known is not None and self._reads_alike(version, known)
        if known is not None and same_reader and known["etag"] == version.etag:
            kept = known if version.split is not None else self.profiles.still_read(self.containers, version, known)
            if kept is not None:
                self.entries[name] = kept
                return
            same_reader = False
        read_now = self._fetch(version)
        if read_now is None or read_now["state"] == UNREADABLE:
            if known is not None and known["state"] != UNREADABLE:  # its rows stay until it can be read
                self.entries[name] = known if read_now is None else {**known, "unread": read_now["detail"]}
            elif read_now is not None:
                self.entries[name] = read_now
            return
        entry = dict(read_now)
        # Touched or sent again: no row changes, but for rows that lay ahead of the time at which the file landed then.
        if known is not None and known["sha256"] == entry["sha256"] and not known.get("ahead"):
            entry["landed_at"] = known["landed_at"]
            if same_reader:
                entry = {**known, **{k: entry[k] for k in ("etag", "source_etag") if k in entry}}
        self.entries[name] = entry
        if known is None or entry.get("read_at") != known.get("read_at"):
            self.read[name] = read_now

    def _reads_alike(self, version: FileVersion, known: Entry) -> bool:
        """Whether the reader would make of a file what it made of it: same reader, same settings, nobody asks for more."""
        return (
            self.again is not None
            and version.name not in self.again
            and known["state"] != UNREADABLE
            and known["reader_key"] == self.keys[version.split is not None]
        )

    def _fetch(self, version: FileVersion) -> Entry | None:
        """The entry of a file as it is read now, once; None if that version is gone."""
        if (version.name, version.etag) not in self.fresh.entries:
            key = self.keys[version.split is not None]
            entry_and_rows = _read_file(self.containers, self.station, version, self.settings, key, self.run_id)
            if entry_and_rows is None:
                self.pending.append(version.name)
                return None
            self.fresh.add(version, *entry_and_rows)
        entry = self.fresh.entries[version.name, version.etag]
        if entry["state"] == UNREADABLE:
            self.unread[version.name] = entry["detail"]
        return entry

    def rows(self, old: Raw | None, versions: Mapping[str, FileVersion]) -> pa.Table:
        """The rows of all ingested files: those that are known from the old object, the others as they were read.

        A file may have to be read although it is known: its rows were stored under another name with the same bytes.
        """
        kept_names = []
        landed_at: dict[str, str] = {}
        for entry in sorted(self.entries.values(), key=_place):
            name, known = entry["name"], self.known.get(entry["name"])
            if entry["state"] != INGESTED:
                continue
            if name not in self.read and known is not None and known["state"] == INGESTED:
                kept_names.append(name)
                continue
            read_now = self.read.get(name) or self._fetch(versions[name])
            if read_now is None:
                del self.entries[name]
                continue
            self.entries[name] = {**read_now, "landed_at": entry["landed_at"]}
            if read_now["state"] == INGESTED:
                self.read[name] = read_now
                landed_at[name] = entry["landed_at"]
        return assemble(old.rows if old else None, kept_names, self.fresh.rows(landed_at), self.entries)


def _mark_same_bytes(entries: dict[str, Entry]) -> None:
    """Rows of equal bytes are stored once, under the earliest (landed_at, name)."""
    first: dict[str, str] = {}
    for entry in sorted(entries.values(), key=_place):
        name = entry["name"]
        original = first.setdefault(entry["sha256"], name)
        if entry["state"] in (REJECTED, UNREADABLE):
            continue
        if original != name and entries[original]["state"] not in (REJECTED, UNREADABLE):
            entries[name] = {**entry, "state": SAME_BYTES, "same_as": original}
        elif entry["state"] == SAME_BYTES:
            entries[name] = {**entry, "state": INGESTED, "same_as": None}


def _read_file(
    containers: Containers, station: str, version: FileVersion, settings: StationSettings, key: str, run_id: str
) -> tuple[Entry, pa.Table | None] | None:
    """Entry and rows of one landing-file version; None if it is no longer there.

    A bad file becomes a rejected entry, one that the storage refuses an unreadable one: neither stops the others.
    """
    started = time.perf_counter()
    entry: Entry = {
        "name": version.name,
        "etag": version.etag,
        "sha256": "",
        "size": version.size,
        "landed_at": version.landed_at.astimezone(UTC).isoformat(),
        "state": INGESTED,
        "reason": None,
        "detail": None,
        "reader_key": key,
        "run_id": run_id,
        "read_at": datetime.now(UTC).isoformat(),
    }
    rows: pa.Table | None = None
    try:
        if version.split:
            rows = _read_split(containers, station, version, settings, entry)
            if rows is None:
                return None
        else:
            archived = version.archived is not None
            data = read_archived(containers, version) if archived else read_version(containers.landing, version)
            if data is None:
                return None
            if archived:
                entry["archived"] = True
            if version.content_encoding:
                entry["content_encoding"] = version.content_encoding
            entry["sha256"] = hashlib.sha256(data).hexdigest()
            if settings.profiles:
                entry["asked"] = {p.name: p.digest for p in settings.profiles}
            rows = parse_landing_file(data, entry, settings, station, settings.profiles)
            entry["warnings"] += settings.profile_errors
            rows = with_provenance(rows, station, version, entry)
    except Rejected as rejected:
        entry |= {"state": REJECTED, "reason": str(rejected.reason), "detail": rejected.detail}
        entry["sha256"] = entry["sha256"] or f"unread:{version.name}:{version.etag}"
    except BlobUnreadable as why:
        entry |= _unreadable(version, str(why))
    except StorageUnavailable as why:
        if not why.passing:
            raise
        containers.landing.answers()  # raises where it is not this file alone that gets no answer
        entry |= _unreadable(version, f"{printable(version.name)} could not be read: {why}")
    except Exception as error:  # a bug: whoever sees it must learn which file brought it out
        error.add_note(f"while {printable(version.name)} was read")
        raise
    entry["seconds"] = round(time.perf_counter() - started, 4)
    return entry, rows if entry["state"] == INGESTED else None


def _unreadable(version: FileVersion, detail: str) -> Entry:
    return {"state": UNREADABLE, "detail": detail, "sha256": f"unread:{version.name}:{version.etag}"}


def _read_split(
    containers: Containers, station: str, version: FileVersion, settings: StationSettings, entry: Entry
) -> pa.Table | None:
    """A station's rows of a shared file, provenance included; None if the object has been replaced or removed.

    Raises:
        Rejected: the error budget is spent.
    """
    assert version.split is not None
    entry |= {"split": version.split, "source_etag": version.source_etag}
    try:
        data, _ = containers.lake.container.read(version.split, version.etag)
    except (BlobNotFound, PreconditionFailed):
        return None
    rows, manifest = decode_parquet(RAW, data)
    entry |= (manifest or [{}])[0]
    rows = as_raw(rows).combine_chunks()
    hold_to_budget(rows, entry, settings, station)
    return rows
