"""The Azure Storage queue in which Event Grid puts storage events.

Belongs here: receiving, deleting and setting aside messages; errors of the SDK as plain sentences.
Does not belong here: what a message means (`events.py`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from weather_etl.lake.connection import NoAccount, UnreadableConnectionString
from weather_etl.lake.container import LOCAL_HINT, StorageUnavailable
from weather_etl.settings import Settings

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient

# A received message is hidden for so long. It comes back, and its station is looked at again, until it is deleted.
HIDDEN_S = 15
PAGE = 32  # the most that the service gives at once
_SET_ASIDE = "-poison"  # the name that Azure Functions made a custom


@dataclass(frozen=True)
class Message:
    """A message as received; `receipt` is good until the message comes back."""

    id: str
    receipt: str
    body: str
    deliveries: int


class EventQueue:
    """One queue and, beside it, `<name>-poison` for messages that nobody can use."""

    def __init__(self, client: "QueueClient", aside: "QueueClient") -> None:
        self._client = client
        self._aside = aside
        self.name = client.queue_name

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        from azure.core import exceptions as azure

        host = self._client.primary_hostname.split("/")[0]
        remedy = LOCAL_HINT if host.startswith(("127.0.0.1", "localhost")) else "check the network and the account"
        try:
            yield
        # The chain is cut: the SDK's messages hold addresses with their SAS token.
        except azure.ResourceNotFoundError:
            raise StorageUnavailable(
                f"There is no queue {self.name!r} at {host}; create it, or correct WEATHER_ETL_EVENTS_QUEUE."
            ) from None
        except (azure.ServiceRequestError, azure.ServiceResponseError, azure.IncompleteReadError):
            raise StorageUnavailable(f"The queue service at {host} does not answer; {remedy}.", passing=True) from None
        except azure.HttpResponseError as error:
            if error.status_code in (401, 403) or isinstance(error, azure.ClientAuthenticationError):
                raise StorageUnavailable(
                    f"The queue service at {host} refused the credentials; the role Storage Queue Data Contributor "
                    "is needed, or a key."
                ) from None
            raise StorageUnavailable(
                f"The queue service at {host} answered HTTP {error.status_code}; try again, or check the account.",
                passing=True,
            ) from None

    def create(self) -> None:
        """Create the queue and the one beside it if they are missing."""
        from azure.core.exceptions import ResourceExistsError

        for client in (self._client, self._aside):
            with self._plain_errors():
                try:
                    client.create_queue()
                except ResourceExistsError:
                    continue

    def receive(self) -> list[Message]:
        """The next messages, 32 at most; each is hidden from others for `HIDDEN_S` seconds."""
        with self._plain_errors():
            page = self._client.receive_messages(messages_per_page=PAGE, max_messages=PAGE, visibility_timeout=HIDDEN_S)
            return [Message(m.id, m.pop_receipt or "", m.content, m.dequeue_count or 0) for m in page]

    def delete(self, message: Message) -> None:
        """Delete a message; one that came back meanwhile stays, to be looked at again."""
        from azure.core.exceptions import HttpResponseError

        with self._plain_errors():
            try:
                self._client.delete_message(message.id, message.receipt)
            except HttpResponseError as error:
                if error.status_code not in (400, 404):  # the receipt is no longer good
                    raise

    def set_aside(self, message: Message) -> None:
        """Move a message to the queue beside, where it stays until a person clears it."""
        from azure.core.exceptions import ResourceNotFoundError

        with self._plain_errors():
            try:
                self._aside.send_message(message.body, time_to_live=-1)
            except ResourceNotFoundError:
                self._aside.create_queue()
                self._aside.send_message(message.body, time_to_live=-1)
        self.delete(message)

    def send(self, body: str) -> None:
        """Put a message into the queue, as Event Grid does."""
        with self._plain_errors():
            self._client.send_message(body)

    def waiting(self) -> int:
        """About how many messages are in the queue, hidden ones included."""
        with self._plain_errors():
            return int(self._client.get_queue_properties().approximate_message_count or 0)

    def aside(self) -> int:
        """About how many messages were set aside and not cleared yet."""
        from azure.core.exceptions import ResourceNotFoundError

        with self._plain_errors():
            try:
                return int(self._aside.get_queue_properties().approximate_message_count or 0)
            except ResourceNotFoundError:
                return 0


def queue_connection_string(connection_string: str) -> str:
    """The connection string with a queue endpoint: one of Azurite may name the blob service alone."""
    parts = dict(p.split("=", 1) for p in connection_string.split(";") if "=" in p)
    blob = urlsplit(parts.get("BlobEndpoint", ""))
    if parts.get("QueueEndpoint") or not blob.port:
        return connection_string
    return f"QueueEndpoint={blob.scheme}://{blob.hostname}:{blob.port + 1}{blob.path};{connection_string}"


def queue_url(account_url: str) -> str:
    """The queue endpoint of the account with this blob endpoint; a SAS token stays."""
    return account_url.replace(".blob.", ".queue.", 1)


@contextmanager
def connect_queue(settings: Settings) -> Iterator[EventQueue]:
    """Open the queue that `WEATHER_ETL_EVENTS_QUEUE` names, in the account of the landing files.

    Raises:
        StorageUnavailable: no queue or no account is configured, or the connection string cannot be used.
    """
    name = settings.events_queue
    if not name:
        raise StorageUnavailable("No queue is configured; set WEATHER_ETL_EVENTS_QUEUE.")
    from azure.storage.queue import ExponentialRetry, QueueServiceClient

    # As `azure_blob.client_options(prompt=True)`: a sensor must answer within 20 s.
    retry: dict[str, Any] = {"initial_backoff": 0.5, "increment_base": 2, "retry_total": 1}
    options: dict[str, Any] = {"connection_timeout": 2, "read_timeout": 7, "retry_policy": ExponentialRetry(**retry)}
    with ExitStack() as stack:
        if settings.connection_string:
            try:
                service = QueueServiceClient.from_connection_string(
                    queue_connection_string(settings.connection_string), **options
                )
            except (ValueError, KeyError):
                raise UnreadableConnectionString from None
        elif settings.account_url:
            from azure.identity import DefaultAzureCredential

            credential = None
            if "sig=" not in settings.account_url:
                credential = stack.enter_context(DefaultAzureCredential())
            service = QueueServiceClient(queue_url(settings.account_url), credential=credential, **options)
        else:
            raise NoAccount
        stack.enter_context(service)
        yield EventQueue(service.get_queue_client(name), service.get_queue_client(f"{name}{_SET_ASIDE}"))
