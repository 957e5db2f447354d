"""Two years of made-up hourly weather of a mountain valley, as MeteoSwiss lays out its files: with rain, snow and sun.

What belongs here: the weather of this station, the faults planted in its file and their counts (`expected`). As in
`generate.py`, nothing of the pipeline is imported.
"""

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from sample_data.arithmetic import Random, sine

STATION = "davos"
LATITUDE, LONGITUDE, ELEVATION_M = 46.8130, 9.8435, 1594.0
SETTINGS = (
    f'name = "Davos, Switzerland"\ntimezone = "Europe/Zurich"\n'
    f"latitude = {LATITUDE}\nlongitude = {LONGITUDE}\nelevation_m = {ELEVATION_M}\n"
).encode()
# The local years 2015 and 2016; the stamp of an hour is its end, so that the last one is one hour into 2017.
FIRST, LAST = datetime(2014, 12, 31, 23, tzinfo=UTC), datetime(2016, 12, 31, 23, tzinfo=UTC)
HEADER = (
    "station_abbr;reference_timestamp;tre200h0;ure200h0;fkl010h0;fkl010h1;dkl010h0;prestah0;rre150h0;htoauths;"
    "gre000h0;sre000h0"
)
_SIN_LATITUDE, _COS_LATITUDE = 0.7291, 0.6844
_SIN_OBLIQUITY = 0.3978
_SOLAR_CONSTANT = 1361.0
# What is wrong, on purpose.
MISSING = datetime(2015, 3, 9, 4, tzinfo=UTC), 5  # no row at all
NO_PRESSURE = datetime(2016, 2, 20, 12, tzinfo=UTC), 40  # "-" instead of a number
ICED_VANE = datetime(2016, 1, 17, 2, tzinfo=UTC), 60  # wind and direction stand still
CLOUDBURST = datetime(2015, 8, 14, 16, tzinfo=UTC), 342.0  # mm in an hour: a rain gauge that somebody emptied


@dataclass(frozen=True)
class _Weather:
    """Values of every hour, shape (hours,), in the units of the file."""

    temperature: np.ndarray
    humidity: np.ndarray
    wind: np.ndarray
    gust: np.ndarray
    direction: np.ndarray
    pressure: np.ndarray
    rain: np.ndarray
    snow: np.ndarray
    radiation: np.ndarray
    sunshine: np.ndarray


def generate() -> dict[str, bytes]:
    """File name -> bytes: one file of two years."""
    return {"davos_2015-2016.csv": _build()[0]}


def expected() -> dict:
    """What a reader of the file must find; counts are of rows."""
    return dict(_build()[1])


