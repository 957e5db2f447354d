"""In which unit the numbers of a column are: the first that speaks, and what is assumed where nothing does.

Belongs here: the order, columns of which even a named unit leaves in doubt what they are. Does not belong here: what names a
unit (`named_units.py`), what the values prove (`units_by_values.py`, `temperature_units.py`).
"""

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from weather_etl.meteorology.formats import compass, evidence, temperature_units, units_by_values
from weather_etl.meteorology.formats.mapping import written_by
from weather_etl.meteorology.formats.named_units import take_unit
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source_columns import Columns, SourceColumn
from weather_etl.meteorology.reasons import Rejected
from weather_etl.meteorology.units import QUANTITIES


def settle_units(
    columns: Columns, cells: Mapping[str, pa.ChunkedArray], profile: Profile, units_row: Sequence[str], options: Options,
    decimal: str,
) -> None:  # fmt: skip
    """Fill in the unit of every variable: the first that speaks.

    Station, brackets of the header, units row, suffix of the name, text behind the cells, the format, evidence, and at
    last an assumption, which is told.

    Args:
        columns: of the file; changed in place.
        cells: variable -> its cells.
        profile: of the file.
        units_row: texts of the line with the units, one per column.
        options: of the station.
        decimal: the decimal mark.

    Raises:
        Rejected: a unit is not known, or numbers cannot be in the only unit left (UNIT_UNLIKELY).
    """
    unnamed = _take_named_units(columns, cells, profile, units_row, options)
    if profile.generic:
        _doubt_degrees(columns, cells, profile, decimal)
        _doubt_amounts(columns, cells, decimal)
    numbers = {c.rule.to: c.plain_numbers(cells[c.rule.to], decimal) for c in unnamed if c.rule.to in cells}
    temperature_units.settle(columns, numbers, cells, decimal)
    _follow_temperature(columns, unnamed, profile)
    for column in unnamed:
        variable = column.rule.to
        if not column.unit and variable in numbers:
            units_by_values.settle(columns, column, numbers[variable], cells[variable])
    columns.drop_left_out()


def _take_named_units(
    columns: Columns, cells: Mapping[str, pa.ChunkedArray], profile: Profile, units_row: Sequence[str], options: Options
) -> list[SourceColumn]:
    """Fill in how each column is written and the units that something names; the columns of numbers that are left.

    Raises:
        Rejected: a unit is not known, and without its column the file says nothing (UNIT_UNKNOWN).
    """
    unnamed: list[SourceColumn] = []
    unknown: list[tuple[SourceColumn, Rejected]] = []
    for variable, column in columns.by_variable.items():
        column.written = written_by(column.rule, profile, options)
        if variable not in QUANTITIES:
            continue
        if column.written.compass and profile.generic and variable in cells:
            compass.take_language(columns, column, cells[variable])
        try:
            take_unit(column, cells.get(variable), profile, units_row, options)
        except Rejected as rejected:
            unknown.append((column, rejected))
            continue
        if not column.unit:
            unnamed.append(column)
    _leave_out_unknown(columns, unknown)
    return unnamed


def _leave_out_unknown(columns: Columns, unknown: Sequence[tuple[SourceColumn, Rejected]]) -> None:
    """Columns in units that nobody knows; the temperature, or a column that is all there is, costs the file.

    Raises:
        Rejected: so it is (UNIT_UNKNOWN).
    """
    measured = [v for v in columns.by_variable if v in QUANTITIES]
    for column, rejected in unknown:
        if column.rule.to == "temperature_c" or len(unknown) == len(measured):
            raise rejected
        columns.leave_out(column, rejected.detail)


def _doubt_degrees(columns: Columns, cells: Mapping[str, pa.ChunkedArray], profile: Profile, decimal: str) -> None:
    """Do not read directions that may be tens of degrees, where the built-in names alone say that they are degrees."""
    bearing = columns.by_variable.get("wind_direction_deg")
    if bearing is None or bearing.how != profile.title:
        return
    if evidence.tens_of_degrees(bearing.plain_numbers(cells["wind_direction_deg"], decimal)):
        columns.leave_out(
            bearing,
            "whole numbers up to 36 may be degrees, tens of degrees or numbers of compass points; say in "
            'station.toml which: units = { wind_direction_deg = "degree" } or "10 degree"',
        )


def _doubt_amounts(columns: Columns, cells: Mapping[str, pa.ChunkedArray], decimal: str) -> None:
    """Do not read the readings of a counter that nobody explains: they would be added up."""
    rain = columns.by_variable.get("precipitation_mm")
    if rain is None or rain.is_left_out or rain.rule.kind or rain.rule.minutes or rain.rule.period_column:
        return
    if not evidence.is_counter(rain.plain_numbers(cells["precipitation_mm"], decimal)):
        return
    columns.assumed["precipitation"] = (
        f"{rain.name!r} is not read: its amounts rise and stand still, as those of a counter do; say in station.toml when "
        'it is set back (day, month or year), or write kind = "amount" if they are amounts: format = { base = "generic", '
        f'column = [{{ to = "precipitation_mm", name = [{json.dumps(rain.name, ensure_ascii=False)}], '
        f'unit = "{rain.unit or "mm"}", kind = "counter", resets = "day" }}] }}'
    )
    columns.leave_out(rain)


def _follow_temperature(columns: Columns, unnamed: Sequence[SourceColumn], profile: Profile) -> None:
    """Units that follow from that of the temperatures: some producers deliver a whole file in one system of units."""
    temperature = columns.by_variable.get("temperature_c")
    if temperature is None or temperature.assumed:
        return
    units = profile.by_temperature.get(temperature.unit, {})
    for column in unnamed:
        if not column.unit and (unit := units.get(column.rule.to)):
            column.in_unit(unit, f"the temperatures are in {temperature.unit}")
