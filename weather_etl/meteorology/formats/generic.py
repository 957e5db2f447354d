"""The header of a file of no particular format: the first line that gives a time and something measured.

Belongs here: finding it, its separator, the line of units below it, and what is missing in one that is none.
Does not belong here: the names themselves (`profiles/generic.toml`), columns and units (`mapping.py`).
"""

import csv
import re
from collections.abc import Sequence
from functools import partial

from weather_etl.meteorology.formats import clock_columns, missing_columns, refusals
from weather_etl.meteorology.formats.head import DELIMITERS, MAX_HEADER_LINES, Head, sniff
from weather_etl.meteorology.formats.names import Names, all_named, bare, is_nameless, key, names_of, split_names
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import ColumnRule, Profile
from weather_etl.meteorology.formats.recognise import Fit
from weather_etl.meteorology.formats.source import HEAD_BYTES
from weather_etl.meteorology.plain_text import is_utf8
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES, known_unit, known_zone
from weather_etl.meteorology.vocabulary import RAW_NUMBERS


def find(profile: Profile, head: Head, options: Options) -> Fit:
    """The header at the beginning of a text.

    Raises:
        Rejected: there is none; the reason is that of the first line which could have been it.
    """
    if fit := _behind_a_mark(profile, head, options):
        return fit
    problem: Rejected | None = None
    problem_weight = -1
    skipped = 0
    for i in range(min(len(head.lines), MAX_HEADER_LINES)):
        line = head.lines[i]
        start = head.ends[i - 1] if i else 0
        if i == head.cut or len(head.bytes[start : head.ends[i]].rstrip(b"\r\n")) > HEAD_BYTES:
            raise problem or Rejected(Reason.TOO_MANY_COLUMNS, f"line {i + 1} ends beyond 64 KiB")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            fit = _as_header(profile, head, i, start, options)
            fit.preamble = "\n".join(head.lines[:i])
            fit.skipped = skipped
            return fit
        except Rejected as rejected:
            if rejected.is_final:
                raise
            if rejected.reason not in (Reason.COLUMN_MISSING, Reason.NOT_CSV, Reason.NO_TIME, Reason.NO_YEAR):
                raise (problem if problem_weight > 0 and problem else rejected) from None
            if problem is None or rejected.weight > problem_weight:
                problem, problem_weight = rejected, rejected.weight
            skipped += 1
    if problem is None and len(head.lines) > MAX_HEADER_LINES:
        raise Rejected(Reason.COLUMN_MISSING, f"no header within the first {MAX_HEADER_LINES} lines")
    raise problem or Rejected(Reason.EMPTY_FILE, "the file has no header line")


_MARK = re.compile(r"\s*#+\s*")


def _behind_a_mark(profile: Profile, head: Head, options: Options) -> Fit | None:
    """The last line of a block of comments, if it is the header of the numbers below: `# Date;Time;Temperature`."""
    first = next((i for i, line in head.filled if not line.lstrip().startswith("#")), None)
    if first is None or first == 0 or not head.lines[first - 1].lstrip().startswith("#"):
        return None
    i, line = first - 1, head.lines[first - 1]
    cells = next(iter(_first_rows(head, i, sniff(head.lines[first])[0])), [])
    if not cells or sum(re.search(r"[A-Za-z]{3}", c) is not None for c in cells) * 2 > len(cells):
        return None  # a line of names
    try:
        fit = _as_header(profile, head, i, head.ends[i - 1] if i else 0, options, _MARK.sub("", line, count=1))
    except Rejected:
        return None
    fit.preamble = "\n".join(head.lines[:i])
    return fit if len(fit.names) == len(cells) else None


def _as_header(profile: Profile, head: Head, i: int, start: int, options: Options, text: str | None = None) -> Fit:
    raw = head.bytes[start : head.ends[i]]
    if b"\0" in raw:
        raise Rejected(Reason.NOT_TEXT, "the first line holds NUL bytes")
    if not is_utf8(raw):
        raise Rejected(Reason.ENCODING_UNKNOWN, "the header is not UTF-8")
    line = head.lines[i] if text is None else text
    candidates = sorted(sniff(line), key=lambda d: d != options.delimiter)
    if not any(d in line for d in DELIMITERS) and len(line.split()) > 2:
        candidates = ["space"]
    problem: Rejected | None = None
    for delimiter in candidates:
        try:
            names = _under_their_groups(split_names(line, delimiter), head, i, delimiter)
            whole = names_of(all_named(names), suffixes=True)
            if delimiter == "space" and _cells_of_first_row(head, i) != len(names):
                raise Rejected(Reason.NOT_CSV, "the lines have more or fewer words than the header")
            check(profile, whole, options, partial(_first_rows, head, i, delimiter))
        except Rejected as rejected:
            problem = problem or rejected
            continue
        fit = Fit(profile, whole, delimiter, i + 1, head.ends[i])
        _take_units_row(fit, head, i, profile)
        return fit
    assert problem is not None
    raise problem


