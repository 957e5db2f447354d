"""Commands about stations: `upload`, `run`, `status`, `forget`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, say
from weather_etl.errors import UserError

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.overview import StationState


@app.command()
def upload(
    station: Annotated[
        str, typer.Argument(help="Station id: letters, digits, - and _; or _shared for files of several stations.")
    ],
    files: Annotated[list[Path], typer.Argument(help="Weather files, or a station.toml.")],
) -> None:
    """Put files into the landing folder of a station; a file that is there already is left alone."""
    from weather_etl import stations
    from weather_etl.landing import SHARED
    from weather_etl.settings import Settings
    from weather_etl.storage import connect

    if not stations.is_station_id(station) and station != SHARED:
        raise UserError(
            f"{station!r} is no station id; use letters, digits, - and _, at most 64, a letter or digit first."
        )
    for path in files:
        if not path.is_file():
            raise UserError(f"{path} is not a file; name the files to upload one by one.")
    with connect(Settings.load(), prompt=True) as containers:
        containers.landing.create()
        containers.lake.container.create()
        for path in files:
            if path.name == stations.SETTINGS_FILE:
                stations.parse_settings(path.read_text("utf-8", "replace"), source=str(path), version="")
            new = containers.landing.upload(f"{station}/{path.name}", path.read_bytes())
            say(f"{'Uploaded' if new else 'Already there:'} {station}/{path.name} ({path.stat().st_size:,} bytes)")


@app.command()
def run(
    station: Annotated[
        list[str] | None, typer.Option("--station", "-s", help="Only this station; can be repeated.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read all landing files again and make all tables anew.")
    ] = False,
) -> None:
    """Bring every stale station up to date and show the tables; exit code 1 if a run or an error check failed."""
    from rich.console import Console

    from weather_etl.overview import PASS, dagster_instance, shared_files_state, station_states
    from weather_etl.redaction import printable
    from weather_etl.settings import Settings

    settings = Settings.load()
    with dagster_instance() as instance:
        with Console(stderr=True).status("Bringing the stations up to date ..."):
            failure = _catch_up(instance, station or [], full=full)
        states = station_states(settings, instance, station)
    _print_states(states)
    shared = shared_files_state(settings)
    if shared and shared.state != PASS:
        print(f"{shared.state:<5}  {shared.name}: {printable(shared.description, 1000)}", file=sys.stderr)
    if failure:
        print(f"ERROR  {failure}", file=sys.stderr)
    elif states:
        say(
            "Look around: `make ui` opens the graph, runs and checks at http://127.0.0.1:3000; `weather-etl status` shows"
        )
        say("this again; the README tells how to read the tables with pandas, DuckDB and Polars.")
    if failure or any(s.count("ERROR") for s in states) or (shared and shared.state == "ERROR"):
        raise typer.Exit(1)


def _catch_up(instance: "dg.DagsterInstance", stations: list[str], *, full: bool) -> str | None:
    """Run `catch_up_job` in this process; the sentence of its failure, or None."""
    from weather_etl.definitions import defs

    config = {"mode": "full" if full else "incremental", "stations": stations}
    result = defs.resolve_job_def("catch_up_job").execute_in_process(
        instance=instance,
        raise_on_error=False,
        run_config={
            "ops": {"catch_up": {"config": config}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )
    if result.success:
        return None
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            return event.step_failure_data.error.message.strip()
    return f"Run {result.run_id} failed; see it in the UI."


@app.command()
def status(
    station: Annotated[
        list[str] | None, typer.Option("--station", "-s", help="Only this station; can be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Show each station's tables, whether they are up to date, and what the checks said last."""
    from weather_etl.overview import dagster_instance, station_states
    from weather_etl.settings import Settings

    with dagster_instance() as instance:
        states = station_states(Settings.load(), instance, station)
    if as_json:
        import json

        print(json.dumps([s.as_dict() for s in states], indent=2))
    else:
        _print_states(states)


def _print_states(states: "list[StationState]") -> None:
    from rich.console import Console
    from rich.table import Table

    from weather_etl.overview import PASS, UP_TO_DATE

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    if not states:
        console.print("No station yet; upload a file with `weather-etl upload STATION FILE`.")
    for s in states:
        colour = "green" if s.state == UP_TO_DATE else "yellow"
        files = f"{s.files:,} landing file{'s' * (s.files != 1)}"
        table = Table(
            title=f"{s.station}: [{colour}]{s.state}[/], {files}", title_justify="left", box=None, pad_edge=False
        )
        table.add_column("table", min_width=24)
        table.add_column("rows", justify="right", min_width=9)
        table.add_column("first", min_width=17)
        table.add_column("last", min_width=17)
        for name, stamp in s.tables.items():
            table.add_row(name, f"{stamp.rows:,}", stamp.first, stamp.last)
        console.print(table)
        counts = ", ".join(
            f"[{style}]{state} {s.count(state)}[/]"
            for state, style in ((PASS, "green"), ("WARN", "yellow"), ("ERROR", "red"))
        )
        console.print(f"checks: {counts}" if s.checks else "checks: none has run yet")
        for check in s.checks:
            if check.state != PASS:
                style = "yellow" if check.state == "WARN" else "red"
                console.print(f"  [{style}]{check.state:<5}[/] {check.name}: ", end="")
                console.print(check.description, markup=False)
        console.print()


@app.command()
def forget(station: Annotated[str, typer.Argument(help="A station whose landing files are all gone.")]) -> None:
    """Delete the tables of a station whose landing files were removed on purpose."""
    from weather_etl import shared_files
    from weather_etl.fingerprints import TABLE_NAMES
    from weather_etl.overview import dagster_instance
    from weather_etl.settings import Settings
    from weather_etl.stations import PARTITIONS_NAME
    from weather_etl.storage import PreconditionFailed, connect

    with connect(Settings.load(), prompt=True) as containers, dagster_instance() as instance:
        leftover = shared_files.list_station(containers, station).files
        orphans = [f for f in leftover if f.split and not containers.landing.head(f.name)]
        if len(orphans) < len(leftover):
            raise UserError(f"Station {station} still has landing files; delete them first if it is to be forgotten.")
        found = [t for t in TABLE_NAMES if containers.lake.stamp(t, station)]
        if not found:
            raise UserError(f"Station {station} has no tables; nothing was changed.")
        try:
            for orphan in orphans:  # parts of shared files that are gone
                containers.lake.container.delete(orphan.split or "", if_match=orphan.etag)
        except PreconditionFailed:
            raise UserError(f"Files of station {station} landed just now; nothing was deleted.") from None
        # Raw goes last: as long as it is there, the station is known and a killed command can be repeated.
        for table in reversed(found):
            containers.lake.container.delete(containers.lake.object_name(table, station))
        if instance.has_dynamic_partition(PARTITIONS_NAME, station):
            instance.delete_dynamic_partition(PARTITIONS_NAME, station)
    say(f"Forgot station {station}: {len(found)} tables were deleted.")
