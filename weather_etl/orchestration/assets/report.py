"""Layer `report`: the weather report of each station, and the page of state of all.

Belongs here: the assets, and what the UI shows of each.
Does not belong here: pages and pictures (`report/`), when they are made (`orchestration/sensors/`).

Assets of their own, after the tables: drawing is slow beside them, and a picture that fails must not hold back a table.
"""

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import NEIGHBOURS
from weather_etl.operations import state_page
from weather_etl.orchestration.assets.making import Results, TablesConfig, last_metadata
from weather_etl.orchestration.assets.specs import code_references, of_layer, station_partitions
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.pages import HtmlPage
from weather_etl.orchestration.resources import ParquetIOManager, StationTable, StorageResource
from weather_etl.report import publish
from weather_etl.report.origin import of_manifest
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from weather_etl.report.pages import Page


@dg.multi_asset(
    name="weather_report",
    specs=[
        dg.AssetSpec(
            "weather_report",
            deps=list(publish.INPUTS),
            description=(
                "One self-contained HTML page per station: key figures, climate stripes, wind rose, completeness, "
                "quality.\n\nIt lies beside the tables, `report/station=<id>/index.html`, and opens in any browser "
                "without a network: from Storage Explorer, or with `weather-etl open report STATION`."
            ),
            **of_layer("report"),
            kinds={"html"},
            code_version=publish.REPORT_VERSION,
            partitions_def=station_partitions,
            metadata=code_references("report/pages.py", "report/pictures.py", "report/facts.py"),
        ).with_io_manager_key("pages")
    ],
    ins={table: dg.AssetIn() for table in publish.INPUTS},
)
def weather_report(
    context: dg.AssetExecutionContext,
    config: TablesConfig,
    lake: dg.ResourceParam[ParquetIOManager],
    validated_observations: StationTable,
    quality_events: StationTable,
    daily_weather: StationTable,
    monthly_weather: StationTable,
    yearly_weather: StationTable,
    climate_normals: StationTable,
) -> Results:
    """Draw the station's page from its tables."""
    tables = (validated_observations, quality_events, daily_weather, monthly_weather, yearly_weather, climate_normals)
    with without_details(context.log, context.run, context.instance):
        station = lake.open(context)
        old_page = lake.containers().lake.container.head(publish.page_name(station.station))
        target = publish.expected({t: station.carried(t) for t in publish.INPUTS})
        if old_page is not None and old_page.metadata.get("fingerprint") == target and not config.full:
            yield dg.MaterializeResult(
                value=HtmlPage(None, target, old_page),
                metadata=last_metadata(context, "weather_report", target),
                data_version=dg.DataVersion(target),
            )
            return
        frames = {table.name: table.frame for table in tables}
        target = publish.expected({t: station.carried(t) for t in publish.INPUTS})
        addresses = {t: lake.containers().lake.uri(t, station.station) for t in fingerprints.TABLE_NAMES}
        raw = lake.containers().lake.read("raw_observations", station.station, columns=["line"])
        files = of_manifest((raw.manifest if raw else None) or [], datetime.now(UTC))
        page, figures = publish.station_page(station.station, frames, station.settings, addresses, files)
        yield dg.MaterializeResult(
            value=HtmlPage(page.html, target, old_page, figures),
            metadata={"open": f"weather-etl open report {station.station}", **_pictures(page), **_figures(page)},
            data_version=dg.DataVersion(target),
        )


def _pictures(page: "Page") -> dict[str, Any]:
    return {
        p.name: dg.MetadataValue.md(f"![{p.alt}](data:image/svg+xml;base64,{base64.b64encode(p.svg).decode()})")
        for p in page.pictures
    }


def _figures(page: "Page") -> dict[str, Any]:
    return {name: value for name, value in page.figures.items() if value is not None}


@dg.asset(
    deps=["weather_report", NEIGHBOURS],
    description=(
        "The page of state, the first that an operator opens: every station red, amber or green, with what is not in "
        "order and the way out; sortable, with a filter and a map.\n\nIt lies at `report/index.html` and opens in any "
        "browser: `weather-etl open report`. Made anew when a report or a failed run is new, and once a day."
    ),
    **of_layer("report"),
    kinds={"html"},
    code_version=publish.REPORT_VERSION,
    io_manager_key="pages",
    metadata=code_references("report/index.py", "operations/state_page.py"),
)
def station_index(
    context: dg.AssetExecutionContext, config: TablesConfig, storage: dg.ResourceParam[StorageResource]
) -> dg.MaterializeResult[HtmlPage]:
    """Draw the page of all stations as they stand now."""
    with without_details(context.log, context.run, context.instance):
        containers, now = storage.containers(), datetime.now(UTC)
        old_page = containers.lake.container.head(publish.INDEX)
        made = publish.reports(containers)
        target = state_page.fingerprint(containers, made, context.instance, now)
        version = dg.DataVersion(target)
        if old_page is not None and old_page.metadata.get("fingerprint") == target and not config.full:
            return dg.MaterializeResult(
                value=HtmlPage(None, target, old_page),
                metadata=last_metadata(context, "station_index", target),
                data_version=version,
            )
        page = state_page.make_page(containers, made, Settings.load(), context.instance, now)
        return dg.MaterializeResult(
            value=HtmlPage(page.html, target, old_page),
            metadata={"open": "weather-etl open report", **_figures(page)},
            data_version=version,
        )
