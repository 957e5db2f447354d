"""Where reports lie, whether they are stale, and publishing them.

Belongs here: addresses and fingerprints of report pages, reading their tables, conditional writes.
Does not belong here: what a page shows (`pages.py`), when one is made (`assets/report.py`).

A page lies beside the tables, `report/station=<id>/index.html`, and its metadata holds a fingerprint of the tables it
was made from and, for the index, the figures of its head.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weather_etl import digests
from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.lake import fingerprints
from weather_etl.lake.storage import Blob, Containers, PreconditionFailed, Stamp
from weather_etl.landing import listing
from weather_etl.operations.planning import StaleStation

if TYPE_CHECKING:
    from weather_etl.report.pages import Page
    from weather_etl.report.pictures import Picture

FOLDER = "report"
INDEX = f"{FOLDER}/index.html"
# Raise it when the same tables give another page.
REPORT_VERSION = "1"
NEEDED = ("validated_observations", "quality_events", "daily_weather", "monthly_weather")
# Used where the installation makes them.
OPTIONAL = ("yearly_weather", "climate_normals")
INPUTS = (*NEEDED, *(t for t in OPTIONAL if t in fingerprints.TABLE_NAMES))
_HTML = "text/html; charset=utf-8"
_INDEX_TRIES = 5
INDEX_FIGURES = (
    "first", "last", "hours", "missing_percent", "temperature_mean_c", "wind_speed_mean_ms", "failed_percent",
)  # fmt: skip


@dataclass(frozen=True)
class PublishedReport:
    """A report after its turn: `pictures` and `figures` only where it was made now."""

    station: str
    uri: str
    fingerprint: str
    written: bool
    size: int
    seconds: float = 0.0
    pictures: "list[Picture]" = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def page_name(station: str) -> str:
    """Blob name of a station's report in the lake container."""
    return f"{FOLDER}/station={station}/index.html"


def expected(carried: Mapping[str, str]) -> str:
    """Fingerprint of a report made from tables that carry the given fingerprints."""
    return digests.digest(["weather_report", REPORT_VERSION, [[t, carried[t]] for t in INPUTS]])


def reports(containers: Containers) -> dict[str, Blob]:
    """station -> its report, as a listing shows it."""
    found = {}
    for blob in containers.lake.container.list(f"{FOLDER}/station="):
        parts = blob.name.split("/")
        if len(parts) == 3 and parts[2] == "index.html":
            found[parts[1].removeprefix("station=")] = blob
    return found


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


def publish_report(containers: Containers, station: str, *, full: bool = False) -> PublishedReport:
    """Make the report of a station from its published tables and write it, unless it is up to date.

    Raises:
        UserError: a table has never been made.
    """
    started = time.perf_counter()
    container, name = containers.lake.container, page_name(station)
    before = container.head(name)  # before any input is read: a page replaced after this is the work of another run
    uri = f"{container.url}/{name}"
    now = {t: containers.lake.stamp(t, station) for t in INPUTS}
    if missing := [t for t, stamp in now.items() if stamp is None]:
        raise UserError(f"{missing[0]} of station {station} has never been made; run `weather-etl run` first.")
    target = expected({t: stamp.fingerprint for t, stamp in now.items() if stamp})
    if before is not None and before.metadata.get("fingerprint") == target and not full:
        return PublishedReport(station, uri, target, False, before.size)
    page, target, place = _make(containers, station)
    figures = {"station": station, **place, **{k: page.figures[k] for k in INDEX_FIGURES}}
    metadata = {"fingerprint": target, "figures": json.dumps(figures)}
    written = True
    try:
        container.write(
            name, page.html, if_match=before.etag if before else None, metadata=metadata, content_type=_HTML
        )
    except PreconditionFailed:
        written = False  # another run published meanwhile; its fingerprint tells whether the page is still stale
    seconds = time.perf_counter() - started
    return PublishedReport(station, uri, target, written, len(page.html), seconds, page.pictures, page.figures)


def _make(containers: Containers, station: str) -> "tuple[Page, str, dict[str, Any]]":
    from weather_etl.meteorology import schemas
    from weather_etl.report import facts, pages

    files = shared_files.list_station(containers, station)
    settings = listing.read_settings(containers.landing, station, files)
    frames, carried = {}, {}
    for table in INPUTS:
        found = containers.lake.read(table, station)
        if found is None:
            raise UserError(f"{table} of station {station} has never been made; run `weather-etl run` first.")
        frames[table], carried[table] = schemas.to_frame(table, found.arrow), found.stamp.fingerprint
    validated, events, daily, monthly = (frames[t] for t in NEEDED)
    tables = facts.Tables(
        validated, events, daily, monthly, frames.get("yearly_weather"), frames.get("climate_normals")
    )
    addresses = {t: containers.lake.uri(t, station) for t in fingerprints.TABLE_NAMES}
    page = pages.station_page(station, tables, settings, addresses)
    place = {
        "name": settings.name,
        "latitude": settings.latitude,
        "longitude": settings.longitude,
        "elevation_m": settings.elevation_m,
    }
    return page, expected(carried), place


def index_fingerprint(made: Mapping[str, Blob]) -> str:
    """Fingerprint of an index over the given reports."""
    return digests.digest(["station_index", REPORT_VERSION, sorted((s, b.etag) for s, b in made.items())])


def publish_index(containers: Containers) -> PublishedReport:
    """Make the index over all reports and write it, unless it is up to date.

    Of several runs that end together the last one to look must win: whoever loses looks again.
    """
    started = time.perf_counter()
    container = containers.lake.container
    uri = f"{container.url}/{INDEX}"
    for _ in range(_INDEX_TRIES):
        before = container.head(INDEX)
        made = reports(containers)
        target = index_fingerprint(made)
        if before is not None and before.metadata.get("fingerprint") == target:
            return PublishedReport("", uri, target, False, before.size, figures={"stations": len(made)})
        from weather_etl.report import pages

        page = pages.index_page([_figures(station, blob) for station, blob in sorted(made.items())])
        try:
            container.write(
                INDEX,
                page.html,
                if_match=before.etag if before else None,
                metadata={"fingerprint": target},
                content_type=_HTML,
            )
        except PreconditionFailed:
            continue
        seconds = time.perf_counter() - started
        return PublishedReport("", uri, target, True, len(page.html), seconds, figures=page.figures)
    raise UserError("Other runs kept replacing report/index.html; run `weather-etl report` again.")


def _figures(station: str, blob: Blob) -> dict[str, Any]:
    known = json.loads(blob.metadata.get("figures", "{}"))
    return (
        dict.fromkeys(("name", "latitude", "longitude", "elevation_m", *INDEX_FIGURES)) | known | {"station": station}
    )
