"""Layer `raw`: what the files said, and what was refused."""

from typing import Any

import dagster as dg

from weather_etl.assets.specs import markdown, preview, table_spec
from weather_etl.pipeline import Published

landing_files = dg.AssetSpec(
    "landing_files",
    description="Weather files that people and machines drop into the container `landing`, as `<station>/<any path>`.",
    group_name="landing",
    kinds={"azure", "csv"},
    owners=["team:weather"],
    tags={"domain": "weather", "layer": "landing"},
)
RAW_SPECS = [
    table_spec("raw_observations", group="raw", kinds={"azure", "parquet"}, deps=["landing_files"]),
    table_spec("quarantined_rows", group="raw", kinds={"azure", "parquet"}),
]


def raw_metadata(result: Published) -> dict[str, Any]:
    """The manifest in figures: which files were read, replaced, rejected, and what was noticed."""
    raw = result.raw
    if raw is None:
        return {}
    from weather_etl.ingestion.merge import count_states

    states = count_states(raw.manifest)
    warnings = [f"{e['name']}: {w}" for e in raw.manifest for w in e.get("warnings", ())]
    if result.settings.is_default:
        warnings.insert(
            0, f"no station.toml: times without an offset and civil days are taken in {result.settings.timezone}"
        )
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
        "files_same_bytes": states["same bytes"],
        "files_pending": len(raw.pending),
        "latest_files": dg.MetadataValue.md(files),
        **({"warnings": dg.MetadataValue.md("\n".join(f"* {markdown(w)}" for w in warnings[:10]))} if warnings else {}),
    }


def quarantined_metadata(result: Published) -> dict[str, Any]:
    if result.frame is None or result.frame.empty:
        return {}
    return {"preview": preview(result.frame, ["landing_file", "line", "reason", "detail"])}
