"""Names of columns: how a text of a profile finds a name in a header, and what unit a name carries.

Belongs here: matching, brackets and suffixes. Does not belong here: any name (`profiles/*.toml`), units (`units.py`).
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from weather_etl.meteorology.bad_lines import MAX_COLUMNS
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.units import QUANTITIES, UNITS, known_unit

NAMELESS = "_column_"
MAX_NAME = 500  # a longer text names no unit, and patterns that end in blanks take the square of its length
_NEEDS_PARSER = re.compile(r'["\r\n\0]|^$')
_SIGNS = re.compile(r"[^a-z0-9]+")
_BRACKETS = re.compile(r"\s*[(\[]\s*([^()\[\]]*(?:\([^()]*\))?[^()\[\]]*)\s*[)\]]")


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """Letters and digits alone: no case, accents, blanks or signs."""
    if text.isascii():
        return _SIGNS.sub("", text.lower())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(c for c in plain if c.isalnum())


@lru_cache(maxsize=20_000)
def bare(name: str) -> tuple[str, str]:
    """A name without its unit, and the unit as it is written: `Temp, °C (LGR S/N: 1)` -> ('Temp', '°C').

    What stands in brackets, or behind a comma, counts as the unit; whether it is one is for `units.known_unit` to say.
    """
    name = name.strip()
    if len(name) > MAX_NAME:
        return name, ""
    comma = re.fullmatch(r"([^,()\[\]]+),\s*([^,()\[\]]+?)\s*(?:\(.*\))?", name)
    if comma:
        return comma[1].strip(), comma[2]
    brackets = list(_BRACKETS.finditer(name))
    if brackets:
        whole = (name[: brackets[-1].start()] + " " + name[brackets[-1].end() :]).strip()
        if whole:
            return whole, brackets[-1][1].strip()
    return name, ""


def words(name: str) -> list[str]:
    """The words of a name, split at signs and at capitals within: `windSpeedKmph` -> wind, speed, kmph."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return re.sub(r"[\W_]+", " ", apart.casefold()).split()


def split_names(line: str, delimiter: str) -> list[str]:
    """The names of a header line, trimmed.

    Raises:
        Rejected: too many, or a quote is open.
    """
    if delimiter == "space":
        return line.split()
    names = _parsed_names(line, delimiter) if _NEEDS_PARSER.search(line) else line.split(delimiter)
    if len(names) > MAX_COLUMNS:
        raise Rejected(Reason.TOO_MANY_COLUMNS, f"{len(names)} columns, at most {MAX_COLUMNS} are read")
    return [n.strip() for n in names]


def _parsed_names(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True))
    except (csv.Error, StopIteration):
        raise Rejected(Reason.NOT_CSV, "the header line has an unbalanced quote") from None


def is_regex(pattern: str) -> bool:
    return len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/")


@lru_cache(maxsize=20_000)
def _looked_for(pattern: str) -> tuple[re.Pattern[str] | None, str]:
    """What a pattern asks of a name: an expression to be found in it, else its letters and digits."""
    return (re.compile(pattern[1:-1]), "") if is_regex(pattern) else (None, key(pattern))


@lru_cache(maxsize=20_000)
def _without_unit(name: str) -> tuple[tuple[str, str], ...]:
    """What a name may be without its last words, and those, where they are a unit of anything."""
    whole = bare(name)[0]
    parts = words(whole)
    out = []
    if whole.rstrip().endswith("%") and parts[-1:] == ["in"]:  # `Humidity in %`
        out.append(("".join(parts[:-1]), "%"))
    for cut in range(max(len(parts) - 3, 1), len(parts)):
        out += [("".join(parts[:cut]), unit) for unit in units_of(parts[cut:]) if unit in _UNIT_WORDS]
    return tuple(out)


def units_of(last: Sequence[str]) -> list[str]:
    """What the last words of a name may be as a unit: `in hg` -> inhg; `in celsius` -> incelsius, celsius."""
    texts = ["".join(last), "".join(w for w in last if w not in ("in", "per"))]
    return [t for t in dict.fromkeys(texts) if t.strip("0123456789")]


_UNIT_WORDS = frozenset(re.sub(r"[\W_]+", "", u) for units in UNITS.values() for u in units) - {""}


def _may_end(unit: str, variable: str) -> bool:
    """Whether a name of this variable may end in that unit: `TempMin` is no temperature in minutes."""
    return variable not in QUANTITIES or known_unit(variable, unit) is not None


