"""SIGKILL at every point of a run: nothing is lost, doubled or half-visible."""

import signal
from typing import Any

import pytest

from weather_etl.lake.connection import Containers, connect
from weather_etl.landing.listing import list_landing
from weather_etl.operations import planning
from weather_etl.settings import Settings
from weather_etl_tests.faults import killing
from weather_etl_tests.faults.conftest import tables
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.runs import process


@pytest.fixture(scope="module")
def context() -> Any:
    return killing.start_server()


def first_files(containers: Containers, station: str) -> None:
    containers.landing.upload(f"{station}/x.csv", weather_csv(48))
    containers.landing.upload(f"{station}/gone.csv", weather_csv(12, first=100))


def later_files(containers: Containers, station: str) -> None:
    """One replaced, one new, one deleted."""
    containers.landing.upload(f"{station}/x.csv", weather_csv(40, temperature=8.0))
    containers.landing.upload(f"{station}/y.csv", weather_csv(24, first=48))
    containers.landing.delete(f"{station}/gone.csv")


def puts_of(containers: Containers, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many PUTs a run over station `a` sends."""
    from azure.core.pipeline.transport import RequestsTransport

    sent = []
    with monkeypatch.context() as patch:
        patch.setattr(RequestsTransport, "send", RequestsTransport.send)  # put back afterwards
        killing.on_puts(lambda moment, number: sent.append(number))
        process(containers)
    return max(sent)


class Scene:
    """A station between two states: the tables before, those that an undisturbed run makes, and the way back."""

    def __init__(self, environment: Settings, containers: Containers, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = environment
        self.containers = containers
        lake = containers.lake.container
        first_files(containers, "a")
        process(containers)
        self._objects = {b.name: (lake.read(b.name)[0], b.metadata) for b in lake.list()}
        self.before = tables(containers)
        later_files(containers, "a")
        self.puts = puts_of(containers, monkeypatch)
        self.rewind()
        done = process(containers)
        self.results = len(done) + len(done.evaluations)
        self.after = tables(containers)

    def rewind(self) -> None:
        """Put the tables back as they were before the run."""
        lake = self.containers.lake.container
        there = {b.name: b for b in lake.list()}
        for name, (data, metadata) in self._objects.items():
            found = there.get(name)
            if found is None or found.metadata != metadata:
                lake.write(name, data, if_match=found.etag if found else None, metadata=metadata)

    def is_up_to_date(self) -> bool:
        return not planning.find_stale(list_landing(self.containers.landing), self.containers.lake.stamps())

    def check(self, exit_code: int, point: str) -> None:
        """What a reader sees after the kill, and what the next run makes of it."""
        assert exit_code == -signal.SIGKILL, point
        for table, seen in tables(self.containers).items():
            assert seen in (self.before[table], self.after[table]), f"{table} is half-visible after a kill {point}"
        process(self.containers)
        healed = tables(self.containers)
        assert [t for t in healed if healed[t] != self.after[t]] == [], point
        assert self.is_up_to_date(), point


@pytest.fixture
def scene(environment: Settings, containers: Containers, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(environment, containers, monkeypatch)


def check_kills(scene: Scene, context: Any, points: list[tuple[str, int]]) -> None:
    for when, number in points:
        scene.rewind()
        code = killing.run(context, killing.process_and_die, scene.settings, "a", when, number)
        scene.check(code, f"{when} PUT {number} of {scene.puts}")


def test_a_run_killed_around_some_puts_loses_doubles_and_half_shows_nothing(scene: Scene, context: Any) -> None:
    """The first object is there alone, some are, all but the last are."""
    check_kills(
        scene, context, [(killing.AFTER, 1), (killing.BEFORE, scene.puts // 2), (killing.AFTER, scene.puts - 1)]
    )


@pytest.mark.faults
def test_a_run_killed_around_any_put_loses_doubles_and_half_shows_nothing(scene: Scene, context: Any) -> None:
    points = [(when, n) for n in range(1, scene.puts + 1) for when in (killing.BEFORE, killing.AFTER)]
    assert len(points) >= 12
    check_kills(scene, context, points)


@pytest.mark.faults
def test_the_first_run_of_a_station_killed_around_any_put_heals(
    scene: Scene, context: Any, containers: Containers
) -> None:
    names = [b.name for b in containers.lake.container.list()]
    for number in range(1, scene.puts + 1):
        for name in names:
            containers.lake.container.delete(name)
        code = killing.run(context, killing.process_and_die, scene.settings, "a", killing.AFTER, number)
        assert code == -signal.SIGKILL
        assert sum(table is not None for table in tables(containers).values()) == number
        process(containers)
        assert tables(containers) == scene.after


@pytest.mark.faults
def test_a_run_killed_between_any_two_results_heals(scene: Scene, context: Any) -> None:
    for number in range(1, scene.results + 1):
        scene.rewind()
        code = killing.run(context, killing.process_and_die_between, scene.settings, "a", number)
        scene.check(code, f"after result {number} of {scene.results}")


@pytest.mark.faults
def test_runs_killed_one_after_the_other_heal_in_the_end(scene: Scene, context: Any) -> None:
    """Each run gets one PUT further and is killed again."""
    scene.rewind()
    for _ in range(scene.puts):
        killing.run(context, killing.process_and_die, scene.settings, "a", killing.AFTER, 1)
    scene.check(-signal.SIGKILL, "of each of several runs")
    with connect(scene.settings) as again:
        assert tables(again) == scene.after
