"""Writes docs/cli.md, the help of every command, from the parser.

    python docs/cli_page.py

Belongs here: the form of the page. What it says are the docstrings and options in `weather_etl/cli/`; a test keeps it
current.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

import typer.main  # noqa: E402

from weather_etl.cli import app  # noqa: E402

PAGE = CHECKOUT / "docs" / "cli.md"
WIDTH = 110
HEAD = """\
# The command line

`weather-etl COMMAND --help` shows the same. In every command, `-s STATION` names a station and can be repeated. Exit codes: 0 done; 1
something failed or is wrong, in one sentence on stderr or a red check; 2 wrong usage. This page is written by `docs/cli_page.py`.
"""


def page() -> str:
    """The whole page."""
    command = typer.main.get_command(app)
    parts = [HEAD]
    for name, path, one in _commands(command, ("weather-etl",)):
        parts.append(f"## {name}\n\n```text\n{_help(one, path)}\n```\n")
    return "\n".join(parts)


def _commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Name, full name in parts and command of each that does something, in the order of the help."""
    for name in group.list_commands(None):
        one = group.commands[name]
        here = (*path, name)
        if hasattr(one, "commands"):
            yield from _commands(one, here)
        else:
            yield " ".join(here[1:]), here, one


def _help(command: Any, path: tuple[str, ...]) -> str:
    context = command.make_context(
        " ".join(path), [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
