"""The Parquet IO manager as assets of a user meet it: tables loaded and stored by Dagster."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pytest
from weather_etl.assets.specs import station_partitions
from weather_etl.assets.station_tables import station_tables
from weather_etl.pipeline import process_station
from weather_etl.resources import ParquetIOManager

from weather_etl.lake.storage import Containers, connect
from weather_etl.operations.planning import run_tags
from weather_etl.settings import Settings
from weather_etl_tests.files import weather_csv


@pytest.fixture
def containers(environment: Settings) -> Iterator[Containers]:
    with connect(environment) as opened:
        for i, station in enumerate("abc"):
            opened.landing.upload(f"{station}/x.csv", weather_csv(24 * (i + 1), temperature=float(i)))
            list(process_station(opened, station))
        yield opened


@dg.asset(partitions_def=station_partitions, io_manager_key="lake", backfill_policy=dg.BackfillPolicy.single_run())
def warmest(daily_weather) -> dg.Output:
    """A table of a user's own, made lazily from one station or many."""
    if isinstance(daily_weather, pd.DataFrame):
        return dg.Output(daily_weather[["station_id", "temperature_max_c"]])
    return dg.Output((s, frame[["station_id", "temperature_max_c"]]) for s, frame in daily_weather)


def materialize(stations: str) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("station", list("abc"))
        return dg.Definitions(
            [station_tables, warmest],
            jobs=[dg.define_asset_job("user_job", selection=["warmest"])],
            resources={"lake": ParquetIOManager()},
            executor=dg.in_process_executor,
        ).resolve_job_def("user_job").execute_in_process(
            instance=instance, tags=run_tags(list(stations)), raise_on_error=False
        )  # fmt: skip


def stored(containers: Containers, station: str) -> list[float]:
    return containers.lake.read("warmest", station).arrow.column("temperature_max_c").to_pylist()


def test_one_station_is_loaded_and_stored_as_a_frame(containers: Containers) -> None:
    assert materialize("b").success
    assert stored(containers, "b") == [1.1, 1.1]


def test_a_range_is_loaded_and_stored_station_by_station(containers: Containers) -> None:
    assert materialize("abc").success
    assert [stored(containers, s) for s in "abc"] == [[0.1], [1.1] * 2, [2.1] * 3]


def test_a_table_that_was_never_made_is_one_sentence(containers: Containers) -> None:
    containers.lake.container.delete(containers.lake.object_name("daily_weather", "b"))
    result = materialize("b")
    errors = [e.step_failure_data.error.message for e in result.all_events if e.is_step_failure]
    assert errors == ["daily_weather of station b has never been made; materialize it first.\n"]


def test_a_loaded_table_knows_its_units(containers: Containers) -> None:
    from weather_etl.meteorology import schemas

    frame = schemas.to_frame("daily_weather", containers.lake.read("daily_weather", "a").arrow)
    assert frame.attrs["units"]["temperature_mean_c"] == "degC"
