"""`weather-etl local`: Azurite and PostgreSQL on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weather_etl.cli.base import app, say

if TYPE_CHECKING:
    from weather_etl.local.services import Status

local_app = typer.Typer(
    help="Azurite and PostgreSQL on this machine, for local use.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(local_app, name="local")


@local_app.command("up")
def local_up(
    azurite_port: Annotated[
        int | None,
        typer.Option(help="Port of the blob service, at the first start; 10000 or the next free one by default."),
    ] = None,
) -> None:
    """Start both, unless the environment or .env names others; write .env if there is none."""
    from weather_etl.local import services

    _print_services(services.up(Path.cwd(), azurite_port=azurite_port, say=say))


@local_app.command("down")
def local_down() -> None:
    """Stop both; the data in .local stays."""
    from weather_etl.local import services

    _print_services(services.down(Path.cwd(), say=say))


@local_app.command("status")
def local_status() -> None:
    """Show whether they run, and where."""
    from weather_etl.local import services

    _print_services(services.status(Path.cwd()))


def _print_services(status: "Status") -> None:
    for service in (status.azurite, status.postgres):
        state = "started" if service.started else service.state
        pid = f", pid {service.pid}" if service.pid else ""
        say(f"{service.name:<13} {state:<9} {service.where}{pid}")
    for note in status.notes:
        say(note)
