"""A slow and obvious reference for every column of the aggregated tables: plain Python, one value at a time.

Belongs here: days, months, years and normals by the letter of their rules.
Does not belong here: tests; observations to try them on (`slow_trials.py`).
"""

import math
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from statistics import stdev
from zoneinfo import ZoneInfo

from weather_etl.meteorology import schemas
from weather_etl.meteorology.quality import VARIABLES
from weather_etl.meteorology.vocabulary import CONDITIONS, SECTORS

RATED_KW = 2000.0
UTC = ZoneInfo("UTC")

PLAIN = {  # prefix of the columns -> (variable, suffix)
    "temperature": ("temperature_c", "c"),
    "apparent_temperature": ("apparent_temperature_c", "c"),
    "dew_point": ("dew_point_c", "c"),
    "humidity": ("humidity_percent", "percent"),
    "pressure": ("pressure_msl_hpa", "hpa"),
    "visibility": ("visibility_km", "km"),
    "wind_speed": ("wind_speed_ms", "ms"),
    "wind_gust": ("wind_gust_ms", "ms"),
}
COUNTS = [
    "suspect_n", "fail_n", "temperature_n", "dew_point_n", "humidity_n", "pressure_n", "visibility_n", "wind_n",
]  # fmt: skip


def mean_of(values):
    return math.fsum(values) / len(values) if values else None


