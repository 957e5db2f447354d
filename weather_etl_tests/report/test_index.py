"""The page of state: what stands in it, and where its map draws."""

import re
from datetime import UTC, datetime
from typing import Any

from weather_etl.report import publish
from weather_etl.report.index import AMBER, GREEN, RED, Note, Row, index_page
from weather_etl_tests.report.elements import Elements

NOW = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)


def row(station: str, state: str = GREEN, *notes: Note, **figures: Any) -> Row:
    return Row(station, state, {**dict.fromkeys(publish.KEPT), "station": station, **figures}, notes=notes)


def html(*rows: Row, **more: Any) -> str:
    return index_page(rows, NOW, **more).html.decode()


def test_what_neighbours_contradict_is_named_where_stations_were_compared() -> None:
    case = {"station": "a", "variable": "temperature_c", "events": 2, "first": "x", "last": "y", "span": "hour"}
    page = html(row("a"), contradicted=[case])
    assert 'id="neighbours"' in page and "2 hours" in page and ">temperature_c<" in page
    assert "No station is contradicted" in html(row("a"), contradicted=[])
    assert 'id="neighbours"' not in html(row("a"))


def test_every_station_is_linked_and_those_with_a_place_are_on_the_map() -> None:
    page = html(row("a", latitude=46.0, longitude=20.0), row("b", latitude=-33.9, longitude=151.2), row("c"))
    links = [a.get("href") for a in Elements(page).of("a")]
    assert [links.count(f"station={s}/index.html") for s in "abc"] == [3, 3, 2]
    assert len(Elements(page).of("circle")) == 2
    assert "1 station not on the map: no <code>station.toml</code> says where it lies." in page


def test_a_station_without_a_report_is_in_the_table_without_a_link_to_one() -> None:
    page = html(Row("a", RED, notes=[Note("rejected file", "a/x.csv: EMPTY: nothing in it")]))
    assert "station=a/index.html" not in page and "EMPTY: nothing in it" in page


def test_without_places_there_is_no_map() -> None:
    assert Elements(html(row("a"))).of("svg") == []


def test_points_of_the_map_lie_where_their_coordinates_say() -> None:
    page = html(row("n", latitude=60.0, longitude=10.0), row("s", latitude=40.0, longitude=-5.0))
    by_title = re.findall(r"<title>(.): .*?cx=\"([\d.]+)\" cy=\"([\d.]+)\"", page)
    (nx, ny), (sx, sy) = (next((float(x), float(y)) for t, x, y in by_title if t == name) for name in "ns")
    assert ny < sy and nx > sx


def test_names_on_the_map_do_not_lie_on_each_other() -> None:
    near = [row(s, latitude=46.0 + i / 4, longitude=9.8 + 5 * i, name=s * 18) for i, s in enumerate("ab")]
    page = html(*near, row("far", latitude=52.0, longitude=-10.0))
    names = [e for e in Elements(page).of("text") if e.get("class") == "name"]
    assert len(names) == 3 and len({(n["text-anchor"], n["y"]) for n in names}) == 3


def test_the_coast_of_iceland_is_drawn_around_its_middle() -> None:
    page = html(row("r", latitude=64.1, longitude=-21.9), row("e", latitude=65.3, longitude=-14.0))
    land = next(str(p["d"]) for p in Elements(page).of("path") if p.get("class") == "land")
    xs = [float(x) for x in re.findall(r"[ML](-?\d+) ", land)]
    assert land.count("Z") == 1 and min(xs) < 100 and max(xs) > 500  # one island, across most of the frame


def test_a_frame_within_a_continent_is_all_land() -> None:
    page = html(row("a", latitude=25.0, longitude=10.0))
    land = next(str(p["d"]) for p in Elements(page).of("path") if p.get("class") == "land")
    corners = {tuple(map(float, p.split())) for p in re.findall(r"[ML](-?\d+ -?\d+)", land)}
    width = 900
    assert min(x for x, _ in corners) < 0 and max(x for x, _ in corners) > width


def test_the_worst_comes_first_and_the_states_are_counted() -> None:
    page = index_page([row("a"), row("b", AMBER), row("c", RED), row("d", RED)], NOW)
    order = re.findall(r'<th scope="row" data-value="(.)"', page.html.decode())
    assert order == ["c", "d", "b", "a"]
    assert page.figures == {"stations": 4, RED: 2, AMBER: 1, GREEN: 1}


def test_text_of_files_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    page = html(row("a", RED, Note("rejected file", evil), name=evil), notes=[Note("unroutable file", evil)])
    assert evil not in page and page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3
    assert len(Elements(page).of("script")) == 1


def test_text_of_files_steers_no_page() -> None:
    evil = "\x1b[2J\u202egnp.exe\u200f\x07\x9b31m"
    page = html(row("a", RED, Note("rejected file", evil), name=evil), notes=[Note("unroutable file", evil)])
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", page)
    assert page.count("\\x1b[2J") == 3


def test_links_lead_to_the_ui_if_it_has_an_address() -> None:
    links = [str(a.get("href")) for a in Elements(html(row("a"), ui_url="http://ui:3000/")).of("a")]
    assert "http://ui:3000/assets/landing_files?view=partitions&partition=a" in links
    assert not [a for a in Elements(html(row("a"))).of("a") if "http" in str(a.get("href"))]


def test_nothing_is_loaded_from_outside() -> None:
    page = html(row("a", latitude=46.0, longitude=20.0))
    assert [a["href"] for a in Elements(page).of("link")] == ["data:,"] and "url(" not in page
    assert not [a for _, a in Elements(page).found if "src" in a]


def test_an_installation_without_stations_says_how_to_begin() -> None:
    assert "weather-etl upload STATION FILE" in html()
