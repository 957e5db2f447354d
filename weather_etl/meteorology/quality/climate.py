"""Does a value fit the record of the station? Climatology and the clean-up of months.

Belongs here: tests against all values of a month. Does not belong here: averages that are shown (`aggregation`).

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


def climatology(values: np.ndarray, years: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Climatology test (QARTOD test 5): 3 where a value is more than 5 sd from the mean of its calendar month.

    Mean and standard deviation are those of all values of the calendar month in the record (5 sd as xclim's
    `data_flags`, there for the day of the year); 2 in calendar months with values in fewer than three years. The
    record itself must span three years (`Cascade.climatology`).

    Args:
        values: as everywhere.
        years, months: int, shape (n,), year and month (0 to 11) of each hour.
    """
    flags = np.full(len(values), Flag.NOT_EVALUATED, dtype=np.uint8)
    valid = np.flatnonzero(~np.isnan(values))
    if len(valid) and years[-1] - years[0] + 1 >= CLIMATOLOGY_YEARS:
        x, month = values[valid], months[valid]
        span = int(years[-1] - years[0]) + 1
        seen = np.bincount(month * span + years[valid] - years[0], minlength=12 * span).reshape(12, span) > 0
        n = np.maximum(np.bincount(month, minlength=12), 1)
        mean = np.bincount(month, x, minlength=12) / n
        distance = np.abs(x - mean[month])
        sd = np.sqrt(np.bincount(month, distance * distance, minlength=12) / n)
        found = np.where(distance > CLIMATOLOGY_SD * sd[month] + EQUAL_WITHIN, Flag.SUSPECT, Flag.GOOD)
        enough = seen.sum(axis=1) >= CLIMATOLOGY_YEARS
        flags[valid] = np.where(enough[month], found, Flag.NOT_EVALUATED)
    flags[np.isnan(values)] = Flag.MISSING
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
        month = months - months[0]
        share = np.bincount(month, failed) / np.maximum(np.bincount(month, ~missing), 1)
        out[share[month] > CLEAN_UP_SHARE] = Flag.SUSPECT
    out[failed], out[missing] = Flag.FAIL, Flag.MISSING
    return out
