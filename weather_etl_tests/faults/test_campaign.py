"""Random histories of deliveries, deletions and moves, whose runs are killed at random moments, against a small model.

What a reader sees in between is a state that the station was in; in the end nothing is lost or doubled, and every byte is
that of tables which one undisturbed run makes from nothing.
"""

import random
from datetime import datetime
from typing import Any

import pytest

from weather_etl.lake.connection import Containers
from weather_etl.operations import landing_files
from weather_etl.settings import Settings
from weather_etl_tests.faults import killing
from weather_etl_tests.faults.conftest import tables
from weather_etl_tests.files import shared_csv, weather_csv
from weather_etl_tests.support.lake import RAW
from weather_etl_tests.support.runs import process
from weather_etl_tests.support.splits import split_pending

STATIONS = ["a", "b"]
SHARED = "_shared/network"
State = dict[datetime, str]  # hour -> the landing file that its row came from


def _part(state: State | None, shared: bool) -> State:
    return {t: f for t, f in (state or {}).items() if f.startswith(SHARED) is shared}


class Campaign:
    """Files as they lie in landing, what they hold, and all states of each station so far."""

    def __init__(self, containers: Containers, settings: Settings, context: Any, seed: int) -> None:
        self.containers, self.settings, self.context = containers, settings, context
        self.choose = random.Random(seed)
        self.contents: dict[str, bytes] = {}
        self.number = 0
        self.states: dict[str, list[State | None]] = {s: [None] for s in STATIONS}
        for station in STATIONS:  # a station without any file keeps its tables
            self.put(f"{station}/stays.csv", weather_csv(6))

    def put(self, name: str, data: bytes) -> None:
        self.containers.landing.client.get_blob_client(name).upload_blob(data, overwrite=True)
        self.contents[name] = data

    def fresh(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}/{self.number:03}.csv"

    def deliver(self) -> None:
        """A new file, or other bytes under a known name; no two files have equal bytes."""
        self.number += 1
        first, hours = self.choose.randrange(40), self.choose.randrange(2, 12)
        temperature = 5.0 + self.number / 100
        prefix = self.choose.choice([*STATIONS, SHARED])
        known = [n for n in self.contents if n.startswith(f"{prefix}/") and not n.endswith("stays.csv")]
        name = self.choose.choice(known) if known and self.choose.random() < 0.4 else self.fresh(prefix)
        make = shared_csv if prefix == SHARED else weather_csv
        options = {"first": first + (100 if prefix == SHARED else 0), "temperature": temperature}
        self.put(name, make("ab", hours, **options) if make is shared_csv else make(hours, **options))

    def movable(self) -> list[str]:
        return sorted(n for n in self.contents if not n.endswith("stays.csv"))

    def delete(self) -> None:
        if names := self.movable():
            name = self.choose.choice(names)
            assert list(
                landing_files.delete(self.containers.landing, landing_files.find(self.containers.landing, [name]))
            )
            del self.contents[name]

    def move(self) -> None:
        """To a name of the same kind; some moves are killed half-way, and most of these repeated."""
        if not (names := self.movable()):
            return
        source = self.choose.choice(names)
        target = self.fresh(SHARED if source.startswith(SHARED) else self.choose.choice(STATIONS))
        self.contents[target] = self.contents[source]
        if self.choose.random() < 0.4:
            assert killing.run(self.context, killing.move_and_die, self.settings, source, target) == -9
            if self.choose.random() < 0.3:
                return  # both lie there
        assert landing_files.move(self.containers.landing, source, target) == target
        del self.contents[source]

    def expected(self, station: str) -> State:
        """By what lies in landing now: of equal bytes the first counts, of an hour the last that landed."""
        listed = [b for b in self.containers.landing.list() if b.name in self.contents]
        assert len(listed) == len(self.contents)
        hours: State = {}
        seen: set[bytes] = set()
        for blob in sorted(listed, key=lambda b: (b.last_modified, b.name)):
            data = self.contents[blob.name]
            if data in seen or not blob.name.startswith((f"{station}/", SHARED)):
                continue
            if not blob.name.startswith(SHARED):
                seen.add(data)
            for line in data.decode().splitlines()[1:]:
                cells = line.split(",")
                if blob.name.startswith(SHARED) and cells.pop(0) != station:
                    continue
                hours[datetime.strptime(cells[0], "%Y-%m-%d %H:%M:%S.%f %z")] = blob.name
        return hours

    def seen(self, station: str) -> State | None:
        table = self.containers.lake.read("validated_observations", station)
        if table is None:
            return None
        rows = table.arrow.select(["timestamp", "landing_file"]).to_pylist()
        assert len({r["timestamp"] for r in rows}) == len(rows)
        return {r["timestamp"]: r["landing_file"] for r in rows}

    def run_and_kill(self) -> None:
        for station in STATIONS:
            self.states[station].append(self.expected(station))
        after_s = self.choose.uniform(0.02, 2.5)
        assert killing.run(self.context, killing.work_and_die, self.settings, STATIONS, after_s) in (0, -9)
        for station in STATIONS:
            self.is_some_state(station)

    def is_some_state(self, station: str) -> None:
        """What a station has of its own files, and what it has of shared ones, are those of some moment."""
        seen = self.seen(station)
        for shared in (False, True):
            part = _part(seen, shared)
            assert any(part == _part(state, shared) for state in self.states[station])

    def finish(self) -> dict[str, dict[str, Any]]:
        """An undisturbed run, held against the model; the tables."""
        list(split_pending(self.containers))
        found = {}
        for station in STATIONS:
            process(self.containers, station)
            assert self.seen(station) == self.expected(station)
            found[station] = tables(self.containers, station)
            rows = found[station][RAW].select(["landing_file", "line"]).to_pylist()
            assert len({(r["landing_file"], r["line"]) for r in rows}) == len(rows)
        return found


@pytest.fixture(scope="module")
def context() -> Any:
    return killing.start_server()


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_whatever_is_delivered_moved_deleted_and_killed_the_tables_are_those_of_the_files(
    containers: Containers, environment: Settings, context: Any
) -> None:
    for seed in range(12):
        for blob in list(containers.landing.list()):
            containers.landing.delete(blob.name)
        for blob in list(containers.lake.container.list()):
            containers.lake.container.delete(blob.name)
        campaign = Campaign(containers, environment, context, seed)
        for _ in range(14):
            campaign.choose.choice([campaign.deliver, campaign.deliver, campaign.delete, campaign.move])()
            if campaign.choose.random() < 0.6:
                campaign.run_and_kill()
        healed = campaign.finish()
        for blob in list(containers.lake.container.list()):
            containers.lake.container.delete(blob.name)
        assert campaign.finish() == healed, seed
