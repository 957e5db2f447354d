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
from weather_etl.meteorology.formats.mapping import NUMBER, Columns, Found, canonical, written_by
from weather_etl.meteorology.formats.named_units import take_unit
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES, UNITS, scale_of
from weather_etl.meteorology.vocabulary import SECTORS


def settle_units(
    out: Columns, columns: Mapping[str, pa.ChunkedArray], profile: Profile, units_row: Sequence[str], options: Options,
    decimal: str,
) -> None:  # fmt: skip
    """Fill in the unit of every variable: the first that speaks.

    Station, brackets of the header, units row, suffix of the name, text behind the cells, the format, evidence, and at
    last an assumption, which is told.

    Args:
        out: found columns; changed in place.
        columns: variable -> its cells.
        profile: of the file.
        units_row: texts of the line with the units, one per column.
        options: of the station.
        decimal: the decimal mark.

    Raises:
        Rejected: a unit is not known, or numbers cannot be in the only unit left (UNIT_UNLIKELY).
    """
    open_ones: list[Found] = []
    unknown: list[tuple[Found, Rejected]] = []
    for variable, found in out.found.items():
        found.written = written_by(found.rule, profile, options)
        if variable not in QUANTITIES:
            continue
        if found.written.compass and profile.generic and variable in columns:
            _take_points(out, found, columns[variable])
        try:
            take_unit(found, columns.get(variable), profile, units_row, options)
        except Rejected as rejected:
            unknown.append((found, rejected))
            continue
        if not found.unit:
            open_ones.append(found)
    _leave_out_unknown(out, unknown)
    if (
        profile.generic
        and (bearing := out.found.get("wind_direction_deg"))
        and bearing.how == profile.title  # degrees by default
        and evidence.tens_of_degrees(_numbers(columns["wind_direction_deg"], bearing, decimal))
    ):
        _leave_out(
            out, bearing, "whole numbers up to 36 may be degrees, tens of degrees or numbers of compass points; say in "
            'station.toml which: units = { wind_direction_deg = "degree" } or "10 degree"',
        )  # fmt: skip
    if profile.generic and (rain := out.found.get("precipitation_mm")) and not rain.rule.kind and rain.unit != "?":
        _rain(out, rain, _numbers(columns["precipitation_mm"], rain, decimal))
    numbers = {f.rule.to: _numbers(columns[f.rule.to], f, decimal) for f in open_ones if f.rule.to in columns}
    _temperatures(out, numbers, columns, decimal)
    _units_of_the_system(out, open_ones, profile)
    for found in open_ones:
        variable = found.rule.to
        values = numbers.get(variable)
        if found.unit or values is None:
            continue
        match QUANTITIES[variable]:
            case "humidity":
                _humidity(out, found, values)
            case "pressure":
                _pressure(out, found, values)
            case "speed" if evidence.beyond_any_wind(values):
                _leave_out(
                    out, found,
                    f"numbers up to {np.nanmax(values):g} are those of no wind; if they are, say so in station.toml: "
                    f'units = {{ {variable} = "0.1 m/s" }} or another unit',
                )  # fmt: skip
            case "speed":
                _speed(out, found, values, columns[variable])
            case "amount" if _is_yes_or_no(values):
                _leave_out(
                    out, found, "it holds 0 and 1 alone, which say whether it rained rather than how much; if they are amounts, "
                    f'say so in station.toml: units = {{ {variable} = "mm" }}',
                )  # fmt: skip
            case "direction":
                found.unit, found.how = "degree", "degrees"
            case "distance" if evidence.beyond_kilometres(values):
                _leave_out(
                    out, found, f"numbers up to {np.nanmax(values):g} are no kilometres; say in station.toml what they are: "
                    f'units = {{ {variable} = "m" }} or "ft"',
                )  # fmt: skip
            case "cover" if evidence.is_fraction(values):
                found.in_unit("1", "no value above 1")
            case "cover" if evidence.eighths_or_tenths(values):
                _leave_out(
                    out, found, "whole numbers up to 10 may be eighths, tenths or percent; say in station.toml which: "
                    f'units = {{ {variable} = "okta" }}, "tenths" or "%"',
                )  # fmt: skip
            case _:
                assume(out, found, found.rule.unit.rstrip("?") or canonical(variable))
    for variable in [v for v, f in out.found.items() if f.unit == "?"]:
        del out.found[variable]


