"""The `weather-etl` command: thin, one function per command, one module per subject.

Belongs here: putting the parts together, exit codes of failures.
Does not belong here: work. A command calls the module that does it and prints what came back; every heavy import
stands inside the function that needs it.
"""

import shlex
import sys
from pathlib import Path

from weather_etl.cli import (  # noqa: F401  (they register their commands)
    comparison,
    database,
    doctor,
    files,
    formats,
    landing,
    local,
    operations,
    reports,
    run,
    stations,
    tables,
)
from weather_etl.cli.base import app, warn
from weather_etl.errors import UserError, WrongUsage


def main() -> None:
    """Run the command; an expected failure is one sentence on stderr and exit code 1, wrong usage exit code 2."""
    from dotenv import load_dotenv

    try:
        # Like Dagster's own commands, which let .env win over the process environment.
        load_dotenv(Path.cwd() / ".env", override=True)
        app()
    except UserError as error:
        warn(f"{error}{_where_it_is_configured(error)}")
        sys.exit(2 if isinstance(error, WrongUsage) else 1)
    except Exception as error:
        from weather_etl import postgres
        from weather_etl.redaction import traceback_without_secrets, without_secrets

        if sentence := postgres.explained(error, "WEATHER_ETL_POSTGRES_URL"):  # Dagster's history lies there
            warn(without_secrets(sentence))
            sys.exit(1)
        # A bug: its trace helps, the secrets in its messages do not.
        warn(traceback_without_secrets(error))
        sys.exit(1)


def _where_it_is_configured(error: UserError) -> str:
    """Who stands in another folder than that of the checkout has no `.env` there: which folder it is, to be appended."""
    from weather_etl.lake.connection import NoAccount

    checkout = Path(sys.prefix).parent  # of .venv
    if not isinstance(error, NoAccount) or checkout == Path.cwd() or not (checkout / ".env").is_file():
        return ""
    return f" The checkout has an .env that may name one: `cd {shlex.quote(str(checkout))}` first."
