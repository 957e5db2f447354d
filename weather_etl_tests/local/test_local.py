"""Tests of the local services: started, healed, told apart from other people's, and stopped.

Real Azurite and PostgreSQL in temporary roots; programs that a test starts itself are ended by their pid.
"""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from azure.storage.blob import BlobServiceClient
from dotenv import dotenv_values

from weather_etl.errors import UserError
from weather_etl.local import azurite, ownership, postgres, services
from weather_etl.local.processes import is_free, is_ours, locked, wait_until
from weather_etl.settings import Settings, azurite_connection_string
from weather_etl_tests.conftest import AZURITE_HOME, CHECKOUT, Services, free_azurite_port, temporary_root
from weather_etl_tests.support.databases import Databases

Created = Callable[[postgres.PostgresFiles], None]


def _ignore(line: str) -> None: ...


def _up(root: Path, **options: object) -> services.Status:
    return services.up(root, **{"azurite_home": AZURITE_HOME, "environ": {}, **options})


def _is_one_sentence(error: pytest.ExceptionInfo[UserError]) -> bool:
    text = str(error.value)
    return "\n" not in text and text.endswith(".") and "Traceback" not in text


def _cli(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "weather_etl.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def created() -> Iterator[Created]:
    """Fills a data folder with a copy of what `initdb` made once: it takes seconds, and is tested by `up`."""
    with temporary_root() as root:
        made = postgres.PostgresFiles(root / ".local" / "postgres")
        made.data.parent.mkdir()
        postgres.start(made, _ignore)
        postgres.stop_running(made)

        def copy(files: postgres.PostgresFiles) -> None:
            files.data.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-Rp", str(made.data), str(files.data)], check=True)

        yield copy


@contextmanager
def _stranger() -> Iterator[int]:
    """A process that has nothing to do with us."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    try:
        yield process.pid
        assert process.poll() is None, "a process that is not ours was stopped"
    finally:
        process.kill()
        process.wait()


@contextmanager
def _listener(port: int) -> Iterator[None]:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        yield


@pytest.fixture(scope="module")
def up_at_once() -> Iterator[tuple[Path, list[services.Status]]]:
    """A root in which two commands ran `up` at the same moment."""
    with temporary_root() as root:
        port = free_azurite_port()
        results: list[services.Status] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                results.append(_up(root, azurite_port=port))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors, errors
        yield root, results


@pytest.fixture
def root(up_at_once: tuple[Path, list[services.Status]]) -> Path:
    """A root whose services run; shared, so a test puts back what it changes."""
    _up(up_at_once[0])
    return up_at_once[0]


class TestUpAndDown:
    def test_two_at_the_same_moment_start_each_service_once(
        self, up_at_once: tuple[Path, list[services.Status]]
    ) -> None:
        first, second = up_at_once[1]
        assert first.azurite.pid == second.azurite.pid
        assert [s.azurite.started for s in (first, second)] == [True, False]
        assert [s.postgres.started for s in (first, second)] == [True, False]

    def test_running_services_stay_as_they_are(self, root: Path) -> None:
        again = _up(root)
        assert not again.azurite.started and not again.postgres.started
        assert again == services.status(root, environ={}) and again.notes == ()

    def test_containers_and_database_are_there(self, root: Path) -> None:
        status = _up(root)
        with BlobServiceClient.from_connection_string(status.azurite.url) as client:
            assert {c.name for c in client.list_containers()} == {"landing", "weather", "dagster-logs"}
        connection = psycopg2.connect(status.postgres.url.replace("+psycopg2", ""))
        with connection.cursor() as cursor:
            cursor.execute("SHOW timezone")
            assert cursor.fetchone() == ("UTC",)
            cursor.execute("SHOW listen_addresses")
            assert cursor.fetchone() == ("",)
        connection.close()

    def test_containers_have_the_names_of_the_settings(self, root: Path) -> None:
        status = _up(root, environ={"WEATHER_ETL_LANDING_CONTAINER": "my-inbox"})
        with BlobServiceClient.from_connection_string(status.azurite.url) as client:
            assert "my-inbox" in {c.name for c in client.list_containers()}
            client.delete_container("my-inbox")

    def test_env_serves_dotenv_and_shells_and_is_private(self, root: Path) -> None:
        status = _up(root)
        expected = [status.azurite.url, status.postgres.url]
        values = dotenv_values(root / ".env")
        assert [values[ownership.STORAGE], values[ownership.DATABASE]] == expected
        script = f'set -a; . ./.env; printf "%s\\n" "${ownership.STORAGE}" "${ownership.DATABASE}"'
        shell = subprocess.run(["sh", "-c", script], cwd=root, capture_output=True, text=True, check=True)
        assert shell.stdout.splitlines() == expected
        assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600
        assert not stat.S_IMODE((root / ".local").stat().st_mode) & 0o066

    def test_own_env_is_left_alone_and_its_gap_is_named(self, root: Path) -> None:
        written = (root / ".env").read_bytes()
        (root / ".env").write_text(f"# mine\n{ownership.STORAGE}=\n")
        try:
            status = _up(root)
            assert (root / ".env").read_text() == f"# mine\n{ownership.STORAGE}=\n"
            assert len(status.notes) == 1
            assert f"{ownership.STORAGE}='{status.azurite.url}'" in status.notes[0]
            assert f"{ownership.DATABASE}='{status.postgres.url}'" in status.notes[0]
        finally:
            (root / ".env").write_bytes(written)

    def test_data_outlive_a_restart(self, root: Path) -> None:
        before = _up(root)
        with BlobServiceClient.from_connection_string(before.azurite.url) as client:
            client.get_blob_client("landing", "szeged/a.csv").upload_blob(b"1", overwrite=True)
        stopped = services.down(root)
        assert (stopped.azurite.state, stopped.postgres.state) == ("stopped", "stopped")
        assert not is_ours(before.azurite.pid, "--location") and not is_ours(before.postgres.pid, "-D")
        assert services.down(root).azurite.state == "stopped"  # twice does no harm
        after = _up(root)
        assert after.azurite.started and after.postgres.started
        assert (after.azurite.url, after.postgres.url) == (before.azurite.url, before.postgres.url)
        with BlobServiceClient.from_connection_string(after.azurite.url) as client:
            assert client.get_blob_client("landing", "szeged/a.csv").download_blob().readall() == b"1"


class TestHealing:
    def test_dead_services_are_started_again(self, root: Path) -> None:
        before = _up(root)
        os.kill(before.azurite.pid, signal.SIGTERM)
        os.kill(before.postgres.pid, signal.SIGKILL)  # leaves postmaster.pid behind
        assert wait_until(
            lambda: not is_ours(before.azurite.pid, "--location") and not is_ours(before.postgres.pid, "-D"), 30
        )
        assert (root / ".local" / "postgres" / "postmaster.pid").exists()
        assert services.status(root, environ={}).postgres.state == "stopped"
        after = _up(root)
        assert after.azurite.started and after.postgres.started
        assert (after.azurite.url, after.postgres.url) == (before.azurite.url, before.postgres.url)

    def test_lost_pid_file_is_found_again(self, root: Path) -> None:
        before = _up(root)
        (root / ".local" / "azurite.pid").unlink()
        assert _up(root).azurite.pid == before.azurite.pid

    def test_recycled_pids_are_not_believed(self, created: Created) -> None:
        with temporary_root() as root, _stranger() as stranger:
            files = postgres.PostgresFiles(root / ".local" / "postgres")
            created(files)
            (root / ".local" / "azurite.pid").write_text(f"{stranger}\n")
            killed = postgres.start(files, _ignore)
            os.kill(killed, signal.SIGKILL)
            assert wait_until(lambda: not is_ours(killed, "-D"), 10)
            for record in (files.data / "postmaster.pid", files.data / ".s.PGSQL.5432.lock"):
                text = record.read_text()
                assert text.startswith(f"{killed}\n")
                record.write_text(text.replace(str(killed), str(stranger), 1))
            status = services.down(root)  # must not end the stranger, which `_stranger` asserts
            assert (status.azurite.state, status.postgres.state) == ("stopped", "stopped")
            assert postgres.start(files, _ignore) not in (killed, stranger)
            assert postgres.is_ready(files)

    def test_server_without_its_socket_is_replaced(self, created: Created) -> None:
        with temporary_root() as root:
            files = postgres.PostgresFiles(root / ".local" / "postgres")
            created(files)
            before = postgres.start(files, _ignore)
            (files.socket_folder / ".s.PGSQL.5432").unlink()
            assert not postgres.is_ready(files)
            assert postgres.start(files, _ignore) != before
            assert postgres.is_ready(files)

    def test_half_made_data_are_made_again(self) -> None:
        with temporary_root() as root:
            files = postgres.PostgresFiles(root / ".local" / "postgres")
            (root / ".local" / "postgres.new-cut").mkdir(parents=True)
            postgres.start(files, _ignore)
            assert postgres.is_ready(files)
            assert not (root / ".local" / "postgres.new-cut").exists()


class TestNeighbours:
    def test_second_checkout_takes_the_next_port(
        self, root: Path, created: Created, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = int(services.status(root, environ={}).azurite.where.rsplit(":", 1)[1])
        monkeypatch.setattr(azurite, "FIRST_PORT", port)
        with temporary_root() as second:
            created(postgres.PostgresFiles(second / ".local" / "postgres"))
            status = _up(second)
            taken = int(status.azurite.where.rsplit(":", 1)[1])
            assert taken != port and (taken - port) % azurite.PORT_STEP == 0
            services.down(second)
            with _listener(taken), pytest.raises(UserError, match=rf"Port {taken}\b.*pid {os.getpid()}\b") as error:
                _up(second)
            assert _is_one_sentence(error)

    def test_taken_port_is_named(self) -> None:
        port = free_azurite_port()
        with temporary_root() as root, _listener(port + 1):
            with pytest.raises(UserError, match=rf"Port {port + 1}\b.*pid {os.getpid()}\b") as error:
                _up(root, azurite_port=port)
            assert _is_one_sentence(error)
            assert not (root / ".env").exists()

    def test_next_port_skips_what_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        port = free_azurite_port()
        monkeypatch.setattr(azurite, "FIRST_PORT", port)
        assert azurite.next_free_port() == port
        with _listener(port + 2):
            assert not is_free(port + 2)
            assert azurite.next_free_port() > port

    def test_another_port_is_taken_and_only_our_lines_are_rewritten(self, created: Created) -> None:
        with temporary_root() as root:
            created(postgres.PostgresFiles(root / ".local" / "postgres"))
            before, after = free_azurite_port(), free_azurite_port()
            first = _up(root, azurite_port=before)
            mine = f"# mine\nWEATHER_ETL_MAX_ATTEMPTS='7'\n{ownership.STORAGE}='{first.azurite.url}'\n# {ownership.DATABASE}=\n"
            (root / ".env").write_text(mine)
            with _listener(after + 1), pytest.raises(UserError, match=f"Port {after + 1}"):
                _up(root, azurite_port=after)
            assert services.status(root, environ={}).azurite == replace(first.azurite, started=False)
            second = _up(root, azurite_port=after)
            assert second.azurite.url == azurite_connection_string(after) and second.azurite.pid != first.azurite.pid
            changed = mine.replace(str(first.azurite.url), str(second.azurite.url))
            assert (root / ".env").read_text() == f"{changed}{ownership.DATABASE}='{second.postgres.url}'\n"
            assert _up(root, azurite_port=after).azurite.pid == second.azurite.pid
            assert _up(root).azurite.where.endswith(f":{after}")

    def test_the_port_of_a_storage_elsewhere_cannot_be_chosen(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="The storage is not ours") as error:
            services.up(tmp_path, azurite_port=10_000, environ=EXTERNAL)
        assert _is_one_sentence(error)

    def test_lock_makes_the_second_wait(self, tmp_path: Path) -> None:
        said: list[str] = []
        entered = threading.Event()

        def second() -> None:
            with locked(tmp_path / "lock", said.append):
                entered.set()

        with locked(tmp_path / "lock", _ignore):
            thread = threading.Thread(target=second)
            thread.start()
            assert wait_until(lambda: bool(said), 10)
            assert not entered.is_set()
        thread.join(10)
        assert entered.is_set() and "waiting" in said[0]


EXTERNAL = {
    ownership.STORAGE: "DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=c2VjcmV0;EndpointSuffix=example.net",
    ownership.DATABASE: "postgresql+psycopg2://me:secret@127.0.0.1:1/db",
}


class TestElsewhere:
    @pytest.mark.parametrize(
        "environ",
        [
            EXTERNAL,
            {**EXTERNAL, ownership.STORAGE: "", ownership.ACCOUNT: "https://mine.blob.core.windows.net/?sig=secret"},
        ],
    )
    def test_nothing_is_started(self, tmp_path: Path, environ: dict[str, str]) -> None:
        status = services.up(tmp_path, environ=environ)
        assert (status.azurite.state, status.postgres.state) == ("external", "external")
        assert "mine" in status.azurite.where and "127.0.0.1" in status.postgres.where
        assert "secret" not in repr(status) and "c2VjcmV0" not in repr(status)
        assert list(tmp_path.iterdir()) == []

    def test_env_file_counts_like_the_environment(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in EXTERNAL.items()))
        status = services.up(tmp_path, environ={})
        assert (status.azurite.state, status.postgres.state) == ("external", "external")
        assert [path.name for path in tmp_path.iterdir()] == [".env"]

    def test_one_of_them_alone_is_left_out_of_the_env_file(self) -> None:
        with temporary_root() as fresh:
            status = _up(fresh, environ={ownership.DATABASE: EXTERNAL[ownership.DATABASE]})
            assert (status.azurite.state, status.postgres.state) == ("running", "external")
            written = dotenv_values(fresh / ".env")  # an empty value there would overrule the environment
            assert ownership.STORAGE in written and ownership.DATABASE not in written

    def test_the_env_file_wins_over_the_environment_as_in_dagster(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in EXTERNAL.items()))
        status = services.up(tmp_path, environ={ownership.STORAGE: azurite_connection_string(), ownership.DATABASE: ""})
        assert "mine" in status.azurite.where

    def test_our_own_values_are_not_elsewhere(self, root: Path) -> None:
        ours = _up(root)
        environ = {
            ownership.STORAGE: ours.azurite.url,
            ownership.DATABASE: ours.postgres.url.replace("/postgres?", "/other?"),
        }
        assert _up(root, environ=environ) == ours

    def test_azurite_of_another_checkout_is_elsewhere(self, root: Path, tmp_path: Path) -> None:
        theirs = _up(root).azurite.url
        environ = {**EXTERNAL, ownership.STORAGE: theirs}
        assert services.up(tmp_path, environ=environ).azurite.state == "external"

    def test_port_in_env_file_survives_the_loss_of_the_data(self, tmp_path: Path) -> None:
        port = free_azurite_port()
        (tmp_path / ".env").write_text(f"{ownership.STORAGE}='{azurite_connection_string(port)}'\n")
        assert services.status(tmp_path, environ={}).azurite.state == "stopped"  # ours, not external
        with _listener(port + 2), pytest.raises(UserError, match=f"Port {port + 2}"):
            _up(tmp_path)

    def test_moved_checkout_is_recognised(self, tmp_path: Path) -> None:
        gone = f"postgresql+psycopg2://postgres:@/postgres?host={tmp_path}/gone/.local/postgres"
        with pytest.raises(UserError, match="moved or copied") as error:
            services.up(tmp_path, environ={**EXTERNAL, ownership.DATABASE: gone})
        assert _is_one_sentence(error) and "--rewrite-env" in str(error.value)

    def test_the_lines_of_a_moved_checkout_are_corrected_on_demand(self, root: Path) -> None:
        ours = _up(root)
        written = (root / ".env").read_bytes()
        gone = f"postgresql+psycopg2://postgres:@/postgres?host={root}/gone/.local/postgres"
        (root / ".env").write_text(
            f"{ownership.DATABASE}='{gone}'\nOTHER=1\n{ownership.STORAGE}='{ours.azurite.url}'\n"
        )
        try:
            assert _up(root, rewrite_env=True).postgres.url == ours.postgres.url
            values = dotenv_values(root / ".env")
            assert values == {
                ownership.DATABASE: ours.postgres.url, "OTHER": "1", ownership.STORAGE: ours.azurite.url
            }  # fmt: skip
        finally:
            (root / ".env").write_bytes(written)


class TestSystemUser:
    def test_useradd_is_found_where_path_lacks_its_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _program(tmp_path / "useradd", f'echo "$@" > {tmp_path}/arguments')
        monkeypatch.setenv("PATH", "/nowhere")
        monkeypatch.setattr(postgres, "SBIN", (str(tmp_path),))
        postgres.add_user()
        assert postgres.SYSTEM_USER in (tmp_path / "arguments").read_text()

    def test_a_machine_without_useradd_is_one_sentence_that_names_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(postgres, "SBIN", (str(tmp_path),))
        with pytest.raises(UserError, match="the program useradd is not in PATH") as error:
            postgres.add_user()
        assert _is_one_sentence(error)


class TestDeepFolders:
    @pytest.mark.parametrize("name", ["d" * 90, "with space & 100%"])
    def test_postgres_listens_in_a_short_folder(self, name: str, created: Created) -> None:
        with temporary_root() as root:
            files = postgres.PostgresFiles(root / name / ".local" / "postgres")
            created(files)
            try:
                postgres.start(files, _ignore)
                assert len(files.url) < 120 and files.socket_folder.parent == Path("/tmp")
                assert stat.S_IMODE(files.socket_folder.stat().st_mode) == 0o700
                psycopg2.connect(files.url.replace("+psycopg2", "")).close()
            finally:
                postgres.stop_running(files)
            assert not files.socket_folder.exists()

    def test_folder_that_somebody_else_prepared_is_refused(self, created: Created) -> None:
        with temporary_root() as root:
            files = postgres.PostgresFiles(root / ("d" * 90) / ".local" / "postgres")
            created(files)
            files.socket_folder.symlink_to(root)
            try:
                with pytest.raises(UserError, match="not a private folder") as error:
                    postgres.start(files, _ignore)
                assert _is_one_sentence(error)
            finally:
                files.socket_folder.unlink()


class TestDisk:
    def test_unusable_folder_is_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / ".local").write_text("in the way")
        with pytest.raises(UserError, match=re.escape(str(tmp_path / ".local"))) as error:
            _up(tmp_path)
        assert _is_one_sentence(error)

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
    def test_read_only_folder_is_a_sentence(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(UserError, match="permissions") as error:
            _up(tmp_path)
        assert _is_one_sentence(error)


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


NPM_SUCCESS = (
    'echo run >> "$CALLS"; mkdir -p node_modules/azurite/dist/src; : > node_modules/azurite/dist/src/azurite.js'
)
WHEEL = azurite.Node("wheel-node", ("wheel-node", "npm-cli.js"), "wheel")


class TestNode:
    @pytest.mark.parametrize(
        ("version", "npm", "source"),
        [("v20.1.0", True, "machine"), ("v24.0.0", True, "machine"), ("v18.20.0", True, "wheel"),
         ("v22.0.0", False, "wheel"), ("no version is set", True, "wheel"), (None, False, "wheel")],
    )  # fmt: skip
    def test_choice(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, npm: bool, source: str
    ) -> None:
        if version:
            _program(tmp_path / "node", f"echo {version}")
        if npm:
            _program(tmp_path / "npm", "exit 0")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(azurite, "wheel_node", lambda: WHEEL)
        assert azurite.choose_node(_ignore).source == source

    def test_wheel_is_installed_by_its_hash(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        _program(tmp_path / "python", f'echo "$@" > {tmp_path}/arguments; echo no network >&2; exit 1')
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(azurite, "wheel_node", lambda: None)
        monkeypatch.setattr(azurite.sys, "executable", str(tmp_path / "python"))
        said: list[str] = []
        with pytest.raises(UserError, match="no network") as error:
            azurite.choose_node(said.append)
        assert _is_one_sentence(error) and "MB" in said[0]
        arguments = (tmp_path / "arguments").read_text()
        assert "--require-hashes --no-deps" in arguments and "requirements-node.txt" in arguments

    def test_installation_is_all_or_nothing_and_done_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls = tmp_path / "calls"
        monkeypatch.setenv("CALLS", str(calls))
        home = tmp_path / "azurite"
        (tmp_path / "azurite.new-cut").mkdir()  # of an interrupted one
        npm = tmp_path / "npm"
        node = azurite.Node("/usr/bin/node", (str(npm),), "machine")
        _program(npm, f"{NPM_SUCCESS}; echo 'npm error code ECONNREFUSED' >&2; exit 1")
        with pytest.raises(UserError, match="code ECONNREFUSED") as error:
            azurite.install(home, node, _ignore)
        assert _is_one_sentence(error)
        assert not home.exists() and not list(tmp_path.glob("azurite.new-*"))
        _program(npm, NPM_SUCCESS)
        azurite.install(home, node, _ignore)
        azurite.install(home, node, _ignore)
        assert len(calls.read_text().split()) == 2
        (home / "package-lock.json").write_text("{}")  # an older version's
        azurite.install(home, node, _ignore)
        assert len(calls.read_text().split()) == 3 and azurite.is_installed(home)


class TestCommand:
    def test_status_and_error_are_plain(self, root: Path, tmp_path: Path) -> None:
        shown = _cli("local", "status", cwd=root)
        assert shown.returncode == 0 and shown.stdout.count("running") == 2
        (tmp_path / ".local").write_text("in the way")
        failed = _cli("local", "up", cwd=tmp_path)
        assert failed.returncode == 1 and failed.stdout == ""
        assert failed.stderr.count("\n") == 1 and failed.stderr.endswith(".\n")

    def test_help_imports_nothing_heavy(self, tmp_path: Path) -> None:
        heavy = "{'dagster', 'pandas', 'numpy', 'azure', 'psycopg2', 'psutil', 'pyarrow'}"
        script = f"import sys, weather_etl.cli, weather_etl.local.services; print({heavy} & set(sys.modules))"
        shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert shown.stdout == "set()\n"


class TestFiles:
    @pytest.mark.parametrize(
        "name",
        [
            "requirements.txt",
            "requirements-dev.txt",
            "weather_etl/local/npm/requirements-node.txt",
            "weather_etl/local/npm/package-lock.json",
        ],
    )
    def test_lock_files_name_no_registry(self, name: str) -> None:
        text = (CHECKOUT / name).read_text()
        hosts = "|".join(("npm" + "js", "yarn" + "pkg", "py" + "pi", "python" + "hosted"))
        assert not re.search(rf"\b(?:{hosts})\.(?:org|com)", text)
        assert not re.search(r'"resolved"|^--?\w*index|^--find|file://', text, re.MULTILINE)

    def test_example_names_every_variable(self) -> None:
        source = (CHECKOUT / "weather_etl" / "settings.py").read_text()
        names = set(re.findall(r'"((?:WEATHER_ETL|AZURE)_[A-Z_]+)"', source))
        assert len(names) >= 9
        example = (CHECKOUT / ".env.example").read_text()
        assert names == set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))


class TestFixtures:
    def test_environment_is_this_tests_own(self, environment: Settings, services: Services) -> None:
        assert environment.connection_string == services.connection_string
        assert environment.postgres_url == services.postgres_url
        with BlobServiceClient.from_connection_string(services.connection_string) as client:
            names = {c.name for c in client.list_containers()}
        assert {environment.landing_container, environment.lake_container} <= names - {"landing", "weather"}

    def test_database_is_fresh(self, database: str, environment: Settings) -> None:
        assert environment.postgres_url == database
        connection = psycopg2.connect(database.replace("+psycopg2", ""))
        with connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM event_logs)")
            assert cursor.fetchone() == (0, 0)
        connection.close()

    @pytest.mark.parametrize(
        ("left", "is_kept"),
        [
            ("INSERT INTO daemon_heartbeats (daemon_type, timestamp) VALUES ('x', now())", True),
            ("UPDATE alembic_version SET version_num = 'x'", False),
            ("CREATE SCHEMA schema_metrics", False),
            ("ALTER TABLE runs ADD COLUMN x int", False),
            ("GRANT SELECT ON runs TO PUBLIC", False),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", False),
            ("DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 999', current_database()); END$$", False),
        ],
    )
    def test_a_database_is_as_new_for_the_next_test_whatever_the_one_before_left(
        self, databases: Databases, services: Services, left: str, is_kept: bool
    ) -> None:
        name = databases.take()
        url = services.postgres_url.replace("+psycopg2", "").replace("/postgres?", f"/{name}?")
        connection = psycopg2.connect(url)
        connection.autocommit = True
        connection.cursor().execute(left)
        databases.give_back(name)  # which ends who is connected
        with pytest.raises(psycopg2.OperationalError):
            connection.cursor().execute("SELECT 1")
        taken = databases.take()
        assert (taken == name) == is_kept
        with closing(psycopg2.connect(url.replace(name, taken))) as again, again.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM daemon_heartbeats")
            assert cursor.fetchone() == (0,)
        databases.give_back(taken)
