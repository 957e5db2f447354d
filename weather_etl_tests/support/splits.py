"""Splitting shared files without Dagster.

Belongs here: doing it. Does not belong here: what is expected of it.
"""

from collections.abc import Collection, Iterator

from weather_etl.ingestion.shared_files import take_inventory
from weather_etl.ingestion.splitting import Outcome, split_source
from weather_etl.lake.connection import Containers


def split_pending(
    containers: Containers, *, run_id: str = "", full: bool = False, names: Collection[str] = ()
) -> Iterator[Outcome]:
    """Split every pending source; with `full` those that are done too; with `names` only these."""
    for source in take_inventory(containers).sources:
        if (not names or source.name in names) and (full or source.is_pending()):
            yield split_source(containers, source, run_id=run_id)
