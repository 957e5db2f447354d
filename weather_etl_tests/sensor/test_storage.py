"""The state lies in storage: where it does not answer, a tick fails and takes nothing for vanished."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from weather_etl.lake import container
from weather_etl.lake.connection import Containers
from weather_etl.operations.planning import PARTITION
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.runs import process
from weather_etl_tests.support.ticks import Ticks, up_to_date, upload


@pytest.fixture(scope="module")
def settled(shared: Containers) -> None:
    """Stations a and b are up to date in the containers of `shared_environment`, for tests that only read them."""
    upload(shared, "a", "b")
    for station in ("a", "b"):
        process(shared, station)


@pytest.mark.usefixtures("shared_environment", "settled")
def test_the_state_lies_in_storage_and_neither_in_the_cursor_nor_in_the_history(ticks: Ticks) -> None:
    """Both are empty here, as after a wipe."""
    assert up_to_date(ticks, 2)


def test_a_dead_storage_fails_the_tick_in_one_sentence_within_twenty_seconds(
    environment: Settings, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = environment.connection_string.rsplit(":", 1)[0] + ":9/devstoreaccount1;"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", dead)
    started = datetime.now(UTC)
    with pytest.raises(dg.Failure, match="does not answer; start it with `weather-etl local up`"):
        ticks.tick()
    assert datetime.now(UTC) - started < timedelta(seconds=20)  # the promise itself, and no measurement


def test_a_hung_storage_fails_the_tick_within_twenty_seconds(
    environment: Settings, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = environment.connection_string.rsplit(":", 1)[0] + f":{silent.getsockname()[1]}/devstoreaccount1;"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", hung)
        started = datetime.now(UTC)
        with pytest.raises(dg.Failure, match="does not answer"):
            ticks.tick()
        assert datetime.now(UTC) - started < timedelta(seconds=20)


def test_files_written_during_the_listing_are_found_by_the_next_tick(
    containers: Containers, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "LIST_PAGE", 1)
    upload(containers, "b", "c")
    page, put = container.Container.list_page, containers.landing.upload
    late = iter([("a/behind.csv", weather_csv()), ("d/ahead.csv", weather_csv())])

    def listed(container: container.Container, prefix: str, marker: str) -> bytes:
        blobs = page(container, prefix, marker)
        if container.name == containers.landing.name and (file := next(late, None)):
            put(*file)
        return blobs

    monkeypatch.setattr(container.Container, "list_page", listed)
    assert {t[PARTITION] for _ in range(2) for t in ticks.requested()} == set("abcd")


@pytest.mark.usefixtures("shared_environment", "settled")
def test_a_listing_that_fails_half_way_is_a_failed_tick_and_nothing_is_taken_for_vanished(
    ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert up_to_date(ticks, 2)
    monkeypatch.setattr(container, "LIST_PAGE", 1)
    page = container.Container.list_page

    def cut(container: container.Container, prefix: str, marker: str) -> bytes:
        blobs = page(container, prefix, marker)
        return blobs[: len(blobs) // 2] if marker else blobs

    with monkeypatch.context() as patch:
        patch.setattr(container.Container, "list_page", cut)
        with pytest.raises(dg.Failure, match="does not answer"):
            ticks.tick()
    assert up_to_date(ticks, 2)
