"""Degree days of a day: to the fixed bases of the columns `hdd_18`, `cdd_18`, `gdd_10`, and to the station's own.

Belongs here: the formulas. Does not belong here: sums over months and years (`spans.py`).

Shapes: means are float64 of shape (days,), degC, NaN where missing; each column is as long, in degC d, and NaN stays NaN.
"""

from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.site import DegreeDayBases

if TYPE_CHECKING:
    import pandas as pd

FIXED_BASES_C = {"hdd_18": 18.0, "cdd_18": 18.0, "gdd_10": 10.0}
OWN = ("heating_degree_days", "cooling_degree_days", "growing_degree_days")


def fixed(mean: np.ndarray) -> dict[str, np.ndarray]:
    """The columns whose names say their base, degC d.

    As xclim's `heating_degree_days`, `cooling_degree_days` and `growing_degree_days`, whose default bases are 17, 18
    and 4 degC: max(0, base - mean) for heating, else max(0, mean - base).
    """
    return {
        name: np.maximum(base - mean if name.startswith("hdd") else mean - base, 0.0)
        for name, base in FIXED_BASES_C.items()
    }


def own(mean: np.ndarray, bases: DegreeDayBases) -> dict[str, np.ndarray]:
    """The columns to the station's own bases, degC d; NaN where it has none.

    With a limit only days count whose mean is on its side of it, as in Eurostat's degree days: heating 18 - mean where
    the mean is at most 15, cooling mean - 21 where it is 24 or more.

    Args:
        mean: mean temperatures of the days, degC; NaN where not known.
        bases: of the station's settings.
    """
    mean = np.round(mean, 9)  # whatever the order of the additions, a mean of 15 is one
    none = np.full(len(mean), np.nan)
    heating, cooling, growing = none, none, none
    if bases.heating_base_c is not None:
        heating = np.maximum(bases.heating_base_c - mean, 0.0)
        if bases.heating_limit_c is not None:
            heating = np.where(mean > bases.heating_limit_c, 0.0, heating)
    if bases.cooling_base_c is not None:
        cooling = np.maximum(mean - bases.cooling_base_c, 0.0)
        if bases.cooling_limit_c is not None:
            cooling = np.where(mean < bases.cooling_limit_c, 0.0, cooling)
    if bases.growing_base_c is not None:
        growing = np.maximum(mean - bases.growing_base_c, 0.0)
    return dict(zip(OWN, (heating, cooling, growing), strict=True))


def told(bases: DegreeDayBases, count: int) -> "pd.api.extensions.ExtensionArray":
    """The column `degree_day_bases`: the same text in every row, null where the station has no base of its own."""
    return repeated_text(bases.text, count)
