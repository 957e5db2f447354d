"""Writes the tables of docs/formats.md from the profiles, the built-in names and the reasons.

    python docs/formats_page.py

Belongs here: the form of the tables; what stands around them is written by hand. A test keeps them current.
"""

import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from weather_etl.meteorology.formats.profile import Profile  # noqa: E402
from weather_etl.meteorology.formats.registry import packaged  # noqa: E402
from weather_etl.meteorology.reasons import EXPLANATIONS  # noqa: E402
from weather_etl.meteorology.units import QUANTITIES, UNITS  # noqa: E402
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS  # noqa: E402

PAGE = CHECKOUT / "docs" / "formats.md"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines])


def names() -> str:
    """Column -> the header names and units that are known."""
    generic = next(p for p in packaged() if p.name == "generic")
    by_column: dict[str, list[str]] = {}
    for option in generic.time_options:
        by_column.setdefault("timestamp", []).append(" + ".join(option))
    for rule in generic.columns:
        by_column.setdefault(rule.to, []).extend(rule.name)
    rows = []
    for column in RAW_TEXT_COLUMNS:
        known = ", ".join(n for n in dict.fromkeys(by_column.get(column, ())) if not n.startswith("/"))
        units = ", ".join(sorted(set(UNITS[QUANTITIES[column]].values()))) if column in QUANTITIES else ""
        if known:
            rows.append((f"`{column}`", known, units))
    return table(("column", "known names", "known units"), rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _zone(profile: Profile) -> str:
    words = {
        "station": "of the station",
        "header": "in the header",
        "meta": "in the file",
        "evidence": "by raw reports",
        "lst": "standard time of the station",
        "solar": "solar time of the longitude in the file",
    }
    return ", else ".join(words.get(z, z) for z in profile.zones)


def formats() -> str:
    """A section per profile: what tells it, its zone, and every column with its names and unit."""
    parts = []
    for profile in sorted(packaged(), key=lambda p: p.title.lower()):
        if profile.name == "generic":
            continue
        match = profile.part("match")
        told = (
            [f"columns {', '.join(c if isinstance(c, str) else ' or '.join(c) for c in match['columns'])}"]
            if match.get("columns")
            else []
        )
        told += ["the form of its lines"] if "line" in match else []
        told += ["its beginning"] if "head" in match else []
        told += [f"{n} within {a:g}..{b:g}" for n, (a, b) in match.get("values", {}).items()]
        about = f"`{profile.name}`; told by {_cell('; '.join(told) or 'its layout')}. Source: {profile.source or 'files of this layout'}."
        if profile.refuse:
            parts.append(
                f"### {profile.title}\n\n{about} Refused: {profile.refuse.split(': ', 1)[-1]} (`{profile.refuse.split(':')[0]}`).\n"
            )
            continue
        rows = []
        for rule in profile.columns:
            where = ", ".join(f"`{_cell(n)}`" for n in rule.name) or "by position"
            where += "".join(f" and `{_cell(n)}`" for n in rule.join)
            unit = rule.unit.replace("?", " (not certain)")
            rows.append(
                (f"`{rule.to}`", where if not profile.generic or len(rule.name) < 6 else "built-in names", unit)
            )
        rows = list(dict.fromkeys(rows))
        if profile.generic:
            rows = [r for r in rows if r[1] != "built-in names"]
        notes = "".join(f" {a[0].upper()}{a[1:]}." for a in profile.assume)
        body = table(("column", "read from", "unit"), rows) if rows else "The built-in names."
        parts.append(f"### {profile.title}\n\n{about} Times: {_zone(profile)}.{notes}\n\n{body}\n")
    return "\n".join(parts)


def reasons() -> str:
    return table(
        ("code", "what it means", "what to do"),
        [(f"`{reason}`", meaning, remedy) for reason, (meaning, remedy) in EXPLANATIONS.items()],
    )


def page() -> str:
    """The page with its tables written anew."""
    text = PAGE.read_text("utf-8")
    for name, content in (("names", names()), ("formats", formats()), ("reasons", reasons())):
        text = re.sub(
            rf"(<!-- {name}: begin [^\n]*-->\n).*?(<!-- {name}: end -->)",
            lambda m, content=content: m[1] + content + "\n" + m[2],
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
