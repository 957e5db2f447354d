"""The page of state, `station_index`: how each station stands, in the colours of a traffic light.

Belongs here: what the page is made from, when it is stale, what makes a station red, amber or green.
Does not belong here: gathering (`overview.py`, `files.py`), the page (`report/index.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl import digests, neighbourhood
from weather_etl.lake.fingerprints import NEIGHBOURS, StaleStation
from weather_etl.operations import planning
from weather_etl.report import publish
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from weather_etl.lake.blobs import Blob
    from weather_etl.lake.connection import Containers
    from weather_etl.operations.files import FileState
    from weather_etl.operations.overview import StationState
    from weather_etl.report.index import Note, Row
    from weather_etl.report.pages import Page

FILES_TOLD = 3  # of one station


def fingerprint(
    containers: "Containers", made: "Mapping[str, Blob]", instance: dg.DagsterInstance, now: datetime
) -> str:
    """What the page was made from, as far as it costs next to nothing to ask.

    Reports, what neighbours say of each other, the last failed run, the day.

    A report is made anew whenever tables of its station are, so that files and checks are in it. The day is for what
    happens because nothing happens: a station that has fallen silent, a file that waits.
    """
    failed = instance.get_run_records(
        dg.RunsFilter(job_name=planning.TABLES_JOB, statuses=[dg.DagsterRunStatus.FAILURE]), limit=1
    )
    reports = sorted((station, blob.etag) for station, blob in made.items())
    last = failed[0].dagster_run.run_id if failed else ""
    neighbours = containers.lake.stamp(NEIGHBOURS, "")
    neighbours_etag = neighbours.etag if neighbours else ""
    return digests.digest(["station_index", publish.REPORT_VERSION, reports, last, neighbours_etag, f"{now:%Y-%m-%d}"])


def find_stale(
    containers: "Containers", made: "Mapping[str, Blob]", instance: dg.DagsterInstance, now: datetime | None = None
) -> StaleStation | None:
    """The page, if it was not made from the reports and the runs that there are now."""
    page = containers.lake.container.head(publish.INDEX)
    target = fingerprint(containers, made, instance, now or datetime.now(UTC))
    if (not made and page is None) or (page is not None and page.metadata.get("fingerprint") == target):
        return None
    return StaleStation(publish.INDEX, target, "reports or runs changed")


def make_page(
    containers: "Containers",
    made: "Mapping[str, Blob]",
    settings: Settings,
    instance: dg.DagsterInstance,
    now: datetime,
) -> "Page":
    """The page of all stations of landing and lake, as of `now`."""
    from weather_etl.operations.check_states import shared_files_state
    from weather_etl.operations.overview import station_states
    from weather_etl.report.index import Note, index_page

    states = station_states(settings, instance)
    files = _files_in_trouble(containers, states)
    rows = [
        row_of(state, publish.figures(state.station, made.get(state.station)), files.get(state.station, []), now)
        for state in states
    ]
    shared = shared_files_state(settings)
    notes = [Note(shared.name, shared.description)] if shared and shared.state != "PASS" else []
    notes += [Note(f"{f.state} file", f"{f.name}: {f.detail}") for f in files.get(None, [])]
    return index_page(rows, now, settings.ui_url, notes, neighbourhood.contradicted_stations(containers))


def _files_in_trouble(containers: "Containers", states: "list[StationState]") -> "dict[str | None, list[FileState]]":
    """Station -> its files that could not be used or wait; None for files of no station."""
    from weather_etl.checks.files import REJECTED_FILES
    from weather_etl.operations.check_states import PASS
    from weather_etl.operations.files import files_in_trouble
    from weather_etl.operations.overview import UP_TO_DATE

    by_station: dict[str | None, list[FileState]] = {}
    stations = [
        s.station
        for s in states
        if s.state != UP_TO_DATE
        or any(c.name == REJECTED_FILES.name and c.state != PASS for c in s.checks)
        or any(stamp.rejected for stamp in s.tables.values())
    ]
    for file in files_in_trouble(containers, stations):
        by_station.setdefault(file.station, []).append(file)
    return by_station


def row_of(state: "StationState", figures: dict[str, Any], files: "list[FileState]", now: datetime) -> "Row":
    """A station on the page: its colour, and what is not in order with the way out.

    Red needs a person: the last run failed, a file could not be used, a check found an error. Amber may settle by itself.
    """
    from weather_etl.operations.files import PENDING
    from weather_etl.report.index import AMBER, GREEN, RED, Row

    hours = state.tables.get("validated_observations")
    newest = hours.last if hours else ""
    grave = list(_grave_notes(state, files))
    slight = list(_slight_notes(state, files, _silence(newest, figures.get("fresh_hours"), now)))
    pending = sum(f.state == PENDING for f in files)
    return Row(
        state.station,
        RED if grave else AMBER if slight else GREEN,
        figures,
        newest.removesuffix("Z"),
        state.files,
        sum(f.state != PENDING for f in files),
        pending,
        [*grave, *slight, *_mute_notes(state)],
    )


def _mute_notes(state: "StationState") -> "list[Note]":
    """That nobody is told of the station's troubles; it changes no colour."""
    from weather_etl.report.index import Note

    if state.muted_until is None:
        return []
    return [
        Note(
            "muted",
            f"nobody is told until {state.muted_until.isoformat()}; `weather-etl mute {state.station} --off` ends it",
        )
    ]


def _grave_notes(state: "StationState", files: "list[FileState]") -> "Iterator[Note]":
    from weather_etl.operations.files import PENDING
    from weather_etl.report.index import Note

    if state.trouble:
        yield Note("left alone" if state.parked else "last run failed", state.trouble)
    unusable = [f for f in files if f.state != PENDING]
    for file in unusable[:FILES_TOLD]:
        way_out = "Correct it and upload it again, or delete it." if file.state == "rejected" else ""
        yield Note(f"{file.state} file", f"{file.name}: {file.detail.rstrip('.')}. {way_out}".strip())
    if (more := len(unusable) - FILES_TOLD) > 0:
        yield Note("rejected files", f"{more:,} more; all of them: weather-etl files --station {state.station}")
    for check in state.checks:
        if check.state == "ERROR" and not (check.name == "rejected_files" and unusable):
            yield Note(check.name, f"{check.description} ({check.table})")


def _slight_notes(state: "StationState", files: "list[FileState]", silent: str) -> "Iterator[Note]":
    from weather_etl.operations.files import PENDING
    from weather_etl.report.index import Note

    waiting = [f for f in files if f.state == PENDING]
    for file in waiting[:FILES_TOLD]:
        yield Note("pending file", f"{file.name}: {file.detail}")
    if not state.trouble and state.is_stale:
        yield Note("a run is due", f"{state.state}; the sensor starts it within a minute, or `weather-etl run` does")
    if silent:
        yield Note("silent", silent)
    for check in state.checks:
        if check.state == "WARN" and not (check.name == "freshness" and silent):
            yield Note(check.name, f"{check.description} ({check.table})")


def _silence(newest: str, fresh_hours: float | None, now: datetime) -> str:
    """That a live station has no hour young enough; empty if it has, or is not live."""
    if fresh_hours is None or not newest:
        return ""
    age = now - datetime.strptime(newest, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC)
    if age <= timedelta(hours=fresh_hours):
        return ""
    return f"its newest hour is {age / timedelta(hours=1):,.0f} h old, and {fresh_hours:g} h are allowed (fresh_hours)"
