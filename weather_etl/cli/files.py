"""Commands about files: `files`, `quarantine`, `replay`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, say
from weather_etl.errors import UserError

if TYPE_CHECKING:
    from weather_etl.operations.files import FileState

MAX_ROWS_SHOWN = 50
MAX_NAME, MAX_DETAIL = 1100, 500


@app.command()
def files(
    station: Annotated[
        list[str] | None, typer.Option("--station", "-s", help="Only files of this station; can be repeated.")
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            help="Only files that are pending, ingested, 'same bytes', rejected, unreadable, split, gone, unroutable or ignored."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Machine-readable, with all that is known of a file.")
    ] = False,
) -> None:
    """Where is my file? Show what became of every landing file, and of its rows."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations.files import STATES, file_states
    from weather_etl.redaction import printable
    from weather_etl.settings import Settings

    if state is not None and state not in STATES:
        raise UserError(f"{printable(state)} is no state of a file; known are {', '.join(STATES)}.")
    with connect(Settings.load(), prompt=True) as containers:
        states = [f for f in file_states(containers, station or []) if state is None or f.state == state]
    if as_json:
        import json

        print(json.dumps([f.as_dict() for f in states], indent=2))
        return
    for file in states:
        say(_line(file))
    counts = Counter(f.state for f in states)
    total = f"{len(states):,} file{'s' * (len(states) != 1)}"
    say(f"{total}: {', '.join(f'{counts[s]:,} {s}' for s in STATES if counts[s])}" if states else "No file.")


def _line(file: "FileState") -> str:
    from weather_etl.redaction import printable

    parts = [f"{file.state:<10}", printable(file.name, MAX_NAME)]
    if file.kept is not None and file.station is not None:
        parts.append(
            f"{file.entry['rows']:,} lines = {file.kept:,} kept + {file.repeated:,} duplicates or superseded "
            f"+ {file.quarantined:,} quarantined"
        )
    if file.detail:
        parts.append(printable(file.detail, MAX_DETAIL))
    return "  ".join(parts)


@app.command()
def quarantine(
    station: Annotated[
        list[str] | None, typer.Option("--station", "-s", help="Only rows of this station; can be repeated.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Only rows with this reason code, such as ROW_WIDTH.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write all of them to this CSV file.")] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="With --out: leave texts that a spreadsheet takes for formulas as they are.")
    ] = False,
) -> None:
    """List the rows and files that were refused, with reason, file and line; or export them."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations.quarantine import quarantined_rows, write_csv
    from weather_etl.redaction import printable
    from weather_etl.settings import Settings

    with connect(Settings.load(), prompt=True) as containers:
        rows = quarantined_rows(containers, station or [], reason)
        if out is not None:
            try:
                number = write_csv(rows, out, as_is=as_is)
            except OSError as error:
                raise UserError(f"{out} cannot be written ({error.strerror}); choose another --out.") from None
            say(f"Wrote {number:,} row{'s' * (number != 1)} to {out}.")
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


@app.command()
def replay(
    station: Annotated[str, typer.Argument(help="A station, or _shared for files of several stations.")],
    file: Annotated[
        list[str] | None, typer.Option("--file", "-f", help="Only this file of it; can be repeated.")
    ] = None,
) -> None:
    """Read landing files again, as after a change of code, and make the station's tables anew."""
    from weather_etl.lake.connection import connect
    from weather_etl.landing.versions import SHARED
    from weather_etl.operations.files import file_states, names_to_replay
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.orchestration import child_runs
    from weather_etl.settings import Settings

    with connect(Settings.load(), prompt=True) as containers, dagster_instance() as instance:
        names, shared = names_to_replay(containers, station, file or [])
        failures = child_runs.replay(instance, None if station == SHARED else station, names, shared)
        for state in file_states(containers, [station]):
            if state.name in names:
                say(_line(state))
    if failures:
        raise UserError(" | ".join(failures))
