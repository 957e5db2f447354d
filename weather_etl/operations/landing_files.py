"""Files in the landing container, managed by a person: found by name or pattern, deleted, moved.

Belongs here: what a command does to landing files, and what it must refuse.
Does not belong here: what became of them (`files.py`), moving to the archive (`archive.py`), asking and printing (`cli/`).

Runs only read the container; these three are for whoever put the wrong file there.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice

from weather_etl.errors import UserError, WrongUsage
from weather_etl.lake.blobs import Blob
from weather_etl.lake.container import BlobNotFound, Container, PreconditionFailed
from weather_etl.landing.listing import list_station, route
from weather_etl.landing.versions import SHARED
from weather_etl.redaction import printable
from weather_etl.station_names import did_you_mean
from weather_etl.stations import SETTINGS_FILE, is_station_id

_WILD = "*?["
_MOST_BLOBS_COMPARED = 100_000  # blobs that an upload is compared with


def find(landing: Container, names: Sequence[str]) -> list[Blob]:
    """The landing files that are named `STATION/FILE`, or fit such a pattern of a shell; each once.

    Raises:
        UserError: there is none of a name.
    """
    blobs: dict[str, Blob] = {}
    for name in names:
        blob = landing.head(name) if not name.endswith("/") else None
        if blob is None:
            fixed = next((i for i, c in enumerate(name) if c in _WILD), None)
            fitting = [b for b in landing.list(name[:fixed]) if fnmatchcase(b.name, name)] if fixed is not None else []
            if not fitting:
                raise _nothing_there(landing, name)
            blobs |= {b.name: b for b in fitting}
        else:
            blobs[name] = blob
    return list(blobs.values())


def _nothing_there(landing: Container, name: str) -> UserError:
    station, slash, _ = name.partition("/")
    if not slash:
        return WrongUsage(f"{printable(name)} names no file; write STATION/FILE, as `weather-etl files` shows it.")
    near = did_you_mean(name, [b.name for b in islice(landing.list(f"{station}/"), _MOST_BLOBS_COMPARED)])
    return UserError(
        f"There is no landing file {printable(name)}; `weather-etl files -s {printable(station)}` shows those of the "
        f"station.{near}"
    )


def delete(landing: Container, blobs: Iterable[Blob]) -> Iterator[str]:
    """Delete the versions that were listed, one by one; gives the name of each when it is gone.

    Raises:
        UserError: one was replaced meanwhile; it stays.
    """
    for blob in blobs:
        try:
            landing.delete(blob.name, if_match=blob.etag)
        except PreconditionFailed:
            raise UserError(
                f"{printable(blob.name)} was replaced just now and stays; look at the new one before you delete it."
            ) from None
        yield blob.name


def move(landing: Container, source: str, target: str) -> str:
    """Move a landing file; returns its new name. It counts as landed now.

    The copy is there before the original goes: a move that is cut leaves both, and can be repeated.

    Args:
        landing: the container.
        source: blob name, also of a file that lies in no station's folder.
        target: the new name, or a folder with a slash at its end.

    Raises:
        WrongUsage: `target` is no name of a landing file.
        UserError: there is no such file, another one is at the target, or it was replaced meanwhile.
    """
    name = f"{target}{source.rsplit('/', 1)[-1]}" if target.endswith("/") else target
    original = landing.head(source)
    if original is None:
        raise _nothing_there(landing, source)
    _check_name(name, original)
    if name == source:
        raise WrongUsage(f"{printable(source)} is there already; name another place.")
    try:
        data, blob = landing.read(source, original.etag)
    except (BlobNotFound, PreconditionFailed):
        raise UserError(f"{printable(source)} was replaced just now; move it again.") from None
    _copy(landing, name, data, blob)
    try:
        landing.delete(source, if_match=blob.etag)
    except PreconditionFailed:
        raise UserError(
            f"{printable(source)} was replaced just now and stays; the one before is at {printable(name)} now."
        ) from None
    return name


def _check_name(name: str, blob: Blob) -> None:
    landing = route([replace(blob, name=name)])
    if landing.unroutable or landing.ignored:
        raise WrongUsage(
            f"{printable(name)} is no place for a landing file; write STATION/FILE, a station has letters, digits, - and _."
        )


def _copy(landing: Container, name: str, data: bytes, blob: Blob) -> None:
    md5 = hashlib.md5(data, usedforsecurity=False).digest()
    try:
        landing.write(
            name,
            data,
            if_match=None,
            metadata=blob.metadata or None,
            content_encoding=blob.content_encoding or None,
            content_md5=md5,
        )
    except PreconditionFailed:
        copy_there = landing.head(name)
        if copy_there is None or copy_there.size != len(data) or copy_there.content_md5 != md5:
            raise UserError(
                f"There is another file at {printable(name)}; delete it first (`weather-etl delete`), or choose another name."
            ) from None


def left_of(landing: Container, stations: Collection[str]) -> dict[str, int]:
    """Station -> how many files it has left, of those that are stations."""
    return {s: len(list_station(landing, s).files) for s in sorted(stations) if is_station_id(s)}


class Neighbours:
    """What lies in landing before an upload, to warn of a mistake: at most 100,000 files are looked at."""

    def __init__(self, landing: Container) -> None:
        self._blobs = list(islice(landing.list(), _MOST_BLOBS_COMPARED))
        self.stations = sorted(
            {b.name.split("/")[0] for b in self._blobs if "/" in b.name and is_station_id(b.name.split("/")[0])}
        )

    def of_the_same_bytes(self, station: str, data: bytes) -> list[str]:
        """Files of other stations, or shared ones, with these bytes; a station.toml may well be a copy."""
        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        return [
            b.name
            for b in self._blobs
            if b.size == len(data)
            and b.content_md5 == md5
            and not b.name.startswith(f"{station}/")
            and not b.name.endswith(f"/{SETTINGS_FILE}")
            and (b.name.split("/")[0] == SHARED or is_station_id(b.name.split("/")[0]))
        ]
