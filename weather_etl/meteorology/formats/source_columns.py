"""The columns of a file as they are read: which variable each holds, in which unit, and what had to be assumed.

Belongs here: the records that several steps fill in. Does not belong here: which column is which variable (`mapping.py`),
what tells a unit (`named_units.py`, `unit_choice.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cell_numbers import Field, read_numbers
from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.formats.names import is_nameless
from weather_etl.meteorology.formats.profile import ColumnRule
from weather_etl.meteorology.units import CANONICAL_UNITS, QUANTITIES, UNITS, is_unit, scale_of

NUMBER = r"^\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?\s*$"
_LEFT_OUT = "?"  # in place of a unit


@dataclass
class SourceColumn:
    """One variable of a file: the column that holds it, and how that is read.

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

    def numbers(self, cells: pa.ChunkedArray, decimal: str, quantity: str) -> np.ndarray:
        """The numbers in our unit: float64, NaN where a cell is none; as they are written, if the unit is left open."""
        unit = self.unit if is_unit(quantity, self.unit) else ""
        return read_numbers(one_chunk(cells), unit, decimal, self.written, quantity)[0]

    def plain_numbers(self, cells: pa.ChunkedArray, decimal: str) -> np.ndarray:
        """The numbers as they are written, in no unit: float64, NaN where a cell is none."""
        return read_numbers(one_chunk(cells), "", decimal, self.written)[0]

    @property
    def is_left_out(self) -> bool:
        """Whether it was decided not to read it."""
        return self.unit == _LEFT_OUT


@dataclass
class Columns:
    """The variables of a file.

    Attributes:
        by_variable: variable -> the column that holds it.
        assumed: `units.<column>` -> sentence that says what was assumed.
        warnings: sentences for a person.
        open_pressure: `msl` or `station`: as which a pressure is read that does not say what it is; "" without one.
        pressure_median: of that pressure, in hPa; 0 where it proves nothing.
        used: positions of columns that are read or ignored.
    """

    by_variable: dict[str, SourceColumn] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    open_pressure: str = ""
    pressure_median: float = 0.0
    used: set[int] = field(default_factory=set)

    def add(self, rule: ColumnRule, at: int, name: str) -> None:
        """Take the column at a position for the variable of a rule."""
        self.by_variable[rule.to] = SourceColumn(rule, at, name)
        self.used.add(at)

    def join(self, variable: str, at: int) -> None:
        """Let the texts of the column at a position follow those that are there."""
        self.by_variable[variable].joined += (at,)
        self.used.add(at)

    def assume(self, column: SourceColumn, unit: str, detail: str = "") -> None:
        """Read a column in a unit that nothing tells, and say so."""
        column.in_unit(unit, "assumed")
        column.assumed = True
        variable = column.rule.to
        others = [u for u in sorted(set(UNITS[QUANTITIES[variable]].values())) if u != unit][:4]
        self.assumed[f"units.{variable}"] = (
            f"{variable}: nothing names the unit of {column.name!r}, {unit} is ASSUMED{detail}; it might be "
            f'{", ".join(others)}: write the unit into station.toml: units = {{ {variable} = "{unit}" }}'
        )

    def leave_out(self, column: SourceColumn, why: str = "") -> None:
        """Do not read a column, and say why unless that is said elsewhere; its cells stay in `rescued`.

        It remains among the variables, as one that is left out, until `drop_left_out`.
        """
        if why:
            self.warnings.append(f"{column.name!r} is not read: {why}")
        column.unit = _LEFT_OUT
        self.hand_back(column)

    def hand_back(self, column: SourceColumn) -> None:
        """Keep the cells of a column in `rescued`, whether they are read or not."""
        self.used.discard(column.at if column.at is not None else -1)

    def unread(self, names: Sequence[str]) -> list[str]:
        """Those of the names of all columns whose cells are kept in `rescued`."""
        return [n for i, n in enumerate(names) if i not in self.used and not is_nameless(n, i)]

    def drop_left_out(self) -> None:
        """Forget the variables whose columns are left out."""
        self.by_variable = {v: c for v, c in self.by_variable.items() if not c.is_left_out}


def canonical(variable: str) -> str:
    """The unit that the name of our column ends in."""
    return CANONICAL_UNITS.get(variable.rsplit("_", 1)[-1], "")
