"""What a time cell says: text -> UTC.

Belongs here: ISO 8601 in all its shapes, and texts of any other form with their zones.
Does not belong here: other forms (`time_forms.py`), clocks (`local_clock.py`), which form and zone a file has
(`formats/`), which rows a time refuses beyond that (`cells.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, REASON_CODE
from weather_etl.meteorology.local_clock import localise
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.repeated_hours import FileRows
from weather_etl.meteorology.time_forms import NOT_A_TIME, parse_form

_OFFSET = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"


def read_times(
    texts: pa.Array,
    zones: "str | np.ndarray",
    files: FileRows,
    form: str = "iso",
    before: Sequence[tuple[str, str]] = (),
) -> tuple[np.ndarray, np.ndarray, int]:
    """UTC times, reason codes, and the number of times without an offset of their own.

    Time rule: an offset in the text wins; text without one is in the given zone (one for all, or one per row). An
    hour that occurs twice is resolved by the order of the rows and of the files, else it is ambiguous.

    Args:
        texts: n texts.
        zones: zone of times without an offset; `standard:<IANA zone>` is its standard time all year.
        files: of each row.
        form: of the texts, see `read_form`.
        before: (date, zone): zone of the times before that date.
    """
    n = len(texts)
    if form != "iso":
        return _read_in_form(texts, zones, files, form, before)
    times, refused = np.full(n, NOT_A_TIME), np.zeros(n, dtype=np.uint8)
    usual = pc.fill_null(pc.equal(pc.binary_length(texts), 29), False).to_numpy(zero_copy_only=False)
    fast = read_uniform_times(texts if usual.all() else texts.filter(pa.array(usual))) if usual.any() else None
    if fast is not None:
        times[usual] = fast
    else:  # a bad time costs the fast way for its block of rows only
        for start in range(0, n, _BLOCK):
            rows = np.flatnonzero(usual[start : start + _BLOCK]) + start
            fast = read_uniform_times(texts.take(pa.array(rows))) if len(rows) else None
            if fast is None:
                usual[start : start + _BLOCK] = False
            else:
                times[rows] = fast
    other = np.flatnonzero(~usual)
    naive = 0
    for zone in [zones] if isinstance(zones, str) else list(dict.fromkeys(zones[other].tolist())):
        rows = other if isinstance(zones, str) else other[zones[other] == zone]
        if len(rows):
            part = texts.take(pa.array(rows))
            times[rows], refused[rows], without = _read_other_times(part, zone, files[rows], before)
            naive += without
    return times, refused, naive


def _read_in_form(
    texts: pa.Array, zones: "str | np.ndarray", files: FileRows, form: str, before: Sequence[tuple[str, str]]
) -> tuple[np.ndarray, np.ndarray, int]:
    texts = pc.utf8_trim_whitespace(texts)
    refused = np.zeros(len(texts), dtype=np.uint8)
    refused[_say_nothing(texts)] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    local, offset = parse_form(texts, form)
    times = np.full(len(texts), NOT_A_TIME)
    there = ~np.isnat(local)
    if offset is not None:
        known = there & ~np.isnan(offset)
        times[known] = local[known] - offset[known].astype("timedelta64[us]")
        there &= ~known
    rows = np.flatnonzero(there)
    times[rows], reasons = localise(local[rows], zones if isinstance(zones, str) else zones[rows], files[rows], before)
    refused[rows] = reasons
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused, len(rows)


def read_form(texts: pa.Array, form: str) -> np.ndarray:
    """Wall-clock times (datetime64[us], NaT where the form does not read a text); offsets in the texts are left out.

    Args:
        texts: n texts.
        form: `iso` (ISO 8601 and what is nearly it); `dmy`, `mdy`, `ymd`, `dby`, `bdy` (parts in this order); or directives:
            those of strptime, `%s` Unix seconds, `%N` hour x 100 + minute without leading zeros, `%O` minute of the day,
            `%E` Excel day.
    """
    texts = pc.utf8_trim_whitespace(texts)
    if form == "iso":
        if (uniform := read_uniform_times(texts)) is not None:
            return uniform
        times, _, _ = _read_other_times(texts, "UTC", FileRows.of_one(len(texts)))
        return times
    return parse_form(texts, form)[0]


_BLOCK = 4096


_LOOKS_RIGHT = re.compile(rf"^\d{{4}}-\d{{2}}-\d{{2}}([T ]\d{{2}}(:?\d{{2}}([:.\d]*\d)?)?\s*{_OFFSET}?)?$")
_ENDS_IN_OFFSET = re.compile(rf"{_OFFSET}$")
_BLANKS_BEFORE_OFFSET = re.compile(r"\s+(?=[+\-Z]\S*$)")
# 24:00 is the midnight that ends the day (ISO 8601-1:2004).
_MIDNIGHT = re.compile(r"[T ]24(?::?00){0,2}(?:\.0+)?\s*(?:$|[Zz+-])")
_HOUR_24 = re.compile(r"([T ])24")
# Forms that are not ISO 8601 but have one meaning only: 2020/01/31, an hour alone as in 2020 1 31 5 (parts of a time
# that a format has in cells of their own), the word UTC, a comma before the fraction of a second.
_NEARLY_ISO = (
    (r"^(\d{4})/(\d\d)/(\d\d)(\D|$)", r"\1-\2-\3\4"),
    (r"^(\d{4}-\d\d-\d\d)[T ]+(\d):", r"\1 0\2:"),
    (r"^(\d{4})[ -](\d{1,2})[ -](\d{1,2}) (\d{1,2})$", r"\1-\2-\3 \4h"),
    (r"^(\d{4})-(\d)-(\d{1,2} \d{1,2}h)$", r"\1-0\2-\3"),
    (r"^(\d{4}-\d\d)-(\d) (\d{1,2}h)$", r"\1-0\2 \3"),
    (r"^(\d{4}-\d\d-\d\d) (\d)h$", r"\1 0\2h"),
    (r"^(\d{4}-\d\d-\d\d \d\d)h$", r"\1:00"),
    (r"(:\d{2}),(\d+)", r"\1.\2"),
    (r"(?i)\s*(UTC|GMT)$", "Z"),
)


def _read_other_times(
    texts: pa.Array, timezone: str, files: FileRows, before: Sequence[tuple[str, str]] = ()
) -> tuple[np.ndarray, np.ndarray, int]:
    """Times of any form of ISO 8601; whole ones block by block, the others one by one."""
    texts = pc.utf8_trim_whitespace(texts)
    times, local = np.full(len(texts), NOT_A_TIME), np.full(len(texts), NOT_A_TIME)
    slow = []
    for start in range(0, len(texts), _BLOCK):
        block = slice(start, start + _BLOCK)
        part = texts.slice(start, _BLOCK)
        for target, kind in ((local, pa.timestamp("us")), (times, pa.timestamp("us", "UTC"))):
            try:
                times_of_part = pc.cast(part, kind)
            except pa.ArrowInvalid:  # says so for the whole block, for an offset where none is wanted too
                continue
            target[block] = times_of_part.to_numpy(zero_copy_only=False).astype("datetime64[us]")
            break
        else:
            slow.append(np.arange(start, start + len(part)))
    refused = np.zeros(len(texts), dtype=np.uint8)
    refused[pc.is_null(texts).to_numpy(zero_copy_only=False)] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    if slow:
        rows = np.concatenate(slow)
        times[rows], local[rows], refused[rows] = _read_any_times(texts.take(pa.array(rows)))
    naive = np.flatnonzero(~np.isnat(local))
    if len(naive):
        times[naive], refused[naive] = localise(local[naive], timezone, files[naive], before)
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused, len(naive)


def _read_any_times(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """UTC times of the texts with an offset, wall-clock times of those without, and reason codes."""
    times, local = np.full(len(texts), NOT_A_TIME), np.full(len(texts), NOT_A_TIME)
    refused = np.zeros(len(texts), dtype=np.uint8)
    refused[_say_nothing(texts)] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    written = {True: _Written(), False: _Written()}  # with an offset, and without
    for at, text in enumerate(_as_iso(texts)):
        if not text:
            continue
        if midnight := _MIDNIGHT.search(text) is not None:
            text = _HOUR_24.sub(r"\g<1>00", text, count=1)
        group = written[_ENDS_IN_OFFSET.search(text, 10) is not None]
        group.rows.append(at)
        group.texts.append(_BLANKS_BEFORE_OFFSET.sub("", text.upper()))
        group.midnights.append(midnight)
    for target, group in ((times, written[True]), (local, written[False])):
        if group.rows:
            target[group.rows] = group.read()
    return times, local, refused


def _say_nothing(texts: pa.Array) -> np.ndarray:
    """Whether there is no text, or a word for it."""
    words = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NULL_TOKENS))  # False where there is no text
    return pc.or_(pc.is_null(texts), words).to_numpy(zero_copy_only=False)


def _as_iso(texts: pa.Array) -> list[str | None]:
    """The texts that look like ISO 8601, or can be written so; None for each other."""
    words = texts.to_pylist()
    others = [i for i, word in enumerate(words) if word is not None and not _LOOKS_RIGHT.match(word)]
    if others:
        rewritten = pa.array([words[i] for i in others], pa.string())
        for pattern, instead in _NEARLY_ISO:
            rewritten = pc.replace_substring_regex(rewritten, pattern, instead)
        for i, word in zip(others, rewritten.to_pylist(), strict=True):
            words[i] = word if _LOOKS_RIGHT.match(word) else None
    return words


@dataclass
class _Written:
    """Texts in ISO 8601, the rows that they are of, and whether each is the midnight that ends its day."""

    rows: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    midnights: list[bool] = field(default_factory=list)

    def read(self) -> np.ndarray:
        import pandas as pd

        read = pd.to_datetime(np.array(self.texts, dtype=object), format="ISO8601", utc=True, errors="coerce")
        times = read.tz_localize(None).to_numpy("datetime64[us]").copy()
        times[self.midnights] += np.timedelta64(1, "D")
        return times


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
