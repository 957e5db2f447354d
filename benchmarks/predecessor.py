"""The same tables the way a serverless demo does it: three activities (normalise, filter, compute), each row by row.

The style is that of the Azure Durable Functions weather demos that this project replaces: `DataFrame.apply(axis=1)`, a
dictionary per row, `groupby(...).apply` per day and per month. The rules are those of rules.py, like everyone's.
"""

import io
import itertools
import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from benchmarks import rules

ZONE, UTC = ZoneInfo(rules.ZONE), ZoneInfo("UTC")


def tables(csv: bytes) -> dict[str, pd.DataFrame]:
    raw, refused = read_activity(csv)
    normalised = raw.apply(normalise_row, axis=1, result_type="expand")
    kept, refused, counts = filter_activity(raw, normalised, refused)
    checked = pd.DataFrame([check_row(row) for row in kept.to_dict("records")])
    events = pd.DataFrame([e for found in checked.pop("events") for e in found], columns=rules.EVENTS)
    events["order"] = events["variable"].map(rules.NAMES.index)
    events = events.sort_values(["order", "timestamp"]).drop(columns="order").reset_index(drop=True)
    daily, monthly = compute_activity(checked)
    return {
        "raw": raw,
        "quarantined": pd.DataFrame(refused, columns=rules.QUARANTINED),
        "validated": checked[rules.VALIDATED],
        "quality_events": events,
        "daily": daily[rules.DAILY],
        "monthly": monthly[rules.MONTHLY],
        "counts": pd.DataFrame([counts], columns=rules.COUNTS),
    }


def refusal(line: int, reason: str, text: str) -> list:
    return [rules.STATION, rules.FILE, line, reason, text]


def read_activity(csv: bytes) -> tuple[pd.DataFrame, list]:
    good, lines, bad = rules.split_by_width(csv)
    raw = pd.read_csv(io.BytesIO(good), dtype=str, keep_default_na=False)
    raw["landing_file"], raw["line"] = rules.FILE, lines
    return raw, [refusal(line, "ROW_WIDTH", text) for line, text in bad]


def to_number(text: str) -> tuple[float | None, bool]:
    """(value, whether the cell holds other text)."""
    text = text.strip()
    if text in rules.NULL_TOKENS:
        return None, False
    try:
        value = float(text)
    except ValueError:
        return None, True
    return (None, False) if math.isnan(value) or value == -9999.0 else (value, False)


def normalise_row(row: pd.Series) -> dict:
    try:
        time = datetime.strptime(row[rules.TIME], "%Y-%m-%d %H:%M:%S.%f %z").astimezone(UTC)
    except ValueError:
        time = None
    out = {"timestamp": time, "line": row["line"], "landing_file": row["landing_file"], "summary": row[rules.SUMMARY]}
    syntax = []
    for v in rules.VARIABLES:
        value, odd = to_number(row[v.source])
        out[v.name] = None if value is None else value * v.multiply / v.divide
        if odd:
            syntax.append(v.name)
    kind = row[rules.PRECIPITATION].strip().lower()
    out["precipitation_type"] = kind if kind in rules.PRECIPITATION_TYPES else None
    out["syntax"] = syntax
    return out


def filter_activity(raw: pd.DataFrame, rows: pd.DataFrame, refused: list):
    text = dict(zip(raw["line"], raw[rules.SOURCE_COLUMNS].apply(",".join, axis=1), strict=True))
    winners, same, conflicts = {}, 0, []
    bad_width = len(refused)
    compared = [*rules.NAMES, "precipitation_type", "summary"]
    by_time: dict = {}
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        if row["timestamp"] is None:
            refused.append(refusal(row["line"], "TIME", text[row["line"]]))
        else:
            by_time.setdefault(row["timestamp"], []).append(row)
    for time, candidates in by_time.items():
        winners[time] = candidates[-1]
        for other in candidates[:-1]:
            if all(other[c] == winners[time][c] for c in compared):
                same += 1
            else:
                conflicts.append(refusal(other["line"], "CONFLICT", text[other["line"]]))
    refused += sorted(conflicts, key=lambda r: r[2])
    kept = pd.DataFrame([winners[t] for t in sorted(winners)], dtype=object)
    return kept, refused, [len(raw) + bad_width, len(refused), same, len(conflicts)]


def check_row(row: dict) -> dict:
    """Gross range, calm, direction; a failed value becomes None."""
    out = {
        "station_id": rules.STATION, "timestamp": row["timestamp"], "summary": row["summary"],
        "precipitation_type": row["precipitation_type"], "landing_file": row["landing_file"], "line": row["line"],
        "events": [],
    }  # fmt: skip
    for v in rules.VARIABLES:
        value, test = row[v.name], "gross_range"
        if v.name == "wind_direction_deg" and row["wind_speed_ms"] == 0:
            value, flag = None, rules.FLAG_MISSING
        elif value is None:
            flag, test = (rules.FLAG_FAIL, "syntax") if v.name in row["syntax"] else (rules.FLAG_MISSING, "")
        elif not v.fail[0] <= value <= v.fail[1]:
            flag = rules.FLAG_FAIL
        elif not v.suspect[0] <= value <= v.suspect[1]:
            flag = rules.FLAG_SUSPECT
        else:
            flag = rules.FLAG_GOOD
        if flag in (rules.FLAG_SUSPECT, rules.FLAG_FAIL):
            out["events"].append(
                [rules.STATION, row["timestamp"], v.name, test, flag, value, row["landing_file"], row["line"]]
            )
        if v.name == "wind_direction_deg" and value == 360:
            value = 0.0
        out[v.name] = None if flag == rules.FLAG_FAIL else value
        out[f"{v.name}_qc"] = flag
    speed = out["wind_speed_ms"]
    out["is_calm"] = None if speed is None else speed == 0
    return out


