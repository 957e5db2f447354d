"""Open-Meteo CSV: a block on the place, a blank line, then one section or more, each with a header that names units.

Times are wall-clock times of the block's offset, which is the same for the whole file, summer and winter. A file of
several places numbers them (`location_id`). A section without an hourly variable (daily values) holds no observations;
its rows are quarantined as summaries.

Source: https://open-meteo.com/en/docs (format=csv).
"""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.formats import generic
from weather_etl.meteorology.formats.engine import Table, read_table
from weather_etl.meteorology.formats.head import Head
from weather_etl.meteorology.formats.names import split_names
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source import Source, Text
from weather_etl.meteorology.formats.tables import cells_of
from weather_etl.meteorology.plain_text import is_utf8
from weather_etl.meteorology.raw_rows import DICTIONARY, ParsedFile, RefusedLine, raw_rows
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import known_zone, zone_of_offset

_BLOCK_NAMES = {"latitude", "longitude", "utc_offset_seconds"}
_MAX_SECTIONS = 100
_HEADER_LINE = re.compile(rb'(?m)^[ \t]*"?(?:location_id"?[,;\t|]"?)?(?:time|latitude)"?[,;\t|][^\n]*')


def read(text: Text, profile: Profile, source: Source, options: Options) -> ParsedFile:
    """Raw rows of all sections.

    Raises:
        Rejected: no section has an hourly variable, or the block cannot be read.
    """
    data = text.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    heads = [m.start() for m in _HEADER_LINE.finditer(data)]
    if len(heads) > _MAX_SECTIONS:
        raise Rejected(Reason.NOT_CSV, f"the file has {len(heads)} header lines")
    parts = [data[a:b].rstrip(b"\n") + b"\n" for a, b in zip(heads, [*heads[1:], len(data)], strict=True)]
    numbers = [data.count(b"\n", 0, at) + 1 for at in heads]
    # What ends without a line end was cut there.
    if parts and not data.endswith(b"\n"):
        parts[-1] = parts[-1][:-1]

    places: dict[str, str] = {}  # station text -> zone
    where: dict[str, str | float] = {}
    place = ""
    sections: list[ParsedFile] = []
    problem: Rejected | None = None
    summaries: list[RefusedLine] = []
    of_section: list[str] = []
    for part, number in zip(parts, numbers, strict=True):
        if _names_in(part) >= _BLOCK_NAMES:
            zones, coordinates = _places(part)
            where = coordinates if not places else {}
            places |= zones
            place = next(iter(zones), "")
            continue
        try:
            sections.append(_section(replace(text, data=part), number, profile, source, options))
            of_section.append(place)
        except Rejected as rejected:
            if rejected.reason not in (Reason.COLUMN_MISSING, Reason.NO_TIME):
                raise
            problem = problem or rejected
            summaries += _lines_of(part, number)
    if not sections:
        raise problem or Rejected(Reason.COLUMN_MISSING, "the file has a block on the place, but no table of times")
    whole = _joined(sections, of_section, places, summaries)
    return replace(whole, place=where if len(places) == 1 else {})


def headers_are_utf8(head: bytes) -> bool:
    """Told from the first 64 KiB; the header with units, which has the degree sign, is not the first line."""
    return all(is_utf8(m.group()) for m in _HEADER_LINE.finditer(head.replace(b"\r", b"\n")))


def _names_in(part: bytes) -> set[str]:
    line = part.split(b"\n", 1)[0].decode("utf-8", "replace").lower()
    delimiter = max(",;\t|", key=line.count)
    return {n.strip().strip('"').strip() for n in line.split(delimiter)}


def _section(text: Text, number: int, profile: Profile, source: Source, options: Options) -> ParsedFile:
    bad_utf8 = text.bad_utf8 and not is_utf8(text.data)
    text = replace(text, data=text.data, bad_utf8=bad_utf8)
    fit = generic.find(profile, Head(text), options)
    cut = cells_of(fit, text)
    cut.lines = cut.lines + (number - 1)
    cut.refused = [replace(r, line=r.line + number - 1) for r in cut.refused]
    table = Table(cut, fit.delimiter, fit.units, "", ["the block on the place"])
    return read_table(table, profile, source, options)


