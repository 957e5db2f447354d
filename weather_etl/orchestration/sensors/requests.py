"""A plan in Dagster's words.

Belongs here: the plan of a tick from Dagster's history, and its runs, new partitions and observations.
Does not belong here: the decisions (`operations/planning.py`), the ticks.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from weather_etl.lake.fingerprints import StaleStation
from weather_etl.landing.versions import FileVersion, Landing
from weather_etl.operations import planning
from weather_etl.operations.planning import Plan, Request
from weather_etl.operations.run_history import InFlight, histories
from weather_etl.orchestration.assets.specs import markdown, station_partitions
from weather_etl.orchestration.jobs import SHARED_JOB
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME


def decide(
    instance: dg.DagsterInstance,
    stale: Sequence[StaleStation],
    busy: InFlight,
    job: str,
    settings: Settings,
    *,
    now: float,
    max_stations: int,
    retry_delay: float,
) -> Plan:
    """What to request, given what earlier runs of a job came to; who is at work is not asked about.

    Args:
        instance: Dagster's instance.
        stale: stations to bring up to date.
        busy: what unfinished runs work on.
        job: whose runs towards the same target are attempts.
        settings: how often a target is tried.
        now, max_stations, retry_delay: see `planning.plan`.
    """
    tried = histories(instance, [s for s in stale if not busy.covers(s)], [job])
    return planning.plan(
        stale,
        instance.get_dynamic_partitions(PARTITIONS_NAME),
        {**tried, **busy.histories(stale)},
        now=now,
        max_attempts=settings.max_attempts,
        max_stations=max_stations,
        retry_delay=retry_delay,
    )


def run_requests(
    requests: Sequence[Request], job: str, *, tables_only: bool = False, priority: int = 0
) -> list[dg.RunRequest]:
    """The runs as Dagster takes them.

    Args:
        requests: of a plan.
        job: what a run over a single station is of.
        tables_only: whether a run over many leaves what lies below the tables to other sensors.
        priority: among the runs that wait; such a run over many takes that of its sensor.
    """
    built = []
    for request in requests:
        if request.is_bulk:
            config = {"stations": [s.station for s in request.stations], "tables_only": tables_only}
            built.append(
                dg.RunRequest(
                    run_key=request.run_key,
                    tags={**request.tags(), **({"dagster/priority": str(priority)} if priority else {})},
                    job_name=planning.CATCH_UP_JOB,
                    run_config={"ops": {"catch_up": {"config": config}}},
                )
            )
        else:
            name = SHARED_JOB if request.is_split else job
            built.append(dg.RunRequest(run_key=request.run_key, tags=request.tags(), job_name=name))
    return built


def partitions_requests(decided: Plan) -> list[dg.AddDynamicPartitionsRequest]:
    """The registration of a plan's new stations."""
    return [station_partitions.build_add_request(decided.new_partitions)] if decided.new_partitions else []


FILES_SHOWN = 10


def _files(files: Sequence[FileVersion]) -> dict[str, Any]:
    newest = sorted(files, key=lambda f: (f.landed_at, f.name), reverse=True)[:FILES_SHOWN]
    lines = ["| newest files | landed | bytes |", "|---|---|---|"]
    lines += [f"| {markdown(f.name[:60])} | {f.landed_at:%Y-%m-%d %H:%M} UTC | {f.size:,} |" for f in newest]
    return {
        "files": len(files),
        "bytes": sum(f.size for f in files),
        "newest_files": dg.MetadataValue.md("\n".join(lines)),
    }


def observations(decided: Plan, landing: Landing) -> list[dg.AssetObservation]:
    """The landing files of each station that is requested for the first time since it became stale.

    So the UI knows that what was made from them before is out of date, and that what the run makes is not.
    """
    return [
        dg.AssetObservation(
            "landing_files",
            partition=station,
            tags={"dagster/data_version": landing.stations[station].data_version(station)},
            metadata=_files(landing.stations[station].files),
        )
        for station in decided.changed
        if station in landing.stations
    ]
