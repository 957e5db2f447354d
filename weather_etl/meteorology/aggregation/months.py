"""What is a month: statistics of the civil months of a station.

Belongs here: when a month may show a mean, its anomaly. Does not belong here: how it is made (`spans.py`).
"""

from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.aggregation.calendar_spans import Spans
from weather_etl.meteorology.aggregation.completeness import MONTHLY
from weather_etl.meteorology.aggregation.hours import LocalHours
from weather_etl.meteorology.aggregation.normals import anomaly
from weather_etl.meteorology.aggregation.spans import span_columns
from weather_etl.meteorology.schemas import TABLES
from weather_etl.meteorology.site import UNKNOWN_SITE, Site

if TYPE_CHECKING:
    import pandas as pd


def monthly_weather(
    observations: "pd.DataFrame",
    daily: "pd.DataFrame",
    *,
    station: str,
    timezone: str,
    rated_power_kw: float | None = None,
    hours: LocalHours | None = None,
    site: Site = UNKNOWN_SITE,
) -> "pd.DataFrame":
    """Statistics of the civil months of a station.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp (wind comes from its hours).
        daily: `daily_weather` made from them.
        station: station id.
        timezone: IANA zone that bounds the months.
        rated_power_kw: of the station's turbine; without it there is no capacity factor.
        hours: `LocalHours(observations, timezone)`, if at hand.
        site: thresholds.

    Returns:
        `monthly_weather`: one row per month with at least one observation, ordered by month. Means and extremes are
        null where `MONTHLY` is not met, sums and day counts where any day is missing; the n columns always stand. The
        anomaly is the mean temperature minus the station's average of that calendar month (`normals.py`).
    """
    import pandas as pd

    spans = Spans(hours or LocalHours(observations, timezone), daily, "M")

    def shown(name: str) -> np.ndarray:
        return MONTHLY.enough(spans.valid(name), spans.groups)[spans.rows]

    out = span_columns(spans, shown, station=station, rated_power_kw=rated_power_kw, site=site)
    out["month"] = spans.starts.astype("datetime64[us]")
    out["temperature_anomaly_c"] = anomaly(spans.days.keys, out["temperature_mean_c"])
    return pd.DataFrame(out, columns=TABLES["monthly_weather"].column_names, copy=False)