def mean(values: list) -> float | None:
    return sum(values) / len(values) if values else None


def wind_statistics(rows: list[dict]) -> dict:
    u = v = s = c = run = 0.0
    n = directed = 0
    sectors: dict[int, list] = {}
    for row in rows:
        speed, direction = row["wind_speed_ms"], row["wind_direction_deg"]
        if direction is not None:
            angle = math.radians(direction)
            s, c, directed = s + math.sin(angle), c + math.cos(angle), directed + 1
            if speed is not None:
                entry = sectors.setdefault(math.floor((direction + 11.25) / 22.5) % 16, [0, 0.0])
                entry[0], entry[1] = entry[0] + 1, entry[1] + speed
        if speed is not None and (speed == 0 or direction is not None):
            n, run = n + 1, run + speed
            if speed:
                u, v = u - speed * math.sin(angle), v - speed * math.cos(angle)
    out = dict.fromkeys(["circular", "resultant", "speed", "steadiness", "sector"])
    out["n"] = n
    if directed and math.hypot(s, c) / directed >= rules.LEAST_RESULTANT:
        out["circular"] = math.degrees(math.atan2(s, c)) % 360
    if n:
        out["speed"] = math.hypot(u / n, v / n)
        if out["speed"] > 1e-9:
            out["resultant"] = math.degrees(math.atan2(-u, -v)) % 360
        if run > 0:
            out["steadiness"] = out["speed"] / (run / n)
    if sectors:
        out["sector"] = rules.SECTORS[max(sectors, key=lambda k: (sectors[k][0], sectors[k][1], -k))]
    return out


def longest_gap(hours: list[int], expected: int) -> int:
    edges = [-1, *hours, expected]
    return max(b - a - 1 for a, b in itertools.pairwise(edges))


def compute_day(day: date, rows: list[dict]) -> dict:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    following = day + timedelta(days=1)
    expected = int(
        (datetime(following.year, following.month, following.day, tzinfo=ZONE).astimezone(UTC) - midnight)
        / timedelta(hours=1)
    )
    need = math.ceil(rules.DAY_SHARE * expected)
    flags = [row[f"{name}_qc"] for row in rows for name in rules.NAMES]
    out = {
        "station_id": rules.STATION, "date": pd.Timestamp(day), "timezone": rules.ZONE, "hours_expected": expected,
        "suspect_n": flags.count(rules.FLAG_SUSPECT), "fail_n": flags.count(rules.FLAG_FAIL), "rows": rows,
    }  # fmt: skip

    def statistics(column: str, prefix: str, unit: str, which: str) -> list:
        values = [row[column] for row in rows if row[column] is not None]
        at = [int((row["timestamp"] - midnight) / timedelta(hours=1)) for row in rows if row[column] is not None]
        out[f"{prefix}_n"] = len(values)
        complete = len(values) >= need
        gapless = complete and longest_gap(at, expected) <= rules.LONGEST_GAP
        results = {"mean": (complete, mean), "min": (gapless, min), "max": (gapless, max)}
        for name in which.split():
            shown, function = results[name]
            out[f"{prefix}_{name}_{unit}"] = function(values) if shown and values else None
        return values if complete else None

    statistics("temperature_c", "temperature", "c", "mean min max")
    statistics("apparent_temperature_c", "apparent_temperature", "c", "min max")
    statistics("humidity_percent", "humidity", "percent", "mean min max")
    statistics("pressure_msl_hpa", "pressure", "hpa", "mean min max")
    visible = statistics("visibility_km", "visibility", "km", "mean min")
    out["low_visibility_hours"] = None if visible is None else sum(x < rules.LOW_VISIBILITY_KM for x in visible)
    speeds = statistics("wind_speed_ms", "wind", "ms", "mean max")
    out["wind_speed_mean_ms"], out["wind_speed_max_ms"] = out.pop("wind_mean_ms"), out.pop("wind_max_ms")
    out["calm_hours"] = None if speeds is None else sum(x == 0 for x in speeds)
    out["windy_hours"] = None if speeds is None else sum(x >= rules.WINDY_MS for x in speeds)
    wind = wind_statistics(rows)
    name_wind(out, wind, wind["n"] >= need)

    average, low, high = out["temperature_mean_c"], out["temperature_min_c"], out["temperature_max_c"]
    out["temperature_range_c"] = None if low is None else high - low
    out["hdd_18"] = None if average is None else max(0.0, 18 - average)
    out["cdd_18"] = None if average is None else max(0.0, average - 18)
    out["gdd_10"] = None if average is None else max(0.0, average - 10)
    out["is_frost_day"] = None if low is None else low < 0
    out["is_ice_day"] = None if high is None else high < 0
    out["is_summer_day"] = None if high is None else high > 25
    out["is_hot_day"] = None if high is None else high > 30
    out["is_tropical_night"] = None if low is None else low > 20
    return out


