"""A check, and what it found.

Belongs here: the records, and their form in a table object.
Does not belong here: any particular check; their form in Dagster (`orchestration/checks.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from weather_etl.errors import UserError
from weather_etl.redaction import escaped

MAX_CASES = 10
ERROR, WARN = "ERROR", "WARN"


@dataclass(frozen=True)
class Check:
    """Name and meaning of a check on one table; a `blocking` one fails before anything is published."""

    table: str
    name: str
    description: str
    blocking: bool = False
    per_station: bool = True


@dataclass
class Evaluation:
    """What a check found for one station.

    Attributes:
        check: which one.
        passed: whether the promise holds.
        description: one sentence with the counts.
        severity: ERROR or WARN, if it does not hold.
        figures: what was counted.
        cases: the first cases, each with the same keys.
    """

    check: Check
    passed: bool
    description: str
    severity: str = WARN
    figures: dict[str, Any] = field(default_factory=dict)
    cases: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.description = escaped(self.description)  # names and cells of files are in it


class BlockingCheckFailed(UserError):
    """A blocking check failed: nothing of the table may be published."""

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__(evaluation.description)
        self.evaluation = evaluation


def percent(part: int, whole: int) -> str:
    """'0.02 %'."""
    return f"{100 * part / whole:.2f} %" if whole else "0 %"


def stored(evaluations: Iterable[Evaluation]) -> list[dict[str, Any]]:
    """Evaluations as plain data, for the table object."""
    return [
        {
            "name": e.check.name,
            "passed": e.passed,
            "description": e.description,
            "severity": e.severity,
            "figures": {k: plain(v) for k, v in e.figures.items()},
            "cases": [{k: plain(v) for k, v in case.items()} for case in e.cases[:MAX_CASES]],
        }
        for e in evaluations
    ]


def restore_evaluation(check: Check, records: Iterable[dict[str, Any]]) -> Evaluation | None:
    """What a check said when its table was made; None if that is not recorded."""
    for record in records:
        if record["name"] == check.name:
            return Evaluation(
                check, record["passed"], record["description"], record["severity"], record["figures"], record["cases"]
            )
    return None


def plain(value: Any) -> str | int | float | bool | None:
    """A figure or cell as JSON and Dagster take it."""
    if hasattr(value, "item"):  # a number of numpy
        value = value.item()
    return value if value is None or isinstance(value, int | float | bool) else escaped(str(value))
