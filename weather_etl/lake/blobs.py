"""Blobs as the storage tells of them: names, ETags, sizes.

Belongs here: what a listing and an answer say. Does not belong here: asking for them (`container.py`).
"""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Blob:
    """A blob as a listing shows it; `etag` without quotes, `content_encoding` as its uploader said."""

    name: str
    etag: str
    size: int
    last_modified: datetime
    metadata: dict[str, str] = field(default_factory=dict)
    content_md5: bytes | None = None
    content_encoding: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Uploaded:
    """What an upload did: whether it wrote, and the blob that was there before."""

    wrote: bool
    before: Blob | None


def of_properties(properties: Any) -> Blob:
    """A blob from what the SDK knows of it."""
    # ETags come quoted from PUT and properties, bare from listings; the bare form works in If-Match.
    content = properties.content_settings
    return Blob(
        properties.name,
        properties.etag.strip('"'),
        properties.size,
        properties.last_modified,
        dict(properties.metadata or {}),
        bytes(content.content_md5) if content and content.content_md5 else None,
        (content.content_encoding or "") if content else "",
        str(properties.blob_tier or ""),
    )


def of_listing(page: bytes) -> tuple[list[Blob], str | None]:
    """The blobs of a List Blobs answer, and the marker of the next page if there is one."""
    from email.utils import parsedate_to_datetime
    from urllib.parse import unquote
    from xml.etree import ElementTree

    from azure.core.exceptions import ServiceResponseError

    try:
        root = ElementTree.fromstring(page)
    except ElementTree.ParseError as error:  # an answer that was cut
        raise ServiceResponseError("The listing is not complete.") from error
    if root.tag != "EnumerationResults":  # a proxy's page; taken for an empty listing it would empty the tables
        raise ValueError("The answer is no listing.")
    times: dict[str, datetime] = {}
    blobs = []
    for item in root.iterfind("Blobs/Blob"):
        name, properties, metadata = item.find("Name"), item.find("Properties"), item.find("Metadata")
        assert name is not None and properties is not None
        text = {p.tag: p.text or "" for p in properties}
        when, md5 = text["Last-Modified"], text.get("Content-MD5")
        if when not in times:
            times[when] = parsedate_to_datetime(when)
        blobs.append(
            Blob(
                # A name with characters that XML cannot hold comes percent-encoded.
                unquote(name.text or "") if name.get("Encoded") == "true" else name.text or "",
                text["Etag"].strip('"'),
                int(text["Content-Length"]),
                times[when],
                {m.tag: m.text or "" for m in metadata} if metadata is not None else {},
                base64.b64decode(md5) if md5 else None,
                text.get("Content-Encoding", ""),
                text.get("AccessTier", ""),
            )
        )
    return blobs, root.findtext("NextMarker") or None
