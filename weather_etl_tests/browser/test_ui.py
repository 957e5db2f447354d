"""A first visit in a real browser: the graph, a station materialized by clicking, its checks, its report.

One live Dagster serves the module, and the tests follow each other as the visit does. Screenshots are kept in
`.test-artefacts/browser/` for people to look at.
"""

import contextlib
import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from weather_etl.report import publish
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import HEADER, row
from weather_etl_tests.support.chromium import CHROMIUM, WHY_NOT
from weather_etl_tests.support.live import Live

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT),
]
ARTEFACTS = CHECKOUT / ".test-artefacts" / "browser"
STATION, OTHER = "szeged", "valentia"
LAYERS = ("raw_observations", "validated", "aggregated")
GROUPS = {
    "raw": ("raw_observations", "quarantined_rows"),
    "validated": ("validated_observations", "quality_events"),
    "aggregated": ("daily_weather", "monthly_weather", "yearly_weather", "climate_normals"),
    "report": ("weather_report", "station_index"),
}
PATIENCE_MS = 120_000


class Visit:
    """A page in the browser, and the screenshots of it."""

    def __init__(self, page: "playwright.Page", live: Live) -> None:
        self.page = page
        self.live = live

    def go(self, path: str) -> None:
        self.page.goto(f"http://127.0.0.1:{self.live.port}{path}")

    def sees(self, text: str, *, exact: bool = True) -> None:
        self.page.get_by_text(text, exact=exact).first.wait_for(timeout=PATIENCE_MS)

    def keeps(self, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        # For people to look at; what loads for longer than this is worth seeing.
        with contextlib.suppress(playwright.TimeoutError):
            self.page.get_by_text(re.compile("^Loading")).first.wait_for(state="hidden", timeout=10_000)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")

    def launches_backfill(self, button: str) -> str:
        """Click through the dialog for all stations; returns the id of the backfill."""
        self.page.get_by_role("button", name=button).first.click()
        dialog = self.page.get_by_role("dialog").filter(has_text="Partition selection").first
        dialog.get_by_text("Select a partition or create one").click()
        self.page.get_by_text(f"Select all ({len(self.live.stations())})").click()
        dialog.click(position={"x": 12, "y": 12})  # puts the list away
        before = set(self.live.backfills())
        self.page.get_by_role("button", name=re.compile(r"^Launch .*backfill$")).click()
        for _ in range(PATIENCE_MS // 200):
            new = set(self.live.backfills()) - before
            if new:
                return new.pop()
            self.page.wait_for_timeout(200)
        raise AssertionError("no backfill was launched")

    def watches(self, run: str) -> None:
        """Stay on the page of a run until it is green."""
        self.go(f"/runs/{run}")
        self.sees("Success")


def two_months() -> bytes:
    """Hours with a daily cycle that no two days share: a flat line, or an hour that is the same day after day, fails."""
    lines = []
    for h in range(24 * 62):
        cells = row(h, temperature=round(8 + 6 * math.sin(h / 24 * 2 * math.pi) + h / 200, 1)).split(",")
        cells[7] = str(h * 25 % 360)  # wind bearing
        cells[10] = str(1000 + abs(h % 31 - 15))  # pressure
        lines.append(",".join(cells))
    return "\r\n".join([HEADER, *lines, ""]).encode()


@pytest.fixture(scope="module")
def visit(browser: "playwright.Browser", live: Live) -> Visit:
    page = browser.new_page(viewport={"width": 1500, "height": 950})
    page.set_default_timeout(PATIENCE_MS)
    for station in (STATION, OTHER):
        live.upload(station, two_months())
        live.add_partition(station)
    return Visit(page, live)


@pytest.fixture(scope="module")
def backfilled(visit: Visit) -> str:
    """Everything of both stations, by clicking; the id of the backfill, which has ended."""
    visit.go("/asset-groups")
    backfill = visit.launches_backfill("Materialize all")
    visit.live.backfill_status(backfill)
    return backfill


@pytest.fixture(scope="module")
def materialized(visit: Visit, backfilled: str) -> str:
    """The run that made the tables of the station."""
    runs = visit.live.runs("dagster/partition", STATION)
    return next(run["runId"] for run in runs if run["status"] == "SUCCESS")


def test_the_first_page_is_not_covered_by_a_dialog(visit: Visit) -> None:
    visit.go("/")
    visit.sees("Lineage")
    visit.keeps("1-first-page")
    assert visit.page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("group", GROUPS)
def test_names_of_assets_are_not_cut_in_the_lineage_of_their_group(visit: Visit, group: str) -> None:
    visit.go(f"/locations/weather_etl/asset-groups/{group}/lineage")
    for name in GROUPS[group]:
        visit.sees(name)
    visit.keeps(f"2-lineage-{group}")


def test_materialize_all_for_two_stations_ends_as_a_successful_backfill(visit: Visit, backfilled: str) -> None:
    visit.go(f"/runs/b/{backfilled}")
    visit.sees("Completed", exact=False)
    visit.keeps("3-backfill")
    assert visit.live.backfill_status(backfilled) == "COMPLETED_SUCCESS"
    for station in (STATION, OTHER):
        assert visit.live.carried(station) == visit.live.expected(station)


def test_the_page_of_a_run_has_a_bar_per_layer(visit: Visit, materialized: str) -> None:
    visit.watches(materialized)
    for layer in LAYERS:
        visit.sees(layer)
    visit.keeps("3-run")
    assert {LAYERS[0], LAYERS[1], LAYERS[2]} <= set(visit.live.steps(materialized))


def test_a_table_shows_its_sketch_and_its_preview(visit: Visit, materialized: str) -> None:
    visit.go("/assets/daily_weather?view=overview")
    picture = visit.page.locator("img[alt^='daily mean temperature']").first
    picture.scroll_into_view_if_needed()
    visit.keeps("4-table")
    assert picture.evaluate("i => i.naturalWidth") > 0


def test_the_checks_tab_says_in_a_sentence_what_was_found(visit: Visit, materialized: str) -> None:
    visit.go("/assets/validated_observations?view=checks&checkDetail=coverage")
    visit.sees("0 of 1,488 hours (0.00 %) are missing, in 0 gaps.")
    visit.keeps("5-checks")


def test_the_report_shows_its_pictures_in_the_ui(visit: Visit, materialized: str) -> None:
    visit.go("/assets/weather_report?view=overview")
    visit.sees("rose")
    visit.keeps("6-report-in-the-ui")


def test_the_report_opens_from_a_file_without_a_network(
    browser: "playwright.Browser", visit: Visit, materialized: str, tmp_path: Path
) -> None:
    data, _ = visit.live.containers.lake.container.read(publish.page_name(STATION))
    path = tmp_path / "index.html"
    path.write_bytes(data)
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / "7-report.png", full_page=True)
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == []
    assert page.locator("img").evaluate_all("images => images.filter(i => !i.naturalWidth).map(i => i.alt)") == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


def test_the_index_is_sorted_by_headings_and_filtered_by_state_and_words(
    browser: "playwright.Browser", tmp_path: Path
) -> None:
    from weather_etl.report.index import AMBER, GREEN, RED, Note, Row, index_page

    states = {"a": GREEN, "b": AMBER, "c": RED}
    hours = {"a": 9, "b": 1000, "c": None}
    rows = [Row(s, states[s], {"hours": n}, notes=[Note("check", f"only-{s}")]) for s, n in hours.items()]
    html = index_page(rows, datetime(2026, 1, 1, tzinfo=UTC)).html
    (tmp_path / "index.html").write_bytes(html)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())

    def order() -> list[str]:
        return page.locator("#stations tbody th").all_inner_texts()

    page.get_by_role("button", name="Hours").click()
    assert order() == ["a", "b", "c"]  # as numbers, what is not known last
    page.get_by_role("button", name="Hours").click()
    assert order() == ["b", "a", "c"]
    page.get_by_role("button", name="State").click()
    assert order() == ["c", "b", "a"]

    def shown() -> list[str]:
        return page.locator("#stations tbody:visible th").all_inner_texts()

    page.locator("button[data-state=amber]").click()
    assert shown() == ["b"]
    page.locator("button[data-state='']").click()
    page.get_by_label("Find").fill("check only-a")
    assert shown() == ["a"]
    page.close()
