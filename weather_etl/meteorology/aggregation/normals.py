"""What is usual: averages of calendar months over years, and what departs from them.

Belongs here: the period, averages over years, anomalies. Does not belong here: statistics of a single month.

The period (WMO-No. 1203) is the latest 30 years that end with a year ending in 0, if the station's record spans
them: 1991-2020. Of a shorter record it is the last 30 years, or as many as there are; its averages are called normals
from 24 years on, before that period averages. The record goes from the first to the last month that shows a mean
temperature.

Shapes: months are int64 of shape (months,), since 1970-01, ascending; temperatures are float64 of the same shape, degC, NaN
where they may not be shown, and so are anomalies. What is said of calendar months has shape (12,).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.aggregated_tables import QUINTILES
from weather_etl.meteorology.aggregation.completeness import NORMALS
from weather_etl.meteorology.aggregation.groups import Groups, masked, ratio
from weather_etl.meteorology.aggregation.vectors import WindSums
from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Period:
    """The months that averages are made of.

    Attributes:
        first, last: of the record, in months since 1970-01.
        start, end: years, both included.
    """

    first: int
    last: int
    start: int
    end: int

    @classmethod
    def of(cls, months: np.ndarray, temperature: np.ndarray) -> "Period":
        """The period of a record: its months since 1970-01, ascending, and their mean temperatures."""
        if not len(months):
            return cls(0, -1, 1970, 1970)
        record = months[~np.isnan(temperature)] if not np.isnan(temperature).all() else months
        first, last = int(record[0]), int(record[-1])
        begins, ends = 1970 + first // 12, 1970 + last // 12
        standard_end = ends // 10 * 10
        standard_start = standard_end - NORMALS.period + 1
        if begins <= standard_start:
            return cls(first, last, standard_start, standard_end)
        return cls(first, last, max(begins, ends - NORMALS.period + 1), ends)

    def contains(self, months: np.ndarray) -> np.ndarray:
        """Mask of the months that are part of the averages."""
        years = 1970 + months // 12
        return (self.first <= months) & (months <= self.last) & (self.start <= years) & (years <= self.end)

    def possible(self, calendar_month: np.ndarray) -> np.ndarray:
        """Years in which the record has each calendar month (0 to 11), within the period."""
        first = max(self.first, 12 * (self.start - 1970))
        last = min(self.last, 12 * (self.end - 1970) + 11)
        return (last - calendar_month) // 12 - (first - 1 - calendar_month) // 12


def anomaly(months: np.ndarray, temperature: np.ndarray) -> np.ndarray:
    """Mean temperatures minus the period average of their calendar month.

    Args:
        months: months since 1970-01, ascending; for years, their Januaries.
        temperature: mean temperature of each, NaN where it may not be shown.

    Returns:
        degC; null where the temperature or the average is.
    """
    period = Period.of(months, temperature)
    used = period.contains(months) & ~np.isnan(temperature)
    n = np.bincount(months[used] % 12, minlength=12)
    average = ratio(np.bincount(months[used] % 12, weights=temperature[used], minlength=12), n)
    average = masked(average, NORMALS.enough(n, period.possible(np.arange(12))))
    return temperature - average[months % 12]


def climate_normals(monthly: "pd.DataFrame", *, station: str) -> "pd.DataFrame":
    """Averages of the calendar months over the station's period.

    Args:
        monthly: `monthly_weather` of one station.
        station: station id.

    Returns:
        `climate_normals`: one row per calendar month that occurs in the period, ordered. A column is the mean of the
        monthly column over the years that show it, null unless `NORMALS` is met; directions are averaged as vectors.
        `years_n` counts years with a mean temperature.
    """
    import pandas as pd

    table = TABLES["climate_normals"]
    months = monthly["month"].to_numpy("datetime64[M]").astype(np.int64)
    leading = _leading(monthly)
    period = Period.of(months, monthly[leading].to_numpy(dtype=np.float64, na_value=np.nan))
    used = np.flatnonzero(period.contains(months))
    used = used[np.argsort(months[used] % 12, kind="stable")]
    groups = Groups(months[used] % 12)
    possible = period.possible(groups.keys)

    def of(name: str) -> np.ndarray:
        return monthly[name].to_numpy(dtype=np.float64, na_value=np.nan)[used]

    def average(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        valid = ~np.isnan(values)
        n = groups.sum(valid)
        mean = ratio(groups.sum(np.where(valid, values, 0.0)), n)
        return n, masked(mean, NORMALS.enough(n, possible)), valid

    def deviation(name: str) -> np.ndarray:
        n, mean, valid = average(of(name))
        squares = groups.sum(np.where(valid, (of(name) - mean[groups.of_row()]) ** 2, 0.0))
        return np.sqrt(ratio(squares, np.maximum(n - 1, 0)))

    n, _, _ = average(of(leading))
    count = len(groups)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "calendar_month": groups.keys + 1,
        "period_start": np.full(count, period.start),
        "period_end": np.full(count, period.end),
        "years_n": n,
        "is_normal": pd.array(NORMALS.is_normal(n), dtype="boolean"),
        "temperature_mean_c_sd": deviation("temperature_mean_c"),
        "precipitation_mm_sd": deviation("precipitation_mm"),
        **_quintiles(of("precipitation_mm"), average(of("precipitation_mm"))[1], groups),
        **_record(monthly, months, groups.keys),
        **{
            name: monthly[name].iloc[used[groups.starts]].reset_index(drop=True)
            for name in ("pressure_kind", "degree_day_bases")
        },
    }
    steady = np.where(np.isnan(of("wind_direction_circular_deg")), np.nan, 1.0)
    for name, speed in (
        ("wind_direction_circular_deg", steady),
        ("wind_direction_resultant_deg", of("wind_speed_resultant_ms")),
    ):
        enough = NORMALS.enough(groups.sum(~np.isnan(of(name))), possible)
        out[name] = masked(WindSums.of_hours(speed, of(name), groups).statistics()[name], enough)
    for name in table.column_names:
        if name not in out:
            out[name] = average(of(name))[1]
    return pd.DataFrame(out, columns=table.column_names, copy=False)


# What a station is there for, the first that it has; it decides which years its record has.
_LEADING = ("temperature_mean_c", "precipitation_mm", "wind_speed_mean_ms", "solar_radiation_mjm2", "sunshine_h")


def _leading(monthly: "pd.DataFrame") -> str:
    return next((name for name in _LEADING if monthly[name].notna().any()), _LEADING[0])


def _quintiles(rain: np.ndarray, mean: np.ndarray, groups: Groups) -> dict[str, np.ndarray]:
    """Limits of the fifths of each calendar month's precipitation, linear between the years (WMO-No. 1203)."""
    limits = {f"precipitation_q{q}_mm": np.full(len(groups), np.nan) for q in QUINTILES}
    for i in np.flatnonzero(~np.isnan(mean)).tolist():
        stop = groups.starts[i + 1] if i + 1 < len(groups) else groups.n
        years = rain[groups.starts[i] : stop]
        for q in QUINTILES:
            limits[f"precipitation_q{q}_mm"][i] = np.percentile(years[~np.isnan(years)], q)
    return limits


def _record(monthly: "pd.DataFrame", months: np.ndarray, calendar_months: np.ndarray) -> dict[str, np.ndarray]:
    """The most that fell in a day of each calendar month, of all years, and the first day that had it."""
    most = monthly["rx1day_mm"].to_numpy(dtype=np.float64, na_value=np.nan)
    dates = monthly["rx1day_date"].to_numpy("datetime64[us]")
    records = {
        "rx1day_record_mm": np.full(len(calendar_months), np.nan),
        "rx1day_record_date": np.full(len(calendar_months), np.datetime64("NaT", "us")),
    }
    for i, month in enumerate(calendar_months.tolist()):
        of_month = np.flatnonzero((months % 12 == month) & ~np.isnan(most))
        if len(of_month):
            best = of_month[int(most[of_month].argmax())]
            records["rx1day_record_mm"][i], records["rx1day_record_date"][i] = most[best], dates[best]
    return records
