"""Layer `report`: the weather report of each station, and the index of all.

Belongs here: the assets, and what the UI shows of each.
Does not belong here: pages and pictures (`report/`), when they are made (`orchestration/sensors/`).

Assets of their own, after the tables: drawing is slow beside them, and a picture that fails must not hold back a table.
"""

import base64
from typing import TYPE_CHECKING, Any

import dagster as dg

from weather_etl.lake import fingerprints
from weather_etl.lake.fingerprints import NEIGHBOURS
from weather_etl.orchestration.assets.making import Results, TablesConfig, last_metadata
from weather_etl.orchestration.assets.specs import code_references, station_partitions
from weather_etl.orchestration.failures import without_details
from weather_etl.orchestration.resources import HtmlPage, ParquetIOManager, StationTable, StorageResource
from weather_etl.report import publish

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
            group_name="report",
            kinds={"azure", "html", "matplotlib"},
            owners=["team:weather"],
            tags={"domain": "weather", "layer": "report"},
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
        there = lake.containers().lake.container.head(publish.page_name(station.station))
        target = publish.expected({t: station.carried(t) for t in publish.INPUTS})
        if there is not None and there.metadata.get("fingerprint") == target and not config.full:
            yield dg.MaterializeResult(
                value=HtmlPage(None, target, there),
                metadata=last_metadata(context, "weather_report", target),
                data_version=dg.DataVersion(target),
            )
            return
        frames = {table.name: table.frame for table in tables}
        target = publish.expected({t: station.carried(t) for t in publish.INPUTS})
        addresses = {t: lake.containers().lake.uri(t, station.station) for t in fingerprints.TABLE_NAMES}
        page, figures = publish.station_page(station.station, frames, station.settings, addresses)
        yield dg.MaterializeResult(
            value=HtmlPage(page.html, target, there, figures),
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
    description="All stations on one HTML page: a sortable table and a map with links to the reports.",
    group_name="report",
    kinds={"azure", "html"},
    owners=["team:weather"],
    tags={"domain": "weather", "layer": "report"},
    code_version=publish.REPORT_VERSION,
    io_manager_key="pages",
    metadata=code_references("report/pages.py"),
)
def station_index(
    context: dg.AssetExecutionContext, storage: dg.ResourceParam[StorageResource]
) -> dg.MaterializeResult[HtmlPage]:
    """Draw the index over the reports that there are."""
    with without_details(context.log, context.run, context.instance):
        containers = storage.containers()
        there = containers.lake.container.head(publish.INDEX)
        made = publish.reports(containers)
        target = publish.index_fingerprint(containers, made)
        version = dg.DataVersion(target)
        if there is not None and there.metadata.get("fingerprint") == target:
            return dg.MaterializeResult(
                value=HtmlPage(None, target, there),
                metadata=last_metadata(context, "station_index", target),
                data_version=version,
            )
        page = publish.index_page(containers, made)
        return dg.MaterializeResult(
            value=HtmlPage(page.html, target, there),
            metadata={"open": "weather-etl open report", **_figures(page)},
            data_version=version,
        )
