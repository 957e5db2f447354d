"""What grows, and how fast: the figures of docs/scaling.md.

    python benchmarks/scale.py [growth] [events] [workers]

Here: which part is measured by which file. Not here: the core beside its peers, and whole runs (`run.py`).
"""

import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))


def main(parts: list[str]) -> None:
    """All parts, or those named."""
    from benchmarks import growth, live, workers

    known = {"growth": growth.main, "events": live.measure_events, "workers": workers.measure_workers}
    if unknown := set(parts) - known.keys():
        raise SystemExit(f"{', '.join(sorted(unknown))} is no part; there are {', '.join(known)}.")
    for name, measure in known.items():
        if not parts or name in parts:
            measure()


if __name__ == "__main__":
    main(sys.argv[1:])
