"""The pages as a browser and a reader meet them."""

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from weather_etl.report import facts, pages
from weather_etl.report.publish import INDEX_FIGURES
from weather_etl.stations import StationSettings
from weather_etl_tests.report.making import seasonal, tables

TEN_YEARS = ("2006-01-01 00:00", "2016-12-31 23:00")
PLACE = StationSettings(name="Szeged <Hungary>", latitude=46.25, longitude=20.1, elevation_m=84)
ADDRESSES = {"daily_weather": "https://account/weather/daily_weather/station=szeged/data.parquet"}


class Elements(HTMLParser):
    """All start tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def eleven_years() -> facts.Tables:
    hours = len(seasonal(*TEN_YEARS))
    noise = np.random.default_rng(1)
    return tables(
        *TEN_YEARS,
        temperature_c=np.round(seasonal(*TEN_YEARS) + noise.normal(0, 3, hours), 1),
        humidity_percent=70.0,
        pressure_msl_hpa=1000.0 + np.arange(hours) % 30,
        visibility_km=10.0,
        wind_speed_ms=np.round(noise.weibull(2, hours) * 5, 1),
        wind_direction_deg=np.round(noise.uniform(0, 359, hours)),
    )


@pytest.fixture(scope="module")
def page(eleven_years: facts.Tables) -> pages.Page:
    return pages.station_page("szeged", eleven_years, PLACE, ADDRESSES)


def test_eleven_years_make_a_page_below_400_kb(page: pages.Page) -> None:
    assert len(page.html) < 400_000


def test_nothing_is_loaded_from_outside(page: pages.Page) -> None:
    elements = Elements(page.html.decode())
    sources = [v for _, a in elements.found for k, v in a.items() if k in ("src", "srcset", "data", "poster")]
    assert sources and all(str(s).startswith("data:") for s in sources)
    assert [a["href"] for a in elements.of("link")] == ["data:,"]
    assert elements.of("script") == []
    assert "url(" not in page.html.decode()
    assert "default-src 'none'" in page.html.decode()


def test_every_picture_says_in_words_what_it_shows(page: pages.Page) -> None:
    images = Elements(page.html.decode()).of("img")
    assert [p.name for p in page.pictures] == ["stripes", "raster", "climate", "rose", "completeness"]
    assert len(images) == 5
    assert all(len(i["alt"] or "") > 60 for i in images)


def test_the_page_has_a_language_one_title_and_labelled_tables(page: pages.Page) -> None:
    elements = Elements(page.html.decode())
    assert elements.of("html") == [{"lang": "en"}]
    assert len(elements.of("h1")) == 1
    assert len(elements.of("caption")) == len(elements.of("table")) > 2
    assert all("scope" in a for a in elements.of("th"))


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("name", ["ink", "soft", "link"])
def test_text_has_the_contrast_of_wcag_aa(page: pages.Page, name: str) -> None:
    colour = re.search(rf"--{name}: (#\w{{6}});", page.html.decode())
    assert colour and 1.05 / (_luminance(colour[1]) + 0.05) >= 4.5


def test_the_page_can_be_printed(page: pages.Page) -> None:
    assert "@media print" in page.html.decode()


def test_text_of_the_station_is_escaped(page: pages.Page) -> None:
    assert b"Szeged &lt;Hungary&gt;" in page.html
    assert b"<Hungary>" not in page.html


def test_the_tables_are_linked(page: pages.Page) -> None:
    assert ADDRESSES["daily_weather"] in [a.get("href") for a in Elements(page.html.decode()).of("a")]


def test_the_same_tables_give_the_same_bytes(eleven_years: facts.Tables, page: pages.Page) -> None:
    assert pages.station_page("szeged", eleven_years, PLACE, ADDRESSES).html == page.html


@pytest.mark.parametrize(
    ("last", "columns"),
    [
        ("2021-01-01 00:00", {"temperature_c": 1.0}),
        ("2021-01-03 23:00", {"wind_speed_ms": 0.0}),
        ("2021-03-31 23:00", {"temperature_c": 5.0, "wind_speed_ms": 2.0, "wind_direction_deg": 90.0}),
        ("2021-01-02 23:00", {}),
    ],
    ids=["one hour", "only calms", "a constant season", "nothing measured"],
)
def test_a_station_with_little_data_gets_a_page(last: str, columns: dict[str, Any]) -> None:
    t = tables("2021-01-01 00:00", last, **columns)
    assert b"</html>" in pages.station_page("a", t, StationSettings(), {}).html


def test_a_station_without_observations_gets_a_page() -> None:
    t = tables("2021-01-01 00:00", "2021-01-01 05:00", temperature_c=1.0)
    empty = facts.Tables(t.validated.head(0), t.events, t.daily.head(0), t.monthly.head(0))
    assert b"</html>" in pages.station_page("a", empty, StationSettings(), {}).html


def _of(station: str, **figures: Any) -> dict[str, Any]:
    keys = ("name", "latitude", "longitude", "elevation_m", *INDEX_FIGURES)
    return {**dict.fromkeys(keys), "station": station, **figures}


def test_the_index_links_every_station_and_maps_those_with_a_place() -> None:
    stations = [_of("a", latitude=46.0, longitude=20.0), _of("b", latitude=-33.9, longitude=151.2), _of("c")]
    html = pages.index_page(stations).html.decode()
    links = [a.get("href") for a in Elements(html).of("a")]
    assert [links.count(f"station={s}/index.html") for s in "abc"] == [2, 2, 1]
    assert len(Elements(html).of("circle")) == 2


def test_the_index_names_what_neighbours_contradict() -> None:
    case = {"station": "a", "variable": "temperature_c", "events": 2, "first": "x", "last": "y", "span": "hour"}
    html = pages.index_page([_of("a")], [case]).html.decode()
    assert 'id="neighbours"' in html and "2 hours" in html and ">temperature_c<" in html
    assert "No station is contradicted" in pages.index_page([_of("a")], []).html.decode()
    assert 'id="neighbours"' not in pages.index_page([_of("a")]).html.decode()  # they were never compared


def test_an_index_without_places_has_no_map() -> None:
    assert Elements(pages.index_page([_of("a")]).html.decode()).of("svg") == []


def test_points_of_the_map_lie_where_their_coordinates_say() -> None:
    html = pages.index_page([_of("n", latitude=60.0, longitude=10.0), _of("s", latitude=40.0, longitude=-5.0)]).html
    north, south = Elements(html.decode()).of("circle")
    assert float(north["cy"] or 0) < float(south["cy"] or 0)
    assert float(north["cx"] or 0) > float(south["cx"] or 0)
