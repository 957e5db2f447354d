"""Quality control of a station's hours: the tests in their order.

Belongs here: which test meets which variable.
Does not belong here: the tests and their limits (`quality/`), what a finding is (`findings.py`).

The tests form a cascade (Zahumensky 2004, HadISD): a value that fails is taken away before the next test, so that one
bad value does not condemn its neighbours.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from weather_etl.meteorology.findings import Conflict, Flagged, gaps_of
from weather_etl.meteorology.quality import (
    FLAT,
    Flag,
    changes,
    climate,
    consistency,
    rain,
    ranges,
    snow,
    still,
    streaks,
    sunlight,
)
from weather_etl.meteorology.quality.months import Months
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.sun import SunHours

SUN_NEEDS_PLACE = (
    "radiation and sunshine were not held against the sun: the station settings name no latitude and longitude"
)
_SNOW = "snow_depth_cm"


class Cascade(Flagged):
    """Quality control of one station.

    Args:
        hours: int64, shape (n,), hours since 1970-01-01 UTC, ascending, no two equal.
        values: variable -> float64 of shape (n,); changed in place: what fails becomes NaN.
        site: limits, place, the cap of visibility.
        written: variable -> its values in the unit of their source, by positions; None: in the unit of the column.
        periods: hours of the amounts in `precipitation_long_mm`.

    Attributes:
        flags: variable -> uint8 of shape (n,), over all tests so far. A value that failed stays 4 though it is NaN
            for the tests after, and what was never there stays 9.
        findings: all results of tests that are suspect or fail, in the order of the tests.
        warnings: one sentence for each test that could not look.
    """

    def __init__(
        self,
        hours: np.ndarray,
        values: dict[str, np.ndarray],
        site: Site,
        *,
        written: Mapping[str, streaks.Written] | None = None,
        periods: np.ndarray | None = None,
    ) -> None:
        super().__init__(values)
        self._hours, self._site, self._written = hours, site, written or {}
        self._periods = np.zeros(len(hours), dtype=np.int64) if periods is None else periods
        self._limits = {name: site.limits_of(name) for name in values}
        self._cap = still.cap_of(values["visibility_km"]) if site.visibility_cap_km is None else site.visibility_cap_km
        self._gaps = gaps_of(hours)
        self._span_hours = int(hours[-1] - hours[0]) + 1 if len(hours) else 0
        self._months = Months.of_hours(hours)
        self._reports = streaks.Reports(hours, self._months)
        self._sun: SunHours | None = None

    @property
    def sun(self) -> SunHours | None:
        """The sun over the hours; None without a place. Only radiation and sunshine ask for it."""
        if self._sun is None and self._site.place is not None:
            self._sun = SunHours(self._hours, *self._site.place)
        return self._sun

    def upstream(self, variable: str, flags: np.ndarray) -> None:
        """Quality flags that came with the data: 0 none, else QARTOD; a FAIL is taken away at once."""
        present = ~np.isnan(self.values[variable])
        for flag in (Flag.FAIL, Flag.SUSPECT):
            self.note(variable, "upstream", flag, np.flatnonzero((flags == flag) & present), "flag of the source")

    def syntax(self, variable: str, unreadable: np.ndarray) -> None:
        """Text that is no number fails."""
        self.note(variable, "syntax", Flag.FAIL, np.flatnonzero(unreadable), "a number")

    def withdrawn(self) -> None:
        """What a person has taken back in the station's settings."""
        for given in self._site.withdrawn:
            start, end = (int(t.timestamp() // 3600) for t in (given.start, given.end))
            within = (self._hours >= start) & (self._hours <= end) & ~np.isnan(self.values[given.variable])
            self.note(
                given.variable, "withdrawn", Flag(given.flag), np.flatnonzero(within), f"withdrawn: {given.reason}"
            )

    def run(self, precipitation: np.ndarray, conflicts: Mapping[str, Conflict]) -> None:
        """All tests of values, in the order of `quality.TESTS`.

        Args:
            precipitation: position in `PRECIPITATION_TYPES` of each hour, -1 for none.
            conflicts: variable -> what other rows of the same file and time say.
        """
        self.withdrawn()
        self.gross_range()
        self.conflicts(conflicts)
        self.sunlight()
        self.consistency(precipitation)
        self.spike()
        self.flat_line()
        self.rate_of_change()
        self.precipitation()
        self.snow()
        self.climatology()
        self.month_clean_up()

    def gross_range(self) -> None:
        for name in self._names:
            limits, x = self._limits[name], self.values[name]
            if name == "sunshine_min":
                x[(x > 60.0) & (x <= 60.5)] = 60.0
            suspect, failed = ranges.outside(x, limits)
            self.flags[name] -= self.flags[name] == Flag.NOT_EVALUATED  # to good
            self.note(name, "gross_range", Flag.FAIL, failed, _span(limits.fail))
            self.note(name, "gross_range", Flag.SUSPECT, suspect, _span(limits.suspect))
        if "humidity_percent" in self.values:
            np.minimum(self.values["humidity_percent"], 100.0, out=self.values["humidity_percent"])
        if "precipitation_long_mm" in self._names:
            x = self.values["precipitation_long_mm"]
            with np.errstate(invalid="ignore"):
                failed = np.flatnonzero((x > rain.LONG_UP_TO_12_H_MM) & (self._periods <= 12))
            self.note(
                "precipitation_long_mm", "gross_range", Flag.FAIL, failed, f"0..{rain.LONG_UP_TO_12_H_MM:g} in 12 h"
            )

    def conflicts(self, conflicts: Mapping[str, Conflict]) -> None:
        for name, conflict in conflicts.items():
            there = ~np.isnan(self.values[name][conflict.rows])
            limit = "equal values in one file"
            self.note(
                name, "duplicate_conflict", Flag.SUSPECT, conflict.rows[there], limit,
                original=conflict.original[there], origin=conflict.origin[there],
            )  # fmt: skip

    def sunlight(self) -> None:
        """Radiation and sunshine against the sun; small negative radiation, a thermal offset of the sensor, is 0."""
        names = [n for n in ("solar_radiation_wm2", "sunshine_min") if n in self._names]
        if not names:
            return
        x, minutes = (self.values.get(n) for n in ("solar_radiation_wm2", "sunshine_min"))
        if "solar_radiation_wm2" in names and x is not None:
            with np.errstate(invalid="ignore"):
                offset = np.flatnonzero(x < sunlight.OFFSET_WM2)
            self.note("solar_radiation_wm2", "sun", Flag.SUSPECT, offset, sunlight.OFFSET_LIMIT)
            np.maximum(x, 0.0, out=x)
        sun, place = self.sun, self._site.place
        if sun is None or place is None:
            self.warnings.append(SUN_NEEDS_PLACE)
            for name in names:
                flags = self.flags[name]
                flags[flags == Flag.GOOD] = Flag.NOT_EVALUATED
            return
        if "solar_radiation_wm2" in names and x is not None:
            suspect, failed = sunlight.beyond_the_sun(x, sun)
            self.note("solar_radiation_wm2", "sun", Flag.FAIL, failed, "what the sun can give")
            self.note("solar_radiation_wm2", "sun", Flag.SUSPECT, suspect, "what the sun gives but rarely")
            bright = sunlight.brighter_than_clear(self._hours, x, *place, self._site.elevation_m)
            limit = f"a day's sum up to {sunlight.CLEAR_DAY_FACTOR:g} times that of a cloudless day"
            self.note("solar_radiation_wm2", "sun", Flag.SUSPECT, bright, limit)
            dead = sunlight.dead_sensor(self._hours, x, sun, place[1])
            self.note("solar_radiation_wm2", "sun", Flag.SUSPECT, dead, "radiation while the sun is up")
        if "sunshine_min" in names and minutes is not None:
            rows = sunlight.longer_than_the_day(self._hours, minutes, sun, *place)
            self.note("sunshine_min", "sun", Flag.SUSPECT, rows, "sunshine while the sun is up")
        if len(names) == 2 and x is not None and minutes is not None:
            rows = sunlight.sunshine_against_radiation(x, minutes, sun)
            for name in names:
                self.note(name, "sun", Flag.SUSPECT, rows, "radiation as the sunshine has it")

    def consistency(self, precipitation: np.ndarray) -> None:
        for variable, flag, rows, limit in consistency.contradictions(self.values, precipitation, set(self._names)):
            self.note(variable, "consistency", flag, rows, limit)

    def spike(self) -> None:
        for name, x in self._present():
            limits = self._limits[name]
            if limits.spike:
                spikes = changes.spikes(x, limits, self._gaps)
                suspect, fail = (f"{s:g} out and back within hours" for s in limits.spike)
                self.both(name, "spike", spikes, (suspect, fail))

    def flat_line(self) -> None:
        excluded = self._may_stand_still()
        for name, x in self._present():
            limits = self._limits[name]
            free = excluded.get(name)
            if limits.flat_hours:
                suspect, fail = (f"below {h:g} h of equal values" for h in limits.flat_hours)
                self.both(name, "flat_line", still.flat_lines(x, limits, free, self._gaps), (suspect, fail))
            elif name in FLAT:
                written = self._written.get(name) or x.__getitem__
                direction = name == "wind_direction_deg"
                both = streaks.streaks(x, written, self._reports, FLAT[name], free, direction=direction)
                for flag in (Flag.FAIL, Flag.SUSPECT):  # what failed is out before anything is suspect
                    for runs in both:
                        rows = runs.failed if flag == Flag.FAIL else runs.suspect
                        self.note(name, "flat_line", flag, rows, runs.limit)

    def _may_stand_still(self) -> dict[str, np.ndarray]:
        """Masks of the values that need not move: saturated air, light wind, a sky that is clear or covered, ..."""
        v, names = self.values, self._names
        excluded = {}
        with np.errstate(invalid="ignore"):
            if "humidity_percent" in names:
                excluded["humidity_percent"] = v["humidity_percent"] >= still.SATURATED_PERCENT
            if "wind_speed_ms" in names:
                light = v["wind_speed_ms"] < still.LIGHT_WIND_MS
                excluded |= {"wind_speed_ms": light, "wind_direction_deg": light}
            if "visibility_km" in names and self._cap < np.inf:
                excluded["visibility_km"] = v["visibility_km"] >= self._cap
            if "solar_radiation_wm2" in names:
                excluded["solar_radiation_wm2"] = ~(v["solar_radiation_wm2"] > 20.0)
            if "sunshine_min" in names:
                excluded["sunshine_min"] = ~((v["sunshine_min"] >= 1.0) & (v["sunshine_min"] <= 59.0))
            if _SNOW in names:
                excluded[_SNOW] = ~(v[_SNOW] > 0.0)
            if "cloud_cover_percent" in names:
                excluded["cloud_cover_percent"] = ~((v["cloud_cover_percent"] >= 1) & (v["cloud_cover_percent"] <= 99))
        return excluded

    def rate_of_change(self) -> None:
        for name, x in self._present():
            limits = self._limits[name]
            if limits.rate is not None:
                rows = changes.jumps(x, limits, self._gaps)
                self.note(name, "rate_of_change", Flag.SUSPECT, rows, f"{limits.rate:g} in an hour")

    def precipitation(self) -> None:
        name = "precipitation_mm"
        if name in self._names:
            x = self.values[name]
            suspect, failed = rain.equal_amounts(self._hours, x)
            for flag, rows, hours in (
                (Flag.FAIL, failed, rain.EQUAL_HOURS[1]),
                (Flag.SUSPECT, suspect, rain.EQUAL_HOURS[0]),
            ):
                self.note(name, "precipitation", flag, rows, f"below {hours} h of equal amounts")
            rows = rain.accumulations(self._hours, x)
            limit = f"after a gap, up to {rain.ACCUMULATION_MM:g} and {rain.ACCUMULATION_OF_RECORD:g} times the record"
            self.note(name, "precipitation", Flag.SUSPECT, rows, limit)
            rows = rain.repeated_days(self._hours, x)
            self.note(name, "precipitation", Flag.SUSPECT, rows, f"below {rain.REPEATED_DAYS} days of one amount")
            rows = rain.frozen(x, self.values["temperature_c"])
            for variable in (name, "temperature_c"):
                limit = f"up to {rain.FROZEN_ABOVE_MM:g} mm below {rain.FROZEN_BELOW_C:g} degC"
                self.note(variable, "precipitation", Flag.SUSPECT, rows, limit)
        if "precipitation_long_mm" in self._names:
            long = self.values["precipitation_long_mm"]
            rows = rain.above_the_long_amount(self._hours, self.values[name], long, self._periods)
            limit = f"the hours within up to {rain.HOURS_ABOVE_LONG_MM:g} mm above it"
            self.note("precipitation_long_mm", "precipitation", Flag.SUSPECT, rows, limit)

    def snow(self) -> None:
        if _SNOW not in self._names:
            return
        x, temperature = self.values[_SNOW], self.values["temperature_c"]
        suspect, failed = snow.rises(self._hours, x)
        for flag, rows, most in zip(
            (Flag.FAIL, Flag.SUSPECT), (failed, suspect), snow.RISE_CM_PER_H[::-1], strict=True
        ):
            self.note(_SNOW, "snow", flag, rows, f"a rise of up to {most:g} cm in an hour")
        rows = snow.rises_in_the_warm(self._hours, x, temperature)
        limit = f"a rise below {snow.RISE_IN_THE_WARM_CM:g} cm after {snow.WARM_HOURS} h of {snow.WARM_C:g} degC"
        self.note(_SNOW, "snow", Flag.SUSPECT, rows, limit)
        rows = snow.lasting_in_the_warm(self._hours, x, temperature)
        limit = f"up to {snow.DEEP_CM:g} cm on {snow.MILD_DAYS} days above {snow.MILD_C:g} degC"
        self.note(_SNOW, "snow", Flag.SUSPECT, rows, limit)

    def climatology(self) -> None:
        """Of records that span three years."""
        if self._span_hours < climate.CLIMATOLOGY_YEARS * 365 * 24:
            return
        limit = f"{climate.CLIMATOLOGY_SD:g} sd from the mean of the calendar month"
        for name, x in self._present():
            if name in climate.CLIMATOLOGY_VARIABLES:
                rows = climate.unusual(x, self._months)
                self.note(name, "climatology", Flag.SUSPECT, rows, limit)

    def month_clean_up(self) -> None:
        limit = f"at most {100 * climate.CLEAN_UP_SHARE:g} % of the month's values failed"
        for name, flags in self.flags.items():
            self.note(name, "month_clean_up", Flag.SUSPECT, climate.month_clean_up(flags, self._months), limit)

    def _present(self) -> Sequence[tuple[str, np.ndarray]]:
        """The variables that had any value."""
        return [(name, self.values[name]) for name in self._names]


def _span(limits: tuple[float, float]) -> str:
    return f"{limits[0]:g}..{limits[1]:g}"
