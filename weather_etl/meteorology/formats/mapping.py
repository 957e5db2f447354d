"""Which column of a file is which variable, and how its text is written.

Belongs here: aliases, names, decimal and thousands marks, columns that say the same.
Does not belong here: units (`unit_choice.py`), names (`profiles/*.toml`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field, plain_numbers, read_numbers
from weather_etl.meteorology.cell_states import NULL_TOKENS, USUAL_TOKENS, one_chunk
from weather_etl.meteorology.formats.names import Names, key
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ColumnRule, Profile
from weather_etl.meteorology.units import CANONICAL_UNITS, QUANTITIES, is_unit, scale_of
from weather_etl.meteorology.vocabulary import RAW_NUMBERS, RAW_TEXT_COLUMNS

IGNORE = "ignore"
_OWN_NAMES = tuple(c for c in RAW_TEXT_COLUMNS if c not in ("timestamp", "quality_codes", "cloud_cover"))
NUMBER = r"^\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?\s*$"
_MIN_COMMAS = 0.2  # of the numbers of a column: fewer are slips
_TAIL = r"(\s*[^\d\s.,]\D*)?"  # a unit behind the number


@dataclass
class Found:
    """One variable of a file.

    Attributes:
        rule: of the profile, or made of an alias.
        at: position of the column; None: its cells stand at positions of the line.
        name: of the column.
        unit: of the numbers, after `field`'s factor and divisor.
        how: what told the unit, for a person; "" where there is none.
        assumed: nothing told it.
        written: how the text is written.
        joined: positions of the columns whose texts follow in the same cell.
    """

    rule: ColumnRule
    at: int | None
    name: str
    unit: str = ""
    how: str = ""
    assumed: bool = False
    written: Field = field(default_factory=Field)
    joined: tuple[int, ...] = ()

    def in_unit(self, unit: str, how: str) -> None:
        """Read it in this unit, which may have a factor: `0.1 degC`."""
        factor, self.unit = scale_of(unit)
        self.written = self.written.scaled(factor) if factor != 1.0 else self.written
        self.how = how


@dataclass
class Columns:
    """The variables of a file.

    Attributes:
        found: variable -> where it stands and how it is read.
        assumed: `units.<column>` -> sentence that says what was assumed.
        warnings: sentences for a person.
        open_pressure: `msl` or `station`: as which a pressure is read that does not say what it is; "" without one.
        pressure_median: of that pressure, in hPa; 0 where it proves nothing.
        used: positions of columns that are read or ignored.
    """

    found: dict[str, Found] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    open_pressure: str = ""
    pressure_median: float = 0.0
    used: set[int] = field(default_factory=set)


def find_columns(profile: Profile, names: Names, options: Options, times: Sequence[int]) -> Columns:
    """Where the variables stand; units come later.

    Args:
        profile: of the file.
        names: of its columns.
        options: of the station.
        times: positions of the columns that make the time.
    """
    out = Columns(used=set(times))
    own = {c for c in options.aliases.values() if c not in (IGNORE, "timestamp")}
    for name, column in options.aliases.items():
        if column == IGNORE:
            out.used.update(names.numbered(name))
    for name, column in options.aliases.items():
        at = next((i for i in names.numbered(name) if i not in out.used), None)
        if column in own and at is not None and column not in out.found:
            rule = next((r for r in profile.columns if r.to == column), ColumnRule(column))
            rule = ColumnRule(column, (name,), unit=rule.unit if rule.is_open or profile.generic else canonical(column))
            out.found[column] = Found(rule, at, names.names[at])
            out.used.add(at)
    if profile.generic:  # our own names carry their unit, whatever a format says of names like them
        for column in _OWN_NAMES:
            at = next((i for i in names.lower.get(column, []) if i not in out.used), None)
            if at is not None and column not in out.found:
                rule = next((r for r in profile.columns if r.to == column), ColumnRule(column))
                out.found[column] = Found(replace(rule, unit=canonical(column)), at, names.names[at])
                out.used.add(at)
    named = [r for r in profile.columns if r.name]
    known = sum(names.has(r.name) for r in named if any(len(key(n)) > 1 for n in r.name)) if profile.generic else 99
    for rule in profile.columns:
        if rule.to in out.found:
            continue
        if not rule.name:
            out.found[rule.to] = Found(rule, None, "")
            continue
        patterns = [n for n in rule.name if len(key(n)) != 1 or known >= 2] if profile.generic else list(rule.name)
        # One column may have several variables: parts of its cells, or some of its rows.
        taken = set() if rule.part is not None or rule.where is not None else out.used
        at = names.first(patterns, without=rule.exclude, used=taken, variable=rule.to)
        if at is None:
            continue
        found = out.found[rule.to] = Found(rule, at, names.names[at])
        out.used.add(at)
        for name in rule.join:
            if (more := names.first([name], used=out.used, variable=rule.to)) is not None:
                found.joined += (more,)
                out.used.add(more)
    return out


def canonical(column: str) -> str:
    """The unit that the name of our column ends in."""
    return CANONICAL_UNITS.get(column.rsplit("_", 1)[-1], "")


def written_by(rule: ColumnRule, profile: Profile, options: Options) -> Field:
    """How the text of a variable is written, by its profile and the station."""
    missing = [*profile.missing, *rule.missing, *options.missing]
    numbers = sorted({float(m.replace(",", ".")) for m in missing if re.match(NUMBER, m)})
    quality = rule.quality
    codes = None
    if quality and isinstance(quality.codes, Mapping):
        codes = tuple(sorted((str(c), int(f)) for c, f in quality.codes.items()))
    elif quality is None or quality.cell:
        codes = ()
    return Field(
        missing=tuple(numbers),
        words=tuple(sorted({m.strip().lower() for m in missing})),
        part=rule.part,
        quality=quality.part if quality else None,
        trace=rule.trace,
        low=rule.low,
        minutes=float(rule.minutes or 60),
        strip=rule.strip,
        numbers=tuple(rule.map.items()) if isinstance(rule.map, Mapping) else (),
        compass=rule.map == "compass",
        mark=quality.cell if quality else "",
        codes=codes if codes else None,
    )


def unusual_words(variable: str, column: pa.ChunkedArray) -> list[str]:
    """Words in a column of numbers that are taken as missing though they are unusual."""
    cells = one_chunk(column)
    if cells.null_count == len(cells) or variable not in RAW_NUMBERS:
        return []
    texts = pc.utf8_trim_whitespace(cells.dictionary)
    lower = pc.utf8_lower(texts)
    odd = pc.and_(
        pc.is_in(lower, value_set=pa.array(NULL_TOKENS)), pc.invert(pc.is_in(lower, value_set=pa.array(USUAL_TOKENS)))
    )
    return sorted(set(texts.filter(odd).to_pylist())) if pc.any(odd).as_py() else []


def decimal_mark(columns: Mapping[str, pa.ChunkedArray], setting: str | None, wanted: str) -> tuple[str, list[str]]:
    """The decimal mark of a file, and the variables whose marks may be of thousands.

    Args:
        columns: variable -> cells.
        setting: of the station.
        wanted: of the profile: `.`, `,` or `auto`: a comma, if numbers of a column have one that cannot be of thousands.

    `10,000` and `10.000` are ten thousand as well as ten: where all numbers with a mark have three digits behind it, it
    decides nothing. Some columns of a file may have a comma and others a point: with the comma as the mark both are read,
    but for `1.500`, which then may be either, and is no number.
    """
    if setting:
        return setting + ("," if setting == "." else "."), []
    if wanted in (".", ","):
        return wanted, []
    comma = point = grouped = 0
    whole_column = False
    texts_of = {name: one_chunk(columns[name]).dictionary for name in QUANTITIES.keys() & columns.keys()}
    if not any(pc.any(pc.match_substring(texts, ",")).as_py() for texts in texts_of.values()):
        return ".", []
    for texts in texts_of.values():
        texts = pc.utf8_trim_whitespace(texts)
        commas = _count(texts, r"\d*,\d{1,2}|\d*,\d{4,}|0,\d+|\d{4,},\d+|,\d+")
        points = _count(texts, r"\d*\.\d+")
        whole_column |= commas > points and commas >= _MIN_COMMAS * len(texts)
        comma, point = comma + commas, point + points
        # With both marks in it, a number says which is which.
        grouped += _count(texts, r"\d{1,3}(\.\d{3})+,\d+") - _count(texts, r"\d{1,3}(,\d{3})+\.\d+")
    if grouped:
        return ("," if grouped > 0 else "."), []
    return ("," if comma and (not point or whole_column) else "."), []


def _count(texts: pa.Array, pattern: str) -> int:
    return pc.sum(pc.match_substring_regex(texts, rf"^[+-]?({pattern}){_TAIL}$").cast(pa.int64())).as_py() or 0


def thousands_or_decimals(
    variable: str, column: pa.ChunkedArray, unit: str, decimal: str, delimiter: str, setting: str | None
) -> bool:
    """Whether the marks of a column may be of thousands: every number has one, with three digits behind it.

    Only where separated numbers are usual: metres of visibility and the like, in files not separated by commas. Nobody sees
    millimetres far, so that of metres the digits need not be round.
    """
    if setting or delimiter == "," or QUANTITIES.get(variable) not in ("distance", "pressure", "radiation"):
        return False
    texts = pc.utf8_trim_whitespace(one_chunk(column).dictionary)
    mark = "," if decimal == "," else r"\."
    numbers = texts.filter(pc.match_substring_regex(plain_numbers(texts, decimal), NUMBER))
    grouped = pc.match_substring_regex(numbers, rf"^[1-9]\d{{0,2}}{mark}\d00$|^[1-9]\d{{0,2}}{mark}\d{{3}}$")
    round_ones = pc.match_substring_regex(numbers, rf"{mark}\d00$")
    metres = variable == "visibility_km" and unit == "m"
    return len(numbers) > 0 and bool(pc.all(grouped).as_py()) and (metres or bool(pc.all(round_ones).as_py()))


def same_values(a: pa.ChunkedArray, b: pa.ChunkedArray, one: Found, other: Found, decimal: str) -> bool:
    """Whether two columns say the same, each in its unit; the second may say nothing at all (an unused port)."""
    quantity = QUANTITIES.get(one.rule.to)
    if quantity is None:
        return one_chunk(a).cast(pa.string()).equals(one_chunk(b).cast(pa.string()))
    x, y = (
        read_numbers(one_chunk(c), f.unit if is_unit(quantity, f.unit) else "", decimal, f.written, quantity)[0]
        for c, f in ((a, one), (b, other))
    )
    tolerance = (
        0.0 if one.unit == other.unit else max(0.11, _last_digit(a, one) / 2, _last_digit(b, other) / 2)
    )  # rounding
    texts = pc.utf8_trim_whitespace(one_chunk(b).cast(pa.string()))
    if np.isnan(y).all() and not pc.any(pc.not_equal(texts, "")).as_py():
        return True
    with np.errstate(invalid="ignore"):
        return bool(((np.abs(x - y) <= tolerance) | (np.isnan(x) & np.isnan(y))).all())


def _last_digit(column: pa.ChunkedArray, found: Found) -> float:
    """What one step of the last digit of a column's numbers is in our unit."""
    texts = one_chunk(column).dictionary.to_pylist()
    decimals = max((len(m[1]) for t in texts if t and (m := re.fullmatch(r"\s*[+-]?\d*[.,](\d+)\s*", t))), default=0)
    digits = pa.array(["0", f"{10.0**-decimals:.{decimals}f}"]).dictionary_encode()
    steps = read_numbers(digits, found.unit, ".", found.written, QUANTITIES[found.rule.to])[0]
    return float(abs(steps[1] - steps[0])) if not np.isnan(steps).any() else 0.0
