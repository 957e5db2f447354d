"""Days, months and years beside xclim, MetPy and scipy, on the generated sample and, where present, the real file.

`python -m weather_etl_tests.oracle.test_aggregation_oracle` prints the largest difference to each peer.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from benchmarks.run import REAL, input_file
from sample_data.generate import STATIONS, generate
from weather_etl.meteorology.aggregation.groups import Groups
from weather_etl.meteorology.aggregation.vectors import WindSums
from weather_etl.station_file import packaged_settings
from weather_etl_tests.meteorology.making import Aggregates, File, aggregated, hour_range, observed, validated

if TYPE_CHECKING:
    import xarray as xr

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
for library in ("metpy", "scipy", "xarray", "xclim"):
    pytest.importorskip(library)

REAL_FILE = pytest.param(
    "the real file",
    marks=[pytest.mark.realdata, pytest.mark.skipif(not REAL.exists(), reason="the Kaggle file is not there")],
)
SAMPLES = list(STATIONS)
every_source = pytest.mark.parametrize("source", [*SAMPLES, REAL_FILE])
SPANS = {"monthly": "MS", "yearly": "YS"}
every_span = pytest.mark.parametrize("span", SPANS)


@lru_cache
def zone(source: str) -> str:
    return {"valentia": "Europe/Dublin"}.get(source, "Europe/Budapest")


@lru_cache
def observations(source: str) -> pd.DataFrame:
    files = {"weatherHistory.csv": input_file()[0]} if source == REAL_FILE.values[0] else generate(source)
    landing = [File(data, f"szeged/{name}") for name, data in files.items() if name.endswith(".csv")]
    return observed(*landing, timezone=zone(source), settings=packaged_settings("szeged")).validated


@lru_cache
def tables(source: str) -> Aggregates:
    return aggregated(observations(source), zone(source))


def hourly(source: str, name: str, by: str) -> "pd.api.typing.SeriesGroupBy":
    """The hours of a column by local day (D), month (M) or year (Y), arranged by pandas."""
    frame = observations(source)
    local = frame["timestamp"].dt.tz_convert(zone(source)).dt.tz_localize(None)
    return frame[name].groupby(local.dt.to_period(by))


def daily(source: str, name: str, units: str) -> "xr.DataArray":
    """A column of our daily table on the whole calendar, as xclim takes it; days without a row are NaN."""
    import xarray as xr

    table = tables(source).daily.set_index("date")[name].astype(float)
    calendar = pd.date_range(f"{table.index[0]:%Y}-01-01", f"{table.index[-1]:%Y}-12-31", freq="D")
    return xr.DataArray(
        table.reindex(calendar).to_numpy(),
        dims="time",
        coords={"time": calendar},
        attrs={"units": units, "cell_methods": "time: mean"},
    )


def ours(source: str, span: str, name: str) -> pd.Series:
    table = getattr(tables(source), span)
    key = table["month"] if span == "monthly" else pd.to_datetime(table["year"].astype(str))
    return pd.Series(table[name].to_numpy(float, na_value=np.nan), index=pd.DatetimeIndex(key))


def theirs(result: "xr.DataArray", like: pd.Series) -> pd.Series:
    return result.to_series().reindex(like.index).astype(float)


def largest(a: pd.Series, b: pd.Series) -> float:
    """Largest difference where ours is shown; there must be something to compare."""
    shown = a.notna()
    assert shown.any() and b[shown].notna().all()
    return float((a - b)[shown].abs().max())


def xclim_index(source: str, freq: str, name: str) -> "xr.DataArray":
    """xclim's index for one of our columns, from our days."""
    from xclim import indices

    tas, tasmin, tasmax = (daily(source, f"temperature_{x}_c", "degC") for x in ("mean", "min", "max"))
    wind = daily(source, "wind_speed_mean_ms", "m s-1")
    return {
        "temperature_mean_c": lambda: indices.tg_mean(tas, freq=freq),
        "temperature_min_mean_c": lambda: indices.tn_mean(tasmin, freq=freq),
        "temperature_max_mean_c": lambda: indices.tx_mean(tasmax, freq=freq),
        "temperature_min_c": lambda: indices.tn_min(tasmin, freq=freq),
        "temperature_max_c": lambda: indices.tx_max(tasmax, freq=freq),
        "temperature_range_mean_c": lambda: indices.daily_temperature_range(tasmin, tasmax, freq=freq),
        "hdd_18": lambda: indices.heating_degree_days(tas, thresh="18 degC", freq=freq),
        "cdd_18": lambda: indices.cooling_degree_days(tas, thresh="18 degC", freq=freq),
        "gdd_10": lambda: indices.growing_degree_days(tas, thresh="10 degC", freq=freq),
        "frost_days": lambda: indices.frost_days(tasmin, freq=freq),
        "ice_days": lambda: indices.ice_days(tasmax, freq=freq),
        "summer_days": lambda: indices.tx_days_above(tasmax, thresh="25 degC", freq=freq),
        "hot_days": lambda: indices.tx_days_above(tasmax, thresh="30 degC", freq=freq),
        "tropical_nights": lambda: indices.tn_days_above(tasmin, thresh="20 degC", freq=freq),
        "calm_days": lambda: indices.calm_days(wind, freq=freq),
        "windy_days": lambda: indices.windy_days(wind, freq=freq),
        "wind_speed_mean_ms": lambda: indices.sfcWind_mean(wind, freq=freq),
    }[name]()  # fmt: skip


