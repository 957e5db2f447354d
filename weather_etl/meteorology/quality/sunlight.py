"""Are radiation, sunshine and cloud good? What the sun and each says of the other.

Belongs here: limits of the sun, of a clear day, of darkness; contradictions between the three.
Does not belong here: where the sun stands (`sun.py`), runs of equal values (`still.py`).

Shapes and units: `quality/__init__.py`. `x` is radiation in W m-2, `minutes` sunshine, both of the hour that ends at each
hour; `sun` is where the sun stands in these hours; places in degrees north and east.
"""

import numpy as np

from weather_etl.meteorology.sun import SunHours, clear_sky, daylight, solar_days

OFFSET_WM2 = -4.0  # thermal offset of a pyranometer at night; below it is suspect
OFFSET_LIMIT = f"no offset below {OFFSET_WM2:g}"
NIGHT_WM2 = (10.0, 50.0)  # suspect, fail
RARE, POSSIBLE_SUN = (1.2, 50.0), (1.5, 100.0)  # Long and Dutton, BSRN limits: a S mu^1.2 + b; suspect, fail
CLEAR_DAY_FACTOR = 1.2  # 0.97 is the highest in De Bilt, 1.14 in Sao Paulo
LEAST_CLEAR_DAY_MJM2 = 0.5  # a day of hardly more than twilight proves nothing
UNKNOWN_ELEVATION_M = 3000.0  # errs on the side of the value
DEAD_MU, DEAD_HOURS = 0.2, 3
DAY_LENGTH_BY_MIN = 12.0
FULL_SUNSHINE_MIN, DIM_SHARE, BRIGHT_SHARE = 54.0, 0.2, 0.85
LOW_MU = 0.05  # below it twilight and the horizon decide what is measured
RAIN_FROM_MM = 0.2


def beyond_the_sun(x: np.ndarray, sun: SunHours) -> tuple[np.ndarray, np.ndarray]:
    """Radiation above what the sun can give: suspect and failed hours.

    By day the limits "extremely rare" and "physically possible" of Long and Dutton (BSRN), meant over the hour; by night
    10 and 50 W m-2.
    """
    normal = sun.middle.normal
    with np.errstate(invalid="ignore"):
        dark = sun.night & (x > NIGHT_WM2[0])
        # The mean of a convex function is at least the function of the mean: few hours need the pieces.
        doubtful = np.flatnonzero(~sun.night & (x > RARE[0] * normal * sun.mu**1.2 + RARE[1]))
    power = normal[doubtful] * sun.mean_power(1.2, doubtful)
    failed = doubtful[x[doubtful] > POSSIBLE_SUN[0] * power + POSSIBLE_SUN[1]]
    rare = doubtful[x[doubtful] > RARE[0] * power + RARE[1]]
    at = np.flatnonzero(dark)
    bad = x[at] > NIGHT_WM2[1]
    return np.setdiff1d(np.union1d(rare, at[~bad]), failed), np.union1d(failed, at[bad])


def _days(hours: np.ndarray, longitude: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts of solar days, the number of hours of each, and days of the year."""
    days = solar_days(hours, longitude)
    starts = np.flatnonzero(np.append(True, days[1:] != days[:-1])) if len(days) else np.empty(0, dtype=np.int64)
    dates = days[starts].astype("datetime64[D]")
    of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1
    return starts, np.diff(np.append(starts, len(days))), of_year


def brighter_than_clear(
    hours: np.ndarray, x: np.ndarray, latitude: float, longitude: float, elevation_m: float | None
) -> np.ndarray:
    """Hours of the days whose radiation is above 1.2 times that of a cloudless day (FAO-56)."""
    starts, n, of_year = _days(hours, longitude)
    total = np.add.reduceat(np.where(np.isnan(x), 0.0, x), starts) * 0.0036
    extraterrestrial, _ = daylight(of_year, latitude)
    clear = clear_sky(extraterrestrial, UNKNOWN_ELEVATION_M if elevation_m is None else elevation_m)
    brighter = (total > CLEAR_DAY_FACTOR * clear) & (clear > LEAST_CLEAR_DAY_MJM2)
    return np.flatnonzero(np.repeat(brighter, n) & ~np.isnan(x))


def dead_sensor(hours: np.ndarray, x: np.ndarray, sun: SunHours, longitude: float) -> np.ndarray:
    """Hours without radiation on days with three or more such hours while the sun stood well above the horizon."""
    starts, n, _ = _days(hours, longitude)
    zero = (x == 0.0) & (sun.mu > DEAD_MU)
    return np.flatnonzero(np.repeat(np.add.reduceat(zero.astype(np.int64), starts) >= DEAD_HOURS, n) & zero)


def longer_than_the_day(
    hours: np.ndarray, minutes: np.ndarray, sun: SunHours, latitude: float, longitude: float
) -> np.ndarray:
    """Hours with sunshine in the night, or on days with more of it than daylight and 12 minutes."""
    starts, n, of_year = _days(hours, longitude)
    total = np.add.reduceat(np.where(np.isnan(minutes), 0.0, minutes), starts)
    _, length = daylight(of_year, latitude)
    with np.errstate(invalid="ignore"):
        shining = minutes > 0.0
    return np.flatnonzero(shining & (sun.night | np.repeat(total > 60.0 * length + DAY_LENGTH_BY_MIN, n)))


def sunshine_against_radiation(x: np.ndarray, minutes: np.ndarray, sun: SunHours) -> np.ndarray:
    """Hours of sunshine with hardly any radiation, and hours without sunshine with that of a clear sky."""
    top = sun.middle.normal * sun.mu
    with np.errstate(invalid="ignore"):
        dim = (minutes >= FULL_SUNSHINE_MIN) & (x < DIM_SHARE * top)
        bright = (minutes == 0.0) & (x > BRIGHT_SHARE * top)
    return np.flatnonzero((dim | bright) & (sun.mu > LOW_MU))


def saturated(x: np.ndarray) -> float | None:
    """The round figure that a variable never passes though it comes within 0.5 % of it; None without one.

    Round are 1, 2, 4, 5 and 8 times a power of ten, as a converter's full scale. INMET's radiation stops at 3,995 of
    4,000 kJ/m2.
    """
    known = x[~np.isnan(x)]
    if len(known) < 24 * 30:
        return None
    top = float(known.max())
    if top <= 0:
        return None
    power = 10.0 ** np.floor(np.log10(top))
    for figure in (power * f for f in (1, 2, 4, 5, 8, 10)):
        if top <= figure and top >= 0.995 * figure:
            near = int((known >= 0.97 * figure).sum())
            return float(figure) if near >= 3 else None
    return None
