"""Exactly once: landing-file versions + the old raw object -> the new raw object.

Belongs here: the manifest, which versions are read, how their rows replace older ones.
Does not belong here: how a file is read (`landing/`, `meteorology/cutting.py`), what comes after raw.

The manifest lies in the raw object itself, so rows and the record of where they came from are one commit:
a version seen again changes nothing, a replaced one takes its rows along, a run that dies leaves all as it was.
"""

import hashlib
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl import digests
from weather_etl.errors import UserError
from weather_etl.ingestion.reading import hold_to_budget, options_of, parse_landing_file, profile_of, reading_of
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import BlobNotFound, PreconditionFailed
from weather_etl.lake.parquet import decode_parquet
from weather_etl.lake.table_objects import Stamp
from weather_etl.landing.archived import ArchivedFilesMissing, read_archived
from weather_etl.landing.versions import FileVersion, StationFiles, read_version
from weather_etl.meteorology.cells import Reading
from weather_etl.meteorology.reasons import Rejected
from weather_etl.meteorology.schemas import TABLES
from weather_etl.meteorology.vocabulary import READER_VERSION
from weather_etl.redaction import printable
from weather_etl.stations import StationSettings

RAW = "raw_observations"
INGESTED, REJECTED, SAME_BYTES = "ingested", "rejected", "same bytes"

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_PLAIN = {_DICTIONARY: pa.string()}
# In memory, raw keeps text as dictionaries; its Parquet form is plain text.
RAW_SCHEMA = pa.schema(
    [
        (c.name, {"int64": pa.int64(), "datetime64[us, UTC]": pa.timestamp("us", "UTC")}.get(c.dtype, _DICTIONARY))
        if c.name not in ("timestamp", "raw_text")
        else (c.name, pa.string())
        for c in TABLES[RAW].columns
    ]
)

Entry = dict[str, Any]


@dataclass
class Raw:
    """The raw object of a station as published.

    Attributes:
        rows: `raw_observations`, ordered by (landed_at, landing_file, line).
        manifest: one entry per landing-file version.
        stamp: ETag and fingerprint of the object.
        read, replaced, gone: names of files read, of files whose rows were replaced, and of files that vanished.
        pending: names of files that changed while they were read; they are still to come.
        replaces: ETag of the object that it was merged from; None if there was none.
    """

    rows: pa.Table
    manifest: list[Entry]
    stamp: Stamp
    read: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    replaces: str | None = None

    def readings(self, settings: StationSettings) -> dict[str, Reading]:
        """Landing file -> how its cells are to be read, by what it says itself and by the station's settings."""
        station = self.stamp.station
        return {e["name"]: reading_of(e, settings, station) for e in self.manifest if e["state"] == INGESTED}

    def rejected(self) -> list[dict[str, Any]]:
        """Rejected files as rows of `quarantined_rows`."""
        return [
            {
                "landing_file": e["name"],
                "etag": e.get("source_etag") or e["etag"],
                "line": None,
                "reason": e["reason"],
                "detail": e["detail"],
                "raw_text": None,
                "landed_at": datetime.fromisoformat(e["landed_at"]),
            }
            for e in self.manifest
            if e["state"] == REJECTED
        ]


def reader_key(settings: StationSettings) -> str:
    """What decides how a file is cut into rows: a file read under another key is read again."""
    return digests.digest([READER_VERSION, *settings.reader_part()])


def split_key(settings: StationSettings) -> str:
    """The same for a station's part of a shared file: it has been cut without the station's settings.

    Those that say how its cells are to be read decide what is told of it.
    """
    return digests.digest([READER_VERSION, "split", settings.units, settings.own_timezone, settings.standard_time])


class _Profiles:
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
        if version.archived is not None:
            data = read_archived(containers, version)
        else:
            try:
                data = read_version(containers.landing, version)
            except Rejected:
                return {**known, "asked": self.asked}
        if data is None:
            return known
        name = version.name.rsplit("/", 1)[-1]
        found = profile_of(data, name, self.options)
        return {**known, "asked": self.asked} if found == (known.get("profile"), known.get("digest")) else None


def load_raw(containers: Containers, station: str) -> Raw | None:
    """The raw object as it stands."""
    found = containers.lake.read(RAW, station)
    if found is None:
        return None
    if found.manifest is None:
        raise UserError(
            f"{containers.lake.uri(RAW, station)} has no manifest; delete it, and the next run rebuilds it."
        )
    return Raw(as_raw(found.arrow), found.manifest, found.stamp)


