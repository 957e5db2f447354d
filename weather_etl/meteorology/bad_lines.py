"""Lines that no reader of separated text can cut: set aside one by one, so that each costs one row.

Belongs here: NUL bytes, broken UTF-8, endless lines, quotes that do not close; giving up a file that has too many.
Does not belong here: cutting what is left into cells (`records.py`).
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from weather_etl.meteorology.plain_text import is_utf8
from weather_etl.meteorology.raw_rows import RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected

MAX_COLUMNS = 256
MAX_CELL_BYTES = 64 * 1024
MAX_RECORD_LINES = 100
MAX_LINE_BYTES = MAX_COLUMNS * MAX_CELL_BYTES
KEPT_OF_ENDLESS_LINE = 64 * 1024
MANY_BAD_LINES = 100_000  # from here on a file that must fail its error budget is given up at once
BAD_SHARE = 0.25
_LF, _QUOTE = ord("\n"), ord('"')


def has_endless_line(text: bytes) -> bool:
    """Whether a line is longer than `MAX_LINE_BYTES` (some that are longer than half of it are found as well)."""
    step = MAX_LINE_BYTES // 2
    for start in range(step, len(text) - step, step):
        if text.find(b"\n", start, start + step) < 0 and text.find(b"\r", start, start + step) < 0:
            return True
    return False


@dataclass
class Remaining:
    """What is left of a text without its bad lines.

    Attributes:
        body: the text of the records that are left.
        lines: int64, physical number of the first line of each.
        refused: the lines taken out; blank ones are not among them.
        multi_line: a quoted cell spans lines.
        unclean_end: the text ends in NUL padding.
    """

    body: bytes
    lines: np.ndarray
    refused: list[RefusedLine] = field(default_factory=list)
    multi_line: bool = False
    unclean_end: bool = False


def set_bad_lines_aside(body: bytes, first_line: int, delimiter: str, width: int, *, every_quote: bool) -> Remaining:
    """Take out blank lines, and those with NUL, broken UTF-8 or an unbalanced quote: each costs one row only.

    Args:
        body: separated text below its header.
        first_line: number of its first line in the file.
        delimiter: the separator.
        width: number of columns that the header names.
        every_quote: a line with an odd number of quotes has one open; look for those with an even number too.

    Raises:
        Rejected: so many lines are bad that the file must fail its error budget (ERROR_BUDGET).
    """
    lines = _Lines(body)
    if not len(lines):
        return Remaining(body, np.empty(0, dtype=np.int64))
    _set_endless_aside(lines)
    unclean_end = _set_nul_aside(lines)
    _set_broken_utf8_aside(lines)
    continuation = _join_quoted(lines, delimiter, width, every_quote=every_quote)
    lines.give_up_early()
    kept = _kept(lines, continuation)
    return Remaining(
        lines.joined(kept),
        (np.flatnonzero(kept & ~continuation) + first_line).astype(np.int64),
        lines.refused(first_line),
        bool(continuation.any()),
        unclean_end,
    )


class _Lines:
    """The lines of a text, and which of them are bad.

    Attributes:
        body: the text; `bytes`: the same as uint8.
        starts, stops: int64, offsets of each line; its line end belongs to it.
        bad: position of a line -> reason, sentence.
    """

    def __init__(self, body: bytes):
        self.body = body
        self.bytes = np.frombuffer(body, dtype=np.uint8)
        starts = np.concatenate(([0], np.flatnonzero(self.bytes == _LF) + 1))
        self.starts = starts[:-1] if starts[-1] >= len(body) else starts
        self.stops = np.append(self.starts[1:], len(body))
        self.bad: dict[int, tuple[Reason, str]] = {}

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, first: int, last: int) -> bytes:
        """Of the lines first..last."""
        return self.body[self.starts[first] : self.stops[last]]

    def lengths(self) -> np.ndarray:
        """Bytes of each line."""
        return self.stops - self.starts

    def holding(self, mask: np.ndarray) -> np.ndarray:
        """Positions of the lines that hold one of these bytes."""
        return np.unique(np.searchsorted(self.starts, np.flatnonzero(mask), side="right") - 1)

    def quotes(self) -> np.ndarray:
        """Number of quotes in each line."""
        # Looks up lines among quotes: some producers quote every cell, and none has more lines than that.
        return np.diff(np.searchsorted(np.flatnonzero(self.bytes == _QUOTE), np.append(self.starts, len(self.body))))

    def give_up_early(self) -> None:
        """See the function of this name."""
        give_up_early(len(self.bad), len(self))

    def joined(self, kept: np.ndarray) -> bytes:
        """The text of the lines of a mask."""
        if kept.all():
            return self.body
        cuts = np.flatnonzero(np.diff(np.concatenate(([False], kept, [False])).astype(np.int8)))
        pairs = zip(cuts[::2], cuts[1::2], strict=True)
        return b"".join(self.body[self.starts[a] : self.stops[b - 1]] for a, b in pairs)

    def refused(self, first_line: int) -> list[RefusedLine]:
        """The bad lines that are not blank, for quarantine."""
        return [
            RefusedLine(first_line + i, reason, detail, _kept_text(self.text(i, i)))
            for i, (reason, detail) in sorted(self.bad.items())
            if self.text(i, i).strip()
        ]


def _set_endless_aside(lines: _Lines) -> None:
    lengths = lines.lengths()
    for i in np.flatnonzero(lengths > MAX_LINE_BYTES).tolist():
        lines.bad[i] = (Reason.CELL_TOO_LONG, f"the line has {lengths[i]:,} bytes")


def _set_nul_aside(lines: _Lines) -> bool:
    """Lines with NUL bytes; returns whether the last line holds nothing else, as where a file was filled up."""
    with_nul = lines.holding(lines.bytes == 0).tolist()
    give_up_early(len(with_nul), len(lines))
    for i in with_nul:
        lines.bad.setdefault(i, (Reason.NUL_PADDING, "the line holds NUL bytes"))
    lines.give_up_early()
    last = len(lines) - 1
    return last in lines.bad and not lines.text(last, last).strip(b"\0\r\n")


def _set_broken_utf8_aside(lines: _Lines) -> None:
    if is_utf8(lines.body):
        return
    for i in lines.holding(lines.bytes > 127).tolist():
        if not is_utf8(lines.text(i, i)):
            lines.bad.setdefault(i, (Reason.BAD_ENCODING, "the line is not UTF-8"))


def _join_quoted(lines: _Lines, delimiter: str, width: int, *, every_quote: bool) -> np.ndarray:
    """Mask of the lines that continue a quoted cell of the line before; a quote that none closes is set aside."""
    continuation = np.zeros(len(lines), dtype=bool)
    opens = _lines_with_open_quote(lines, delimiter, every_quote=every_quote)
    position = 0
    while position < len(opens):
        first = opens[position]
        last = opens[position + 1] if position + 1 < len(opens) else None
        if last is not None and _is_one_record(lines, first, last, delimiter, width):
            continuation[first + 1 : last + 1] = True
            position += 2
        else:
            lines.bad[first] = (Reason.QUOTE_UNBALANCED, "a quote in the line is not closed")
            lines.give_up_early()
            position += 1
    return continuation


def _lines_with_open_quote(lines: _Lines, delimiter: str, *, every_quote: bool) -> list[int]:
    """Positions of the lines of which a quote is not closed; without `every_quote` those with an odd number alone."""
    quotes = lines.quotes()
    in_inches = _inch_marks_alone(delimiter)
    odd = [
        i
        for i in np.flatnonzero(quotes % 2).tolist()
        if i not in lines.bad and not in_inches(lines.text(i, i).rstrip(b"\r\n"))
    ]
    if not every_quote:
        return odd
    closed = _all_quotes_closed(delimiter)
    even = [i for i in np.flatnonzero((quotes > 0) & (quotes % 2 == 0)).tolist() if i not in lines.bad]
    return sorted([*odd, *(i for i in even if not closed(lines.text(i, i).rstrip(b"\r\n")))])


def _is_one_record(lines: _Lines, first: int, last: int, delimiter: str, width: int) -> bool:
    """Whether the lines first..last are one record with as many cells as the header names."""
    return (
        last - first < MAX_RECORD_LINES
        and not any(i in lines.bad for i in range(first, last + 1))
        and _cells(lines.text(first, last), delimiter) == width
    )


def _kept(lines: _Lines, continuation: np.ndarray) -> np.ndarray:
    """Mask of the lines that are neither bad nor blank; a blank line within a quoted cell belongs to it."""
    kept = np.ones(len(lines), dtype=bool)
    kept[list(lines.bad)] = False
    blank = [i for i in np.flatnonzero(lines.lengths() <= 2).tolist() if not lines.text(i, i).strip()]
    kept[blank] = continuation[blank]
    return kept


def give_up_early(bad: int, lines: int) -> None:
    """Reject a large file as soon as it is certain to fail its error budget, before its bad lines fill the memory.

    Raises:
        Rejected: it is (ERROR_BUDGET).
    """
    if bad > MANY_BAD_LINES and bad > BAD_SHARE * lines:
        raise Rejected(Reason.ERROR_BUDGET, f"at least {bad:,} of {lines:,} lines cannot be cut into cells")


def _kept_text(line: bytes) -> str:
    if len(line) > MAX_LINE_BYTES:
        line = line[:KEPT_OF_ENDLESS_LINE]
    return line.rstrip(b"\r\n").decode("utf-8", "replace")


def _all_quotes_closed(delimiter: str) -> Callable[[bytes], object]:
    """Tells of a line whether every cell that opens with a quote is closed; a quote inside a cell is a character."""
    d = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]|"")*+"[^{d}]*+|[^"{d}][^{d}]*+|)'
    return re.compile(rf"{cell}(?:{d}{cell})*+".encode()).fullmatch


def _inch_marks_alone(delimiter: str) -> Callable[[bytes], object]:
    """Tells of a line whether each of its quotes closes a number, as in `0.25"`, and no cell opens with one."""
    d = re.escape(delimiter)
    cell = rf'[^"{d}]*+(?:(?<=\d)")?'
    return re.compile(rf"{cell}(?:{d}{cell})*+".encode()).fullmatch


def _cells(record: bytes, delimiter: str) -> int:
    try:
        rows = list(csv.reader(io.StringIO(record.decode("utf-8"), newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return -1
    return len(rows[0]) if len(rows) == 1 else -1
