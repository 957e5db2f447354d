"""dagster-azure's blob resource with connection strings, timeouts and retries.

Belongs here: how we connect. Imported only by the functions that do, since the Azure SDK is slow to import.
Does not belong here: what is stored where (`table_objects.py`, `landing/`).
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from azure.storage.blob import BlobServiceClient, ExponentialRetry
from dagster_azure.blob import (
    AzureBlobStorageAnonymousCredential,
    AzureBlobStorageDefaultCredential,
    AzureBlobStorageResource,
)

PROBE_TIMEOUT_S = 2  # of a question that only asks whether anybody is there
# Uploads up to this size are ONE Put Blob request: a killed upload leaves nothing behind.
MAX_SINGLE_PUT = 1024**3


def client_options(*, prompt: bool) -> dict[str, Any]:
    """Timeouts and retries: `prompt` for sensors and commands, else patient.

    A storage that is down is reported within 20 s either way; the SDK's own jitter of 3 s a try would break that. One that
    takes connections and never answers is reported within 15 s, or 30 s: a run ends within a minute. (What is written
    may take longer, see `write_timeout_s`.)
    """
    retry: dict[str, Any] = {"initial_backoff": 0.5, "increment_base": 2, "random_jitter_range": 1}
    if prompt:
        return {
            "connection_timeout": 2,
            "read_timeout": 5,
            "retry_policy": ExponentialRetry(**retry, retry_total=1),
        }
    return {
        "connection_timeout": 5,
        "read_timeout": 7,
        "retry_policy": ExponentialRetry(**retry, retry_total=2),
    }


def write_timeout_s(size: int) -> float:
    """Seconds until the answer to a Put Blob, whose bytes the service must have stored by then; three tries are made."""
    return 12 + size / 5_000_000


class WeatherBlobStorageResource(AzureBlobStorageResource):
    """`AzureBlobStorageResource` that also takes a connection string (account key or SAS) and bounds waiting."""

    connection_string: str = ""
    prompt: bool = False

    @contextmanager
    def get_client(self) -> Generator[BlobServiceClient, None, None]:
        options = {**client_options(prompt=self.prompt), "max_single_put_size": MAX_SINGLE_PUT}
        if self.connection_string:
            service = BlobServiceClient.from_connection_string(self.connection_string, **options)
        else:
            service = BlobServiceClient(self.account_url, credential=self._raw_credential(), **options)
        try:
            yield service
        finally:
            service.close()


def blob_resource(
    connection_string: str | None, account_url: str | None, *, prompt: bool
) -> WeatherBlobStorageResource:
    """The resource for an account: a connection string wins; a URL with a SAS token needs no credential."""
    if connection_string:
        return WeatherBlobStorageResource(
            account_url="", credential=AzureBlobStorageAnonymousCredential(), connection_string=connection_string,
            prompt=prompt,
        )  # fmt: skip
    credential = (
        AzureBlobStorageAnonymousCredential() if "sig=" in (account_url or "") else AzureBlobStorageDefaultCredential()
    )
    return WeatherBlobStorageResource(account_url=account_url or "", credential=credential, prompt=prompt)
