"""Where the sun stands, and how much of its light reaches the top of the air.

Belongs here: solar position, means over hours, days. Does not belong here: tests of measured radiation
(`quality/sunlight.py`), plane of a solar module (`photovoltaics.py`).

Position: Michalsky, The Astronomical Almanac's algorithm, Solar Energy 40 (1988), without refraction; within 0.01 degrees
of NREL's SPA. Hour H is (H - 1 h, H], as for every mean and sum.

Shapes: moments and days of the year are numbers of any shape, or scalars, and the results float64 of the same; NaN stays NaN.
`SunHours` and `audit` take the hours of a station, shape (n,). Latitudes and longitudes are degrees north and east.
"""

from dataclasses import dataclass

import numpy as np

SOLAR_CONSTANT = 1361.0  # W m-2
PIECE_MIN = 5.0
_PIECES = (np.arange(12) + 0.5) * PIECE_MIN - 30.0  # minutes from the middle of an hour
_J2000_HOURS = 262980.0  # hours from 1970-01-01 to 2000-01-01 12:00


@dataclass(frozen=True)
class Position:
    """Of the sun at n moments: cosine of the zenith angle, declination and hour angle in radians, distance in au."""

    cos_zenith: np.ndarray
    declination: np.ndarray
    hour_angle: np.ndarray
    distance: np.ndarray

    @property
    def normal(self) -> np.ndarray:
        """Extraterrestrial radiation at right angles to the sun, W m-2."""
        return SOLAR_CONSTANT / self.distance**2


def position(hours: np.ndarray, latitude: float, longitude: float) -> Position:
    """The sun at these hours since 1970-01-01 UTC (fractions allowed), seen from degrees north and east."""
    days = (np.asarray(hours, dtype=np.float64) - _J2000_HOURS) / 24.0
    mean_longitude = np.radians((280.460 + 0.9856474 * days) % 360.0)
    g = np.radians((357.528 + 0.9856003 * days) % 360.0)
    ecliptic = mean_longitude + np.radians(1.915 * np.sin(g) + 0.020 * np.sin(2.0 * g))
    obliquity = np.radians(23.439 - 4e-7 * days)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(obliquity) * np.sin(ecliptic))
    sidereal = (6.697375 + 0.0657098242 * days + np.asarray(hours, dtype=np.float64) % 24.0) % 24.0
    hour_angle = np.radians(15.0 * sidereal + longitude) - right_ascension
    phi = np.radians(latitude)
    cos_zenith = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    distance = 1.00014 - 0.01671 * np.cos(g) - 0.00014 * np.cos(2.0 * g)
    return Position(cos_zenith, declination, hour_angle, distance)


class SunHours:
    """The sun over hours, from the position in their middle and pieces of five minutes.

    Attributes:
        middle: position in the middle of each hour.
        mu: mean of max(cos zenith, 0).
        night: mask of the hours without sun.
    """

    def __init__(self, hours: np.ndarray, latitude: float, longitude: float, *, shift_min: float = 0.0) -> None:
        self.middle = position(np.asarray(hours) - 0.5 + shift_min / 60.0, latitude, longitude)
        phi, dec = np.radians(latitude), self.middle.declination
        self._up = np.sin(phi) * np.sin(dec)
        side = np.cos(phi) * np.cos(dec)
        self._cos, self._sin = side * np.cos(self.middle.hour_angle), side * np.sin(self.middle.hour_angle)
        self.mu = np.zeros(len(self._up))
        self.night = np.ones(len(self._up), dtype=bool)
        for minutes in _PIECES:
            piece = self._piece(minutes, slice(None))
            self.mu += np.maximum(piece, 0.0)
            self.night &= piece <= 0.0
        self.mu /= len(_PIECES)

    def _piece(self, minutes: float, which: np.ndarray | slice) -> np.ndarray:
        """Cosine of the zenith angle some minutes from the middle of hours."""
        angle = np.radians(minutes / 4.0)
        return self._up[which] + self._cos[which] * np.cos(angle) - self._sin[which] * np.sin(angle)

    def mean_power(self, exponent: float, which: np.ndarray) -> np.ndarray:
        """Mean of max(cos zenith, 0) to some power, of hours at these positions: int64, shape (m,) as is the result."""
        total = np.zeros(len(which))
        for minutes in _PIECES:
            total += np.maximum(self._piece(minutes, which), 0.0) ** exponent
        return total / len(_PIECES)


def daylight(day_of_year: np.ndarray, latitude: float) -> tuple[np.ndarray, np.ndarray]:
    """Extraterrestrial radiation in MJ m-2 d-1 and daylight hours (FAO-56, equations 21 to 25 and 34)."""
    angle = 2.0 * np.pi * np.asarray(day_of_year) / 365.0
    inverse_distance = 1.0 + 0.033 * np.cos(angle)
    dec = 0.409 * np.sin(angle - 1.39)
    phi = np.radians(latitude)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(dec), -1.0, 1.0))
    gained = sunset * np.sin(phi) * np.sin(dec) + np.cos(phi) * np.cos(dec) * np.sin(sunset)
    return 24.0 * 60.0 / np.pi * 0.0820 * inverse_distance * gained, 24.0 / np.pi * sunset


def clear_sky(extraterrestrial: np.ndarray, elevation_m: float) -> np.ndarray:
    """Radiation of a cloudless day, (0.75 + 2e-5 h) Ra (FAO-56, equation 37), in the unit of Ra."""
    return (0.75 + 2e-5 * elevation_m) * extraterrestrial


def solar_days(hours: np.ndarray, longitude: float) -> np.ndarray:
    """Number of the day of mean solar time that hours lie in."""
    return np.floor((np.asarray(hours) - 0.5 + longitude / 15.0) / 24.0).astype(np.int64)


AUDIT_FROM_DAYS = 30
AUDIT_WARN_MIN = 40
_SHIFTS = tuple(range(-120, 121, 10))


@dataclass(frozen=True)
class Audit:
    """How the stamps of radiation or sunshine fit the sun.

    Attributes:
        shift_min: minutes by which the hours would have to be moved.
        sunny_in_the_dark: share of the hours with sun that lie in the night.
    """

    shift_min: int
    sunny_in_the_dark: float

    @property
    def suspicious(self) -> bool:
        return abs(self.shift_min) >= AUDIT_WARN_MIN or self.sunny_in_the_dark > 0.02


def audit(hours: np.ndarray, values: np.ndarray, latitude: float, longitude: float) -> Audit | None:
    """The shift of an hour's stamp, in steps of ten minutes up to two hours, that fits the sun best.

    Args:
        hours: hours since 1970 UTC, taken as the ends of their periods.
        values: radiation or sunshine of each; NaN where missing.

    Returns:
        None for less than 30 days of values.
    """
    there = np.flatnonzero(~np.isnan(values))
    if len(np.unique(hours[there] // 24)) < AUDIT_FROM_DAYS:
        return None
    hours, x = hours[there], values[there]
    if x.std() == 0:
        return None
    correlations = []
    for shift in _SHIFTS:
        mu = SunHours(hours, latitude, longitude, shift_min=shift).mu
        correlations.append(float(np.corrcoef(x, mu)[0, 1]))
    best = int(np.argmax(correlations))
    sunny = x > 0
    night = SunHours(hours, latitude, longitude).night
    dark = float((sunny & night & (x > 10 if x.max() > 60 else sunny)).sum() / max(int(sunny.sum()), 1))
    return Audit(_SHIFTS[best], dark)
