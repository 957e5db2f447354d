"""When does it run? The sensor on storage events, for landing containers too large to be listed often.

Belongs here: gathering what `planning.plan` decides on for the stations that events name; the life of a message.
Does not belong here: the decisions (`operations/planning.py`), the queue (`landing/event_queue.py`), what an event says
(`landing/events.py`).

A message means *look at this station*, no more: the station's own listing decides, as it does in
`landing_files_sensor`. A message is deleted when its station needs nothing more: all tables are up to date, or it is
parked. Until then it comes back every `HIDDEN_S` seconds, also after a crash of this process, of the run, or of the
machine. What no event ever told is found by `landing_files_sensor` or the daily reconcile.
"""

import json
import time
from collections import Counter
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import TABLE_NAMES, StaleStation
from weather_etl.lake.table_objects import Stamp
from weather_etl.landing import events
from weather_etl.landing.event_queue import EventQueue, Message, connect_queue
from weather_etl.landing.versions import SHARED, Landing, StationFiles
from weather_etl.operations import planning
from weather_etl.operations.planning import Plan
from weather_etl.operations.run_history import in_flight
from weather_etl.orchestration.catch_up import catch_up_job
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.jobs import TABLES_JOB, shared_files_job, weather_etl_job
from weather_etl.orchestration.resources import StorageResource
from weather_etl.orchestration.sensors import landing_files as polling
from weather_etl.orchestration.sensors.requests import decide, observations, partitions_requests, run_requests
from weather_etl.redaction import printable
from weather_etl.sentences import count
from weather_etl.settings import Settings

POLL_S = 1
MAX_STATIONS_PER_TICK = 50
MAX_MESSAGES_PER_TICK = 640
MAX_DELIVERIES = 3  # of a message that nobody can use
MAX_KINDS = 20  # of events about no blob that are counted
_LISTINGS_AT_ONCE = 8  # of a station: one listing and one HEAD per table: waiting, not work


@dataclass
class Inbox:
    """What a tick has received: the messages about each place (station or shared file), those nobody can use, and those
    that are about no blob, each with the kind of its event."""

    places: dict[str, list[Message]] = field(default_factory=dict)
    poison: list[tuple[Message, str]] = field(default_factory=list)
    others: list[tuple[Message, str]] = field(default_factory=list)

    def sort(self, messages: Iterable[Message], container: str) -> None:
        """Sort messages by the places that they name."""
        for message in messages:
            try:
                for place in events.places_of(message.body, container):
                    self.places.setdefault(place, []).append(message)
            except events.OtherKind as kind:
                self.others.append((message, str(kind)))
            except events.Poison as why:
                self.poison.append((message, str(why)))

    def no_longer_needed(self, settled: set[str]) -> list[Message]:
        """Messages to delete: all of whose places are settled, or are named by an earlier one that stays."""
        kept: dict[str, Message] = {}
        named: dict[str, tuple[Message, set[str]]] = {}
        for place, messages in self.places.items():
            for message in messages:
                named.setdefault(message.id, (message, set()))[1].add(place)
        out = []
        for message, places in named.values():
            if places <= settled | kept.keys():
                out.append(message)
            else:
                kept |= dict.fromkeys(places - settled, message)
        return out


@dataclass
class Seen:
    """What lies in the places of an inbox.

    Attributes:
        landing: the stations looked at.
        stale: those of them that are stale, and the shared files if any is not split.
        means: place -> the stations whose tables it is about; for a shared file also `_shared`, the split.
    """

    landing: Landing = field(default_factory=Landing)
    stale: list[StaleStation] = field(default_factory=list)
    means: dict[str, set[str]] = field(default_factory=dict)

    def settled(self, parked: set[str]) -> set[str]:
        """Places that need nothing more."""
        unsettled = {s.station for s in self.stale} - parked
        return {place for place, stations in self.means.items() if not stations & unsettled}


@dg.sensor(
    name="landing_events_sensor",
    jobs=[weather_etl_job, shared_files_job, catch_up_job],
    minimum_interval_seconds=POLL_S,
    default_status=(dg.DefaultSensorStatus.RUNNING if Settings.load().events_queue else dg.DefaultSensorStatus.STOPPED),
    description=(
        "Takes storage events from the queue WEATHER_ETL_EVENTS_QUEUE and requests a run for each station they name, "
        "if it is stale. Off unless that is set."
    ),
)
def landing_events_sensor(
    context: dg.SensorEvaluationContext, storage: dg.ResourceParam[StorageResource]
) -> dg.SensorResult | dg.SkipReason:
    """One tick: receive, look, request; again every second until the daemon's loop comes round."""
    settings = Settings.load()
    if not settings.events_queue:
        return dg.SkipReason("No queue is configured; set WEATHER_ETL_EVENTS_QUEUE to the one that Event Grid fills.")
    deadline = time.monotonic() + polling.DAEMON_LOOP_S - POLL_S
    with without_details(), storage.promptly() as containers, connect_queue(settings) as queue:
        while True:
            result = _tick(context, settings, containers, queue)
            if result.run_requests or time.monotonic() >= deadline:
                return result
            time.sleep(POLL_S)


