"""Archiving landing files: rows, fingerprints and exactly-once stay, whatever step a crash comes after."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.container import Container
from weather_etl.lake.table_objects import Lake, Stamp
from weather_etl.operations import planning
from weather_etl.operations.archive import ArchiveNotConfigured, archive_station
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.lake import Objects, blobs, lay, observed_hours
from weather_etl_tests.support.runs import UNCHANGED, WRITTEN, RunFailed, process, process_hours

LATER = datetime.now(UTC) + timedelta(days=60)


@contextmanager
def with_archive(variables: Mapping[str, str]) -> Iterator[Containers]:
    """The containers that they name, and an archive."""
    name = variables["WEATHER_ETL_LANDING_CONTAINER"].replace("landing", "archive")
    with connect(Settings.load({**variables, "WEATHER_ETL_ARCHIVE_CONTAINER": name})) as opened:
        assert opened.archive
        opened.archive.create()
        yield opened


@pytest.fixture
def containers(environment: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Containers]:
    with with_archive(os.environ) as opened:
        assert opened.archive
        monkeypatch.setenv("WEATHER_ETL_ARCHIVE_CONTAINER", opened.archive.name)
        yield opened


def names(container: Container | None) -> list[str]:
    assert container
    return [b.name for b in container.list()]


def manifest(containers: Containers) -> dict[str, dict[str, Any]]:
    stored = containers.lake.read("raw_observations", "a")
    assert stored and stored.manifest
    return {e["name"]: e for e in stored.manifest}


def stale(containers: Containers) -> list[str]:
    seen = shared_files.take_inventory(containers)
    return [s.station for s in planning.find_stale(seen.landing, seen.stamps)]


@dataclass
class Archived:
    """Station a with two files, both archived: what lies in the containers, and its manifest before."""

    landing: list[str]
    lake: Objects
    archive: Objects
    before: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def once(shared_variables: dict[str, str]) -> Archived:
    with with_archive(shared_variables) as opened:
        assert opened.archive
        opened.landing.upload("a/x.csv", weather_csv(48))
        opened.landing.upload("a/deep/y.csv", weather_csv(24, first=48))
        process(opened)
        before = manifest(opened)
        assert archive_station(opened, "a", now=LATER).files == 2
        return Archived(names(opened.landing), blobs(opened.lake.container), blobs(opened.archive), before)


@pytest.fixture
def archived(containers: Containers, once: Archived) -> Archived:
    """The same in the containers of one test."""
    assert containers.archive
    lay(containers.lake.container, once.lake)
    lay(containers.archive, once.archive)
    return once


def test_archived_files_leave_landing_and_keep_name_and_etag(containers: Containers, archived: Archived) -> None:
    assert archived.landing == names(containers.landing) == []
    assert names(containers.archive) == ["a/deep/y.csv", "a/x.csv"]
    after = manifest(containers)
    assert {n: (e["etag"], e["landed_at"]) for n, e in after.items()} == {
        n: (e["etag"], e["landed_at"]) for n, e in archived.before.items()
    }
    assert all(e["archived"] for e in after.values())


@pytest.mark.usefixtures("archived")
def test_nothing_becomes_stale_and_a_run_writes_nothing(containers: Containers) -> None:
    assert stale(containers) == []
    assert process(containers).statuses == {UNCHANGED}


@pytest.mark.usefixtures("archived")
def test_a_new_file_joins_the_rows_of_archived_ones(containers: Containers) -> None:
    containers.landing.upload("a/z.csv", weather_csv(24, first=72))
    assert stale(containers) == ["a"]
    process(containers)
    assert observed_hours(containers) == 96
    assert stale(containers) == []


@pytest.mark.usefixtures("archived")
def test_a_full_run_reads_the_archive_and_keeps_the_mark(containers: Containers) -> None:
    assert process(containers, full=True).statuses == {WRITTEN}
    assert observed_hours(containers) == 72
    assert all(e["archived"] for e in manifest(containers).values())
    assert stale(containers) == []


@pytest.mark.usefixtures("archived")
def test_a_lost_lake_is_made_again_from_the_archive(containers: Containers) -> None:
    for blob in list(containers.lake.container.list()):
        containers.lake.container.delete(blob.name)
    process_hours(containers)
    assert observed_hours(containers) == 72


@pytest.mark.usefixtures("archived")
def test_a_correction_in_landing_replaces_the_rows_of_the_archived_file(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=9.0))
    process(containers)
    assert observed_hours(containers) == 48
    assert archive_station(containers, "a", now=LATER).files == 1
    assert stale(containers) == []
    assert observed_hours(containers) == 48


@pytest.mark.usefixtures("archived")
def test_rows_stay_when_the_archive_cannot_be_seen(
    containers: Containers, environment: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEATHER_ETL_ARCHIVE_CONTAINER", "")
    containers.landing.upload("a/z.csv", weather_csv(24, first=72))
    with (
        connect(Settings.load()) as without,
        pytest.raises(RunFailed, match="WEATHER_ETL_ARCHIVE_CONTAINER"),
    ):
        process(without)
    assert observed_hours(containers) == 72


def test_young_rejected_and_settings_files_stay(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48))
    containers.landing.upload("a/bad.csv", b"PAR1")
    containers.landing.upload("a/station.toml", b"timezone = 'Europe/Budapest'\n")
    process(containers)
    assert archive_station(containers, "a").why_none == "none is old enough"
    assert archive_station(containers, "a", now=LATER).files == 1
    assert names(containers.landing) == ["a/bad.csv", "a/station.toml"]
    assert stale(containers) == []


def test_files_that_are_not_taken_in_stay(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48))
    assert archive_station(containers, "a", now=LATER).why_none == "it is stale"
    assert names(containers.landing) == ["a/x.csv"]


@pytest.mark.parametrize(("what", "step"), [(Lake, "write"), (Container, "delete")])
def test_a_crash_between_the_steps_heals(
    containers: Containers, monkeypatch: pytest.MonkeyPatch, what: type, step: str
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48))
    process(containers)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(what, step, crash)
        with pytest.raises(KeyboardInterrupt):
            archive_station(containers, "a", now=LATER)
    assert stale(containers) == []
    assert names(containers.landing) == ["a/x.csv"]
    assert archive_station(containers, "a", now=LATER).files == 1
    assert names(containers.landing) == []
    assert stale(containers) == [] and observed_hours(containers) == 48


def test_a_file_that_is_replaced_while_it_is_archived_stays_in_landing(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48))
    process(containers)
    write = Lake.write

    def overtaken(*arguments: Any, **options: Any) -> Stamp:
        marked = write(*arguments, **options)
        containers.landing.upload("a/x.csv", weather_csv(24))
        return marked

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "write", overtaken)
        assert archive_station(containers, "a", now=LATER).files == 0
    assert names(containers.landing) == ["a/x.csv"]
    process_hours(containers)
    assert observed_hours(containers) == 24


def test_without_an_archive_it_is_one_sentence(environment: Settings) -> None:
    with connect(environment) as without, pytest.raises(ArchiveNotConfigured, match="WEATHER_ETL_ARCHIVE_CONTAINER"):
        archive_station(without, "a")
