"""Who reads or writes while a station is published."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.settings import Settings
from weather_etl_tests.faults.conftest import tables
from weather_etl_tests.files import HEADER, row, weather_csv
from weather_etl_tests.support.runs import TO_DAYS, UNCHANGED, process, process_hours
from weather_etl_tests.support.wire import Wire


def version_csv(version: int) -> bytes:
    """24, 48 or 72 hours whose temperatures are `version` and a little more, so that no flat line is found."""
    hours = 24 * (version % 3 + 1)
    return "\n".join([HEADER, *(row(h, temperature=version + h % 2 / 10) for h in range(hours))]).encode()


def publish_while_reading(containers: Containers, environment: Settings, publishes: int) -> list[str]:
    """Publish another version of the station so often; what a reader saw that is not one of them whole."""
    containers.landing.upload("a/x.csv", version_csv(0))
    process(containers, tables=TO_DAYS)
    done, wrong, seen = threading.Event(), [], 0

    def read() -> None:
        nonlocal seen
        columns = {"validated_observations": ("temperature_c", 24), "daily_weather": ("temperature_max_c", 1)}
        with connect(environment) as own:
            while not done.is_set():
                for table, (column, rows_a_day) in columns.items():
                    stored = own.lake.read(table, "a")
                    assert stored is not None
                    versions = {None if v is None else int(v) for v in stored.arrow.column(column).to_pylist()}
                    seen += 1
                    days = {(v or 0) % 3 + 1 for v in versions}
                    if (
                        len(versions) != 1
                        or None in versions
                        or {stored.arrow.num_rows} != {rows_a_day * d for d in days}
                    ):
                        wrong.append(f"{table}: {stored.arrow.num_rows} rows of versions {versions}")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for version in range(1, publishes + 1):
            containers.landing.upload("a/x.csv", version_csv(version))
            process(containers, tables=TO_DAYS)
    finally:
        done.set()
        reader.join()
    assert seen >= publishes / 2
    return wrong


def test_a_reader_during_publishes_sees_no_empty_and_no_mixed_table(
    containers: Containers, environment: Settings
) -> None:
    assert publish_while_reading(containers, environment, 3) == []


@pytest.mark.faults
def test_a_reader_during_fifty_publishes_sees_no_empty_and_no_mixed_table(
    containers: Containers, environment: Settings
) -> None:
    assert publish_while_reading(containers, environment, 50) == []


def test_two_writers_at_once_on_one_station_end_in_the_tables_of_one(
    containers: Containers, environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_POSTGRES_URL", "")  # no lock: conditional writes alone must do
    contents = [weather_csv(24, first=24 * i, temperature=float(i)) for i in range(2)]
    for i, data in enumerate(contents):
        containers.landing.upload(f"b/{i}.csv", data)
        process_hours(containers, "b")
    start = threading.Barrier(2)

    def write(i: int) -> None:
        with connect(environment) as own:
            start.wait()
            process(own)

    for i, data in enumerate(contents):
        containers.landing.upload(f"a/{i}.csv", data)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, range(2)))
    process(containers)
    assert process(containers).statuses == {UNCHANGED}
    columns = ["timestamp", "temperature_c", "pressure_msl_hpa"]
    one, other = (containers.lake.read("validated_observations", s).arrow.select(columns) for s in "ab")
    assert one == other


@pytest.mark.parametrize(
    "number", [1, *(pytest.param(n, marks=pytest.mark.faults) for n in range(2, 1 + len(TABLE_NAMES)))]
)
def test_an_answer_that_is_lost_loses_and_doubles_nothing(
    containers: Containers, environment: Settings, wire: Wire, number: int
) -> None:
    """The storage has written the table, and we never learn of it: the retry of the SDK meets our own write."""
    containers.landing.upload("a/x.csv", weather_csv(24))
    process(containers)
    expected = tables(containers)
    for table in TABLE_NAMES:
        containers.lake.container.delete(containers.lake.object_name(table, "a"))
    wire.lose_answer_to(number)
    with connect(environment.model_copy(update={"connection_string": wire.connection_string})) as lossy:
        process(lossy)
    assert wire.puts > len(TABLE_NAMES)
    assert tables(containers) == expected
    assert process(containers).statuses == {UNCHANGED}
