"""What stations near each other say of each other: values that no neighbour shares, and shifts of a whole record.

Belongs here: which stations are neighbours, the tests, the table `neighbour_events`.
Does not belong here: tests of one station (`quality/`), reading the tables.

Nothing found here is fed back: a station's flags would depend on who else is loaded. A person accepts a finding with
`[[withdrawn]]` in the `station.toml` of the station.

A difference to a neighbour is judged against the usual difference of that pair in that calendar month, so that valleys
and biases are harmless (HadISD and landQC compare the values themselves).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from weather_etl.meteorology.positions import positions_among
from weather_etl.meteorology.site import LEAST_STATIONS, Site

if TYPE_CHECKING:
    import pandas as pd

WITHIN_KM, WITHIN_M, MOST, LEAST, COMMON_HOURS = 200.0, 300.0, 10, 3, 100
SPREADS = 5.0  # interquartile ranges from the median difference
AGREE = 2.0 / 3.0
FLOORS = {"temperature_c": 2.0, "dew_point_c": 2.0, "pressure_msl_hpa": 1.0}  # of the interquartile range
RAIN_WITHIN_KM, RAIN_ALL_ABOVE_MM, RAIN_TIMES, RAIN_ABOVE_MM = 50.0, 10.0, 4.0, 50.0
SHIFT_C, SHIFT_MONTHS = 1.0, 2
EARTH_KM = 6371.0
_SPANS = {"neighbour": "hour", "neighbour_rain": "day", "shift": "month"}
IN_MEMORY = 32  # stations at once, some 3 MB each for ten years; a station and its neighbours are 11


@dataclass(frozen=True)
class Place:
    """Where a station lies: degrees north and east, metres above mean sea level."""

    station_id: str
    latitude: float
    longitude: float
    elevation_m: float | None

    @classmethod
    def of(cls, station_id: str, site: Site) -> "Place | None":
        """Of a station's settings; None where they name no latitude and longitude."""
        return cls(station_id, *site.place, site.elevation_m) if site.place else None


@dataclass(frozen=True)
class Station(Place):
    """One station: place, and its hours since 1970 with their values (variable -> float, NaN where missing).

    `rain_days`, `rain`: days since 1970 with a daily sum, and the sums in mm.
    """

    hours: np.ndarray
    values: Mapping[str, np.ndarray]
    rain_days: np.ndarray
    rain: np.ndarray

    @classmethod
    def from_tables(cls, place: Place, validated: "pd.DataFrame", daily: "pd.DataFrame") -> "Station":
        """A station from its tables, of which timestamp, three variables and the daily sums are asked."""
        rain = daily["precipitation_mm"].to_numpy(dtype=np.float64, na_value=np.nan)
        known = ~np.isnan(rain)
        return cls(
            place.station_id,
            place.latitude,
            place.longitude,
            place.elevation_m,
            validated["timestamp"].to_numpy("datetime64[h]").astype(np.int64),
            {v: validated[v].to_numpy(dtype=np.float64, na_value=np.nan) for v in FLOORS},
            daily["date"].to_numpy("datetime64[D]").astype(np.int64)[known],
            rain[known],
        )


def neighbour_events(places: Sequence[Place], load: Callable[[Place], Station]) -> "pd.DataFrame":
    """Hours, days and months of stations that their neighbours contradict.

    Args:
        places: where the stations lie, in any order.
        load: reads a station; at most `IN_MEMORY` are held at once, and one that nobody is near to is never read.

    Returns:
        One row per value (tests `neighbour`, hours; `neighbour_rain`, days; `shift`, months), ordered by station, time and
        variable. `expected` is the median of what the neighbours say. Empty below four stations.
    """
    import pandas as pd

    places = sorted(places, key=lambda p: p.station_id)
    parts: list[pd.DataFrame] = []
    if len(places) >= LEAST_STATIONS:
        get = _kept(load)
        for target, near, close in _neighbourhoods(places):
            station, others = get(target), [get(p) for p in near]
            for variable, floor in FLOORS.items():
                parts += _of_variable(station, others, variable, floor)
            parts += _of_rain(station, [get(p) for p in close])
    if not parts:
        return _frame("", np.empty(0, "datetime64[us]"), "", "", *(np.empty(0),) * 4)
    events = pd.concat(parts, ignore_index=True)
    return events.sort_values(["station_id", "timestamp", "variable", "test"], kind="stable", ignore_index=True)


