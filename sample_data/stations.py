"""The made-up stations: places, climates, and the quirks planted in their files.

Belongs here: figures. Does not belong here: what is made of them (`weather.py`).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

YEARS = (2015, 2016)


@dataclass(frozen=True)
class Station:
    """A place, its climate and the quirks planted in its files (hours are UTC)."""

    name: str
    timezone: str
    latitude: float
    longitude: float
    elevation_m: float
    utc_offset: int  # hours, standard time; EU summer time adds one
    seed: int
    temperature: tuple[float, float, float]  # mean, half the annual swing, half the diurnal swing in summer
    coldest_day: int  # of the year
    weather_sd: float  # of the day-to-day temperature anomalies
    humidity: tuple[float, float]  # mean, winter excess
    wind: float  # scale, km/h
    directions: tuple[tuple[float, float], ...]  # (bearing, share)
    cloud: float  # > 0 is cloudier
    pressure: tuple[float, float]  # mean, sd
    missing_from: datetime
    missing_hours: int
    duplicated_day: date  # local; its 24 rows come twice
    stuck_visibility_from: datetime
    stuck_visibility_hours: int
    zero_pressure_days: tuple[date, int]  # first local day, number of days with 8 zero hours each
    zero_pressure_rows: int  # in all
    zero_humidity_rows: int
    null_precip: tuple[tuple[datetime, int], ...]  # from, hours
    pressure_jumps: int  # one-hour, out and back, at 00 UTC of the first year
    temperature_jumps: int


def _utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


STATIONS = {
    "szeged": Station(
        name="Szeged, Hungary", timezone="Europe/Budapest", latitude=46.2530, longitude=20.1482, elevation_m=84.0,
        utc_offset=1, seed=1, temperature=(11.9, 11.3, 6.6), coldest_day=17, weather_sd=3.9, humidity=(0.735, 0.11),
        wind=1.12, directions=((5.0, 0.30), (145.0, 0.34), (295.0, 0.36)), cloud=0.0, pressure=(1016.5, 7.4),
        missing_from=_utc(2015, 7, 13, 22), missing_hours=3, duplicated_day=date(2016, 8, 2),
        stuck_visibility_from=_utc(2016, 10, 25, 22), stuck_visibility_hours=193,
        zero_pressure_days=(date(2015, 10, 12), 5), zero_pressure_rows=229, zero_humidity_rows=5,
        null_precip=((_utc(2015, 4, 11, 14), 96), (_utc(2016, 10, 31, 20), 39)),
        pressure_jumps=120, temperature_jumps=34,
    ),
    "valentia": Station(
        name="Valentia, Ireland", timezone="Europe/Dublin", latitude=51.9383, longitude=-10.2408, elevation_m=24.0,
        utc_offset=0, seed=2, temperature=(11.0, 4.4, 2.2), coldest_day=38, weather_sd=2.2, humidity=(0.83, 0.02),
        wind=2.05, directions=((35.0, 0.10), (165.0, 0.24), (225.0, 0.36), (300.0, 0.30)), cloud=0.5,
        pressure=(1013.8, 11.5), missing_from=_utc(2016, 2, 8, 23), missing_hours=3, duplicated_day=date(2015, 11, 20),
        stuck_visibility_from=_utc(2015, 5, 3, 9), stuck_visibility_hours=187,
        zero_pressure_days=(date(2016, 9, 5), 3), zero_pressure_rows=221, zero_humidity_rows=3,
        null_precip=((_utc(2015, 1, 20, 3), 41), (_utc(2016, 6, 14, 11), 57)),
        pressure_jumps=90, temperature_jumps=21,
    ),
}  # fmt: skip
