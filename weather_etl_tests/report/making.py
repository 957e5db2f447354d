"""The tables of a made-up station for tests of the report.

Belongs here: how to make inputs, by the ways the pipeline itself uses.
Does not belong here: expectations.
"""

from typing import Any

import numpy as np
import pandas as pd

from weather_etl.meteorology import schemas
from weather_etl.report import facts
from weather_etl_tests.meteorology import making


def tables(first: str, last: str, events: list[dict[str, Any]] | None = None, **columns: Any) -> facts.Tables:
    """The tables of the hours from `first` to `last` (UTC) with the given columns of `validated_observations`."""
    times = making.hour_range(first, last)
    validated = making.validated(times, **columns)
    made = making.aggregated(validated)
    return facts.Tables(validated, events_table(events or []), made.daily, made.monthly, made.yearly, made.normals)


def events_table(events: list[dict[str, Any]]) -> pd.DataFrame:
    """`quality_events` of the given events; what they do not say is filled in."""
    common = {
        "station_id": making.STATION,
        "variable": "pressure_msl_hpa",
        "test": "gross_range",
        "flag": 4,
        "original_value": 0.0,
        "limit_text": "870..1085",
        "landing_file": "szeged/a.csv",
        "line": 2,
    }
    frame = pd.DataFrame(
        [{**common, **e, "timestamp": pd.Timestamp(e["timestamp"], tz="UTC")} for e in events],
        columns=schemas.TABLES["quality_events"].column_names,
    )
    return frame.astype({"timestamp": "datetime64[us, UTC]", "original_value": "float64", "flag": "uint8"})


def seasonal(first: str, last: str, mean: float = 10.0, swing: float = 12.0) -> np.ndarray:
    """A yearly wave of temperature, coldest on the first of January, for every hour."""
    times = making.hour_range(first, last)
    return mean - swing * np.cos(2 * np.pi * (times.day_of_year.to_numpy() - 1) / 365.25)
