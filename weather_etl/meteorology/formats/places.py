"""The column that names the station of each row.

Belongs here: telling it, by its name or by what tells rows of one time apart. Does not belong here: splitting a file by stations
(`ingestion/splitting.py`).
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import as_dictionary, one_chunk
from weather_etl.meteorology.cutting import Cut
from weather_etl.meteorology.formats.names import Names, is_nameless
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source_columns import NUMBER, Columns

_SAMPLE = 200_000
_TOLD = "the times repeat, and {} tells apart the rows of one time: it is taken for the station"
_CLOCK = r"^\s*\d{1,4}([:.h]\d{2}){0,2}\s*([AaPp]\.?[Mm]\.?|UTC|GMT|Uhr|h|hs|hrs|Z)?\s*$"
_ID = re.compile(r"(?i)(^|[^a-z])(id|code|nr|no|num|number)$|[a-z]I[dD]$")
_MOST_PLACES = 10_000
_REPEATED = 0.9  # of the times are different ones at most, where several places share them
_TOLD_APART = 0.98
# What a column of places is called; several names in it are several places, whether they share their times or not.
_CERTAIN = (
    "station name", "name", "nombre", "nom", "stationid", "station code", "stn", "stn id", "stid", "location name", "city", "city name", "cityname", "site name",
    "site id", "place name", "weather station", "automatic weather station", "weather station id", "weather station name", "met station", "codi estació", "meteo codi", "icao", "wmo", "wban", "airport", "town", "stationsname", "ville", "commune", "nom station",
    "nombre estación", "nombre de la estación", "código estación", "municipio", "ciudad", "cidade", "comune", "nazwa stacji", "kod stacji", "miasto", "město",
    "település", "şehir", "stationsnaam", "город", "станция", "站名", "站号", "城市", "測站", "지점", "지점명",
)  # fmt: skip
# What it may be called; it is one only if it tells rows of one time apart.
_PLACES = (
    *_CERTAIN, "location", "location id", "site", "place", "region",
    "district", "province", "state", "county", "island", "country", "device", "device id", "device name", "sensor id", "sensor",
    "logger", "node", "mac", "plant id", "buoy", "ort", "standort", "messstelle", "lieu", "estación", "localidad", "estação",
    "località", "stazione", "stacja", "stanice", "állomás", "istasyon", "plaats", "地点", "地点名",
)  # fmt: skip


def station_column(
    profile: Profile, names: Names, cut: Cut, times: pa.ChunkedArray, columns: Columns
) -> tuple[pa.ChunkedArray, int] | None:
    """The texts that name the station of each row, and the position of their column; None without.

    In a file of no particular format a column such as `city`, or one of other texts that nobody reads, does so if it tells
    apart rows of the same time; that is told.

    Args:
        profile: of the file.
        names: of its columns.
        cut: its cells.
        times: texts of the times.
        columns: what is read; a sentence is added where no name says that it is the station.
    """
    patterns = profile.part("station").get("column", ())
    at = names.first(patterns) if patterns else None
    if at is None and "station" in cut.names and (profile.part("wide") or profile.part("long")):
        at = names.first(["station"])
    if at is None and profile.generic and not names.has(["station", "station id"]):
        at = _by_cells(names, cut, times, columns)
    if at is None:
        return None
    column = cut.columns[at]
    return as_dictionary(column), at


def _by_cells(names: Names, cut: Cut, times: pa.ChunkedArray, columns: Columns) -> int | None:
    named = [i for i in dict.fromkeys(i for p in _PLACES for i in names.all(p)) if i not in columns.used]
    others = [i for i in range(len(names)) if i not in columns.used and not is_nameless(names.names[i], i)]
    if not any(1 < _kinds_of(_codes(cut.columns[i])) <= _MOST_PLACES + 1 for i in others):  # one may be the empty text
        return None
    certain = [i for p in _CERTAIN for i in names.all(p) if i not in columns.used]
    when = _codes(times)
    moments = _distinct(when)
    if moments >= _REPEATED * len(when):
        return next((i for i in certain if 1 < len(_texts(cut.columns[i])) <= min(_MOST_PLACES, len(when) // 2)), None)
    shares = {i: _told_apart(cut.columns[i], when, moments, one_row_each=i in certain) for i in named}
    best = max(shares, key=lambda i: shares[i], default=None)
    if best is not None and shares[best] > 0:
        return best
    telling = [i for i in others if _told_apart(cut.columns[i], when, moments) >= _TOLD_APART]
    texts = [i for i in telling if _is_text(cut.columns[i])]
    ids = [i for i in telling if _ID.search(names.names[i])]
    at = next(iter([*texts, *ids]), None)
    if at is not None:
        columns.warnings.append(_TOLD.format(repr(names.names[at])))
    return at


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    cells = one_chunk(as_dictionary(column.slice(0, _SAMPLE)))
    return pc.fill_null(cells.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _texts(column: pa.ChunkedArray) -> pa.Array:
    """The different texts of a column, the empty one left out."""
    texts = pc.unique(column.slice(0, _SAMPLE).cast(pa.string())).drop_null()
    return texts.filter(pc.not_equal(pc.utf8_trim_whitespace(texts), ""))


def _told_apart(column: pa.ChunkedArray, when: np.ndarray, moments: int, *, one_row_each: bool = False) -> float:
    """Share of the rows that differ in time or in this column; 0 where it tells nothing apart, of `moments` different times.

    A column of which most texts stand in one row is no place, unless its name says that it is one: the newest report of
    each station.
    """
    what = _codes(column)
    kinds = _kinds_of(what)
    if not 1 < kinds <= _MOST_PLACES or (kinds * 2 > len(what) and not one_row_each):
        return 0.0
    pairs = _distinct((when + 1) * (what.max() + 2) + what + 1)
    return pairs / len(when) if pairs > moments else 0.0


def _kinds_of(codes: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(codes + 1)))


def _distinct(numbers: np.ndarray) -> int:
    """`np.unique` hashes, which takes ten times as long."""
    ordered = np.sort(numbers)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(len(ordered), 1)


def _is_text(column: pa.ChunkedArray) -> bool:
    texts = _texts(column)
    return len(texts) > 1 and not pc.any(pc.match_substring_regex(texts, rf"{NUMBER}|{_CLOCK}")).as_py()
