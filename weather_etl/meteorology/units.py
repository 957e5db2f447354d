"""Units: which there are, how they are written in headers, and conversion; importing them costs nothing.

Belongs here: the unit of every column, factors.
Does not belong here: which header means which column (`headers.py`, `cutting.py`).
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# Unit a column has where its header names none: that of the Dark Sky profile.
DEFAULT_UNITS: Mapping[str, str] = {
    "temperature_c": "degC",
    "apparent_temperature_c": "degC",
    "dew_point_c": "degC",
    "humidity_percent": "1",
    "wind_speed_ms": "km/h",
    "wind_gust_ms": "km/h",
    "wind_direction_deg": "degree",
    "visibility_km": "km",
    "pressure_msl_hpa": "hPa",
    "pressure_station_hpa": "hPa",
}

CANONICAL_UNITS: Mapping[str, str] = {
    "c": "degC",
    "percent": "%",
    "ms": "m/s",
    "deg": "degree",
    "km": "km",
    "hpa": "hPa",
}

# Unit as written in a header (lower case, no blanks or degree signs) -> unit, by quantity.
UNITS: Mapping[str, Mapping[str, str]] = {
    "temperature": {"c": "degC", "degc": "degC", "celsius": "degC", "degcelsius": "degC", "degreesc": "degC",
                    "degreescelsius": "degC", "f": "degF", "degf": "degF", "fahrenheit": "degF", "degreesf": "degF",
                    "degreesfahrenheit": "degF", "degfahrenheit": "degF", "k": "K", "kelvin": "K"},
    "humidity": {"%": "%", "percent": "%", "pct": "%", "%rh": "%", "1": "1", "0-1": "1", "0..1": "1",
                 "fraction": "1"},
    "speed": {"km/h": "km/h", "kmh": "km/h", "kph": "km/h", "kmph": "km/h", "km/hr": "km/h", "kmh-1": "km/h",
              "m/s": "m/s", "ms-1": "m/s", "ms^-1": "m/s", "ms": "m/s", "mps": "m/s", "m/sec": "m/s", "kn": "kn",
              "kt": "kn", "kts": "kn", "knot": "kn", "knots": "kn", "mph": "mph", "mi/h": "mph", "mp/h": "mph",
              "miles/h": "mph"},
    "direction": {"degrees": "degree", "degree": "degree", "deg": "degree", "": "degree"},
    "distance": {"km": "km", "kilometers": "km", "kilometres": "km", "m": "m", "meters": "m", "metres": "m",
                 "mi": "mi", "mile": "mi", "miles": "mi", "ft": "ft", "feet": "ft"},
    "pressure": {"millibars": "hPa", "millibar": "hPa", "mbar": "hPa", "mb": "hPa", "hpa": "hPa", "pa": "Pa",
                 "kpa": "kPa", "inhg": "inHg", "mmhg": "mmHg"},
}  # fmt: skip

QUANTITIES: Mapping[str, str] = {
    "temperature_c": "temperature",
    "apparent_temperature_c": "temperature",
    "dew_point_c": "temperature",
    "humidity_percent": "humidity",
    "wind_speed_ms": "speed",
    "wind_gust_ms": "speed",
    "wind_direction_deg": "direction",
    "visibility_km": "distance",
    "pressure_msl_hpa": "pressure",
    "pressure_station_hpa": "pressure",
}


def known_unit(column: str, text: str) -> str | None:
    """The unit that a text means for a column, as `to_canonical` knows it; None if it is not known.

    Degree signs count for nothing, nor does what is left of one after a wrong conversion.
    """
    text = re.sub(r"[\s°º\u00c2\ufffd?]", "", unicodedata.normalize("NFKC", text.replace("º", "°")))
    return UNITS[QUANTITIES[column]].get(re.sub(r"^(deg)\.", r"\1", text.replace("\u2212", "-").lower()))


def known_zone(text: str) -> str | None:
    """The zone that a text means: `UTC`, `UTC+01:00` or an IANA name; None if it is not known."""
    text = text.strip()
    if text.upper() in ("UTC", "GMT", "Z", "UT"):
        return "UTC"
    if match := re.fullmatch(r"(?i)(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?", text):
        sign, hours, minutes = match[1], int(match[2]), match[3] or "00"
        return f"UTC{sign}{hours:02}:{minutes}" if hours <= 14 else None
    return text if "/" in text and text in _zones() else None


def zone_of_offset(seconds: int) -> str:
    """A fixed offset from UTC as a zone."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"UTC{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}" if seconds else "UTC"


@lru_cache
def _zones() -> frozenset[str]:
    import zoneinfo

    return frozenset(zoneinfo.available_timezones())


def to_canonical(values: "np.ndarray", unit: str) -> "np.ndarray":
    """Convert to degC, %, m/s, degree, km or hPa."""
    match unit:
        case "degF":
            return (values - 32.0) / 1.8
        case "K":
            return values - 273.15
        case "1":
            return values * 100.0
        case "km/h":
            return values / 3.6
        case "kn":
            return values * 0.514444
        case "mph":
            return values * 0.44704
        case "m":
            return values / 1000.0
        case "mi":
            return values * 1.609344
        case "ft":
            return values * 0.0003048
        case "Pa":
            return values / 100.0
        case "kPa":
            return values * 10.0
        case "mmHg":
            return values * 1.333224
        case "inHg":
            return values * 33.8639
        case _:
            return values
