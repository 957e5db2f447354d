"""The stations of the lake as neighbours of each other: what `neighbour_events` is made from, and whether it is stale.

Belongs here: which stations have a place, reading what is asked of each, the state of the table.
Does not belong here: the tests (`meteorology/neighbours.py`), when the table is made (`orchestration/`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import NEIGHBOURS, NEIGHBOURS_INPUTS, StaleStation
from weather_etl.lake.table_objects import Lake, Stamp
from weather_etl.landing import listing

if TYPE_CHECKING:
    from weather_etl.meteorology.neighbours import Place, Station

OBJECT = Lake.object_name(NEIGHBOURS, "")


def find_stale(stamps: Mapping[tuple[str, str], Stamp], stamp: Stamp | None) -> StaleStation | None:
    """The table, if it was not made from the stations' tables as they are now; None if it was, or if there is nothing.

    Args:
        stamps: of the stations' tables.
        stamp: of `neighbour_events`.
    """
    target = fingerprints.of_neighbours(stamps)
    if (stamp is None and not stamps) or (stamp is not None and stamp.fingerprint == target):
        return None
    return StaleStation(OBJECT, target, "not made yet" if stamp is None else "tables changed")


def places(containers: Containers) -> "list[Place]":
    """Where the stations lie that have the tables and whose settings name latitude and longitude, by id.

    A station whose settings cannot be read is left out: its own runs say what is wrong.
    """
    from weather_etl.meteorology.neighbours import Place

    inventory = shared_files.take_inventory(containers)
    known_places = []
    for station, files in sorted(inventory.landing.stations.items()):
        if not all((station, table) in inventory.stamps for table in NEIGHBOURS_INPUTS):
            continue
        try:
            # The profiles of the installation say nothing of where a station lies.
            site = listing.read_settings(containers.landing, station, replace(files, formats={})).site
        except UserError:
            continue
        if place := Place.of(station, site):
            known_places.append(place)
    return known_places


def read(lake: Lake, place: "Place") -> "Station":
    """A station from its tables.

    Raises:
        UserError: one of them vanished, or was made by an older version.
    """
    from weather_etl.meteorology import schemas
    from weather_etl.meteorology.neighbours import FLOORS, Station

    frames = []
    for table, columns in zip(NEIGHBOURS_INPUTS, (["timestamp", *FLOORS], ["date", "precipitation_mm"]), strict=True):
        made = lake.read(table, place.station_id, columns)
        if made is None or not set(columns) <= set(made.arrow.column_names):
            raise UserError(
                f"{table} of station {place.station_id} vanished or was made by an older version; run `weather-etl run`."
            )
        frames.append(schemas.to_frame(table, made.arrow))
    return Station.from_tables(place, *frames)


def contradicted_stations(containers: Containers) -> list[dict[str, Any]] | None:
    """A record per station and variable that neighbours contradict, most events first; None if nobody compared them."""
    from weather_etl.meteorology import schemas
    from weather_etl.meteorology.neighbours import by_station

    stored = containers.lake.read(NEIGHBOURS, "")
    return by_station(schemas.to_frame(NEIGHBOURS, stored.arrow)) if stored else None
