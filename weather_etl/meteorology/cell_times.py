"""What a time cell says: text -> UTC.

Belongs here: forms of times, zones, hours that a clock shows twice or skips.
Does not belong here: which form and zone a file has (`formats/`), which rows a time refuses beyond that (`cells.py`).
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, REASON_CODE
from weather_etl.meteorology.reasons import Reason

if TYPE_CHECKING:
    import pandas as pd

_OFFSET = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
HOUR = 3_600_000_000  # microseconds
NOT_A_TIME = np.datetime64("NaT", "us")


def read_times(texts: pa.Array, zones: "str | np.ndarray", files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UTC times and reason codes.

    Time rule: an offset in the text wins; text without one is in the given zone (one for all, or one per row). An
    hour that occurs twice is resolved by the order of the rows of one file (`files` numbers the file of each row),
    else it is ambiguous.
    """
    n = len(texts)
    times, refused = np.full(n, NOT_A_TIME), np.zeros(n, dtype=np.uint8)
    usual = pc.fill_null(pc.equal(pc.binary_length(texts), 29), False).to_numpy(zero_copy_only=False)
    if usual.all():
        fast = read_uniform_times(texts) if n else times
        if fast is not None:
            return fast, refused
    # A bad time costs the fast way for its block of rows only.
    for start in range(0, n, _BLOCK):
        rows = np.flatnonzero(usual[start : start + _BLOCK]) + start
        fast = read_uniform_times(texts.take(pa.array(rows))) if len(rows) else None
        if fast is None:
            usual[start : start + _BLOCK] = False
        else:
            times[rows] = fast
    other = np.flatnonzero(~usual)
    for zone in [zones] if isinstance(zones, str) else list(dict.fromkeys(zones[other].tolist())):
        rows = other if isinstance(zones, str) else other[zones[other] == zone]
        if len(rows):
            times[rows], refused[rows] = _read_other_times(texts.take(pa.array(rows)), zone, files[rows])
    return times, refused


_BLOCK = 4096


_LOOKS_RIGHT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}([:.\d]*\d)?)?\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$"
# Forms that are not ISO 8601 but have one meaning only: 2020/01/31, an hour alone as in 2020 1 31 5 (parts of a time
# that a format has in cells of their own), the word UTC, a comma before the fraction of a second.
_NEARLY_ISO = (
    (r"^(\d{4})/(\d\d)/(\d\d)(\D|$)", r"\1-\2-\3\4"),
    (r"^(\d{4})[ -](\d{1,2})[ -](\d{1,2}) (\d{1,2})$", r"\1-\2-\3 \4h"),
    (r"^(\d{4})-(\d)-(\d{1,2} \d{1,2}h)$", r"\1-0\2-\3"),
    (r"^(\d{4}-\d\d)-(\d) (\d{1,2}h)$", r"\1-0\2 \3"),
    (r"^(\d{4}-\d\d-\d\d) (\d)h$", r"\1 0\2h"),
    (r"^(\d{4}-\d\d-\d\d \d\d)h$", r"\1:00"),
    (r"(:\d{2}),(\d+)", r"\1.\2"),
    (r"(?i)\s*(UTC|GMT)$", "Z"),
)