def _take_points(out: Columns, found: Found, column: pa.ChunkedArray) -> None:
    """Points of the compass in the language that the column speaks."""
    texts = pc.utf8_trim_whitespace(one_chunk(column).dictionary).to_pylist() if len(column) else []
    texts = [t for t in texts[:1000] if t and t.lower() not in NULL_TOKENS and not re.match(NUMBER, t)]
    if not texts or (all(t.upper() in SECTORS for t in texts) and not compass.NOT_ENGLISH.search(found.name)):
        return
    if _are_marks(texts, column):
        out.warnings.append(f"{', '.join(map(repr, texts))} among the numbers of {found.name!r} count as missing")
        marks = {*found.written.words, *(t.lower() for t in texts)}
        found.written = replace(found.written, compass=False, words=tuple(sorted(marks)))
        return
    points, problem = compass.read_points(texts, found.name)
    words = tuple(sorted({*found.written.words, *compass.NO_DIRECTION}))
    if points:
        found.written = replace(found.written, compass=False, numbers=tuple(sorted(points.items())), words=words)
    elif problem:
        out.warnings.append(f"the letters in {found.name!r} are not read: {problem}")
        found.written = replace(found.written, compass=False, words=words)
    else:
        found.written = replace(found.written, words=words)


def _are_marks(texts: Sequence[str], column: pa.ChunkedArray) -> bool:
    """Whether a letter or two stand among the numbers of a column, as for a wind that varies: they are no directions."""
    numbers = pc.match_substring_regex(pc.utf8_trim_whitespace(one_chunk(column).dictionary), NUMBER)
    return len(texts) <= 2 and (pc.sum(numbers.cast(pa.int64())).as_py() or 0) >= 8


def _leave_out(out: Columns, found: Found, why: str) -> None:
    """Do not read a column; its cells stay in `rescued`."""
    out.warnings.append(f"{found.name!r} is not read: {why}")
    found.unit = "?"
    out.used.discard(found.at if found.at is not None else -1)


def _rain(out: Columns, found: Found, values: np.ndarray) -> None:
    """Do not read the readings of a counter that nobody explains: they would be added up."""
    if found.rule.minutes or found.rule.period_column or not evidence.is_counter(values):
        return
    out.assumed["precipitation"] = (
        f"{found.name!r} is not read: its amounts rise and stand still, as those of a counter do; say in station.toml when "
        'it is set back (day, month or year), or write kind = "amount" if they are amounts: format = { base = "generic", '
        f'column = [{{ to = "precipitation_mm", name = [{json.dumps(found.name, ensure_ascii=False)}], '
        f'unit = "{found.unit or "mm"}", kind = "counter", resets = "day" }}] }}'
    )
    found.unit = "?"
    out.used.discard(found.at if found.at is not None else -1)


def _leave_out_unknown(out: Columns, unknown: Sequence[tuple[Found, Rejected]]) -> None:
    """Columns in units that nobody knows; the temperature, or a column that is all there is, costs the file.

    Raises:
        Rejected: so it is (UNIT_UNKNOWN).
    """
    measured = [v for v in out.found if v in QUANTITIES]
    for found, rejected in unknown:
        if found.rule.to == "temperature_c" or len(unknown) == len(measured):
            raise rejected
        _leave_out(out, found, rejected.detail)


def _units_of_the_system(out: Columns, open_ones: Sequence[Found], profile: Profile) -> None:
    """Units that follow from that of the temperatures: some producers deliver a whole file in one system of units."""
    temperature = out.found.get("temperature_c")
    if temperature is None or temperature.assumed:
        return
    units = profile.by_temperature.get(temperature.unit, {})
    for found in open_ones:
        if not found.unit and (unit := units.get(found.rule.to)):
            found.in_unit(unit, f"the temperatures are in {temperature.unit}")


