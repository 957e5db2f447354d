"""What a storage event says: which station to look at.

Belongs here: the body of a queue message -> stations and shared files (Event Grid schema, CloudEvents schema, base64 or plain).
Does not belong here: the queue (`event_queue.py`), what is done about a station (`orchestration/sensors/landing_events.py`, `operations/planning.py`).

An event is a hint and never a fact: it names a station to look at *now*. What is there is asked of storage, so that
events may come late, twice, out of order or from somebody who should not send any, and no table changes by it.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from weather_etl.landing.versions import SHARED
from weather_etl.stations import is_station_id

_SUBJECT = "/blobServices/default/containers/"
_RENAMED = ("Microsoft.Storage.BlobRenamed", "Microsoft.Storage.DirectoryRenamed")
_OF_A_DIRECTORY = "Microsoft.Storage.Directory"


class OtherKind(Exception):
    """The message tells of something else than a blob or directory; its text is the kind of event."""


class Poison(Exception):
    """The message names no station of ours; its text says why."""


def places_of(body: str, container: str) -> set[str]:
    """Stations that a message asks to look at, and names of shared files (`_shared/...`).

    Args:
        body: the message as it lies in the queue.
        container: the landing container; events of other containers are not ours.

    Raises:
        Poison: not JSON, no event, another container, or a name outside any station's folder.
        OtherKind: an event that is about no blob, such as the end of a lifecycle rule's work.
    """
    places: set[str] = set()
    others: list[str] = []
    for event in _events(body):
        kind = _kind(event)
        for subject in _subjects(event):
            if kind and not subject.startswith(_SUBJECT):
                others.append(kind)
            else:
                places.add(_place(subject, container, is_directory=kind.startswith(_OF_A_DIRECTORY)))
    if not places and others:
        raise OtherKind(others[0])
    if not places:
        raise Poison("the message holds no event")
    return places


def _kind(event: Any) -> str:
    kind = event.get("eventType", event.get("type")) if isinstance(event, dict) else None
    return kind if isinstance(kind, str) else ""


def _events(body: str) -> list[Any]:
    """Event Grid sends base64; other senders may not. One event, or a batch of them."""
    for decode in (str, _from_base64):
        try:
            value = json.loads(decode(body))
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, list) else [value]
    raise Poison("the message is not JSON")


def _from_base64(body: str) -> str:
    try:
        return base64.b64decode(body, validate=True).decode("utf-8-sig")
    except binascii.Error as error:
        raise ValueError from error


def _subjects(event: Any) -> Iterator[str]:
    """The `subject` is the same in both schemas; a rename also names where the blob or directory came from."""
    subject = event.get("subject") if isinstance(event, dict) else None
    if not isinstance(subject, str):
        raise Poison("the message has no subject")
    yield subject
    if _kind(event) in _RENAMED and isinstance(event.get("data"), dict):
        # .../<account>.blob.core.windows.net/<container>/<name>
        source = str(event["data"].get("sourceUrl", "")).partition("://")[2].partition("/")[2]
        container, _, name = source.partition("/")
        if name:
            yield f"{_SUBJECT}{container}/blobs/{name}"


def _place(subject: str, container: str, *, is_directory: bool) -> str:
    where, slash, name = subject.removeprefix(_SUBJECT).partition("/blobs/")
    if not subject.startswith(_SUBJECT) or not slash:
        raise Poison("the subject names no blob")
    if where != container:
        raise Poison("the blob lies in another container")
    if is_directory:  # whose name may be a station's, or that of the folder of shared files
        name = f"{name.rstrip('/')}/"
    station, slash, _ = name.partition("/")
    if slash and station == SHARED:
        return name
    if not slash or not is_station_id(station):
        raise Poison("the blob lies outside any station's folder")
    return station
