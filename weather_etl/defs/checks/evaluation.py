"""A check, what it found, and both in Dagster's words.

Belongs here: the records, their form in a table object, specs and results for Dagster.
Does not belong here: any particular check.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from weather_etl.errors import UserError

MAX_CASES = 10
MAX_COLUMNS = 5
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


class BlockingCheckFailed(UserError):
    """A blocking check failed: nothing of the table may be published."""

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__(evaluation.description)
        self.evaluation = evaluation


def percent(part: int, whole: int) -> str:
    """'0.02 %'."""
    return f"{100 * part / whole:.2f} %" if whole else "0 %"


def count(number: int, noun: str) -> str:
    """'1 file', '2 files'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def spec(check: Check, partitions: dg.PartitionsDefinition | None) -> dg.AssetCheckSpec:
    """The check as Dagster lists it; one per station has a state per station."""
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster 1.13: without them a check shows one station only.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            check.name,
            asset=check.table,
            description=check.description,
            blocking=check.blocking,
            partitions_def=partitions if check.per_station else None,
        )


def result(evaluation: Evaluation, station: str | None = None) -> dg.AssetCheckResult:
    """The evaluation as Dagster stores it.

    Figures of a station are text: of numbers the UI draws one line through all stations.
    """
    metadata: dict[str, Any] = {
        name: f"{value:,}" if evaluation.check.per_station and isinstance(value, int | float) else value
        for name, value in evaluation.figures.items()
    }
    if evaluation.cases:
        columns = list(evaluation.cases[0])[:MAX_COLUMNS]
        records = [
            dg.TableRecord({c: "" if (value := _plain(case[c])) is None else value for c in columns})
            for case in evaluation.cases[:MAX_CASES]
        ]
        schema = dg.TableSchema([dg.TableColumn(c, _type_name(evaluation.cases[0][c])) for c in columns])
        metadata["cases"] = dg.MetadataValue.table(records, schema)
    if station is not None:
        metadata["station"] = station
    return dg.AssetCheckResult(
        asset_key=evaluation.check.table,
        check_name=evaluation.check.name,
        passed=evaluation.passed,
        severity=dg.AssetCheckSeverity[evaluation.severity],
        description=evaluation.description,
        metadata=metadata,
    )


def stored(evaluations: Iterable[Evaluation]) -> list[dict[str, Any]]:
    """Evaluations as plain data, for the table object."""
    return [
        {
            "name": e.check.name,
            "passed": e.passed,
            "description": e.description,
            "severity": e.severity,
            "figures": {k: _plain(v) for k, v in e.figures.items()},
            "cases": [{k: _plain(v) for k, v in case.items()} for case in e.cases[:MAX_CASES]],
        }
        for e in evaluations
    ]


def restored(check: Check, found: Iterable[dict[str, Any]]) -> Evaluation | None:
    """What a check said when its table was made; None if that is not recorded."""
    for e in found:
        if e["name"] == check.name:
            return Evaluation(check, e["passed"], e["description"], e["severity"], e["figures"], e["cases"])
    return None


def summary(check: Check, evaluations: Sequence[tuple[str, Evaluation | None]]) -> Evaluation:
    """One evaluation for all stations; the UI offers no choice of stations where checks are executed alone.

    Args:
        check: which one.
        evaluations: (station, what the check said when its table was last made; None if there is no such table).
    """
    failed = [(station, e) for station, e in evaluations if e is not None and not e.passed]
    known = sum(e is not None for _, e in evaluations)
    sentence = f"{count(known, 'station')} passed when their tables were last made."
    if failed:
        station, first = failed[0]
        sentence = f"{len(failed):,} of {count(known, 'station')} did not pass, first {station}: {first.description}"
    if not known:
        sentence = "No station has this table yet."
    severity = ERROR if any(e.severity == ERROR for _, e in failed) else WARN
    cases = [{"station": station, "said": e.description} for station, e in failed]
    return Evaluation(check, not failed, sentence, severity, {"stations": known, "did_not_pass": len(failed)}, cases)


def _plain(value: Any) -> str | int | float | bool | None:
    if hasattr(value, "item"):  # a number of numpy
        value = value.item()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _type_name(value: Any) -> str:
    return {int: "int", float: "float"}.get(type(value), "string")
