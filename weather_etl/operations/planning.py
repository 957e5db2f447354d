"""When does it run? Which stations are stale, and which runs bring them up to date.

Belongs here: pure decisions on listings and run history.
Does not belong here: Dagster's sensor and job (`orchestration/`), listing and fingerprints.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from weather_etl import digests
from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import TABLE_NAMES, StaleStation
from weather_etl.landing.versions import SHARED, Landing
from weather_etl.sentences import count

if TYPE_CHECKING:
    from weather_etl.ingestion.shared_files import Source
    from weather_etl.lake.table_objects import Stamp

SHARED_TAG = "weather_etl/shared_files"
UNSPLIT, UNROUTABLE = "not split", "files outside any station's folder"
NEW, CHANGED, VANISHED = "new files", "changed", "vanished"
PARTITION = "dagster/partition"
# What a run works towards, so that attempts can be counted. Dagster's UI does not show tags that begin like this.
TARGET = ".dagster/weather_etl_target"
TARGETS = ".dagster/weather_etl_targets"  # how tags begin that say the same of a run of catch_up_job: lists, as JSON
_KEYS_PER_TAG = 50  # an entry of PostgreSQL's index of run tags has room for 2,704 bytes
PARENT = "weather_etl/parent"  # of a run that another one started: the id of that one
ATTEMPT = "weather_etl/attempt"
WHY = "weather_etl/why"
TABLES_JOB, CATCH_UP_JOB, SERVING_JOB = "weather_etl_job", "catch_up_job", "serving_job"
LOCATION, REPOSITORY = "weather_etl", "__repository__"  # as workspace.yaml and Dagster name them
FEW = 5  # stale stations get a run each up to here, and share runs of catch_up_job from here on

# Run tag that says how a run ended, where its status does not.
ENDED = "weather_etl/ended"
LOST, OUTAGE = "lost", "outage"
# Statuses of a run that has ended, as Dagster names them: whoever asks over HTTP need not import it.
SUCCESS, FAILURE = "SUCCESS", "FAILURE"
FAILED = (FAILURE, "CANCELED")
FINISHED = (SUCCESS, *FAILED)
MAX_RETRY_DELAY_S = 3600


@dataclass(frozen=True)
class PastRun:
    """A run of a station that has ended; `number` grows from run to run.

    `ended` is LOST if its process died without a word, OUTAGE if storage failed it, else empty.
    """

    number: int
    status: str
    end: float
    ended: str = ""
    run_id: str = ""


@dataclass(frozen=True)
class History:
    """Earlier runs of a station towards its target.

    Attributes:
        runs: all that ended, however long ago.
        attempts: those in a row up to now that left the station stale and that count: outages do not.
        outages: the last ones in a row that an outage ended.
        last_end: when the last of them ended; seconds since 1970.
        alone: the last attempt failed, so that the next one must not drag others down.
        lost: the process of the last one died without a word.
        in_flight: a run over the station is under way.
    """

    runs: int = 0
    attempts: int = 0
    outages: int = 0
    last_end: float = 0.0
    alone: bool = False
    lost: bool = False
    in_flight: bool = False

    def next_start(self, retry_delay: float) -> float:
        """When the next attempt may start: the delay doubles each time, up to an hour.

        A lost run was waited for already, until it counted as dead.
        """
        failures = self.attempts + self.outages
        if not failures or self.lost:
            return 0.0
        return self.last_end + min(retry_delay * 2 ** (failures - 1), MAX_RETRY_DELAY_S)


def history(runs: Iterable[PastRun], last_other: int = 0) -> History:
    """What the runs towards a target tell; `last_other` is the number of the station's last run towards another one.

    Only what came after `last_other` counts as attempts: files that are removed and come back lead to a target that
    was reached before.
    """
    runs = sorted(runs, key=lambda r: r.number)
    recent = [r for r in runs if r.number > last_other]
    outages = 0
    while outages < len(recent) and recent[-1 - outages].ended == OUTAGE:
        outages += 1
    counted = [r for r in recent if r.ended != OUTAGE]
    return History(
        runs=len(runs),
        attempts=len(counted),
        outages=outages,
        last_end=max((r.end for r in recent), default=0.0),
        alone=bool(counted) and counted[-1].status != SUCCESS,
        lost=bool(recent) and recent[-1].ended == LOST,
    )


@dataclass(frozen=True)
class Request:
    """One run: of a station, of the shared files, or of catch_up_job over several stations.

    `runs` are the numbers of earlier runs of each towards its target.
    """

    stations: tuple[StaleStation, ...]
    attempt: int
    runs: tuple[int, ...] = ()

    @property
    def run_key(self) -> str:
        """Names are hashed: a run key has a length limit. Two daemons ask with the same key and get one run."""
        return digests.digest([*([s.station, s.target] for s in self.stations), self.attempt, *self.runs])

    @property
    def is_bulk(self) -> bool:
        return len(self.stations) > 1

    @property
    def is_split(self) -> bool:
        return self.stations[0].station == SHARED

    def tags(self) -> dict[str, str]:
        about = {WHY: ", ".join(sorted({s.why for s in self.stations})), **attempt_tag(self.attempt)}
        if self.is_bulk:
            return {**targets_tags(self.stations), **about}
        (item,) = self.stations
        return {**({SHARED_TAG: "all"} if self.is_split else {PARTITION: item.station}), TARGET: item.key, **about}


@dataclass
class Plan:
    """What a tick decides; `changed` are the stations that are requested for the first time since they became stale."""

    requests: list[Request] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    new_partitions: list[str] = field(default_factory=list)
    in_flight: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    parked: list[StaleStation] = field(default_factory=list)


def left_alone(station: str) -> str:
    """That a station is parked, and the way out."""
    if station == SHARED:
        return (
            "the shared files are left alone until they change; correct or delete the file, which starts it again, "
            "or run `weather-etl run`."
        )
    return (
        "the station is left alone until its files or settings change; correct or delete the file, which starts it "
        f"again, or run `weather-etl run --station {station}`."
    )


def parked_sentence(station: str, attempts: int) -> str:
    """What a person must know of a station whose last attempt has failed."""
    return f"After {count(attempts, 'attempt')} {left_alone(station)}"


def what_next(job: str, tags: Mapping[str, str], max_attempts: int) -> str:
    """What follows when a run of this job with these tags has failed: a sentence if it was the last attempt, else empty."""
    station, attempt = covered(tags), int(tags.get(ATTEMPT, 1 if TARGET in tags else 0))
    if station is None or attempt < max_attempts:
        return ""
    if job == TABLES_JOB or station == SHARED:
        return parked_sentence(station, attempt)
    return f"After {attempt} attempts it is not tried again until the tables of station {station} change."


def attempt_tag(number: int) -> dict[str, str]:
    """Which attempt a run is, as a tag from the second on: the list of runs shows every tag, and nearly all are the first."""
    return {ATTEMPT: str(number)} if number > 1 else {}


def covered(tags: Mapping[str, str]) -> str | None:
    """The station that a run with these tags works on; `_shared` stands for the shared files, None for no single one."""
    return SHARED if SHARED_TAG in tags else tags.get(PARTITION)


def targets(tags: Mapping[str, str]) -> set[str]:
    """What a run with these tags works towards: values of `StaleStation.key`."""
    lists = [json.loads(value) for name, value in tags.items() if name.startswith(TARGETS)]
    return {key for keys in lists for key in keys} | ({tags[TARGET]} if TARGET in tags else set())


def targets_tags(items: Sequence[StaleStation]) -> dict[str, str]:
    """What a run over these stations works towards, as tags of the run."""
    keys = [item.key for item in items]
    return {
        f"{TARGETS}.{start // _KEYS_PER_TAG}": json.dumps(keys[start : start + _KEYS_PER_TAG])
        for start in range(0, len(keys), _KEYS_PER_TAG)
    }


def find_stale(landing: Landing, stamps: "Mapping[tuple[str, str], Stamp]") -> list[StaleStation]:
    """Compare landing with the fingerprint of every table object; stations are those of landing and of the lake."""
    known = {station for station, _ in stamps}
    stale = []
    for station in sorted(known | landing.stations.keys()):
        files = landing.stations.get(station)
        if files is None:
            stale.append(StaleStation(station, "vanished", VANISHED))
            continue
        expected = fingerprints.expected(files.versions(), files.settings_version(station))
        carried = {t: stamps[(station, t)].fingerprint for t in TABLE_NAMES if (station, t) in stamps}
        if carried != expected:
            why = CHANGED if carried else NEW
            # Files that leave the archive tier are another target: they can be read now.
            offline = files.offline()
            stale.append(StaleStation(station, digests.digest([expected, offline] if offline else expected), why))
    return stale


def unroutable(landing: Landing) -> str:
    """Stands for the names that lie outside any station's folder."""
    return digests.digest(sorted(landing.unroutable))


