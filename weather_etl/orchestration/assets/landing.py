"""Layer `landing`: the files that people drop, and those of several stations, which are split.

Belongs here: the external asset `landing_files`, the asset `shared_files`, what a person wants to know of each.
Does not belong here: how a file is split (`ingestion/`), what becomes of a station's rows (`raw.py`).
"""

import warnings
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl import digests
from weather_etl.checks import files as checks
from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files, splitting
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import StorageUnavailable
from weather_etl.landing.versions import SHARED
from weather_etl.operations import planning
from weather_etl.orchestration.assets.making import Results
from weather_etl.orchestration.assets.specs import markdown, of_layer, station_partitions
from weather_etl.orchestration.checks import result, spec
from weather_etl.orchestration.configs import DescribedConfig
from weather_etl.orchestration.failures import unexpected, without_details
from weather_etl.orchestration.resources import UNCHANGED, WRITTEN, StorageResource
from weather_etl.redaction import printable, traceback_without_secrets
from weather_etl.sentences import count

if TYPE_CHECKING:
    from weather_etl.ingestion.shared_files import Source
    from weather_etl.ingestion.splitting import Outcome

MAX_FILES_SHOWN = 10

landing_files = dg.AssetSpec(
    "landing_files",
    description=(
        "Weather files that people and machines drop into the container `landing`, as `<station>/<any path>`.\n\n"
        "They are observed when the sensor sees a change; each observation names the newest files of its station. What "
        "became of each, and why one was not used: `weather-etl files`."
    ),
    **of_layer("landing"),
    kinds={"azure"},
    partitions_def=station_partitions,
)


@dg.asset_check(
    asset="landing_files", name=checks.UNROUTABLE_FILES.name, description=checks.UNROUTABLE_FILES.description
)
def unroutable_files(
    context: dg.AssetCheckExecutionContext, storage: dg.ResourceParam[StorageResource]
) -> dg.AssetCheckResult:
    """List the container and name what lies in no station's folder."""
    with without_details(context.log):
        landing = shared_files.take_inventory(storage.containers()).landing
    names, stations = sorted(landing.unroutable), len(landing.stations)
    return result(checks.unroutable_files(names, stations, planning.unroutable(landing)))


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)
    # Of landing the shared files alone: a file of a station makes nothing here out of date.
    _shared_part = dg.SpecificPartitionsPartitionMapping([SHARED])


class SharedFilesConfig(DescribedConfig):
    """Run configuration of the split."""

    full: bool = False
    """Split all files again, done or not."""
    files: list[str] = []  # noqa: RUF012  (a pydantic field: each instance gets its own)
    """Only these files of the container `landing`; all if empty."""


@dg.asset(
    name="shared_files",
    deps=[dg.AssetDep("landing_files", partition_mapping=_shared_part)],
    **of_layer("landing"),
    kinds={"parquet"},
    check_specs=[spec(checks.SHARED_FILES, None)],
    description=(
        "Files of several stations, `landing/_shared/<any path>`, split into one object per station, which then counts "
        "as a landing file of that station.\n\nA file is split again when it is replaced or the reader gets better; "
        "when it is deleted its rows go. Rows still know the file and line that they came from.\n\nThere is no edge from here to "
        "`raw_observations`, though its rows come from here too: this asset is one for all stations, and with an edge each new "
        "shared file would show every station as out of date. The sensor knows which stations a file touches."
    ),
)
def shared_files_asset(
    context: dg.AssetExecutionContext, config: SharedFilesConfig, storage: dg.ResourceParam[StorageResource]
) -> Results:
    """Split what is pending, file by file: one that fails does not stop the others."""
    with without_details(context.log, context.run, context.instance):
        containers = storage.containers()
        outcomes, failed = _split(context, config, containers)
        sources = shared_files.take_inventory(containers).sources
        troubled = shared_files.indexes_in_trouble(containers.lake.container, sources)
        splits = sum(len(s.splits) for s in sources)
        yield result(checks.shared_files(troubled, len(sources), splits, failed.values()))
        if failed:
            raise UserError(
                f"{count(len(failed), 'shared file')} could not be split: {' | '.join(list(failed.values())[:10])}"
            )
    yield dg.MaterializeResult(
        metadata={"status": WRITTEN if outcomes else UNCHANGED, **_metadata(outcomes, len(sources))},
        data_version=dg.DataVersion(_version(sources)),
    )


def _version(sources: "list[Source]") -> str:
    """Identifies the objects that the files were split into."""
    return digests.digest([[s.key, station, blob.etag] for s in sources for station, blob in sorted(s.splits.items())])


def _split(
    context: dg.AssetExecutionContext, config: SharedFilesConfig, containers: Containers
) -> "tuple[list[Outcome], dict[str, str]]":
    outcomes: list[Outcome] = []
    failed: dict[str, str] = {}
    for source in shared_files.take_inventory(containers).sources:
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


def _metadata(outcomes: "list[Outcome]", sources: int) -> dict[str, Any]:
    lines = ["| file | state | lines | stations | of no station |", "|---|---|---|---|---|"]
    for outcome in outcomes[-MAX_FILES_SHOWN:]:
        index = outcome.index or {}
        figures = (index.get("rows", ""), len(index.get("stations", ())), index.get("refused", {}).get("rows", ""))
        name = markdown(outcome.name[:60])
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
