"""When does it run? The sensor on storage events, for landing containers too large to be listed often.

Belongs here: gathering what `planning.plan` decides on for the stations that events name; the life of a message.
Does not belong here: the decisions (`planning.py`), the queue (`event_queue.py`), what an event says
(`landing_events.py`).

A message means *look at this station*, no more: the station's own listing decides, as it does in
`landing_files_sensor`. A message is deleted when its station needs nothing more: all tables are up to date, or it is
parked. Until then it comes back every `HIDDEN_S` seconds, also after a crash of this process, of the run, or of the
machine. What no event ever told is found by `landing_files_sensor` or the daily reconcile.
"""

import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import dagster as dg

from weather_etl import landing_events, planning, sensors
from weather_etl.event_queue import EventQueue, Message, connect_queue
from weather_etl.failures import without_details
from weather_etl.fingerprints import TABLE_NAMES
from weather_etl.jobs import JOB, weather_etl_job
from weather_etl.landing import Landing, StationFiles, list_station
from weather_etl.planning import History, Plan, StaleStation
from weather_etl.settings import Settings
from weather_etl.stations import PARTITIONS_NAME
from weather_etl.storage import Containers, Stamp, connect

POLL_S = 1
MAX_STATIONS_PER_TICK = 50
MAX_MESSAGES_PER_TICK = 640
MAX_DELIVERIES = 3  # of a message that nobody can use
_LOOKERS = 8  # a look is one listing and one HEAD per table: waiting, not work


@dataclass
class Inbox:
    """What a tick has received: the messages of each station, and those that nobody can use."""

    stations: dict[str, list[Message]] = field(default_factory=dict)
    poison: list[tuple[Message, str]] = field(default_factory=list)

    def sort(self, messages: Iterable[Message], container: str) -> None:
        """Sort messages by the stations that they name."""
        for message in messages:
            try:
                for station in landing_events.stations_of(message.body, container):
                    self.stations.setdefault(station, []).append(message)
            except landing_events.Poison as why:
                self.poison.append((message, str(why)))

    def no_longer_needed(self, settled: set[str]) -> list[Message]:
        """Messages to delete: all of whose stations are settled, or are named by an earlier one that stays."""
        kept: dict[str, Message] = {}
        named: dict[str, tuple[Message, set[str]]] = {}
        for station, messages in self.stations.items():
            for message in messages:
                named.setdefault(message.id, (message, set()))[1].add(station)
        out = []
        for message, stations in named.values():
            if stations <= settled | kept.keys():
                out.append(message)
            else:
                kept |= dict.fromkeys(stations - settled, message)
        return out


@dg.sensor(
    name="landing_events_sensor",
    job=weather_etl_job,
    minimum_interval_seconds=POLL_S,
    default_status=(dg.DefaultSensorStatus.RUNNING if Settings.load().events_queue else dg.DefaultSensorStatus.STOPPED),
    description=(
        "Takes storage events from the queue WEATHER_ETL_EVENTS_QUEUE and requests a run for each station they name, "
        "if it is stale. Off unless that is set."
    ),
)
def landing_events_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One tick: receive, look, request; again every second until the daemon's loop comes round."""
    settings = Settings.load()
    if not settings.events_queue:
        return dg.SkipReason("No queue is configured; set WEATHER_ETL_EVENTS_QUEUE to the one that Event Grid fills.")
    deadline = time.monotonic() + sensors.DAEMON_LOOP_S - POLL_S
    with without_details(), connect(settings, prompt=True) as containers, connect_queue(settings) as queue:
        while True:
            result = _look(context, settings, containers, queue)
            if result.run_requests or result.asset_events or time.monotonic() >= deadline:
                return result
            time.sleep(POLL_S)


