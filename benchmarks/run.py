"""`make bench`: figures (a) to (m), as ratios taken side by side in one run.

    python benchmarks/run.py [core] [formats] [quality [10m]] [climate [10m]] [runs] [stations [100] [below]] [live] [serving]

On the real Kaggle file where it lies beside the checkout (`../shared/data`), else on the generated sample repeated.
"""

import hashlib
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

REAL = CHECKOUT.parent / "shared" / "data" / "weatherHistory.csv.zip"
REAL_SHA256 = "22c028ceb97c6ad405831dfda61f0235532d9ab873229ff57ce4240853ef0a1f"
ROUNDS = 7


def input_file() -> tuple[bytes, str]:
    """The CSV to measure on, and what it is."""
    if REAL.exists():
        with zipfile.ZipFile(REAL) as archive:
            csv = archive.read(archive.namelist()[0])
        if hashlib.sha256(csv).hexdigest() == REAL_SHA256:
            return csv, "the Kaggle file"
    from sample_data.generate import generate

    files = list(generate("szeged").values())
    header, _, _ = files[0].partition(b"\n")
    return header + b"\n" + b"".join(f.partition(b"\n")[2] for f in files), "the generated sample"


def alternate(candidates: dict[str, Callable[[bytes], object]], csv: bytes, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each candidate, A B C A B C ..., after one round to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for i in range(rounds + 1):
        for name, tables in candidates.items():
            started = time.process_time()
            tables(csv)
            if i:
                seconds[name].append(time.process_time() - started)
    return seconds


def dirtied(csv: bytes) -> bytes:
    """The same file with every 200th line cut short and every 300th temperature unreadable: 0.8 % bad rows."""
    lines = csv.split(b"\r\n")
    for i in range(200, len(lines) - 1, 200):
        lines[i] = lines[i][:40]
    for i in range(300, len(lines) - 1, 300):
        cells = lines[i].split(b",")
        if len(cells) > 3:
            cells[3] = b"abc"
            lines[i] = b",".join(cells)
    return b"\r\n".join(lines)


def core(csv: bytes) -> None:
    """(a): CPU of our core beside peers that make the same checks and tables."""
    from benchmarks import ordinary_pandas, ours, predecessor, tuned_duckdb, tuned_polars

    peers = {
        "tuned polars": (tuned_polars.tables, "<= 1.0x"),
        "tuned duckdb": (tuned_duckdb.tables, ""),
        "ordinary pandas": (ordinary_pandas.tables, "<= 0.4x"),
    }
    seconds = alternate({"ours": ours.tables, **{n: t for n, (t, _) in peers.items()}}, csv, ROUNDS)
    mine = statistics.median(seconds["ours"])
    print(f"(a) our core: {1000 * mine:.0f} ms CPU, {csv.count(bytes([10])) / mine:,.0f} rows/s, median of {ROUNDS}")
    for name, (_, aim) in peers.items():
        ratio = statistics.median(a / b for a, b in zip(seconds["ours"], seconds[name], strict=True))
        theirs = f"{name} ({1000 * statistics.median(seconds[name]):.0f} ms)"
        print(f"    ours / {theirs:<59} {ratio:>17.2f}x   {'aim ' + aim if aim else ''}", flush=True)
    started = time.process_time()
    predecessor.tables(csv)
    slow = time.process_time() - started
    print(f"    ours / {f'the predecessor row by row ({slow:.1f} s, once)':<59} {mine / slow:>17.3f}x   aim <= 0.12x")
    pair = alternate({"reading": ours.raw_rows, "bare": ordinary_pandas.bare_read}, csv, ROUNDS)
    speed = statistics.median(b / a for a, b in zip(pair["reading"], pair["bare"], strict=True))
    bare = f"pandas.read_csv + to_datetime ({1000 * statistics.median(pair['bare']):.0f} ms)"
    print(f"    {f'speed of our reader / {bare}':<66} {100 * speed:>16.0f}%   aim >= 70 %")
    bad = dirtied(csv)
    pair = alternate({"dirty": lambda _: ours.tables(bad), "clean": ours.tables}, csv, ROUNDS)
    ratio = statistics.median(a / b for a, b in zip(pair["dirty"], pair["clean"], strict=True))
    print(f"    {'ours, a dirty file / a clean one':<66} {ratio:>17.2f}x   aim <= 1.3x", flush=True)


def main(parts: list[str]) -> None:
    csv, what = input_file()
    print(f"weather_etl on {what}: {csv.count(bytes([10])) - 1:,} rows, {len(csv) / 1e6:.1f} MB")
    if not parts or "core" in parts:
        core(csv)
    if not parts or "formats" in parts:
        from benchmarks import formats_bench

        formats_bench.main()
    if not parts or "quality" in parts:
        from benchmarks import quality_bench

        quality_bench.main(csv, ten_million="10m" in parts)
    if not parts or "climate" in parts:
        from benchmarks import climate_bench

        climate_bench.main(csv, ten_million="10m" in parts)
    if not parts or "runs" in parts:
        from benchmarks import commands

        commands.main(csv)
    if not parts or "stations" in parts:
        from benchmarks import many_stations

        many_stations.main(*(int(p) for p in parts if p.isdigit()), below="below" in parts)
    if not parts or "live" in parts:
        from benchmarks import live

        live.main(csv)
    if not parts or "serving" in parts:
        from benchmarks import serving

        serving.main(csv)


if __name__ == "__main__":
    main(sys.argv[1:])
