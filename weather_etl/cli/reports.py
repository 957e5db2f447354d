"""Commands about pages: `report`, `open`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import Bare, Stations, app, say, stations_named, ui_url, waiting
from weather_etl.errors import UserError

if TYPE_CHECKING:
    from weather_etl.lake.connection import Containers

# More pages than this are not copied to this machine for one that is wanted.
_COPIED = 50


@app.command(short_help="Make the weather reports that are stale.")
def report(
    stations: Bare = None,
    station: Stations = None,
    full: Annotated[bool, typer.Option("--full", help="Make them anew, stale or not.")] = False,
) -> None:
    """Make the reports that are stale, and the index; a running daemon does it by itself."""
    _make(stations_named(stations, station), full=full)


open_app = typer.Typer(help="Open a report or the UI in the browser.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(open_app, name="open")
_Print = Annotated[bool, typer.Option("--print", help="Only print the address.")]


@open_app.command("report", short_help="The report of a station, or of all.")
def open_report(
    name: Annotated[str | None, typer.Argument(metavar="STATION", help="A station; all of them by default.")] = None,
    station: Stations = None,
    only_print: _Print = False,
) -> None:
    """Bring a report up to date, copy it to .local/report and open it; without a station, the index of all."""
    from weather_etl.lake.connection import connect
    from weather_etl.report import publish
    from weather_etl.settings import Settings

    wanted = stations_named(name, station)
    only = wanted[0] if len(wanted) == 1 else None  # the index leads to several
    _make(wanted, full=False, quiet=True)
    with connect(Settings.load(), prompt=True) as containers:
        published = sorted(publish.reports(containers))
        if not published:
            raise UserError("There is no report yet; run `weather-etl run` first.")
        copied = published if len(published) <= _COPIED or not wanted else wanted
        with waiting("Copying the pages", len(copied)) as advance:
            for station_id in copied:
                _copy(containers, publish.page_name(station_id))
                advance(1)
        _copy(containers, publish.INDEX)
    path = Path.cwd() / ".local" / (publish.page_name(only) if only else publish.INDEX)
    _open(path.as_uri(), only_print)


@open_app.command("ui", short_help="Dagster's web interface.")
def open_ui(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Of this machine; by default where `make ui` of this folder listens."),
    ] = None,
    only_print: _Print = False,
) -> None:
    """Open Dagster's web interface: what `make ui` runs in this folder, else WEATHER_ETL_UI_URL."""
    from weather_etl.operations.trigger import Dagster

    usual = ui_url()
    url = usual if port is None else f"http://127.0.0.1:{port}"
    try:
        Dagster(url, timeout=5).version()
    except UserError as error:
        hint = f" The usual address is {usual}." if url != usual else ""
        raise UserError(f"{error}{hint}") from None
    _open(url, only_print)


def _make(stations: list[str], *, full: bool, quiet: bool = False) -> None:
    """Run `weather_report_job` over stale stations in this process, so that the UI knows of it."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations import state_page
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.report import publish
    from weather_etl.settings import Settings
    from weather_etl.station_names import did_you_mean
    from weather_etl.stations import PARTITIONS_NAME

    with connect(Settings.load(), prompt=True) as containers, dagster_instance() as instance:
        stamps, made = containers.lake.stamps(), publish.reports(containers)
        # Whoever opens the page of state wants to know how things stand now.
        index = quiet or state_page.find_stale(containers, made, instance)
    ready = sorted({s for s, _ in stamps if all((s, t) in stamps for t in publish.INPUTS)})
    for station in stations:
        if station not in ready:
            raise UserError(
                f"Station {station} has no complete tables yet; run `weather-etl run` first.{did_you_mean(station, ready)}"
            )
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
