"""How a picture becomes SVG text: style, size, the same bytes for the same input.

Belongs here: what all pictures share. Does not belong here: any picture (`pictures.py`, `water_pictures.py`).
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

INK, SOFT = "#1b1f24", "#5b6470"
WIDE_IN = 7.0  # inches; such a picture takes the width of the page
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: small, sharp, found by a search
    "svg.hashsalt": "weather_etl",
    "font.family": "sans-serif",
    "font.sans-serif": ["Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans", "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",  # the paper of the page shows through, white by day and dark by night
    "figure.facecolor": "none",
    "legend.frameon": False,
}
# Colours by day -> by night.
_BY_NIGHT = {
    INK: "#e6e9ed", SOFT: "#a9b2bd", "#000000": "#e6e9ed", "#e3e6ea": "#333a42", "#d5d9de": "#3a424c", "#c3c9d0": "#565f69",
    "#2166ac": "#6fb1f0", "#1f3b63": "#4f87c9", "#a3181f": "#f47f85", "#0072b2": "#4aa8e0", "#3d7ab8": "#6fa8dc",
    "#8a8a00": "#c9c93a", "#ffffff": "#15181c",
}  # fmt: skip


def _style(svg: bytes, width: float) -> bytes:
    """Rules for the colours that a picture has, and for the text of one that is drawn wide and shown narrow."""
    rules = "".join(
        f'[style*="{said}"]{{{what}:{night} !important}}'
        for day, night in _BY_NIGHT.items()
        for what in ("fill", "stroke")
        if (said := f"{what}: {day}").encode() in svg
    )
    small = "@media (max-width:30rem){text{font-size:12.5px !important}}" if width >= WIDE_IN else ""
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}{small}</style>".encode()


@dataclass(frozen=True)
class Picture:
    """A picture: a short name, a title, what it says in words, and its SVG."""

    name: str
    title: str
    alt: str
    svg: bytes


def picture(name: str, title: str, alt: str, size: tuple[float, float], paint: Callable[[Figure], Any]) -> Picture:
    """Draw a picture; a minus before a number in its words becomes a real one."""
    figure = Figure(figsize=size, layout="constrained")
    paint(figure)
    out = io.BytesIO()
    alt = re.sub(r"(?<![\w.])-(?=\d)", "\u2212", alt)
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    # A hundredth of a point is finer than any screen; more digits are a third of the page.
    svg = re.sub(rb"(\d\.\d\d)\d+", rb"\1", out.getvalue())
    return Picture(name, title, alt, svg.replace(b"</style>", _style(svg, size[0]), 1))
