"""The step that makes the tables of a run's stations.

Belongs here: the loop over stations, events for Dagster, failing without stopping others.
Does not belong here: what a table holds and how it is made.

All tables are made by one step, station by station (docs/adr/0001): a station that fails must not stop the others,
and Dagster skips every step below one that did not yield, for all stations of the range.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from weather_etl import checks
from weather_etl.assets.aggregated import AGGREGATED_SPECS, aggregated_metadata
from weather_etl.assets.raw import RAW_SPECS, quarantined_metadata, raw_metadata
from weather_etl.assets.specs import station_partitions
from weather_etl.assets.validated import VALIDATED_SPECS, events_metadata, validated_metadata
from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure
from weather_etl.fingerprints import CODE_VERSIONS, TABLE_NAMES
from weather_etl.pipeline import WRITTEN, Published, process_station
from weather_etl.planning import without_secrets
from weather_etl.resources import ParquetIOManager
from weather_etl.stations import PARTITIONS_NAME
from weather_etl.storage import StorageUnavailable

_METADATA: dict[str, Callable[[Published], dict[str, Any]]] = {
    "raw_observations": raw_metadata,
    "quarantined_rows": quarantined_metadata,
    "validated_observations": validated_metadata,
    "quality_events": events_metadata,
    "daily_weather": aggregated_metadata,
    "monthly_weather": aggregated_metadata,
}


class StationTablesConfig(dg.Config):
    """Run configuration of the tables."""

    full: bool = False
    """Read all landing files again and make all tables anew, stale or not."""


@dg.multi_asset(
    name="station_tables",
    specs=[*RAW_SPECS, *VALIDATED_SPECS, *AGGREGATED_SPECS],
    check_specs=[
        dg.AssetCheckSpec(c.name, asset=c.table, description=c.description, blocking=c.blocking)
        for c in checks.ALL_CHECKS
    ],
    partitions_def=station_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    description="Makes the tables of each station in turn; what is up to date is left as it is.",
)
def station_tables(
    context: dg.AssetExecutionContext, config: StationTablesConfig, lake: dg.ResourceParam[ParquetIOManager]
) -> Iterator[dg.Output]:
    """Bring the selected tables of the run's stations up to date."""
    selected = {key.path[-1] for key in context.selected_asset_keys}
    failed: dict[str, str] = {}
    for station in _stations(context):
        try:
            _process(context, lake, station, selected, full=config.full)
        except StorageUnavailable as error:
            raise ExpectedFailure(str(error)) from None
        except checks.BlockingCheckFailed as error:
            _log_check(context, station, error.evaluation)
            failed[station] = str(error)
        except UserError as error:
            failed[station] = str(error)
        except Exception as error:  # a bug must not stop the other stations; the run fails in the end
            context.log.exception(f"Station {station} failed unexpectedly.")
            failed[station] = without_secrets(f"Unexpected {type(error).__name__}: {error}")
        if station in failed:
            context.log.error(failed[station])
            _log_check(context, station, checks.station_failed(station, failed[station]))
    if failed:
        causes = dict(list(failed.items())[:10])
        raise ExpectedFailure(
            f"{len(failed)} station{'s' * (len(failed) > 1)} could not be processed: " + " | ".join(causes.values()),
            metadata={"stations": ", ".join(failed), **{f"cause_{s}": c for s, c in causes.items()}},
        )
    yield from ()


def _stations(context: dg.AssetExecutionContext) -> list[str]:
    if not context.has_partition_key and not context.has_partition_key_range:
        raise ExpectedFailure(
            "No station was given: run one with `dagster job execute -m weather_etl -j weather_etl_job "
            """--tags '{"dagster/partition": "STATION"}'`, or every stale one with `weather-etl run`."""
        )
    if context.has_partition_key:  # need not be registered yet: the first run of a station may come before the sensor
        return [context.partition_key]
    return sorted(context.partition_keys)


def _process(
    context: dg.AssetExecutionContext, lake: ParquetIOManager, station: str, selected: set[str], *, full: bool
) -> None:
    started = time.perf_counter()
    made = 0
    for result in process_station(lake.containers(), station, tables=selected, run_id=context.run.run_id, full=full):
        if isinstance(result, checks.Evaluation):
            _log_check(context, station, result)
            continue
        if not made and not context.instance.has_dynamic_partition(PARTITIONS_NAME, station):
            context.instance.add_dynamic_partitions(PARTITIONS_NAME, [station])
        seconds = time.perf_counter() - started
        made += result.status == WRITTEN
        context.log.info(f"{station} {result.table}: {result.stamp.rows:,} rows, {result.status}")
        context.log_event(_materialization(result, seconds))
        started = time.perf_counter()
    if made:
        _log_check(context, station, checks.station_processed(made))


def _materialization(result: Published, seconds: float) -> dg.AssetMaterialization:
    stamp = result.stamp
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": stamp.rows,
        "dagster/uri": result.uri,
        "bytes": stamp.size,
        "status": result.status,
        "seconds": round(seconds, 3),
        **({"first": stamp.first, "last": stamp.last} if stamp.first else {}),
    }
    metadata |= _METADATA[result.table](result)
    return dg.AssetMaterialization(
        result.table,
        partition=result.station,
        metadata=metadata,
        tags={
            "dagster/data_version": result.stamp.fingerprint,
            "dagster/code_version": CODE_VERSIONS[result.table],
        },
    )


def check_evaluation(station: str | None, evaluation: checks.Evaluation) -> dg.AssetCheckEvaluation:
    """A check result as Dagster stores it, for one station."""
    metadata: dict[str, Any] = dict(evaluation.metadata)
    if evaluation.cases:
        columns = list(evaluation.cases[0])[:5]
        records = [
            dg.TableRecord({c: _plain(case[c]) for c in columns}) for case in evaluation.cases[: checks.MAX_CASES]
        ]
        schema = dg.TableSchema([dg.TableColumn(c, _type_name(evaluation.cases[0][c])) for c in columns])
        metadata["cases"] = dg.MetadataValue.table(records, schema)
    if station is not None:
        metadata["station"] = station
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(evaluation.check.table),
        check_name=evaluation.check.name,
        passed=evaluation.passed,
        severity=dg.AssetCheckSeverity[evaluation.severity],
        description=evaluation.description,
        metadata=metadata,
        partition=station,
        blocking=evaluation.check.blocking,
    )


def _plain(value: Any) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _type_name(value: Any) -> str:
    return {int: "int", float: "float"}.get(type(value), "string")


def _log_check(context: dg.AssetExecutionContext, station: str, evaluation: checks.Evaluation) -> None:
    context.log_event(check_evaluation(station, evaluation))


assert [s.key.path[-1] for s in station_tables.specs] == list(TABLE_NAMES)
