"""Fixtures for every test: a real Azurite and a real PostgreSQL of the suite's own.

Belongs here: services, environment and databases that tests share.
Does not belong here: weather data, or helpers that one test module needs alone.

Nothing here reads or writes the `.env` or the data of the checkout; only its Azurite installation is shared.
"""

import gc
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from weather_etl.lake.connection import Containers, connect
from weather_etl.local import azurite, ownership
from weather_etl.local import services as local
from weather_etl.local.processes import is_free
from weather_etl.settings import Settings
from weather_etl_tests.support.databases import Databases, execute, url_of
from weather_etl_tests.support.lake import reads_of
from weather_etl_tests.support.wire import Wire

if TYPE_CHECKING:
    import dagster as dg

    from weather_etl_tests.support.live import Live, Lives
    from weather_etl_tests.support.made import Made

CHECKOUT = Path(__file__).resolve().parents[1]
AZURITE_HOME = CHECKOUT / ".local" / "azurite"

# Set to "", not removed: a program that loads the developer's `.env` leaves set variables alone.
_BLANK = (
    ownership.STORAGE,
    ownership.ACCOUNT,
    ownership.DATABASE,
    "WEATHER_ETL_LANDING_CONTAINER",
    "WEATHER_ETL_LAKE_CONTAINER",
    "WEATHER_ETL_EVENTS_QUEUE",
    "WEATHER_ETL_SENSOR_INTERVAL_S",
    "WEATHER_ETL_SILENCE_LIMIT_S",
    "WEATHER_ETL_MAX_ATTEMPTS",
    "WEATHER_ETL_MAX_STATIONS_PER_RUN",
    "WEATHER_ETL_ARCHIVE_CONTAINER",
    "WEATHER_ETL_SERVING_URL",
    "WEATHER_ETL_WEBHOOK_URL",
    "WEATHER_ETL_WEBHOOK_STYLE",
)


# Files that start whole programs; a worker that came to one of them last would work on alone.
_LONGEST = (
    "test_ui", "test_ways_in", "test_celery", "test_attempts", "test_requests", "test_shared_files", "test_exactly_once",
    "test_cli", "test_ledger", "test_job_execute", "test_readme", "test_services", "test_local", "test_kills",
)  # fmt: skip
_AS_ONE_FILE = ("browser/test_ui.py", "test_ways_in.py", "browser/test_report_pages.py")
_LONG_TIMEOUT_S = 900  # they wait for whole programs, and as long as these make progress


# Thousands of tests and the libraries stay until the end: looking through them again and again for what may be freed
# costs a test that allocates much a quarter of its time. Nothing is freed while they are collected, and afterwards they
# are not looked at, and the rest less often.
gc.disable()

# A shell's background job ignores SIGINT. Dagster makes of SIGTERM what SIGINT is, and what ignores both, as the
# processes that catch what a run prints would, cannot be ended.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file is the work of one process; those that share a live Dagster, or the browser, are one file."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "live" if file.endswith(_AS_ONE_FILE) else file

    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(map(item.get_closest_marker, ("live", "faults"))) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_LONG_TIMEOUT_S))
    items.sort(key=lambda i: _LONGEST.index(i.path.stem) if i.path.stem in _LONGEST else len(_LONGEST))


@dataclass(frozen=True)
class Services:
    """The suite's own Azurite and PostgreSQL."""

    connection_string: str
    postgres_url: str
    root: Path


def free_azurite_port() -> int:
    """A blob port far from the usual ones, so that no developer's Azurite is kept from them."""
    while True:
        port = random.randrange(20_000, 30_000, azurite.PORT_STEP)
        if all(map(is_free, azurite.ports(port))):
            return port


@contextmanager
def temporary_root() -> Iterator[Path]:
    """A folder with a short path (a socket must fit below it); whatever was started in it is stopped."""
    root = Path(tempfile.mkdtemp(prefix="wetl-", dir="/tmp"))
    try:
        with guarded(root):
            yield root
    finally:
        local.down(root)
        shutil.rmtree(root, ignore_errors=True)


# Reads nothing when this process is killed, as it is by the runner after Ctrl-C: then the services end all the same.
_GUARDIAN = 'read ended; [ "$ended" ] || { "$1" -c "$2" "$3"; rm -rf "$3"; }'
_END = "import sys; from pathlib import Path; from weather_etl.local.services import down; down(Path(sys.argv[1]))"


