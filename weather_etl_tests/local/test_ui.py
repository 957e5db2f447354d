"""`make ui`: what the terminal says, and who knows the port; a live one is in `test_ways_in.py`."""

import json
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from weather_etl.local import ui
from weather_etl.local.ownership import DATABASE, STORAGE, Folder
from weather_etl.settings import azurite_connection_string


def listener(port: int = 0) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    return server


@pytest.mark.parametrize("port", ["abc", "0", "65536", "", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str], port: str) -> None:
    assert ui.main([str(tmp_path), port]) == 2
    assert capfd.readouterr().err == f"{port!r} is no port; use a number from 1 to 65535: make ui PORT=3000\n"


def test_a_port_that_is_taken_is_one_sentence_that_names_who_has_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(listener()) as server:
        port = server.getsockname()[1]
        assert ui.main([str(tmp_path), str(port)]) == 1
    err = capfd.readouterr().err
    assert f"Port {port} is in use by another program" in err and f"pid {os.getpid()}" in err
    assert f"make ui PORT={port + 1}" in err and err.count("\n") == 1


def test_the_record_of_a_web_interface_that_has_died_misleads_nobody(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.local.mkdir()
    assert ui.running(folder) is None
    folder.ui.write_text(json.dumps({"pid": os.getpid(), "port": 3000}))  # alive, and somebody else
    assert ui.running(folder) is None
    assert not ui.stop_running(folder)


def test_an_outage_is_one_sentence_and_its_end_another(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server = listener()
    port = server.getsockname()[1]
    (tmp_path / ".env").write_text(
        f"{STORAGE}='{azurite_connection_string(port)}'\n"
        f"{DATABASE}='postgresql+psycopg2://postgres:@/postgres?host={tmp_path}'\n"
    )
    watched = ui.Outages(Folder(tmp_path), {})
    with closing(socket.socket(socket.AF_UNIX)) as database:
        database.bind(str(tmp_path / ".s.PGSQL.5432"))
        database.listen()
        watched.tell_changes()
        assert capfd.readouterr().out == ""
        server.close()
        for _ in range(3):
            watched.tell_changes()
        lost = capfd.readouterr().out
        assert lost.startswith(f"Azure Storage at 127.0.0.1:{port} does not answer") and lost.count("\n") == 1
        with closing(listener(port)):
            watched.tell_changes()
            watched.tell_changes()
            assert capfd.readouterr().out.startswith(f"Azure Storage at 127.0.0.1:{port} answers again")
    watched.tell_changes()
    assert "PostgreSQL does not answer" in capfd.readouterr().out


def test_a_service_elsewhere_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{DATABASE}='postgresql+psycopg2://u:p@db.example.net/x'\n")
    assert ui.probes(Folder(tmp_path).environment({})) == {}


def test_dagster_gets_its_folder_and_the_address_unless_they_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("WEATHER_ETL_UI_URL", "")
    (tmp_path / ".local").mkdir()
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    environ = ui.environment(Folder(tmp_path), 3001)
    assert (Path(environ["DAGSTER_HOME"]) / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"
    assert environ["WEATHER_ETL_UI_URL"] == "http://127.0.0.1:3001"
    monkeypatch.setenv("DAGSTER_HOME", "/mine")
    monkeypatch.setenv("WEATHER_ETL_UI_URL", "https://dagster.example.net")
    environ = ui.environment(Folder(tmp_path), 3001)
    assert (environ["DAGSTER_HOME"], environ["WEATHER_ETL_UI_URL"]) == ("/mine", "https://dagster.example.net")
