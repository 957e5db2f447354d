"""A slow and obvious reference for what fell and shone: sums of days by tiling, indices of months and years.

Belongs here: the rules of rain, snow, sun, cloud, spells and evapotranspiration, one value at a time in plain Python, and
random stations to try them on. Does not belong here: tests; the other columns (`slow_reference.py`).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from weather_etl.meteorology.site import Site
from weather_etl_tests.meteorology.making import hour_range, validated
from weather_etl_tests.meteorology.slow_reference import first_of_utc_hours

HOUR = timedelta(hours=1)
Row = dict[str, Any]


def known(value: Any) -> Any:
    """A value, or None for every kind of null."""
    return None if value is None or value is pd.NA or value is pd.NaT or value != value else value


def rows_by_time(frame: pd.DataFrame) -> dict[datetime, Row]:
    return {t.to_pydatetime(): row for t, row in zip(frame["timestamp"], frame.to_dict("records"), strict=True)}


@cache
def sunlight(end: datetime, latitude: float, longitude: float) -> float:
    """Mean of the cosine of the zenith angle, at least 0, of the hour that ends (Michalsky 1988)."""
    total = 0.0
    for piece in range(12):
        time = end - HOUR + timedelta(minutes=2.5 + 5 * piece)
        n = time.timestamp() / 86400 + 2440587.5 - 2451545
        g = math.radians(357.528 + 0.9856003 * n)
        lam = math.radians(280.460 + 0.9856474 * n + 1.915 * math.sin(g) + 0.020 * math.sin(2 * g))
        eps = math.radians(23.439 - 4e-7 * n)
        ra, dec = math.atan2(math.cos(eps) * math.sin(lam), math.cos(lam)), math.asin(math.sin(eps) * math.sin(lam))
        clock = time.hour + time.minute / 60 + time.second / 3600
        angle = math.radians(15 * (6.697375 + 0.0657098242 * n + clock) + longitude) - ra
        lat = math.radians(latitude)
        total += max(math.sin(lat) * math.sin(dec) + math.cos(lat) * math.cos(dec) * math.cos(angle), 0.0)
    return total / 12


def tiled(start: datetime, end: datetime, pieces: dict[datetime, list[tuple[int, float]]]) -> float | None:
    """Sum of periods that tile a day exactly, the longest first; None if none do."""
    if start == end:
        return 0.0
    for hours, amount in sorted(pieces.get(end, []), reverse=True):
        if end - hours * HOUR >= start and (before := tiled(start, end - hours * HOUR, pieces)) is not None:
            return before + amount
    return None


def enough(n: int, expected: int) -> bool:
    return n >= math.ceil(0.8 * expected - 1e-9)


def daily_totals(frame: pd.DataFrame, timezone: str, site: Site) -> dict[date, Row]:
    """The columns of `daily_weather` that come from hours which began in the day."""
    zone, rows = ZoneInfo(timezone), rows_by_time(frame)
    pieces = defaultdict(list)
    for time, row in rows.items():
        if known(row["precipitation_mm"]) is not None:
            pieces[time].append((1, row["precipitation_mm"]))
        if known(row["precipitation_long_mm"]) is not None:
            pieces[time].append((int(row["precipitation_long_h"]), row["precipitation_long_mm"]))
    days = sorted({t.astimezone(zone).date() for t in rows})
    return {day: _day(day, first_of_utc_hours(day, zone), rows, pieces, site) for day in days}


def _day(day: date, starts: list[datetime], rows: dict[datetime, Row], pieces: Any, site: Site) -> Row:
    ends = [t + HOUR for t in starts]

    def at(times: list[datetime], name: str) -> list[float | None]:
        return [known(rows[t][name]) if t in rows else None for t in times]

    def there(values: Iterable[float | None]) -> list[float]:
        return [v for v in values if v is not None]

    def of_sun(name: str, factor: float) -> float | None:
        values = at(ends, name)
        needed = [not site.place or sunlight(t, *site.place) > 0.05 for t in ends]
        if not there(values) or any(v is None and n for v, n in zip(values, needed, strict=True)):
            return None
        return factor * math.fsum(there(values))

    rain = at(ends, "precipitation_mm")
    depths, cloud = there(at(starts, "snow_depth_cm")), there(at(ends, "cloud_cover_percent"))
    total = math.fsum(there(rain)) if None not in rain else tiled(starts[0], ends[-1], pieces)
    deepest = max(depths) if depths else (0.0 if site.snow_absent == "zero" else None)
    out: Row = {
        "precipitation_n": len(starts) if total is not None else len(there(rain)),
        "precipitation_mm": total,
        "precipitation_max_hour_mm": max(there(rain)) if enough(len(there(rain)), len(ends)) else None,
        "is_wet_day": None if total is None else round(total, 6) >= site.thresholds.wet_mm,
        "snow_depth_n": len(depths),
        "snow_depth_max_cm": deepest,
        "is_snow_day": None if deepest is None else deepest >= site.thresholds.snow_cm,
        "solar_radiation_n": len(there(at(ends, "solar_radiation_wm2"))),
        "solar_radiation_mjm2": of_sun("solar_radiation_wm2", 0.0036),
        "sunshine_n": len(there(at(ends, "sunshine_min"))),
        "sunshine_h": of_sun("sunshine_min", 1 / 60),
        "cloud_cover_n": len(cloud),
        "cloud_cover_mean_percent": math.fsum(cloud) / len(cloud) if enough(len(cloud), len(ends)) else None,
        "pv_energy_kwh": of_sun("pv_power_kw", 1.0),
    }
    return out | dict(zip(("et0_mm", "et0_radiation"), _et0(day, at, there, ends, out, site), strict=True))


def _et0(
    day: date, at: Any, there: Any, ends: list[datetime], of_day: Row, site: Site
) -> tuple[float | None, str | None]:
    """FAO-56, equation 6, as the paper prints it."""
    nothing = None, None
    temperature = at(ends, "temperature_c")
    gaps = [len(list(g)) for missing, g in groupby(t is None for t in temperature) if missing]
    if site.latitude is None or site.elevation_m is None or max(gaps, default=0) > 3:
        return nothing

    def es(t: float) -> float:
        return 0.6108 * math.exp(17.27 * t / (t + 237.3))

    vapour = []
    for t, dew, humid in zip(temperature, at(ends, "dew_point_c"), at(ends, "humidity_percent"), strict=True):
        if dew is not None:
            vapour.append(es(dew))
        elif humid is not None and t is not None:
            vapour.append(humid / 100 * es(t))
    wind, pressures = there(at(ends, "wind_speed_ms")), there(at(ends, "pressure_station_hpa"))
    if not all(enough(len(x), len(ends)) for x in (there(temperature), vapour, wind)):
        return nothing
    low, high = min(there(temperature)), max(there(temperature))
    mean = (low + high) / 2
    ea, u2 = math.fsum(vapour) / len(vapour), math.fsum(wind) / len(wind) * 4.87 / math.log(67.8 * 10 - 5.42)
    p = 101.3 * ((293 - 0.0065 * site.elevation_m) / 293) ** 5.26
    if enough(len(pressures), len(ends)):
        p = math.fsum(pressures) / len(pressures) / 10
    of_year, lat = day.timetuple().tm_yday, math.radians(site.latitude)
    distance = 1 + 0.033 * math.cos(2 * math.pi * of_year / 365)
    declination = 0.409 * math.sin(2 * math.pi * of_year / 365 - 1.39)
    sunset = math.acos(min(max(-math.tan(lat) * math.tan(declination), -1), 1))
    height = sunset * math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.sin(sunset)
    outside = 24 * 60 / math.pi * 0.0820 * distance * height
    rs, kind = of_day["solar_radiation_mjm2"], "measured"
    if rs is None and of_day["sunshine_h"] is not None:
        share = min(of_day["sunshine_h"] / (24 / math.pi * sunset), 1.0) if sunset > 0 else 0.0
        rs, kind = (0.25 + 0.50 * share) * outside, "sunshine"
    if rs is None:
        return nothing
    clear = (0.75 + 2e-5 * site.elevation_m) * outside
    clearness = min(max(rs / clear, 0.3), 1.0) if clear > 0 else 0.3
    emitted = 4.903e-9 * ((high + 273.16) ** 4 + (low + 273.16) ** 4) / 2
    net = 0.77 * rs - emitted * (0.34 - 0.14 * math.sqrt(ea)) * (1.35 * clearness - 0.35)
    slope, gamma = 4098 * es(mean) / (mean + 237.3) ** 2, 0.665e-3 * p
    drying = gamma * 900 / (mean + 273) * u2 * ((es(low) + es(high)) / 2 - ea)
    return max((0.408 * slope * net + drying) / (slope + gamma * (1 + 0.34 * u2)), 0.0), kind


def longest(met: Sequence[bool]) -> int:
    return max((len(list(g)) for m, g in groupby(met) if m), default=0)


def in_runs(met: Sequence[bool], least: int) -> int:
    lengths = [len(list(g)) for m, g in groupby(met) if m]
    return sum(n for n in lengths if n >= least)


def span_totals(daily: dict[date, Row], days: list[date], allowed: int, site: Site) -> Row:
    """What a month or a year shows of its days; `allowed` of them may be missing for the largest amounts."""
    limits = site.thresholds

    def of(name: str, among: Sequence[date] = ()) -> list[Any]:
        return [known(daily[d][name]) if d in daily else None for d in among or days]

    def whole(values: list[Any], make: Callable[[list[Any]], Any]) -> Any:
        return None if None in values else make(values)

    def largest(values: list[Any]) -> Any:
        there = [v for v in values if v is not None]
        return max(there) if there and values.count(None) <= allowed else None

    rain = of("precipitation_mm")
    top = largest(rain)
    fives = [of("precipitation_mm", [d - timedelta(days=k) for k in range(5)]) for d in days]
    whole_fives = [math.fsum(f) for f in fives if None not in f]
    wet = [r for r in rain if r is not None and r >= limits.wet_mm]
    fallen, taken = whole(rain, math.fsum), whole(of("et0_mm"), math.fsum)
    cloud = of("cloud_cover_mean_percent")
    return {
        "precipitation_days_n": len(rain) - rain.count(None),
        "precipitation_n": sum(n or 0 for n in of("precipitation_n")),
        "precipitation_mm": fallen,
        "precipitation_max_hour_mm": largest(of("precipitation_max_hour_mm")),
        "wet_days": whole(rain, lambda x: sum(r >= limits.wet_mm for r in x)),
        "r10mm_days": whole(rain, lambda x: sum(r >= 10 for r in x)),
        "r20mm_days": whole(rain, lambda x: sum(r >= 20 for r in x)),
        "rx1day_mm": top,
        "rx1day_date": None if top is None else next(d for d, r in zip(days, rain, strict=True) if r == top),
        "rx5day_mm": max(whole_fives) if whole_fives and rain.count(None) <= allowed else None,
        "sdii_mm": whole(rain, lambda _: math.fsum(wet) / len(wet) if wet else None),
        "cdd_days": whole(rain, lambda x: longest([r < limits.wet_mm for r in x])),
        "cwd_days": whole(rain, lambda x: longest([r >= limits.wet_mm for r in x])),
        "snow_days": whole(of("is_snow_day"), lambda x: sum(map(bool, x))),
        "snow_depth_max_cm": largest(of("snow_depth_max_cm")),
        **{n: whole(of(n), math.fsum) for n in ("solar_radiation_mjm2", "sunshine_h", "pv_energy_kwh", "et0_mm")},
        "water_balance_mm": None if fallen is None or taken is None else fallen - taken,
        "clear_days": whole(cloud, lambda x: sum(c < 20 for c in x)),
        "overcast_days": whole(cloud, lambda x: sum(c > 80 for c in x)),
        "heat_wave_days": whole(of("temperature_max_c"), lambda x: in_runs([t > 30 for t in x], 3)),
        "cold_spell_days": whole(of("temperature_mean_c"), lambda x: in_runs([t < 0 for t in x], 5)),
    }


def growing_season(daily: dict[date, Row], year: int, site: Site) -> int | None:
    """From the first six days above 5 degrees to the first six below, after the middle of the twelve months."""
    if site.latitude is None:
        return None
    months = (1, 7, 13) if site.latitude >= 0 else (7, 13, 19)
    first, middle, last = (date(year + (m - 1) // 12, (m - 1) % 12 + 1, 1) for m in months)
    days = [first + timedelta(days=k) for k in range((last - first).days)]
    mean = [known(daily[d]["temperature_mean_c"]) if d in daily else None for d in days]
    if None in mean:
        return None
    starts = [i for i in range(len(mean) - 5) if all(t > 5 for t in mean[i : i + 6])]
    if not starts:
        return 0
    ends = [
        i for i in range(max((middle - first).days, starts[0]), len(mean) - 5) if all(t < 5 for t in mean[i : i + 6])
    ]
    return (ends[0] if ends else len(mean)) - starts[0]


def random_station(
    seed: int, timezone: str, site: Site, *, first: str, last: str, periods: Sequence[int], lost: float
) -> pd.DataFrame:
    """Hours of a station: rain of hours, or of periods at the hours of UTC where there are some; a share is lost."""
    choose = np.random.default_rng(seed)
    times = hour_range(first, last, timezone)
    n, hour = len(times), times.hour.to_numpy()

    def by_day(make: Callable[[int], np.ndarray]) -> np.ndarray:
        return np.repeat(make(n // 24 + 1), 24)[:n]

    season = -np.cos(2 * np.pi * (times.day_of_year.to_numpy() - 15) / 365.25)
    season = season if (site.latitude or 1.0) > 0 else -season
    temperature = np.round(
        12 + 15 * season + by_day(lambda k: choose.normal(0, 4, k)) + 6 * np.sin((hour - 9) * np.pi / 12), 1
    )
    wet = by_day(lambda k: choose.random(k) < 0.4) & (choose.random(n) < 0.3)
    rain = np.where(wet, np.round(choose.exponential(1.5, n), 1), 0.0)
    rain[choose.random(n) < 0.002] = 20.0
    long, long_h = np.full(n, np.nan), np.zeros(n, dtype=int)
    so_far = np.append(0.0, np.cumsum(rain))
    for period in sorted(periods):
        at = np.flatnonzero((hour % period == 0) & (np.arange(n) + 1 >= period))
        long[at], long_h[at] = np.round(so_far[at + 1] - so_far[at + 1 - period], 1), period
    height = np.array([sunlight(t.to_pydatetime(), *(site.place or (0.0, 0.0))) for t in times])
    radiation = np.where(height > 0, np.round(height * by_day(lambda k: choose.uniform(200, 900, k))), np.nan)
    sunshine = np.where(height > 0, np.round(60 * choose.random(n)), np.nan)
    reported = (hour == 6) & by_day(lambda k: choose.random(k) >= lost / 2)
    columns = {
        "temperature_c": temperature,
        "dew_point_c": np.where(choose.random(n) < 0.5, temperature - 3, np.nan),
        "humidity_percent": choose.integers(30, 100, n).astype(float),
        "wind_speed_ms": np.round(choose.gamma(2, 2, n), 1),
        "pressure_station_hpa": np.where(by_day(lambda k: choose.random(k) < 0.5), 990.0, np.nan),
        "precipitation_mm": np.full(n, np.nan) if periods and min(periods) < 24 else rain,
        "precipitation_long_mm": long,
        "snow_depth_cm": np.where(reported, np.where(temperature < 2, np.round(choose.exponential(2, n)), 0.0), np.nan),
        "solar_radiation_wm2": radiation,
        "sunshine_min": sunshine,
        "cloud_cover_percent": np.where(by_day(lambda k: choose.random(k) < 0.4), choose.choice([0.0, 100.0], n), 12.5),
    }
    for name, values in columns.items():
        holes = np.repeat(choose.random(n // 24 + 1) < lost, 24)[:n] & (choose.random(n) < 0.3)
        columns[name] = np.where(holes, np.nan, values)
    columns["pv_power_kw"] = columns["solar_radiation_wm2"] / 1250
    frame = validated(times, precipitation_long_h=long_h, **columns)
    kept = np.ones(n, dtype=bool)
    for start in choose.integers(0, n, int(20 * lost)):
        kept[start : start + int(choose.choice([1, 7, 30, 130]))] = False
    return frame[kept].reset_index(drop=True)
