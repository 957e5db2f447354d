"""What ticks of `landing_files_sensor` need, on a real Azurite and a real PostgreSQL."""

import dagster as dg
import pytest

from weather_etl.operations import planning
from weather_etl.orchestration.sensors import landing_files
from weather_etl_tests.support.ticks import Ticks


@pytest.fixture(autouse=True)
def _one_look_per_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_ETL_SENSOR_INTERVAL_S", "5")


@pytest.fixture
def two_share_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many do; of as few as this each has a run of its own."""
    monkeypatch.setattr(planning, "FEW", 1)


@pytest.fixture
def ticks(instance: dg.DagsterInstance) -> Ticks:
    return Ticks(instance)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between two attempts."""
    monkeypatch.setattr(landing_files, "RETRY_DELAY_S", 0)


@pytest.fixture
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "1")
