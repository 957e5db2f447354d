"""The lowest and highest temperature of each hour, or part of one, of a station that reports every few minutes.

Belongs here: finding them, and their way from the hours to the days. Does not belong here: the days (`aggregation/`).

They are no columns, since an hour has one temperature; but the extremes of a day are those of all its reports. So they go
along with `validated_observations` as a text in the frame's `attrs`, and in the metadata of its object. Where local days begin
within a UTC hour (India, Nepal), they are those of its halves or quarters, which no midnight cuts.
"""

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.quality.limits import LIMITS
from weather_etl.meteorology.time_forms import HOUR

_FORM = b"2"
PARTS = (60, 30, 15)  # minutes


def parts_of(offsets: np.ndarray) -> int:
    """Minutes of the longest parts of UTC hours that no local midnight cuts; offsets of a zone in microseconds."""
    return next((m for m in PARTS if not (np.unique(offsets) % (m * HOUR // 60)).any()), PARTS[-1])


@dataclass(frozen=True)
class Extremes:
    """Parts of hours, counted from 1970-01-01 UTC, ascending; the lowest and the highest report of each, degC.

    With parts of 60 minutes the hour H has the reports in [H, H + 1 h).
    """

    at: np.ndarray
    low: np.ndarray
    high: np.ndarray
    minutes: int = 60

    @classmethod
    def of_series(cls, ends: np.ndarray, values: np.ndarray, minutes: int = 60) -> "Extremes":
        """Of the usable reports of a dense series, in time order; single spikes are left out."""
        sound = ~_spikes(values)
        at, values = ends[sound] // (minutes * HOUR // 60), values[sound]
        starts = np.flatnonzero(np.append(True, at[1:] != at[:-1])) if len(at) else np.empty(0, dtype=int)
        low, high = (f.reduceat(values, starts) if len(starts) else values for f in (np.minimum, np.maximum))
        return cls(at[starts], low, high, minutes)

    @property
    def times(self) -> np.ndarray:
        """When each part begins, in microseconds since 1970-01-01 UTC."""
        return self.at * (self.minutes * HOUR // 60)

    def packed(self) -> str:
        """As text: few distinct numbers, of which each part has two."""
        known, codes = np.unique(np.append(self.low, self.high), return_inverse=True)
        parts = (np.append(self.minutes, np.diff(self.at, prepend=0)), codes.astype(np.int32), known)
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
        minutes, places, known = int(parts[0][0]), np.cumsum(parts[0][1:]), parts[2].astype(np.float64)
        low, high = np.split(known[parts[1]], [len(places)])
        return cls(places, low, high, minutes)


def _spikes(values: np.ndarray) -> np.ndarray:
    """Mask of single reports that lie beyond both their neighbours by more than the spike that fails in an hour."""
    is_spike = np.zeros(len(values), dtype=bool)
    limit = LIMITS["temperature_c"].spike
    if limit is not None and len(values) > 2:
        there, back = values[1:-1] - values[:-2], values[1:-1] - values[2:]
        is_spike[1:-1] = (there * back > 0) & (np.minimum(np.abs(there), np.abs(back)) > limit[1])
    return is_spike
