"""What `dagster dev` leaves behind; that its code location is started again is in `test_ways_in.py`."""

import signal
import sys
from pathlib import Path

import psutil
import pytest

from weather_etl.local import supervise
from weather_etl_tests.support.waiting import until


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
