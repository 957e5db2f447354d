"""A profile: how the files of one producer are recognised and read, as data (TOML).

Belongs here: what a profile says, once it is read.
Does not belong here: its TOML (`grammar.py`), any format (`profiles/*.toml`), finding and applying profiles
(`registry.py`, `recognise.py`, `engine.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DECODERS = ("text", "xlsx", "parquet", "json", "metar", "synop", "open_meteo")
REFUSALS = ("TYPICAL_YEAR", "NO_YEAR", "DAILY_ONLY", "NO_TIME", "NO_DATE", "NOT_CSV")
ZONE_WORDS = ("station", "header", "meta", "evidence", "lst", "solar")
META_KEYS = ("station", "name", "latitude", "longitude", "elevation_m", "zone", "year", "month", "day")
KINDS = ("instant", "mean", "max", "sum", "counter", "rate", "amount", "running", "interval")
_DURATION = re.compile(r"(\d+)\s*(min|h|d)")


class ProfileError(Exception):
    """A profile that cannot be used; the message names profile, line and key."""


@dataclass(frozen=True)
class Quality:
    """Where the source's quality code of a value stands, and what its codes mean as QARTOD flags.

    Attributes:
        column: name pattern of the column with the code.
        part: position of the code in a composite cell.
        at: position of its character in the line.
        next: it stands so many cells to the right.
        cell: regex that finds a mark in the cell itself (flag 3).
        codes: code -> flag (`*`: all others), or `isd`.
    """

    column: str = ""
    part: int | None = None
    at: int | None = None
    next: int | None = None
    cell: str = ""
    codes: Mapping[str, int] | str = "isd"


@dataclass(frozen=True)
class ColumnRule:
    """Where one variable stands in a file, and how it is written; see docs/your-format.md."""

    to: str
    name: tuple[str, ...] = ()
    at: tuple[int, int] | None = None
    find: str = ""
    join: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unit: str = ""
    unit_wins: bool = False
    steps: str = ""
    missing: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    map: Mapping[str, float] | str | None = None
    strip: str = ""
    part: int | None = None
    where: tuple[str, str] | None = None
    quality: Quality | None = None
    kind: str = ""
    period: str = ""
    period_column: str = ""
    height_m: float | None = None
    resets: str = ""
    routine: str = ""

    @property
    def is_open(self) -> bool:
        """The unit is not certain: evidence or the station decide, else it is assumed and told."""
        return self.unit.endswith("?")

    @property
    def minutes(self) -> int:
        """Of the period of an amount; 0 where the profile does not say it."""
        return minutes_of(self.period) if self.period else 0


@dataclass(frozen=True)
class Profile:
    """One profile, its base merged in.

    Attributes:
        name: of its file, without ending.
        title: for a person.
        columns: rules of the variables, in order.
        parts: the other tables of the TOML (`match`, `text`, `header`, `time`, ...).
        digest: identifies its content, that of its base included.
        origin: where it comes from: `packaged`, a blob name, `station.toml`.
        generic: it is built on the built-in names.
        by_temperature: unit that the temperatures prove to have -> units that follow, for a file is in one system.
    """

    name: str
    title: str
    source: str = ""
    rank: int = 50
    decoder: str = "text"
    refuse: str = ""
    missing: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    blank_precipitation: str = "missing"
    columns: tuple[ColumnRule, ...] = ()
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    digest: str = ""
    origin: str = "packaged"
    generic: bool = False
    by_temperature: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.digest)

    def part(self, name: str) -> Mapping[str, Any]:
        """A table of the TOML, empty where it has none of that name."""
        return self.parts.get(name, {})

    @property
    def time_options(self) -> list[list[str]]:
        """Lists of column patterns whose texts, joined by a blank, may be the time."""
        columns = self.part("time").get("columns", [])
        return [list(c) for c in columns] if columns and isinstance(columns[0], list) else [list(columns)]

    @property
    def zones(self) -> list[str]:
        """Where the zone of the times is looked for, in this order: words of `zones.zone_of`, or zones."""
        zone = self.part("time").get("zone", "station")
        return [zone] if isinstance(zone, str) else list(zone)

    @property
    def encodings(self) -> tuple[str, ...]:
        """Of its files, in the order in which they are tried."""
        return tuple(self.part("text").get("encoding", ("utf-8-sig", "cp1252")))


def minutes_of(duration: str) -> int:
    """`10min`, `1h`, `1d` in minutes.

    Raises:
        ValueError: it is no such text.
    """
    match = _DURATION.fullmatch(duration.strip())
    if not match:
        raise ValueError(f"{duration!r} is no duration such as 10min, 1h or 1d")
    return int(match[1]) * {"min": 1, "h": 60, "d": 1440}[match[2]]
