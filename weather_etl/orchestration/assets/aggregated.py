"""Layer `aggregated`: days, months, years and normals.

Belongs here: the step that makes the four tables, and what a person wants to know of each.
Does not belong here: how values are aggregated (`meteorology/aggregation/`).

One step for all, since days, months and years count the same local hours.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks.contract import schema_and_keys
from weather_etl.checks.evaluation import Evaluation
from weather_etl.orchestration.assets import sketches
from weather_etl.orchestration.assets.making import Making, Results, TablesConfig
from weather_etl.orchestration.assets.specs import AGGREGATED, preview, table_checks, table_spec, warnings_told
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.resources import ParquetIOManager, StationTable

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {
    "daily_weather": ["date", "temperature_min_c", "temperature_max_c", "precipitation_mm", "wind_speed_mean_ms"],
    "monthly_weather": [
        "month",
        "temperature_mean_c",
        "temperature_anomaly_c",
        "precipitation_mm",
        "wind_speed_mean_ms",
    ],
    "yearly_weather": ["year", "temperature_mean_c", "precipitation_mm", "frost_days", "energy_kwh"],
    "climate_normals": ["calendar_month", "years_n", "temperature_mean_c", "temperature_mean_c_sd", "frost_days"],
}


@dg.multi_asset(
    name="aggregated",
    specs=[table_spec(table, group="aggregated") for table in AGGREGATED],
    ins={"validated_observations": dg.AssetIn()},
    check_specs=table_checks(*AGGREGATED),
    can_subset=True,
)
def aggregated(
    context: dg.AssetExecutionContext,
    config: TablesConfig,
    lake: dg.ResourceParam[ParquetIOManager],
    validated_observations: StationTable,
) -> Results:
    """Sum the hours up to days, the days to months and years, the months to normals."""
    with without_details(context.log, context.run, context.instance):
        making = Making(context, lake, config.full)
        yield from making.results_of_checks_alone()
        yield from making.unchanged_results()
        spans = _Spans(making, lake, validated_observations)
        for table in making.stale:
            frame = spans.make(table)
            yield from making.results_of(
                table,
                frame,
                _evaluations(table, frame, making.station),
                _metadata(table, frame, making.opened.settings.day_zone) | spans.warnings(table),
            )
        making.tell_unread()


def _evaluations(table: str, frame: "pd.DataFrame", station: str) -> Iterator[Evaluation]:
    yield schema_and_keys(table, frame, station)


class _Spans:
    """The aggregated tables of a station; what one is made from is in memory, or else taken from the lake."""

    def __init__(self, making: Making, lake: ParquetIOManager, validated: StationTable) -> None:
        self._making, self._lake, self._validated = making, lake, validated
        self._frames: dict[str, pd.DataFrame] = {}
        self._about: dict[str, Any] = {}

    def make(self, table: str) -> "pd.DataFrame":
        from weather_etl.meteorology import aggregation

        station = self._making.station
        if table == "climate_normals":
            frame = aggregation.climate_normals(self._frame("monthly_weather"), station=station)
        else:
            validated = self._validated.frame
            about = self._about or self._describe(validated)
            if table == "daily_weather":
                frame = aggregation.daily_weather(validated, **about)
            elif table == "monthly_weather":
                frame = aggregation.monthly_weather(validated, self._frame("daily_weather"), **about)
            else:
                frame = aggregation.yearly_weather(
                    validated, self._frame("daily_weather"), self._frame("monthly_weather"), **about
                )
        self._frames[table] = frame
        return frame

    def warnings(self, table: str) -> dict[str, Any]:
        """What a person could change so that more of a table is known."""
        from weather_etl.meteorology import aggregation

        sentence = aggregation.better_by_utc(self._about["hours"]) if table == "daily_weather" and self._about else None
        return warnings_told([sentence]) if sentence else {}

    def _frame(self, table: str) -> "pd.DataFrame":
        if table not in self._frames:
            self._frames[table] = self._lake.table(table, self._making.station).frame
        return self._frames[table]

    def _describe(self, validated: "pd.DataFrame") -> dict[str, Any]:
        """What all spans share: the station, its civil days, its turbine."""
        from weather_etl.meteorology import aggregation, wind

        settings = self._making.opened.settings
        self._about = {
            "station": self._making.station,
            "timezone": settings.day_zone,
            "rated_power_kw": wind.turbine(settings.wind.turbine).rated_kw,
            "site": settings.site,
            "hours": aggregation.LocalHours(validated, settings.day_zone),
        }
        return self._about


def _metadata(table: str, frame: "pd.DataFrame", timezone: str) -> dict[str, Any]:
    if frame.empty:
        return {}
    shown = frame["temperature_mean_c"].dropna()
    return {
        **({"mean_temperature_c": round(float(shown.mean()), 2)} if len(shown) else {}),
        "without_mean_temperature": len(frame) - len(shown),
        **(_period(frame) if table == "climate_normals" else {"timezone": timezone}),
        **sketches.sketch(table, frame),
        "preview": preview(frame, _COLUMNS[table]),
    }


def _period(normals: "pd.DataFrame") -> dict[str, Any]:
    """What the averages may be called: a normal needs 24 of 30 years (WMO-No. 1203)."""
    first = normals.iloc[0]
    word = "normals" if normals["is_normal"].all() else "period averages"
    return {
        "period": f"{word} {first['period_start']}-{first['period_end']}",
        "years": int(normals["years_n"].max()),
    }
