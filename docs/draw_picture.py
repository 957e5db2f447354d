"""Draw docs/picture.svg from the daily_weather table of the sample station: `.venv/bin/python docs/draw_picture.py`."""

from pathlib import Path

import numpy as np
import pandas as pd
from dotenv import load_dotenv

from weather_etl.lake.connection import connect
from weather_etl.meteorology import schemas
from weather_etl.settings import Settings

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 260, 46, 34, 28
LOW, HIGH = -20, 40


def x(day: np.ndarray | float, days: int) -> np.ndarray | float:
    return LEFT + (WIDTH - LEFT - 12) * day / days


def y(celsius: np.ndarray | float) -> np.ndarray | float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (HIGH - celsius) / (HIGH - LOW)


def colour(celsius: float) -> str:
    """Blue through pale yellow to red, as in climate stripes."""
    stops = np.array([[33, 102, 172], [146, 197, 222], [254, 224, 144], [244, 109, 67], [165, 0, 38]])
    position = np.clip((celsius + 10) / 40, 0, 1) * (len(stops) - 1)
    i = min(int(position), len(stops) - 2)
    r, g, b = (stops[i] + (stops[i + 1] - stops[i]) * (position - i)).astype(int)
    return f"#{r:02x}{g:02x}{b:02x}"


def picture(daily: pd.DataFrame, station: str) -> str:
    """SVG: a bar from lowest to highest temperature for every day, coloured by its mean."""
    days = len(daily)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>Daily temperatures, {station}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" fill="#222">Lowest to highest temperature of each day, {station} '
        "(sample data), coloured by the daily mean</text>",
    ]
    for celsius in range(LOW, HIGH + 1, 10):
        at = y(celsius)
        parts.append(f'<path d="M{LEFT} {at:.0f}H{WIDTH - 12}" stroke="#{"888" if celsius == 0 else "ddd"}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.0f}" text-anchor="end" fill="#555">{celsius} °C</text>')
    for i, day in enumerate(daily.itertuples()):
        if day.temperature_min_c == day.temperature_min_c:
            at, top, bottom = x(i + 0.5, days), y(day.temperature_max_c), y(day.temperature_min_c)
            parts.append(
                f'<path d="M{at:.1f} {top:.1f}V{bottom:.1f}" stroke="{colour(day.temperature_mean_c)}" stroke-width="1.3"/>'
            )
    for i, date in enumerate(daily["date"]):
        if date.day == 1 and date.month in (1, 4, 7, 10):
            parts.append(f'<text x="{x(i, days):.0f}" y="{HEIGHT - 8}" fill="#555">{date:%Y-%m}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    load_dotenv(override=True)
    with connect(Settings.load(), prompt=True) as containers:
        found = containers.lake.read("daily_weather", "szeged")
    assert found is not None, "run `make run` first"
    Path(__file__).with_name("picture.svg").write_text(
        picture(schemas.to_frame("daily_weather", found.arrow), "Szeged")
    )


if __name__ == "__main__":
    main()
