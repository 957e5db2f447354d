"""What is said to a person of a file that was read, beside what a single column gave rise to.

Belongs here: sentences on the whole file. Does not belong here: what is assumed of a unit (`source_columns.py`), why a file is
not read (`refusals.py`).
"""

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, USUAL_TOKENS, one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats import refusals
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source_columns import Columns
from weather_etl.meteorology.formats.timing import Timing
from weather_etl.meteorology.units import QUANTITIES
from weather_etl.meteorology.vocabulary import RAW_NUMBERS

# Columns whose absence is news.
_USUAL = (
    "temperature_c", "humidity_percent", "wind_speed_ms", "wind_direction_deg", "visibility_km", "pressure_msl_hpa",
)  # fmt: skip
_INDOORS = re.compile(r"(?i)co2|co₂|tvoc|noise")
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


def of_table(skipped: int, timing: Timing, profile: Profile) -> list[str]:
    """Sentences on the lines above the header (`skipped` of them), and on the form of the times."""
    out = []
    if skipped:
        out.append(f"{skipped} lines of text above the header were skipped")
    if timing.why and profile.generic:
        form = _ORDERS.get(timing.form, timing.form)
        out.append(f"times such as {timing.example!r} are read as {form}: {timing.why}")
    return out


def unusual_words(columns: Columns, cells: Mapping[str, pa.ChunkedArray]) -> list[str]:
    """Sentences on the words in columns of numbers that are taken as missing though they are unusual."""
    out = []
    for variable, texts in cells.items():
        if variable in QUANTITIES and (odd := _unusual_words(variable, texts)):
            name = columns.by_variable[variable].name
            out.append(f"{', '.join(map(repr, odd[:5]))} in {name!r} count as missing")
    return out


def of_columns(columns: Columns, cut: Cut, timing: Timing, profile: Profile, *, names_stations: bool) -> list[str]:
    """Sentences on what the file does not have, and on columns that nobody knows.

    Args:
        columns: of the file.
        cut: its cells.
        timing: its times.
        profile: that it was read by; where it is a producer's, its columns are as they should be.
        names_stations: the rows say of which station they are, and several may share a day.
    """
    out = []
    if profile.generic:
        out += _of_unknown_columns(columns, cut)
        if not names_stations and (told := refusals.once_a_day(timing.texts, timing.form)):
            out.append(told)
    if not len(cut.lines) and not cut.refused:
        out.append("the file has a header and no data line")
    return out


def _of_unknown_columns(columns: Columns, cut: Cut) -> list[str]:
    out = []
    unknown = columns.unread(cut.names)
    if unknown:
        out.append(f"unknown columns kept in `rescued`: {', '.join(unknown)}")
    twice = sorted({n for n in unknown if unknown.count(n) > 1})
    if twice:
        out.append(f"columns of the same name, the later ones numbered in `rescued`: {', '.join(twice)}")
    if any(_INDOORS.match(n) for n in unknown) and "temperature_c" in columns.by_variable:
        out.append(
            "the file has a column of CO2 or noise, as sensors indoors do: is its temperature that of the open air?"
        )
    absent = [c for c in _USUAL if c not in columns.by_variable]
    if absent:
        out.append(f"columns not in the file: {', '.join(absent)}")
    return out


def _unusual_words(variable: str, texts: pa.ChunkedArray) -> list[str]:
    cells = one_chunk(texts)
    if cells.null_count == len(cells) or variable not in RAW_NUMBERS:
        return []
    words = pc.utf8_trim_whitespace(cells.dictionary)
    lower = pc.utf8_lower(words)
    missing = pc.is_in(lower, value_set=pa.array(NULL_TOKENS))
    if not pc.any(missing).as_py():
        return []
    odd = pc.and_(missing, pc.invert(pc.is_in(lower, value_set=pa.array(USUAL_TOKENS))))
    return sorted(set(words.filter(odd).to_pylist()))
