"""The page of state: every station, how it stands, and where it lies.

Belongs here: the page and its map.
Does not belong here: how a station stands (`operations/state_page.py`), the report of a station (`pages.py`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from weather_etl import __version__
from weather_etl.report.pages import Page, templates

RED, AMBER, GREEN = "red", "amber", "green"
WORST_FIRST = (RED, AMBER, GREEN)
# A sign besides the colour, for people who see few of them.
SIGNS = {RED: "\u2715", AMBER: "!", GREEN: "\u2713"}
_LABELLED = 40  # more names than this on a map cannot be read


@dataclass(frozen=True)
class Note:
    """Something that is not in order: a word for what it is, and a sentence that names the way out."""

    what: str
    text: str
    address: str = ""


@dataclass(frozen=True)
class Row:
    """A station as it stands.

    Attributes:
        station: station id.
        state: one of `WORST_FIRST`.
        figures: those that its report keeps for this page; empty where there is no report yet.
        newest: its newest hour, as text; empty where there is none.
        files, rejected, pending: its landing files, and how many of them could not be used or wait.
        notes: what is not in order, the gravest first.
    """

    station: str
    state: str = GREEN
    figures: dict[str, Any] = field(default_factory=dict)
    newest: str = ""
    files: int = 0
    rejected: int = 0
    pending: int = 0
    notes: Sequence[Note] = ()

    @property
    def name(self) -> str:
        """What a person calls the station."""
        return self.figures.get("name") or self.station

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


def index_page(
    rows: Iterable[Row],
    made_at: datetime,
    ui_url: str = "",
    notes: Sequence[Note] = (),
    contradicted: Sequence[dict[str, Any]] | None = None,
) -> Page:
    """The page of all stations, the worst first.

    Args:
        rows: the stations.
        made_at: as of when, UTC.
        ui_url: where people open Dagster, for links; no links without one.
        notes: what is not in order and is of no station.
        contradicted: a record per station and variable that neighbours contradict; None where they were never compared.
    """
    ordered = sorted(rows, key=lambda r: (WORST_FIRST.index(r.state), r.station))
    placed = [r for r in ordered if r.figures.get("latitude") is not None]
    html = (
        templates()
        .get_template("index.html.j2")
        .render(
            rows=ordered,
            counts={state: sum(r.state == state for r in ordered) for state in WORST_FIRST},
            signs=SIGNS,
            notes=notes,
            contradicted=contradicted,
            map=_map(placed),
            placeless=sum(bool(r.figures) for r in ordered) - len(placed),
            made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
            ui_url=ui_url.rstrip("/"),
            version=__version__,
        )
    )
    return Page(html.encode(), [], {"stations": len(ordered), **{s: sum(r.state == s for r in ordered) for s in SIGNS}})


def _map(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Where the stations lie: an equidistant cylindrical frame around them with coasts and a graticule, in SVG units."""
    if not rows:
        return None
    lats, lons = [r.figures["latitude"] for r in rows], [r.figures["longitude"] for r in rows]
    margin = max(2.0, 0.15 * max(max(lats) - min(lats), max(lons) - min(lons)))
    south, north = max(-90.0, min(lats) - margin), min(90.0, max(lats) + margin)
    west, east = min(lons) - margin, max(lons) + margin
    width = 900.0
    height = min(420.0, max(160.0, width * (north - south) / (east - west)))

    def x(lon: float) -> float:
        return round(width * (lon - west) / (east - west), 1)

    def y(lat: float) -> float:
        return round(height * (north - lat) / (north - south), 1)

    step = next(s for s in (1, 2, 5, 10, 20, 30, 60) if (east - west) / s <= 10 or s == 60)
    return {
        "width": width,
        "height": height,
        "land": "".join(
            "M" + "L".join(f"{x(lon):.0f} {y(lat):.0f}" for lon, lat in ring) + "Z"
            for ring in _clip(_land_rings(), west, south, east, north)
        ),
        "meridians": [(x(d), _degrees(d, "E", "W")) for d in _multiples(west, east, step)],
        "parallels": [(y(d), _degrees(d, "N", "S")) for d in _multiples(south, north, step)],
        "points": _with_labels(
            [(r, x(r.figures["longitude"]), y(r.figures["latitude"])) for r in reversed(rows)], width
        ),
    }


def _with_labels(points: list[tuple[Row, float, float]], width: float) -> list[dict[str, Any]]:
    """The points with a place for their names: right of them, else left, below, above, whichever nothing lies under.

    A name that fits nowhere is left out, and so are all of many stations; the table has them.
    """
    taken = [(px - 10, py - 10, px + 10, py + 10) for _, px, py in points]
    labelled: list[dict[str, Any]] = []
    for row, px, py in points:
        size = 7.8 * len(row.name)  # of letters of 13 units
        places = [
            ("start", px + 13, py + 5),
            ("end", px - 13, py + 5),
            ("middle", px, py + 24),
            ("middle", px, py - 15),
        ]
        label = None
        for anchor, lx, ly in places if len(points) <= _LABELLED else ():
            left = lx - {"start": 0, "middle": size / 2, "end": size}[anchor]
            box = (left, ly - 12, left + size, ly + 4)
            if box[0] >= 0 and box[2] <= width and not any(_overlap(box, other) for other in taken):
                label = {"anchor": anchor, "x": round(lx, 1), "y": round(ly, 1)}
                taken.append(box)
                break
        labelled.append({"row": row, "x": px, "y": py, "label": label})
    return labelled


Box = tuple[float, float, float, float]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


Ring = list[tuple[float, float]]


@lru_cache
def _land_rings() -> list[Ring]:
    """The rings of the land, longitudes and latitudes in degrees; `coast.json` says where they are from.

    A ring may go on beyond 180 degrees, and so may a frame; each is there once more to the west and to the east.
    """
    rings = json.loads((files("weather_etl.report") / "coast.json").read_text())["rings"]
    return [
        [(lon / 10 + around, lat / 10) for lon, lat in zip(ring[::2], ring[1::2], strict=True)]
        for around in (-360, 0, 360)
        for ring in rings
    ]


def _clip(rings: Iterable[Ring], west: float, south: float, east: float, north: float) -> list[Ring]:
    """The rings as far as they lie in a frame, side by side of it (Sutherland and Hodgman).

    What lies outside is drawn along a line a degree beyond the frame, where nobody sees it.
    """
    clipped = []
    for ring in rings:
        for axis, limit, side in ((0, west - 1, 1), (0, east + 1, -1), (1, south - 1, 1), (1, north + 1, -1)):
            ring = _clip_side(ring, axis, limit, side)
        if ring:
            clipped.append(ring)
    return clipped


def _clip_side(ring: Ring, axis: int, limit: float, side: int) -> Ring:
    """What of a ring lies on one side of a meridian (axis 0) or a parallel (axis 1)."""
    kept: Ring = []
    for start, end in zip(ring[-1:] + ring[:-1], ring, strict=True):
        start_is_in, end_is_in = side * (start[axis] - limit) >= 0, side * (end[axis] - limit) >= 0
        if start_is_in != end_is_in:
            share = (limit - start[axis]) / (end[axis] - start[axis])
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
        if end_is_in:
            kept.append(end)
    return kept


def _multiples(low: float, high: float, step: int) -> list[int]:
    first = int(-(-low // step))
    return [k * step for k in range(first, int(high // step) + 1)]


def _degrees(value: int, plus: str, minus: str) -> str:
    return f"{abs(value)}°{plus if value > 0 else minus if value < 0 else ''}"
