"""Commands about stations: `upload`, `run`, `status`, `forget`."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, console, me, say, waiting, warn
from weather_etl.errors import UserError

if TYPE_CHECKING:
    import dagster as dg
    from rich.console import Console

    from weather_etl.lake.connection import Containers
    from weather_etl.meteorology.formats.options import Options
    from weather_etl.operations.overview import CheckState, StationState
    from weather_etl.settings import Settings

_Only = Annotated[list[str] | None, typer.Option("--station", "-s", help="Only this station; can be repeated.")]
_Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
# From so many stations on, one line each.
_MANY = 11
_POLL_S = 2.0
_NAMED = 5
_LOOKED_AT = 20 * 1024**2  # bytes; larger files are uploaded without a look


@app.command(short_help="Put files into a station's landing folder.")
def upload(
    station: Annotated[
        str, typer.Argument(help="Station id: letters, digits, - and _; or _shared for files of several stations.")
    ],
    files: Annotated[list[Path], typer.Argument(help="Weather files, or a station.toml.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Make a new station without asking.")] = False,
) -> None:
    """Put files into the landing folder of a station; a file that is there already is left alone.

    Says in three lines how each file will be read. A file of the same name with other content is replaced, and so are
    its rows by the next run.
    """
    from weather_etl import station_file, stations
    from weather_etl.lake.connection import connect
    from weather_etl.landing.versions import SHARED
    from weather_etl.settings import Settings

    if not stations.is_station_id(station) and station != SHARED:
        raise UserError(
            f"{station!r} is no station id; use letters, digits, - and _, at most 64, a letter or digit first."
        )
    for path in files:
        if not path.is_file():
            raise UserError(f"{path} is not a file; name the files to upload one by one.")
    size = sum(path.stat().st_size for path in files)
    with connect(Settings.load(), prompt=True) as containers:
        containers.landing.create()
        containers.lake.container.create()
        _ask_for_a_new_station(containers, station, files, yes=yes)
        options = _options(containers, station, files)
        with waiting(f"Uploading to {station}", size, is_bytes=True) as advance:
            lines = []
            for path in files:
                if path.name == stations.SETTINGS_FILE:
                    station_file.parse_settings(path.read_text("utf-8", "replace"), source=str(path), version="")
                new = containers.landing.upload(f"{station}/{path.name}", path.read_bytes())
                advance(path.stat().st_size)
                verb = "Uploaded" if new else "Already there:"
                lines.append(f"{verb} {station}/{path.name} ({path.stat().st_size:,} bytes)")
                lines += _how_it_will_be_read(path, options)
                if not sys.stderr.isatty():
                    for line in lines:
                        say(line)
                    lines = []
        for line in lines:
            say(line)


def _ask_for_a_new_station(containers: "Containers", station: str, files: list[Path], *, yes: bool) -> None:
    """A mistyped name would make a station of its own: ask, where somebody is there to answer."""
    from weather_etl import station_file, stations
    from weather_etl.landing.versions import SHARED

    known = (
        yes
        or station == SHARED
        or any(path.name == stations.SETTINGS_FILE for path in files)
        or not station_file.packaged_settings(station).is_default
        or next(iter(containers.landing.list(f"{station}/")), None) is not None
    )
    if known or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    names = sorted({b.name.split("/")[0] for b in containers.landing.list() if "/" in b.name} - {SHARED})
    near = f" (there are {', '.join(names[:10])}{', ...' if len(names) > 10 else ''})" if names else ""
    if not typer.confirm(f"There is no station {station} yet{near}. Make it?", err=True):
        raise UserError("Nothing was uploaded.")


def _how_it_will_be_read(path: Path, options: "Options") -> list[str]:
    """Three lines on a file that is being uploaded."""
    from weather_etl import stations
    from weather_etl.cli.formats import look_at
    from weather_etl.meteorology.formats.inspection import three_lines
    from weather_etl.redaction import printable

    if path.name == stations.SETTINGS_FILE or path.stat().st_size > _LOOKED_AT:
        return []
    return [f"  {printable(line, 300)}" for line in three_lines(look_at(path, options))]


def _options(containers: "Containers", station: str, files: list[Path]) -> "Options":
    """What the readers will know: by the station.toml that is uploaded too, else by the one in landing."""
    from weather_etl import station_file, stations
    from weather_etl.ingestion.reading import options_of
    from weather_etl.landing.listing import list_station, read_settings

    own = next((p for p in files if p.name == stations.SETTINGS_FILE), None)
    there = read_settings(containers.landing, station, list_station(containers.landing, station))
    if own is None:
        return options_of(there, there.profiles)
    found = station_file.parse_settings(own.read_text("utf-8-sig", "replace"), source=str(own), version="")
    return options_of(found, there.profiles)


@app.command(short_help="Bring every stale station up to date.")
def run(
    station: _Only = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read all landing files again and make all tables anew.")
    ] = False,
    tables_only: Annotated[
        bool, typer.Option("--tables-only", help="Leave serving tables and reports to a running daemon.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Bring every stale station up to date, serving tables and reports alike, and show the tables.

    Exit code 1 if a run failed, a check of severity ERROR is red, or something is stale all the same.
    """
    from weather_etl.lake.connection import connect
    from weather_etl.operations.overview import UP_TO_DATE, dagster_instance, shared_files_state, station_states
    from weather_etl.settings import Settings

    settings = Settings.load()
    started = time.monotonic()
    with connect(settings, prompt=True) as containers:
        containers.landing.exists()  # a storage that does not answer is told before a run begins that waits for it
    with dagster_instance() as instance:
        with _progress(settings, station or []):
            failure = _catch_up(instance, station or [], full=full, tables_only=tables_only)
        states = station_states(settings, instance, station)
    seconds = time.monotonic() - started
    shared = shared_files_state(settings)
    left = {s.station: s.state for s in states if s.state != UP_TO_DATE}
    bad = bool(failure or left or any(s.count("ERROR") for s in states) or (shared and shared.state == "ERROR"))
    if as_json:
        import json

        stations = [s.as_dict() for s in states]
        print(
            json.dumps(
                {
                    "ok": not bad,
                    "failure": failure,
                    "left_undone": left,
                    "seconds": round(seconds, 1),
                    "stations": stations,
                },
                indent=2,
            )
        )
    else:
        _print_states(states)
        _print_tail(states, seconds)
    _print_of_all(settings, shared)
    untold = {s.station: s.state for s in states if s.station in left and not s.trouble}
    if untold:
        warn(f"ERROR  {_left_undone(untold)}")
    if failure:
        warn(f"ERROR  {failure}")
    elif states and not as_json:
        say("Look around: `make ui` opens the graph, runs and checks at http://127.0.0.1:3000;")
        say(f"`{me()} open report` shows each station on a page, `{me()} head daily_weather` rows of a table.")
    if bad:
        raise typer.Exit(1)


