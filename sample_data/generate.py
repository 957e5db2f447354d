"""Two years of made-up hourly weather for three stations: two as CSV with the quirks of a well-known real file, and one
of another producer's layout, with rain, snow and sun (`alpine.py`).

    python sample_data/generate.py OUTDIR        writes OUTDIR/<station>/weather_<year>.csv and station.toml

What belongs here: the weather model, the planted quirks and their expected counts (`expected`). Nothing of the
pipeline is imported: the sample must not be able to agree with it by construction.

The bytes are the same on every machine and Python: randomness comes from the raw 64-bit output of PCG64 (numpy keeps
that stable for ever, but not what `Generator.normal` makes of it), and the arithmetic is only + - * / and sqrt, which
IEEE 754 rounds the same way everywhere; sine and power are therefore home-made (their accuracy is ample for weather).
"""

import argparse
import functools
import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # also when this file is run as a script

from sample_data import alpine
from sample_data.arithmetic import Random, power_016, sine

YEARS = (2015, 2016)
HEADER = (
    "Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Humidity,Wind Speed (km/h),"
    "Wind Bearing (degrees),Visibility (km),Loud Cover,Pressure (millibars),Daily Summary"
)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Station:
    """A place, its climate and the quirks planted in its files (hours are UTC)."""

    name: str
    timezone: str
    latitude: float
    longitude: float
    elevation_m: float
    utc_offset: int  # hours, standard time; EU summer time adds one
    seed: int
    temperature: tuple[float, float, float]  # mean, half the annual swing, half the diurnal swing in summer
    coldest_day: int  # of the year
    weather_sd: float  # of the day-to-day temperature anomalies
    humidity: tuple[float, float]  # mean, winter excess
    wind: float  # scale, km/h
    directions: tuple[tuple[float, float], ...]  # (bearing, share)
    cloud: float  # > 0 is cloudier
    pressure: tuple[float, float]  # mean, sd
    missing_from: datetime
    missing_hours: int
    duplicated_day: date  # local; its 24 rows come twice
    stuck_visibility_from: datetime
    stuck_visibility_hours: int
    zero_pressure_days: tuple[date, int]  # first local day, number of days with 8 zero hours each
    zero_pressure_rows: int  # in all
    zero_humidity_rows: int
    null_precip: tuple[tuple[datetime, int], ...]  # from, hours
    pressure_jumps: int  # one-hour, out and back, at 00 UTC of the first year
    temperature_jumps: int


def _utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


STATIONS = {
    "szeged": Station(
        name="Szeged, Hungary", timezone="Europe/Budapest", latitude=46.2530, longitude=20.1482, elevation_m=84.0,
        utc_offset=1, seed=1, temperature=(11.9, 11.3, 6.6), coldest_day=17, weather_sd=3.9, humidity=(0.735, 0.11),
        wind=1.12, directions=((5.0, 0.30), (145.0, 0.34), (295.0, 0.36)), cloud=0.0, pressure=(1016.5, 7.4),
        missing_from=_utc(2015, 7, 13, 22), missing_hours=3, duplicated_day=date(2016, 8, 2),
        stuck_visibility_from=_utc(2016, 10, 25, 22), stuck_visibility_hours=193,
        zero_pressure_days=(date(2015, 10, 12), 5), zero_pressure_rows=229, zero_humidity_rows=5,
        null_precip=((_utc(2015, 4, 11, 14), 96), (_utc(2016, 10, 31, 20), 39)),
        pressure_jumps=120, temperature_jumps=34,
    ),
    "valentia": Station(
        name="Valentia, Ireland", timezone="Europe/Dublin", latitude=51.9383, longitude=-10.2408, elevation_m=24.0,
        utc_offset=0, seed=2, temperature=(11.0, 4.4, 2.2), coldest_day=38, weather_sd=2.2, humidity=(0.83, 0.02),
        wind=2.05, directions=((35.0, 0.10), (165.0, 0.24), (225.0, 0.36), (300.0, 0.30)), cloud=0.5,
        pressure=(1013.8, 11.5), missing_from=_utc(2016, 2, 8, 23), missing_hours=3, duplicated_day=date(2015, 11, 20),
        stuck_visibility_from=_utc(2015, 5, 3, 9), stuck_visibility_hours=187,
        zero_pressure_days=(date(2016, 9, 5), 3), zero_pressure_rows=221, zero_humidity_rows=3,
        null_precip=((_utc(2015, 1, 20, 3), 41), (_utc(2016, 6, 14, 11), 57)),
        pressure_jumps=90, temperature_jumps=21,
    ),
}  # fmt: skip


# --- the source's units -----------------------------------------------------------------------------------------------


