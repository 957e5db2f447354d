"""Reports become hours, variable by variable.

Belongs here: which value an hour gets, and from which row.
Does not belong here: what is known of an hour (`found_hours.py`), which reports an hour has (`reports.py`), regular series (`series.py`), precipitation
(`precipitation.py`), the row that leads an hour (`provenance.py`).

| class | variables | hour H gets |
|---|---|---|
| point | temperature, moisture, pressures, visibility, cloud, snow depth, texts | the nearest usable value |
| mean | wind, radiation | of a regular series of at most 30 min: the mean of what ends in (H - 1 h, H]; else as point |
| extreme | gust | of such a series the largest of what ends in (H - 1 h, H]; else as point |
| sum | precipitation, sunshine | all of what falls in (H - 1 h, H], or null |
"""

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cells import UNREADABLE, Cells, one_chunk
from weather_etl.meteorology.extremes import Extremes, parts_of
from weather_etl.meteorology.local_clock import wall_clock
from weather_etl.meteorology.observations.amounts import Doubt, Fallen
from weather_etl.meteorology.observations.found_hours import Hours, without_empty
from weather_etl.meteorology.observations.precipitation import Gauge
from weather_etl.meteorology.observations.reports import Slots, Values
from weather_etl.meteorology.observations.series import (
    OF_PERIOD_SHARE,
    REGULAR_SHARE,
    Series,
    Windows,
    ends_after,
    months_of,
)
from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.meteorology.quality.sunlight import OFFSET_LIMIT, OFFSET_WM2
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.time_forms import HOUR
from weather_etl.meteorology.vocabulary import LONG_PRECIPITATION

POINT = (
    "temperature_c", "apparent_temperature_c", "dew_point_c", "humidity_percent", "visibility_km", "pressure_msl_hpa",
    "pressure_station_hpa", "snow_depth_cm", "cloud_cover_percent",
)  # fmt: skip
# Of what covers a period, whose stamp may mark its start or middle.
BOUND = ("dew_point_c", "humidity_percent")  # to the row of the temperature
DENSE = ("wind_speed_ms", "wind_gust_ms", "solar_radiation_wm2", "sunshine_min")
OF_PERIOD = ("solar_radiation_wm2", "sunshine_min")  # of which a single value of a part of the hour is not the hour's


