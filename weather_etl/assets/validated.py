"""Layer `validated`: one row per station and hour, every value with a flag."""

from typing import Any

import dagster as dg

from weather_etl.assets.specs import preview, table_spec
from weather_etl.pipeline import Published

VALIDATED_SPECS = [
    table_spec("validated_observations", group="validated", kinds={"azure", "parquet", "pandas", "pandera"}),
    # Made in the same pass over raw; what a person follows is from value to event.
    table_spec(
        "quality_events",
        group="validated",
        kinds={"azure", "parquet", "pandas", "pandera"},
        deps=["validated_observations"],
    ),
]


def validated_metadata(result: Published) -> dict[str, Any]:
    frame, observations = result.frame, result.observations
    if frame is None or observations is None or frame.empty:
        return {}
    warnings = observations.warnings
    hours = int((frame["timestamp"].iloc[-1] - frame["timestamp"].iloc[0]).total_seconds() // 3600) + 1
    return {
        "missing_hours": hours - len(frame),
        "missing_percent": round(100 * (hours - len(frame)) / hours, 3),
        "identical_duplicates": observations.balance.identical_duplicates,
        "superseded_rows": observations.balance.superseded,
        "quarantined_rows": observations.balance.quarantined,
        "failed_values": sum(observations.failed_values.values()),
        **observations.computed,
        **({"warnings": dg.MetadataValue.md("\n".join(f"* {w}" for w in warnings[:10]))} if warnings else {}),
        "timezone": result.settings.timezone,
        **({"warnings": dg.MetadataValue.md("\n".join(f"* {w}" for w in warnings[:10]))} if warnings else {}),
        "preview": preview(
            frame, ["timestamp", "temperature_c", "humidity_percent", "wind_speed_ms", "pressure_msl_hpa"]
        ),
    }


def events_metadata(result: Published) -> dict[str, Any]:
    if result.frame is None or result.frame.empty:
        return {}
    return {"preview": preview(result.frame, ["timestamp", "variable", "test", "flag", "original_value"])}
