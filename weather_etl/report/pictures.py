"""The pictures of a report, as SVG text.

Belongs here: drawing, with what every picture says in words (its alternative text).
Does not belong here: figures (`facts.py`), rain, snow, sun and cloud (`water_pictures.py`), SVG (`svg.py`).

The same input gives the same bytes. Colours are readable for people who see few of them; no picture tells by colour
alone what its words do not.
"""

from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from weather_etl.meteorology.vocabulary import SECTORS
from weather_etl.report import facts, water_pictures
from weather_etl.report.svg import INK, SOFT, STYLE, Picture, picture


def draw(tables: facts.Tables) -> list[Picture]:
    """All pictures that the tables have something to show for."""
    import logging

    # The fonts named above are the reader's; that this machine has not all of them does not matter.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with matplotlib.rc_context(STYLE):
        pictures = [
            _stripes(tables),
            _raster(tables),
            _climate(tables),
            _rose(tables),
            *water_pictures.draw(tables),
            _completeness(tables),
        ]
    return [p for p in pictures if p is not None]


def _stripes(tables: facts.Tables) -> Picture | None:
    labels, anomalies, unit, against = facts.stripes(tables)
    if np.isfinite(anomalies).sum() < 2:  # a single one has nothing that it could be warmer than
        return None
    limit = max(0.5, float(np.nanmax(np.abs(anomalies))))
    colours = colormaps["RdBu_r"](np.nan_to_num(anomalies) / (2 * limit) + 0.5)
    colours[np.isnan(anomalies)] = (0.85, 0.85, 0.85, 1)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.imshow(colours[None], aspect="auto", interpolation="none", extent=(0, len(labels), 0, 1))
        axes.set_yticks([])
        step = max(1, len(labels) // 12)
        axes.set_xticks(np.arange(0, len(labels), step) + 0.5, labels[::step])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

    warmest, coldest = int(np.nanargmax(anomalies)), int(np.nanargmin(anomalies))
    return picture(
        "stripes",
        "Climate stripes",
        f"One stripe per {unit}, {labels[0]} to {labels[-1]}, blue below and red above {against}: from "
        f"{anomalies[coldest]:+.1f} °C in {labels[coldest]} to {anomalies[warmest]:+.1f} °C in {labels[warmest]}; "
        "grey where incomplete.",
        (9, 1.5),
        paint,
    )


def _raster(tables: facts.Tables) -> Picture | None:
    years, values = facts.year_by_day(tables)
    if not years:
        return None
    low, high = float(np.nanpercentile(values, 1)), float(np.nanpercentile(values, 99))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_facecolor("#d9d9d9")
        image = axes.imshow(
            values, aspect="auto", interpolation="none", cmap="RdYlBu_r", vmin=low, vmax=max(high, low + 1)
        )
        axes.set_xticks([15, 45, 75, 105, 136, 166, 197, 228, 258, 289, 319, 350], facts.MONTHS)
        step = max(1, len(years) // 12)
        axes.set_yticks(range(0, len(years), step), [str(y) for y in years[::step]])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, label="daily mean, °C", fraction=0.03, pad=0.01).outline.set_visible(False)

    year, day = np.unravel_index(int(np.nanargmax(values)), values.shape)
    cold_year, cold_day = np.unravel_index(int(np.nanargmin(values)), values.shape)
    return picture(
        "raster",
        "Temperature of every day",
        f"Daily mean temperature, one row per year from {years[0]} to {years[-1]}, one column per day: coldest "
        f"{values[cold_year, cold_day]:.1f} °C in {facts.MONTHS[_month(cold_day)]} {years[cold_year]}, warmest "
        f"{values[year, day]:.1f} °C in {facts.MONTHS[_month(day)]} {years[year]}; grey where a mean is missing.",
        (9, 1.2 + 0.22 * len(years)),
        paint,
    )


def _month(day: int | np.integer) -> int:
    return int(np.searchsorted([31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335], day, side="right"))


def _climate(tables: facts.Tables) -> Picture | None:
    climate = facts.climate(tables)
    if not np.isfinite(climate["mean"]).any():
        return None
    hours, _ = facts.precipitation_hours(tables)
    at = np.arange(12)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.fill_between(
            at, climate["low"], climate["high"], color="#f2a27e", alpha=0.55, linewidth=0, label="daily low to high"
        )
        axes.plot(at, climate["mean"], color="#a3181f", linewidth=2, marker="o", markersize=4, label="mean")
        axes.plot(at, climate["highest"], "^", color=INK, markersize=4, label="highest")
        axes.plot(at, climate["lowest"], "v", color=INK, markersize=4, label="lowest")
        axes.axhline(0, color=SOFT, linewidth=0.7)
        axes.set_xticks(at, facts.MONTHS)
        axes.set_ylabel("temperature, °C")
        axes.grid(axis="y", color="#e3e6ea")
        axes.set_axisbelow(True)
        if hours is not None:
            rain_axes = axes.twinx()
            rain_axes.bar(at, hours, color="#3d7ab8", alpha=0.5, width=0.7, label="precipitation")
            rain_axes.set_ylim(0, max(1.0, 3 * float(np.nanmax(hours))))
            rain_axes.set_ylabel("precipitation, hours")
            rain_axes.spines["right"].set_visible(True)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)

    warm, cold = int(np.nanargmax(climate["mean"])), int(np.nanargmin(climate["mean"]))
    means = f"{climate['mean'][warm]:.1f} °C in {facts.MONTHS[warm]}"
    if warm != cold:
        means = f"from {climate['mean'][cold]:.1f} °C in {facts.MONTHS[cold]} to {means}"
    rain = (
        "" if hours is None else f" Hours with precipitation: {np.nanmin(hours):.0f} to {np.nanmax(hours):.0f} a month."
    )
    return picture(
        "climate",
        "Climate diagram",
        f"Temperature by calendar month: mean {means}; lowest value {np.nanmin(climate['lowest']):.1f}, highest "
        f"{np.nanmax(climate['highest']):.1f} °C.{rain}",
        (5.6, 4),
        paint,
    )


