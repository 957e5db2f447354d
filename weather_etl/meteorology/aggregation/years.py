"""What is a year: statistics of the civil years of a station.

Belongs here: when a year may show a mean, its anomaly. Does not belong here: how it is made (`spans.py`).
"""

from typing import TYPE_CHECKING

import numpy as np

from weather_etl.meteorology.aggregation.calendar_spans import Spans
from weather_etl.meteorology.aggregation.completeness import YEARLY
from weather_etl.meteorology.aggregation.groups import Groups, masked
from weather_etl.meteorology.aggregation.hours import LocalHours
from weather_etl.meteorology.aggregation.normals import anomaly
from weather_etl.meteorology.aggregation.spans import MEANS, span_columns
from weather_etl.meteorology.aggregation.totals import growing_seasons
from weather_etl.meteorology.schemas import TABLES
from weather_etl.meteorology.site import UNKNOWN_SITE, Site

if TYPE_CHECKING:
    import pandas as pd

# Daily column -> the monthly column that is null where the month may not show it, where the two names differ.
_MONTHLY_NAMES = {daily: name for name, daily in MEANS.items()}


def yearly_weather(
    observations: "pd.DataFrame",
    daily: "pd.DataFrame",
    monthly: "pd.DataFrame",
    *,
    station: str,
    timezone: str,
    rated_power_kw: float | None = None,
    hours: LocalHours | None = None,
    site: Site = UNKNOWN_SITE,
) -> "pd.DataFrame":
    """Statistics of the civil years of a station.

    Args:
        observations: `validated_observations` of one station, ordered by timestamp (wind comes from its hours).
        daily: `daily_weather` made from them.
        monthly: `monthly_weather` made from both; a year shows what all of its months show.
        station: station id.
        timezone: IANA zone that bounds the years.
        rated_power_kw: of the station's turbine; without it there is no capacity factor.
        hours: `LocalHours(observations, timezone)`, if at hand.
        site: thresholds, and the hemisphere of the growing season.

    Returns:
        `yearly_weather`: one row per year with at least one observation, ordered by year. A mean is that of the days
        of the year, not of its months (as xclim with `freq="YS"`); it is null unless all 12 months show theirs
        (`YEARLY`). The anomaly is the mean temperature minus the average of the station's years
        that show one (period and share as in `normals.py`).
    """
    import pandas as pd

    spans = Spans(hours or LocalHours(observations, timezone), daily, "Y")
    months = Groups(monthly["month"].to_numpy("datetime64[Y]").astype(np.int64))

    def shown(name: str) -> np.ndarray:
        return YEARLY.enough(months.sum(monthly[_MONTHLY_NAMES.get(name, name)].notna().to_numpy()))

    out = span_columns(spans, shown, station=station, rated_power_kw=rated_power_kw, site=site)
    out["year"] = spans.days.keys + 1970
    out["months_n"] = months.sum(monthly["temperature_mean_c"].notna().to_numpy())
    for name in ("energy_kwh", "capacity_factor"):
        out[name] = masked(out[name], shown(name))
    out["growing_season_days"] = growing_seasons(spans, site)
    out["temperature_anomaly_c"] = anomaly(12 * spans.days.keys, out["temperature_mean_c"])
    return pd.DataFrame(out, columns=TABLES["yearly_weather"].column_names, copy=False)