def as_raw(rows: pa.Table) -> pa.Table:
    """Rows in the columns of `raw_observations`; those that an older version did not know are null."""
    for field_ in RAW_SCHEMA:
        if field_.name not in rows.column_names:
            rows = rows.append_column(field_, pa.nulls(rows.num_rows, field_.type))
    return rows.select(RAW_SCHEMA.names).cast(RAW_SCHEMA)


class _Fresh:
    """File versions that have been read in this run: their entries, and their rows.

    A table of its own costs a small file some 20 KB of memory, so that tables are put together now and then.
    """

    LOOSE_TABLES, LOOSE_ROWS = 256, 250_000

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
        self._tables: list[pa.Table] = []
        self._loose: list[pa.Table] = []

    def add(self, version: FileVersion, entry: Entry, rows: pa.Table | None) -> None:
        """Keep what was read; no rows of a rejected file."""
        self.entries[version.name, version.etag] = entry
        if rows is not None:
            self._loose.append(rows)
            if len(self._loose) >= self.LOOSE_TABLES or sum(t.num_rows for t in self._loose) >= self.LOOSE_ROWS:
                self._fold()

    def _fold(self) -> None:
        if self._loose:
            self._tables.append(_put_together(self._loose))
            self._loose = []

    def rows(self, landed_at: Mapping[str, str]) -> list[pa.Table]:
        """The rows of these files, each with the time at which its file landed."""
        self._fold()
        at = RAW_SCHEMA.get_field_index("landed_at")
        times = {name: datetime.fromisoformat(text) for name, text in landed_at.items()}
        out = []
        for table in self._tables:
            files = table.column("landing_file").chunk(0)
            landed = pa.array([times.get(n) for n in files.dictionary.to_pylist()], RAW_SCHEMA.field(at).type)
            table = table.set_column(at, RAW_SCHEMA.field(at), landed.take(files.indices))
            out.append(_filtered(table, pc.is_valid(table.column(at))) if landed.null_count else table)
        return [table for table in out if table.num_rows]


def _put_together(tables: list[pa.Table]) -> pa.Table:
    return (
        tables[0].combine_chunks()
        if len(tables) == 1
        else pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    )


