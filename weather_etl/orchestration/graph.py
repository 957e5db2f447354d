"""The asset graph with its resources and the jobs over it: what can be run, and nothing that decides when.

Belongs here: putting assets, checks, resources and asset jobs together.
Does not belong here: sensors, schedules and the jobs that start other runs (`definitions.py` adds them).
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

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
            raw_observations,
            validated,
            aggregated,
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
