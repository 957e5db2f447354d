"""The command itself, and what all of its parts share.

Belongs here: the application, printing a line, waiting visibly.
Does not belong here: any command; those register themselves (`local.py`, `stations.py`, ...).
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from weather_etl.errors import WrongUsage
from weather_etl.redaction import escaped

if TYPE_CHECKING:
    from rich.console import Console

EXIT_CODES = (
    "Exit codes: 0 done; 1 something failed or is wrong, in one sentence on stderr or a red check; 2 wrong usage. "
    "Shell completion: weather-etl --install-completion."
)

# The order of the help: that of a first day's work.
_ORDER = (
    *(
        "inspect",
        "upload",
        "run",
        "status",
        "files",
        "quarantine",
        "replay",
        "move",
        "delete",
        "forget",
        "head",
        "export",
        "report",
        "compare",
        "open",
        "doctor",
        "mute",
    ),
    *("formats", "local", "db"),
)
# How stations are named in every command: with the option, and bare where nothing else is.
Bare = Annotated[list[str] | None, typer.Argument(metavar="STATION", help="Only these stations.")]
Stations = Annotated[
    list[str] | None, typer.Option("--station", "-s", metavar="STATION", help="Only this station; can be repeated.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


class _InOrder(typer.core.TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        names = list(self.commands)
        return sorted(names, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if isinstance(message := getattr(error, "message", None), str):  # of wrong usage
                error.message = _in_our_words(message)  # type: ignore[attr-defined]
            raise


def _in_our_words(message: str) -> str:
    """What typer says of a wrong word, without the name of its exception, and with the word that may have been meant."""
    from weather_etl.station_names import did_you_mean

    message = message.replace("Value error, ", "").replace("the formats '%Y-%m-%d'", "a date such as 2026-12-31")
    given = re.search(r"'([^']*)' is not one of (.*)", message)
    return message + did_you_mean(given[1], re.findall(r"'([^']*)'", given[2])) if given else message


def _show_version(wanted: bool) -> None:
    if wanted:
        from weather_etl import __version__

        print(f"weather-etl {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=_InOrder,
    help="Weather files from Azure Blob Storage to tables that you can trust.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich doubles the time of --help
    pretty_exceptions_show_locals=False,  # they would print connection strings
)


@app.callback()
def _all_commands(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None: ...


def stations_named(*given: list[str] | str | None) -> list[str]:
    """The stations that were named, bare or with `--station`: each once, in that order."""
    flat = [name for names in given for name in ([names] if isinstance(names, str) else names or [])]
    return list(dict.fromkeys(flat))


def only_station_named(*given: list[str] | str | None) -> str:
    """The only station that was named.

    Raises:
        WrongUsage: none or several were.
    """
    names = stations_named(*given)
    if len(names) != 1:
        raise WrongUsage("Name one station." if not names else f"Name one station, not {len(names)}.")
    return names[0]


def say(line: str) -> None:
    """Print one line as it is, rich would break paths and URLs at the width of the terminal; what steers it is escaped."""
    print(_shown(line), flush=True)


def warn(line: object) -> None:
    """The same on stderr."""
    print(_shown(str(line)), file=sys.stderr, flush=True)


def _shown(line: str) -> str:
    """A line as it is printed: what steers a terminal is escaped, and commands in it can be pasted as they stand."""
    return _as_typed(escaped(line, keep="\n\t"), this_command())


def _as_typed(line: str, command: str) -> str:
    """The line with the commands of ours in it as they are to be typed here; other mentions of the name stay."""
    return line if command == "weather-etl" else _our_commands().sub(lambda _: command, line)


@cache
def _our_commands() -> re.Pattern[str]:
    names = typer.main.get_group(app).commands
    return re.compile(rf"(?<![\w/.-])weather-etl(?= (?:{'|'.join(map(re.escape, names))})\b)")


def console(width: int | None = None) -> "Console":
    """rich's console for stdout; of texts what would steer the terminal is escaped.

    Args:
        width: where stdout is no terminal.
    """
    from rich.console import Console

    class Harmless(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            texts = (_as_typed(escaped(o, keep="\n"), this_command()) if isinstance(o, str) else o for o in objects)
            super().print(*texts, **options)

    return Harmless(highlight=False, width=None if sys.stdout.isatty() else width)


def this_command() -> str:
    """This command as it is to be typed: by its path where its name alone would not be found."""
    path = Path(sys.argv[0])
    if shutil.which("weather-etl") or path.name != "weather-etl":
        return "weather-etl"
    return os.path.relpath(path)


def ui_url() -> str:
    """Where Dagster's web interface is: what `make ui` runs in this folder, else WEATHER_ETL_UI_URL."""
    from weather_etl.settings import Settings

    return ui_running() or Settings.load().ui_url


def ui_running() -> str:
    """The address of what `make ui` runs in this folder; empty where nothing runs."""
    if not (Path.cwd() / ".local" / "ui.json").exists():
        return ""
    from weather_etl.local import ui
    from weather_etl.local.ownership import Folder

    interface = ui.running(Folder(Path.cwd().resolve()))
    return interface.url if interface else ""


@contextmanager
def waiting(what: str, total: float | None = None, *, is_bytes: bool = False) -> Iterator[Callable[[float], None]]:
    """A bar (or a spinner, without `total`) with the time on stderr, if that is a terminal; gives a way to advance."""
    if not sys.stderr.isatty():
        yield lambda amount: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    amount = [] if total is None else [BarColumn(), DownloadColumn() if is_bytes else MofNCompleteColumn()]
    columns = [SpinnerColumn(), TextColumn("{task.description}"), *amount, Elapsed()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, advance=done)
