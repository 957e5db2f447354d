"""What the checks of a table said when it was made, as it lies in the table object.

Belongs here: reading it, and what of it changes with the clock.
Does not belong here: how it is written (`lake/table_objects.py`), what Dagster's history says (`operations/run_history.py`).
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from weather_etl.checks import observations
from weather_etl.checks.evaluation import Check, Evaluation, restore_evaluation

if TYPE_CHECKING:
    from weather_etl.lake.table_objects import Lake, Stamp


def recorded_by_check(lake: "Lake", stamp: "Stamp", wanted: Collection[Check]) -> dict[Check, Evaluation]:
    """What checks of a table said when it was made, freshness as of now; without those that are younger than the table."""
    records = lake.read_checks(stamp.table, stamp.station, stamp) if wanted else None
    evaluations = {}
    for check in wanted:
        evaluation = restore_evaluation(check, records or ())
        if evaluation is None:
            continue
        if check == observations.freshness:
            newest = datetime.strptime(stamp.last, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC) if stamp.last else None
            evaluation = observations.as_of_now(evaluation, newest)
        evaluations[check] = evaluation
    return evaluations


def recorded_evaluations(lake: "Lake", stamp: "Stamp | None", wanted: Collection[Check]) -> list[Evaluation] | None:
    """The same for who needs all of them; None if one of them is not recorded."""
    found = recorded_by_check(lake, stamp, wanted) if stamp else {}
    return list(found.values()) if len(found) == len(wanted) else None