def stems_of(name: str, variable: str = "") -> frozenset[str]:
    """What a name may be without its unit: `Temperature (C)` and `temperature_c` share one."""
    stems = {stem for stem, unit in _without_unit(name) if _may_end(unit, variable)}
    return frozenset({key(bare(name)[0]), *stems} - {""})


def all_named(names: Iterable[str]) -> list[str]:
    """The names of a header, with one of ours for each column that has none."""
    return [name or f"{NAMELESS}{at + 1}" for at, name in enumerate(names)]


def is_nameless(name: str, at: int) -> bool:
    """Whether a name is the one that we gave to the column at this position, for it had none."""
    return name == f"{NAMELESS}{at + 1}"


class Names:
    """The names of one header, for finding patterns in them.

    A text fits a name exactly, else by letters and digits alone, with or without its bracketed unit; exact wins.
    `/.../` is a regular expression, searched. What is given is not to be changed: files share it (`names_of`).
    """

    def __init__(self, names: Sequence[str], *, suffixes: bool = False) -> None:
        self.names = tuple(names)
        self.suffixes = suffixes
        self._named = [(i, name) for i, name in enumerate(self.names) if name and not is_nameless(name, i)]
        self._positions: dict[tuple[str, str], tuple[int, ...]] = {}
        self.exact = _positions_by((name, i) for i, name in self._named)
        self.lower = _positions_by((name.lower(), i) for i, name in self._named)
        self.keys = _positions_by(
            (k, i) for i, name in self._named for k in dict.fromkeys((key(name), key(bare(name)[0]))) if k
        )
        # Without the unit that its last words are: `wind_speed_kmh`.
        self.without_unit: dict[str, list[tuple[int, str]]] = {}
        if suffixes:
            for i, name in enumerate(self.names):
                for k, unit in _without_unit(name):
                    self.without_unit.setdefault(k, []).append((i, unit))

    def __len__(self) -> int:
        return len(self.names)

    def all(self, pattern: str, variable: str = "") -> tuple[int, ...]:
        """Positions of the names that a pattern fits; one that ends in a unit must end in one of the variable."""
        at = (pattern, variable)
        if at not in self._positions:
            self._positions[at] = self._find(pattern, variable)
        return self._positions[at]

    def _find(self, pattern: str, variable: str) -> tuple[int, ...]:
        expression, k = _looked_for(pattern)
        if expression:
            return tuple(i for i, n in self._named if expression.search(n))
        if same := self.exact.get(pattern) or self.keys.get(k):
            return same
        return tuple(i for i, unit in self.without_unit.get(k, ()) if _may_end(unit, variable))

    def numbered(self, name: str) -> tuple[int, ...]:
        """Positions of a name as a station's alias says it; `Temp (2)`: the second of several of one name."""
        positions = self.all(name)
        match = re.fullmatch(r"(.+) \((\d{1,2})\)", name)
        if positions or not match:
            return positions
        return self.exact.get(match[1], ())[int(match[2]) - 1 : int(match[2])]

    def first(
        self, patterns: Iterable[str], *, without: Sequence[str] = (), used: Iterable[int] = (), variable: str = ""
    ) -> int | None:
        """Position of the first pattern's first name that no pattern of `without` fits and that is not used yet."""
        taken = set(used)
        if (
            self.suffixes and variable == "humidity_percent" and "v" in self.keys
        ):  # `u` beside `v`: the components of the wind
            taken.update(self.keys.get("u", ()))
        for pattern in patterns:
            for i in self.all(pattern, variable):
                if i not in taken and not any(i in self.all(w) for w in without):
                    return i
        return None

    def has(self, pattern: str | Sequence[str]) -> bool:
        return any(self.all(p) for p in ([pattern] if isinstance(pattern, str) else pattern))


def _positions_by(named: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for name, i in named:
        found.setdefault(name, []).append(i)
    return {name: tuple(at) for name, at in found.items()}


def names_of(names: Iterable[str], *, suffixes: bool = False) -> Names:
    """The names of a header; the files of a producer share one header, and what was found in it is kept."""
    return _kept(tuple(names), suffixes)


@lru_cache(maxsize=64)
def _kept(names: tuple[str, ...], suffixes: bool) -> Names:
    return Names(names, suffixes=suffixes)
