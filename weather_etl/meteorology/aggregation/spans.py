"""What months and years have in common: statistics of spans of whole civil days.

Belongs here: means of days, sums, counts and extremes over a calendar, wind and energy from hours.
Does not belong here: when a mean may be shown (`months.py` and `years.py` say it), anomalies (`normals.py`).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from weather_etl.meteorology.aggregation.completeness import ENERGY, WHOLE
from weather_etl.meteorology.aggregation.days import (
    CALM_DAY_MS,
    DEGREE_DAY_BASES_C,
    WINDY_MS,
    energy,
    nullable,
    pressure_kind,
)
from weather_etl.meteorology.aggregation.groups import Groups, masked, ratio, spread
from weather_etl.meteorology.aggregation.hours import LocalHours, condition_names, dominant_condition, midnights
from weather_etl.meteorology.aggregation.totals import total_columns
from weather_etl.meteorology.aggregation.vectors import sector_names
from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.site import Site

if TYPE_CHECKING:
    import pandas as pd

COUNTS = (
    "suspect_n", "fail_n", "temperature_n", "dew_point_n", "humidity_n", "pressure_n", "visibility_n", "wind_n",
)  # fmt: skip
# Column of a span -> the daily column whose mean it is.
MEANS = {
    "temperature_mean_c": "temperature_mean_c",
    "temperature_min_mean_c": "temperature_min_c",
    "temperature_max_mean_c": "temperature_max_c",
    "temperature_range_mean_c": "temperature_range_c",
    **{
        name: name
        for name in (
            "apparent_temperature_min_c", "apparent_temperature_max_c", "dew_point_mean_c",
            "humidity_mean_percent", "humidity_min_percent", "humidity_max_percent",
            "pressure_mean_hpa", "pressure_min_hpa", "pressure_max_hpa", "visibility_mean_km",
        )
    },
}  # fmt: skip
# Column of a span -> the daily column of yes and no that it counts.
DAY_COUNTS = {
    "frost_days": "is_frost_day",
    "ice_days": "is_ice_day",
    "summer_days": "is_summer_day",
    "hot_days": "is_hot_day",
    "tropical_nights": "is_tropical_night",
}
HOUR_COUNTS = ("low_visibility_hours", "calm_hours", "windy_hours")


class Spans:
    """The months ("M") or years ("Y") of a station in which it has a day, each with all of its calendar days.

    Args:
        hours: the station's hours by civil days.
        daily: `daily_weather` made from them.
        unit: what a span is, M or Y.

    Attributes:
        calendar: all civil days from the beginning of the first span to the end of the last.
        groups: calendar days grouped by span, spans without a row included; keys are spans since 1970.
        days: rows of `daily` grouped by span.
        rows: positions of `days` among `groups`.
    """

    def __init__(self, hours: LocalHours, daily: "pd.DataFrame", unit: Literal["M", "Y"]) -> None:
        self.hours, self.daily, self.unit = hours, daily, unit
        kind = f"datetime64[{unit}]"
        dates = daily["date"].to_numpy("datetime64[D]")
        self.calendar, at, first = dates, np.empty(0, dtype=np.int64), 0
        if len(dates):
            edges = dates[[0, -1]].astype(kind) + np.array([0, 1])
            self.calendar = np.arange(*edges.astype("datetime64[D]"))
            at, first = (dates - self.calendar[0]).astype(np.int64), edges[0].astype(np.int64)
        self.groups = Groups(self.calendar.astype(kind).astype(np.int64))
        self.days = Groups(dates.astype(kind).astype(np.int64))
        self.rows = self.days.keys - first
        self.starts = self.days.keys.astype(kind)
        first_days = np.append(self.starts, self.starts + 1).astype("datetime64[D]").astype(np.int64)
        first_hours = midnights(first_days, hours.timezone)
        count = len(self.days)
        self.days_expected = first_days[count:] - first_days[:count]
        self.hours_expected = first_hours[count:] - first_hours[:count]
        self.values = lru_cache(lambda name: spread(_numbers(daily.loc[:, name]), at, len(self.calendar)))

    def __len__(self) -> int:
        return len(self.days)

    def valid(self, name: str) -> np.ndarray:
        """Calendar days that show a daily column."""
        return ~np.isnan(self.values(name))

    def mean(self, name: str) -> np.ndarray:
        """Mean of the days that show the column."""
        valid = self.valid(name)
        total = self.groups.sum(np.where(valid, self.values(name), 0.0))
        return ratio(total, self.groups.sum(valid))[self.rows]

    def whole(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sum of calendar days, and whether it may be shown: not if one is missing."""
        valid = ~np.isnan(values)
        enough = WHOLE.enough(self.groups.sum(valid)[self.rows], self.days_expected)
        return self.groups.sum(np.where(valid, values, 0.0))[self.rows], enough

    def complete(self, values: np.ndarray) -> np.ndarray:
        """Mask of the spans none of whose calendar days is missing."""
        return WHOLE.enough(self.groups.sum(~np.isnan(values))[self.rows], self.days_expected)

    def whole_count(self, values: np.ndarray) -> "pd.api.extensions.ExtensionArray":
        """As `whole`, for counts."""
        total, enough = self.whole(values)
        return nullable(total.astype(np.int64), enough)

    def extreme(self, name: str, sign: float) -> tuple[np.ndarray, np.ndarray]:
        """The largest value of sign x daily value, and the first day that has it; -inf x sign without any."""
        values = np.where(self.valid(name), sign * self.values(name), -np.inf)
        top = self.groups.max(values)
        hit = values == top[self.groups.of_row()]
        first = self.groups.min(np.where(hit, np.arange(len(values)), len(values)))
        return sign * top[self.rows], self.calendar[first[self.rows]]


