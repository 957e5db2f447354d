"""What a time cell says: text -> UTC.

Belongs here: forms of times, zones, hours that a clock shows twice or skips.
Does not belong here: which form and zone a file has (`formats/`), which rows a time refuses beyond that (`cells.py`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, REASON_CODE
from weather_etl.meteorology.reasons import Reason

_OFFSET = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
HOUR = 3_600_000_000  # microseconds
NOT_A_TIME = np.datetime64("NaT", "us")


def read_times(
    texts: pa.Array,
    zones: "str | np.ndarray",
    files: np.ndarray,
    form: str = "iso",
    before: Sequence[tuple[str, str]] = (),
) -> tuple[np.ndarray, np.ndarray, int]:
    """UTC times, reason codes, and the number of times without an offset of their own.

    Time rule: an offset in the text wins; text without one is in the given zone (one for all, or one per row). An
    hour that occurs twice is resolved by the order of the rows of one file (`files` numbers the file of each row),
    else it is ambiguous.

    Args:
        texts: n texts.
        zones: zone of times without an offset; `standard:<IANA zone>` is its standard time all year.
        files: number of the file of each row.
        form: of the texts, see `read_form`.
        before: (date, zone): zone of the times before that date.
    """
    n = len(texts)
    if form != "iso":
        return _read_in_form(texts, zones, files, form, before)
    times, refused = np.full(n, NOT_A_TIME), np.zeros(n, dtype=np.uint8)
    usual = pc.fill_null(pc.equal(pc.binary_length(texts), 29), False).to_numpy(zero_copy_only=False)
    if usual.all():
        fast = read_uniform_times(texts) if n else times
        if fast is not None:
            return fast, refused, 0
    # A bad time costs the fast way for its block of rows only.
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
            times[rows], refused[rows], without = _read_other_times(texts.take(pa.array(rows)), zone, files[rows])
            naive += without
    return times, refused, naive


def _read_in_form(
    texts: pa.Array, zones: "str | np.ndarray", files: np.ndarray, form: str, before: Sequence[tuple[str, str]]
) -> tuple[np.ndarray, np.ndarray, int]:
    texts = pc.utf8_trim_whitespace(texts)
    refused = np.zeros(len(texts), dtype=np.uint8)
    empty = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NULL_TOKENS)), True)
    refused[empty.to_numpy(zero_copy_only=False)] = REASON_CODE[Reason.TIMESTAMP_MISSING]
    local, offset = _parse(texts, form)
    times = np.full(len(texts), NOT_A_TIME)
    there = ~np.isnat(local)
    if offset is not None:
        known = there & ~np.isnan(offset)
        times[known] = local[known] - offset[known].astype("timedelta64[us]")
        there &= ~known
    rows = np.flatnonzero(there)
    times[rows], found = localise(local[rows], zones if isinstance(zones, str) else zones[rows], files[rows], before)
    refused[rows] = found
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused, len(rows)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = (
    r"(?:[ T,]+(?P<H>\d{1,2})(?:[:.h](?P<M>\d{2})(?:[:.](?P<S>\d{2})(?:[.,]\d+)?)?)?\s*(?:(?P<p>[apAP])\.?[mM]?\.?)?)?"
    r"\s*(?P<z>[Zz]|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
# Day, month and year in one order, whatever stands between them, with or without a clock.
_FAMILIES = {
    "dmy": r"^(?P<d>\d{1,2})[./ -](?P<m>\d{1,2})[./ -](?P<Y>\d{4}|\d{2})" + _CLOCK,
    "mdy": r"^(?P<m>\d{1,2})[./ -](?P<d>\d{1,2})[./ -](?P<Y>\d{4}|\d{2})" + _CLOCK,
    "ymd": r"^(?P<Y>\d{4}|\d{2})[./ -](?P<m>\d{1,2})[./ -](?P<d>\d{1,2})" + _CLOCK,
    "dby": r"^(?P<d>\d{1,2})[./ -](?P<b>[A-Za-z]{3,9})[./ ,-]+(?P<Y>\d{4}|\d{2})" + _CLOCK,
    "bdy": r"^(?P<b>[A-Za-z]{3,9})\.? (?P<d>\d{1,2}),? (?P<Y>\d{4})" + _CLOCK,
}
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<Y>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})", "j": r"(?P<j>\d{1,3})",
    "H": r"(?P<H>\d{1,2})", "I": r"(?P<H>\d{1,2})", "M": r"(?P<M>\d{1,2})", "S": r"(?P<S>\d{1,2})(?:[.,]\d+)?",
    "p": r"(?P<p>[apAP])\.?[mM]?\.?", "z": r"(?P<z>[Zz]|[+-]\d{2}:?\d{2})", "b": r"(?P<b>[A-Za-z]{3,9})",
    "B": r"(?P<b>[A-Za-z]{3,9})", "s": r"(?P<s>\d{9,10})(?:\.\d+)?", "N": r"(?P<N>\d{1,4})",
    "E": r"(?P<E>\d{4,5}(?:\.\d+)?)",
}  # fmt: skip
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "M": 2, "S": 2}


def is_form(form: str) -> bool:
    """Whether a text is a form of times: `iso`, an order such as `dmy`, or directives such as `%d.%m.%Y %H:%M`."""
    if form == "iso" or form in _FAMILIES:
        return True
    return "%" in form and all(c in _DIRECTIVES or c == "%" for c in re.findall(r"%(.)", form))


def read_form(texts: pa.Array, form: str) -> np.ndarray:
    """Wall-clock times (datetime64[us], NaT where the form does not read a text); offsets in the texts are left out.

    Args:
        texts: n texts.
        form: `iso` (ISO 8601 and what is nearly it); `dmy`, `mdy`, `ymd`, `dby`, `bdy` (parts in this order); or directives:
            those of strptime, `%s` Unix seconds, `%N` hour x 100 + minute without leading zeros, `%E` Excel day.
    """
    texts = pc.utf8_trim_whitespace(texts)
    if form == "iso":
        times, _, _ = _read_other_times(texts, "UTC", np.zeros(len(texts), dtype=np.int64))
        return times
    return _parse(texts, form)[0]


def may_read(form: str, texts: Sequence[str]) -> bool:
    """Whether a form fits the look of one of these texts; cheap, and no proof."""
    if form == "iso":
        return any(re.match(r"\d{4}[-/ ]\d", t) for t in texts)
    return any(_compiled(form).match(t) for t in texts)


@lru_cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(_pattern(form))


@lru_cache
def _pattern(form: str) -> str:
    if form in _FAMILIES:
        return _FAMILIES[form]
    out, i = "", 0
    while i < len(form):
        if form[i] == "%" and i + 1 < len(form):
            directive = form[i + 1]
            part = _DIRECTIVES.get(directive, re.escape(directive))
            glued = form[i + 2 : i + 3] == "%" or (i >= 2 and form[i - 2] == "%")
            if glued and directive in _WIDTHS:
                part = re.sub(r"\\d\{\d(,\d)?\}", rf"\\d{{{_WIDTHS[directive]}}}", part, count=1)
            out, i = out + part, i + 2
        else:
            out, i = out + (r"\s+" if form[i] == " " else re.escape(form[i])), i + 1
    return f"^{out}$"


def _parse(texts: pa.Array, form: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Wall-clock times, and the offset from UTC in microseconds where the texts name one (NaN where not)."""
    fast = _parse_digits(texts, form)
    if fast is not None:
        return fast, None
    groups = pc.extract_regex(texts, _pattern(form))
    there = pc.is_valid(groups).to_numpy(zero_copy_only=False)
    names = {f.name: i for i, f in enumerate(groups.type)}
    n = len(texts)

    def number(name: str, default: int = 0) -> np.ndarray:
        if name not in names:
            return np.full(n, default, dtype=np.int64)
        part = pc.struct_field(groups, names[name])
        part = pc.if_else(pc.equal(part, ""), str(default), part)
        return pc.fill_null(pc.cast(part, pa.int64()), default).to_numpy(zero_copy_only=False)

    if "s" in names:
        times = (number("s") * 1_000_000).astype("datetime64[us]")
        times[~there] = NOT_A_TIME
        return times, np.where(there, 0.0, np.nan)
    hour, minute, second = number("H"), number("M"), number("S")
    if "N" in names:
        hour, minute = number("N") // 100, number("N") % 100
    if "p" in names:
        half = pc.fill_null(pc.utf8_lower(pc.struct_field(groups, names["p"])), "").to_numpy(zero_copy_only=False)
        there &= (half == "") | ((hour >= 1) & (hour <= 12))
        hour = np.where(half == "", hour, hour % 12 + 12 * (half == "p"))
    if "E" in names:
        days = pc.fill_null(pc.cast(pc.struct_field(groups, names["E"]), pa.float64()), np.nan).to_numpy()
        micros = np.round(np.nan_to_num(days) * 86_400_000) * 1000
        times = np.datetime64("1899-12-30", "us") + micros.astype("timedelta64[us]")
    else:
        year = number("Y", 1970)
        if "Y" in names:
            year = np.where(year < 69, 2000 + year, np.where(year < 100, 1900 + year, year))
        month = number("m", 1)
        if "b" in names:
            words = pc.utf8_slice_codeunits(pc.utf8_lower(pc.struct_field(groups, names["b"])), 0, 3)
            month = pc.fill_null(pc.index_in(words, value_set=pa.array(_MONTHS)), -1).to_numpy(zero_copy_only=False) + 1
        times, real = _days(year, month, number("d", 1), number("j", 0) if "j" in names and "d" not in names else None)
        there &= real
    there &= (hour <= 24) & (minute <= 60) & (second <= 60) & ~((hour == 24) & ((minute > 0) & (minute < 60)))
    times = times + ((hour * 3600 + minute * 60 + second) * 1_000_000).astype("timedelta64[us]")
    times[~there] = NOT_A_TIME
    offset = None
    if "z" in names:
        zone = pc.fill_null(pc.struct_field(groups, names["z"]), "").to_pylist()
        known = {t: _offset(t) for t in set(zone)}
        offset = np.array([known[t] for t in zone], dtype=np.float64)
    return times, offset


