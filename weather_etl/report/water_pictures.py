"""The pictures of rain, snow, sun and cloud.

Belongs here: drawing. Does not belong here: figures (`water.py`), how a picture becomes SVG (`svg.py`).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from weather_etl.report import water
from weather_etl.report.facts import MONTHS, Tables
from weather_etl.report.svg import Picture, picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WET, DRY, WARM, SUNNY, SOFT = "#2166ac", "#d9b36c", "#a3181f", "#e0a100", "#5b6470"
_DARK, _LIGHT = "#1f3b63", "#a9c1dd"


def draw(tables: Tables) -> list[Picture | None]:
    """All of them; None where the tables have nothing to show for one."""
    return [
        _walter_lieth(tables),
        _running(tables, "rain_sums", "Running sum of precipitation", "precipitation_mm", "mm", 1.0, WET),
        _running(tables, "sun_sums", "Running sum of radiation", "solar_radiation_mjm2", "kWh/m²", 1 / 3.6, SUNNY),
        _running(tables, "pv_sums", "Running energy of the solar module", "pv_energy_kwh", "kWh", 1.0, SUNNY),
        _sun_and_cloud(tables),
        _snow(tables),
        _balance(tables),
    ]


def scaled(mm: np.ndarray) -> np.ndarray:
    """Precipitation on the axis of temperature: 20 mm for 10 degC, above 100 mm a tenth as much."""
    return np.where(mm <= 100.0, mm / 2.0, 50.0 + (mm - 100.0) / 20.0)


def _walter_lieth(tables: Tables) -> Picture | None:
    diagram = water.walter_lieth(tables)
    if diagram is None:
        return None
    arid = [MONTHS[i] for i in np.flatnonzero(diagram.arid)]
    at = np.arange(14) - 1.0  # December before and January after, so that the curves reach the edges
    warm, wet = (np.concatenate([x[-1:], x, x[:1]]) for x in (diagram.temperature, diagram.precipitation))

    def paint(figure: "Figure") -> None:
        axes = figure.subplots()
        rain, fine = scaled(wet), np.linspace(-0.5, 11.5, 97)
        heat, drops = np.interp(fine, at, warm), np.interp(fine, at, rain)
        axes.fill_between(fine, heat, drops, where=drops >= heat, color=WET, alpha=0.35, linewidth=0, label="humid")
        axes.fill_between(
            fine, heat, drops, where=drops < heat, color=DRY, alpha=0.8, linewidth=0, label="arid" if arid else None
        )
        axes.fill_between(fine, 50.0, np.maximum(drops, 50.0), where=drops > 50.0, color=_DARK, linewidth=0)
        axes.plot(fine, heat, color=WARM, linewidth=2)
        axes.plot(fine, drops, color=WET, linewidth=2)
        low = min(0.0, float(warm.min())) - 4.0
        for month in range(12):
            colour = _DARK if diagram.mean_low[month] < 0 else _LIGHT if diagram.lowest[month] < 0 else None
            if colour:
                axes.add_patch(_bar(month, low, colour))
        axes.set_xlim(-0.5, 11.5)
        axes.set_ylim(low, max(50.0, float(rain.max()), float(warm.max())) + 3)
        axes.set_xticks(range(12), MONTHS)
        axes.set_ylabel("°C", color=WARM)
        rain_axes = axes.secondary_yaxis("right")
        marks = [0, 20, 40, 60, 80, 100, *([200, 300] if wet.max() > 100 else [])]
        rain_axes.set_yticks(scaled(np.array(marks, dtype=float)), [str(m) for m in marks])
        rain_axes.set_ylabel("mm", color=WET)
        axes.legend(frameon=False, fontsize=9, loc="upper left")

    frost = [MONTHS[i] for i in np.flatnonzero(diagram.mean_low < 0)]
    return picture(
        "walter_lieth",
        "Climate diagram of Walter and Lieth",
        f"Mean temperature {diagram.temperature.mean():.1f} °C and precipitation "
        f"{diagram.precipitation.sum():.0f} mm a year, {diagram.years}; 10 °C are drawn as high as 20 mm, above 100 mm a tenth. Arid months: {', '.join(arid) or 'none'}; "
        f"months with frost on most days (dark bars): {', '.join(frost) or 'none'}.",
        (6.2, 4),
        paint,
    )


def _bar(month: int, low: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((month - 0.5, low), 1.0, 1.6, color=colour, linewidth=0)


def _running(
    tables: Tables, name: str, title: str, column: str, unit: str, factor: float, colour: str
) -> Picture | None:
    running = water.running_sums(tables, column, factor)
    if running is None:
        return None

    def paint(figure: "Figure") -> None:
        axes = figure.subplots()
        weeks, days = np.arange(365, -1, -9)[::-1], np.arange(365, -1, -4)[::-1]  # fewer points, a smaller page
        for sums in running.sums[:-1]:
            axes.plot(weeks, sums[weeks], color="#c3c9d0", linewidth=0.8)
        if running.mean is not None:
            axes.plot(weeks, running.mean[weeks], color=SOFT, linestyle="--", label="mean of complete years")
        axes.plot(days, running.sums[-1][days], color=colour, linewidth=2.2, label=str(running.years[-1]))
        axes.set_xticks([15, 45, 75, 105, 136, 166, 197, 228, 258, 289, 319, 350], MONTHS)
        axes.set_ylabel(unit)
        axes.legend(frameon=False, fontsize=9, loc="upper left")

    ends = [float(s[~np.isnan(s)][-1]) for s in running.sums]
    usual = (
        f"; the mean of the complete years reaches {running.mean[-1]:,.0f} {unit}" if running.mean is not None else ""
    )
    return picture(
        name,
        title,
        f"{title} from 1 January on, one line a year, {running.years[0]} to {running.years[-1]}: {running.years[-1]} "
        f"reaches {ends[-1]:,.0f} {unit}{usual}. A line ends where a day is not known.",
        (9, 2.8),
        paint,
    )


def _sun_and_cloud(tables: Tables) -> Picture | None:
    sun, cloud = (water.by_calendar_month(tables, n) for n in ("sunshine_h", "cloud_cover_mean_percent"))
    if sun is None and cloud is None:
        return None

    def paint(figure: "Figure") -> None:
        axes = figure.subplots()
        axes.set_xticks(range(12), MONTHS)
        if sun is not None:
            axes.bar(range(12), sun, color=SUNNY, label="sunshine")
            axes.set_ylabel("hours of sunshine")
        if cloud is not None:
            cloud_axes = axes.twinx() if sun is not None else axes
            cloud_axes.plot(range(12), cloud, color=SOFT, linewidth=2, marker="o", markersize=4, label="cloud cover")
            cloud_axes.set_ylim(0, 100)
            cloud_axes.set_ylabel("cloud cover, %")
            cloud_axes.spines["top"].set_visible(False)

    extremes = []
    if sun is not None and np.isfinite(sun).any():
        best = int(np.nanargmax(sun))
        extremes.append(f"most sunshine in {MONTHS[best]} ({sun[best]:.0f} h)")
    if cloud is not None and np.isfinite(cloud).any():
        worst = int(np.nanargmax(cloud))
        extremes.append(f"most cloud in {MONTHS[worst]} ({cloud[worst]:.0f} %)")
    return picture(
        "sun_and_cloud",
        "Sunshine and cloud",
        f"Means of the calendar months: {', '.join(extremes)}.",
        (9, 2.6),
        paint,
    )


def _snow(tables: Tables) -> Picture | None:
    snow = water.snow_winters(tables)
    if snow is None:
        return None
    winters, depth = snow

    def paint(figure: "Figure") -> None:
        axes = figure.subplots()
        for winter in depth[:-1]:
            axes.plot(np.arange(366)[::4], winter[::4], color="#c3c9d0", linewidth=0.8)
        axes.plot(np.arange(366)[::2], depth[-1][::2], color=WET, linewidth=2.2, label=winters[-1])
        axes.set_xticks([15, 46, 77, 107, 138, 168, 199, 229, 258, 288, 319, 349], [*MONTHS[6:], *MONTHS[:6]])
        axes.set_ylabel("cm")
        axes.legend(frameon=False, fontsize=9, loc="upper left")

    most, day = np.unravel_index(int(np.nanargmax(depth)), depth.shape)
    return picture(
        "snow",
        "Snow depth",
        f"Greatest snow depth of every day, one line a winter, {winters[0]} to {winters[-1]}: at most "
        f"{depth[most, day]:.0f} cm in {winters[most]}.",
        (9, 2.4),
        paint,
    )


def _balance(tables: Tables) -> Picture | None:
    balance = water.water_balance(tables)
    if balance is None:
        return None
    months, x = balance

    def paint(figure: "Figure") -> None:
        axes = figure.subplots()
        at = np.arange(len(x))
        axes.bar(at, np.nan_to_num(x), color=np.where(np.nan_to_num(x) >= 0, WET, DRY).tolist())
        axes.axhline(0, color=SOFT, linewidth=0.8)
        step = max(1, -(-len(x) // 10))  # more names of months touch each other
        axes.set_xticks(at[::step], months[::step])
        axes.set_ylabel("mm")

    short = int((x < 0).sum())
    return picture(
        "balance",
        "Water balance",
        f"Precipitation minus reference evapotranspiration by months, {months[0]} to {months[-1]}: {short} of "
        f"{int(np.isfinite(x).sum())} known months fall short; from {np.nanmin(x):.0f} to {np.nanmax(x):.0f} mm.",
        (9, 2.4),
        paint,
    )
