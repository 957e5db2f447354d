"""Compute logs in Azure Blob Storage, on Azurite too.

Belongs here: dagster-azure's compute log manager with our account settings.
Does not belong here: anything else; Dagster loads this module for every command (see `dagster.yaml`).
"""

from typing import Any

from dagster import StringSource
from dagster._core.storage.cloud_storage_compute_log_manager import PollingComputeLogSubscriptionManager
from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._serdes import ConfigurableClassData
from dagster_azure.blob.compute_log_manager import AzureBlobComputeLogManager
from dagster_shared.seven import get_system_temp_directory

from weather_etl.lake.azure_blob import blob_resource
from weather_etl.settings import Settings


class WeatherComputeLogManager(AzureBlobComputeLogManager):
    """Like its parent, whose https address cannot reach Azurite; the account is that of the tables."""

    def __init__(self, container: str, inst_data: ConfigurableClassData | None = None) -> None:
        super(AzureBlobComputeLogManager, self).__init__()  # the parent's own __init__ is what does not fit
        settings = Settings.load()
        resource = blob_resource(settings.connection_string, settings.account_url, prompt=True)
        self._service = resource.get_client()
        self._blob_client = self._service.__enter__()
        self._container_client = self._blob_client.get_container_client(container)
        self._container = container
        self._storage_account = self._blob_client.account_name
        self._blob_prefix = "dagster"
        self._show_url_only = False
        self._download_urls: dict[str, str] = {}
        self._local_manager = LocalComputeLogManager(get_system_temp_directory())
        self._subscription_manager = PollingComputeLogSubscriptionManager(self)
        self._upload_interval = None
        self._inst_data = inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"container": StringSource}

    def download_url_for_type(self, log_key: Any, io_type: ComputeIOType) -> str | None:
        """No link: the UI shows the text, and a signed link would be a secret in a page."""
        return None

    def display_path_for_type(self, log_key: Any, io_type: ComputeIOType) -> str:
        return f"{self._container_client.url.split('?')[0]}/{self._blob_key(log_key, io_type)}"
