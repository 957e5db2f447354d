"""Jobs: one station's tables, and everything that is stale.

Belongs here: what can be started by name.
Does not belong here: when it is started (`sensors.py`, `operations/planning.py`).
"""

from typing import Any

import dagster as dg

from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure, without_details
from weather_etl.ingestion import shared_files
from weather_etl.lake.storage import connect
from weather_etl.operations import planning
from weather_etl.redaction import without_secrets
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME, is_station_id

JOB = "weather_etl_job"
SERVING_JOB = "serving_job"
SHARED_JOB = "shared_files_job"
CATCH_UP = "catch_up_job"
REPORT_JOB = "weather_report_job"
PARENT = "weather_etl/parent"  # tag of a run that another one started: the id of that one
weather_etl_job = dg.define_asset_job(
    JOB,
    # The step logs its checks itself, per station; planning them would cost an event each.
    selection=dg.AssetSelection.groups("raw", "validated", "aggregated").without_checks(),
    description="All tables of one station (partition tag) or of a range of stations.",
    tags={"dagster/max_runtime": 3600},
)

weather_report_job = dg.define_asset_job(
    REPORT_JOB,
    selection=dg.AssetSelection.assets("weather_report").without_checks(),
    description="The weather report of one station (partition tag) or of a range of stations, and the index of all.",
    # Tables go first.
    tags={"dagster/max_runtime": 3600, "dagster/priority": "-1"},
)

serving_job = dg.define_asset_job(
    SERVING_JOB,
    selection=dg.AssetSelection.groups("serving").without_checks(),
    description="Loads the published tables of one station (partition tag) or of a range of stations into PostgreSQL.",
    tags={"dagster/max_runtime": 3600},
)

shared_files_job = dg.define_asset_job(
    SHARED_JOB,
    selection=dg.AssetSelection.assets("shared_files"),
    description="Splits the files of several stations (landing/_shared/) that are new, were replaced or are gone.",
    tags={planning.SHARED_TAG: "all", "dagster/max_runtime": 3600},
)


class CatchUpConfig(dg.Config):
    """What to bring up to date."""

    mode: str = "incremental"
    """`incremental`: stale stations only. `full`: every station, reading all landing files again."""
    stations: list[str] = []  # noqa: RUF012  (a pydantic field: each instance gets its own)
    """Only these stations; all if empty."""


@dg.op(
    out=dg.Out(dg.Nothing),
    description=(
        "Splits pending shared files, registers new stations and runs weather_etl_job over every stale one, in this "
        "process."
    ),
)
def catch_up(context: dg.OpExecutionContext, config: CatchUpConfig) -> None:
    """Bring stations up to date."""
    with without_details():
        run_stale_stations(context, config)


