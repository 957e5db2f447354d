"""When does it run? Which stations are stale, and which runs bring them up to date.

Belongs here: pure decisions on listings and run history.
Does not belong here: Dagster's sensor and job (`sensors.py`, `jobs.py`), listing and fingerprints.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from weather_etl import digests
from weather_etl.ingestion.shared_files import Source
from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.lake.storage import Stamp
from weather_etl.landing.versions import SHARED, Landing

SHARED_TAG = "weather_etl/shared_files"
UNSPLIT = "not split"
NEW, CHANGED, VANISHED = "new files", "changed", "vanished"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
PARTITION = "dagster/partition"

# Run tag that says how a run ended, where its status does not.
ENDED = "weather_etl/ended"
LOST, OUTAGE = "lost", "outage"
SUCCESS = "SUCCESS"
MAX_RETRY_DELAY_S = 3600


@dataclass(frozen=True)
class StaleStation:
    """A station whose tables do not carry what landing, settings and code say now.

    `target` identifies what they should carry; runs are tagged with it, so that attempts can be counted.
    """

    station: str
    target: str
    why: str


@dataclass(frozen=True)
class PastRun:
    """A run of a station that has ended; `number` grows from run to run.

    `ended` is LOST if its process died without a word, OUTAGE if storage failed it, else empty.
    """

    number: int
    status: str
    end: float
    ended: str = ""


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
    """One run over neighbouring stations; `runs` are the numbers of earlier runs of each towards its target."""

    stations: tuple[StaleStation, ...]
    attempt: int
    runs: tuple[int, ...] = ()

    @property
    def run_key(self) -> str:
        """Names are hashed: a run key has a length limit. Two daemons ask with the same key and get one run."""
        return digests.digest([*([s.station, s.target] for s in self.stations), self.attempt, *self.runs])

    def tags(self) -> dict[str, str]:
        shared = [s.station for s in self.stations] == [SHARED]
        return ({SHARED_TAG: "all"} if shared else run_tags([s.station for s in self.stations])) | {
            **{station_tag(s.station): s.target for s in self.stations},
            "weather_etl/why": ", ".join(sorted({s.why for s in self.stations})),
            "weather_etl/attempt": str(self.attempt),
        }


@dataclass
class Plan:
    """What a tick decides."""

    requests: list[Request] = field(default_factory=list)
    new_partitions: list[str] = field(default_factory=list)
    in_flight: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    parked: list[StaleStation] = field(default_factory=list)


def station_tag(station: str) -> str:
    """Run tag that holds a station's target; tag names have at most 63 characters."""
    name = station if len(station) <= 63 else digests.digest(station)
    return f"weather_etl.target/{name}"


def run_tags(stations: Sequence[str]) -> dict[str, str]:
    """Partition tags of a run over one station or a range of neighbours."""
    if len(stations) == 1:
        return {PARTITION: stations[0]}
    return {RANGE_START: stations[0], RANGE_END: stations[-1]}


def covered(tags: Mapping[str, str], partitions: Sequence[str]) -> Sequence[str]:
    """Stations that a run with these tags works on; `_shared` stands for the shared files."""
    if SHARED_TAG in tags:
        return [SHARED]
    if PARTITION in tags:
        return [tags[PARTITION]]
    if RANGE_START in tags and RANGE_END in tags:
        try:
            return partitions[partitions.index(tags[RANGE_START]) : partitions.index(tags[RANGE_END]) + 1]
        except ValueError:
            return []
    return []


def find_stale(landing: Landing, stamps: Mapping[tuple[str, str], Stamp]) -> list[StaleStation]:
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
            stale.append(StaleStation(station, digests.digest(expected), why))
    return stale


def find_unsplit(pending: Sequence[Source]) -> list[StaleStation]:
    """The pending shared files as one item to bring up to date: one run splits them all."""
    target = digests.digest([[s.key, s.version.etag if s.version else ""] for s in pending])
    return [StaleStation(SHARED, target, UNSPLIT)] if pending else []


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
        partitions: registered stations, in Dagster's order.
        history: earlier runs of each stale station towards its target.
        now: seconds since 1970.
        max_attempts: runs before a station is parked.
        max_stations: stations in one range run.
        retry_delay: seconds before the second attempt; doubled for each further one.

    A first attempt shares a range run with its neighbours; after a failure a station runs alone, so that it cannot
    drag others down.
    """
    out = Plan()
    shared: list[StaleStation] = []
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
            shared.append(item)
    known = set(partitions)
    alone = [r.stations[0] for r in out.requests if r.stations[0].station != SHARED]
    out.new_partitions = [s.station for s in [*shared, *alone] if s.station not in known]
    order = {station: i for i, station in enumerate([*partitions, *out.new_partitions])}
    for group in neighbours(shared, order, max_stations):
        pasts = [history.get(s.station, History()) for s in group]
        attempt = 1 + max(p.attempts for p in pasts)
        out.requests.append(Request(tuple(group), attempt, tuple(p.runs for p in pasts)))
    return out


def neighbours(items: Collection[StaleStation], order: Mapping[str, int], size: int) -> list[list[StaleStation]]:
    """Group stations that stand side by side in the partition order, at most `size` together."""
    groups: list[list[StaleStation]] = []
    for item in sorted(items, key=lambda s: order[s.station]):
        last = groups[-1] if groups else None
        if last and len(last) < size and order[item.station] == order[last[-1].station] + 1:
            last.append(item)
        else:
            groups.append([item])
    return groups