MEANS = ["temperature_mean_c", "temperature_min_mean_c", "temperature_max_mean_c", "temperature_range_mean_c"]
DEGREE_DAYS = ["hdd_18", "cdd_18", "gdd_10"]
EXACT = [
    "temperature_min_c", "temperature_max_c", "frost_days", "ice_days", "summer_days", "hot_days", "tropical_nights",
    "calm_days", "windy_days",
]  # fmt: skip


def difference_to_xclim(source: str, span: str, name: str) -> float:
    mine = ours(source, span, name)
    return largest(mine, theirs(xclim_index(source, SPANS[span], name), mine))


@every_source
@every_span
@pytest.mark.parametrize("name", EXACT)
def test_counts_and_extremes_are_those_of_xclim(source: str, span: str, name: str) -> None:
    assert difference_to_xclim(source, span, name) == 0


@every_source
@every_span
@pytest.mark.parametrize("name", MEANS)
def test_means_of_temperature_are_those_of_xclim(source: str, span: str, name: str) -> None:
    assert difference_to_xclim(source, span, name) < 1e-9


@every_source
@every_span
@pytest.mark.parametrize("name", DEGREE_DAYS)
def test_degree_days_are_those_of_xclim(source: str, span: str, name: str) -> None:
    assert difference_to_xclim(source, span, name) < 1e-8


@every_source
@every_span
def test_the_wind_of_a_month_is_that_of_its_hours_and_close_to_that_of_its_days(source: str, span: str) -> None:
    """Deliberate: xclim averages days, so that an hour of a day with gaps weighs more than others."""
    assert 0 < difference_to_xclim(source, span, "wind_speed_mean_ms") < 0.02


@every_source
@every_span
@pytest.mark.parametrize(
    ("name", "of", "units"),
    [("temperature_mean_c", "temperature_mean_c", "degC"), ("pressure_mean_hpa", "pressure_mean_hpa", "hPa"),
     ("wind_speed_mean_ms", "wind_speed_mean_ms", "m s-1"), ("humidity_min_percent", "humidity_min_percent", "%")],
)  # fmt: skip
def test_a_mean_is_hidden_where_missing_wmo_says_so(source: str, span: str, name: str, of: str, units: str) -> None:
    from xclim.core.missing import missing_wmo

    mine = ours(source, span, name)
    missing = missing_wmo(daily(source, of, units), freq=SPANS[span], nm=11, nc=5)
    assert (theirs(missing, mine) == mine.isna()).all()


def test_absent_days_in_a_row_count_here_and_not_in_missing_wmo() -> None:
    """Deliberate: five days without any row hide a month; xclim looks for a run among the rows that are there."""
    import xarray as xr
    from xclim.core.missing import missing_wmo

    times = hour_range("2021-03-01T00:00", "2021-03-31T23:00")
    times = times[(times.day < 10) | (times.day > 14)]
    made = aggregated(validated(times, temperature_c=5.0))
    days = pd.DatetimeIndex(made.daily["date"])
    rows = xr.DataArray(made.daily["temperature_mean_c"].to_numpy(), dims="time", coords={"time": days.to_numpy()})
    assert made.monthly["temperature_mean_c"].isna().all()
    assert not missing_wmo(rows.assign_attrs(units="degC"), freq="MS", src_timestep="D").any()


@every_source
@pytest.mark.parametrize("statistic", ["mean", "min", "max"])
@pytest.mark.parametrize(
    ("variable", "prefix", "unit"),
    [("temperature_c", "temperature", "c"), ("humidity_percent", "humidity", "percent"), ("pressure_msl_hpa", "pressure", "hpa")],
)  # fmt: skip
def test_days_are_those_that_pandas_makes(source: str, variable: str, prefix: str, unit: str, statistic: str) -> None:
    table = tables(source).daily
    mine = pd.Series(table[f"{prefix}_{statistic}_{unit}"].to_numpy(), index=pd.PeriodIndex(table["date"], freq="D"))
    found = largest(mine, hourly(source, variable, "D").agg(statistic).reindex(mine.index))
    assert found == 0 if statistic != "mean" else found < 1e-9


