"""What a report says in figures, taken from the published tables of one station.

Belongs here: selecting and condensing; every figure is one of a table, or a count or mean over its rows.
Does not belong here: drawing (`pictures.py`), wording and layout (`pages.py`), new meteorology.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.meteorology.vocabulary import SECTORS

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Lower edges of the classes of a wind rose, m/s; 10.8 is Beaufort 6.
SPEED_EDGES_MS = (0.0, 2.0, 4.0, 6.0, 8.0, 10.8)
# A type of precipitation in more hours than this is a label of every hour, not an observation of rain or snow.
PRECIPITATION_LABEL_SHARE = 0.9
WET_HOUR_MM = 0.1
STUB_HOURS = 24
STRIPE_YEARS = 5  # below, the stripes are months
COUNTED = (
    "temperature", "dew_point", "humidity", "pressure", "visibility", "wind", "precipitation", "snow_depth",
    "solar_radiation", "sunshine", "cloud_cover",
)  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """The published tables of one station as frames; `yearly` and `normals` where they exist."""

    validated: pd.DataFrame
    events: pd.DataFrame
    daily: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame | None = None
    normals: pd.DataFrame | None = None


def without_stubs(tables: Tables) -> Tables:
    """The tables without first and last months and years that hold less than a day of hours.

    Files rarely begin and end at midnight of the station's zone: an hour of the next year is no year to draw.
    """
    return replace(
        tables,
        monthly=_without_stubs(tables.monthly),
        yearly=None if tables.yearly is None else _without_stubs(tables.yearly),
    )


def _without_stubs(frame: pd.DataFrame) -> pd.DataFrame:
    counts = [c for c in (f"{name}_n" for name in COUNTED) if c in frame]
    full = np.flatnonzero(frame[counts].max(axis=1).to_numpy() >= STUB_HOURS) if counts else np.arange(len(frame))
    return frame.iloc[full[0] : full[-1] + 1] if len(full) else frame


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as float64; all NaN where the table does not have it."""
    if name not in frame:
        return pd.Series(np.nan, frame.index)
    return frame[name].astype("float64")


def _number(value: Any, digits: int = 1) -> float | None:
    """A rounded plain float, or None for NaN; never -0.0."""
    return None if pd.isna(value) else round(float(value), digits) + 0.0


