"""A code location that dies is started again: a kill in a live `dagster dev`."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from weather_etl.local import supervise
from weather_etl.local.supervise import code_server_lives
from weather_etl_tests.conftest import Services
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.live import dagster_dev
from weather_etl_tests.support.waiting import until


def code_servers(pid: int) -> list[psutil.Process]:
    """The processes that run our code."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if "api" in line and "grpc" in line:
            found.append(process)
    return found


@pytest.mark.live
def test_new_files_flow_again_after_the_code_location_was_killed(services: Services, tmp_path: Path) -> None:
    supervised = (sys.executable, "-m", "weather_etl.local.supervise")
    with dagster_dev(services, tmp_path, before=supervised) as live:
        killed = code_servers(live.process.pid)
        assert killed and code_server_lives(live.process.pid)
        for process in killed:
            os.kill(process.pid, signal.SIGKILL)
        live.upload("a", weather_csv(24))
        until(
            "tables of a file that landed after the kill",
            lambda: live.containers.lake.stamp("daily_weather", "a"),
            progress=live.said,
        )
        assert "The code location has died; it is started again." in live.log.read_text()
        assert not {p.pid for p in code_servers(live.process.pid)} & {p.pid for p in killed}
        assert live.stop() == []


def test_what_the_command_leaves_behind_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE_S", 0.1)
    code = (
        "import pathlib, subprocess, sys, time\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(left.pid))\n"
        "time.sleep(5)\n"
    )
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert supervise.main([sys.executable, "-c", code]) == 0
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])
    until("the end of what was left", lambda: not psutil.pid_exists(int((tmp_path / "pid").read_text())))
