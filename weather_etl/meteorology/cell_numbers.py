"""What a number cell says: text -> numbers in canonical units.

Belongs here: words that mean no value, units, composite cells, quality codes of the source.
Does not belong here: which unit a file has (`formats/`), thresholds (`quality.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import MISSING, NULL_TOKENS, OK, SENTINEL, UNREADABLE
from weather_etl.meteorology.quality import Flag
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
    """

    divisor: float = 1.0
    missing: tuple[float, ...] = ()
    part: int | None = None
    quality: int | None = None


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
    column: pa.DictionaryArray, unit: str, decimal: str, written: Field | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Values in canonical units, the state of every cell, and the flags of quality codes if there are any.

    Text is looked at once per distinct value.
    """
    n = len(column)
    if column.null_count == n:
        return np.full(n, np.nan), np.full(n, MISSING, dtype=np.uint8), None
    texts = pc.utf8_trim_whitespace(column.dictionary)
    flags: np.ndarray | None = None
    if written is not None and written.part is not None:
        texts, flags = _part_of_composite(texts, written)
    missing = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NULL_TOKENS))
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
    states = np.where(absent, MISSING, np.where(np.isnan(values), UNREADABLE, OK))
    values = to_canonical(values / written.divisor if written else values, unit)
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
