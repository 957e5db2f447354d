"""Units: which there are, how they are written in headers, and conversion; importing them costs nothing.

Belongs here: the unit of every column, factors.
Does not belong here: which header means which column (`formats/`, `cutting.py`).
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from weather_etl.meteorology.vocabulary import LONG_PRECIPITATION

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
    **dict.fromkeys(("precipitation_mm", *LONG_PRECIPITATION), "mm"),
    "snow_depth_cm": "cm",
    "solar_radiation_wm2": "W/m2",
    "sunshine_min": "min",
    "cloud_cover_percent": "%",
}

CANONICAL_UNITS: Mapping[str, str] = {
    "c": "degC",
    "percent": "%",
    "ms": "m/s",
    "deg": "degree",
    "km": "km",
    "hpa": "hPa",
    "mm": "mm",
    "cm": "cm",
    "wm2": "W/m2",
    "min": "min",
}

# Unit as written in a header (lower case, no blanks or degree signs) -> unit, by quantity.
UNITS: Mapping[str, Mapping[str, str]] = {
    "temperature": {"c": "degC", "degc": "degC", "celsius": "degC", "degcelsius": "degC", "degreesc": "degC",
                    "degreescelsius": "degC", "f": "degF", "degf": "degF", "fahrenheit": "degF", "degreesf": "degF",
                    "degreesfahrenheit": "degF", "degfahrenheit": "degF", "k": "K", "kelvin": "K", "degk": "K",
                    "celcius": "degC", "degreec": "degC", "degree_c": "degC", "degreecelsius": "degC", "degreefahrenheit": "degF", "degreekelvin": "K", "degree_celsius": "degC", "deg_c": "degC",
                    "degc.": "degC", "degree_f": "degF", "degree_fahrenheit": "degF", "deg_f": "degF", "degreef": "degF",
                    "grc": "degC", "gradc": "degC", "\u0441": "degC", "gradosc": "degC", "grausc": "degC", "gradic": "degC", "摄氏度": "degC", "gradcelsius": "degC", "degree_k": "K", "degreek": "K", "oc": "degC", "cdeg": "degC", "fdeg": "degF"},
    "humidity": {"%": "%", "procent": "%", "prozent": "%", "%r.h.": "%", "%hr": "%", "percent": "%", "pct": "%", "%rh": "%", "1": "1", "0-1": "1", "0..1": "1",
                 "fraction": "1"},
    "speed": {"km/h": "km/h", "kmh": "km/h", "kph": "km/h", "kmph": "km/h", "km/hr": "km/h", "kmh-1": "km/h",
              "m/s": "m/s", "ms-1": "m/s", "ms^-1": "m/s", "ms": "m/s", "mps": "m/s", "m/sec": "m/s", "kn": "kn",
              "kt": "kn", "kts": "kn", "knot": "kn", "knots": "kn", "mph": "mph", "mi/h": "mph", "mp/h": "mph",
              "miles/h": "mph", "miles/hr": "mph", "mile/hr": "mph", "mile/h": "mph", "m.s-1": "m/s", "ms**-1": "m/s", "m*s-1": "m/s", "m_s-1": "m/s", "m/sek": "m/s",
              "meter/second": "m/s", "meters/second": "m/s", "metre/second": "m/s", "metres/second": "m/s",
              "meterspersecond": "m/s", "metrespersecond": "m/s", "meterpersecond": "m/s", "miles/hour": "mph",
              "milesperhour": "mph", "mileperhour": "mph", "km/hour": "km/h", "kilometersperhour": "km/h",
              "kmperhour": "km/h", "km.h-1": "km/h", "м/\u0441": "m/s", "км/ч": "km/h", "米/秒": "m/s", "уз": "kn", "узлы": "kn",
              "nudos": "kn", "nós": "kn", "nodi": "kn", "nœuds": "kn", "noeuds": "kn", "knopen": "kn", "knoten": "kn",
              "węzły": "kn", "m/seg": "m/s", "km/godz": "km/h", "km/t": "km/h", "km/std": "km/h"},
    "direction": {"degrees": "degree", "degree": "degree", "deg": "degree", "": "degree", "degt": "degree", "ø": "degree", "degtn": "degree",
                  "degn": "degree", "degtrue": "degree", "degreestrue": "degree", "degfromn": "degree", "fromn": "degree", "degfromnorth": "degree", "degreesfromnorth": "degree", "gr": "degree", "grad": "degree", "16방위": "degree", "град": "degree", "graden": "degree", "grados": "degree", "graus": "degree",
                  "gradi": "degree", "degrés": "degree", "stopnie": "degree", "度": "degree",
                  "degrees_true": "degree", "10sdeg": "10 degree", "10deg": "10 degree", "10'sdeg": "10 degree",
                  "tensofdegrees": "10 degree"},
    "distance": {"km": "km", "kilometers": "km", "kilometres": "km", "m": "m", "meters": "m", "metres": "m",
                 "mi": "mi", "mile": "mi", "miles": "mi", "ft": "ft", "feet": "ft", "nmi": "nmi",
                 "nauticalmiles": "nmi", "statutemiles": "mi", "sm": "mi", "nm": "nmi", "10m": "10 m"},
    "pressure": {"millibars": "hPa", "millibar": "hPa", "mbar": "hPa", "mb": "hPa", "hpa": "hPa", "hpas": "hPa", "hpas.": "hPa", "pa": "Pa",
                 "kpa": "kPa", "inhg": "inHg", "mmhg": "mmHg", "hectopascal": "hPa", "hectopascals": "hPa", "inchhg": "inHg",
                 "inches": "inHg", "in": "inHg", "inchesofmercury": "inHg", "torr": "mmHg", "гпа": "hPa", "мбар": "hPa", "кпа": "kPa", "ммрт.ст.": "mmHg", "ммртст": "mmHg",
                 "百帕": "hPa", "ミリバール": "hPa", '"': "inHg", "\u2033": "inHg", "\u201d": "inHg"},
    "amount": {"mm": "mm", "millimeter": "mm", "millimeters": "mm", "millimetres": "mm", "kg/m2": "mm", "kg/m^2": "mm", "kgm-2": "mm",
               "l/m2": "mm", "cm": "cm", "m": "m", "in": "in", "inch": "in", "inches": "in", "мм": "mm", "毫米": "mm",
               "l/m²": "mm", "litre/m2": "mm", '"': "in", "\u2033": "in", "\u201d": "in"},
    "depth": {"см": "cm", "厘米": "cm", "cm": "cm", "mm": "mm", "m": "m", "in": "in", "inch": "in", "inches": "in", "ft": "ft", "sss": "sss"},
    "radiation": {"w/m2": "W/m2", "wm-2": "W/m2", "w/m^2": "W/m2", "w/m**2": "W/m2", "w/m": "W/m2", "wm**-2": "W/m2", "w.m-2": "W/m2", "wm^-2": "W/m2", "mj/m^2": "MJ/m2", "kj/m^2": "kJ/m2", "wh/m^2": "Wh/m2", "kwh/m^2": "kWh/m2", "j/m^2": "J/m2", "j/cm^2": "J/cm2", "kw/m2": "kW/m2", "j/cm2": "J/cm2", "jcm-2": "J/cm2",
                  "j/m2": "J/m2", "kj/m2": "kJ/m2", "kjm-2": "kJ/m2", "mj/m2": "MJ/m2", "mjm-2": "MJ/m2",
                  "wh/m2": "Wh/m2", "kwh/m2": "kWh/m2"},
    "duration": {"min": "min", "mins": "min", "minute": "min", "minutes": "min", "h": "h", "hr": "h", "hour": "h",
                 "hours": "h", "hrs": "h", "時間": "h", "s": "s", "sec": "s", "second": "s", "seconds": "s"},
    "cover": {"%": "%", "percent": "%", "pct": "%", "okta": "okta", "oktas": "okta", "octas": "okta", "1/8": "okta", "8ths": "okta", "eighths": "okta",
              "tenth": "tenths", "tenths": "tenths", "1/10": "tenths", "1": "1", "0-1": "1", "fraction": "1",
              "sky": "sky"},
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
    **dict.fromkeys(("precipitation_mm", *LONG_PRECIPITATION), "amount"),
    "snow_depth_cm": "depth",
    "solar_radiation_wm2": "radiation",
    "sunshine_min": "duration",
    "cloud_cover_percent": "cover",
}


def known_unit(column: str, text: str) -> str | None:
    """The unit that a text means for a column, as `to_canonical` knows it; None if it is not known.

    Degree signs count for nothing, nor does what is left of one after a wrong conversion. A unit may be scaled, as in
    `10 m`: tens of metres.
    """
    text = re.sub(r"[\s°º\u00c2\ufffd?]", "", unicodedata.normalize("NFKC", text.replace("º", "°")))
    return UNITS[QUANTITIES[column]].get(re.sub(r"^(deg)\.", r"\1", text.replace("\u2212", "-").lower()))


def scale_of(unit: str) -> tuple[float, str]:
    """`0.1 degC` -> (0.1, 'degC')."""
    scaled = re.fullmatch(r"(\d+(?:\.\d+)?)\s+(\S.*)", unit)
    return (float(scaled[1]), scaled[2]) if scaled else (1.0, unit)


def known_scaled_unit(column: str, text: str) -> str | None:
    """The unit that a text of the settings means, which may be scaled: `0.1 hPa`, `10 degrees`; None if it is not known."""
    if unit := known_unit(column, text):
        return unit
    factor, unscaled = scale_of(text.strip())
    unit = known_unit(column, unscaled) if factor > 0 else None
    return f"{factor:g} {unit}" if unit else None


def is_unit(quantity: str, unit: str) -> bool:
    """Whether `to_canonical` knows a unit of a quantity; it knows none with a factor, such as `10 m` (`scale_of`)."""
    return unit in UNITS.get(quantity, {}).values() and scale_of(unit)[1] == unit


def known_zone(text: str) -> str | None:
    """The zone that a text means: `UTC`, `UTC+01:00` or an IANA name; None if it is not known."""
    text = text.strip()
    if text.upper() in ("UTC", "GMT", "Z", "UT"):
        return "UTC"
    if match := re.fullmatch(r"(?i)(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?", text):
        sign, hours, minutes = match[1], int(match[2]), match[3] or "00"
        return f"UTC{sign}{hours:02}:{minutes}" if hours <= 14 else None
    return text if "/" in text and text in iana_zones() else None


def zone_of_offset(seconds: int) -> str:
    """A fixed offset from UTC as a zone."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"UTC{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}" if seconds else "UTC"


