"""Runs of the asset graph in this process, on containers of the test's own.

Belongs here: starting one and reading what it did.
Does not belong here: runs in other processes (`test_job_execute.py`, `test_ways_in.py`).
"""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import dagster as dg

from weather_etl.errors import UserError
from weather_etl.ingestion.merge import Raw
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.lake.storage import Containers, Stamp
from weather_etl.orchestration.child_runs import causes
from weather_etl.orchestration.graph import build_graph
from weather_etl.orchestration.resources import PageIOManager, ParquetIOManager, StationLock, StorageResource

WRITTEN, UNCHANGED, LEFT = "written", "unchanged", "left to another run"
_STEP_OF = {
    "raw_observations": "raw_observations",
    **dict.fromkeys(("quarantined_rows", "validated_observations", "quality_events"), "validated"),
    **dict.fromkeys(("daily_weather", "monthly_weather", "yearly_weather", "climate_normals"), "aggregated"),
    "weather_report": "weather_report",
}
_containers: ContextVar[Containers] = ContextVar("containers")


class GivenStorage(StorageResource):
    """The containers that `process` was called with."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        pass

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        pass

    def containers(self) -> Containers:
        return _containers.get()


@cache
def graph() -> dg.Definitions:
    """The graph on the containers of `process`."""
    storage, lock = GivenStorage(), StationLock()
    return build_graph(
        {
            "storage": storage,
            "lake": ParquetIOManager(storage=storage, lock=lock),
            "pages": PageIOManager(storage=storage),
        }
    )


@dataclass
class Made:
    """A table after a run; `raw` only of the raw table, where it was made in that run."""

    table: str
    status: str
    stamp: Stamp
    raw: Raw | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class Processed(dict[str, Made]):
    """The tables of a run by name, and the evaluations of its checks by (table, check)."""

    def __init__(self, made: Collection[Made], evaluations: Collection[dg.AssetCheckEvaluation]) -> None:
        super().__init__({m.table: m for m in made})
        self.evaluations = {(e.asset_key.path[-1], e.check_name): e for e in evaluations}

    def check(self, name: str, table: str | None = None) -> dg.AssetCheckEvaluation:
        """The evaluation of a check; by its name alone where only one table has it."""
        return next(e for (t, n), e in self.evaluations.items() if n == name and table in (None, t))

    @property
    def statuses(self) -> set[str]:
        return {m.status for m in self.values()}


def process(
    containers: Containers,
    station: str = "a",
    *,
    tables: Sequence[str] = TABLE_NAMES,
    full: bool = False,
    again: Sequence[str] = (),
    instance: dg.DagsterInstance | None = None,
    tags: dict[str, str] | None = None,
) -> Processed:
    """Run `weather_etl_job` over a station, or some tables of it.

    Raises:
        UserError: the run failed, with the sentence that its step failed with.
    """
    token = _containers.set(containers)
    try:
        with instance or dg.DagsterInstance.ephemeral() as used:
            result = run(used, station, tables=tables, full=full, again=again, tags=tags)
    finally:
        _containers.reset(token)
    if not result.success:
        raise UserError(" | ".join(causes(result.all_events)))
    made = []
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        table = materialization.asset_key.path[-1]
        status = materialization.metadata["status"].value
        stamp = containers.lake.stamp(table, station)
        assert stamp is not None
        raw = result.output_for_node("raw_observations", table) if table == "raw_observations" else None
        metadata = {name: getattr(value, "value", value) for name, value in materialization.metadata.items()}
        made.append(Made(table, status, stamp, raw.raw if raw is not None and raw.is_new else None, metadata))
    return Processed(made, result.get_asset_check_evaluations())


def run(
    instance: dg.DagsterInstance,
    station: str,
    *,
    tables: Sequence[str] = TABLE_NAMES,
    full: bool = False,
    again: Sequence[str] = (),
    tags: dict[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    """The same, for a caller who looks at the events."""
    steps: dict[str, dict[str, Any]] = {_STEP_OF[table]: {"full": full} for table in tables}
    if "raw_observations" in steps:
        steps["raw_observations"]["files"] = list(again)
    everything = set(tables) == set(TABLE_NAMES)
    return (
        graph()
        .resolve_job_def("weather_etl_job")
        .execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=None if everything else [dg.AssetKey(table) for table in tables],
            tags={"dagster/partition": station, **(tags or {})},
            run_config={
                "ops": {step: {"config": config} for step, config in steps.items()},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
    )
