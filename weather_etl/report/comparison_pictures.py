"""The pictures of a comparison: each quantity by calendar month and by year, one line per station.

Belongs here: drawing. Does not belong here: figures (`comparison.py`), how a picture becomes SVG (`svg.py`).
"""

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from weather_etl.report.comparison import PICTURED, QUANTITIES, Compared, Quantity
from weather_etl.report.facts import MONTHS
from weather_etl.report.svg import STYLE, Picture, picture

# The colours of Okabe and Ito, which people who see few colours can tell apart; the marks differ as well.
_LINES = tuple(
    zip(
        ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#8a8a00"),
        "osD^vPX*",
        strict=True,
    )
)


def draw(compared: Compared) -> list[Picture]:
    """The pictures that there are values for."""
    wanted = [q for q in QUANTITIES if q.column in PICTURED]
    months = [(q, compared.months(q)[0]) for q in wanted]
    years = [(q, compared.years(q)) for q in wanted]
    with matplotlib.rc_context(STYLE):
        pictures = [_picture(compared, *which) for which in (("by_month", months), ("by_year", years))]
    return [p for p in pictures if p is not None]


def _picture(compared: Compared, name: str, tables: list[tuple[Quantity, pd.DataFrame]]) -> Picture | None:
    shown = [(quantity, table) for quantity, table in tables if not table.empty]
    if not shown:
        return None
    by_month = name == "by_month"
    style = dict(zip(compared.stations, _LINES, strict=False))
    rows = -(-len(shown) // 2)

    def paint(figure: Figure) -> None:
        axes = figure.subplots(rows, min(2, len(shown)), squeeze=False).ravel()
        for place, (quantity, table) in zip(axes, shown, strict=False):
            for station in compared.stations:
                if station not in table:
                    continue
                colour, mark = style[station]
                at = table.index.to_numpy() - (1 if by_month else 0)
                place.plot(at, table[station], color=colour, marker=mark, markersize=4, linewidth=1.4)
            place.set_title(f"{quantity.label}, {quantity.unit}", fontsize=10, loc="left")
            place.grid(axis="y", color="#e3e6ea")
            place.set_axisbelow(True)
            _label(place, table, by_month=by_month)
        for empty in axes[len(shown) :]:
            empty.set_visible(False)
        handles = [
            Line2D([], [], color=colour, marker=mark, markersize=4, label=station)
            for station, (colour, mark) in style.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=9)

    what = "Means of the calendar months that all stations show" if by_month else "The years that are complete"
    return picture(
        name,
        "By calendar month" if by_month else "By year",
        f"{what}, a line per station. " + " ".join(_in_words(q, t) for q, t in shown),
        (9, 0.6 + 2.6 * rows),
        paint,
    )


def _label(place: Any, table: pd.DataFrame, *, by_month: bool) -> None:
    if by_month:
        place.set_xticks(range(12), [m[0] for m in MONTHS])
        place.set_xlim(-0.5, 11.5)
        return
    years = np.arange(table.index.min(), table.index.max() + 1)
    step = max(1, -(-len(years) // 8))
    place.set_xticks(years[::step], [str(y) for y in years[::step]])
    place.set_xlim(years[0] - 0.5, years[-1] + 0.5)


def _in_words(quantity: Quantity, table: pd.DataFrame) -> str:
    parts = [
        f"{station} "
        + " to ".join(dict.fromkeys(f"{x:.{quantity.digits}f}" for x in (table[station].min(), table[station].max())))
        for station in table
    ]
    return f"{quantity.label} in {quantity.unit}: {', '.join(parts)}."
