"""What is a day: statistics of the civil days of a station.

Belongs here: daily formulas and thresholds. Does not belong here: completeness (`completeness.py`), civil days
(`hours.py`), months.

Shapes: whatever is said of days has shape (days,): float64 with NaN, or a pandas array with nulls, in the units of the table.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from weather_etl.meteorology.aggregation import degree_days
from weather_etl.meteorology.aggregation import evapotranspiration as fao
from weather_etl.meteorology.aggregation.completeness import DAILY, WHOLE, EnergyCompleteness, WholeCompleteness
from weather_etl.meteorology.aggregation.fallen import Fallen
from weather_etl.meteorology.aggregation.groups import masked, ratio
from weather_etl.meteorology.aggregation.hours import ByDay, LocalHours, condition_names, dominant_condition
from weather_etl.meteorology.aggregation.vectors import sector_names
from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.schemas import TABLES
from weather_etl.meteorology.site import UNKNOWN_SITE, Site

if TYPE_CHECKING:
    import pandas as pd

LOW_VISIBILITY_KM = 1.0  # WMO fog limit
WINDY_MS = 10.8  # Beaufort 6
CALM_DAY_MS = 2.0  # xclim `calm_days`
CLEAR_SKY_PERCENT, OVERCAST_PERCENT = 20.0, 80.0
MJ_PER_WATT_HOUR = 0.0036


def pressure_kind(hours: LocalHours) -> str | None:
    """'msl' if any sea-level pressure is known, else 'station', else None: the two are never mixed."""
    for kind in ("msl", "station"):
        if hours.has(f"pressure_{kind}_hpa"):
            return kind
    return None


def nullable(values: np.ndarray, shown: np.ndarray) -> "pd.api.extensions.ExtensionArray":
    """Counts (Int64) or booleans (boolean), null where they may not be shown."""
    import pandas as pd

    if values.dtype == bool:
        return pd.arrays.BooleanArray(values, ~shown)
    return pd.arrays.IntegerArray(values.astype(np.int64, copy=False), ~shown)


def daily_weather(
    observations: "pd.DataFrame",
    *,
    station: str,
    timezone: str,
    rated_power_kw: float | None = None,
    hours: LocalHours | None = None,
    site: Site = UNKNOWN_SITE,
) -> "pd.DataFrame":
    """Statistics of the civil days of a station.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp.
        station: station id.
        timezone: IANA zone that bounds the days.
        rated_power_kw: of the station's turbine; without it there is no capacity factor.
        hours: `LocalHours(observations, timezone)`, if at hand.
        site: place, elevation, height of the wind sensor, thresholds, bases of degree days.

    Returns:
        `daily_weather`: one row per day with at least one observation, or an amount of the whole day, ordered by date. Statistics are null where
        `DAILY` is not met, sums and the energy where an hour is missing (`WHOLE`); the n columns always stand.

    Means of scalars are those of the hourly values, not (minimum + maximum) / 2 (WMO-No. 8; xclim `tg_mean`). Degree
    days come from the mean of the day, day counts from its extremes with strict limits (ETCCDI).
    """
    import pandas as pd

    hours = hours or LocalHours(observations, timezone)
    days, expected = hours.days, hours.expected
    count = len(days)
    kind = pressure_kind(hours)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "date": days.keys.astype("datetime64[D]").astype("datetime64[us]"),
        "timezone": repeated_text(timezone, count),
        "hours_expected": expected,
        "suspect_n": hours.flags(Flag.SUSPECT),
        "fail_n": hours.flags(Flag.FAIL),
        "pressure_kind": repeated_text(kind, count),
    }

    def shown(by_day: ByDay) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Whether the mean may be shown, mean, minimum, maximum."""
        enough = DAILY.enough(by_day.n, expected)
        extremes = enough & DAILY.gapless(by_day.gap)
        return enough, masked(by_day.mean, enough), masked(by_day.low, extremes), masked(by_day.high, extremes)

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
        by_day = hours.by_day(variable)
        enough, mean, low, high = shown(by_day)
        out |= {
            f"{'wind' if prefix == 'wind_speed' else prefix}_n": by_day.n,
            f"{prefix}_mean_{unit}": mean,
            f"{prefix}_min_{unit}": low,
            f"{prefix}_max_{unit}": high,
        }
        if prefix == "temperature":
            out |= {"temperature_range_c": high - low, **_thermal(mean, low, high, site)}
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

    out |= _fallen(hours, site, expected)
    out |= _evapotranspiration(hours, site, out)

    number, top = dominant_condition(hours.conditions)
    enough = DAILY.enough(hours.conditions.sum(axis=0), expected)
    out["condition_dominant"] = condition_names(number, enough)
    out["condition_hours"] = nullable(top, enough)
    return pd.DataFrame(out, columns=TABLES["daily_weather"].column_names, copy=False)


