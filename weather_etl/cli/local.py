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


@local_app.command("up", short_help="Start both, where .env names no others.")
def local_up(
    azurite_port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65533,
            help="Port of the blob service from now on (queue and table follow); at first 10000 or the next free one.",
        ),
    ] = None,
    rewrite_env: Annotated[
        bool, typer.Option("--rewrite-env", help="Write our two lines in .env anew, as after the checkout was moved.")
    ] = False,
) -> None:
    """Start both, unless the environment or .env names others; write .env if there is none.

    With another --azurite-port, the lines of .env that name our services are written anew, and no other line.
    """
    from weather_etl.local import services

    status = services.up(Path.cwd(), azurite_port=azurite_port, rewrite_env=rewrite_env, say=say)
    set_up_serving_tables(status)
    _print_services(status)


@local_app.command("down", short_help="Stop both, and what `make ui` started here.")
def local_down() -> None:
    """Stop both, and a web interface that `make ui` started here; the data in .local stays."""
    from weather_etl.local import services

    _print_services(services.down(Path.cwd(), say=say))


@local_app.command("status")
def local_status() -> None:
    """Show whether they run, and where."""
    from weather_etl.local import services

    _print_services(services.status(Path.cwd()))


def set_up_serving_tables(status: "Status") -> None:
    """In our own PostgreSQL, so that `run` fills them without being asked to; any other waits for `db upgrade`."""
    from weather_etl.serving import database, schema
    from weather_etl.settings import Settings

    settings = Settings.load()
    if status.postgres.state != "running" or settings.serving_url is not None:
        return
    settings = settings.model_copy(update={"postgres_url": settings.postgres_url or status.postgres.url})
    with database.connect(settings) as connection:
        if not schema.is_behind(connection):
            return
    say("Bringing the serving tables in PostgreSQL to this program's revision ...")
    schema.upgrade(settings)


def _print_services(status: "Status") -> None:
    for service in (status.azurite, status.postgres):
        state = "started" if service.started else service.state
        pid = f", pid {service.pid}" if service.pid else ""
        say(f"{service.name:<13} {state:<9} {service.where}{pid}")
    if status.ui:
        say(f"{'Dagster':<13} {'running':<9} {status.ui}")
    for note in status.notes:
        say(note)