def _places(block: bytes) -> tuple[dict[str, str], dict[str, str | float]]:
    """Text of the station (its number, or its coordinates) -> zone, from the lines of a block; where the first is.

    Raises:
        Rejected: a line of it cannot be read.
    """
    header, *lines = [line for line in block.decode("utf-8", "replace").split("\n") if line.strip()]
    delimiter = max(",;\t|", key=header.count)
    names = [n.lower() for n in split_names(header, delimiter)]
    places: dict[str, str] = {}
    where: dict[str, str | float] = {}
    for line in lines:
        if line.lstrip().startswith("#"):
            continue
        cells = dict(zip(names, split_names(line, delimiter), strict=False))
        offset = cells.get("utc_offset_seconds", "")
        if not re.fullmatch(r"[+-]?\d{1,5}", offset):
            raise Rejected(Reason.NOT_CSV, f"the block on the place has no offset from UTC, but {offset[:40]!r}")
        zone = known_zone(zone_of_offset(int(offset)))
        if zone is None:
            raise Rejected(Reason.NOT_CSV, f"the block on the place has the impossible offset of {offset} s from UTC")
        place = cells.get("location_id") or f"{cells.get('latitude')},{cells.get('longitude')}"
        places[place] = zone
        for key, name in (("latitude", "latitude"), ("longitude", "longitude"), ("elevation_m", "elevation")):
            if not where.get(key) and re.fullmatch(r"-?\d+(\.\d+)?", cells.get(name, "")):
                where[key] = float(cells[name])
    return places, where


def _lines_of(part: bytes, number: int) -> list[RefusedLine]:
    header, *lines = part.decode("utf-8", "replace").split("\n")
    return [
        RefusedLine(
            number + i, Reason.SUMMARY_ROW, f"a row of the section {header[:60]!r} without an hourly variable", line
        )
        for i, line in enumerate(lines, 1)
        if line.strip()
    ]


def _joined(
    sections: list[ParsedFile], of_section: list[str], places: dict[str, str], summaries: list[RefusedLine]
) -> ParsedFile:
    """One file of all sections; where blocks follow each other, their coordinates tell the places apart."""
    first = sections[0]
    units: dict[str, str] = {}
    for section in sections:
        for column, unit in section.units.items():
            if units.setdefault(column, unit) != unit:
                raise Rejected(Reason.UNIT_UNKNOWN, f"{column} is in {units[column]} and in {unit} in one file")
    numbered = bool(first.stations)
    tables = [s.rows for s in sections]
    if not numbered and len(places) > 1:
        tables = [_at(rows, place) for rows, place in zip(tables, of_section, strict=True)]
    if summaries:
        tables.append(raw_rows({}, None, np.empty(0, dtype=np.int64), summaries))
    rows = tables[0]
    if len(tables) > 1:
        rows = pa.concat_tables(tables, promote_options="default").unify_dictionaries().combine_chunks()
        rows = rows.sort_by("line").combine_chunks()
    zones = set(places.values())
    warnings = [w for s in sections for w in s.warnings if not w.startswith("unknown columns")]
    if summaries:
        warnings.append(f"{len(summaries)} rows of sections without an hourly variable are no observations")
    timezones = {"": zones.pop()} if len(zones) == 1 else places
    return replace(
        first,
        rows=rows,
        units=units,
        timezones=timezones,
        zone_is_assumed=False,
        zone_how=f"{timezones.get('', 'one a place')}, by the block on the place",
        names_stations=True,
        warnings=list(dict.fromkeys(warnings)),
        unclean_end=sections[-1].unclean_end,
    )


def _at(rows: pa.Table, place: str) -> pa.Table:
    at = rows.schema.get_field_index("station")
    texts = pa.DictionaryArray.from_arrays(np.zeros(rows.num_rows, dtype=np.int32), pa.array([place]))
    return rows.set_column(at, pa.field("station", DICTIONARY), texts)
