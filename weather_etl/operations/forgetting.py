"""Forgetting a station: its tables, page, serving rows and partition, once all its files are gone on purpose.

Belongs here: what is deleted, in which order, and what keeps a station from being forgotten.
Does not belong here: deleting landing files (`landing_files.py`), printing (`cli/`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import PreconditionFailed
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing.versions import FileVersion
from weather_etl.redaction import printable
from weather_etl.report.publish import page_name
from weather_etl.settings import Settings
from weather_etl.station_names import did_you_mean
from weather_etl.stations import PARTITIONS_NAME

if TYPE_CHECKING:
    import dagster as dg


def forget(settings: Settings, containers: Containers, instance: "dg.DagsterInstance", station: str) -> list[str]:
    """Delete all that was made of the station; returns the tables.

    Raises:
        UserError: it still has files, or has no tables.
    """
    lake = containers.lake.container
    leftover = shared_files.list_station(containers, station).files
    orphans = [f for f in leftover if f.split and not containers.landing.head(f.name)]  # of shared files that are gone
    if len(orphans) < len(leftover):
        raise UserError(_still_there(station, [f for f in leftover if f not in orphans]))
    made = [t for t in TABLE_NAMES if containers.lake.stamp(t, station)]
    if not made:
        near = did_you_mean(station, {s for s, _ in containers.lake.stamps()})
        raise UserError(f"Station {printable(station)} has no tables; nothing was changed.{near}")
    try:
        for orphan in orphans:
            lake.delete(orphan.split or "", if_match=orphan.etag)
    except PreconditionFailed:
        raise UserError(f"Files of station {station} landed just now; nothing was deleted.") from None
    # Raw goes last: as long as it is there, the station is known and a killed command can be repeated.
    for table in reversed(made):
        lake.delete(containers.lake.object_name(table, station))
    lake.delete(page_name(station))
    _stop_serving(settings, containers, station)
    if instance.has_dynamic_partition(PARTITIONS_NAME, station):
        instance.delete_dynamic_partition(PARTITIONS_NAME, station)
    return made


def _stop_serving(settings: Settings, containers: Containers, station: str) -> None:
    from weather_etl.serving import database, load, schema, staleness

    if not schema.is_set_up(settings):
        return
    with database.connect(settings) as connection:
        if station in staleness.loaded_versions(connection):
            load.load_station(connection, containers.lake, station)  # finds no tables, and removes its rows


def _still_there(station: str, files: Sequence[FileVersion]) -> str:
    """Which files keep it, and how to go on."""
    shared = sorted({f.name for f in files if f.split})
    archived = [f.name for f in files if f.archived]
    own = [f.name for f in files if not f.split and not f.archived]
    if own:
        how = f"`weather-etl delete '{station}/*'` deletes them, then forget it again"
    elif shared:
        how = (
            f"its rows come from {printable(shared[0])}, which must be deleted, or corrected and uploaded again, first"
        )
    else:
        how = f"they lie in the archive ({printable(archived[0])}); delete them there first"
    return f"Station {station} still has landing files ({len(files):,}); {how}."
