"""The unit that something names: station, brackets of a header, units row, suffix of a name, text behind the cells.

Belongs here: who may name a unit, in their order. Does not belong here: what numbers prove and what is assumed (`unit_choice.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, one_chunk
from weather_etl.meteorology.formats.names import bare, key, units_of, words
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source_columns import NUMBER, SourceColumn, canonical
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES, UNITS, known_unit
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

_NO_UNIT = re.compile(
    r"(?i)\d+(\.\d+)?\s*(m|cm|ft|min)|(at )?\d.*|outdoor|outside|avg|average|mean|instant\w*|station|surface|sea level|msl|local.*|.*s/n.*"
)

_SAMPLE = 2000  # distinct texts that tell the unit behind them


def take_unit(
    column: SourceColumn, cells: pa.ChunkedArray | None, profile: Profile, units_row: Sequence[str], options: Options
) -> None:
    """Fill in the unit of a column that something names, by the first that does; left empty where nothing does.

    Args:
        column: its unit is filled in, and, where the unit stands behind the numbers, how they are written.
        cells: its text; None where they are not at hand.
        profile: of the file.
        units_row: texts of the line with the units, one per column.
        options: of the station.

    Raises:
        Rejected: header or line of units name one that nobody knows (UNIT_UNKNOWN).
    """
    rule = column.rule
    may_be_told = profile.generic or rule.is_open or not rule.unit
    if rule.to in options.units:
        column.in_unit(options.units[rule.to], "station.toml")
    elif rule.unit_wins or column.at is None:
        column.in_unit(rule.unit, profile.title)
    elif unit := _unit_in_header(column, cells, profile):
        column.in_unit(unit, "the header")
    elif unit := _unit_in_row(column, column.at, profile, units_row):
        column.in_unit(unit, "the line of units")
    elif may_be_told and (unit := suffix_unit(bare(column.name)[0], rule.to)):
        column.in_unit(unit, "the name")
    elif may_be_told and cells is not None and (unit := _unit_behind_cells(column, cells)):
        column.in_unit(unit, "the cells")
    elif rule.unit and not rule.is_open:
        column.in_unit(rule.unit, profile.title)


def _unit_in_header(column: SourceColumn, cells: pa.ChunkedArray | None, profile: Profile) -> str | None:
    """The unit in the brackets of a header, or behind its comma; the same one behind the cells is cut off from them."""
    variable, text = column.rule.to, bare(column.name)[1]
    if not text:
        return None
    if QUANTITIES[variable] == "cover":  # brackets hold layers and their numbers as well
        return known_unit(variable, text) if text.strip() != "1" else None
    unit = known_unit(variable, text)
    if unit is None and "(" in text:
        unit = known_unit(variable, re.sub(r"\(.*", "", text))
    if unit is None:
        if profile.generic and re.search(r"[(\[]", column.name) and not _NO_UNIT.fullmatch(text):
            raise _unknown_unit(column.name, variable, text)
        return None
    if profile.generic and cells is not None:
        before = column.written
        if _unit_behind_cells(column, cells) not in (None, unit):
            column.written = before  # they contradict the header, and stay no numbers
    return unit


def _unit_in_row(column: SourceColumn, at: int, profile: Profile, units_row: Sequence[str]) -> str | None:
    """The unit in the line of units."""
    text = units_row[at].strip() if at < len(units_row) else ""
    unit = known_unit(column.rule.to, text) if text else None
    if text and unit is None and profile.generic and key(text):
        raise _unknown_unit(column.name, column.rule.to, text)
    return unit


def _unknown_unit(name: str, variable: str, text: str) -> Rejected:
    known = ", ".join(sorted(set(UNITS[QUANTITIES[variable]].values())))
    return Rejected(
        Reason.UNIT_UNKNOWN,
        f"the unit {text!r} of column {name!r} is none of {', '.join(sorted(UNITS[QUANTITIES[variable]]))}; say in "
        f'station.toml which it is (known are {known}), such as units = {{ {variable} = "{canonical(variable)}" }}, or leave the column out: '
        f'aliases = {{ "{name}" = "ignore" }}',
    )


def suffix_unit(name: str, variable: str) -> str | None:
    """The unit that the last words of a name are: `wind_speed_kmh`, `tempC`, `windspeedKmph`."""
    if name.lower() in RAW_TEXT_COLUMNS:  # our own name carries its unit
        return canonical(variable)
    parts = words(name)
    for cut in range(max(len(parts) - 3, 1), len(parts)):
        for text in units_of(parts[cut:]):
            if unit := known_unit(variable, text):
                return unit
    return "%" if name.rstrip().endswith("%") and known_unit(variable, "%") else None


def _unit_behind_cells(column: SourceColumn, cells: pa.ChunkedArray) -> str | None:
    """The unit that stands behind at least 90 % of the cells; it is cut off when they are read."""
    if column.written.strip or not len(cells):
        return None
    texts = pc.utf8_trim_whitespace(one_chunk(cells).dictionary.slice(0, _SAMPLE))
    plain = pc.match_substring_regex(texts.slice(0, _SAMPLE // 8), NUMBER)
    if not len(texts) or pc.all(plain).as_py():  # an eighth without a unit is more than the tenth that may have none
        return None
    sample = [t for t in texts.to_pylist() if t and t.lower() not in NULL_TOKENS]
    tails: dict[str, int] = {}
    for text in sample:
        if match := re.match(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)\s*([^\d\s.,].*)$", text):
            tails[match[1]] = tails.get(match[1], 0) + 1
    if not tails:
        return None
    tail = max(tails, key=lambda t: tails[t])
    unit = known_unit(column.rule.to, tail)
    if unit is None or tails[tail] < 0.9 * len(sample):
        return None
    column.written = replace(column.written, strip=rf"\s*{re.escape(tail)}$")
    return unit
