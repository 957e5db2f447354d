"""What lies in the lake after a run.

Belongs here: reading tables for comparison, laying them into another lake. Does not belong here: making them (`runs.py`).
"""

from dataclasses import replace

import pytest

from weather_etl.lake.connection import Containers
from weather_etl.lake.container import Container
from weather_etl.lake.fingerprints import TABLE_NAMES

RAW = "raw_observations"
Objects = dict[str, tuple[bytes, dict[str, str]]]  # name -> bytes and metadata


def reads_of(patch: pytest.MonkeyPatch) -> list[str]:
    """A list to which every reading of a blob adds its name from now on; the reading itself is real."""
    names: list[str] = []
    read = Container.read

    def noted(self: Container, name: str, etag: str | None = None) -> object:
        names.append(name)
        return read(self, name, etag)

    patch.setattr(Container, "read", noted)
    return names


def tables(containers: Containers, station: str = "a") -> dict[str, object]:
    """All tables as bytes; of raw its rows, since its manifest tells when a file was read."""
    found: dict[str, object] = {}
    for table in TABLE_NAMES:
        data, _ = containers.lake.container.read(containers.lake.object_name(table, station))
        found[table] = containers.lake.read(table, station).arrow.to_pylist() if table == RAW else data
    return found


def temperatures(containers: Containers, station: str = "a") -> list[float]:
    """To the degree: `weather_csv` lets them waver."""
    stored = containers.lake.read("validated_observations", station).arrow.column("temperature_c").to_pylist()
    return [float(round(t)) for t in stored]


def observed_hours(containers: Containers, station: str = "a") -> int:
    """Rows of `validated_observations`."""
    return containers.lake.read("validated_observations", station).arrow.num_rows


def blobs(container: Container, within: str = "") -> Objects:
    """All that lies in a container and has this in its name."""
    return {b.name: (container.read(b.name)[0], b.metadata) for b in container.list() if within in b.name}


def lay(container: Container, made: Objects) -> None:
    """Lay objects into a container as they were; what is there under their names is replaced."""
    for name, (data, metadata) in made.items():
        container.client.upload_blob(name, data, overwrite=True, metadata=metadata)


def objects(containers: Containers, station: str = "a") -> Objects:
    """All that lies in a lake of one station."""
    return blobs(containers.lake.container, f"/station={station}/")


def put(containers: Containers, made: Objects) -> None:
    """Lay objects into a lake."""
    lay(containers.lake.container, made)


def with_its_own_lake(shared: Containers, containers: Containers, station: str = "a") -> Containers:
    """The landing files of a module, and a copy of its tables of one station in the lake of a test, to be changed."""
    own = replace(shared, lake=containers.lake)
    put(own, objects(shared, station))
    return own
