"""What a row means: raw text rows -> one observation per station and hour.

Belongs here: rows to quarantine, duplicates, the validated table and its events.
Does not belong here: cutting a file into rows (`parsing.py`), reading a cell (`cells.py`), thresholds (`quality.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cascade import Cascade, Finding
from weather_etl.meteorology.cells import (
    HOUR,
    NULL_TOKENS,
    REASON_CODE,
    REASONS,
    UNREADABLE,
    Cells,
    Reading,
    one_chunk,
    read_all,
)
from weather_etl.meteorology.computed import compute
from weather_etl.meteorology.conditions import condition_of
from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.vocabulary import CONDITIONS, PRECIPITATION_TYPES, RAW_TEXT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Balance:
    """Where every data line of a station went; `assert_holds` is the promise that none got lost."""

    data_lines: int
    kept: int
    identical_duplicates: int
    superseded: int
    quarantined: int

    def holds(self) -> bool:
        return self.data_lines == self.kept + self.identical_duplicates + self.superseded + self.quarantined


@dataclass
class Observations:
    """What became of a station's raw rows: three tables and the accounts."""

    validated: "pd.DataFrame"
    events: "pd.DataFrame"
    quarantined: "pd.DataFrame"
    balance: Balance
    failed_values: dict[str, int] = field(default_factory=dict)
    computed: dict[str, int] = field(default_factory=dict)
    unknown_categories: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


NOWHERE = Site()


