"""`weather-etl run`: bring every stale station up to date, and say where the results are."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import AsJson, Bare, Stations, app, console, say, stations_named, waiting, warn
from weather_etl.cli.showing import print_of_all, print_states
from weather_etl.errors import UserError
from weather_etl.sentences import count, first_names

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.operations.outcome import Outcome
    from weather_etl.operations.overview import StationState
    from weather_etl.settings import Settings

_POLL_S = 2.0


@app.command(short_help="Bring every stale station up to date.")
def run(
    stations: Bare = None,
    station: Stations = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read all landing files again and make all tables anew.")
    ] = False,
    tables_only: Annotated[
        bool, typer.Option("--tables-only", help="Leave serving tables and reports to a running daemon.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring every stale station up to date, serving tables and reports alike; show the tables, and where results are.

    Exit code 1 if a run failed, a check of severity ERROR is red, or something is stale all the same.
    """
    from weather_etl.lake.connection import connect
    from weather_etl.operations.check_states import shared_files_state
    from weather_etl.operations.outcome import outcome
    from weather_etl.operations.overview import dagster_instance, station_states
    from weather_etl.settings import Settings

    settings, only = Settings.load(), stations_named(stations, station)
    started = time.monotonic()
    with connect(settings, prompt=True) as containers:
        containers.landing.answers()  # a storage that does not answer is told before a run begins that waits for it
    with dagster_instance() as instance:
        with _progress(settings, only):
            failure, outage = _catch_up(instance, only, full=full, tables_only=tables_only)
        if outage and failure:  # what is stale now, only the storage could say
            raise UserError(failure)
        states = station_states(settings, instance, only)
    seconds = time.monotonic() - started
    shared = shared_files_state(settings)
    results = outcome(settings, only)
    left = {s.station: s.state for s in states if s.is_stale}
    bad = bool(failure or left or any(s.count("ERROR") for s in states) or (shared and shared.state == "ERROR"))
    if as_json:
        summary = {"ok": not bad, "failure": failure, "left_undone": left, "seconds": round(seconds, 1)}
        print(
            json.dumps({**summary, "stations": [s.as_dict() for s in states], "results": results.as_dict()}, indent=2)
        )
    else:
        print_states(states)
        _print_tail(states, seconds)
        if states:
            _print_where(states, results)
    print_of_all(settings, shared)
    untold = {s.station: s.state for s in states if s.station in left and not s.trouble}
    if untold:
        warn(f"ERROR  {_left_undone(untold)}")
    if failure:
        warn(f"ERROR  {failure}")
    elif states and not as_json:
        say(
            "Look around: `make ui` shows the graph, runs and checks, `weather-etl head daily_weather` rows of a table."
        )
    if bad:
        raise typer.Exit(1)


def _left_undone(left: dict[str, str]) -> str:
    """What is stale after the run, and what to do: a file could not be read, another run was faster, or files came."""
    names = first_names([f"{station} ({why})" for station, why in left.items()])
    return (
        f"{count(len(left), 'station')} still not up to date: {names}. A file "
        "could not be read, files came meanwhile or another run was faster; `weather-etl files` names files, "
        "`weather-etl run` goes on."
    )


def _print_tail(states: "list[StationState]", seconds: float) -> None:
    """What dbt ends with: one line that says whether all is well."""
    tables = sum(len(s.tables) for s in states)
    counts = {state: sum(s.count(state) for s in states) for state in ("PASS", "WARN", "ERROR")}
    style = "red" if counts["ERROR"] else "yellow" if counts["WARN"] else "green"
    verdict = (
        "Completed with errors" if counts["ERROR"] else "Completed with warnings" if counts["WARN"] else "Completed"
    )
    figures = " ".join(f"{state}={n}" for state, n in counts.items())
    console(110).print(
        f"[{style}]{verdict}[/] in {seconds:.1f} s: {count(len(states), 'station')}, {count(tables, 'table')}. "
        f"{figures} TOTAL={sum(counts.values())}"
    )


def _print_where(states: "list[StationState]", results: "Outcome") -> None:
    """Where the results are: in the lake, in PostgreSQL, on pages."""
    say(f"lake        {count(sum(len(s.tables) for s in states), 'table')} in {results.lake}")
    if results.served is None:
        say(f"PostgreSQL  nothing; {results.why_not_served}")
    else:
        energy = results.served.wind_energy_kwh
        wind = f", wind energy {energy:,.0f} kWh" if energy else ""
        stations = count(results.served.stations, "station")
        say(f"PostgreSQL  {count(results.served.hours, 'hour')} of {stations} in schema_metrics.weather_metrics{wind}")
    say(f"reports     {count(results.reports, 'page')}, one a station; `weather-etl open report` shows them")


@contextmanager
def _progress(settings: "Settings", only: list[str]) -> Iterator[None]:
    """A bar of the stations that are not stale any more, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from weather_etl.ingestion import shared_files
    from weather_etl.lake.connection import connect
    from weather_etl.operations import planning

    with connect(settings, prompt=True) as containers:

        def stale() -> int:
            inventory = shared_files.take_inventory(containers)
            stale = planning.find_stale(inventory.landing, inventory.stamps)
            return sum(s.why != planning.VANISHED and (not only or s.station in only) for s in stale)

        total, ended = stale(), threading.Event()
        with waiting("Bringing the stations up to date", total or None) as advance:

            def watch() -> None:
                done = 0
                while not ended.wait(_POLL_S):
                    try:
                        now = max(done, total - stale())
                    except UserError:
                        continue  # the run itself tells what is wrong
                    advance(now - done)
                    done = now

            thread = threading.Thread(target=watch, daemon=True)
            thread.start()
            try:
                yield
            finally:
                ended.set()
                thread.join()


def _catch_up(
    instance: "dg.DagsterInstance", stations: list[str], *, full: bool, tables_only: bool
) -> tuple[str | None, bool]:
    """Run `catch_up_job` in this process; the sentence of its failure, or None, and whether the storage did not answer."""
    import dagster as dg

    from weather_etl.operations import planning
    from weather_etl.operations.run_history import INTERRUPTED
    from weather_etl.orchestration.catch_up import catch_up_job
    from weather_etl.orchestration.child_runs import run_job

    config = {"mode": "full" if full else "incremental", "stations": stations, "tables_only": tables_only}
    why = "weather-etl run --full" if full else "weather-etl run"
    try:
        failures = run_job(instance, catch_up_job, ops={"catch_up": config}, tags={planning.WHY: why})
    except KeyboardInterrupt:
        failures = [INTERRUPTED]
    if INTERRUPTED in failures:  # who wants to go does not wait for a summary
        raise UserError(INTERRUPTED)
    last = next(iter(instance.get_runs(dg.RunsFilter(job_name=catch_up_job.name), limit=1)), None)
    return " | ".join(failures) or None, last is not None and last.tags.get(planning.ENDED) == planning.OUTAGE
