"""Splitting one shared file: its rows go to one split object per station.

Belongs here: cutting a source, sorting its rows by station, the objects and the index that this leaves in the lake.
Does not belong here: which sources are pending (`shared_files.py`), how a file is cut into rows (`reading.cut_into_rows`),
what becomes of a station's rows.

The index is written last, so that a source is done only when all of its split objects are there. Everything is a
conditional request against what was listed before the source was read: of two that split the same source one learns that
it lost and leaves it, and whatever was killed is pending again.
"""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from weather_etl.ingestion.shared_files import (
    LEFT,
    REJECTED,
    REMOVED,
    SPLIT,
    Source,
    digest_of_stations,
    index_name,
    reader_of,
    split_name,
)
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import Container, PreconditionFailed
from weather_etl.landing.versions import FileVersion, read_version
from weather_etl.meteorology.reasons import NO_STATION_COLUMN, Reason, Rejected
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS, READER_VERSION
from weather_etl.stations import StationSettings, is_station_id

if TYPE_CHECKING:
    import pyarrow as pa

MAX_LINES_NOTED = 1000
MAX_TEXT_NOTED = 4096


@dataclass
class Outcome:
    """What became of one source: `state`, its index, and how many objects were written and removed."""

    name: str
    state: str
    index: dict[str, Any] | None = None
    written: int = 0
    removed: int = 0


def split_source(containers: Containers, source: Source, *, run_id: str = "") -> Outcome:
    """Bring the split objects and the index of one source up to date.

    Args:
        containers: landing and lake.
        source: as listed before; what has changed since is left to the next inventory.
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
    from weather_etl.ingestion.reading import cut_into_rows
    from weather_etl.landing.listing import read_profiles

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
        index["content_encoding"] = version.content_encoding
        profiles, errors = read_profiles(containers.landing, source.formats) if source.formats else ((), ())
        rows = cut_into_rows(data, index, StationSettings(), profiles).rows
        index["warnings"] += errors
        parts, without_station, reasons = by_station(rows)
        index["refused"] = _noted(without_station, reasons)
        _hold_to_budget(rows, parts, index["refused"])
    except Rejected as rejected:
        parts = {}
        index |= {"state": REJECTED, "reason": str(rejected.reason), "detail": rejected.detail}
    assert index["state"] == REJECTED or index["rows"] == index["refused"]["rows"] + sum(map(len, parts.values()))
    index["stations"] = {station: len(rows) for station, rows in parts.items()}

    written = 0
    for station, rows in parts.items():
        body, metadata = _encode(rows, station, version, index, source.formats)
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
        metadata=_made_from(version, source.formats)
        | {
            "stations": digest_of_stations(parts),
            "state": index["state"],
            "rows": str(index["rows"]),
            "refused": str(index["refused"]["rows"]),
        },
    )
    return Outcome(version.name, index["state"], index, written, len(outdated))


def _made_from(version: FileVersion, formats: Mapping[str, str]) -> dict[str, str]:
    """Metadata of an object made from this version of a source; a name takes at most half of the 8 KB allowed."""
    return {
        "source": base64.b64encode(version.name.encode("utf-8", "replace")).decode(),
        "source_etag": version.etag,
        "reader": reader_of(formats),
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
    without_station = rows.take(pa.array(none))
    why_of_text = [Reason.STATION_MISSING if m else Reason.STATION_INVALID for m in missing] + [Reason.STATION_MISSING]
    why = pa.array(why_of_text, pa.string()).take(pa.array(codes[none]))
    return parts, without_station, pc.coalesce(one_chunk(without_station.column("refused")).cast(pa.string()), why)


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
    if reason == Reason.STATION_MISSING and station and station.strip():
        return (
            f"{station.strip()[:100]!r} means no value here; if it is the station's name, its files go to "
            "landing/<station>/ instead of _shared/"
        )
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

    row_count = rows.num_rows
    if not row_count:
        return
    damaged = row_count - rows.column("refused").null_count
    if damaged < row_count and rows.column("station").null_count == row_count:
        raise Rejected(Reason.COLUMN_MISSING, NO_STATION_COLUMN)
    if not parts:
        main = max(refused["reasons"], key=lambda r: refused["reasons"][r])
        raise Rejected(Reason.ALL_ROWS_BAD, f"none of {row_count} rows can be given to a station, most of them {main}")
    if damaged > ERROR_BUDGET * row_count:
        raise Rejected(Reason.ERROR_BUDGET, f"{damaged} of {row_count} lines could not be read")


# What the manifest of a station needs to know of how the file is to be read.
_READING = (
    "encoding", "profile", "digest", "delimiter", "decimal", "units", "open_pressure", "unclean_end", "warnings", "fields", "form",
    "before", "stamp", "period_minutes", "precipitation", "assumed", "zone_is_assumed", "heights",
)  # fmt: skip


def _encode(
    rows: "pa.Table", station: str, version: FileVersion, index: dict[str, Any], formats: Mapping[str, str]
) -> tuple[bytes, dict[str, str]]:
    """Bytes and metadata of a split object.

    Its hash leaves the source's name and version out: the rows of one that was only touched have not changed.
    """
    import pyarrow as pa

    from weather_etl.ingestion.raw_table import RAW, RAW_SCHEMA, with_provenance
    from weather_etl.lake.parquet import encode_parquet

    reading = {k: index[k] for k in _READING if k in index}
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
    return body, _made_from(version, formats) | {"content": entry["sha256"], "rows": str(len(rows))}
