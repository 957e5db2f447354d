"""Layer `serving`: tables in PostgreSQL for BI tools, loaded from the published tables.

Belongs here: the step that loads a station, and what the UI shows of it.
Does not belong here: what is loaded and how (`serving/`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks.evaluation import ERROR, Check, Evaluation
from weather_etl.orchestration.assets.making import Results
from weather_etl.orchestration.assets.specs import column_schema, of_layer, station_partitions
from weather_etl.orchestration.checks import result, spec
from weather_etl.orchestration.configs import DescribedConfig
from weather_etl.orchestration.failures import ExpectedFailure, without_details
from weather_etl.orchestration.resources import StorageResource
from weather_etl.sentences import count
from weather_etl.serving.tables import HOW_TO_TURN_ON, SCHEMA, SERVED, Served
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME

if TYPE_CHECKING:
    from weather_etl.serving.load import Loaded

STATION_SERVED = Check(
    "weather_observations", "station_served", "What PostgreSQL serves of the station is what the lake holds."
)
OFF, ABSENT = "off", "not in the lake yet"


def _spec(served: Served) -> dg.AssetSpec:
    contract = served.contract
    return dg.AssetSpec(
        served.name,
        deps=[served.source],
        description=f"{contract.description}\n\nTable {SCHEMA}.{served.name}; one row is {contract.row}.",
        **of_layer("serving"),
        kinds={"postgres"},
        code_version=served.columns_version[:8],
        partitions_def=station_partitions,
        metadata={"dagster/column_schema": column_schema(contract), "dagster/table_name": f"{SCHEMA}.{served.name}"},
        skippable=True,
    )


class ServingConfig(DescribedConfig):
    """Run configuration of the serving tables."""

    full: bool = False
    """Compare and load again what is recorded as loaded."""


@dg.multi_asset(
    name="serving",
    specs=[_spec(served) for served in SERVED],
    check_specs=[spec(STATION_SERVED, station_partitions)],
    can_subset=True,
)
def serving(
    context: dg.AssetExecutionContext, config: ServingConfig, storage: dg.ResourceParam[StorageResource]
) -> Results:
    """Bring the station's serving tables to what the lake holds, in one transaction, whichever was selected."""
    from weather_etl.serving import database, load, schema

    settings = Settings.load()
    with without_details(context.log, context.run, context.instance):
        stations = _stations(context)
        done: list[Loaded] = []
        if not schema.is_set_up(settings):
            context.log.info(f"No serving database is set; {HOW_TO_TURN_ON}.")
        else:
            lake = storage.containers().lake
            with database.connect(settings) as connection:
                schema.require_schema(settings, connection)
                for station in stations:
                    done += load.load_station(connection, lake, station, run_id=context.run.run_id, full=config.full)
    for table in done:
        context.log.info(f"{table.station} {table.table}: {table.rows:,} rows, {table.status}")
    by_name = {table.table: table for table in done}
    for served in SERVED:
        if dg.AssetKey(served.name) in context.selected_asset_keys:
            loaded = by_name.get(served.name)
            yield dg.MaterializeResult(
                asset_key=served.name,
                metadata=_metadata(served, loaded) if done else _off(served),
                data_version=dg.DataVersion(loaded.version if loaded else OFF if not done else ABSENT),
            )
    if context.selected_asset_check_keys:
        yield result(_served(done), context.partition_key if context.has_partition_key else None)


def _stations(context: dg.AssetExecutionContext) -> Sequence[str]:
    if context.has_partition_key:
        return [context.partition_key]
    if not context.selected_asset_keys:  # "Execute all" on the page of an asset offers no choice of partitions
        return sorted(context.instance.get_dynamic_partitions(PARTITIONS_NAME))
    raise ExpectedFailure(
        "No station was given: choose a partition, or load every stale station with `weather-etl db load`."
    )


def _off(served: Served) -> dict[str, Any]:
    return {"dagster/table_name": f"{SCHEMA}.{served.name}", "status": OFF, "to_turn_it_on": HOW_TO_TURN_ON}


def _metadata(served: Served, loaded: "Loaded | None") -> dict[str, Any]:
    name = f"{SCHEMA}.{served.name}"
    if loaded is None:
        return {"dagster/table_name": name, "status": ABSENT}
    return {
        "dagster/partition_row_count": loaded.rows,
        "dagster/table_name": name,
        "status": loaded.status,
        "rows_inserted": loaded.inserted,
        "rows_removed": loaded.removed,
        "seconds": round(loaded.seconds, 3),
        "rows_per_second": round(loaded.rows / loaded.seconds) if loaded.seconds else 0,
    }


def _served(done: "list[Loaded]") -> Evaluation:
    from weather_etl.serving import load

    rows = sum(t.rows for t in done)
    sentence = f"{rows:,} rows in {count(len(done), 'table')} are what the lake holds."
    if not done:
        sentence = f"No serving database is set; {HOW_TO_TURN_ON}."
    elif done[0].status == load.REMOVED:
        sentence = f"The station has left the lake; {sum(t.removed for t in done):,} rows were removed."
    return Evaluation(STATION_SERVED, True, sentence, ERROR, {"rows": rows})
