"""Where reports lie, whether they are stale, and what one is made from.

Belongs here: addresses and fingerprints of report pages, what the index keeps of each.
Does not belong here: what a page shows (`pages.py`), reading tables and writing pages (`orchestration/`).

A page lies beside the tables, `report/station=<id>/index.html`, and its metadata holds a fingerprint of the tables it
was made from and, for the index, the figures of its head.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from weather_etl import digests
from weather_etl.lake.connection import Containers
from weather_etl.lake.container import Blob
from weather_etl.lake.fingerprints import NEIGHBOURS, StaleStation
from weather_etl.lake.table_objects import Stamp
from weather_etl.stations import StationSettings

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.report.pages import Page

FOLDER = "report"
INDEX = f"{FOLDER}/index.html"
# Raise it when the same tables give another page.
REPORT_VERSION = "1"
INPUTS = (
    *("validated_observations", "quality_events"),
    *("daily_weather", "monthly_weather", "yearly_weather", "climate_normals"),
)
INDEX_FIGURES = (
    "first", "last", "hours", "missing_percent", "temperature_mean_c", "wind_speed_mean_ms", "failed_percent",
)  # fmt: skip


def page_name(station: str) -> str:
    """Blob name of a station's report in the lake container."""
    return f"{FOLDER}/station={station}/index.html"


def expected(carried: Mapping[str, str]) -> str:
    """Fingerprint of a report made from tables that carry the given fingerprints."""
    return digests.digest(["weather_report", REPORT_VERSION, [[t, carried[t]] for t in INPUTS]])


def reports(containers: Containers) -> dict[str, Blob]:
    """station -> its report, as a listing shows it."""
    pages = {}
    for blob in containers.lake.container.list(f"{FOLDER}/station="):
        parts = blob.name.split("/")
        if len(parts) == 3 and parts[2] == "index.html":
            pages[parts[1].removeprefix("station=")] = blob
    return pages


def find_stale(stamps: Mapping[tuple[str, str], Stamp], made: Mapping[str, Blob]) -> list[StaleStation]:
    """Stations whose report was not made from their tables as they are now; those without all tables have to wait."""
    stale = []
    for station in sorted({s for s, _ in stamps}):
        if not all((station, t) in stamps for t in INPUTS):
            continue
        target = expected({t: stamps[(station, t)].fingerprint for t in INPUTS})
        there = made.get(station)
        if there is None or there.metadata.get("fingerprint") != target:
            stale.append(StaleStation(station, target, "no report yet" if there is None else "tables changed"))
    return stale


def stale_reports(containers: Containers) -> list[StaleStation]:
    """What `find_stale` finds, by listing the lake."""
    return find_stale(containers.lake.stamps(), reports(containers))


def station_page(
    station: str, frames: "Mapping[str, pd.DataFrame]", settings: StationSettings, addresses: Mapping[str, str]
) -> tuple["Page", dict[str, str]]:
    """The report of a station from its tables, and what its blob says for the index.

    Args:
        station: station id.
        frames: the tables of `INPUTS`.
        settings: name, place and time zone.
        addresses: where each table lies.
    """
    from weather_etl.report import facts, pages

    page = pages.station_page(station, facts.Tables(*(frames[t] for t in INPUTS)), settings, dict(addresses))
    figures = {
        "station": station,
        "name": settings.name,
        "latitude": settings.latitude,
        "longitude": settings.longitude,
        "elevation_m": settings.elevation_m,
        **{k: page.figures[k] for k in INDEX_FIGURES},
    }
    return page, {"figures": json.dumps(figures)}


def index_fingerprint(containers: Containers, made: Mapping[str, Blob]) -> str:
    """Fingerprint of an index over the given reports, and what neighbours say of each other."""
    there = containers.lake.stamp(NEIGHBOURS, "")
    reports = sorted((s, b.etag) for s, b in made.items())
    return digests.digest(["station_index", REPORT_VERSION, reports, there.etag if there else None])


def stale_index(containers: Containers, made: Mapping[str, Blob]) -> StaleStation | None:
    """The index, if it was not made from these reports."""
    there, target = containers.lake.container.head(INDEX), index_fingerprint(containers, made)
    if (not made and there is None) or (there is not None and there.metadata.get("fingerprint") == target):
        return None
    return StaleStation(INDEX, target, "reports changed")


def index_page(containers: Containers, made: Mapping[str, Blob]) -> "Page":
    """The index over the given reports, with what neighbours say of each other where that was asked."""
    from weather_etl.checks.neighbours import by_station
    from weather_etl.meteorology import schemas
    from weather_etl.report import pages

    there = containers.lake.read(NEIGHBOURS, "")
    contradicted = by_station(schemas.to_frame(NEIGHBOURS, there.arrow)) if there else None
    return pages.index_page([_figures(station, blob) for station, blob in sorted(made.items())], contradicted)


def _figures(station: str, blob: Blob) -> dict[str, Any]:
    known = json.loads(blob.metadata.get("figures", "{}"))
    return (
        dict.fromkeys(("name", "latitude", "longitude", "elevation_m", *INDEX_FIGURES)) | known | {"station": station}
    )
