"""What tests found of a station's hours: flags, findings, and the hourly grid on which tests in time look.

Belongs here: how a finding changes flags and values. Does not belong here: which tests there are (`cascade.py`).
"""

from dataclasses import dataclass

import numpy as np

from weather_etl.meteorology.quality import Flag


@dataclass
class Finding:
    """What a test found: one flag for some values of one variable.

    Attributes:
        rows: positions of the hours.
        original: their values, before any was taken away.
        limit: the limit that they broke, for a person.
        origin: raw rows of the values, where they are not those of the hours' values.
    """

    variable: str
    test: str
    flag: Flag
    rows: np.ndarray
    original: np.ndarray
    limit: str
    origin: np.ndarray | None = None


@dataclass(frozen=True)
class Conflict:
    """Values of one variable that other rows of the same file and time contradict: hours, those rows, their values."""

    rows: np.ndarray
    origin: np.ndarray
    original: np.ndarray


class Grid:
    """Hours in time order with one empty hour in every gap, however long: no test looks further than an hour."""

    def __init__(self, hours: np.ndarray) -> None:
        gaps = np.diff(hours, prepend=hours[:1]) > 1
        self.size = len(hours) + int(gaps.sum())
        self._rows = np.arange(len(hours)) + np.cumsum(gaps)
        self._whole = self.size == len(hours)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values of the hours -> values on the grid, NaN (or False) in the gaps."""
        if self._whole:
            return values
        out = np.zeros(self.size, dtype=bool) if values.dtype == bool else np.full(self.size, np.nan)
        out[self._rows] = values
        return out

    def gather(self, flags: np.ndarray) -> np.ndarray:
        """Flags on the grid -> flags of the hours."""
        return flags if self._whole else flags[self._rows]


class Flagged:
    """Values with their flags, as in `Cascade`."""

    def __init__(self, values: dict[str, np.ndarray]) -> None:
        self.values = values
        self.flags: dict[str, np.ndarray] = {}
        self.findings: list[Finding] = []
        self.warnings: list[str] = []
        self._names = []
        for name, x in values.items():
            missing = np.isnan(x)
            if missing.all():
                self.flags[name] = np.full(len(x), Flag.MISSING, dtype=np.uint8)
            else:
                self._names.append(name)
                self.flags[name] = missing.view(np.uint8) * np.uint8(Flag.MISSING - Flag.NOT_EVALUATED)
                self.flags[name] += np.uint8(Flag.NOT_EVALUATED)

    def note(
        self,
        variable: str,
        test: str,
        flag: Flag,
        rows: np.ndarray,
        limit: str,
        *,
        original: np.ndarray | None = None,
        origin: np.ndarray | None = None,
    ) -> None:
        """Flag values as suspect, or as failed and take them away."""
        if not len(rows):
            return
        x, flags = self.values[variable], self.flags[variable]
        self.findings.append(
            Finding(variable, test, flag, rows, x[rows] if original is None else original, limit, origin)
        )
        if flag == Flag.FAIL:
            flags[rows] = flag
            x[rows] = np.nan
        else:
            flags[rows] = np.where(flags[rows] == Flag.FAIL, Flag.FAIL, flag)

    def _apply(self, name: str, test: str, flags: np.ndarray, suspect: str, fail: str = "") -> None:
        for flag, limit in ((Flag.FAIL, fail), (Flag.SUSPECT, suspect)):
            self.note(name, test, flag, np.flatnonzero(flags == flag), limit)
