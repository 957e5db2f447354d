"""Layer `aggregated`: days and months."""

from typing import Any

from weather_etl.assets.specs import preview, table_spec
from weather_etl.pipeline import Published

_KINDS = {"azure", "parquet", "pandas", "pandera"}
AGGREGATED_SPECS = [
    table_spec("daily_weather", group="aggregated", kinds=_KINDS),
    table_spec("monthly_weather", group="aggregated", kinds=_KINDS),
]
_COLUMNS = {
    "daily_weather": ["date", "temperature_min_c", "temperature_mean_c", "temperature_max_c", "wind_speed_mean_ms"],
    "monthly_weather": ["month", "temperature_mean_c", "hdd_18", "wind_speed_mean_ms", "wind_prevailing_sector"],
}


def aggregated_metadata(result: Published) -> dict[str, Any]:
    frame = result.frame
    if frame is None or frame.empty:
        return {}
    return {
        "mean_temperature_c": round(float(frame["temperature_mean_c"].mean()), 2),
        "without_mean_temperature": int(frame["temperature_mean_c"].isna().sum()),
        "preview": preview(frame, _COLUMNS[result.table]),
    }
