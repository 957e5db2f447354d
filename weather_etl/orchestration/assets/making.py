"""Yielding one station's tables: made anew, or found unchanged, with their checks.

Belongs here: what the steps of the layers have in common.
Does not belong here: what a table is made from (`raw.py`, `validated.py`, `aggregated.py`).
"""

import time
from collections.abc import Iterable, Iterator, Sized
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks import TABLE_CHECKS
from weather_etl.checks.evaluation import BlockingCheckFailed, Evaluation
from weather_etl.checks.recorded import recorded_evaluations
from weather_etl.errors import UserError
from weather_etl.ingestion.station import NeverMade
from weather_etl.lake.fingerprints import INPUTS
from weather_etl.orchestration.checks import result
from weather_etl.orchestration.configs import DescribedConfig
from weather_etl.orchestration.failures import what_next
from weather_etl.orchestration.resources import WRITTEN, ParquetIOManager, StationTable
from weather_etl.sentences import count

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.ingestion.manifest import Raw

Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


class TablesConfig(DescribedConfig):
    """Run configuration of a step that makes tables."""

    full: bool = False
    """Make the tables anew, unchanged or not."""


class Making:
    """The tables that a step was asked for, of the station of this run."""

    def __init__(self, context: dg.AssetExecutionContext, lake: ParquetIOManager, full: bool = False) -> None:
        self._context = context
        self._lake = lake
        self._asked = {(key.asset_key.path[-1], key.name) for key in context.selected_asset_check_keys}
        self.opened = lake.open(context)
        self.station = self.opened.station
        selected = {key.path[-1] for key in context.selected_asset_keys}
        self._unchanged: dict[str, list[Evaluation]] = {}
        self.stale: list[str] = []
        for table in self.opened.stamps:
            if table in selected:
                stale = full or any(i in self.stale for i in INPUTS[table]) or not self.opened.is_current(table)
                recorded = None if stale else self._recorded(table)
                if recorded is None:
                    self.stale.append(table)
                else:
                    self._unchanged[table] = recorded
        # Checks that a person asked for without their table.
        self._since = time.monotonic()
        self._alone = sorted({t for t, _ in self._asked} - selected)

    def _recorded(self, table: str) -> list[Evaluation] | None:
        """What the checks of an unchanged table said, as far as they are asked for; None if one is not recorded."""
        wanted = [c for c in TABLE_CHECKS if (c.table, c.name) in self._asked and c.table == table]
        return recorded_evaluations(self._lake.containers().lake, self.opened.stamps[table], wanted)

    def unchanged_results(self, *tables: str) -> Results:
        """What is there already, and what its checks said when it was made; of all tables if none is named."""
        for table, evaluations in self._unchanged.items():
            if tables and table not in tables:
                continue
            yield dg.MaterializeResult(
                asset_key=table,
                value=self._lake.table(table, self.station),
                metadata=last_metadata(self._context, table, self.opened.fingerprint(table)),
                data_version=dg.DataVersion(self.opened.fingerprint(table)),
            )
            yield from (result(e, self.station) for e in evaluations)

    def results_of_checks_alone(self) -> Results:
        """What checks that were asked for without their table said when it was made."""
        for table in self._alone:
            evaluations = self._recorded(table)
            if evaluations is None:
                raise NeverMade(table, self.station)
            yield from (result(e, self.station) for e in evaluations)

    def results_of(
        self,
        table: str,
        value: "pd.DataFrame | Raw",
        evaluations: Iterable[Evaluation],
        metadata: dict[str, Any],
    ) -> Results:
        """A table that was made now, if its blocking checks let it out."""
        fingerprint = self.opened.made.setdefault(table, self.opened.fingerprint(table))
        try:
            evaluated = list(evaluations)
        except BlockingCheckFailed as error:
            if (table, error.evaluation.check.name) in self._asked:
                yield result(error.evaluation, self.station)
            raise error
        # After the table, not within its result: there Dagster would ask its history twice about each of them.
        results = [result(e, self.station) for e in evaluated if (table, e.check.name) in self._asked]
        yield dg.MaterializeResult(
            asset_key=table,
            value=StationTable(table, self.station, lambda: value, fingerprint, evaluated, is_new=True),
            metadata={  # what one looks for first; the IO manager has the last word on what it says too
                "status": WRITTEN,
                "dagster/partition_row_count": len(value if isinstance(value, Sized) else value.rows),
                "seconds": round(time.monotonic() - self._since, 3),
                **metadata,
            },
            data_version=dg.DataVersion(fingerprint),
        )
        yield from results
        self._since = time.monotonic()  # the table has been written meanwhile

    def tell_unread(self) -> None:
        """Fail the last attempt at a station that stays stale since files of it could not be read.

        The tables are made from the others all the same; earlier attempts succeed, and the sensor tries again.

        Raises:
            UserError: what is the matter with the first such file.
        """
        if self.opened.unread and what_next(self._context.run):
            files = count(len(self.opened.unread), "file")
            raise UserError(f"{files} could not be read: {self.opened.unread[0].rstrip('.')}.")


def last_metadata(context: dg.AssetExecutionContext, asset: str, data_version: str) -> dict[str, Any]:
    """What the run that made an unchanged asset told of it, so that its page stays useful."""
    partitions = [context.partition_key] if context.has_partition_key else None
    of = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=partitions)
    for record in context.instance.fetch_materializations(of, limit=1).records:
        event = record.asset_materialization
        if event and (event.tags or {}).get("dagster/data_version") == data_version:
            return dict(event.metadata)
    return {}
