"""The sensor that tells people what has failed, and that it is good again.

Belongs here: one tick: what is new in Dagster's event log.
Does not belong here: which events open and close a problem, the message (`operations/notifications.py`).
"""

from collections.abc import Collection

import dagster as dg
from dagster import DagsterEventType

from weather_etl.errors import UserError
from weather_etl.operations import planning
from weather_etl.operations.notifications import CheckEvent, RunEvent, State, message, send, update
from weather_etl.operations.run_history import failure_sentence, makes_tables
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.jobs import REPORT_JOB, SERVING_JOB
from weather_etl.settings import Settings

INTERVAL_S = 10
MAX_EVENTS = 5000  # in one tick; the next one goes on


def default_status() -> dg.DefaultSensorStatus:
    configured = Settings.load().webhook_url is not None
    return dg.DefaultSensorStatus.RUNNING if configured else dg.DefaultSensorStatus.STOPPED


@dg.sensor(
    name="notification_sensor",
    minimum_interval_seconds=INTERVAL_S,
    default_status=default_status(),
    description=(
        "Posts failed runs and failed checks of severity ERROR to WEATHER_ETL_WEBHOOK_URL, once each, and again when "
        "they are good. On by itself where that is set."
    ),
)
def notification_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One tick: read what is new in the event log, tell it in one message, move the cursor."""
    with without_details():  # the webhook's address is a secret
        return _tell(context.instance, context.cursor)


def _tell(instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult:
    settings, state = Settings.load(), State.read(cursor)
    if state is None:  # what failed before there was anyone to tell is not news
        latest = instance.event_log_storage.get_maximum_record_id() or 0
        return dg.SensorResult(cursor=State(latest, latest).write(), skip_reason="Listening from now on.")
    runs = _new_runs(instance, state)  # before the checks: those of a failed run are then read as well
    checks = _new_checks(instance, state)
    untold = any(not p.told for p in state.open.values())
    news = update(state, checks, runs, _muted(settings) if checks or runs or untold else ())
    if news:
        send(settings, message(news, len(state.open), settings.ui_url, settings.webhook_style))
    summary = f"Told {len(news.opened)} failed and {len(news.closed)} resolved." if news else "Nothing new."
    return dg.SensorResult(cursor=state.write(), skip_reason=f"{summary} {len(state.open)} open.")


def _muted(settings: Settings) -> Collection[str]:
    """Stations of which nobody wants to hear; none where the storage does not answer, which must be told."""
    from weather_etl.lake.connection import connect
    from weather_etl.operations.mutes import muted_stations

    try:
        with connect(settings, prompt=True) as containers:
            return muted_stations(containers)
    except UserError:
        return ()


def _new_checks(instance: dg.DagsterInstance, state: State) -> list[CheckEvent]:
    records = instance.event_log_storage.get_event_records(
        dg.EventRecordsFilter(DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=state.checks_after),
        limit=MAX_EVENTS,
        ascending=True,
    )
    events = []
    for record in records:
        state.checks_after = record.storage_id
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation is not None:
            is_error = not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
            events.append(
                CheckEvent(
                    evaluation.asset_key.path[-1],
                    evaluation.check_name,
                    evaluation.partition,
                    is_error,
                    evaluation.description or "",
                    record.run_id if record.run_id and instance.has_run(record.run_id) else "",
                )
            )
    return events


def _new_runs(instance: dg.DagsterInstance, state: State) -> list[RunEvent]:
    ended, after = [], state.runs_after
    for kind in (DagsterEventType.RUN_SUCCESS, DagsterEventType.RUN_FAILURE):
        records = instance.event_log_storage.get_event_records(
            dg.EventRecordsFilter(kind, after_cursor=after), limit=MAX_EVENTS, ascending=True
        )
        for record in records:
            state.runs_after = max(state.runs_after, record.storage_id)
            run = instance.get_run_by_id(record.run_id)
            if run is not None:
                ended.append((record.storage_id, run, kind == DagsterEventType.RUN_FAILURE))
    events = []
    for _, run, failed in sorted(ended, key=lambda f: f[0]):
        if failed and (_told_by_checks(instance, run) or _told_by_children(instance, run)):
            continue
        station = planning.covered(run.tags)
        why = failure_sentence(instance, run.run_id) if failed else ""
        events.append(RunEvent(run.run_id, run.job_name, station, failed, why, _kind(run)))
    return events


def _kind(run: dg.DagsterRun) -> str:
    if planning.covered(run.tags) is None or run.job_name in (SERVING_JOB, REPORT_JOB):
        return run.job_name
    selected = ",".join(sorted(key.path[-1] for key in run.asset_selection or ()))
    return "tables" if makes_tables(run) else selected or run.job_name


def _told_by_checks(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the run failed since a check did not let its table out: the check is the problem then."""
    records = instance.get_records_for_run(run.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION).records
    for record in records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation and not evaluation.passed and evaluation.blocking:
            return True
    return False


def _told_by_children(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether a run that this one started has failed, and is a problem of its own."""
    failed = dg.RunsFilter(tags={planning.PARENT: run.run_id}, statuses=[dg.DagsterRunStatus.FAILURE])
    return bool(instance.get_run_records(failed, limit=1))
