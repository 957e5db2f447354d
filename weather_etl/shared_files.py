"""Files of several stations: `landing/_shared/<any path>` -> one split object per station in the lake.

Belongs here: which shared files are pending, splitting one, the objects and the index that this leaves in the lake.
Does not belong here: how a file is cut into rows (`ingestion.cut_into_rows`), what becomes of a station's rows.

For each source there are, by the hash of its name:

    _split/<station>/<hash>.parquet    the station's rows in the form of `raw_observations`; a landing file of that station
    _split/_index/<hash>.json          what became of the source, lines that belong to no station included

The index is written last, so that a source is done only when all of its split objects are there. Whether it is done
is told by listings alone: index and split objects must name the ETag of the source and the version of the reader, and
be for the same stations. Everything is a conditional request against what was listed before the source was read: of
two that split the same source one learns that it lost and leaves it, and whatever was killed is pending again.
"""

import base64
import hashlib
import json
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from weather_etl import landing as landing_files
from weather_etl.archive import add_archived, of_station
from weather_etl.fingerprints import digest
from weather_etl.landing import FileVersion, Landing, StationFiles, list_landing, read_version
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS, READER_VERSION
from weather_etl.stations import StationSettings, is_station_id
from weather_etl.storage import Blob, Container, Containers, PreconditionFailed, Stamp

if TYPE_CHECKING:
    import pyarrow as pa

SPLIT, REJECTED, REMOVED, LEFT = "split", "rejected", "removed", "left for later"
MAX_LINES_NOTED = 1000
MAX_TEXT_NOTED = 4096
_FOLDER, _INDEX = "_split", "_index"


def key_of(name: str) -> str:
    """Stands for the name of a source in the names of objects."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def split_name(station: str, key: str) -> str:
    return f"{_FOLDER}/{station}/{key}.parquet"


def index_name(key: str) -> str:
    return f"{_FOLDER}/{_INDEX}/{key}.json"


@dataclass
class Source:
    """One shared file as the listings of landing and lake show it.

    Attributes:
        key: hash of its name.
        version: as it lies in landing; None if it is gone.
        index: the index in the lake, if there is one.
        splits: station -> split object.
    """

    key: str
    version: FileVersion | None = None
    index: Blob | None = None
    splits: dict[str, Blob] = field(default_factory=dict)

    @property
    def name(self) -> str:
        if self.version is not None:
            return self.version.name
        known = [b for b in (self.index, *self.splits.values()) if b is not None]
        return next((n for b in known if (n := _name_in(b))), self.key)

    def is_pending(self) -> bool:
        """Whether what lies in the lake is not what the source says now."""
        if self.version is None or self.index is None:
            return True
        made_from = {"source_etag": self.version.etag, "reader": READER_VERSION}
        objects = [self.index, *self.splits.values()]
        if any(made_from.items() - o.metadata.items() for o in objects):
            return True
        return self.index.metadata.get("stations") != _digest_of(self.splits)


def _digest_of(stations: Iterable[str]) -> str:
    return digest(sorted(stations))


@dataclass
class Look:
    """One listing of each container: what has landed, split objects included, and which tables there are."""

    landing: Landing
    stamps: dict[tuple[str, str], Stamp]
    sources: list[Source]

    @property
    def pending(self) -> list[Source]:
        return [s for s in self.sources if s.is_pending()]


def look(containers: Containers) -> Look:
    """List both containers. A listing that fails raises; it is never short."""
    landing = list_landing(containers.landing)
    add_archived(landing, containers.archive)
    blobs = list(containers.lake.container.list())
    sources = sources_of(landing.shared, blobs)
    for source in sources:
        for station, blob in source.splits.items():
            if version := _version_of(blob):
                landing.add(station, version)
    return Look(landing, containers.lake.stamps(blobs), sources)


def list_sources(containers: Containers) -> list[Source]:
    """The shared files alone: their folder, and what was split from them."""
    shared = landing_files.route(containers.landing.list(f"{landing_files.SHARED}/")).shared
    return sources_of(shared, containers.lake.container.list(f"{_FOLDER}/"))


def sources_of(shared: Iterable[FileVersion], blobs: Iterable[Blob]) -> list[Source]:
    """Shared files of landing, and those that only the lake still knows, by name."""
    found = {(key := key_of(v.name)): Source(key, v) for v in shared}
    for blob in blobs:
        parts = blob.name.split("/")
        if len(parts) != 3 or parts[0] != _FOLDER:
            continue
        key, _, ending = parts[2].partition(".")
        if parts[1] == _INDEX and ending == "json":
            found.setdefault(key, Source(key)).index = blob
        elif is_station_id(parts[1]) and ending == "parquet":
            found.setdefault(key, Source(key)).splits[parts[1]] = blob
    return sorted(found.values(), key=lambda s: s.name)


def list_station(containers: Containers, station: str) -> StationFiles:
    """All files of a station, its parts of shared files included, in the order (landed_at, name)."""
    own = landing_files.list_station(containers.landing, station)
    splits = [v for b in containers.lake.container.list(f"{_FOLDER}/{station}/") if (v := _version_of(b))]
    moved = of_station(containers.archive, station, own)
    return StationFiles(sorted([*own.files, *splits, *moved], key=lambda f: (f.landed_at, f.name)), own.settings_etag)


def _name_in(blob: Blob) -> str:
    try:
        return base64.b64decode(blob.metadata["source"]).decode("utf-8")
    except (KeyError, ValueError):
        return ""


def _version_of(blob: Blob) -> FileVersion | None:
    """A split object as a file of its station; None for an object that is not as we write it."""
    try:
        landed_at = datetime.fromisoformat(blob.metadata["landed_at"])
        name, source_etag = _name_in(blob), blob.metadata["source_etag"]
    except (KeyError, ValueError):
        return None
    if not name:
        return None
    return FileVersion(name, blob.etag, blob.size, landed_at, split=blob.name, source_etag=source_etag)


# --- splitting -----------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of one source: `state`, its index, and how many objects were written and removed."""

    name: str
    state: str
    index: dict[str, Any] | None = None
    written: int = 0
    removed: int = 0


