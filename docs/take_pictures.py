"""Takes the pictures for the README: of the pages in .local/report after `make run`, and of the graph in the UI.

    .venv/bin/weather-etl open report --print
    .venv/bin/weather-etl compare -s szeged -s davos -s valentia
    .venv/bin/python docs/take_pictures.py [http://127.0.0.1:3000, where `make ui` runs]

Belongs here: which page, how large. It needs Chromium, and Playwright and Pillow, which are among the packages for tests.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PAGES = Path.cwd() / ".local" / "report"
IMAGES = Path(__file__).parent / "images"
# name -> page, and the window in pixels
PICTURES = {
    "report": ("station=davos/index.html", 900, 1150),
    "state": ("index.html", 1060, 1354),
    "comparison": ("comparison.html", 900, 1150),
}
WIDTH, COLOURS = 640, 255
GROUPS = ("landing", "raw", "validated", "aggregated", "serving", "report")


def main(ui: str | None) -> None:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (page, width, height) in PICTURES.items():
            window = browser.new_page(viewport={"width": width, "height": height})
            window.goto((PAGES / page).as_uri())
            _save(window.screenshot(), name, WIDTH)
        if ui:
            window = browser.new_page(viewport={"width": 1500, "height": 1340})
            expanded = "%2C".join(f"global%40global%3A{group}" for group in GROUPS)
            window.goto(f"{ui}/asset-groups?expanded={expanded}")
            window.get_by_role("button", name="Hide navigation").click()
            window.wait_for_timeout(10_000)  # until the graph has found its place, and the assets their colours
            window.mouse.move(900, 600)
            window.mouse.wheel(20, -60)  # moved a little, so that all of it is seen
            window.wait_for_timeout(2_000)
            _save(window.screenshot(), "graph", 1500)
        browser.close()


def _save(screenshot: bytes, name: str, width: int) -> None:
    with Image.open(io.BytesIO(screenshot)) as taken:
        small = taken.convert("RGB").resize((width, taken.height * width // taken.width), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        IMAGES / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
