"""The `weather-etl` command: thin, one function per command.

Belongs here: arguments, printing, exit codes; every heavy import inside the function that needs it.
Does not belong here: work. A command calls the module that does it and prints what came back.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.errors import UserError

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.local import Status
    from weather_etl.overview import StationState

app = typer.Typer(
    help="Weather files from Azure Blob Storage to tables that you can trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would print connection strings
)
local_app = typer.Typer(help="Azurite and PostgreSQL on this machine, for local use.", no_args_is_help=True)
app.add_typer(local_app, name="local")


@local_app.command("up")
def local_up(
    azurite_port: Annotated[
        int | None,
        typer.Option(help="Port of the blob service, at the first start; 10000 or the next free one by default."),
    ] = None,
) -> None:
    """Start both, unless the environment or .env names others; write .env if there is none."""
    from weather_etl import local

    _print_services(local.up(Path.cwd(), azurite_port=azurite_port, say=_say))


@local_app.command("down")
def local_down() -> None:
    """Stop both; the data in .local stays."""
    from weather_etl import local

    _print_services(local.down(Path.cwd(), say=_say))


@local_app.command("status")
def local_status() -> None:
    """Show whether they run, and where."""
    from weather_etl import local

    _print_services(local.status(Path.cwd()))


def _print_services(status: "Status") -> None:
    for service in (status.azurite, status.postgres):
        state = "started" if service.started else service.state
        pid = f", pid {service.pid}" if service.pid else ""
        _say(f"{service.name:<13} {state:<9} {service.where}{pid}")
    for note in status.notes:
        _say(note)


def _say(line: str) -> None:
    # Plain: rich would break paths and URLs at the width of the terminal.
    print(line, flush=True)


@app.command()
def upload(
    station: Annotated[str, typer.Argument(help="Station id: letters, digits, - and _.")],
    files: Annotated[list[Path], typer.Argument(help="Weather files, or a station.toml.")],
) -> None:
    """Put files into the landing folder of a station; a file that is there already is left alone."""
    from weather_etl import stations
    from weather_etl.settings import Settings
    from weather_etl.storage import connect

    if not stations.is_station_id(station):
        raise UserError(f"{station!r} is no station id; use letters, digits, - and _, at most 64, a letter or digit first.")
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
            _say(f"{'Uploaded' if new else 'Already there:'} {station}/{path.name} ({path.stat().st_size:,} bytes)")


@app.command()
def run(
    station: Annotated[list[str] | None, typer.Option("--station", "-s", help="Only this station; can be repeated.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read all landing files again and make all tables anew.")] = False,
) -> None:
    """Bring every stale station up to date and show the tables; exit code 1 if a run or an error check failed."""
    from rich.console import Console

    from weather_etl.overview import dagster_instance, station_states
    from weather_etl.settings import Settings

    settings = Settings.load()
    with dagster_instance() as instance:
        with Console(stderr=True).status("Bringing the stations up to date ..."):
            failure = _catch_up(instance, station or [], full=full)
        states = station_states(settings, instance, station)
    _print_states(states)
    if failure:
        print(f"ERROR  {failure}", file=sys.stderr)
    elif states:
        _say("Look around: `make ui` opens the graph, runs and checks at http://127.0.0.1:3000; `weather-etl status` shows")
        _say("this again; the README tells how to read the tables with pandas, DuckDB and Polars.")
    if failure or any(s.count("ERROR") for s in states):
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
    station: Annotated[list[str] | None, typer.Option("--station", "-s", help="Only this station; can be repeated.")] = None,
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
        table = Table(title=f"{s.station}: [{colour}]{s.state}[/], {files}", title_justify="left", box=None, pad_edge=False)
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
    from weather_etl import landing
    from weather_etl.fingerprints import TABLE_NAMES
    from weather_etl.overview import dagster_instance
    from weather_etl.settings import Settings
    from weather_etl.stations import PARTITIONS_NAME
    from weather_etl.storage import connect

    with connect(Settings.load(), prompt=True) as containers, dagster_instance() as instance:
        if landing.list_station(containers.landing, station).files:
            raise UserError(f"Station {station} still has landing files; delete them first if it is to be forgotten.")
        found = [t for t in TABLE_NAMES if containers.lake.stamp(t, station)]
        if not found:
            raise UserError(f"Station {station} has no tables; nothing was changed.")
        # Raw goes last: as long as it is there, the station is known and a killed command can be repeated.
        for table in reversed(found):
            containers.lake.container.delete(containers.lake.object_name(table, station))
        if instance.has_dynamic_partition(PARTITIONS_NAME, station):
            instance.delete_dynamic_partition(PARTITIONS_NAME, station)
    _say(f"Forgot station {station}: {len(found)} tables were deleted.")


def main() -> None:
    """Run the command; an expected failure is one sentence on stderr and exit code 1."""
    from dotenv import load_dotenv

    try:
        # Like Dagster's own commands, which let .env win over the process environment.
        load_dotenv(Path.cwd() / ".env", override=True)
        app()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