def _kept(load: Callable[[Place], Station]) -> Callable[[Place], Station]:
    """Loads a station again only if `IN_MEMORY` others were asked for since."""
    held: OrderedDict[str, Station] = OrderedDict()

    def get(place: Place) -> Station:
        name = place.station_id
        if name not in held:
            if len(held) >= IN_MEMORY:
                held.popitem(last=False)
            held[name] = load(place)
        held.move_to_end(name)
        return held[name]

    return get


def _neighbourhoods(places: Sequence[Place]) -> Iterator[tuple[Place, list[Place], list[Place]]]:
    """Each station that has enough neighbours, with those for the hours and those for the rain.

    From each station to the nearest that is left, so that the next one's neighbours are in memory already.
    """
    lat, lon = (np.radians([getattr(p, name) for p in places]) for name in ("latitude", "longitude"))
    left, i = np.ones(len(places), dtype=bool), 0
    for _ in places:
        left[i] = False
        distance = _distances(i, lat, lon)
        near, close = (_nearest(i, places, distance, km) for km in (WITHIN_KM, RAIN_WITHIN_KM))
        if len(near) >= LEAST:
            yield places[i], near, close
        i = int(np.argmin(np.where(left, distance, np.inf)))


def _distances(i: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Great-circle distances from one to all in km; coordinates in radians."""
    half = np.sin((lat - lat[i]) / 2) ** 2 + np.cos(lat) * np.cos(lat[i]) * np.sin((lon - lon[i]) / 2) ** 2
    return 2.0 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))


def _nearest(i: int, places: Sequence[Place], distance: np.ndarray, within_km: float) -> list[Place]:
    """The nearest ten within the distance and 300 m of height; without a known height a station has no neighbours."""
    height = places[i].elevation_m
    if height is None:
        return []
    chosen: list[Place] = []
    for k in np.argsort(distance, kind="stable").tolist():
        if distance[k] > within_km or len(chosen) == MOST:
            break
        other = places[k].elevation_m
        if k != i and other is not None and abs(other - height) <= WITHIN_M:
            chosen.append(places[k])
    return chosen


def _common(target: Station, other: Station, variable: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the target's hours that the other has too, and the other's values of them."""
    at, there = positions_among(other.hours, target.hours)
    values = np.full(len(target.hours), np.nan)
    values[there] = other.values[variable][at[there]]
    rows = np.flatnonzero(~np.isnan(values) & ~np.isnan(target.values[variable]))
    return rows, values[rows]


def _of_variable(target: Station, others: list[Station], variable: str, floor: float) -> list["pd.DataFrame"]:
    n = len(target.hours)
    if len(others) < LEAST or np.isnan(target.values[variable]).all():
        return []
    x = target.values[variable]
    months = target.hours.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
    above, below, judged = (np.zeros(n, dtype=np.int64) for _ in range(3))
    expected = np.full((len(others), n), np.nan, dtype=np.float32)
    monthly: list[dict[int, float]] = []
    for row, other in zip(expected, others, strict=True):
        rows, theirs = _common(target, other, variable)
        if len(rows) < COMMON_HOURS:
            continue
        difference = x[rows] - theirs
        calendar = months[rows] % 12
        usual, spread = np.zeros(12), np.full(12, floor)
        for month in np.unique(calendar).tolist():
            low, middle, high = np.percentile(difference[calendar == month], (25, 50, 75))
            usual[month], spread[month] = middle, max(high - low, floor)
        off = difference - usual[calendar]
        judged[rows] += 1
        above[rows] += off > SPREADS * spread[calendar]
        below[rows] += off < -SPREADS * spread[calendar]
        row[rows] = theirs + usual[calendar]
        edges = np.flatnonzero(np.append(True, np.diff(months[rows]) != 0))
        stops = np.append(edges[1:], len(rows))
        monthly.append(
            {
                int(months[rows[a]]): float(np.median(difference[a:b]) - usual[months[rows[a]] % 12])
                for a, b in zip(edges, stops, strict=True)
                if b - a >= COMMON_HOURS
            }
        )
    agree = np.maximum(above, below)
    hit = (judged >= LEAST) & (agree > AGREE * judged)
    if variable == "pressure_msl_hpa":
        hit &= ~_falling(target.hours, x, expected)
    events = []
    rows = np.flatnonzero(hit)
    if len(rows):
        time = target.hours[rows].astype("datetime64[h]").astype("datetime64[us]")
        middle = np.nanmedian(expected[:, rows], axis=0)
        events.append(
            _frame(target.station_id, time, variable, "neighbour", x[rows], middle, judged[rows], agree[rows])
        )
    if variable == "temperature_c" and len(monthly) >= LEAST:
        events += shifts(target.station_id, monthly)
    return events


def _falling(hours: np.ndarray, x: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Mask of the hours of a deep low that passes: lower than expected, while the neighbours' pressure falls or rises
    fast too (as landQC spares storms, but judged hour by hour, not over the record)."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # hours that no neighbour has
        middle = np.nanmedian(expected, axis=0)
    change = np.abs(np.append(0.0, np.diff(middle))) / np.append(1.0, np.diff(hours))
    with np.errstate(invalid="ignore"):
        return (x < middle) & (change >= 1.0)


def shifts(station: str, monthly: list[dict[int, float]]) -> list["pd.DataFrame"]:
    """Months whose median difference departs from that of all years by more than 1 K, two in a row, at most pairs."""
    every = sorted({m for pair in monthly for m in pair})
    departures = []
    for month in every:
        run = [month - k for k in range(SHIFT_MONTHS)]
        pairs = [pair for pair in monthly if all(m in pair for m in run)]
        signs = [
            1 if all(pair[m] > SHIFT_C for m in run) else -1 if all(pair[m] < -SHIFT_C for m in run) else 0
            for pair in pairs
        ]
        agree = max(signs.count(1), signs.count(-1))
        if len(pairs) >= LEAST and agree > AGREE * len(pairs):
            shift = float(np.median([pair[month] for pair in pairs]))
            departures.append((month, shift, len(pairs), agree))
    if not departures:
        return []
    months, sizes, n, agreeing = (np.array(c) for c in zip(*departures, strict=True))
    time = months.astype("datetime64[M]").astype("datetime64[us]")
    return [_frame(station, time, "temperature_c", "shift", sizes, np.zeros(len(months)), n, agreeing)]


def _of_rain(target: Station, others: list[Station]) -> list["pd.DataFrame"]:
    """Days without rain amid rain, and days with much more than anywhere near."""
    if len(others) < LEAST or not len(target.rain_days):
        return []
    near = np.full((len(others), len(target.rain_days)), np.nan)
    for row, other in zip(near, others, strict=True):
        at, there = positions_among(other.rain_days, target.rain_days)
        row[there] = other.rain[at[there]]
    n = (~np.isnan(near)).sum(axis=0)
    least, most = (
        np.where(np.isnan(near), np.inf, near).min(axis=0),
        np.where(np.isnan(near), -np.inf, near).max(axis=0),
    )
    dry = (target.rain == 0.0) & (least > RAIN_ALL_ABOVE_MM)
    flood = (target.rain > RAIN_TIMES * most) & (target.rain > RAIN_ABOVE_MM)
    rows = np.flatnonzero((n >= LEAST) & (dry | flood))
    if not len(rows):
        return []
    time = target.rain_days[rows].astype("datetime64[D]").astype("datetime64[us]")
    middle = np.nanmedian(near[:, rows], axis=0)
    return [
        _frame(
            target.station_id, time, "precipitation_mm", "neighbour_rain", target.rain[rows], middle, n[rows], n[rows]
        )
    ]


def _frame(
    station: str,
    time: np.ndarray,
    variable: str,
    test: str,
    value: np.ndarray,
    expected: np.ndarray,
    neighbours: np.ndarray,
    agree: np.ndarray,
) -> "pd.DataFrame":
    import pandas as pd

    n = len(time)
    return pd.DataFrame(
        {
            "station_id": pd.array([station] * n, dtype="str"),
            "timestamp": pd.DatetimeIndex(time).as_unit("us").tz_localize("UTC"),
            "variable": pd.array([variable] * n, dtype="str"),
            "test": pd.array([test] * n, dtype="str"),
            "value": np.asarray(value, dtype=np.float64),
            "expected": np.round(np.asarray(expected, dtype=np.float64), 2),
            "neighbours_n": np.asarray(neighbours, dtype=np.int64),
            "agree_n": np.asarray(agree, dtype=np.int64),
        }
    )


def by_station(events: "pd.DataFrame") -> list[dict[str, Any]]:
    """A record per station, variable and test with the number of events, the first and the last; most first."""
    cases = []
    for key, part in events.groupby(["station_id", "variable", "test"], sort=True):
        station, variable, test = map(str, key)
        first, last = part["timestamp"].min(), part["timestamp"].max()
        cases.append(
            {
                "station": station,
                "variable": variable,
                "events": len(part),
                "first": f"{first:%Y-%m-%d %H:%M}Z",
                "last": f"{last:%Y-%m-%d %H:%M}Z",
                "span": _SPANS[test],
            }
        )
    return sorted(cases, key=lambda c: -c["events"])
