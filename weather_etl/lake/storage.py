"""Where bytes go: containers, and the tables in the lake.

Belongs here: conditional reads and writes of blobs, the Parquet form and address of a table object, its stamp.
Does not belong here: what a landing file means (`landing/`), when something is computed (`orchestration/`).

Every table object is written by ONE Put Blob with If-Match or If-None-Match: a reader sees the old table or the
new one, and of two writers one learns that it lost.
"""

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from weather_etl.errors import UserError
from weather_etl.private_names import run_blob_request
from weather_etl.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa
    from azure.storage.blob import BlobServiceClient, ContainerClient

MANIFEST_KEY, CHECKS_KEY = b"weather_etl.manifest", b"weather_etl.checks"
FOOTER_GUESS = 64 * 1024  # most footers are smaller; of a longer one a second request brings the rest
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
            code = getattr(error.error_code, "value", error.error_code) or f"HTTP {error.status_code}"
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
        return bytes(run_blob_request(self._client, request).body())

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

        condition = {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}
        with self._plain_errors():
            download = self._client.download_blob(name, **condition)
            return download.readall(), _blob(download.properties)

    def read_end(self, name: str, length: int) -> bytes:
        """The last bytes of a blob, all of it if it is shorter.

        Raises:
            BlobNotFound: there is none.
        """
        blob = self.head(name)
        if blob is None:
            raise BlobNotFound
        start = max(0, blob.size - length)
        with self._plain_errors():
            return self._client.download_blob(name, offset=start, length=blob.size - start).readall()

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

        condition = {"etag": if_match, "match_condition": MatchConditions.IfNotModified} if if_match else {}
        try:
            with self._plain_errors():
                self._client.delete_blob(name, **condition)
        except BlobNotFound:
            pass


@dataclass(frozen=True)
class Stamp:
    """What a table object says of itself without being read."""

    table: str
    station: str
    etag: str
    fingerprint: str
    rows: int
    size: int
    last_modified: datetime
    first: str = ""
    last: str = ""


@dataclass
class TableObject:
    """A table of one station as read: Arrow rows, the manifest where there is one, and the stamp."""

    arrow: "pa.Table"
    stamp: Stamp
    manifest: list[dict[str, Any]] | None = None


