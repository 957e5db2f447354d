"""Amounts of precipitation, each with the row that it came from.

Belongs here: what is carried from reports to hours.
Does not belong here: making hours of reports (`precipitation.py`).
"""

from dataclasses import dataclass, field

import numpy as np

from weather_etl.meteorology.quality import Flag


@dataclass
class Amounts:
    """Amounts of hours (or of longer periods that end with them), at most one an hour.

    Attributes:
        hours: since 1970, ascending.
        values: mm.
        rows: the row of each, of several its last.
        trace: mask; a trace is 0 mm.
    """

    hours: np.ndarray
    values: np.ndarray
    rows: np.ndarray
    trace: np.ndarray

    @classmethod
    def none(cls) -> "Amounts":
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing.astype(np.float64), nothing, nothing.astype(bool))

    def take(self, which: np.ndarray) -> "Amounts":
        return Amounts(self.hours[which], self.values[which], self.rows[which], self.trace[which])

    def filled_from(self, other: "Amounts") -> "Amounts":
        """These, and of the other ones those of hours that these have not."""
        if not len(other.hours):
            return self
        both = Amounts(
            *(np.concatenate([getattr(self, n), getattr(other, n)]) for n in ("hours", "values", "rows", "trace"))
        )
        _, first = np.unique(both.hours, return_index=True)
        return both.take(first)


@dataclass
class Doubt:
    """What the way from reports to hours says against a value: hours since 1970, their rows and original values."""

    variable: str
    flag: Flag
    hours: np.ndarray
    rows: np.ndarray
    original: np.ndarray
    limit: str
    test: str = "precipitation"


@dataclass
class Fallen:
    """The precipitation of a station.

    Attributes:
        hourly: amounts of hours.
        long, long_h: amounts of the longest period of 2 to 24 h that ends with an hour, and that period.
        doubts: values to flag.
        members: (hours, rows): every row that is part of an hourly amount.
        contradicted: (hours, rows): rows that another row of the same file and time contradicts.
        warnings: sentences for a person.
    """

    hourly: Amounts
    long: Amounts
    long_h: np.ndarray
    doubts: list[Doubt] = field(default_factory=list)
    members: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    contradicted: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def one_an_hour(amounts: Amounts) -> Amounts:
    """The last of each hour; differences that end in one hour do not overlap, but only one can be the hour's."""
    keep = np.append(amounts.hours[1:] != amounts.hours[:-1], True) if len(amounts.hours) else np.empty(0, dtype=bool)
    return amounts.take(keep)
