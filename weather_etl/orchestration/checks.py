"""Checks in Dagster's words.

Belongs here: specs, results.
Does not belong here: what is checked (`weather_etl/checks/`).
"""

import warnings
from typing import Any

import dagster as dg

from weather_etl.checks.evaluation import MAX_CASES, Check, Evaluation, plain

MAX_COLUMNS = 5
OTHER_STATIONS = (
    "Shown here is the station that was evaluated last; each of the others is under Partitions. All stations at a glance: "
    "the page of `station_index` (`weather-etl open report`), or `weather-etl status`."
)


def spec(check: Check, partitions: dg.PartitionsDefinition | None) -> dg.AssetCheckSpec:
    """The check as Dagster lists it; one per station has a state per station."""
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster 1.13: without them a check shows one station only.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            check.name,
            asset=check.table,
            description=f"{check.description}\n\n{OTHER_STATIONS}"
            if check.per_station and partitions
            else check.description,
            blocking=check.blocking,
            partitions_def=partitions if check.per_station else None,
        )


def result(evaluation: Evaluation, station: str | None = None) -> dg.AssetCheckResult:
    """The evaluation as Dagster stores it.

    Figures of a station are text: of numbers the UI draws one line through all stations.
    """
    metadata: dict[str, Any] = {
        name: f"{value:,}" if evaluation.check.per_station and isinstance(value, int | float) else value
        for name, value in evaluation.figures.items()
    }
    if evaluation.cases:
        columns = list(evaluation.cases[0])[:MAX_COLUMNS]
        records = [
            dg.TableRecord({c: "" if (value := plain(case[c])) is None else value for c in columns})
            for case in evaluation.cases[:MAX_CASES]
        ]
        schema = dg.TableSchema([dg.TableColumn(c, _type_name(evaluation.cases[0][c])) for c in columns])
        metadata["cases"] = dg.MetadataValue.table(records, schema)
    if station is not None:
        metadata["station"] = station
    return dg.AssetCheckResult(
        asset_key=evaluation.check.table,
        check_name=evaluation.check.name,
        passed=evaluation.passed,
        severity=dg.AssetCheckSeverity[evaluation.severity],
        description=evaluation.description,
        metadata=metadata,
    )


def _type_name(value: Any) -> str:
    return {int: "int", float: "float"}.get(type(value), "string")
