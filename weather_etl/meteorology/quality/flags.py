"""Flags of quality control, and which of several is the flag of a value.

Belongs here: the vocabulary. Does not belong here: tests.
"""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Flag(IntEnum):
    """QARTOD flag of one value (IOOS QARTOD manual, 2020; the vocabulary of ioos_qc)."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


def aggregate(*flags: "np.ndarray") -> "np.ndarray":
    """The flag of a value from those of its tests, by precedence 9 < 2 < 1 < 3 < 4 (ioos_qc `qartod_compare`).

    Args:
        flags: of each test, uint8 of one shape, which is that of the result.
    """
    import numpy as np

    in_order = np.array([Flag.MISSING, Flag.NOT_EVALUATED, Flag.GOOD, Flag.SUSPECT, Flag.FAIL], dtype=np.uint8)
    rank = np.zeros(10, dtype=np.uint8)
    rank[in_order] = np.arange(5)
    highest = rank[flags[0]]
    for more in flags[1:]:
        np.maximum(highest, rank[more], out=highest)
    return in_order[highest]
