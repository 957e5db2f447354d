"""A landing file and the profile that fits it -> raw rows, and what the file says of itself.

Belongs here: the order of the steps. Does not belong here: the steps: recognition, cutting, columns and units, times.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats import (
    clock_columns,
    mapping,
    parts,
    places,
    pressures,
    refusals,
    reshape,
    time_choice,
    unit_choice,
    zones,
)
from weather_etl.meteorology.formats.mapping import Columns
from weather_etl.meteorology.formats.names import Names, is_nameless
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile, minutes_of
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.raw_rows import TEXT, ParsedFile, raw_rows
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES

# Columns whose absence is news.
_USUAL = (
    "temperature_c", "humidity_percent", "wind_speed_ms", "wind_direction_deg", "visibility_km", "pressure_msl_hpa",
)  # fmt: skip


@dataclass
class Table:
    """A file cut into cells.

    Attributes:
        cut: the cells.
        delimiter: separator of the text, "" where there is none.
        units: texts of the line with units, one per column.
        preamble: text above the header.
        why: what told the profile.
        skipped: lines of free text above the header.
        zone: of the times, where the line of units names it.
        by_position: cells stand at positions of the line, which is the only column.
    """

    cut: Cut
    delimiter: str = ""
    units: Sequence[str] = ()
    preamble: str = ""
    why: Sequence[str] = ()
    skipped: int = 0
    by_position: bool = False
    zone: str = ""


def read_table(table: Table, profile: Profile, source: Source, options: Options) -> ParsedFile:
    """Raw rows of a file that has been cut.

    Raises:
        Rejected: nothing of the file can be used.
    """
    meta = zones.meta_of(profile, table.preamble, table.cut.names, source)
    cut, refused_as = table.cut, None
    if wide := profile.part("wide"):
        at = wide.get("time", 0)
        cut = reshape.named_wide(cut, wide["names"], at) if "names" in wide else reshape.wide_rows(cut, wide)
    if long := profile.part("long"):
        cut = reshape.long_rows(cut, long)
    summaries = reshape.summary_rows(cut, profile)
    if summaries is not None:
        refused_as = summaries

    timing = _time_of(cut, profile, options, table)
    names = Names(cut.names, suffixes=profile.generic)
    columns = mapping.find_columns(profile, names, options, timing.at)
    cells = parts.cells_of_columns(columns, cut)
    where = parts.rows_that_count(columns, cut, names)
    for variable, mask in where.items():
        cells[variable] = reshape.only_where(cells[variable], mask)
    numbers = {v: c for v, c in cells.items() if v in QUANTITIES}
    decimal, _ = mapping.decimal_mark(numbers, options.decimal, parts.wanted_decimal(profile, table.delimiter))
    if table.delimiter == "," and options.decimal and not profile.part("text").get("decimal"):
        decimal = "."
    parts.drop_thousands(columns, cells, decimal, table.delimiter, options)
    unit_choice.settle_units(columns, cells, profile, _units_row(table, cut), options, decimal)
    parts.reject_contradicting_twins(columns, cells, names, cut, profile, options, decimal)
    station = places.station_column(profile, names, cut, timing.texts, columns)
    if profile.generic:
        pressures.settle(columns, cells, profile, decimal, several_stations=station is not None)
        _beside_a_reduced_one(columns)
    cells = {v: c for v, c in cells.items() if v in columns.by_variable}
    fields = {v: c.written for v, c in columns.by_variable.items() if c.written != Field()}
    units = {v: c.unit for v, c in columns.by_variable.items() if v in QUANTITIES and c.unit}
    periods, precipitation = parts.precipitation_of(columns, cells, cut, names, fields, units, profile)
    cells |= periods

    if station is not None:
        cells["station"] = station[0]
        columns.used |= station[1]
    elif "station" not in cells and not profile.generic and (named := meta.get("station")):
        cells["station"] = parts.constant(named, len(cut.lines))
    cells["timestamp"] = timing.texts
    any_midnight = profile.generic and not options.timestamp_format
    refusals.check(timing, cut.names, partial(_first_rows, cut), cells.get("station"), any_midnight=any_midnight)
    if (codes := parts.quality_codes(columns, cut, names)) is not None:
        cells["quality_codes"] = codes
    rescued = parts.rescued_cells(columns, cut, names, where, keep_empty=profile.generic)
    rows = raw_rows(cells, rescued, cut.lines, None, cut.refused)
    if refused_as is not None:
        rows = parts.refuse(rows, cut.lines[refused_as], Reason.SUMMARY_ROW, "a row that sums up a day or a month")

    zone = zones.zone_of(profile, timing, cut, names, meta, options)
    if table.zone:
        zone = zones.Zone({"": table.zone}, how=f"{table.zone}, by the line of units")
    warnings = [*cut.warnings, *columns.warnings, *profile.assume]
    if table.skipped:
        warnings.append(f"{table.skipped} lines of text above the header were skipped")
    if timing.why and profile.generic:
        warnings.append(f"times such as {timing.example!r} are read as {_in_words(timing.form)}: {timing.why}")
    for variable, texts in numbers.items():
        if variable in columns.by_variable and (odd := mapping.unusual_words(variable, texts)):
            warnings.append(
                f"{', '.join(map(repr, odd[:5]))} in {columns.by_variable[variable].name!r} count as missing"
            )
    if profile.generic:
        warnings += _told_of_columns(columns, cut)
        if "station" not in cells and (told := refusals.once_a_day(timing.texts, timing.form)):
            warnings.append(told)
    if not len(cut.lines) and not cut.refused:
        warnings.append("the file has a header and no data line")
    time = profile.part("time")
    stamp = {"instant": "end"}.get(time.get("stamp", "instant"), time.get("stamp", "end"))
    return ParsedFile(
        rows=rows,
        units=units,
        delimiter="" if table.delimiter in ("space", "fixed", "line") else table.delimiter,
        decimal=decimal,
        profile=profile.name,
        title=profile.title,
        digest=profile.digest,
        origin=profile.origin,
        why=list(table.why),
        timezones=zone.timezones,
        zone_is_assumed=zone.assumed,
        zone_how=zone.how,
        open_pressure=columns.open_pressure,
        pressure_median=columns.pressure_median,
        fields={v: f.plain() for v, f in fields.items() if f.plain()},
        form=timing.form,
        time_names=timing.names,
        before=[list(b) for b in time.get("before", ())],
        stamp=stamp,
        period_minutes=minutes_of(time["period"]) if "period" in time else 0,
        precipitation=precipitation,
        names_stations=not profile.generic and "station" in cells,
        place=zones.place_of(meta),
        assumed=columns.assumed,
        columns={v: (c.name, c.unit, c.how, c.assumed) for v, c in columns.by_variable.items()},
        heights={v: c.rule.height_m for v, c in columns.by_variable.items() if c.rule.height_m is not None},
        unread=[n for i, n in enumerate(cut.names) if i not in columns.used and not is_nameless(n, i)],
        warnings=[w for w in dict.fromkeys(warnings) if w],
        unclean_end=cut.unclean_end,
    )


def _time_of(cut: Cut, profile: Profile, options: Options, table: Table) -> Timing:
    """The columns of the time, and its form: of several possible ones those that read most rows.

    Raises:
        Rejected: there is none, or day and month cannot be told apart.
    """
    time, names = profile.part("time"), Names(cut.names, suffixes=profile.generic)
    forms = [options.timestamp_format] if options.timestamp_format else list(time.get("formats", ["iso"]))
    if table.by_position and "at" in time:
        column = one_chunk(cut.columns[0])
        pieces = [pc.utf8_slice_codeunits(column, a - 1, b) for a, b in time["at"]]
        texts = pa.chunked_array([pc.binary_join_element_wise(*pieces, " ") if len(pieces) > 1 else pieces[0]])
        return _with_form(texts, (), (), forms, time, options)
    best: Timing | None = None
    problem: Rejected | None = None
    for at in _time_candidates(profile, names, options, cut):
        texts = _joined([cut.columns[i] for i in at])
        try:
            timing = _with_form(texts, at, tuple(cut.names[i] for i in at), forms, time, options)
        except Rejected as rejected:
            problem = problem or rejected
            continue
        if best is None or timing.read > best.read + (0.05 if profile.generic else 0.0):
            best = timing
        if best.read >= 0.99:
            break
    if best is None:
        if problem is not None:
            raise problem
        raise Rejected(Reason.NO_TIME, f"no column of times ({', '.join(n for n in cut.names if n)[:200]})")
    return best


def _time_candidates(profile: Profile, names: Names, options: Options, cut: Cut) -> list[tuple[int, ...]]:
    own = [i for n, c in options.aliases.items() if c == "timestamp" for i in names.numbered(n)[:1]]
    if own:
        return [tuple(own)]
    ignored = {i for n, c in options.aliases.items() if c == mapping.IGNORE for i in names.numbered(n)}
    out: list[tuple[int, ...]] = []
    first = _first_rows(cut) if profile.generic else []
    if clock_columns.index_with_offset(cut.names, first):
        out.append((0,))
    for patterns in profile.time_options:
        at: list[int] = []
        for pattern in patterns:
            such = [i for i in names.all(pattern) if i not in at and i not in ignored]
            i = next(iter(clock_columns.utc_first(names.names, such) if profile.generic else such), None)
            if i is None:
                break
            at.append(i)
        if len(at) == len(patterns) and at and tuple(at) not in out:
            out.append(tuple(at))
    if profile.generic:
        clock = clock_columns.by_cells(cut.names, first)
        if clock is not None and clock not in ignored and (clock,) not in out:
            out.append((clock,))
    return out


def _first_rows(cut: Cut) -> list[tuple[str, ...]]:
    cells = [c.slice(0, clock_columns.SAMPLE).cast(TEXT).to_pylist() for c in cut.columns]
    return [tuple(t or "" for t in row) for row in zip(*cells, strict=True)]


def _joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    texts = [c.cast(TEXT) for c in columns]
    if len(texts) == 1:
        return texts[0]
    trimmed = [pc.utf8_trim_whitespace(t) for t in texts]
    if len(trimmed) == 2:
        trimmed = [_without_midnight(trimmed[0]), _without_day_zero(trimmed[1])]
    return pc.binary_join_element_wise(*trimmed, " ")


_MIDNIGHT = r"[T ]+(0?0:00(:00(\.0+)?)?|12:00(:00)? ?[Aa][Mm])$"
_DAY_ZERO = r"^(1899-12-3[01]|1900-01-0[01]|1970-01-01)[T ]+"


def _without_midnight(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates that spreadsheets write as times: all at midnight, with the hour in the next column."""
    return _without(dates, r"\d" + _MIDNIGHT, _MIDNIGHT)