def _numbers(column: "pd.Series") -> np.ndarray:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def span_columns(
    spans: Spans, shown: Callable[[str], np.ndarray], *, station: str, rated_power_kw: float | None, site: Site
) -> dict[str, Any]:
    """The columns that months and years share.

    Args:
        spans: months or years.
        shown: daily column -> mask of the spans that may show its mean and extremes.
        station: station id.
        rated_power_kw: of the station's turbine; without it there is no capacity factor.
        site: thresholds.

    Means are those of the days that show the value, extremes those of all days, sums and counts need every day. Wind
    and power density are those of the span's hours (a mean of directions of days would weigh a breeze as a storm).
    """
    hours, count = spans.hours, len(spans)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "timezone": repeated_text(hours.timezone, count),
        "days_expected": spans.days_expected,
        "days_n": spans.groups.sum(spans.valid("temperature_mean_c"))[spans.rows],
        "hours_expected": spans.hours_expected,
        "pressure_kind": repeated_text(pressure_kind(hours.observations), count),
    }
    out |= {name: spans.days.sum(spans.daily[name].to_numpy()) for name in COUNTS}
    out |= {name: masked(spans.mean(daily), shown(daily)) for name, daily in MEANS.items()}
    for name, sign in (
        ("temperature_min_c", -1.0),
        ("temperature_max_c", 1.0),
        ("visibility_min_km", -1.0),
        ("wind_speed_max_ms", 1.0),
        ("wind_gust_max_ms", 1.0),
    ):
        value, day = spans.extreme(name, sign)
        out[name] = masked(value, shown(name))
        if name.startswith("temperature"):
            dates = np.where(shown(name), day, np.datetime64("NaT"))
            out[name.replace("_c", "_date")] = dates.astype("datetime64[us]")

    n, total = (spans.days.sum(x) for x in hours.speed)
    out["wind_speed_mean_ms"] = masked(ratio(total, n), shown("wind_speed_mean_ms"))
    may = shown("wind_speed_resultant_ms")  # days with enough wind vectors
    for name, values in hours.wind.merged(spans.days).statistics().items():
        out[name] = sector_names(values, may) if name == "wind_prevailing_sector" else masked(values, may)
    n, total = (spans.days.sum(x) for x in hours.power_density)
    out["wind_power_density_wm2"] = masked(ratio(total, n), shown("wind_power_density_wm2"))
    n, kwh = (spans.days.sum(x) for x in hours.power)
    out |= energy(n, kwh, spans.hours_expected, rated_power_kw, ENERGY)
    out |= total_columns(spans, shown, site)

    out |= {name: masked(*spans.whole(spans.values(name))) for name in DEGREE_DAY_BASES_C}
    out |= {name: spans.whole_count(spans.values(name)) for name in HOUR_COUNTS}
    out |= {name: spans.whole_count(spans.values(flag)) for name, flag in DAY_COUNTS.items()}
    speed = np.round(spans.values("wind_speed_mean_ms"), 9)  # whatever the order of the additions
    out["calm_days"] = spans.whole_count(np.where(np.isnan(speed), np.nan, speed < CALM_DAY_MS))
    out["windy_days"] = spans.whole_count(np.where(np.isnan(speed), np.nan, speed >= WINDY_MS))

    number, top = dominant_condition(spans.days.sum(hours.conditions))
    may = shown("condition_hours")
    out["condition_dominant"] = condition_names(number, may)
    out["condition_hours"] = nullable(top, may)
    return out
