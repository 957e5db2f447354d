"""The unit that something names: station, brackets of a header, units row, suffix of a name, text behind the cells.

Belongs here: who may name a unit, in their order. Does not belong here: what numbers prove and what is assumed (`unit_choice.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, one_chunk
from weather_etl.meteorology.formats.mapping import NUMBER, SourceColumn, canonical
from weather_etl.meteorology.formats.names import bare, key, units_of, words
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ColumnRule, Profile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES, UNITS, known_unit
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

_NO_UNIT = re.compile(
    r"(?i)\d+(\.\d+)?\s*(m|cm|ft|min)|(at )?\d.*|outdoor|outside|avg|average|mean|instant\w*|station|surface|sea level|msl|local.*|.*s/n.*"
)


def take_unit(
    column: SourceColumn, cells: pa.ChunkedArray | None, profile: Profile, units_row: Sequence[str], options: Options
) -> None:
    """The unit that something names; left empty where nothing does."""
    rule, variable = column.rule, column.rule.to
    if variable in options.units:
        column.in_unit(options.units[variable], "station.toml")
        return
    if rule.unit_wins or column.at is None:
        column.in_unit(rule.unit, profile.title)
        return
    name, text = bare(column.name)
    if text and QUANTITIES[variable] != "cover":
        unit = known_unit(variable, text)
        if unit is None and re.search(r"\(", text):
            unit = known_unit(variable, re.sub(r"\(.*", "", text))
        if unit:
            if profile.generic and cells is not None:
                before = column.written
                if _unit_behind_cells(column, cells, variable) not in (None, unit):
                    column.written = before  # they contradict the header, and stay no numbers
            column.in_unit(unit, "the header")
            return
        if profile.generic and re.search(r"[(\[]", column.name) and not _NO_UNIT.fullmatch(text):
            raise _unknown_unit(column.name, variable, text)
    row = units_row[column.at].strip() if column.at < len(units_row) else ""
    if row:
        unit = known_unit(variable, row)
        if unit:
            column.in_unit(unit, "the line of units")
            return
        if profile.generic and key(row):
            raise _unknown_unit(column.name, variable, row)
    if not rule.unit or rule.is_open:
        unit = suffix_unit(name, variable, rule)
        if unit:
            column.in_unit(unit, "the name")
            return
        if cells is not None and (unit := _unit_behind_cells(column, cells, variable)):
            column.in_unit(unit, "the cells")
            return
    elif profile.generic and (unit := suffix_unit(name, variable, rule)):
        column.in_unit(unit, "the name")
        return
    elif profile.generic and cells is not None and (unit := _unit_behind_cells(column, cells, variable)):
        column.in_unit(unit, "the cells")
        return
    if rule.unit and not rule.is_open:
        column.in_unit(rule.unit, profile.title)


def _unknown_unit(name: str, variable: str, text: str) -> Rejected:
    known = ", ".join(sorted(set(UNITS[QUANTITIES[variable]].values())))
    return Rejected(
        Reason.UNIT_UNKNOWN,
        f"the unit {text!r} of column {name!r} is none of {', '.join(sorted(UNITS[QUANTITIES[variable]]))}; say in "
        f'station.toml which it is (known are {known}), such as units = {{ {variable} = "{canonical(variable)}" }}, or leave the column out: '
        f'aliases = {{ "{name}" = "ignore" }}',
    )


def suffix_unit(name: str, variable: str, rule: ColumnRule) -> str | None:
    """The unit that the last words of a name are: `wind_speed_kmh`, `tempC`, `windspeedKmph`."""
    if name.lower() in RAW_TEXT_COLUMNS:  # our own name carries its unit
        return canonical(variable)
    parts = words(name)
    for cut in range(max(len(parts) - 3, 1), len(parts)):
        for text in units_of(parts[cut:]):
            if unit := known_unit(variable, text):
                return unit
    return "%" if name.rstrip().endswith("%") and known_unit(variable, "%") else None


def _unit_behind_cells(column: SourceColumn, cells: pa.ChunkedArray, variable: str) -> str | None:
    """The unit that stands behind at least 90 % of the cells; it is cut off when they are read."""
    texts = pc.utf8_trim_whitespace(one_chunk(cells).dictionary) if len(cells) else pa.array([], pa.string())
    if column.written.strip or not len(texts) or pc.all(pc.match_substring_regex(texts, NUMBER)).as_py():
        return None
    sample = [t for t in texts.slice(0, 2000).to_pylist() if t and t.lower() not in NULL_TOKENS]
    tails: dict[str, int] = {}
    for text in sample:
        if match := re.match(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)\s*([^\d\s.,].*)$", text):
            tails[match[1]] = tails.get(match[1], 0) + 1
    if not tails:
        return None
    tail = max(tails, key=lambda t: tails[t])
    unit = known_unit(variable, tail)
    if unit is None or tails[tail] < 0.9 * len(sample):
        return None
    column.written = replace(column.written, strip=rf"\s*{re.escape(tail)}$")
    return unit
