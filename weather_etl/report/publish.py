"""Where reports lie, whether they are stale, and what one is made from.

Belongs here: addresses and fingerprints of report pages, what the page of all stations keeps of each.
Does not belong here: what a page shows (`pages.py`, `index.py`), how stations stand (`operations/state_page.py`), reading
tables and writing pages (`orchestration/`).

A page lies beside the tables, `report/station=<id>/index.html`, and its metadata holds a fingerprint of the tables it
was made from and, for the index, the figures of its head.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from weather_etl import digests
from weather_etl.lake.blobs import Blob
from weather_etl.lake.connection import Containers
from weather_etl.lake.fingerprints import StaleStation
from weather_etl.lake.table_objects import Stamp
from weather_etl.stations import StationSettings

if TYPE_CHECKING:
    import pandas as pd

    from weather_etl.report.origin import Origin
    from weather_etl.report.pages import Page

FOLDER = "report"
INDEX = f"{FOLDER}/index.html"
# Raise it when the same tables give another page.
REPORT_VERSION = "3"
INPUTS = (
    *("validated_observations", "quality_events"),
    *("daily_weather", "monthly_weather", "yearly_weather", "climate_normals"),
)
INDEX_FIGURES = (
    "first", "last", "hours", "missing_percent", "temperature_mean_c", "wind_speed_mean_ms", "failed_percent",
)  # fmt: skip
KEPT = ("name", "latitude", "longitude", "elevation_m", "fresh_hours", *INDEX_FIGURES)


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
        page = made.get(station)
        if page is None or page.metadata.get("fingerprint") != target:
            stale.append(StaleStation(station, target, "no report yet" if page is None else "tables changed"))
    return stale


def stale_reports(containers: Containers) -> list[StaleStation]:
    """What `find_stale` finds, by listing the lake."""
    return find_stale(containers.lake.stamps(), reports(containers))


def station_page(
    station: str,
    frames: "Mapping[str, pd.DataFrame]",
    settings: StationSettings,
    addresses: Mapping[str, str],
    origin: "Origin | None" = None,
) -> tuple["Page", dict[str, str]]:
    """The report of a station from its tables, and what its blob says for the index.

    Args:
        station: station id.
        frames: the tables of `INPUTS`.
        settings: name, place and time zone.
        addresses: where each table lies.
        origin: the files behind it.
    """
    from weather_etl.report import facts, pages

    page = pages.station_page(station, facts.Tables(*(frames[t] for t in INPUTS)), settings, dict(addresses), origin)
    kept = {
        "station": station,
        "name": settings.name,
        "latitude": settings.latitude,
        "longitude": settings.longitude,
        "elevation_m": settings.elevation_m,
        "fresh_hours": settings.fresh_hours if settings.live else None,
        **{k: page.figures[k] for k in INDEX_FIGURES},
    }
    return page, {"figures": json.dumps(kept)}


def figures(station: str, blob: Blob | None) -> dict[str, Any]:
    """What a report keeps for the page of all stations; empty where there is none."""
    if blob is None:
        return {}
    known = json.loads(blob.metadata.get("figures", "{}"))
    return dict.fromkeys(KEPT) | known | {"station": station}
