"""Commands about pages: `report`, `open`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, say, waiting
from weather_etl.errors import UserError

if TYPE_CHECKING:
    from weather_etl.lake.connection import Containers

# More pages than this are not copied to this machine for one that is wanted.
_COPIED = 50


@app.command(short_help="Make the weather reports that are stale.")
def report(
    stations: Annotated[list[str] | None, typer.Argument(help="Only these stations.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Make them anew, stale or not.")] = False,
) -> None:
    """Make the reports that are stale, and the index; a running daemon does it by itself."""
    _make(stations or [], full=full)


open_app = typer.Typer(help="Open a report or the UI in the browser.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(open_app, name="open")
_Print = Annotated[bool, typer.Option("--print", help="Only print the address.")]


@open_app.command("report", short_help="The report of a station, or of all.")
def open_report(
    station: Annotated[str | None, typer.Argument(help="A station; all of them by default.")] = None,
    only_print: _Print = False,
) -> None:
    """Bring a report up to date, copy it to .local/report and open it; without a station, the index of all."""
    from weather_etl.lake.connection import connect
    from weather_etl.report import publish
    from weather_etl.settings import Settings

    _make([station] if station else [], full=False, quiet=True)
    with connect(Settings.load(), prompt=True) as containers:
        made = sorted(publish.reports(containers))
        if not made:
            raise UserError("There is no report yet; run `weather-etl run` first.")
        wanted = made if len(made) <= _COPIED or station is None else [station]
        with waiting("Copying the pages", len(wanted)) as advance:
            for name in wanted:
                _copy(containers, publish.page_name(name))
                advance(1)
        _copy(containers, publish.INDEX)
    path = Path.cwd() / ".local" / (publish.page_name(station) if station else publish.INDEX)
    _open(path.as_uri(), only_print)


@open_app.command("ui", short_help="Dagster's web interface.")
def open_ui(
    port: Annotated[int, typer.Option(help="Where `make ui` listens.")] = 3000, only_print: _Print = False
) -> None:
    """Open Dagster's web interface of this machine."""
    import socket

    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)):
            raise UserError(f"Nothing answers at http://127.0.0.1:{port}; start the UI with `make ui`.")
    _open(f"http://127.0.0.1:{port}", only_print)


def _make(stations: list[str], *, full: bool, quiet: bool = False) -> None:
    """Run `weather_report_job` over stale stations in this process, so that the UI knows of it."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations import state_page
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.report import publish
    from weather_etl.settings import Settings
    from weather_etl.stations import PARTITIONS_NAME

    with connect(Settings.load(), prompt=True) as containers, dagster_instance() as instance:
        stamps, made = containers.lake.stamps(), publish.reports(containers)
        # Whoever opens the page of state wants to know how things stand now.
        index = quiet or state_page.find_stale(containers, made, instance)
    ready = sorted({s for s, _ in stamps if all((s, t) in stamps for t in publish.INPUTS)})
    for station in stations:
        if station not in ready:
            raise UserError(f"Station {station} has no complete tables yet; run `weather-etl run` first.")
    stale = {s.station: s for s in publish.find_stale(stamps, made)}
    todo = [s for s in stations or ready if full or s in stale]
    if not todo and not index:
        if not quiet:
            say("All reports are up to date.")
        return
    failures: list[str] = []
    with dagster_instance() as instance, waiting("Making the reports", len(todo)) as advance:
        from weather_etl.operations import planning
        from weather_etl.orchestration.child_runs import run_job
        from weather_etl.orchestration.jobs import INDEX_JOB, REPORT_JOB

        instance.add_dynamic_partitions(PARTITIONS_NAME, todo)
        why = {planning.WHY: "weather-etl report"}
        for station in todo:
            failed = run_job(instance, REPORT_JOB, station=station, ops={"weather_report": {"full": full}}, tags=why)
            advance(1)
            failures += failed
            if not failed and not quiet:
                say(f"Report of {station} is up to date.")
        failures += run_job(instance, INDEX_JOB, ops={"station_index": {"full": quiet or full}}, tags=why)
    if failures:
        raise UserError(" | ".join(failures))


def _copy(containers: "Containers", name: str) -> None:
    data, _ = containers.lake.container.read(name)
    path = Path.cwd() / ".local" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _open(address: str, only_print: bool) -> None:
    import webbrowser

    say(address)
    if not only_print and not webbrowser.open(address):
        say("No browser could be started here; open the address above in one.")
