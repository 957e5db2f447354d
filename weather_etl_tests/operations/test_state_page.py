"""What makes a station red, amber or green, and when the page of state is made anew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest

from weather_etl.lake.connection import Containers
from weather_etl.lake.table_objects import Stamp
from weather_etl.operations import state_page
from weather_etl.operations.check_states import CheckState
from weather_etl.operations.files import PENDING, REJECTED, FileState
from weather_etl.operations.overview import UP_TO_DATE, StationState
from weather_etl.report import publish
from weather_etl.report.index import AMBER, GREEN, RED, Row
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.runs import execute, process

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
HOURS = Stamp("validated_observations", "a", "e", "f", 5, 1, NOW, "2026-01-01 00:00Z", "2026-02-03 00:00Z")


def judged(*files: FileState, fresh_hours: float | None = None, **of_state: Any) -> Row:
    state = StationState("a", **{"state": UP_TO_DATE, "files": 2, "tables": {HOURS.table: HOURS}, **of_state})
    return state_page.row_of(state, {"fresh_hours": fresh_hours}, list(files), NOW)


def check(state: str, name: str = "coverage") -> CheckState:
    return CheckState("validated_observations", name, state, "a sentence")


def test_green_is_a_station_of_which_there_is_nothing_to_say() -> None:
    row = judged(checks=[check("PASS")])
    assert (row.state, list(row.notes), row.newest) == (GREEN, [], "2026-02-03 00:00")


@pytest.mark.parametrize(
    ("state", "what", "row"),
    [
        (RED, "left alone", judged(state="changed", trouble="it failed; do this", parked=True)),
        (RED, "last run failed", judged(state="changed", trouble="it failed")),
        (RED, "coverage", judged(checks=[check("ERROR")])),
        (RED, "rejected file", judged(FileState("a/x.csv", "a", REJECTED, "NO_TIME: no times."))),
        (AMBER, "coverage", judged(checks=[check("WARN")])),
        (AMBER, "a run is due", judged(state="new")),
        (AMBER, "pending file", judged(FileState("a/x.csv", "a", PENDING, "not read yet"))),
        (AMBER, "silent", judged(fresh_hours=6)),
        (GREEN, None, judged(fresh_hours=12)),
    ],
)
def test_what_is_not_in_order_has_a_colour_and_a_word(state: str, what: str | None, row: Row) -> None:
    assert (row.state, [n.what for n in row.notes]) == (state, [what] if what else [])


def test_a_rejected_file_is_told_once_with_its_reason_and_the_way_out() -> None:
    row = judged(FileState("a/x.csv", "a", REJECTED, "NO_TIME: no times."), checks=[check("ERROR", "rejected_files")])
    (note,) = row.notes
    assert note.text == "a/x.csv: NO_TIME: no times. Correct it and upload it again, or delete it."
    assert (row.rejected, row.pending) == (1, 0)


def test_of_many_rejected_files_the_first_are_named_and_the_rest_counted() -> None:
    row = judged(*(FileState(f"a/{i}.csv", "a", REJECTED, "EMPTY: nothing") for i in range(5)))
    assert len(row.notes) == state_page.FILES_TOLD + 1
    assert row.notes[-1].text == "2 more; all of them: weather-etl files --station a"


def test_the_page_names_a_rejected_file_and_a_stray_one_and_is_stale_on_the_next_day(
    containers: Containers, instance: dg.DagsterInstance
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(48))
    containers.landing.upload("b/<b>.csv", b"nothing\nof use\n")
    containers.landing.upload("stray.csv", b"1")
    for station in "ab":
        process(containers, station, instance=instance)
    assert execute(containers, "weather_report_job", "a", instance=instance).success
    assert execute(containers, "station_index_job", instance=instance).success
    data, _ = containers.lake.container.read(publish.INDEX)
    html = data.decode()
    assert "b/&lt;b&gt;.csv: " in html and "<b>.csv" not in html
    assert 'data-state="green">\n<tr' in html or 'data-state="amber">\n<tr' in html
    assert "stray.csv: it lies in no folder of a station" in html
    made, now = publish.reports(containers), datetime.now(UTC)
    assert state_page.find_stale(containers, made, instance, now) is None
    assert state_page.find_stale(containers, made, instance, now + timedelta(days=1)) is not None
