"""The step that makes the tables of a run's stations.

Belongs here: the loop over stations, events for Dagster, failing without stopping others.
Does not belong here: what a table holds and how it is made.

All tables are made by one step, station by station (docs/adr/0001): a station that fails must not stop the others,
and Dagster skips every step below one that did not yield, for all stations of the range.
"""

import logging
import time
import warnings
from collections.abc import Iterator

import dagster as dg

from weather_etl import checks
from weather_etl.assets.evaluation import evaluate_published
from weather_etl.assets.events import TABLE_SPECS, Recorded, check_evaluation, materialization
from weather_etl.assets.specs import station_partitions
from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure, unexpected, without_details
from weather_etl.ingestion import shared_files
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.lake.storage import Containers, StorageUnavailable
from weather_etl.operations import planning
from weather_etl.pipeline import UNCHANGED, WRITTEN, process_station
from weather_etl.redaction import traceback_without_secrets
from weather_etl.resources import ParquetIOManager
from weather_etl.settings import Settings
from weather_etl.station_lock import StationLocks
from weather_etl.stations import PARTITIONS_NAME

_CHECKS = {(c.table, c.name): c for c in checks.ALL_CHECKS}


def _check_specs() -> list[dg.AssetCheckSpec]:
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster 1.13: without them a check shows one station only.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [
            dg.AssetCheckSpec(
                c.name,
                asset=c.table,
                description=c.description,
                blocking=c.blocking,
                partitions_def=station_partitions if c.per_station else None,
            )
            for c in checks.ALL_CHECKS
        ]


class StationTablesConfig(dg.Config):
    """Run configuration of the tables."""

    full: bool = False
    """Read all landing files again and make all tables anew, stale or not."""
    files: list[str] = []  # noqa: RUF012  (a pydantic field: each instance gets its own)
    """With `full`: names of the only landing files to read again; all if empty."""


@dg.multi_asset(
    name="station_tables",
    specs=TABLE_SPECS,
    check_specs=_check_specs(),
    partitions_def=station_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    description="Makes the tables of each station in turn; what is up to date is left as it is.",
)
def station_tables(
    context: dg.AssetExecutionContext, config: StationTablesConfig, lake: dg.ResourceParam[ParquetIOManager]
) -> Iterator[dg.Output]:
    """Bring the selected tables of the run's stations up to date."""
    context.log.addFilter(_is_not_about_yielding)
    with without_details(context.log):
        _bring_up_to_date(context, lake, config)
    yield from ()


def _bring_up_to_date(context: dg.AssetExecutionContext, lake: ParquetIOManager, config: StationTablesConfig) -> None:
    tables = {key.path[-1] for key in context.selected_asset_keys}
    asked = {_CHECKS[(key.asset_key.path[-1], key.name)] for key in context.selected_asset_check_keys}
    failed: dict[str, str] = {}
    stations = _stations(context, only_checks=not tables)
    if checks.UNROUTABLE_FILES in asked:
        _check_landing(context, lake)
    locks = StationLocks(Settings.load())
    for station in stations:
        turn = _Turn(context, lake, station)
        try:
            with locks.station(station, context.log.info):
                turn.take(tables, asked, config)
        except checks.BlockingCheckFailed as error:
            turn.log_check(error.evaluation)
            failed[station] = str(error)
        except UserError as error:
            if isinstance(error, StorageUnavailable) and error.passing:
                # No station is to blame: the run ends here, and the sensor does not count it as an attempt.
                context.instance.add_run_tags(context.run.run_id, {planning.ENDED: planning.OUTAGE})
                raise
            failed[station] = str(error)
        except Exception as error:  # a bug must not stop the other stations; the run fails in the end
            context.log.error(traceback_without_secrets(error))
            failed[station] = unexpected(error)
        if station in failed:
            context.log.error(failed[station])
            turn.log_check(checks.station_failed(station, failed[station]))
    locks.close()
    if failed:
        causes = dict(list(failed.items())[:10])
        raise ExpectedFailure(
            f"{len(failed)} station{'s' * (len(failed) > 1)} could not be processed: " + " | ".join(causes.values()),
            metadata={"stations": ", ".join(failed), **{f"cause_{s}": c for s, c in causes.items()}},
        )


