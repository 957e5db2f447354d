"""The weather of a made-up station, the quirks planted in it, its files and what a reader must find in them.

Belongs here: the weather model. Does not belong here: figures of a station (`stations.py`), how it is written (`source.py`).
"""

import functools
from datetime import date, datetime, timedelta

import numpy as np

from sample_data import source
from sample_data.arithmetic import Random, sine
from sample_data.source import HEADER, HOUR, MONTHS, SKIES
from sample_data.stations import STATIONS, YEARS, Station


@functools.cache
def build(station_id: str) -> tuple[dict[str, bytes], dict]:
    s = STATIONS[station_id]
    random = Random(s.seed)
    hours, offsets = source.calendar_of(s)
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

    # Quirks. Each keeps clear of the others, so that every count can be checked on its own.
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
    feels = np.rint(source.apparent_f(fahrenheit100 / 100.0, mph100 / 100.0, humidity) * 100.0)
    temperature, apparent = source.celsius_of(fahrenheit100), source.celsius_of(feels)
    wind, visibility = mph100 / 100.0 * 1.61, miles100 / 100.0 * 1.61

    days: dict[date, list[int]] = {}
    for i, when in enumerate(local):
        days.setdefault(when.date(), []).append(i)
    daily = {d: source.daily_summary_of([skies[i] for i in ix], [local[i].hour for i in ix]) for d, ix in days.items()}
    columns = [c.tolist() for c in (temperature, apparent, humidity, wind, bearing, visibility, pressure)]
    cloud_list, mph_list, chance_list = cloud.tolist(), (mph100 / 100.0).tolist(), chance.tolist()
    lines = []
    for i, (t, a, rh, v, d, vis, p) in enumerate(zip(*columns, strict=True)):
        when = local[i]
        summary = source.summary_of(skies[i], mph_list[i], rh, t, cloud_list[i], chance_list[i] if not fog[i] else 1.0)
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