_ELSEWHERE = re.compile(r"(?i)indoor|inside|innen|outdoor|outside|au(ss|ß)en|soil|boden|water|室内|室外|屋内|屋外")


def _under_their_groups(names: list[str], head: Head, i: int, delimiter: str) -> list[str]:
    """The names, each behind the text above it, if a line of groups says which sensor they belong to.

    `Outdoor,,Indoor,` above `Temperature,Humidity,Temperature,Humidity`: a group goes on until the next one begins.
    """
    if i == 0 or not _ELSEWHERE.search(head.lines[i - 1]):
        return names
    try:
        groups = split_names(head.lines[i - 1], delimiter)
    except Rejected:
        return names
    if len(groups) != len(names) or groups[0]:
        return names
    out, group = [], ""
    for name, above in zip(names, groups, strict=True):
        group = above or group
        out.append(f"{group} {name}" if group and name else name)
    return out


def _cells_of_first_row(head: Head, i: int) -> int:
    return next((len(line.split()) for line in head.data_lines(i + 1, 1)), -1)


def _first_rows(head: Head, i: int, delimiter: str) -> list[list[str]]:
    lines = head.data_lines(i + 1, clock_columns.SAMPLE)
    if delimiter == "space":
        return [line.split() for line in lines]
    try:
        return [row for line in lines for row in csv.reader([line], delimiter=delimiter)]
    except csv.Error:  # a carriage return within a line, a cell without end
        return []


def check(profile: Profile, names: Names, options: Options, rows: refusals.FirstRows = tuple) -> None:
    """Demand a time and something measured.

    Args:
        profile: the built-in names.
        names: of the columns.
        options: of the station.
        rows: gives the first rows, whose cells may be times where no name says so.

    Raises:
        Rejected: says all that is missing at once, with the lines of `station.toml` to paste.
    """
    has_time = _names_time(profile, names, options)
    has_own = _has_our_names(names, options)
    measured = _measured(profile, names)
    first = rows() if len(names) > 1 and not (has_time and (measured or has_own)) else ()
    has_time = has_time or clock_columns.by_cells(names.names, first) is not None
    if has_time and (measured or has_own):
        return
    if has_time and refusals.has_extremes(names.names):
        raise Rejected(
            Reason.DAILY_ONLY,
            "the columns that are known are minima and maxima alone, as those of days are, and no readings",
        )
    missing = [] if has_time else ["timestamp"]
    missing += [] if measured or has_own else ["temperature_c"]
    rejected = _of_missing(profile, names, missing, len(measured), first)
    if _is_data(names):
        rejected.detail += (
            "; the line holds numbers rather than names: `weather-etl inspect` drafts a profile with names for it"
        )
    rejected.weight = len(measured) + 2 * has_time
    raise rejected


def _names_time(profile: Profile, names: Names, options: Options) -> bool:
    """Whether the station or the built-in names name the columns of the time."""
    aliased = any(c == "timestamp" and names.numbered(n) for n, c in options.aliases.items())
    return aliased or any(all(names.has(p) for p in option) for option in profile.time_options)


def _has_our_names(names: Names, options: Options) -> bool:
    """Whether a column of numbers is named by the station, or is called as ours is."""
    aliased = any(c in RAW_NUMBERS and names.numbered(n) for n, c in options.aliases.items())
    return aliased or any(c in names.lower for c in RAW_NUMBERS)


def _measured(profile: Profile, names: Names) -> list[ColumnRule]:
    """The rules of variables that have a column; none, where one or two columns of one letter are all there is."""
    measured = [r for r in profile.columns if r.to in RAW_NUMBERS and measures(r, names)]
    short = sum(_only_short(r, names) for r in measured)
    return measured if short < len(measured) or short >= 3 else []