def energy(
    n: np.ndarray,
    kwh: np.ndarray,
    expected: np.ndarray,
    rated_power_kw: float | None,
    rule: WholeCompleteness | EnergyCompleteness = WHOLE,
) -> dict[str, np.ndarray]:
    """Energy of spans from that of their hours: null unless enough hours are there, the coverage always stands.

    The capacity factor is the energy over that of the rated power in the same hours.
    """
    shown = masked(kwh, rule.enough(n, expected))
    return {
        "energy_kwh": shown,
        "capacity_factor": shown / ((rated_power_kw or np.nan) * np.maximum(n, 1)),
        "energy_coverage": n / expected,
    }


def _fallen(hours: LocalHours, site: Site, expected: np.ndarray) -> dict[str, object]:
    """Precipitation, snow, radiation, sunshine, cloud and solar energy; nulls where the station has none of it."""
    count = len(expected)
    nothing, none = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    shown = np.zeros(count, dtype=bool)
    out: dict[str, object] = {
        **dict.fromkeys(("precipitation_n", "snow_depth_n", "solar_radiation_n", "sunshine_n", "cloud_cover_n"), none),
        **dict.fromkeys(
            ("precipitation_mm", "precipitation_max_hour_mm", "snow_depth_max_cm", "solar_radiation_mjm2", "sunshine_h",
             "cloud_cover_mean_percent", "pv_energy_kwh"),
            nothing,
        ),
        "is_wet_day": nullable(shown, shown),
        "is_snow_day": nullable(shown, shown),
    }  # fmt: skip
    sums = Fallen(hours, site.place)
    if hours.has("precipitation_mm") or hours.has("precipitation_long_mm"):
        hourly = sums.of("precipitation_mm")
        total, whole, n = sums.tiled(hourly)
        total = np.round(masked(total, whole), 9)  # whatever the order of the additions
        out |= {
            "precipitation_n": n,
            "precipitation_mm": total,
            "precipitation_max_hour_mm": masked(hourly.largest, DAILY.enough(hourly.n, expected)),
            "is_wet_day": nullable(total >= site.thresholds.wet_mm, whole),
        }
    if hours.has("snow_depth_cm"):
        depths = hours.by_day("snow_depth_cm")
        depth = np.where(np.isnan(depths.high) & (site.snow_absent == "zero"), 0.0, depths.high)
        out |= {
            "snow_depth_n": depths.n,
            "snow_depth_max_cm": depth,
            "is_snow_day": nullable(depth >= site.thresholds.snow_cm, ~np.isnan(depth)),
        }
    for name, column, prefix, factor in (
        ("solar_radiation_wm2", "solar_radiation_mjm2", "solar_radiation", MJ_PER_WATT_HOUR),
        ("sunshine_min", "sunshine_h", "sunshine", 1.0 / 60.0),
        ("pv_power_kw", "pv_energy_kwh", "", 1.0),
    ):
        if hours.has(name):
            day = sums.of_sun(name)
            out[column] = np.round(masked(factor * day.total, day.whole), 9)
            if prefix:
                out[f"{prefix}_n"] = day.n
    if hours.has("cloud_cover_percent"):
        cloud = hours.began.by_day("cloud_cover_percent")
        n = hours.from_began(cloud.n, 0)
        out["cloud_cover_n"] = n
        out["cloud_cover_mean_percent"] = masked(hours.from_began(cloud.mean), DAILY.enough(n, expected))
    return out