def _look(
    context: dg.SensorEvaluationContext, settings: Settings, containers: Containers, queue: EventQueue
) -> dg.SensorResult:
    instance, now = context.instance, time.time()
    inbox = _receive(queue, settings.landing_container)
    landing, stale, history, decided = Landing(), [], {}, Plan()
    if inbox.stations:
        # First who is at work, then what lies there: a run that ends in between is not asked for again.
        partitions = instance.get_dynamic_partitions(PARTITIONS_NAME)
        busy = sensors.stations_in_flight(instance, partitions, silence_limit=settings.silence_limit_s, now=now)
        landing, stale = _look_at(containers, sorted(inbox.stations))
        history = sensors.histories(instance, [s for s in stale if s.station not in busy])
        decided = planning.plan(
            stale,
            partitions,
            {**history, **{station: History(in_flight=True) for station in busy}},
            now=now,
            max_attempts=settings.max_attempts,
            max_stations=settings.max_stations_per_run,
            retry_delay=sensors.SENSOR_RETRY_DELAY_S,
        )
    report = sensors.Report(instance, containers, landing, history)
    events = [event for item in decided.parked for event in report.parked(item)]
    set_aside = _put_away(context, queue, inbox, stale, decided)
    requests = [dg.RunRequest(run_key=r.run_key, tags=r.tags(), job_name=JOB) for r in decided.requests]
    new = decided.new_partitions
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[sensors.partitions_definition().build_add_request(new)] if new else [],
        asset_events=events,
        cursor=json.dumps({"set_aside": set_aside}),
        skip_reason=None if requests else _why_nothing(inbox, decided, set_aside),
    )


def _receive(queue: EventQueue, container: str) -> Inbox:
    """Messages until the queue is empty or a tick has enough; a page is never half used."""
    inbox = Inbox()
    received = 0
    while len(inbox.stations) < MAX_STATIONS_PER_TICK and received < MAX_MESSAGES_PER_TICK:
        messages = queue.receive()
        inbox.sort(messages, container)
        received += len(messages)
        if not messages:
            break
    return inbox


def _look_at(containers: Containers, stations: list[str]) -> tuple[Landing, list[StaleStation]]:
    """What lies in these stations' folders, and which of them are stale; nobody else's blobs are listed."""

    def look(station: str) -> tuple[StationFiles, list[tuple[str, Stamp | None]]]:
        # In this order: a table that is published in between is not taken for the one before.
        files = list_station(containers.landing, station)
        return files, [(table, containers.lake.stamp(table, station)) for table in TABLE_NAMES]

    with ThreadPoolExecutor(_LOOKERS) as pool:
        found = dict(zip(stations, pool.map(look, stations), strict=True))
    landing = Landing({station: files for station, (files, _) in found.items() if files.files})
    stamps = {(station, table): stamp for station, (_, stamps) in found.items() for table, stamp in stamps if stamp}
    return landing, planning.find_stale(landing, stamps)


def _put_away(
    context: dg.SensorEvaluationContext, queue: EventQueue, inbox: Inbox, stale: list[StaleStation], decided: Plan
) -> int:
    """Delete the messages that need nothing more, set hopeless ones aside; how many were set aside ever."""
    unsettled = {s.station for s in stale} - {s.station for s in decided.parked}
    for message in inbox.no_longer_needed(inbox.stations.keys() - unsettled):
        queue.delete(message)
    try:
        set_aside = int(json.loads(context.cursor or "{}")["set_aside"])
    except (ValueError, KeyError, TypeError):
        set_aside = 0
    for message, why in inbox.poison:
        if message.deliveries >= MAX_DELIVERIES:
            queue.set_aside(message)
            set_aside += 1
            context.log.warning(
                f"A message was set aside in {queue.name}-poison after {message.deliveries} deliveries: {why}."
            )
    return set_aside


def _why_nothing(inbox: Inbox, decided: Plan, set_aside: int) -> str:
    parts = [f"{len(inbox.stations)} stations named by events" if inbox.stations else "no events"]
    parts += [
        f"{len(items)} {what}"
        for items, what in (
            (decided.in_flight, "in flight"),
            (decided.waiting, "waiting for the next attempt"),
            (decided.parked, "parked"),
            (inbox.poison, "messages that nobody can use"),
        )
        if items
    ]
    aside = f" {set_aside} messages were set aside so far." if set_aside else ""
    return f"{', '.join(parts)[0].upper()}{', '.join(parts)[1:]}.{aside}"
