"""Ticks of a sensor, as the daemon makes them, and the runs that they request.

Belongs here: evaluating a sensor at a time of the test's choice, running what it asks for, runs that hang or died.
Does not belong here: the daemon itself (`test_ways_in.py`).
"""

import time
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from weather_etl.definitions import defs
from weather_etl.lake.connection import Containers
from weather_etl.landing.versions import Landing
from weather_etl.operations import planning
from weather_etl.operations.planning import FEW, PARTITION
from weather_etl.operations.run_history import failure_sentence
from weather_etl.orchestration.child_runs import QUIET
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors import landing_files
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv

SHARED_JOB, CATCH_UP_JOB = "shared_files_job", planning.CATCH_UP_JOB
MANY = [f"s{n}" for n in range(FEW + 1)]  # so many that they share runs
TWO = MANY[1:3]
DEAD = Settings().silence_limit_s + 60  # seconds after which a silent run is taken for dead


def poison(containers: Containers, station: str) -> None:
    """A station that cannot be processed until its settings are mended."""
    containers.landing.upload(f"{station}/station.toml", b"timezone = 'Nowhere/Land'\n")
    containers.landing.upload(f"{station}/x.csv", weather_csv())


def sensor_context(instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorEvaluationContext:
    """What the daemon gives to a sensor."""
    return dg.build_sensor_context(
        instance=instance, cursor=cursor, definitions=defs, resources={"storage": StorageResource()}
    )


def tick(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    """What a sensor returns now."""
    with sensor_context(instance, cursor) as context:
        return sensor(context)


class Ticks:
    """Evaluates the sensor and carries the cursor, the partitions and the observations on, as the daemon does.

    Unless it is new, the installation has been told that no file lies outside any station's folder.
    """

    module: Any = landing_files
    name = "landing_files_sensor"

    def __init__(self, instance: dg.DagsterInstance, *, new: bool = False) -> None:
        self.instance = instance
        self.cursor: str | None = None
        if not new:
            self.tell_unroutable()

    def tell_unroutable(self, *names: str) -> None:
        """What a run of `shared_files_job` says of files in no station's folder."""
        told = planning.unroutable(Landing(unroutable=list(names)))
        self.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                dg.AssetKey("landing_files"), "unroutable_files", not names, metadata={"names": told}
            )
        )

    def tick(self, *, later: float = 0.0) -> dg.SensorResult:
        """One tick, so many seconds from now."""
        with sensor_context(self.instance, self.cursor) as context, pytest.MonkeyPatch.context() as patch:
            clock = SimpleNamespace(time=lambda: time.time() + later, monotonic=time.monotonic, sleep=time.sleep)
            patch.setattr(self.module, "time", clock)
            result = getattr(self.module, self.name)(context)
        assert not context.cursor_updated  # Dagster refuses a result with a cursor beside an updated one
        self.cursor = result.cursor
        for event in result.asset_events or []:
            assert isinstance(event, dg.AssetObservation)  # what is judged, runs judge
            self.instance.report_runless_asset_event(event)
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        return result

    def requests(self, *, later: float = 0.0) -> list[dg.RunRequest]:
        """The runs that a tick asks for."""
        return list(self.tick(later=later).run_requests or [])

    def requested(self, *, later: float = 0.0) -> list[dict[str, str]]:
        """The tags of these runs."""
        return [dict(r.tags) for r in self.requests(later=later)]

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Do what was asked for, in this process."""
        return defs.resolve_job_def(request.job_name or planning.TABLES_JOB).execute_in_process(
            instance=self.instance,
            tags=dict(request.tags),
            run_config={**(request.run_config or {}), "loggers": QUIET},
            raise_on_error=False,
        )

    def create_run(
        self, tags: dict[str, str], status: dg.DagsterRunStatus, job: str = planning.TABLES_JOB
    ) -> dg.DagsterRun:
        """A run that nobody works on."""
        from dagster._core.remote_origin import (
            RegisteredCodeLocationOrigin,
            RemoteJobOrigin,
            RemoteRepositoryOrigin,
        )
        from dagster._core.utils import make_new_run_id

        return self.instance.create_run_for_job(
            defs.resolve_job_def(job),
            run_id=make_new_run_id(),
            tags=tags,
            status=status,
            remote_job_origin=RemoteJobOrigin(
                RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(planning.LOCATION), planning.REPOSITORY), job
            ),
        )

    def status(self, run: dg.DagsterRun) -> dg.DagsterRunStatus:
        """How a run stands now."""
        known = self.instance.get_run_by_id(run.run_id)
        assert known is not None
        return known.status


def upload(containers: Containers, *stations: str) -> None:
    for station in stations:
        containers.landing.upload(f"{station}/x.csv", weather_csv())


def stations(requests: list[dg.RunRequest]) -> list[str | None]:
    return [r.partition_key or r.tags.get(PARTITION) for r in requests]


def sentence(ticks: Ticks, run_id: str) -> str:
    return failure_sentence(ticks.instance, run_id)


def last_run(ticks: Ticks, station: str) -> dg.DagsterRun:
    return ticks.instance.get_runs(dg.RunsFilter(tags={PARTITION: station}), limit=1)[0]


def up_to_date(ticks: Ticks, number: int) -> bool:
    result = ticks.tick()
    assert result.skip_reason is not None
    return not result.run_requests and result.skip_reason.skip_message == f"All {number} stations are up to date."


def observed(result: dg.SensorResult) -> list[tuple[str | None, str]]:
    return [(e.partition, e.tags["dagster/data_version"]) for e in result.asset_events or []]
