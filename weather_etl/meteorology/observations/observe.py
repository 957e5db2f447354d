"""A station's observations from its raw rows: the whole way.

Belongs here: the order of the steps, the validated table. Does not belong here: the steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cascade import Cascade
from weather_etl.meteorology.cells import NULL_TOKENS, one_chunk
from weather_etl.meteorology.computed import compute
from weather_etl.meteorology.conditions import condition_of
from weather_etl.meteorology.findings import Conflict
from weather_etl.meteorology.observations import sentinels
from weather_etl.meteorology.observations.found_hours import Hours
from weather_etl.meteorology.observations.hours import put_together
from weather_etl.meteorology.observations.provenance import Balance, trace_back
from weather_etl.meteorology.observations.tables import event_frame, quarantine_frame
from weather_etl.meteorology.observations.texts import repeated_text, text_array
from weather_etl.meteorology.positions import positions_among
from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.meteorology.quality.streaks import Written
from weather_etl.meteorology.quality.sunlight import saturated
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.site import UNKNOWN_SITE, Site
from weather_etl.meteorology.station_cells import read_all
from weather_etl.meteorology.units import in_unit
from weather_etl.meteorology.vocabulary import CONDITIONS, PRECIPITATION_TYPES, TEMPERATURE_EXTREMES

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.meteorology.cells import Cells

# Variables whose resolution is that of the unit of their source; a fraction of humidity is written in whole percent.
_RESOLVED = {
    "temperature_c": "degC", "dew_point_c": "degC", "wind_speed_ms": "m/s", "pressure_msl_hpa": "hPa",
    "pressure_station_hpa": "hPa", "snow_depth_cm": "cm", "solar_radiation_wm2": "W/m2", "sunshine_min": "min",
}  # fmt: skip


@dataclass
class Observations:
    """What became of a station's raw rows: three tables and the accounts.

    Attributes:
        validated, events, quarantined: the tables.
        balance: where every data line went.
        failed_values: variable -> values that failed.
        computed: what was computed, and in how many hours.
        unknown_categories: precipitation types that are not known.
        sentinels: landing file -> variable -> numbers that meant no value.
        saturated: variable -> the round figure that it never passes, in the unit of its source.
        twice: sentences on times that the clock shows twice: placed by the names of files, or not at all.
        warnings: sentences for a person.
    """

    validated: "pd.DataFrame"
    events: "pd.DataFrame"
    quarantined: "pd.DataFrame"
    balance: Balance
    failed_values: dict[str, int] = field(default_factory=dict)
    computed: dict[str, int] = field(default_factory=dict)
    unknown_categories: list[str] = field(default_factory=list)
    sentinels: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    saturated: dict[str, float] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)


def observe(
    raw: pa.Table,
    readings: Mapping[str, Reading],
    rejected: list[dict[str, Any]],
    *,
    station: str,
    timezone: str,
    site: Site = UNKNOWN_SITE,
) -> Observations:
    """Make a station's observations from its raw rows.

    Args:
        raw: `raw_observations` of one station, ordered by (landed_at, landing_file, line): later rows win.
        readings: landing file -> how its cells are to be read.
        rejected: one record per rejected file, in the form of `quarantined_rows`.
        station: station id.
        timezone: IANA zone for times without an offset, and in which counters are set back.
        site: what quality control and derived values must know of the station.

    Raises:
        wind.TurbineUnavailable: the station's turbine cannot be used.

    Returns:
        Tables as in `schemas.TABLES`; `balance.holds()` is True.
    """
    import pandas as pd

    raw = raw.combine_chunks()
    landed_at = one_chunk(raw.column("landed_at")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    cells = read_all(raw, readings, timezone, landed_at)
    counted = sentinels.take_out(cells, raw, site)
    hours = put_together(raw, cells, site, timezone)
    rows = trace_back(hours, raw, cells)

    values = hours.values
    calm = values["wind_speed_ms"] == 0.0
    _settle_directions(values["wind_direction_deg"], calm, site)
    precipitation, unknown, summary = _texts(raw, hours)
    written = _written(hours, cells)
    cascade = Cascade(hours.hours, values, site, written=written, periods=hours.long_h)
    _before_the_tests(cascade, hours)
    cascade.run(precipitation, _conflicts(hours, cells))
    flags = cascade.flags
    failed = {name: int((flag == Flag.FAIL).sum()) for name, flag in flags.items()}
    computed = compute(values, flags, site, hours=hours.hours, mean_cube=hours.mean_cube)

    n = len(hours)
    lead = pa.array(rows.lead)
    is_calm = pd.array(calm, dtype="boolean")
    is_calm[np.isnan(values["wind_speed_ms"])] = pd.NA
    no_rain, no_long = (np.isnan(values[v]) for v in ("precipitation_mm", "precipitation_long_mm"))
    beside: dict[str, tuple[str, Any]] = {  # columns that follow the one that they belong to
        "wind_direction_deg": ("is_calm", is_calm),
        "precipitation_mm": ("precipitation_trace", pd.arrays.BooleanArray(_known(hours.trace, n), no_rain)),
        "precipitation_long_mm": (
            "precipitation_long_h",
            pd.arrays.IntegerArray(_known(hours.long_h, n).astype(np.int64), no_long),
        ),
    }
    validated: dict[str, Any] = {"station_id": repeated_text(station, n), "timestamp": _utc(hours.hours)}
    for name in VARIABLES:
        validated[name] = values[name]
        if name in beside:
            column, follows = beside[name]
            validated[column] = follows
    kinds: Any = list(PRECIPITATION_TYPES)  # pandas-stubs know no overload for a list of strings
    validated["precipitation_type"] = pd.Categorical.from_codes(precipitation, categories=kinds)
    validated["summary"] = text_array(summary)
    validated["condition"] = _conditions(summary)
    validated |= computed.columns
    for name in VARIABLES:
        validated[f"{name}_qc"] = flags[name]
    validated["landing_file"] = text_array(one_chunk(raw.column("landing_file")).take(lead))
    validated["line"] = one_chunk(raw.column("line")).to_numpy()[rows.lead]
    validated["landed_at"] = pd.DatetimeIndex(landed_at[rows.lead]).tz_localize("UTC")
    validated["rows_n"] = rows.rows_n
    validated["other_rows"] = text_array(rows.other_rows)
    validated["observed_at"] = pd.DatetimeIndex(hours.observed.astype("datetime64[us]")).tz_localize("UTC")

    warnings = [*cells.warnings, *cells.twice, *hours.warnings, *cascade.warnings, *computed.warnings]
    if unknown:
        warnings.append(f"unknown precipitation types read as missing: {', '.join(unknown)}")
    if counted:
        n_sentinels = sum(sum(c.values()) for c in counted.values())
        warnings.append(f"{n_sentinels} numbers such as -999 were read as missing values")
    frame = pd.DataFrame(validated, copy=False)
    if hours.extremes is not None:
        frame.attrs[TEMPERATURE_EXTREMES] = hours.extremes.packed()
    return Observations(
        frame,
        event_frame(cascade.findings + computed.findings, hours.hours, hours.source, rows.lead, raw, station),
        quarantine_frame(raw, cells, rejected, station),
        rows.balance,
        failed,
        computed.counts,
        unknown,
        counted,
        warnings,
        _saturated(hours, written),
        cells.twice,
    )


def _saturated(hours: Hours, written: Mapping[str, Written]) -> dict[str, float]:
    """Of the variables whose instruments have a full scale: the round figure that they come near and never pass."""
    figures = {}
    for name in ("solar_radiation_wm2", "wind_speed_ms", "wind_gust_ms"):
        if np.isnan(hours.values[name]).all():
            continue
        x = written[name](slice(None)) if name in written else hours.values[name]
        figure = saturated(x)
        if figure is not None:
            figures[name] = figure
    return figures


def _utc(hours: np.ndarray) -> "pd.DatetimeIndex":
    import pandas as pd

    return pd.DatetimeIndex(hours.astype("datetime64[h]").astype("datetime64[us]")).tz_localize("UTC")


def _known(values: np.ndarray | None, n: int) -> np.ndarray:
    return np.zeros(n, dtype=bool) if values is None else values


def _before_the_tests(cascade: Cascade, hours: Hours) -> None:
    """What is known of values before any test looks at them."""
    for name in VARIABLES:
        if hours.unreadable[name].any():
            cascade.syntax(name, hours.unreadable[name])
        if name in hours.upstream:
            cascade.upstream(name, hours.upstream[name])
    for doubt in hours.doubts:
        cascade.note(
            doubt.variable, doubt.test, doubt.flag, hours.at(doubt.hours), doubt.limit,
            original=doubt.original, origin=doubt.rows,
        )  # fmt: skip


def _conflicts(hours: Hours, cells: "Cells") -> dict[str, Conflict]:
    """What other rows say, ordered by hour and row; a difference that the value itself does not have is none."""
    conflicts = {}
    for name, (at, rows) in hours.conflicts.items():
        order = np.lexsort((rows, at))
        conflicts[name] = Conflict(at[order], rows[order], cells.values[name][rows[order]])
    return conflicts


def _written(hours: Hours, cells: "Cells") -> dict[str, Written]:
    """Variable -> its values in the unit of their source, for those that were converted."""
    converters: dict[str, Written] = {}
    units = [dict(r.units) for r in cells.readings]
    for name, canonical in _RESOLVED.items():
        of_reading = [u.get(r.column(name), "") for u, r in zip(units, cells.readings, strict=True)]
        if all(unit in ("", canonical) for unit in of_reading):
            continue
        converters[name] = _converter(name, of_reading, hours, cells)
    return converters


def _converter(name: str, units: list[str], hours: Hours, cells: "Cells") -> Written:
    def written(part: slice) -> np.ndarray:
        values, source = hours.values[name][part], hours.source[name][part]
        if len(units) == 1 or cells.reading is None:
            return in_unit(values, units[0], name)
        out, group = values.copy(), cells.reading[np.maximum(source, 0)]
        for i in np.unique(group).tolist():
            out[group == i] = in_unit(values[group == i], units[i], name)
        return out

    return written


def _settle_directions(direction: np.ndarray, calm: np.ndarray, site: Site) -> None:
    """360 degrees are 0, and a calm has no direction; one that cannot be stays, to fail."""
    direction[direction == 360.0] = 0.0
    low, high = site.limits_of("wind_direction_deg").fail
    direction[calm & (direction >= low) & (direction <= high)] = np.nan


def _texts(raw: pa.Table, hours: Hours) -> tuple[Any, list[str], pa.DictionaryArray]:
    """Codes of precipitation types, unknown ones, and the summaries: of each hour those of the nearest row that has one."""
    column = one_chunk(raw.column("precipitation_type"))
    texts = [t.strip().lower() for t in column.dictionary.to_pylist()]
    of_text = np.array([PRECIPITATION_TYPES.index(t) if t in PRECIPITATION_TYPES else -1 for t in texts] + [-1])
    codes = pc.fill_null(column.indices, len(texts)).to_numpy()
    rows = _nearest_text(hours, of_text[codes] >= 0)
    used = codes[_nearest_text(hours, codes < len(texts))]
    unknown = {texts[i] for i in np.unique(used) if i < len(texts) and of_text[i] < 0 and texts[i] not in NULL_TOKENS}
    summary = one_chunk(raw.column("summary"))
    said = pc.is_valid(summary.indices).to_numpy(zero_copy_only=False) if summary.null_count < len(summary) else None
    chosen = _nearest_text(hours, said if said is not None else np.zeros(raw.num_rows, dtype=bool))
    types = of_text[codes[rows]]
    types[rows < 0] = -1
    return types, sorted(unknown), summary.take(pa.array(chosen, mask=chosen < 0))


def _nearest_text(hours: Hours, present: np.ndarray) -> np.ndarray:
    """The row of each hour: the nearest one with a text; -1 in hours without a report near."""
    rows = hours.row.copy()
    points = hours.points
    if len(points.rows) and present.any():
        pick = points.first(present[points.rows])
        wanted = points.hours[points.shared]
        at, there = positions_among(hours.hours, wanted)
        there &= pick >= 0
        rows[at[there]] = points.rows[pick[there]]
    return rows


def _conditions(summaries: pa.DictionaryArray) -> "pd.Categorical":
    """The condition of each summary; every distinct text is looked at once."""
    import pandas as pd

    texts = summaries.dictionary.to_pylist()
    of_text = [-1 if t.strip().lower() in NULL_TOKENS else CONDITIONS.index(condition_of(t)) for t in texts]
    codes = pc.fill_null(summaries.indices, len(texts)).to_numpy()
    conditions: Any = list(CONDITIONS)
    return pd.Categorical.from_codes(np.array([*of_text, -1])[codes], categories=conditions)
