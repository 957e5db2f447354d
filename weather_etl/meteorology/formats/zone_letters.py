"""Zones that stand as letters behind each time: `2020-10-25 02:00 CEST`.

Belongs here: which letters are one zone only, and those of the station's own zone. Does not belong here: the zone of times
without one (`zones.py`), reading a time (`cell_times.py`).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = r"(?<=\d) *\(?([A-Z]{3,5})\)?$"
# Not EST, CST, IST, BST and the like: several countries have them, with offsets that differ.
_CERTAIN = {
    "WEST": "+01:00", "CET": "+01:00", "MEZ": "+01:00", "CEST": "+02:00", "MESZ": "+02:00", "EET": "+02:00", "EEST": "+03:00",
    "SAST": "+02:00", "PKT": "+05:00", "SGT": "+08:00", "HKT": "+08:00", "AWST": "+08:00", "JST": "+09:00", "KST": "+09:00",
    "ACST": "+09:30", "ACDT": "+10:30", "AEST": "+10:00", "AEDT": "+11:00", "NZST": "+12:00", "NZDT": "+13:00",
    "MDT": "-06:00", "PDT": "-07:00", "AKST": "-09:00", "AKDT": "-08:00", "HST": "-10:00", "BRT": "-03:00",
}  # fmt: skip


def as_offsets(texts: pa.ChunkedArray, timezone: str | None) -> pa.ChunkedArray:
    """Times whose letters are a zone of one country, or of the station's, with the offset in their place.

    Args:
        texts: of times.
        timezone: of the station, an IANA name; its own letters are known too: CST is another zone in Chicago than in Shanghai.
    """
    sample = [t.strip() for t in texts.slice(0, 100).to_pylist() if t]
    if not any(re.search(_LETTERS, t) for t in sample):
        return texts
    for letters, offset in {**_CERTAIN, **(_of_the_station(timezone) if timezone else {})}.items():
        if pc.any(pc.match_substring(texts, letters)).as_py():  # at a tenth of the cost of replacing them
            texts = pc.replace_substring_regex(texts, rf"(\d) *\(?{letters}\)? *$", rf"\1{offset}")
    return texts


@lru_cache
def _of_the_station(timezone: str) -> Mapping[str, str]:
    """The letters of a zone in winter and summer since 1990, without those whose offset has changed."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):  # a fixed offset
        return {}
    offsets: dict[str, set[str]] = {}
    for year in range(1990, 2038):
        for month in (1, 7):
            at = datetime(year, month, 1, tzinfo=zone)
            offsets.setdefault(at.strftime("%Z"), set()).add(f"{at:%z}"[:3] + ":" + f"{at:%z}"[3:5])
    return {n: o.pop() for n, o in offsets.items() if n.isalpha() and len(o) == 1 and n not in ("UTC", "GMT")}
