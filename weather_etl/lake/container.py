"""One container of Azure Blob Storage: list, read and conditionally write; errors of the SDK as plain sentences.

Belongs here: requests, blobs as listed, what a failure means.
Does not belong here: how a connection is made (`connection.py`), what is in a blob.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from weather_etl.errors import UserError
from weather_etl.private_names import run_blob_request

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

LIST_PAGE = 5000  # the most that the service gives at once
LOCAL_HINT = "start it with `weather-etl local up`"


class StorageUnavailable(UserError):
    """The storage account does not answer, or refuses us; `passing` if waiting may help."""

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


class PreconditionFailed(Exception):
    """Another writer was faster: the blob is no longer the one that was read."""


class BlobNotFound(Exception):
    """There is no such blob, or not in that version."""


@dataclass(frozen=True)
class Blob:
    """A blob as a listing shows it; `etag` without quotes."""

    name: str
    etag: str
    size: int
    last_modified: datetime
    metadata: dict[str, str] = field(default_factory=dict)
    content_md5: bytes | None = None


def _blob(properties: Any) -> Blob:
    # ETags come quoted from PUT and properties, bare from listings; the bare form works in If-Match.
    content = properties.content_settings
    return Blob(
        properties.name,
        properties.etag.strip('"'),
        properties.size,
        properties.last_modified,
        dict(properties.metadata or {}),
        bytes(content.content_md5) if content and content.content_md5 else None,
    )


def _listed(page: bytes) -> tuple[list[Blob], str | None]:
    """The blobs of a List Blobs answer, and the marker of the next page if there is one."""
    from email.utils import parsedate_to_datetime
    from urllib.parse import unquote
    from xml.etree import ElementTree

    from azure.core.exceptions import ServiceResponseError

    try:
        root = ElementTree.fromstring(page)
    except ElementTree.ParseError as error:  # an answer that was cut
        raise ServiceResponseError("The listing is not complete.") from error
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
            )
        )
    return blobs, root.findtext("NextMarker") or None


class Container:
    """One container: list, read and conditionally write; errors of the SDK become plain sentences."""

    def __init__(self, client: "ContainerClient") -> None:
        self._client = client
        self.name = client.container_name
        self.url = f"{client.primary_endpoint.split('?')[0]}"

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        from azure.core import exceptions as azure

        host = self._client.primary_hostname.split("/")[0]
        remedy = LOCAL_HINT if host.startswith(("127.0.0.1", "localhost")) else "check the network and the account"
        # The chain is cut: the SDK's messages hold addresses with their SAS token.
        try:
            yield
        except (azure.ResourceModifiedError, azure.ResourceExistsError):
            raise PreconditionFailed from None
        except azure.ResourceNotFoundError as error:
            if getattr(error, "error_code", None) == "ContainerNotFound":
                raise StorageUnavailable(
                    f"There is no container {self.name!r} at {host}; create it or correct its name in the settings."
                ) from None
            raise BlobNotFound from None
        except (azure.ServiceRequestError, azure.ServiceResponseError, azure.IncompleteReadError):
            raise StorageUnavailable(f"Azure Storage at {host} does not answer; {remedy}.", passing=True) from None
        except azure.HttpResponseError as error:
            if error.status_code == 412:
                raise PreconditionFailed from None
            if error.status_code in (401, 403) or isinstance(error, azure.ClientAuthenticationError):
                raise StorageUnavailable(
                    f"Azure Storage at {host} refused the credentials; check the key, SAS token or role assignment."
                ) from None
            code = getattr(error, "error_code", None) or f"HTTP {error.status_code}"
            code = getattr(code, "value", code)
            passing = error.status_code is None or error.status_code in (408, 429) or error.status_code >= 500
            raise StorageUnavailable(
                f"Azure Storage at {host} answered {code}; try again, or check the account.", passing=passing
            ) from None

    def exists(self) -> bool:
        """Whether there is such a container."""
        with self._plain_errors():
            return bool(self._client.exists())

    def create(self) -> None:
        """Create the container if it is missing."""
        with self._plain_errors():
            if not self._client.exists():
                try:
                    self._client.create_container()
                except Exception:
                    if not self._client.exists():
                        raise

    def list(self, prefix: str = "") -> Iterator[Blob]:
        """All blobs below a prefix, by name, with metadata. A listing that fails raises; it is never short."""
        marker: str | None = ""
        while marker is not None:
            with self._plain_errors():
                blobs, marker = _listed(self._list_page(prefix, marker))
            yield from blobs

    def _list_page(self, prefix: str, marker: str) -> bytes:
        """The XML of one page.

        Asked for through the SDK's own pipeline (signature, retries), but read by us: its models cost 0.3 ms of CPU a
        blob, 20 times as much as the rest of a look at a large container.
        """
        from urllib.parse import quote, urlencode

        from azure.core.rest import HttpRequest

        wanted = {"restype": "container", "comp": "list", "include": "metadata", "maxresults": str(LIST_PAGE)}
        wanted |= {name: value for name, value in (("prefix", prefix), ("marker", marker)) if value}
        headers = {"x-ms-version": self._client.api_version, "Accept": "application/xml"}
        address, _, token = self._client.url.partition("?")  # a SAS token stays in the query
        query = "&".join(filter(None, [urlencode(wanted, quote_via=quote), token]))
        request = HttpRequest("GET", f"{address}?{query}", headers=headers)
        return bytes(run_blob_request(self._client, request).read())

    def head(self, name: str) -> Blob | None:
        """Properties of one blob, or None."""
        try:
            with self._plain_errors():
                return _blob(self._client.get_blob_client(name).get_blob_properties())
        except BlobNotFound:
            return None

    def read(self, name: str, etag: str | None = None) -> tuple[bytes, Blob]:
        """The bytes of a blob; with `etag`, of that version only.

        Raises:
            BlobNotFound: gone.
            PreconditionFailed: replaced since `etag`.
        """
        from azure.core import MatchConditions

        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}
        with self._plain_errors():
            download = self._client.download_blob(name, **condition)
            return download.readall(), _blob(download.properties)

    def read_end(self, name: str, length: int) -> bytes:
        """The last bytes of a blob, all of it if it is shorter.

        Raises:
            BlobNotFound: there is none.
            PreconditionFailed: it was replaced while it was read.
        """
        from azure.core import MatchConditions

        blob = self.head(name)
        if blob is None:
            raise BlobNotFound
        start = max(0, blob.size - length)
        same: dict[str, Any] = {"etag": blob.etag, "match_condition": MatchConditions.IfNotModified}
        with self._plain_errors():
            return self._client.download_blob(name, offset=start, length=blob.size - start, **same).readall()

    def write(
        self,
        name: str,
        data: bytes,
        *,
        if_match: str | None,
        metadata: dict[str, str] | None = None,
        content_type: str | None = None,
    ) -> str:
        """Write a blob in one request and return its ETag. `if_match` None: only if it does not exist yet.

        Raises:
            PreconditionFailed: the blob is not the one with `if_match`, or exists already.
        """
        from azure.core import MatchConditions

        condition: dict[str, Any] = {"overwrite": False}
        if content_type is not None:
            from azure.storage.blob import ContentSettings

            condition["content_settings"] = ContentSettings(content_type=content_type)
        if if_match is not None:
            condition |= {"overwrite": True, "etag": if_match, "match_condition": MatchConditions.IfNotModified}
        with self._plain_errors():
            result = self._client.get_blob_client(name).upload_blob(data, metadata=metadata, **condition)
            return str(result["etag"]).strip('"')

    def upload(self, name: str, data: bytes) -> bool:
        """Write a blob whatever is there (uploads by a person), with its MD5; False if these bytes are there already."""
        from azure.storage.blob import ContentSettings

        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        there = self.head(name)
        if there is not None and there.size == len(data) and there.content_md5 == md5:
            return False
        with self._plain_errors():
            self._client.get_blob_client(name).upload_blob(
                data, overwrite=True, content_settings=ContentSettings(content_md5=bytearray(md5))
            )
        return True

    def delete(self, name: str, *, if_match: str | None = None) -> None:
        """Delete a blob, with `if_match` only in that version; one that is gone already is no error.

        Raises:
            PreconditionFailed: the blob is not the one with `if_match`.
        """
        from azure.core import MatchConditions

        condition: dict[str, Any] = (
            {"etag": if_match, "match_condition": MatchConditions.IfNotModified} if if_match else {}
        )
        try:
            with self._plain_errors():
                self._client.delete_blob(name, **condition)
        except BlobNotFound:
            pass
