"""How the source of the real file writes what it measured: its columns, units, clock and words.

Belongs here: what every station's files have in common. Does not belong here: the weather (`weather.py`).
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from sample_data.arithmetic import power_016
from sample_data.stations import YEARS, Station

HEADER = (
    "Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Humidity,Wind Speed (km/h),"
    "Wind Bearing (degrees),Visibility (km),Loud Cover,Pressure (millibars),Daily Summary"
)
HOUR = timedelta(hours=1)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
SKIES = ("Clear", "Partly Cloudy", "Mostly Cloudy", "Overcast", "Foggy")
_PARTS = ("overnight", "in the morning", "in the afternoon", "in the evening")
_UNTIL = ("morning", "afternoon", "evening", "night")


def celsius_of(hundredths_f: np.ndarray) -> np.ndarray:
    """The source computed in hundredths of Fahrenheit: hence its 9.472222222222221."""
    return (hundredths_f / 100.0 - 32.0) * 5.0 / 9.0


def apparent_f(fahrenheit: np.ndarray, mph: np.ndarray, humidity: np.ndarray) -> np.ndarray:
    """Wind chill and heat index of the US National Weather Service."""
    t, v, rh = fahrenheit, power_016(np.maximum(mph, 3.0)), humidity * 100.0
    chill = 35.74 + 0.6215 * t - 35.75 * v + 0.4275 * t * v
    heat = (
        -42.379 + 2.04901523 * t + 10.14333127 * rh - 0.22475541 * t * rh - 6.83783e-3 * t * t - 5.481717e-2 * rh * rh
        + 1.22874e-3 * t * t * rh + 8.5282e-4 * t * rh * rh - 1.99e-6 * t * t * rh * rh
    )  # fmt: skip
    dry = (13.0 - rh) / 4.0 * np.sqrt(np.maximum(17.0 - np.abs(t - 95.0), 0.0) / 17.0)
    heat = heat - np.where((rh < 13) & (t <= 112), dry, 0.0)
    heat = heat + np.where((rh > 85) & (t <= 87), (rh - 85.0) / 10.0 * (87.0 - t) / 5.0, 0.0)
    simple = 0.5 * (t + 61.0 + (t - 68.0) * 1.2 + rh * 0.094)
    heat = np.where((simple + t) / 2.0 >= 80.0, heat, simple)
    return np.where((t <= 50.0) & (mph > 3.0), chill, np.where(t >= 80.0, heat, t))


def _summer_time(when: datetime) -> bool:
    """European Union: from the last Sunday of March to that of October, 01 UTC."""
    start, end = (
        datetime(when.year, month, 31, 1, tzinfo=UTC) - timedelta(days=(date(when.year, month, 31).weekday() + 1) % 7)
        for month in (3, 10)
    )
    return start <= when < end


def calendar_of(station: Station) -> tuple[list[datetime], list[int]]:
    """All hours of the local years in UTC, with the hours to add for local time."""
    base = timedelta(hours=station.utc_offset)
    first = datetime(YEARS[0], 1, 1, tzinfo=UTC) - base
    n = (datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC) - base - first) // HOUR
    hours = [first + i * HOUR for i in range(n)]
    return hours, [station.utc_offset + _summer_time(h) for h in hours]


def summary_of(sky: str, mph: float, humidity: float, celsius: float, cloud: float, chance: float) -> str:
    if cloud > 1.7 and humidity > 0.85 and chance < 0.03:
        return "Light Rain" if chance < 0.018 else "Drizzle" if chance < 0.027 else "Rain"
    if mph > 17.0:
        wind = "Dangerously Windy" if mph > 38 else "Windy" if mph > 23 else "Breezy"
        return wind if sky == "Clear" else f"{wind} and {sky}"
    if humidity < 0.25 and celsius > 18.0:
        return "Dry" if sky == "Clear" else f"Dry and {sky}" if sky != "Overcast" else sky
    if humidity > 0.8 and celsius > 23.0 and sky not in ("Clear", "Foggy"):
        return f"Humid and {sky}"
    return sky


def daily_summary_of(skies: list[str], local_hours: list[int]) -> str:
    """The severest sky that holds for a third of some quarter of the day, and when."""
    quarters: list[list[str]] = [[], [], [], []]
    for sky, hour in zip(skies, local_hours, strict=True):
        quarters[hour // 6].append(sky)
    for sky in reversed(SKIES[1:]):
        held = [i for i, q in enumerate(quarters) if q and q.count(sky) * 3 > len(q)]
        if not held:
            continue
        first, last = held[0], held[-1]
        if (first, last) == (0, 3):
            when = "throughout the day"
        elif first == last:
            when = _PARTS[first]
        elif first == 0:
            when = f"until {_UNTIL[last]}"
        else:
            when = f"starting {_PARTS[first]}" + ("" if last == 3 else f" continuing until {_UNTIL[last]}")
        return f"{sky.capitalize()} {when}."
    return "Clear throughout the day."
