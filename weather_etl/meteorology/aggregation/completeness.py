"""When may a statistic be shown? Every rule of completeness, with its source, as an object.

Belongs here: shares, gaps, runs, years. Does not belong here: statistics.

What is absent counts as missing: an hour without a row, a day without a row, a month without a row.

Shapes: `n`, `expected`, `missing` and `possible` are numbers of hours, days, months or years in each span, of shape (spans,)
or with an axis of statistics before it; masks have the same shape.
"""

from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.aggregation.groups import Groups


@dataclass(frozen=True)
class DailyCompleteness:
    """When a day's statistics may be shown: 80 % of its hours (common climate practice).

    Minimum and maximum also need that no gap is longer than `longest_gap` hours. Meteostat hides the mean when more
    than 3 hours are missing and the extremes when any is; one hour nulled by quality control would then cost the
    extremes of the day.
    """

    share: float = 0.8
    longest_gap: int = 3

    def enough(self, n: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Mask of the days with n >= ceil(share x expected) hours: 20 of 24, 19 of 23, 20 of 25."""
        return _has_share(self.share, n, expected)

    def gapless(self, gap: np.ndarray) -> np.ndarray:
        """Mask of the days whose longest run of missing hours is short enough for minimum and maximum."""
        return gap <= self.longest_gap


@dataclass(frozen=True)
class WholeCompleteness:
    """When a sum or a count may be shown: nothing is missing (WMO-No. 1203; a partial sum is no total).

    Of a day's energy every hour, of a month's degree days, energy and day counts every day, of a year's every month.
    """

    def enough(self, n: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Mask of the spans with all of what is expected."""
        return n >= expected


@dataclass(frozen=True)
class MonthlyCompleteness:
    """When a month's means and extremes may be shown (WMO-No. 1203; xclim `missing_wmo`, nm=11, nc=5).

    Not with `missing` or more days missing, nor with `consecutive` or more missing in a row. xclim's rule of
    consecutive days looks at the rows that are there; here days without a row count.
    """

    missing: int = 11
    consecutive: int = 5

    def enough(self, valid: np.ndarray, months: Groups) -> np.ndarray:
        """Mask of the months; `valid` has one entry per calendar day."""
        position = np.arange(len(valid))
        first = months.starts[months.of_row()]
        run = position - np.maximum.accumulate(np.maximum(np.where(valid, position, -1), first - 1))
        return (months.sum(~valid) < self.missing) & (months.max(run) < self.consecutive)


@dataclass(frozen=True)
class ExtremeCompleteness:
    """When the largest amounts of a month or a year may be shown (ETCCDI): few of its days are missing."""

    month: int = 3
    year: int = 15

    def enough(self, missing: np.ndarray, unit: str) -> np.ndarray:
        """Mask of the spans; `unit` is M or Y."""
        return missing <= (self.month if unit == "M" else self.year)


@dataclass(frozen=True)
class EnergyCompleteness:
    """When the energy of a month or a year may be shown: 90 % of its hours are there, and the coverage stands beside it.

    It is the sum of those hours; nothing is added for the others. (Of a day every hour is needed.)
    """

    share: float = 0.9

    def enough(self, n: np.ndarray, expected: np.ndarray) -> np.ndarray:
        """Mask of the spans with n >= ceil(share x expected) hours."""
        return _has_share(self.share, n, expected)


@dataclass(frozen=True)
class YearlyCompleteness:
    """When a year's statistics may be shown: all of its months show theirs (xclim `missing_wmo` for years)."""

    months: int = 12

    def enough(self, n: np.ndarray) -> np.ndarray:
        """Mask of the years; `n` is the number of months that show the statistic."""
        return n >= self.months


@dataclass(frozen=True)
class NormalsCompleteness:
    """When an average over years may be shown, and when it may be called a normal (WMO-No. 1203: 80 %).

    Shown with `share` of the years that the record has of that calendar month; a normal with as much of a period of
    `period` years, 24 of 30. Anything shorter is a period average. There is no rule of consecutive years.
    """

    share: float = 0.8
    period: int = 30

    def enough(self, n: np.ndarray, possible: np.ndarray) -> np.ndarray:
        """Mask of the averages with n >= ceil(share x possible) years."""
        return (n > 0) & (n >= np.ceil(np.round(self.share * possible, 9)))

    def is_normal(self, n: np.ndarray) -> np.ndarray:
        """Mask of the averages of at least 24 of 30 years."""
        return n >= np.ceil(self.share * self.period)


DAILY = DailyCompleteness()
WHOLE = WholeCompleteness()
MONTHLY = MonthlyCompleteness()
EXTREME = ExtremeCompleteness()
ENERGY = EnergyCompleteness()
YEARLY = YearlyCompleteness()
NORMALS = NormalsCompleteness()


def _has_share(share: float, n: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Mask of the spans with n >= ceil(share x expected); rounded first: 0.56 x 25 comes out a little above 14."""
    return n >= np.ceil(np.round(share * expected, 9))
