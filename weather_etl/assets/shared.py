"""Files of several stations: the step that gives each station its rows.

Belongs here: the asset `shared_files`, what a person wants to know after each run.
Does not belong here: how a file is split (`ingestion/shared_files.py`), what becomes of a station's rows (`station_tables.py`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from weather_etl import checks
from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure, unexpected, without_details
from weather_etl.ingestion import shared_files, splitting
from weather_etl.ingestion.splitting import Outcome
from weather_etl.lake.storage import Containers, StorageUnavailable
from weather_etl.operations import planning
from weather_etl.redaction import printable, traceback_without_secrets
from weather_etl.resources import ParquetIOManager

MAX_FILES_SHOWN = 10


class SharedFilesConfig(dg.Config):
    """Run configuration of the split."""

    full: bool = False
    """Split all files again, done or not."""
    files: list[str] = []  # noqa: RUF012  (a pydantic field: each instance gets its own)
    """Only these files of the container `landing`; all if empty."""


@dg.asset(
    name="shared_files",
    deps=["landing_files"],
    group_name="landing",
    kinds={"azure", "parquet"},
    owners=["team:weather"],
    tags={"domain": "weather", "layer": "landing"},
    check_specs=[
        dg.AssetCheckSpec(
            checks.SHARED_FILES.name, asset=checks.SHARED_FILES.table, description=checks.SHARED_FILES.description
        )
    ],
    description=(
        "Files of several stations, `landing/_shared/<any path>`, split into one object per station, which then counts "
        "as a landing file of that station.\n\nA file is split again when it is replaced or the reader gets better; "
        "when it is deleted its rows go. Rows still know the file and line that they came from."
    ),
)
def shared_files_asset(
    context: dg.AssetExecutionContext, config: SharedFilesConfig, lake: dg.ResourceParam[ParquetIOManager]
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """Split what is pending, file by file: one that fails does not stop the others."""
    with without_details(context.log):
        try:
            containers = lake.containers()
            outcomes, failed = _split(context, config, containers)
            seen = shared_files.look(containers)
            troubled = shared_files.troubled(containers.lake.container, seen.sources)
        except StorageUnavailable as error:
            if error.passing:  # no file is to blame; the sensor does not count it as an attempt
                context.instance.add_run_tags(context.run_id, {planning.ENDED: planning.OUTAGE})
            raise
    splits = sum(len(s.splits) for s in seen.sources)
    evaluation = checks.shared_files(troubled, len(seen.sources), splits, failed.values())
    yield _check_result(evaluation)
    if failed:
        raise ExpectedFailure(
            f"{checks.count(len(failed), 'shared file')} could not be split: {' | '.join(list(failed.values())[:10])}"
        )
    yield dg.MaterializeResult(metadata=_metadata(outcomes, len(seen.sources)))


def _split(
    context: dg.AssetExecutionContext, config: SharedFilesConfig, containers: Containers
) -> tuple[list[Outcome], dict[str, str]]:
    outcomes: list[Outcome] = []
    failed: dict[str, str] = {}
    for source in shared_files.look(containers).sources:
        name = source.name
        if (config.files and name not in config.files) or not (config.full or source.is_pending()):
            continue
        try:
            outcome = splitting.split_source(containers, source, run_id=context.run.run_id)
        except StorageUnavailable:
            raise
        except UserError as error:
            failed[name] = str(error)
        except Exception as error:  # a bug must not stop the other files; the run fails in the end
            context.log.error(traceback_without_secrets(error))
            failed[name] = f"{printable(name)}: {unexpected(error)}"
        else:
            outcomes.append(outcome)
            figures = f"{outcome.written} objects written, {outcome.removed} removed"
            context.log.info(f"{printable(name)}: {outcome.state}, {figures}")
    return outcomes, failed


def _check_result(evaluation: checks.Evaluation) -> dg.AssetCheckResult:
    from weather_etl.assets.events import check_evaluation

    found = check_evaluation(None, evaluation)
    return dg.AssetCheckResult(
        asset_key=found.asset_key,
        check_name=found.check_name,
        passed=found.passed,
        severity=found.severity,
        description=found.description,
        metadata=dict(found.metadata),
    )


def _metadata(outcomes: list[Outcome], sources: int) -> dict[str, Any]:
    lines = ["| file | state | lines | stations | of no station |", "|---|---|---|---|---|"]
    for outcome in outcomes[-MAX_FILES_SHOWN:]:
        index = outcome.index or {}
        figures = (index.get("rows", ""), len(index.get("stations", ())), index.get("refused", {}).get("rows", ""))
        name = outcome.name[:60].replace("|", "/").replace("\n", " ")
        lines.append(f"| {name} | {outcome.state} | {' | '.join(map(str, figures))} |")
    indexes = [o.index for o in outcomes if o.index]
    return {
        "files": sources,
        "files_split": sum(o.state == shared_files.SPLIT for o in outcomes),
        "files_rejected": sum(o.state == shared_files.REJECTED for o in outcomes),
        "files_gone": sum(o.state == shared_files.REMOVED for o in outcomes),
        "stations": len({s for i in indexes for s in i["stations"]}),
        "lines": sum(i["rows"] for i in indexes),
        "lines_of_no_station": sum(i["refused"]["rows"] for i in indexes),
        **({"latest_files": dg.MetadataValue.md("\n".join(lines))} if outcomes else {}),
    }
