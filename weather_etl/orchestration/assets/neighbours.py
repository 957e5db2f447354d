"""Layer `validated`: what stations near each other say of each other.

Belongs here: the asset `neighbour_events`, of all stations together, and what a person wants to know of it.
Does not belong here: the tests (`meteorology/neighbours.py`), what is read (`neighbourhood.py`).
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl import neighbourhood
from weather_etl.checks import NEIGHBOUR_CHECKS
from weather_etl.checks.evaluation import Evaluation
from weather_etl.checks.recorded import recorded_evaluations
from weather_etl.lake import fingerprints
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import NEIGHBOURS, NEIGHBOURS_INPUTS
from weather_etl.orchestration.assets.making import Results, TablesConfig, last_metadata
from weather_etl.orchestration.assets.specs import preview, table_spec
from weather_etl.orchestration.checks import result, spec
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.resources import StationTable, StorageResource

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = ["station_id", "timestamp", "variable", "test", "value", "expected"]


@dg.multi_asset(
    name=NEIGHBOURS,
    specs=[table_spec(NEIGHBOURS, group="aggregated", deps=list(NEIGHBOURS_INPUTS))],
    check_specs=[spec(check, None) for check in NEIGHBOUR_CHECKS],
)
def neighbour_events(
    context: dg.AssetExecutionContext, config: TablesConfig, storage: dg.ResourceParam[StorageResource]
) -> Results:
    """Compare each station with those near it; nothing is read where no table has changed."""
    with without_details(context.log, context.run, context.instance):
        containers = storage.containers()
        stamp = containers.lake.stamp(NEIGHBOURS, "")
        target = fingerprints.of_neighbours(containers.lake.stamps())
        asked = {key.name for key in context.selected_asset_check_keys}
        wanted = [check for check in NEIGHBOUR_CHECKS if check.name in asked]
        if stamp is not None and stamp.fingerprint == target and not config.full:
            recorded = recorded_evaluations(containers.lake, stamp, wanted)
            if recorded is not None:
                table = StationTable(NEIGHBOURS, "", lambda: None, replaces=stamp)  # type: ignore[arg-type,return-value]
                yield from _results(table, last_metadata(context, NEIGHBOURS, target), target, recorded)
                return
        events, evaluations, metadata = _compare_stations(containers)
        table = StationTable(NEIGHBOURS, "", lambda: events, target, evaluations, is_new=True, replaces=stamp)
        yield from _results(table, metadata, target, [e for e in evaluations if e.check in wanted])


def _results(table: StationTable, metadata: dict[str, Any], target: str, evaluations: list[Evaluation]) -> Results:
    yield dg.MaterializeResult(
        asset_key=NEIGHBOURS, value=table, metadata=metadata, data_version=dg.DataVersion(target)
    )
    yield from map(result, evaluations)


def _compare_stations(containers: Containers) -> "tuple[pd.DataFrame, list[Evaluation], dict[str, Any]]":
    """The table, what its checks say, and what a person wants to know of it.

    Raises:
        BlockingCheckFailed: it breaks its contract.
    """
    from weather_etl.checks import neighbours as checks
    from weather_etl.checks.contract import schema_and_keys
    from weather_etl.meteorology.neighbours import neighbour_events

    places = neighbourhood.places(containers)
    events = neighbour_events(places, lambda place: neighbourhood.read(containers.lake, place))
    known = sum(p.elevation_m is not None for p in places)
    evaluations = [schema_and_keys(NEIGHBOURS, events, "all stations"), checks.neighbours_agree(events, known)]
    metadata: dict[str, Any] = {"stations_with_place_and_height": known}
    if not events.empty:
        metadata["preview"] = preview(events, _SHOWN)
    return events, evaluations, metadata
