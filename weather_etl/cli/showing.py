"""How stations are printed: each with its tables and the checks that did not pass, or many with a line each.

Belongs here: printing. Does not belong here: any command.
"""

from typing import TYPE_CHECKING

from weather_etl.cli.base import console, warn
from weather_etl.sentences import count

if TYPE_CHECKING:
    from rich.console import Console

    from weather_etl.operations.check_states import CheckState
    from weather_etl.operations.overview import StationState
    from weather_etl.settings import Settings

# From so many stations on, one line each.
_MANY = 11


def print_states(states: "list[StationState]") -> None:
    """Some of them whole, many as lines."""
    out = console(110)
    if not states:
        out.print("No station yet; upload a file with `weather-etl upload STATION FILE`.")
    elif len(states) >= _MANY:
        _print_lines(out, states)
    else:
        for state in states:
            _print_state(out, state)


def print_of_all(settings: "Settings", shared: "CheckState | None") -> None:
    """What is to be said of the installation as a whole: its shared files, and what neighbours say of each other."""
    from weather_etl.operations.check_states import PASS, neighbours_state
    from weather_etl.redaction import printable

    for check in (shared, neighbours_state(settings)):
        if check and check.state != PASS:
            warn(f"{check.state:<5}  {check.name}: {printable(check.description, 1000)}")


def _print_state(out: "Console", station: "StationState") -> None:
    """A station with its tables and the checks that did not pass."""
    from rich.table import Table

    from weather_etl.operations.check_states import PASS

    title = f"{station.station}: [{_colour(station)}]{station.state}[/], {count(station.files, 'landing file')}"
    if station.muted_until:
        title += f", muted until {station.muted_until}"
    table = Table(box=None, pad_edge=False)
    table.add_column("table", min_width=24)
    table.add_column("rows", justify="right", min_width=9)
    table.add_column("first", min_width=17)
    table.add_column("last", min_width=17)
    for name, stamp in station.tables.items():
        table.add_row(name, f"{stamp.rows:,}", stamp.first, stamp.last)
    out.print(title, soft_wrap=True)
    out.print(table)
    counts = ", ".join(
        f"[{style}]{state} {station.count(state)}[/]"
        for state, style in ((PASS, "green"), ("WARN", "yellow"), ("ERROR", "red"))
    )
    if station.trouble:
        out.print(f"[red]{'parked' if station.parked else 'failed'}[/]: ", end="")
        out.print(station.trouble, markup=False, soft_wrap=True)  # names and lines to paste stay whole
    out.print(f"checks: {counts}" if station.checks else "checks: none has run yet")
    for check in station.checks:
        if check.state != PASS:
            style = "yellow" if check.state == "WARN" else "red"
            out.print(f"  [{style}]{check.state:<5}[/] {check.name}: ", end="")
            out.print(check.description, markup=False, soft_wrap=True)
    out.print()


def _colour(station: "StationState") -> str:
    from weather_etl.operations.overview import NOTHING_USABLE, UP_TO_DATE

    return {UP_TO_DATE: "green", NOTHING_USABLE: "red"}.get(station.state, "yellow")


def _print_lines(out: "Console", states: "list[StationState]") -> None:
    """A line per station; `--station` shows one of them whole."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("station", "state"):
        table.add_column(name)
    for name in ("files", "hours"):
        table.add_column(name, justify="right")
    for name in ("first", "last"):
        table.add_column(name)
    for name in ("warn", "error"):
        table.add_column(name, justify="right")
    for station in states:
        hours = station.tables.get("validated_observations")
        table.add_row(
            station.station,
            f"[{_colour(station)}]{station.state}"
            f"{', parked' if station.parked else ''}{', muted' if station.muted_until else ''}[/]",
            f"{station.files:,}",
            *((f"{hours.rows:,}", hours.first[:10], hours.last[:10]) if hours else ("", "", "")),
            f"{station.count('WARN') or ''}",
            f"[red]{station.count('ERROR') or ''}[/]",
        )
    out.print(table)
    out.print("`weather-etl status --station STATION` tells more.")
    out.print()
