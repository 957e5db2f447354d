"""Where is my file, and what was refused of it?

Belongs here: gathering it from the listings, the manifests and the tables; exporting quarantined rows.
Does not belong here: printing (`cli/files.py`), deciding what becomes of a file (`ingestion/merge.py`, `ingestion/shared_files.py`).

A manifest tells how a file was read. What became of its rows depends on the station's other files: it is counted from
the tables when somebody asks, so that the manifest stays a function of the file alone.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.ingestion.shared_files import Inventory, Source
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.table_objects import Lake
from weather_etl.landing.versions import SHARED, StationFiles
from weather_etl.redaction import printable
from weather_etl.station_names import did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa

PENDING, INGESTED, SAME_BYTES, REJECTED, UNREADABLE = "pending", "ingested", "same bytes", "rejected", "unreadable"
SPLIT, GONE, UNROUTABLE, IGNORED = "split", "gone", "unroutable", "ignored"
STATES = (PENDING, INGESTED, SAME_BYTES, REJECTED, UNREADABLE, SPLIT, GONE, UNROUTABLE, IGNORED)
_UNROUTABLE_WHY = "it lies in no folder of a station; move it to <station>/<any path>"
_RAW, _QUARANTINED, _VALIDATED = "raw_observations", "quarantined_rows", "validated_observations"
# Manifest keys that `--json` shows, in this order.
_SHOWN = (
    "etag", "sha256", "size", "landed_at", "encoding", "profile", "delimiter", "decimal", "units", "rows", "refused",
    "reason", "detail", "first_error", "same_as", "split", "warnings", "unclean_end", "run_id", "read_at", "seconds",
)  # fmt: skip


@dataclass
class FileState:
    """One file as it stands.

    Attributes:
        name: blob name.
        station: whose file it is; None for shared, unroutable and ignored ones.
        state: one of `STATES`.
        detail: one sentence, where the state does not say it all.
        entry: what the manifest or index says of it.
        kept, quarantined, repeated: what became of its rows; None where the tables do not tell (yet). Repeated rows
            are those that were merged into the hour of another row, identical duplicates, and those that lost to a later
            file or a nearer report.
    """

    name: str
    station: str | None
    state: str
    detail: str = ""
    entry: dict[str, Any] = field(default_factory=dict)
    kept: int | None = None
    quarantined: int | None = None
    repeated: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        values = {"name": self.name, "station": self.station, "state": self.state, "why": self.detail or None}
        values |= {k: self.entry[k] for k in _SHOWN if k in self.entry}
        if self.entry.get("source_etag"):
            values["etag"] = self.entry["source_etag"]
        if "stations" in self.entry:  # of a shared file
            values |= {"stations": self.entry["stations"], "refused": self.entry["refused"]}
        return values | {"kept": self.kept, "quarantined": self.quarantined, "repeated": self.repeated}


def file_states(containers: Containers, stations: Collection[str] = ()) -> Iterator[FileState]:
    """Every file that is in landing or that the tables still know; with `stations` those that concern these.

    Raises:
        UserError: nothing is known of a station.
    """
    inventory = shared_files.take_inventory(containers)
    known = inventory.landing.stations.keys() | {s for s, _ in inventory.stamps}
    for station in stations:
        if station not in known and station != SHARED:
            raise UserError(
                f"Nothing is known of station {printable(station)}; `weather-etl files` without --station shows all files."
                f"{did_you_mean(station, known)}"
            )
    for station in sorted(known):
        if not stations or station in stations:
            yield from _station_files(containers.lake, station, inventory)
    for source in inventory.sources:
        everything = not stations or SHARED in stations
        # One that is not split yet may be of any station.
        if everything or source.is_pending() or source.splits.keys() & set(stations):
            yield _source_state(containers.lake, source)
    if not stations:
        for name in sorted(inventory.landing.unroutable):
            yield FileState(name, None, UNROUTABLE, _UNROUTABLE_WHY)
        for name in sorted(inventory.landing.ignored):
            yield FileState(name, None, IGNORED, "a folder, a marker or an unfinished upload")


def files_in_trouble(containers: Containers, stations: Collection[str]) -> Iterator[FileState]:
    """Files of these stations that could not be used or wait, and those of no station; without counting rows."""
    inventory = shared_files.take_inventory(containers)
    for station in sorted(stations):
        for file in _station_files(containers.lake, station, inventory, counted=False):
            if file.state in (PENDING, REJECTED, UNREADABLE):
                yield file
    for name in sorted(inventory.landing.unroutable):
        yield FileState(name, None, UNROUTABLE, _UNROUTABLE_WHY)


def _station_files(lake: Lake, station: str, inventory: Inventory, *, counted: bool = True) -> Iterator[FileState]:
    files = inventory.landing.stations.get(station, StationFiles())
    raw = lake.read(_RAW, station, columns=["line"]) if (station, _RAW) in inventory.stamps else None
    manifest = {e["name"]: e for e in (raw.manifest or [])} if raw else {}
    listed = {f.name: f for f in files.files}
    counts = None
    if counted:
        counts = _count_rows(lake, station, files.settings_version(station), list(manifest.values()))
    for name in sorted(listed.keys() | manifest.keys()):
        version, entry = listed.get(name), manifest.get(name)
        if version is None and entry is not None:
            detail = "deleted from landing; its rows go with the next run"
            if not listed:
                detail = f"deleted from landing with all others; its rows go with `weather-etl forget {station}`"
            yield FileState(name, station, GONE, detail, entry)
        elif entry is None or (version is not None and entry["etag"] != version.etag):
            assert version is not None
            listing = {"etag": version.etag, "source_etag": version.source_etag, "size": version.size}
            detail = "replaced since it was read last" if entry else "not read yet"
            if entry and entry.get("unread"):
                detail += f", and its rows stay: {entry['unread']}"
            yield FileState(name, station, PENDING, detail, listing | {"landed_at": version.landed_at.isoformat()})
        else:
            yield _read_file(name, station, entry, counts)


def _read_file(name: str, station: str, entry: dict[str, Any], counts: "_Counts | None") -> FileState:
    state = FileState(name, station, entry["state"], entry=entry)
    if entry["state"] == REJECTED:
        state.detail = f"{entry['reason']}: {entry['detail']}"
    elif entry["state"] == UNREADABLE:
        state.detail = f"{entry['detail']} It is tried again."
    elif entry["state"] == SAME_BYTES:
        state.detail = f"its rows are stored under {entry['same_as']}"
    elif counts is not None:
        state.kept, state.quarantined = counts.kept[name], counts.quarantined[name]
        state.repeated = entry["rows"] - state.kept - state.quarantined
    if entry.get("unread"):
        state.detail = f"{state.detail}; it was to be read again: {entry['unread']}".removeprefix("; ")
    return state


@dataclass
class _Counts:
    """Rows by landing file."""

    kept: Counter[str]
    quarantined: Counter[str]


def _count_rows(lake: Lake, station: str, settings_version: str, manifest: list[dict[str, Any]]) -> _Counts | None:
    """What became of the rows of each file; None if the tables were not made from this manifest."""
    expected = fingerprints.expected([(e["name"], e["etag"]) for e in manifest], settings_version)
    validated = lake.read(_VALIDATED, station, columns=["landing_file"])
    quarantined = lake.read(_QUARANTINED, station, columns=["landing_file", "line"])
    if validated is None or quarantined is None:
        return None
    if {t.stamp.table: t.stamp.fingerprint for t in (validated, quarantined)}.items() - expected.items():
        return None
    lines = quarantined.arrow.filter(quarantined.arrow.column("line").is_valid())
    return _Counts(_count(validated.arrow), _count(lines))


def _count(rows: "pa.Table") -> Counter[str]:
    return Counter({c["values"]: c["counts"] for c in rows.column("landing_file").value_counts().to_pylist()})


def _source_state(lake: Lake, source: Source) -> FileState:
    index = shared_files.read_index(lake.container, source) or {}
    if source.version is None:
        return FileState(source.name, None, GONE, "deleted from landing; its rows go with the next run", index)
    if source.is_pending():
        listing = {"etag": source.version.etag, "size": source.version.size}
        detail = "to be split again" if index else "not split yet"
        return FileState(source.name, None, PENDING, detail, listing)
    if index["state"] == REJECTED:
        return FileState(source.name, None, REJECTED, f"{index['reason']}: {index['detail']}", index)
    lost = index["refused"]["rows"]
    detail = f"into {len(index['stations']):,} stations" + (f", {lost:,} lines of no station" if lost else "")
    return FileState(source.name, None, SPLIT, detail, index, kept=index["rows"] - lost, quarantined=lost, repeated=0)


def names_to_replay(containers: Containers, station: str, asked: Collection[str]) -> tuple[list[str], list[str]]:
    """The files of a station to read again, and the shared ones among them; all if none is asked for.

    Args:
        containers: landing and lake.
        station: station id, or `_shared`.
        asked: blob names, or names below the station's folder.

    Raises:
        UserError: the station or a file is not there.
    """
    inventory = shared_files.take_inventory(containers)
    if station == SHARED:
        names = [s.name for s in inventory.sources if s.version]
    else:
        files = inventory.landing.stations.get(station, StationFiles())
        names = sorted(f.name for f in files.files)
    if not names:
        raise UserError(
            f"There is no landing file for {printable(station)}; `weather-etl files` shows where files are."
        )
    chosen = []
    for name in asked:
        full = next((n for n in (name, f"{station}/{name}") if n in names), None)
        if full is None:
            raise UserError(
                f"{printable(station)} has no file {printable(name)}; `weather-etl files --station {printable(station)}` "
                "shows its files."
            )
        chosen.append(full)
    chosen = chosen or names
    return chosen, [n for n in chosen if n.startswith(f"{SHARED}/")]
