"""The whole meteorology, from measured hours to normals: CPU beside ioos_qc and xclim, and rows per second as rows grow.

    python benchmarks/run.py climate [10m]

The peers do the part of it that they know: four quality tests, means, minima and maxima of days, the indices of months
and years and whether they may be shown. Ours does all of it; so the ratio flatters the peers.
"""

import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks import ours, quality_bench
from benchmarks.rules import ZONE
from weather_etl.meteorology.cascade import Cascade
from weather_etl.meteorology.computed import compute
from weather_etl.meteorology.quality import LIMITS

ROUNDS = 5
HOUR = np.timedelta64(1, "h")


def main(csv: bytes, *, ten_million: bool = False) -> None:
    validated = ours.tables(csv)["validated"]  # whatever passes the gross range, so that every test has work
    tables = statistics.median(_seconds(lambda: ours.aggregates(validated)) for _ in range(ROUNDS))
    print(f"(i) days, months, years and normals: {1000 * tables:.0f} ms CPU, {len(validated) / tables:,.0f} rows/s")
    mine = statistics.median(_seconds(lambda: _ours(validated)) for _ in range(ROUNDS))
    try:
        import ioos_qc.qartod
        import xclim.indices  # noqa: F401
    except ImportError:
        print("    ioos_qc and xclim are not installed; `make test-oracle` installs them")
    else:
        _peers(ioos_qc.qartod, validated.tail(24 * 400))  # to warm up
        theirs = _seconds(lambda: _peers(ioos_qc.qartod, validated))
        name = f"ours ({1000 * mine:.0f} ms) / ioos_qc and xclim ({theirs:.1f} s, once)"
        print(f"    {name:<66} {mine / theirs:>17.3f}x   aim <= 0.05x", flush=True)
    speeds: list[float] = []
    for rows in (100_000, 1_000_000, *([10_000_000] if ten_million else [])):
        many = _repeated(validated, rows)
        _ours(many)  # to warm up: the first run pays for memory that the system hands out
        seconds = statistics.median(_seconds(lambda many=many: _ours(many)) for _ in range(3))
        speeds.append(rows / seconds)
        ratio = f"{speeds[-1] / speeds[0]:>17.2f}x   aim >= 0.8x" if len(speeds) > 1 else ""
        print(f"    {rows:>12,} rows: {speeds[-1]:>12,.0f} rows/s{'':33}{ratio}", flush=True)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _repeated(validated: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The hours again and again, at times that go on hour by hour until 2016, as far back as they need."""
    many = validated.take(np.arange(rows) % len(validated)).reset_index(drop=True)
    last = np.datetime64("2016-12-31T22", "us")
    return many.assign(timestamp=pd.DatetimeIndex(last - np.arange(rows)[::-1] * HOUR).as_unit("us").tz_localize("UTC"))


def _values(validated: pd.DataFrame) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    values = {name: validated[name].to_numpy(dtype=np.float64) for name in LIMITS}
    values["dew_point_c"] = np.full(len(validated), np.nan)  # as the file has it
    return validated["timestamp"].to_numpy("datetime64[h]").astype(np.int64), values


def _ours(validated: pd.DataFrame) -> None:
    """Quality control, derived values and the four aggregated tables."""
    hours, values = _values(validated)
    values = {name: x.copy() for name, x in values.items()}
    cascade = Cascade(hours, values, ours.SETTINGS.site)
    cascade.run(np.full(len(hours), -1), {})
    made = compute(values, cascade.flags, ours.SETTINGS.site)
    flags = {f"{name}_qc": flag for name, flag in cascade.flags.items()}
    ours.aggregates(validated.assign(**values, **made.columns, **flags))


def _peers(qartod: object, validated: pd.DataFrame) -> None:
    import xarray as xr
    from xclim import indices
    from xclim.core.missing import missing_wmo

    quality_bench._ioos(qartod, *_values(validated))
    day = validated["timestamp"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.floor("D").rename("time")
    units = {"temperature_c": "degC", "wind_speed_ms": "m s-1"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # By pandas: the resampling of xarray would loop over 4,018 days.
        hourly = validated[list(LIMITS)].groupby(day)
        days = {how: xr.Dataset(getattr(hourly, how)().asfreq("D")) for how in ("mean", "min", "max")}
        for how, table in days.items():
            for name, unit in units.items():
                table[name].attrs = {"units": unit, "cell_methods": f"time: {how}"}
        tas, tasmin, tasmax = (days[how]["temperature_c"] for how in ("mean", "min", "max"))
        wind = days["mean"]["wind_speed_ms"]
        for freq in ("MS", "YS"):
            for table in days.values():
                table.resample(time=freq).mean()
            indices.tg_mean(tas, freq=freq).load()
            indices.tn_mean(tasmin, freq=freq).load()
            indices.tx_mean(tasmax, freq=freq).load()
            indices.tn_min(tasmin, freq=freq).load()
            indices.tx_max(tasmax, freq=freq).load()
            indices.daily_temperature_range(tasmin, tasmax, freq=freq).load()
            indices.heating_degree_days(tas, thresh="18 degC", freq=freq).load()
            indices.cooling_degree_days(tas, thresh="18 degC", freq=freq).load()
            indices.growing_degree_days(tas, thresh="10 degC", freq=freq).load()
            indices.frost_days(tasmin, freq=freq).load()
            indices.ice_days(tasmax, freq=freq).load()
            indices.tx_days_above(tasmax, thresh="25 degC", freq=freq).load()
            indices.tx_days_above(tasmax, thresh="30 degC", freq=freq).load()
            indices.tn_days_above(tasmin, thresh="20 degC", freq=freq).load()
            indices.calm_days(wind, freq=freq).load()
            indices.windy_days(wind, freq=freq).load()
            for name in LIMITS:
                missing_wmo(days["mean"][name].assign_attrs(units="1"), freq=freq).load()
