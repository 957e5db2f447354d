"""A landing file and the profile that fits it -> raw rows, and what the file says of itself.

Belongs here: the order of the steps. Does not belong here: the steps: recognition, cutting, columns and units, times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats import (
    file_warnings,
    mapping,
    parts,
    places,
    pressures,
    refusals,
    reshape,
    time_columns,
    unit_choice,
    zones,
)
from weather_etl.meteorology.formats.names import Names, names_of
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile, minutes_of
from weather_etl.meteorology.formats.source import Source
from weather_etl.meteorology.formats.source_columns import Columns
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.raw_rows import ParsedFile, raw_rows
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.units import QUANTITIES

_END_OF_PERIOD = {"instant": "end"}  # what is of an instant ends its period


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


@dataclass
class Variables:
    """The variables of a file, their units settled.

    Attributes:
        columns: where they stand, and what was assumed of them.
        cells: variable -> its text, one cell a row; also that of the station of each row.
        masks: variable -> mask of the rows in which its column is read, where the profile says in which.
        decimal: the decimal mark; behind it that of thousands, where the station says it.
        units: variable -> unit of its numbers.
        written: variable -> how its text is written, where that is more than a number.
        precipitation: what the precipitation means.
        unusual: sentences on words that count as missing.
    """

    columns: Columns
    cells: dict[str, pa.ChunkedArray]
    masks: dict[str, np.ndarray]
    decimal: str
    units: dict[str, str]
    written: dict[str, Field]
    precipitation: dict[str, Any]
    unusual: list[str]


def read_table(table: Table, profile: Profile, source: Source, options: Options) -> ParsedFile:
    """Raw rows of a file that has been cut.

    Raises:
        Rejected: nothing of the file can be used.
    """
    meta = zones.meta_of(profile, table.preamble, table.cut.names, source)
    cut = reshape.one_report_a_row(table.cut, profile)
    names = names_of(cut.names, suffixes=profile.generic)
    timing = time_columns.timing_of(cut, names, profile, options, meta, by_position=table.by_position)
    variables = _variables_of(table, cut, names, timing, profile, options, meta)
    columns = variables.columns
    refusals.check(
        timing, cut.names, partial(time_columns.first_rows, cut), variables.cells.get("station"),
        any_midnight=profile.generic and not options.timestamp_format,
    )  # fmt: skip
    rows = _rows_of(cut, names, timing, variables, profile)
    zone = zones.zone_of(profile, timing, cut, names, meta, options)
    if table.zone:
        zone = zones.Zone({"": table.zone}, how=f"{table.zone}, by the line of units")
    warnings = [
        *cut.warnings,
        *columns.warnings,
        *profile.assume,
        *file_warnings.of_table(table.skipped, timing, profile),
        *variables.unusual,
        *file_warnings.of_columns(columns, cut, timing, profile, names_stations="station" in variables.cells),
    ]
    time = profile.part("time")
    return ParsedFile(
        rows=rows,
        units=variables.units,
        delimiter="" if table.delimiter in ("space", "fixed", "line") else table.delimiter,
        decimal=variables.decimal,
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
        fields={v: plain for v, field in variables.written.items() if (plain := field.plain())},
        form=timing.form,
        time_names=timing.names,
        before=[list(b) for b in time.get("before", ())],
        stamp=_END_OF_PERIOD.get(time.get("stamp", "instant"), time.get("stamp", "end")),
        period_minutes=minutes_of(time["period"]) if "period" in time else 0,
        precipitation=variables.precipitation,
        names_stations=not profile.generic and "station" in variables.cells,
        place=zones.place_of(meta),
        assumed=columns.assumed,
        columns={v: (c.name, c.unit, c.how, c.assumed) for v, c in columns.by_variable.items()},
        heights={v: c.rule.height_m for v, c in columns.by_variable.items() if c.rule.height_m is not None},
        unread=columns.unread(cut.names),
        warnings=[w for w in dict.fromkeys(warnings) if w],
        unclean_end=cut.unclean_end,
    )


def _variables_of(
    table: Table, cut: Cut, names: Names, timing: Timing, profile: Profile, options: Options, meta: Mapping[str, str]
) -> Variables:
    """Which column is which variable, in which unit; what its cells are, and which station each row is of.

    Raises:
        Rejected: a unit is not known or cannot be, or two columns of one variable differ.
    """
    columns = mapping.find_columns(profile, names, options, timing.at)
    masks = parts.rows_that_count(columns, cut, names)
    cells = parts.cells_of_columns(columns, cut, masks)
    decimal = _decimal_of(table, profile, options, cells)
    parts.drop_thousands(columns, cells, decimal, table.delimiter, options)
    units_row = table.units if cut.names == table.cut.names else ()
    unit_choice.settle_units(columns, cells, profile, units_row, options, decimal)
    parts.reject_contradicting_twins(columns, cells, names, cut, profile, options, decimal)
    station = places.station_column(profile, names, cut, timing.texts, columns)
    if profile.generic:
        pressures.settle(columns, cells, profile, decimal, several_stations=station is not None)
        pressures.tell_beside_a_reduced_one(columns)

    cells = {v: texts for v, texts in cells.items() if v in columns.by_variable}
    unusual = file_warnings.unusual_words(columns, cells)
    written = {v: c.written for v, c in columns.by_variable.items() if c.written != Field()}
    units = {v: c.unit for v, c in columns.by_variable.items() if v in QUANTITIES and c.unit}
    periods, precipitation = parts.precipitation_of(columns, cells, cut, names, written, units, profile)
    cells |= periods
    if station is not None:
        cells["station"], at = station
        columns.used.add(at)
    elif "station" not in cells and not profile.generic and (named := meta.get("station")):
        cells["station"] = parts.constant(named, len(cut.lines))
    return Variables(columns, cells, masks, decimal, units, written, precipitation, unusual)


def _decimal_of(table: Table, profile: Profile, options: Options, cells: Mapping[str, pa.ChunkedArray]) -> str:
    """The decimal mark of a file; behind it that of thousands, where the station says it."""
    by_profile = profile.part("text").get("decimal", "")
    if table.delimiter == "," and options.decimal and not by_profile:
        return "."  # where commas separate cells, none is in a number
    numbers = {v: texts for v, texts in cells.items() if v in QUANTITIES}
    return mapping.decimal_mark(numbers, options.decimal, by_profile or ("auto" if profile.generic else "."))


def _rows_of(cut: Cut, names: Names, timing: Timing, variables: Variables, profile: Profile) -> pa.Table:
    """Raw rows; those that sum up a day or a month are refused."""
    columns = variables.columns
    cells = {**variables.cells, "timestamp": timing.texts}
    if (codes := parts.quality_codes(columns, cut, names)) is not None:
        cells["quality_codes"] = codes
    rescued = parts.rescued_cells(columns, cut, variables.masks, keep_empty=profile.generic)
    rows = raw_rows(cells, rescued, cut.lines, cut.refused)
    summaries = reshape.summary_rows(cut, profile)
    if summaries is not None:
        rows = parts.refuse(rows, cut.lines[summaries], Reason.SUMMARY_ROW, "a row that sums up a day or a month")
    return rows
