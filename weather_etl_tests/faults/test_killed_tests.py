"""A process of the tests that is killed leaves no service behind."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from weather_etl_tests.support.waiting import until

STARTS_AND_IS_KILLED = """
import os, signal
from weather_etl_tests.faults.conftest import own_postgres
with own_postgres() as files:
    print(files.data, (files.data / "postmaster.pid").read_text().split()[0], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.faults
def test_services_of_a_killed_process_end() -> None:
    killed = subprocess.run([sys.executable, "-c", STARTS_AND_IS_KILLED], capture_output=True, text=True, check=False)
    data, pid = killed.stdout.split()
    assert killed.returncode == -9
    until("PostgreSQL is gone", lambda: not psutil.pid_exists(int(pid)))
    until("its folder is gone", lambda: not Path(data).parents[1].exists())
