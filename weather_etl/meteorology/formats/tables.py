"""A text and the profile that fits it -> a table of text cells.

Belongs here: separated text, blanks as separators, fixed columns, cells by their position in a line.
Does not belong here: other containers than text (`json_tables.py`, `workbooks.py`, ...), the meaning of a cell.
"""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cutting import MAX_LINES, Cut, cut_text
from weather_etl.meteorology.formats.head import Head
from weather_etl.meteorology.formats.recognise import Fit, column_spans
from weather_etl.meteorology.formats.source import Text
from weather_etl.meteorology.plain_text import is_utf8, plain_newlines
from weather_etl.meteorology.raw_rows import DICTIONARY, TEXT, RefusedLine
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.records import Layout


def cells_of(fit: Fit, text: Text) -> Cut:
    """The cells of a text as its profile wants them.

    Raises:
        Rejected: nothing of the file can be used.
    """
    profile = fit.profile
    data = text.data
    if comment := profile.part("text").get("comment"):
        data = _without_comments(data, fit.end, comment)
    if fit.delimiter in ("fixed", "line"):
        return _by_position(fit, replace(text, data=data))
    if fit.delimiter == "space":
        return _by_blanks(fit, replace(text, data=data))
    times = time_positions(fit)
    first = fit.names.names[times[0]] if times else ""
    pad = profile.part("text").get("ragged", "refuse" if profile.generic else "pad") == "pad"
    layout = Layout(
        fit.names.names, fit.delimiter, fit.line, fit.end, times, pad=pad,
        repeated=(first, "\ufeff" + first) if first and fit.line else (),
    )  # fmt: skip

    def find_layout(body: bytes) -> Layout:
        return layout if body is data else replace(layout, end=_offset_of_line(body, fit.line))

    return cut_text(data, find_layout, bad_utf8=text.bad_utf8)


def time_positions(fit: Fit) -> tuple[int, ...]:
    """Positions of the columns that may make the time, of the first list that the file has."""
    for patterns in fit.profile.time_options:
        positions = [fit.names.first([p]) for p in patterns]
        if positions and None not in positions:
            return tuple(dict.fromkeys(i for i in positions if i is not None))
    return ()


def _offset_of_line(body: bytes, line: int) -> int:
    at = 0
    for _ in range(line):
        at = body.find(b"\n", at) + 1
        if at == 0:
            return len(body)
    return at


def _without_comments(data: bytes, start: int, comment: str) -> bytes:
    """Comment lines below the header made blank, so that the others keep their numbers."""
    flags = re.match(r"\(\?[aimsux]+\)", comment)  # stand at the start of an expression, or nowhere
    body = comment[flags.end() :] if flags else comment
    rx = re.compile(((flags[0] if flags else "") + rf"(?m:^)(?:{body})[^\r\n]*").encode())
    return data if not rx.search(data, start) else data[:start] + rx.sub(b"", data[start:])


def _by_blanks(fit: Fit, text: Text) -> Cut:
    """One blank or more between two cells; the cells are put between single blanks and cut as separated text."""
    data = text.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = _offset_of_line(data, fit.line)
    body = data[end:].replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \n", b"\n").replace(b"\n ", b"\n").strip(b" ")
    pad = fit.profile.part("text").get("ragged", "pad") == "pad"
    layout = Layout(fit.names.names, " ", 0, 0, time_positions(fit), quoted=False, pad=pad)
    cut = cut_text(body, lambda _: layout, bad_utf8=text.bad_utf8, first_line=fit.line + 1)
    if cut.refused:  # as they stood
        lines = data.split(b"\n")
        cut.refused = [replace(r, text=lines[r.line - 1].decode("utf-8", "replace")) for r in cut.refused]
    return cut


def _by_position(fit: Fit, text: Text) -> Cut:
    """Lines whose cells stand at fixed positions."""
    data = plain_newlines(text.data)
    if data.count(b"\n") > MAX_LINES:
        raise Rejected(Reason.TOO_LARGE, f"the file has more than {MAX_LINES:,} lines")
    end = _offset_of_line(data, fit.line)
    raw = data[end:].replace(b"\r", b"").split(b"\n")
    numbers = np.arange(fit.line + 1, fit.line + 1 + len(raw), dtype=np.int64)
    filled = np.array([bool(line.strip()) for line in raw])
    refused: list[RefusedLine] = []
    if text.bad_utf8 or b"\0" in data:
        for i in np.flatnonzero(filled):
            reason = _damage(raw[i])
            if reason:
                filled[i] = False
                if raw[i].strip(b"\0 "):
                    refused.append(RefusedLine(int(numbers[i]), *reason, raw[i].decode("utf-8", "replace")))
    lines = pa.array([raw[i].decode("utf-8") for i in np.flatnonzero(filled)], TEXT)
    numbers = numbers[filled]
    unclean_end = False
    if fit.delimiter == "line":
        good = _of_the_usual_length(lines, fit)
        refused += [
            RefusedLine(int(numbers[i]), Reason.ROW_WIDTH, "the line is cut", lines[int(i)].as_py())
            for i in np.flatnonzero(~good)
        ]
        unclean_end = len(good) > 0 and not good[-1] and not text.data.endswith((b"\n", b"\r"))
        lines, numbers = lines.filter(pa.array(good)), numbers[good]
        return Cut(["line"], [pa.chunked_array([lines])], numbers, refused, [], unclean_end)
    spans = column_spans(Head(replace(text, data=data)).data_lines(fit.line, 60))
    good, columns, start = np.ones(len(lines), dtype=bool), [], 0
    for k, (_, stop) in enumerate(spans):
        last = k == len(spans) - 1
        cell = pc.utf8_slice_codeunits(lines, start, None if last else stop)
        if not last:  # a character behind a cell that is full to its end belongs to it as well
            edge = pc.utf8_slice_codeunits(lines, stop - 1, stop + 1)
            good &= ~pc.match_substring_regex(edge, r"^\S\S$").to_numpy(zero_copy_only=False)
        columns.append(pc.utf8_trim_whitespace(cell))
        start = stop
    for i in np.flatnonzero(~good):
        refused.append(
            RefusedLine(int(numbers[i]), Reason.ROW_WIDTH, "a cell reaches beyond its column", lines[int(i)].as_py())
        )
    keep, times = pa.array(good), time_positions(fit)
    cut = [c.filter(keep) for c in columns]
    whole = [pa.chunked_array([c if i in times else c.dictionary_encode()]) for i, c in enumerate(cut)]
    return Cut(list(fit.names.names), whole, numbers[good], refused)


def _damage(line: bytes) -> tuple[Reason, str] | None:
    if b"\0" in line:
        return Reason.NUL_PADDING, "the line holds NUL bytes"
    return None if is_utf8(line) else (Reason.BAD_ENCODING, "the line is not UTF-8")


def _of_the_usual_length(lines: pa.Array, fit: Fit) -> np.ndarray:
    """Mask of the lines that reach as far as the profile's positions do."""
    ends = [c.at[1] for c in fit.profile.columns if c.at] + [b for _, b in fit.profile.part("time").get("at", [])]
    return pc.greater_equal(pc.utf8_length(lines), max(ends, default=0)).to_numpy(zero_copy_only=False)


def of_columns(names: list[str], columns: list[pa.Array], lines: np.ndarray, times: tuple[int, ...] = ()) -> Cut:
    """A table whose cells are there already: texts, null where a record has none."""
    return Cut(
        names,
        [pa.chunked_array([c if i in times else c.cast(DICTIONARY)]) for i, c in enumerate(columns)],
        lines,
    )