def _of_missing(
    profile: Profile, names: Names, missing: Sequence[str], n_measured: int, first: Sequence[Sequence[str]]
) -> Rejected:
    """What is said of a header that has no time (`timestamp`) or nothing measured (`temperature_c`)."""
    has_time = "timestamp" not in missing
    unused = _unused(profile, names, has_time=has_time)
    likely = [] if has_time else clock_columns.likely(names.names, first)
    sentences = [missing_columns.hint(profile, r, [] if likely and r == "timestamp" else unused) for r in missing]
    if missing == ["timestamp"] and n_measured >= 2 and not likely:
        timeless = _without_time(names)
        if timeless.reason is Reason.NO_YEAR or not any("did you mean" in s for s in sentences):
            return timeless
    rejected = Rejected(Reason.COLUMN_MISSING, " and ".join(sentences))
    if missing == ["temperature_c"] and missing_columns.is_tidy(unused):
        rejected.detail += missing_columns.WAY_OUT_OF_TIDY
        rejected.is_final = True  # the rows of such a table hold names of variables, as headers do
    elif unused or likely:
        rejected.detail += missing_columns.pasted(profile, names, missing, unused, likely, first)
    return rejected


def _unused(profile: Profile, names: Names, *, has_time: bool) -> list[str]:
    """The names that mean nothing yet, one of which may be what is missing; none, where they are numbers."""
    if _is_data(names):
        return []
    known = {i for r in profile.columns for n in r.name for i in names.all(n)}
    if has_time:
        known |= {i for option in profile.time_options for p in option for i in names.all(p)}
    return [n for i, n in enumerate(names.names) if i not in known and n and not is_nameless(n, i)]


def _is_data(names: Names) -> bool:
    filled = [n for i, n in enumerate(names.names) if not is_nameless(n, i)]
    return bool(filled) and sum(re.match(r"[+-]?[\d.,:]+$", n) is not None for n in filled) * 2 >= len(filled)


def _without_time(names: Names) -> Rejected:
    if names.has(["month", "monat", "mois", "mes", "mm"]) and names.has(["day", "hour", "tag", "jour", "dia", "hh"]):
        return Rejected(Reason.NO_YEAR, "the file names month, day or hour, but no year")
    return Rejected(Reason.NO_TIME, "the file has measured columns, but no column of times")


def measures(rule: ColumnRule, names: Names) -> bool:
    """Whether a rule of the built-in names finds a column."""
    return position_of(rule, names) is not None


def position_of(rule: ColumnRule, names: Names) -> int | None:
    """Position of the column that a rule of the built-in names finds."""
    return names.first(rule.name, without=rule.exclude, variable=rule.to)


def _only_short(rule: ColumnRule, names: Names) -> bool:
    at = position_of(rule, names)
    return at is not None and len(key(bare(names.names[at])[0])) <= 1


def _take_units_row(fit: Fit, head: Head, i: int, profile: Profile) -> None:
    """A line of units below the header (ERDDAP), blank ones before it passed over, or directly above."""
    below = next((j for j in range(i + 1, min(i + 4, len(head.lines))) if head.lines[j].strip()), None)
    for j in (below, i - 1 if i else None):
        if j is None:
            continue
        try:
            row = split_names(head.lines[j], fit.delimiter)
        except Rejected:
            continue
        if units := units_of(row, fit.names, profile):
            fit.units, fit.zone = units, zone_among(units, fit.names, profile)
            if j > i:
                fit.line, fit.end = j + 1, head.ends[j]
            return


def units_of(row: Sequence[str], names: Names, profile: Profile) -> list[str]:
    """The units that the cells below a header are; none, if they name no unit of a measured column, or hold numbers."""
    row = [c.strip("()[] ") for c in row]
    if len(row) != len(names) or any(re.search(r"^[+-]?[\d.,]*\d", c) for c in row if c):
        return []
    for rule in profile.columns:
        at = position_of(rule, names)
        if at is not None and rule.to in QUANTITIES and row[at] and known_unit(rule.to, row[at]):
            return row
    return []


def zone_among(units: Sequence[str], names: Names, profile: Profile) -> str:
    """The zone that a line of units names under the time, "" without."""
    for option in profile.time_options:
        at = names.first(option[:1])
        if at is not None and units[at] and (zone := known_zone(units[at])):
            return zone
    return ""