def find_unsplit(
    pending: "Sequence[Source]", landing: Landing | None = None, told_before: str | None = None
) -> list[StaleStation]:
    """What a run over the shared files is due for, as one item: one run splits them all and names unroutable files.

    Args:
        pending: shared files that are to be split.
        landing: a listing of the whole container; None where only a part was listed.
        told_before: what the last run said of unroutable files, see `unroutable`; None if none has.
    """
    news = unroutable(landing) if landing is not None and told_before != unroutable(landing) else ""
    if not pending and not news:
        return []
    target = digests.digest([[s.key, s.version.etag if s.version else ""] for s in pending] + [["", news]])
    return [StaleStation(SHARED, target, UNSPLIT if pending else UNROUTABLE)]


def plan(
    stale: Iterable[StaleStation],
    partitions: Sequence[str],
    history: Mapping[str, History],
    *,
    now: float,
    max_attempts: int,
    max_stations: int,
    retry_delay: float,
) -> Plan:
    """Decide which runs to request.

    Args:
        stale: stations to bring up to date.
        partitions: registered stations.
        history: earlier runs of each stale station towards its target.
        now: seconds since 1970.
        max_attempts: runs before a station is parked.
        max_stations: stations in one run of `catch_up_job`.
        retry_delay: seconds before the second attempt; doubled for each further one.

    A few stations get a run each; more than that share runs of `catch_up_job`, which takes them one by one. After a
    failure a station runs alone, so that a process that it kills takes no others along.
    """
    out = Plan()
    first: list[StaleStation] = []
    for item in stale:
        past = history.get(item.station, History())
        if item.why == VANISHED:
            out.parked.append(item)
        elif past.in_flight:
            out.in_flight.append(item.station)
        elif past.attempts >= max_attempts:
            out.parked.append(item)
        elif now < past.next_start(retry_delay):
            out.waiting.append(item.station)
        elif past.alone or item.station == SHARED:
            out.requests.append(Request((item,), past.attempts + 1, (past.runs,)))
        else:
            first.append(item)
    size = 1 if len(first) <= FEW else max_stations
    for start in range(0, len(first), size):
        group = first[start : start + size]
        pasts = [history.get(s.station, History()) for s in group]
        attempt = 1 + max(p.attempts for p in pasts)
        out.requests.append(Request(tuple(group), attempt, tuple(p.runs for p in pasts)))
    requested = [s.station for r in out.requests for s in r.stations if s.station != SHARED]
    known = set(partitions)
    out.new_partitions = [s for s in requested if s not in known]
    out.changed = [
        s for s in requested if not (history.get(s, History()).attempts or history.get(s, History()).outages)
    ]
    return out
