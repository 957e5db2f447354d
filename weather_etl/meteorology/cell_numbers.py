"""What a number cell says: text -> numbers in canonical units.

Belongs here: words that mean no value, units, composite cells, quality codes of the source.
Does not belong here: which unit a file has (`formats/`), thresholds (`quality.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import MISSING, NULL_TOKENS, OK, SENTINEL, UNREADABLE, one_chunk
from weather_etl.meteorology.quality import Flag
from weather_etl.meteorology.sky import cloud_cover
from weather_etl.meteorology.units import to_canonical

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True)
class Field:
    """How the text of one column is written in a format.

    Attributes:
        divisor: the number divided by it is in the unit.
        missing: numbers that mean no value.
        part: position of the number in a composite cell, whose parts are separated by commas; None: the whole cell.
        quality: position of the source's quality code in the cell; None: it has none.
        trace: texts, or numbers however they are written, that mean a trace: 0, and marked.
        low: the same for less than the smallest unit: 0, without a mark.
        minutes: length of the period of a sum of radiation.
    """

    divisor: float = 1.0
    missing: tuple[float, ...] = ()
    part: int | None = None
    quality: int | None = None
    trace: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    minutes: float = 60.0


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
        texts = _covers(texts)
    missing = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NULL_TOKENS)), True)
    if decimal == ",":
        texts = pc.replace_substring(texts, ",", ".")
    texts = pc.if_else(missing, None, texts)
    try:
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        texts = pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, None)
        numbers = pc.cast(texts, pa.float64())
    values = numbers.to_numpy(zero_copy_only=False).copy()
    values[np.isinf(values)] = np.nan
    absent = missing.to_numpy(zero_copy_only=False) | (values == SENTINEL)
    if written is not None:
        absent |= np.isin(values, written.missing)
    values[absent] = np.nan
    if written is not None and (written.trace or written.low):
        values[_any_of(texts, values, (*written.trace, *written.low))] = 0.0
    states = np.where(absent, MISSING, np.where(np.isnan(values), UNREADABLE, OK))
    minutes = 60.0 if written is None else written.minutes
    values = to_canonical(values / written.divisor if written else values, unit, quantity, minutes=minutes)
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


def _any_of(texts: pa.Array, values: np.ndarray, marks: tuple[str, ...]) -> np.ndarray:
    """Mask of the texts that are one of these marks, as text or as a number."""
    found = pc.fill_null(pc.is_in(pc.utf8_lower(texts), value_set=pa.array([m.lower() for m in marks])), False)
    numbers = [float(m) for m in marks if re.fullmatch(_NUMBER, m)]
    return found.to_numpy(zero_copy_only=False) | np.isin(values, numbers)


def _covers(texts: pa.Array) -> pa.Array:
    """Cloud cover in percent, as text, of sky conditions; null where they name no class."""
    covers = [None if t is None else cloud_cover(t) for t in texts.to_pylist()]
    return pa.array([None if c is None else f"{c:g}" for c in covers], pa.string())


def traces(rows: pa.Table, written: Mapping[str, Field]) -> np.ndarray | None:
    """Mask of the rows whose precipitation is a trace; None without any."""
    found: np.ndarray | None = None
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
        found = mask if found is None else found | mask
    return None if found is None or not found.any() else found


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
            flags[i] = UPSTREAM_FLAGS.get(parts[written.quality].upper(), Flag.NOT_EVALUATED)
    return pa.array(numbers, pa.string()), flags
