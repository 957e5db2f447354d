"""What a regular expression of a profile needs of a text, so that it is tried where it may fit alone.

Belongs here: where a mark can begin, the text that it must find. Does not belong here: the text (`head.py`).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from weather_etl.meteorology.formats.names import is_regex, key

_ESCAPE_OR_CLASS = re.compile(r"\\.|\[[^\]]*\]")
_INNERMOST_GROUP = re.compile(r"\([^()]*\)")
_ANCHOR = re.compile(r"(?:\(\?i\))?(\\A|\^)(?![?*{])")
# Not i, k and s: they have a third form beside upper and lower case.
_FIRST = re.compile(r"[A-HJLM-RT-Za-hjlm-rt-z0-9 #](?![?*{])")
_LITERAL = re.compile(r"(?:\(\?i\))?\^?([A-Za-z0-9 ]+)(?![?*{])")


@dataclass(frozen=True)
class Mark:
    """A mark of the beginning, and what spares to search for it.

    Attributes:
        regex: the mark, compiled.
        anchor: where it can begin: at the start of the `text`, of a `line`, or "" anywhere.
        firsts: the characters with which it can begin there; none: any.
        literal: what every text has that it fits.
    """

    regex: re.Pattern[str]
    anchor: str
    firsts: frozenset[str]
    literal: str


@lru_cache(maxsize=1_000)
def mark_of(pattern: str) -> Mark:
    """The mark that a profile gives as a regular expression of several lines."""
    anchored, outside, inner = _ANCHOR.match(pattern), "", _ESCAPE_OR_CLASS.sub("", pattern)
    while outside != inner:
        outside, inner = inner, _INNERMOST_GROUP.sub("", inner)
    if "|" in outside:
        anchored, literal = None, None
    else:
        literal = None if pattern.startswith("(?") else _LITERAL.match(pattern)
    first = _FIRST.match(pattern, anchored.end()) if anchored else None
    return Mark(
        re.compile(pattern, re.MULTILINE),
        {"\\A": "text", "^": "line"}[anchored[1]] if anchored else "",
        frozenset((first[0].lower(), first[0].upper())) if first else frozenset(),
        literal[1] if literal else "",
    )


def key_within(pattern: str) -> str:
    """The key of a name, or of the literal text that a regular expression begins with: what it fits must have it."""
    if not is_regex(pattern):
        return key(pattern)
    literal = _LITERAL.match(pattern[1:-1])
    return key(literal[1]) if literal and "|" not in pattern else ""
