"""Commands about stations: `status`, `forget`, `mute`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import AsJson, Bare, Stations, app, only_station_named, say, stations_named
from weather_etl.cli.showing import print_of_all, print_states
from weather_etl.errors import WrongUsage
from weather_etl.sentences import count

if TYPE_CHECKING:
    from weather_etl.lake.connection import Containers


@app.command(short_help="Show each station, its tables and checks.")
def status(stations: Bare = None, station: Stations = None, as_json: AsJson = False) -> None:
    """Show each station's tables, whether they are up to date, and what the checks said last.

    A station is `up to date`, or `nothing usable` (every file rejected), or stale, and then why. Exit code 1 if a station
    that was named is not known.
    """
    from weather_etl.operations.check_states import shared_files_state
    from weather_etl.operations.overview import dagster_instance, station_states
    from weather_etl.settings import Settings

    settings, only = Settings.load(), stations_named(stations, station)
    with dagster_instance() as instance:
        states = station_states(settings, instance, only, must_exist=True)
    if as_json:
        import json

        print(json.dumps([s.as_dict() for s in states], indent=2))
    else:
        print_states(states)
        if not only:
            print_of_all(settings, shared_files_state(settings))


@app.command(short_help="Delete the tables of a station without files.")
def forget(
    name: Annotated[str | None, typer.Argument(metavar="STATION", help="A station whose files are all gone.")] = None,
    station: Stations = None,
) -> None:
    """Delete the tables of a station whose landing files were removed on purpose."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations import forgetting
    from weather_etl.operations.overview import dagster_instance
    from weather_etl.settings import Settings

    settings, wanted = Settings.load(), only_station_named(name, station)
    with connect(settings, prompt=True) as containers, dagster_instance() as instance:
        made = forgetting.forget(settings, containers, instance, wanted)
    say(f"Forgot station {wanted}: {count(len(made), 'table')} were deleted.")
    say(f"To begin anew: `weather-etl upload {wanted} FILE`, then `weather-etl run`.")


@app.command(short_help="Send no notifications about a station for a while.")
def mute(
    name: Annotated[
        str | None,
        typer.Argument(metavar="STATION", help="A station that is known to be bad; without one, list the muted."),
    ] = None,
    station: Stations = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day of it (UTC).")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="End it now.")] = False,
) -> None:
    """Send no notifications about a station up to the end of a day; what is still bad then is told.

    Runs, checks and `status` go on as ever. Without a station, those that are muted are listed.
    """
    from weather_etl.lake.connection import connect
    from weather_etl.operations import mutes
    from weather_etl.settings import Settings

    wanted = stations_named(name, station)
    if bool(wanted) != (until is not None or off) or (until is not None and off):
        raise WrongUsage("Say `weather-etl mute STATION --until DATE`, or `--off` instead of a date.")
    with connect(Settings.load(), prompt=True) as containers:
        if not wanted:
            muted = mutes.muted_stations(containers)
            for station_id, day in muted.items():
                say(f"{station_id} is muted until the end of {day} (UTC).")
            if not muted:
                say("No station is muted.")
        elif until is not None:
            _must_be_known(containers, wanted)
            for station_id in wanted:
                mutes.mute(containers, station_id, until.date())
                say(
                    f"{station_id} is muted until the end of {until:%Y-%m-%d} (UTC); "
                    f"`weather-etl mute {station_id} --off` ends it."
                )
        else:
            for station_id in wanted:
                say(
                    f"{station_id} is told again."
                    if mutes.unmute(containers, station_id)
                    else f"{station_id} was not muted."
                )


def _must_be_known(containers: "Containers", wanted: list[str]) -> None:
    from weather_etl.ingestion import shared_files
    from weather_etl.ingestion.station import UnknownStation

    inventory = shared_files.take_inventory(containers)
    known = inventory.landing.stations.keys() | {s for s, _ in inventory.stamps}
    for name in wanted:
        if name not in known:
            raise UnknownStation(name, known)