def split_pending(
    containers: Containers, *, run_id: str = "", full: bool = False, names: Collection[str] = ()
) -> Iterator[Outcome]:
    """Split every pending source; with `full` those that are done too; with `names` only these."""
    for source in look(containers).sources:
        if (not names or source.name in names) and (full or source.is_pending()):
            yield split_source(containers, source, run_id=run_id)


def split_source(containers: Containers, source: Source, *, run_id: str = "") -> Outcome:
    """Bring the split objects and the index of one source up to date.

    Args:
        containers: landing and lake.
        source: as listed before; what has changed since is left to the next look.
        run_id: noted in the index.
    """
    try:
        if source.version is None:
            return _remove(containers.lake.container, source)
        return _split(containers, source, source.version, run_id)
    except PreconditionFailed:  # another run splits the same source
        return Outcome(source.name, LEFT)


def _remove(lake: Container, source: Source) -> Outcome:
    """The source is gone: so are its split objects and, last, its index."""
    for _, blob in sorted(source.splits.items()):
        lake.delete(blob.name, if_match=blob.etag)
    if source.index is not None:
        lake.delete(source.index.name, if_match=source.index.etag)
    return Outcome(source.name, REMOVED, removed=len(source.splits))


def _split(containers: Containers, source: Source, version: FileVersion, run_id: str) -> Outcome:
    from weather_etl.ingestion import cut_into_rows

    started = time.perf_counter()
    lake = containers.lake.container
    index: dict[str, Any] = {
        "name": version.name,
        "etag": version.etag,
        "sha256": "",
        "size": version.size,
        "landed_at": version.landed_at.astimezone(UTC).isoformat(),
        "state": SPLIT,
        "reason": None,
        "detail": None,
        "reader_version": READER_VERSION,
        "rows": 0,
        "refused": _noted(None, None),
        "run_id": run_id,
        "read_at": datetime.now(UTC).isoformat(),
    }
    parts: dict[str, pa.Table] = {}
    try:
        data = read_version(containers.landing, version)
        if data is None:
            return Outcome(version.name, LEFT)
        index["sha256"] = hashlib.sha256(data).hexdigest()
        rows = cut_into_rows(data, index, StationSettings()).rows
        parts, nobodys, reasons = by_station(rows)
        index["refused"] = _noted(nobodys, reasons)
        _hold_to_budget(rows, parts, index["refused"])
    except Rejected as rejected:
        parts = {}
        index |= {"state": REJECTED, "reason": str(rejected.reason), "detail": rejected.detail}
    assert index["state"] == REJECTED or index["rows"] == index["refused"]["rows"] + sum(map(len, parts.values()))
    index["stations"] = {station: len(rows) for station, rows in parts.items()}

    written = 0
    for station, rows in parts.items():
        body, metadata = _encode(rows, station, version, index)
        before = source.splits.get(station)
        if before is None or before.metadata != metadata:
            etag = before.etag if before else None
            lake.write(split_name(station, source.key), body, if_match=etag, metadata=metadata)
            written += 1
    outdated = sorted(source.splits.keys() - parts.keys())
    for station in outdated:
        lake.delete(source.splits[station].name, if_match=source.splits[station].etag)
    index["seconds"] = round(time.perf_counter() - started, 4)
    lake.write(
        index_name(source.key),
        json.dumps(index, indent=1).encode(),
        if_match=source.index.etag if source.index else None,
        metadata=_made_from(version)
        | {
            "stations": _digest_of(parts),
            "state": index["state"],
            "rows": str(index["rows"]),
            "refused": str(index["refused"]["rows"]),
        },
    )
    return Outcome(version.name, index["state"], index, written, len(outdated))