def run_stale_stations(context: dg.OpExecutionContext, config: CatchUpConfig) -> None:
    """Run `weather_etl_job` over what is stale, in ranges of neighbours; fails in the end if any of them failed."""
    if config.mode not in ("incremental", "full"):
        raise UserError(f"The mode is {config.mode!r}; use incremental or full.")
    for station in config.stations:
        if not is_station_id(station):
            raise UserError(f"{station!r} is no station id; use letters, digits, - and _, at most 64.")
    settings = Settings.load()
    full = config.mode == "full"
    failures: list[str] = []
    with connect(settings) as containers:
        seen = shared_files.look(containers)
        if seen.pending or (full and seen.sources):
            failures += _split_shared_files(context, full=full)
            seen = shared_files.look(containers)
    landing = seen.landing
    stale = planning.find_stale(landing, seen.stamps)
    if full:
        known = {s.station: s for s in stale}
        stale = [
            known.get(name) or planning.StaleStation(name, "full", "full run") for name in sorted(landing.stations)
        ] + [s for s in stale if s.why == planning.VANISHED]
    if config.stations:
        unknown = [s for s in config.stations if s not in landing.stations and s not in {x.station for x in stale}]
        if unknown:
            raise UserError(
                f"There is no landing file for station {unknown[0]}; "
                f"upload one with `weather-etl upload {unknown[0]} FILE`."
            )
        stale = [s for s in stale if s.station in config.stations]
    for name in landing.unroutable[:10]:
        context.log.warning(f"{name[:200]!r} lies outside any station's folder and was left alone.")

    vanished = [s.station for s in stale if s.why == planning.VANISHED]
    todo = [s for s in stale if s.why != planning.VANISHED]
    instance = context.instance
    instance.add_dynamic_partitions(PARTITIONS_NAME, [s.station for s in todo])
    partitions = instance.get_dynamic_partitions(PARTITIONS_NAME)
    order = {station: i for i, station in enumerate(partitions)}
    job = _job(JOB)
    for group in planning.neighbours(todo, order, settings.max_stations_per_run):
        request = planning.Request(tuple(group), 1)
        context.log.info(f"{len(group)} station{'s' * (len(group) > 1)}: {', '.join(s.station for s in group)[:300]}")
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags={**request.tags(), PARENT: context.run_id},
            run_config={
                "ops": {"station_tables": {"config": {"full": full}}},
                "loggers": context.run_config.get("loggers", {}),
            },
        )
        failures += _causes(result)
    for station in vanished:
        failures.append(
            f"All landing files of station {station} have vanished and its tables were kept; upload the files again, "
            f"or run `weather-etl forget {station}` if this is meant."
        )
    if failures:
        raise ExpectedFailure(without_secrets(" | ".join(failures)))
    if not todo:
        context.log.info(f"All {len(landing.stations)} stations are up to date.")


def _split_shared_files(context: dg.OpExecutionContext, *, full: bool) -> list[str]:
    """Run `shared_files_job` in this process; why it failed."""
    context.log.info("Splitting the files of several stations.")
    result = _job(SHARED_JOB).execute_in_process(
        instance=context.instance,
        raise_on_error=False,
        tags={PARENT: context.run_id},
        run_config={
            "ops": {"shared_files": {"config": {"full": full}}},
            "loggers": context.run_config.get("loggers", {}),
        },
    )
    return _causes(result)


def replay(instance: dg.DagsterInstance, station: str | None, names: list[str], shared: list[str]) -> list[str]:
    """Read files again in this process and make the tables anew; why it failed.

    Args:
        instance: Dagster's instance.
        station: station id; None if only shared files are to be split again.
        names: the landing files.
        shared: those among them that hold several stations; they are split again first.
    """
    loggers = {"console": {"config": {"log_level": "CRITICAL"}}}
    failures: list[str] = []

    def run(job: str, step: str, config: dict[str, Any], tags: dict[str, str]) -> None:
        result = _job(job).execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags=tags,
            run_config={"ops": {step: {"config": config}}, "loggers": loggers},
        )
        failures.extend(_causes(result))

    if shared:
        run(SHARED_JOB, "shared_files", {"full": True, "files": shared}, {})
    if station is not None:
        run(JOB, "station_tables", {"full": True, "files": names}, planning.run_tags([station]))
    return failures


def _causes(result: dg.ExecuteInProcessResult) -> list[str]:
    """One sentence for each step of a run that failed."""
    if result.success:
        return []
    return [
        e.step_failure_data.user_failure_data.description
        if e.step_failure_data.user_failure_data
        else str(e.step_failure_data.error and e.step_failure_data.error.message)
        for e in result.all_events
        if e.is_step_failure
    ] or ["a run failed before its first step"]


def _job(name: str) -> dg.JobDefinition:
    from weather_etl.definitions import defs

    return defs.resolve_job_def(name)


@dg.job(
    name=CATCH_UP,
    description="Registers new stations and brings every stale one up to date, in one process.",
    executor_def=dg.in_process_executor,
)
def catch_up_job() -> None:
    """Everything that is stale."""
    catch_up()
