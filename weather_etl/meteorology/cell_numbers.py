"""What a number cell says: text -> numbers in canonical units.

Belongs here: words that mean no value, units, composite cells, quality codes of the source.
Does not belong here: which unit a file has (`formats/`), thresholds (`quality/`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import MISSING, NULL_TOKENS, OK, SENTINEL, UNREADABLE, one_chunk
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.sky import cloud_cover
from weather_etl.meteorology.units import to_canonical
from weather_etl.meteorology.vocabulary import SECTORS

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True)
class Field:
    """How the text of one column is written in a format.

    Attributes:
        divisor, factor: the number, divided and multiplied by them, is in the unit.
        missing: numbers that mean no value.
        words: texts that mean no value, in lower case, beside the null tokens.
        part: position of the number in a composite cell, whose parts are separated by commas; None: the whole cell.
        quality: position of the source's quality code in the cell; None: it has none.
        trace: texts, or numbers however they are written, that mean a trace: 0, and marked.
        low: the same for less than the smallest unit: 0, without a mark.
        minutes: length of the period of a sum of radiation.
        strip: regular expression of what is cut off first.
        numbers: (text, number) for texts that stand for a number.
        compass: sixteen points of the compass, in letters, are directions.
        mark: regular expression of a mark in the cell that makes the value suspect.
        codes: (code, QARTOD flag) of quality codes, `*` for all others; None: those of ISD (`UPSTREAM_FLAGS`).
    """

    divisor: float = 1.0
    missing: tuple[float, ...] = ()
    part: int | None = None
    quality: int | None = None
    trace: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    minutes: float = 60.0
    factor: float = 1.0
    words: tuple[str, ...] = ()
    strip: str = ""
    numbers: tuple[tuple[str, float], ...] = ()
    compass: bool = False
    mark: str = ""
    codes: tuple[tuple[str, int], ...] | None = None

    def plain(self) -> dict[str, Any]:
        """What differs from the defaults, as plain data for a manifest."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Field":
        """The field that `plain` described, JSON lists made tuples again."""
        kept: dict[str, Any] = {}
        for name, value in plain.items():
            if name in ("numbers", "codes") and value is not None:
                kept[name] = tuple(tuple(pair) for pair in value)
            else:
                kept[name] = tuple(value) if isinstance(value, list) else value
        return cls(**kept)

    def scaled(self, factor: float) -> "Field":
        """The field of numbers that are to be multiplied by this; a division by a whole number is exact."""
        inverse = round(1 / factor)
        if factor < 1 and abs(inverse * factor - 1) < 1e-12:
            return replace(self, divisor=float(inverse), factor=1.0)
        return replace(self, divisor=1.0, factor=factor)

    def flag_of(self, code: str) -> int:
        """The QARTOD flag that a quality code means; 0: it says nothing against the value."""
        if self.codes is None:
            return UPSTREAM_FLAGS.get(code.upper(), Flag.NOT_EVALUATED)
        known = dict(self.codes)
        return known.get(code, known.get("*", 0))


# Quality codes of NOAA's Integrated Surface Database (format document, field "quality code") -> our flags:
# good, not evaluated, suspect, erroneous; the mapping is ours. 0: the code says nothing against the value.
UPSTREAM_FLAGS: Mapping[str, int] = {
    "1": 0, "5": 0, "A": 0,
    "0": Flag.NOT_EVALUATED, "4": Flag.NOT_EVALUATED, "9": Flag.NOT_EVALUATED, "M": Flag.NOT_EVALUATED,
    "R": Flag.NOT_EVALUATED, "U": Flag.NOT_EVALUATED, "P": Flag.NOT_EVALUATED, "I": Flag.NOT_EVALUATED,
    "C": Flag.NOT_EVALUATED,
    "2": Flag.SUSPECT, "6": Flag.SUSPECT,
    "3": Flag.FAIL, "7": Flag.FAIL,
}  # fmt: skip


