"""Writes docs/tables.md, the data dictionary, from the contracts of the tables.

    python docs/data_dictionary.py

Belongs here: the form of the page. What it says comes from `weather_etl/meteorology/schemas.py`; a test keeps it current.
"""

import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from weather_etl.meteorology.columns import Column, Table  # noqa: E402
from weather_etl.meteorology.schemas import TABLES  # noqa: E402

PAGE = CHECKOUT / "docs" / "tables.md"
HEAD = """\
# The tables

Every table of a station is one Parquet object, `weather/<table>/station=<id>/data.parquet`; `neighbour_events`, of all stations
together, is `weather/neighbour_events/data.parquet`. This page is written by
`docs/data_dictionary.py` from the contracts that every table is held against before it is published. Unit, CF standard
name and description of each column are also in the metadata of its field in the Parquet file.

How the values are made, and where the rules come from, is told in [the methods](methods.md).

A column that is never null says "never". Of the others "no value" means that there was none, or that it failed quality
control.
"""
_TYPES = {
    "str": "text",
    "category": "text",
    "float64": "double",
    "int64": "integer",
    "Int64": "integer",
    "uint8": "integer (8 bit)",
    "boolean": "boolean",
    "date": "date",
    "datetime64[us, UTC]": "timestamp (UTC, µs)",
}


def page() -> str:
    """The whole page."""
    return (
        "\n".join([HEAD, *(_list(t) for t in TABLES.values()), "", *(_table(t) for t in TABLES.values())]).rstrip()
        + "\n"
    )


def _list(table: Table) -> str:
    return f"* [`{table.name}`](#{table.name}): one row is {table.row}."


def _table(table: Table) -> str:
    key = (
        f"Key, unique and ascending: {', '.join(f'`{name}`' for name in table.key)}."
        if table.key
        else "There is no key."
    )
    rows = [_row(c, table) for c in table.columns]
    return "\n".join(
        [
            f"## {table.name}",
            "",
            table.description,
            "",
            f"One row is {table.row}. {key}",
            "",
            "| column | type | unit | CF standard name | null when | range | description |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(column: Column, table: Table) -> str:
    name = f"**`{column.name}`**" if column.name in table.key else f"`{column.name}`"
    standard = f"`{column.standard_name}`" if column.standard_name else ""
    null = (column.null_when or "no value") if column.nullable else "never"
    cells = (name, _TYPES[column.dtype], column.unit, standard, null, _range(column), column.description)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _range(column: Column) -> str:
    if column.isin is not None:
        return ", ".join(f"`{value}`" for value in column.isin)
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}"
    if column.low is not None:
        return f"{column.low:g} or more"
    return f"at most {column.high:g}" if column.high is not None else ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
