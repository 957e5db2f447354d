"""Private names of Dagster and of the Azure SDK, all that this package uses.

Each has no public twin in the versions that pyproject.toml allows, and a contract in `test_private_names.py` that
fails with the name when an upgrade changes it.

Belongs here: the imports and the attributes. Does not belong here: what is done with them.
"""

from typing import TYPE_CHECKING

from dagster._serdes import ConfigurableClassData

if TYPE_CHECKING:
    from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage
    from sqlalchemy import Engine

__all__ = ["ConfigurableClassData", "engine_of", "give_engine"]


def engine_of(storage: "PostgresEventLogStorage | PostgresRunStorage | PostgresScheduleStorage") -> "Engine":
    """What the storage connects with."""
    return storage._engine


def give_engine(
    storage: "PostgresEventLogStorage | PostgresRunStorage | PostgresScheduleStorage", engine: "Engine"
) -> None:
    """Let the storage connect with `engine` from now on."""
    storage._engine = engine
