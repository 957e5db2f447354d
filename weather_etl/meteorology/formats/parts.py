"""The parts of raw rows: cells of variables, stations, periods of rain, quality codes, what nobody reads.

Belongs here: how each is taken from the table of a file. Does not belong here: their order (`engine.py`), names and units
(`mapping.py`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.cell_states import as_dictionary, one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats import mapping, reshape, unit_choice
from weather_etl.meteorology.formats.names import Names, bare, is_nameless, stems_of
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ColumnRule, Profile
from weather_etl.meteorology.formats.source_columns import Columns
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, rescue
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.vocabulary import LONG_PERIODS_H, RAW_NUMBERS, RAW_TEXT_COLUMNS


def cells_of_columns(columns: Columns, cut: Cut, masks: Mapping[str, np.ndarray]) -> dict[str, pa.ChunkedArray]:
    """Variable -> its cells, each a dictionary; with a mask those of its rows alone."""
    cells: dict[str, pa.ChunkedArray] = {}
    for variable, column in columns.by_variable.items():
        rule = column.rule
        if column.joined and column.at is not None:
            pieces = [pc.utf8_trim_whitespace(cut.columns[i].cast(TEXT)) for i in (column.at, *column.joined)]
            texts = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*pieces, " ", null_handling="skip"))
        elif column.at is not None:
            texts = cut.columns[column.at]
        elif rule.at is not None:
            texts = pc.utf8_slice_codeunits(cut.columns[0], rule.at[0] - 1, rule.at[1])
        else:
            # RE2 gives groups by name only.
            pattern = re.sub(r"(?<!\\)\((?!\?)", "(?P<cell>", rule.find, count=1)
            texts = pc.struct_field(pc.extract_regex(cut.columns[0], pattern), 0)
        texts = as_dictionary(texts)
        cells[variable] = reshape.only_where(texts, masks[variable]) if variable in masks else texts
    return cells


def rows_that_count(columns: Columns, cut: Cut, names: Names) -> dict[str, np.ndarray]:
    """Variable -> mask of the rows in which its column is read, where the profile says in which."""
    out = {}
    for variable, column in columns.by_variable.items():
        if column.rule.where is None:
            continue
        at = names.first([column.rule.where[0]])
        out[variable] = (
            np.zeros(len(cut.lines), dtype=bool)
            if at is None
            else reshape.matching(cut.columns[at], column.rule.where[1])
        )
    return out


def drop_thousands(
    columns: Columns, cells: dict[str, pa.ChunkedArray], decimal: str, delimiter: str, options: Options
) -> None:
    """Leave out the columns whose marks may be of decimals as well as of thousands, unless the station says which."""
    for variable, column in columns.by_variable.items():
        unit = column.unit or bare(column.name)[1]
        if variable in cells and mapping.thousands_or_decimals(
            variable, cells[variable], unit, decimal, delimiter, options.decimal
        ):
            columns.leave_out(
                column,
                "all its numbers have three digits behind the mark, which may be decimals or "
                'thousands; say in station.toml which is the decimal mark: dialect = { decimal = "," } or "."',
            )
    columns.drop_left_out()


def reject_contradicting_twins(
    columns: Columns, cells: dict[str, pa.ChunkedArray], names: Names, cut: Cut, profile: Profile, options: Options,
    decimal: str,
) -> None:  # fmt: skip
    """A second column of the same name must say the same (it stays in `rescued`), or nobody knows which one to read.

    Raises:
        Rejected: it does not (DUPLICATE_COLUMN).
    """
    own = {i for n in options.aliases for i in names.numbered(n)}
    for variable, column in columns.by_variable.items():
        if column.at is None or column.at in own or column.rule.part is not None or variable not in RAW_NUMBERS:
            continue
        for i in _twins(column.at, column.rule, names, profile):
            if i in columns.used:
                continue
            other = replace(column, at=i, name=names.names[i], unit="", written=column.written)
            twin = Columns({variable: other})
            cells_of_twin = as_dictionary(cut.columns[i])
            unit_choice.settle_units(twin, {variable: cells_of_twin}, profile, (), options, decimal)
            if not mapping.same_values(cells[variable], cells_of_twin, column, other, decimal):
                raise Rejected(
                    Reason.DUPLICATE_COLUMN,
                    f"columns {column.name!r} and {other.name!r} both mean {variable} and differ; name the wrong one in "
                    f"station.toml: aliases = {{ {_alias_of(i, names)} = "
                    '"ignore" }',
                )


def _alias_of(i: int, names: Names) -> str:
    """What an alias calls a column: its name, numbered where several have it."""
    same = names.exact.get(names.names[i], [i])
    name = names.names[i] + (f" ({same.index(i) + 1})" if len(same) > 1 else "")
    return json.dumps(name, ensure_ascii=False)


def _twins(at: int, rule: ColumnRule, names: Names, profile: Profile) -> list[int]:
    """Other columns with the same name, or (for the built-in names) with one that differs by its unit only."""
    same = [i for i in names.exact.get(names.names[at], []) if i != at]
    if not profile.generic:
        return same
    stems = stems_of(names.names[at], rule.to)
    near = [i for i, n in enumerate(names.names) if i != at and stems & stems_of(n, rule.to)]
    return list(dict.fromkeys([*same, *(i for i in near if not any(i in names.all(w) for w in rule.exclude))]))


def precipitation_of(
    columns: Columns, cells: dict[str, pa.ChunkedArray], cut: Cut, names: Names, fields: dict[str, Field],
    units: dict[str, str], profile: Profile,
) -> tuple[dict[str, pa.ChunkedArray], dict[str, Any]]:  # fmt: skip
    """What the precipitation of a file means, and amounts whose period the row tells, by the columns of the periods.

    Args:
        columns: of the file; a column that is sorted into several is kept in `rescued` too.
        cells: variable -> its text.
        cut: all cells of the file.
        names: of its columns.
        fields, units: variable -> how its text is written, its unit; those of the longer periods are added.
        profile: of the file.

    Returns:
        Variable -> text, in place of that in `cells`; the fields of `readings.Precipitation` that are not its defaults.
    """
    column = columns.by_variable.get("precipitation_mm")
    if column is None:
        return {}, {}
    rule = column.rule
    amounts: dict[str, pa.ChunkedArray] = {}
    if rule.period_column:
        at = names.first([rule.period_column])
        hours = np.zeros(len(cut.lines), dtype=int) if at is None else _hours_of_rows(cut.columns[at])
        amounts = _by_period(cells["precipitation_mm"], hours)
        for variable in [v for v in amounts if v != "precipitation_mm"]:
            units[variable] = units.get("precipitation_mm", "mm")
            if "precipitation_mm" in fields:
                fields[variable] = fields["precipitation_mm"]
        if at is not None:
            columns.hand_back(column)
    said = {
        "kind": _kind_of(rule),
        "minutes": 60 if rule.period_column else rule.minutes,
        "resets": rule.resets,
        "blank": profile.blank_precipitation,
        "routine": rule.routine,
    }
    return amounts, {k: v for k, v in said.items() if v not in ("", 0, "missing")}


def _kind_of(rule: ColumnRule) -> str:
    """The kind of the amounts: what the profile says, else that of its period, else since the row before."""
    if rule.period_column:
        return rule.kind or "amount"
    if rule.kind in ("amount", "running", "interval", "counter"):
        return rule.kind
    return "amount" if rule.minutes else "interval"


def _by_period(amounts: pa.ChunkedArray, hours: np.ndarray) -> dict[str, pa.ChunkedArray]:
    """Amounts of periods of so many hours, by the columns of the periods; others are left out."""
    columns = {"precipitation_mm": 1} | {f"precipitation_{h}h_mm": h for h in LONG_PERIODS_H if (hours == h).any()}
    return {variable: reshape.only_where(amounts, hours == h) for variable, h in columns.items()}


def _hours_of_rows(column: pa.ChunkedArray) -> np.ndarray:
    """The hours of the period of each row, 0 where they are not told."""
    cells = one_chunk(as_dictionary(column))
    hours = np.array([*reshape.hours_of(cells.dictionary.to_pylist()), 0])
    return hours[pc.fill_null(cells.indices, len(hours) - 1).to_numpy(zero_copy_only=False)]


def constant(text: str, n: int) -> pa.ChunkedArray:
    """A column of n times one text, as a dictionary."""
    codes = pa.array(np.zeros(n, dtype=np.int32))
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array([text], TEXT))])


def quality_codes(columns: Columns, cut: Cut, names: Names) -> pa.ChunkedArray | None:
    """Codes that stand in other cells than the value, as `variable=code` pairs."""
    parts: list[tuple[str, pa.Array]] = []
    for variable in RAW_TEXT_COLUMNS:
        column = columns.by_variable.get(variable)
        quality = column.rule.quality if column else None
        if column is None or quality is None:
            continue
        if quality.column:
            at = names.first([quality.column])
        elif quality.next is not None and column.at is not None:
            at = column.at + quality.next
        elif quality.at is not None:
            code = pc.utf8_slice_codeunits(one_chunk(cut.columns[0]), quality.at - 1, quality.at)
            parts.append((variable, pc.dictionary_encode(code)))
            continue
        else:
            continue
        if at is not None and at < len(cut.columns):
            parts.append((variable, one_chunk(as_dictionary(cut.columns[at]))))
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


def rescued_cells(columns: Columns, cut: Cut, masks: Mapping[str, np.ndarray], *, keep_empty: bool) -> pa.Array | None:
    """All that no column of ours takes, as JSON; columns of one name are numbered."""
    unknown: list[tuple[str, pa.ChunkedArray]] = []
    given: dict[str, int] = {}
    by_position = any(c.at is None for c in columns.by_variable.values())
    if by_position:
        return None
    for i, name in enumerate(cut.names):
        given[name] = given.get(name, 0) + 1
        label = name if given[name] == 1 else f"{name} ({given[name]})"
        if i in columns.used:
            hidden = [~masks[v] for v, c in columns.by_variable.items() if c.at == i and v in masks]
            if hidden:
                unknown.append((label, as_dictionary(reshape.only_where(cut.columns[i], hidden[0]))))
            continue
        column = as_dictionary(cut.columns[i])
        if (is_nameless(name, i) or not keep_empty) and _is_blank(column):
            continue
        unknown.append((label, column))
    return rescue(unknown, keep_empty=keep_empty) if unknown else None


def _is_blank(column: pa.ChunkedArray) -> bool:
    """Whether no cell of a column says anything."""
    return all(len(c.dictionary) < 2 for c in column.chunks) and not any(column.unique().to_pylist())


def refuse(rows: pa.Table, lines: np.ndarray, reason: Reason, detail: str) -> pa.Table:
    """Rows with these lines marked as refused; their cells stay."""
    mask = pc.and_(pc.is_in(rows.column("line"), value_set=pa.array(lines)), pc.is_null(rows.column("refused")))
    for name, text in (("refused", str(reason)), ("detail", detail)):
        at = rows.schema.get_field_index(name)
        filled = pc.if_else(mask, text, rows.column(name).cast(TEXT))
        rows = rows.set_column(at, pa.field(name, DICTIONARY), filled.dictionary_encode())
    return rows.combine_chunks()
