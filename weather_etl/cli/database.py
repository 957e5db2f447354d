"""`weather-etl db`: the serving tables in PostgreSQL."""

from contextlib import ExitStack
from typing import Annotated

import typer

from weather_etl.cli.base import Stations, app, say, warn

db_app = typer.Typer(help="The serving tables in PostgreSQL, for BI tools.", no_args_is_help=True)
app.add_typer(db_app, name="db")


@db_app.command("upgrade", short_help="Create the serving tables, or migrate them.")
def db_upgrade() -> None:
    """Create the serving tables, or bring them to this program's version; repeating it changes nothing."""
    from weather_etl.serving import schema
    from weather_etl.settings import Settings

    revision = schema.upgrade(Settings.load())
    if revision.now == revision.wanted:
        say(f"The serving tables have revision {revision.now} already; comments, view and grants were set anew.")
    else:
        say(f"The serving tables were upgraded from revision {revision.now or 'none'} to {revision.wanted}.")


@db_app.command("load", short_help="Load the tables of every stale station.")
def db_load(
    station: Stations = None,
    full: Annotated[bool, typer.Option("--full", help="Compare and load again what is loaded already.")] = False,
) -> None:
    """Load the published tables of every stale station; exit code 1 if one could not be loaded."""
    from weather_etl.errors import UserError
    from weather_etl.lake.connection import connect
    from weather_etl.lake.container import StorageUnavailable
    from weather_etl.serving import database, load, schema, staleness
    from weather_etl.settings import Settings

    settings = Settings.load()
    failed = 0
    with ExitStack() as stack:
        containers = stack.enter_context(connect(settings))
        connection = stack.enter_context(database.connect(settings))
        schema.require_schema(settings, connection)
        wanted = staleness.expected(containers.lake.stamps())
        loaded = staleness.loaded_versions(connection)
        stale = [s.station for s in staleness.find_stale(wanted, loaded)]
        chosen = station or (sorted(wanted.keys() | loaded.keys()) if full else stale)
        for name in chosen:
            try:
                done = load.load_station(connection, containers.lake, name, full=full)
            except (StorageUnavailable, database.ServingUnavailable):
                raise
            except UserError as error:  # one station's trouble must not keep the others from being loaded
                failed += 1
                warn(error)
                continue
            for result in done:
                change = (
                    f", {result.inserted:,} inserted, {result.removed:,} removed"
                    if result.status != "unchanged"
                    else ""
                )
                say(f"{name} {result.table}: {result.rows:,} rows, {result.status}{change}")
    if not chosen:
        say(f"All {len(wanted)} stations are served as they are in the lake.")
    if failed:
        raise typer.Exit(1)


@db_app.command("status", short_help="Show revision and stations not yet served.")
def db_status() -> None:
    """Show the schema's revision and which stations are not served as they are in the lake."""
    from weather_etl.lake.connection import connect
    from weather_etl.serving import database, schema, staleness
    from weather_etl.settings import Settings

    settings = Settings.load()
    with connect(settings, prompt=True) as containers, database.connect(settings) as connection:
        revision = schema.revision(connection)
        wanted = staleness.expected(containers.lake.stamps())
        stale = staleness.find_stale(wanted, staleness.loaded_versions(connection))
    state = (
        "up to date" if revision.now == revision.wanted else f"wanted {revision.wanted}; run `weather-etl db upgrade`"
    )
    say(f"schema: revision {revision.now or 'none'}, {state}")
    say(f"stations: {len(wanted)} in the lake, {len(stale)} not served as they are there")
    for item in stale:
        say(f"  {item.station}: {item.why}")
