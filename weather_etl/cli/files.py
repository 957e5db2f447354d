"""Commands about files: `files`, `quarantine`, `replay`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import AsJson, Bare, Stations, app, say, stations_named
from weather_etl.cli.choices import FileState
from weather_etl.errors import UserError, WrongUsage
from weather_etl.meteorology.reasons import Reason
from weather_etl.sentences import count

if TYPE_CHECKING:
    from weather_etl.operations.files import FileState as File

MAX_ROWS_SHOWN = 50
MAX_NAME, MAX_DETAIL = 1100, 500


@app.command(short_help="Where is my file? Show what became of each.")
def files(
    stations: Bare = None,
    station: Stations = None,
    state: Annotated[FileState | None, typer.Option(help="Only files that are so.")] = None,
    as_json: AsJson = False,
) -> None:
    """Where is my file? Show what became of every landing file, and of its rows.

    A line per file: its state, its name, and how many of its rows were kept, repeated and quarantined. `--json` has all
    that is known of a file.
    """
    from weather_etl.lake.connection import connect
    from weather_etl.operations.files import STATES, file_states
    from weather_etl.settings import Settings

    with connect(Settings.load(), prompt=True) as containers:
        states = [
            f for f in file_states(containers, stations_named(stations, station)) if state is None or f.state == state
        ]
    if as_json:
        import json

        print(json.dumps([f.as_dict() for f in states], indent=2))
        return
    for file in states:
        say(_line(file))
    counts = Counter(f.state for f in states)
    total = count(len(states), "file")
    say(f"{total}: {', '.join(f'{counts[s]:,} {s}' for s in STATES if counts[s])}" if states else "No file.")


def _line(file: "File") -> str:
    from weather_etl.redaction import printable

    parts = [f"{file.state:<10}", printable(file.name, MAX_NAME)]
    if file.kept is not None and file.station is not None:
        parts.append(
            f"{file.entry['rows']:,} lines = {file.kept:,} kept + {file.repeated:,} merged, repeated or superseded "
            f"+ {file.quarantined:,} quarantined"
        )
    if file.detail:
        parts.append(printable(file.detail, MAX_DETAIL))
    return "  ".join(parts)


@app.command(short_help="List or export the rows that were refused.")
def quarantine(
    stations: Bare = None,
    station: Stations = None,
    reason: Annotated[
        Reason | None, typer.Option(metavar="CODE", help=f"Only rows with this reason code: {', '.join(Reason)}.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write all of them to this CSV file.")] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="With --out: leave texts that a spreadsheet takes for formulas as they are.")
    ] = False,
) -> None:
    """List the rows and files that were refused, with reason, file and line; or export them.

    docs/formats.md explains the reason codes.
    """
    from weather_etl.lake.connection import connect
    from weather_etl.operations.quarantine import quarantined_rows, write_csv
    from weather_etl.redaction import printable
    from weather_etl.settings import Settings

    with connect(Settings.load(), prompt=True) as containers:
        rows = quarantined_rows(containers, stations_named(stations, station), reason)
        if out is not None:
            try:
                number = write_csv(rows, out, as_is=as_is)
            except OSError as error:
                raise WrongUsage(f"{out} cannot be written ({error.strerror}); choose another --out.") from None
            say(f"Wrote {count(number, 'row')} to {out}.")
            return
        number = 0
        for number, row in enumerate(rows, 1):
            if number <= MAX_ROWS_SHOWN:
                where = printable(row["landing_file"], MAX_NAME) + (
                    f":{row['line']}" if row["line"] is not None else ""
                )
                say(f"{row['reason']:<22}  {where}  {printable(row['detail'])}")
    if number > MAX_ROWS_SHOWN:
        say(f"... and {number - MAX_ROWS_SHOWN:,} more; `--out FILE.csv` writes all {number:,}.")
    elif not number:
        say("Nothing was refused.")


@app.command(short_help="Read landing files again.")
def replay(
    name: Annotated[
        str | None, typer.Argument(metavar="STATION", help="A station, or _shared for files of several stations.")
    ] = None,
    station: Stations = None,
    file: Annotated[
        list[str] | None, typer.Option("--file", "-f", help="Only this file of it; can be repeated.")
    ] = None,
) -> None:
    """Read landing files again, as after a change of code, and make the tables of their stations anew."""
    from weather_etl.lake.connection import connect
    from weather_etl.landing.versions import SHARED
    from weather_etl.operations.files import file_states, names_to_replay
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.orchestration import child_runs
    from weather_etl.settings import Settings

    wanted = stations_named(name, station)
    if not wanted:
        raise WrongUsage("Name a station: `weather-etl replay -s STATION`.")
    if file and len(wanted) > 1:
        raise WrongUsage("With --file, name one station.")
    failures = []
    with connect(Settings.load(), prompt=True) as containers, dagster_instance() as instance:
        for station_id in wanted:
            names, shared = names_to_replay(containers, station_id, file or [])
            failures += child_runs.replay(instance, None if station_id == SHARED else station_id, names, shared)
            for state in file_states(containers, [station_id]):
                if state.name in names:
                    say(_line(state))
    if failures:
        raise UserError(" | ".join(failures))
