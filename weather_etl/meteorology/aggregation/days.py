"""What is a day: statistics of the civil days of a station.

Belongs here: daily formulas and thresholds. Does not belong here: completeness (`completeness.py`), civil days
(`hours.py`), months.
"""

from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.aggregation.completeness import DAILY, WHOLE
from weather_etl.meteorology.aggregation.groups import masked, ratio
from weather_etl.meteorology.aggregation.hours import ByDay, LocalHours, condition_names, dominant_condition
from weather_etl.meteorology.aggregation.vectors import sector_names
from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd

LOW_VISIBILITY_KM = 1.0  # WMO fog limit
WINDY_MS = 10.8  # Beaufort 6
CALM_DAY_MS = 2.0  # xclim `calm_days`
DEGREE_DAY_BASES_C = {"hdd_18": 18.0, "cdd_18": 18.0, "gdd_10": 10.0}


def pressure_kind(observations: "pd.DataFrame") -> str | None:
    """'msl' if any sea-level pressure is known, else 'station', else None: the two are never mixed."""
    for kind in ("msl", "station"):
        if observations[f"pressure_{kind}_hpa"].notna().any():
            return kind
    return None


def nullable(values: np.ndarray, shown: np.ndarray) -> "pd.api.extensions.ExtensionArray":
    """Counts (Int64) or booleans (boolean), null where they may not be shown."""
    import pandas as pd

    if values.dtype == bool:
        return pd.arrays.BooleanArray(values, ~shown)
    return pd.arrays.IntegerArray(values.astype(np.int64, copy=False), ~shown)


def degree_days(name: str, mean: np.ndarray) -> np.ndarray:
    """Degree days of a day from its mean temperature: max(0, base - mean) for heating, else max(0, mean - base).

    `name` is one of `DEGREE_DAY_BASES_C`. As xclim's `heating_degree_days`, `cooling_degree_days` and
    `growing_degree_days`, whose default bases are 17, 18 and 4 degC.
    """
    base = DEGREE_DAY_BASES_C[name]
    return np.maximum(base - mean if name.startswith("hdd") else mean - base, 0.0)


def daily_weather(
    observations: "pd.DataFrame",
    *,
    station: str,
    timezone: str,
    rated_power_kw: float | None = None,
    hours: LocalHours | None = None,
) -> "pd.DataFrame":
    """Statistics of the civil days of a station.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp.
        station: station id.
        timezone: IANA zone that bounds the days.
        rated_power_kw: of the station's turbine; without it there is no capacity factor.
        hours: `LocalHours(observations, timezone)`, if at hand.

    Returns:
        `daily_weather`: one row per day with at least one observation, ordered by date. Statistics are null where
        `DAILY` is not met, the energy where an hour is missing (`WHOLE`); the n columns always stand.

    Means of scalars are those of the hourly values, not (minimum + maximum) / 2 (WMO-No. 8; xclim `tg_mean`). Degree
    days come from the mean of the day, day counts from its extremes with strict limits (ETCCDI).
    """
    import pandas as pd

    hours = hours or LocalHours(observations, timezone)
    days, expected = hours.days, hours.expected
    count = len(days)
    kind = pressure_kind(observations)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "date": days.keys.astype("datetime64[D]").astype("datetime64[us]"),
        "timezone": repeated_text(timezone, count),
        "hours_expected": expected,
        "suspect_n": hours.flags(Flag.SUSPECT),
        "fail_n": hours.flags(Flag.FAIL),
        "pressure_kind": repeated_text(kind, count),
    }

    def shown(found: ByDay) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Whether the mean may be shown, mean, minimum, maximum."""
        enough = DAILY.enough(found.n, expected)
        extremes = enough & DAILY.gapless(found.gap)
        return enough, masked(found.mean, enough), masked(found.low, extremes), masked(found.high, extremes)

    def count_of(name: str, met: np.ndarray, enough: np.ndarray) -> None:
        out[name] = nullable(days.sum(met), enough)

    for prefix, unit, variable in (
        ("temperature", "c", "temperature_c"),
        ("apparent_temperature", "c", "apparent_temperature_c"),
        ("dew_point", "c", "dew_point_c"),
        ("humidity", "percent", "humidity_percent"),
        ("pressure", "hpa", f"pressure_{kind or 'msl'}_hpa"),
        ("visibility", "km", "visibility_km"),
        ("wind_speed", "ms", "wind_speed_ms"),
        ("wind_gust", "ms", "wind_gust_ms"),
    ):
        found = hours.by_day(variable)
        enough, mean, low, high = shown(found)
        out |= {
            f"{'wind' if prefix == 'wind_speed' else prefix}_n": found.n,
            f"{prefix}_mean_{unit}": mean,
            f"{prefix}_min_{unit}": low,
            f"{prefix}_max_{unit}": high,
        }
        if prefix == "temperature":
            out |= {"temperature_range_c": high - low, **_thermal(mean, low, high)}
        elif prefix == "visibility":
            count_of("low_visibility_hours", hours.column(variable) < LOW_VISIBILITY_KM, enough)
        elif prefix == "wind_speed":
            count_of("calm_hours", hours.column(variable) == 0.0, enough)
            count_of("windy_hours", hours.column(variable) >= WINDY_MS, enough)

    enough = DAILY.enough(hours.wind.vector_n, expected)
    for name, values in hours.wind.statistics().items():
        out[name] = sector_names(values, enough) if name == "wind_prevailing_sector" else masked(values, enough)
    n, total = hours.power_density
    out["wind_power_density_wm2"] = masked(ratio(total, n), DAILY.enough(n, expected))
    out |= energy(*hours.power, expected, rated_power_kw)

    number, top = dominant_condition(hours.conditions)
    enough = DAILY.enough(hours.conditions.sum(axis=0), expected)
    out["condition_dominant"] = condition_names(number, enough)
    out["condition_hours"] = nullable(top, enough)
    return pd.DataFrame(out, columns=TABLES["daily_weather"].column_names, copy=False)


def energy(n: np.ndarray, kwh: np.ndarray, expected: np.ndarray, rated_power_kw: float | None) -> dict[str, np.ndarray]:
    """Energy of spans from that of their hours: null unless all hours are there, the coverage always stands.

    The capacity factor is the energy over that of the rated power in all hours.
    """
    shown = masked(kwh, WHOLE.enough(n, expected))
    return {
        "energy_kwh": shown,
        "capacity_factor": shown / ((rated_power_kw or np.nan) * expected),
        "energy_coverage": n / expected,
    }


def _thermal(mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, object]:
    """Degree days and kinds of days."""
    kinds = {
        "is_frost_day": (low < 0, low),
        "is_ice_day": (high < 0, high),
        "is_summer_day": (high > 25, high),
        "is_hot_day": (high > 30, high),
        "is_tropical_night": (low > 20, low),
    }
    return {name: degree_days(name, mean) for name in DEGREE_DAY_BASES_C} | {
        name: nullable(met, ~np.isnan(of)) for name, (met, of) in kinds.items()
    }