@contextmanager
def guarded(root: Path) -> Iterator[None]:
    command = ["/bin/sh", "-c", _GUARDIAN, "sh", sys.executable, _END, str(root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as guardian:
        try:
            yield
        finally:
            guardian.communicate(b"ended\n")


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Azurite and PostgreSQL, stopped at the end however the tests end."""

    def end(signal_number: int, frame: object) -> None:
        raise KeyboardInterrupt  # so that pytest tears down, as it does for Ctrl-C

    before = signal.signal(signal.SIGTERM, end)
    try:
        with temporary_root() as root:
            status = local.up(root, azurite_port=free_azurite_port(), azurite_home=AZURITE_HOME, environ={}, say=print)
            started = Services(status.azurite.url or "", status.postgres.url or "", root)
            # Nothing of it must outlive a power cut, and each run waits for hundreds of commits.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                execute(started.postgres_url, f"ALTER SYSTEM SET {setting} = off")
            execute(started.postgres_url, "SELECT pg_reload_conf()")
            yield started
    finally:
        signal.signal(signal.SIGTERM, before)


def _blank(patch: pytest.MonkeyPatch) -> None:
    for name in _BLANK:
        patch.setenv(name, "")


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_developer_in_fixtures_of_modules() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _blank(patch)
        yield


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what another test has left."""
    _blank(monkeypatch)


def own_containers(services: Services) -> dict[str, str]:
    """Make containers that nobody else has; the variables of the environment that name them and their account."""
    from azure.storage.blob import BlobServiceClient

    mark = uuid.uuid4().hex[:12]
    variables = {"WEATHER_ETL_LANDING_CONTAINER": f"landing-{mark}", "WEATHER_ETL_LAKE_CONTAINER": f"weather-{mark}"}
    with BlobServiceClient.from_connection_string(services.connection_string) as client:
        for name in variables.values():
            client.create_container(name)
    return {ownership.STORAGE: services.connection_string, **variables}


def _set(
    variables: dict[str, str], services: Services, patch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Settings:
    """Set them for one test, with the URL of its `database` if it asks for one."""
    database = "database" in request.fixturenames
    patch.setenv(ownership.DATABASE, request.getfixturevalue("database") if database else services.postgres_url)
    for name, value in variables.items():
        patch.setenv(name, value)
    return Settings.load()


@pytest.fixture
def environment(services: Services, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Settings:
    """The environment variables of one test, with containers of its own; its `Settings`.

    A test that also asks for `database` gets the URL of that one.
    """
    return _set(own_containers(services), services, monkeypatch, request)


@pytest.fixture(scope="module")
def shared_variables(services: Services) -> dict[str, str]:
    """Of the containers of a module."""
    return own_containers(services)


@pytest.fixture(scope="module")
def shared(shared_variables: dict[str, str]) -> Iterator[Containers]:
    """Containers of a module: one of its fixtures fills them, and its tests only read."""
    with connect(Settings.load(shared_variables)) as opened:
        yield opened


@pytest.fixture
def shared_environment(
    services: Services,
    shared_variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Settings:
    """As `environment`, of a test that reads what is `shared`."""
    return _set(shared_variables, services, monkeypatch, request)


@pytest.fixture(scope="session")
def made(services: Services) -> "Made":
    """Tables that a run made, for who only reads them."""
    from weather_etl_tests.support.made import Made

    return Made(services)


@pytest.fixture(scope="session")
def prepared_database(services: Services) -> str:
    """A database with Dagster's tables and nothing in them, to be copied: making them takes seconds each time."""
    import dagster as dg

    from weather_etl_tests.support.histories import configure

    execute(services.postgres_url, "CREATE DATABASE prepared")
    folder = services.root / "prepared"
    folder.mkdir()
    configure(folder, url_of(services.postgres_url, "prepared"))
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        assert instance.run_storage and instance.event_log_storage and instance.schedule_storage  # made on first use
    return "prepared"


@pytest.fixture
def containers(environment: Settings) -> Iterator[Containers]:
    """The containers of one test."""
    with connect(environment) as opened:
        yield opened


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the blobs that are read; the reading itself is real."""
    return reads_of(monkeypatch)


@pytest.fixture(scope="session")
def databases(services: Services, prepared_database: str) -> Databases:
    return Databases(services.postgres_url, prepared_database)


@pytest.fixture
def database(services: Services, databases: Databases) -> Iterator[str]:
    """The URL of a database with Dagster's empty tables, of the test's own."""
    name = databases.take()
    yield url_of(services.postgres_url, name)
    databases.give_back(name)


@pytest.fixture
def instance(database: str, tmp_path: Path) -> "Iterator[dg.DagsterInstance]":
    """Dagster's history in a PostgreSQL database of the test's own, with the storage that an installation has."""
    import dagster as dg

    from weather_etl_tests.support.histories import configure

    configure(tmp_path, database)
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def lives(services: Services, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Lives]":
    from weather_etl_tests.support.live import Lives

    with ExitStack() as ending:
        yield Lives(services, lambda: tmp_path_factory.mktemp("live"), ending)


@pytest.fixture(scope="module")
def live(lives: "Lives") -> "Live":
    """What `make ui` starts, with its sensors switched off; the one of the file before where that left it running."""
    return lives.running()


@pytest.fixture
def wire(environment: Settings) -> Iterator[Wire]:
    port = int((environment.connection_string or "").split("BlobEndpoint=http://127.0.0.1:")[1].split("/")[0])
    server = Wire(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
