"""Which form the times of a file have: the one that reads most rows, else the one whose rows follow each other.

Belongs here: choosing among forms, the order of day and month. Does not belong here: reading a time (`cell_times.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_times import read_form
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.time_forms import HOUR, may_read

SAMPLE = 200
_DAY = 24 * HOUR
_BY_LARGE_DAYS = "a number above 12 is a day"
_ISO = (
    r"^\s*\d{4}-\d{2}-\d{2}([T ]+(\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?|\d{2}(\d{2}(\d{2})?)?)"
    r"\s*([Zz]|UTC|GMT|[+-]\d{2}(:?\d{2})?)?)?\s*$"
)


@dataclass(frozen=True)
class Chosen:
    """A form of times.

    Attributes:
        form: it, as `cell_times.read_form` knows it.
        read: share of the texts (of a sample, where that decided) that it reads.
        why: what decided, where there was a choice.
    """

    form: str
    read: float
    why: str = ""


def choose(texts: pa.Array, forms: Sequence[str], *, order: str | None = None) -> Chosen:
    """The form of these texts.

    Args:
        texts: n texts.
        forms: known ones, the likelier first.
        order: of day, month and year, by the settings: `dmy`, `mdy`, `ymd`.

    Raises:
        Rejected: day and month cannot be told apart (DATE_ORDER).
    """
    forms = [f for f in forms if order is None or _order_of(f) in ("", order)] or list(forms)
    texts = texts.drop_null() if texts.null_count else texts
    if len(texts) == 0:
        return Chosen(forms[0], 0.0)
    chosen, near = _by_sample(texts, forms)
    return chosen or _by_all(texts, near)


def _by_sample(texts: pa.Array, forms: Sequence[str]) -> tuple[Chosen | None, list[str]]:
    """The form that a sample of the texts proves; else None, and the forms that read the most of it."""
    sample = texts.take(pa.array(np.unique(np.linspace(0, len(texts) - 1, min(SAMPLE, len(texts))).astype(np.int64))))
    if "iso" in forms and _is_iso(sample):
        return Chosen("iso", 1.0), []
    first = [t.strip() for t in sample.slice(0, 10).to_pylist()] + [t.strip() for t in sample[-10:].to_pylist()]
    forms = [f for f in forms if may_read(f, first)] or list(forms[:1])
    shares = {f: _share(read_form(sample, f)) for f in forms}
    best = max(shares.values())
    if best == 0.0:
        return Chosen(forms[0], 0.0), []
    whole = [f for f in forms if shares[f] == 1.0]
    if len(whole) == 1:
        others = {_order_of(f) for f in forms if shares[f] > 0.2} - {_order_of(whole[0])}
        return Chosen(whole[0], 1.0, _BY_LARGE_DAYS if others - {""} else ""), []
    near = [f for f in forms if shares[f] >= max(0.5 * best, best - 0.5)]
    return (Chosen(near[0], best) if len(near) == 1 else None), near


def _by_all(texts: pa.Array, forms: Sequence[str]) -> Chosen:
    """The form that reads most of the texts; of several that read them differently the one whose rows follow each other.

    Raises:
        Rejected: nothing tells which (DATE_ORDER).
    """
    read = {f: read_form(texts, f) for f in forms}
    counts = {f: int((~np.isnat(times)).sum()) for f, times in read.items()}
    most = max(counts.values())
    share = most / len(texts)
    top = [f for f in forms if counts[f] == most]
    if "iso" in top:  # it knows offsets that other forms pass over
        return Chosen("iso", share)
    distinct = _distinct(top, read)
    if len(distinct) == 1:
        why = _BY_LARGE_DAYS if len({_order_of(f) for f in forms}) > 1 else ""
        return Chosen(distinct[0], share, why)
    follow = {f: _follows(read[f]) for f in distinct}
    good = [f for f in distinct if follow[f][0]]
    if len(good) == 1 and all(follow[f][1] for f in distinct if f != good[0]):
        return Chosen(good[0], share, "its rows follow within a day, those of other readings jump by weeks")
    differ = next(
        i for i in range(len(texts)) if len({str(read[f][i]) for f in distinct}) == len(distinct) or i == len(texts) - 1
    )
    readings = " or ".join(str(read[f][differ])[:10] for f in distinct)
    raise Rejected(
        Reason.DATE_ORDER,
        f'{texts[differ].as_py()!r} may be {readings}, and nothing in the file tells which; set date_order = "dmy" or "mdy" '
        "in station.toml",
    )


def _distinct(forms: Sequence[str], read: Mapping[str, np.ndarray]) -> list[str]:
    """Of the forms those that read the texts differently, without those that are taken for another."""
    # Hours from 0 to 24 are hours, not minutes of the first half hour of every day.
    top = [f for f in forms if "%N" not in f or f.replace("%N", "%H") not in forms]
    if len(top) > 1:  # seconds since 1970 look like no date in nearly all rows
        top = [f for f in top if f != "%s"]
    distinct = [top[0]]
    for f in top[1:]:
        if not any(_same(read[f], read[g]) for g in distinct):
            distinct.append(f)
    return distinct


def _is_iso(texts: pa.Array) -> bool:
    """Whether the texts can be nothing but ISO 8601."""
    return bool(pc.all(pc.match_substring_regex(texts, _ISO)).as_py())


def _share(times: np.ndarray) -> float:
    return float((~np.isnat(times)).mean())


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(((a == b) | (np.isnat(a) & np.isnat(b))).all())


def _order_of(form: str) -> str:
    """Order of day, month and year; "" where there is none to choose."""
    if form in ("dmy", "mdy", "ymd"):
        return form
    letters = "".join(c for c in form.replace("%%", "") if c in "dmYy") if "%" in form else ""
    return letters.replace("Y", "y") if sorted(letters.lower()) == ["d", "m", "y"] else ""


def _follows(times: np.ndarray) -> tuple[bool, bool]:
    """Whether the rows follow each other within a day, and whether they jump by more than 20 days somewhere."""
    steps = np.abs(np.diff(times[~np.isnat(times)].astype(np.int64)))
    if not len(steps):
        return False, False
    jumps = steps > 20 * _DAY
    return bool((steps <= _DAY).mean() >= 0.9) and not bool(jumps.any()), bool(jumps.any())
