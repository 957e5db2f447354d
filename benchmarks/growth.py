"""What grows: CPU seconds, memory and requests by the number of stations and of landing files.

Here: which points are measured, the tables and the picture of docs/scaling.md. Not here: a point itself (`points.py`).
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.measured import command

CHECKOUT = Path(__file__).resolve().parents[1]
IMAGES = CHECKOUT / "docs" / "images"

LISTING = [(10, 1_000), (100, 1_000), (1_000, 1_000), (1_000, 10_000), (100, 100_000), (1_000, 100_000)]
FILES = (1_000, 10_000, 100_000)
FIRST_LOAD = (1_000, 10_000)


def point(name: str, *arguments: Any) -> dict[str, Any]:
    """Run a point in a process of its own."""
    script = str(Path(__file__).with_name("points.py"))
    run = command([sys.executable, script, name, json.dumps(arguments)], CHECKOUT, dict(os.environ))
    return json.loads(run.output.splitlines()[-1])


def measure_listing() -> list[dict[str, Any]]:
    """One look at both containers, nothing stale."""
    print("\none look: stations, files | list requests | CPU s: list landing, list tables, compare | peak MB")
    found = []
    for stations, files in LISTING:
        got = point("listing", stations, files, "fresh") | {"stations": stations, "files": files}
        parts = got["seconds"]
        print(
            f"{stations:>6,} {files:>8,} | {got['requests']:>4} | {parts['list landing']:>6.2f} "
            f"{parts['list tables']:>6.2f} {parts['compare']:>6.2f} | {got['mb']:>5.0f}",
            flush=True,
        )
        found.append(got)
    return found


def measure_merge() -> list[dict[str, Any]]:
    """One new file for a station with many; and a new station with many."""
    print("\none new file: files of the station | CPU s: read raw, merge, write raw | object MB | peak MB")
    found = []
    for files in FILES:
        got = point("merge", files) | {"files": files}
        parts = got["seconds"]
        print(
            f"{files:>8,} | {parts['read raw']:>6.2f} {parts['merge one file']:>6.2f} {parts['write raw']:>6.2f} "
            f"| {got['bytes'] / 1e6:>6.2f} | {got['mb']:>5.0f}",
            flush=True,
        )
        found.append(got)
    print("\na new station: files | CPU s | ms per file | peak MB")
    for files in FIRST_LOAD:
        got = point("first_load", files)
        seconds = sum(got["seconds"].values())
        print(f"{files:>8,} | {seconds:>6.1f} | {1000 * seconds / files:>5.2f} | {got['mb']:>5.0f}", flush=True)
    return found


def plot(listings: list[dict[str, Any]], merges: list[dict[str, Any]]) -> None:
    """Log-log, with a line of slope 1: what lies along it costs in proportion."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "scale", "svg.fonttype": "none", "font.size": 9}
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    looks = sorted(((g["files"], sum(g["seconds"].values())) for g in listings), key=lambda p: p[0])
    left.loglog(*zip(*looks, strict=True), "o", label="one look of the sensor")
    right.loglog([g["files"] for g in merges], [sum(g["seconds"].values()) for g in merges], "o-", label="one new file")
    right.loglog([g["files"] for g in merges], [g["bytes"] / 1e6 for g in merges], "s--", label="raw object, MB")
    for axes, what in ((left, "landing files in all"), (right, "landing files of the station")):
        axes.set_xlabel(what)
        axes.set_ylabel("CPU seconds")
        low, high = axes.get_xlim()
        bottom = axes.get_ylim()[0]
        axes.loglog([low, high], [bottom, bottom * high / low], color="0.7", lw=1, label="in proportion")
        axes.legend(frameon=False)
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / "scaling.svg", metadata={"Date": None})


def main() -> None:
    """Tables, then the picture."""
    plot(measure_listing(), measure_merge())
