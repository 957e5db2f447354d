"""Stations of which nobody wants to be told for a while: known to be bad, being repaired.

Belongs here: which are muted, until when, where that is kept.
Does not belong here: what a mute does to a message (`notifications.py`).

A mute is an empty blob `_muted/<station>` beside the tables, whose metadata says until when: every daemon and every
command that reads the tables sees the same. One whose day has passed says nothing any more.
"""

from datetime import UTC, date, datetime

from weather_etl.errors import WrongUsage
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import PreconditionFailed

_FOLDER = "_muted/"
_UNTIL = "until"


def mute(containers: Containers, station: str, until: date) -> None:
    """Tell nothing of the station up to the end of a day (UTC).

    Raises:
        WrongUsage: the day has passed.
    """
    if until < _today():
        raise WrongUsage(f"{until} has passed; name a day to come.")
    lake, name = containers.lake.container, f"{_FOLDER}{station}"
    while True:  # two people at once: the last one has it
        blob = lake.head(name)
        try:
            lake.write(name, b"", if_match=blob.etag if blob else None, metadata={_UNTIL: until.isoformat()})
        except PreconditionFailed:
            continue
        return


def unmute(containers: Containers, station: str) -> bool:
    """End it; whether there was one."""
    was = station in muted_stations(containers)
    containers.lake.container.delete(f"{_FOLDER}{station}")
    return was


def muted_stations(containers: Containers, today: date | None = None) -> dict[str, date]:
    """station -> the last day (UTC) of its mute, where that has not passed."""
    last_days = {}
    for blob in containers.lake.container.list(_FOLDER):
        try:
            until = date.fromisoformat(blob.metadata.get(_UNTIL, ""))
        except ValueError:  # not ours
            continue
        if until >= (today or _today()):
            last_days[blob.name.removeprefix(_FOLDER)] = until
    return last_days


def _today() -> date:
    return datetime.now(UTC).date()