def _made_from(version: FileVersion) -> dict[str, str]:
    """Metadata of an object made from this version of a source; a name takes at most half of the 8 KB allowed."""
    return {
        "source": base64.b64encode(version.name.encode("utf-8", "replace")).decode(),
        "source_etag": version.etag,
        "reader": READER_VERSION,
        "landed_at": version.landed_at.astimezone(UTC).isoformat(),
    }


def by_station(rows: "pa.Table") -> "tuple[dict[str, pa.Table], pa.Table, pa.Array]":
    """Sort the rows of a file by station, keeping the order of the lines.

    Returns:
        station -> its rows; the rows of no station; and why each of those has none.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from weather_etl.meteorology.cell_states import NULL_TOKENS, one_chunk

    column = one_chunk(rows.column("station"))
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = [t.strip() for t in column.dictionary.to_pylist()]
    missing = [t.lower() in NULL_TOKENS for t in texts]
    stations = sorted({t for t, m in zip(texts, missing, strict=True) if is_station_id(t) and not m})
    number = {station: i for i, station in enumerate(stations)}
    # -1: no station; a refused line has no cells at all.
    of_text = np.array([-1 if m else number.get(t, -1) for t, m in zip(texts, missing, strict=True)] + [-1])
    codes = pc.fill_null(column.indices, len(texts)).to_numpy()
    of_row = of_text[codes]
    order = np.argsort(of_row, kind="stable")
    bounds = np.searchsorted(of_row[order], np.arange(-1, len(stations) + 1))
    parts = {s: rows.take(pa.array(order[bounds[i + 1] : bounds[i + 2]])) for s, i in number.items()}
    none = order[: bounds[1]]
    nobodys = rows.take(pa.array(none))
    why_of_text = [Reason.STATION_MISSING if m else Reason.STATION_INVALID for m in missing] + [Reason.STATION_MISSING]
    why = pa.array(why_of_text, pa.string()).take(pa.array(codes[none]))
    return parts, nobodys, pc.coalesce(one_chunk(nobodys.column("refused")).cast(pa.string()), why)


def _noted(rows: "pa.Table | None", reasons: "pa.Array | None") -> dict[str, Any]:
    """Rows of no station as the index keeps them: how many, why, and the first of them."""
    if rows is None or reasons is None:
        return {"rows": 0, "reasons": {}, "lines": []}
    lines = []
    for row, reason in zip(
        rows.slice(0, MAX_LINES_NOTED).to_pylist(), reasons[:MAX_LINES_NOTED].to_pylist(), strict=True
    ):
        cells = {c: row[c] for c in RAW_TEXT_COLUMNS if row[c] is not None}
        text = row["raw_text"] or json.dumps(cells, ensure_ascii=False)
        detail = row["detail"] or _why(reason, row["station"])
        lines.append({"line": row["line"], "reason": reason, "detail": detail, "raw_text": text[:MAX_TEXT_NOTED]})
    counts = {c["values"]: c["counts"] for c in reasons.value_counts().to_pylist()}
    return {"rows": rows.num_rows, "reasons": dict(sorted(counts.items())), "lines": lines}


def _why(reason: str, station: str | None) -> str:
    if reason == Reason.STATION_MISSING:
        return "the row does not say of which station it is"
    return f"{(station or '')[:100]!r} is no station id (letters, digits, - and _, at most 64)"


def _hold_to_budget(rows: "pa.Table", parts: dict[str, Any], refused: dict[str, Any]) -> None:
    """Reject a file that nothing can be made of.

    Lines that could not be cut into cells count against the error budget (ingestion rule 7). A station whose id cannot
    be used does not: it must not stop the others.

    Raises:
        Rejected: no row has a station, or too many lines are damaged.
    """
    from weather_etl.meteorology.error_budget import ERROR_BUDGET

    n = rows.num_rows
    if not n:
        return
    damaged = n - rows.column("refused").null_count
    if damaged < n and rows.column("station").null_count == n:
        raise Rejected(
            Reason.COLUMN_MISSING,
            "no column for the station, which a file below _shared/ must have (a header such as 'station' is needed)",
        )
    if not parts:
        main = max(refused["reasons"], key=lambda r: refused["reasons"][r])
        raise Rejected(Reason.ALL_ROWS_BAD, f"none of {n} rows can be given to a station, most of them {main}")
    if damaged > ERROR_BUDGET * n:
        raise Rejected(Reason.ERROR_BUDGET, f"{damaged} of {n} lines could not be read")


# What the manifest of a station needs to know of how the file is to be read.
_READING = ("encoding", "adapter", "delimiter", "decimal", "units", "open_pressure", "unclean_end", "warnings")


def _encode(
    rows: "pa.Table", station: str, version: FileVersion, index: dict[str, Any]
) -> tuple[bytes, dict[str, str]]:
    """Bytes and metadata of a split object.

    Its hash leaves the source's name and version out: the rows of one that was only touched have not changed.
    """
    import pyarrow as pa

    from weather_etl.ingestion import RAW, RAW_SCHEMA, with_provenance
    from weather_etl.storage import encode_parquet

    reading = {k: index[k] for k in _READING}
    reading |= {"timezones": {s: z for s, z in index["timezones"].items() if s in ("", station)}, "stations": []}
    # As plain text: the dictionaries hold the words of all stations.
    plain = pa.schema([(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in RAW_SCHEMA])
    whole = with_provenance(rows, station, version, index).cast(plain)
    content = whole.drop_columns(["landing_file", "etag", "landed_at"])
    entry = {
        **reading,
        "rows": len(rows),
        "sha256": hashlib.sha256(encode_parquet(RAW, content, [reading])).hexdigest(),
    }
    body = encode_parquet(RAW, whole, [entry])
    return body, _made_from(version) | {"content": entry["sha256"], "rows": str(len(rows))}


# --- what a person asks --------------------------------------------------------------------------------------


def read_index(lake: Container, source: Source) -> dict[str, Any] | None:
    """What became of a source when it was split last."""
    if source.index is None:
        return None
    data, _ = lake.read(source.index.name)
    found: dict[str, Any] = json.loads(data)
    return found


def troubled(lake: Container, sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Indexes of the sources that were rejected or hold lines of no station."""
    indexes = (
        read_index(lake, s)
        for s in sources
        if s.version
        and s.index
        and (s.index.metadata.get("state") == REJECTED or s.index.metadata.get("refused") != "0")
    )
    return [i for i in indexes if i]
