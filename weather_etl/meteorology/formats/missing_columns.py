"""What may be meant where a file has no column for the time or nothing measured: questions and lines of `station.toml`.

Belongs here: names that look like one, never for reading. Does not belong here: names that are known (`profiles/generic.toml`).
"""

import difflib
import json
import re
from collections.abc import Sequence

from weather_etl.meteorology.formats.names import Names, bare, is_regex, key
from weather_etl.meteorology.formats.profile import Profile

_EXAMPLES = {"timestamp": "Time", "temperature_c": "Temperature (C)"}
# What a name may mean that is none of the known ones: for a question, never for reading.
_LOOKS = (
    ("dew|taupunkt|rosée", "dew_point_c"),
    ("temp|^t[_ ]?(air|out|2m|a|avg|mean)", "temperature_c"),
    ("humid|^hum|^rh|feucht", "humidity_percent"),
    ("gust|böe|rafale|racha", "wind_gust_ms"),
    ("wind|^ws|spd|speed|vent|vient", "wind_speed_ms"),
    ("dir|^wd|bearing", "wind_direction_deg"),
    ("pres|baro|druck", "pressure_station_hpa"),
    ("rain|precip|regen|pluie|lluvia", "precipitation_mm"),
    ("^ghi|irrad|radiation|solar", "solar_radiation_wm2"),
)
_NUMBER_OF = re.compile(
    r"(?i)(^|[^a-z])(id|codi?|code|nr|no|num|var(iable)?|flag|qc?|lat|lon|lng|alt)([^a-z]|$)|[a-z]I[dD]$|^(id|codi?)[A-Z_]|(latitude|longitude|elevation)$"
)
_VALUE = re.compile(
    r"(?i)(^|[^a-z])(value|val|valor|valore|valeur|wert|waarde|wartosc|wartość|hodnota|värde|verdi)([^a-z]|$)|^valor"
)
_OF_A_TIDY_TABLE = re.compile(
    r"(?i)(^|[^a-z])(variable|parameter|param|element|magnitud|quantity|observable|field|measure(ment)?|unit|einheit|unidad)([^a-z]|$)"
    r"|descripcionsensor|unidadmedida|readingtype"
)
WAY_OUT_OF_TIDY = (
    "; the table has one value a line: a profile whose [long] names the column of variables and that of values reads it"
)


def is_tidy(unused: Sequence[str]) -> bool:
    """Whether the names that mean nothing are those of a table with one value a line."""
    return any(map(_OF_A_TIDY_TABLE.search, unused)) and any(map(_VALUE.search, unused))


def pasted(
    profile: Profile, names: Names, missing: Sequence[str], unused: Sequence[str], likely: Sequence[int],
    first: Sequence[Sequence[str]],
) -> str:  # fmt: skip
    """The line of `station.toml` that says which columns are missing, guessed; a person corrects it. "" without a guess."""
    guesses: dict[str, str] = {}
    for required in missing:
        left = [n for n in unused if n not in guesses]
        if required == "timestamp" and likely:
            guesses |= {names.names[i]: required for i in likely}
        elif near := _near(profile, required, left):
            guesses[near[0]] = required
        elif required != "timestamp" and (look := _look(profile, names, left)):
            guesses[look[0]] = look[1]
        elif such := [n for n in left if not first or _holds(required, names.names.index(n), first)]:
            guesses[min(such, key=_unlikely)] = required
    columns = ", ".join(f'{json.dumps(name, ensure_ascii=False)} = "{column}"' for name, column in guesses.items())
    return f"; or say in station.toml which it is: aliases = {{ {columns} }}" if guesses else ""


def _unlikely(name: str) -> int:
    """How little a column of numbers looks like measured values, by its name: ids and codes last."""
    return 0 if _VALUE.match(name) else 2 if _NUMBER_OF.search(name) else 1


def _holds(required: str, at: int, rows: Sequence[Sequence[str]]) -> bool:
    """Whether the cells of a column may be what is missing: times have digits, measured values are numbers."""
    pattern = r".*\d.*" if required == "timestamp" else r"\s*[+-]?\d*[.,]?\d+\s*"
    return any(at < len(r) and re.fullmatch(pattern, r[at]) for r in rows)


def _look(profile: Profile, names: Names, unused: Sequence[str]) -> tuple[str, str] | None:
    for pattern, column in _LOOKS:
        not_this = {i for r in profile.columns if r.to == column for w in r.exclude for i in names.all(w)}
        for name in unused:
            if re.search(pattern, name, re.IGNORECASE) and names.names.index(name) not in not_this:
                return name, column
    return None


def _near(profile: Profile, required: str, names: Sequence[str]) -> list[str]:
    """Of the header names that mean nothing else those that come nearest to a name of a column."""
    if required == "timestamp":
        wanted = [p for option in profile.time_options for p in option if not is_regex(p)]
    else:
        wanted = [n for r in profile.columns if r.to == required for n in r.name if not is_regex(n)]
    by_key = {key(bare(n)[0]): n for n in names}
    keys = sorted({key(w) for w in wanted if len(key(w)) > 2})
    near = [by_key[m] for w in keys for m in difflib.get_close_matches(w, list(by_key), n=1, cutoff=0.7)]
    return list(dict.fromkeys(near))


def hint(profile: Profile, required: str, names: Sequence[str]) -> str:
    """The sentence on a column that is missing, with the name among these that may have been meant."""
    near = _near(profile, required, names)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    example = _EXAMPLES[required]
    what = "the time" if required == "timestamp" else "any measured value"
    return f"no column for {what} (a header such as {example!r} is needed){meant}"
