"""What a whole run costs beside an empty one: one large file, commands as a person starts them.

Here: figures (b), (c), (d), (f), (g) of `make bench`. Not here: many stations (`many_stations.py`), a live
`dagster dev` (`live.py`), the core beside its peers (`run.py`).
"""

import statistics
from collections.abc import Callable

from benchmarks.installation import STATION, TABLES_JOB, Installation, installation, line
from benchmarks.measured import Run

ROUNDS = 5


def alternating(kinds: dict[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Each kind in turn, A B C A B C ...; the first round warms up and is not counted."""
    runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for i in range(rounds + 1):
        for kind, start in kinds.items():
            run = start()
            if i:
                runs[kind].append(run)
    return runs


def ratio(these: list[Run], those: list[Run], of: str) -> str:
    """Median of the ratios of runs that came one after the other."""
    return f"{statistics.median(getattr(a, of) / getattr(b, of) for a, b in zip(these, those, strict=True)):.2f}x"


def seconds(runs: list[Run]) -> str:
    """Medians of wall and CPU."""
    wall, cpu = (statistics.median(getattr(r, of) for r in runs) for of in ("wall", "cpu"))
    return f"{wall:.1f} s, CPU {cpu:.1f} s"


def measure(csv: bytes, place: Installation, rounds: int) -> None:
    """All figures of this file."""
    from weather_etl_tests.files import weather_csv

    place.upload(f"{STATION}/weatherHistory.csv", csv)
    place.register(STATION)
    runs = alternating(
        {
            "empty": lambda: place.job("empty_job", module="empty_job", station=STATION),
            "empty, unchecked": lambda: place.job("empty_job_unchecked", module="empty_job", station=STATION),
            "full": lambda: place.job(TABLES_JOB, station=STATION, config=place.full()),
            "nothing new": lambda: place.job(TABLES_JOB, station=STATION),
            "empty module": lambda: place.python("import empty_job; empty_job.defs"),
            "definitions": lambda: place.python("import weather_etl; weather_etl.defs"),
        },
        rounds,
    )
    steps = len([s for s in place.structure["steps"].values() if s])
    made = {asset for step in place.structure["steps"].values() for asset in step}
    checks = sum(len(c) for asset, c in place.structure["checks"].items() if asset in made)
    empty = f"the same graph ({steps} steps, {checks} checks) with empty assets ({seconds(runs['empty'])})"
    print(
        f"    job execute of {len(csv) / 1e6:.1f} MB: {seconds(runs['full'])}; nothing new: {seconds(runs['nothing new'])}"
    )
    line("b", f"the file / {empty}, wall", ratio(runs["full"], runs["empty"], "wall"), "<= 2.0x")
    line("b", "the same, CPU", ratio(runs["full"], runs["empty"], "cpu"))
    line(
        "c",
        "nothing new / the same graph with empty assets, wall",
        ratio(runs["nothing new"], runs["empty"], "wall"),
        "<= 1.1x",
    )
    line("c", "the same, CPU", ratio(runs["nothing new"], runs["empty"], "cpu"))
    bare = f"the same, without any check ({seconds(runs['empty, unchecked'])}), CPU"
    line("b", f"the file / {bare}", ratio(runs["full"], runs["empty, unchecked"], "cpu"))
    line("c", f"nothing new / {bare}", ratio(runs["nothing new"], runs["empty, unchecked"], "cpu"))
    line("f", "peak memory of the full run", f"{max(r.rss for r in runs['full']):.0f} MB", "<= 500 MB")
    line("g", f"definitions load ({seconds(runs['definitions'])}) / an empty module, CPU",
         ratio(runs["definitions"], runs["empty module"], "cpu"), "<= 1.3x")  # fmt: skip
    place.upload(f"{STATION}/small.csv", weather_csv(24))
    added = place.job(TABLES_JOB, station=STATION)
    line("d", f"one 24-row file added ({added.wall:.1f} s): landing files read", files_read(place), "1")


def files_read(place: Installation) -> str:
    """How many landing files the last run read, from the manifest."""
    from weather_etl.ingestion.manifest import load_raw

    with place.containers() as containers:
        raw = load_raw(containers, STATION)
    assert raw is not None
    last = max(raw.manifest, key=lambda e: e["read_at"])
    return str(sum(e["run_id"] == last["run_id"] for e in raw.manifest))


def main(csv: bytes, rounds: int = ROUNDS) -> None:
    """On services and folders of their own."""
    with installation() as place:
        measure(csv, place, rounds)
