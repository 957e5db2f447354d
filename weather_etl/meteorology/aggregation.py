"""What is a day, what is a month: aggregates of the validated observations.

Belongs here: civil days, completeness rules, daily and monthly statistics.
Does not belong here: whether a value is good (`quality.py`); nulls are taken as missing.

Everything works on observations of ONE station in time order: one pass of `reduceat` per statistic.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.meteorology.schemas import TABLES
from weather_etl.meteorology.vocabulary import SECTORS

if TYPE_CHECKING:
    import pandas as pd

LOW_VISIBILITY_KM = 1.0  # WMO fog limit
WINDY_MS = 10.8  # Beaufort 6
CALM_DAY_MS = 2.0
MIN_CIRCULAR_R = 0.05
DEGREE_DAY_BASES_C = {"hdd_18": 18.0, "cdd_18": 18.0, "gdd_10": 10.0}

_HOUR = 3_600_000_000  # microseconds
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class DailyCompleteness:
    """When a day's statistics may be shown: 80 % of its hours (common climate practice; WMO-No. 1203 for years).

    Minimum and maximum also need that no gap is longer than `longest_gap` hours.
    """

    share: float = 0.8
    longest_gap: int = 3

    def enough(self, n: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Mask of the days with n >= ceil(share x expected) hours: 20 of 24, 19 of 23, 20 of 25."""
        return n >= np.ceil(np.round(self.share * expected, 9))


@dataclass(frozen=True)
class MonthlyCompleteness:
    """When a month's means may be shown (WMO-No. 1203; xclim `missing_wmo`, nm=11, nc=5).

    Not with `missing` or more days missing, nor with `consecutive` or more missing in a row; days without any row
    count as missing. Sums and counts need every day.
    """

    missing: int = 11
    consecutive: int = 5

    def enough(self, valid: np.ndarray, months: "_Groups") -> np.ndarray:
        """Mask of the months; `valid` has one entry per calendar day."""
        position = np.arange(len(valid))
        first = months.starts[months.of_row()]
        run = position - np.maximum.accumulate(np.maximum(np.where(valid, position, -1), first - 1))
        return (months.sum(~valid) < self.missing) & (months.max(run) < self.consecutive)


DAILY = DailyCompleteness()
MONTHLY = MonthlyCompleteness()


class _Groups:
    """Consecutive rows that belong together, given by the index of each group's first row."""

    def __init__(self, keys: np.ndarray) -> None:
        self.n = len(keys)
        change = np.ones(self.n, dtype=bool)
        change[1:] = keys[1:] != keys[:-1]
        self.starts = np.flatnonzero(change)
        self.keys = keys[self.starts]

    def merged(self, keys: np.ndarray) -> "_Groups":
        """Groups of groups: `keys` has one entry per group, equal for neighbours that become one."""
        outer = _Groups(keys)
        groups = _Groups.__new__(_Groups)
        groups.n, groups.starts, groups.keys = self.n, self.starts[outer.starts], outer.keys
        return groups

    def of_row(self) -> np.ndarray:
        """Group number of every row."""
        return np.repeat(np.arange(len(self.starts)), np.diff(np.append(self.starts, self.n)))

    def sum(self, values: np.ndarray) -> np.ndarray:
        kind = np.int64 if values.dtype == bool else values.dtype
        return np.add.reduceat(values, self.starts, dtype=kind) if self.n else np.empty(0, dtype=kind)

    def min(self, values: np.ndarray) -> np.ndarray:
        return np.minimum.reduceat(values, self.starts) if self.n else np.empty(0, dtype=values.dtype)

    def max(self, values: np.ndarray) -> np.ndarray:
        return np.maximum.reduceat(values, self.starts) if self.n else np.empty(0, dtype=values.dtype)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator != 0)


def _mean(groups: _Groups, values: np.ndarray, valid: np.ndarray, n: np.ndarray) -> np.ndarray:
    return _ratio(groups.sum(np.where(valid, values, 0.0)), n)


