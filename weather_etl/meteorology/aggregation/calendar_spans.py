"""Months and years as spans of whole civil days.

Belongs here: which days a span has, means, sums, counts and extremes over them.
Does not belong here: the columns of a month or a year (`spans.py`, `totals.py`), when they may be shown.

Shapes: daily values are float64 of shape (calendar,), one for each day of `Spans.calendar`, NaN where missing, in the
units of `daily_weather`; what is said of spans has shape (spans,), as the rows of the table.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from weather_etl.meteorology.aggregation.completeness import WHOLE
from weather_etl.meteorology.aggregation.days import nullable
from weather_etl.meteorology.aggregation.groups import Groups, ratio, spread
from weather_etl.meteorology.aggregation.hours import LocalHours, midnights

if TYPE_CHECKING:
    import pandas as pd


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
