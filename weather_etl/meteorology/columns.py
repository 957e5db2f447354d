"""What a column and a table are, as plain records, and short ways to write them down.

Belongs here: the records. Does not belong here: any particular table (`schemas.py`, `aggregated_tables.py`).
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column: pandas dtype (`date` is a Parquet date, datetime64[us] in memory), unit, range and meaning.

    Attributes:
        low, high: inclusive range.
        isin: all values there may be.
        standard_name: of the CF conventions, where there is one.
        null_when: when a nullable column is null, in words.
    """

    name: str
    dtype: str
    description: str
    unit: str = ""
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    isin: tuple[Any, ...] | None = None
    standard_name: str = ""
    null_when: str = ""

    @property
    def comment(self) -> str:
        """Its line of the data dictionary: description and unit."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, its key (unique and ascending) and what a row is."""

    name: str
    description: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def column_names(self) -> list[str]:
        return [c.name for c in self.columns]


def text(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "str", description, **kw)


def time(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "datetime64[us, UTC]", description, unit="UTC", **kw)


def date(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "date", description, **kw)


def count(name: str, description: str, *, unit: str = "", nullable: bool = False, **kw: Any) -> Column:
    return Column(name, "Int64" if nullable else "int64", description, unit=unit, nullable=nullable, low=0, **kw)


def number(
    name: str, unit: str, description: str, low: float | None = None, high: float | None = None, **kw: Any
) -> Column:
    return Column(name, "float64", description, unit=unit, nullable=True, low=low, high=high, **kw)


def boolean(name: str, description: str, **kw: Any) -> Column:
    return Column(name, "boolean", description, nullable=True, **kw)


STATION = text("station_id", "Station, the partition of the table.", standard_name="platform_id")
