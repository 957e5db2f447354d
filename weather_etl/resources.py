"""The resources of the asset graph: storage, and the Parquet IO manager on it.

Belongs here: how assets reach their tables through Dagster.
Does not belong here: the form of a table object (`lake/storage.py`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.failures import ExpectedFailure
from weather_etl.lake.storage import Connection, Containers, PreconditionFailed
from weather_etl.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


class ParquetIOManager(dg.ConfigurableIOManager):
    """Tables as Parquet objects in Azure Blob Storage, `<table>/station=<id>/data.parquet`.

    The account comes from the environment (see `Settings`): connection string with account key or SAS, or an account
    URL with `DefaultAzureCredential`. One partition is a DataFrame; a range is an iterator of (station, DataFrame),
    in and out, so that a run never holds more than one station. Every write is one conditional PUT.
    """

    _connection: Any = None

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._connection = Connection(Settings.load())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._connection is not None:
            self._connection.__exit__()

    def containers(self) -> Containers:
        """Landing and lake; opened on first use."""
        if self._connection is None:
            self._connection = Connection(Settings.load())
        return self._connection.containers()

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write a DataFrame (one station) or an iterable of (station, DataFrame)."""
        from weather_etl.meteorology import schemas

        if obj is None:
            return
        table = context.asset_key.path[-1]
        lake = self.containers().lake
        stations = sorted(context.asset_partition_keys)
        # Taken before the frames are computed from their inputs: a table replaced after this wins.
        before = {station: lake.stamp(table, station) for station in stations}
        frames = [(stations[0], obj)] if hasattr(obj, "columns") else obj
        for station, frame in frames:
            if station not in before:
                raise ExpectedFailure(
                    f"{table} was given rows of station {station}, which is not among this run's stations."
                )
            arrow = schemas.to_arrow(table, frame) if table in schemas.TABLES else _to_arrow(frame)
            old = before[station]
            try:
                stamp = lake.write(table, station, arrow, fingerprint="", if_match=old.etag if old else None)
            except PreconditionFailed:
                context.log.warning(f"{table} of {station} was published by another run meanwhile and was left alone.")
                continue
            context.log.info(f"{table} of {station}: {stamp.rows:,} rows to {lake.uri(table, station)}")

    def load_input(self, context: dg.InputContext) -> Any:
        """One station as a DataFrame with units in `attrs`; several as an iterator of (station, DataFrame)."""
        table = context.asset_key.path[-1]
        if not context.has_asset_partitions:
            raise ExpectedFailure(f"{table} is partitioned by station; say which one with the tag dagster/partition.")
        stations = sorted(context.asset_partition_keys)
        if len(stations) == 1:
            return self._frame(table, stations[0])
        return self._frames(table, stations)

    def _frames(self, table: str, stations: list[str]) -> "Iterator[tuple[str, pd.DataFrame]]":
        for station in stations:
            yield station, self._frame(table, station)

    def _frame(self, table: str, station: str) -> "pd.DataFrame":
        from weather_etl.meteorology import schemas

        found = self.containers().lake.read(table, station)
        if found is None:
            raise ExpectedFailure(f"{table} of station {station} has never been made; materialize it first.")
        return schemas.to_frame(table, found.arrow) if table in schemas.TABLES else found.arrow.to_pandas()


def _to_arrow(frame: "pd.DataFrame") -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)
