"""Reports in a real browser: on a telephone nothing is cut off, in the dark no picture stands on a white plate.

Screenshots are kept in `.test-artefacts/browser/` for people to look at.
"""

from pathlib import Path

import numpy as np
import pytest

from weather_etl.report import pages
from weather_etl.stations import StationSettings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.report.making import seasonal, tables
from weather_etl_tests.support.chromium import CHROMIUM, WHY_NOT

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason=WHY_NOT)]
ARTEFACTS = CHECKOUT / ".test-artefacts" / "browser"
SPAN = ("2012-01-01 00:00", "2016-12-31 23:00")


def station(which: str) -> bytes:
    hours = len(seasonal(*SPAN))
    choose = np.random.default_rng(0)
    light = np.maximum(np.sin((np.arange(hours) % 24 - 6) / 12 * np.pi), 0.0) * 700
    every = {
        "temperature_c": seasonal(*SPAN) + choose.normal(0, 3, hours),
        "wind_speed_ms": np.round(choose.weibull(2, hours) * 5, 1),
        "wind_direction_deg": np.round(choose.uniform(0, 359, hours)),
        "precipitation_mm": np.where(choose.random(hours) < 0.08, 0.7, 0.0),
        "solar_radiation_wm2": light,
        "sunshine_min": np.where(light > 200, 60.0, 0.0),
        "cloud_cover_percent": 50.0,
        "pv_power_kw": light / 1200,
    }
    columns = every if which == "everything" else {which: every[which]}
    events = [{"timestamp": "2012-02-01 00:00", "landing_file": f"szeged/{'long' * 20}.csv"}]
    return pages.station_page("szeged", tables(*SPAN, events=events, **columns), StationSettings(), {}).html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["everything", "precipitation_mm", "wind_speed_ms", "solar_radiation_wm2"])
def test_a_report_fits_a_telephone_and_its_pictures_the_paper(
    browser: "playwright.Browser", tmp_path: Path, which: str, scheme: str
) -> None:
    file = tmp_path / "a.html"
    file.write_bytes(station(which))
    context = browser.new_context(viewport={"width": 400, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    wide = "[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
    assert page.evaluate(wide) == []
    corner = """async () => Promise.all([...document.images].map(async image => {
        await image.decode();
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const drawn = canvas.getContext('2d');
        drawn.drawImage(image, 0, 0);
        return drawn.getImageData(1, 1, 1, 1).data[3];
    }))"""
    assert set(page.evaluate(corner)) == {0}  # nothing is painted in the corner of a picture
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"report_{which}_{scheme}_400.png", full_page=True)
    context.close()
