"""Runs of the asset graph in this process, on containers of the test's own.

Belongs here: starting one and reading what it did.
Does not belong here: runs in other processes (`test_job_execute.py`, `test_ways_in.py`).
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import dagster as dg
import pytest
from dagster_shared.error import SerializableErrorInfo

from weather_etl.errors import UserError
from weather_etl.ingestion.manifest import Raw
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.lake.table_objects import Stamp
from weather_etl.orchestration.child_runs import QUIET, causes
from weather_etl.orchestration.graph import TABLE_STEPS, build_graph
from weather_etl.orchestration.pages import PageIOManager
from weather_etl.orchestration.resources import ParquetIOManager, StationLock, StorageResource
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.support.histories import in_memory

WRITTEN, UNCHANGED, LEFT = "written", "unchanged", "left to another run"
_MADE_BY = {key.path[-1]: step.op.name for step in TABLE_STEPS for key in step.keys}
_STEP_OF = {**{table: _MADE_BY[table] for table in TABLE_NAMES}, "weather_report": "weather_report"}
# What there is up to the hours; the aggregated tables take as long again.
HOURS = tuple(table for table, step in _STEP_OF.items() if step in ("raw_observations", "validated"))
OBSERVATIONS = ("raw_observations", "validated_observations")
# The shortest way to an aggregated table.
TO_DAYS = (*OBSERVATIONS, "daily_weather")
_containers: ContextVar[Containers] = ContextVar("containers")


class GivenStorage(StorageResource):
    """The containers that `process` was called with."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        pass

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        pass

    def containers(self) -> Containers:
        return _containers.get()


@contextmanager
def given(containers: Containers) -> Iterator[None]:
    """Let runs of `graph` work on these containers."""
    token = _containers.set(containers)
    try:
        yield
    finally:
        _containers.reset(token)


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


def any_instance() -> dg.DagsterInstance:
    """For tests that do not look at Dagster's history; to make its tables takes a fifth of the time of a run."""
    return _instance_of(threading.get_ident())


@cache
def _instance_of(thread: int) -> dg.DagsterInstance:
    return in_memory()  # whose SQLite takes one writer


@dataclass
class Made:
    """A table after a run; `raw` only of the raw table, where it was made in that run."""

    table: str
    status: str
    stamp: Stamp
    raw: Raw | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class RunFailed(UserError):
    """A run that failed: its sentences, its tags as they are now, its events."""

    def __init__(self, result: dg.ExecuteInProcessResult, tags: Mapping[str, str]) -> None:
        super().__init__(" | ".join(causes(result.all_events)))
        self.result = result
        self.tags = tags

    @property
    def errors(self) -> list[SerializableErrorInfo]:
        """What Dagster keeps of the failure of each step."""
        return [e.step_failure_data.error for e in self.result.all_events if e.is_step_failure]

    @property
    def evaluations(self) -> dict[str, dg.AssetCheckEvaluation]:
        """What checks said before the run failed, by name."""
        return {e.check_name: e for e in self.result.get_asset_check_evaluations()}


class Processed(dict[str, Made]):
    """The tables of a run by name, and the evaluations of its checks by (table, check)."""

    def __init__(self, run_id: str, made: Collection[Made], evaluations: Collection[dg.AssetCheckEvaluation]) -> None:
        super().__init__({m.table: m for m in made})
        self.run_id = run_id
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
        RunFailed: with the sentences that its steps failed with.
    """
    used = instance or any_instance()
    result = run(used, station, containers, tables=tables, full=full, again=again, tags=tags)
    if not result.success:
        raise RunFailed(result, used.get_run_by_id(result.run_id).tags)
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
    return Processed(result.run_id, made, result.get_asset_check_evaluations())


def process_hours(containers: Containers, station: str = "a", *, full: bool = False) -> Processed:
    """`process` up to the hours, for tests that look at files and rows."""
    return process(containers, station, tables=HOURS, full=full)


def process_observations(containers: Containers, station: str = "a") -> Processed:
    """The same for tests that look at good rows alone."""
    return process(containers, station, tables=OBSERVATIONS)


def run(
    instance: dg.DagsterInstance,
    station: str,
    containers: Containers,
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
    if not everything:  # as in the UI, which offers registered stations only
        instance.add_dynamic_partitions(PARTITIONS_NAME, [station])
    with given(containers):
        return (
            graph()
            .resolve_job_def("weather_etl_job")
            .execute_in_process(
                instance=instance,
                raise_on_error=False,
                asset_selection=None if everything else [dg.AssetKey(table) for table in tables],
                tags={"dagster/partition": station, **(tags or {})},
                run_config={"ops": {step: {"config": config} for step, config in steps.items()}, "loggers": QUIET},
            )
        )


def execute(
    containers: Containers,
    job: str,
    station: str | None = None,
    *,
    instance: dg.DagsterInstance | None = None,
    ops: dict[str, dict[str, Any]] | None = None,
    tags: dict[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a job of the graph, over a station if one is given; a failure is in the result."""
    used = instance or any_instance()
    with given(containers):
        if station:
            used.add_dynamic_partitions(PARTITIONS_NAME, [station])
        return (
            graph()
            .resolve_job_def(job)
            .execute_in_process(
                instance=used,
                raise_on_error=False,
                tags={**({"dagster/partition": station} if station else {}), **(tags or {})},
                run_config={"ops": {step: {"config": c} for step, c in (ops or {}).items()}, "loggers": QUIET},
            )
        )


def break_the_contract(patch: pytest.MonkeyPatch, table: str = "daily_weather") -> None:
    """Every row of an aggregated table comes twice from now on, as by a bug: its blocking check fails."""
    import pandas as pd

    from weather_etl.meteorology import aggregation

    once = getattr(aggregation, table)

    def twice(*args: Any, **options: Any) -> pd.DataFrame:
        frame = once(*args, **options)
        return pd.concat([frame, frame], ignore_index=True)

    patch.setattr(aggregation, table, twice)


def lose_a_row(patch: pytest.MonkeyPatch) -> None:
    """One row fewer is counted as kept from now on, as by a bug: the blocking check `row_balance` fails."""
    from weather_etl.meteorology import observations

    observe = observations.observe

    def lossy(*args: Any, **options: Any) -> observations.Observations:
        made = observe(*args, **options)
        made.balance.kept -= 1
        return made

    patch.setattr(observations, "observe", lossy)
