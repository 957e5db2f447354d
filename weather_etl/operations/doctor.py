"""Is this installation well? One finding per thing that can be wrong, each with what to do.

Belongs here: looking at versions, settings, storage, database, daemon and stations without changing anything.
Does not belong here: printing (`cli/doctor.py`), mending.
"""

import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weather_etl import postgres
from weather_etl.errors import UserError
from weather_etl.redaction import printable, without_secrets
from weather_etl.sentences import first_names
from weather_etl.settings import LOGS_CONTAINER, Settings

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl.lake.connection import Containers

OK, NOTE, BAD = "ok", "note", "bad"
_PACKAGES = ("dagster", "dagster-azure", "azure-storage-blob", "pandas", "pandera", "pyarrow", "numpy")


@dataclass(frozen=True)
class Finding:
    """One line of the examination: `ok`, `note` (worth knowing) or `bad`, with what to do about it."""

    topic: str
    state: str
    what: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; a part that cannot be reached is a finding, and the rest is still looked at."""
    yield from _versions()
    yield from _settings(settings)
    with ExitStack() as stack:
        containers = None
        try:
            from weather_etl.lake.connection import connect

            containers = stack.enter_context(connect(settings, prompt=True))
            yield from _storage(settings, containers)
            yield from _strays(containers)
        except UserError as error:
            yield _refused("storage", error)
            containers = None
        instance = None
        try:
            from weather_etl.operations.overview import dagster_instance

            instance = stack.enter_context(dagster_instance())
            yield from _database(settings)
            yield from _daemon(instance)
        except UserError as error:
            yield _refused("database", error)
        if containers is not None and instance is not None:
            try:
                yield from _stations(settings, instance)
            except UserError as error:
                yield _refused("stations", error)


def _refused(topic: str, error: UserError) -> Finding:
    what, _, remedy = without_secrets(str(error)).partition("; ")
    return Finding(topic, BAD, what.removesuffix("."), remedy.removesuffix("."))


def _versions() -> Iterator[Finding]:
    from importlib.metadata import version

    from weather_etl import __version__

    listing = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield Finding("versions", OK, f"weather-etl {__version__}, Python {sys.version.split()[0]}, {listing}")


def _settings(settings: Settings) -> Iterator[Finding]:
    from_file = _names_in_env_file()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        variable = _variable(name)
        if variable in from_file:
            source = ".env"
        elif os.environ.get(variable, "").strip():
            source = "environment"
        else:
            source = "default"
        shown = "not set" if value is None else without_secrets(str(value))
        yield Finding("setting", OK, f"{variable} = {shown} ({source})")


def _variable(name: str) -> str:
    """The environment variable of a setting, such as WEATHER_ETL_MAX_ATTEMPTS of max_attempts."""
    return "AZURE_STORAGE_CONNECTION_STRING" if name == "connection_string" else f"WEATHER_ETL_{name.upper()}"


def _names_in_env_file() -> set[str]:
    from dotenv import dotenv_values

    path = Path.cwd() / ".env"
    return {name for name, value in dotenv_values(path).items() if value} if path.is_file() else set()


def _storage(settings: Settings, containers: "Containers") -> Iterator[Finding]:
    from weather_etl.lake.azure_blob import blob_resource
    from weather_etl.lake.container import Container

    started = time.perf_counter()
    exists = containers.landing.exists()
    milliseconds = (time.perf_counter() - started) * 1000
    address = containers.landing.url.rsplit("/", 1)[0]
    with blob_resource(settings.connection_string, settings.account_url, prompt=True).get_client() as service:
        api = service.api_version
        logs = Container(service.get_container_client(LOGS_CONTAINER)).exists()
    yield Finding("storage", OK, f"{address} answers in {milliseconds:,.0f} ms; storage API version {api}")
    for name, is_there in (
        (settings.landing_container, exists),
        (settings.lake_container, containers.lake.container.exists()),
        (LOGS_CONTAINER, logs),
    ):
        if is_there:
            yield Finding("container", OK, f"{name} exists")
        else:
            yield Finding(
                "container", BAD, f"there is no container {name}", "create it (weather-etl local up does, locally)"
            )


def _strays(containers: "Containers") -> Iterator[Finding]:
    """Files that no run will ever read, since they lie in no station's folder, and settings without files."""
    from weather_etl.landing.listing import list_landing

    landing = list_landing(containers.landing) if containers.landing.exists() else None
    if landing and landing.unroutable:
        names = [printable(name) for name in sorted(landing.unroutable)]
        what = f"{len(names)} outside any station's folder, never read: {first_names(names)}"
        first = shlex.quote(names[0])
        yield Finding("landing", NOTE, what, f"weather-etl move {first} STATION/, or weather-etl delete {first}")
    if landing and landing.settings_only:
        what = f"a station.toml and no file yet: {first_names(sorted(landing.settings_only))}"
        yield Finding("landing", NOTE, what, "weather-etl upload STATION FILE")


