"""Where numbers stand among others.

Belongs here: that question. Does not belong here: what the numbers are.
"""

import numpy as np


def positions_among(ascending: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where numbers stand among others, and whether they do.

    Args:
        ascending: n numbers, none twice.
        wanted: m numbers.

    Returns:
        Shape (m,): positions in `ascending`, which mean nothing where the second, a mask, is False.
    """
    at = np.searchsorted(ascending, wanted)
    there = at < len(ascending)
    there[there] = ascending[at[there]] == wanted[there]
    return at, there
