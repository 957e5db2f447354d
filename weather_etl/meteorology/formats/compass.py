"""Points of the compass in other languages than English: which language a column speaks, and its degrees.

Belongs here: letters and words of directions, and what is no direction (calm, variable).
Does not belong here: English letters (`vocabulary.SECTORS`), which column has directions (`mapping.py`).

`O` is east in German and west in French, `S` is north in Czech, `K` is east in Hungarian and north in Turkish: a
language is taken only if it alone explains all texts of a column, or if all that do agree, or if the header speaks it.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from weather_etl.meteorology.cell_states import NULL_TOKENS, one_chunk
from weather_etl.meteorology.formats.source_columns import NUMBER, Columns, SourceColumn
from weather_etl.meteorology.vocabulary import SECTORS

# Of each language what its own north, east, south and west begin with, and words of its headers.
_LETTERS: Mapping[str, tuple[str, str]] = {
    "English": ("N E S W", "wind dir|bearing"),
    "German": ("N O S W", "richtung"),
    "French": ("N E S O", "vent"),
    "Spanish, Italian or Portuguese": ("N E S O", "viento|vento|direzione|direção"),
    "Dutch": ("N O Z W", "windrichting"),
    "Swedish": ("N O S V", "vindriktning"),
    "Swedish, \u00d6": ("N \u00d6 S V", "vindriktning"),
    "Danish or Norwegian": ("N \u00d8 S V", "vindretning"),
    "Czech": ("S V J Z", "sm\u011br|v\u011btru"),
    "Hungarian": ("\u00c9 K D NY", "sz\u00e9l"),
    "Turkish": ("K D G B", "r\u00fczgar"),
    "Finnish": ("P I E L", "tuuli|tuulen"),
    "Russian": ("\u0421 \u0412 \u042e \u0417", "\u0432\u0435\u0442\u0440"),
    "Chinese or Japanese": ("\u5317 \u6771 \u5357 \u897f", "\u98a8|\u98ce"),
    "Chinese, simplified": ("\u5317 \u4e1c \u5357 \u897f", "\u98ce"),
    "Korean": ("\ubd81 \ub3d9 \ub0a8 \uc11c", "\ud48d"),
    "English words": ("NORTH EAST SOUTH WEST", "wind dir"),
    "German words": ("NORD OST S\u00dcD WEST", "richtung"),
    "French words": ("NORD EST SUD OUEST", "vent"),
    "Spanish words": ("NORTE ESTE SUR OESTE", "viento"),
    "Italian words": ("NORD EST SUD OVEST", "vento"),
}
NO_DIRECTION = frozenset(
    ("calm", "calma", "calme", "windstill", "windstille", "stil", "vindstille", "lugnt", "cisza", "klid", "bezv\u011bt\u0159\u00ed", "sz\u00e9lcsend", "c", "clm",
     "vrb", "var", "variable", "ver\u00e4nderlich", "umlaufend", "\u9759\u7a4f", "\u9759\u98a8", "\u9759\u98ce", "\uc815\uc628", "\u0448\u0442\u0438\u043b\u044c")
)  # fmt: skip


_MANY_TEXTS = 1000  # distinct ones: directions have fewer

# Headers of languages in which an English letter is another direction.
_NOT_ENGLISH = re.compile("(?i)sm\u011br|v\u011btru|tuul")


def take_language(columns: Columns, column: SourceColumn, cells: pa.ChunkedArray) -> None:
    """Read the points of the compass of a column in the language that it speaks; the usual one is English.

    Args:
        columns: of the file; gets a sentence where letters are not read.
        column: of directions; how it is written is changed.
        cells: its text.
    """
    texts = pc.utf8_trim_whitespace(one_chunk(cells).dictionary).to_pylist() if len(cells) else []
    texts = [t for t in texts[:_MANY_TEXTS] if t and t.lower() not in NULL_TOKENS and not re.match(NUMBER, t)]
    if not texts or (all(t.upper() in SECTORS for t in texts) and not _NOT_ENGLISH.search(column.name)):
        return
    written = column.written
    if _are_marks(texts, cells):
        columns.warnings.append(f"{', '.join(map(repr, texts))} among the numbers of {column.name!r} count as missing")
        marks = {*written.words, *(t.lower() for t in texts)}
        column.written = replace(written, compass=False, words=tuple(sorted(marks)))
        return
    points, problem = read_points(texts, column.name)
    words = tuple(sorted({*written.words, *NO_DIRECTION}))
    if points:
        column.written = replace(written, compass=False, numbers=tuple(sorted(points.items())), words=words)
    elif problem:
        columns.warnings.append(f"the letters in {column.name!r} are not read: {problem}")
        column.written = replace(written, compass=False, words=words)
    else:
        column.written = replace(written, words=words)


def _are_marks(texts: Sequence[str], cells: pa.ChunkedArray) -> bool:
    """Whether a letter or two stand among the numbers of a column, as for a wind that varies: they are no directions."""
    numbers = pc.match_substring_regex(pc.utf8_trim_whitespace(one_chunk(cells).dictionary), NUMBER)
    return len(texts) <= 2 and (pc.sum(numbers.cast(pa.int64())).as_py() or 0) >= 8


def read_points(texts: Iterable[str], header: str) -> tuple[dict[str, float], str]:
    """Text -> degrees of the points of the compass among these texts; a sentence if languages contradict each other.

    Args:
        texts: distinct cells of a column that are neither numbers nor missing.
        header: name of the column.
    """
    wanted = {t: _plain(t) for t in texts}
    wanted = {t: p for t, p in wanted.items() if t.strip().lower() not in NO_DIRECTION and re.search(r"[^\W\d_]", p)}
    if not wanted:
        return {}, ""
    readings: dict[str, dict[str, float]] = {}
    for language, (letters, _) in _LETTERS.items():
        known = _points(letters.split())
        if language == "Spanish, Italian or Portuguese":  # leste in Portuguese, levante; between two points it is E
            known["L"] = 90.0
        if all(p in known for p in wanted.values()):
            readings[language] = {t: known[p] for t, p in wanted.items()}
    if not readings:
        return {}, ""
    first = next(iter(readings.values()))
    if all(r == first for r in readings.values()):
        return first, ""
    spoken = [r for language, r in readings.items() if re.search(_LETTERS[language][1], header, re.IGNORECASE)]
    if spoken and all(r == spoken[0] for r in spoken) and "English" not in _speaking(readings, spoken[0]):
        return spoken[0], ""
    if "English" in readings:
        return readings["English"], ""
    examples = [t for t in wanted if len({r[t] for r in readings.values()}) > 1][:3]
    return {}, (
        f"{', '.join(map(repr, examples))} are other directions in {' than in '.join(sorted(readings)[:2])}; say in station.toml "
        "what they are: " + _mapping(header, first)
    )


def _speaking(readings: Mapping[str, Mapping[str, float]], chosen: Mapping[str, float]) -> list[str]:
    return [language for language, reading in readings.items() if reading == chosen]


def _mapping(header: str, reading: Mapping[str, float]) -> str:
    points = ", ".join(f"{json.dumps(t, ensure_ascii=False)} = {d:g}" for t, d in reading.items())
    return (
        'format = { base = "generic", column = [{ to = "wind_direction_deg", '
        f'name = [{json.dumps(header, ensure_ascii=False)}], unit = "degree", map = {{ {points} }} }}] }}'
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s./_-]+", "", unicodedata.normalize("NFC", text)).upper()


def _points(cardinal: list[str]) -> dict[str, float]:
    """The sixteen points, put together of four; both orders of a pair (Chinese names east before north)."""
    of = dict(zip("NESW", cardinal, strict=True))
    out: dict[str, float] = {}
    for i, sector in enumerate(SECTORS):
        degrees = i * 360.0 / len(SECTORS)
        out["".join(of[c] for c in sector)] = degrees
        if len(sector) == 2:
            out.setdefault("".join(of[c] for c in reversed(sector)), degrees)
    return out
