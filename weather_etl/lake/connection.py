"""The storage account that the settings name, and the containers of it that a run works on.

Belongs here: opening and closing. Does not belong here: time limits and credentials of the SDK (`azure_blob.py`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from weather_etl.lake.container import Container, StorageUnavailable
from weather_etl.lake.table_objects import Lake
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient


@dataclass(frozen=True)
class Containers:
    """The containers a run works on; `archive` only where one is configured."""

    landing: Container
    lake: Lake
    archive: Container | None = None


class NoAccount(StorageUnavailable):
    """The settings name no storage account."""

    def __init__(self) -> None:
        super().__init__(
            "No storage account is configured; run `weather-etl local up`, or set AZURE_STORAGE_CONNECTION_STRING "
            "or WEATHER_ETL_ACCOUNT_URL."
        )


class UnreadableConnectionString(StorageUnavailable):
    """The SDK cannot make anything of the connection string."""

    def __init__(self) -> None:
        super().__init__(
            "AZURE_STORAGE_CONNECTION_STRING cannot be read; copy it again from the account's access keys."
        )


@contextmanager
def _service(settings: Settings, *, prompt: bool) -> "Iterator[BlobServiceClient]":
    if not settings.connection_string and not settings.account_url:
        raise NoAccount
    from weather_etl.lake.azure_blob import blob_resource

    resource = blob_resource(settings.connection_string, settings.account_url, prompt=prompt)
    with ExitStack() as stack:
        try:
            service: BlobServiceClient = stack.enter_context(resource.get_client())
        except (ValueError, KeyError):
            raise UnreadableConnectionString from None
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
