"""What is usual: averages of calendar months over years, and what departs from them.

Belongs here: the period, averages over years, anomalies. Does not belong here: statistics of a single month.

The period (WMO-No. 1203) is the latest 30 years that end with a year ending in 0, if the station's record spans
them: 1991-2020. Of a shorter record it is the last 30 years, or as many as there are; its averages are called normals
from 24 years on, before that period averages. The record goes from the first to the last month that shows a mean
temperature.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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
    temperature = monthly["temperature_mean_c"].to_numpy()
    period = Period.of(months, temperature)
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

    n, mean, valid = average(of("temperature_mean_c"))
    squares = groups.sum(np.where(valid, (of("temperature_mean_c") - mean[groups.of_row()]) ** 2, 0.0))
    count = len(groups)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "calendar_month": groups.keys + 1,
        "period_start": np.full(count, period.start),
        "period_end": np.full(count, period.end),
        "years_n": n,
        "is_normal": pd.array(NORMALS.is_normal(n), dtype="boolean"),
        "temperature_mean_c_sd": np.sqrt(ratio(squares, np.maximum(n - 1, 0))),
        "pressure_kind": monthly["pressure_kind"].iloc[used[groups.starts]].reset_index(drop=True),
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
