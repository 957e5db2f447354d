"""Numbers that mean no value, though nobody declared them.

Belongs here: which numbers of a station are sentinels; they become missing before anything else is done with them.
Does not belong here: what a format declares as missing (`cells.py`).

All rows of the station are looked at together, not each file: a cut between files changes nothing.
"""

import numpy as np
import pyarrow as pa

from weather_etl.meteorology.cells import MISSING, OK, REASON_CODE, Cells, one_chunk
from weather_etl.meteorology.quality.ranges import is_sentinel
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.site import Site
from weather_etl.meteorology.units import in_unit
from weather_etl.meteorology.vocabulary import LONG_PRECIPITATION, RAW_NUMBERS

SENTINEL_FROM_N = 3
NEXT_BEYOND_SHARE = 0.2  # of the suspect span
# What changes little by little and never stops at a limit of its own: there any number that stands so far apart is a mark.
SMOOTH = ("temperature_c", "apparent_temperature_c", "dew_point_c", "pressure_msl_hpa", "pressure_station_hpa")
FAR_BEYOND_SHARE = 0.5


def take_out(cells: Cells, raw: pa.Table, site: Site) -> dict[str, dict[str, int]]:
    """Turn sentinels into missing values.

    A number is a sentinel if it is one of the usual ones in the unit of its source and lies (a) outside the fail span,
    or (b) within it, is the smallest or the largest of all, occurs three times or more, and the next number is more
    than 20 % of the suspect span away (88 m/s, 99.9 mm, 999 cm). Of temperatures and pressures it is one whatever it is, if
    the next is more than half of the span away (-88.8 degF, -100 degF).

    Returns: landing file -> variable -> how many.
    """
    counted: dict[str, dict[str, int]] = {}
    emptied: list[np.ndarray] = []
    for name in RAW_NUMBERS:
        if cells.states[name].strides == (0,):
            continue
        rows = _of_variable(cells, name, site)
        if not len(rows):
            continue
        cells.values[name] = cells.values[name].copy()
        cells.states[name] = cells.states[name].copy()
        cells.values[name][rows], cells.states[name][rows] = np.nan, MISSING
        emptied.append(rows)
        files = one_chunk(raw.column("landing_file"))
        n = np.bincount(files.indices.to_numpy()[rows], minlength=len(files.dictionary))
        for code in np.flatnonzero(n):
            counted.setdefault(files.dictionary[int(code)].as_py(), {})[name] = int(n[code])
    if emptied:
        rows = np.unique(np.concatenate(emptied))
        empty = np.ones(len(rows), dtype=bool)
        for name in RAW_NUMBERS:
            empty &= cells.states[name][rows] == MISSING
        rows = rows[empty]
        cells.refused[rows[cells.refused[rows] == 0]] = REASON_CODE[Reason.NO_MEASUREMENT]
    return counted


def _of_variable(cells: Cells, name: str, site: Site) -> np.ndarray:
    """Rows whose number is a sentinel."""
    limits = site.limits_of("precipitation_long_mm" if name in LONG_PRECIPITATION else name)
    x = cells.values[name]
    low, high = np.fmin.reduce(x, initial=np.inf), np.fmax.reduce(x, initial=-np.inf)
    sentinels = []
    if low < limits.fail[0] or high > limits.fail[1]:
        with np.errstate(invalid="ignore"):
            outside = np.flatnonzero((x < limits.fail[0]) | (x > limits.fail[1]))
        sentinels.append(outside[is_sentinel(_as_written(cells, name, outside))])
    span = limits.suspect[1] - limits.suspect[0]
    for extreme, sign in ((low, -1.0), (high, 1.0)):
        if not limits.fail[0] <= extreme <= limits.fail[1]:
            # What lies beyond the fail span says nothing of the largest value within it.
            with np.errstate(invalid="ignore"):
                inside = x[(x >= limits.fail[0]) & (x <= limits.fail[1])]
            if not len(inside):
                continue
            extreme = inside.max() if sign > 0 else inside.min()
        rows = np.flatnonzero(x == extreme)
        usual = len(rows) >= SENTINEL_FROM_N and is_sentinel(_as_written(cells, name, rows[:1]), apart=True).all()
        if len(rows) < SENTINEL_FROM_N or not (usual or name in SMOOTH):
            continue
        with np.errstate(invalid="ignore"):
            others = x[(x < extreme) & (x >= limits.fail[0])] if sign > 0 else x[(x > extreme) & (x <= limits.fail[1])]
        if not len(others):
            continue
        nearest = others.max() if sign > 0 else others.min()
        if abs(extreme - nearest) > (NEXT_BEYOND_SHARE if usual else FAR_BEYOND_SHARE) * span:
            sentinels.append(rows)
    if not sentinels:
        return np.empty(0, dtype=np.int64)
    rows = np.unique(np.concatenate(sentinels))
    return rows[cells.states[name][rows] == OK]


def _as_written(cells: Cells, name: str, rows: np.ndarray) -> np.ndarray:
    """Numbers in the unit of their source."""
    out = cells.values[name][rows].copy()
    group = np.zeros(len(rows), dtype=np.int64) if cells.reading is None else cells.reading[rows]
    for i, reading in enumerate(cells.readings):
        of_group = group == i
        if of_group.any():
            unit = dict(reading.units).get(reading.column(name), "")
            out[of_group] = in_unit(out[of_group], unit, name)
    return out
