"""The command itself, and what all of its parts share.

Belongs here: the application, printing a line.
Does not belong here: any command; those register themselves (`local.py`, `stations.py`).
"""

import typer

app = typer.Typer(
    help="Weather files from Azure Blob Storage to tables that you can trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would print connection strings
)


def say(line: str) -> None:
    """Print one line as it is: rich would break paths and URLs at the width of the terminal."""
    print(line, flush=True)
