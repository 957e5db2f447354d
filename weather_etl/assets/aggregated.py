"""Layer `aggregated`: days, months, years and normals."""

from typing import TYPE_CHECKING, Any

from weather_etl.assets.specs import preview, table_spec
from weather_etl.pipeline import AGGREGATED, Published

if TYPE_CHECKING:
    import pandas as pd

_KINDS = {"azure", "parquet", "pandas", "pandera"}
AGGREGATED_SPECS = [table_spec(table, group="aggregated", kinds=_KINDS) for table in AGGREGATED]
_COLUMNS = {
    "daily_weather": ["date", "temperature_min_c", "temperature_mean_c", "temperature_max_c", "wind_speed_mean_ms"],
    "monthly_weather": ["month", "temperature_mean_c", "temperature_anomaly_c", "hdd_18", "wind_speed_mean_ms"],
    "yearly_weather": ["year", "temperature_mean_c", "hdd_18", "frost_days", "energy_kwh"],
    "climate_normals": ["calendar_month", "years_n", "temperature_mean_c", "temperature_mean_c_sd", "frost_days"],
}


def aggregated_metadata(result: Published) -> dict[str, Any]:
    frame = result.frame
    if frame is None or frame.empty:
        return {}
    shown = frame["temperature_mean_c"].dropna()
    return {
        **({"mean_temperature_c": round(float(shown.mean()), 2)} if len(shown) else {}),
        "without_mean_temperature": len(frame) - len(shown),
        **(_period(frame) if result.table == "climate_normals" else {"timezone": result.settings.day_zone}),
        "preview": preview(frame, _COLUMNS[result.table]),
    }


def _period(normals: "pd.DataFrame") -> dict[str, Any]:
    """What the averages may be called: a normal needs 24 of 30 years (WMO-No. 1203)."""
    first = normals.iloc[0]
    word = "normals" if normals["is_normal"].all() else "period averages"
    return {
        "period": f"{word} {first['period_start']}-{first['period_end']}",
        "years": int(normals["years_n"].max()),
    }