TABLES = {"daily": ("D", "date"), "monthly": ("M", "month")}
every_table = pytest.mark.parametrize("table", TABLES)


def wind_of(source: str, table: str, name: str) -> pd.Series:
    freq, key = TABLES[table]
    frame = getattr(tables(source), table)
    return pd.Series(frame[name].to_numpy(float), index=pd.PeriodIndex(frame[key], freq=freq))


@lru_cache
def metpy_vectors(source: str, table: str) -> pd.DataFrame:
    """Mean wind vectors by MetPy; calms are zero vectors, hours without a direction have none."""
    import metpy.calc as mpcalc
    from metpy.units import units

    frame = observations(source)
    calm = (frame["wind_speed_ms"] == 0).to_numpy()
    speed = frame["wind_speed_ms"].to_numpy() * units("m/s")
    direction = np.where(calm, 0.0, frame["wind_direction_deg"].to_numpy()) * units.degrees
    u, v = mpcalc.wind_components(speed, direction)
    components = pd.DataFrame({"u": u.magnitude, "v": v.magnitude}, index=frame.index)
    local = frame["timestamp"].dt.tz_convert(zone(source)).dt.tz_localize(None)
    mean = components.groupby(local.dt.to_period(TABLES[table][0])).mean()
    u, v = (mean[x].to_numpy() * units("m/s") for x in ("u", "v"))
    return pd.DataFrame(
        {
            "wind_direction_resultant_deg": mpcalc.wind_direction(u, v, convention="from").magnitude,
            "wind_speed_resultant_ms": mpcalc.wind_speed(u, v).magnitude,
        },
        index=mean.index,
    )


def difference_to_metpy(source: str, table: str, name: str) -> float:
    mine = wind_of(source, table, name)
    found = metpy_vectors(source, table)[name].reindex(mine.index)
    return around(mine, found) if name.endswith("_deg") else largest(mine, found)


def around(a: pd.Series, b: pd.Series) -> float:
    """Largest difference of two directions, the short way round."""
    shown = a.notna()
    assert shown.any() and b[shown].notna().all()
    return float((((a - b)[shown] + 180) % 360 - 180).abs().max())


@every_source
@every_table
def test_the_resultant_wind_has_the_speed_that_metpy_finds(source: str, table: str) -> None:
    assert difference_to_metpy(source, table, "wind_speed_resultant_ms") < 1e-9


@every_source
@every_table
def test_the_resultant_wind_has_the_direction_that_metpy_finds(source: str, table: str) -> None:
    assert difference_to_metpy(source, table, "wind_direction_resultant_deg") < 1e-6


def difference_to_scipy(source: str, table: str) -> float:
    from scipy.stats import circmean

    mine = wind_of(source, table, "wind_direction_circular_deg")
    groups = hourly(source, "wind_direction_deg", TABLES[table][0])
    found = groups.agg(lambda d: circmean(d.dropna(), high=360, low=0) if d.notna().any() else np.nan)
    return around(mine, found.reindex(mine.index))


@every_source
@every_table
def test_the_circular_mean_is_that_of_scipy(source: str, table: str) -> None:
    assert difference_to_scipy(source, table) < 1e-6


@pytest.mark.parametrize(
    ("directions", "mean"),
    [([-60.0, -90.0, 5.0], 310.066954), ([45.0, -5.0, 30.0], 23.552040), ([-60.0, 45.0], 352.5), ([5.0, 30.0], 17.5)],
)
def test_circular_means_are_those_published_by_openoa(directions: list[float], mean: float) -> None:
    """NREL OpenOA, test_met_data_processing_toolkit.py."""
    degrees = np.array(directions) % 360
    statistics = WindSums.of_hours(np.ones(len(degrees)), degrees, Groups(np.zeros(len(degrees)))).statistics()
    assert statistics["wind_direction_circular_deg"] == pytest.approx(mean, abs=1e-6)


def figures() -> Iterator[str]:
    """The largest difference to each peer, one line each."""
    sources = [*SAMPLES, *([REAL_FILE.values[0]] if REAL.exists() else [])]

    def worst(of: Callable[..., float], *arguments: str) -> float:
        return max(of(source, *arguments) for source in sources)

    for span in SPANS:
        for name in [*EXACT, *MEANS, *DEGREE_DAYS, "wind_speed_mean_ms"]:
            yield f"xclim, {span} {name}: {worst(difference_to_xclim, span, name):.2g}"
    for table in TABLES:
        for name in ("wind_speed_resultant_ms", "wind_direction_resultant_deg"):
            yield f"MetPy, {table} {name}: {worst(difference_to_metpy, table, name):.2g}"
        yield f"scipy, {table} wind_direction_circular_deg: {worst(difference_to_scipy, table):.2g}"


if __name__ == "__main__":
    print("\n".join(figures()))
