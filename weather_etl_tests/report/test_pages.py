"""The pages as a browser and a reader meet them."""

import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from weather_etl.report import facts, pages
from weather_etl.report.origin import of_manifest
from weather_etl.stations import StationSettings
from weather_etl_tests.report.elements import Elements
from weather_etl_tests.report.making import seasonal, tables

TEN_YEARS = ("2006-01-01 00:00", "2016-12-31 23:00")
PLACE = StationSettings(name="Szeged <Hungary>", latitude=46.25, longitude=20.1, elevation_m=84)
LATER = {"landed_at": "2026-01-02T00:00:00+00:00"}
ADDRESSES = {"daily_weather": "https://account/weather/daily_weather/station=szeged/data.parquet"}


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


def test_of_a_single_month_nothing_is_said_that_takes_two() -> None:
    span = ("2020-01-01 00:00", "2020-02-03 00:00")
    drawn = {
        p.name: p for p in pages.station_page("a", tables(*span, temperature_c=seasonal(*span)), PLACE, {}).pictures
    }
    assert "stripes" not in drawn and "month: mean \N{MINUS SIGN}1.5 °C in Jan; lowest" in drawn["climate"].alt


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
def test_text_has_the_contrast_of_wcag_aa_by_day_and_by_night(page: pages.Page, name: str) -> None:
    css = page.html.decode()
    text, paper, code = (re.findall(rf"--{n}: (#\w{{6}});", css)[:2] for n in (name, "paper", "code"))
    for of_text, of_paper, of_code in zip(text, paper, code, strict=True):
        for ground in (of_paper, of_code):
            light, dark = sorted((_luminance(of_text), _luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5


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


def test_the_head_says_when_from_which_file_and_what_could_not_be_used(eleven_years: facts.Tables) -> None:
    used = {"state": "ingested", "landed_at": "2026-01-01T05:00:00+00:00"}
    manifest = [
        {**used, "name": "szeged/old.csv", "landed_at": "2025-01-01T05:00:00+00:00"},
        {**used, "name": "szeged/new.csv"},
        {"name": "szeged/<b>.csv", "state": "rejected", "reason": "NO_TIME", "detail": "no column of times", **LATER},
    ]
    head = of_manifest(manifest, datetime(2026, 2, 3, 4, 5, tzinfo=UTC))
    html = pages.station_page("szeged", eleven_years, PLACE, ADDRESSES, head).html.decode()
    assert "Made 2026-02-03 04:05 UTC from 3 landing files" in html
    assert "szeged/new.csv</span>, landed 2026-01-01 05:00 UTC" in html
    assert "<strong>1 file could not be used</strong>" in html
    assert "szeged/&lt;b&gt;.csv</span>: NO_TIME: no column of times" in html
