"""Every environment variable of the product, in one typed place.

Belongs here: names, defaults and reading of the environment (and of `.env`).
Does not belong here: station settings (`stations.py`), or anything that connects to a service.
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from weather_etl.errors import UserError
from weather_etl.redaction import printable

LOGS_CONTAINER = "dagster-logs"  # as dagster.yaml says
AZURITE_ACCOUNT = "devstoreaccount1"
# The key that every Azurite in the world ships with; published by Microsoft, no secret.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

MAX_SHOWN = 80

_CONTAINER = re.compile(r"(?=.{3,63}\Z)[a-z0-9](-?[a-z0-9])*")


def azurite_connection_string(port: int = 10000) -> str:
    """The connection string of an Azurite on 127.0.0.1: blob service at `port`, queue service at the next one."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={AZURITE_ACCOUNT};AccountKey={AZURITE_KEY};"
        f"QueueEndpoint=http://127.0.0.1:{port + 1}/{AZURITE_ACCOUNT};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{AZURITE_ACCOUNT};"
    )


def _named(kind: str) -> Any:
    def check(name: str) -> str:
        if not _CONTAINER.fullmatch(name):
            raise ValueError(f"a {kind} name has 3-63 lower-case letters, digits and single hyphens")
        return name

    return AfterValidator(check)


def _one_of(*known: str) -> Any:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"use {' or '.join(known)}")
        return value

    return AfterValidator(check)


def _whole_number(value: Any) -> int:
    if not re.fullmatch("[0-9]{1,9}", str(value)) or int(value) < 1:
        raise ValueError("set it to a whole number from 1 to 999999999")
    return int(value)


def _variable(name: str, default: Any = None, *, secret: bool = False) -> Any:
    """A field that the environment variable of this name sets; a secret one is left out of its repr."""
    return Field(default, validation_alias=name, repr=not secret)


Number = Annotated[int, BeforeValidator(_whole_number)]
Container = Annotated[str, _named("container")]
Address = Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]


class Settings(BaseModel):
    """What the environment says; `Settings.load()` reads it, `Settings()` are the defaults.

    Attributes:
        connection_string: where landing files and tables are stored; None where `account_url` is used; a secret.
        account_url: the same, the blob endpoint with a SAS token in it (then a secret), or for `DefaultAzureCredential`.
        postgres_url: Dagster's database, in the form `postgresql+psycopg2://...`; a secret.
        serving_url: the database of the serving tables; None: that of `postgres_url`; a secret.
        webhook_url: where failures are told; a secret.
        webhook_style: `slack` or `teams`.
        ui_url: where people open Dagster; for links in notifications.
        landing_container: where files are dropped; read-only for us.
        lake_container: where the tables are written.
        events_queue: the Azure Storage queue with storage events; None where no events are sent.
        archive_container: where landing files that are done with can be moved; None: nowhere.
        sensor_interval_s: seconds between two ticks of `landing_files_sensor`.
        silence_limit_s: a run without a new event for so long counts as dead.
        max_attempts: runs per station and fingerprint before the station is parked.
        max_stations_per_run: stations in one run of `catch_up_job`.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    connection_string: str | None = _variable("AZURE_STORAGE_CONNECTION_STRING", secret=True)
    account_url: str | None = _variable("WEATHER_ETL_ACCOUNT_URL", secret=True)
    postgres_url: str | None = _variable("WEATHER_ETL_POSTGRES_URL", secret=True)
    serving_url: str | None = _variable("WEATHER_ETL_SERVING_URL", secret=True)
    webhook_url: str | None = _variable("WEATHER_ETL_WEBHOOK_URL", secret=True)
    webhook_style: Annotated[str, _one_of("slack", "teams")] = _variable("WEATHER_ETL_WEBHOOK_STYLE", "slack")
    ui_url: Address = _variable("WEATHER_ETL_UI_URL", "http://127.0.0.1:3000")
    landing_container: Container = _variable("WEATHER_ETL_LANDING_CONTAINER", "landing")
    lake_container: Container = _variable("WEATHER_ETL_LAKE_CONTAINER", "weather")
    events_queue: Annotated[str, _named("queue")] | None = _variable("WEATHER_ETL_EVENTS_QUEUE")
    archive_container: Container | None = _variable("WEATHER_ETL_ARCHIVE_CONTAINER")
    sensor_interval_s: Number = _variable("WEATHER_ETL_SENSOR_INTERVAL_S", 2)
    silence_limit_s: Number = _variable("WEATHER_ETL_SILENCE_LIMIT_S", 300)
    max_attempts: Number = _variable("WEATHER_ETL_MAX_ATTEMPTS", 3)
    max_stations_per_run: Number = _variable("WEATHER_ETL_MAX_STATIONS_PER_RUN", 50)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from `environ` (default: the process environment); an empty variable counts as not set.

        Raises:
            UserError: values that cannot be used, all of them, each with the variable's name.
        """
        env = os.environ if environ is None else environ
        names = [str(field.validation_alias) for field in cls.model_fields.values()]
        given = {name: env[name].strip() for name in names if env.get(name, "").strip()}
        wrong = list(_shared_containers(given))
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            wrong[:0] = [
                f"{e['loc'][0]} is {printable(repr(e['input']), MAX_SHOWN)}; {e['ctx']['error']}."
                for e in error.errors()
            ]
        if wrong:
            raise UserError(" ".join(wrong))
        return settings


def _shared_containers(given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for every name that two containers have: tables would be taken for landing files, or these for logs."""
    seen: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias)
        container = given.get(variable, field.default)
        if not name.endswith("_container") or container is None:
            continue
        shown = printable(repr(container), MAX_SHOWN)
        if container == LOGS_CONTAINER:
            yield f"{variable} is {shown}, where Dagster's logs are; name another container."
        elif container in seen:
            yield f"{seen[container]} and {variable} both name the container {shown}; give each its own."
        seen.setdefault(container, variable)
