"""Layer `report`: the weather report of each station, and the index of all.

Belongs here: specs, the step that makes the reports of a run's stations, what the UI shows of each.
Does not belong here: pages and pictures (`report/`), when it runs (`schedules.py`).

A step of its own, after the tables (docs/adr/0001): drawing is slow beside them, and a picture that fails must not
hold back a table. Stations are taken one by one; one that fails keeps its old page and turns its check red.
"""

import base64
import logging
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG

from weather_etl.assets.events import Recorded, check_evaluation
from weather_etl.assets.specs import code_references, station_partitions
from weather_etl.checks import ERROR, Check, Evaluation
from weather_etl.errors import UserError
from weather_etl.failures import ExpectedFailure
from weather_etl.lake.storage import StorageUnavailable
from weather_etl.redaction import without_secrets
from weather_etl.report import publish
from weather_etl.resources import ParquetIOManager
from weather_etl.stations import PARTITIONS_NAME

if TYPE_CHECKING:
    from weather_etl.report.publish import PublishedReport

REPORT_MADE = Check(
    "weather_report",
    "report_made",
    "The last run over the station made its page; red with the cause if it could not, and the old page stays.",
)
weather_report_spec = dg.AssetSpec(
    "weather_report",
    deps=list(publish.INPUTS),
    description=(
        "One self-contained HTML page per station: key figures, climate stripes, wind rose, completeness, quality.\n\n"
        "It lies beside the tables, `report/station=<id>/index.html`, and opens in any browser without a network: "
        "from Storage Explorer, or with `weather-etl open report STATION`."
    ),
    group_name="report",
    kinds={"azure", "html", "matplotlib"},
    owners=["team:weather"],
    tags={"domain": "weather", "layer": "report"},
    code_version=publish.REPORT_VERSION,
    partitions_def=station_partitions,
    metadata=code_references("report/pages.py", "report/pictures.py", "report/facts.py"),
    skippable=True,
)
# Written by the same step as the reports; Dagster learns of it from its materializations.
station_index = dg.AssetSpec(
    "station_index",
    deps=["weather_report"],
    description="All stations on one HTML page: a sortable table and a map with links to the reports.",
    group_name="report",
    kinds={"azure", "html"},
    owners=["team:weather"],
    tags={"domain": "weather", "layer": "report"},
    metadata=code_references("report/pages.py"),
)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.PreviewWarning)  # partitioned checks are a preview in Dagster 1.13
    _CHECK_SPECS = [
        dg.AssetCheckSpec(
            REPORT_MADE.name,
            asset=REPORT_MADE.table,
            description=REPORT_MADE.description,
            partitions_def=station_partitions,
        )
    ]


class WeatherReportConfig(dg.Config):
    """Run configuration of the reports."""

    full: bool = False
    """Make all pages anew, stale or not."""


@dg.multi_asset(
    name="weather_report",
    specs=[weather_report_spec],
    check_specs=_CHECK_SPECS,
    partitions_def=station_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    description="Makes the report of each station in turn, then the index; what is up to date is left as it is.",
)
def weather_report(
    context: dg.AssetExecutionContext, config: WeatherReportConfig, lake: dg.ResourceParam[ParquetIOManager]
) -> Iterator[dg.Output]:
    """Bring the reports of the run's stations up to date."""
    context.log.addFilter(_is_not_about_yielding)
    failed: dict[str, str] = {}
    try:
        containers = lake.containers()
        for station in _stations(context):
            recorded = Recorded(context.instance, station)
            try:
                report = publish.publish_report(containers, station, full=config.full)
                if not report.written and _is_news(context, report, recorded):
                    report = publish.publish_report(containers, station, full=True)  # for its pictures
            except StorageUnavailable:
                raise
            except UserError as error:
                failed[station] = str(error)
            except Exception as error:  # a bug must not stop the other stations; the run fails in the end
                context.log.exception(f"The report of {station} failed unexpectedly.")
                failed[station] = without_secrets(f"Unexpected {type(error).__name__}: {error}")
            else:
                _log_report(context, report, recorded)
                continue
            context.log.error(failed[station])
            evaluation = Evaluation(REPORT_MADE, False, failed[station], ERROR)
            context.log_event(check_evaluation(station, evaluation, recorded))
        index = publish.publish_index(containers)
    except StorageUnavailable as error:
        raise ExpectedFailure(str(error)) from None
    if index.written:
        context.log_event(_index_materialization(index))
    if failed:
        raise ExpectedFailure(
            f"{len(failed)} report{'s' * (len(failed) > 1)} could not be made: " + " | ".join([*failed.values()][:10]),
            metadata={"stations": ", ".join(failed)},
        )
    yield from ()


def _is_not_about_yielding(record: logging.LogRecord) -> bool:
    return "did not yield or return expected outputs" not in str(record.msg)


def _stations(context: dg.AssetExecutionContext) -> list[str]:
    if context.has_partition_key:
        return [context.partition_key]
    if context.has_partition_key_range:
        return sorted(context.partition_keys)
    if not context.selected_asset_keys:  # "Execute all" on the page of the checks offers no choice of partitions
        return sorted(context.instance.get_dynamic_partitions(PARTITIONS_NAME))
    raise ExpectedFailure(
        "No station was given: choose a partition, or make every stale report with `weather-etl report`."
    )


def _is_news(context: dg.AssetExecutionContext, report: "PublishedReport", recorded: Recorded) -> bool:
    """A history that has lost the page learns of it; a backfill waits for a materialization of its own."""
    return not recorded.is_of("weather_report", report.fingerprint) or "dagster/backfill" in context.run.tags


def _log_report(context: dg.AssetExecutionContext, report: "PublishedReport", recorded: Recorded) -> None:
    state = "written" if report.written else "up to date"
    context.log.info(f"{report.station} report: {report.size / 1000:,.0f} KB, {state}")
    if report.written or _is_news(context, report, recorded):
        context.log_event(_materialization(report))
        recorded.forget("weather_report")
    sentence = f"The page has {report.size / 1000:,.0f} KB and was made from {len(publish.INPUTS)} tables."
    context.log_event(check_evaluation(report.station, Evaluation(REPORT_MADE, True, sentence, ERROR), recorded))


def _materialization(report: "PublishedReport") -> dg.AssetMaterialization:
    pictures = {
        p.name: dg.MetadataValue.md(f"![{p.alt}](data:image/svg+xml;base64,{base64.b64encode(p.svg).decode()})")
        for p in report.pictures
    }
    figures: dict[str, Any] = {k: v for k, v in report.figures.items() if v is not None}
    return dg.AssetMaterialization(
        "weather_report",
        partition=report.station,
        metadata={
            "dagster/uri": report.uri,
            "open": f"weather-etl open report {report.station}",
            "bytes": report.size,
            "seconds": round(report.seconds, 3),
            **pictures,
            **figures,
        },
        tags={DATA_VERSION_TAG: report.fingerprint},
    )


def _index_materialization(index: "PublishedReport") -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        "station_index",
        metadata={
            "dagster/uri": index.uri,
            "open": "weather-etl open report",
            "bytes": index.size,
            "seconds": round(index.seconds, 3),
            **index.figures,
        },
        tags={DATA_VERSION_TAG: index.fingerprint},
    )
