"""What every adapter is made of.

Belongs here: the record of a format's fixed properties, and what several adapters do alike.
Does not belong here: a format.

An adapter is a module with `PROFILE`, `recognises(head)` (the first 64 KiB) and `read(data, options)`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from weather_etl.meteorology.cell_numbers import Field
from weather_etl.meteorology.headers import Mapped, Mapper, check_required
from weather_etl.meteorology.reasons import Reason, Rejected

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Profile:
    """What a format fixes for all its files.

    Attributes:
        name: the adapter's name, as the manifest has it.
        title: what a person calls the format.
        names: the format's name of a column, in lower case -> canonical column and unit. Of several names for one
            column the first that a file has is read.
        fields: canonical column -> how its text is written, where that is more than a number.
        timezone: zone of times without an offset; "" leaves it to the file and the station.
        names_stations: its files name the station by an id of the provider.
        padded: rows without a value are usual, and count as no errors.
    """

    name: str
    title: str
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    timezone: str = ""
    names_stations: bool = False
    padded: bool = False


@dataclass(frozen=True)
class Options:
    """What the station's settings say of its files, see `formats.read_text`."""

    bad_utf8: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    decimal: str | None = None


def mapper_of(profile: Profile, *, times: Sequence[str] = ()) -> Mapper:
    """A mapper that knows the names of one format only, whatever their case.

    Args:
        profile: of the format.
        times: names of the parts of a time, in order, where it has parts.
    """
    known = profile.names

    def mapper(header: Sequence[str]) -> Mapped:
        lower = [n.lower() for n in header]
        repeated = next((n for i, n in enumerate(lower) if n and n in lower[:i]), None)
        if repeated is not None:
            raise Rejected(Reason.DUPLICATE_COLUMN, f"column {repeated!r} stands twice in the header")
        chosen: dict[str, str] = {}
        for name, (column, _) in known.items():
            if name in lower:
                chosen.setdefault(column, name)
        columns: list[str | None] = [
            known[n][0] if n in known and chosen[known[n][0]] == n else "timestamp" if n in times else None
            for n in lower
        ]
        warnings: list[str] = []
        check_required(header, columns, warnings)
        units = {column: known[name][1] for column, name in chosen.items() if known[name][1]}
        # What is beside the columns of ours is part of the format, and no news.
        return Mapped(columns, units, warnings=[w for w in warnings if not w.startswith("unknown columns")])

    return mapper


def first_lines(head: bytes, n: int = 21) -> list[bytes]:
    """The first lines, without their ends; the last one may be cut where `head` is."""
    return head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", n)[:n]


def names_in(line: bytes) -> set[str]:
    """The names in a header line of any separator, in lower case."""
    text = line.decode("utf-8", "replace").lower()
    delimiter = max(",;\t|", key=text.count)
    return {n.strip().strip('"').strip() for n in text.split(delimiter)}


def header_names(head: bytes) -> set[str]:
    """The names of the first line that is neither blank nor a comment."""
    for line in first_lines(head):
        if line.strip() and not line.lstrip().startswith(b"#"):
            return names_in(line)
    return set()


def copied(rows: "pa.Table", copies: Iterable[tuple[str, str]]) -> "pa.Table":
    """Raw rows with the text of one column in another one too: of (from, to)."""
    for source, target in copies:
        at = rows.schema.get_field_index(target)
        rows = rows.set_column(at, rows.schema.field(at), rows.column(source))
    return rows
