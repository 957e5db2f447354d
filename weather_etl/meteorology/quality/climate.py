"""Does a value fit the record of the station? Climatology and the clean-up of months.

Belongs here: tests against all values of a month or of the record. Does not belong here: averages that are shown (`aggregation`).

"""

import numpy as np

from weather_etl.meteorology.quality.flags import Flag

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
    found = np.flatnonzero((n >= FREQUENT_LEAST) & (n >= FREQUENT_SHARE * around))
    return [(float(i + bins.min()), int(n[i]), int(around[i])) for i in found]


def climatology(values: np.ndarray, years: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Climatology test (QARTOD test 5) against the record itself.

    3 beyond 5 standard deviations (as xclim's `data_flags`) from the mean of all values of the calendar month; 2 where
    fewer than three years have values in that month. ioos_qc's `climatology_test` with a period calls NaN good.

    Args:
        values: as everywhere.
        years, months: int, shape (n,), calendar year and calendar month (0 to 11) of each hour, in time order.
    """
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    known = ~np.isnan(values)
    if known.any() and years[-1] - years[0] + 1 >= CLIMATOLOGY_YEARS:
        # Months follow each other, so that sums of calendar months are sums of runs.
        run = 12 * years + months
        starts = np.flatnonzero(np.append(True, run[1:] != run[:-1]))
        of_run, lengths = months[starts], np.diff(np.append(starts, len(run)))

        def by_month(x: np.ndarray) -> np.ndarray:
            return np.bincount(of_run, np.add.reduceat(x, starts, dtype=np.float64), minlength=12)

        seen = np.add.reduceat(known, starts, dtype=np.int64)
        n = np.bincount(of_run, seen, minlength=12)
        enough = np.bincount(of_run, seen > 0, minlength=12) >= CLIMATOLOGY_YEARS
        mean = by_month(np.where(known, values, 0.0)) / np.maximum(n, 1)
        distance = np.abs(values - np.repeat(mean[of_run], lengths))
        sd = np.sqrt(by_month(np.where(known, distance * distance, 0.0)) / np.maximum(n, 1))
        flags[np.repeat(enough[of_run], lengths)] = Flag.GOOD
        limit = np.where(enough, CLIMATOLOGY_SD * sd + EQUAL_WITHIN, np.inf)
        with np.errstate(invalid="ignore"):
            flags[distance > np.repeat(limit[of_run], lengths)] = Flag.SUSPECT
    flags[~known] = Flag.MISSING
    return flags


def month_clean_up(flags: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Month clean-up (HadISD `clean_up.py`): where more than 40 % of a month's values failed, the rest is suspect.

    Args:
        flags: uint8, shape (n,), of all tests before this one.
        months: int, shape (n,), number of the month of each hour, ascending.

    Returns:
        3 for the values that did not fail in such a month, 4 and 9 as they were, else 1.
    """
    out = np.full(len(flags), Flag.GOOD, dtype=np.uint8)
    failed, missing = flags == Flag.FAIL, flags == Flag.MISSING
    if failed.any():
        starts = np.flatnonzero(np.append(True, months[1:] != months[:-1]))
        n = np.add.reduceat(~missing, starts, dtype=np.int64)
        share = np.add.reduceat(failed, starts, dtype=np.int64) / np.maximum(n, 1)
        out[np.repeat(share > CLEAN_UP_SHARE, np.diff(np.append(starts, len(flags))))] = Flag.SUSPECT
    out[failed], out[missing] = Flag.FAIL, Flag.MISSING
    return out