@lru_cache
def iana_zones() -> frozenset[str]:
    """The names of the IANA zones.

    A zone of this machine alone is none (`localtime`, one that its administrator made): the same files would give other
    tables elsewhere. Neither is `Factory`, by which a machine says that nobody has set its zone.
    """
    from importlib import resources

    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split()) - {"Factory"}


def to_canonical(values: "np.ndarray", unit: str, quantity: str, *, minutes: float = 60.0) -> "np.ndarray":
    """Convert to the unit of our column: degC, %, m/s, degree, km, hPa, mm, cm, W/m2 or min.

    Args:
        values: float64 of any shape, NaN where missing.
        unit: one of the values of `UNITS[quantity]`, without a factor (`scale_of`); "" leaves the numbers as they stand.
        quantity: what is measured; it decides where one unit stands for several (m of visibility, rain or snow).
        minutes: length of the period of a sum of radiation, which becomes its mean.

    Raises:
        ValueError: the quantity is not measured in this unit. Stations and profiles are checked when they are read, so
            that nobody's file leads here.
    """
    import numpy as np

    if not unit:
        return values
    if not is_unit(quantity, unit):
        raise ValueError(f"{unit!r} is no unit of {quantity or 'a number without a quantity'}")
    factor = _FACTORS.get((quantity, unit), _FACTORS.get(("", unit)))
    if factor is not None:
        return values * factor
    match unit:
        case "degF":
            return (values - 32.0) / 1.8
        case "K":
            return values - 273.15
        case "km/h":
            return values / 3.6
        case "m" | "Pa":
            return values / (1000.0 if unit == "m" else 100.0)
        case "s":
            return values / 60.0
        case "J/cm2" | "J/m2" | "kJ/m2" | "MJ/m2" | "Wh/m2" | "kWh/m2":
            return values * _JOULES[unit] / (60.0 * minutes)
        case "okta":
            return np.where(values < 9.0, values * 12.5, np.nan)  # 9 and 10: the sky is invisible
        case "tenths":
            return np.where(values <= 10.0, values * 10.0, np.nan)
        case "sss":  # snow depth in SYNOP: 997 below half a centimetre, 998 not everywhere, 999 not to be measured
            coded = np.select([values == 997.0, values == 998.0, values >= 999.0], [0.5, 0.0, np.nan], values)
            return np.where(np.isnan(values), np.nan, coded)
        case _:  # our own; `sky` has become % where its words were read
            return values


