"""`weather-etl compare`: several stations and years on one page."""

from pathlib import Path
from typing import Annotated

import typer

from weather_etl.cli.base import Bare, Stations, app, say, stations_named

_DEFAULT = Path(".local") / "report" / "comparison.html"


@app.command(short_help="Compare stations and years on one page.")
def compare(
    stations: Bare = None,
    station: Stations = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the page is written.")] = _DEFAULT,
) -> None:
    """Write one self-contained HTML page that shows stations beside each other: means of the years that all of them
    have, the course of the year, and year by year. It is made from the tables as they are; run `weather-etl run` first."""
    from weather_etl import tables
    from weather_etl.report import comparison, pages

    names = comparison.chosen(stations_named(stations, station) or tables.stations("yearly_weather"))
    monthly, yearly = (tables.read(t, stations=names or None) for t in ("monthly_weather", "yearly_weather"))
    compared = comparison.Compared(names, monthly, yearly)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(pages.comparison_page(compared).html)
    say(out.resolve().as_uri())