def _without_day_zero(clocks: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times of day that spreadsheets write as times on the day on which they begin to count."""
    return _without(clocks, _DAY_ZERO + r"\d", _DAY_ZERO)


def _without(texts: pa.ChunkedArray, all_have: str, cut_off: str) -> pa.ChunkedArray:
    filled = texts.filter(pc.not_equal(texts, ""))
    if len(filled) and pc.all(pc.match_substring_regex(filled, all_have)).as_py():
        return pc.replace_substring_regex(texts, cut_off, "")
    return texts


def _with_form(
    texts: pa.ChunkedArray, at: tuple[int, ...], names: tuple[str, ...], forms: list[str], time: Any, options: Options
) -> Timing:
    for pattern, instead in time.get("replace", ()):
        texts = pc.replace_substring_regex(texts, pattern, instead)
    chosen = time_choice.choose(one_chunk(texts), forms, order=options.date_order)
    return Timing(texts, at, chosen.form, chosen.read, chosen.why, names)


def _in_words(form: str) -> str:
    return {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}.get(form, form)


def _units_row(table: Table, cut: Cut) -> Sequence[str]:
    return table.units if cut.names == table.cut.names else ()


def _beside_a_reduced_one(columns: Columns) -> None:
    """A column called just pressure beside a reduced one is that at the station."""
    station = columns.by_variable.get("pressure_station_hpa")
    if "pressure_msl_hpa" in columns.by_variable and station is not None and is_bare_pressure(station.name):
        columns.warnings.append(
            f"column {station.name!r} stands beside a reduced pressure and is read as that at the station"
        )


def is_bare_pressure(name: str) -> bool:
    from weather_etl.meteorology.formats.names import bare, key

    return key(bare(name)[0]) in ("pressure", "p")


def _told_of_columns(columns: Columns, cut: Cut) -> list[str]:
    out = []
    unknown = [n for i, n in enumerate(cut.names) if i not in columns.used and not is_nameless(n, i)]
    if unknown:
        out.append(f"unknown columns kept in `rescued`: {', '.join(unknown)}")
    twice = sorted({n for n in unknown if unknown.count(n) > 1})
    if twice:
        out.append(f"columns of the same name, the later ones numbered in `rescued`: {', '.join(twice)}")
    if any(re.match(r"(?i)co2|co₂|tvoc|noise", n) for n in unknown) and "temperature_c" in columns.by_variable:
        out.append(
            "the file has a column of CO2 or noise, as sensors indoors do: is its temperature that of the open air?"
        )
    absent = [c for c in _USUAL if c not in columns.by_variable]
    if absent:
        out.append(f"columns not in the file: {', '.join(absent)}")
    return out
