"""Private names of Dagster and of the Azure SDK, all that this package uses.

Each has no public twin in the versions that pyproject.toml allows, and a contract in `test_private_names.py` that
fails with the name when an upgrade changes it.

Belongs here: the imports and the attributes. Does not belong here: what is done with them.
"""

from typing import TYPE_CHECKING, Any

from dagster._serdes import ConfigurableClassData

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["ConfigurableClassData", "engine_of", "give_engine"]


def engine_of(storage: Any) -> "Engine":
    """What a storage of dagster-postgres connects with."""
    return storage._engine


def give_engine(storage: Any, engine: "Engine") -> None:
    """Let a storage of dagster-postgres connect with `engine` from now on."""
    storage._engine = engine
