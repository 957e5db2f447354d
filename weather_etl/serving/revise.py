"""For developers: write the next migration after a contract has changed.

    python -m weather_etl.serving.revise "Derived columns"

Belongs here: alembic's comparison of a migrated database with `tables.metadata()`.
Does not belong here: anything that a user runs. Read what it wrote before it is committed; it is never changed after.
"""

import sys

from weather_etl.serving.schema import alembic_config, upgrade
from weather_etl.settings import Settings


def main(message: str) -> None:
    """Migrate the configured database to the newest revision, and write a revision with what is missing still."""
    from alembic import command
    from alembic.script import ScriptDirectory

    settings = Settings.load()
    config = alembic_config(settings)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    if number > 1:
        upgrade(settings)
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
