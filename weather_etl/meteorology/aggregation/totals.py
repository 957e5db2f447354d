"""What fell and shone in months and years, and in spells: sums, counts, indices of rain, heat and cold.

Belongs here: formulas over the days of spans (ETCCDI). Does not belong here: days (`days.py`), runs (`spells.py`).

Sums and counts need every day (WMO-No. 1203); the largest amounts may miss a few (`EXTREME`).

Shapes: each column and each mask that says where it may be shown has shape (spans,), units are those of the table.
"""

from collections.abc import Callable

import numpy as np

from weather_etl.meteorology.aggregation.calendar_spans import Spans
from weather_etl.meteorology.aggregation.completeness import EXTREME
from weather_etl.meteorology.aggregation.days import CLEAR_SKY_PERCENT, OVERCAST_PERCENT, nullable
from weather_etl.meteorology.aggregation.groups import masked, ratio
from weather_etl.meteorology.aggregation.spells import longest, season, total_in_runs
from weather_etl.meteorology.site import Site

N_COLUMNS = ("precipitation_n", "snow_depth_n", "solar_radiation_n", "sunshine_n", "cloud_cover_n")


def total_columns(spans: Spans, shown: Callable[[str], np.ndarray], site: Site) -> dict[str, object]:
    """Columns of precipitation, snow, sun, cloud and spells that months and years share.

    Args:
        spans: months or years.
        shown: daily column -> mask of the spans that may show its mean.
        site: thresholds.
    """
    out: dict[str, object] = {name: spans.days.sum(spans.daily[name].to_numpy()) for name in N_COLUMNS}
    limits = site.thresholds
    rain = np.round(spans.values("precipitation_mm"), 6)
    out |= _rain(spans, rain, site)
    out["snow_days"] = spans.whole_count(spans.values("is_snow_day"))
    out["snow_depth_max_cm"] = _extreme(spans, "snow_depth_max_cm")[0]
    for name in ("solar_radiation_mjm2", "sunshine_h", "et0_mm", "pv_energy_kwh"):
        out[name] = masked(*spans.whole(spans.values(name)))
    out["cloud_cover_mean_percent"] = masked(spans.mean("cloud_cover_mean_percent"), shown("cloud_cover_mean_percent"))
    cloud = np.round(spans.values("cloud_cover_mean_percent"), 9)
    for name, met in (("clear_days", cloud < CLEAR_SKY_PERCENT), ("overcast_days", cloud > OVERCAST_PERCENT)):
        out[name] = spans.whole_count(np.where(np.isnan(cloud), np.nan, met))
    fallen, taken = out["precipitation_mm"], out["et0_mm"]
    assert isinstance(fallen, np.ndarray) and isinstance(taken, np.ndarray)
    out["water_balance_mm"] = fallen - taken
    high, mean = spans.values("temperature_max_c"), np.round(spans.values("temperature_mean_c"), 9)
    with np.errstate(invalid="ignore"):
        hot = total_in_runs(high > limits.hot_c, limits.hot_days, spans.groups)
        cold = total_in_runs(mean < limits.cold_c, limits.cold_days, spans.groups)
    out["heat_wave_days"] = nullable(hot[spans.rows], spans.complete(high))
    out["cold_spell_days"] = nullable(cold[spans.rows], spans.complete(mean))
    return out


def _rain(spans: Spans, rain: np.ndarray, site: Site) -> dict[str, object]:
    limits = site.thresholds
    total, complete = spans.whole(rain)
    known = ~np.isnan(rain)
    with np.errstate(invalid="ignore"):
        wet, dry = rain >= limits.wet_mm, rain < limits.wet_mm
        heavy, very_heavy = rain >= limits.heavy_mm, rain >= limits.very_heavy_mm
    of_wet, wet_n = (spans.groups.sum(x)[spans.rows] for x in (np.where(wet, rain, 0.0), wet))
    few_missing = EXTREME.enough(spans.groups.sum(~known)[spans.rows], spans.unit)
    day, date = _extreme(spans, "precipitation_mm")
    five = np.full(len(rain), np.nan)
    if len(rain) >= 5:
        five[4:] = np.lib.stride_tricks.sliding_window_view(rain, 5).sum(axis=1)
    of_five = spans.groups.max(np.where(np.isnan(five), -np.inf, five))[spans.rows]
    hour, _ = _extreme(spans, "precipitation_max_hour_mm")
    return {
        "precipitation_days_n": spans.groups.sum(known)[spans.rows],
        "precipitation_mm": masked(np.round(total, 9), complete),
        "precipitation_max_hour_mm": hour,
        "wet_days": nullable(wet_n, complete),
        "r10mm_days": nullable(spans.groups.sum(heavy)[spans.rows], complete),
        "r20mm_days": nullable(spans.groups.sum(very_heavy)[spans.rows], complete),
        "rx1day_mm": day,
        "rx1day_date": np.where(np.isnan(day), np.datetime64("NaT"), date).astype("datetime64[us]"),
        "rx5day_mm": np.round(masked(np.where(np.isfinite(of_five), of_five, np.nan), few_missing), 9),
        "sdii_mm": masked(ratio(of_wet, wet_n), complete),
        "cdd_days": nullable(longest(dry, spans.groups)[spans.rows], complete),
        "cwd_days": nullable(longest(wet, spans.groups)[spans.rows], complete),
    }


def _extreme(spans: Spans, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The largest daily value of each span and its first day; NaN where too many days are missing."""
    missing = spans.groups.sum(~spans.valid(name))[spans.rows]
    value, day = spans.extreme(name, 1.0)
    return masked(np.where(np.isfinite(value), value, np.nan), EXTREME.enough(missing, spans.unit)), day


def growing_seasons(spans: Spans, site: Site) -> object:
    """Days of the growing season of each year: of the north from January, of the south from July to June.

    Null where a day of these twelve months has no mean temperature, or nobody says on which half the station lies.
    """
    count = len(spans)
    lengths, shown = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    if site.latitude is not None and len(spans.calendar):
        limits = site.thresholds
        mean = np.round(spans.values("temperature_mean_c"), 9)
        for i, year in enumerate(spans.starts.astype("datetime64[Y]").astype(int) + 1970):
            north = (f"{year}-01-01", f"{year}-07-01", f"{year + 1}-01-01")
            south = (f"{year}-07-01", f"{year + 1}-01-01", f"{year + 1}-07-01")
            first, middle, last = (
                int((np.datetime64(t, "D") - spans.calendar[0]).astype(np.int64))
                for t in (north if site.latitude >= 0 else south)
            )
            days = mean[max(first, 0) : last]
            if first < 0 or len(days) < last - first or np.isnan(days).any():
                continue
            shown[i] = True
            lengths[i] = season(days > limits.growing_c, days < limits.growing_c, middle - first, limits.growing_days)
    return nullable(lengths, shown)
