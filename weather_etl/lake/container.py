"""One container of Azure Blob Storage: list, read and conditionally write; errors of the SDK as plain sentences.

Belongs here: requests, what a failure means.
Does not belong here: blobs as they are listed (`blobs.py`), how a connection is made (`connection.py`), what is in a blob.
"""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from weather_etl.errors import UserError
from weather_etl.lake.blobs import Blob, Uploaded, of_listing, of_properties
from weather_etl.private_names import run_blob_request
from weather_etl.redaction import printable

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError
    from azure.storage.blob import ContainerClient

LIST_PAGE = 5000  # the most that the service gives at once
LOCAL_HINT = "start it with `weather-etl local up`"
MAX_NAME = 300
_LEASED = ("is under a lease", "break the lease (`az storage blob lease break`) and run again")
# Error code -> what is the matter with the one blob that was asked for, and the way out.
_OF_ONE_BLOB = {
    "BlobArchived": ("lies in the archive tier", "rehydrate it (set its tier to Hot or Cool), and it is read then"),
    "BlobBeingRehydrated": ("is on its way back from the archive tier", "wait, which may take some hours"),
    "AuthorizationPermissionMismatch": ("may not be read or written with these credentials", "grant access to it"),
    "BlobUsesCustomerSpecifiedEncryption": ("is encrypted with a key of its own", "store it without such a key"),
    "BlobImmutableDueToPolicy": ("is kept from changes by an immutability policy", "take the policy off the container"),
    "LeaseIdMissing": _LEASED,
    "LeaseIdMismatchWithBlobOperation": _LEASED,
    "LeaseNotPresentWithBlobOperation": _LEASED,
}
# What the SDK lets out where an answer is none of the service's: a proxy's page, headers that are cut or false.
_GARBLED = (AttributeError, LookupError, TypeError, ValueError, zlib.error)


class StorageUnavailable(UserError):
    """The storage account does not answer, or refuses us.

    Attributes:
        passing: waiting may help.
        is_answer: it did answer, with an error.
    """

    def __init__(self, sentence: str, *, passing: bool = False, is_answer: bool = False) -> None:
        super().__init__(sentence)
        self.passing, self.is_answer = passing, is_answer


class BlobUnreadable(UserError):
    """The storage answers, and refuses this one blob: the sentence names it, the cause and the way out."""

    def __init__(self, name: str, cause: str, remedy: str) -> None:
        super().__init__(f"{printable(name, MAX_NAME)} {cause}; {remedy}.")


class PreconditionFailed(Exception):
    """Another writer was faster: the blob is no longer the one that was read."""


class BlobNotFound(Exception):
    """There is no such blob, or not in that version."""