def _rose(tables: facts.Tables) -> Picture | None:
    shares, calm = facts.wind_rose(tables.validated)
    if calm is None:
        return None
    edges = facts.SPEED_EDGES_MS
    labels = [f"{a:g}-{b:g}" for a, b in pairwise(edges)] + [f"from {edges[-1]:g}"]
    colours = colormaps["cividis_r"](np.linspace(0.05, 1, len(edges)))

    def paint(figure: Figure) -> None:
        axes: Any = figure.add_subplot(projection="polar")
        axes.set_theta_zero_location("N")
        axes.set_theta_direction(-1)
        angles, bottom = np.arange(16) * np.pi / 8, np.zeros(16)
        style: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.3}
        for share, colour in zip(shares.T, colours, strict=True):
            blows = share > 0  # a bar without height takes as long to draw
            axes.bar(angles[blows], share[blows], np.pi / 8 * 0.9, bottom[blows], color=colour, **style)
            bottom = bottom + share
        axes.set_xticks(np.arange(8) * np.pi / 4, SECTORS[::2])
        axes.yaxis.set_major_formatter("{x:g} %")
        axes.set_rlabel_position(22)
        axes.grid(color="#d5d9de")
        classes = [Patch(facecolor=c, label=label, **style) for c, label in zip(colours, labels, strict=True)]
        figure.legend(handles=classes, title="m/s", loc="outside right upper", frameon=False, fontsize=9)

    totals = shares.sum(axis=1)
    best = int(totals.argmax())
    return picture(
        "rose",
        "Wind rose",
        f"Where the wind comes from, share of the hours by sector and speed: most often {SECTORS[best]} "
        f"({totals[best]:.0f} %), least often {SECTORS[int(totals.argmin())]} ({totals.min():.0f} %); calm in "
        f"{calm:.1f} % of the hours; {shares[:, -1].sum():.1f} % with {edges[-1]:g} m/s or more.",
        (5.2, 4),
        paint,
    )


def _completeness(tables: facts.Tables) -> Picture | None:
    names, months, shares = facts.completeness(tables)
    if not names:
        return None

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        image = axes.imshow(shares, aspect="auto", interpolation="none", cmap="cividis", vmin=0, vmax=100)
        axes.set_yticks(range(len(names)), names)
        januaries = [i for i, m in enumerate(months) if m.endswith("-01")] or [0]
        januaries = januaries[:: max(1, len(januaries) // 12)]
        axes.set_xticks(januaries, [months[i][:4] if len(months) > 24 else months[i] for i in januaries])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.colorbar(image, ax=axes, label="%", fraction=0.03, pad=0.01).outline.set_visible(False)

    totals = shares.mean(axis=1)
    return picture(
        "completeness",
        "Completeness",
        "Share of the hours with a value that did not fail, by variable and month: "
        + ", ".join(f"{n} {v:.1f} %" for n, v in zip(names, totals, strict=True))
        + f" over all; the emptiest month of any variable has {shares.min():.0f} %.",
        (9, 0.9 + 0.28 * len(names)),
        paint,
    )