def _filtered(table: pa.Table, mask: pa.ChunkedArray) -> pa.Table:
    # Through plain text and back: the dictionaries must not keep words of rows that are gone.
    plain = pa.schema([(f.name, _PLAIN.get(f.type, f.type)) for f in RAW_SCHEMA])
    return table.filter(mask).cast(plain).cast(RAW_SCHEMA).combine_chunks()


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
    fresh = _Fresh()
    keys = {False: reader_key(settings), True: split_key(settings)}
    profiles = _Profiles(settings)
    old_entries = {e["name"]: e for e in old.manifest} if old else {}
    entries: dict[str, Entry] = {}
    read: dict[str, Entry] = {}
    pending: list[str] = []

    def fetch(version: FileVersion) -> Entry | None:
        if (version.name, version.etag) not in fresh.entries:
            found = _read_file(containers, station, version, settings, keys[version.split is not None], run_id)
            if found is None:
                pending.append(version.name)
                return None
            fresh.add(version, *found)
        return fresh.entries[version.name, version.etag]

    lost = sorted(old_entries.keys() - {f.name for f in files.files})
    if (archived := [name for name in lost if old_entries[name].get("archived")]) and not full:
        raise ArchivedFilesMissing(station, archived)
    for version in files.files:
        known = old_entries.get(version.name)
        same_reader = (
            known is not None
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
        if found is None:
            if known is not None:  # its rows stay until the version that replaced it can be read
                entries[version.name] = known
            continue
        entry = dict(found)
        if known is not None and known["sha256"] == entry["sha256"]:  # touched or re-sent: no row changes
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
        if found["state"] == REJECTED:
            continue
        read[name] = found
        landed_at[name] = entry["landed_at"]
    rows = _assemble(old.rows if old else None, kept_names, fresh.rows(landed_at), entries)

    manifest = sorted(entries.values(), key=lambda e: (e["landed_at"], e["name"]))
    fingerprint = fingerprints.of_landing(((e["name"], e["etag"]) for e in manifest), files.settings_version(station))
    stamp = Stamp(RAW, station, "", fingerprint, rows.num_rows, 0, datetime.now(UTC))
    return Raw(
        rows,
        manifest,
        stamp,
        read=sorted(read),
        replaced=sorted(n for n in read if n in old_entries),
        gone=sorted(n for n in old_entries if n not in by_name),
        pending=pending,
        replaces=old.stamp.etag if old else None,
    )


def _mark_same_bytes(entries: dict[str, Entry]) -> None:
    """Rows of equal bytes are stored once, under the earliest (landed_at, name)."""
    first: dict[str, str] = {}
    for name in sorted(entries, key=lambda n: (entries[n]["landed_at"], n)):
        entry = entries[name]
        original = first.setdefault(entry["sha256"], name)
        if entry["state"] == REJECTED:
            continue
        if original != name and entries[original]["state"] != REJECTED:
            entries[name] = {**entry, "state": SAME_BYTES, "same_as": original}
        elif entry["state"] == SAME_BYTES:
            entries[name] = {**entry, "state": INGESTED, "same_as": None}


def _assemble(old: pa.Table | None, kept: list[str], parts: list[pa.Table], entries: dict[str, Entry]) -> pa.Table:
    """Old rows of the kept files and new rows, ordered by (landed_at, landing_file, line)."""
    tables = list(parts)
    if old is not None and kept:
        names = old.column("landing_file").combine_chunks().dictionary.to_pylist()
        if set(names) != set(kept):
            old = _filtered(old, pc.is_in(old.column("landing_file"), value_set=pa.array(kept)))
        tables.insert(0, old)
    if not tables:
        return RAW_SCHEMA.empty_table()
    table = _put_together(tables)
    files = table.column("landing_file").chunk(0)
    rank = {name: i for i, name in enumerate(sorted(entries, key=lambda n: (entries[n]["landed_at"], n)))}
    rank_of_code = np.array([rank.get(n, -1) for n in files.dictionary.to_pylist()], dtype=np.int64)
    ranks = rank_of_code[files.indices.to_numpy()]
    if (np.diff(ranks) >= 0).all():
        return table
    return table.take(pa.array(np.argsort(ranks, kind="stable"))).combine_chunks()


def _read_file(
    containers: Containers, station: str, version: FileVersion, settings: StationSettings, key: str, run_id: str
) -> tuple[Entry, pa.Table | None] | None:
    """Entry and rows of one landing-file version; None if it is no longer there. A bad file becomes a rejected entry."""
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
            entry["sha256"] = hashlib.sha256(data).hexdigest()
            if settings.profiles:
                entry["asked"] = {p.name: p.digest for p in settings.profiles}
            rows = parse_landing_file(data, entry, settings, station, settings.profiles)
            entry["warnings"] += settings.profile_errors
            rows = with_provenance(rows, station, version, entry)
    except Rejected as rejected:
        entry |= {"state": REJECTED, "reason": str(rejected.reason), "detail": rejected.detail}
        entry["sha256"] = entry["sha256"] or f"unread:{version.name}:{version.etag}"
    except Exception as error:  # a bug: whoever sees it must learn which file brought it out
        error.add_note(f"while {printable(version.name)} was read")
        raise
    entry["seconds"] = round(time.perf_counter() - started, 4)
    return entry, rows if entry["state"] == INGESTED else None


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


def with_provenance(rows: pa.Table, station: str, version: FileVersion, entry: Entry) -> pa.Table:
    def constant(value: str) -> pa.Array:
        codes = pa.array(np.zeros(rows.num_rows, dtype=np.int32))
        return pa.DictionaryArray.from_arrays(codes, pa.array([value], pa.string()))

    columns = {name: rows.column(name) for name in rows.column_names}
    columns |= {"station_id": constant(station), "landing_file": constant(version.name), "etag": constant(version.etag)}
    landed_at = pa.scalar(datetime.fromisoformat(entry["landed_at"]), pa.timestamp("us", "UTC"))
    columns["landed_at"] = pa.repeat(landed_at, rows.num_rows)
    return pa.table([columns[name] for name in RAW_SCHEMA.names], names=RAW_SCHEMA.names).cast(RAW_SCHEMA)


def count_states(manifest: Iterable[Entry]) -> dict[str, int]:
    """State -> number of file versions."""
    counts = dict.fromkeys((INGESTED, REJECTED, SAME_BYTES), 0)
    for entry in manifest:
        counts[entry["state"]] += 1
    return counts
