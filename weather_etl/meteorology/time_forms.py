"""Forms of times: orders such as `dmy`, directives such as `%d.%m.%Y %H:%M`.

Belongs here: which forms there are, and text in one of them -> wall-clock time.
Does not belong here: ISO 8601 and time zones (`cell_times.py`), which form a file has (`formats/time_choice.py`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.month_names import month_of

NOT_A_TIME = np.datetime64("NaT", "us")
HOUR = 3_600_000_000  # microseconds
_MONTH = r"(?P<b>[A-Za-zÀ-ɏЀ-ӿ]{3,12}\.?)"
_WEEKDAY = r"(?:[A-Za-zÀ-ɏЀ-ӿ]{2,12}\.?,? )?"
# Halves of the day that stand before the hour: Chinese, Korean, Japanese.
_HALVES = {"上午": "a", "下午": "p", "오전": "a", "오후": "p", "午前": "a", "午後": "p"}
_CLOCK = (
    rf"\.?(?:[ T,_]+(?:(?P<q>{'|'.join(_HALVES)})\s*)?(?P<H>\d{{1,2}})(?:[:.h](?P<M>\d{{2}})(?:[:.](?P<S>\d{{2}})(?:[.,]\d+)?)?)?"
    r"\s*(?:(?P<p>[apAP])\.?\s?[mM]?\.?|Uhr|h|hrs?)?\s*(?P<z>[Zz]|UTC|GMT|[+-]\d{2}:?\d{2})?(?:\[[A-Za-z_/-]+\])?)?$"
)
# Day, month and year in one order, whatever stands between them, with or without a clock.
_FAMILIES = {
    "dmy": r"^(?P<d>\d{1,2})[./ -](?P<m>\d{1,2})[./ -](?P<Y>\d{4}|\d{2})" + _CLOCK,
    "mdy": r"^(?P<m>\d{1,2})[./ -](?P<d>\d{1,2})[./ -](?P<Y>\d{4}|\d{2})" + _CLOCK,
    "ymd": r"^(?P<Y>\d{4}|\d{2})[./ -](?P<m>\d{1,2})[./ -](?P<d>\d{1,2})" + _CLOCK,
    "dby": rf"^{_WEEKDAY}(?P<d>\d{{1,2}})(?:\. ?|[/ -]| de ){_MONTH}(?:[/ ,-]+| de )(?P<Y>\d{{4}}|\d{{2}})" + _CLOCK,
    "bdy": rf"^{_WEEKDAY}{_MONTH}\.? (?P<d>\d{{1,2}}),? (?P<Y>\d{{4}})" + _CLOCK,
}
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<Y>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})", "j": r"(?P<j>\d{1,3})",
    "H": r"(?P<H>\d{1,2})", "I": r"(?P<H>\d{1,2})", "M": r"(?P<M>\d{1,2})", "S": r"(?P<S>\d{1,2})(?:[.,]\d+)?",
    "p": r"(?P<p>[apAP])\.?[mM]?\.?", "z": r"(?P<z>[Zz]|UTC|GMT|[+-]\d{2}:?\d{2})", "b": _MONTH,
    "B": _MONTH, "a": r"[A-Za-zÀ-ɏЀ-ӿ]{2,12}\.?,?", "s": r"(?P<s>\d{9,10}|\d{13}|\d{16}|\d{19})(?:\.\d+)?", "N": r"(?P<N>\d{1,4})", "O": r"(?P<O>\d{1,4})",
    "G": r"(?P<G>\d{4})", "V": r"(?P<V>\d{1,2})", "u": r"(?P<u>[1-7])",
    "E": r"(?P<E>[2-5]\d{4}(?:[.,]\d+)?)",
}  # fmt: skip
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "M": 2, "S": 2, "G": 4, "V": 2}


def is_form(form: str) -> bool:
    """Whether a text is a form of times: `iso`, an order such as `dmy`, or directives such as `%d.%m.%Y %H:%M`."""
    if form == "iso" or form in _FAMILIES:
        return True
    return "%" in form and all(c in _DIRECTIVES or c == "%" for c in re.findall(r"%(.)", form))


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


def parse_form(texts: pa.Array, form: str) -> tuple[np.ndarray, np.ndarray | None]:
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
        micros = _microseconds(number("s"))
        times = micros.astype("datetime64[us]")
        times[~there] = NOT_A_TIME
        return times, np.where(there, 0.0, np.nan)
    hour, minute, second = number("H"), number("M"), number("S")
    if "N" in names:
        hour, minute = number("N") // 100, number("N") % 100
    if "O" in names:
        hour, minute = number("O") // 60, number("O") % 60
    if "p" in names:
        half = pc.fill_null(pc.utf8_lower(pc.struct_field(groups, names["p"])), "").to_numpy(zero_copy_only=False)
        there &= (half == "") | ((hour >= 1) & (hour <= 12))
        hour = np.where(half == "", hour, hour % 12 + 12 * (half == "p"))
    if "q" in names:
        halves = pc.fill_null(pc.struct_field(groups, names["q"]), "").to_pylist()
        if any(halves):
            half = np.array([_HALVES.get(h, "") for h in halves])
            there &= (half == "") | (hour <= 12)
            hour = np.where(half == "", hour, hour % 12 + 12 * (half == "p"))
    if "E" in names:
        texts = pc.replace_substring(pc.struct_field(groups, names["E"]), ",", ".")
        days = pc.fill_null(pc.cast(texts, pa.float64()), np.nan).to_numpy()
        micros = np.round(np.nan_to_num(days) * 86_400) * 1_000_000  # six decimals are a tenth of a second
        times = np.datetime64("1899-12-30", "us") + micros.astype("timedelta64[us]")
    elif "V" in names:
        times, real = _days_of_weeks(number("G"), number("V"), number("u", 1))
        there &= real
    else:
        year = number("Y", 1970)
        if "Y" in names:
            year = np.where(year < 69, 2000 + year, np.where(year < 100, 1900 + year, year))
        month = number("m", 1)
        if "b" in names:
            words = pc.fill_null(pc.struct_field(groups, names["b"]), "").dictionary_encode()
            months = np.array([month_of(w) for w in words.dictionary.to_pylist()], dtype=np.int64)
            month = months[words.indices.to_numpy()]
        times, real = _days(year, month, number("d", 1), number("j", 0) if "j" in names and "d" not in names else None)
        there &= real
    there &= _on_a_clock(hour, minute, second)
    times = times + ((hour * 3600 + minute * 60 + second) * 1_000_000).astype("timedelta64[us]")
    times[~there] = NOT_A_TIME
    offset = None
    if "z" in names:
        zone = pc.fill_null(pc.struct_field(groups, names["z"]), "").to_pylist()
        known = {t: _offset(t) for t in set(zone)}
        offset = np.array([known[t] for t in zone], dtype=np.float64)
    return times, offset


def _microseconds(since_1970: np.ndarray) -> np.ndarray:
    """Microseconds of seconds, or, by their size, of milli-, micro- or nanoseconds."""
    return np.select(
        [since_1970 < 10**11, since_1970 < 10**14, since_1970 < 10**17],
        [since_1970 * 1_000_000, since_1970 * 1_000, since_1970],
        since_1970 // 1_000,
    )


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
        dates = first + (of_year - 1).astype("timedelta64[D]")
        real = (of_year >= 1) & (dates.astype("datetime64[Y]") == (year - 1970).astype("datetime64[Y]"))
        return dates.astype("datetime64[us]"), real
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    real = (month >= 1) & (month <= 12) & (day >= 1) & (dates.astype("datetime64[M]") == months)
    return dates.astype("datetime64[us]"), real


def _on_a_clock(hour: np.ndarray, minute: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether there is such a time: 24:00 ends a day, a second 60 is one that was rounded or inserted; no minute is 60."""
    return (minute < 60) & (second <= 60) & ((hour < 24) | ((hour == 24) & (minute == 0) & (second == 0)))


