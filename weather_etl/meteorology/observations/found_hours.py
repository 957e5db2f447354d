"""The hours of a station as they were put together, each value with the row that it came from.

Belongs here: what is carried from putting together to quality control and lineage.
Does not belong here: which value an hour gets (`hours.py`).
"""

from dataclasses import dataclass, field

import numpy as np

from weather_etl.meteorology.extremes import Extremes
from weather_etl.meteorology.observations.amounts import Doubt
from weather_etl.meteorology.observations.reports import Slots
from weather_etl.meteorology.quality import VARIABLES


@dataclass
class Hours:
    """The hours of a station, before quality control.

    Attributes:
        hours: int64, hours since 1970-01-01 UTC, ascending.
        values: variable -> float64 in canonical units, NaN where there is none.
        source: variable -> row of each value (of several rows the last); -1 where no row has one.
        unreadable: variable -> mask of the hours whose cell is no number.
        upstream: variable -> uint8, flags of the sources.
        long_h: int64, period of `precipitation_long_mm`; 0 where there is none.
        trace: mask of the hours whose precipitation is a trace.
        doubts: what is to be flagged before any test.
        conflicts: variable -> (positions of hours, rows that contradict the value).
        extremes: lowest and highest temperature of the hours with several reports; None without a dense series.
        mean_cube: m3/s3, mean of the cubes of the wind speeds of the hours that have several; NaN elsewhere.
        row: the nearest row of each hour; -1 where only periods end in it.
        observed: microseconds since 1970-01-01 UTC, time of that row, else the end of the nearest period.
        complex: mask of the hours that more than that row may have a part in.
        members: variable -> (positions of hours, rows): every row that has a part in a value of several rows.
        points: the reports by hours.
        warnings: sentences for a person.
    """

    hours: np.ndarray
    points: Slots
    values: dict[str, np.ndarray] = field(default_factory=dict)
    source: dict[str, np.ndarray] = field(default_factory=dict)
    unreadable: dict[str, np.ndarray] = field(default_factory=dict)
    upstream: dict[str, np.ndarray] = field(default_factory=dict)
    long_h: np.ndarray | None = None
    trace: np.ndarray | None = None
    doubts: list[Doubt] = field(default_factory=list)
    conflicts: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    extremes: Extremes | None = None
    mean_cube: np.ndarray | None = None
    row: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    observed: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    complex: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    members: dict[str, list[tuple[np.ndarray, np.ndarray]]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.hours)

    def at(self, hours: np.ndarray) -> np.ndarray:
        """Positions of hours that are among these."""
        return np.arange(len(hours)) if hours is self.hours else np.searchsorted(self.hours, hours)


def without_empty(out: Hours) -> Hours:
    """Hours to which no row gave anything are no hours."""
    filled = np.zeros(len(out), dtype=bool)
    for name in VARIABLES:
        filled |= ~np.isnan(out.values[name]) | out.unreadable[name]
    for doubt in out.doubts:
        filled[out.at(doubt.hours)] = True
    if filled.all():
        return out
    position = np.cumsum(filled) - 1
    kept = Hours(out.hours[filled], out.points, warnings=out.warnings, doubts=out.doubts, extremes=out.extremes)
    for attribute in ("values", "source", "unreadable", "upstream"):
        setattr(kept, attribute, {n: x[filled] for n, x in getattr(out, attribute).items()})
    for attribute in ("long_h", "trace", "mean_cube", "row", "observed", "complex"):
        x = getattr(out, attribute)
        setattr(kept, attribute, None if x is None else x[filled])
    kept.conflicts = {n: (position[at[filled[at]]], rows[filled[at]]) for n, (at, rows) in out.conflicts.items()}
    kept.members = {n: [(position[at], rows) for at, rows in parts] for n, parts in out.members.items()}
    return kept
