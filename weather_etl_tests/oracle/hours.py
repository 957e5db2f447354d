"""Hours to compare with other libraries on: the generated sample, and the real file where it lies beside the checkout.

Belongs here: values on the hourly grid, as they are before and after the gross-range test.
Does not belong here: expectations.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from benchmarks import ours
from benchmarks.run import REAL, input_file
from sample_data.generate import generate

real = pytest.param(
    "real", marks=[pytest.mark.realdata, pytest.mark.skipif(not REAL.exists(), reason="the Kaggle file is not here")]
)
on_the_real_file = pytest.mark.parametrize("source", [real])
both_sources = pytest.mark.parametrize("source", ["sample", real])


@lru_cache
def hours(source: str) -> pd.DataFrame:
    """Values after the gross-range test by UTC hour, a row of NaN for an hour without one."""
    if source == "real":
        csv = input_file()[0]
    else:
        first, *others = generate("szeged").values()
        csv = first + b"".join(f.partition(b"\n")[2] for f in others)
    frame = ours.tables(csv)["validated"].set_index("timestamp")
    grid = pd.date_range(frame.index[0], frame.index[-1], freq="h")
    return frame.select_dtypes("float64").reindex(grid)


def values(source: str, variable: str) -> np.ndarray:
    return hours(source)[variable].to_numpy()


def times(source: str) -> np.ndarray:
    return hours(source).index.tz_localize(None).to_numpy("datetime64[s]")
