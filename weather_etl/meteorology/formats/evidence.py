"""What numbers prove of their unit, and when they must not be trusted.

Belongs here: the rules and their thresholds. Does not belong here: what follows from them (`units_by_values.py`, `temperature_units.py`).

Every function takes the numbers of a column as they stand in the file, in the order of its rows: float64, shape (n,), NaN
where there is none.
"""

import numpy as np

# Spans of the median of pressures, by unit. 380..800 is mmHg, or hPa in mountains: nothing proves it.
PRESSURES = {"hPa": (500.0, 1100.0), "kPa": (50.0, 110.0), "inHg": (15.0, 33.0), "Pa": (50_000.0, 110_000.0)}
MMHG_OR_MOUNTAIN = (380.0, 800.0)
TENTHS_OF_HPA = (5_000.0, 11_000.0)
UNLIKELY_CELSIUS = 45.0
MIN_KELVIN = 150.0
_SPEEDS = {"m/s": 1.0, "km/h": 3.6, "kn": 1 / 0.514444, "mph": 1 / 0.44704}


_NINES = np.array([-99.0, -99.9, *(s * x for s in (1.0, -1.0) for x in (999.0, 999.9, 9999.0, 9999.9, 99999.0))])


def _there(values: np.ndarray) -> np.ndarray:
    """The numbers, without those that usually mean that there is none: they prove nothing, whatever becomes of them."""
    known = values[~np.isnan(values)]
    nines = np.isin(known, _NINES)
    return known if nines.sum() * 2 > len(known) else known[~nines]


def is_kelvin(temperature: np.ndarray) -> bool:
    """No air is colder than 150 degC is warm: a minimum above 150 is in kelvin."""
    known = _there(temperature)
    return bool(len(known)) and float(known.min()) > MIN_KELVIN


def tenths_of_degrees(temperature: np.ndarray) -> bool:
    """Whole numbers that reach beyond 60 may be tenths of degrees."""
    known = _there(temperature)
    return bool(len(known)) and float(known.max()) > 60 and bool((known == np.round(known)).all())


def is_normalised(temperature: np.ndarray) -> bool:
    """Whether numbers were brought between 0 and 1: many different ones, none outside."""
    known = _there(temperature)
    return len(known) >= 50 and bool((known >= 0).all() and (known <= 1).all()) and len(np.unique(known)) > 5


def unlikely_celsius(temperature: np.ndarray) -> float | None:
    """The median, if it is too high for degrees Celsius."""
    known = _there(temperature)
    median = float(np.median(known)) if len(known) else 0.0
    return median if median > UNLIKELY_CELSIUS else None


def unit_by_humidity(temperature: np.ndarray, dew_point: np.ndarray, humidity: np.ndarray) -> str | None:
    """The unit in which temperature and dew point give the humidity (in percent), None if none does.

    Magnus formula with the coefficients of Alduchov and Eskridge (1996): the median error is at most 1 % in one unit
    and three times that in the others.
    """
    known = ~(np.isnan(temperature) | np.isnan(dew_point) | np.isnan(humidity))
    if known.sum() < 10:
        return None
    t, d, u = temperature[known], dew_point[known], humidity[known]
    errors = {}
    for unit, celsius in (
        ("degC", (t, d)),
        ("degF", ((t - 32) / 1.8, (d - 32) / 1.8)),
        ("K", (t - 273.15, d - 273.15)),
    ):
        a, b = celsius
        possible = (a > -80) & (a < 70) & (b > -90) & (b <= a + 1)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            error = np.abs(100 * np.exp(17.625 * b / (243.04 + b) - 17.625 * a / (243.04 + a)) - u)
        errors[unit] = float(np.median(np.where(possible, error, 100.0)))
    best, second = sorted(errors, key=lambda unit: errors[unit])[:2]
    return best if errors[best] <= 1.0 and errors[second] >= 3 * max(errors[best], 1 / 3) else None


