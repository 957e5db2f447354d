"""The check of `neighbour_events`: which stations their neighbours contradict.

Belongs here: the sentence that names them. Does not belong here: the tests (`meteorology/neighbours.py`).
"""

from typing import TYPE_CHECKING

from weather_etl.checks.evaluation import WARN, Check, Evaluation
from weather_etl.lake.fingerprints import NEIGHBOURS
from weather_etl.sentences import count

if TYPE_CHECKING:
    import pandas as pd

NEIGHBOURS_AGREE = Check(
    NEIGHBOURS, "neighbours_agree", "No station is contradicted by its neighbours.", per_station=False
)
STATIONS_NAMED = 10


def neighbours_agree(events: "pd.DataFrame", stations: int) -> Evaluation:
    """Name the stations, those with most events first.

    Args:
        events: `neighbour_events`.
        stations: how many have a place and a height.
    """
    from weather_etl.meteorology.neighbours import by_station

    cases = by_station(events)
    contradicted: dict[str, list[str]] = {}
    for case in cases:
        contradicted.setdefault(case["station"], []).append(
            f"{count(case['events'], case['span'])} of {case['variable']}"
        )
    sentence = f"No neighbour contradicts any of {count(stations, 'station')} whose place and height are known."
    if contradicted:
        listing = "; ".join(
            f"{station}: {', '.join(parts)}" for station, parts in list(contradicted.items())[:STATIONS_NAMED]
        )
        more = f"; and {len(contradicted) - STATIONS_NAMED} more" if len(contradicted) > STATIONS_NAMED else ""
        sentence = (
            f"Neighbours contradict {count(len(contradicted), 'station')}: {listing}{more}. Look at neighbour_events; "
            "`[[withdrawn]]` in a station's station.toml takes values back."
        )
    figures = {"events": len(events), "stations": stations, "stations_contradicted": len(contradicted)}
    return Evaluation(NEIGHBOURS_AGREE, not contradicted, sentence, WARN, figures, cases)
