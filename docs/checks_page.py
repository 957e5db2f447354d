"""Writes docs/checks.md from the checks themselves.

    python docs/checks_page.py

Belongs here: the form of the page. What it says comes from `weather_etl/checks/`; a test keeps it current.
"""

import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from weather_etl.checks import NEIGHBOUR_CHECKS, TABLE_CHECKS  # noqa: E402
from weather_etl.checks.evaluation import Check  # noqa: E402
from weather_etl.checks.files import SHARED_FILES, UNROUTABLE_FILES  # noqa: E402
from weather_etl.lake.fingerprints import TABLE_NAMES  # noqa: E402

PAGE = CHECKOUT / "docs" / "checks.md"
HEAD = """\
# Checks

What is promised of every table, and held each time it is made. A check that does not pass says in one sentence how much it concerns and names
the first cases; `weather-etl status` and the Dagster UI show the sentence of each. `ERROR` needs somebody, `WARN` is worth a look. A
**blocking** check keeps a table that breaks it out of the lake: the old one stays. This page is written by `docs/checks_page.py`.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for table in TABLE_NAMES:
        of_table = [c for c in TABLE_CHECKS if c.table == table]
        if of_table:
            parts += [f"## {table}\n", _table(of_table)]
    parts += ["## All stations together\n", _table([UNROUTABLE_FILES, SHARED_FILES, *NEIGHBOUR_CHECKS])]
    return "\n".join(parts)


def _table(checks: list[Check]) -> str:
    rows = [f"| `{c.name}` | {c.description} | {'yes' if c.blocking else ''} |" for c in checks]
    return "\n".join(["| check | what it promises | blocking |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
