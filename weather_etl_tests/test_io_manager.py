"""The Parquet IO manager as assets of a user meet it: tables loaded and stored by Dagster."""

import base64
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from weather_etl.lake.connection import Containers
from weather_etl.orchestration.assets.specs import station_partitions
from weather_etl.orchestration.graph import build_graph
from weather_etl.orchestration.resources import StationTable
from weather_etl.stations import PARTITIONS_NAME
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.histories import in_memory
from weather_etl_tests.support.lake import put
from weather_etl_tests.support.made import Made

STATIONS = "ab"


@pytest.fixture
def containers(containers: Containers, made: Made) -> Containers:
    """Two stations, one day and two days long."""
    for i, station in enumerate(STATIONS):
        data = weather_csv(24 * (i + 1), temperature=float(i))
        containers.landing.upload(f"{station}/x.csv", data)
        put(containers, made(station, x=data))
    return containers


@dg.asset(partitions_def=station_partitions, io_manager_key="lake")
def warmest(daily_weather: pd.DataFrame) -> pd.DataFrame:
    """A table of a user's own, with the type that they know."""
    assert type(daily_weather) is pd.DataFrame
    assert daily_weather.attrs["units"]["temperature_mean_c"] == "degC"
    return daily_weather[["station_id", "temperature_max_c"]]


@dg.asset(partitions_def=station_partitions, io_manager_key="lake")
def unannotated(daily_weather):
    return daily_weather[["station_id"]]


@dg.asset(partitions_def=station_partitions, io_manager_key="lake")
def lazy(context: dg.AssetExecutionContext, daily_weather: StationTable, monthly_weather: StationTable) -> pd.DataFrame:
    """Looks at one of its inputs only."""
    assert (daily_weather.name, daily_weather.station) == ("daily_weather", context.partition_key)
    return daily_weather.frame[["station_id"]]


@dg.asset(partitions_def=station_partitions, io_manager_key="lake")
def made_of_nothing() -> pd.DataFrame:
    return pd.DataFrame({"x": [1]})


@dg.asset(partitions_def=station_partitions, io_manager_key="lake", backfill_policy=dg.BackfillPolicy.single_run())
def of_many(daily_weather: pd.DataFrame) -> None:
    """A user who asks for several stations in one run."""


def materialize(asset: str, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    user = dg.Definitions(
        [warmest, unannotated, lazy, made_of_nothing, of_many],
        jobs=[dg.define_asset_job("user_job", selection=[asset])],
    )
    job = dg.Definitions.merge(build_graph(), user).resolve_job_def("user_job")
    with in_memory() as instance:
        instance.add_dynamic_partitions(PARTITIONS_NAME, list(STATIONS))
        return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def of_station(asset: str, station: str) -> dg.ExecuteInProcessResult:
    return materialize(asset, {"dagster/partition": station})


def errors(result: dg.ExecuteInProcessResult) -> list[Any]:
    return [e.step_failure_data.error for e in result.all_events if e.is_step_failure]


def test_a_table_is_loaded_and_stored_as_a_frame_of_the_run_s_station(containers: Containers) -> None:
    for station, warm in (("a", [0.1]), ("b", [1.1, 1.1])):
        assert of_station("warmest", station).success
        assert containers.lake.read("warmest", station).arrow.column("temperature_max_c").to_pylist() == warm


def test_an_asset_without_annotations_gets_a_frame(containers: Containers) -> None:
    assert of_station("unannotated", "b").success
    assert containers.lake.stamp("unannotated", "b").rows == 2


def test_a_station_table_is_read_when_it_is_looked_at(containers: Containers, reads: list[str]) -> None:
    reads.clear()
    assert of_station("lazy", "b").success
    assert reads == ["daily_weather/station=b/data.parquet"]


def test_a_stored_frame_tells_its_rows_address_and_status(containers: Containers) -> None:
    (event,) = of_station("made_of_nothing", "b").get_asset_materialization_events()
    told = event.step_materialization_data.materialization.metadata
    assert (told["dagster/partition_row_count"].value, told["status"].value) == (1, "written")
    assert told["dagster/uri"].value == containers.lake.uri("made_of_nothing", "b")


def test_a_table_that_was_never_made_is_one_sentence(containers: Containers) -> None:
    containers.lake.container.delete(containers.lake.object_name("daily_weather", "b"))
    (error,) = errors(of_station("warmest", "b"))
    assert error.message == "daily_weather of station b has never been made; materialize it first.\n"
    assert (error.stack, error.cause) == ([], None)


def test_several_stations_in_one_run_are_refused_in_one_sentence_that_says_the_way_out(containers: Containers) -> None:
    first, last = STATIONS
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    (error,) = errors(materialize("of_many", tags))
    assert "daily_weather is partitioned by station; say which one with the tag dagster/partition." in error.message


@pytest.mark.parametrize("asset", ["warmest", "made_of_nothing"], ids=["loading", "storing"])
def test_a_storage_that_refuses_is_one_sentence_without_secrets(
    containers: Containers, monkeypatch: pytest.MonkeyPatch, asset: str
) -> None:
    from weather_etl.settings import AZURITE_KEY, Settings

    secret = base64.b64encode(b"a key that does not fit").decode()
    connection = Settings.load().connection_string.replace(AZURITE_KEY, secret)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)
    result = of_station(asset, "a")
    (error,) = errors(result)
    assert (
        "refused the credentials; check key, SAS token, role assignment and the clock of this machine." in error.message
    )
    assert error.message.count("\n") == 1 and (error.stack, error.cause) == ([], None)
    assert not any(secret in str(event) for event in result.all_events)