class Container:
    """One container: list, read and conditionally write; errors of the SDK become plain sentences."""

    def __init__(self, client: "ContainerClient") -> None:
        self.client = client
        self.name = client.container_name
        self.url = f"{client.primary_endpoint.split('?')[0]}"

    @contextmanager
    def _plain_errors(self, blob: str | None = None) -> Iterator[None]:
        """Failures as our exceptions; `blob` is the one that the request is about."""
        from azure.core import exceptions as azure

        host = self.client.primary_hostname.split("/")[0]
        remedy = LOCAL_HINT if host.startswith(("127.0.0.1", "localhost")) else "check the network and the account"
        # The chain is cut: the SDK's messages hold addresses with their SAS token.
        try:
            yield
        except azure.HttpResponseError as error:
            self._refused(error, host, blob)
        except (azure.ServiceRequestError, azure.ServiceResponseError, azure.IncompleteReadError):
            raise StorageUnavailable(f"Azure Storage at {host} does not answer; {remedy}.", passing=True) from None
        except (azure.AzureError, *_GARBLED) as error:
            what = f"got an answer from {host} that is none of Azure Storage ({type(error).__name__})"
            if blob is not None:
                raise BlobUnreadable(blob, what, "check what lies between (a proxy), or upload it again") from None
            raise StorageUnavailable(f"A request {what}; check what lies between, such as a proxy.") from None

    def _refused(self, error: "HttpResponseError", host: str, blob: str | None) -> NoReturn:
        """What an answer that is an error means."""
        from azure.core import exceptions as azure

        code = getattr(error, "error_code", None)
        code = getattr(code, "value", code)
        if blob is not None and code in _OF_ONE_BLOB:
            raise BlobUnreadable(blob, *_OF_ONE_BLOB[code]) from None
        if code == "ContainerBeingDeleted":  # a conflict like that of two writers, for the SDK
            raise StorageUnavailable(
                f"The container {self.name!r} at {host} is being deleted; wait a minute, create it again and bring its files back."
            ) from None
        if isinstance(error, azure.ResourceModifiedError | azure.ResourceExistsError) or error.status_code == 412:
            raise PreconditionFailed from None
        if isinstance(error, azure.ResourceNotFoundError):
            if getattr(error, "error_code", None) == "ContainerNotFound":
                raise StorageUnavailable(
                    f"There is no container {self.name!r} at {host}; create it or correct its name in the settings."
                ) from None
            raise BlobNotFound from None
        if error.status_code in (401, 403) or isinstance(error, azure.ClientAuthenticationError):
            raise StorageUnavailable(
                f"Azure Storage at {host} refused the credentials; check key, SAS token, role assignment and the clock of this machine."
            ) from None
        code = code or f"HTTP {error.status_code}"
        passing = error.status_code is None or error.status_code in (408, 429) or error.status_code >= 500
        if blob is not None and not passing:
            raise BlobUnreadable(
                blob, f"is refused: {host} answered {code}", "look at the blob in the portal, or upload it again"
            ) from None
        raise StorageUnavailable(
            f"Azure Storage at {host} answered {code}; try again, or check the account.",
            passing=passing,
            is_answer=True,
        ) from None

    def exists(self) -> bool:
        """Whether there is such a container."""
        with self._plain_errors():
            return bool(self.client.exists())

    def answers(self) -> None:
        """Ask anything, to learn within a few seconds whether the storage answers at all.

        Raises:
            StorageUnavailable: it does not.
        """
        from weather_etl.lake.azure_blob import PROBE_TIMEOUT_S

        with self._plain_errors():
            self.client.exists(read_timeout=PROBE_TIMEOUT_S)

    def create(self) -> None:
        """Create the container if it is missing."""
        with self._plain_errors():
            if not self.client.exists():
                try:
                    self.client.create_container()
                except Exception:
                    if not self.client.exists():
                        raise

    def list(self, prefix: str = "") -> Iterator[Blob]:
        """All blobs below a prefix, by name, with metadata. A listing that fails raises; it is never short."""
        marker: str | None = ""
        while marker is not None:
            try:
                with self._plain_errors():
                    blobs, marker = of_listing(self.list_page(prefix, marker))
            except StorageUnavailable as error:
                if error.is_answer and error.passing:  # a name that the service cannot write down, say
                    raise StorageUnavailable(
                        f"{error} If listing {self.name} stays so, one blob may bring it about: list its folders one by one "
                        f"(`az storage blob list --container-name {self.name} --prefix STATION/`) to find it.",
                        passing=True,
                        is_answer=True,
                    ) from None
                raise
            yield from blobs

    def list_page(self, prefix: str, marker: str) -> bytes:
        """The XML of one page.

        Asked for through the SDK's own pipeline (signature, retries), but read by us: its models cost 0.3 ms of CPU a
        blob, 20 times as much as the rest of a look at a large container.
        """
        from urllib.parse import quote, urlencode

        from azure.core.rest import HttpRequest

        wanted = {"restype": "container", "comp": "list", "include": "metadata", "maxresults": str(LIST_PAGE)}
        wanted |= {name: value for name, value in (("prefix", prefix), ("marker", marker)) if value}
        headers = {"x-ms-version": self.client.api_version, "Accept": "application/xml"}
        address, _, token = self.client.url.partition("?")  # a SAS token stays in the query
        query = "&".join(filter(None, [urlencode(wanted, quote_via=quote), token]))
        request = HttpRequest("GET", f"{address}?{query}", headers=headers)
        return bytes(run_blob_request(self.client, request).read())

    def head(self, name: str) -> Blob | None:
        """Properties of one blob, or None."""
        try:
            with self._plain_errors(name):
                return of_properties(self.client.get_blob_client(name).get_blob_properties())
        except BlobNotFound:
            return None

    def read(self, name: str, etag: str | None = None) -> tuple[bytes, Blob]:
        """The bytes of a blob as they are stored, whatever its Content-Encoding says; with `etag`, of that version only.

        Raises:
            BlobNotFound: gone.
            PreconditionFailed: replaced since `etag`.
            BlobUnreadable: the storage answers and refuses this blob (archive tier, permissions, ...).
        """
        from azure.core import MatchConditions

        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}
        with self._plain_errors(name):
            # The HTTP layer would unpack a body without any bound, and what it gives has another MD5.
            download = self.client.download_blob(name, decompress=False, **condition)
            return download.readall(), of_properties(download.properties)

    def read_end(self, name: str, length: int, *, size: int, etag: str) -> bytes:
        """The last bytes of a version of a blob, all of it if it is shorter.

        Args:
            name: of the blob.
            length: how many bytes at most.
            size, etag: of the version, as listed.

        Raises:
            BlobNotFound: there is none.
            PreconditionFailed: it is another version by now.
        """
        from azure.core import MatchConditions

        start = max(0, size - length)
        with self._plain_errors(name):
            return self.client.download_blob(
                name,
                offset=start,
                length=size - start,
                decompress=False,
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
            ).readall()

    def write(
        self,
        name: str,
        data: bytes,
        *,
        if_match: str | None,
        metadata: dict[str, str] | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        content_md5: bytes | None = None,
    ) -> str:
        """Write a blob in one request and return its ETag. `if_match` None: only if it does not exist yet.

        `content_md5` is kept with it, so that readers can tell whether they got what was meant.

        Raises:
            PreconditionFailed: the blob is not the one with `if_match`, or exists already.
            BlobUnreadable: it may not be written (a lease, a policy).
        """
        from azure.core import MatchConditions

        from weather_etl.lake.azure_blob import write_timeout_s

        condition: dict[str, Any] = {"overwrite": False}
        if content_type is not None or content_encoding is not None or content_md5 is not None:
            from azure.storage.blob import ContentSettings

            settings = ContentSettings(
                content_type=content_type,
                content_encoding=content_encoding,
                content_md5=bytearray(content_md5) if content_md5 is not None else None,
            )
            condition["content_settings"] = settings
        if if_match is not None:
            condition |= {"overwrite": True, "etag": if_match, "match_condition": MatchConditions.IfNotModified}
        with self._plain_errors(name):
            result = self.client.get_blob_client(name).upload_blob(
                data, metadata=metadata, read_timeout=write_timeout_s(len(data)), **condition
            )
            return str(result["etag"]).strip('"')

    def upload(self, name: str, data: bytes) -> Uploaded:
        """Write a blob whatever is there (uploads by a person), with its MD5, unless these bytes are there already."""
        from azure.storage.blob import ContentSettings

        from weather_etl.lake.azure_blob import write_timeout_s

        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        before = self.head(name)
        if before is not None and before.size == len(data) and before.content_md5 == md5:
            return Uploaded(False, before)
        with self._plain_errors(name):
            self.client.get_blob_client(name).upload_blob(
                data,
                overwrite=True,
                read_timeout=write_timeout_s(len(data)),
                content_settings=ContentSettings(content_md5=bytearray(md5)),
            )
        return Uploaded(True, before)

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
            with self._plain_errors(name):
                self.client.delete_blob(name, **condition)
        except BlobNotFound:
            pass