def read_numbers(
    column: pa.DictionaryArray, unit: str, decimal: str, written: Field | None = None, quantity: str = ""
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Values in canonical units, the state of every cell, and the flags of quality codes if there are any.

    Text is looked at once per distinct value.
    """
    n = len(column)
    if column.null_count == n:
        return np.broadcast_to(np.nan, n), np.broadcast_to(np.uint8(MISSING), n), None
    texts = pc.utf8_trim_whitespace(column.dictionary)
    flags: np.ndarray | None = None
    if written is not None and written.part is not None:
        texts, flags = _part_of_composite(texts, written)
    if unit == "sky":
        texts = _covers(texts, "" if written is None else written.strip)
    words = NULL_TOKENS if written is None else (*NULL_TOKENS, *written.words)
    missing = pc.or_(pc.is_null(texts), pc.is_in(pc.utf8_lower(texts), value_set=pa.array(words)))
    if written is not None:
        texts, missing, flags = _as_written(texts, missing, flags, written, words)
    as_text = texts
    texts = pc.if_else(missing, None, texts)
    try:
        numbers = pc.cast(texts, pa.float64()) if decimal[0] == "." else None
    except pa.ArrowInvalid:
        numbers = None
    if numbers is None:
        texts = plain_numbers(texts, decimal)
        numbers = pc.cast(pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, None), pa.float64())
    values = numbers.to_numpy(zero_copy_only=False).copy()
    values[np.isinf(values)] = np.nan
    absent = missing.to_numpy(zero_copy_only=False) | (values == SENTINEL)
    if written is not None:
        absent |= np.isin(values, written.missing)
    values[absent] = np.nan
    if written is not None and (written.trace or written.low):
        values[_any_of(as_text, values, (*written.trace, *written.low))] = 0.0
    states = np.where(absent, MISSING, np.where(np.isnan(values), UNREADABLE, OK))
    minutes = 60.0 if written is None else written.minutes
    values = to_canonical(
        values / written.divisor * written.factor if written else values, unit, quantity, minutes=minutes
    )
    states[np.isnan(values) & (states == OK)] = MISSING  # a code of the unit that means no value
    if column.null_count:  # refused lines have no cells
        codes = pc.fill_null(column.indices, len(values)).to_numpy()
        values, states = np.append(values, np.nan), np.append(states, MISSING)
        flags = None if flags is None else np.append(flags, 0)
    else:
        codes = column.indices.to_numpy()
    states = states.astype(np.uint8)[codes]
    if flags is not None:
        flags = np.where(states == OK, flags[codes], 0).astype(np.uint8)
    return values[codes], states, flags


def plain_numbers(texts: pa.Array, decimal: str) -> pa.Array:
    """Numbers with a decimal point and without thousands separators, where both are certain.

    `1,013.2` is certain, for two marks stand in it, and tells what the mark of `1,013` beside it means; `10,000` alone with a
    decimal point is not, nor is `1.500` with a decimal comma: they are no numbers.

    Args:
        texts: trimmed.
        decimal: the decimal mark; where the station says it, the mark of thousands behind it, and both are certain.
    """
    group, other = (r"\.", ",") if decimal[0] == "," else (",", r"\.")
    rest = "?" if decimal[1:] else ""  # the decimals need not be there
    grouped = pc.match_substring_regex(
        texts,
        rf"^[+-]?(\d{{1,3}}({group}\d{{3}})+({other}\d+){rest}|\d{{1,3}}([ '\x{{a0}}\x{{202f}}]\d{{3}})+({other}\d+)?)$",
    )
    if pc.any(grouped).as_py():
        if (
            not rest
            and pc.any(pc.match_substring_regex(texts, rf"^[+-]?\d{{1,3}}({group}\d{{3}})+{other}\d+$")).as_py()
        ):
            whole = pc.match_substring_regex(texts, rf"^[+-]?[1-9]\d{{0,2}}({group}\d{{3}})+$")
            grouped = pc.or_(grouped, whole)  # `1,013` beside `1,013.2`
        without = pc.replace_substring_regex(texts, rf"{group}|[ '\x{{a0}}\x{{202f}}]", "")
        texts = pc.if_else(grouped, without, texts)
    if decimal[0] == ".":
        return texts
    plain = pc.replace_substring(texts, ",", ".")
    if decimal[1:]:
        return plain
    unsure = pc.match_substring_regex(texts, r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$")
    return pc.if_else(unsure, pc.binary_join_element_wise(texts, pa.scalar("?"), ""), plain)


def _as_written(
    texts: pa.Array, missing: pa.Array, flags: np.ndarray | None, written: Field, words: tuple[str, ...]
) -> tuple[pa.Array, pa.Array, np.ndarray | None]:
    """Texts with marks cut off and words made numbers; what is missing; flags of marks."""
    if written.mark:
        marked = pc.fill_null(pc.match_substring_regex(texts, written.mark), False).to_numpy(zero_copy_only=False)
        marks_flags = np.where(marked, np.uint8(Flag.SUSPECT), np.uint8(0))
        flags = marks_flags if flags is None else np.maximum(flags, marks_flags)
    if written.strip:
        texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, written.strip, ""))
        missing = pc.or_(missing, pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(words)), True))
    if written.compass:
        at = pc.index_in(pc.utf8_upper(texts), value_set=pa.array(SECTORS))
        degrees = pc.cast(pc.multiply(pc.cast(at, pa.float64()), 360.0 / len(SECTORS)), pa.string())
        texts = pc.coalesce(degrees, texts)
    if written.numbers:
        known = pc.index_in(texts, value_set=pa.array([t for t, _ in written.numbers]))
        texts = pc.coalesce(pa.array([f"{n:g}" for _, n in written.numbers]).take(known), texts)
    return texts, missing, flags


def _any_of(texts: pa.Array, values: np.ndarray, marks: tuple[str, ...]) -> np.ndarray:
    """Mask of the texts that are one of these marks, as text or as a number."""
    is_mark = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array([m.lower() for m in marks])), False)
    numbers = [float(m) for m in marks if re.fullmatch(_NUMBER, m)]
    return is_mark.to_numpy(zero_copy_only=False) | np.isin(values, numbers)


def _covers(texts: pa.Array, strip: str) -> pa.Array:
    """Cloud cover in percent, as text, of sky conditions without what is to be cut off; null where they name no class."""
    if strip:
        texts = pc.replace_substring_regex(texts, strip, "")
    covers = [None if t is None else cloud_cover(t) for t in texts.to_pylist()]
    return pa.array([None if c is None else f"{c:g}" for c in covers], pa.string())


def traces(rows: pa.Table, written: Mapping[str, Field]) -> np.ndarray | None:
    """Mask of the rows whose precipitation is a trace; None without any."""
    missing: np.ndarray | None = None
    for name in ("precipitation_mm", "precipitation_trace"):
        column, marks = one_chunk(rows.column(name)), written.get(name, _AS_IT_IS).trace
        if not marks or column.null_count == len(column):
            continue
        texts = pc.utf8_trim_whitespace(column.dictionary)
        part = written[name].part
        if part is not None:
            texts = _part_of_composite(texts, written[name])[0]
        numbers = [float(t) if re.fullmatch(_NUMBER, t) else np.nan for t in texts.to_pylist()]
        marked = np.append(_any_of(texts, np.array(numbers), marks), False)
        mask = marked[pc.fill_null(column.indices, len(texts)).to_numpy()]
        missing = mask if missing is None else missing | mask
    return None if missing is None or not missing.any() else missing


_AS_IT_IS = Field()


def _part_of_composite(texts: pa.Array, written: Field) -> tuple[pa.Array, np.ndarray]:
    """The number in each composite cell, and the flag of its quality code.

    A cell without that part stays whole, and so is no number.
    """
    numbers, flags = [], np.zeros(len(texts), dtype=np.uint8)
    for i, text in enumerate(texts.to_pylist()):
        parts = [p.strip() for p in text.split(",")]
        numbers.append(parts[written.part] if written.part is not None and written.part < len(parts) else text)
        if written.quality is not None and written.quality < len(parts):
            flags[i] = written.flag_of(parts[written.quality])
    return pa.array(numbers, pa.string()), flags
