"""What a report says of rain, snow, sun and cloud, in figures taken from the published tables.

Belongs here: selecting and condensing. Does not belong here: drawing (`water_pictures.py`), new meteorology.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from weather_etl.report.facts import Tables, _number, column

_FIRST_OF_MONTH = np.array([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335])
MONTHS_SHOWN = 24
_FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth")


@dataclass(frozen=True)
class WalterLieth:
    """Of each calendar month, shape (12,): mean temperature, precipitation, mean and lowest of the daily minima."""

    temperature: np.ndarray
    precipitation: np.ndarray
    mean_low: np.ndarray
    lowest: np.ndarray
    years: str

    @property
    def arid(self) -> np.ndarray:
        """Mask of the months whose curve of precipitation (20 mm for 10 degC) lies below that of temperature."""
        return self.precipitation < 2.0 * self.temperature


def walter_lieth(tables: Tables) -> WalterLieth | None:
    """The climate diagram of Walter and Lieth; None unless all twelve months have both."""
    month = tables.monthly["month"].dt.month

    def by_month(name: str, how: str = "mean") -> np.ndarray:
        return column(tables.monthly, name).groupby(month).agg(how).reindex(range(1, 13)).to_numpy(dtype=float)

    warm, wet = by_month("temperature_mean_c"), by_month("precipitation_mm")
    if np.isnan(warm).any() or np.isnan(wet).any():
        return None
    years = tables.monthly["month"].dt.year[column(tables.monthly, "precipitation_mm").notna()]
    span = f"{years.min()}\u2013{years.max()}" if years.min() != years.max() else f"{years.min()}"
    return WalterLieth(warm, wet, by_month("temperature_min_mean_c"), by_month("temperature_min_c", "min"), span)


def rain_by_month(tables: Tables) -> list[dict[str, Any]]:
    """The latest two years of months: amount, departure from the period's mean in percent, its fifth, wet days."""
    if not column(tables.monthly, "precipitation_mm").notna().any():
        return []
    normals = None if tables.normals is None or tables.normals.empty else tables.normals.set_index("calendar_month")
    months = []
    for row in tables.monthly.tail(MONTHS_SHOWN).to_dict("records"):
        amount = row["precipitation_mm"]
        usual = departure = fifth = None
        if normals is not None and row["month"].month in normals.index:
            of_month = normals.loc[row["month"].month]
            usual = _number(of_month["precipitation_mm"])
            limits = [of_month[f"precipitation_q{q}_mm"] for q in (20, 40, 60, 80)]
            if pd.notna(amount) and usual:
                departure = _number(100.0 * (amount - usual) / usual, 0)
            if pd.notna(amount) and pd.notna(limits).all() and of_month["years_n"] >= 5:
                fifth = _FIFTHS[int(np.searchsorted(limits, amount, side="left"))]
        months.append(
            {
                "month": f"{row['month']:%Y-%m}",
                "amount": _number(amount),
                "usual": usual,
                "departure": departure,
                "fifth": fifth,
                "wet_days": None if pd.isna(row["wet_days"]) else int(row["wet_days"]),
                "most": _number(row["rx1day_mm"]),
                "known_days": int(row["precipitation_days_n"]),
                "days": int(row["days_expected"]),
            }
        )
    return months


@dataclass(frozen=True)
class RunningSums:
    """Sums from the first of January on: years, values of shape (years, 366), and their mean over the complete years."""

    years: list[int]
    sums: np.ndarray
    mean: np.ndarray | None


def running_sums(tables: Tables, name: str, factor: float = 1.0) -> RunningSums | None:
    """Sums of a daily column by day of a leap year; a year's curve ends where a day is not known. None without any."""
    x = column(tables.daily, name)
    days = tables.daily[x.notna()]
    if days.empty:
        return None
    date = days["date"].dt
    years = np.arange(int(date.year.min()), int(date.year.max()) + 1)
    by_day = np.full((len(years), 366), np.nan)
    at = _FIRST_OF_MONTH[date.month.to_numpy() - 1] + date.day.to_numpy() - 1
    by_day[date.year.to_numpy() - years[0], at] = factor * x[x.notna()].to_numpy()
    common = ~pd.DatetimeIndex([f"{y}-01-01" for y in years]).is_leap_year
    by_day[common, 59] = np.where(np.isnan(by_day[common, 58]) | np.isnan(by_day[common, 60]), np.nan, 0.0)
    sums = np.cumsum(by_day, axis=1)
    begun = ~np.isnan(sums[:, 30])  # a month at least
    complete = ~np.isnan(sums[:, -1])
    mean = sums[complete].mean(axis=0) if complete.sum() >= 2 else None
    return RunningSums(years[begun].tolist(), sums[begun], mean) if begun.any() else None


def by_calendar_month(tables: Tables, name: str) -> np.ndarray | None:
    """Means of a monthly column by calendar month, shape (12,); None where there is none."""
    values = column(tables.monthly, name)
    if not values.notna().any():
        return None
    return values.groupby(tables.monthly["month"].dt.month).mean().reindex(range(1, 13)).to_numpy(dtype=float)


def snow_winters(tables: Tables) -> tuple[list[str], np.ndarray] | None:
    """Greatest depth of every day by winters, July to June, shape (winters, 366); None if there never was snow."""
    x = column(tables.daily, "snow_depth_max_cm")
    if not (x > 0).any():
        return None
    date = tables.daily["date"]
    winter = (date.dt.year - (date.dt.month < 7)).to_numpy()
    first = pd.to_datetime([f"{w}-07-01" for w in winter])
    day = (date.to_numpy("datetime64[D]") - first.to_numpy("datetime64[D]")).astype(int)
    winters = np.arange(winter.min(), winter.max() + 1)
    out = np.full((len(winters), 366), np.nan)
    out[winter - winters[0], day] = x.to_numpy()
    snowy = np.nanmax(np.where(np.isnan(out), -1.0, out), axis=1) > 0
    return [f"{w}/{(w + 1) % 100:02}" for w in winters[snowy]], out[snowy]


def water_balance(tables: Tables) -> tuple[list[str], np.ndarray] | None:
    """Months and precipitation minus reference evapotranspiration of the last five years, mm; None without any."""
    values = column(tables.monthly, "water_balance_mm").tail(60)
    if not values.notna().any():
        return None
    return [f"{m:%Y-%m}" for m in tables.monthly["month"].tail(60)], values.to_numpy(dtype=float)
