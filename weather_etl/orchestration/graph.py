"""The asset graph with its resources and the jobs over it: what can be run, and nothing that decides when.

Belongs here: putting assets, checks, resources and asset jobs together.
Does not belong here: sensors, schedules and the jobs that start other runs (`definitions.py` adds them).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.orchestration.assets.aggregated import aggregated
from weather_etl.orchestration.assets.landing import landing_files, shared_files_asset, unroutable_files
from weather_etl.orchestration.assets.neighbours import neighbour_events
from weather_etl.orchestration.assets.raw import raw_observations
from weather_etl.orchestration.assets.report import station_index, weather_report
from weather_etl.orchestration.assets.serving import serving
from weather_etl.orchestration.assets.validated import validated
from weather_etl.orchestration.jobs import ASSET_JOBS
from weather_etl.orchestration.pages import PageIOManager
from weather_etl.orchestration.resources import ParquetIOManager, StationLock, StorageResource

# The steps that make the tables of a station, in their order.
TABLE_STEPS = (raw_observations, validated, aggregated)


def require_steps(steps: Iterable[dg.AssetsDefinition], tables: Iterable[str]) -> None:
    """Make sure that every table is made by a step: otherwise each station would be stale for ever.

    Raises:
        LookupError: a table is made by none.
    """
    made = {key.path[-1] for step in steps for key in step.keys}
    if forgotten := [table for table in tables if table not in made]:
        raise LookupError(
            f"No step makes {', '.join(forgotten)}: give it a `table_spec` in weather_etl/orchestration/assets/, and "
            "a new step its place in TABLE_STEPS of weather_etl/orchestration/graph.py."
        )


require_steps(TABLE_STEPS, TABLE_NAMES)


def resources() -> dict[str, Any]:
    """Storage, the lock of a station and the IO managers, as an installation has them."""
    storage, lock = StorageResource(), StationLock()
    return {
        "storage": storage,
        "station_lock": lock,
        "lake": ParquetIOManager(storage=storage, lock=lock),
        "pages": PageIOManager(storage=storage),
    }


def build_graph(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The graph; `overrides` are resources by name."""
    return dg.Definitions(
        assets=[
            landing_files,
            shared_files_asset,
            *TABLE_STEPS,
            neighbour_events,
            serving,
            weather_report,
            station_index,
        ],
        asset_checks=[unroutable_files],
        jobs=ASSET_JOBS,
        resources={**resources(), **(overrides or {})},
        # In one process: the multiprocess default imports everything again for each step.
        executor=dg.in_process_executor,
    )


graph = build_graph()