def _sun(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean sine of the sun's elevation over the hour before each stamp, 0 at night, and the share of it with sun."""
    quarters = np.arange(n)[:, None] - 1.0 + (np.arange(4) + 0.5) / 4.0 - 1.0  # hours since 2015-01-01 00 UTC
    sin_declination = _SIN_OBLIQUITY * sine((quarters / 24.0 - 80.0) / 365.25)
    cos_declination = np.sqrt(1.0 - sin_declination * sin_declination)
    hour = (quarters + LONGITUDE / 15.0) / 24.0 + 0.25  # a cosine is a sine a quarter of a turn later
    elevation = _SIN_LATITUDE * sin_declination - _COS_LATITUDE * cos_declination * sine(hour)
    return np.maximum(elevation, 0.0).mean(axis=1), (elevation > 0.08).mean(axis=1)


def _make(n: int) -> _Weather:
    random = Random(3)
    days = (np.arange(n) - 1.0) / 24.0
    summer = sine((days - 22.0) / 365.25 - 0.25)  # -1 in deep winter, 1 in high summer
    solar = days + LONGITUDE / 360.0
    day_wave = sine(solar - 8.5 / 24.0)

    flow = random.smooth(n, 0.985, 0.9)  # high and low pressure
    cloud = np.clip(0.55 + 0.3 * (random.smooth(n, 0.96, 0.6) - 0.5 * flow) + 0.05 * random.ar1(n, 0.6), 0.0, 1.0)
    elevation, daylight = _sun(n)
    clear = _SOLAR_CONSTANT * elevation * (0.68 + 0.12 * elevation)
    radiation = clear * (1.0 - 0.74 * cloud * cloud * cloud)
    sunshine = 60.0 * daylight * np.clip(1.25 - 1.35 * cloud, 0.0, 1.0)

    temperature = 4.1 + 8.6 * summer + 3.1 * random.smooth(n, 0.985, 0.7) - 1.2 * (cloud - 0.5)
    temperature = temperature + (4.6 + 1.2 * summer) * (1.1 - 0.75 * cloud) * day_wave + 0.3 * random.ar1(n, 0.7)

    wet = cloud + 0.16 * random.smooth(n, 0.9, 0.5) + 0.1 * summer * np.maximum(day_wave, 0.0) - 0.93
    rain = np.maximum(wet, 0.0) * (5.0 + 4.0 * summer) * (0.4 + 1.2 * random.uniform(n))
    rain = np.rint(rain * 10.0) / 10.0

    humidity = 0.72 - 0.2 * (1.1 - cloud) * day_wave + 0.12 * (cloud - 0.5) + 0.05 * random.ar1(n, 0.95)
    humidity = np.where(rain > 0, np.maximum(humidity, 0.88 + 0.1 * random.uniform(n)), humidity)

    # The wind of a valley: up by day, down by night, stronger in summer and when the pressure falls.
    valley = (0.6 + 0.4 * summer) * (1.0 - 0.6 * cloud) * np.maximum(day_wave, -0.25)
    root = 1.25 + 0.75 * np.maximum(valley, 0.0) + 0.42 * random.ar1(n, 0.9) - 0.12 * flow
    wind = np.maximum(root, 0.0) * np.maximum(root, 0.0)
    gust = wind * (1.7 + 0.5 * random.uniform(n)) + 0.6
    direction = np.where(valley > 0.05, 25.0, 205.0) + 18.0 * random.ar1(n, 0.85) + 10.0 * random.normal(n)
    return _Weather(
        temperature=np.rint(temperature * 10.0) / 10.0,
        humidity=np.rint(np.clip(humidity, 0.12, 1.0) * 100.0),
        wind=np.rint(wind * 10.0) / 10.0,
        gust=np.rint(gust * 10.0) / 10.0,
        direction=np.rint(direction) % 360.0,
        pressure=np.rint((838.5 + 5.5 * flow + 2.0 * summer) * 10.0) / 10.0,
        rain=rain,
        snow=_snow(temperature.tolist(), rain.tolist()),
        radiation=np.rint(np.where(elevation > 0.01, radiation, 0.0)),
        sunshine=np.rint(sunshine),
    )


def _snow(temperature: list[float], rain: list[float]) -> np.ndarray:
    """Depth in cm: falls as a centimetre for a millimetre of water, settles, and melts above zero."""
    depth, out = 38.0, []
    for t, mm in zip(temperature, rain, strict=True):
        depth = depth + mm if t < 1.0 else depth - 0.1 * mm
        depth = max(0.0, depth * 0.9988 - 0.045 * max(0.0, t - 0.5))
        out.append(depth)
    return np.rint(np.array(out))


@functools.cache
def _build() -> tuple[bytes, dict]:
    hour = timedelta(hours=1)
    times = [FIRST + i * hour for i in range((LAST - FIRST) // hour + 1)]
    at = {t: i for i, t in enumerate(times)}
    w = _make(len(times))
    iced = slice(at[ICED_VANE[0]], at[ICED_VANE[0]] + ICED_VANE[1])
    w.wind[iced], w.gust[iced], w.direction[iced] = 2.3, 3.9, 31.0
    w.rain[at[CLOUDBURST[0]]] = CLOUDBURST[1]
    silent = range(at[NO_PRESSURE[0]], at[NO_PRESSURE[0]] + NO_PRESSURE[1])
    absent = range(at[MISSING[0]], at[MISSING[0]] + MISSING[1])
    lines = [HEADER]
    for i, t in enumerate(times):
        if i in absent:
            continue
        pressure = "-" if i in silent else f"{w.pressure[i]:.1f}"
        lines.append(
            f"DAV;{t:%d.%m.%Y %H:%M};{w.temperature[i]:.1f};{w.humidity[i]:.0f};{w.wind[i]:.1f};{w.gust[i]:.1f};"
            f"{w.direction[i]:.0f};{pressure};{w.rain[i]:.1f};{w.snow[i]:.0f};{w.radiation[i]:.0f};{w.sunshine[i]:.0f}"
        )
    facts = {
        "rows": len(lines) - 1,
        "missing_hours": [times[i].isoformat() for i in absent],
        "without_pressure": len(silent),
        "iced_hours": ICED_VANE[1],
        "cloudburst": CLOUDBURST[0].isoformat(),
    }
    return "\n".join([*lines, ""]).encode("ascii"), facts
