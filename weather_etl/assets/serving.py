"""Layer `serving`: tables in PostgreSQL for BI tools, loaded from the published tables.

Belongs here: specs, the loop over stations, events for Dagster, failing without stopping others.
Does not belong here: what is loaded and how (`serving/`).
"""

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG

from weather_etl import checks
from weather_etl.assets.events import Recorded, check_evaluation
from weather_etl.assets.specs import column_schema, station_partitions
from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure, unexpected, without_details
from weather_etl.lake.storage import StorageUnavailable
from weather_etl.redaction import traceback_without_secrets
from weather_etl.resources import ParquetIOManager
from weather_etl.serving.tables import SCHEMA, SERVED, Served
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME

if TYPE_CHECKING:
    from weather_etl.serving.load import Loaded

STATION_SERVED = checks.Check(
    "weather_observations", "station_served", "What PostgreSQL serves of the station is what the lake holds."
)


def _spec(served: Served) -> dg.AssetSpec:
    contract = served.contract
    return dg.AssetSpec(
        served.name,
        deps=[served.source],
        description=f"{contract.description}\n\nTable {SCHEMA}.{served.name}; one row is {contract.row}.",
        group_name="serving",
        kinds={"postgres", "table"},
        owners=["team:weather"],
        tags={"domain": "weather", "layer": "serving"},
        code_version=served.columns_version[:8],
        partitions_def=station_partitions,
        metadata={"dagster/column_schema": column_schema(contract), "dagster/table_name": f"{SCHEMA}.{served.name}"},
        skippable=True,
    )


def _check_spec() -> dg.AssetCheckSpec:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)  # partitioned checks, as in station_tables.py
        return dg.AssetCheckSpec(
            STATION_SERVED.name,
            asset=STATION_SERVED.table,
            description=STATION_SERVED.description,
            partitions_def=station_partitions,
        )


class ServingTablesConfig(dg.Config):
    """Run configuration of the serving tables."""

    full: bool = False
    """Compare and load again what is recorded as loaded."""


@dg.multi_asset(
    name="serving_tables",
    specs=[_spec(s) for s in SERVED],
    check_specs=[_check_spec()],
    partitions_def=station_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    description="Loads each station's published tables into PostgreSQL, one transaction per station.",
)
def serving_tables(
    context: dg.AssetExecutionContext, config: ServingTablesConfig, lake: dg.ResourceParam[ParquetIOManager]
) -> Iterator[dg.Output]:
    """Bring the serving tables of the run's stations to what the lake holds; all four, whichever was selected."""
    with without_details(context.log):
        _bring_up_to_date(context, lake, full=config.full)
    yield from ()


def _bring_up_to_date(context: dg.AssetExecutionContext, lake: ParquetIOManager, *, full: bool) -> None:
    from weather_etl.serving import database

    settings = Settings.load()
    stations = _stations(context)
    failed: dict[str, str] = {}
    with database.connect(settings) as connection:
        database.require_schema(settings, connection)
        for station in stations:
            try:
                _load(context, lake, connection, station, full=full)
            except (StorageUnavailable, database.ServingUnavailable):
                raise  # no station's fault; the rest would fail as well
            except UserError as error:
                failed[station] = str(error)
            except Exception as error:  # a bug or a value that PostgreSQL refuses must not stop the others
                if connection.closed:
                    raise
                context.log.error(traceback_without_secrets(error))
                failed[station] = unexpected(error)
            if station in failed:
                context.log.error(failed[station])
                _log_check(context, station, checks.Evaluation(STATION_SERVED, False, failed[station], "ERROR"))
    if failed:
        causes = dict(list(failed.items())[:10])
        raise ExpectedFailure(
            f"{checks.count(len(failed), 'station')} could not be loaded: " + " | ".join(causes.values()),
            metadata={"stations": ", ".join(failed), **{f"cause_{s}": c for s, c in causes.items()}},
        )


def _stations(context: dg.AssetExecutionContext) -> list[str]:
    if context.has_partition_key:
        return [context.partition_key]
    if context.has_partition_key_range:
        return sorted(context.partition_keys)
    if not context.selected_asset_keys:  # "Execute all" on the page of an asset offers no choice of partitions
        return sorted(context.instance.get_dynamic_partitions(PARTITIONS_NAME))
    raise ExpectedFailure(
        "No station was given: choose a partition, or load every stale station with `weather-etl db load`."
    )


def _load(
    context: dg.AssetExecutionContext, lake: ParquetIOManager, connection: object, station: str, *, full: bool
) -> None:
    from weather_etl.serving import load

    done = load.load_station(connection, lake.containers().lake, station, run_id=context.run.run_id, full=full)
    for result in done:
        context.log.info(f"{station} {result.table}: {result.rows:,} rows, {result.status}")
        if result.status == load.LOADED:
            context.log_event(_materialization(result))
    rows = sum(r.rows for r in done)
    sentence = f"{rows:,} rows in {checks.count(len(done), 'table')} are what the lake holds."
    if done and done[0].status == load.REMOVED:
        sentence = f"The station has left the lake; {sum(r.removed for r in done):,} rows were removed."
    _log_check(context, station, checks.Evaluation(STATION_SERVED, True, sentence, "ERROR", {"rows": rows}))


def _materialization(result: "Loaded") -> dg.AssetMaterialization:
    served = next(s for s in SERVED if s.name == result.table)
    return dg.AssetMaterialization(
        result.table,
        partition=result.station,
        metadata={
            "dagster/partition_row_count": result.rows,
            "dagster/table_name": f"{SCHEMA}.{result.table}",
            "rows_inserted": result.inserted,
            "rows_removed": result.removed,
            "seconds": round(result.seconds, 3),
            "rows_per_second": round(result.rows / result.seconds) if result.seconds else 0,
        },
        tags={DATA_VERSION_TAG: result.version, CODE_VERSION_TAG: served.columns_version[:8]},
    )


def _log_check(context: dg.AssetExecutionContext, station: str, evaluation: checks.Evaluation) -> None:
    context.log_event(check_evaluation(station, evaluation, Recorded(context.instance, station)))
