"""Quality control of a station's hours: the tests in their order.

Belongs here: the hourly grid, which test meets which variable, consistency of the variables of one hour, findings.
Does not belong here: the tests of one variable and their limits (`quality.py`).

The tests form a cascade (Zahumensky 2004, HadISD): a value that fails is taken away before the next test, so that one
bad value does not condemn its neighbours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology import derived, quality
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.vocabulary import PRECIPITATION_TYPES

DEW_POINT_ABOVE_C = (0.5, 2.0)  # above the temperature: suspect, fail
GUST_BELOW_MS = (0.0, 2.0)  # below the mean wind: suspect, fail
APPARENT_WITHIN_C = 5.0
SNOW_UP_TO_C, RAIN_FROM_C = 5.0, -5.0
FOG_HUMIDITY_PERCENT = 90.0


@dataclass
class Finding:
    """What a test found: one flag for some values of one variable.

    Attributes:
        rows: positions of the hours.
        original: their values, before any was taken away.
        limit: the limit that they broke, for a person.
    """

    variable: str
    test: str
    flag: Flag
    rows: np.ndarray
    original: np.ndarray
    limit: str


class _Grid:
    """Hours in time order with one empty hour in every gap, however long: no test looks further than an hour."""

    def __init__(self, hours: np.ndarray) -> None:
        gaps = np.diff(hours, prepend=hours[:1]) > 1
        self.size = len(hours) + int(gaps.sum())
        self._rows = np.arange(len(hours)) + np.cumsum(gaps)
        self._whole = self.size == len(hours)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values of the hours -> values on the grid, NaN (or False) in the gaps."""
        if self._whole:
            return values
        out = np.zeros(self.size, dtype=bool) if values.dtype == bool else np.full(self.size, np.nan)
        out[self._rows] = values
        return out

    def gather(self, flags: np.ndarray) -> np.ndarray:
        """Flags on the grid -> flags of the hours."""
        return flags if self._whole else flags[self._rows]


