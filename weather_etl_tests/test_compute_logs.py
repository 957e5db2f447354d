"""What a run prints, in Azure Blob Storage."""

from pathlib import Path

from weather_etl.compute_logs import WeatherComputeLogManager
from weather_etl.settings import Settings


def test_a_run_within_a_run_prints_into_the_log_of_the_run_that_started_it(environment: Settings) -> None:
    manager = WeatherComputeLogManager(environment.lake_container)
    outer, inner, later = (["run", "compute_logs", name] for name in ("outer", "inner", "later"))
    with manager.capture_logs(outer):
        with manager.capture_logs(inner) as context:
            assert context.log_key == inner
            print("of a station")
        print("of the run that started it")
    with manager.capture_logs(later):
        print("of a run of its own")
    said = {key[-1]: manager.get_log_data(key).stdout for key in (outer, inner, later)}
    assert said["outer"] is not None and said["outer"].split(b"\n")[:2] == [
        b"of a station",
        b"of the run that started it",
    ]
    assert said["inner"] is None
    assert said["later"] is not None and b"of a run of its own" in said["later"]
    manager.dispose()


def test_a_run_leaves_no_folder_behind(environment: Settings) -> None:
    manager = WeatherComputeLogManager(environment.lake_container)
    key = ["a-run-of-this-test", "compute_logs", "step"]
    folder = Path(manager.local_manager.get_captured_local_path(key, "out")).parent
    with manager.capture_logs(key):
        assert folder.is_dir()
    assert not folder.parent.exists() and folder.parents[1].is_dir()
    manager.dispose()
