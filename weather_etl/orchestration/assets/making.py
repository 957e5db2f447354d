"""Yielding one station's tables: made anew, or found unchanged, with their checks.

Belongs here: what the steps of the layers have in common.
Does not belong here: what a table is made from (`raw.py`, `validated.py`, `aggregated.py`).
"""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks import TABLE_CHECKS
from weather_etl.checks import observations as checks
from weather_etl.checks.evaluation import BlockingCheckFailed, Check, Evaluation, restored, summary
from weather_etl.lake.fingerprints import INPUTS
from weather_etl.orchestration.checks import result
from weather_etl.orchestration.failures import ExpectedFailure
from weather_etl.orchestration.resources import NO_STATION, ParquetIOManager, StationTable

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.ingestion.merge import Raw

Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


class TablesConfig(dg.Config):
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
                found = None if stale else self._recorded(table)
                if found is None:
                    self.stale.append(table)
                else:
                    self._unchanged[table] = found
        # Checks that a person asked for without their table.
        self._alone = [t for t, _ in self._asked if t not in selected]

    def _recorded(self, table: str) -> list[Evaluation] | None:
        """What the checks of an unchanged table said, as far as they are asked for; None if one is not recorded."""
        wanted = [c for c in TABLE_CHECKS if (c.table, c.name) in self._asked and c.table == table]
        return recorded_evaluations(self._lake, table, self.station, wanted, live=self.opened.settings.live)

    def unchanged(self) -> Results:
        """What is there already, and what its checks said when it was made."""
        for table, evaluations in self._unchanged.items():
            yield dg.MaterializeResult(
                asset_key=table,
                value=self._lake.table(table, self.station),
                metadata=last_metadata(self._context, table, self.opened.fingerprint(table)),
                data_version=dg.DataVersion(self.opened.fingerprint(table)),
                check_results=[result(e, self.station) for e in evaluations],
            )
        for table in self._alone:
            for evaluation in self._recorded(table) or ():
                yield result(evaluation, self.station)

    def made(
        self,
        table: str,
        value: "pd.DataFrame | Raw",
        evaluate: Callable[[], Collection[Evaluation]],
        metadata: dict[str, Any],
    ) -> Results:
        """A table that was made now, if its blocking checks let it out."""
        fingerprint = self.opened.made.setdefault(table, self.opened.fingerprint(table))
        try:
            found = list(evaluate())
        except BlockingCheckFailed as error:
            if (table, error.evaluation.check.name) in self._asked:
                yield result(error.evaluation, self.station)
            raise ExpectedFailure(str(error)) from None
        yield dg.MaterializeResult(
            asset_key=table,
            value=StationTable(table, self.station, lambda: value, fingerprint, found, is_new=True),
            metadata=metadata,
            data_version=dg.DataVersion(fingerprint),
            check_results=[result(e, self.station) for e in found if (table, e.check.name) in self._asked],
        )


def last_metadata(context: dg.AssetExecutionContext, asset: str, data_version: str) -> dict[str, Any]:
    """What the run that made an unchanged asset told of it, so that its page stays useful."""
    partitions = [context.partition_key] if context.has_partition_key else None
    of = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=partitions)
    for record in context.instance.fetch_materializations(of, limit=1).records:
        event = record.asset_materialization
        if event and (event.tags or {}).get("dagster/data_version") == data_version:
            return dict(event.metadata)
    return {}


def recorded_evaluations(
    lake: ParquetIOManager, table: str, station: str, wanted: Collection[Check], *, live: bool | None
) -> list[Evaluation] | None:
    """What checks of a table said when it was made; freshness as of now. None if one of them is not recorded."""
    if not wanted:
        return []
    found = lake.containers().lake.read_checks(table, station)
    evaluations = []
    for check in wanted:
        evaluation = restored(check, found or ())
        if evaluation is None:
            return None
        if check == checks.freshness and live is not None:
            stamp = lake.containers().lake.stamp(table, station)
            newest = (
                datetime.strptime(stamp.last, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC) if stamp and stamp.last else None
            )
            evaluation = checks.age_of_newest_hour(check, newest, live=live, now=datetime.now(UTC))
        evaluations.append(evaluation)
    return evaluations


def checks_of_all_stations(context: dg.AssetExecutionContext, lake: ParquetIOManager) -> Results:
    """Checks that were executed alone, where the UI offers no choice of stations: one result over all of them.

    Raises:
        ExpectedFailure: tables were selected as well; those need a station.
    """
    if context.selected_asset_keys:
        raise ExpectedFailure(NO_STATION)
    stamps = lake.containers().lake.stamps()
    asked = {(key.asset_key.path[-1], key.name) for key in context.selected_asset_check_keys}
    for check in TABLE_CHECKS:
        if (check.table, check.name) in asked:
            stations = sorted(s for s, t in stamps if t == check.table)
            found = [(s, recorded_evaluations(lake, check.table, s, [check], live=None)) for s in stations]
            yield result(summary(check, [(s, e[0] if e else None) for s, e in found]))
