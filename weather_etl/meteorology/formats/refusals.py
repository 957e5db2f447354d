"""Tables that hold no observations of any hour: days, times without a date, dates without a year.

Belongs here: telling them by their times and names. Does not belong here: producers whose files are refused as a whole
(`profiles/refuse_*.toml`), rows that a cell refuses (`cells.py`).
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.cell_times import read_form
from weather_etl.meteorology.formats import clock_columns
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.reasons import Reason, Rejected

# The first rows of a table, cells as text, for who wants to see them.
FirstRows = Callable[[], Sequence[Sequence[str]]]

_DATE = r"^\s*(\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}[-/. ]([A-Za-z]{3,9}|\d{1,2})[-/. ]\d{2,4})\s*$"
_CLOCK = r"^\s*\d{1,2}[:.h]\d{2}([:.]\d{2})?(\.\d+)?\s*([AaPp]\.?[Mm]\.?)?\s*$"
_OTHER_HALF = r"[T ](00|1[3-9]|2[0-3]):\d\d"  # of a clock of 24 hours
_HOUR = r"^\s*([01]?\d|2[0-4])\s*$"
_DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
_MIN_DAYS = 5  # rows a day apart that make one ask
_MIN_TYPICAL = 8_000  # hours of a year, in which a few may be missing
_SAMPLES_A_MONTH = 8
_SAMPLE = 200
_MIN_MIDNIGHTS = 10
_LOW = re.compile(r"(?i)(^|[^a-z])t?(min|minimum|low|mn|tn)([^a-z]|$)|temp_?min|tmin")
_HIGH = re.compile(r"(?i)(^|[^a-z])t?(max|maximum|high|mx|tx)([^a-z]|$)|temp_?max|tmax")


def check(
    timing: Timing, names: Sequence[str], rows: FirstRows, stations: pa.ChunkedArray | None, *,
    any_midnight: bool,
) -> None:  # fmt: skip
    """Refuse a table whose times have no hour, or no date.

    Args:
        timing: its times.
        names: of its columns.
        rows: gives the first ones, cells as text; they are asked for where there is something to refuse.
        stations: of its rows, where they name one.
        any_midnight: a table of midnights alone is of days, whatever its columns are called.

    Raises:
        Rejected: DAILY_ONLY, NO_TIME or NO_DATE.
    """
    column, form = one_chunk(timing.texts), timing.form
    if len(column) == 0:
        return
    _refuse_typical_year(column, form)
    sample = column.slice(0, 100).drop_null()
    filled = sample.filter(pc.not_equal(pc.utf8_trim_whitespace(sample), ""))
    if len(filled) == 0:
        return
    example = f"the times, such as {filled[0].as_py()!r},"
    dates_only = pc.all(pc.match_substring_regex(filled, _DATE)).as_py() and _all(column, _DATE)
    if not dates_only and _have_no_date(column, filled):
        raise Rejected(Reason.NO_DATE, f"{example} have no date{_other_part(timing, names, rows, 'the date')}")
    if stations is None and form != "%s" and _half_a_clock(column, form):
        raise Rejected(
            Reason.NO_TIME,
            f"{example} have hours from 1 to 12, each twice a day, and no a.m. or p.m.; export "
            "them with 24 hours, or name the column that says which half it is in [aliases] too, as timestamp",
        )
    extremes = has_extremes(names)
    if dates_only:
        days, once = _days_and_whether_once(read_form(column, form), stations)
        if once or (extremes and days > 2):
            raise Rejected(Reason.DAILY_ONLY, f"{example} are dates with no hour{', each once' * once}: daily values")
        raise Rejected(
            Reason.NO_TIME,
            f"{example} are dates with no hour, several of each" + _other_part(timing, names, rows, "the hour"),
        )
    if (extremes or any_midnight) and _of_one_clock(column, form):
        _refuse_one_clock(read_form(column, form), stations, form, example, extremes=extremes)


def _refuse_typical_year(column: pa.Array, form: str) -> None:
    if years := typical_year(column, form):
        raise Rejected(
            Reason.TYPICAL_YEAR,
            f"the rows go once through the months, but their years jump ({', '.join(map(str, years))}, ...): a typical year, put "
            "together from months of different years, and no observations; upload the years themselves",
        )


def _have_no_date(column: pa.Array, filled: pa.Array) -> bool:
    """Whether the times are times of day, or bare numbers of hours; `filled` are those of the first rows."""
    clocks_only = pc.all(pc.match_substring_regex(filled, _CLOCK)).as_py() and _all(column, _CLOCK)
    return clocks_only or (pc.any(pc.match_substring_regex(filled, _HOUR)).as_py() and _all(column, _HOUR))


def _refuse_one_clock(
    times: np.ndarray, stations: pa.ChunkedArray | None, form: str, example: str, *, extremes: bool
) -> None:
    """Refuse times that are all of one time of day: of midnight, or of any beside columns of minima and maxima."""
    clocks = np.unique(times[~np.isnat(times)].astype(np.int64) % _DAY.astype(np.int64))
    if len(clocks) != 1 or (clocks[0] != 0 and not extremes):
        return
    days, once = _days_and_whether_once(times, stations)
    if extremes and days > 2:
        raise Rejected(Reason.DAILY_ONLY, f"{example} are of one hour of the day{', each once' * once}: daily values")
    if once and days >= _MIN_MIDNIGHTS:
        raise Rejected(
            Reason.DAILY_ONLY,
            f"{example} are midnights of {days} days, as daily values have; if these were read at "
            f'midnight, say so in station.toml: timestamp_format = "{form}"',
        )


def _days_and_whether_once(times: np.ndarray, stations: pa.ChunkedArray | None) -> tuple[int, bool]:
    """How many different times there are, and whether each station has each but once."""
    known = ~np.isnat(times)
    who = np.zeros(len(times), dtype=np.int64)
    if stations is not None:
        who = pc.fill_null(one_chunk(stations).indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    pairs = np.stack([who[known], times[known].astype(np.int64)], axis=1)
    return len(np.unique(times[known])), len(np.unique(pairs, axis=0)) == len(pairs)


def _of_one_clock(column: pa.Array, form: str) -> bool:
    """Whether a sample of the times is of one time of day; where it is not, nobody need read them all."""
    at = np.unique(np.linspace(0, len(column) - 1, min(len(column), _SAMPLE)).astype(np.int64))
    times = read_form(column.take(pa.array(at)), form)
    return len(np.unique(times[~np.isnat(times)].astype(np.int64) % _DAY.astype(np.int64))) <= 1


def has_extremes(names: Sequence[str]) -> bool:
    """Whether columns are called minima, and others maxima."""
    return any(map(_LOW.search, names)) and any(map(_HIGH.search, names))


def once_a_day(texts: pa.ChunkedArray, form: str) -> str | None:
    """A warning of a table with one row a day, all of one time of day: its values may be those of whole days."""
    column = one_chunk(texts)
    if not _of_one_clock(column, form):
        return None
    times = read_form(column, form)
    times = np.unique(times[~np.isnat(times)])
    days = times.astype("datetime64[D]")
    if (times - days != times[:1] - days[:1]).any() or len(np.unique(days)) < len(days) or len(times) < _MIN_DAYS:
        return None
    at = str(times[0].astype("datetime64[m]"))[11:]
    return (
        f"the file has one row a day, always of {at}, and each is taken as the observation of that hour: if they are values of "
        "whole days, take the file away and give hourly ones, from which days are made"
    )


def _other_part(timing: Timing, names: Sequence[str], rows: FirstRows, what: str) -> str:
    """Where the other part of the times may stand: a sentence with the line of `station.toml` that says so."""
    other = [i for i in clock_columns.likely(names, rows()) if i not in timing.at][:1]
    if not other or not timing.at:
        return f", and no other column looks like {what}; name the one that holds it in aliases, as timestamp"
    at = [*other, *timing.at] if what == "the date" else [*timing.at, *other]
    return f"; if {names[other[0]]!r} is {what}, say so in station.toml: {clock_columns.pasted(names, at)}"


def by_profile(profile: Profile) -> Rejected:
    """What a profile that refuses its files says."""
    code, _, sentence = profile.refuse.partition(":")
    return Rejected(Reason(code.strip()), sentence.strip() or profile.title)


def typical_year(column: pa.Array, form: str) -> list[int]:
    """The first years of rows that go once through the months in order while their years go to and fro; else none.

    Args:
        column: times, in the order of the rows; a sample of them decides.
        form: their form.
    """
    if len(column) < _MIN_TYPICAL:
        return []
    at = np.unique(np.linspace(0, len(column) - 1, 12 * _SAMPLES_A_MONTH).astype(np.int64))
    times = read_form(column.take(pa.array(at)), form)
    times = times[~np.isnat(times)]
    if len(times) < len(at) // 2 or (np.diff(times.astype(np.int64)) >= 0).all():
        return []
    years = times.astype("datetime64[Y]")
    within = (times - years.astype("datetime64[us]")).astype(np.int64)
    # The last rows may be those of the first hours of the next year.
    forward = np.diff(within) >= 0
    if not forward[:-1].all() or within[:-1].max() - within.min() < 300 * _DAY.astype(np.int64):
        return []
    steps = np.diff(years[:-1].astype(np.int64))
    # Rows of many years that are sorted by month and day change their year all the time.
    if (steps < 0).sum() < 2 or (steps != 0).sum() > 12:
        return []
    return [int(y) + 1970 for y in dict.fromkeys(years.astype(np.int64).tolist())][:4]


def _half_a_clock(column: pa.Array, form: str) -> bool:
    """Whether the hours go from 1 to 12 twice a day, and nothing says which half it is."""
    if pc.any(pc.match_substring_regex(column.slice(0, 100), _OTHER_HALF)).as_py():
        return False
    if pc.any(
        pc.match_substring_regex(column.slice(0, 1000), r"(?i)[ap]\.?m?\.?\s*$|[\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}]")
    ).as_py():
        return False
    times = read_form(column.slice(0, 5000), form)
    times = times[~np.isnat(times)]
    hours = times.astype("datetime64[h]").astype(np.int64) % 24
    if len(times) < 24 or set(np.unique(hours).tolist()) != set(range(1, 13)):
        return False
    return len(np.unique(times)) <= 0.6 * len(times)


def _all(column: pa.Array, pattern: str) -> bool:
    """Whether nearly all texts that are there have a form (rows at the end may sum up)."""
    fits = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    return (pc.sum(fits.cast(pa.int64())).as_py() or 0) >= 0.9 * len(column)
