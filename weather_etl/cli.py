"""The `weather-etl` command: thin, one function per command.

Belongs here: arguments, printing, exit codes; every heavy import inside the function that needs it.
Does not belong here: work. A command calls the module that does it and prints what came back.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.errors import UserError

if TYPE_CHECKING:
    from weather_etl.local import Status

app = typer.Typer(
    help="Weather files from Azure Blob Storage to tables that you can trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would print connection strings
)
local_app = typer.Typer(help="Azurite and PostgreSQL on this machine, for local use.", no_args_is_help=True)
app.add_typer(local_app, name="local")


@local_app.command("up")
def local_up(
    azurite_port: Annotated[
        int | None,
        typer.Option(help="Port of the blob service, at the first start; 10000 or the next free one by default."),
    ] = None,
) -> None:
    """Start both, unless the environment or .env names others; write .env if there is none."""
    from weather_etl import local

    _print_services(local.up(Path.cwd(), azurite_port=azurite_port, say=_say))


@local_app.command("down")
def local_down() -> None:
    """Stop both; the data in .local stays."""
    from weather_etl import local

    _print_services(local.down(Path.cwd(), say=_say))


@local_app.command("status")
def local_status() -> None:
    """Show whether they run, and where."""
    from weather_etl import local

    _print_services(local.status(Path.cwd()))


def _print_services(status: "Status") -> None:
    for service in (status.azurite, status.postgres):
        state = "started" if service.started else service.state
        pid = f", pid {service.pid}" if service.pid else ""
        _say(f"{service.name:<13} {state:<9} {service.where}{pid}")
    for note in status.notes:
        _say(note)


def _say(line: str) -> None:
    # Plain: rich would break paths and URLs at the width of the terminal.
    print(line, flush=True)


def main() -> None:
    """Run the command; an expected failure is one sentence on stderr and exit code 1."""
    from dotenv import load_dotenv

    try:
        load_dotenv(Path.cwd() / ".env")  # the process environment wins
        app()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
