"""The first lines of a text, and what every profile asks of them.

Belongs here: lines, separators, the names that a line gives. Does not belong here: which profile fits (`recognise.py`).
"""

import re
from functools import cached_property, lru_cache
from itertools import accumulate

from weather_etl.meteorology.formats.marks import mark_of
from weather_etl.meteorology.formats.names import Names, all_named, key, names_of, split_names
from weather_etl.meteorology.formats.source import HEAD_BYTES, Text
from weather_etl.meteorology.reasons import Rejected

MAX_HEADER_LINES = 100
DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"\s*[+-]?\d*[.,]?\d+\s*")
_SIGNS = re.compile(r"[^a-z0-9]+")
_LINE_END = re.compile(r"\n")


class Head:
    """The first lines of a text.

    Attributes:
        text: the first 64 KiB.
        lines: of them, without their ends.
        ends: offset of the byte behind each line, its end included.
        cut: index of the line that goes on behind the 64 KiB; None without.
    """

    def __init__(self, text: Text) -> None:
        self.bytes = text.data[: HEAD_BYTES + 2]  # the end of a line of just this length included
        self.text = self.bytes.decode("utf-8", "replace").replace("\r\n", "\n")
        self.whole = len(text.data) <= len(self.bytes)
        self.lines: list[str] = []
        self.ends: list[int] = []
        start = 0
        while start < len(self.bytes) and len(self.lines) < MAX_HEADER_LINES + 30:
            end = self.bytes.find(b"\n", start)
            end = len(self.bytes) if end < 0 else end
            self.lines.append(self.bytes[start:end].rstrip(b"\r").decode("utf-8", "replace"))
            start = min(end + 1, len(self.bytes))
            self.ends.append(start)
        # It gives no names: those behind the 64 KiB are not known.
        goes_on = not self.whole and self.ends[-1] == len(self.bytes) and not self.bytes.endswith(b"\n")
        self.cut = len(self.lines) - 1 if goes_on else None
        first = enumerate(self.lines[:MAX_HEADER_LINES])
        self.filled = [(i, line) for i, line in first if line.strip() and i != self.cut]
        self._keys: dict[int, str] = {}
        self._names: dict[tuple[int, str, str, int, bool], Names | None] = {}

    def begins_as(self, pattern: str) -> bool:
        """Whether the mark of a profile, a regular expression of several lines, is found anywhere in the text.

        One that can only begin at the start of a line, or of the text, is tried there alone: 30 profiles ask.
        """
        mark = mark_of(pattern)
        if mark.literal not in self.text:
            return False
        if mark.anchor == "text":
            return mark.regex.match(self.text) is not None
        if mark.anchor == "line":
            lines = (at for first, at in self._starts.items() if not mark.firsts or first in mark.firsts)
            return any(mark.regex.match(self.text, start) for starts in lines for start in starts)
        return mark.regex.search(self.text) is not None

    @cached_property
    def _starts(self) -> dict[str, list[int]]:
        """Where lines start, by their first character."""
        starts: dict[str, list[int]] = {}
        for at in (0, *(m.end() for m in _LINE_END.finditer(self.text))):
            starts.setdefault(self.text[at : at + 1], []).append(at)
        return starts

    def key(self, i: int) -> str:
        if i not in self._keys:
            line = self.lines[i]
            self._keys[i] = _SIGNS.sub("", line.lower()) if line.isascii() else key.__wrapped__(line)
        return self._keys[i]

    @cached_property
    def all_keys(self) -> str:
        """The keys of all lines that may be the header."""
        return "\n".join(self.key(i) for i, _ in self.no_data)

    @cached_property
    def no_data(self) -> list[tuple[int, str]]:
        """Of the lines that are not blank those that may be the header, whatever separates their cells."""
        return [(i, s) for i, s in self.filled if any(self.names(i, d) is not None for d in separators(s, None))]

    def names(self, i: int, delimiter: str, strip: str = "", lines: int = 1, groups: bool = False) -> Names | None:
        """The names that a line, or several that belong together, give with a separator; None if it cannot be one.

        Args:
            i: index of the first line.
            delimiter: the separator.
            strip: regular expression of what is cut off at the start of a line.
            lines: that make the names.
            groups: a blank cell of the first line belongs to the group whose name stands to its left.
        """
        at = (i, delimiter, strip, lines, groups)
        if at not in self._names:
            self._names[at] = self._read_names(i, delimiter, strip, lines, groups)
        return self._names[at]

    def _read_names(self, i: int, delimiter: str, strip: str, lines: int, groups: bool) -> Names | None:
        try:
            parts = [
                split_names(re.sub(strip, "", line) if strip else line, delimiter) for line in self.lines[i : i + lines]
            ]
        except Rejected:
            return None
        names = parts[0]
        filled = [n for n in names if n]
        numbers = sum(_NUMBER.fullmatch(n) is not None for n in filled)
        if numbers * 2 > len(filled):  # a line of data
            return None
        if groups:
            names = list(accumulate(names, _its_group))
        for more in parts[1:]:
            names = [f"{a} {b}".strip() for a, b in zip(names, more, strict=False)]
        return names_of(all_named(names))

    def data_lines(self, start: int, n: int = 20) -> list[str]:
        """The first lines from a position on that are neither blank nor cut."""
        last = len(self.lines) if self.cut is None else self.cut
        return [line for line in self.lines[start : max(last, start + 1)] if line.strip()][:n]


def _its_group(left: str, name: str) -> str:
    return name or left


@lru_cache(maxsize=1_000)
def separators(line: str, station: str | None) -> list[str]:
    """Separators of a line as `sniff` gives them, that of the station first."""
    return sorted(sniff(line), key=lambda d: d != station)


def sniff(line: str) -> list[str]:
    """Separators, the most frequent in a line first."""
    by_frequency = sorted((d for d in DELIMITERS if d in line), key=line.count, reverse=True)
    return by_frequency or [","]
