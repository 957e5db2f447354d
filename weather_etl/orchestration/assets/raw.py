"""Layer `raw`: what the files said, text as it came.

Belongs here: the asset, and what a person wants to know after it ran.
Does not belong here: how files are read and merged (`ingestion/`), what was refused (`validated.py` finds that out).
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.checks.files import assumptions, rejected_files
from weather_etl.ingestion.station import RAW
from weather_etl.orchestration.assets.making import Making, Results, TablesConfig
from weather_etl.orchestration.assets.specs import markdown, table_checks, table_spec, warnings_told
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.resources import ParquetIOManager
from weather_etl.redaction import printable
from weather_etl.stations import StationSettings

if TYPE_CHECKING:
    from weather_etl.ingestion.manifest import Raw


class RawConfig(TablesConfig):
    """Run configuration of the raw table."""

    files: list[str] = []  # noqa: RUF012  (a pydantic field: each instance gets its own)
    """With `full`: names of the only landing files to read again; all if empty."""


@dg.multi_asset(
    name=RAW,
    specs=[table_spec(RAW, group="raw", deps=["landing_files"])],
    check_specs=table_checks(RAW),
    can_subset=True,
)
def raw_observations(
    context: dg.AssetExecutionContext, config: RawConfig, lake: dg.ResourceParam[ParquetIOManager]
) -> Results:
    """Merge new, replaced and vanished landing files of the station into its raw table."""
    with without_details(context.log, context.run, context.instance):
        making = Making(context, lake, config.full)
        yield from making.results_of_checks_alone()
        yield from making.unchanged_results()
        if not making.stale:
            return
        from weather_etl.ingestion.merge import merge_landing_files  # where nothing is new, Arrow is not needed

        station = making.opened
        raw = merge_landing_files(
            lake.containers(),
            station.station,
            station.files,
            station.settings,
            lake.table(RAW, station.station).raw if station.stamps[RAW] else None,
            run_id=context.run.run_id,
            full=config.full and not config.files,
            again=config.files if config.full else (),
        )
        station.made[RAW] = raw.stamp.fingerprint
        station.unread = [
            *raw.unread.values(),
            *(f"{printable(name)} changed while it was read" for name in raw.pending),
        ]
        yield from making.results_of(
            RAW, raw, [rejected_files(raw), assumptions(raw, station.settings)], _metadata(raw, station.settings)
        )


def _metadata(raw: "Raw", settings: StationSettings) -> dict[str, Any]:
    """The manifest in figures: which files were read, replaced, rejected, and what was noticed."""
    from weather_etl.ingestion.manifest import count_states

    states = count_states(raw.manifest)
    warnings = [f"{e['name']}: {w}" for e in raw.manifest for w in e.get("warnings", ())]
    if settings.is_default:
        warnings.insert(0, f"no station.toml: times without an offset and civil days are taken in {settings.timezone}")
    files = "\n".join(
        ["| file | state | lines | refused |", "|---|---|---|---|"]
        + [
            f"| {markdown(e['name'][:60])} | {e['state']} | {e.get('rows', '')} | {e.get('refused', '')} |"
            for e in raw.manifest[-5:]
        ]
    )
    return {
        "files": len(raw.manifest),
        "files_read": len(raw.read),
        "files_replaced": len(raw.replaced),
        "files_gone": len(raw.gone),
        "files_rejected": states["rejected"],
        "files_unreadable": len(raw.unread),
        "files_same_bytes": states["same bytes"],
        "files_pending": len(raw.pending),
        "latest_files": dg.MetadataValue.md(files),
        **warnings_told(warnings),
    }