def _celsius(hundredths_f: np.ndarray) -> np.ndarray:
    """The source computed in hundredths of Fahrenheit: hence its 9.472222222222221."""
    return (hundredths_f / 100.0 - 32.0) * 5.0 / 9.0


def _apparent_f(fahrenheit: np.ndarray, mph: np.ndarray, humidity: np.ndarray) -> np.ndarray:
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


# --- calendar ---------------------------------------------------------------------------------------------------------


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def _summer_time(when: datetime) -> bool:
    """European Union: from the last Sunday of March to that of October, 01 UTC."""
    start, end = (
        datetime(when.year, month, 31, 1, tzinfo=UTC) - timedelta(days=(date(when.year, month, 31).weekday() + 1) % 7)
        for month in (3, 10)
    )
    return start <= when < end


def _calendar(station: Station) -> tuple[list[datetime], list[int]]:
    """All hours of the local years in UTC, with the hours to add for local time."""
    base = timedelta(hours=station.utc_offset)
    first = datetime(YEARS[0], 1, 1, tzinfo=UTC) - base
    n = (datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC) - base - first) // HOUR
    hours = [first + i * HOUR for i in range(n)]
    return hours, [station.utc_offset + _summer_time(h) for h in hours]


# --- the words --------------------------------------------------------------------------------------------------------

SKIES = ("Clear", "Partly Cloudy", "Mostly Cloudy", "Overcast", "Foggy")
_PARTS = ("overnight", "in the morning", "in the afternoon", "in the evening")
_UNTIL = ("morning", "afternoon", "evening", "night")


def _summary(sky: str, mph: float, humidity: float, celsius: float, cloud: float, chance: float) -> str:
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


def _daily_summary(skies: list[str], local_hours: list[int]) -> str:
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


# --- the weather ------------------------------------------------------------------------------------------------------