def _is_not_about_yielding(record: logging.LogRecord) -> bool:
    """Events are logged per station, not yielded per run; Dagster would list every check as not yielded."""
    return "did not yield or return expected outputs" not in str(record.msg)


def _stations(context: dg.AssetExecutionContext, *, only_checks: bool) -> list[str]:
    if context.has_partition_key:  # need not be registered yet: the first run of a station may come before the sensor
        return [context.partition_key]
    if context.has_partition_key_range:
        return sorted(context.partition_keys)
    if only_checks:  # "Execute all" on the page of an asset offers no choice of partitions
        return sorted(context.instance.get_dynamic_partitions(PARTITIONS_NAME))
    raise ExpectedFailure(
        "No station was given: choose a partition, run one with `dagster job execute -m weather_etl -j weather_etl_job "
        """--tags '{"dagster/partition": "STATION"}'`, or every stale one with `weather-etl run`."""
    )


def _check_landing(context: dg.AssetExecutionContext, lake: ParquetIOManager) -> None:
    found = shared_files.look(lake.containers()).landing
    context.log_event(check_evaluation(None, checks.unroutable_files(sorted(found.unroutable), len(found.stations))))


class _Turn:
    """One station's turn in a run."""

    def __init__(self, context: dg.AssetExecutionContext, lake: ParquetIOManager, station: str) -> None:
        self._context = context
        self._lake = lake
        self._station = station
        self._recorded = Recorded(context.instance, station)
        self._evaluated: set[checks.Check] = set()

    def take(self, tables: set[str], asked: set[checks.Check], config: StationTablesConfig) -> None:
        """Bring the tables up to date; then evaluate the checks that were asked for and not made on the way."""
        containers = self._lake.containers()
        wanted = {c for c in asked if c.per_station}
        if tables:
            wanted |= self._make(containers, tables, config)
        wanted -= self._evaluated
        if wanted:
            for evaluation in evaluate_published(containers, self._station, wanted):
                self.log_check(evaluation)

    def _make(self, containers: Containers, tables: set[str], config: StationTablesConfig) -> set[checks.Check]:
        """Make what is stale; returns the checks that are due although their table was up to date."""
        context, station = self._context, self._station
        due: set[checks.Check] = set()
        started = time.perf_counter()
        made = 0
        results = process_station(
            containers, station, tables=tables, run_id=context.run.run_id, full=config.full, again=config.files
        )
        for number, result in enumerate(results):
            if isinstance(result, checks.Evaluation):
                self.log_check(result)
                continue
            if not number and not context.instance.has_dynamic_partition(PARTITIONS_NAME, station):
                context.instance.add_dynamic_partitions(PARTITIONS_NAME, [station])
            made += result.status == WRITTEN
            context.log.info(f"{station} {result.table}: {result.stamp.rows:,} rows, {result.status}")
            if result.status != UNCHANGED or self._is_news(result.table, result.stamp.fingerprint):
                seconds = time.perf_counter() - started
                context.log_event(materialization(result, seconds, self._recorded))
                self._recorded.forget(result.table)
                if result.status == UNCHANGED:
                    due |= {c for c in checks.ALL_CHECKS if c.table == result.table and c.per_station}
            started = time.perf_counter()
        if made:
            self.log_check(checks.station_processed(made))
        else:
            context.log.info(f"{station} is up to date: nothing was written.")
        return due

    def _is_news(self, table: str, fingerprint: str) -> bool:
        # A history that has lost the table learns of it; a backfill waits for a materialization of its own.
        return not self._recorded.is_of(table, fingerprint) or "dagster/backfill" in self._context.run.tags

    def log_check(self, evaluation: checks.Evaluation) -> None:
        self._evaluated.add(evaluation.check)
        self._context.log_event(check_evaluation(self._station, evaluation, self._recorded))


assert [s.key.path[-1] for s in station_tables.specs] == list(TABLE_NAMES)
