"""The HTML pages of one station and of several compared; what all pages share.

Belongs here: filling the templates; pages are self-contained and ask for nothing over the network.
Does not belong here: the page of all stations (`index.py`), figures (`facts.py`), pictures (`pictures.py`), where
a page lies (`publish.py`).
"""

import base64
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup

from weather_etl import __version__
from weather_etl.redaction import escaped
from weather_etl.report import comparison, comparison_pictures, facts, findings, water
from weather_etl.report.origin import Origin
from weather_etl.report.pictures import Picture, draw
from weather_etl.stations import StationSettings


@dataclass(frozen=True)
class Page:
    """A page, its pictures and the figures of its head."""

    html: bytes
    pictures: list[Picture] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


@lru_cache
def templates() -> jinja2.Environment:
    """The templates, with what they may say of a value; text from outside is escaped."""
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
    environment.filters["breakable"] = _breakable
    return environment


def _number(value: Any, unit: str = "", digits: int | None = None) -> str:
    """'1,234 °C', with a real minus; a dash for what is not known."""
    if value is None:
        return "\u2013"
    text = f"{value:,}" if digits is None else f"{value:,.{digits}f}"
    return text.replace("-", "\u2212") + (f"\u00a0{unit}" if unit else "")


def _breakable(name: str) -> Markup:
    """The name of a column, which a narrow table may break behind each part and nowhere else."""
    return Markup("_<wbr>").join(name.split("_"))


def data_uri(svg: bytes) -> str:
    """An SVG as the source of an image element."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()


def station_page(
    station: str,
    tables: facts.Tables,
    settings: StationSettings,
    addresses: dict[str, str],
    origin: Origin | None = None,
) -> Page:
    """The report of one station; `addresses` are the URLs of its tables by name, `origin` what its head says of files."""
    tables = facts.without_stubs(tables)
    figures = facts.key_figures(tables)
    drawn = draw(tables)
    html = (
        templates()
        .get_template("station.html.j2")
        .render(
            station=station,
            settings=settings,
            origin=origin,
            figures=figures,
            unreported=facts.unreported(tables),
            pictures={p.name: p for p in drawn},
            precipitation=facts.precipitation_hours(tables)[1],
            quality=findings.quality_summary(tables),
            episodes=findings.suspicious_episodes(tables),
            energy=facts.wind_energy(tables),
            rain=water.rain_by_month(tables),
            months=facts.MONTHS,
            tables=addresses,
            version=__version__,
        )
    )
    return Page(html.encode(), drawn, figures)


def comparison_page(compared: comparison.Compared) -> Page:
    """Several stations and years beside each other."""
    drawn = comparison_pictures.draw(compared)
    html = (
        templates()
        .get_template("comparison.html.j2")
        .render(
            stations=compared.stations,
            records=comparison.records(compared),
            summary=comparison.summary(compared),
            by_year=comparison.by_year(compared),
            pictures=drawn,
            version=__version__,
        )
    )
    return Page(html.encode(), drawn, {"stations": len(compared.stations)})
