"""What the sky looked like: classes of cloud cover as reports code them.

Belongs here: text of sky conditions -> cloud cover. Does not belong here: numbers with a unit (`units.py`).
"""

import re

# Eighths of the sky, as ISD and LCD code the classes.
OKTAS = {"FEW": 2.0, "SCT": 4.0, "BKN": 7.0, "OVC": 8.0, "CLR": 0.0, "SKC": 0.0, "NSC": 0.0, "NCD": 0.0}
_LAYER = re.compile(r"\b(FEW|SCT|BKN|OVC|CLR|SKC|NSC|NCD)(?::(\d\d))?", re.IGNORECASE)
_INVISIBLE = re.compile(r"\bVV(\d{3}|///|:\d\d)?(?![A-Z\d])", re.IGNORECASE)  # not VVNB, an airport


def cloud_cover(text: str) -> float | None:
    """Total cloud cover in percent of a text such as `FEW:02 25 BKN:07 250`, `BKN` or `CLR:00`.

    Layers are cumulative, so that the largest one is the total; the number behind a colon is the class in eighths
    (09 and 10: the sky is invisible). None where the text names no class, or the sky is invisible above a layer: CAVOK,
    VV, `///`, and a number alone, which in LCD files is a height.
    """
    oktas = [float(m[2]) if m[2] else OKTAS[m[1].upper()] for m in _LAYER.finditer(text)]
    if not oktas or max(oktas) > 8.0 or _INVISIBLE.search(text):
        return None
    return 12.5 * max(oktas)
