"""Ticks of sensors in this process, on the containers of the environment.

Belongs here: evaluating a sensor once. Does not belong here: what becomes of its requests.
"""

import dagster as dg

from weather_etl.definitions import defs
from weather_etl.orchestration.resources import StorageResource


def tick(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    """What a sensor returns now."""
    resources = {"storage": StorageResource()}
    with dg.build_sensor_context(instance, cursor=cursor, definitions=defs, resources=resources) as context:
        return sensor(context)
