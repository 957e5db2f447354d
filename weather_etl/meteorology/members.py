"""One file of an archive; importing it costs nothing.

Belongs here: the record that unpacking hands to the readers. Does not belong here: unpacking, reading.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """One file of an archive, or the landing file itself."""

    name: str
    data: bytes
