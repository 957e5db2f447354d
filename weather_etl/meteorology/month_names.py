"""Names of months in the languages of the built-in names; importing them costs nothing.

Belongs here: name or abbreviation -> number. Does not belong here: how a time is written (`time_forms.py`).

`listopad`, `lip` and `srp` are left out: they are other months in Croatian than in Polish or Czech.
"""

import unicodedata
from functools import lru_cache

# The first three letters, without accents.
_BEGINNINGS = {
    1: "jan gen ene sty led oca янв", 2: "feb fev lut uno sub şub фев", 3: "mar mrt maa mrz мар", 4: "apr avr abr kwi dub nis апр",
    5: "may mai mei maj mag kve май мая", 6: "jun giu cze haz июн", 7: "jul lug tem июл", 8: "aug ago aou sie agu авг",
    9: "sep set sze wrz zar eyl сен", 10: "oct okt out ott paz rij eki окт", 11: "nov kas ноя", 12: "dec dez dic dez des gru pro ara дек",
}  # fmt: skip
_WHOLE = {
    "juin": 6, "juil": 7, "juillet": 7, "cerven": 6, "cervna": 6, "cervenec": 7, "cervence": 7, "lipiec": 7, "lipca": 7,
    "srpen": 8, "srpna": 8, "brezen": 3, "brezna": 3,
}  # fmt: skip
_MONTHS = {letters: month for month, texts in _BEGINNINGS.items() for letters in texts.split()}


@lru_cache(maxsize=1_000)
def month_of(name: str) -> int:
    """The number of a month, 0 if it is none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = plain.replace("\u0438\u0306", "й")
    return _WHOLE.get(plain) or _MONTHS.get(plain[:3], 0)