class Lake:
    """The table objects: `<table>/station=<id>/data.parquet` in one container."""

    def __init__(self, container: Container) -> None:
        self.container = container

    @staticmethod
    def object_name(table: str, station: str) -> str:
        return f"{table}/station={station}/data.parquet"

    def uri(self, table: str, station: str) -> str:
        return f"{self.container.url}/{self.object_name(table, station)}"

    @staticmethod
    def _stamp(blob: Blob) -> Stamp | None:
        parts = blob.name.split("/")
        if len(parts) != 3 or not parts[1].startswith("station=") or parts[2] != "data.parquet":
            return None
        return Stamp(
            parts[0],
            parts[1].removeprefix("station="),
            blob.etag,
            blob.metadata.get("fingerprint", ""),
            int(blob.metadata.get("rows", -1)),
            blob.size,
            blob.last_modified,
            blob.metadata.get("first", ""),
            blob.metadata.get("last", ""),
        )

    def stamps(self, blobs: Iterable[Blob] | None = None) -> dict[tuple[str, str], Stamp]:
        """(station, table) -> stamp of every table object; `blobs` is a listing of the container, if there is one."""
        found = (self._stamp(b) for b in (self.container.list() if blobs is None else blobs))
        return {(s.station, s.table): s for s in found if s}

    def stamp(self, table: str, station: str) -> Stamp | None:
        blob = self.container.head(self.object_name(table, station))
        return self._stamp(blob) if blob else None

    def read(self, table: str, station: str, columns: list[str] | None = None) -> TableObject | None:
        """One table of one station, or None if it has never been written."""
        try:
            data, blob = self.container.read(self.object_name(table, station))
        except BlobNotFound:
            return None
        arrow, manifest = decode_parquet(table, data, columns)
        stamp = self._stamp(blob)
        assert stamp is not None
        return TableObject(arrow, stamp, manifest)

    def read_checks(self, table: str, station: str) -> list[dict[str, Any]] | None:
        """What the checks of a table said when it was made, from the end of its object; None if nothing is recorded."""
        try:
            tail = self.container.read_end(self.object_name(table, station), FOOTER_GUESS)
            length = int.from_bytes(tail[-8:-4], "little") + 8
            if length > len(tail):
                tail = self.container.read_end(self.object_name(table, station), length)
        except BlobNotFound:
            return None
        return _decode_checks(tail[-length:])

    def write(
        self,
        table: str,
        station: str,
        arrow: "pa.Table",
        *,
        fingerprint: str,
        if_match: str | None,
        manifest: list[dict[str, Any]] | None = None,
        checks: list[dict[str, Any]] | None = None,
    ) -> Stamp:
        """Publish a table of one station.

        Args:
            table: its name.
            station: station id.
            arrow: the rows.
            fingerprint: what it was made from.
            if_match: ETag of the object that it replaces; None if there is none.
            manifest: of the landing files, for raw.
            checks: what its checks said, as plain data.

        Raises:
            PreconditionFailed: the object is no longer the one with `if_match` (None: it exists by now).
        """
        data = encode_parquet(table, arrow, manifest, checks)
        name = self.object_name(table, station)
        first, last = _span(table, arrow)
        metadata = {"fingerprint": fingerprint, "rows": str(arrow.num_rows), "first": first, "last": last}
        metadata = {key: value for key, value in metadata.items() if value}
        etag = self.container.write(name, data, if_match=if_match, metadata=metadata)
        now = datetime.now().astimezone()
        return Stamp(table, station, etag, fingerprint, arrow.num_rows, len(data), now, first, last)


def _span(table: str, arrow: "pa.Table") -> tuple[str, str]:
    """First and last time of a table that is in time order, as text; empty strings elsewhere."""
    time_column = next((n for n in ("timestamp", "date", "month", "year") if n in arrow.column_names), None)
    if table == "raw_observations" or time_column is None or not arrow.num_rows:
        return "", ""
    first, last = (arrow.column(time_column)[i].as_py() for i in (0, -1))
    return (
        (f"{first:%Y-%m-%d %H:%M}Z", f"{last:%Y-%m-%d %H:%M}Z")
        if time_column == "timestamp"
        else (str(first), str(last))
    )


# Text columns of raw are read back as dictionaries, so that text is looked at once per distinct value.
_RAW_PLAIN = {"timestamp", "raw_text"}


def _raw_dictionary_columns() -> list[str]:
    from weather_etl.meteorology.schemas import TABLES

    columns = TABLES["raw_observations"].columns
    return [c.name for c in columns if c.dtype == "str" and c.name not in _RAW_PLAIN]


_DICTIONARY_COLUMNS = {"raw_observations": _raw_dictionary_columns()}


def decode_parquet(
    table: str, data: bytes, columns: list[str] | None = None
) -> "tuple[pa.Table, list[dict[str, Any]] | None]":
    """The rows of a table object, and its manifest if it has one."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data), read_dictionary=_DICTIONARY_COLUMNS.get(table))
    arrow = file.read(columns=columns, use_threads=False)
    packed = (file.metadata.metadata or {}).get(MANIFEST_KEY)
    return arrow.replace_schema_metadata(), _unpack_manifest(packed) if packed else None


_PACKED = b"zlib:"


def _pack_manifest(manifest: list[dict[str, Any]]) -> bytes:
    """The manifest as ASCII: 700 bytes of JSON per file become some 120.

    As text, since readers of Parquet may insist on it; small, since it is read and written with every new file, and
    since readers refuse a footer above 100 MB.
    """
    return _PACKED + base64.b64encode(zlib.compress(json.dumps(manifest, ensure_ascii=False).encode(), 1))


def _unpack_manifest(packed: bytes) -> list[dict[str, Any]]:
    text = zlib.decompress(base64.b64decode(packed.removeprefix(_PACKED))) if packed.startswith(_PACKED) else packed
    return json.loads(text)


def _decode_checks(end: bytes) -> list[dict[str, Any]] | None:
    """The record of checks in the footer of a Parquet file, from its last bytes alone."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(io.BytesIO(b"PAR1" + end)).metadata or {}
    packed = metadata.get(CHECKS_KEY)
    return json.loads(packed) if packed else None


