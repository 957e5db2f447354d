"""Commands for those who run it: `trigger`, `run-status`, `metrics`, `housekeeping`, `archive`, `notify`."""

from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import AsJson, Stations, app, say, ui_url, warn
from weather_etl.cli.choices import Mode
from weather_etl.errors import WrongUsage

if TYPE_CHECKING:
    from weather_etl.operations.trigger import Dagster, RunState

Url = Annotated[
    str | None,
    typer.Option(help="Address of Dagster's web interface; what `make ui` runs here, else WEATHER_ETL_UI_URL."),
]
Header = Annotated[
    list[str] | None, typer.Option("--header", "-H", help="Sent along, 'Name: value', for a proxy; can be repeated.")
]


@app.command(short_help="Start catch_up_job in a running Dagster.")
def trigger(
    url: Url = None,
    mode: Annotated[Mode, typer.Option(help="What is stale, or all, reading every landing file again.")] = (
        Mode.INCREMENTAL
    ),
    station: Stations = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until the run has ended; exit code 1 if it failed.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most.")] = 3600.0,
    header: Header = None,
    as_json: AsJson = False,
) -> None:
    """Start catch_up_job in a running Dagster over HTTP; print the run's id and the address of its page."""
    import json

    dagster = _dagster(url, header)
    run_id = dagster.trigger(mode, station or [])
    if as_json and not wait:
        print(json.dumps({"run_id": run_id, "status_url": dagster.run_url(run_id)}))
    elif not as_json:
        say(f"run    {run_id}")
        say(f"status {dagster.run_url(run_id)}")
    if wait:
        _show(dagster, dagster.wait(run_id, timeout), as_json=as_json)


@app.command("run-status", short_help="Show how a run stands, step by step.")
def run_status(
    run_id: Annotated[str, typer.Argument(help="Id of a run, as `trigger` prints it.")],
    url: Url = None,
    header: Header = None,
    as_json: AsJson = False,
) -> None:
    """Show how a run stands, step by step, with the runs that it started; exit code 1 if it failed."""
    dagster = _dagster(url, header)
    _show(dagster, dagster.state(run_id), as_json=as_json)


def _dagster(url: str | None, headers: list[str] | None) -> "Dagster":
    from weather_etl.operations.trigger import Dagster

    pairs = [h.partition(":") for h in headers or []]
    if any(not colon for _, colon, _ in pairs):
        raise WrongUsage("A --header has the form 'Name: value'.")
    return Dagster(url or ui_url(), {name.strip(): value.strip() for name, _, value in pairs})


def _show(dagster: "Dagster", state: "RunState", *, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps({**state.as_dict(), "status_url": dagster.run_url(state.run_id)}, indent=2))
    else:
        for run in (state, *state.children):
            seconds = f" in {run.seconds:.1f} s" if run.seconds is not None else ""
            say(f"{run.status:<9} {run.job}{' of ' + run.station if run.station else ''}{seconds}")
            for step in run.steps:
                took = f" {step.seconds:.1f} s" if step.seconds is not None else ""
                say(f"  {step.status or 'WAITING':<11} {step.name}{took}")
        for failure in state.failures:
            warn(f"ERROR  {failure}")
    if state.has_failed:
        raise typer.Exit(1)


@app.command(short_help="Print figures for Prometheus.")
def metrics(
    port: Annotated[int | None, typer.Option(help="Serve /metrics on this port instead of printing once.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Figures for Prometheus: stale stations, files pending, runs, rows, seconds."""
    from weather_etl.operations import metrics as figures
    from weather_etl.settings import Settings

    settings = Settings.load()
    if port is None:
        print(figures.exposition(settings), end="")
        return
    with figures.server(settings, host, port) as chosen:
        say(f"Figures at http://{host}:{chosen}/metrics; Ctrl-C ends it.")
        try:
            Event().wait()
        except KeyboardInterrupt:
            say("Stopped.")


@app.command(short_help="Delete old runs with their events.")
def housekeeping(
    run_days: Annotated[int, typer.Option(min=1, help="Delete finished runs that are older.")] = 90,
    log_days: Annotated[int, typer.Option(min=1, help="Delete lines of steps that are older.")] = 30,
) -> None:
    """Delete old runs with their events, and old lines of steps; what shows a table's present state stays."""
    from weather_etl.lake.connection import open_container
    from weather_etl.operations import housekeeping as keeping
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.settings import LOGS_CONTAINER, Settings

    with dagster_instance() as instance, open_container(Settings.load(), LOGS_CONTAINER) as container:
        deleted, kept = keeping.delete_old_runs(instance, run_days)
        logs = keeping.delete_old_logs(container, log_days)
    say(f"{deleted} runs were deleted; {kept} old ones stay, since they made tables that are shown.")
    say(f"{logs} logs of steps were deleted.")


@app.command(short_help="Move files that are done with to an archive.")
def archive(
    station: Stations = None,
    days: Annotated[int, typer.Option(min=0, help="Only files that landed more than so many days ago.")] = 30,
) -> None:
    """Move landing files that all tables have taken in to WEATHER_ETL_ARCHIVE_CONTAINER; their rows stay."""
    from weather_etl.operations.housekeeping import archive_old_files
    from weather_etl.settings import Settings

    for moved in archive_old_files(Settings.load(), days, station or []):
        say(f"{moved.station}: {moved.files} files moved" + (f" ({moved.why_none})" if moved.why_none else ""))


@app.command(short_help="Post a line to the webhook, as a test.")
def notify(
    text: Annotated[str, typer.Argument(help="What to say.")] = "weather_etl can reach this channel.",
) -> None:
    """Post a line to the webhook of the notifications, to see whether it arrives."""
    from weather_etl.operations import notifications
    from weather_etl.settings import Settings

    notifications.send(Settings.load(), text)
    say("Sent.")