def is_fraction(humidity: np.ndarray) -> bool | None:
    """Whether a humidity is a fraction: its maximum is at most 1 in over 20 values, not all 0 or 1; None: too few.

    In over 20 values a maximum of 1.5 does as well: no air has less than 1.5 % for so long, and models exceed saturation.
    """
    known = _there(humidity)
    if len(known) > 20 and 1.0 < float(known.max()) <= 1.5 and float(np.median(known)) > 0.05:
        return True
    if not len(known) or float(known.max()) > 1.0:
        return False
    return True if len(known) > 20 and not bool(np.isin(known, (0.0, 1.0)).all()) else None


def pressure_unit(pressure: np.ndarray) -> str | None:
    """The unit of a pressure by its median; None where it proves none."""
    known = _there(pressure)
    if not len(known):
        return None
    median, highest = float(np.median(known)), float(np.quantile(known, 0.99))
    if MMHG_OR_MOUNTAIN[0] <= median <= MMHG_OR_MOUNTAIN[1] and highest <= MMHG_OR_MOUNTAIN[1]:
        return None
    return next((unit for unit, (low, high) in PRESSURES.items() if low <= median <= high), None)


def beyond_any_wind(speed: np.ndarray) -> bool:
    """No wind on earth has blown at 150 m/s: many such numbers are none of a speed, whatever its unit."""
    known = _there(speed)
    return len(known) > 0 and float(np.quantile(known, 0.9)) > 150


def tens_of_degrees(direction: np.ndarray) -> bool:
    """Whether directions may be tens of degrees, or numbers of compass points: whole, none beyond 36, all around."""
    known = _there(direction)
    if len(known) <= 20 or float(known.max()) > 36 or not bool((known == np.round(known)).all()):
        return False
    return float(known.max() - known.min()) >= 8


def beyond_kilometres(visibility: np.ndarray) -> bool:
    """Nobody sees 500 km: these are metres or feet."""
    known = _there(visibility)
    return bool(len(known)) and float(known.max()) > 500


def eighths_or_tenths(cover: np.ndarray) -> bool:
    """Whether a cloud cover may be in eighths or tenths, or a fraction: no number is above 10."""
    known = _there(cover)
    return bool((known > 0).any()) and float(known.max()) <= 10


def speed_unit_by_steps(speed: np.ndarray, decimals: int, steps: tuple[tuple[float, str], ...]) -> str | None:
    """The unit in which all speeds are whole steps of the instrument, rounded to their decimals.

    Args:
        speed: distinct speeds.
        decimals: of the texts.
        steps: steps that instruments of this producer have, each with its unit.

    A lattice proves a unit if nearly every value lies on it and chance would put less than half of them there.
    """
    known = np.unique(_there(speed))
    known = known[known > 0]
    if len(known) < 6:
        return None
    resolution = 10.0**-decimals
    proven = set()
    for step, of_step in steps:
        metres = step / _SPEEDS[of_step]
        for unit, factor in _SPEEDS.items():
            width = metres * factor
            if (unit == of_step and width <= resolution * 1.01) or resolution > width * 0.34:
                continue
            on_lattice = np.abs(known - np.round(np.round(known / width) * width, decimals)) <= resolution * 0.51
            chance = (2 * resolution * 0.51) / width
            if on_lattice.mean() > 0.97 and chance < 0.5:
                proven.add(unit)
    return proven.pop() if len(proven) == 1 else None


def is_counter(amounts: np.ndarray) -> bool:
    """Whether amounts of precipitation rise, hold and fall back to nothing alone, as the readings of a counter do.

    What falls in an hour ends as often as it begins. A counter rises more often than it is set back, or stands still
    for hours; the longest true run of equal amounts at five stations has six (docs/methods.md), the mean is below two.

    Args:
        amounts: in the order of the rows, oldest or newest first.
    """
    known = _there(amounts)
    return _rises_and_holds(known) or _rises_and_holds(known[::-1])


def _rises_and_holds(x: np.ndarray) -> bool:
    steps, wet = np.diff(x), x > 0
    inner = wet[1:] & wet[:-1]
    rises, falls = int((inner & (steps > 0)).sum()), int((inner & (steps < 0)).sum())
    runs = int((wet & np.append(True, steps != 0)).sum())
    holds = wet.sum() >= 12 and wet.sum() >= 3 * runs and rises >= 3
    return bool((holds or rises >= 12) and falls <= rises / 4)
