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
}


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
    return Picture(name, title, alt, re.sub(rb"(\d\.\d\d)\d+", rb"\1", out.getvalue()))
