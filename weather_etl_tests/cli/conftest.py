"""The command as a person uses it, in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from weather_etl.settings import Settings
from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.commands import Run, in_process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with Dagster's configuration and without anybody's `.env`."""
    shutil.copy(CHECKOUT / "dagster.yaml", tmp_path)
    return tmp_path


@pytest.fixture
def weather_etl(folder: Path, environment: Settings, database: str, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command in this process, on containers and a database of the test's own."""
    return in_process(folder, capfd)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A weather file of two days."""
    path = tmp_path / "x.csv"
    path.write_bytes(weather_csv())
    return path
