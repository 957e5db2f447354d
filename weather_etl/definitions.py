"""Assembly only: the asset graph, and what decides when it runs."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from weather_etl.orchestration.catch_up import catch_up_job
from weather_etl.orchestration.graph import build_graph, graph
from weather_etl.orchestration.housekeeping import housekeeping_job, housekeeping_schedule
from weather_etl.orchestration.schedules import full_reconcile
from weather_etl.orchestration.sensors.landing_events import landing_events_sensor
from weather_etl.orchestration.sensors.landing_files import landing_files_sensor
from weather_etl.orchestration.sensors.neighbours import neighbour_events_sensor
from weather_etl.orchestration.sensors.notifications import notification_sensor
from weather_etl.orchestration.sensors.report import weather_report_sensor
from weather_etl.orchestration.sensors.serving import serving_sensor


def build_defs(overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions; `overrides` are resources by name."""
    return dg.Definitions.merge(
        build_graph(overrides) if overrides else graph,
        dg.Definitions(
            jobs=[catch_up_job, housekeeping_job],
            sensors=[
                landing_files_sensor,
                landing_events_sensor,
                serving_sensor,
                weather_report_sensor,
                neighbour_events_sensor,
                notification_sensor,
            ],
            schedules=[full_reconcile, housekeeping_schedule],
        ),
    )


defs = build_defs()