class Cascade:
    """Quality control of one station.

    Args:
        hours: int64, shape (n,), hours since 1970-01-01 UTC, ascending, no two equal.
        values: variable -> float64 of shape (n,); changed in place: what fails becomes NaN.
        site: limits and the cap of visibility.

    Attributes:
        flags: variable -> uint8 of shape (n,), over all tests so far. A value that failed stays 4 though it is NaN
            for the tests after, and what was never there stays 9.
        findings: all results of tests that are suspect or fail, in the order of the tests.
    """

    def __init__(self, hours: np.ndarray, values: dict[str, np.ndarray], site: Site) -> None:
        self.values = values
        self.flags = {
            name: np.where(np.isnan(x), Flag.MISSING, Flag.NOT_EVALUATED).astype(np.uint8) for name, x in values.items()
        }
        self.findings: list[Finding] = []
        self._limits = {name: site.limits_of(name) for name in values}
        self._cap = np.inf if site.visibility_cap_km is None else site.visibility_cap_km
        self._grid = _Grid(hours)
        self._span_hours = int(hours[-1] - hours[0]) + 1 if len(hours) else 0
        of_row = hours.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
        self._months, self._years, self._calendar = of_row, of_row // 12, of_row % 12

    def note(self, variable: str, test: str, flag: Flag, rows: np.ndarray, limit: str) -> None:
        """Flag values as suspect, or as failed and take them away."""
        if not len(rows):
            return
        x, flags = self.values[variable], self.flags[variable]
        self.findings.append(Finding(variable, test, flag, rows, x[rows], limit))
        flags[rows] = quality.aggregate(flags[rows], np.full(len(rows), flag, dtype=np.uint8))
        if flag == Flag.FAIL:
            x[rows] = np.nan

    def upstream(self, variable: str, flags: np.ndarray) -> None:
        """Quality flags that came with the data: 0 none, else QARTOD; a FAIL is taken away at once."""
        present = ~np.isnan(self.values[variable])
        for flag in (Flag.FAIL, Flag.SUSPECT):
            self.note(variable, "upstream", flag, np.flatnonzero((flags == flag) & present), "flag of the source")

    def syntax(self, variable: str, unreadable: np.ndarray) -> None:
        """Text that is no number fails."""
        self.note(variable, "syntax", Flag.FAIL, np.flatnonzero(unreadable), "a number")

    def run(self, precipitation: np.ndarray, differing: Mapping[str, np.ndarray]) -> None:
        """All tests of values, in the order of `quality.TESTS`.

        Args:
            precipitation: position in `PRECIPITATION_TYPES` of each hour, -1 for none.
            differing: variable -> positions of the values that another row of the same file and hour contradicts.
        """
        self.gross_range()
        self.conflicts(differing)
        self.consistency(precipitation)
        self.spike()
        self.flat_line()
        self.rate_of_change()
        self.climatology()
        self.month_clean_up()

    def gross_range(self) -> None:
        for name, x in self._present():
            limits = self._limits[name]
            flags = quality.gross_range(x, limits)
            self.flags[name] = quality.aggregate(self.flags[name], flags)
            self._apply(name, "gross_range", flags, _span(limits.suspect), _span(limits.fail))
        if "humidity_percent" in self.values:
            np.minimum(self.values["humidity_percent"], 100.0, out=self.values["humidity_percent"])

    def conflicts(self, differing: Mapping[str, np.ndarray]) -> None:
        for name, rows in differing.items():
            rows = rows[~np.isnan(self.values[name][rows])]
            self.note(name, "duplicate_conflict", Flag.SUSPECT, rows, "equal values in one file")

    def consistency(self, precipitation: np.ndarray) -> None:
        """Consistency of the variables of one hour (Zahumensky 2004, internal consistency).

        All variables of a contradiction are suspect, since none of them says which is wrong; a dew point more than
        2 degC above the temperature and a gust more than 2 m/s below the mean wind fail. A direction outside
        [0, 360] has failed the gross range already.
        """
        v = self.values
        t, dew = v["temperature_c"], v["dew_point_c"]
        felt = derived.apparent_temperature(t, v["humidity_percent"], v["wind_speed_ms"])
        snow, rain = (precipitation == PRECIPITATION_TYPES.index(word) for word in ("snow", "rain"))
        with np.errstate(invalid="ignore"):
            above = dew - t
            below = v["wind_speed_ms"] - v["wind_gust_ms"]
            rules = (
                (above > DEW_POINT_ABOVE_C[0], above > DEW_POINT_ABOVE_C[1], "dew_point_c", "temperature_c",
                 f"dew point at most {DEW_POINT_ABOVE_C[0]:g} above temperature"),
                (below > GUST_BELOW_MS[0] + quality.EQUAL_WITHIN, below > GUST_BELOW_MS[1], "wind_gust_ms", "wind_speed_ms",
                 "gust at least the mean wind"),
                (np.abs(v["apparent_temperature_c"] - felt) > APPARENT_WITHIN_C, None, "apparent_temperature_c",
                 "temperature_c", f"apparent temperature within {APPARENT_WITHIN_C:g} of the computed one"),
                (snow & (t > SNOW_UP_TO_C), None, "temperature_c", None, f"snow up to {SNOW_UP_TO_C:g}"),
                (rain & (t < RAIN_FROM_C), None, "temperature_c", None, f"rain from {RAIN_FROM_C:g} on"),
                ((v["visibility_km"] == 0.0) & (v["humidity_percent"] < FOG_HUMIDITY_PERCENT), None, "visibility_km",
                 "humidity_percent", f"visibility 0 with humidity from {FOG_HUMIDITY_PERCENT:g} on"),
            )  # fmt: skip
        for broken, worse, first, second, limit in rules:
            if worse is not None:
                self.note(first, "consistency", Flag.FAIL, np.flatnonzero(worse), limit)
                suspect = broken & ~worse
            else:
                suspect = broken
            self.note(first, "consistency", Flag.SUSPECT, np.flatnonzero(suspect), limit)
            if second is not None:
                self.note(second, "consistency", Flag.SUSPECT, np.flatnonzero(broken), limit)

    def spike(self) -> None:
        for name, x in self._present():
            limits = self._limits[name]
            if limits.spike:
                flags = self._grid.gather(quality.spike(self._grid.spread(x), limits))
                self._apply(name, "spike", flags, *(f"{s:g} out and back within hours" for s in limits.spike))

    def flat_line(self) -> None:
        before = {name: self.values[name] for name in ("wind_speed_ms", "humidity_percent", "visibility_km")}
        with np.errstate(invalid="ignore"):
            light = before["wind_speed_ms"] < quality.LIGHT_WIND_MS
            excluded = {
                "humidity_percent": before["humidity_percent"] >= quality.SATURATED_PERCENT,
                "wind_speed_ms": light,
                "wind_direction_deg": light,
                "visibility_km": before["visibility_km"] >= self._cap,
            }
        for name, x in self._present():
            limits = self._limits[name]
            if limits.flat_hours:
                still = self._grid.spread(excluded[name]) if name in excluded else None
                flags = self._grid.gather(quality.flat_line(self._grid.spread(x), limits, still))
                self._apply(name, "flat_line", flags, *(f"below {h:g} h of equal values" for h in limits.flat_hours))

    def rate_of_change(self) -> None:
        for name, x in self._present():
            limits = self._limits[name]
            if limits.rate is not None:
                flags = self._grid.gather(quality.rate_of_change(self._grid.spread(x), limits))
                self._apply(name, "rate_of_change", flags, f"{limits.rate:g} in an hour")

    def climatology(self) -> None:
        """Of records that span three years."""
        if self._span_hours < quality.CLIMATOLOGY_YEARS * 365 * 24:
            return
        limit = f"{quality.CLIMATOLOGY_SD:g} sd from the mean of the calendar month"
        for name, x in self._present():
            if name in quality.CLIMATOLOGY_VARIABLES:
                self._apply(name, "climatology", quality.climatology(x, self._years, self._calendar), limit)

    def month_clean_up(self) -> None:
        limit = f"at most {100 * quality.CLEAN_UP_SHARE:g} % of the month's values failed"
        for name, flags in self.flags.items():
            rows = np.flatnonzero(quality.month_clean_up(flags, self._months) == Flag.SUSPECT)
            self.note(name, "month_clean_up", Flag.SUSPECT, rows, limit)

    def _present(self) -> list[tuple[str, np.ndarray]]:
        """The variables that have any value left."""
        return [(name, x) for name, x in self.values.items() if not np.isnan(x).all()]

    def _apply(self, name: str, test: str, flags: np.ndarray, suspect: str, fail: str = "") -> None:
        for flag, limit in ((Flag.FAIL, fail), (Flag.SUSPECT, suspect)):
            self.note(name, test, flag, np.flatnonzero(flags == flag), limit)


def _span(limits: tuple[float, float]) -> str:
    return f"{limits[0]:g}..{limits[1]:g}"
