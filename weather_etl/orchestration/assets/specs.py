"""What every asset spec and materialization has in common.

Belongs here: column schema, kinds, owners, tags, code references, freshness, previews.
Does not belong here: text about one table (`raw.py`, `validated.py`, `aggregated.py`).
"""

import re
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks import TABLE_CHECKS
from weather_etl.lake.fingerprints import CODE_VERSIONS, INPUTS, NEIGHBOURS
from weather_etl.meteorology import aggregated_tables
from weather_etl.meteorology.schemas import TABLES, Table
from weather_etl.orchestration.checks import spec
from weather_etl.redaction import escaped
from weather_etl.stations import PARTITIONS_NAME

if TYPE_CHECKING:
    import pandas as pd

# Assets have no backfill policy: then a backfill is a run per station, each of that partition. With
# `BackfillPolicy.multi_run(1)` Dagster 1.13 asks for ranges of one partition, in which checks have none (docs/adr/0005).
station_partitions = dg.DynamicPartitionsDefinition(name=PARTITIONS_NAME)

AGGREGATED = tuple(contract.name for contract in aggregated_tables.AGGREGATED)
PREVIEW_ROWS = 5
WARNINGS_TOLD = 10
_PACKAGE = Path(__file__).resolve().parents[2]
# Where a table is made, for the link to its code.
_CODE = {
    "raw_observations": ("ingestion/merge.py", "meteorology/cutting.py"),
    "quarantined_rows": ("meteorology/observations/provenance.py", "meteorology/reasons.py"),
    "validated_observations": ("meteorology/observations/hours.py", "meteorology/cascade.py"),
    "quality_events": ("meteorology/observations/hours.py", "meteorology/cascade.py"),
    "daily_weather": ("meteorology/aggregation/days.py",),
    "monthly_weather": ("meteorology/aggregation/months.py",),
    "yearly_weather": ("meteorology/aggregation/years.py",),
    "climate_normals": ("meteorology/aggregation/normals.py",),
    NEIGHBOURS: ("meteorology/neighbours.py", "neighbourhood.py"),
}
# An installation with live stations writes every hour; one with archives only shows a warning, not an error.
FRESHNESS = {
    "validated_observations": dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=35), warn_window=timedelta(hours=26)
    )
}
_UI_TYPES = {"str": "string", "category": "string", "datetime64[us, UTC]": "timestamp (UTC)", "Int64": "int64"}


def of_layer(layer: str) -> dict[str, Any]:
    """Group, owners and tags of an asset, by its layer."""
    return {"group_name": layer, "owners": ["team:weather"], "tags": {"domain": "weather", "layer": layer}}


def column_schema(contract: Table) -> dg.TableSchema:
    """The data dictionary of a table as the UI draws it before the first run."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                c.name,
                _UI_TYPES.get(c.dtype, c.dtype),
                c.description,
                dg.TableColumnConstraints(nullable=c.nullable),
                tags={"unit": c.unit.replace(" ", "_").replace("%", "percent")} if c.unit else {},
            )
            for c in contract.columns
        ]
    )


def code_references(*files: str) -> dict[str, Any]:
    """Metadata that links an asset to files of this package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        references = [
            dg.LocalFileCodeReference(file_path=str(_PACKAGE / f), line_number=1, label=Path(f).name) for f in files
        ]
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[*references])}


def _code_of(table: str) -> tuple[str, ...]:
    if table not in _CODE:
        raise LookupError(f"Say in _CODE of weather_etl/orchestration/assets/specs.py which files make {table}.")
    return _CODE[table]


def column_lineage(table: str) -> dict[str, Any]:
    """Metadata that says which columns the columns of an aggregated table are computed from; of others nothing.

    It is the same for every station, so that it belongs to the asset and not to each of its materializations.
    """
    if table not in AGGREGATED:
        return {}
    from weather_etl.meteorology import lineage

    deps = {
        column: [dg.TableColumnDep(dg.AssetKey(of), name) for of, name in sources]
        for column, sources in lineage.sources(table).items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)}


def table_spec(table: str, *, group: str, deps: list[str] | None = None) -> dg.AssetSpec:
    """The spec of a table asset; description and columns come from its contract."""
    contract = TABLES[table]
    return dg.AssetSpec(
        table,
        deps=deps or list(INPUTS[table]),
        description=f"{contract.description}\n\nOne row is {contract.row}.",
        **of_layer(group),
        kinds={"parquet"},  # a name beside more of them is cut in the catalog
        code_version=CODE_VERSIONS[table],
        partitions_def=None if table == NEIGHBOURS else station_partitions,
        metadata={
            "dagster/column_schema": column_schema(contract),
            **code_references(*_code_of(table)),
            **column_lineage(table),
        },
        freshness_policy=FRESHNESS.get(table),
        skippable=True,
    ).with_io_manager_key("lake")


def table_checks(*tables: str) -> list[dg.AssetCheckSpec]:
    """The checks that these tables carry."""
    return [spec(check, station_partitions) for check in TABLE_CHECKS if check.table in tables]


def preview(frame: "pd.DataFrame", columns: list[str]) -> dg.MarkdownMetadataValue:
    """The last rows as a small markdown table, rounded."""
    rows = frame[columns].tail(PREVIEW_ROWS)
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(v) for v in row) + " |" for row in rows.itertuples(index=False)]
    return dg.MetadataValue.md("\n".join(lines))


def warnings_told(sentences: list[str]) -> dict[str, dg.MarkdownMetadataValue]:
    """The first warnings as metadata, a bullet each; nothing if there are none."""
    bullets = "\n".join(f"* {markdown(s)}" for s in sentences[:WARNINGS_TOLD])
    return {"warnings": dg.MetadataValue.md(bullets)} if sentences else {}


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.1f}"
    if isinstance(value, datetime):  # pandas' Timestamp is one
        text = f"{value:%Y-%m-%d %H:%M}Z" if value.tzinfo else f"{value:%Y-%m-%d}"
        return text.replace("-", "\N{NON-BREAKING HYPHEN}").replace(" ", "\N{NO-BREAK SPACE}")  # the column is narrow
    text = "" if value is None or str(value) in ("NaT", "<NA>") else str(value)
    return markdown(text[:40])


# Punctuation that makes links, pictures, HTML, code, emphasis or table cells.
_MARKDOWN = re.compile(r"([\\`*_~\[\]<>&|!#$@:])")


def markdown(text: str) -> str:
    """Text from outside as markdown that shows it literally: it comes from files and names that anybody may write."""
    return _MARKDOWN.sub(r"\\\1", escaped(" ".join(text.split())))