# --- local days ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Days:
    """The civil days of a station's hours.

    Attributes:
        groups: hours grouped by day; keys are days since 1970-01-01.
        expected: hours each day has in its zone (23, 24 or 25 where clocks change).
        hour: number of every hour within its day, from 0.
    """

    groups: _Groups
    expected: np.ndarray
    hour: np.ndarray


def _midnights(days: np.ndarray, timezone: str) -> np.ndarray:
    """First full UTC hour of each civil day, as hours since 1970-01-01."""
    import pandas as pd

    local = pd.DatetimeIndex(days.astype("datetime64[D]").astype("datetime64[us]"))
    utc = local.tz_localize(timezone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    hours = -(-_micros(utc.tz_convert("UTC")) // _HOUR)
    # Where clocks went from 00:01 back to 23:01 (Newfoundland until 2011), midnight was still to come.
    again = pd.DatetimeIndex((hours * _HOUR).astype("datetime64[us]")).tz_localize("UTC").tz_convert(timezone)
    return hours + (_micros(again) // _DAY < days)


def _micros(index: "pd.DatetimeIndex") -> np.ndarray:
    """Wall-clock microseconds since 1970-01-01."""
    return index.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def _local_days(timestamps: "pd.Series", timezone: str) -> _Days:
    import pandas as pd

    index = pd.DatetimeIndex(timestamps)
    groups = _Groups(_micros(index.tz_convert(timezone)) // _DAY)
    start, end = _midnights(groups.keys, timezone), _midnights(groups.keys + 1, timezone)
    hours = _micros(index) // _HOUR
    return _Days(groups, end - start, hours - start[groups.of_row()])


def _longest_gap(days: _Days, valid: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Longest run of missing hours within each day; days that are complete or empty are not looked at."""
    gap = np.where(n == 0, days.expected, 0)
    of_row = days.groups.of_row()
    rows = np.flatnonzero(valid & (n < days.expected)[of_row])
    if not len(rows):
        return gap
    hour, part = days.hour[rows], _Groups(of_row[rows])
    before = hour.copy()  # missing hours between this valid hour and the one before it
    before[1:] = np.where(of_row[rows][1:] == of_row[rows][:-1], hour[1:] - hour[:-1] - 1, hour[1:])
    last = np.append(part.starts[1:], len(rows)) - 1
    gap[part.keys] = np.maximum(part.max(before), days.expected[part.keys] - 1 - hour[last])
    return gap


# --- wind ----------------------------------------------------------------------------------------------------


class LocalHours:
    """A station's hours arranged by civil days, with their wind as vectors: what days and months share.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp.
        timezone: IANA zone that bounds the days.
    """

    def __init__(self, observations: "pd.DataFrame", timezone: str) -> None:
        self.timezone = timezone
        self.days = _local_days(observations["timestamp"], timezone)
        speed = observations["wind_speed_ms"].to_numpy(dtype=np.float64)
        direction = observations["wind_direction_deg"].to_numpy(dtype=np.float64)
        self.speed = speed
        self.has_direction = ~np.isnan(direction) & (speed > 0.0)
        self.has_vector = (speed == 0.0) | self.has_direction
        radians = np.radians(np.where(self.has_direction, direction, 0.0))
        self.sin = np.sin(radians)  # 0 where there is no direction
        self.cos = np.where(self.has_direction, np.cos(radians), 0.0)
        self.moving = np.where(self.has_direction, speed, 0.0)
        # 16 sectors of 22.5 degrees centred on north; 16: no direction
        sector = np.floor((np.where(self.has_direction, direction, 0.0) + 11.25) / 22.5) % 16
        self.sector = np.where(self.has_direction, sector, 16).astype(np.int64)

    def wind(self, groups: _Groups) -> dict[str, np.ndarray]:
        """Vector statistics of hourly wind per group.

        Calms count as zero vectors in the resultant (WMO-No. 8, I.5) and have no part in the circular mean and the
        sectors. Directions are where the wind comes from, in degrees from north.
        """
        n_vector = groups.sum(self.has_vector)
        east = _ratio(groups.sum(self.moving * self.sin), n_vector)
        north = _ratio(groups.sum(self.moving * self.cos), n_vector)
        resultant = np.hypot(east, north)
        mean_speed = _ratio(groups.sum(self.moving), n_vector)
        sum_sin, sum_cos = groups.sum(self.sin), groups.sum(self.cos)
        circular = _degrees(sum_sin, sum_cos)
        concentration = _ratio(np.hypot(sum_sin, sum_cos), groups.sum(self.has_direction))
        circular[~(concentration >= MIN_CIRCULAR_R)] = np.nan
        direction_of_resultant = _degrees(east, north)
        direction_of_resultant[~(resultant > 1e-9)] = np.nan
        return {
            "vector_n": n_vector,
            "wind_direction_circular_deg": circular,
            "wind_direction_resultant_deg": direction_of_resultant,
            "wind_speed_resultant_ms": resultant,
            "wind_steadiness": np.minimum(_ratio(resultant, np.where(mean_speed > 0, mean_speed, 0.0)), 1.0),
            "wind_prevailing_sector": self._prevailing_sector(groups),
        }

    def _prevailing_sector(self, groups: _Groups) -> np.ndarray:
        """Most frequent sector, -1 without wind; tie: larger wind run, then clockwise from north."""
        cell = groups.of_row() * 17 + self.sector
        shape = (len(groups.starts), 17)
        counts = np.bincount(cell, minlength=shape[0] * 17).reshape(shape)[:, :16]
        runs = np.bincount(cell, weights=self.moving, minlength=shape[0] * 17).reshape(shape)[:, :16]
        top = counts.max(axis=1, initial=0)
        best = np.where(counts == top[:, None], np.round(runs, 9), -1.0).argmax(axis=1)
        return np.where(top > 0, best, -1)


def _degrees(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    degrees = np.degrees(np.arctan2(east, north)) % 360.0
    return np.where(degrees >= 360.0, 0.0, degrees)  # -1e-15 % 360 rounds up to 360


def _sector_names(sectors: np.ndarray, shown: np.ndarray) -> "pd.Series":
    import pandas as pd

    names = np.array([*SECTORS, None], dtype=object)
    return pd.Series(names[np.where(shown, sectors, -1)], dtype="str")


# --- tables --------------------------------------------------------------------------------------------------


def pressure_kind(observations: "pd.DataFrame") -> str | None:
    """'msl' if any sea-level pressure is known, else 'station', else None: the two are never mixed."""
    for kind in ("msl", "station"):
        if observations[f"pressure_{kind}_hpa"].notna().any():
            return kind
    return None


def _masked(values: np.ndarray, shown: np.ndarray) -> np.ndarray:
    return np.where(shown, values, np.nan)


def _nullable(values: np.ndarray, shown: np.ndarray, dtype: str) -> "pd.Series":
    """Counts and booleans that can be null."""
    import pandas as pd

    series = pd.Series(values).astype(dtype)
    return series.mask(~pd.Series(shown))


def daily_weather(
    observations: "pd.DataFrame", *, station: str, timezone: str, hours: LocalHours | None = None
) -> "pd.DataFrame":
    """Statistics of the civil days of a station.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp.
        station: station id.
        timezone: IANA zone that bounds the days.
        hours: `LocalHours(observations, timezone)`, if at hand.

    Returns:
        `daily_weather`: one row per day with at least one observation, ordered by date. Statistics are null where
        `DAILY` is not met; the n columns always stand.
    """
    import pandas as pd

    hours = hours or LocalHours(observations, timezone)
    days = hours.days
    groups, expected = days.groups, days.expected
    count = len(groups.starts)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "date": groups.keys.astype("datetime64[D]").astype("datetime64[us]"),
        "timezone": repeated_text(timezone, count),
        "hours_expected": expected,
    }
    suspect = np.zeros(groups.n, dtype=np.int64)
    fail = np.zeros(groups.n, dtype=np.int64)
    for name in VARIABLES:
        flags = observations[f"{name}_qc"].to_numpy()
        suspect += flags == Flag.SUSPECT
        fail += flags == Flag.FAIL
    out["suspect_n"], out["fail_n"] = groups.sum(suspect), groups.sum(fail)

    def statistics(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """n, whether the mean may be shown, mean, minimum, maximum."""
        valid = ~np.isnan(values)
        n = groups.sum(valid)
        enough = DAILY.enough(n, expected)
        extremes = enough & (_longest_gap(days, valid, n) <= DAILY.longest_gap)
        return (
            n,
            enough,
            _masked(_mean(groups, values, valid, n), enough),
            _masked(groups.min(np.where(valid, values, np.inf)), extremes),
            _masked(groups.max(np.where(valid, values, -np.inf)), extremes),
        )

    def column(name: str) -> np.ndarray:
        return observations[name].to_numpy(dtype=np.float64)

    n, _, mean, low, high = statistics(column("temperature_c"))
    out |= {
        "temperature_n": n,
        "temperature_mean_c": mean,
        "temperature_min_c": low,
        "temperature_max_c": high,
        "temperature_range_c": high - low,
    }
    tn, tx = low, high
    _, _, _, low, high = statistics(column("apparent_temperature_c"))
    out |= {"apparent_temperature_min_c": low, "apparent_temperature_max_c": high}
    n, _, relative, low, high = statistics(column("humidity_percent"))
    out |= {
        "humidity_n": n,
        "humidity_mean_percent": relative,
        "humidity_min_percent": low,
        "humidity_max_percent": high,
    }
    kind = pressure_kind(observations)
    n, _, pressure, low, high = statistics(column(f"pressure_{kind or 'msl'}_hpa"))
    out |= {
        "pressure_kind": repeated_text(kind, count),
        "pressure_n": n,
        "pressure_mean_hpa": pressure,
        "pressure_min_hpa": low,
        "pressure_max_hpa": high,
    }
    visibility = column("visibility_km")
    n, enough, view, low, _ = statistics(visibility)
    out |= {
        "visibility_n": n,
        "visibility_mean_km": view,
        "visibility_min_km": low,
        "low_visibility_hours": _nullable(groups.sum(visibility < LOW_VISIBILITY_KM), enough, "Int64"),
    }
    speed = hours.speed
    n, enough, wind, _, high = statistics(speed)
    out |= {"wind_n": n, "wind_speed_mean_ms": wind, "wind_speed_max_ms": high}
    out["wind_gust_max_ms"] = statistics(column("wind_gust_ms"))[4]
    vector = hours.wind(groups)
    shown = DAILY.enough(vector.pop("vector_n"), expected)
    sector = vector.pop("wind_prevailing_sector")
    out |= {name: _masked(values, shown) for name, values in vector.items()}
    out["wind_prevailing_sector"] = _sector_names(sector, shown)
    out["calm_hours"] = _nullable(groups.sum(speed == 0.0), enough, "Int64")
    out["windy_hours"] = _nullable(groups.sum(speed >= WINDY_MS), enough, "Int64")

    out |= {name: _degree_days(name, mean) for name in DEGREE_DAY_BASES_C}
    with np.errstate(invalid="ignore"):
        for name, met, of in (
            ("is_frost_day", tn < 0, tn),
            ("is_ice_day", tx < 0, tx),
            ("is_summer_day", tx > 25, tx),
            ("is_hot_day", tx > 30, tx),
            ("is_tropical_night", tn > 20, tn),
        ):
            out[name] = _nullable(met, ~np.isnan(of), "boolean")
    return pd.DataFrame(out, copy=False)


def _degree_days(name: str, mean: np.ndarray) -> np.ndarray:
    """Degree days of a day from its mean temperature: max(0, base - mean) for heating, else max(0, mean - base)."""
    base = DEGREE_DAY_BASES_C[name]
    return np.maximum(base - mean if name.startswith("hdd") else mean - base, 0.0)


def monthly_weather(
    observations: "pd.DataFrame",
    daily: "pd.DataFrame",
    *,
    station: str,
    timezone: str,
    hours: LocalHours | None = None,
) -> "pd.DataFrame":
    """Statistics of the civil months of a station.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp (wind comes from its hours).
        daily: `daily_weather` made from them.
        station: station id.
        timezone: IANA zone that bounds the months.
        hours: `LocalHours(observations, timezone)`, if at hand.

    Returns:
        `monthly_weather`: one row per month with at least one observation, ordered by month. Means are null where
        `MONTHLY` is not met, sums and day counts where any day is missing; the n columns always stand.
    """
    import pandas as pd

    dates = daily["date"].to_numpy("datetime64[D]")
    if len(dates):
        first, last = dates[0].astype("datetime64[M]"), dates[-1].astype("datetime64[M]") + 1
        calendar = np.arange(first.astype("datetime64[D]"), last.astype("datetime64[D]"))
    else:
        calendar = dates
    months = _Groups(calendar.astype("datetime64[M]").astype(np.int64))
    at = (dates - calendar[0]).astype(np.int64) if len(dates) else np.empty(0, dtype=np.int64)
    present = months.sum(_spread(np.ones(len(at)), at, len(calendar), 0.0)) > 0

    def days_of(name: str) -> np.ndarray:
        """A column of `daily` on the whole calendar, NaN on days without a row."""
        return _spread(daily[name].to_numpy(dtype=np.float64, na_value=np.nan), at, len(calendar), np.nan)

    def total(name: str) -> np.ndarray:
        return months.sum(np.nan_to_num(days_of(name))).astype(np.int64)

    def mean(name: str) -> np.ndarray:
        values = days_of(name)
        valid = ~np.isnan(values)
        return _masked(_mean(months, values, valid, months.sum(valid)), MONTHLY.enough(valid, months))

    def complete_sum(name: str) -> np.ndarray:
        return months.sum(days_of(name))  # NaN as soon as one day is missing

    def complete_count(values: np.ndarray) -> "pd.Series":
        sums = months.sum(values)
        return _nullable(np.nan_to_num(sums), ~np.isnan(sums), "Int64")

    def extreme(name: str, sign: float) -> tuple[np.ndarray, np.ndarray]:
        """The largest value of sign x daily value, and the first day that has it."""
        values = np.where(np.isnan(days_of(name)), -np.inf, sign * days_of(name))
        top = months.max(values)
        shown = MONTHLY.enough(~np.isnan(days_of(name)), months)
        hit = values == top[months.of_row()]
        day = calendar[months.min(np.where(hit, np.arange(len(calendar)), len(calendar) - 1))] if len(top) else calendar
        return _masked(sign * top, shown), np.where(shown, day, np.datetime64("NaT"))

    month_starts = months.keys.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    next_starts = (months.keys + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    count = len(months.keys)
    coldest, coldest_day = extreme("temperature_min_c", -1.0)
    warmest, warmest_day = extreme("temperature_max_c", 1.0)
    temperature = days_of("temperature_mean_c")
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "month": months.keys.astype("datetime64[M]").astype("datetime64[us]"),
        "timezone": repeated_text(timezone, count),
        "days_expected": next_starts - month_starts,
        "days_n": months.sum(~np.isnan(temperature)),
        "hours_expected": _midnights(next_starts, timezone) - _midnights(month_starts, timezone),
    }
    for name in ("suspect_n", "fail_n", "temperature_n", "humidity_n", "pressure_n", "visibility_n", "wind_n"):
        out[name] = total(name)
    out |= {
        "temperature_mean_c": mean("temperature_mean_c"),
        "temperature_min_mean_c": mean("temperature_min_c"),
        "temperature_max_mean_c": mean("temperature_max_c"),
        "temperature_min_c": coldest,
        "temperature_min_date": coldest_day.astype("datetime64[us]"),
        "temperature_max_c": warmest,
        "temperature_max_date": warmest_day.astype("datetime64[us]"),
        "temperature_range_mean_c": mean("temperature_range_c"),
    }
    for name in (
        "apparent_temperature_min_c", "apparent_temperature_max_c",
        "humidity_mean_percent", "humidity_min_percent", "humidity_max_percent",
        "pressure_mean_hpa", "pressure_min_hpa", "pressure_max_hpa",
        "visibility_mean_km",
    ):  # fmt: skip
        out[name] = mean(name)
    out["pressure_kind"] = repeated_text(pressure_kind(observations), count)
    out["visibility_min_km"] = extreme("visibility_min_km", -1.0)[0]
    out["low_visibility_hours"] = complete_count(days_of("low_visibility_hours"))

    wind = _wind_of_months(hours or LocalHours(observations, timezone), months.keys)
    out["wind_speed_mean_ms"] = _masked(
        wind.pop("wind_speed_mean_ms"), MONTHLY.enough(~np.isnan(days_of("wind_speed_mean_ms")), months)
    )
    shown = MONTHLY.enough(~np.isnan(days_of("wind_speed_resultant_ms")), months)  # days with enough wind vectors
    for name, values in wind.items():
        out[name] = _sector_names(values, shown) if name == "wind_prevailing_sector" else _masked(values, shown)
    out["wind_speed_max_ms"] = extreme("wind_speed_max_ms", 1.0)[0]
    out["wind_gust_max_ms"] = extreme("wind_gust_max_ms", 1.0)[0]
    out["calm_hours"] = complete_count(days_of("calm_hours"))
    out["windy_hours"] = complete_count(days_of("windy_hours"))
    for name in DEGREE_DAY_BASES_C:
        out[name] = complete_sum(name)
    for name, flag in (
        ("frost_days", "is_frost_day"),
        ("ice_days", "is_ice_day"),
        ("summer_days", "is_summer_day"),
        ("hot_days", "is_hot_day"),
        ("tropical_nights", "is_tropical_night"),
    ):
        out[name] = complete_count(days_of(flag))
    speed = days_of("wind_speed_mean_ms")
    out["calm_days"] = complete_count(np.where(np.isnan(speed), np.nan, speed < CALM_DAY_MS))
    out["windy_days"] = complete_count(np.where(np.isnan(speed), np.nan, speed >= WINDY_MS))
    frame = pd.DataFrame(out, columns=TABLES["monthly_weather"].column_names, copy=False)
    return frame[present].reset_index(drop=True)


def _spread(values: np.ndarray, at: np.ndarray, size: int, fill: float) -> np.ndarray:
    out = np.full(size, fill)
    out[at] = values
    return out


def _wind_of_months(hours: LocalHours, keys: np.ndarray) -> dict[str, np.ndarray]:
    """Wind statistics of the hours of each month in `keys` (months since 1970-01), NaN for months without hours."""
    days = hours.days.groups
    groups = days.merged(days.keys.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))
    wind = hours.wind(groups)
    del wind["vector_n"]
    valid = ~np.isnan(hours.speed)
    wind = {"wind_speed_mean_ms": _mean(groups, hours.speed, valid, groups.sum(valid)), **wind}
    at = groups.keys - keys[0] if len(keys) else groups.keys
    sector = np.full(len(keys), -1)
    sector[at] = wind.pop("wind_prevailing_sector")
    spread = {name: _spread(values, at, len(keys), math.nan) for name, values in wind.items()}
    return {**spread, "wind_prevailing_sector": sector}
