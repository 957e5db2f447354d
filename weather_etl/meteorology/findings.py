"""What tests found of a station's hours: flags and findings.

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


def gaps_of(hours: np.ndarray) -> np.ndarray:
    """Positions of the hours that do not follow on the one before."""
    if not len(hours) or hours[-1] - hours[0] + 1 == len(hours):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(hours[1:] - hours[:-1] > 1) + 1


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

    def both(self, name: str, test: str, rows: tuple[np.ndarray, np.ndarray], limits: tuple[str, str] | str) -> None:
        """Suspect and failed positions, each with its limit."""
        suspect, fail = (limits, limits) if isinstance(limits, str) else limits
        self.note(name, test, Flag.FAIL, rows[1], fail)
        self.note(name, test, Flag.SUSPECT, rows[0], suspect)
