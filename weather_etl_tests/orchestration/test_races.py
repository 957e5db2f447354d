"""Two runs over one station at once: they take turns, and where they cannot, conditional writes keep every row.

Without PostgreSQL nothing can be locked; the tests of lost races switch it off to get past the lock.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import dagster as dg
import pytest

from weather_etl.errors import UserError
from weather_etl.ingestion.station_lock import StationLocks
from weather_etl.lake.connection import Containers
from weather_etl.lake.table_objects import Lake, Stamp
from weather_etl.local import ownership
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.histories import in_memory
from weather_etl_tests.support.lake import RAW, tables, temperatures
from weather_etl_tests.support.runs import LEFT, TO_DAYS, UNCHANGED, WRITTEN, process, process_hours


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch, containers: Containers) -> None:
    monkeypatch.setenv(ownership.DATABASE, "")


def before_write(monkeypatch: pytest.MonkeyPatch, table: str, act: Callable[[], object], times: int = 1) -> None:
    """Do `act` just before a run writes a table, the first so many times; what `act` writes itself does not count."""
    write, left, acting = Lake.write, [times], []

    def watched(self: Lake, name: str, *arguments: Any, **options: Any) -> Stamp:
        if name == table and left[0] and not acting:
            left[0] -= 1
            acting.append(True)
            act()
            acting.pop()
        return write(self, name, *arguments, **options)

    monkeypatch.setattr(Lake, "write", watched)


@pytest.mark.usefixtures("unlocked")
def test_a_lost_race_on_raw_repeats_the_step_and_loses_no_row(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=1.0))

    def other_run() -> None:
        containers.landing.upload("a/y.csv", weather_csv(24, first=24, temperature=2.0))
        process(containers, tables=TO_DAYS)
        containers.landing.upload("a/z.csv", weather_csv(24, first=48, temperature=3.0))

    before_write(monkeypatch, RAW, other_run)
    with in_memory() as instance:
        done = process(containers, tables=TO_DAYS, instance=instance)
        retries = instance.get_records_for_run(done.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY).records
    assert len(retries) == 1
    assert done.statuses == {WRITTEN} and done[RAW].raw.read == ["a/z.csv"]
    assert temperatures(containers) == [1.0] * 24 + [2.0] * 24 + [3.0] * 24
    assert process(containers, tables=TO_DAYS).statuses == {UNCHANGED}


@pytest.mark.usefixtures("unlocked")
def test_a_race_on_raw_that_is_lost_again_and_again_is_one_sentence(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process_hours(containers)
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))

    def rewritten() -> None:
        name = containers.lake.object_name(RAW, "a")
        data, blob = containers.lake.container.read(name)
        containers.lake.container.write(name, data, if_match=blob.etag, metadata=blob.metadata)

    before_write(monkeypatch, RAW, rewritten, times=100)
    with pytest.raises(UserError, match=r"^Other runs wrote raw_observations of a 5 times .*; run it again\.$"):
        process(containers)
    assert len(temperatures(containers)) == 24


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("table", ["validated_observations", "daily_weather"])
def test_a_lost_race_below_raw_keeps_the_table_of_the_other_run(
    containers: Containers, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=1.0))
    theirs: dict[str, object] = {}

    def other_run() -> None:
        containers.landing.upload("a/y.csv", weather_csv(24, first=24, temperature=2.0))
        process(containers)
        theirs.update(tables(containers))

    before_write(monkeypatch, table, other_run)
    done = process(containers)
    assert done[RAW].status == WRITTEN and done[table].status == LEFT
    assert done["climate_normals"].status == LEFT
    assert tables(containers) == theirs
    assert process(containers).statuses == {UNCHANGED}


@pytest.mark.usefixtures("unlocked")
def test_a_table_that_is_deleted_while_it_is_replaced_is_one_sentence_and_is_made_by_the_next_run(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process(containers, tables=TO_DAYS)
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    name = containers.lake.object_name("daily_weather", "a")
    before_write(monkeypatch, "daily_weather", lambda: containers.lake.container.delete(name))
    with pytest.raises(UserError, match=r"data\.parquet was deleted while it was replaced; run the station again\.$"):
        process(containers, tables=TO_DAYS)
    assert process(containers, tables=TO_DAYS)["daily_weather"].status == WRITTEN
    assert process(containers, tables=TO_DAYS).statuses == {UNCHANGED}


def test_a_second_run_waits_for_the_first_and_finds_nothing_left_to_do(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    waits, hold = threading.Event(), StationLocks.hold

    def noted(self: StationLocks, station: str, say: Callable[[str], None]) -> None:
        hold(self, station, lambda sentence: (say(sentence), waits.set())[0])  # it says that it waits

    monkeypatch.setattr(StationLocks, "hold", noted)
    with ThreadPoolExecutor(1) as pool:
        second = []

        def start_second() -> None:
            second.append(pool.submit(copy_context().run, process, containers))
            assert waits.wait(60)

        before_write(monkeypatch, RAW, start_second)
        first = process(containers)
        assert (first.statuses, second[0].result().statuses) == ({WRITTEN}, {UNCHANGED})


def test_the_lock_is_free_again_after_a_run_that_failed(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    monkeypatch.setenv("WEATHER_ETL_SILENCE_LIMIT_S", "2")  # who waits, waits half as long

    def broken() -> None:
        raise UserError("no more")

    with monkeypatch.context() as patch:
        before_write(patch, RAW, broken)
        with pytest.raises(UserError, match="no more"):
            process_hours(containers)
    assert process_hours(containers).statuses == {WRITTEN}
