"""Takes the pictures of the pages for the README, of the pages in .local/report after `make run`.

    .venv/bin/weather-etl open report --print
    .venv/bin/weather-etl compare -s szeged -s davos -s valentia
    .venv/bin/python docs/take_pictures.py

Belongs here: which page, how large. It needs Chromium, and Playwright and Pillow, which are among the packages for tests.
"""

import io
import shutil
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


def main() -> None:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (page, width, height) in PICTURES.items():
            window = browser.new_page(viewport={"width": width, "height": height})
            window.goto((PAGES / page).as_uri())
            with Image.open(io.BytesIO(window.screenshot())) as taken:
                small = taken.convert("RGB").resize(
                    (WIDTH, taken.height * WIDTH // taken.width), Image.Resampling.LANCZOS
                )
            small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
                IMAGES / f"{name}.png", optimize=True
            )
        browser.close()


if __name__ == "__main__":
    main()
