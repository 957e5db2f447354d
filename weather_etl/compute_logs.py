"""Compute logs in Azure Blob Storage, on Azurite too.

Belongs here: dagster-azure's compute log manager with our account settings.
Does not belong here: anything else; Dagster loads this module for every command (see `dagster.yaml`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import StringSource
from dagster_azure.blob.compute_log_manager import AzureBlobComputeLogManager

from weather_etl.lake.azure_blob import blob_resource
from weather_etl.private_names import CapturedLogContext, ConfigurableClassData, blob_key_of_log, give_log_container
from weather_etl.settings import Settings


class WeatherComputeLogManager(AzureBlobComputeLogManager):
    """Like its parent, whose https address cannot reach Azurite; the account is that of the tables."""

    def __init__(self, container: str, inst_data: ConfigurableClassData | None = None) -> None:
        settings = Settings.load()
        resource = blob_resource(settings.connection_string, settings.account_url, prompt=True)
        self._service = resource.get_client()
        service = self._service.__enter__()
        self._logs = service.get_container_client(container)
        self._captures = False
        # The parent makes clients for an address of its own, which are replaced before they are used.
        super().__init__(service.account_name or "account", container, inst_data=inst_data, access_key_or_sas_token="-")
        give_log_container(self, service, self._logs)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"container": StringSource}

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        """Capture what this process prints, once.

        A run that another run started in its own process prints into that one's log. A second capture would cost each
        station four processes and two uploads, for text that is there already.
        """
        if self._captures:
            yield CapturedLogContext(log_key)
            return
        self._captures = True
        try:
            with super().capture_logs(log_key) as context:
                yield context
        finally:
            self._captures = False
            self._leave_no_folder(log_key)

    def _leave_no_folder(self, log_key: Sequence[str]) -> None:
        """Remove the folders that the parent makes for a run's files and leaves behind, a run at a time."""
        folder = Path(self.local_manager.get_captured_local_path(log_key, "out")).parent
        for _ in log_key[:-1]:
            try:
                folder.rmdir()
            except OSError:  # not empty, or gone
                return
            folder = folder.parent

    def download_url_for_type(self, log_key: Any, io_type: Any) -> str | None:
        """No link: the UI shows the text, and a signed link would be a secret in a page."""
        return None

    def display_path_for_type(self, log_key: Any, io_type: Any) -> str:
        return f"{self._logs.url.split('?')[0]}/{blob_key_of_log(self, log_key, io_type)}"
