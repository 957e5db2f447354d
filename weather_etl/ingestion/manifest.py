"""The raw object of a station with its manifest: the record of which file versions its rows came from.

Belongs here: the states of a file, the keys that decide whether it is read again, the raw object as it stands.
Does not belong here: making a new one (`merge.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from weather_etl import digests
from weather_etl.errors import UserError
from weather_etl.ingestion.raw_table import RAW, as_raw
from weather_etl.ingestion.reading import Entry, reading_of
from weather_etl.lake.connection import Containers
from weather_etl.lake.table_objects import Stamp
from weather_etl.meteorology.readings import Reading
from weather_etl.meteorology.vocabulary import READER_VERSION
from weather_etl.stations import StationSettings

INGESTED, REJECTED, SAME_BYTES, UNREADABLE = "ingested", "rejected", "same bytes", "unreadable"


@dataclass
class Raw:
    """The raw object of a station as published.

    Attributes:
        rows: `raw_observations`, ordered by (landed_at, landing_file, line).
        manifest: one entry per landing-file version.
        stamp: ETag and fingerprint of the object.
        read, replaced, gone: names of files read, of files whose rows were replaced, and of files that vanished.
        pending: names of files that changed while they were read; they are still to come.
        unread: name -> why the storage refused the file; it is tried again.
        replaces: ETag of the object that it was merged from; None if there was none.
    """

    rows: pa.Table
    manifest: list[Entry]
    stamp: Stamp
    read: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    replaces: str | None = None

    def readings(self, settings: StationSettings) -> dict[str, Reading]:
        """Landing file -> how its cells are to be read, by what it says itself and by the station's settings."""
        station = self.stamp.station
        return {e["name"]: reading_of(e, settings, station) for e in self.manifest if e["state"] == INGESTED}

    def rejected(self) -> list[dict[str, Any]]:
        """Rejected files as rows of `quarantined_rows`."""
        return [
            {
                "landing_file": e["name"],
                "etag": e.get("source_etag") or e["etag"],
                "line": None,
                "reason": e["reason"],
                "detail": e["detail"],
                "raw_text": None,
                "landed_at": datetime.fromisoformat(e["landed_at"]),
            }
            for e in self.manifest
            if e["state"] == REJECTED
        ]


def reader_key(settings: StationSettings) -> str:
    """What decides how a file is cut into rows: a file read under another key is read again."""
    return digests.digest([READER_VERSION, *settings.reader_part()])


def split_key(settings: StationSettings) -> str:
    """The same for a station's part of a shared file: it has been cut without the station's settings.

    Those that say how its cells are to be read decide what is told of it.
    """
    return digests.digest([READER_VERSION, "split", settings.units, settings.own_timezone, settings.standard_time])


def load_raw(containers: Containers, station: str) -> Raw | None:
    """The raw object as it stands."""
    stored = containers.lake.read(RAW, station)
    if stored is None:
        return None
    if stored.manifest is None:
        raise UserError(
            f"{containers.lake.uri(RAW, station)} has no manifest; delete it, and the next run rebuilds it."
        )
    return Raw(as_raw(stored.arrow), stored.manifest, stored.stamp)


def count_states(manifest: Iterable[Entry]) -> dict[str, int]:
    """State -> number of file versions."""
    counts = dict.fromkeys((INGESTED, REJECTED, SAME_BYTES, UNREADABLE), 0)
    for entry in manifest:
        counts[entry["state"]] += 1
    return counts
