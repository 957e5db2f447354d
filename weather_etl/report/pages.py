"""The HTML pages: one station, and the index of all.

Belongs here: filling the templates; pages are self-contained and ask for nothing over the network.
Does not belong here: figures (`facts.py`), pictures (`pictures.py`), where a page lies (`publish.py`).
"""

import base64
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jinja2

from weather_etl import __version__
from weather_etl.redaction import escaped
from weather_etl.report import facts, water
from weather_etl.report.pictures import Picture, draw
from weather_etl.stations import StationSettings


@dataclass(frozen=True)
class Page:
    """A page, its pictures and the figures of its head."""

    html: bytes
    pictures: list[Picture] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


@lru_cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("weather_etl.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: escaped(value, keep="\n\t") if type(value) is str else value,
    )
    environment.filters["number"] = _number
    environment.filters["data_uri"] = data_uri
    return environment


def _number(value: Any, unit: str = "", digits: int | None = None) -> str:
    """'1,234 °C', with a real minus; a dash for what is not known."""
    if value is None:
        return "\u2013"
    text = f"{value:,}" if digits is None else f"{value:,.{digits}f}"
    return text.replace("-", "\u2212") + (f"\u00a0{unit}" if unit else "")


def data_uri(svg: bytes) -> str:
    """An SVG as the source of an image element."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()


def station_page(station: str, t: facts.Tables, settings: StationSettings, addresses: dict[str, str]) -> Page:
    """The report of one station; `addresses` are the URLs of its tables by name."""
    figures = facts.key_figures(t)
    drawn = draw(t)
    html = (
        _templates()
        .get_template("station.html.j2")
        .render(
            station=station,
            settings=settings,
            figures=figures,
            pictures={p.name: p for p in drawn},
            precipitation=facts.precipitation_hours(t)[1],
            quality=facts.quality_summary(t),
            episodes=facts.suspicious_episodes(t),
            energy=facts.wind_energy(t),
            rain=water.rain_by_month(t),
            months=facts.MONTHS,
            tables=addresses,
            version=__version__,
        )
    )
    return Page(html.encode(), drawn, figures)


def index_page(stations: list[dict[str, Any]], contradicted: list[dict[str, Any]] | None = None) -> Page:
    """The index: a sortable table, a map, and where neighbours contradict a station.

    Args:
        stations: the figures that `publish.py` keeps of each report.
        contradicted: a record per station and variable; None where stations were never compared.
    """
    html = (
        _templates()
        .get_template("index.html.j2")
        .render(
            stations=stations,
            map=_map([s for s in stations if s.get("latitude") is not None]),
            contradicted=contradicted,
            version=__version__,
        )
    )
    return Page(html.encode(), [], {"stations": len(stations)})


def _map(stations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Where the stations lie: an equidistant cylindrical frame around them with a graticule, in SVG units."""
    if not stations:
        return None
    lats, lons = [s["latitude"] for s in stations], [s["longitude"] for s in stations]
    margin = max(2.0, 0.15 * max(max(lats) - min(lats), max(lons) - min(lons)))
    south, north = max(-90.0, min(lats) - margin), min(90.0, max(lats) + margin)
    west, east = min(lons) - margin, max(lons) + margin
    width = 900.0
    height = min(600.0, max(160.0, width * (north - south) / (east - west)))

    def x(lon: float) -> float:
        return round(width * (lon - west) / (east - west), 1)

    def y(lat: float) -> float:
        return round(height * (north - lat) / (north - south), 1)

    step = next(s for s in (1, 2, 5, 10, 20, 30, 60) if (east - west) / s <= 10 or s == 60)
    return {
        "width": width,
        "height": height,
        "meridians": [(x(d), _degrees(d, "E", "W")) for d in _multiples(west, east, step)],
        "parallels": [(y(d), _degrees(d, "N", "S")) for d in _multiples(south, north, step)],
        "points": [{**s, "x": x(s["longitude"]), "y": y(s["latitude"])} for s in stations],
        "labels": len(stations) <= 40,
    }


def _multiples(low: float, high: float, step: int) -> list[int]:
    first = int(-(-low // step))
    return [k * step for k in range(first, int(high // step) + 1)]


def _degrees(value: int, plus: str, minus: str) -> str:
    return f"{abs(value)}°{plus if value > 0 else minus if value < 0 else ''}"
