"""What sentences for people are put together of.

Belongs here: numbers with their nouns, long lists cut short. Does not belong here: the sentences; what may be shown of a text
(`redaction.py`).
"""

from collections.abc import Sequence


def count(number: int, noun: str) -> str:
    """`1 station`, `2 stations`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def first_names(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")