class _Assembly:
    def __init__(self, raw: pa.Table, cells: Cells, site: Site, zone: str) -> None:
        self.values = Values(cells, site)
        self.cells = cells
        rows = np.flatnonzero(cells.refused == 0)
        times = cells.timestamp.astype(np.int64)
        ends = times + ends_after(cells, rows, times)
        self.files = one_chunk(raw.column("landing_file")).indices.to_numpy()
        self.points = Slots(rows, times[rows])
        self.periods = self.points if ends is times or (ends == times).all() else Slots(rows, ends[rows])
        self.rows, self.times, self.ends, self.zone = rows, times, ends, zone
        self.dense = self._dense_series()
        gauge = Gauge(raw, self.values, rows, ends, self.files, zone)
        self.fallen: Fallen = gauge.fallen
        self.out = self._frame()

    def _dense_series(self) -> dict[str, Windows]:
        """The variables that come every few minutes in some month."""
        self.dense_rows = rows = self._in_months_of(self.periods, self.ends)
        by_name = {}
        for name in DENSE:
            if self.values.absent(name):
                continue
            part = rows[self.values.usable(name, rows)]
            if not len(part):
                continue
            share = OF_PERIOD_SHARE if name in OF_PERIOD else REGULAR_SHARE
            if (windows := Windows.of(Series.of(part, self.ends[part], share=share))) is not None:
                by_name[name] = windows
        return by_name

    def _in_months_of(self, slots: Slots, ends: np.ndarray) -> np.ndarray:
        """Rows of the months in which an hour has several reports."""
        if not len(slots.rows):
            return slots.rows
        return self.rows[np.isin(months_of(ends[self.rows]), np.unique(months_of(ends[slots.rows])))]

    def _frame(self) -> Hours:
        """The hours that have a value, and the nearest row of each."""
        parts = [self.points.hours]
        if self.periods is not self.points:
            parts.append(self.periods.hours)
        parts += [w.hours for w in self.dense.values()]
        parts += [a.hours for a in (self.fallen.hourly, self.fallen.long)]
        parts += [d.hours for d in self.fallen.doubts]
        hours = parts[0]
        if any(len(p) and (len(p) != len(hours) or (p != hours).any()) for p in parts[1:]):
            hours = np.unique(np.concatenate(parts))
        out = Hours(hours, self.points)
        out.row = np.full(len(hours), -1)
        out.row[out.at(self.points.hours)] = self.points.row
        out.observed = hours * HOUR
        for slots, times in ((self.periods, self.ends), (self.points, self.times)):
            out.observed[out.at(slots.hours)] = times[slots.row]
        out.complex = out.row < 0
        out.complex[out.at(self.points.hours[self.points.shared])] = True
        return out

    def run(self) -> Hours:
        out = self.out
        for name in VARIABLES:
            if name.startswith("precipitation_"):
                continue
            slots = self.points if name in POINT else self.periods
            if self.values.absent(name):
                self._nothing(name)
            elif name == "wind_direction_deg" and not self.values.absent("wind_speed_ms"):
                self._take(name, slots, self._direction(slots))
            elif name in BOUND and not self.values.absent("temperature_c"):
                self._take(name, slots, self._bound(name, slots))
            else:
                self._take(name, slots, slots.nearest(self.values, name))
        self._means_and_extremes()
        out.extremes = self._temperature_extremes()
        self._sunshine()
        self._precipitation()
        periods = ("precipitation_mm", *LONG_PRECIPITATION)
        if (out.row >= 0).all() and not self.dense and all(self.values.absent(n) for n in periods):
            return out  # every row has a value, and only that of a period may come to nothing in the hour of its row
        return without_empty(out)

    def _nothing(self, name: str) -> None:
        n = len(self.out)
        self.out.values[name] = np.full(n, np.nan)
        self.out.source[name] = np.full(n, -1)
        self.out.unreadable[name] = np.zeros(n, dtype=bool)

    def _bound(self, name: str, slots: Slots) -> tuple[np.ndarray, np.ndarray]:
        """The value of the row of the temperature if it is usable there, else the nearest."""
        rows_of, pick = slots.nearest(self.values, name)
        if not len(pick):
            return rows_of, pick
        _, leader = slots.nearest(self.values, "temperature_c")
        rows = slots.rows[leader]
        bound = (leader >= 0) & self.values.usable(name, rows)
        pick = np.where(bound, leader, pick)
        rows_of[slots.shared] = np.where(bound, rows, rows_of[slots.shared])
        return rows_of, pick

    def _direction(self, slots: Slots) -> tuple[np.ndarray, np.ndarray]:
        """The direction of the row of the speed, whatever it is; the nearest one where there is no speed."""
        rows_of, pick = slots.nearest(self.values, "wind_direction_deg")
        if not len(pick):
            return rows_of, pick
        _, speed = slots.nearest(self.values, "wind_speed_ms")
        pick = np.where(speed >= 0, speed, pick)
        rows_of[slots.shared] = np.where(pick >= 0, slots.rows[pick], -1)
        return rows_of, pick

    def _take(self, name: str, slots: Slots, chosen: tuple[np.ndarray, np.ndarray]) -> None:
        """Values of the chosen rows."""
        rows_of, pick = chosen
        out, cells = self.out, self.cells
        at = slice(None) if len(slots.hours) == len(out) else out.at(slots.hours)
        there = rows_of >= 0
        whole = bool(there.all())
        x = self.values[name][rows_of]
        state = cells.states[name][rows_of]
        if not whole:
            x[~there] = np.nan
        if isinstance(at, slice):
            out.values[name], out.source[name] = x, rows_of
            out.unreadable[name] = (state == UNREADABLE) & there
        else:
            self._nothing(name)
            out.values[name][at], out.source[name][at] = x, rows_of
            out.unreadable[name][at] = (state == UNREADABLE) & there
        if name in cells.upstream:
            out.upstream[name] = np.zeros(len(out), dtype=np.uint8)
            out.upstream[name][at] = np.where(there, cells.upstream[name][rows_of], 0)
        if len(pick):
            lost = slots.contradicted(self.values, name, pick, self.files)
            if len(lost):
                out.conflicts[name] = (out.at(slots.hours[slots.hour_of[lost]]), slots.rows[lost])
        if slots is not self.points:
            row = out.row if isinstance(at, slice) else out.row[at]
            differs = there & (rows_of != row) & ~np.isnan(x)
            out.complex[at] |= differs

    def _means_and_extremes(self) -> None:
        speed = self.dense.get("wind_speed_ms")
        if speed is not None:
            self._wind(speed)
        radiation = self.dense.get("solar_radiation_wm2")
        if radiation is not None:
            self._radiation(radiation)
        gust = self.dense.get("wind_gust_ms")
        if gust is not None:
            x = self.values["wind_gust_ms"][gust.series.rows]
            every = np.ones(len(gust.hours), dtype=bool)
            rows = gust.row_of_max(x)
            self._replace("wind_gust_ms", gust, gust.max(x), every, rows=rows, members=(gust.hours, rows))

    def _radiation(self, windows: Windows) -> None:
        """Means of values of which none is below 0: the offset of a dark sensor takes nothing from the light."""
        name, good = "solar_radiation_wm2", windows.enough
        x = self.values[name][windows.series.rows]
        self._replace(name, windows, windows.mean(np.maximum(x, 0.0)), good)
        offset = windows.mean(x)
        low = good & (offset < OFFSET_WM2)
        if low.any():
            self.out.doubts.append(
                Doubt(name, Flag.SUSPECT, windows.hours[low], windows.last_row[low], offset[low], OFFSET_LIMIT, "sun")
            )

    def _temperature_extremes(self) -> Extremes | None:
        """Of the temperature the hour has the report nearest to it, and the day the extremes of all."""
        name = "temperature_c"
        times = self.times
        rows = self.dense_rows if self.periods is self.points else self._in_months_of(self.points, times)
        rows = rows[self.values.usable(name, rows)] if len(rows) and not self.values.absent(name) else rows[:0]
        if not len(rows):
            return None
        windows = Windows.of(Series.of(rows, times[rows]))
        if windows is None:
            return None
        ends, values = windows.series.ends, self.values[name][windows.series.rows]
        return Extremes.of_series(ends, values, parts_of(wall_clock(ends, self.zone) - ends))

    def _wind(self, windows: Windows) -> None:
        """Means of speeds, directions of mean vectors; hours with too few values keep the nearest report."""
        out, rows = self.out, windows.series.rows
        speed, direction = self.values["wind_speed_ms"][rows], self.values["wind_direction_deg"][rows]
        known = self.values.usable("wind_direction_deg", rows) | (speed == 0.0)
        angle = np.radians(np.where(known & (speed > 0.0), direction, 0.0))
        weight = np.where(known, speed, 0.0)
        east, north = windows.sum(weight * np.sin(angle)), windows.sum(weight * np.cos(angle))
        mean = windows.mean(speed)
        directions = np.degrees(np.arctan2(east, north)) % 360.0
        directions[directions >= 360.0] = 0.0
        enough_known = windows.sum(known.astype(np.int64)) >= np.ceil(np.round(0.8 * windows.n, 9))
        directions[~enough_known | (np.hypot(east, north) <= 1e-9)] = np.nan
        good = windows.enough
        self._replace("wind_speed_ms", windows, mean, good, fall_back=True)
        at = out.at(windows.hours[good])
        out.values["wind_direction_deg"][at] = directions[good]
        out.source["wind_direction_deg"][at] = windows.last_row[good]
        out.unreadable["wind_direction_deg"][at] = False
        if "wind_direction_deg" in out.upstream:
            out.upstream["wind_direction_deg"][at] = 0
        out.mean_cube = np.full(len(out), np.nan)
        out.mean_cube[at] = windows.mean(speed**3)[good]

    def _replace(
        self,
        name: str,
        windows: Windows,
        values: np.ndarray,
        good: np.ndarray,
        *,
        fall_back: bool = False,
        rows: np.ndarray | None = None,
        members: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        """In the months in which a variable is dense, its hours are those of the windows alone.

        With `fall_back` the nearest report stays in the hours without a window that is good enough.
        """
        out, series = self.out, windows.series
        at = out.at(windows.hours[good])
        if fall_back:
            out.unreadable[name][at] = False
        else:
            of_series = months_of(self.ends[np.maximum(out.source[name], 0)])  # at the edge of a month too
            within = np.isin(months_of(out.hours * HOUR), windows.months)
            within |= np.isin(of_series, windows.months) & (out.source[name] >= 0)
            out.values[name][within], out.source[name][within], out.unreadable[name][within] = np.nan, -1, False
        out.values[name][at] = values[good]
        out.source[name][at] = (windows.last_row if rows is None else rows)[good]
        if name in out.upstream:
            out.upstream[name][at] = 0
        out.complex[at] = True
        if members is None:
            used = good[windows.hour_of]
            members = (windows.hours[windows.hour_of][used], series.rows[used])
        out.members.setdefault(name, []).append((out.at(members[0]), members[1]))
        lost, won = series.losers, series.winners
        other = (self.files[lost] == self.files[won]) & (self.values[name][lost] != self.values[name][won])
        if other.any():
            hours = out.at(-(-self.ends[lost[other]] // HOUR))
            out.conflicts[name] = (hours, lost[other])

    def _sunshine(self) -> None:
        """All intervals of an hour, or nothing."""
        windows = self.dense.get("sunshine_min")
        if windows is not None:
            x = self.values["sunshine_min"][windows.series.rows]
            self._replace("sunshine_min", windows, windows.sum(x), windows.whole)

    def _precipitation(self) -> None:
        out, fallen = self.out, self.fallen
        out.warnings += fallen.warnings
        out.trace = np.zeros(len(out), dtype=bool)
        out.long_h = np.zeros(len(out), dtype=np.int64)
        for name, amounts in (("precipitation_mm", fallen.hourly), ("precipitation_long_mm", fallen.long)):
            self._nothing(name)
            at = out.at(amounts.hours)
            out.values[name][at], out.source[name][at] = amounts.values, amounts.rows
            there = amounts.rows >= 0
            out.complex[at[there]] |= amounts.rows[there] != out.row[at[there]]
        hourly = out.at(fallen.hourly.hours)
        out.trace[hourly] = fallen.hourly.trace
        rows = fallen.hourly.rows
        out.unreadable["precipitation_mm"][hourly] = self.cells.states["precipitation_mm"][rows] == UNREADABLE
        if "precipitation_mm" in self.cells.upstream:
            out.upstream["precipitation_mm"] = np.zeros(len(out), dtype=np.uint8)
            out.upstream["precipitation_mm"][hourly] = self.cells.upstream["precipitation_mm"][rows]
        out.long_h[out.at(fallen.long.hours)] = fallen.long_h
        out.doubts += fallen.doubts
        failed = [(d.hours, d.rows) for d in fallen.doubts if d.flag == Flag.FAIL]
        for hours, rows in fallen.members + failed:
            at = out.at(hours)
            out.complex[at] = True
            out.members.setdefault("precipitation_mm", []).append((at, rows))
        if fallen.contradicted:
            hours, rows = (np.concatenate(x) for x in zip(*fallen.contradicted, strict=True))
            there = np.isin(hours, out.hours)
            out.conflicts["precipitation_mm"] = (out.at(hours[there]), rows[there])


def put_together(raw: pa.Table, cells: Cells, site: Site, zone: str) -> Hours:
    """The hours of a station from its rows that were not refused.

    Args:
        raw: raw rows, later ones win.
        cells: what their cells say.
        site: limits that say which values are usable.
        zone: IANA zone of the station.
    """
    return _Assembly(raw, cells, site, zone).run()