def key_figures(tables: Tables) -> dict[str, Any]:
    """The figures of the head of the page, None where they are not known.

    Keys end in their unit as the columns of the tables do.
    """
    validated, monthly = tables.validated, tables.monthly
    hours = len(validated)
    span = (
        int((validated["timestamp"].iloc[-1] - validated["timestamp"].iloc[0]).total_seconds() // 3600) + 1
        if hours
        else 0
    )
    low, high = column(monthly, "temperature_min_c"), column(monthly, "temperature_max_c")
    wind, wettest = column(validated, "wind_speed_ms"), column(monthly, "rx1day_mm")
    years = annual(tables, "temperature_mean_c", "mean")
    failed, suspect, evaluated = _flag_counts(validated)
    return {
        "first": f"{validated['timestamp'].iloc[0]:%Y-%m-%d %H:%M}Z" if hours else None,
        "last": f"{validated['timestamp'].iloc[-1]:%Y-%m-%d %H:%M}Z" if hours else None,
        "hours": hours,
        "missing_hours": span - hours,
        "missing_percent": _number(100 * (span - hours) / span, 2) if span else None,
        "temperature_mean_c": _number(tables.daily["temperature_mean_c"].mean()),
        "temperature_min_c": _number(low.min()),
        "temperature_min_date": _date_of(monthly, low, "temperature_min_date", low.min()),
        "temperature_max_c": _number(high.max()),
        "temperature_max_date": _date_of(monthly, high, "temperature_max_date", high.max()),
        "warmest_year": _year(years, years.max()),
        "coldest_year": _year(years, years.min()),
        "wind_speed_mean_ms": _number(wind.mean()),
        "wind_speed_max_ms": _number(wind.max()),
        "prevailing_sector": _prevailing(validated),
        "frost_days_per_year": _number(annual(tables, "frost_days", "sum").mean(), 0),
        "summer_days_per_year": _number(annual(tables, "summer_days", "sum").mean(), 0),
        "hdd_18_per_year": _number(annual(tables, "hdd_18", "sum").mean(), 0),
        "capacity_factor": _number(column(monthly, "capacity_factor").mean(), 3),
        "precipitation_mm_per_year": _number(annual(tables, "precipitation_mm", "sum").mean(), 0),
        "rx1day_mm": _number(wettest.max()),
        "rx1day_date": _date_of(monthly, wettest, "rx1day_date", wettest.max()),
        "solar_radiation_kwhm2_per_year": _number(annual(tables, "solar_radiation_mjm2", "sum").mean() / 3.6, 0),
        "sunshine_h_per_year": _number(annual(tables, "sunshine_h", "sum").mean(), 0),
        "failed_values": failed,
        "suspect_values": suspect,
        "failed_percent": _number(100 * failed / evaluated, 2) if evaluated else None,
    }


_ASKED_FOR = {
    "temperature": ("temperature_c",),
    "wind": ("wind_speed_ms",),
    "precipitation": ("precipitation_mm", "precipitation_long_mm"),
    "radiation": ("solar_radiation_wm2",),
    "sunshine": ("sunshine_min",),
    "cloud cover": ("cloud_cover_percent",),
    "snow depth": ("snow_depth_cm",),
}


def unreported(tables: Tables) -> list[str]:
    """What the station never reports of what a report shows."""
    return [what for what, names in _ASKED_FOR.items() if all(column(tables.validated, n).isna().all() for n in names)]


def _date_of(frame: pd.DataFrame, values: pd.Series, name: str, extreme: float) -> str | None:
    """The day of an extreme, in the first month that has it."""
    if pd.isna(extreme) or name not in frame:
        return None
    return f"{frame[name].to_numpy()[int(np.argmax(values.to_numpy() == extreme))].astype('datetime64[D]')}"


def _year(years: pd.Series, extreme: float) -> int | None:
    """The year of an extreme, if there is more than one to choose from."""
    return int(years.index.to_numpy()[int(np.argmax(years.to_numpy() == extreme))]) if len(years) > 1 else None


def _flag_counts(validated: pd.DataFrame) -> tuple[int, int, int]:
    flags = [validated[f"{name}_qc"].to_numpy() for name in VARIABLES]
    return (
        sum(int((f == Flag.FAIL).sum()) for f in flags),
        sum(int((f == Flag.SUSPECT).sum()) for f in flags),
        sum(int((f != Flag.MISSING).sum()) for f in flags),
    )


def _prevailing(validated: pd.DataFrame) -> str | None:
    shares, _ = wind_rose(validated)
    totals = shares.sum(axis=1)
    return SECTORS[int(totals.argmax())] if totals.any() else None


def annual(tables: Tables, name: str, how: str) -> pd.Series:
    """year -> value of the complete years; of `yearly_weather` where that exists, else from twelve full months."""
    if tables.yearly is not None and name in tables.yearly:
        return tables.yearly.set_index("year")[name].astype("float64").dropna()
    values = column(tables.monthly, name)
    groups = values.groupby(tables.monthly["month"].dt.year)
    complete = groups.count() == 12
    if how == "sum":
        return groups.sum()[complete]
    days = column(tables.daily, name)
    return days.groupby(tables.daily["date"].dt.year).mean().reindex(complete.index)[complete].dropna()


def stripes(tables: Tables) -> tuple[list[str], np.ndarray, str, str]:
    """Labels, anomalies in degC (NaN where incomplete), unit (year or month) of the climate stripes, and against what."""
    years = annual(tables, "temperature_mean_c", "mean")
    if len(years) >= STRIPE_YEARS:
        every = np.arange(years.index.min(), years.index.max() + 1)
        values = years.reindex(every).to_numpy(dtype=float)
        return [str(y) for y in every], values - np.nanmean(values), "year", "the mean of all years"
    if tables.monthly.empty:
        return [], np.empty(0), "month", ""
    months = pd.date_range(tables.monthly["month"].min(), tables.monthly["month"].max(), freq="MS")
    means, calendar = column(tables.monthly, "temperature_mean_c"), tables.monthly["month"].dt.month
    counts = means.groupby(calendar).count()
    # With few months in two years most would be held against themselves, and be drawn as usual.
    by_calendar = bool((counts > 1).sum() == counts.astype(bool).sum() > 0)
    usual = means.groupby(calendar).transform("mean") if by_calendar else means.mean()
    anomalies = means - usual
    anomalies.index = pd.DatetimeIndex(tables.monthly["month"])
    against = f"the mean of its calendar month in {counts.max()} years" if by_calendar else "the mean of all months"
    return [f"{d:%Y-%m}" for d in months], anomalies.reindex(months).to_numpy(dtype=float), "month", against


def year_by_day(tables: Tables) -> tuple[list[int], np.ndarray]:
    """Years, and the daily mean temperatures as an array (year, day of a leap year)."""
    days = tables.daily.dropna(subset=["temperature_mean_c"])
    if days.empty:
        return [], np.empty((0, 366))
    date = days["date"].dt
    years = np.arange(int(date.year.min()), int(date.year.max()) + 1)
    first_of_month = np.array([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335])
    out = np.full((len(years), 366), np.nan)
    day = first_of_month[date.month.to_numpy() - 1] + date.day.to_numpy() - 1
    out[date.year.to_numpy() - years[0], day] = days["temperature_mean_c"].to_numpy()
    return years.tolist(), out


def wind_rose(validated: pd.DataFrame) -> tuple[np.ndarray, float | None]:
    """Share of the hours by sector and speed class, percent, shape (16, classes); and the share of calms."""
    speed = column(validated, "wind_speed_ms").to_numpy()
    direction = column(validated, "wind_direction_deg").to_numpy()
    known = ~np.isnan(speed)
    calm = known & (speed == 0)
    blowing = known & ~calm & ~np.isnan(direction)
    shares = np.zeros((16, len(SPEED_EDGES_MS)))
    total = int(calm.sum() + blowing.sum())
    if not total or (not blowing.any() and np.isnan(direction).all() and (speed[known] > 0).any()):
        return shares, None  # where nobody says from where it blows, the calms alone are no rose
    sector = np.floor((direction[blowing] + 11.25) / 22.5).astype(int) % 16
    speed_class = np.searchsorted(SPEED_EDGES_MS, speed[blowing], side="right") - 1
    np.add.at(shares, (sector, speed_class), 100 / total)
    return shares, 100 * float(calm.sum()) / total


def climate(tables: Tables) -> dict[str, np.ndarray]:
    """Per calendar month, shape (12,): mean temperature, mean of daily extremes, absolute extremes, in degC."""
    month = tables.monthly["month"].dt.month
    rows = np.arange(1, 13)

    def by_month(name: str, how: str) -> np.ndarray:
        return column(tables.monthly, name).groupby(month).agg(how).reindex(rows).to_numpy(dtype=float)

    return {
        "mean": by_month("temperature_mean_c", "mean"),
        "low": by_month("temperature_min_mean_c", "mean"),
        "high": by_month("temperature_max_mean_c", "mean"),
        "lowest": by_month("temperature_min_c", "min"),
        "highest": by_month("temperature_max_c", "max"),
    }


def precipitation_hours(tables: Tables) -> tuple[np.ndarray | None, str]:
    """Mean hours with precipitation per calendar month, shape (12,), or None and why there are none."""
    kinds, amounts = tables.validated["precipitation_type"], column(tables.validated, "precipitation_mm")
    what = "rain, snow or sleet"
    if kinds.notna().any():
        wet = kinds.isin(["rain", "snow", "sleet"])
    elif amounts.notna().any():
        wet, what = amounts >= WET_HOUR_MM, f"{WET_HOUR_MM} mm or more"
    else:
        return None, "The files do not tell precipitation."
    share = float(wet.mean())
    if share > PRECIPITATION_LABEL_SHARE:
        return None, (
            f"The source labels {100 * share:.0f} % of all hours with a type of precipitation, dry ones included; "
            "hours of precipitation cannot be told from it."
        )
    time = tables.validated["timestamp"]
    month = (time.dt.year * 12 + time.dt.month - 1).to_numpy()
    per_month = wet.groupby(month).sum()
    hours = per_month.groupby(per_month.index % 12).mean().reindex(range(12))
    return hours.to_numpy(dtype=float), f"mean hours with {what}; months in UTC."


def completeness(tables: Tables) -> tuple[list[str], list[str], np.ndarray]:
    """Variables, months, and the share of hours with a good value in percent, shape (variables, months)."""
    if tables.monthly.empty:
        return [], [], np.empty((0, 0))
    every = pd.date_range(tables.monthly["month"].min(), tables.monthly["month"].max(), freq="MS")
    months = tables.monthly.set_index("month")
    names = [n for n in COUNTED if f"{n}_n" in months and months[f"{n}_n"].sum() > 0]
    shares = [(100 * months[f"{n}_n"] / months["hours_expected"]).reindex(every).fillna(0).to_numpy() for n in names]
    return names, [f"{d:%Y-%m}" for d in every], np.array(shares, dtype=float)


@dataclass(frozen=True)
class Energy:
    """A year x calendar month table of one monthly column: `rows` is year -> 12 values, `means` 12 values."""

    column: str
    label: str
    digits: int
    rows: Mapping[int, list[float | None]]
    means: list[float | None]


_ENERGY = (
    ("capacity_factor", "Capacity factor, %", 0, 100.0),
    ("energy_kwh", "Energy, MWh", 0, 0.001),
    ("wind_power_density_wm2", "Wind power density, W/m²", 0, 1.0),
    ("wind_speed_mean_ms", "Mean wind speed, m/s", 1, 1.0),
)


def wind_energy(tables: Tables) -> list[Energy]:
    """The wind-energy tables of the page, of the columns that `monthly_weather` has values in."""
    energies = []
    month = tables.monthly["month"].dt
    for name, label, digits, factor in _ENERGY:
        values = column(tables.monthly, name) * factor
        if not values.notna().any():
            continue
        table = values.groupby([month.year, month.month]).first().unstack().reindex(columns=range(1, 13))
        rows = {
            int(year): [_number(x, digits) for x in row]
            for year, row in zip(table.index, table.to_numpy(), strict=True)
        }
        energies.append(Energy(name, label, digits, rows, [_number(x, digits) for x in table.mean()]))
    return energies
