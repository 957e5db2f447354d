"""Which column of a file is which variable, and how its text is written.

Belongs here: aliases, names, decimal and thousands marks, columns that say the same.
Does not belong here: units (`unit_choice.py`), names (`profiles/*.toml`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field, plain_numbers, read_numbers
from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.formats.names import Names, key
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ColumnRule, Profile
from weather_etl.meteorology.formats.source_columns import NUMBER, Columns, SourceColumn, canonical
from weather_etl.meteorology.units import QUANTITIES
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

IGNORE = "ignore"
_OWN_NAMES = tuple(c for c in RAW_TEXT_COLUMNS if c not in ("timestamp", "quality_codes", "cloud_cover"))
_MIN_COMMAS = 0.2  # of the numbers of a column: fewer are slips
_TAIL = r"(\s*[^\d\s.,]\D*)?"  # a unit behind the number


def find_columns(profile: Profile, names: Names, options: Options, times: Sequence[int]) -> Columns:
    """Where the variables stand; units come later.

    Args:
        profile: of the file.
        names: of its columns.
        options: of the station.
        times: positions of the columns that make the time.
    """
    columns = Columns(used=set(times))
    _take_aliases(columns, profile, names, options)
    if profile.generic:
        _take_own_names(columns, profile, names)
    _take_names_of_profile(columns, profile, names)
    return columns


def _take_aliases(columns: Columns, profile: Profile, names: Names, options: Options) -> None:
    """The columns that the station names, or wants ignored."""
    for name, variable in options.aliases.items():
        if variable == IGNORE:
            columns.used.update(names.numbered(name))
    for name, variable in options.aliases.items():
        at = next((i for i in names.numbered(name) if i not in columns.used), None)
        if at is None or variable in (IGNORE, "timestamp") or variable in columns.by_variable:
            continue
        rule = _rule_for(variable, profile)
        unit = rule.unit if rule.is_open or profile.generic else canonical(variable)
        columns.add(ColumnRule(variable, (name,), unit=unit), at, names.names[at])


def _take_own_names(columns: Columns, profile: Profile, names: Names) -> None:
    """Columns that are called as ours are: their names carry their unit, whatever a format says of names like them."""
    for variable in _OWN_NAMES:
        at = next((i for i in names.lower.get(variable, []) if i not in columns.used), None)
        if at is not None and variable not in columns.by_variable:
            columns.add(replace(_rule_for(variable, profile), unit=canonical(variable)), at, names.names[at])


def _take_names_of_profile(columns: Columns, profile: Profile, names: Names) -> None:
    """Columns by the names that the profile has for them, and cells at positions of the line."""
    one_letter_counts = not profile.generic or _known_names(profile, names) >= 2
    for rule in profile.columns:
        if rule.to in columns.by_variable:
            continue
        if not rule.name:
            columns.by_variable[rule.to] = SourceColumn(rule, None, "")
            continue
        patterns = [n for n in rule.name if one_letter_counts or len(key(n)) != 1]
        # One column may have several variables: parts of its cells, or some of its rows.
        taken = set() if rule.part is not None or rule.where is not None else columns.used
        at = names.first(patterns, without=rule.exclude, used=taken, variable=rule.to)
        if at is not None:
            columns.add(rule, at, names.names[at])
            for name in rule.join:
                if (more := names.first([name], used=columns.used, variable=rule.to)) is not None:
                    columns.join(rule.to, more)


def _known_names(profile: Profile, names: Names) -> int:
    """How many variables have a column with a name of several letters: beside fewer than two, `T` or `p` need not be weather."""
    return sum(names.has(r.name) for r in profile.columns if any(len(key(n)) > 1 for n in r.name))


def _rule_for(variable: str, profile: Profile) -> ColumnRule:
    """The rule of the profile for a variable, or one that says nothing more."""
    return next((r for r in profile.columns if r.to == variable), ColumnRule(variable))


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


def decimal_mark(cells: Mapping[str, pa.ChunkedArray], setting: str | None, wanted: str) -> str:
    """The decimal mark of a file.

    Args:
        cells: variable -> its text, of the variables that are numbers.
        setting: of the station.
        wanted: of the profile: `.`, `,` or `auto`: a comma, if numbers of a column have one that cannot be of thousands.

    `10,000` and `10.000` are ten thousand as well as ten: where all numbers with a mark have three digits behind it, it
    decides nothing. Some columns of a file may have a comma and others a point: with the comma as the mark both are read,
    but for `1.500`, which then may be either, and is no number.
    """
    if setting:
        return setting + ("," if setting == "." else ".")
    if wanted in (".", ","):
        return wanted
    comma = point = grouped = 0
    whole_column = False
    texts_of = {name: one_chunk(texts).dictionary for name, texts in cells.items()}
    if not any(pc.any(pc.match_substring(texts, ",")).as_py() for texts in texts_of.values()):
        return "."
    for texts in texts_of.values():
        texts = pc.utf8_trim_whitespace(texts)
        commas = _count(texts, r"\d*,\d{1,2}|\d*,\d{4,}|0,\d+|\d{4,},\d+|,\d+")
        points = _count(texts, r"\d*\.\d+")
        whole_column |= commas > points and commas >= _MIN_COMMAS * len(texts)
        comma, point = comma + commas, point + points
        # With both marks in it, a number says which is which.
        grouped += _count(texts, r"\d{1,3}(\.\d{3})+,\d+") - _count(texts, r"\d{1,3}(,\d{3})+\.\d+")
    if grouped:
        return "," if grouped > 0 else "."
    return "," if comma and (not point or whole_column) else "."


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


def same_values(a: pa.ChunkedArray, b: pa.ChunkedArray, one: SourceColumn, other: SourceColumn, decimal: str) -> bool:
    """Whether two columns say the same, each in its unit; the second may say nothing at all (an unused port).

    Args:
        a, b: their texts.
        one, other: what they are, units settled; of one variable.
        decimal: the decimal mark.
    """
    quantity = QUANTITIES.get(one.rule.to)
    if quantity is None:
        return one_chunk(a).cast(pa.string()).equals(one_chunk(b).cast(pa.string()))
    x, y = one.numbers(a, decimal, quantity), other.numbers(b, decimal, quantity)
    tolerance = (
        0.0 if one.unit == other.unit else max(0.11, _last_digit(a, one) / 2, _last_digit(b, other) / 2)
    )  # rounding
    texts = pc.utf8_trim_whitespace(one_chunk(b).cast(pa.string()))
    if np.isnan(y).all() and not pc.any(pc.not_equal(texts, "")).as_py():
        return True
    with np.errstate(invalid="ignore"):
        return bool(((np.abs(x - y) <= tolerance) | (np.isnan(x) & np.isnan(y))).all())


def _last_digit(cells: pa.ChunkedArray, column: SourceColumn) -> float:
    """What one step of the last digit of a column's numbers is in our unit."""
    texts = one_chunk(cells).dictionary.to_pylist()
    decimals = max((len(m[1]) for t in texts if t and (m := re.fullmatch(r"\s*[+-]?\d*[.,](\d+)\s*", t))), default=0)
    digits = pa.array(["0", f"{10.0**-decimals:.{decimals}f}"]).dictionary_encode()
    steps = read_numbers(digits, column.unit, ".", column.written, QUANTITIES[column.rule.to])[0]
    return float(abs(steps[1] - steps[0])) if not np.isnan(steps).any() else 0.0
