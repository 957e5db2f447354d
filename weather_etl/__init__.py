"""Weather files from Azure Blob Storage to raw, validated and aggregated tables, as a Dagster asset graph.

Belongs here: the version, and `defs` for Dagster, imported when it is asked for.
Does not belong here: any import at once; the command and the core pay for whatever stands here.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Dagster asks for `defs`; the core and the command line must not pay for importing it.
    if name == "defs":
        from weather_etl.definitions import defs

        return defs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), "defs"]
