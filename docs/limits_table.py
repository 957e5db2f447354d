"""Writes the limits into docs/methods.md, between its markers, from the table that the tests use.

    python docs/limits_table.py

Belongs here: the form of the table. What it says comes from `weather_etl/meteorology/quality/limits.py`; a test keeps it
current.
"""

import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from weather_etl.meteorology.quality import LIMITS, POSSIBLE, Limits  # noqa: E402

PAGE = CHECKOUT / "docs" / "methods.md"
BEGIN, END = "<!-- limits: begin (written by docs/limits_table.py) -->\n", "<!-- limits: end -->"
_HEAD = """\
| variable | fail outside | suspect outside | spike: suspect, fail above | rate: suspect above, per hour | flat line: suspect, fail from | limits of a station within | source |
|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The page with the table as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + _HEAD + "".join(_row(v, x) for v, x in LIMITS.items()) + END + after


def _row(variable: str, limits: Limits) -> str:
    cells = (
        f"`{variable}`",
        _span(limits.fail),
        _span(limits.suspect) if limits.suspect != limits.fail else "",
        ", ".join(f"{x:g}" for x in limits.spike or ()),
        f"{limits.rate:g}" if limits.rate is not None else "",
        ", ".join(f"{x:g} h" for x in limits.flat_hours or ()),
        _span(POSSIBLE[variable]),
        limits.source,
    )
    return f"| {' | '.join(cells)} |\n"


def _span(span: tuple[float, float]) -> str:
    return f"{span[0]:g} to {span[1]:g}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
