"""The columns that make the time of a row, and its form: of several possible ones those that read most rows.

Belongs here: by names, by cells, put together of date and hour. Does not belong here: forms of times (`time_choice.py`), times
that no name tells (`clock_columns.py`), zones (`zones.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats import clock_columns, time_choice, zone_letters
from weather_etl.meteorology.formats.mapping import IGNORE
from weather_etl.meteorology.formats.names import Names
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.raw_rows import TEXT
from weather_etl.meteorology.reasons import Reason, Rejected

_READS_ALL = 0.99  # of the rows: no other columns are tried
_CLEARLY_MORE = 0.05  # by which a later choice must read more, where names are no proof
_MIDNIGHT = r"[T ]+(0?0:00(:00(\.0+)?)?|12:00(:00)? ?[Aa][Mm])$"
_DAY_ZERO = r"^(1899-12-3[01]|1900-01-0[01]|1970-01-01)[T ]+"


def timing_of(
    cut: Cut, names: Names, profile: Profile, options: Options, meta: Mapping[str, str], *, by_position: bool
) -> Timing:
    """The times of a file.

    Args:
        cut: its cells.
        names: of its columns.
        profile: of the file.
        options: of the station.
        meta: what the text around the table says; the date, where the rows have none.
        by_position: the only column is the whole line, and the profile may say where the time stands in it.

    Raises:
        Rejected: there is none (NO_TIME, NO_DATE), or day and month cannot be told apart.
    """
    time = profile.part("time")
    day = _date_around(meta) if time.get("date") else ""
    if by_position and "at" in time:
        return _in_form(_at_positions(cut, time["at"]), (), (), time, options)
    best: Timing | None = None
    problem: Rejected | None = None
    for at in _candidates(profile, names, options, cut):
        try:
            texts = _joined([cut.columns[i] for i in at])
            texts = pc.binary_join_element_wise(day, texts, " ") if day else texts
            timing = _in_form(texts, at, tuple(cut.names[i] for i in at), time, options)
        except Rejected as rejected:
            problem = problem or rejected
            continue
        if best is None or timing.read > best.read + (_CLEARLY_MORE if profile.generic else 0.0):
            best = timing
        if best.read >= _READS_ALL:
            break
    if best is None:
        raise problem or Rejected(Reason.NO_TIME, f"no column of times ({', '.join(n for n in cut.names if n)[:200]})")
    return best


def _date_around(meta: Mapping[str, str]) -> str:
    """Year, month and day that stand beside the table, for times that are those of a day."""
    if not {"year", "month", "day"} <= meta.keys():
        raise Rejected(
            Reason.NO_DATE, "the rows have a time of day, and nothing around them says of which day; put it into the name of "
            "the file, as in station_2024-05-31.csv",
        )  # fmt: skip
    return f"{meta['year']} {meta['month']} {meta['day']}"


def _at_positions(cut: Cut, spans: Sequence[Sequence[int]]) -> pa.ChunkedArray:
    """The texts at spans (first and last character, from 1) of the line, joined by blanks."""
    lines = one_chunk(cut.columns[0])
    pieces = [pc.utf8_slice_codeunits(lines, first - 1, last) for first, last in spans]
    return pa.chunked_array([pc.binary_join_element_wise(*pieces, " ") if len(pieces) > 1 else pieces[0]])


def _candidates(profile: Profile, names: Names, options: Options, cut: Cut) -> list[tuple[int, ...]]:
    """Positions of the columns that may make the time, the likelier ones first."""
    own = [i for n, c in options.aliases.items() if c == "timestamp" for i in names.numbered(n)[:1]]
    if own:
        return [tuple(own)]
    ignored = {i for n, c in options.aliases.items() if c == IGNORE for i in names.numbered(n)}
    first = first_rows(cut) if profile.generic else []
    candidates: list[tuple[int, ...]] = [(0,)] if clock_columns.index_with_offset(cut.names, first) else []
    candidates += [at for patterns in profile.time_options if (at := _named(patterns, names, profile, ignored))]
    if profile.generic:
        clock = clock_columns.by_cells(cut.names, first)
        if clock is not None and clock not in ignored:
            candidates.append((clock,))
    return list(dict.fromkeys(candidates))


def _named(patterns: Sequence[str], names: Names, profile: Profile, ignored: Collection[int]) -> tuple[int, ...]:
    """Positions of one column for each pattern; none, if a pattern has no column."""
    positions: list[int] = []
    for pattern in patterns:
        such = [i for i in names.all(pattern) if i not in positions and i not in ignored]
        if profile.generic:
            such = clock_columns.utc_first(names.names, such)
        if not such:
            return ()
        positions.append(such[0])
    return tuple(positions)


def first_rows(cut: Cut) -> list[tuple[str, ...]]:
    """The cells of the first rows, as text."""
    cells = [c.slice(0, clock_columns.SAMPLE).cast(TEXT).to_pylist() for c in cut.columns]
    return [tuple(t or "" for t in row) for row in zip(*cells, strict=True)]


def _joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    texts = [c.cast(TEXT) for c in columns]
    if len(texts) == 1:
        return texts[0]
    trimmed = [pc.utf8_trim_whitespace(t) for t in texts]
    if len(trimmed) == 2:
        trimmed = [_without_midnight(trimmed[0]), _without_fraction(_without_day_zero(trimmed[1]))]
    return pc.binary_join_element_wise(*trimmed, " ")


def _without_midnight(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates that spreadsheets write as times: all at midnight, with the hour in the next column."""
    return _without(dates, r"\d" + _MIDNIGHT, _MIDNIGHT)


def _without_day_zero(clocks: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times of day that spreadsheets write as times on the day on which they begin to count."""
    return _without(clocks, _DAY_ZERO + r"\d", _DAY_ZERO)


def _without_fraction(hours: pa.ChunkedArray) -> pa.ChunkedArray:
    """Hours that programs write as numbers with decimals: 7.0."""
    return _without(hours, r"^\d{1,2}\.0+$", r"\.0+$")


def _without(texts: pa.ChunkedArray, all_have: str, cut_off: str) -> pa.ChunkedArray:
    filled = texts.filter(pc.not_equal(texts, ""))
    if len(filled) and pc.all(pc.match_substring_regex(filled, all_have)).as_py():
        return pc.replace_substring_regex(texts, cut_off, "")
    return texts


def _in_form(
    texts: pa.ChunkedArray, at: tuple[int, ...], names: tuple[str, ...], time: Mapping[str, Any], options: Options
) -> Timing:
    """The texts, in the form that the station or the profile names, or that they have.

    Raises:
        Rejected: day and month cannot be told apart.
    """
    forms = [options.timestamp_format] if options.timestamp_format else list(time.get("formats", ["iso"]))
    for pattern, instead in time.get("replace", ()):
        texts = pc.replace_substring_regex(texts, pattern, instead)
    texts = zone_letters.as_offsets(texts, options.timezone)
    chosen = time_choice.choose(one_chunk(texts), forms, order=options.date_order)
    return Timing(texts, at, chosen.form, chosen.read, chosen.why, names)
