"""Commands about tables: `head`, `export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import Stations, app, console, say, stations_named
from weather_etl.cli.choices import Table
from weather_etl.errors import UserError, WrongUsage
from weather_etl.redaction import escaped
from weather_etl.sentences import count
from weather_etl.station_names import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ("station_id", "timestamp", "date", "month", "year", "calendar_month")
# What one wants to see first of any table, as far as it has these.
_FIRST = (
    *("variable", "test", "flag", "original_value", "limit_text", "reason"),
    *("temperature_c", "temperature_mean_c", "temperature_min_c", "temperature_max_c", "precipitation_mm"),
    *("wind_speed_ms", "wind_speed_mean_ms", "wind_direction_deg", "humidity_percent", "humidity_mean_percent"),
    *("pressure_msl_hpa", "pressure_mean_hpa", "sunshine_h", "hdd_18", "wind_power_kw", "energy_kwh"),
    *("landing_file", "line", "detail", "raw_text"),
)
_WIDTH, _LONG = 110, 13
_AsIs = Annotated[
    bool,
    typer.Option("--as-is", help="Leave texts that a spreadsheet takes for formulas as they are, in a file or CSV."),
]
_Columns = Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="NAME,NAME")]


@app.command(short_help="Show the first rows of a table.")
def head(
    table: Annotated[Table, typer.Argument(help="The table.")],
    station: Annotated[
        list[str] | None,
        typer.Option(
            "--station", "-s", metavar="STATION", help="Of this station; can be repeated. The first with rows."
        ),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", "-n", min=1, help="How many rows.")] = 10,
    columns: _Columns = None,
    tail: Annotated[bool, typer.Option("--tail", help="The last rows instead.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, all columns.")] = False,
    as_is: _AsIs = False,
) -> None:
    """Show the first rows of a table, with units; as many columns as the line has room for, those first that say most."""
    from weather_etl import tables

    wanted = _wanted(table, columns)
    wanted_stations: list[str | None] = [*stations_named(station)]
    for name in wanted_stations or [None if table == Table.NEIGHBOUR_EVENTS else _first_with_rows(table)]:
        frame = tables.read(table, name, columns=wanted)
        part = frame.tail(rows) if tail else frame.head(rows)
        if as_csv:
            from weather_etl.operations.export import safe

            (part if as_is else safe(part)).to_csv(sys.stdout, index=False, lineterminator="\n")
        else:
            _show(part, len(frame), wanted)


@app.command(short_help="Write a table to a CSV or xlsx file.")
def export(
    table: Annotated[Table, typer.Argument(help="The table.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file; .csv or .xlsx by its ending.")],
    station: Stations = None,
    columns: _Columns = None,
    as_is: _AsIs = False,
) -> None:
    """Write a table of one, some or all stations to a file, one below the other; times are UTC.

    No text begins a formula, unless `--as-is`. An xlsx has a second sheet with the unit and meaning of each column.
    """
    from weather_etl import tables
    from weather_etl.operations import export as exporting

    wanted = _wanted(table, columns)
    stations: list[str | None] = [*(stations_named(station) or tables.stations(table))]
    if not stations and table == Table.NEIGHBOUR_EVENTS:
        stations = [None]
    if not stations:
        raise UserError(f"No station has {table} yet; run `weather-etl run`.")
    rows = exporting.write((tables.read(table, name, columns=wanted) for name in stations), out, as_is=as_is)
    say(f"Wrote {count(rows, 'row')} of {table}, {count(len(stations), 'station')}, to {out}.")


def _wanted(table: str, columns: str | None) -> list[str] | None:
    """The columns that were asked for; wrong usage if there is no such column."""
    if columns is None:
        return None
    from weather_etl.meteorology.schemas import TABLES

    wanted, names = [c.strip() for c in columns.split(",") if c.strip()], TABLES[table].column_names
    for name in wanted or [""]:
        if name not in names:
            raise WrongUsage(f"{table} has no column {name!r}; it has {', '.join(names)}.{did_you_mean(name, names)}")
    return wanted


def _first_with_rows(table: str) -> str:
    from weather_etl import tables
    from weather_etl.lake.connection import connect
    from weather_etl.settings import Settings

    stations = tables.stations(table)
    if not stations:
        raise UserError(f"No station has {table} yet; run `weather-etl run`.")
    with connect(Settings.load(), prompt=True) as containers:
        stamps = (containers.lake.stamp(table, name) for name in stations)
        return next((s.station for s in stamps if s and s.rows), stations[0])


def _show(part: "pd.DataFrame", total: int, wanted: list[str] | None) -> None:
    from rich.table import Table as Grid

    out = console(_WIDTH)
    names = list(part.columns) if wanted else _fitting(part, out.width)
    shown = Grid(box=None, pad_edge=False)
    height = max(len(_broken(name)) for name in names)
    for name in names:
        unit = part.attrs["units"].get(name, "")
        numeric = part[name].dtype.kind in "fiu"
        shown.add_column(
            "\n".join((*_broken(name), *[""] * (height - len(_broken(name))), unit)),
            justify="right" if numeric else "left",
            overflow="fold",
        )
    for row in part[names].itertuples(index=False):
        shown.add_row(*map(_cell, row))
    out.print(shown)
    left_out = len(part.columns) - len(names)
    of = "all stations" if part.attrs["table"] == Table.NEIGHBOUR_EVENTS else f"station {part.attrs['stations'][0]}"
    say(f"{len(part):,} of {total:,} rows of {part.attrs['table']}, {of}.")
    if left_out:
        say(f"{count(left_out, 'more column')}: --columns NAME,NAME chooses, --csv shows all.")


def _fitting(part: "pd.DataFrame", width: int) -> list[str]:
    """The columns that fit side by side: the time first, then what says most; counts, flags and empty ones last."""
    empty = {c for c in part.columns if part[c].isna().all()}
    names = sorted((n for n in part.columns if n != "station_id"), key=lambda n: (n not in _KEYS, n in empty, _rank(n)))
    out: list[str] = []
    used = 0
    for name in names:
        need = max(*map(len, _broken(name)), 17 if name in _KEYS else 8) + 2
        if out and used + need > width:
            break
        out.append(name)
        used += need
    return out


def _broken(name: str) -> list[str]:
    """A name as the lines of a header: a long one in two, so that more columns fit."""
    cuts = [i + 1 for i, letter in enumerate(name) if letter == "_"]
    if len(name) <= _LONG or not cuts:
        return [name]
    cut = min(cuts, key=lambda i: max(i, len(name) - i))
    return [name[:cut], name[cut:]]


def _rank(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name)
    return len(_FIRST) + name.endswith(("_n", "_expected", "_qc", "_coverage", "timezone", "etag", "_kind"))


def _cell(value: object) -> str:
    from datetime import datetime

    if isinstance(value, float):
        return "" if value != value else f"{value:,.2f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z" if value.tzinfo else f"{value:%Y-%m-%d}"
    text = "" if value is None or str(value) in ("NaT", "<NA>", "nan") else str(value)
    return escaped(text).replace("[", "\\[")[:60]
