"""Speed of the readers: raw rows of 100,000 rows of a producer's layout, beside pandas with the same options.

Belongs here: files of our own making. Does not belong here: the clean Kaggle file (`run.py`, part core).
"""

import io
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta

ROWS = 100_000
ROUNDS = 5


def knmi() -> bytes:
    """The layout of KNMI: a preamble, padded cells, tenths, hours from 1 to 24."""
    lines = ["# SOURCE: KNMI"] * 30 + [
        "# STN,YYYYMMDD,   HH,   DD,   FH,   FX,    T,   TD,   SQ,    Q,   RH,    P,    N,    U"
    ]
    start = datetime(2000, 1, 1)
    for i in range(ROWS):
        day = start + timedelta(days=i // 24)
        lines.append(
            f"  260,{day:%Y%m%d},{i % 24 + 1:5},{i * 7 % 360:5},{i % 90:5},{i % 150:5},{i % 300 - 50:5},{i % 250 - 60:5},"
            f"{i % 11:5},{i % 300:5},{i % 20 - 1:5},{9800 + i % 500:5},{i % 9:5},{30 + i % 70:5}"
        )
    return ("\n".join(lines) + "\n").encode()


def logger(rows: int = ROWS) -> bytes:
    """A logger of no particular format: month first, no offset."""
    lines = ["DateTime,Temperature (C),Humidity (%),Wind Speed (m/s),Battery"]
    start = datetime(2017, 1, 1)
    for i in range(rows):
        t = start + timedelta(minutes=10 * i)
        lines.append(
            f"{t.month}/{t.day}/{t.year} {t:%H:%M},{i % 300 / 10 - 5},{30 + i % 70},{i % 120 / 10},{i % 40 / 10 + 9}"
        )
    return ("\n".join(lines) + "\n").encode()


def main() -> None:
    import pandas as pd

    from weather_etl.meteorology import formats

    def knmi_pandas(data: bytes) -> object:
        table = pd.read_csv(io.BytesIO(data), skiprows=30, skipinitialspace=True)
        hours = pd.to_timedelta(table["HH"], unit="h")
        return pd.to_datetime(table["YYYYMMDD"].astype(str), format="%Y%m%d") + hours

    def logger_pandas(data: bytes) -> object:
        table = pd.read_csv(io.BytesIO(data))
        return pd.to_datetime(table["DateTime"], format="%m/%d/%Y %H:%M")

    cases: list[tuple[str, bytes, Callable[[bytes], object]]] = [
        ("KNMI, 14 columns", knmi(), knmi_pandas),
        ("a logger of no particular format", logger(), logger_pandas),
    ]
    for name, data, theirs in cases:
        seconds: dict[str, list[float]] = {"ours": [], "pandas": []}
        for i in range(ROUNDS + 1):
            for who, read in (("ours", formats.read_text), ("pandas", theirs)):
                started = time.process_time()
                read(data)
                if i:
                    seconds[who].append(time.process_time() - started)
        speed = statistics.median(b / a for a, b in zip(seconds["ours"], seconds["pandas"], strict=True))
        mine, other = (1000 * statistics.median(seconds[w]) for w in ("ours", "pandas"))
        what = f"(f) reader, {name}, {ROWS:,} rows ({mine:.0f} ms) / pandas ({other:.0f} ms)"
        print(f"{what:<70} {100 * speed:>12.0f}%   aim >= 33 %", flush=True)
    _inspect()


def _inspect() -> None:
    """What a person waits for `weather-etl inspect` of 10 MB."""
    import subprocess
    import sys
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logger.csv"
        path.write_bytes(logger(3 * ROWS))
        command = [sys.executable, "-m", "weather_etl.cli", "inspect", str(path)]
        waited = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert "temperature_c" in done.stdout, done.stderr
            waited.append(time.perf_counter() - started)
        what = f"(f) weather-etl inspect of {path.stat().st_size / 1e6:.0f} MB, wall"
    print(f"{what:<70} {statistics.median(waited):>11.2f} s   aim < 1.5 s", flush=True)


if __name__ == "__main__":
    main()
