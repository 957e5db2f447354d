"""Points of the compass in letters, in the languages of weather services -> degrees.

Belongs here: which letters mean north, east, south and west, and which alphabet a column is written in.
Does not belong here: numbers (`cell_numbers.py`), sectors of the aggregates (`aggregation/vectors.py`).

`O` is east in German and west in French, `S` north in Czech: the letters of the whole column tell which.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from weather_etl.meteorology.vocabulary import SECTORS

ENGLISH = "en"
# Letters of north, east, south, west.
_ALPHABETS = {
    ENGLISH: "NESW",
    "de": "NOSW",  # Estonian and Polish files have them too
    "nl": "NOZW",
    "sv": "NÖSV",
    "sv, O": "NOSV",
    "da": "NØSV",  # and Norwegian
    "fr": "NESO",  # and Spanish, Italian
    "pt": "NESO",
    "cs": "SVJZ",  # and Slovak
    "ru": "СВЮЗ",
    "tr": "KDGB",
    "ja": "北東南西",
    "zh": "北东南西",
    "ko": "북동남서",
}
# What headers of a language hold; two languages that share letters are told apart by it.
_HEADERS = {
    "de": "richtung", "nl": "windrichting", "sv": "vindriktning", "sv, O": "vindriktning", "da": "vindretning",
    "fr": "vent|viento|vento", "pt": "vento", "cs": "směr|smer", "tr": "rüzgar",
}  # fmt: skip
_CHINESE = {"东北": 45.0, "东南": 135.0, "西南": 225.0, "西北": 315.0}  # east and west come first


@lru_cache
def sectors(alphabet: str) -> dict[str, float]:
    """The sixteen points as they are written in an alphabet -> degrees."""
    if alphabet == "pt":  # L, leste, alone: between two points it is E
        return {"L" if p == "E" else p: degrees for p, degrees in sectors("fr").items()}
    letters = str.maketrans("NESW", _ALPHABETS[alphabet])
    found = {name.translate(letters): 360.0 / len(SECTORS) * i for i, name in enumerate(SECTORS)}
    return found | _CHINESE if alphabet == "zh" else found


def alphabet_of(texts: Iterable[str], header: str = "") -> str | None:
    """The alphabet in which all points of the compass among these texts have one meaning; None if they may have two.

    That of the header's language; English where they can be English, or where no alphabet has them all.

    Args:
        texts: distinct cells of a column.
        header: its name.
    """
    words = {t.strip().upper() for t in texts}
    points = {w for w in words if any(w in sectors(a) for a in _ALPHABETS)}
    fitting = [a for a in _ALPHABETS if points <= sectors(a).keys()]
    spoken = [a for a in fitting if a in _HEADERS and re.search(_HEADERS[a], header.casefold())]
    if spoken and len({tuple(sectors(a)[p] for p in sorted(points)) for a in spoken}) == 1:
        return spoken[0]
    if not fitting or ENGLISH in fitting:
        return ENGLISH
    meanings = {tuple(sectors(a)[p] for p in sorted(points)) for a in fitting}
    return fitting[0] if len(meanings) == 1 else None
