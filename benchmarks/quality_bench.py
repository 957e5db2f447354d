"""Quality control and derived values: CPU beside the same tests of ioos_qc, and rows per second as rows grow.

    python benchmarks/run.py quality [10m]

On the variables of the file, repeated hour after hour; `10m` adds ten million rows (4 GB of memory).
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import ours
from weather_etl.meteorology.cascade import Cascade
from weather_etl.meteorology.computed import compute
from weather_etl.meteorology.quality import LIMITS

ROUNDS = 5


def main(csv: bytes, *, ten_million: bool = False) -> None:
    validated = ours.tables(csv)["validated"]  # whatever passes the gross range, so that every test has work
    core = statistics.median(_seconds(lambda: ours.everything(csv)) for _ in range(ROUNDS))
    print(f"(h) the whole core with all quality tests: {1000 * core:.0f} ms CPU{'aim <= 500 ms':>43}")
    values = {name: validated[name].to_numpy(dtype=np.float64) for name in LIMITS}
    values["dew_point_c"] = np.full(len(validated), np.nan)  # as the file has it
    hours = validated["timestamp"].to_numpy("datetime64[h]").astype(np.int64)
    rain = np.full(len(hours), -1)

    mine = statistics.median(_seconds(lambda: _ours(hours, values, rain)) for _ in range(ROUNDS))
    print(f"    quality control and derived values: {1000 * mine:.0f} ms, {len(hours) / mine:,.0f} rows/s")
    try:
        import ioos_qc.qartod
    except ImportError:
        print("    ioos_qc is not installed; `make test-oracle` installs it")
    else:
        theirs = _seconds(lambda: _ioos(ioos_qc.qartod, hours, values))
        same = statistics.median(_seconds(lambda: _four_tests(hours, values)) for _ in range(ROUNDS))
        name = f"ours ({1000 * same:.0f} ms) / the same four tests of ioos_qc ({theirs:.1f} s, once)"
        print(f"    {name:<66} {same / theirs:>17.3f}x   aim <= 0.05x", flush=True)
    speeds: list[float] = []
    for rows in (100_000, 1_000_000, *([10_000_000] if ten_million else [])):
        many = {name: np.resize(x, rows) for name, x in values.items()}
        hours_of_many, types = np.arange(rows), np.resize(rain, rows)
        _ours(hours_of_many, many, types)  # to warm up: the first run pays for memory that the system hands out
        work = partial(_ours, hours_of_many, many, types)
        seconds = statistics.median(_seconds(work) for _ in range(ROUNDS))
        speeds.append(rows / seconds)
        ratio = f"{speeds[-1] / speeds[0]:>17.2f}x   aim >= 0.8x" if len(speeds) > 1 else ""
        print(f"    {rows:>12,} rows: {speeds[-1]:>12,.0f} rows/s{'':33}{ratio}", flush=True)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _ours(hours: np.ndarray, values: dict[str, np.ndarray], rain: np.ndarray) -> None:
    values = {name: x.copy() for name, x in values.items()}
    cascade = Cascade(hours, values, ours.SETTINGS.site)
    cascade.run(rain, {})
    compute(values, cascade.flags, ours.SETTINGS.site)


def _four_tests(hours: np.ndarray, values: dict[str, np.ndarray]) -> None:
    cascade = Cascade(hours, {name: x.copy() for name, x in values.items()}, ours.SETTINGS.site)
    cascade.gross_range()
    cascade.spike()
    cascade.flat_line()
    cascade.rate_of_change()


def _ioos(qartod: object, hours: np.ndarray, values: dict[str, np.ndarray]) -> None:
    times = (hours * 3600).astype("datetime64[s]")
    for name, x in values.items():
        limits = LIMITS[name]
        if np.isnan(x).all():
            continue
        qartod.gross_range_test(x, limits.fail, limits.suspect)
        if limits.spike:
            qartod.spike_test(x, *limits.spike, method="differential")
        if limits.flat_hours:
            suspect, fail = (3600 * (h - 1) for h in limits.flat_hours)
            qartod.flat_line_test(x, times, suspect, fail, tolerance=1e-9)
        if limits.rate is not None:
            qartod.rate_of_change_test(x, times, limits.rate / 3600)