@functools.cache
def _build(station_id: str) -> tuple[dict[str, bytes], dict]:
    s = STATIONS[station_id]
    random = Random(s.seed)
    hours, offsets = _calendar(s)
    n = len(hours)
    local = [h + o * HOUR for h, o in zip(hours, offsets, strict=True)]
    at = {h: i for i, h in enumerate(hours)}

    elapsed = np.arange(n) - s.utc_offset
    year_turn = elapsed / 24.0 / 365.25
    summer = sine(year_turn - s.coldest_day / 365.25 - 0.25)  # -1 in deep winter, 1 in high summer
    solar_turn = (elapsed + s.longitude / 15.0) / 24.0
    day_wave = 0.87 * sine(solar_turn - 8.7 / 24.0) + 0.13 * sine(2.0 * (solar_turn - 8.7 / 24.0))  # coldest at dawn

    cloud = 0.75 * random.smooth(n, 0.965, 0.5) + 0.65 * random.ar1(n, 0.8) + s.cloud - 0.35 * summer
    flow = random.smooth(n, 0.985, 0.9)
    pressure = s.pressure[0] + s.pressure[1] * (1.0 - 0.25 * summer) * flow - 1.6 * summer
    pressure = pressure + 0.45 * sine(2.0 * solar_turn - 0.58)

    # Temperature: the seasons, the passing weather, the day (smaller under cloud and in winter).
    weather = s.weather_sd * (1.0 - 0.1 * summer) * random.smooth(n, 0.982, 0.7)
    clearness = np.clip(1.0 - 0.25 * cloud, 0.35, 1.4)
    diurnal = s.temperature[2] * (0.68 + 0.32 * summer) * clearness * day_wave
    celsius = s.temperature[0] + s.temperature[1] * summer + weather + diurnal + 0.5 * random.ar1(n, 0.75)

    # Wind: the square of a shifted normal is close to a Weibull distribution; stronger by day and in low pressure.
    root = 2.95 + 0.95 * random.ar1(n, 0.92) + 0.31 * random.normal(n) - 0.25 * flow
    kmh = s.wind * np.maximum(root, 0.0) ** 2 * (1.0 + 0.2 * day_wave) * (1.0 - 0.1 * summer)
    mph100 = np.rint(kmh / 1.61 * 100.0)
    mph100[mph100 < 50] = 0
    bearing = np.rint(_bearings(s, random, n)) % 360.0
    bearing[mph100 == 0] = 0

    humid = s.humidity[0] - s.humidity[1] * summer - 0.034 * diurnal * (1.0 + 0.2 * summer) - 0.007 * weather
    humid = humid + 0.035 * cloud + 0.075 * random.ar1(n, 0.97) + 0.02 * random.normal(n)

    # Visibility in hundredths of a mile; the source favours certain values.
    chance = random.uniform(n)
    fog = (humid > 0.935) & (mph100 < 900) & (chance < 0.8)
    miles100 = np.rint(np.clip(1020.0 - 900.0 * np.clip(humid - 0.45, 0.0, 1.0) + 130.0 * random.ar1(n, 0.9), 70, 1000))
    favoured = np.array([620.0, 700.0, 929.0, 983.0, 1000.0])
    nearest = favoured[np.abs(miles100[:, None] - favoured).argmin(axis=1)]
    miles100 = np.where((random.uniform(n) < 0.45) & (miles100 > 560), nearest, miles100)
    fog_miles100 = np.rint(np.maximum(random.uniform(n) * 260.0 - 2.0, 0.0))
    miles100 = np.where(fog, fog_miles100, miles100)
    humidity = np.rint(np.clip(humid, 0.13, 1.0) * 100.0) / 100.0
    band = np.searchsorted([-0.95, 0.25, 1.15], cloud)
    skies = [SKIES[4] if f else SKIES[b] for f, b in zip(fog.tolist(), band.tolist(), strict=True)]

    # --- quirks. Each keeps clear of the others, so that every count can be checked on its own.
    missing = np.arange(s.missing_hours) + at[s.missing_from]
    stuck = np.arange(s.stuck_visibility_hours) + at[s.stuck_visibility_from]
    twice = np.array([i for i, when in enumerate(local) if when.date() == s.duplicated_day])
    taken = np.zeros(n, bool)
    taken[missing] = taken[twice] = taken[:48] = taken[-48:] = True

    zero_pressure = _zero_pressure(s, random, local, taken)
    miles100[stuck] = 0
    null_precip = np.zeros(n, bool)
    for start, length in s.null_precip:
        null_precip[at[start] : at[start] + length] = True

    # Jumps need sound neighbours: out and back within an hour.
    near = taken | zero_pressure
    near = near | np.roll(near, 1) | np.roll(near, -1)
    midnights = np.array([i for i, h in enumerate(hours) if h.hour == 0 and local[i].year == YEARS[0] and not near[i]])
    jump_p = random.choose(midnights, s.pressure_jumps)
    jump_t = random.choose(midnights, s.temperature_jumps)
    sign = np.where(random.uniform(n) < 0.5, -1.0, 1.0)
    size = random.uniform(n)
    pressure[jump_p] += sign[jump_p] * (5.0 + 9.0 * size[jump_p])
    celsius[jump_t] += sign[jump_t] * (7.0 + 2.5 * size[jump_t])

    dry_air = random.choose(np.flatnonzero(~near & (celsius < s.temperature[0])), s.zero_humidity_rows)
    humidity[dry_air] = 0.0
    pressure = np.rint(pressure * 100.0) / 100.0
    pressure[zero_pressure] = 0.0

    fahrenheit100 = np.rint((celsius * 1.8 + 32.0) * 100.0)
    feels = np.rint(_apparent_f(fahrenheit100 / 100.0, mph100 / 100.0, humidity) * 100.0)
    temperature, apparent = _celsius(fahrenheit100), _celsius(feels)
    wind, visibility = mph100 / 100.0 * 1.61, miles100 / 100.0 * 1.61

    # --- text
    days: dict[date, list[int]] = {}
    for i, when in enumerate(local):
        days.setdefault(when.date(), []).append(i)
    daily = {d: _daily_summary([skies[i] for i in ix], [local[i].hour for i in ix]) for d, ix in days.items()}
    columns = [c.tolist() for c in (temperature, apparent, humidity, wind, bearing, visibility, pressure)]
    cloud_list, mph_list, chance_list = cloud.tolist(), (mph100 / 100.0).tolist(), chance.tolist()
    lines = []
    for i, (t, a, rh, v, d, vis, p) in enumerate(zip(*columns, strict=True)):
        when = local[i]
        summary = _summary(skies[i], mph_list[i], rh, t, cloud_list[i], chance_list[i] if not fog[i] else 1.0)
        precip = "null" if null_precip[i] else "snow" if t <= 0 else "rain"
        lines.append(
            f"{when:%Y-%m-%d %H}:00:00.000 +0{offsets[i]}00,{summary},{precip},{t},{a},{rh},{v},{d},{vis},0.0,{p},"
            f"{daily[when.date()]}"
        )

    present = np.ones(n, bool)
    present[missing] = False
    files = {}
    for year in YEARS:
        body = [lines[i] for i in _file_order(s, year, days) if present[i]]
        files[f"weather_{year}.csv"] = "\r\n".join([HEADER, *body, ""]).encode("ascii")

    calm = wind == 0
    facts = {
        "timezone": s.timezone,
        "rows": int(present.sum()) + len(twice),
        "rows_by_file": {name: body.count(b"\r\n") - 1 for name, body in files.items()},
        "station_hours": int(present.sum()),
        "first_hour": hours[0].isoformat(),
        "last_hour": hours[-1].isoformat(),
        "local_days": len(days),
        "local_months": 12 * len(YEARS),
        "identical_duplicates": len(twice),
        "missing_hours": [hours[i].isoformat() for i in missing],
        "pressure_zero": int(zero_pressure.sum()),
        "humidity_zero": int((humidity == 0)[present].sum()),
        "visibility_zero": int((visibility == 0)[present].sum()),
        "visibility_stuck": {"from": hours[stuck[0]].isoformat(), "hours": len(stuck)},
        "precip_null": int(null_precip[present].sum()),
        "pressure_jumps": len(jump_p),
        "temperature_jumps": len(jump_t),
        "calm": int(calm[present].sum()),
        "north_with_wind": int(((bearing == 0) & ~calm)[present].sum()),
        "repeated_local_hours": len(YEARS),
        "skipped_local_hours": len(YEARS),
    }  # fmt: skip
    return files, facts


