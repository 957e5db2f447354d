"""When does it run? Which stations are stale, and which runs bring them up to date.

Belongs here: pure decisions on listings and run history.
Does not belong here: Dagster's sensor and job (`sensors.py`, `jobs.py`), listing and fingerprints.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from weather_etl import fingerprints
from weather_etl.fingerprints import TABLE_NAMES
from weather_etl.landing import SHARED, Landing
from weather_etl.shared_files import Source
from weather_etl.storage import Stamp

SHARED_TAG = "weather_etl/shared_files"
UNSPLIT = "not split"
NEW, CHANGED, VANISHED = "new files", "changed", "vanished"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
PARTITION = "dagster/partition"


@dataclass(frozen=True)
class StaleStation:
    """A station whose tables do not carry what landing, settings and code say now.

    `target` identifies what they should carry; runs are tagged with it, so that attempts can be counted.
    """

    station: str
    target: str
    why: str


@dataclass(frozen=True)
class History:
    """Earlier runs of a station towards its target."""

    attempts: int = 0
    last_end: float = 0.0
    in_flight: bool = False


@dataclass(frozen=True)
class Request:
    """One run over neighbouring stations."""

    stations: tuple[StaleStation, ...]
    attempt: int

    @property
    def run_key(self) -> str:
        """Names are hashed: a run key has a length limit. Two daemons ask with the same key and get one run."""
        return fingerprints.digest([[s.station, s.target] for s in self.stations] + [[str(self.attempt), "attempt"]])

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
    name = station if len(station) <= 63 else fingerprints.digest(station)
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
            stale.append(StaleStation(station, fingerprints.digest(expected), why))
    return stale


def find_unsplit(pending: Sequence[Source]) -> list[StaleStation]:
    """The pending shared files as one item to bring up to date: one run splits them all."""
    target = fingerprints.digest([[s.key, s.version.etag if s.version else ""] for s in pending])
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

    A first attempt shares a range run with its neighbours; from the second one on a station runs alone, so that it
    cannot drag others down.
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
        elif past.attempts and now < past.last_end + retry_delay * 2 ** (past.attempts - 1):
            out.waiting.append(item.station)
        elif past.attempts or item.station == SHARED:
            out.requests.append(Request((item,), past.attempts + 1))
        else:
            first.append(item)
    known = set(partitions)
    out.new_partitions = [s.station for s in first if s.station not in known]
    alone = [r.stations[0].station for r in out.requests]
    out.new_partitions += [s for s in alone if s not in known and s != SHARED]
    order = {station: i for i, station in enumerate([*partitions, *out.new_partitions])}
    out.requests += [Request(tuple(g), 1) for g in neighbours(first, order, max_stations)]
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


_SECRETS = re.compile(
    r"(AccountKey=|sig=|SharedAccessSignature=|password=)[^;&\s'\"]+|(://[^:/@\s]+:)[^@\s]+(?=@)", re.I
)


def without_secrets(text: str) -> str:
    """Mask keys, tokens and passwords in a text that may be shown."""
    return _SECRETS.sub(lambda m: (m[1] or m[2]) + "***", text)
