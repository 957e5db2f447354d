"""What fell in an hour, from what a source's precipitation column means.

Belongs here: amounts, running sums, intervals, counters -> amounts of an hour and of longer periods.
Does not belong here: reading the cells (`cells.py`), whether an amount is good (`quality/rain.py`), days (`aggregation`).

An amount of hour H fell in (H - 1 h, H]. Nothing is spread over hours and nothing is counted twice: what cannot be
told is null.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cells import one_chunk
from weather_etl.meteorology.observations.amounts import Amounts, Doubt, Fallen, one_an_hour
from weather_etl.meteorology.observations.counters import Differences, differences
from weather_etl.meteorology.observations.reports import Slots, Values
from weather_etl.meteorology.observations.series import MINUTE, Series, ending_hour
from weather_etl.meteorology.positions import positions_among
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.quality.rain import AS_WRITTEN_MM, INTERVAL_LIMITS, LONGER_BY_MM
from weather_etl.meteorology.readings import Precipitation
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.vocabulary import LONG_PERIODS_H

HOURLY, LONG = "precipitation_mm", "precipitation_long_mm"
ROUTINE_WITHIN_MIN = 5
_SPECIAL = re.compile(r"(?i)FM-?16|SPECI|^SP$")
LONGEST_H = 24
LEAST_OF_HOUR = 50 * MINUTE  # a single difference that is the amount of an hour


class Gauge:
    """Puts together the precipitation of a station's rows.

    Args:
        raw: raw rows.
        values: their cells.
        rows: the rows that may become observations.
        ends: int64, microseconds, end of the period of each raw row (by row number).
        files: file number of each raw row.
        zone: IANA zone in which counters are set back.
    """

    def __init__(
        self, raw: pa.Table, values: Values, rows: np.ndarray, ends: np.ndarray, files: np.ndarray, zone: str
    ) -> None:
        self.raw, self.values, self.ends, self.files, self.zone = raw, values, ends, files, zone
        self.trace = values.cells.trace
        self.fallen = Fallen(Amounts.none(), Amounts.none(), np.empty(0, dtype=np.int64))
        self._by_period: dict[int, Amounts] = {}
        if not values.absent(HOURLY):
            self._main(rows)
        for period in LONG_PERIODS_H:
            name = f"precipitation_{period}h_mm"
            if not values.absent(name):
                self._add_long(period, self._nearest(rows[values.present(name, rows)], name))
        self._longest()

    def _main(self, rows: np.ndarray) -> None:
        rows = rows[self.values.present(HOURLY, rows)]
        cells = self.values.cells
        group = np.zeros(len(rows), dtype=np.int64) if cells.reading is None else cells.reading[rows]
        meanings = [r.precipitation for r in cells.readings]
        # Where two kinds speak of one hour, what was stated for the hour itself goes first.
        ways = (
            ("amount", self._amounts),
            ("interval", self._intervals),
            ("running", self._running),
            ("counter", self._counter),
        )
        for kind, way in ways:
            # Blank cells and routine types are of the row; the other attributes decide together.
            of_kind = dict.fromkeys((m.minutes, m.resets, m.routine) for m in meanings if m.kind == kind)
            for minutes, resets, routine in of_kind:
                alike = [
                    i for i, m in enumerate(meanings)
                    if m.kind == kind and (m.minutes, m.resets, m.routine) == (minutes, resets, routine)
                ]  # fmt: skip
                part = rows[np.isin(group, alike)]
                if len(part):
                    way(part, Precipitation(kind, minutes, resets, routine=routine))

    def _amounts(self, rows: np.ndarray, meaning: Precipitation) -> None:
        """Amounts of a period that ends with the row's time."""
        if meaning.minutes in (0, 60):
            self._add_hourly(self._nearest(rows, HOURLY))
        elif meaning.minutes < 60:
            self._intervals(rows, meaning)
        elif meaning.minutes % 60 == 0 and meaning.minutes <= 60 * LONGEST_H:
            self._add_long(meaning.minutes // 60, self._nearest(rows, HOURLY))
        else:
            self._unknown(len(rows), f"of {meaning.minutes} minutes fit no hours")

    def _intervals(self, rows: np.ndarray, meaning: Precipitation) -> None:
        """Amounts since the row before: those that tile an hour are its amount, if none is missing."""
        numbers = rows[~np.isnan(self.values[HOURLY][rows])]
        series = Series.of(numbers, self.ends[numbers], least_steps=1)
        self._contradicted(series)
        step = np.full(len(series.rows), meaning.minutes) if meaning.minutes else series.step
        unknown = int((step == 0).sum())
        if unknown:
            self._unknown(unknown, "stand in months without a regular step, so that their period is not known")
        for minutes in np.unique(step[step > 0]).tolist():
            part = series.take(step == minutes)
            if minutes < 60:
                self._tiled(part, minutes)
            elif minutes == 60:
                self._add_hourly(self._nearest(part.rows, HOURLY))
            elif minutes % 60 == 0 and minutes <= 60 * LONGEST_H:
                self._add_long(minutes // 60, self._nearest(part.rows, HOURLY))
            else:
                self._unknown(len(part.rows), f"of {minutes} minutes fit no hours")

    def _tiled(self, series: Series, minutes: int) -> None:
        """Hours that intervals of less than an hour tile."""
        hours, x = ending_hour(series.ends), self.values[HOURLY][series.rows]
        starts = np.flatnonzero(np.append(True, hours[1:] != hours[:-1]))
        n = np.diff(np.append(starts, len(hours)))
        limits = INTERVAL_LIMITS[5 if minutes <= 5 else 10 if minutes <= 10 else 60]
        possible = (x >= limits.fail[0]) & (x <= limits.fail[1]) & self.values.usable(HOURLY, series.rows)
        whole = (n == 60 // minutes) if 60 % minutes == 0 else np.zeros(len(n), dtype=bool)
        good = whole & np.logical_and.reduceat(possible, starts)
        last = series.rows[starts + n - 1]
        trace = np.zeros(len(hours), dtype=bool) if self.trace is None else self.trace[series.rows]
        total = np.round(np.add.reduceat(np.where(possible, x, 0.0), starts), 9)
        amounts = Amounts(hours[starts], total, last, (total == 0.0) & np.logical_or.reduceat(trace, starts))
        self._add_hourly(amounts.take(good))
        of_hour = np.repeat(np.arange(len(starts)), n)
        self.fallen.members.append((hours[good[of_hour]], series.rows[good[of_hour]]))
        for flag, bad, limit in (
            (Flag.FAIL, ~possible & whole[of_hour], f"{limits.fail[0]:g}..{limits.fail[1]:g} in {minutes} min"),
            (Flag.SUSPECT, (x > limits.suspect[1]) & good[of_hour], f"up to {limits.suspect[1]:g} in {minutes} min"),
        ):
            _, at = np.unique(hours[bad], return_index=True)
            rows = series.rows[bad][at]
            self._doubt(HOURLY, flag, hours[bad][at], rows, self.values[HOURLY][rows], limit)

    def _running(self, rows: np.ndarray, meaning: Precipitation) -> None:
        """Amounts since the last routine report: the last reading before the next one sets it back.

        Routine reports are told by their type, else by the minute at which most reports with rain come (within five
        minutes). Where the routine report of an hour is absent, the last special one stands in. A sum does not fall:
        where an earlier report of the hour had more, the amount is suspect; it is that of the routine report, which is
        what the service has checked, else the largest.
        """
        rows = rows[self.values.usable(HOURLY, rows)]
        if not len(rows):
            return
        ends, x = self.ends[rows], self.values[HOURLY][rows]
        minute = ends // MINUTE % 60
        routine, special = self._report_types(rows, meaning.routine)
        if routine is None:
            known = minute[x > 0] if (x > 0).any() else minute
            mode = int(np.bincount(known, minlength=60).argmax())
            routine = np.abs((minute - mode + 30) % 60 - 30) <= ROUTINE_WITHIN_MIN
            special = ~routine
        elif routine.any():
            mode = int(np.bincount(minute[routine], minlength=60).argmax())
        else:
            mode = int(np.bincount(minute, minlength=60).argmax())
        # The next routine minute at or after a special report ends its hour.
        reset = -(-(ends - mode * MINUTE) // HOUR) * HOUR + mode * MINUTE
        hours = (np.where(routine, ends, reset) + HOUR // 2) // HOUR
        counted = routine | special
        # The report nearest the routine minute comes last of its hour, and so counts.
        off = np.where(routine, -np.abs((minute - mode + 30) % 60 - 30), -60)
        order = np.lexsort((rows, ends, off, hours))
        order = order[counted[order]]
        if not len(order):
            return
        rows, hours, x = rows[order], hours[order], x[order]
        starts = np.flatnonzero(np.append(True, hours[1:] != hours[:-1]))
        n = np.diff(np.append(starts, len(hours)))
        last = starts + n - 1
        largest = np.maximum.reduceat(x, starts)
        hit = x == np.repeat(largest, n)
        at = np.maximum.reduceat(np.where(hit, np.arange(len(x)), -1), starts)
        trace = np.zeros(len(x), dtype=bool) if self.trace is None else self.trace[rows]
        dip = x[last] < largest
        chosen = np.where(dip & ~routine[order][last], at, last)
        amounts = Amounts(hours[starts], x[chosen], rows[chosen], trace[chosen])
        self._add_hourly(amounts)
        self._doubt(
            HOURLY, Flag.SUSPECT, hours[starts][dip], rows[at][dip], largest[dip],
            "a sum that does not fall within its hour",
        )  # fmt: skip

    def _report_types(self, rows: np.ndarray, pattern: str) -> tuple[np.ndarray | None, np.ndarray]:
        """Masks of routine and of special reports; None if the source names no types."""
        column = one_chunk(self.raw.column("report_type"))
        nothing = np.zeros(len(rows), dtype=bool)
        if not pattern or column.null_count == len(column):
            return None, nothing
        texts = column.dictionary.to_pylist()
        codes = pc.fill_null(column.indices, len(texts)).to_numpy()[rows]
        routine = np.array([re.search(pattern, t) is not None for t in texts] + [False])
        special = np.array([_SPECIAL.search(t) is not None for t in texts] + [False]) & ~routine
        return routine[codes], special[codes]

    def _counter(self, rows: np.ndarray, meaning: Precipitation) -> None:
        """Readings of a gauge that counts on until it is set back (`counters.py`).

        Differences over up to an hour that tile an hour are its amount, or a single one of nearly an hour; one over 2 to
        24 h is an amount of that period; where the counter falls and nothing sets it back the value fails.
        """
        rows = rows[~np.isnan(self.values[HOURLY][rows])]
        series = Series.of(rows, self.ends[rows])
        self._contradicted(series)
        if len(series.rows) < 2:
            return
        slack = np.where(series.step[1:] > 0, series.step[1:] * MINUTE, HOUR)
        x = self.values[HOURLY][series.rows]
        fell = differences(x, series.ends, series.rows, slack, meaning.resets, self.zone)
        wrong = np.flatnonzero(~fell.known)
        self._doubt(
            HOURLY, Flag.FAIL, ending_hour(fell.ends[wrong]), fell.rows[wrong], fell.readings[wrong],
            "a counter falls only when it is set back",
        )  # fmt: skip
        no_trace = np.zeros(len(fell.ends), dtype=bool)
        amounts = Amounts((fell.ends + HOUR // 2) // HOUR, fell.amount, fell.rows, no_trace)
        in_parts = self._hours_of_differences(fell)
        alone = fell.known & (fell.length >= LEAST_OF_HOUR) & (fell.length <= HOUR) & ~np.isin(amounts.hours, in_parts)
        self._add_hourly(one_an_hour(amounts.take(alone)))
        whole = np.round(fell.length / HOUR).astype(np.int64)
        long = fell.known & (np.abs(fell.length - whole * HOUR) <= 5 * MINUTE) & (whole >= 2) & (whole <= LONGEST_H)
        for period in np.unique(whole[long]).tolist():
            self._add_long(period, one_an_hour(amounts.take(long & (whole == period))))

    def _hours_of_differences(self, fell: Differences) -> np.ndarray:
        """Hours that differences over up to an hour tile, one of them at least over a part of it; all that have such a part."""
        hours = ending_hour(fell.ends)
        short = fell.length <= (HOUR * 7) // 12
        in_parts = np.unique(hours[short])
        part = (fell.length <= HOUR) & np.isin(hours, in_parts)
        if not part.any():
            return in_parts
        hours, length, amount, rows, known, short = (
            x[part] for x in (hours, fell.length, fell.amount, fell.rows, fell.known, short)
        )
        starts = np.flatnonzero(np.append(True, hours[1:] != hours[:-1]))
        n = np.diff(np.append(starts, len(hours)))
        covered = np.add.reduceat(length, starts)
        tiles = np.abs(covered - HOUR) <= np.maximum.reduceat(np.where(short, length, 0), starts) // 2
        good = tiles & np.logical_and.reduceat(known, starts)
        total = np.round(np.add.reduceat(amount, starts), 9)
        amounts = Amounts(hours[starts], total, rows[starts + n - 1], np.zeros(len(starts), dtype=bool))
        self._add_hourly(amounts.take(good))
        of_hour = np.repeat(good, n)
        self.fallen.members.append((hours[of_hour], rows[of_hour]))
        return in_parts

    def _nearest(self, rows: np.ndarray, name: str) -> Amounts:
        """The nearest usable amount of each hour; where none is usable, the nearest one."""
        rows = np.sort(rows)
        slots = Slots(rows, self.ends[rows])
        nearest, pick = slots.nearest(self.values, name)
        lost = slots.contradicted(self.values, name, pick, self.files)
        if len(lost):
            self.fallen.contradicted.append((slots.hours[slots.hour_of[lost]], slots.rows[lost]))
        x = self.values[name][nearest]
        trace = np.zeros(len(nearest), dtype=bool)
        if self.trace is not None and name == HOURLY:
            trace = self.trace[nearest]
        return Amounts(slots.hours, x, nearest, trace)

    def _contradicted(self, series: Series) -> None:
        """Rows that lost to a later one of the same file and time with another number."""
        lost, won = series.losers, series.winners
        x = self.values[HOURLY]
        other = (self.files[lost] == self.files[won]) & (x[lost] != x[won])
        if other.any():
            self.fallen.contradicted.append((ending_hour(self.ends[lost[other]]), lost[other]))

    def _add_hourly(self, amounts: Amounts) -> None:
        self.fallen.hourly = self.fallen.hourly.filled_from(amounts) if len(self.fallen.hourly.hours) else amounts

    def _add_long(self, period: int, amounts: Amounts) -> None:
        mine = self._by_period.get(period)
        self._by_period[period] = amounts if mine is None else mine.filled_from(amounts)

    def _longest(self) -> None:
        """Of every hour the longest period, and what the shorter ones say against it."""
        for period in sorted(self._by_period, reverse=True):
            amounts = self._by_period[period]
            before = self.fallen.long
            self.fallen.long = before.filled_from(amounts) if len(before.hours) else amounts
        if not self._by_period:
            return
        fallen = self.fallen
        fallen.long_h = np.zeros(len(fallen.long.hours), dtype=np.int64)
        for period in sorted(self._by_period):
            at = np.searchsorted(fallen.long.hours, self._by_period[period].hours)
            fallen.long_h[at] = period
        self._cross_check()

    def _cross_check(self) -> None:
        """A shorter period has no more than a longer one that ends at the same time (HadISD `precipitation.py`)."""
        long = self.fallen.long
        least = np.full(len(long.hours), np.inf)  # of the longer periods so far
        broken = np.zeros(len(long.hours), dtype=bool)
        hourly = np.zeros(len(long.hours), dtype=bool)
        for period in (*sorted(self._by_period, reverse=True), 1):
            amounts = self._by_period[period] if period > 1 else self.fallen.hourly
            at, there = positions_among(long.hours, amounts.hours)
            at, x = at[there], amounts.values[there]
            with np.errstate(invalid="ignore"):
                above = x > least[at] + LONGER_BY_MM + AS_WRITTEN_MM
            broken[at[above]] = True
            hourly[at[above]] |= period == 1
            least[at] = np.fmin(least[at], x)
        limit = f"a shorter period at most {LONGER_BY_MM:g} mm above a longer one"
        self._doubt(LONG, Flag.SUSPECT, long.hours[broken], long.rows[broken], long.values[broken], limit)
        mine = np.searchsorted(self.fallen.hourly.hours, long.hours[hourly])
        hours = self.fallen.hourly
        self._doubt(HOURLY, Flag.SUSPECT, hours.hours[mine], hours.rows[mine], hours.values[mine], limit)

    def _doubt(
        self, variable: str, flag: Flag, hours: np.ndarray, rows: np.ndarray, original: np.ndarray, limit: str
    ) -> None:
        if len(hours):
            self.fallen.doubts.append(Doubt(variable, flag, hours, rows, original, limit))

    def _unknown(self, n: int, why: str) -> None:
        self.fallen.warnings.append(f"{n} amounts of precipitation {why}; they are not counted")
