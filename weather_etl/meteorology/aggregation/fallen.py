"""What fell and shone in a day: sums of hours and of longer periods by civil days.

Belongs here: the day of a period, days that periods tile, hours in which the sun shines.
Does not belong here: civil days (`hours.py`), when a sum may be shown (`completeness.py`).

An hour of a sum is (H - 1 h, H], and belongs to the civil day in which it began.

Shapes: hours are float64 of shape (hours,), sums of days float64, their counts int64 and their masks bool, of shape (days,);
mm of precipitation, otherwise the unit of the variable.
"""

from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.aggregation.hours import LocalHours
from weather_etl.meteorology.sun import SunHours

DAYLIGHT_MU = 0.05  # mean cosine of the zenith angle from which an hour has light that counts


@dataclass(frozen=True)
class DailySum:
    """Of each day: hours with a value, their sum, the largest, and whether the sum is that of the whole day."""

    n: np.ndarray
    total: np.ndarray
    largest: np.ndarray
    whole: np.ndarray


class Fallen:
    """Sums of a station's hours by the civil days in which they began.

    Args:
        hours: the station's hours.
        place: latitude and longitude, to know in which hours the sun shines; without it every hour counts.
    """

    def __init__(self, hours: LocalHours, place: tuple[float, float] | None) -> None:
        self.hours, self._place = hours, place
        n = len(hours.days)
        began = hours.utc_hours - 1
        self.day = np.searchsorted(hours.first_hour, began, side="right") - 1
        inside = (self.day >= 0) & (began < (hours.first_hour + hours.expected)[np.maximum(self.day, 0)])
        self.day = np.where(inside, self.day, n)  # the last: a day without an observation of its own
        self._lit_hours: tuple[np.ndarray, np.ndarray] | None = None

    def _sum(self, x: np.ndarray, which: np.ndarray) -> np.ndarray:
        n = len(self.hours.days)
        return np.bincount(self.day[which], x[which], minlength=n + 1)[:n]

    def of(self, name: str) -> DailySum:
        """A variable of the hours."""
        x = self.hours.column(name)
        there = np.flatnonzero(~np.isnan(x))
        n = self._sum(np.ones(len(x)), there).astype(np.int64)
        largest = np.full(len(n) + 1, -np.inf)
        np.maximum.at(largest, self.day[there], x[there])
        return DailySum(n, self._sum(x, there), np.where(n > 0, largest[:-1], np.nan), n >= self.hours.expected)

    def of_sun(self, name: str) -> DailySum:
        """A variable that is 0 in the night: whole if every hour with daylight is there."""
        total_of_day = self.of(name)
        if self._place is None:
            return total_of_day
        needed, lit = self._lit()
        x = self.hours.column(name)
        there = np.flatnonzero(~np.isnan(x) & lit)
        n = self._sum(np.ones(len(x)), there)
        return DailySum(total_of_day.n, total_of_day.total, total_of_day.largest, (n >= needed) & (total_of_day.n > 0))

    def _lit(self) -> tuple[np.ndarray, np.ndarray]:
        """Hours with daylight of each day, and mask of the station's hours with daylight."""
        if self._lit_hours is None and self._place is not None:
            first, expected = self.hours.first_hour, self.hours.expected
            ends = np.repeat(first + 1, expected) + _within(expected)
            lit = SunHours(ends, *self._place).mu > DAYLIGHT_MU
            starts = np.append(0, np.cumsum(expected)[:-1])
            needed = np.add.reduceat(lit, starts, dtype=np.int64) if len(starts) else np.zeros(0, dtype=np.int64)
            at = np.where(self.day < len(first), self.day, 0)
            position = starts[at] + (self.hours.utc_hours - first[at] - 1) if len(first) else at
            mine = lit[np.clip(position, 0, len(lit) - 1)] & (self.day < len(first)) if len(lit) else position > 0
            self._lit_hours = needed, mine
        assert self._lit_hours is not None
        return self._lit_hours

    def tiled(self, hourly: DailySum) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Precipitation of days: sum, whether it is that of the whole day, and its hours that are known.

        All hours; else the amount of the whole day; else periods, long ones and hours, that tile the day exactly.
        Periods above an hour are never spread over hours.
        """
        total, whole, n = hourly.total.copy(), hourly.whole.copy(), hourly.n.copy()
        long = self.hours.column("precipitation_long_mm")
        if np.isnan(long).all():
            return total, whole, n
        first, expected = self.hours.first_hour, self.hours.expected
        width = int(expected.max(initial=24))
        days = len(first)
        amounts = np.full((2, days, width + 1), np.nan)  # hours, long periods; by the hour of the day they end with
        period = np.zeros((days, width + 1), dtype=np.int64)
        at = self.day < days
        end = np.where(at, self.hours.utc_hours - first[np.where(at, self.day, 0)], 0)
        x = self.hours.column("precipitation_mm")
        amounts[0, self.day[at], end[at]] = x[at]
        amounts[1, self.day[at], end[at]] = long[at]
        hours = self.hours.observations["precipitation_long_h"].to_numpy(dtype=np.float64, na_value=0.0)
        period[self.day[at], end[at]] = hours[at].astype(np.int64)
        reach = np.full((days, width + 1), np.nan)  # sum of the day so far, where periods tile it
        reach[:, 0] = 0.0
        row = np.arange(days)
        for k in range(1, width + 1):
            step = period[:, k]
            fits = (step > 0) & (step <= k)
            by_long = np.where(fits, reach[row, np.where(fits, k - step, 0)] + amounts[1, :, k], np.nan)
            by_hour = reach[:, k - 1] + amounts[0, :, k]
            reach[:, k] = np.where(np.isnan(by_long), by_hour, by_long)
        of_day = reach[row, expected]
        tiles = ~whole & ~np.isnan(of_day)
        return np.where(tiles, of_day, total), whole | tiles, np.where(tiles, expected, n)


def better_by_utc(hours: LocalHours) -> str | None:
    """A sentence where days of UTC would have more sums of precipitation than the station's civil days.

    Amounts of 3 to 24 hours end at hours of UTC, which local midnight rarely is; None where nothing is lost.
    """
    if hours.timezone == "UTC" or not hours.has("precipitation_long_mm"):
        return None
    of_utc = LocalHours(hours.observations, "UTC")
    fallen = (Fallen(h, None) for h in (hours, of_utc))
    known, by_utc = (int(f.tiled(f.of("precipitation_mm"))[1].sum()) for f in fallen)
    if by_utc <= known:
        return None
    return (
        f"{known:,} of {len(hours.days):,} days have a sum of precipitation by the clock of {hours.timezone}, and {by_utc:,} "
        'would have one by days of UTC, with which the amounts of 3 to 24 hours end: day_boundary = "utc" in station.toml'
    )


def _within(lengths: np.ndarray) -> np.ndarray:
    """0, 1, 2, ... within each of consecutive parts of these lengths."""
    total = int(lengths.sum())
    return np.arange(total) - np.repeat(np.append(0, np.cumsum(lengths)[:-1]), lengths)