def first_of_utc_hours(day: date, zone: ZoneInfo) -> list[datetime]:
    """The full UTC hours whose wall clock shows this day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    hours = [start + timedelta(hours=h) for h in range(54)]
    return [h for h in hours if h.astimezone(zone).date() == day]


def wind_reference(pairs):
    """Vector statistics of (speed, direction) of some hours."""
    known = [(v, d) for v, d in pairs if v is not None and (v == 0 or d is not None)]
    moving = [(v, d) for v, d in known if v > 0]
    u = mean_of([-v * math.sin(math.radians(d)) if v else 0.0 for v, d in known])
    w = mean_of([-v * math.cos(math.radians(d)) if v else 0.0 for v, d in known])
    out = dict.fromkeys(
        ("wind_direction_circular_deg", "wind_direction_resultant_deg", "wind_speed_resultant_ms", "wind_steadiness")
    )
    out["wind_prevailing_sector"] = None
    if not known:
        return out
    out["wind_speed_resultant_ms"] = math.hypot(u, w)
    if math.hypot(u, w) > 1e-9:
        out["wind_direction_resultant_deg"] = math.degrees(math.atan2(-u, -w)) % 360
    speed = mean_of([v for v, _ in known])
    if speed > 0:
        out["wind_steadiness"] = math.hypot(u, w) / speed
    if moving:
        out["wind_direction_circular_deg"] = circular([d for _, d in moving])
        run = defaultdict(list)
        for v, d in moving:
            run[int((d + 11.25) // 22.5) % 16].append(v)
        best = min(run, key=lambda k: (-len(run[k]), -round(math.fsum(run[k]), 9), k))
        out["wind_prevailing_sector"] = SECTORS[best]
    return out


def circular(directions):
    s = mean_of([math.sin(math.radians(d)) for d in directions])
    c = mean_of([math.cos(math.radians(d)) for d in directions])
    return math.degrees(math.atan2(s, c)) % 360 if math.hypot(s, c) >= 0.05 else None


def condition_reference(conditions):
    """Most frequent condition, the more severe of several, and its hours."""
    counts = Counter(c for c in conditions if c is not None)
    if not counts:
        return {"condition_dominant": None, "condition_hours": None}
    best = min(counts, key=lambda c: (-counts[c], CONDITIONS.index(c)))
    return {"condition_dominant": best, "condition_hours": counts[best]}


def energy_reference(powers, expected, *, of_span=False):
    enough = len(powers) >= math.ceil(round(0.9 * expected, 6)) if of_span else len(powers) == expected
    kwh = math.fsum(powers) if enough else None
    return {
        "energy_kwh": kwh,
        "capacity_factor": None if kwh is None else kwh / (RATED_KW * len(powers)),
        "energy_coverage": len(powers) / expected,
    }


def daily_reference(rows: list[dict], timezone: str) -> dict[date, dict]:
    zone = ZoneInfo(timezone)
    by_day = defaultdict(dict)
    for row in rows:
        by_day[row["timestamp"].astimezone(zone).date()][row["timestamp"]] = row
    out = {}
    for day, found in sorted(by_day.items()):
        hours = first_of_utc_hours(day, zone)
        need = math.ceil(0.8 * len(hours) - 1e-9)
        row = {"hours_expected": len(hours)}
        row["suspect_n"] = sum(r[f"{v}_qc"] == 3 for r in found.values() for v in VARIABLES)
        row["fail_n"] = sum(r[f"{v}_qc"] == 4 for r in found.values() for v in VARIABLES)
        for prefix, (variable, unit) in PLAIN.items():
            series = [found[h][variable] if h in found else None for h in hours]
            values = [x for x in series if x is not None]
            gap = longest = 0
            for x in series:
                gap = gap + 1 if x is None else 0
                longest = max(longest, gap)
            row[f"{'wind' if prefix == 'wind_speed' else prefix}_n"] = len(values)
            enough = len(values) >= need
            row[f"{prefix}_mean_{unit}"] = mean_of(values) if enough else None
            row[f"{prefix}_min_{unit}"] = min(values) if enough and longest <= 3 else None
            row[f"{prefix}_max_{unit}"] = max(values) if enough and longest <= 3 else None
            if prefix == "visibility":
                row["low_visibility_hours"] = sum(x < 1 for x in values) if enough else None
            if prefix == "wind_speed":
                row["calm_hours"] = sum(x == 0 for x in values) if enough else None
                row["windy_hours"] = sum(x >= 10.8 for x in values) if enough else None
        pairs = [(r["wind_speed_ms"], r["wind_direction_deg"]) for r in found.values()]
        vectors = sum(v is not None and (v == 0 or d is not None) for v, d in pairs)
        row |= wind_reference(pairs if vectors >= need else [])
        mean, low, high = row["temperature_mean_c"], row["temperature_min_c"], row["temperature_max_c"]
        row["temperature_range_c"] = None if low is None else high - low
        row["hdd_18"] = None if mean is None else max(0.0, 18 - mean)
        row["cdd_18"] = None if mean is None else max(0.0, mean - 18)
        row["gdd_10"] = None if mean is None else max(0.0, mean - 10)
        row["is_frost_day"] = None if low is None else low < 0
        row["is_ice_day"] = None if low is None else high < 0
        row["is_summer_day"] = None if low is None else high > 25
        row["is_hot_day"] = None if low is None else high > 30
        row["is_tropical_night"] = None if low is None else low > 20
        hourly = {
            name: [r[name] for r in found.values() if r[name] is not None]
            for name in ("wind_power_density_wm2", "wind_power_kw", "condition")
        }
        densities = hourly["wind_power_density_wm2"]
        row["wind_power_density_wm2"] = mean_of(densities) if len(densities) >= need else None
        row |= energy_reference(hourly["wind_power_kw"], len(hours))
        row |= condition_reference(hourly["condition"] if len(hourly["condition"]) >= need else [])
        row["pairs"], row["hourly"] = pairs, hourly
        out[day] = row
    return out


def shown_in_month(values: list) -> bool:
    run = longest = 0
    for x in values:
        run = run + 1 if x is None else 0
        longest = max(longest, run)
    return sum(x is None for x in values) < 11 and longest < 5


MONTHLY_NAMES = {"temperature_range_c": "temperature_range_mean_c"}


def span_reference(daily: dict[date, dict], days: list[date], shown) -> dict:
    """A month or year of these calendar days; `shown(name)`: whether means of a daily column may be shown."""

    def of(name):
        return [daily[d][name] if d in daily else None for d in days]

    def mean(name):
        return mean_of([x for x in of(name) if x is not None]) if shown(name) else None

    def total(name):
        return None if None in of(name) else math.fsum(of(name))

    def extreme(name, choose):
        values = of(name)
        known = [x for x in values if x is not None]
        if not shown(name) or not known:
            return None, None
        return choose(known), days[values.index(choose(known))]

    def hourly(name):
        return [x for d in days if d in daily for x in daily[d]["hourly"][name]]

    row = {"days_expected": len(days), "days_n": sum(x is not None for x in of("temperature_mean_c"))}
    for name in COUNTS:
        row[name] = sum(x or 0 for x in of(name))
    row["temperature_mean_c"] = mean("temperature_mean_c")
    row["temperature_min_mean_c"] = mean("temperature_min_c")
    row["temperature_max_mean_c"] = mean("temperature_max_c")
    row["temperature_range_mean_c"] = mean("temperature_range_c")
    row["temperature_min_c"], row["temperature_min_date"] = extreme("temperature_min_c", min)
    row["temperature_max_c"], row["temperature_max_date"] = extreme("temperature_max_c", max)
    for name in (
        "apparent_temperature_min_c", "apparent_temperature_max_c", "dew_point_mean_c", "visibility_mean_km",
    ):  # fmt: skip
        row[name] = mean(name)
    for prefix, unit in (("humidity", "percent"), ("pressure", "hpa")):
        row |= {f"{prefix}_{x}_{unit}": mean(f"{prefix}_{x}_{unit}") for x in ("mean", "min", "max")}
    row["visibility_min_km"] = extreme("visibility_min_km", min)[0]
    row["wind_speed_max_ms"] = extreme("wind_speed_max_ms", max)[0]
    row["wind_gust_max_ms"] = extreme("wind_gust_max_ms", max)[0]
    pairs = [p for d in days if d in daily for p in daily[d]["pairs"]]
    speeds = [v for v, _ in pairs if v is not None]
    row["wind_speed_mean_ms"] = mean_of(speeds) if shown("wind_speed_mean_ms") else None
    row |= wind_reference(pairs if shown("wind_speed_resultant_ms") else [])
    densities = hourly("wind_power_density_wm2")
    row["wind_power_density_wm2"] = mean_of(densities) if shown("wind_power_density_wm2") else None
    row |= condition_reference(hourly("condition") if shown("condition_dominant") else [])
    for name in ("hdd_18", "cdd_18", "gdd_10", "low_visibility_hours", "calm_hours", "windy_hours"):
        row[name] = total(name)
    for name, flag in (
        ("frost_days", "is_frost_day"),
        ("ice_days", "is_ice_day"),
        ("summer_days", "is_summer_day"),
        ("hot_days", "is_hot_day"),
        ("tropical_nights", "is_tropical_night"),
    ):
        row[name] = total(flag)
    winds = of("wind_speed_mean_ms")
    row["calm_days"] = None if None in winds else sum(round(x, 9) < 2 for x in winds)
    row["windy_days"] = None if None in winds else sum(round(x, 9) >= 10.8 for x in winds)
    row["powers"] = hourly("wind_power_kw")
    return row


def calendar(first: date, until: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((until - first).days)]


def monthly_reference(daily: dict[date, dict], timezone: str) -> dict[date, dict]:
    out = {}
    for first in sorted({d.replace(day=1) for d in daily}):
        days = calendar(first, (first + timedelta(days=31)).replace(day=1))

        def shown(name, days=days):
            return shown_in_month([daily[d][name] if d in daily else None for d in days])

        row = span_reference(daily, days, shown)
        row["hours_expected"] = sum(len(first_of_utc_hours(d, ZoneInfo(timezone))) for d in days)
        out[first] = row | energy_reference(row["powers"], row["hours_expected"], of_span=True)
    first, last = record(out)
    for month, row in out.items():
        same = [m for m in out if m.month == month.month and first <= m <= last]
        row["temperature_anomaly_c"] = departure(row, [out[m] for m in same], possible_years(month.month, first, last))
    return out


def record(months: dict[date, dict]) -> tuple[date, date]:
    """First and last month that shows a mean temperature; records of 30 years or less only."""
    shown = [m for m in months if months[m]["temperature_mean_c"] is not None] or list(months)
    return min(shown), max(shown)


def possible_years(calendar_month: int, first: date, last: date) -> int:
    return sum(first <= date(y, calendar_month, 1) <= last for y in range(first.year, last.year + 1))


def average(values: list, possible: int):
    known = [x for x in values if x is not None]
    return mean_of(known) if known and len(known) >= 0.8 * possible - 1e-9 else None


def departure(row: dict, others: list[dict], possible: int):
    usual = average([r["temperature_mean_c"] for r in others], possible)
    return None if None in (usual, row["temperature_mean_c"]) else row["temperature_mean_c"] - usual


def yearly_reference(daily: dict[date, dict], monthly: dict[date, dict], timezone: str) -> dict[int, dict]:
    out = {}
    for year in sorted({m.year for m in monthly}):
        months = [monthly.get(date(year, m, 1), {}) for m in range(1, 13)]

        def shown(name, months=months):
            return all(m.get(MONTHLY_NAMES.get(name, name)) is not None for m in months)

        row = span_reference(daily, calendar(date(year, 1, 1), date(year + 1, 1, 1)), shown)
        days = calendar(date(year, 1, 1), date(year + 1, 1, 1))
        row["hours_expected"] = sum(len(first_of_utc_hours(d, ZoneInfo(timezone))) for d in days)
        row["months_n"] = sum(m.get("temperature_mean_c") is not None for m in months)
        out[year] = row | energy_reference(row["powers"], row["hours_expected"], of_span=True)
        if any(m.get("energy_kwh") is None for m in months):
            out[year] |= {"energy_kwh": None, "capacity_factor": None}
    shown_years = [y for y in out if out[y]["temperature_mean_c"] is not None] or list(out)
    first, last = min(shown_years), max(shown_years)
    for row in out.values():
        others = [out[y] for y in out if first <= y <= last]
        row["temperature_anomaly_c"] = departure(row, others, last - first + 1)
    return out


def normals_reference(monthly: dict[date, dict]) -> dict[int, dict]:
    first, last = record(monthly)
    out = {}
    for number in sorted({m.month for m in monthly if first <= m <= last}):
        rows = [monthly[m] for m in monthly if m.month == number and first <= m <= last]
        possible = possible_years(number, first, last)
        means = [r["temperature_mean_c"] for r in rows if r["temperature_mean_c"] is not None]
        row = {
            "period_start": first.year,
            "period_end": last.year,
            "years_n": len(means),
            "is_normal": len(means) >= 24,
        }
        usual = average([r["temperature_mean_c"] for r in rows], possible)
        row["temperature_mean_c_sd"] = stdev(means) if usual is not None and len(means) > 1 else None
        for name in schemas.TABLES["climate_normals"].column_names[6:]:
            if name in rows[0] and not name.startswith("wind_direction"):
                row[name] = average([r[name] for r in rows], possible)
        directions = [r["wind_direction_circular_deg"] for r in rows]
        known = [d for d in directions if d is not None]
        shown = average(directions, possible) is not None
        row["wind_direction_circular_deg"] = circular(known) if shown else None
        vectors = [(r["wind_speed_resultant_ms"], r["wind_direction_resultant_deg"]) for r in rows]
        shown = average([d for _, d in vectors], possible) is not None
        name = "wind_direction_resultant_deg"
        row[name] = wind_reference(vectors)[name] if shown else None
        out[number] = row
    return out
