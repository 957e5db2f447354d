"""What Dagster is told of a station: materializations and check evaluations, tied to each other.

Belongs here: metadata, tags and targets of events, and what was recorded before.
Does not belong here: when an event is logged (`station_tables.py`), the sentences of checks (`checks.py`).

The tables are made in one step, so the ties that Dagster makes between steps are made here: which materialization of
its inputs a table was made from (else the UI calls every table "unsynced"), and which one a check looked at (else it
shows a check of a station as never executed).
"""

from collections.abc import Callable
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_TAG,
    DEFAULT_DATA_VERSION,
    NULL_EVENT_POINTER,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)

from weather_etl import checks
from weather_etl.assets import sketches
from weather_etl.assets.aggregated import AGGREGATED_SPECS, aggregated_metadata
from weather_etl.assets.raw import RAW_SPECS, landing_files, quarantined_metadata, raw_metadata
from weather_etl.assets.validated import VALIDATED_SPECS, events_metadata, validated_metadata
from weather_etl.lake.fingerprints import CODE_VERSIONS
from weather_etl.pipeline import Published

TABLE_SPECS = [*RAW_SPECS, *VALIDATED_SPECS, *AGGREGATED_SPECS]
_INPUTS = {spec.key.path[-1]: [dep.asset_key for dep in spec.deps] for spec in TABLE_SPECS}
_METADATA: dict[str, Callable[[Published], dict[str, Any]]] = {
    "raw_observations": raw_metadata,
    "quarantined_rows": quarantined_metadata,
    "validated_observations": validated_metadata,
    "quality_events": events_metadata,
    **dict.fromkeys((spec.key.path[-1] for spec in AGGREGATED_SPECS), aggregated_metadata),
}

_SKETCHES: dict[str, tuple[Callable[..., dg.MarkdownMetadataValue | None], str, str]] = {
    "validated_observations": (sketches.line, "temperature_c", "temperature, degC"),
    "daily_weather": (sketches.line, "temperature_mean_c", "daily mean temperature, degC"),
    "monthly_weather": (sketches.stripes, "temperature_mean_c", "monthly mean temperature, blue cold, red warm"),
    "yearly_weather": (sketches.stripes, "temperature_mean_c", "climate stripes: yearly mean temperature"),
    "climate_normals": (sketches.line, "temperature_mean_c", "mean temperature by calendar month, degC"),
}


class Recorded:
    """The latest materialization of each table of a station, as Dagster knows it."""

    def __init__(self, instance: dg.DagsterInstance, station: str) -> None:
        self._instance = instance
        self._station = station
        self._latest: dict[str, dg.EventLogRecord | None] = {}

    def latest(self, table: str) -> dg.EventLogRecord | None:
        if table not in self._latest:
            wanted = dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[self._station])
            self._latest[table] = next(iter(self._instance.fetch_materializations(wanted, limit=1).records), None)
        return self._latest[table]

    def forget(self, table: str) -> None:
        """A newer one has been logged."""
        self._latest.pop(table, None)

    def is_of(self, table: str, fingerprint: str) -> bool:
        """Whether the latest materialization is of this version of the table."""
        record = self.latest(table)
        return record is not None and (record.event_log_entry.tags or {}).get(DATA_VERSION_TAG) == fingerprint


def materialization(result: Published, seconds: float, recorded: Recorded) -> dg.AssetMaterialization:
    """A table as published; one that was up to date keeps the figures of the run that made it."""
    stamp = result.stamp
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": stamp.rows,
        "dagster/uri": result.uri,
        "bytes": stamp.size,
        "status": result.status,
        "seconds": round(seconds, 3),
        **({"first": stamp.first, "last": stamp.last} if stamp.first else {}),
    }
    metadata |= _METADATA[result.table](result)
    metadata |= _sketch(result)
    if result.frame is None and result.raw is None and recorded.is_of(result.table, stamp.fingerprint):
        metadata = {**_figures(recorded.latest(result.table)), **metadata}
    return dg.AssetMaterialization(
        result.table,
        partition=result.station,
        metadata=metadata,
        tags={
            DATA_VERSION_TAG: stamp.fingerprint,
            CODE_VERSION_TAG: CODE_VERSIONS[result.table],
            **_provenance(result.table, recorded),
        },
    )


def _sketch(result: Published) -> dict[str, Any]:
    """The table at a glance, drawn in place by the UI."""
    if result.frame is None or result.table not in _SKETCHES:
        return {}
    draw, column, what = _SKETCHES[result.table]
    picture = draw(result.frame[column], what) if column in result.frame else None
    return {"sketch": picture} if picture else {}


def _figures(record: dg.EventLogRecord | None) -> dict[str, Any]:
    event = record.asset_materialization if record else None
    return dict(event.metadata) if event else {}


def _provenance(table: str, recorded: Recorded) -> dict[str, str]:
    tags = {}
    for key in _INPUTS[table]:
        if key == landing_files.key:  # nobody reports its versions; the sensor compares them
            tags[get_input_data_version_tag(key)] = DEFAULT_DATA_VERSION.value
            tags[get_input_event_pointer_tag(key)] = NULL_EVENT_POINTER
        elif record := recorded.latest(key.path[-1]):
            tags[get_input_data_version_tag(key)] = (record.event_log_entry.tags or {}).get(DATA_VERSION_TAG, "")
            tags[get_input_event_pointer_tag(key)] = str(record.storage_id)
    return tags


def check_evaluation(
    station: str | None, evaluation: checks.Evaluation, recorded: Recorded | None = None
) -> dg.AssetCheckEvaluation:
    """A check result as Dagster stores it, for one station."""
    metadata: dict[str, Any] = dict(evaluation.metadata)
    if evaluation.cases:
        columns = list(evaluation.cases[0])[:5]
        records = [
            dg.TableRecord({c: _plain(case[c]) for c in columns}) for case in evaluation.cases[: checks.MAX_CASES]
        ]
        schema = dg.TableSchema([dg.TableColumn(c, _type_name(evaluation.cases[0][c])) for c in columns])
        metadata["cases"] = dg.MetadataValue.table(records, schema)
    if station is not None:
        metadata["station"] = station
    target = recorded.latest(evaluation.check.table) if recorded else None
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(evaluation.check.table),
        check_name=evaluation.check.name,
        passed=evaluation.passed,
        severity=dg.AssetCheckSeverity[evaluation.severity],
        description=evaluation.description,
        metadata=metadata,
        partition=station,
        blocking=evaluation.check.blocking,
        target_materialization_data=target
        and AssetCheckEvaluationTargetMaterializationData(
            storage_id=target.storage_id, run_id=target.run_id, timestamp=target.timestamp
        ),
    )


def _plain(value: Any) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _type_name(value: Any) -> str:
    return {int: "int", float: "float"}.get(type(value), "string")
