"""Several stations and years beside each other, from their monthly and yearly tables.

Belongs here: selecting and condensing, so that like is compared with like; the page.
Does not belong here: drawing (`comparison_pictures.py`), one station (`facts.py`), new meteorology.

A mean is compared only over the years, or months, that every station shows which has the quantity at all: a station
whose record begins in a warm decade would else look warmer than its neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from weather_etl.errors import UserError
from weather_etl.report import facts

MOST_STATIONS = 8  # more lines in one picture cannot be told apart


@dataclass(frozen=True)
class Quantity:
    """What is compared: a column that `monthly_weather` and `yearly_weather` share."""

    column: str
    label: str
    unit: str
    digits: int = 0
    factor: float = 1.0


QUANTITIES = (
    Quantity("temperature_mean_c", "Mean temperature", "°C", 1),
    Quantity("temperature_min_c", "Lowest temperature of the year", "°C", 1),
    Quantity("temperature_max_c", "Highest temperature of the year", "°C", 1),
    Quantity("frost_days", "Frost days", "d"),
    Quantity("summer_days", "Summer days", "d"),
    Quantity("hdd_18", "Heating degree days, base 18 °C", "°C d"),
    Quantity("cdd_18", "Cooling degree days, base 18 °C", "°C d"),
    Quantity("precipitation_mm", "Precipitation", "mm"),
    Quantity("wet_days", "Wet days", "d"),
    Quantity("sunshine_h", "Sunshine", "h"),
    Quantity("wind_speed_mean_ms", "Mean wind", "m/s", 1),
    Quantity("capacity_factor", "Capacity factor of the wind turbine", "%", 1, 100.0),
    Quantity("pv_energy_kwh", "Solar energy of 1 kWp", "kWh"),
)
PICTURED = ("temperature_mean_c", "precipitation_mm", "wind_speed_mean_ms", "pv_energy_kwh")


@dataclass(frozen=True)
class Compared:
    """The tables of the stations that are compared, in this order; the frames hold no other station."""

    stations: tuple[str, ...]
    monthly: pd.DataFrame
    yearly: pd.DataFrame

    def years(self, quantity: Quantity) -> pd.DataFrame:
        """A row per year and a column per station; only years and stations that show the quantity."""
        return _pivot(self.yearly, "year", quantity, self.stations)

    def months(self, quantity: Quantity) -> tuple[pd.DataFrame, int]:
        """Calendar month (1 to 12) -> mean of each station over the months that all of them show; how many those are."""
        shared = _pivot(self.monthly, "month", quantity, self.stations).dropna()
        return shared.groupby(pd.DatetimeIndex(shared.index).month).mean(), len(shared)


def _pivot(frame: pd.DataFrame, key: str, quantity: Quantity, stations: Sequence[str]) -> pd.DataFrame:
    values = frame[quantity.column].astype("float64") * quantity.factor
    long = pd.DataFrame({"key": frame[key], "station": frame["station_id"].astype("str"), "value": values})
    table = long.pivot(index="key", columns="station", values="value").dropna(how="all").dropna(how="all", axis=1)
    return table[[s for s in stations if s in table]]


def chosen(stations: Sequence[str]) -> tuple[str, ...]:
    """The stations of a page, each once, in this order.

    Raises:
        UserError: more than a page can show.
    """
    stations = tuple(dict.fromkeys(stations))
    if len(stations) > MOST_STATIONS:
        raise UserError(
            f"A comparison shows at most {MOST_STATIONS} stations, and these are {len(stations)}; name some of them."
        )
    return stations


def summary(compared: Compared) -> list[dict[str, Any]]:
    """A line per quantity that a station has: its mean over the years that all stations show which have it.

    Keys: `label`, `unit`, `digits`, `means` (one per station of the page, None where there is none) and `years`, text.
    """
    lines = []
    for quantity in QUANTITIES:
        table = compared.years(quantity)
        if table.empty:
            continue
        shared = table.dropna()
        lines.append(
            {
                "label": quantity.label,
                "unit": quantity.unit,
                "digits": quantity.digits,
                "means": [float(shared[s].mean()) if s in shared and len(shared) else None for s in compared.stations],
                "years": years_in_words(shared.index.tolist()),
            }
        )
    return lines


def years_in_words(years: list[int]) -> str:
    """`2001-2009, 2011 (10)`; a sentence where there is none."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    listing = ", ".join(f"{a}" if a == b else f"{a}\u2013{b}" for a, b in spans)
    return f"{listing} ({len(years)})" if years else "no year that all of them show"


def by_year(compared: Compared) -> list[dict[str, Any]]:
    """The quantities that are pictured, year by year: `label`, `unit`, `digits`, `stations`, `rows` (year -> values)."""
    pictured = []
    for quantity in QUANTITIES:
        table = compared.years(quantity)
        if quantity.column in PICTURED and not table.empty:
            rows = {year: [None if pd.isna(v) else float(v) for v in row] for year, row in zip(table.index, table.to_numpy(), strict=True)}  # fmt: skip
            pictured.append(
                {
                    "label": quantity.label,
                    "unit": quantity.unit,
                    "digits": quantity.digits,
                    "stations": list(table.columns),
                    "rows": rows,
                }
            )
    return pictured


def records(compared: Compared) -> list[dict[str, Any]]:
    """What each station has: first and last month, and how many months show a mean temperature."""
    rows = []
    for station in compared.stations:
        months = compared.monthly[compared.monthly["station_id"] == station]
        shown = int(facts.column(months, "temperature_mean_c").notna().sum())
        rows.append(
            {
                "station": station,
                "first": f"{months['month'].min():%Y-%m}" if len(months) else "",
                "last": f"{months['month'].max():%Y-%m}" if len(months) else "",
                "months": len(months),
                "shown": shown,
            }
        )
    return rows
