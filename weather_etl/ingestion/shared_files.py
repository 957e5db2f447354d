"""Files of several stations, `landing/_shared/<any path>`, and what was split from them.

Belongs here: the names of split objects and indexes, which shared files are pending, a station's files as a whole.
Does not belong here: splitting one (`splitting.py`).

For each source there are, by the hash of its name:

    _split/<station>/<hash>.parquet    the station's rows in the form of `raw_observations`; a landing file of that station
    _split/_index/<hash>.json          what became of the source, lines that belong to no station included

Whether a source is done is told by listings alone: index and split objects must name the ETag of the source and the
version of the reader, and be for the same stations.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from weather_etl.digests import digest
from weather_etl.lake.blobs import Blob
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import Container
from weather_etl.lake.table_objects import Stamp
from weather_etl.landing import listing, versions
from weather_etl.landing.archived import add_archived, of_station
from weather_etl.landing.listing import list_landing
from weather_etl.landing.versions import FileVersion, Landing, StationFiles
from weather_etl.meteorology.vocabulary import READER_VERSION
from weather_etl.stations import is_station_id

SPLIT, REJECTED, REMOVED, LEFT = "split", "rejected", "removed", "left for later"

FOLDER, INDEX = "_split", "_index"


def key_of(name: str) -> str:
    """Stands for the name of a source in the names of objects."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def split_name(station: str, key: str) -> str:
    return f"{FOLDER}/{station}/{key}.parquet"


def index_name(key: str) -> str:
    return f"{FOLDER}/{INDEX}/{key}.json"


@dataclass
class Source:
    """One shared file as the listings of landing and lake show it.

    Attributes:
        key: hash of its name.
        version: as it lies in landing; None if it is gone.
        index: the index in the lake, if there is one.
        splits: station -> split object.
    """

    key: str
    version: FileVersion | None = None
    index: Blob | None = None
    splits: dict[str, Blob] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        if self.version is not None:
            return self.version.name
        known = [b for b in (self.index, *self.splits.values()) if b is not None]
        return next((n for b in known if (n := _name_in(b))), self.key)

    def is_pending(self) -> bool:
        """Whether what lies in the lake is not what the source says now."""
        if self.version is None or self.index is None:
            return True
        made_from = {"source_etag": self.version.etag, "reader": reader_of(self.formats)}
        objects = [self.index, *self.splits.values()]
        if any(made_from.items() - o.metadata.items() for o in objects):
            return True
        return self.index.metadata.get("stations") != digest_of_stations(self.splits)


def reader_of(formats: Mapping[str, str]) -> str:
    """What a source is split by: the version of the readers, and the profiles of the installation."""
    return f"{READER_VERSION}-{digest(sorted(formats.items()))}" if formats else READER_VERSION


def digest_of_stations(stations: Iterable[str]) -> str:
    return digest(sorted(stations))


@dataclass
class Inventory:
    """One listing of each container: what has landed, split objects included, and which tables there are."""

    landing: Landing
    stamps: dict[tuple[str, str], Stamp]
    sources: list[Source]

    @property
    def pending(self) -> list[Source]:
        return [s for s in self.sources if s.is_pending()]


def take_inventory(containers: Containers) -> Inventory:
    """List both containers. A listing that fails raises; it is never short."""
    landing = list_landing(containers.landing)
    add_archived(landing, containers.archive)
    blobs = list(containers.lake.container.list())
    sources = sources_of(landing.shared, blobs, landing.formats)
    for source in sources:
        for station, blob in source.splits.items():
            if version := version_of_split(blob):
                landing.add(station, version)
    return Inventory(landing, containers.lake.stamps(blobs), sources)


def list_sources(containers: Containers) -> list[Source]:
    """The shared files alone: their folder, and what was split from them."""
    landing = listing.route(
        [*containers.landing.list(f"{versions.SHARED}/"), *containers.landing.list(f"{versions.FORMATS}/")]
    )
    return sources_of(landing.shared, containers.lake.container.list(f"{FOLDER}/"), landing.formats)


def sources_of(
    shared: Iterable[FileVersion], blobs: Iterable[Blob], formats: Mapping[str, str] | None = None
) -> list[Source]:
    """Shared files of landing, and those that only the lake still knows, by name."""
    profiles = dict(formats or {})
    sources = {(key := key_of(v.name)): Source(key, v, formats=profiles) for v in shared}
    for blob in blobs:
        parts = blob.name.split("/")
        if len(parts) != 3 or parts[0] != FOLDER:
            continue
        key, _, ending = parts[2].partition(".")
        if parts[1] == INDEX and ending == "json":
            sources.setdefault(key, Source(key)).index = blob
        elif is_station_id(parts[1]) and ending == "parquet":
            sources.setdefault(key, Source(key)).splits[parts[1]] = blob
    return sorted(sources.values(), key=lambda s: s.name)


def list_station(containers: Containers, station: str) -> StationFiles:
    """All files of a station, its parts of shared files included, in the order (landed_at, name)."""
    own = listing.list_station(containers.landing, station)
    splits = [v for b in containers.lake.container.list(f"{FOLDER}/{station}/") if (v := version_of_split(b))]
    moved = of_station(containers.archive, station, own)
    files = sorted([*own.files, *splits, *moved], key=lambda f: (f.landed_at, f.name))
    return StationFiles(files, own.settings_etag, own.formats, own.settings_size)


def _name_in(blob: Blob) -> str:
    try:
        return base64.b64decode(blob.metadata["source"]).decode("utf-8")
    except (KeyError, ValueError):
        return ""


def version_of_split(blob: Blob) -> FileVersion | None:
    """A split object as a file of its station; None for an object that is not as we write it."""
    try:
        landed_at = datetime.fromisoformat(blob.metadata["landed_at"])
        name, source_etag = _name_in(blob), blob.metadata["source_etag"]
    except (KeyError, ValueError):
        return None
    if not name:
        return None
    return FileVersion(name, blob.etag, blob.size, landed_at, split=blob.name, source_etag=source_etag)


def read_index(lake: Container, source: Source) -> dict[str, Any] | None:
    """What became of a source when it was split last."""
    if source.index is None:
        return None
    data, _ = lake.read(source.index.name)
    index: dict[str, Any] = json.loads(data)
    return index


def indexes_in_trouble(lake: Container, sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Indexes of the sources that were rejected or hold lines of no station."""
    indexes = (
        read_index(lake, s)
        for s in sources
        if s.version
        and s.index
        and (s.index.metadata.get("state") == REJECTED or s.index.metadata.get("refused") != "0")
    )
    return [i for i in indexes if i]