def _print_of_all(settings: "Settings", shared: "CheckState | None") -> None:
    """What is to be said of the installation as a whole: its shared files, and what neighbours say of each other."""
    from weather_etl.operations.overview import PASS, neighbours_state
    from weather_etl.redaction import printable

    for check in (shared, neighbours_state(settings)):
        if check and check.state != PASS:
            warn(f"{check.state:<5}  {check.name}: {printable(check.description, 1000)}")


def _left_undone(left: dict[str, str]) -> str:
    """What is stale after the run, and what to do: a file could not be read, another run was faster, or files came."""
    named = ", ".join(f"{station} ({why})" for station, why in list(left.items())[:_NAMED])
    more = f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
    return (
        f"{_count(len(left), 'station')} still not up to date: {named}{more}. A file could not be read, files came "
        "meanwhile or another run was faster; `weather-etl files` names files, `weather-etl run` goes on."
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
        f"[{style}]{verdict}[/] in {seconds:.1f} s: {_count(len(states), 'station')}, {_count(tables, 'table')}. "
        f"{figures} TOTAL={sum(counts.values())}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


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
            seen = shared_files.take_inventory(containers)
            stale = planning.find_stale(seen.landing, seen.stamps)
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


def _catch_up(instance: "dg.DagsterInstance", stations: list[str], *, full: bool, tables_only: bool) -> str | None:
    """Run `catch_up_job` in this process; the sentence of its failure, or None."""
    from weather_etl.operations import planning
    from weather_etl.orchestration.catch_up import catch_up_job
    from weather_etl.orchestration.child_runs import run_job

    config = {"mode": "full" if full else "incremental", "stations": stations, "tables_only": tables_only}
    why = "weather-etl run --full" if full else "weather-etl run"
    return " | ".join(run_job(instance, catch_up_job, ops={"catch_up": config}, tags={planning.WHY: why})) or None


@app.command(short_help="Show each station, its tables and checks.")
def status(station: _Only = None, as_json: _Json = False) -> None:
    """Show each station's tables, whether they are up to date, and what the checks said last."""
    from weather_etl.operations.overview import dagster_instance, shared_files_state, station_states
    from weather_etl.settings import Settings

    settings = Settings.load()
    with dagster_instance() as instance:
        states = station_states(settings, instance, station)
    if as_json:
        import json

        print(json.dumps([s.as_dict() for s in states], indent=2))
    else:
        _print_states(states)
        if not station:
            _print_of_all(settings, shared_files_state(settings))


def _print_states(states: "list[StationState]") -> None:
    out = console(110)
    if not states:
        out.print("No station yet; upload a file with `weather-etl upload STATION FILE`.")
    elif len(states) >= _MANY:
        _print_lines(out, states)
    else:
        for state in states:
            _print_state(out, state)


def _print_state(out: "Console", s: "StationState") -> None:
    """A station with its tables and the checks that did not pass."""
    from rich.table import Table

    from weather_etl.operations.overview import PASS, UP_TO_DATE

    colour = "green" if s.state == UP_TO_DATE else "yellow"
    files = f"{s.files:,} landing file{'s' * (s.files != 1)}"
    table = Table(title=f"{s.station}: [{colour}]{s.state}[/], {files}", title_justify="left", box=None, pad_edge=False)
    table.add_column("table", min_width=24)
    table.add_column("rows", justify="right", min_width=9)
    table.add_column("first", min_width=17)
    table.add_column("last", min_width=17)
    for name, stamp in s.tables.items():
        table.add_row(name, f"{stamp.rows:,}", stamp.first, stamp.last)
    out.print(table)
    counts = ", ".join(
        f"[{style}]{state} {s.count(state)}[/]"
        for state, style in ((PASS, "green"), ("WARN", "yellow"), ("ERROR", "red"))
    )
    if s.trouble:
        out.print(f"[red]{'parked' if s.parked else 'failed'}[/]: ", end="")
        out.print(s.trouble, markup=False)
    unknown = "not evaluated by the last run" if s.trouble else "none has run yet"
    out.print(f"checks: {counts}" if s.checks else f"checks: {unknown}")
    for check in s.checks:
        if check.state != PASS:
            style = "yellow" if check.state == "WARN" else "red"
            out.print(f"  [{style}]{check.state:<5}[/] {check.name}: ", end="")
            out.print(check.description, markup=False)
    out.print()


def _print_lines(out: "Console", states: "list[StationState]") -> None:
    """A line per station; `--station` shows one of them whole."""
    from rich.table import Table

    from weather_etl.operations.overview import UP_TO_DATE

    table = Table(box=None, pad_edge=False)
    for name in ("station", "state"):
        table.add_column(name)
    for name in ("files", "hours"):
        table.add_column(name, justify="right")
    for name in ("first", "last"):
        table.add_column(name)
    for name in ("warn", "error"):
        table.add_column(name, justify="right")
    for s in states:
        hours = s.tables.get("validated_observations")
        table.add_row(
            s.station,
            f"[{'green' if s.state == UP_TO_DATE else 'yellow'}]{s.state}{', parked' if s.parked else ''}[/]",
            f"{s.files:,}",
            *((f"{hours.rows:,}", hours.first[:10], hours.last[:10]) if hours else ("", "", "")),
            f"{s.count('WARN') or ''}",
            f"[red]{s.count('ERROR') or ''}[/]",
        )
    out.print(table)
    out.print("`weather-etl status --station STATION` tells more.")
    out.print()


@app.command(short_help="Delete the tables of a station without files.")
def forget(station: Annotated[str, typer.Argument(help="A station whose landing files are all gone.")]) -> None:
    """Delete the tables of a station whose landing files were removed on purpose."""
    from weather_etl.ingestion import shared_files
    from weather_etl.lake.connection import connect
    from weather_etl.lake.container import PreconditionFailed
    from weather_etl.lake.fingerprints import TABLE_NAMES
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.report.publish import page_name
    from weather_etl.serving import database, load, schema, staleness
    from weather_etl.settings import Settings
    from weather_etl.stations import PARTITIONS_NAME

    settings = Settings.load()
    with connect(settings, prompt=True) as containers, dagster_instance() as instance:
        leftover = shared_files.list_station(containers, station).files
        orphans = [f for f in leftover if f.split and not containers.landing.head(f.name)]
        if len(orphans) < len(leftover):
            raise UserError(f"Station {station} still has landing files; delete them first if it is to be forgotten.")
        made = [t for t in TABLE_NAMES if containers.lake.stamp(t, station)]
        if not made:
            raise UserError(f"Station {station} has no tables; nothing was changed.")
        try:
            for orphan in orphans:  # parts of shared files that are gone
                containers.lake.container.delete(orphan.split or "", if_match=orphan.etag)
        except PreconditionFailed:
            raise UserError(f"Files of station {station} landed just now; nothing was deleted.") from None
        # Raw goes last: as long as it is there, the station is known and a killed command can be repeated.
        for table in reversed(made):
            containers.lake.container.delete(containers.lake.object_name(table, station))
        containers.lake.container.delete(page_name(station))
        if schema.is_set_up(settings):
            with database.connect(settings) as connection:
                if station in staleness.loaded_versions(connection):
                    load.load_station(connection, containers.lake, station)  # finds no tables, and removes its rows
        if instance.has_dynamic_partition(PARTITIONS_NAME, station):
            instance.delete_dynamic_partition(PARTITIONS_NAME, station)
    say(f"Forgot station {station}: {len(made)} tables were deleted.")
