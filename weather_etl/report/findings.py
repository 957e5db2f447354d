"""What a report says of quality control, taken from the published tables of one station.

Belongs here: counts by variable and test, and the most suspicious episodes.
Does not belong here: figures of the weather (`facts.py`), drawing, new tests of quality.
"""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from weather_etl.meteorology.quality import VARIABLES, Flag
from weather_etl.report.facts import Tables, column

EPISODES = 10
EPISODES_PER_TEST = 3
EPISODE_GAP = pd.Timedelta(hours=24)


def quality_summary(tables: Tables) -> list[dict[str, Any]]:
    """Per variable that was ever reported: how many values were evaluated, good, suspect, failed, and by which test."""
    tests = Counter(zip(tables.events["variable"], tables.events["test"], strict=True))
    rows = []
    for name in VARIABLES:
        flags = tables.validated[f"{name}_qc"].to_numpy()
        evaluated = int((flags != Flag.MISSING).sum())
        if not evaluated:
            continue
        failed, suspect = int((flags == Flag.FAIL).sum()), int((flags == Flag.SUSPECT).sum())
        rows.append(
            {
                "variable": name,
                "evaluated": evaluated,
                "suspect": suspect,
                "failed": failed,
                "failed_percent": 100 * failed / evaluated,
                "tests": {test: n for (variable, test), n in sorted(tests.items()) if variable == name},
            }
        )
    return rows


def suspicious_episodes(tables: Tables) -> list[dict[str, Any]]:
    """The ten most suspicious episodes, worst first.

    Events of one variable and test less than a day apart are one episode. Failed before suspect; then by the distance
    of the worst value from the station's median in robust standard deviations (1.4826 MAD), times the square root of
    the number of events; at most three of one variable and test, so that one broken sensor does not hide the others.
    """
    events = tables.events
    if events.empty:
        return []
    events = events.sort_values(["variable", "test", "timestamp"], kind="stable")
    same = (events["variable"] == events["variable"].shift()) & (events["test"] == events["test"].shift())
    near = events["timestamp"] - events["timestamp"].shift() < EPISODE_GAP
    number = (~(same & near)).cumsum().to_numpy()
    distance = np.nan_to_num(_distance(tables, events))
    frame = events.assign(number=number, distance=distance)
    worst = frame.loc[frame.groupby("number")["distance"].idxmax()].set_index("number")
    groups = frame.groupby("number")
    worst = worst.assign(
        start=groups["timestamp"].min(), end=groups["timestamp"].max(), events=groups.size(), flag=groups["flag"].max()
    )
    worst["score"] = worst["distance"] * np.sqrt(worst["events"])
    worst = worst.sort_values(["flag", "score", "start"], ascending=[False, False, True], kind="stable")
    worst = worst[worst.groupby(["variable", "test"], observed=True).cumcount() < EPISODES_PER_TEST]
    return [_episode(record) for record in worst.head(EPISODES).to_dict("records")]


def _episode(record: dict[Any, Any]) -> dict[str, Any]:
    """An episode in words, as the page shows it."""
    return {
        "start": f"{record['start']:%Y-%m-%d %H:%M}Z",
        "end": f"{record['end']:%Y-%m-%d %H:%M}Z",
        "events": int(record["events"]),
        "variable": record["variable"],
        "test": record["test"],
        "flag": "fail" if record["flag"] == Flag.FAIL else "suspect",
        "value": "" if pd.isna(record["original_value"]) else f"{record['original_value']:,.1f}",
        "limit": record["limit_text"],
        "where": f"{record['landing_file']}:{record['line']}",
    }


def _distance(tables: Tables, events: pd.DataFrame) -> np.ndarray:
    out = np.full(len(events), np.nan)
    for name in events["variable"].unique():
        good = column(tables.validated, name)
        median = good.median()
        spread = 1.4826 * (good - median).abs().median()
        of_it = (events["variable"] == name).to_numpy()
        values = events["original_value"].to_numpy(dtype=float)
        out[of_it] = np.abs(values[of_it] - median) / (spread if spread > 0 else 1.0)
    return out
