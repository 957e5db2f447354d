"""Which station may have been meant by a name that is none, or is new.

Belongs here: comparing names. Does not belong here: what a station id may look like (`stations.py`), saying it.
"""

import re
from collections.abc import Iterable

_LONG = 6  # from so many characters on two slips of the finger are likely


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """The known names that `name` may be a slip of, nearest first: other case or separators, else one or two edits."""
    allowed = 2 if len(name) >= _LONG else 1
    candidates = sorted((_edits(_plain(name), _plain(other)), other) for other in set(known) - {name})
    return [other for edits, other in candidates if edits <= (allowed if candidates[0][0] else 0)]


def mistakable_names(name: str, known: Iterable[str]) -> list[str]:
    """The same for a name that is meant to be new: numbers tell stations apart (`well7`, `well8`)."""
    return [other for other in near_names(name, known) if _without_numbers(other) != _without_numbers(name)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question to put at the end of an error, with a leading space; empty where nothing is near."""
    names = near_names(name, known)[:3]
    return f" Did you mean {' or '.join(names)}?" if names else ""


def _plain(name: str) -> str:
    return re.sub(r"[-_ ]", "", name.casefold())


def _without_numbers(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _edits(a: str, b: str) -> int:
    """Inserted, deleted, replaced or swapped characters from `a` to `b` (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            edits = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                edits = min(edits, before[j - 2] + 1)
            row.append(edits)
        before, last = last, row
    return last[-1]
