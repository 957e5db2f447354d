"""The hours of a station arranged by civil days: what days, months and years are made from.

Belongs here: civil days and their length, gaps, sums of hours by day. Does not belong here: when they may be shown.

A civil day is that of the wall clock of the station's zone: 23, 24 or 25 hours long where clocks change. An hour
belongs to the day in which it begins. Where local hours begin within UTC hours (Nepal: a quarter past), an hour is
the local one that its observation was made in: at 00:00 in Kathmandu, which is 18:15 UTC and nearest to 18 UTC, a new
day begins, though 18:00 UTC is a quarter to twelve of the day before.

Shapes: a value of each hour is float64 of shape (hours,), in the order of the observations and in their units, NaN where
missing; what is said of days has shape (days,), sums as float64 and counts as int64.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.aggregation.groups import Groups, ratio
from weather_etl.meteorology.aggregation.vectors import WindSums
from weather_etl.meteorology.extremes import Extremes
from weather_etl.meteorology.local_clock import wall_clock
from weather_etl.meteorology.positions import positions_among
from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.vocabulary import CONDITIONS, TEMPERATURE_EXTREMES

if TYPE_CHECKING:
    import pandas as pd

_DAY = 24 * HOUR


def midnights(days: np.ndarray, timezone: str) -> np.ndarray:
    """First full UTC hour of each civil day, as hours since 1970-01-01; days as days since then."""
    import pandas as pd

    local = pd.DatetimeIndex(days.astype("datetime64[D]").astype("datetime64[us]"))
    utc = local.tz_localize(timezone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    hours = -(-_micros(utc.tz_convert("UTC")) // HOUR)
    # Where clocks went from 00:01 back to 23:01 (Newfoundland until 2011), midnight was still to come.
    again = pd.DatetimeIndex((hours * HOUR).astype("datetime64[us]")).tz_localize("UTC").tz_convert(timezone)
    return hours + (_micros(again) // _DAY < days)


def _micros(index: "pd.DatetimeIndex") -> np.ndarray:
    """Wall-clock microseconds since 1970-01-01."""
    return index.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def _local_hours(utc: np.ndarray, observed: np.ndarray, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """What the clock shows at each hour, in microseconds, and hours since 1970-01-01 UTC.

    Args:
        utc: full hours.
        observed: when their observations were made; it counts where local hours are no UTC hours.
    """
    local = wall_clock(utc, timezone)
    within = np.flatnonzero((local - utc) % HOUR)
    hours = utc // HOUR
    if len(within):
        local[within] = wall_clock(observed[within], timezone)
        hours[within] = local[within] // HOUR - (local[within] - observed[within]) // HOUR
    return local, hours


def _with_hours_before(observations: "pd.DataFrame", rows: np.ndarray) -> "pd.DataFrame":
    """The observations, and before each of these rows an hour without any value, so that its day is one of them."""
    import pandas as pd

    empty = observations.iloc[rows].copy()
    for name, kind in observations.dtypes.items():
        if name in ("timestamp", "observed_at"):
            empty[name] -= pd.Timedelta(hours=1)
        elif str(name).endswith("_qc"):
            empty[name] = np.uint8(Flag.MISSING)
        elif name not in ("station_id", "landing_file", "line", "landed_at", "rows_n"):
            empty[name] = pd.array([None] * len(empty), dtype=kind)
    both = pd.concat([observations, empty]).sort_values("timestamp", kind="stable", ignore_index=True)
    both.attrs = observations.attrs
    return both


@dataclass(frozen=True)
class ByDay:
    """One variable by days: hours with a value, their mean, minimum and maximum (NaN without any), longest gap."""

    n: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    gap: np.ndarray


class LocalHours:
    """A station's hours arranged by civil days.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp.
        timezone: IANA zone that bounds the days.

    Attributes:
        days: hours grouped by day; keys are days since 1970-01-01.
        expected: hours each of these days has in its zone.
        first_hour: of each of these days, in hours since 1970-01-01 UTC.
        utc_hours: of every hour, the same; where local hours begin within UTC hours, of the local hour.
        hour: number of every hour within its day, from 0.
    """

    def __init__(self, observations: "pd.DataFrame", timezone: str) -> None:
        self.timezone = timezone
        self._arrange(observations)
        closing = self._days_closed()
        if len(closing):
            self._arrange(_with_hours_before(observations, closing))

    def _arrange(self, observations: "pd.DataFrame") -> None:
        import pandas as pd

        timezone = self.timezone
        self.observations = observations
        index = pd.DatetimeIndex(observations["timestamp"])
        utc = _micros(index)
        self._rows = utc // HOUR
        clock, self.utc_hours = _local_hours(utc, _micros(pd.DatetimeIndex(observations["observed_at"])), timezone)
        self.days = Groups(clock // _DAY)
        self.of_row = self.days.of_row()
        edges = midnights(np.append(self.days.keys, self.days.keys + 1), timezone)
        start, end = edges[: len(self.days)], edges[len(self.days) :]
        self.expected, self.first_hour = end - start, start
        self.hour = self.utc_hours - start[self.of_row]

    def _days_closed(self) -> np.ndarray:
        """Rows at midnight whose amount is that of the whole day before, of which there is no other observation."""
        if "precipitation_long_h" not in self.observations or not self.has("precipitation_long_mm"):
            return np.empty(0, dtype=np.int64)
        period = self.observations["precipitation_long_h"].to_numpy(dtype=np.float64, na_value=0.0)
        rows = np.flatnonzero((self.hour == 0) & (period > 0))
        keys = self.days.keys[self.of_row[rows]] - 1
        rows, keys = rows[~np.isin(keys, self.days.keys)], keys[~np.isin(keys, self.days.keys)]
        return rows[self.utc_hours[rows] - period[rows] == midnights(keys, self.timezone)]

    def column(self, name: str) -> np.ndarray:
        """One column of numbers, NaN where missing."""
        return self.observations[name].to_numpy(dtype=np.float64)

    def has(self, name: str) -> bool:
        """Whether the station has a variable at all."""
        return not np.isnan(self.column(name)).all()

    @cached_property
    def began(self) -> "LocalHours":
        """The same hours by the civil days in which (H - 1 h, H] began: with sums of a day go the values that close them."""
        import pandas as pd

        times = {name: self.observations[name] - pd.Timedelta(hours=1) for name in ("timestamp", "observed_at")}
        earlier = self.observations.assign(**times)
        return LocalHours(earlier, self.timezone)

    def from_began(self, values: np.ndarray, fill: float = np.nan) -> np.ndarray:
        """Values of the days of `began` -> values of these days."""
        keys = self.began.days.keys
        at, there = positions_among(keys, self.days.keys)
        out = np.full(len(self.days), fill, dtype=values.dtype if fill == 0 else np.float64)
        out[there] = values[at[there]]
        return out

    def by_day(self, name: str) -> ByDay:
        values = self.column(name)
        valid = ~np.isnan(values)
        n = self.days.sum(valid)
        total = self.days.sum(np.where(valid, values, 0.0))
        low, high = self.days.min(np.where(valid, values, np.inf)), self.days.max(np.where(valid, values, -np.inf))
        if name == "temperature_c" and TEMPERATURE_EXTREMES in self.observations.attrs:
            self._widen(low, high, valid)
        low[n == 0], high[n == 0] = np.nan, np.nan
        return ByDay(n, ratio(total, n), low, high, self._longest_gap(valid, n))

    def _widen(self, low: np.ndarray, high: np.ndarray, valid: np.ndarray) -> None:
        """Lowest and highest of days -> those of all reports, where the station reports temperature every few minutes."""
        extremes = Extremes.unpacked(self.observations.attrs[TEMPERATURE_EXTREMES])
        # A part goes with the hour that its reports are nearest to.
        middle = 0 if extremes.minutes == 60 else HOUR // 2
        row, there = positions_among(self._rows, (extremes.times + middle) // HOUR)
        day, known = positions_among(self.days.keys, wall_clock(extremes.times, self.timezone) // _DAY)
        use = there & known
        use[use] = valid[row[use]]
        np.minimum.at(low, day[use], extremes.low[use])
        np.maximum.at(high, day[use], extremes.high[use])

    def _longest_gap(self, valid: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Longest run of missing hours within each day; days that are complete or empty are not looked at."""
        gap = np.where(n == 0, self.expected, 0)
        rows = np.flatnonzero(valid & (n < self.expected)[self.of_row])
        if not len(rows):
            return gap
        hour, part = self.hour[rows], Groups(self.of_row[rows])
        before = hour.copy()  # missing hours between this valid hour and the one before it
        before[1:] = hour[1:] - hour[:-1] - 1
        before[part.starts] = hour[part.starts]
        last = np.append(part.starts[1:], len(rows)) - 1
        gap[part.keys] = np.maximum(part.max(before), self.expected[part.keys] - 1 - hour[last])
        return gap

    def flags(self, flag: Flag) -> np.ndarray:
        """Values with a flag by days, all variables together."""
        flagged = np.zeros(self.days.n, dtype=np.uint8)
        for name in VARIABLES:
            flags = self.observations[f"{name}_qc"].to_numpy()
            if len(flags) and flags.min() < Flag.MISSING:
                flagged += flags == flag
        return self.days.sum(flagged.astype(np.int64))

    def sums(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Hours with a value, and their sum, by days."""
        return self.sums_of(self.column(name))

    def sums_of(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same of any values of the hours."""
        valid = ~np.isnan(values)
        return self.days.sum(valid), self.days.sum(np.where(valid, values, 0.0))

    @cached_property
    def speed(self) -> tuple[np.ndarray, np.ndarray]:
        """Hours with a wind speed, and the sum of speeds, by days."""
        return self.sums("wind_speed_ms")

    @cached_property
    def wind(self) -> WindSums:
        """The wind as vectors, by days."""
        return WindSums.of_hours(self.column("wind_speed_ms"), self.column("wind_direction_deg"), self.days)

    @cached_property
    def power_density(self) -> tuple[np.ndarray, np.ndarray]:
        """Hours with a wind power density, and the sum of densities, by days."""
        return self.sums("wind_power_density_wm2")

    @cached_property
    def power(self) -> tuple[np.ndarray, np.ndarray]:
        """Hours with a turbine power, and their energy in kWh (kW times one hour), by days."""
        return self.sums("wind_power_kw")

    @cached_property
    def conditions(self) -> np.ndarray:
        """Hours of each condition by days, shape (conditions, days), the most severe condition first."""
        import pandas as pd

        kind = pd.CategoricalDtype(list(CONDITIONS))
        codes = self.observations["condition"].astype(kind).cat.codes.to_numpy().astype(np.int64)
        shape = (len(CONDITIONS) + 1, len(self.days))  # the last: no condition
        cell = np.where(codes < 0, len(CONDITIONS), codes) * shape[1] + self.of_row
        return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)[:-1]


def dominant_condition(hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number in `CONDITIONS` of the most frequent condition of each group, -1 without any, and its hours.

    `hours` has shape (conditions, groups). A tie goes to the more severe condition, which comes first.
    """
    if not hours.shape[1]:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    top = hours.max(axis=0)
    return np.where(top > 0, hours.argmax(axis=0), -1), top


def condition_names(conditions: np.ndarray, shown: np.ndarray) -> "pd.Series":
    """Names of conditions, null where -1 or not shown."""
    import pandas as pd

    names = np.array([*CONDITIONS, None], dtype=object)
    return pd.Series(names[np.where(shown, conditions, -1)], dtype="str")