def _tick(
    context: dg.SensorEvaluationContext, settings: Settings, containers: Containers, queue: EventQueue
) -> dg.SensorResult:
    instance, now = context.instance, time.time()
    inbox = _receive(queue, settings.landing_container)
    seen, decided = Seen(), Plan()
    if inbox.places:
        # First who is at work, then what lies there: a run that ends in between is not asked for again.
        busy = in_flight(instance, containers, settings, now=now, besides=polling.BESIDE_THE_TABLES)
        seen = _list_places(containers, inbox.places.keys())
        decided = decide(
            instance,
            seen.stale,
            busy,
            TABLES_JOB,
            settings,
            now=now,
            max_stations=settings.max_stations_per_run,
            retry_delay=polling.RETRY_DELAY_S,
        )
    for message in inbox.no_longer_needed(seen.settled({s.station for s in decided.parked})):
        queue.delete(message)
    for message, _ in inbox.others:
        queue.delete(message)
    counts = _event_counts(context.cursor, inbox)
    counts["set_aside"] += _set_aside(context, queue, inbox)
    return dg.SensorResult(
        run_requests=run_requests(decided.requests, TABLES_JOB, tables_only=True),
        dynamic_partitions_requests=partitions_requests(decided),
        asset_events=observations(decided, seen.landing),
        cursor=json.dumps(counts),
        skip_reason=None if decided.requests else _why_nothing(inbox, decided, counts),
    )


def _receive(queue: EventQueue, container: str) -> Inbox:
    """Messages until the queue is empty or a tick has enough; a page is never half used."""
    inbox = Inbox()
    received = 0
    while len(inbox.places) < MAX_STATIONS_PER_TICK and received < MAX_MESSAGES_PER_TICK:
        messages = queue.receive()
        inbox.sort(messages, container)
        received += len(messages)
        if not messages:
            break
    return inbox


def _list_places(containers: Containers, places: Collection[str]) -> Seen:
    """What lies in the folders of these stations, and what became of these shared files; no other blobs are listed."""
    shared = {place for place in places if place.startswith(f"{SHARED}/")}
    means = {place: {place} for place in places if place not in shared}
    stale: list[StaleStation] = []
    if shared:
        sources = shared_files.list_sources(containers)
        stale += planning.find_unsplit([s for s in sources if s.is_pending()])
        split_into = {s.name: set(s.splits) for s in sources}
        means |= {name: {SHARED} | split_into.get(name, set()) for name in shared}
    stations = sorted({station for named in means.values() for station in named} - {SHARED})

    def list_with_stamps(station: str) -> tuple[StationFiles, list[tuple[str, Stamp | None]]]:
        files = shared_files.list_station(containers, station)
        return files, [(table, containers.lake.stamp(table, station)) for table in TABLE_NAMES]

    with ThreadPoolExecutor(_LISTINGS_AT_ONCE) as pool:
        contents = dict(zip(stations, pool.map(list_with_stamps, stations), strict=True))
    landing = Landing({station: files for station, (files, _) in contents.items() if files.files})
    stamps = {(station, table): stamp for station, (_, stamps) in contents.items() for table, stamp in stamps if stamp}
    return Seen(landing, stale + planning.find_stale(landing, stamps), means)


def _set_aside(context: dg.SensorEvaluationContext, queue: EventQueue, inbox: Inbox) -> int:
    """Set hopeless messages aside; how many they were."""
    count = 0
    for message, why in inbox.poison:
        if message.deliveries >= MAX_DELIVERIES:
            queue.set_aside(message)
            count += 1
            context.log.warning(
                f"A message was set aside in {queue.name}-poison after {message.deliveries} deliveries: {why}."
            )
    return count


def _event_counts(cursor: str | None, inbox: Inbox) -> dict[str, Any]:
    """What the cursor keeps: messages set aside so far, and events of other kinds so far by kind."""
    try:
        stored = json.loads(cursor or "{}")
        set_aside = int(stored.get("set_aside", 0))
        kinds = Counter({str(kind): int(number) for kind, number in stored.get("other_kinds", {}).items()})
    except (ValueError, TypeError, AttributeError):
        set_aside, kinds = 0, Counter()
    kinds.update(printable(kind) for _, kind in inbox.others)
    return {"set_aside": set_aside, "other_kinds": dict(kinds.most_common(MAX_KINDS))}


def _why_nothing(inbox: Inbox, decided: Plan, counted: dict[str, Any]) -> str:
    parts = [f"{count(len(inbox.places), 'station')} named by events" if inbox.places else "no events"]
    parts += [
        f"{len(items)} {what}"
        for items, what in (
            (decided.in_flight, "in flight"),
            (decided.waiting, "waiting for the next attempt"),
            (decided.parked, "parked"),
            (inbox.poison, "messages that nobody can use"),
            (inbox.others, "about no blob"),
        )
        if items
    ]
    aside = f" {counted['set_aside']} messages were set aside so far." if counted["set_aside"] else ""
    if counted["other_kinds"]:
        aside += f" Events about no blob so far: {', '.join(f'{n} {k}' for k, n in counted['other_kinds'].items())}."
    return f"{', '.join(parts)[0].upper()}{', '.join(parts)[1:]}.{aside}"
