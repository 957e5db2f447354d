"""What is a day, a month, a year, a normal: aggregates of the validated observations of one station.

Belongs here: civil days, completeness rules, statistics of days, months and years, normals and anomalies.
Does not belong here: whether a value is good (`quality/`), values of an hour (`derived.py`, `wind.py`); nulls are
taken as missing.

Hours are arranged once, and months and years are made from the sums of days.
"""

from weather_etl.meteorology.aggregation.days import daily_weather
from weather_etl.meteorology.aggregation.fallen import better_by_utc
from weather_etl.meteorology.aggregation.hours import LocalHours
from weather_etl.meteorology.aggregation.months import monthly_weather
from weather_etl.meteorology.aggregation.normals import climate_normals
from weather_etl.meteorology.aggregation.years import yearly_weather

__all__ = ["LocalHours", "better_by_utc", "climate_normals", "daily_weather", "monthly_weather", "yearly_weather"]
