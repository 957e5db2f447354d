"""Tables that hold no observations of any hour: days, times without a date, dates without a year.

Belongs here: telling them by their times and names. Does not belong here: producers whose files are refused as a whole
(`profiles/refuse_*.toml`), rows that a cell refuses (`cells.py`).
"""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import one_chunk
from weather_etl.meteorology.cell_times import read_form
from weather_etl.meteorology.reasons import Reason, Rejected

_DATE = r"^\s*(\d{4}[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}[-/. ]([A-Za-z]{3,9}|\d{1,2})[-/. ]\d{2,4})\s*$"
_CLOCK = r"^\s*\d{1,2}[:.h]\d{2}([:.]\d{2})?(\.\d+)?\s*([AaPp]\.?[Mm]\.?)?\s*$"
_DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
_LOW = re.compile(r"(?i)(^|[^a-z])t?(min|minimum|low|mn|tn)([^a-z]|$)|temp_?min|tmin")
_HIGH = re.compile(r"(?i)(^|[^a-z])t?(max|maximum|high|mx|tx)([^a-z]|$)|temp_?max|tmax")


def check(texts: pa.ChunkedArray, form: str, names: Sequence[str], stations: pa.ChunkedArray | None) -> None:
    """Refuse a table whose times have no hour, or no date.

    Args:
        texts: its times.
        form: their form.
        names: of its columns.
        stations: of its rows, where they name one.

    Raises:
        Rejected: DAILY_ONLY, NO_TIME or NO_DATE.
    """
    column = one_chunk(texts)
    if len(column) == 0:
        return
    sample = column.slice(0, 100).drop_null()
    filled = sample.filter(pc.not_equal(pc.utf8_trim_whitespace(sample), ""))
    if len(filled) == 0:
        return
    if pc.all(pc.match_substring_regex(filled, _CLOCK)).as_py() and _all(column, _CLOCK):
        raise Rejected(
            Reason.NO_DATE,
            f"the times, such as {filled[0].as_py()!r}, have no date; name the column of the date in [aliases]",
        )
    dates_only = pc.all(pc.match_substring_regex(filled, _DATE)).as_py() and _all(column, _DATE)
    if not dates_only and not (any(map(_LOW.search, names)) and any(map(_HIGH.search, names))):
        return
    times = read_form(column, form)
    known = ~np.isnat(times)
    if not dates_only and ((times[known].astype(np.int64) % _DAY.astype(np.int64)) != 0).any():
        return
    who = np.zeros(len(times), dtype=np.int64)
    if stations is not None:
        cells = one_chunk(stations)
        who = pc.fill_null(cells.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    pairs = np.stack([who[known], times[known].astype(np.int64)], axis=1)
    once = len(np.unique(pairs, axis=0)) == len(pairs)
    if once and (dates_only or len(pairs) > 2):
        raise Rejected(
            Reason.DAILY_ONLY,
            f"the times, such as {filled[0].as_py()!r}, are dates with no hour, each once: daily values",
        )
    if dates_only:
        raise Rejected(
            Reason.NO_TIME,
            f"the times, such as {filled[0].as_py()!r}, are dates with no hour; name the column of the hour in [aliases] too",
        )


def _all(column: pa.Array, pattern: str) -> bool:
    """Whether nearly all texts that are there have a form (rows at the end may sum up)."""
    found = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    return (pc.sum(found.cast(pa.int64())).as_py() or 0) >= 0.9 * len(column)
