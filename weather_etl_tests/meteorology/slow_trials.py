"""Trials of the aggregated tables against the slow reference: random observations, and the values that differ.

Belongs here: weeks and years with gaps and changes of the clock, by a seed, and comparing two tables.
Does not belong here: tests; what is expected (`slow_reference.py`); rain and sun (`slow_totals.py`).
"""

import math
from datetime import date

import numpy as np
import pandas as pd

from weather_etl.meteorology import schemas
from weather_etl.meteorology.vocabulary import CONDITIONS
from weather_etl_tests.meteorology.making import hour_range, validated
from weather_etl_tests.meteorology.slow_reference import UTC


def random_frame(
    seed: int, timezone: str, first: str | None = None, days: int = 70, complete_from: str | None = None
) -> pd.DataFrame:
    """Weeks, most with a change of the clock; single hours, half days and whole days are missing.

    With an even seed the second month is complete, so that its sums can be shown; with `complete_from` all from there.
    """
    choose = np.random.default_rng(seed)
    first = first or choose.choice(["2021-02-20", "2021-10-01", "2020-01-25"])
    times = hour_range(f"{first}T00:00", str((pd.Timestamp(first) + pd.Timedelta(days=days)).date()), timezone)
    n = len(times)
    if complete_from:
        complete = times >= pd.Timestamp(complete_from, tz=timezone)
    else:
        complete = (times.tz_convert(timezone).month == int(first[5:7]) % 12 + 1) & (seed % 2 == 0)
    kept = choose.random(n) > (0.0 if days > 100 else 0.03)
    for start in choose.integers(0, n - 200, 8):
        kept[start : start + choose.choice([3, 4, 5, 12, 30, 100, 130])] = False
    kept |= complete | (times < times[0] + pd.Timedelta(days=1)) | (times > times[-1] - pd.Timedelta(days=1))
    warm = choose.choice([-2.0, 12.0, 24.0])

    def values(low, high, decimals, share):
        x = np.round(choose.uniform(low, high, n), decimals)
        holes = choose.random(n) < share
        for start in choose.integers(0, n - 30, 6):
            holes[start : start + choose.integers(2, 9)] = True
        return np.where(holes & ~complete, np.nan, x)

    speed = np.where(choose.random(n) < 0.1, 0.0, values(0.1, choose.choice([4.0, 25.0]), 1, 0.05))
    direction = np.where(speed == 0, np.nan, values(0, 35 if days < 100 else 25, 0, 0.02) * 10)
    columns = {
        "temperature_c": values(warm - 9, warm + 9, 1, 0.04),
        "apparent_temperature_c": values(-20, 40, 1, 0.1),
        "dew_point_c": values(-20, 30, 1, 0.1),
        "humidity_percent": values(5, 100, 0, 0.12),
        "wind_speed_ms": speed,
        "wind_gust_ms": values(0, 40, 1, 0.02),
        "wind_direction_deg": direction,
        "visibility_km": values(0, 16, 1, 0.02),
        "pressure_msl_hpa": values(950, 1050, 1, 0.15),
    }
    flags = {
        f"{v}_qc": np.where(np.isnan(x), choose.choice([4, 9], n), choose.choice([1, 3], n))[kept]
        for v, x in columns.items()
    }
    columns |= {"wind_power_density_wm2": values(0, 900, 1, 0.1), "wind_power_kw": values(0, 2000, 0, 0.004)}
    condition = choose.choice(np.array(CONDITIONS, dtype=object), n)
    condition[(choose.random(n) < 0.15) & ~complete] = None
    chosen = {v: x[kept] for v, x in columns.items()}
    return validated(times[kept], **chosen, **flags, condition=condition[kept])


def plain_rows(frame: pd.DataFrame) -> list[dict]:
    rows = []
    for row in frame.to_dict("records"):
        clean = {k: None if isinstance(x, float) and math.isnan(x) else x for k, x in row.items()}
        rows.append(clean | {"timestamp": row["timestamp"].to_pydatetime().astimezone(UTC)})
    return rows


def elsewhere(table: str) -> set[str]:
    """Columns of what fell and shone, of spells and seasons: `test_totals.py` holds them against figures of others."""
    words = ("precipitation", "snow", "solar", "sunshine", "cloud_cover", "et0", "pv_", "wet_", "r10mm", "r20mm", "rx1day",
             "rx5day", "sdii", "cdd_days", "cwd_days", "clear_days", "overcast", "water_balance", "heat_wave",
             "cold_spell", "growing_season", "heating_degree", "cooling_degree", "growing_degree", "degree_day_bases")  # fmt: skip
    return {
        n for n in schemas.TABLES[table].column_names if n.startswith(words) or n.removeprefix("is_").startswith(words)
    }


def differences(table: str, key: str, frame: pd.DataFrame, reference: dict) -> list[str]:
    """One sentence per value that differs."""
    found = []
    known = {"station_id", "timezone", "pressure_kind", key, *elsewhere(table)}
    names = [n for n in schemas.TABLES[table].column_names if n not in known]
    for row in frame.to_dict("records"):
        at = row[key].date() if isinstance(row[key], pd.Timestamp) else row[key]
        expected = reference[at]
        for name in names:
            a, b = row[name], expected[name]
            if isinstance(a, pd.Timestamp) and not pd.isna(a):
                a = a.date()
            if pd.isna(a) or b is None:
                same = bool(pd.isna(a)) and b is None
            elif isinstance(b, (str, date)):
                same = a == b
            else:
                same = math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
            if not same:
                found.append(f"{at} {name}: {a!r} instead of {b!r}")
    return found