# (quantity, unit) -> factor; "" where the unit means the same for every quantity that has it.
_FACTORS: Mapping[tuple[str, str], float] = {
    ("", "1"): 100.0,
    ("", "kn"): 0.514444,
    ("", "mph"): 0.44704,
    ("", "mi"): 1.609344,
    ("", "nmi"): 1.852,
    ("", "kPa"): 10.0,
    ("", "mmHg"): 1.333224,
    ("", "inHg"): 33.8639,
    ("", "kW/m2"): 1000.0,
    ("", "h"): 60.0,
    ("amount", "cm"): 10.0,
    ("amount", "m"): 1000.0,
    ("amount", "in"): 25.4,
    ("depth", "mm"): 0.1,
    ("depth", "m"): 100.0,
    ("depth", "in"): 2.54,
    ("depth", "ft"): 30.48,
    ("distance", "ft"): 0.0003048,
    ("", "ft"): 0.0003048,
}
_JOULES: Mapping[str, float] = {
    "J/m2": 1.0, "J/cm2": 1e4, "kJ/m2": 1e3, "MJ/m2": 1e6, "Wh/m2": 3600.0, "kWh/m2": 3.6e6,
}  # fmt: skip


def in_unit(values: "np.ndarray", unit: str, column: str) -> "np.ndarray":
    """Values of a column in a unit of a source, of the same shape: the inverse of `to_canonical`, linear for every unit.

    Sums of radiation count as those of an hour. Raises ValueError as `to_canonical` does.
    """
    import numpy as np

    quantity = QUANTITIES[column]
    zero, one = (float(to_canonical(np.array([x]), unit, quantity)[0]) for x in (0.0, 1.0))
    return values if (zero, one) == (0.0, 1.0) else (values - zero) / (one - zero)
