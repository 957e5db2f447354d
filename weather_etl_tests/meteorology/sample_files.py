"""A file of a few lines, and what its first row must say.

Belongs here: the record, ways to write a file. Does not belong here: the files (`profile_samples.py`, `samples_*.py`).
"""

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """One file.

    Attributes:
        data: its bytes.
        time: UTC of the first row.
        values: variable -> value of the first row, in our unit; None: missing.
        timezone: of the station, where the format leaves it to it.
        name: of the file.
        refused: reason, for profiles that refuse.
        upstream: variable -> flag that a quality code gives.
        place: what the file says of its station.
    """

    data: bytes
    time: str = ""
    values: dict[str, float | None] = field(default_factory=dict)
    timezone: str | None = None
    name: str = "a"
    refused: str = ""
    upstream: dict[str, int] = field(default_factory=dict)
    place: dict[str, Any] = field(default_factory=dict)


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return ("\n".join(lines) + "\n").encode(encoding)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def document(value: Any) -> bytes:
    return json.dumps(value).encode()
