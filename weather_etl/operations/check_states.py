"""What the checks say of tables as they lie in the lake, of shared files and of neighbours.

Belongs here: which of two witnesses is believed, Dagster's history or the table object.
Does not belong here: the checks (`checks/`), the stations around them (`overview.py`), printing (`cli/`).

Dagster's history alone would not do. It shows the last run that was to evaluate a check: of a run that failed before,
or goes on, no result is known, though the table has one; and what a blocking check refused is red there for ever, if
the file is then taken away and the table of before is the right one again. The table object alone would not do either:
what a blocking check refused is in no table.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weather_etl.checks import TABLE_CHECKS, observations
from weather_etl.checks import files as checks
from weather_etl.checks.evaluation import ERROR, WARN, Check, Evaluation, restore_evaluation
from weather_etl.checks.neighbours import NEIGHBOURS_AGREE
from weather_etl.checks.recorded import recorded_by_check
from weather_etl.ingestion import shared_files
from weather_etl.lake.connection import connect
from weather_etl.lake.fingerprints import NEIGHBOURS
from weather_etl.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.lake.table_objects import Lake, Stamp

PASS = "PASS"


@dataclass
class CheckState:
    """The last evaluation of a check for a station: PASS, WARN or ERROR, and its sentence."""

    table: str
    name: str
    state: str
    description: str

    @classmethod
    def of(cls, check: Check, passed: bool, severity: str, description: str) -> "CheckState":
        return cls(check.table, check.name, PASS if passed else severity, description)


def _as_state(evaluation: Evaluation) -> CheckState:
    return CheckState.of(evaluation.check, evaluation.passed, evaluation.severity, evaluation.description)


def last_checks(
    instance: "dg.DagsterInstance", lake: "Lake", station: str, stamps: "Mapping[str, Stamp]", *, is_stale: bool
) -> list[CheckState]:
    """What the checks of a station's tables said last.

    Of a table that is what it should be its own record counts. While the station is stale, a later run may have found
    something that is in no table: Dagster's history counts then, as far as it has a result.

    Args:
        instance: Dagster's instance.
        lake: the table objects, opened only where the history does not do.
        station: station id.
        stamps: table -> its stamp, of those that were made.
        is_stale: whether a run is due.
    """
    told = _told_by_history(instance, station)
    by_table: dict[str, list[Check]] = defaultdict(list)
    for check in TABLE_CHECKS:
        by_table[check.table].append(check)
    states: dict[Check, CheckState] = {}
    for table, wanted in by_table.items():
        of_history = {check: told[check] for check in wanted if check in told}
        stamp = stamps.get(table)
        if stamp is not None and not _agree(of_history, wanted, stamp):
            recorded = {check: _as_state(e) for check, e in recorded_by_check(lake, stamp, wanted).items()}
            of_history = recorded | of_history if is_stale else of_history | recorded
        states |= of_history
    return [states[check] for check in TABLE_CHECKS if check in states]


def _agree(told: Mapping[Check, CheckState], wanted: Sequence[Check], stamp: "Stamp") -> bool:
    """Whether history knows every check of a table and counts as many failed ones as the stamp does.

    A stamp tells nothing of freshness, which changes while the table does not; one of an older version tells nothing.
    """
    lasting = [state.state for check, state in told.items() if check != observations.freshness]
    counts = lasting.count(ERROR), lasting.count(WARN)
    return len(told) == len(wanted) and (stamp.error is None or counts == (stamp.error, stamp.warn))


def _told_by_history(instance: "dg.DagsterInstance", station: str) -> dict[Check, CheckState]:
    import dagster as dg

    from weather_etl.operations.run_history import last_check_evaluations

    keys = {dg.AssetCheckKey(dg.AssetKey(c.table), c.name): c for c in TABLE_CHECKS}
    return {
        keys[key]: CheckState.of(keys[key], e.passed, e.severity.value, e.description or "")
        for key, e in last_check_evaluations(instance, list(keys), station).items()
        if key in keys  # Dagster gives others too
    }


def shared_files_state(settings: Settings) -> CheckState | None:
    """How the files of several stations stand; None if there is none."""
    with connect(settings, prompt=True) as containers:
        inventory = shared_files.take_inventory(containers)
        troubled = shared_files.indexes_in_trouble(containers.lake.container, inventory.sources)
    if not inventory.sources:
        return None
    splits = sum(len(s.splits) for s in inventory.sources)
    return _as_state(checks.shared_files(troubled, len(inventory.sources), splits))


def neighbours_state(settings: Settings) -> CheckState | None:
    """What neighbours say of each other; None if that was never asked."""
    with connect(settings, prompt=True) as containers:
        recorded = containers.lake.read_checks(NEIGHBOURS, "")
    evaluation = restore_evaluation(NEIGHBOURS_AGREE, recorded or ())
    return None if evaluation is None else _as_state(evaluation)
