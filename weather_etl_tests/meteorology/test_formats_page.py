"""The generated tables of docs/formats.md are current.

`python -m weather_etl_tests.meteorology.test_formats_page` writes them anew.
"""

import re
from pathlib import Path

from weather_etl.meteorology.headers import ALIASES

from weather_etl.meteorology.formats import PROFILES
from weather_etl.meteorology.reasons import EXPLANATIONS
from weather_etl.meteorology.units import QUANTITIES, UNITS
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines])


def names() -> str:
    """Column -> the header names and units that are known."""
    rows = []
    for column in RAW_TEXT_COLUMNS:
        known = ", ".join(sorted(a for a, c in ALIASES.items() if c == column))
        units = ", ".join(sorted(set(UNITS[QUANTITIES[column]].values()))) if column in QUANTITIES else ""
        rows.append((f"`{column}`", known, units))
    return table(("column", "known names", "known units"), rows)


def formats() -> str:
    """Format and column -> the format's names and their units."""
    rows = []
    for profile in PROFILES.values():
        by_column: dict[str, list[str]] = {}
        for name, (column, unit) in profile.names.items():
            divisor = profile.fields[column].divisor if column in profile.fields else 1
            scale = f" / {divisor:g}" if divisor != 1 else ""
            by_column.setdefault(column, []).append(f"`{name}`" + (f" ({unit}{scale})" if unit else ""))
        rows += [(profile.title, f"`{column}`", ", ".join(found)) for column, found in by_column.items()]
    return table(("format", "column", "read from (unit)"), rows)


def reasons() -> str:
    return table(
        ("code", "what it means", "what to do"),
        [(f"`{reason}`", meaning, remedy) for reason, (meaning, remedy) in EXPLANATIONS.items()],
    )


def page(text: str) -> str:
    """The page with its tables written anew."""
    for name, content in (("names", names()), ("formats", formats()), ("reasons", reasons())):
        text = re.sub(
            rf"(<!-- {name}: begin [^\n]*-->\n).*?(<!-- {name}: end -->)",
            lambda m, content=content: m[1] + content + "\n" + m[2],
            text,
            flags=re.DOTALL,
        )
    return text


def test_the_tables_of_the_page_on_formats_are_current():
    text = PAGE.read_text("utf-8")
    assert text == page(text), "python -m weather_etl_tests.meteorology.test_formats_page writes them anew"


def test_the_page_on_formats_names_every_format():
    text = PAGE.read_text("utf-8")
    assert all(profile.title.split()[0] in text for profile in PROFILES.values())


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
