"""The check that every table has: it keeps its contract.

Belongs here: that check. Does not belong here: the contracts (`meteorology/schemas.py`).
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from weather_etl.checks.evaluation import ERROR, BlockingCheckFailed, Check, Evaluation
from weather_etl.lake.fingerprints import NEIGHBOURS, TABLE_NAMES

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_AND_KEYS = {
    table: Check(table, "schema_and_keys", "Types, ranges and keys are those of the table's contract.", blocking=True)
    for table in TABLE_NAMES
    if table != "raw_observations"  # text as it came, and written before anything is checked
}
SCHEMA_AND_KEYS[NEIGHBOURS] = replace(SCHEMA_AND_KEYS["daily_weather"], table=NEIGHBOURS, per_station=False)


def schema_and_keys(table: str, frame: "pd.DataFrame", station: str) -> Evaluation:
    """Hold a table against its pandera model.

    Raises:
        BlockingCheckFailed: it does not hold.
    """
    from weather_etl.meteorology import schemas

    problems = schemas.check(table, frame)
    if problems:
        raise BlockingCheckFailed(
            Evaluation(
                SCHEMA_AND_KEYS[table],
                False,
                f"{table} of {station} breaks its contract and was not published: {'; '.join(problems[:3])}. "
                "This is a bug; please report it with the landing files.",
                ERROR,
                {"violations": len(problems)},
                [{"violation": p} for p in problems],
            )
        )
    return contract_kept(table, len(frame))


def contract_kept(table: str, rows: int) -> Evaluation:
    """What the contract's check says of a table in the lake: one that breaks it is never published."""
    return Evaluation(
        SCHEMA_AND_KEYS[table], True, f"{rows:,} rows keep the contract of {table}.", ERROR, {"rows": rows}
    )
