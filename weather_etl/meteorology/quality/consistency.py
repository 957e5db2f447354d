"""Do the variables of one hour agree?

Belongs here: contradictions between variables (Zahumensky 2004, internal consistency).
Does not belong here: radiation against sunshine, which needs the sun (`sunlight.py`).

All variables of a contradiction are suspect, since none of them says which is wrong; a dew point more than 2 degC above
the temperature and a gust more than 2 m/s below the mean wind fail. Cloud is seen by an eye or a ceilometer, and so the
first to be doubted.
"""

from collections.abc import Iterator, Mapping, Set

import numpy as np

from weather_etl.meteorology import derived
from weather_etl.meteorology.quality.changes import BLOCK
from weather_etl.meteorology.quality.flags import Flag
from weather_etl.meteorology.quality.still import EQUAL_WITHIN
from weather_etl.meteorology.quality.sunlight import FULL_SUNSHINE_MIN, RAIN_FROM_MM
from weather_etl.meteorology.vocabulary import PRECIPITATION_TYPES

DEW_POINT_ABOVE_C = (0.5, 2.0)  # above the temperature: suspect, fail
GUST_BELOW_MS = (0.0, 2.0)  # below the mean wind: suspect, fail
APPARENT_WITHIN_C = 5.0
SNOW_UP_TO_C, RAIN_FROM_C = 5.0, -5.0
FOG_HUMIDITY_PERCENT = 90.0

_Rule = tuple[np.ndarray, np.ndarray | None, str, str | None, str]


def contradictions(
    values: Mapping[str, np.ndarray], precipitation: np.ndarray, present: Set[str]
) -> Iterator[tuple[str, Flag, np.ndarray, str]]:
    """(variable, flag, positions of hours, limit) of every contradiction, before any value is taken away.

    Args:
        values: variable -> float64, shape (n,), NaN where missing.
        precipitation: position in `PRECIPITATION_TYPES` of each hour, -1 for none.
        present: variables that have any value.
    """
    names = [*present, "temperature_c", "humidity_percent", "wind_speed_ms"]
    rules: dict[int, tuple[str, str | None, str, list[np.ndarray], list[np.ndarray]]] = {}
    for start in range(0, len(precipitation), BLOCK):
        block = slice(start, start + BLOCK)
        part = {name: values[name][block] for name in names}
        with np.errstate(invalid="ignore"):
            for i, (broken, worse, first, second, limit) in enumerate(_rules(part, precipitation[block], present)):
                rule = rules.setdefault(i, (first, second, limit, [], []))
                rule[3].append(start + np.flatnonzero(broken))
                if worse is not None:
                    rule[4].append(start + np.flatnonzero(worse))
    for first, second, limit, broken_in, worse_in in rules.values():
        rows = np.concatenate(broken_in)
        failed = np.concatenate([rows[:0], *worse_in])
        yield first, Flag.FAIL, failed, limit
        yield first, Flag.SUSPECT, np.setdiff1d(rows, failed, assume_unique=True), limit
        if second is not None:
            yield second, Flag.SUSPECT, rows, limit


def _rules(v: Mapping[str, np.ndarray], precipitation: np.ndarray, present: Set[str]) -> Iterator[_Rule]:
    """(broken, grossly broken, the variable that fails then, the other one, limit)."""
    if {"temperature_c", "dew_point_c"} <= present:
        above = v["dew_point_c"] - v["temperature_c"]
        limit = f"dew point at most {DEW_POINT_ABOVE_C[0]:g} above temperature"
        yield above > DEW_POINT_ABOVE_C[0], above > DEW_POINT_ABOVE_C[1], "dew_point_c", "temperature_c", limit
    if {"wind_speed_ms", "wind_gust_ms"} <= present:
        below = v["wind_speed_ms"] - v["wind_gust_ms"]
        broken = below > GUST_BELOW_MS[0] + EQUAL_WITHIN
        yield broken, below > GUST_BELOW_MS[1], "wind_gust_ms", "wind_speed_ms", "gust at least the mean wind"
    t = v["temperature_c"]
    if {"temperature_c", "apparent_temperature_c"} <= present:
        felt = derived.apparent_temperature(t, v["humidity_percent"], v["wind_speed_ms"])
        broken = np.abs(v["apparent_temperature_c"] - felt) > APPARENT_WITHIN_C
        limit = f"apparent temperature within {APPARENT_WITHIN_C:g} of the computed one"
        yield broken, None, "apparent_temperature_c", "temperature_c", limit
    snow, rain = (precipitation == PRECIPITATION_TYPES.index(word) for word in ("snow", "rain"))
    yield snow & (t > SNOW_UP_TO_C), None, "temperature_c", None, f"snow up to {SNOW_UP_TO_C:g}"
    yield rain & (t < RAIN_FROM_C), None, "temperature_c", None, f"rain from {RAIN_FROM_C:g} on"
    if {"visibility_km", "humidity_percent"} <= present:
        broken = (v["visibility_km"] == 0.0) & (v["humidity_percent"] < FOG_HUMIDITY_PERCENT)
        limit = f"visibility 0 with humidity from {FOG_HUMIDITY_PERCENT:g} on"
        yield broken, None, "visibility_km", "humidity_percent", limit
    if {"cloud_cover_percent", "sunshine_min"} <= present:
        broken = (v["cloud_cover_percent"] >= 100.0) & (v["sunshine_min"] >= FULL_SUNSHINE_MIN)
        limit = f"sunshine below {FULL_SUNSHINE_MIN:g} min under a covered sky"
        yield broken, None, "cloud_cover_percent", None, limit
    if {"cloud_cover_percent", "precipitation_mm"} <= present:
        broken = (v["cloud_cover_percent"] == 0.0) & (v["precipitation_mm"] > RAIN_FROM_MM)
        yield broken, None, "cloud_cover_percent", None, f"up to {RAIN_FROM_MM:g} mm from a clear sky"