def _bearings(s: Station, random: Random, n: int) -> np.ndarray:
    """Regimes around a few bearings, changing every day or so, with slow and fast wander."""
    change, pick = random.uniform(n).tolist(), random.uniform(n).tolist()
    out, current = [], s.directions[0][0]
    for c, p in zip(change, pick, strict=True):
        if c < 1 / 20:
            for centre, share in s.directions:
                current, p = centre, p - share
                if p < 0:
                    break
        out.append(current)
    return np.array(out) + 22.0 * random.ar1(n, 0.9) + 14.0 * random.normal(n)


def _zero_pressure(s: Station, random: Random, local: list[datetime], taken: np.ndarray) -> np.ndarray:
    """Some days with 8 hours each (too few left for a daily value), the rest in blocks of 1 to 6 hours."""
    zero = np.zeros(len(local), bool)
    first, length = s.zero_pressure_days
    bad_days = {first + timedelta(days=k) for k in range(length)}
    zero[[i for i, when in enumerate(local) if when.date() in bad_days and 6 <= when.hour < 14]] = True
    starts = (random.uniform(400) * (len(local) - 8)).astype(int).tolist()
    lengths = (1 + random.uniform(400) * 6).astype(int).tolist()
    for start, length in zip(starts, lengths, strict=True):
        length = min(length, s.zero_pressure_rows - int(zero.sum()))
        around = slice(start - 2, start + length + 2)
        if length and start > 2 and not (zero[around] | taken[around]).any():
            zero[start : start + length] = True
    return zero


def _file_order(s: Station, year: int, days: dict[date, list[int]]) -> list[int]:
    """The order of the real file: month by NAME, day as text; the duplicated day again where September begins."""
    ordered = sorted((d for d in days if d.year == year), key=lambda d: (MONTHS[d.month - 1], str(d.day)))
    if s.duplicated_day.year == year:
        ordered.insert(next(i for i, d in enumerate(ordered) if d.month == 9), s.duplicated_day)
    return [i for d in ordered for i in days[d]]


# --- what others use --------------------------------------------------------------------------------------------------


def generate(station: str) -> dict[str, bytes]:
    """File name -> bytes, one file per local year."""
    return dict(_build(station)[0])


def expected(station: str) -> dict:
    """What a reader of the station's files must find (README.md explains each figure). Counts are of station-hours."""
    return dict(_build(station)[1])


def settings(station: str) -> bytes:
    """The station's `station.toml`."""
    s = STATIONS[station]
    return (
        f'name = "{s.name}"\ntimezone = "{s.timezone}"\n'
        f"latitude = {s.latitude}\nlongitude = {s.longitude}\nelevation_m = {s.elevation_m}\n"
    ).encode()


def write(directory: Path) -> list[tuple[Path, int, bool]]:
    """Write all files; (path, size, written). A file that already has these bytes is left alone."""
    done = []
    stations = {s: [("station.toml", settings(s)), *generate(s).items()] for s in STATIONS}
    stations[alpine.STATION] = [("station.toml", alpine.SETTINGS), *alpine.generate().items()]
    for station, files in stations.items():
        for name, body in files:
            path = directory / station / name
            fresh = not path.is_file() or path.read_bytes() != body
            if fresh:
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(name + ".part")
                part.write_bytes(body)
                os.replace(part, path)
            done.append((path, len(body), fresh))
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample weather files.")
    parser.add_argument("outdir", type=Path)
    for path, size, fresh in write(parser.parse_args().outdir):
        print(f"{path}  {size:,} bytes  {'written' if fresh else 'unchanged'}")


if __name__ == "__main__":
    main()
