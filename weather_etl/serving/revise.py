"""For developers: write the next migration after a contract has changed.

    python -m weather_etl.serving.revise "Derived columns"

Belongs here: alembic's comparison of a migrated database with `tables.metadata()`.
Does not belong here: anything that a user runs. Read what it wrote before it is committed; it is never changed after.
"""

import sys
from pathlib import Path

from weather_etl.errors import UserError
from weather_etl.serving.schema import alembic_config, upgrade
from weather_etl.settings import Settings


def revise(settings: Settings, message: str) -> list[Path]:
    """Migrate the configured database to the newest revision, and write a revision with what is missing still.

    Returns:
        the file that was written.

    Raises:
        ServingUnavailable: no database is configured, or it does not answer.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(settings)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    if number > 1:
        upgrade(settings)
    written = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    return [Path(script.path) for script in (written if isinstance(written, list) else [written]) if script]


def main(message: str) -> None:
    """Of the database that `.env` or the environment names, like the commands."""
    from dotenv import load_dotenv

    load_dotenv(Path.cwd() / ".env", override=True)
    if not message:
        sys.exit('Say what changed: python -m weather_etl.serving.revise "Derived columns".')
    try:
        written = revise(Settings.load(), message)
    except UserError as error:
        sys.exit(str(error))
    print(f"Written: {', '.join(map(str, written))}. Read it, then `weather-etl db upgrade` applies it.")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
