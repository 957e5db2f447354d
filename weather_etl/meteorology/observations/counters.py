"""Readings of a gauge that counts on until it is set back -> what fell between them.

Belongs here: differences of readings, when a counter is set back. Does not belong here: hours of them (`precipitation.py`).
"""

from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.time_forms import HOUR

_UNITS = {"hour": "h", "day": "D", "month": "M", "year": "Y"}
_LONGEST = 24 * HOUR


@dataclass
class Differences:
    """What fell from one reading to the next.

    Attributes:
        ends: microseconds UTC, of the later reading.
        length: microseconds since the earlier one.
        amount: mm.
        rows: of the later reading.
        readings: what it says.
        known: mask; without it the counter fell when nothing sets it back.
    """

    ends: np.ndarray
    length: np.ndarray
    amount: np.ndarray
    rows: np.ndarray
    readings: np.ndarray
    known: np.ndarray


def differences(
    readings: np.ndarray, ends: np.ndarray, rows: np.ndarray, slack: np.ndarray, resets: str, zone: str
) -> Differences:
    """Differences of readings in the order of time, none without two readings.

    A reading that is smaller than the one before is the amount since the counter was set back, if that happened at its
    time; elsewhere nothing is known. It is that amount too, smaller or not, if the counter was set back an hour or more
    ago and since the reading before: so is the very first one, if the clock of the station was never proven wrong by
    a fall elsewhere.

    Args:
        readings: mm, shape (n,); ends: microseconds UTC, ascending; rows: of each.
        slack: microseconds by which the clocks of gauge and station may differ, shape (n - 1,), by the later reading.
        resets: hour, day, week, month, year, or "" where nobody says.
        zone: IANA zone by whose clock it is set back.
    """
    change, length = np.diff(readings), np.diff(ends)
    fell = change < -1e-9
    set_back = fell & was_set_back(ends[:-1] - slack, ends[1:], resets, zone)
    known = ~fell | set_back
    since_reset = set_back
    first_length = np.zeros(0, dtype=np.int64)
    if resets in _UNITS and known.all():
        reset = last_reset(ends - HOUR, resets, zone)
        since_reset = set_back | (reset[1:] >= ends[:-1])
        if 0 < ends[0] - reset[0] <= _LONGEST:
            first_length = ends[:1] - reset[:1]
    amount = np.round(np.where(since_reset, readings[1:], np.maximum(change, 0.0)), 9)
    n = len(first_length)
    return Differences(
        np.append(ends[:n], ends[1:]), np.append(first_length, length), np.append(readings[:n], amount),
        np.append(rows[:n], rows[1:]), np.append(readings[:n], readings[1:]), np.append(np.ones(n, dtype=bool), known),
    )  # fmt: skip


def _wall_clock(times: np.ndarray, zone: str) -> np.ndarray:
    """What the clock of a zone shows at these microseconds UTC, as datetime64[us]."""
    import pandas as pd

    utc = pd.DatetimeIndex(times.astype("datetime64[us]")).tz_localize("UTC")
    return utc.tz_convert(zone).tz_localize(None).to_numpy("datetime64[us]")


def last_reset(times: np.ndarray, resets: str, zone: str) -> np.ndarray:
    """Microseconds UTC of the last time at or before these at which a counter is set back; not of weeks, whose first day
    differs by maker."""
    import pandas as pd

    clock = _wall_clock(times, zone)
    begin = pd.DatetimeIndex(clock.astype(f"datetime64[{_UNITS[resets]}]").astype("datetime64[us]"))
    utc = begin.tz_localize(zone, ambiguous=np.ones(len(begin), dtype=bool), nonexistent="shift_forward")
    return utc.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def was_set_back(after: np.ndarray, until: np.ndarray, resets: str, zone: str) -> np.ndarray:
    """Mask of the spans (after, until] of microseconds UTC that hold a time at which the counter is set back."""
    if resets == "hour":
        return until // HOUR > after // HOUR
    if resets not in ("day", "week", "month", "year") or not len(after):
        return np.zeros(len(after), dtype=bool)
    start, stop = _wall_clock(after, zone), _wall_clock(until, zone)
    if resets == "week":  # begins on Sunday or on Monday
        first, last = (t.astype("datetime64[D]").astype(np.int64) - 3 for t in (start, stop))  # Sunday, 1970-01-04
        return np.asarray((last // 7 > first // 7) | ((last - 1) // 7 > (first - 1) // 7))
    unit = _UNITS[resets]
    return np.asarray(stop.astype(f"datetime64[{unit}]") > start.astype(f"datetime64[{unit}]"))