def _is_yes_or_no(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 20 and bool(np.isin(known, (0.0, 1.0)).all()) and bool((known == 1.0).any())


def assume(out: Columns, found: Found, unit: str, detail: str = "") -> None:
    """Read a column in a unit that nothing tells, and say so."""
    factor, found.unit = scale_of(unit)
    found.written = found.written.scaled(factor) if factor != 1.0 else found.written
    found.how, found.assumed = "assumed", True
    variable = found.rule.to
    others = [u for u in sorted(set(UNITS[QUANTITIES[variable]].values())) if u != unit][:4]
    out.assumed[f"units.{variable}"] = (
        f"{variable}: nothing names the unit of {found.name!r}, {unit} is ASSUMED{detail}; it might be "
        f'{", ".join(others)}: write the unit into station.toml: units = {{ {variable} = "{unit}" }}'
    )


def _numbers(column: pa.ChunkedArray, found: Found, decimal: str) -> np.ndarray:
    return read_numbers(one_chunk(column), "", decimal, found.written)[0]


def _temperatures(
    out: Columns, numbers: Mapping[str, np.ndarray], columns: Mapping[str, pa.ChunkedArray], decimal: str
) -> None:
    """The unit of temperature, dew point and apparent temperature; one proof does for all."""
    family = [v for v in ("temperature_c", "dew_point_c", "apparent_temperature_c") if v in out.found and v in columns]
    open_ones = [v for v in family if not out.found[v].unit and v in numbers]
    if not open_ones:
        return
    for variable in list(open_ones):
        found, values = out.found[variable], numbers[variable]
        if evidence.is_kelvin(values):
            found.in_unit("K", "no value below 150")
            open_ones.remove(variable)
    if {"temperature_c", "dew_point_c", "humidity_percent"} <= out.found.keys() & columns.keys() and set(open_ones) >= {
        "temperature_c", "dew_point_c"
    }:  # fmt: skip
        humidity = out.found["humidity_percent"]
        u = _numbers(columns["humidity_percent"], humidity, decimal)
        if humidity.unit == "1" or (not humidity.unit and evidence.is_fraction(u)):
            u = u * 100.0
        unit = evidence.unit_by_humidity(numbers["temperature_c"], numbers["dew_point_c"], u)
        if unit:
            for variable in open_ones:
                out.found[variable].in_unit(unit, "humidity, temperature and dew point agree in it")
            return
    told = next((out.found[v] for v in family if out.found[v].unit and not out.found[v].assumed), None)
    for variable in open_ones:
        found, values = out.found[variable], numbers[variable]
        if told is not None and told.unit in ("degC", "degF"):
            assume(out, found, told.unit, f" as that of {told.name!r}")
            continue
        median = evidence.unlikely_celsius(values)
        if median is not None or evidence.tenths_of_degrees(values):
            what = f"a median of {median:g}" if median is not None else "whole numbers beyond 60"
            likely, more = (
                ("K", "") if (median or 0.0) > evidence.MIN_KELVIN else ("degF", ', or "0.1 degC" if they are tenths')
            )
            raise Rejected(
                Reason.UNIT_UNLIKELY,
                f"the temperatures in {found.name!r} have {what}, so that they cannot be degrees Celsius; write what they "
                f'are into station.toml: units = {{ {variable} = "{likely}" }}{more}',
            )
        if evidence.is_normalised(values):
            raise Rejected(
                Reason.UNIT_UNLIKELY,
                f"all temperatures in {found.name!r} lie between 0 and 1, as numbers do that were normalised; if they are what "
                f'they seem, say so in station.toml: units = {{ {variable} = "degC" }}',
            )
        known = values[~np.isnan(values)]
        span = f" ({known.min():g} .. {known.max():g})" if len(known) else ""
        assume(out, found, found.rule.unit.rstrip("?") or "degC", span)


def _humidity(out: Columns, found: Found, values: np.ndarray) -> None:
    fraction = evidence.is_fraction(values)
    known = values[~np.isnan(values)]
    if fraction:
        found.in_unit("1", f"no value above 1 in {len(known)}")
    elif fraction is None and len(known):
        assume(out, found, "1", f" (no value above 1, but {len(known)} values only)")
    else:
        found.in_unit("%", f"values up to {known.max():g}" if len(known) else "percent")


def _pressure(out: Columns, found: Found, values: np.ndarray) -> None:
    unit = evidence.pressure_unit(values)
    known = values[~np.isnan(values)]
    if unit:
        found.in_unit(unit, f"the median of {np.median(known):g}")
        return
    if not len(known):
        found.in_unit("hPa", "no value")
        return
    variable = found.rule.to
    median = float(np.median(known))
    unit = "0.1 hPa" if evidence.TENTHS_OF_HPA[0] <= median <= evidence.TENTHS_OF_HPA[1] else "mmHg"
    _leave_out(
        out, found, f"a median of {median:g} proves no unit of pressure; write it into station.toml, such as "
        f'units = {{ {variable} = "{unit}" }}',
    )  # fmt: skip


def _speed(out: Columns, found: Found, values: np.ndarray, column: pa.ChunkedArray) -> None:
    unit = found.rule.unit.rstrip("?") or "m/s"
    if found.rule.steps:
        steps = []
        for part in found.rule.steps.split(","):
            factor, of = scale_of(part.strip())
            steps.append((factor, of))
        texts = [t for t in one_chunk(column).dictionary.to_pylist() if t and re.match(NUMBER, t)]
        decimals = max((len(re.split(r"[.,]", t.strip())[1]) if re.search(r"[.,]", t) else 0 for t in texts), default=0)
        proven = evidence.speed_unit_by_steps(values, decimals, tuple(steps))
        if proven:
            found.in_unit(proven, f"all values are steps of {found.rule.steps}")
            return
    assume(out, found, unit)
