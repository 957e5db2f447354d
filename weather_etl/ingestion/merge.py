"""Exactly once: landing-file versions + the old raw object -> the new raw object.

Belongs here: which versions are read, how their rows replace older ones.
Does not belong here: how a file is read (`reading.py`, `landing/`, `meteorology/`), what comes after raw.

The manifest lies in the raw object itself, so rows and the record of where they came from are one commit:
a version seen again changes nothing, a replaced one takes its rows along, a run that dies leaves all as it was.
"""

import hashlib
import time
from collections.abc import Collection
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
        found = profile_of(data, name, self.options, version.content_encoding)
        return {**known, "asked": self.asked} if found == (known.get("profile"), known.get("digest")) else None


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
    fresh = FreshRows()
    keys = {False: reader_key(settings), True: split_key(settings)}
    profiles = _InstalledProfiles(settings)
    # That a file could not be read is found anew by each run.
    old_entries = {e["name"]: {k: v for k, v in e.items() if k != "unread"} for e in old.manifest} if old else {}
    entries: dict[str, Entry] = {}
    read: dict[str, Entry] = {}
    pending: list[str] = []
    unread: dict[str, str] = {}

    def fetch(version: FileVersion) -> Entry | None:
        if (version.name, version.etag) not in fresh.entries:
            found = _read_file(containers, station, version, settings, keys[version.split is not None], run_id)
            if found is None:
                pending.append(version.name)
                return None
            fresh.add(version, *found)
        entry = fresh.entries[version.name, version.etag]
        if entry["state"] == UNREADABLE:
            unread[version.name] = entry["detail"]
        return entry

    lost = sorted(old_entries.keys() - {f.name for f in files.files})
    if (archived := [name for name in lost if old_entries[name].get("archived")]) and not full:
        raise ArchivedFilesMissing(station, archived)
    for version in files.files:
        known = old_entries.get(version.name)
        same_reader = (
            known is not None
            and known["state"] != UNREADABLE
            and known["reader_key"] == keys[version.split is not None]
            and not full
            and version.name not in again
        )
        if known is not None and same_reader and known["etag"] == version.etag:
            kept = known if version.split is not None else profiles.still_read(containers, version, known)
            if kept is not None:
                entries[version.name] = kept
                continue
            same_reader = False
        found = fetch(version)
        if found is None or found["state"] == UNREADABLE:
            if known is not None and known["state"] != UNREADABLE:  # its rows stay until it can be read
                entries[version.name] = known if found is None else {**known, "unread": found["detail"]}
            elif found is not None:
                entries[version.name] = found
            continue
        entry = dict(found)
        # Touched or sent again: no row changes, but for rows that lay ahead of the time at which the file landed then.
        if known is not None and known["sha256"] == entry["sha256"] and not known.get("ahead"):
            entry["landed_at"] = known["landed_at"]
            if same_reader:
                entry = {**known, **{k: entry[k] for k in ("etag", "source_etag") if k in entry}}
        entries[version.name] = entry
        if not (known is not None and entry.get("read_at") == known.get("read_at")):
            read[version.name] = found

    _mark_same_bytes(entries)
    by_name = {f.name: f for f in files.files}
    kept_names = []
    landed_at: dict[str, str] = {}
    for name in sorted(entries, key=lambda n: (entries[n]["landed_at"], n)):
        entry = entries[name]
        if entry["state"] != INGESTED:
            continue
        known = old_entries.get(name)
        if name not in read and known is not None and known["state"] == INGESTED:
            kept_names.append(name)
            continue
        found = read.get(name) or fetch(by_name[name])
        if found is None:
            del entries[name]
            continue
        entries[name] = {**found, "landed_at": entry["landed_at"]}
        if found["state"] != INGESTED:
            continue
        read[name] = found
        landed_at[name] = entry["landed_at"]
    rows = assemble(old.rows if old else None, kept_names, fresh.rows(landed_at), entries)

    manifest = sorted(entries.values(), key=lambda e: (e["landed_at"], e["name"]))
    # Without the files that could not be read, so that the station stays stale and they are tried again.
    taken = ((e["name"], e["etag"]) for e in manifest if e["name"] not in unread)
    fingerprint = fingerprints.of_landing(taken, files.settings_version(station))
    stamp = Stamp(RAW, station, "", fingerprint, rows.num_rows, 0, datetime.now(UTC))
    return Raw(
        rows,
        manifest,
        stamp,
        read=sorted(read),
        replaced=sorted(n for n in read if n in old_entries),
        gone=sorted(n for n in old_entries if n not in by_name),
        pending=pending,
        unread=unread,
        replaces=old.stamp.etag if old else None,
    )


def _mark_same_bytes(entries: dict[str, Entry]) -> None:
    """Rows of equal bytes are stored once, under the earliest (landed_at, name)."""
    first: dict[str, str] = {}
    for name in sorted(entries, key=lambda n: (entries[n]["landed_at"], n)):
        entry = entries[name]
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