def observe(
    raw: pa.Table,
    readings: Mapping[str, Reading],
    rejected: list[dict[str, Any]],
    *,
    station: str,
    timezone: str,
    site: Site = NOWHERE,
) -> Observations:
    """Make a station's observations from its raw rows.

    Args:
        raw: `raw_observations` of one station, ordered by (landed_at, landing_file, line): later rows win.
        readings: landing file -> how its cells are to be read.
        rejected: one record per rejected file, in the form of `quarantined_rows`.
        station: station id.
        timezone: IANA zone for times without an offset.
        site: what quality control and derived values must know of the station.

    Raises:
        wind.TurbineUnavailable: the station's turbine cannot be used.

    Returns:
        Tables as in `schemas.TABLES`; `balance.holds()` is True.
    """
    import pandas as pd

    n = raw.num_rows
    raw = raw.combine_chunks()
    landed_at = one_chunk(raw.column("landed_at")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    cells = read_all(raw, readings, timezone, landed_at)
    files = one_chunk(raw.column("landing_file"))

    candidates = np.flatnonzero(cells.refused == 0)
    kept, duplicates, superseded, conflicts = _one_row_per_hour(candidates, cells, raw, files)
    for loser in conflicts:
        cells.refused[loser] = REASON_CODE[Reason.CONFLICT]
    slots = _slot(cells.timestamp[kept])

    validated: dict[str, Any] = {"station_id": repeated_text(station, len(kept))}
    validated["timestamp"] = pd.DatetimeIndex(slots).tz_localize("UTC")
    lines = one_chunk(raw.column("line")).to_numpy()[kept]
    kept_files = files.take(pa.array(kept))
    differing = _differing_values(conflicts, kept, slots, cells)

    values = {name: cells.values[name][kept] for name in VARIABLES}
    calm = values["wind_speed_ms"] == 0.0
    _settle_directions(values["wind_direction_deg"], calm, site)
    precipitation, unknown = _precipitation_codes(raw, kept)

    cascade = Cascade(slots.astype("datetime64[h]").astype(np.int64), values, site)
    for name in VARIABLES:
        cascade.syntax(name, cells.states[name][kept] == UNREADABLE)
        if name in cells.upstream:
            cascade.upstream(name, cells.upstream[name][kept])
    cascade.run(precipitation, differing)
    flags = cascade.flags
    failed = {name: int((flag == Flag.FAIL).sum()) for name, flag in flags.items()}
    computed = compute(values, flags, site)
    findings = cascade.findings + computed.findings
    is_calm = pd.array(calm, dtype="boolean")
    is_calm[np.isnan(values["wind_speed_ms"])] = pd.NA
    for name in VARIABLES:
        validated[name] = values[name]
        if name == "wind_direction_deg":
            validated["is_calm"] = is_calm
    validated["precipitation_type"] = pd.Categorical.from_codes(precipitation, categories=list(PRECIPITATION_TYPES))
    summary = one_chunk(raw.column("summary")).take(pa.array(kept))
    validated["summary"] = text_array(summary)
    validated["condition"] = _conditions(summary)
    validated |= computed.columns
    for name in VARIABLES:
        validated[f"{name}_qc"] = flags[name]
    validated["landing_file"] = text_array(kept_files)
    validated["line"] = lines
    validated["landed_at"] = pd.DatetimeIndex(landed_at[kept]).tz_localize("UTC")

    quarantined = _quarantine(raw, cells, rejected, station)
    balance = Balance(n, len(kept), duplicates, superseded, int((cells.refused > 0).sum()))
    warnings = [*cells.warnings, *computed.warnings]
    if unknown:
        warnings.append(f"unknown precipitation types read as missing: {', '.join(unknown)}")
    return Observations(
        pd.DataFrame(validated, copy=False),
        _event_frame(findings, slots, kept_files, lines, station),
        quarantined,
        balance,
        failed,
        computed.counts,
        unknown,
        warnings,
    )


def _slot(times: np.ndarray) -> np.ndarray:
    """The nearest full hour, half up."""
    micros = times.astype(np.int64) + HOUR // 2
    return (micros - micros % HOUR).astype("datetime64[us]")


def _one_row_per_hour(
    rows: np.ndarray, cells: Cells, raw: pa.Table, files: pa.DictionaryArray
) -> tuple[np.ndarray, int, int, np.ndarray]:
    """Choose the row of every hour: the nearest report (tie: the earlier), then the later row.

    Returns the chosen rows in time order, the counts of identical duplicates and of superseded rows, and the
    rows that lost to another row of the same file and time with other values.
    """
    times = cells.timestamp[rows].astype(np.int64)
    slots = _slot(cells.timestamp[rows]).astype(np.int64)
    order = np.argsort(slots, kind="stable")
    slots = slots[order]
    new_slot = np.ones(len(order), dtype=bool)
    new_slot[1:] = slots[1:] != slots[:-1]
    nothing = np.empty(0, dtype=np.int64)
    if new_slot.all():
        return rows[order], 0, 0, nothing

    shared = ~new_slot
    shared[:-1] |= ~new_slot[1:]
    contested = order[shared]
    distance = np.abs(times[contested] - slots[shared])
    contested = contested[np.lexsort((-rows[contested], times[contested], distance, slots[shared]))]
    contested_slots = (times[contested] + HOUR // 2) // HOUR
    first = np.ones(len(contested), dtype=bool)
    first[1:] = contested_slots[1:] != contested_slots[:-1]
    winner = contested[np.maximum.accumulate(np.where(first, np.arange(len(contested)), 0))]
    losers, winners = contested[~first], winner[~first]

    same_time = times[losers] == times[winners]
    a, b = rows[losers], rows[winners]
    equal = np.ones(len(losers), dtype=bool)
    for name in VARIABLES:
        x, y = cells.values[name][a], cells.values[name][b]
        equal &= (x == y) | (np.isnan(x) & np.isnan(y))
        equal &= (cells.states[name][a] == UNREADABLE) == (cells.states[name][b] == UNREADABLE)
    summary = raw.column("summary")
    x, y = (pc.fill_null(summary.take(pa.array(i)).cast(pa.string()), "") for i in (a, b))
    equal &= pc.equal(x, y).to_numpy()
    equal &= _precipitation_codes(raw, a)[0] == _precipitation_codes(raw, b)[0]
    file_codes = files.indices.to_numpy()
    same_file = file_codes[a] == file_codes[b]
    duplicates = same_time & equal
    conflicts = same_time & ~equal & same_file
    is_loser = np.zeros(len(rows), dtype=bool)
    is_loser[losers] = True
    kept = rows[order[~is_loser[order]]]
    return kept, int(duplicates.sum()), int((~duplicates & ~conflicts).sum()), np.sort(a[conflicts])


def _differing_values(
    conflicts: np.ndarray, kept: np.ndarray, slots: np.ndarray, cells: Cells
) -> dict[str, np.ndarray]:
    """Variable -> positions in `kept` whose value a conflicting row of the same file contradicts."""
    if not len(conflicts):
        return {}
    at = np.searchsorted(slots, _slot(cells.timestamp[conflicts]))
    found = {}
    for name in VARIABLES:
        x, y = cells.values[name][conflicts], cells.values[name][kept[at]]
        found[name] = np.unique(at[~((x == y) | (np.isnan(x) & np.isnan(y))) & ~np.isnan(y)])
    return found


def _settle_directions(direction: np.ndarray, calm: np.ndarray, site: Site) -> None:
    """360 degrees are 0, and a calm has no direction; one that cannot be stays, to fail."""
    direction[direction == 360.0] = 0.0
    low, high = site.limits_of("wind_direction_deg").fail
    direction[calm & (direction >= low) & (direction <= high)] = np.nan


def _precipitation_codes(raw: pa.Table, rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Position in `PRECIPITATION_TYPES` of each row, -1 for none, and the unknown texts."""
    column = one_chunk(raw.column("precipitation_type"))
    texts = [t.strip().lower() for t in column.dictionary.to_pylist()]
    of_text = np.array([PRECIPITATION_TYPES.index(t) if t in PRECIPITATION_TYPES else -1 for t in texts] + [-1])
    codes = pc.fill_null(column.indices, len(texts)).to_numpy()[rows]
    unknown = {texts[i] for i in np.unique(codes) if i < len(texts) and of_text[i] < 0 and texts[i] not in NULL_TOKENS}
    return of_text[codes], sorted(unknown)


def _conditions(summaries: pa.DictionaryArray) -> "pd.Categorical":
    """The condition of each summary; every distinct text is looked at once."""
    import pandas as pd

    texts = summaries.dictionary.to_pylist()
    of_text = [-1 if t.strip().lower() in NULL_TOKENS else CONDITIONS.index(condition_of(t)) for t in texts]
    codes = pc.fill_null(summaries.indices, len(texts)).to_numpy()
    return pd.Categorical.from_codes(np.array([*of_text, -1])[codes], categories=list(CONDITIONS))


def text_array(texts: pa.Array) -> "pd.api.extensions.ExtensionArray":
    """Arrow text as a pandas `str` array, without a detour over Python objects."""
    import pandas as pd

    return pd.array(texts.cast(pa.large_string()), dtype="str")


def repeated_text(text: str | None, n: int) -> "pd.api.extensions.ExtensionArray":
    """The same text n times."""
    return text_array(pa.repeat(pa.scalar(text, pa.string()), n))


def _event_frame(
    findings: list[Finding], slots: np.ndarray, files: pa.DictionaryArray, lines: np.ndarray, station: str
) -> "pd.DataFrame":
    """`quality_events`: one row per finding and value, ordered by time, then as the tests were asked."""
    import pandas as pd

    sizes = [len(f.rows) for f in findings]
    nothing = np.empty(0, dtype=np.int64)
    rows = np.concatenate([nothing, *(f.rows for f in findings)])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    finding = np.repeat(np.arange(len(findings)), sizes)[order]

    def repeated(texts: list[str]) -> "pd.api.extensions.ExtensionArray":
        return text_array(pa.array(texts, pa.string()).take(pa.array(finding)))

    original = np.concatenate([nothing.astype(np.float64), *(f.original for f in findings)])
    return pd.DataFrame(
        {
            "station_id": repeated_text(station, len(rows)),
            "timestamp": pd.DatetimeIndex(slots[rows]).tz_localize("UTC"),
            "variable": repeated([f.variable for f in findings]),
            "test": repeated([f.test for f in findings]),
            "flag": np.array([f.flag for f in findings], dtype=np.uint8)[finding],
            "original_value": original[order],
            "limit_text": repeated([f.limit for f in findings]),
            "landing_file": text_array(files.take(pa.array(rows))),
            "line": lines[rows],
        }
    )


def _quarantine(raw: pa.Table, cells: Cells, rejected: list[dict[str, Any]], station: str) -> "pd.DataFrame":
    """Refused rows, whole, and one entry per rejected file; ordered by (landed_at, landing_file, line)."""
    import json

    import pandas as pd

    refused = np.flatnonzero(cells.refused)
    rows = raw.take(pa.array(refused)).to_pylist()
    entries: list[dict[str, Any]] = []
    for row, code in zip(rows, cells.refused[refused], strict=True):
        reason = REASONS[int(code) - 1]
        cells_as_read = {c: row[c] for c in RAW_TEXT_COLUMNS if row[c] is not None}
        if row["rescued"]:
            cells_as_read["rescued"] = json.loads(row["rescued"])
        entries.append(
            {
                "landing_file": row["landing_file"],
                "etag": row["etag"],
                "line": row["line"],
                "reason": str(reason),
                "detail": row["detail"] or _detail(reason, row),
                "raw_text": row["raw_text"] or json.dumps(cells_as_read, ensure_ascii=False),
                "landed_at": row["landed_at"],
            }
        )
    entries += rejected
    entries.sort(key=lambda e: (e["landed_at"], e["landing_file"], e["line"] or 0))
    frame = pd.DataFrame(entries, columns=["landing_file", "etag", "line", "reason", "detail", "raw_text", "landed_at"])
    frame.insert(0, "station_id", repeated_text(station, len(frame)))
    for name in ("landing_file", "etag", "reason", "detail", "raw_text"):
        frame[name] = frame[name].astype("str")
    frame["line"] = frame["line"].astype("Int64")
    frame["landed_at"] = pd.to_datetime(frame["landed_at"], utc=True).astype("datetime64[us, UTC]")
    return frame


def _detail(reason: Reason, row: Mapping[str, Any]) -> str:
    if reason is Reason.TYPE:
        return f"the temperature {row['temperature_c']!r} is no number"
    if reason.startswith("TIMESTAMP"):
        return f"the time is {row['timestamp']!r}"
    if reason is Reason.WRONG_STATION:
        return f"the row is of the station {row['station']!r}"
    if reason is Reason.CONFLICT:
        return f"another row of the file has {row['timestamp']!r} with other values; the later line was kept"
    return "no measured value in the row"
