"""Columns that are times by their cells, whatever they are called: `ReadTime`, `last_updated`, the nameless index of a data frame.

Belongs here: telling them. Does not belong here: names of times (`profiles/generic.toml`), their form (`time_choice.py`).
"""

import re
from collections.abc import Sequence

from weather_etl.meteorology.formats.names import bare, is_nameless, key
from weather_etl.meteorology.units import known_zone

SAMPLE = 20
_DATE = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{1,2}[-/ ][A-Za-z]{3}[-/ ]\d{2,4})"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s*[AaPp]\.?[Mm]\.?)?"
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
    found = [i for i in range(len(names)) if _all_full([r[i] for r in rows if i < len(r)])]
    if len(found) > 1:
        unnamed = [i for i in found if is_index(names, i)]
        if len(unnamed) == 1:
            return unnamed[0]
        for pattern in _PREFERRED[:2]:
            such = [i for i in found if re.search(pattern, key(bare(names[i])[0])) or _is_utc(names[i])]
            if len(such) == 1:
                return such[0]
        rest = [i for i in found if not re.search(_PREFERRED[2], key(names[i]))]
        found = rest if len(rest) == 1 else []
    return found[0] if len(found) == 1 else None


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