def _read_other_times(texts: pa.Array, timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times of any form; those of ISO 8601 block by block, the others one by one."""
    import pandas as pd

    texts = pc.utf8_trim_whitespace(texts)
    times, local = np.full(len(texts), NOT_A_TIME), np.full(len(texts), NOT_A_TIME)
    slow = []
    for start in range(0, len(texts), _BLOCK):
        block = slice(start, start + _BLOCK)
        part = texts.slice(start, _BLOCK)
        for target, kind in ((local, pa.timestamp("us")), (times, pa.timestamp("us", "UTC"))):
            try:
                found = pc.cast(part, kind)
            except pa.ArrowInvalid:  # says so for the whole block, for an offset where none is wanted too
                continue
            target[block] = found.to_numpy(zero_copy_only=False).astype("datetime64[us]")
            break
        else:
            slow.append(np.arange(start, start + len(part)))
    refused = np.zeros(len(texts), dtype=np.uint8)
    refused[pc.is_null(texts).to_numpy(zero_copy_only=False)] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    if slow:
        rows = np.concatenate(slow)
        times[rows], local[rows], refused[rows] = _read_any_times(texts.take(pa.array(rows)))
    naive = np.flatnonzero(~np.isnat(local))
    if len(naive) and timezone == "UTC":
        times[naive] = local[naive]
    elif len(naive):
        times[naive], refused[naive] = _localise(pd.Series(local[naive]), timezone, files[naive])
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused


def _read_any_times(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """UTC times of the texts with an offset, wall-clock times of those without, and reason codes."""
    import pandas as pd

    times, local = np.full(len(texts), NOT_A_TIME), np.full(len(texts), NOT_A_TIME)
    refused = np.zeros(len(texts), dtype=np.uint8)
    series = pd.Series(texts.to_pandas(), dtype="str")
    refused[series.str.lower().isin(NULL_TOKENS) | series.isna()] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    looks_right = series.str.match(_LOOKS_RIGHT, na=False).to_numpy()
    if not looks_right.all():
        others = pa.array(series[~looks_right], pa.string(), from_pandas=True)
        for pattern, instead in _NEARLY_ISO:
            others = pc.replace_substring_regex(others, pattern, instead)
        series[~looks_right] = others.to_numpy(zero_copy_only=False)
        looks_right = series.str.match(_LOOKS_RIGHT, na=False).to_numpy()
    has_offset = series.str.slice(10).str.contains(rf"{_OFFSET}$", regex=True, na=False).to_numpy()
    for target, mask in ((times, looks_right & has_offset), (local, looks_right & ~has_offset)):
        if mask.any():
            text = series[mask].str.upper().str.replace(r"\s+(?=[+\-Z]\S*$)", "", regex=True)
            found = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
            target[mask] = found.dt.tz_localize(None).to_numpy("datetime64[us]")
    return times, local, refused


def read_uniform_times(texts: pa.Array) -> np.ndarray | None:
    """The usual case, all texts like `2006-04-01 00:00:00.000 +0200`; None if any is not."""
    if texts.null_count:
        return None
    lengths = pc.min_max(pc.binary_length(texts)).as_py()
    if lengths != {"min": 29, "max": 29}:
        return None
    characters = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
    start = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset]
    table = characters[start : start + 29 * len(texts)].reshape(-1, 29)
    if not (table[:, 23] == 32).all():
        return None
    # Arrow reads ISO 8601 without the blank before the offset; lay the remaining bytes side by side.
    dense = np.ascontiguousarray(np.delete(table, 23, axis=1))
    offsets = np.arange(0, 28 * (len(texts) + 1), 28, dtype=np.int32)
    joined = pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(dense))
    try:
        times = pc.cast(joined, pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:  # says so for the whole column
        return None
    return times.to_numpy(zero_copy_only=False).astype("datetime64[us]")


def _localise(local: "pd.Series", timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times of one zone -> UTC and reason codes."""
    refused = np.zeros(len(local), dtype=np.uint8)
    utc = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    doubtful = utc.isna().to_numpy()
    if doubtful.any():
        forward = local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="shift_forward")
        nonexistent = doubtful & forward.notna().to_numpy()
        refused[nonexistent] = REASON_CODE[Reason.TIMESTAMP_NONEXISTENT]
        ambiguous = doubtful & ~nonexistent
        if ambiguous.any():
            earlier, told = _which_occurrence(local.to_numpy("datetime64[us]").astype(np.int64), ambiguous, files)
            utc = local.dt.tz_localize(timezone, ambiguous=earlier, nonexistent="NaT").mask(ambiguous & ~told)
            refused[ambiguous & ~told] = REASON_CODE[Reason.TIMESTAMP_AMBIGUOUS]
    return utc.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]"), refused


def _which_occurrence(local: np.ndarray, ambiguous: np.ndarray, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell the first from the second occurrence of wall-clock times by the order of the rows.

    The rows around one change of the clock tell if time steps back (or stands still) exactly once; in a file whose
    newest rows come first, everything is the other way round.

    Args:
        local: int64, wall-clock microseconds, in the order of the files' rows.
        ambiguous: mask of the times that occur twice.
        files: number of the file of each row.

    Returns:
        Masks of the times that are first occurrences, and of those that the order tells.
    """
    earlier, told = np.zeros(len(local), dtype=bool), np.zeros(len(local), dtype=bool)
    within = files[1:] == files[:-1]
    direction = np.bincount(files[1:], np.sign(np.diff(local)) * within, minlength=int(files.max()) + 1)
    rows = np.flatnonzero(ambiguous)
    new = (np.diff(rows) != 1) | (files[rows[1:]] != files[rows[:-1]]) | (np.abs(np.diff(local[rows])) > 12 * HOUR)
    for part in np.split(rows, np.flatnonzero(new) + 1):
        newest_first = direction[files[part[0]]] < 0
        steps = np.diff(local[part])
        back = np.flatnonzero(steps >= 0 if newest_first else steps <= 0)
        if len(back) == 1:
            told[part] = True
            earlier[part] = (np.arange(len(part)) <= back[0]) != newest_first
    return earlier, told
