"""Lines that no reader of separated text can cut: set aside one by one, so that each costs one row.

Belongs here: NUL bytes, broken UTF-8, endless lines, quotes that do not close; giving up a file that has too many.
Does not belong here: cutting what is left into cells (`records.py`).
"""

import csv
import io
import re
from collections.abc import Callable

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


def has_endless_line(text: bytes) -> bool:
    """Whether a line is longer than `MAX_LINE_BYTES` (some that are longer than half of it are found as well)."""
    step = MAX_LINE_BYTES // 2
    for start in range(step, len(text) - step, step):
        if text.find(b"\n", start, start + step) < 0 and text.find(b"\r", start, start + step) < 0:
            return True
    return False


def set_bad_lines_aside(
    body: bytes, first_line: int, delimiter: str, width: int, *, every_quote: bool
) -> tuple[bytes, np.ndarray, list[RefusedLine], bool, bool]:
    """Take out blank lines, and those with NUL, broken UTF-8 or an unbalanced quote: each costs one row only.

    A line with an odd number of quotes has one open; `every_quote` looks for those with an even number too.

    Returns the remaining text, the physical line number of each remaining record, the lines taken out,
    whether a quoted cell spans lines, and whether the file ends in NUL padding.
    """
    buffer = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(buffer == 10)
    starts = np.concatenate(([0], ends + 1))
    if starts[-1] >= len(body):
        starts = starts[:-1]
    if len(starts) == 0:
        return body, np.empty(0, dtype=np.int64), [], False, False
    stops = np.append(starts[1:], len(body))

    def lines_with(byte: int) -> np.ndarray:
        return np.searchsorted(starts, np.flatnonzero(buffer == byte), side="right") - 1

    def line_text(first: int, last: int) -> bytes:
        return body[starts[first] : stops[last]]

    bad: dict[int, tuple[Reason, str]] = {}
    for i in np.flatnonzero(stops - starts > MAX_LINE_BYTES):
        bad[int(i)] = (Reason.CELL_TOO_LONG, f"the line has {stops[i] - starts[i]:,} bytes")
    with_nul = np.unique(lines_with(0))
    give_up_early(len(with_nul), len(starts))
    for i in with_nul:
        bad.setdefault(int(i), (Reason.NUL_PADDING, "the line holds NUL bytes"))
    give_up_early(len(bad), len(starts))
    unclean_end = bool(bad) and max(bad) == len(starts) - 1 and not line_text(max(bad), max(bad)).strip(b"\0\r\n")
    high = np.unique(_lines_with_high_bytes(buffer, starts)) if not is_utf8(body) else ()
    for i in high:
        if not is_utf8(line_text(int(i), int(i))):
            bad.setdefault(int(i), (Reason.BAD_ENCODING, "the line is not UTF-8"))

    continuation = np.zeros(len(starts), dtype=bool)
    # Looks up lines among quotes: some producers quote every cell, and none has more lines than that.
    quotes = np.diff(np.searchsorted(np.flatnonzero(buffer == 34), np.append(starts, len(body))))
    in_inches = _inch_marks_alone(delimiter)
    odd = [
        i
        for i in np.flatnonzero(quotes % 2).tolist()
        if i not in bad and not in_inches(line_text(i, i).rstrip(b"\r\n"))
    ]
    if every_quote:
        closed = _all_quotes_closed(delimiter)
        even = [i for i in np.flatnonzero((quotes > 0) & (quotes % 2 == 0)).tolist() if i not in bad]
        odd = sorted([*odd, *(i for i in even if not closed(line_text(i, i).rstrip(b"\r\n")))])
    position = 0
    while position < len(odd):
        first: int = odd[position]
        j: int | None = odd[position + 1] if position + 1 < len(odd) else None
        spans = (
            j is not None
            and j - first < MAX_RECORD_LINES
            and not any(k in bad for k in range(first, j + 1))
            and _cells(line_text(first, j), delimiter) == width
        )
        if spans and j is not None:
            continuation[first + 1 : j + 1] = True
            position += 2
        else:
            bad[first] = (Reason.QUOTE_UNBALANCED, "a quote in the line is not closed")
            give_up_early(len(bad), len(starts))
            position += 1

    give_up_early(len(bad), len(starts))
    refused = [
        RefusedLine(first_line + i, reason, detail, _kept_text(line_text(i, i)))
        for i, (reason, detail) in sorted(bad.items())
        if line_text(i, i).strip()
    ]
    blank = [i for i in np.flatnonzero(stops - starts <= 2) if not line_text(int(i), int(i)).strip()]
    fed = np.ones(len(starts), dtype=bool)
    fed[list(bad)] = False
    fed[blank] = continuation[blank]
    if not fed.all():
        cuts = np.flatnonzero(np.diff(np.concatenate(([False], fed, [False])).astype(np.int8)))
        body = b"".join(body[starts[a] : stops[b - 1]] for a, b in zip(cuts[::2], cuts[1::2], strict=True))
    lines = np.flatnonzero(fed & ~continuation) + first_line
    return body, lines.astype(np.int64), refused, bool(continuation.any()), unclean_end


def give_up_early(bad: int, lines: int) -> None:
    """Reject a large file as soon as it is certain to fail its error budget, before its bad lines fill the memory."""
    if bad > MANY_BAD_LINES and bad > BAD_SHARE * lines:
        raise Rejected(Reason.ERROR_BUDGET, f"at least {bad:,} of {lines:,} lines cannot be cut into cells")


def _kept_text(line: bytes) -> str:
    if len(line) > MAX_LINE_BYTES:
        line = line[:KEPT_OF_ENDLESS_LINE]
    return line.rstrip(b"\r\n").decode("utf-8", "replace")


def _lines_with_high_bytes(buffer: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Indices of the lines that hold a byte above 127."""
    return np.searchsorted(starts, np.flatnonzero(buffer > 127), side="right") - 1


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
