"""What a report is made from: when, from which files, and which of them could not be used.

Belongs here: condensing a station's manifest to what stands on top of its report.
Does not belong here: figures of the weather (`facts.py`), the page (`pages.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FILES_TOLD = 10


@dataclass(frozen=True)
class Origin:
    """The files behind a report.

    Attributes:
        made_at: when the report was made, as text.
        files: how many landing files the station has.
        newest: name of the file that landed last, among those that could be used; empty if there is none.
        landed_at: when it landed, as text.
        unusable: name and reason of files that could not be used, at most `FILES_TOLD`.
        more: how many more there are.
    """

    made_at: str
    files: int
    newest: str = ""
    landed_at: str = ""
    unusable: Sequence[tuple[str, str]] = ()
    more: int = 0


def of_manifest(manifest: Sequence[dict[str, Any]], made_at: datetime) -> Origin:
    """The files of a raw table's manifest."""
    used = [e for e in manifest if e["state"] == "ingested"]
    newest = max(used, key=lambda e: (e["landed_at"], e["name"]), default=None)
    lost = [(e["name"], f"{e['reason']}: {e['detail']}") for e in manifest if e["state"] == "rejected"]
    lost += [(e["name"], e.get("detail") or e["unread"]) for e in manifest if e["state"] == "unreadable"]
    return Origin(
        _minute(made_at),
        len(manifest),
        newest["name"] if newest else "",
        _minute(datetime.fromisoformat(newest["landed_at"])) if newest else "",
        lost[:FILES_TOLD],
        max(0, len(lost) - FILES_TOLD),
    )


def _minute(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
