"""What a wall clock shows -> UTC, and back.

Belongs here: time zones, standard time all year, hours that a clock shows twice or skips.
Does not belong here: which of two equal times is meant (`repeated_hours.py`), reading the text of a time
(`cell_times.py`, `time_forms.py`).
"""

import re
from collections.abc import Sequence

import numpy as np

from weather_etl.meteorology.cell_states import REASON_CODE
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.repeated_hours import FileRows, which_occurrence
from weather_etl.meteorology.time_forms import NOT_A_TIME


def localise(
    local: np.ndarray, zones: "str | np.ndarray", files: FileRows, before: Sequence[tuple[str, str]] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times (datetime64[us]) -> UTC and reason codes; zones as in `read_times`."""
    times, refused = np.full(len(local), NOT_A_TIME), np.zeros(len(local), dtype=np.uint8)
    if before:
        zones = np.full(len(local), zones, dtype=object) if isinstance(zones, str) else zones.copy()
        for date, zone in sorted(before, reverse=True):
            zones[local < np.datetime64(date, "us")] = zone
    for zone in [zones] if isinstance(zones, str) else list(dict.fromkeys(zones.tolist())):
        rows = np.arange(len(local)) if isinstance(zones, str) else np.flatnonzero(zones == zone)
        times[rows], refused[rows] = _localise(local[rows], zone, files[rows])
    return times, refused


def _localise(local: np.ndarray, timezone: str, files: FileRows) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times of one zone -> UTC and reason codes."""
    import pandas as pd

    refused = np.zeros(len(local), dtype=np.uint8)
    if timezone == "UTC" or not len(local):
        return local, refused
    if timezone.startswith("standard:"):
        return local - _standard_offsets(local, timezone.removeprefix("standard:")), refused
    series = pd.Series(local)
    utc = series.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    doubtful = utc.isna().to_numpy()
    if doubtful.any():
        forward = series.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward")
        nonexistent = doubtful & forward.notna().to_numpy()
        refused[nonexistent] = REASON_CODE[Reason.TIMESTAMP_NONEXISTENT]
        ambiguous = doubtful & ~nonexistent
        if ambiguous.any():
            earlier, told = which_occurrence(local.astype(np.int64), ambiguous, files)
            utc = series.dt.tz_localize(timezone, ambiguous=earlier, nonexistent="NaT").mask(ambiguous & ~told)
            refused[ambiguous & ~told] = REASON_CODE[Reason.TIMESTAMP_AMBIGUOUS]
    return utc.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]"), refused


def _standard_offsets(local: np.ndarray, timezone: str) -> np.ndarray:
    """Offset of the standard time of each row's year: the smaller one of January and July."""
    import zoneinfo
    from datetime import datetime

    if offset := re.fullmatch(r"UTC(?:([+-]\d\d):(\d\d))?", timezone):
        minutes = 0 if not offset[1] else int(offset[1]) * 60 + int(offset[1][0] + offset[2])
        return np.full(len(local), np.timedelta64(minutes * 60_000_000, "us"))
    zone = zoneinfo.ZoneInfo(timezone)
    years, which = np.unique(local.astype("datetime64[Y]"), return_inverse=True)
    offsets = []
    for year in years.astype(int) + 1970:
        both = [datetime(max(int(year), 1), month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
        offsets.append(min(o for o in both if o is not None))
    return np.array([np.timedelta64(round(o.total_seconds()) * 1_000_000, "us") for o in offsets])[which]


def wall_clock(utc: np.ndarray, timezone: str) -> np.ndarray:
    """Microseconds since 1970-01-01 of times in UTC -> those that the clock of an IANA zone shows."""
    import pandas as pd

    local = pd.DatetimeIndex(utc.astype("datetime64[us]")).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    return local.to_numpy("datetime64[us]").astype(np.int64)
