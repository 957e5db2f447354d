"""Frames of what quality control found and of what was refused.

Belongs here: `quality_events` and `quarantined_rows` as frames. Does not belong here: findings, refusals.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cells import REASONS, UNREADABLE, Cells, one_chunk
from weather_etl.meteorology.findings import Finding
from weather_etl.meteorology.observations.texts import repeated_text, text_array
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.vocabulary import RAW_NUMBERS, RAW_TEXT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd


def event_frame(
    findings: list[Finding],
    hours: np.ndarray,
    source: Mapping[str, np.ndarray],
    lead: np.ndarray,
    raw: pa.Table,
    station: str,
) -> "pd.DataFrame":
    """`quality_events`: one row per finding and value, ordered by time, then as the tests were asked.

    Args:
        findings: positions of hours and what was found there.
        hours: hours since 1970.
        source: variable -> raw row of each hour's value, -1 where it was computed.
        lead: raw row that leads each hour; it stands in for what was computed.
        raw: raw rows.
        station: station id.
    """
    import pandas as pd

    sizes = [len(f.rows) for f in findings]
    nothing = np.empty(0, dtype=np.int64)
    rows = np.concatenate([nothing, *(f.rows for f in findings)])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    finding = np.repeat(np.arange(len(findings)), sizes)[order]
    origins = [source[f.variable][f.rows] if f.origin is None else f.origin for f in findings]
    origin = np.concatenate([nothing, *origins])[order]
    origin = np.where(origin >= 0, origin, lead[rows])

    def repeated(texts: list[str]) -> "pd.api.extensions.ExtensionArray":
        return text_array(pa.array(texts, pa.string()).take(pa.array(finding)))

    original = np.concatenate([nothing.astype(np.float64), *(f.original for f in findings)])
    return pd.DataFrame(
        {
            "station_id": repeated_text(station, len(rows)),
            "timestamp": pd.DatetimeIndex(hours[rows].astype("datetime64[h]").astype("datetime64[us]")).tz_localize(
                "UTC"
            ),
            "variable": repeated([f.variable for f in findings]),
            "test": repeated([f.test for f in findings]),
            "flag": np.array([f.flag for f in findings], dtype=np.uint8)[finding],
            "original_value": original[order],
            "limit_text": repeated([f.limit for f in findings]),
            "landing_file": text_array(one_chunk(raw.column("landing_file")).take(pa.array(origin))),
            "line": one_chunk(raw.column("line")).to_numpy()[origin],
        }
    )


def quarantine_frame(raw: pa.Table, cells: Cells, rejected: list[dict[str, Any]], station: str) -> "pd.DataFrame":
    """Refused rows, whole, and one entry per rejected file; ordered by (landed_at, landing_file, line)."""
    import pandas as pd

    refused = np.flatnonzero(cells.refused)
    taken = raw.take(pa.array(refused))
    said = [c for c in taken.column_names if c not in RAW_TEXT_COLUMNS or taken.column(c).null_count < len(refused)]
    rows = taken.select(said).to_pylist()
    entries: list[dict[str, Any]] = []
    for at, row in zip(refused.tolist(), rows, strict=True):
        reason = REASONS[int(cells.refused[at]) - 1]
        cells_as_read = {c: row[c] for c in RAW_TEXT_COLUMNS if c in row and row[c] is not None}
        if row["rescued"]:
            cells_as_read["rescued"] = json.loads(row["rescued"])
        entries.append(
            {
                "landing_file": row["landing_file"],
                "etag": row["etag"],
                "line": row["line"],
                "reason": str(reason),
                "detail": row["detail"] or _detail(reason, row, cells, at),
                "raw_text": row["raw_text"] or json.dumps(cells_as_read, ensure_ascii=False),
                "landed_at": row["landed_at"],
            }
        )
    entries += rejected
    entries.sort(key=lambda e: (e["landed_at"], e["landing_file"], e["line"] or 0))
    texts = {
        name: text_array(pa.array([e[name] for e in entries], pa.string()))
        for name in ("landing_file", "etag", "reason", "detail", "raw_text")
    }
    columns = {
        "station_id": repeated_text(station, len(entries)),
        "landing_file": texts["landing_file"],
        "etag": texts["etag"],
        "line": pd.array([e["line"] for e in entries], dtype="Int64"),
        "reason": texts["reason"],
        "detail": texts["detail"],
        "raw_text": texts["raw_text"],
        "landed_at": pd.to_datetime([e["landed_at"] for e in entries], utc=True).as_unit("us"),
    }
    return pd.DataFrame(columns, copy=False)


def _detail(reason: Reason, row: Mapping[str, Any], cells: Cells, at: int) -> str:
    if reason is Reason.TYPE:
        name = next(n for n in RAW_NUMBERS if cells.states[n][at] == UNREADABLE)
        return f"no cell is a number: {name} is {row[name]!r}"
    if reason.startswith("TIMESTAMP"):
        return f"the time is {row.get('timestamp')!r}"
    if reason is Reason.WRONG_STATION:
        return f"the row is of the station {row['station']!r}"
    if reason is Reason.CONFLICT:
        return f"another row of the file has {row['timestamp']!r} with other values; the later line was kept"
    return "no measured value in the row"