def _days_of_weeks(year: np.ndarray, week: np.ndarray, weekday: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Midnights of days of ISO weeks, and whether the year has such a week: its Thursday lies in that year."""
    fourth = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + np.timedelta64(3, "D")
    monday = (
        fourth
        - ((fourth.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
        + (7 * (week - 1)).astype("timedelta64[D]")
    )
    real = (week >= 1) & (
        (monday + np.timedelta64(3, "D")).astype("datetime64[Y]") == (year - 1970).astype("datetime64[Y]")
    )
    return (monday + (weekday - 1).astype("timedelta64[D]")).astype("datetime64[us]"), real


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
    at, numbers = 0, {}
    for directive, sign in parts:
        if not directive:
            if not (raw[:, at] == ord(sign)).all():
                return None
            at += 1
            continue
        digits = raw[:, at : at + _WIDTHS[directive]].astype(np.int64) - 48
        if ((digits < 0) | (digits > 9)).any():
            return None
        numbers[directive] = digits @ (10 ** np.arange(_WIDTHS[directive] - 1, -1, -1))
        at += _WIDTHS[directive]
    zero = np.zeros(len(texts), dtype=np.int64)
    if not {"Y", "m", "d"} <= numbers.keys():
        return None
    times, real = _days(numbers["Y"], numbers["m"], numbers["d"])
    hour, minute, second = numbers.get("H", zero), numbers.get("M", zero), numbers.get("S", zero)
    real &= _on_a_clock(hour, minute, second)
    times = times + ((hour * 3600 + minute * 60 + second) * 1_000_000).astype("timedelta64[us]")
    times[~real] = NOT_A_TIME
    return times
