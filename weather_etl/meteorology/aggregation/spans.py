"""What months and years have in common: statistics of spans of whole civil days.

Belongs here: columns of temperature, moisture, pressure, wind and energy.
Does not belong here: arithmetic over a calendar (`calendar_spans.py`), rain and spells (`totals.py`), when a mean may be shown (`months.py` and `years.py` say it), anomalies (`normals.py`).

Shapes: each column and each mask that says where it may be shown has shape (spans,), units are those of the table.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from weather_etl.meteorology.aggregation import degree_days
from weather_etl.meteorology.aggregation.calendar_spans import Spans
from weather_etl.meteorology.aggregation.completeness import ENERGY
from weather_etl.meteorology.aggregation.days import (
    CALM_DAY_MS,
    WINDY_MS,
    energy,
    nullable,
    pressure_kind,
)
from weather_etl.meteorology.aggregation.groups import masked, ratio
from weather_etl.meteorology.aggregation.hours import condition_names, dominant_condition
from weather_etl.meteorology.aggregation.totals import total_columns
from weather_etl.meteorology.aggregation.vectors import sector_names
from weather_etl.meteorology.observations import repeated_text
from weather_etl.meteorology.site import Site

if TYPE_CHECKING:
    pass

COUNTS = (
    "suspect_n", "fail_n", "temperature_n", "dew_point_n", "humidity_n", "pressure_n", "visibility_n", "wind_n",
)  # fmt: skip
# Column of a span -> the daily column whose mean it is.
MEANS = {
    "temperature_mean_c": "temperature_mean_c",
    "temperature_min_mean_c": "temperature_min_c",
    "temperature_max_mean_c": "temperature_max_c",
    "temperature_range_mean_c": "temperature_range_c",
    **{
        name: name
        for name in (
            "apparent_temperature_min_c", "apparent_temperature_max_c", "dew_point_mean_c",
            "humidity_mean_percent", "humidity_min_percent", "humidity_max_percent",
            "pressure_mean_hpa", "pressure_min_hpa", "pressure_max_hpa", "visibility_mean_km",
        )
    },
}  # fmt: skip
# Column of a span -> the daily column of yes and no that it counts.
DAY_COUNTS = {
    "frost_days": "is_frost_day",
    "ice_days": "is_ice_day",
    "summer_days": "is_summer_day",
    "hot_days": "is_hot_day",
    "tropical_nights": "is_tropical_night",
}
HOUR_COUNTS = ("low_visibility_hours", "calm_hours", "windy_hours")


def span_columns(
    spans: Spans, shown: Callable[[str], np.ndarray], *, station: str, rated_power_kw: float | None, site: Site
) -> dict[str, Any]:
    """The columns that months and years share.

    Args:
        spans: months or years.
        shown: daily column -> mask of the spans that may show its mean and extremes.
        station: station id.
        rated_power_kw: of the station's turbine; without it there is no capacity factor.
        site: thresholds, bases of degree days.

    Means are those of the days that show the value, extremes those of all days, sums and counts need every day. Wind
    and power density are those of the span's hours (a mean of directions of days would weigh a breeze as a storm).
    """
    hours, count = spans.hours, len(spans)
    out: dict[str, object] = {
        "station_id": repeated_text(station, count),
        "timezone": repeated_text(hours.timezone, count),
        "days_expected": spans.days_expected,
        "days_n": spans.groups.sum(spans.valid("temperature_mean_c"))[spans.rows],
        "hours_expected": spans.hours_expected,
        "pressure_kind": repeated_text(pressure_kind(hours), count),
    }
    out |= {name: spans.days.sum(spans.daily[name].to_numpy()) for name in COUNTS}
    out |= {name: masked(spans.mean(daily), shown(daily)) for name, daily in MEANS.items()}
    for name, sign in (
        ("temperature_min_c", -1.0),
        ("temperature_max_c", 1.0),
        ("visibility_min_km", -1.0),
        ("wind_speed_max_ms", 1.0),
        ("wind_gust_max_ms", 1.0),
    ):
        value, day = spans.extreme(name, sign)
        out[name] = masked(value, shown(name))
        if name.startswith("temperature"):
            dates = np.where(shown(name), day, np.datetime64("NaT"))
            out[name.replace("_c", "_date")] = dates.astype("datetime64[us]")

    n, total = (spans.days.sum(x) for x in hours.speed)
    out["wind_speed_mean_ms"] = masked(ratio(total, n), shown("wind_speed_mean_ms"))
    may = shown("wind_speed_resultant_ms")  # days with enough wind vectors
    for name, values in hours.wind.merged(spans.days).statistics().items():
        out[name] = sector_names(values, may) if name == "wind_prevailing_sector" else masked(values, may)
    n, total = (spans.days.sum(x) for x in hours.power_density)
    out["wind_power_density_wm2"] = masked(ratio(total, n), shown("wind_power_density_wm2"))
    n, kwh = (spans.days.sum(x) for x in hours.power)
    out |= energy(n, kwh, spans.hours_expected, rated_power_kw, ENERGY)
    out |= total_columns(spans, shown, site)

    for name in (*degree_days.FIXED_BASES_C, *degree_days.OWN):
        out[name] = masked(*spans.whole(spans.values(name)))
    out["degree_day_bases"] = degree_days.told(site.degree_days, count)
    out |= {name: spans.whole_count(spans.values(name)) for name in HOUR_COUNTS}
    out |= {name: spans.whole_count(spans.values(flag)) for name, flag in DAY_COUNTS.items()}
    speed = np.round(spans.values("wind_speed_mean_ms"), 9)  # whatever the order of the additions
    out["calm_days"] = spans.whole_count(np.where(np.isnan(speed), np.nan, speed < CALM_DAY_MS))
    out["windy_days"] = spans.whole_count(np.where(np.isnan(speed), np.nan, speed >= WINDY_MS))

    number, top = dominant_condition(spans.days.sum(hours.conditions))
    may = shown("condition_hours")
    out["condition_dominant"] = condition_names(number, may)
    out["condition_hours"] = nullable(top, may)
    return out