def name_wind(out: dict, wind: dict, known: bool) -> None:
    out["wind_direction_circular_deg"] = wind["circular"] if known else None
    out["wind_direction_resultant_deg"] = wind["resultant"] if known else None
    out["wind_speed_resultant_ms"] = wind["speed"] if known else None
    out["wind_steadiness"] = wind["steadiness"] if known else None
    out["wind_prevailing_sector"] = wind["sector"] if known else None


def compute_month(days: list[dict]) -> dict:
    first = days[0]["date"]
    rows = [row for day in days for row in day["rows"]]
    out = {"station_id": rules.STATION, "month": first, "timezone": rules.ZONE, "days_expected": len(days)}
    out["days_n"] = sum(day["temperature_mean_c"] is not None for day in days)
    for n in ["hours_expected", "suspect_n", "fail_n", "temperature_n", "humidity_n", "pressure_n", "visibility_n",
              "wind_n"]:  # fmt: skip
        out[n] = sum(day[n] for day in days)

    def present(column: str) -> list:
        return [day[column] for day in days if day[column] is not None]

    def enough(column: str) -> bool:
        missing = "".join("x" if day[column] is None else "." for day in days)
        return missing.count("x") < rules.MONTH_MISSING and "x" * rules.MONTH_CONSECUTIVE not in missing

    for column in ["temperature_mean_c", "humidity_mean_percent", "humidity_min_percent", "humidity_max_percent",
                   "pressure_mean_hpa", "pressure_min_hpa", "pressure_max_hpa", "visibility_mean_km"]:  # fmt: skip
        out[column] = mean(present(column)) if enough(column) else None
    for name in ["min", "max", "range"]:
        column = f"temperature_{name}_c"
        out[f"temperature_{name}_mean_c"] = mean(present(column)) if enough(column) else None
    for column, on, pick in [("temperature_min_c", "temperature_min_date", min),
                             ("temperature_max_c", "temperature_max_date", max)]:  # fmt: skip
        values = present(column) if out["temperature_mean_c"] is not None else []
        out[column] = pick(values) if values else None
        out[on] = next((day["date"] for day in days if values and day[column] == out[column]), None)
    visibility = present("visibility_min_km") if out["visibility_mean_km"] is not None else []
    out["visibility_min_km"] = min(visibility) if visibility else None
    speeds = [row["wind_speed_ms"] for row in rows if row["wind_speed_ms"] is not None]
    known = enough("wind_speed_mean_ms") and bool(speeds)
    out["wind_speed_mean_ms"], out["wind_speed_max_ms"] = (mean(speeds), max(speeds)) if known else (None, None)
    name_wind(out, wind_statistics(rows), enough("wind_speed_resultant_ms"))

    def total(values: list) -> float | None:
        return None if None in values else float(sum(values))

    for name, column in [
        ("low_visibility_hours", "low_visibility_hours"), ("calm_hours", "calm_hours"), ("windy_hours", "windy_hours"),
        ("hdd_18", "hdd_18"), ("cdd_18", "cdd_18"), ("gdd_10", "gdd_10"), ("frost_days", "is_frost_day"),
        ("ice_days", "is_ice_day"), ("summer_days", "is_summer_day"), ("hot_days", "is_hot_day"),
        ("tropical_nights", "is_tropical_night"),
    ]:  # fmt: skip
        out[name] = total([day[column] for day in days])
    means = [day["wind_speed_mean_ms"] for day in days]
    out["calm_days"] = total([None if x is None else x < rules.CALM_DAY_MS for x in means])
    out["windy_days"] = total([None if x is None else x >= rules.WINDY_MS for x in means])
    return out


def compute_activity(checked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Days of all months touched, so that absent days count as missing; months from those."""
    checked = checked.astype(object).where(checked.notna(), None)
    local = checked.apply(lambda row: row["timestamp"].tz_convert(ZONE).date(), axis=1)
    rows_of = {day: group.to_dict("records") for day, group in checked.groupby(local)}
    first, last = min(rows_of), max(rows_of)
    start, end = pd.Timestamp(first).replace(day=1), pd.Timestamp(last) + pd.offsets.MonthEnd(0)
    days = [compute_day(d.date(), rows_of.get(d.date(), [])) for d in pd.date_range(start, end, freq="D")]
    months: dict = {}
    for day in days:
        months.setdefault((day["date"].year, day["date"].month), []).append(day)
    monthly = pd.DataFrame([compute_month(group) for group in months.values()])
    daily = pd.DataFrame([day for day in days if first <= day["date"].date() <= last])
    return daily, monthly
