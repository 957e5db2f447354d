"""Layer `validated`: one row per station and hour, every value with a flag; and in the same pass what was refused.

Belongs here: the step that makes the three tables from the raw one, and what a person wants to know of each.
Does not belong here: what becomes of a row (`meteorology/`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks.contract import schema_and_keys
from weather_etl.checks.evaluation import Evaluation
from weather_etl.checks.promises import Judged, evaluate
from weather_etl.orchestration.assets import sketches
from weather_etl.orchestration.assets.making import Making, Results, TablesConfig
from weather_etl.orchestration.assets.specs import preview, table_checks, table_spec, warnings_told
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.resources import ParquetIOManager, StationTable

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.ingestion.manifest import Raw
    from weather_etl.ingestion.station import OpenStation
    from weather_etl.meteorology.observations import Observations


@dg.multi_asset(
    name="validated",
    specs=[
        table_spec("validated_observations", group="validated"),
        # Made in the same pass over raw; what a person follows is from value to event.
        table_spec("quality_events", group="validated", deps=["validated_observations"]),
        table_spec("quarantined_rows", group="raw"),
    ],
    ins={"raw_observations": dg.AssetIn()},
    check_specs=table_checks("quarantined_rows", "validated_observations", "quality_events"),
    can_subset=True,
)
def validated(
    context: dg.AssetExecutionContext,
    config: TablesConfig,
    lake: dg.ResourceParam[ParquetIOManager],
    raw_observations: StationTable,
) -> Results:
    """Put the raw rows together to hours, flag every value, and keep what could not be used."""
    with without_details(context.log, context.run, context.instance):
        making = Making(context, lake, config.full)
        yield from making.results_of_checks_alone()
        if not making.stale:
            yield from making.unchanged_results()
            return
        observations = _observe(raw_observations.raw, making.opened)
        # The hours first: if the balance of all rows does not hold, none of the three is published.
        frames = {
            "validated_observations": observations.validated,
            "quality_events": observations.events,
            "quarantined_rows": observations.quarantined,
        }
        settings = making.opened.settings
        fresh_hours = settings.fresh_hours if settings.live else None
        judged = Judged(observations, making.station, fresh_hours, settings.site)
        for table in frames:
            if table not in making.stale:
                yield from making.unchanged_results(table)
                continue
            yield from making.results_of(
                table,
                frames[table],
                _evaluations(table, frames[table], judged),
                _metadata(table, observations, making.opened.settings.timezone),
            )


def _evaluations(table: str, frame: "pd.DataFrame", judged: Judged) -> Iterator[Evaluation]:
    yield schema_and_keys(table, frame, judged.station)
    yield from evaluate(judged, table)


def _observe(raw: "Raw", station: "OpenStation") -> "Observations":
    from weather_etl.meteorology.observations import observe

    settings = station.settings
    return observe(
        raw.rows,
        raw.readings(settings),
        raw.rejected(),
        station=station.station,
        timezone=settings.timezone,
        site=settings.site,
    )


def _metadata(table: str, observations: "Observations", timezone: str) -> dict[str, Any]:
    if table == "validated_observations":
        return _of_hours(observations, timezone)
    if table == "quality_events":
        frame, columns = observations.events, ["timestamp", "variable", "test", "flag", "original_value"]
    else:
        frame, columns = observations.quarantined, ["landing_file", "line", "reason", "detail"]
    return {} if frame.empty else {"preview": preview(frame, columns)}


def _of_hours(observations: "Observations", timezone: str) -> dict[str, Any]:
    frame, warnings = observations.validated, observations.warnings
    if frame.empty:
        return {}
    hours = int((frame["timestamp"].iloc[-1] - frame["timestamp"].iloc[0]).total_seconds() // 3600) + 1
    return {
        "missing_hours": hours - len(frame),
        "missing_percent": round(100 * (hours - len(frame)) / hours, 3),
        "identical_duplicates": observations.balance.identical_duplicates,
        "merged_rows": observations.balance.merged,
        "superseded_rows": observations.balance.superseded,
        "quarantined_rows": observations.balance.quarantined,
        "failed_values": sum(observations.failed_values.values()),
        **observations.computed,
        "timezone": timezone,
        **warnings_told(warnings),
        **sketches.sketch("validated_observations", frame),
        "preview": preview(
            frame, ["timestamp", "temperature_c", "humidity_percent", "wind_speed_ms", "pressure_msl_hpa"]
        ),
    }