def _database(settings: Settings) -> Iterator[Finding]:
    import psycopg2

    url = settings.postgres_url or ""
    connection = psycopg2.connect(postgres.dsn(url), connect_timeout=5)
    try:
        version = connection.server_version
    finally:
        connection.close()
    yield Finding("database", OK, f"PostgreSQL {version // 10000}.{version % 10000} answers")


def _daemon(instance: "dg.DagsterInstance") -> Iterator[Finding]:
    statuses = instance.get_daemon_statuses()
    heartbeats = [s.last_heartbeat.timestamp for s in statuses.values() if s.last_heartbeat]
    remedy = "start it with make ui, or dagster-daemon run"
    if not heartbeats:
        yield Finding("daemon", NOTE, "no daemon has run yet, so nothing starts by itself", remedy)
        return
    age = time.time() - max(heartbeats)
    ill = sorted(name for name, s in statuses.items() if s.required and not s.healthy)
    if age > 300:
        yield Finding("daemon", NOTE, f"last heartbeat {_ago(age)} ago, so nothing starts by itself", remedy)
    elif ill:
        yield Finding("daemon", BAD, f"not healthy: {', '.join(ill).lower()}", "see the daemon's log; restart it")
    else:
        yield Finding("daemon", OK, f"last heartbeat {_ago(age)} ago, {len(statuses)} kinds healthy")
    if age <= 300:
        yield from sensor_findings(instance)


def sensor_findings(instance: "dg.DagsterInstance") -> Iterator[Finding]:
    """The daemon may be healthy and every sensor still: their code runs in a process of its own."""
    from weather_etl.operations.sensor_ticks import sensor_ticks

    now, sensors = time.time(), sensor_ticks(instance)
    late = [s for s in sensors if s.is_late(now)]
    for sensor in late:
        when = f"since {_ago(now - sensor.last_good)}" if sensor.last_good else "yet"
        why = f" ({printable(sensor.error)})" if sensor.error else ""
        remedy = "look at the log of the code location, which may have died, and start it again (make ui)"
        yield Finding("sensors", BAD, f"{sensor.name} has not done its work {when}{why}", remedy)
    if sensors and not late:
        oldest = max(now - s.last_good for s in sensors)
        yield Finding("sensors", OK, f"{len(sensors)} are on, the last good tick of each at most {_ago(oldest)} ago")


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} s"


def _stations(settings: Settings, instance: "dg.DagsterInstance") -> Iterator[Finding]:
    from weather_etl.checks.evaluation import ERROR
    from weather_etl.checks.files import REJECTED_FILES
    from weather_etl.operations.overview import NOTHING_USABLE, station_states

    states = station_states(settings, instance)
    stale = [s for s in states if s.is_stale]
    if stale:
        yield Finding(
            "stations",
            NOTE,
            f"{len(stale)} of {len(states)} are stale: {first_names([f'{s.station} ({s.state})' for s in stale])}",
            "weather-etl run, or leave it to a running daemon",
        )
    else:
        empty = [s.station for s in states if s.state == NOTHING_USABLE]
        note = f", but nothing usable was found in {first_names(empty)}" if empty else ""
        yield Finding("stations", OK, f"all {len(states)} are up to date{note}")
    if muted := [f"{s.station} (until {s.muted_until})" for s in states if s.muted_until]:
        yield Finding(
            "stations", NOTE, f"nobody is told of {first_names(muted)}", "weather-etl mute STATION --off ends it"
        )
    rejected = [s.station for s in states if any(c.name == REJECTED_FILES.name and c.state == ERROR for c in s.checks)]
    if rejected:
        text = f"files are parked as rejected: {first_names(rejected)}"
        yield Finding("stations", BAD, text, "weather-etl status names file and reason")
    if troubled := [s.station for s in states if s.trouble]:
        text = f"the last run failed or the station is parked: {first_names(troubled)}"
        yield Finding("stations", BAD, text, "weather-etl status names the cause")
    others = sum(c.state == ERROR for s in states for c in s.checks if c.name != REJECTED_FILES.name)
    if others:
        yield Finding("checks", BAD, f"{others} more red checks", "weather-etl status lists them")