def _evapotranspiration(hours: LocalHours, site: Site, out: Mapping[str, Any]) -> dict[str, object]:
    """FAO-56 by days, and where its radiation comes from; null where an input is missing.

    All inputs are of the hours whose radiation is summed, those that began in the day.
    """
    import pandas as pd

    count = len(hours.days)
    nothing = {"et0_mm": np.full(count, np.nan), "et0_radiation": pd.array([None] * count, dtype="str")}
    known = hours.has("solar_radiation_wm2") or hours.has("sunshine_min")
    if site.latitude is None or site.elevation_m is None or not known:
        return nothing
    date = out["date"].astype("datetime64[D]")
    of_year = (date - date.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1
    radiation = out["solar_radiation_mjm2"]
    from_sunshine = np.isnan(radiation) & ~np.isnan(out["sunshine_h"])
    radiation = np.where(
        from_sunshine, fao.radiation_of_sunshine(out["sunshine_h"], of_year, site.latitude), radiation
    )  # fmt: skip
    began = hours.began
    n, total = began.sums_of(_vapour_pressure(began))
    vapour = masked(ratio(total, n), DAILY.enough(n, began.expected))
    pressure, wind, temperature = (began.by_day(v) for v in ("pressure_station_hpa", "wind_speed_ms", "temperature_c"))
    measured = masked(pressure.mean, DAILY.enough(pressure.n, began.expected)) / 10.0
    speed = masked(wind.mean, DAILY.enough(wind.n, began.expected))
    extremes = DAILY.enough(temperature.n, began.expected) & DAILY.gapless(temperature.gap)
    et0 = fao.reference_evapotranspiration(
        hours.from_began(masked(temperature.low, extremes)), hours.from_began(masked(temperature.high, extremes)),
        hours.from_began(vapour),
        hours.from_began(fao.wind_at_2m(speed, site.wind.anemometer_height_m)), radiation, of_year,
        latitude=site.latitude, elevation_m=site.elevation_m,
        pressure_kpa=hours.from_began(np.where(np.isnan(measured), fao.pressure_at(site.elevation_m), measured)),
    )  # fmt: skip
    source: Any = np.where(from_sunshine, "sunshine", "measured").astype(object)
    source[np.isnan(et0)] = None
    return {"et0_mm": et0, "et0_radiation": pd.array(source.tolist(), dtype="str")}


def _vapour_pressure(hours: LocalHours) -> np.ndarray:
    """Vapour pressure of the hours in kPa: from the dew point, else from the humidity."""
    dew = fao.saturation_pressure(hours.column("dew_point_c"))
    damp = hours.column("humidity_percent") / 100.0 * fao.saturation_pressure(hours.column("temperature_c"))
    return np.where(np.isnan(dew), damp, dew)


def _thermal(mean: np.ndarray, low: np.ndarray, high: np.ndarray, site: Site) -> dict[str, object]:
    """Degree days and kinds of days."""
    kinds = {
        "is_frost_day": (low < 0, low),
        "is_ice_day": (high < 0, high),
        "is_summer_day": (high > 25, high),
        "is_hot_day": (high > 30, high),
        "is_tropical_night": (low > 20, low),
    }
    return {
        **degree_days.fixed(mean),
        **degree_days.own(mean, site.degree_days),
        "degree_day_bases": degree_days.told(site.degree_days, len(mean)),
        **{name: nullable(met, ~np.isnan(of)) for name, (met, of) in kinds.items()},
    }
