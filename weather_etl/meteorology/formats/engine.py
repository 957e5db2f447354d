"""A landing file and the profile that fits it -> raw rows, and what the file says of itself.

Belongs here: the order of the steps. Does not belong here: the steps: recognition, cutting, columns and units, times.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats import mapping, refusals, reshape, time_choice, zones
from weather_etl.meteorology.formats.mapping import Columns
from weather_etl.meteorology.formats.names import Names, is_nameless, stems_of
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ColumnRule, Profile, minutes_of
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, ParsedFile, raw_rows, rescue
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES
from weather_etl.meteorology.vocabulary import LONG_PERIODS_H, RAW_NUMBERS, RAW_TEXT_COLUMNS

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
    if profile.generic:
        _generic_rules(columns, names)
    cells = _cells(columns, cut)
    where = _rows_that_count(columns, cut, names)
    for variable, mask in where.items():
        cells[variable] = reshape.only_where(cells[variable], mask)
    numbers = {v: c for v, c in cells.items() if v in QUANTITIES}
    decimal, _ = mapping.decimal_mark(numbers, options.decimal, _wanted_decimal(profile, table.delimiter))
    if table.delimiter == "," and options.decimal and not profile.part("text").get("decimal"):
        decimal = "."
    _drop_thousands(columns, cells, decimal, table.delimiter, options)
    mapping.settle_units(columns, cells, profile, _units_row(table, cut), options, decimal)
    _reject_contradicting_twins(columns, cells, names, cut, profile, options, decimal)
    cells = {v: c for v, c in cells.items() if v in columns.found}
    fields = {v: f.written for v, f in columns.found.items() if f.written != Field()}
    units = {v: f.unit for v, f in columns.found.items() if v in QUANTITIES and f.unit}
    periods, precipitation = _precipitation(columns, cells, cut, names, fields, units, profile)
    cells |= periods

    station = _station_column(profile, names, cut, timing.texts)
    if station is not None:
        cells["station"] = station[0]
        columns.used |= station[1]
    elif "station" not in cells and not profile.generic and (named := meta.get("station")):
        cells["station"] = _constant(named, len(cut.lines))
    cells["timestamp"] = timing.texts
    refusals.check(timing.texts, timing.form, cut.names, cells.get("station"))
    if (codes := _quality_codes(columns, cut, names, table)) is not None:
        cells["quality_codes"] = codes
    rescued = _rescued(columns, cut, names, where, keep_empty=profile.generic)
    rows = raw_rows(cells, rescued, cut.lines, None, cut.refused)
    if refused_as is not None:
        rows = _refuse(rows, cut.lines[refused_as], Reason.SUMMARY_ROW, "a row that sums up a day or a month")

    zone = zones.zone_of(profile, timing, cut, names, meta, options)
    if table.zone:
        zone = zones.Zone({"": table.zone}, how=f"{table.zone}, by the line of units")
    warnings = [*cut.warnings, *columns.warnings, *profile.assume]
    if table.skipped:
        warnings.append(f"{table.skipped} lines of text above the header were skipped")
    if timing.why and profile.generic:
        warnings.append(f"times such as {timing.example!r} are read as {_in_words(timing.form)}: {timing.why}")
    for variable, column in numbers.items():
        if variable in columns.found and (odd := mapping.unusual_words(variable, column)):
            warnings.append(f"{', '.join(map(repr, odd[:5]))} in {columns.found[variable].name!r} count as missing")
    if profile.generic:
        warnings += _told_of_columns(columns, cut)
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
        fields={v: f.plain() for v, f in fields.items() if f.plain()},
        form=timing.form,
        form_read=timing.read,
        time_names=timing.names,
        before=[list(b) for b in time.get("before", ())],
        stamp=stamp,
        period_minutes=minutes_of(time["period"]) if "period" in time else 0,
        cadence_minutes=minutes_of(time["cadence"]) if "cadence" in time else 0,
        precipitation=precipitation,
        padded=not profile.generic,
        names_stations=not profile.generic and "station" in cells,
        place=zones.place_of(meta),
        assumed=columns.assumed,
        columns={v: (f.name, f.unit, f.how, f.assumed) for v, f in columns.found.items()},
        heights={v: f.rule.height_m for v, f in columns.found.items() if f.rule.height_m is not None},
        unread=[n for i, n in enumerate(cut.names) if i not in columns.used and not is_nameless(n, i)],
        warnings=[w for w in dict.fromkeys(warnings) if w],
        unclean_end=cut.unclean_end,
    )


# --- times ---


def _time_of(cut: Cut, profile: Profile, options: Options, table: Table) -> Timing:
    """The columns of the time, and its form: of several possible ones those that read most rows.

    Raises:
        Rejected: there is none, or day and month cannot be told apart.
    """
    time, names = profile.part("time"), Names(cut.names, suffixes=profile.generic)
    forms = [options.timestamp_format] if options.timestamp_format else list(time.get("formats", ["iso"]))
    if table.by_position and "at" in time:
        column = one_chunk(cut.columns[0])
        parts = [pc.utf8_slice_codeunits(column, a - 1, b) for a, b in time["at"]]
        texts = pa.chunked_array([pc.binary_join_element_wise(*parts, " ") if len(parts) > 1 else parts[0]])
        return _with_form(texts, (), (), forms, time, options)
    best: Timing | None = None
    problem: Rejected | None = None
    for at in _time_candidates(profile, names, options):
        texts = _joined([cut.columns[i] for i in at])
        try:
            found = _with_form(texts, at, tuple(cut.names[i] for i in at), forms, time, options)
        except Rejected as rejected:
            problem = problem or rejected
            continue
        if best is None or found.read > best.read + (0.05 if profile.generic else 0.0):
            best = found
        if best.read >= 0.99:
            break
    if best is None:
        if problem is not None:
            raise problem
        raise Rejected(Reason.NO_TIME, f"no column of times ({', '.join(n for n in cut.names if n)[:200]})")
    return best


def _time_candidates(profile: Profile, names: Names, options: Options) -> list[tuple[int, ...]]:
    own = [names.first([n]) for n, c in options.aliases.items() if c == "timestamp"]
    if found := tuple(i for i in own if i is not None):
        return [found]
    ignored = {i for n, c in options.aliases.items() if c == mapping.IGNORE for i in names.all(n)}
    out: list[tuple[int, ...]] = []
    for patterns in profile.time_options:
        at: list[int] = []
        for pattern in patterns:
            i = names.first([pattern], used=[*at, *ignored])
            if i is None:
                break
            at.append(i)
        if len(at) == len(patterns) and at and tuple(at) not in out:
            out.append(tuple(at))
    return out


def _joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    texts = [c.cast(TEXT) for c in columns]
    if len(texts) == 1:
        return texts[0]
    trimmed = [pc.utf8_trim_whitespace(t) for t in texts]
    return pc.binary_join_element_wise(*trimmed, " ")


def _with_form(
    texts: pa.ChunkedArray, at: tuple[int, ...], names: tuple[str, ...], forms: list[str], time: Any, options: Options
) -> Timing:
    for pattern, instead in time.get("replace", ()):
        texts = pc.replace_substring_regex(texts, pattern, instead)
    chosen = time_choice.choose(one_chunk(texts), forms, order=options.date_order)
    return Timing(texts, at, chosen.form, chosen.read, chosen.why, names)


def _in_words(form: str) -> str:
    return {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}.get(form, form)


# --- columns ---


def _cells(columns: Columns, cut: Cut) -> dict[str, pa.ChunkedArray]:
    """Variable -> its cells."""
    cells: dict[str, pa.ChunkedArray] = {}
    for variable, found in columns.found.items():
        rule = found.rule
        if found.at is not None:
            column = cut.columns[found.at]
        elif rule.at is not None:
            column = pc.utf8_slice_codeunits(cut.columns[0], rule.at[0] - 1, rule.at[1])
        else:
            # RE2 gives groups by name only.
            pattern = re.sub(r"(?<!\\)\((?!\?)", "(?P<cell>", rule.find, count=1)
            column = pc.struct_field(pc.extract_regex(cut.columns[0], pattern), 0)
        cells[variable] = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    return cells


def _rows_that_count(columns: Columns, cut: Cut, names: Names) -> dict[str, np.ndarray]:
    """Variable -> mask of the rows in which its column is read, where the profile says in which."""
    out = {}
    for variable, found in columns.found.items():
        if found.rule.where is None:
            continue
        at = names.first([found.rule.where[0]])
        out[variable] = (
            np.zeros(len(cut.lines), dtype=bool)
            if at is None
            else reshape.matching(cut.columns[at], found.rule.where[1])
        )
    return out


def _wanted_decimal(profile: Profile, delimiter: str) -> str:
    return profile.part("text").get("decimal", "auto" if profile.generic else ".")


def _drop_thousands(
    columns: Columns, cells: dict[str, pa.ChunkedArray], decimal: str, delimiter: str, options: Options
) -> None:
    for variable in list(columns.found):
        if variable in cells and mapping.thousands_or_decimals(
            variable, cells[variable], decimal, delimiter, options.decimal
        ):
            found = columns.found.pop(variable)
            columns.used.discard(found.at if found.at is not None else -1)
            columns.warnings.append(
                f"{found.name!r} is not read: all its numbers have three digits behind the mark, which may be decimals or "
                'thousands; say which in station.toml: [dialect] decimal = "." or ","'
            )


def _reject_contradicting_twins(
    columns: Columns, cells: dict[str, pa.ChunkedArray], names: Names, cut: Cut, profile: Profile, options: Options,
    decimal: str,
) -> None:  # fmt: skip
    """A second column of the same name must say the same (it stays in `rescued`), or nobody knows which one to read.

    Raises:
        Rejected: it does not (DUPLICATE_COLUMN).
    """
    own = {i for n in options.aliases for i in names.all(n)}
    for variable, found in columns.found.items():
        if found.at is None or found.at in own or found.rule.part is not None or variable not in RAW_NUMBERS:
            continue
        for i in _twins(found.at, found.rule, names, profile):
            if i in columns.used:
                continue
            other = replace(found, at=i, name=names.names[i], unit="", written=found.written)
            twin = Columns({variable: other})
            column = (
                cut.columns[i] if pa.types.is_dictionary(cut.columns[i].type) else cut.columns[i].dictionary_encode()
            )
            mapping.settle_units(twin, {variable: column}, profile, (), options, decimal)
            if not mapping.same_values(cells[variable], column, found, other, decimal):
                raise Rejected(
                    Reason.DUPLICATE_COLUMN,
                    f"columns {found.name!r} and {other.name!r} both mean {variable} and differ; name the right one in "
                    f'station.toml: aliases = {{ "{other.name}" = "ignore" }}',
                )


def _twins(at: int, rule: ColumnRule, names: Names, profile: Profile) -> list[int]:
    """Other columns with the same name, or (for the built-in names) with one that differs by its unit only."""
    same = [i for i in names.exact.get(names.names[at], []) if i != at]
    if not profile.generic:
        return same
    stems = stems_of(names.names[at])
    near = [i for i, n in enumerate(names.names) if i != at and stems & stems_of(n)]
    return list(dict.fromkeys([*same, *(i for i in near if not any(i in names.all(w) for w in rule.exclude))]))


def _units_row(table: Table, cut: Cut) -> Sequence[str]:
    return table.units if cut.names == table.cut.names else ()


def _precipitation(
    columns: Columns, cells: dict[str, pa.ChunkedArray], cut: Cut, names: Names, fields: dict[str, Field],
    units: dict[str, str], profile: Profile,
) -> tuple[dict[str, pa.ChunkedArray], dict[str, Any]]:  # fmt: skip
    """Amounts whose period the row tells, sorted into the columns of the periods; and what the precipitation means."""
    found = columns.found.get("precipitation_mm")
    more: dict[str, pa.ChunkedArray] = {}
    if found is None:
        return more, {}
    rule = found.rule
    kind = (
        rule.kind
        if rule.kind in ("amount", "running", "interval", "counter")
        else "amount"
        if rule.minutes
        else "interval"
    )
    if rule.period_column:
        at = names.first([rule.period_column])
        amounts = cells["precipitation_mm"]
        hours = (
            _hours_of_rows(cut.columns[at], len(cut.lines)) if at is not None else np.zeros(len(cut.lines), dtype=int)
        )
        more["precipitation_mm"] = reshape.only_where(amounts, hours == 1)
        for h in LONG_PERIODS_H:
            if (hours == h).any():
                column = f"precipitation_{h}h_mm"
                more[column] = reshape.only_where(amounts, hours == h)
                units[column] = units.get("precipitation_mm", "mm")
                if "precipitation_mm" in fields:
                    fields[column] = fields["precipitation_mm"]
        if at is not None:
            columns.used.discard(found.at if found.at is not None else -1)
        kind = rule.kind or "amount"
    said = {
        "kind": kind,
        "minutes": 60 if rule.period_column else rule.minutes,
        "resets": rule.resets,
        "blank": profile.blank_precipitation,
        "routine": rule.routine,
    }
    return more, {k: v for k, v in said.items() if v not in ("", 0, "missing")}


def _hours_of_rows(column: pa.ChunkedArray, n: int) -> np.ndarray:
    cells = one_chunk(column)
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    hours = np.array([*reshape.hours_of(cells.dictionary.to_pylist()), 0])
    return hours[pc.fill_null(cells.indices, len(hours) - 1).to_numpy(zero_copy_only=False)]


def _station_column(
    profile: Profile, names: Names, cut: Cut, times: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, set[int]] | None:
    """The column that names the station of each row.

    A column such as `city` does so in a file of no particular format only if it tells apart rows of the same time.
    """
    patterns = profile.part("station").get("column", ())
    at = names.first(patterns) if patterns else None
    if at is None and "station" in cut.names and (profile.part("wide") or profile.part("long")):
        at = names.first(["station"])
    if at is None and profile.generic and not names.has(["station", "station id"]):
        at = names.first(_PLACES)
        if at is not None and not _tells_apart(cut.columns[at], times):
            at = None
    if at is None:
        return None
    column = cut.columns[at]
    return (column if pa.types.is_dictionary(column.type) else column.dictionary_encode()), {at}


_PLACES = (
    "station name",
    "stationid",
    "station code",
    "city",
    "city name",
    "location",
    "site",
    "site name",
    "site id",
    "place",
    "icao",
    "wmo",
    "wban",
)


def _tells_apart(column: pa.ChunkedArray, times: pa.ChunkedArray) -> bool:
    """Whether there are several names, and times repeat without them."""
    kinds = len(pc.unique(column.cast(TEXT) if pa.types.is_dictionary(column.type) else column))
    return 1 < kinds <= 10_000 and pc.count_distinct(times).as_py() < 0.9 * len(times)


def _constant(text: str, n: int) -> pa.ChunkedArray:
    codes = pa.array(np.zeros(n, dtype=np.int32))
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array([text], TEXT))])


def _quality_codes(columns: Columns, cut: Cut, names: Names, table: Table) -> pa.ChunkedArray | None:
    """Codes that stand in other cells than the value, as `variable=code` pairs."""
    parts: list[tuple[str, pa.Array]] = []
    for variable in RAW_TEXT_COLUMNS:
        found = columns.found.get(variable)
        quality = found.rule.quality if found else None
        if found is None or quality is None:
            continue
        if quality.column:
            at = names.first([quality.column])
        elif quality.next is not None and found.at is not None:
            at = found.at + quality.next
        elif quality.at is not None:
            code = pc.utf8_slice_codeunits(one_chunk(cut.columns[0]), quality.at - 1, quality.at)
            parts.append((variable, pc.dictionary_encode(code)))
            continue
        else:
            continue
        if at is not None and at < len(cut.columns):
            column = one_chunk(cut.columns[at])
            parts.append((variable, column if pa.types.is_dictionary(column.type) else column.dictionary_encode()))
            columns.used.add(at)
    texts: pa.Array | None = None
    for variable, codes in parts:
        written = [f"{variable}={t.strip()}" if t.strip() else "" for t in codes.dictionary.to_pylist()]
        piece = pc.fill_null(pa.array(written, TEXT).take(codes.indices), "")
        # Few combinations occur: put together as dictionaries, the texts stay few.
        texts = piece if texts is None else pc.utf8_trim_whitespace(pc.binary_join_element_wise(texts, piece, " "))
    if texts is None:
        return None
    return pa.chunked_array([pc.if_else(pc.equal(texts, ""), None, texts).dictionary_encode()])


def _rescued(
    columns: Columns, cut: Cut, names: Names, where: dict[str, np.ndarray], *, keep_empty: bool
) -> pa.Array | None:
    """All that no column of ours takes, as JSON; columns of one name are numbered."""
    unknown: list[tuple[str, pa.ChunkedArray]] = []
    given: dict[str, int] = {}
    by_position = any(f.at is None for f in columns.found.values())
    if by_position:
        return None
    for i, name in enumerate(cut.names):
        given[name] = given.get(name, 0) + 1
        label = name if given[name] == 1 else f"{name} ({given[name]})"
        if i in columns.used:
            hidden = [~where[v] for v, f in columns.found.items() if f.at == i and v in where]
            if hidden:
                unknown.append((label, _dictionary(reshape.only_where(cut.columns[i], hidden[0]))))
            continue
        column = _dictionary(cut.columns[i])
        if is_nameless(name, i) and not any(column.unique().to_pylist()):
            continue
        unknown.append((label, column))
    return rescue(unknown, keep_empty=keep_empty) if unknown else None


def _dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _refuse(rows: pa.Table, lines: np.ndarray, reason: Reason, detail: str) -> pa.Table:
    """Rows with these lines marked as refused; their cells stay."""
    mask = pc.and_(pc.is_in(rows.column("line"), value_set=pa.array(lines)), pc.is_null(rows.column("refused")))
    for name, text in (("refused", str(reason)), ("detail", detail)):
        at = rows.schema.get_field_index(name)
        filled = pc.if_else(mask, text, rows.column(name).cast(TEXT))
        rows = rows.set_column(at, pa.field(name, DICTIONARY), filled.dictionary_encode())
    return rows.combine_chunks()


# --- the built-in names ---


def _generic_rules(columns: Columns, names: Names) -> None:
    """What a column called just pressure is: beside a reduced one that at the station, else what the station says."""
    msl, station = columns.found.get("pressure_msl_hpa"), columns.found.get("pressure_station_hpa")
    if msl is not None and is_bare_pressure(msl.name):
        other = next((i for i in names.all("pressure") if i != msl.at), None)
        if station is None and other is None:
            columns.open_pressure = True
    if station is not None and is_bare_pressure(station.name):
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
    absent = [c for c in _USUAL if c not in columns.found]
    if absent:
        out.append(f"columns not in the file: {', '.join(absent)}")
    return out
