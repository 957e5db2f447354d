"""Does a value fit the record of the station? Climatology and the clean-up of months.

Belongs here: tests against all values of a month or of the record. Does not belong here: averages that are shown (`aggregation`).

Shapes and units: `quality/__init__.py`.
"""

import numpy as np

from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.months import Months

EQUAL_WITHIN = 1e-9
CLIMATOLOGY_SD = 5.0
CLIMATOLOGY_YEARS = 3
CLEAN_UP_SHARE = 0.4
# Variables whose distribution within a calendar month is near enough to a bell for a test in standard deviations.
CLIMATOLOGY_VARIABLES = (
    "temperature_c", "dew_point_c", "humidity_percent", "wind_speed_ms", "pressure_msl_hpa", "pressure_station_hpa",
)  # fmt: skip

FREQUENT_VARIABLES = ("temperature_c", "dew_point_c", "pressure_msl_hpa", "pressure_station_hpa")
FREQUENT_SHARE, FREQUENT_LEAST, FREQUENT_OF = 0.5, 30, 500
_AROUND = 3


def frequent(values: np.ndarray) -> list[tuple[float, int, int]]:
    """Values that come suspiciously often: (start of a bin of one unit, its values, those of the seven bins around it).

    Of 500 values or more a bin with 30 or more that is at least half of itself and the three on either side (HadISD
    `frequent_values.py`, of the whole record). For a person to look at: nothing is flagged.
    """
    known = values[~np.isnan(values)]
    if len(known) < FREQUENT_OF:
        return []
    bins = np.floor(known).astype(np.int64)
    n = np.bincount(bins - bins.min())
    total = np.append(0, np.cumsum(np.pad(n, _AROUND)))
    around = total[2 * _AROUND + 1 :] - total[: -(2 * _AROUND + 1)]
    frequent = np.flatnonzero((n >= FREQUENT_LEAST) & (n >= FREQUENT_SHARE * around))
    return [(float(i + bins.min()), int(n[i]), int(around[i])) for i in frequent]


def unusual(values: np.ndarray, months: Months) -> np.ndarray:
    """Positions of the values beyond 5 standard deviations (as xclim's `data_flags`) from the mean of all values of the
    calendar month, of calendar months with values in three years.

    Climatology test (QARTOD test 5) against the record itself. ioos_qc's `climatology_test` with a period calls NaN good.

    Args:
        values: of one variable.
        months: of its hours.
    """
    positions = [np.empty(0, dtype=np.int64)]
    calendar = months.numbers % 12

    def by_calendar_month(of_runs: np.ndarray) -> np.ndarray:
        return np.bincount(calendar, of_runs, minlength=12)

    # Months follow each other, so that sums of calendar months are sums of runs; a few runs at a time stay in the cache.
    total, squares, n_of_run = (np.zeros(len(calendar)) for _ in range(3))
    for runs, part, rows in months.blocks():
        x = values[rows]
        known = ~np.isnan(x)
        n_of_run[runs] = part.sum(known)
        total[runs] = part.sum(np.where(known, x, 0.0))
    n = by_calendar_month(n_of_run)
    mean = by_calendar_month(total) / np.maximum(n, 1)
    for runs, part, rows in months.blocks():
        distance = values[rows] - np.repeat(mean[calendar[runs]], part.lengths)
        squares[runs] = part.sum(np.where(np.isnan(distance), 0.0, distance * distance))
    sd = np.sqrt(by_calendar_month(squares) / np.maximum(n, 1))
    limit = np.where(enough_years(n_of_run, months), CLIMATOLOGY_SD * sd + EQUAL_WITHIN, np.inf)
    for runs, part, rows in months.blocks():
        of_run = calendar[runs]
        distance = np.abs(values[rows] - np.repeat(mean[of_run], part.lengths))
        with np.errstate(invalid="ignore"):
            positions.append(rows.start + np.flatnonzero(distance > np.repeat(limit[of_run], part.lengths)))
    return np.concatenate(positions)


def enough_years(n_of_run: np.ndarray, months: Months) -> np.ndarray:
    """Mask, shape (12,), of the calendar months that have values in three years, of a record that spans as many.

    Args:
        n_of_run: number of values in each run of `months`.
        months: of the hours.
    """
    if not months.n or months.numbers[-1] // 12 - months.numbers[0] // 12 + 1 < CLIMATOLOGY_YEARS:
        return np.zeros(12, dtype=bool)
    return np.bincount(months.numbers % 12, n_of_run > 0, minlength=12) >= CLIMATOLOGY_YEARS


def climatology(values: np.ndarray, months: Months) -> np.ndarray:
    """The flags of the climatology test: 2 where fewer than three years have values in the calendar month."""
    known = ~np.isnan(values)
    enough = np.repeat(enough_years(months.sum(known), months)[months.numbers % 12], months.lengths)
    flags = np.where(enough, Flag.GOOD, Flag.NOT_EVALUATED).astype(np.uint8)
    flags[unusual(values, months)] = Flag.SUSPECT
    flags[~known] = Flag.MISSING
    return flags


def month_clean_up(flags: np.ndarray, months: Months) -> np.ndarray:
    """Month clean-up (HadISD `clean_up.py`): where more than 40 % of a month's values failed, the rest is suspect.

    Args:
        flags: uint8, shape (n,), of all tests before this one.
        months: of the hours.

    Returns:
        Positions of the values that did not fail in such a month.
    """
    failed = np.flatnonzero(flags == Flag.FAIL)
    if not len(failed):
        return failed
    n_failed = np.bincount(np.searchsorted(months.starts, failed, side="right") - 1, minlength=len(months.starts))
    positions = [failed[:0]]
    for run in np.flatnonzero(n_failed).tolist():
        start = months.starts[run]
        of_month = flags[start : start + months.lengths[run]]
        if n_failed[run] > CLEAN_UP_SHARE * int((of_month != Flag.MISSING).sum()):
            positions.append(start + np.flatnonzero((of_month != Flag.MISSING) & (of_month != Flag.FAIL)))
    return np.concatenate(positions)
