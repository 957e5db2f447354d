"""How a function becomes a check of a station's observations.

Belongs here: what such a check looks at, their register. Does not belong here: any of them (`observations.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from weather_etl.checks.evaluation import BlockingCheckFailed, Check, Evaluation
from weather_etl.meteorology.site import Site

if TYPE_CHECKING:
    from weather_etl.meteorology.observations import Observations

VALIDATED = "validated_observations"


@dataclass(frozen=True)
class Judged:
    """What the checks of observations look at.

    Attributes:
        observations: all that was made of the station's raw rows.
        station: its id.
        fresh_hours: how old its newest hour may be; None: its settings do not say `live = true`.
        site: where it lies.
        now: the present.
    """

    observations: "Observations"
    station: str
    fresh_hours: float | None = None
    site: Site = field(default_factory=Site)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


_Evaluate = Callable[[Check, Judged], Evaluation]
REGISTERED: dict[Check, _Evaluate] = {}


def promise(description: str, *, table: str = VALIDATED, blocking: bool = False) -> Callable[[_Evaluate], Check]:
    """Register a function as the check of its name."""

    def register(function: _Evaluate) -> Check:
        check = Check(table, function.__name__, description, blocking)
        REGISTERED[check] = function
        return check

    return register


def evaluate(judged: Judged, table: str) -> Iterator[Evaluation]:
    """The checks of a table, blocking ones first.

    Raises:
        BlockingCheckFailed: nothing of the table may be published.
    """
    for check, function in sorted(REGISTERED.items(), key=lambda item: not item[0].blocking):
        if check.table == table:
            evaluation = function(check, judged)
            if check.blocking and not evaluation.passed:
                raise BlockingCheckFailed(evaluation)
            yield evaluation
