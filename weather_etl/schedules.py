"""When does it run? By the clock, and after the tables.

Belongs here: the daily reconcile, and the sensor that keeps the reports up with their tables.
Does not belong here: the sensor on the landing container (`sensors.py`), decisions (`operations/planning.py`).
"""

import time
from dataclasses import dataclass

import dagster as dg

from weather_etl import digests
from weather_etl.errors import UserError
from weather_etl.jobs import REPORT_JOB, catch_up_job, weather_report_job
from weather_etl.lake.storage import connect
from weather_etl.operations import planning
from weather_etl.operations.planning import StaleStation
from weather_etl.report import publish
from weather_etl.sensors import UNFINISHED
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME

REPORT_INTERVAL_S = 30
REPORT_RETRY_DELAY_S = 300
REPORTS_PER_RUN = 20


@dg.schedule(
    name="full_reconcile",
    job=catch_up_job,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=(
        "Once a day every station is held against its landing files, parked ones too, and brought up to date. "
        "Usually the sensor has done everything by then, and the run says so in a second."
    ),
)
def full_reconcile(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every station, once a day."""
    day = f"{context.scheduled_execution_time:%Y-%m-%d}"
    return dg.RunRequest(run_key=f"full_reconcile {day}", tags={"weather_etl/why": f"daily reconcile of {day}"})


@dg.sensor(
    name="weather_report_sensor",
    job=weather_report_job,
    minimum_interval_seconds=REPORT_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Compares every report with the fingerprints of its tables and requests one run for some stale ones at a "
        "time, so that drawing never takes the places of runs that make tables. Keeps no state."
    ),
)
def weather_report_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One tick: list, compare, request at most one run."""
    settings, instance = Settings.load(), context.instance
    if _reports_in_flight(instance):
        return dg.SkipReason("A run that makes reports is still under way; the next tick looks again.")
    try:
        with connect(settings, prompt=True) as containers:
            stamps = containers.lake.stamps()
            made = publish.reports(containers)
    except UserError as error:
        raise dg.Failure(str(error)) from None
    stale = publish.find_stale(stamps, made)
    if not stale:
        return dg.SkipReason(f"All {len(made)} reports are up to date.")
    turn = _next_turn(instance, stale, settings)
    if not turn.stations:
        return dg.SkipReason(
            f"{len(stale)} reports are out of date and wait: {turn.waiting} for the next attempt, {turn.parked} given "
            f"up after {settings.max_attempts} failed ones ({', '.join(s.station for s in stale[:3])}); see the check "
            "report_made, or run `weather-etl report`."
        )
    new = [s.station for s in turn.stations if s.station not in turn.partitions]
    stations = dg.DynamicPartitionsDefinition(name=PARTITIONS_NAME)
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=turn.run_key(), tags=turn.tags())],
        dynamic_partitions_requests=[stations.build_add_request(new)] if new else [],
    )


def _reports_in_flight(instance: dg.DagsterInstance) -> bool:
    """Whether a run makes reports; one silent for longer than the limit was reported failed by the other sensor."""
    return bool(instance.get_run_records(dg.RunsFilter(job_name=REPORT_JOB, statuses=UNFINISHED), limit=1))


@dataclass(frozen=True)
class _Turn:
    """The stations of the next run, and how many have to wait or were given up."""

    stations: list[StaleStation]
    attempt: int
    waiting: int
    parked: int
    partitions: list[str]

    def run_key(self) -> str:
        return digests.digest([[s.station, s.target] for s in self.stations] + [[str(self.attempt), "report"]])

    def tags(self) -> dict[str, str]:
        return planning.run_tags([s.station for s in self.stations]) | {
            **{report_tag(s.station): s.target for s in self.stations},
            "weather_etl/why": ", ".join(sorted({s.why for s in self.stations})),
            "weather_etl/attempt": str(self.attempt),
        }


def report_tag(station: str) -> str:
    """Run tag that holds the fingerprint of a report; not that of tables, whose attempts are counted by theirs."""
    return planning.station_tag(station).replace("weather_etl.target/", "weather_etl.report/")


def _next_turn(instance: dg.DagsterInstance, stale: list[StaleStation], settings: Settings) -> _Turn:
    """First attempts share a run with their neighbours; a station that failed comes alone, after a while."""
    shared: list[StaleStation] = []
    again: tuple[StaleStation, int] | None = None
    waiting = parked = 0
    for item in stale:
        runs = instance.get_run_records(dg.RunsFilter(tags={report_tag(item.station): item.target}))
        ended = max((r.end_time or r.update_timestamp.timestamp() for r in runs), default=0.0)
        if len(runs) >= settings.max_attempts:
            parked += 1
        elif runs and time.time() < ended + REPORT_RETRY_DELAY_S * 2 ** (len(runs) - 1):
            waiting += 1
        elif runs:
            again = again or (item, len(runs) + 1)
        else:
            shared.append(item)
        if len(shared) >= REPORTS_PER_RUN:
            break
    partitions = list(instance.get_dynamic_partitions(PARTITIONS_NAME))
    if shared:
        new = [s.station for s in shared if s.station not in partitions]
        order = {station: i for i, station in enumerate([*partitions, *new])}
        group = planning.neighbours(shared, order, REPORTS_PER_RUN)[0]
        return _Turn(group, 1, waiting, parked, partitions)
    return _Turn([again[0]] if again else [], again[1] if again else 0, waiting, parked, partitions)
