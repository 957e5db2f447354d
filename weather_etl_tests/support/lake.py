"""What lies in the lake after a run.

Belongs here: reading tables for comparison, laying them into another lake. Does not belong here: making them (`runs.py`).
"""

from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import TABLE_NAMES

RAW = "raw_observations"
Objects = dict[str, tuple[bytes, dict[str, str]]]  # name -> bytes and metadata


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


def objects(containers: Containers) -> Objects:
    """All that lies in a lake."""
    lake = containers.lake.container
    return {blob.name: (lake.read(blob.name)[0], blob.metadata) for blob in lake.list()}


def put(containers: Containers, made: Objects) -> None:
    """Lay objects into a lake as a run would leave them there; what is there under their names is replaced."""
    for name, (data, metadata) in made.items():
        containers.lake.container.client.upload_blob(name, data, overwrite=True, metadata=metadata)
