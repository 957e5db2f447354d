"""`weather-etl head`: a look at a table."""

import sys
from typing import Annotated

import typer

from weather_etl.cli.base import app, console, say
from weather_etl.errors import UserError
from weather_etl.redaction import cell, escaped

_KEYS = ("station_id", "timestamp", "date", "month", "year", "calendar_month")
_WIDTH = 110


@app.command(short_help="Show the first rows of a table.")
def head(
    table: Annotated[str, typer.Argument(help="A table, such as daily_weather.")],
    station: Annotated[
        str | None, typer.Option("--station", "-s", help="The station; the first one by default.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", "-n", min=1, help="How many rows.")] = 10,
    columns: Annotated[str | None, typer.Option(help="Only these, separated by commas.")] = None,
    tail: Annotated[bool, typer.Option("--tail", help="The last rows instead.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, all columns.")] = False,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="With --csv: leave texts that a spreadsheet takes for formulas as they are.")
    ] = False,
) -> None:
    """Show the first rows of a table, with units; as many columns as the line has room for."""
    from weather_etl import tables
    from weather_etl.lake.fingerprints import NEIGHBOURS

    wanted = [c.strip() for c in columns.split(",")] if columns else None
    if station is None and table != NEIGHBOURS:
        known = tables.stations(table)
        if not known:
            raise UserError(f"No station has {table} yet; run `weather-etl run`.")
        station = known[0]
    frame = tables.read(table, station, columns=wanted)
    part = frame.tail(rows) if tail else frame.head(rows)
    if as_csv:
        if not as_is:
            texts = [c for c in part.columns if part[c].dtype.kind not in "fiubmM"]
            part = part.assign(**{c: part[c].astype(object).map(cell) for c in texts})
        part.to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    from rich.table import Table

    out = console(_WIDTH)
    names = list(part.columns) if wanted else _fitting(list(part.columns), out.width)
    shown = Table(box=None, pad_edge=False)
    for name in names:
        unit = frame.attrs["units"].get(name, "")
        numeric = part[name].dtype.kind in "fiu"
        shown.add_column(f"{name}\n{unit}", justify="right" if numeric else "left", overflow="fold")
    for row in part[names].itertuples(index=False):
        shown.add_row(*map(_cell, row))
    out.print(shown)
    left_out = len(part.columns) - len(names)
    say(f"{len(part):,} of {len(frame):,} rows of {table}, {f'station {station}' if station else 'all stations'}.")
    if left_out:
        say(f"{left_out} more columns: --columns NAME,NAME chooses, --csv shows all.")


def _fitting(names: list[str], width: int) -> list[str]:
    """The columns that fit side by side: the time first, then values, counts last."""
    names = sorted((n for n in names if n != "station_id"), key=lambda n: (n not in _KEYS, _is_a_count(n)))
    out: list[str] = []
    used = 0
    for name in names:
        need = max(len(name), 17 if name in _KEYS else 8) + 1
        if out and used + need > width:
            break
        out.append(name)
        used += need
    return out


def _is_a_count(name: str) -> bool:
    return name.endswith(("_n", "_expected")) or name == "timezone"


def _cell(value: object) -> str:
    from datetime import datetime

    if isinstance(value, float):
        return "" if value != value else f"{value:,.2f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z" if value.tzinfo else f"{value:%Y-%m-%d}"
    text = "" if value is None or str(value) in ("NaT", "<NA>", "nan") else str(value)
    return escaped(text).replace("[", "\\[")[:60]