def encode_parquet(
    table: str,
    arrow: "pa.Table",
    manifest: list[dict[str, Any]] | None = None,
    checks: list[dict[str, Any]] | None = None,
) -> bytes:
    """Parquet bytes, the same for the same rows: zstd, dictionaries for text, delta encoding for times and lines."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    dictionary, encoding = [], {}
    for f in arrow.schema:
        if f.name in _RAW_PLAIN and table == "raw_observations":
            encoding[f.name] = "DELTA_BYTE_ARRAY"
        elif pa.types.is_timestamp(f.type) or pa.types.is_int64(f.type):
            encoding[f.name] = "DELTA_BINARY_PACKED"
        elif not pa.types.is_boolean(f.type):
            dictionary.append(f.name)
    out = io.BytesIO()
    with pq.ParquetWriter(
        out,
        arrow.schema,
        compression="zstd",
        use_dictionary=dictionary,
        column_encoding=encoding,
        write_statistics=["timestamp", "date", "month"] if table != "raw_observations" else False,
    ) as writer:
        writer.write_table(arrow, row_group_size=1_000_000)
        if manifest is not None:  # beside the schema and not in it: Arrow would store it twice
            writer.add_key_value_metadata({MANIFEST_KEY: _pack_manifest(manifest)})
        if checks is not None:
            writer.add_key_value_metadata({CHECKS_KEY: json.dumps(checks).encode()})
    return out.getvalue()


@dataclass(frozen=True)
class Containers:
    """The containers a run works on; `archive` only where one is configured."""

    landing: Container
    lake: Lake
    archive: Container | None = None


@contextmanager
def _service(settings: Settings, *, prompt: bool) -> "Iterator[BlobServiceClient]":
    if not settings.connection_string and not settings.account_url:
        raise StorageUnavailable(
            "No storage account is configured; run `weather-etl local up`, or set AZURE_STORAGE_CONNECTION_STRING "
            "or WEATHER_ETL_ACCOUNT_URL."
        )
    from weather_etl.lake.azure_blob import blob_resource

    resource = blob_resource(settings.connection_string, settings.account_url, prompt=prompt)
    with ExitStack() as stack:
        try:
            service: BlobServiceClient = stack.enter_context(resource.get_client())
        except (ValueError, KeyError):
            raise StorageUnavailable(
                "AZURE_STORAGE_CONNECTION_STRING cannot be read; copy it again from the account's access keys."
            ) from None
        yield service


@contextmanager
def connect(settings: Settings, *, prompt: bool = False) -> Iterator[Containers]:
    """Open the containers of the account that the settings name.

    Raises:
        StorageUnavailable: no account is configured, or the connection string cannot be used.
    """
    with _service(settings, prompt=prompt) as service:
        yield Containers(
            Container(service.get_container_client(settings.landing_container)),
            Lake(Container(service.get_container_client(settings.lake_container))),
            Container(service.get_container_client(settings.archive_container)) if settings.archive_container else None,
        )


@contextmanager
def open_container(settings: Settings, name: str, *, prompt: bool = False) -> Iterator[Container]:
    """Another container of the same account; it need not exist. Raises as `connect`."""
    with _service(settings, prompt=prompt) as service:
        yield Container(service.get_container_client(name))


class Connection:
    """A connection that is opened when it is first used and closed with the run that used it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = ExitStack()
        self._containers: Containers | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._containers = None

    def containers(self) -> Containers:
        if self._containers is None:
            self._containers = self._stack.enter_context(connect(self._settings))
        return self._containers
