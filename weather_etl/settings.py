"""Every environment variable of the product, in one typed place.

Belongs here: names, defaults and reading of the environment (and of `.env`).
Does not belong here: station settings (`stations.py`), or anything that connects to a service.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from weather_etl.errors import UserError

AZURITE_ACCOUNT = "devstoreaccount1"
# The key that every Azurite in the world ships with; published by Microsoft, no secret.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_CONTAINER = re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}")


def azurite_connection_string(port: int = 10000) -> str:
    """The connection string of an Azurite on 127.0.0.1: blob service at `port`, queue service at the next one."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={AZURITE_ACCOUNT};AccountKey={AZURITE_KEY};"
        f"QueueEndpoint=http://127.0.0.1:{port + 1}/{AZURITE_ACCOUNT};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{AZURITE_ACCOUNT};"
    )


@dataclass(frozen=True)
class Settings:
    """What the environment says; `Settings.load()` reads it.

    Attributes:
        connection_string: `AZURE_STORAGE_CONNECTION_STRING`; None where `account_url` is used.
        account_url: `WEATHER_ETL_ACCOUNT_URL`, for SAS tokens in the URL or `DefaultAzureCredential`.
        postgres_url: `WEATHER_ETL_POSTGRES_URL`, in the form `postgresql+psycopg2://...`.
        serving_url: `WEATHER_ETL_SERVING_URL`, the database of the serving tables; None: that of `postgres_url`.
        webhook_url: `WEATHER_ETL_WEBHOOK_URL`, where failures are told; a secret.
        webhook_style: `WEATHER_ETL_WEBHOOK_STYLE`, `slack` or `teams`.
        ui_url: `WEATHER_ETL_UI_URL`, where people open Dagster; for links in notifications.
        landing_container: where files are dropped; read-only for us.
        lake_container: where the tables are written.
        events_queue: the Azure Storage queue with storage events; None where no events are sent.
        archive_container: `WEATHER_ETL_ARCHIVE_CONTAINER`, where landing files that are done with can be moved.
        sensor_interval_s: seconds between two ticks of `landing_files_sensor`.
        silence_limit_s: a run without a new event for so long counts as dead.
        max_attempts: runs per station and fingerprint before the station is parked.
        max_stations_per_run: stations in one range run.
    """

    connection_string: str | None = None
    account_url: str | None = None
    postgres_url: str | None = None
    serving_url: str | None = field(default=None, repr=False)
    webhook_url: str | None = field(default=None, repr=False)
    webhook_style: str = "slack"
    ui_url: str = "http://127.0.0.1:3000"
    landing_container: str = "landing"
    lake_container: str = "weather"
    events_queue: str | None = None
    archive_container: str | None = None
    sensor_interval_s: int = 2
    silence_limit_s: int = 300
    max_attempts: int = 3
    max_stations_per_run: int = 50

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from `environ` (default: the process environment).

        Raises:
            UserError: a value that cannot be used, with the variable's name.
        """
        env = os.environ if environ is None else environ

        def text(name: str) -> str | None:
            return env.get(name, "").strip() or None

        def number(name: str, default: int) -> int:
            value = text(name)
            if value is None:
                return default
            if not value.isdigit() or int(value) < 1:
                raise UserError(f"{name} is {value!r}; set it to a whole number from 1 on.")
            return int(value)

        def choice(name: str, default: str, known: tuple[str, ...]) -> str:
            value = text(name) or default
            if value not in known:
                raise UserError(f"{name} is {value!r}; use {' or '.join(known)}.")
            return value

        def container(name: str, default: str) -> str:
            return named(name, text(name) or default, "container")

        def named(name: str, value: str, kind: str) -> str:
            if not _CONTAINER.fullmatch(value):
                raise UserError(
                    f"{name} is {value!r}; a {kind} name has 3-63 lower-case letters, digits and single hyphens."
                )
            return value

        queue = text("WEATHER_ETL_EVENTS_QUEUE")

        return cls(
            connection_string=text("AZURE_STORAGE_CONNECTION_STRING"),
            account_url=text("WEATHER_ETL_ACCOUNT_URL"),
            postgres_url=text("WEATHER_ETL_POSTGRES_URL"),
            serving_url=text("WEATHER_ETL_SERVING_URL"),
            webhook_url=text("WEATHER_ETL_WEBHOOK_URL"),
            webhook_style=choice("WEATHER_ETL_WEBHOOK_STYLE", cls.webhook_style, ("slack", "teams")),
            ui_url=(text("WEATHER_ETL_UI_URL") or cls.ui_url).rstrip("/"),
            landing_container=container("WEATHER_ETL_LANDING_CONTAINER", cls.landing_container),
            lake_container=container("WEATHER_ETL_LAKE_CONTAINER", cls.lake_container),
            events_queue=named("WEATHER_ETL_EVENTS_QUEUE", queue, "queue") if queue else None,
            archive_container=(
                container("WEATHER_ETL_ARCHIVE_CONTAINER", "") if text("WEATHER_ETL_ARCHIVE_CONTAINER") else None
            ),
            sensor_interval_s=number("WEATHER_ETL_SENSOR_INTERVAL_S", cls.sensor_interval_s),
            silence_limit_s=number("WEATHER_ETL_SILENCE_LIMIT_S", cls.silence_limit_s),
            max_attempts=number("WEATHER_ETL_MAX_ATTEMPTS", cls.max_attempts),
            max_stations_per_run=number("WEATHER_ETL_MAX_STATIONS_PER_RUN", cls.max_stations_per_run),
        )
