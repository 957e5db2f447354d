"""The resources of the asset graph: storage, the lock of a station, and the Parquet IO manager.

Belongs here: how assets and sensors reach containers and tables through Dagster.
Does not belong here: the form of a table object (`lake/`), making tables (`assets/`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks.evaluation import Evaluation, stored
from weather_etl.checks.observations import lasting
from weather_etl.errors import UserError
from weather_etl.ingestion.station import RAW, NeverMade, OpenStation, UnknownStation, open_station
from weather_etl.ingestion.station_lock import StationLocks
from weather_etl.lake.connection import Connection, Containers, connect
from weather_etl.lake.container import PreconditionFailed
from weather_etl.lake.table_objects import Stamp
from weather_etl.operations import planning
from weather_etl.orchestration.failures import ExpectedFailure, without_details
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME, is_station_id

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.ingestion.manifest import Raw

WRITTEN, UNCHANGED, LEFT = "written", "unchanged", "left to another run"
MAX_RACES = 5
NO_STATION = (
    "No station was given: choose a partition, run one with `dagster job execute -m weather_etl -j weather_etl_job "
    """--tags '{"dagster/partition": "STATION"}'`, or every stale one with `weather-etl run`."""
)


class StorageResource(dg.ConfigurableResource):
    """The containers of the account that the environment names (see `Settings`).

    A connection string with account key or SAS, or an account URL with `DefaultAzureCredential`. Nothing is opened
    before it is used.
    """

    _connection: Any = None

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._connection = Connection(Settings.load())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._connection is not None:
            self._connection.__exit__()

    def containers(self) -> Containers:
        """Landing and lake, for as long as the run takes."""
        if self._connection is None:
            self._connection = Connection(Settings.load())
        return self._connection.containers()

    @contextmanager
    def promptly(self) -> Iterator[Containers]:
        """Landing and lake for a sensor's tick: a storage that does not answer is told within seconds."""
        with connect(Settings.load(), prompt=True) as containers:
            yield containers


class StationLock(dg.ConfigurableResource):
    """Runs of one station take turns, however they were started; held until the run ends."""

    _locks: Any = None

    def hold(self, station: str, say: Callable[[str], None] = lambda _: None) -> None:
        """Wait for the station's turn.

        Raises:
            StationBusy: another run held it all the time that we wait.
        """
        if self._locks is None:
            self._locks = StationLocks(Settings.load())
        self._locks.hold(station, say)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._locks is not None:
            self._locks.close()
            self._locks = None


@dataclass
class StationTable:
    """A table of one station, in memory or still in the lake; it is read when it is first looked at.

    Attributes:
        name: of the table.
        station: station id; empty for a table of all stations.
        load: reads it; for a table that was made in this run, gives what was made.
        fingerprint: what it was made from, if it was made in this run.
        evaluations: what its checks found, if it was made in this run.
        is_new: it was made in this run and is to be written.
        replaces: of a table of all stations, the object as it was before its inputs were read.
    """

    name: str
    station: str
    load: "Callable[[], pd.DataFrame | Raw]"
    fingerprint: str = ""
    evaluations: list[Evaluation] = field(default_factory=list)
    is_new: bool = False
    replaces: Stamp | None = None

    @cached_property
    def value(self) -> "pd.DataFrame | Raw":
        """What `load` gives, once."""
        return self.load()

    @property
    def frame(self) -> "pd.DataFrame":
        """The rows, with units in `attrs` where they were read from the lake."""
        return self.value  # type: ignore[return-value]

    @property
    def raw(self) -> "Raw":
        """Of `raw_observations`: the rows as text, and the manifest of the files they came from."""
        return self.value  # type: ignore[return-value]


class ParquetIOManager(dg.ConfigurableIOManager):
    """Tables as Parquet objects in Azure Blob Storage, `<table>/station=<id>/data.parquet`.

    Every write is one conditional PUT against what the run found when it first touched the station. What is written
    carries its fingerprint and what its checks said; the raw table also the manifest of its landing files. A table
    made earlier in the same run is handed on from memory.
    """

    storage: dg.ResourceDependency[StorageResource]
    lock: dg.ResourceDependency[StationLock]

    _instance: Any = None
    _run: Any = None
    _opened: Any = None
    _made: Any = None
    _races: int = 0
    _registered: str = ""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._instance, self._run = context.instance, context.run
        self._opened, self._made, self._races = {}, {}, 0
        self._register()

    def _register(self) -> None:
        """Register the station of the run, if it is new: Dagster looks for its partition before the first step begins."""
        station = self._run.tags.get(planning.PARTITION, "") if self._run else ""
        if is_station_id(station) and not self._instance.has_dynamic_partition(PARTITIONS_NAME, station):
            self._instance.add_dynamic_partitions(PARTITIONS_NAME, [station])
            self._registered = station

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._registered:  # nobody has found it in landing
            self._instance.delete_dynamic_partition(PARTITIONS_NAME, self._registered)

    def containers(self) -> Containers:
        """Landing and lake."""
        return self.storage.containers()

    def open(self, context: dg.AssetExecutionContext) -> OpenStation:
        """Take the station of this run: wait for its turn, and list it.

        Raises:
            UserError: no station was given, it is unknown or has vanished, or its settings cannot be read.
        """
        if not context.has_partition_key:
            raise ExpectedFailure(NO_STATION)
        station = context.partition_key
        if station not in self._opened:
            registered, self._registered = self._registered, ""  # for good, whatever becomes of the run ...
            self.lock.hold(station, context.log.info)
            try:
                self._opened[station] = open_station(self.containers(), station)
            except UnknownStation:
                self._registered = registered  # ... unless there is no such station
                raise
        return self._opened[station]

    def table(self, name: str, station: str) -> StationTable:
        """A table as it is now: made in this run, or in the lake.

        Raises:
            NeverMade: there is no such table.
        """
        if (name, station) in self._made:
            return self._made[name, station]
        opened = self._opened.get(station)
        if opened and opened.stamps.get(name) is None:
            raise NeverMade(name, station)
        return StationTable(name, station, lambda: self._read(name, station))

    def _read(self, name: str, station: str) -> "pd.DataFrame | Raw":
        if name == RAW:
            from weather_etl.ingestion.manifest import load_raw

            raw = load_raw(self.containers(), station)
            if raw is None:
                raise NeverMade(name, station)
            self._read_as(raw.stamp)
            return raw
        from weather_etl.meteorology import schemas

        in_lake = self.containers().lake.read(name, station)
        if in_lake is None:
            raise NeverMade(name, station)
        self._read_as(in_lake.stamp)
        if name not in schemas.TABLES:
            return in_lake.arrow.to_pandas()
        if not set(schemas.TABLES[name].column_names) <= set(in_lake.arrow.column_names):
            raise UserError(
                f"{name} of station {station} was made by an older version of weather_etl and lacks columns; "
                "materialize it first."
            )
        return schemas.to_frame(name, in_lake.arrow)

    def _read_as(self, stamp: Stamp) -> None:
        """What is made from a table carries the fingerprint that the table had when it was read."""
        opened = self._opened.get(stamp.station)
        if opened and stamp.table not in opened.made:
            opened.stamps[stamp.table] = stamp

    def load_input(self, context: dg.InputContext) -> "StationTable | pd.DataFrame":
        """The table of the run's station: a `StationTable` where the asset asks for one, else a DataFrame."""
        name = context.asset_key.path[-1]
        lazily = context.dagster_type.typing_type is StationTable
        if not context.has_asset_partitions:
            table = StationTable(name, "", lambda: self._read(name, ""))
            return table if lazily else table.frame
        if not context.has_partition_key:
            raise ExpectedFailure(f"{name} is partitioned by station; say which one with the tag dagster/partition.")
        with without_details(context.log, self._run, self._instance):
            (station,) = context.asset_partition_keys
            table = StationTable(name, station, lambda: self.table(name, station).value)
            return table if lazily else table.frame

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write a `StationTable` that was made in this run, or a DataFrame of an asset of one's own."""
        station = context.partition_key if context.has_asset_partitions else ""
        name = context.asset_key.path[-1]
        with without_details(context.log, self._run, self._instance):
            opened = self._opened.get(station)
            if not isinstance(obj, StationTable):
                frame, old_stamp = obj, None if opened else self.containers().lake.stamp(name, station)
                obj = StationTable(name, station, lambda: frame, is_new=True, replaces=old_stamp)
            old = opened.stamps.get(name) if opened else obj.replaces
            if obj.is_new:
                stamp, status = self._write(obj, old)
            elif old is not None:
                stamp, status = old, UNCHANGED
            else:
                raise NeverMade(name, station)
            context.log.info(f"{station} {name}: {stamp.rows:,} rows, {status}".lstrip())
            context.add_output_metadata(
                {
                    f"dagster/{'partition_' if station else ''}row_count": stamp.rows,
                    "dagster/uri": self.containers().lake.uri(name, station),
                    "bytes": stamp.size,
                    "status": status,
                    **({"first": stamp.first, "last": stamp.last} if stamp.first else {}),
                }
            )
            if opened and obj.is_new:
                opened.made[name] = obj.fingerprint
                self._made[name, station] = obj

    def _write(self, made: StationTable, old: Stamp | None) -> tuple[Stamp, str]:
        from weather_etl.meteorology import schemas

        lake, name, station = self.containers().lake, made.name, made.station
        arrow, manifest, replaces = None, None, old.etag if old else None
        if name == RAW:
            arrow, manifest, replaces = made.raw.rows, made.raw.manifest, made.raw.replaces
        elif name in schemas.TABLES:
            arrow = schemas.to_arrow(name, made.frame)
        else:
            import pyarrow as pa

            arrow = pa.Table.from_pandas(made.frame, preserve_index=False)
        try:
            stamp = lake.write(
                name,
                station,
                arrow,
                fingerprint=made.fingerprint,
                if_match=replaces,
                manifest=manifest,
                checks=stored(lasting(made.evaluations)) if name in schemas.TABLES else None,
            )
        except PreconditionFailed:
            return self._lost(made)
        return stamp, WRITTEN

    def _lost(self, made: StationTable) -> tuple[Stamp, str]:
        """Another run published meanwhile.

        Raw is merged again with what is there now. Of other tables the newer one stays; its fingerprint tells whether
        it is still stale.
        """
        name, station = made.name, made.station
        if name == RAW:
            self._races += 1
            self._opened.pop(station, None)
            if self._races < MAX_RACES:
                raise dg.RetryRequested(max_retries=MAX_RACES, seconds_to_wait=0.1 * 2**self._races)
            raise UserError(
                f"Other runs wrote {name} of {station} {MAX_RACES} times while this one worked; run it again."
            )
        stamp = self.containers().lake.stamp(name, station)
        if stamp is None:
            uri = self.containers().lake.uri(name, station)
            raise UserError(f"{uri} was deleted while it was replaced; run {'the station' if station else 'it'} again.")
        return stamp, LEFT
