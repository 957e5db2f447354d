"""How a file will be read, without reading it into anything: for `weather-etl inspect` and `upload`.

Belongs here: what a person wants to know of a file, lines of `station.toml` to paste.
Does not belong here: a draft of a profile (`drafts.py`), printing (`cli/formats.py`).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import Cells
from weather_etl.meteorology.error_budget import judge
from weather_etl.meteorology.formats.declared import ASSUMED_ZONE, reading_of, still_assumed
from weather_etl.meteorology.formats.drafts import draft
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.reading import attempts, read
from weather_etl.meteorology.formats.registry import GENERIC
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.quality import POSSIBLE
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import NO_STATION_COLUMN, Reason, Rejected, explain
from weather_etl.meteorology.vocabulary import RAW_NUMBERS

HIGH, MEDIUM, LOW, REJECTED = "high", "medium", "low", "rejected"
_SHORT = {
    "temperature_c": "degC", "dew_point_c": "degC", "apparent_temperature_c": "degC", "humidity_percent": "%",
    "wind_speed_ms": "m/s", "wind_gust_ms": "m/s", "wind_direction_deg": "degree", "visibility_km": "km",
    "pressure_msl_hpa": "hPa", "pressure_station_hpa": "hPa", "snow_depth_cm": "cm", "solar_radiation_wm2": "W/m2",
    "sunshine_min": "min", "cloud_cover_percent": "%",
}  # fmt: skip
_TOP_SHARE = {"times": 0.99, "values": 0.98}


@dataclass
class Variable:
    """One variable of a file: where it stands, its unit, its values in our unit."""

    variable: str
    name: str
    unit: str
    how: str
    assumed: bool
    values: int
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


@dataclass
class Inspection:
    """How a file will be read.

    Attributes:
        file: its name.
        profile, title: that reads it; empty where it is rejected.
        confidence: `high`, `medium`, `low` or `rejected`.
        why: what told the profile.
        time: names of its columns, form, zone.
        rows, usable, summaries: data lines, those that can become observations, those that sum up a day.
        stations: that the rows name.
        place: that the file gives.
        variables: that are read.
        unread: names of columns that are kept in `rescued`.
        rows_shown: the first and last rows, in our units.
        step_minutes: the usual step between rows.
        warnings: sentences.
        settings: lines of `station.toml` that end what was assumed.
        reason, detail: of a rejected file.
        nearest: (profile, the mark that failed) of a rejected file.
        draft: a profile to fill in, for a rejected file.
    """

    file: str
    profile: str = ""
    title: str = ""
    confidence: str = REJECTED
    why: list[str] = field(default_factory=list)
    time: dict[str, Any] = field(default_factory=dict)
    rows: int = 0
    usable: int = 0
    summaries: int = 0
    stations: list[str] = field(default_factory=list)
    place: dict[str, Any] = field(default_factory=dict)
    variables: list[Variable] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    rows_shown: list[dict[str, Any]] = field(default_factory=list)
    step_minutes: float | None = None
    warnings: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    reason: str = ""
    detail: str = ""
    nearest: list[tuple[str, str]] = field(default_factory=list)
    draft: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {**self.__dict__, "variables": [v.as_dict() for v in self.variables]}


def inspect(source: Source, options: Options, *, show: int = 3) -> Inspection:
    """How a file will be read; never raises for what is wrong with the file."""
    try:
        parsed = read(source, options)
    except Rejected as rejected:
        return _rejected(source, options, rejected)
    timezone = options.timezone or "UTC"
    how = reading_of(
        parsed.declared, units=options.units, pressure=options.pressure, elevation_m=options.elevation_m,
        standard_time=options.standard_time,
    )  # fmt: skip
    judged = judge(parsed.rows, how, timezone)
    if judged.problem:
        inspection = _rejected(source, options, Rejected(*judged.problem))
        inspection.title, inspection.profile = parsed.title, parsed.profile
        return inspection
    return _read(source, options, parsed, judged.cells, judged.dropped, show)


def _read(
    source: Source, options: Options, parsed: ParsedFile, cells: Cells, dropped: dict[str, str], show: int
) -> Inspection:
    from weather_etl.meteorology.cell_states import REASON_CODE

    usable = cells.refused == 0
    times, reading_of = cells.timestamp, cells.readings[0]
    order = np.argsort(times[usable], kind="stable")
    out = Inspection(source.name, parsed.profile, parsed.title, why=list(parsed.why))
    assumed = still_assumed(
        parsed.assumed, parsed.declared, units=options.units, pressure=options.pressure, elevation_m=options.elevation_m
    )
    if cells.naive and parsed.zone_is_assumed and not options.timezone:
        assumed["timezone"] = ASSUMED_ZONE
    refused = ("TIMESTAMP_MISSING", "TIMESTAMP_INVALID")
    unread_times = int(np.isin(cells.refused, [REASON_CODE[Reason(r)] for r in refused]).sum())
    read_share = 1.0 - unread_times / max(len(times), 1)
    zone = parsed.zone_how if cells.naive or not parsed.zone_is_assumed else "in the times themselves"
    out.time = {
        "columns": list(parsed.time_names), "form": parsed.form, "zone": zone, "read": round(read_share, 4),
        "zone_is_assumed": "timezone" in assumed,
    }  # fmt: skip
    out.rows, out.usable = parsed.rows.num_rows, int(usable.sum())
    out.summaries = int((cells.refused == REASON_CODE[Reason.SUMMARY_ROW]).sum())
    out.stations, out.place = parsed.stations[:20], dict(parsed.place)
    possible = known = 0
    for variable in RAW_NUMBERS:
        if reading_of.column(variable) not in parsed.columns and not (cells.states[variable] == OK).any():
            continue
        name, unit, how, was_assumed = parsed.columns.get(
            reading_of.column(variable), ("", parsed.units.get(variable, ""), "", False)
        )
        there = usable & (cells.states[variable] == OK)
        values = cells.values[variable][there]
        low, high = POSSIBLE.get(variable, (-np.inf, np.inf))
        known += len(values)
        possible += int(((values >= low) & (values <= high)).sum())
        unit = options.units.get(variable, unit)
        out.variables.append(
            Variable(
                variable, name, unit, how, was_assumed and f"units.{variable}" in assumed, len(values),
                round(float(values.min()), 3) if len(values) else None, round(float(values.max()), 3) if len(values) else None,
            )
        )  # fmt: skip
    out.unread = parsed.unread
    out.warnings = [*parsed.warnings, *cells.warnings, *dropped.values(), *assumed.values()]
    out.settings = _lines(assumed, parsed)
    ordered = np.flatnonzero(usable)[order]
    steps = np.diff(times[ordered]).astype(np.int64) / 60e6
    steps = steps[steps > 0]
    out.step_minutes = float(np.median(steps)) if len(steps) else None
    chosen = ordered if len(ordered) <= 2 * show else np.concatenate([ordered[: max(show - 1, 1)], ordered[-1:]])
    for row in chosen:
        shown: dict[str, Any] = {"time": f"{str(times[row])[:16].replace('T', ' ')}Z"}
        for variable in _SHORT:
            if cells.states[variable][row] == OK:
                shown[variable] = round(float(cells.values[variable][row]), 2)
        out.rows_shown.append(shown)
    enough = read_share >= _TOP_SHARE["times"] and (not known or possible >= _TOP_SHARE["values"] * known)
    out.confidence = LOW if assumed or not enough else MEDIUM if parsed.profile == GENERIC else HIGH
    return out


def _lines(assumed: dict[str, str], parsed: ParsedFile) -> list[str]:
    """Lines to paste into `station.toml`; a person corrects what is wrong in them."""
    lines = []
    if "timezone" in assumed:
        lines.append('timezone = "UTC"  # or the zone of the station, such as "Europe/Budapest"')
    if told := assumed.get("encoding"):
        lines.append(told[told.index("encoding = ") :].removesuffix(" into station.toml"))
    units = {
        k.removeprefix("units."): parsed.units[k.removeprefix("units.")] for k in assumed if k.startswith("units.")
    }
    if units:
        lines.append("units = { " + ", ".join(f'{c} = "{u}"' for c, u in units.items()) + " }")
    if told := assumed.get("pressure"):
        lines.append(told[told.rindex("pressure = ") :])
    if told := assumed.get("sheet"):
        lines.append(told[told.rindex("dialect = ") :])
    if told := assumed.get("precipitation"):
        lines.append(told[told.index("format = ") :])
    lines += [f"{key} = {parsed.place[key]}" for key in ("latitude", "longitude", "elevation_m") if key in parsed.place]
    return lines


def _rejected(source: Source, options: Options, rejected: Rejected) -> Inspection:
    out = Inspection(source.name, reason=str(rejected.reason), detail=rejected.detail)
    out.warnings = [explain(rejected.reason)]
    if rejected.reason == Reason.DATE_ORDER and "date_order" in rejected.detail:
        out.settings = ['date_order = "dmy"  # or "mdy"']
        return out
    if rejected.reason in (Reason.TYPICAL_YEAR, Reason.NO_YEAR) or source.kind != "text":
        return out
    try:
        tried = [a for a in attempts(source, options) if a.miss and not a.profile.refuse and not a.profile.generic]
        near = [a for a in tried if a.miss != rejected.detail]  # of a file without a text all say the same
        out.nearest = [(a.profile.title, a.miss) for a in sorted(near, key=_distance)[:3]]
        out.draft = draft(source, options)
    except Rejected:
        pass
    return out


def as_shared(inspection: Inspection) -> Inspection:
    """The same for a file that is to be split by station: without a station in its rows it is rejected."""
    if inspection.confidence == REJECTED or inspection.stations or not inspection.rows:
        return inspection
    way_out = "If it is of one station, `weather-etl move _shared/FILE STATION/` puts it there."
    return Inspection(inspection.file, reason=str(Reason.COLUMN_MISSING), detail=NO_STATION_COLUMN, warnings=[way_out])


def _distance(attempt: Any) -> tuple[int, int]:
    """How far a profile was from fitting: one column short is nearer than another beginning."""
    miss = attempt.miss
    kind = 0 if "median" in miss else 1 if "it has no column" in miss else 2 if "it has" in miss else 3
    return kind, miss.count(",")


def three_lines(inspection: Inspection) -> list[str]:
    """How a file will be read, in three lines."""
    if inspection.confidence == REJECTED:
        return [
            f"{inspection.file}   WILL BE REJECTED: {inspection.reason}",
            f"  {inspection.detail}",
            f"  {inspection.warnings[0] if inspection.warnings else ''}",
        ]
    read = ", ".join(
        f"{v.variable} ({v.unit}{', ASSUMED' if v.assumed else ''})" for v in inspection.variables if v.values
    )
    return [
        f"{inspection.file}   {inspection.title}   confidence {inspection.confidence}",
        f"  time {' + '.join(inspection.time['columns']) or 'by position'}, {inspection.time['form']}; zone {inspection.time['zone']}; {inspection.usable} of {inspection.rows} rows",
        f"  {read}",
    ]