def _offset(text: str) -> float:
    """Microseconds from UTC, NaN for no offset."""
    if not text:
        return np.nan
    if text[0] not in "+-":
        return 0.0
    digits = text[1:].replace(":", "")
    return (-1 if text[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60e6


def _days(
    year: np.ndarray, month: np.ndarray, day: np.ndarray, of_year: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Midnights, and whether there is such a day."""
    if of_year is not None:
        first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
        found = first + (of_year - 1).astype("timedelta64[D]")
        real = (of_year >= 1) & (found.astype("datetime64[Y]") == (year - 1970).astype("datetime64[Y]"))
        return found.astype("datetime64[us]"), real
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    found = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    real = (month >= 1) & (month <= 12) & (day >= 1) & (found.astype("datetime64[M]") == months)
    return found.astype("datetime64[us]"), real


def _parse_digits(texts: pa.Array, form: str) -> np.ndarray | None:
    """Times of texts that all have the same length, by the positions of their digits; None where they are not so."""
    parts = re.findall(r"%(.)|([^%])", form)
    if (
        form in _FAMILIES
        or not all(d in "YmdHMS" if d else True for d, _ in parts)
        or len(texts) == 0
        or texts.null_count
    ):
        return None
    width = sum(_WIDTHS[d] if d else 1 for d, _ in parts)
    lengths = pc.min_max(pc.binary_length(texts)).as_py()
    if lengths != {"min": width, "max": width}:
        return None
    start = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset]
    raw = np.frombuffer(texts.buffers()[2], dtype=np.uint8)[start : start + width * len(texts)].reshape(-1, width)
    at, found = 0, {}
    for directive, sign in parts:
        if not directive:
            if not (raw[:, at] == ord(sign)).all():
                return None
            at += 1
            continue
        digits = raw[:, at : at + _WIDTHS[directive]].astype(np.int64) - 48
        if ((digits < 0) | (digits > 9)).any():
            return None
        found[directive] = digits @ (10 ** np.arange(_WIDTHS[directive] - 1, -1, -1))
        at += _WIDTHS[directive]
    zero = np.zeros(len(texts), dtype=np.int64)
    if not {"Y", "m", "d"} <= found.keys():
        return None
    times, real = _days(found["Y"], found["m"], found["d"])
    hour, minute, second = found.get("H", zero), found.get("M", zero), found.get("S", zero)
    real &= (hour <= 24) & (minute <= 60) & (second <= 60) & ~((hour == 24) & (minute > 0) & (minute < 60))
    times = times + ((hour * 3600 + minute * 60 + second) * 1_000_000).astype("timedelta64[us]")
    times[~real] = NOT_A_TIME
    return times


_BLOCK = 4096


_LOOKS_RIGHT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:?\d{2}([:.\d]*\d)?)?\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$"
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


def _read_other_times(texts: pa.Array, timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Times of any form of ISO 8601; whole ones block by block, the others one by one."""
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
    if len(naive):
        times[naive], refused[naive] = localise(local[naive], timezone, files[naive])
    refused[np.isnat(times) & (refused == 0)] = REASON_CODE[Reason.TIMESTAMP_INVALID]
    return times, refused, len(naive)


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
    # 24:00 is the midnight that ends the day (ISO 8601-1:2004).
    midnight = (
        series.str.contains(r"[T ]24(?::?00){0,2}(?:\.0+)?\s*(?:$|[Zz+-])", regex=True, na=False).to_numpy()
        & looks_right
    )
    if midnight.any():
        series[midnight] = series[midnight].str.replace(r"([T ])24", r"\g<1>00", n=1, regex=True)
    has_offset = series.str.slice(10).str.contains(rf"{_OFFSET}$", regex=True, na=False).to_numpy()
    for target, mask in ((times, looks_right & has_offset), (local, looks_right & ~has_offset)):
        if mask.any():
            text = series[mask].str.upper().str.replace(r"\s+(?=[+\-Z]\S*$)", "", regex=True)
            found = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
            target[mask] = found.dt.tz_localize(None).to_numpy("datetime64[us]")
            target[mask & midnight] += np.timedelta64(1, "D")
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


def localise(
    local: np.ndarray, zones: "str | np.ndarray", files: np.ndarray, before: Sequence[tuple[str, str]] = ()
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


def _localise(local: np.ndarray, timezone: str, files: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
            earlier, told = _which_occurrence(local.astype(np.int64), ambiguous, files)
            utc = series.dt.tz_localize(timezone, ambiguous=earlier, nonexistent="NaT").mask(ambiguous & ~told)
            refused[ambiguous & ~told] = REASON_CODE[Reason.TIMESTAMP_AMBIGUOUS]
    return utc.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]"), refused


def _standard_offsets(local: np.ndarray, timezone: str) -> np.ndarray:
    """Offset of the standard time of each row's year: the smaller one of January and July."""
    import zoneinfo
    from datetime import datetime

    if found := re.fullmatch(r"UTC(?:([+-]\d\d):(\d\d))?", timezone):
        minutes = 0 if not found[1] else int(found[1]) * 60 + int(found[1][0] + found[2])
        return np.full(len(local), np.timedelta64(minutes * 60_000_000, "us"))
    zone = zoneinfo.ZoneInfo(timezone)
    years, which = np.unique(local.astype("datetime64[Y]"), return_inverse=True)
    offsets = []
    for year in years.astype(int) + 1970:
        both = [datetime(max(int(year), 1), month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
        offsets.append(min(o for o in both if o is not None))
    return np.array([np.timedelta64(round(o.total_seconds()) * 1_000_000, "us") for o in offsets])[which]


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
