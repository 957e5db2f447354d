"""In which unit the numbers of a column are: the first that speaks, and what is assumed where nothing does.

Belongs here: what follows from evidence, the assumption and its sentence. Does not belong here: what names a unit
(`named_units.py`), which column is which variable (`mapping.py`), the rules about numbers (`evidence.py`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import read_numbers
from weather_etl.meteorology.cell_states import NULL_TOKENS, one_chunk
from weather_etl.meteorology.formats import compass, evidence
from weather_etl.meteorology.formats.mapping import NUMBER, Columns, SourceColumn, canonical, written_by
from weather_etl.meteorology.formats.named_units import take_unit
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES, UNITS, scale_of
from weather_etl.meteorology.vocabulary import SECTORS


def settle_units(
    columns: Columns, cells: Mapping[str, pa.ChunkedArray], profile: Profile, units_row: Sequence[str], options: Options,
    decimal: str,
) -> None:  # fmt: skip
    """Fill in the unit of every variable: the first that speaks.

    Station, brackets of the header, units row, suffix of the name, text behind the cells, the format, evidence, and at
    last an assumption, which is told.

    Args:
        columns: column cells; changed in place.
        cells: variable -> its cells.
        profile: of the file.
        units_row: texts of the line with the units, one per cells.
        options: of the station.
        decimal: the decimal mark.

    Raises:
        Rejected: a unit is not known, or numbers cannot be in the only unit left (UNIT_UNLIKELY).
    """
    open_ones: list[SourceColumn] = []
    unknown: list[tuple[SourceColumn, Rejected]] = []
    for variable, column in columns.by_variable.items():
        column.written = written_by(column.rule, profile, options)
        if variable not in QUANTITIES:
            continue
        if column.written.compass and profile.generic and variable in cells:
            _take_points(columns, column, cells[variable])
        try:
            take_unit(column, cells.get(variable), profile, units_row, options)
        except Rejected as rejected:
            unknown.append((column, rejected))
            continue
        if not column.unit:
            open_ones.append(column)
    _leave_out_unknown(columns, unknown)
    if (
        profile.generic
        and (bearing := columns.by_variable.get("wind_direction_deg"))
        and bearing.how == profile.title  # degrees by default
        and evidence.tens_of_degrees(_numbers(cells["wind_direction_deg"], bearing, decimal))
    ):
        _leave_out(
            columns, bearing, "whole numbers up to 36 may be degrees, tens of degrees or numbers of compass points; say in "
            'station.toml which: units = { wind_direction_deg = "degree" } or "10 degree"',
        )  # fmt: skip
    if (
        profile.generic
        and (rain := columns.by_variable.get("precipitation_mm"))
        and not rain.rule.kind
        and rain.unit != "?"
    ):
        _rain(columns, rain, _numbers(cells["precipitation_mm"], rain, decimal))
    numbers = {f.rule.to: _numbers(cells[f.rule.to], f, decimal) for f in open_ones if f.rule.to in cells}
    _temperatures(columns, numbers, cells, decimal)
    _units_of_the_system(columns, open_ones, profile)
    for column in open_ones:
        variable = column.rule.to
        values = numbers.get(variable)
        if column.unit or values is None:
            continue
        match QUANTITIES[variable]:
            case "humidity":
                _humidity(columns, column, values)
            case "pressure":
                _pressure(columns, column, values)
            case "speed" if evidence.beyond_any_wind(values):
                _leave_out(
                    columns, column,
                    f"numbers up to {np.nanmax(values):g} are those of no wind; if they are, say so in station.toml: "
                    f'units = {{ {variable} = "0.1 m/s" }} or another unit',
                )  # fmt: skip
            case "speed":
                _speed(columns, column, values, cells[variable])
            case "amount" if _is_yes_or_no(values):
                _leave_out(
                    columns, column, "it holds 0 and 1 alone, which say whether it rained rather than how much; if they are amounts, "
                    f'say so in station.toml: units = {{ {variable} = "mm" }}',
                )  # fmt: skip
            case "direction":
                column.unit, column.how = "degree", "degrees"
            case "distance" if evidence.beyond_kilometres(values):
                _leave_out(
                    columns, column, f"numbers up to {np.nanmax(values):g} are no kilometres; say in station.toml what they are: "
                    f'units = {{ {variable} = "m" }} or "ft"',
                )  # fmt: skip
            case "cover" if evidence.is_fraction(values):
                column.in_unit("1", "no value above 1")
            case "cover" if evidence.eighths_or_tenths(values):
                _leave_out(
                    columns, column, "whole numbers up to 10 may be eighths, tenths or percent; say in station.toml which: "
                    f'units = {{ {variable} = "okta" }}, "tenths" or "%"',
                )  # fmt: skip
            case _:
                assume(columns, column, column.rule.unit.rstrip("?") or canonical(variable))
    for variable in [v for v, f in columns.by_variable.items() if f.unit == "?"]:
        del columns.by_variable[variable]


def _take_points(columns: Columns, column: SourceColumn, cells: pa.ChunkedArray) -> None:
    """Points of the compass in the language that the cells speaks."""
    texts = pc.utf8_trim_whitespace(one_chunk(cells).dictionary).to_pylist() if len(cells) else []
    texts = [t for t in texts[:1000] if t and t.lower() not in NULL_TOKENS and not re.match(NUMBER, t)]
    if not texts or (all(t.upper() in SECTORS for t in texts) and not compass.NOT_ENGLISH.search(column.name)):
        return
    if _are_marks(texts, cells):
        columns.warnings.append(f"{', '.join(map(repr, texts))} among the numbers of {column.name!r} count as missing")
        marks = {*column.written.words, *(t.lower() for t in texts)}
        column.written = replace(column.written, compass=False, words=tuple(sorted(marks)))
        return
    points, problem = compass.read_points(texts, column.name)
    words = tuple(sorted({*column.written.words, *compass.NO_DIRECTION}))
    if points:
        column.written = replace(column.written, compass=False, numbers=tuple(sorted(points.items())), words=words)
    elif problem:
        columns.warnings.append(f"the letters in {column.name!r} are not read: {problem}")
        column.written = replace(column.written, compass=False, words=words)
    else:
        column.written = replace(column.written, words=words)


def _are_marks(texts: Sequence[str], cells: pa.ChunkedArray) -> bool:
    """Whether a letter or two stand among the numbers of a column, as for a wind that varies: they are no directions."""
    numbers = pc.match_substring_regex(pc.utf8_trim_whitespace(one_chunk(cells).dictionary), NUMBER)
    return len(texts) <= 2 and (pc.sum(numbers.cast(pa.int64())).as_py() or 0) >= 8


def _leave_out(columns: Columns, column: SourceColumn, why: str) -> None:
    """Do not read a column; its cells stay in `rescued`."""
    columns.warnings.append(f"{column.name!r} is not read: {why}")
    column.unit = "?"
    columns.used.discard(column.at if column.at is not None else -1)


def _rain(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    """Do not read the readings of a counter that nobody explains: they would be added up."""
    if column.rule.minutes or column.rule.period_column or not evidence.is_counter(values):
        return
    columns.assumed["precipitation"] = (
        f"{column.name!r} is not read: its amounts rise and stand still, as those of a counter do; say in station.toml when "
        'it is set back (day, month or year), or write kind = "amount" if they are amounts: format = { base = "generic", '
        f'column = [{{ to = "precipitation_mm", name = [{json.dumps(column.name, ensure_ascii=False)}], '
        f'unit = "{column.unit or "mm"}", kind = "counter", resets = "day" }}] }}'
    )
    column.unit = "?"
    columns.used.discard(column.at if column.at is not None else -1)


def _leave_out_unknown(columns: Columns, unknown: Sequence[tuple[SourceColumn, Rejected]]) -> None:
    """Columns in units that nobody knows; the temperature, or a column that is all there is, costs the file.

    Raises:
        Rejected: so it is (UNIT_UNKNOWN).
    """
    measured = [v for v in columns.by_variable if v in QUANTITIES]
    for column, rejected in unknown:
        if column.rule.to == "temperature_c" or len(unknown) == len(measured):
            raise rejected
        _leave_out(columns, column, rejected.detail)


def _units_of_the_system(columns: Columns, open_ones: Sequence[SourceColumn], profile: Profile) -> None:
    """Units that follow from that of the temperatures: some producers deliver a whole file in one system of units."""
    temperature = columns.by_variable.get("temperature_c")
    if temperature is None or temperature.assumed:
        return
    units = profile.by_temperature.get(temperature.unit, {})
    for column in open_ones:
        if not column.unit and (unit := units.get(column.rule.to)):
            column.in_unit(unit, f"the temperatures are in {temperature.unit}")


def _is_yes_or_no(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 20 and bool(np.isin(known, (0.0, 1.0)).all()) and bool((known == 1.0).any())


def assume(columns: Columns, column: SourceColumn, unit: str, detail: str = "") -> None:
    """Read a column in a unit that nothing tells, and say so."""
    factor, column.unit = scale_of(unit)
    column.written = column.written.scaled(factor) if factor != 1.0 else column.written
    column.how, column.assumed = "assumed", True
    variable = column.rule.to
    others = [u for u in sorted(set(UNITS[QUANTITIES[variable]].values())) if u != unit][:4]
    columns.assumed[f"units.{variable}"] = (
        f"{variable}: nothing names the unit of {column.name!r}, {unit} is ASSUMED{detail}; it might be "
        f'{", ".join(others)}: write the unit into station.toml: units = {{ {variable} = "{unit}" }}'
    )


def _numbers(cells: pa.ChunkedArray, column: SourceColumn, decimal: str) -> np.ndarray:
    return read_numbers(one_chunk(cells), "", decimal, column.written)[0]


def _temperatures(
    columns: Columns, numbers: Mapping[str, np.ndarray], cells: Mapping[str, pa.ChunkedArray], decimal: str
) -> None:
    """The unit of temperature, dew point and apparent temperature; one proof does for all."""
    family = [
        v for v in ("temperature_c", "dew_point_c", "apparent_temperature_c") if v in columns.by_variable and v in cells
    ]
    open_ones = [v for v in family if not columns.by_variable[v].unit and v in numbers]
    if not open_ones:
        return
    for variable in list(open_ones):
        column, values = columns.by_variable[variable], numbers[variable]
        if evidence.is_kelvin(values):
            column.in_unit("K", "no value below 150")
            open_ones.remove(variable)
    if {"temperature_c", "dew_point_c", "humidity_percent"} <= columns.by_variable.keys() & cells.keys() and set(open_ones) >= {
        "temperature_c", "dew_point_c"
    }:  # fmt: skip
        humidity = columns.by_variable["humidity_percent"]
        u = _numbers(cells["humidity_percent"], humidity, decimal)
        if humidity.unit == "1" or (not humidity.unit and evidence.is_fraction(u)):
            u = u * 100.0
        unit = evidence.unit_by_humidity(numbers["temperature_c"], numbers["dew_point_c"], u)
        if unit:
            for variable in open_ones:
                columns.by_variable[variable].in_unit(unit, "humidity, temperature and dew point agree in it")
            return
    told = next(
        (columns.by_variable[v] for v in family if columns.by_variable[v].unit and not columns.by_variable[v].assumed),
        None,
    )
    for variable in open_ones:
        column, values = columns.by_variable[variable], numbers[variable]
        if told is not None and told.unit in ("degC", "degF"):
            assume(columns, column, told.unit, f" as that of {told.name!r}")
            continue
        median = evidence.unlikely_celsius(values)
        if median is not None or evidence.tenths_of_degrees(values):
            what = f"a median of {median:g}" if median is not None else "whole numbers beyond 60"
            likely, more = (
                ("K", "") if (median or 0.0) > evidence.MIN_KELVIN else ("degF", ', or "0.1 degC" if they are tenths')
            )
            raise Rejected(
                Reason.UNIT_UNLIKELY,
                f"the temperatures in {column.name!r} have {what}, so that they cannot be degrees Celsius; write what they "
                f'are into station.toml: units = {{ {variable} = "{likely}" }}{more}',
            )
        if evidence.is_normalised(values):
            raise Rejected(
                Reason.UNIT_UNLIKELY,
                f"all temperatures in {column.name!r} lie between 0 and 1, as numbers do that were normalised; if they are what "
                f'they seem, say so in station.toml: units = {{ {variable} = "degC" }}',
            )
        known = values[~np.isnan(values)]
        span = f" ({known.min():g} .. {known.max():g})" if len(known) else ""
        assume(columns, column, column.rule.unit.rstrip("?") or "degC", span)


def _humidity(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    fraction = evidence.is_fraction(values)
    known = values[~np.isnan(values)]
    if fraction:
        column.in_unit("1", f"no value above 1 in {len(known)}")
    elif fraction is None and len(known):
        assume(columns, column, "1", f" (no value above 1, but {len(known)} values only)")
    else:
        column.in_unit("%", f"values up to {known.max():g}" if len(known) else "percent")


def _pressure(columns: Columns, column: SourceColumn, values: np.ndarray) -> None:
    unit = evidence.pressure_unit(values)
    known = values[~np.isnan(values)]
    if unit:
        column.in_unit(unit, f"the median of {np.median(known):g}")
        return
    if not len(known):
        column.in_unit("hPa", "no value")
        return
    variable = column.rule.to
    median = float(np.median(known))
    unit = "0.1 hPa" if evidence.TENTHS_OF_HPA[0] <= median <= evidence.TENTHS_OF_HPA[1] else "mmHg"
    _leave_out(
        columns, column, f"a median of {median:g} proves no unit of pressure; write it into station.toml, such as "
        f'units = {{ {variable} = "{unit}" }}',
    )  # fmt: skip


def _speed(columns: Columns, column: SourceColumn, values: np.ndarray, cells: pa.ChunkedArray) -> None:
    unit = column.rule.unit.rstrip("?") or "m/s"
    if column.rule.steps:
        steps = []
        for part in column.rule.steps.split(","):
            factor, of = scale_of(part.strip())
            steps.append((factor, of))
        texts = [t for t in one_chunk(cells).dictionary.to_pylist() if t and re.match(NUMBER, t)]
        decimals = max((len(re.split(r"[.,]", t.strip())[1]) if re.search(r"[.,]", t) else 0 for t in texts), default=0)
        proven = evidence.speed_unit_by_steps(values, decimals, tuple(steps))
        if proven:
            column.in_unit(proven, f"all values are steps of {column.rule.steps}")
            return
    assume(columns, column, unit)
