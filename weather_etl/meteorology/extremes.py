"""The lowest and highest temperature of each hour of a station that reports every few minutes.

Belongs here: finding them, and their way from the hours to the days. Does not belong here: the days (`aggregation/`).

They are no columns, since an hour has one temperature; but the extremes of a day are those of all its reports. So they go
along with `validated_observations` as a text in the frame's `attrs`, and in the metadata of its object.
"""

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.cells import HOUR
from weather_etl.meteorology.quality.limits import LIMITS

_FORM = b"1"


@dataclass(frozen=True)
class Extremes:
    """Hours since 1970-01-01 UTC, ascending; the lowest and the highest report in [H, H + 1 h), degC."""

    hours: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of_series(cls, ends: np.ndarray, values: np.ndarray) -> "Extremes":
        """Of the usable reports of a dense series, in time order; single spikes are left out."""
        sound = ~_spikes(values)
        hours, values = ends[sound] // HOUR, values[sound]
        starts = np.flatnonzero(np.append(True, hours[1:] != hours[:-1])) if len(hours) else np.empty(0, dtype=int)
        low, high = (f.reduceat(values, starts) if len(starts) else values for f in (np.minimum, np.maximum))
        return cls(hours[starts], low, high)

    def of_hours(self, hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest of these hours, NaN where there is nothing."""
        at = np.searchsorted(self.hours, hours)
        there = at < len(self.hours)
        there[there] = self.hours[at[there]] == hours[there]
        found = np.full((2, len(hours)), np.nan)
        found[0, there], found[1, there] = self.low[at[there]], self.high[at[there]]
        return found[0], found[1]

    def packed(self) -> str:
        """As text: few distinct numbers, of which each hour has two."""
        known, codes = np.unique(np.append(self.low, self.high), return_inverse=True)
        parts = (np.diff(self.hours, prepend=0), codes.astype(np.int32), known)
        data = b"".join(len(p).to_bytes(8, "little") + p.astype(p.dtype.newbyteorder("<")).tobytes() for p in parts)
        return base64.b64encode(_FORM + zlib.compress(data, 6)).decode()

    @classmethod
    def unpacked(cls, text: str) -> "Extremes":
        """What `packed` wrote."""
        data, parts = zlib.decompress(base64.b64decode(text)[1:]), []
        at = 0
        for kind in ("<i8", "<i4", "<f8"):
            n = int.from_bytes(data[at : at + 8], "little")
            parts.append(np.frombuffer(data, kind, n, at + 8))
            at += 8 + n * np.dtype(kind).itemsize
        hours, codes, known = np.cumsum(parts[0]), parts[1], parts[2].astype(np.float64)
        return cls(hours, known[codes[: len(hours)]], known[codes[len(hours) :]])


def _spikes(values: np.ndarray) -> np.ndarray:
    """Mask of single reports that lie beyond both their neighbours by more than the spike that fails in an hour."""
    found = np.zeros(len(values), dtype=bool)
    limit = LIMITS["temperature_c"].spike
    if limit is not None and len(values) > 2:
        there, back = values[1:-1] - values[:-2], values[1:-1] - values[2:]
        found[1:-1] = (there * back > 0) & (np.minimum(np.abs(there), np.abs(back)) > limit[1])
    return found
