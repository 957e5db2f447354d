"""Columns that are times by their cells, whatever they are called: `ReadTime`, `last_updated`, the nameless index of a data frame.

Belongs here: telling them. Does not belong here: names of times (`profiles/generic.toml`), their form (`time_choice.py`).
"""

import json
import re
from collections.abc import Sequence

from weather_etl.meteorology.formats.names import bare, is_nameless, key
from weather_etl.meteorology.units import known_zone

SAMPLE = 20
_DATE = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{1,2}[-/ ][A-Za-z]{3}[-/ ]\d{2,4})"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s*[AaPp]\.?[Mm]\.?)?"
_DIGITS = r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-4])([0-5]\d){0,2}"
_ZONE = r"(\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_FULL = re.compile(rf"\s*{_DATE}[T ,_]\s*{_CLOCK}{_ZONE}\s*")
_INDEX = re.compile(r"(?i)unnamed: ?0|index|__index_level_0__")
# Of two that are both times, what they are of: the end of the period is what we mark a period by.
_PREFERRED = (r"utc|gmt|z$", r"end$|to$|until$", r"local|start|begin|from")


def by_cells(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """Position of the only column of which all cells are dates with a clock; of several the one whose name says so.

    Args:
        names: of the columns.
        rows: the first ones, cells as text.

    Returns:
        None: there is none, or nothing tells which of several.
    """
    of_times = [i for i in range(len(names)) if _all_full([r[i] for r in rows if i < len(r)])]
    if len(of_times) > 1:
        unnamed = [i for i in of_times if is_index(names, i)]
        if len(unnamed) == 1:
            return unnamed[0]
        for pattern in _PREFERRED[:2]:
            such = [i for i in of_times if re.search(pattern, key(bare(names[i])[0])) or _is_utc(names[i])]
            if len(such) == 1:
                return such[0]
        rest = [i for i in of_times if not re.search(_PREFERRED[2], key(names[i]))]
        of_times = rest if len(rest) == 1 else []
    return of_times[0] if len(of_times) == 1 else None


def likely(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Positions of a column of dates and of one of the hours in them, or of whole times in digits: to be asked for, not taken."""

    def of(pattern: str) -> int | None:
        such = (i for i in range(len(names)) if _all_like(pattern, [r[i] for r in rows if i < len(r)]))
        return next(such, None)

    digits = of(_DIGITS)
    if digits is not None:
        return [digits]
    date = of(_DATE)
    hour = of(_CLOCK) if date is None or of(_CLOCK) is not None else _hours(names, rows)
    return [i for i in (date, hour) if i is not None]


def pasted(names: Sequence[str], at: Sequence[int]) -> str:
    """The line of `station.toml` that says that these columns are the time."""
    columns = ", ".join(f'{json.dumps(names[i], ensure_ascii=False)} = "timestamp"' for i in at)
    return f"aliases = {{ {columns} }}"


def _hours(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    such = (
        i
        for i in range(len(names))
        if re.search(r"^(hr|hh|hour|std|stunde|heure|hora|ora|uur|godz|hod|time)", key(names[i]))
        and _all_like(r"([01]?\d|2[0-4])(\.0+)?", [r[i] for r in rows if i < len(r)])
    )
    return next(such, None)


def _all_like(pattern: str, texts: Sequence[str]) -> bool:
    filled = [t.strip() for t in texts if t.strip()]
    return bool(filled) and len(filled) >= 0.9 * len(texts) and all(re.fullmatch(pattern, t) for t in filled)


def is_index(names: Sequence[str], i: int) -> bool:
    """Whether a column is the first one, and has the name that the index of a data frame has: none."""
    return i == 0 and (is_nameless(names[0], 0) or _INDEX.fullmatch(names[0].strip()) is not None)


def index_with_offset(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table begins with a nameless index of times that say their offset from UTC."""
    if not names or not is_index(names, 0):
        return False
    texts = [r[0] for r in rows if r and r[0].strip()]
    return bool(texts) and all((m := _FULL.fullmatch(t)) is not None and m["zone"] is not None for t in texts)


def utc_first(names: Sequence[str], at: Sequence[int]) -> list[int]:
    """Columns of one name, those first whose bracket says UTC: `Time (LST)`, `Time (GMT)`."""
    return sorted(at, key=lambda i: not _is_utc(names[i]))


def _is_utc(name: str) -> bool:
    return known_zone(bare(name)[1]) == "UTC"


def _all_full(texts: Sequence[str]) -> bool:
    filled = [t for t in texts if t.strip()]
    return bool(filled) and len(filled) >= 0.9 * len(texts) and all(_FULL.fullmatch(t) for t in filled)
