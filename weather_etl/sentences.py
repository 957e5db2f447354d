"""What sentences for people are put together of.

Belongs here: numbers with their nouns, long lists cut short, names that are near. Does not belong here: the sentences; what may be shown of a text
(`redaction.py`).
"""

from collections.abc import Iterable, Sequence


def count(number: int, noun: str) -> str:
    """`1 station`, `2 stations`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Of these names those that may have been meant, the likeliest first."""
    import difflib

    known, word = sorted(names), name.lower()
    alike = difflib.get_close_matches(word, known, n=most, cutoff=0.6)
    return list(dict.fromkeys([*alike, *(n for n in known if len(word) > 2 and word in n)]))[:most]


def first_names(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")
