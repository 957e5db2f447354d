"""The aggregated tables as a run publishes them, on a real Azurite: which days, whose turbine, what a file says of itself."""

import io

import pandas as pd
import pyarrow.parquet as pq
import pytest

from weather_etl.errors import UserError
from weather_etl.lake.connection import Containers
from weather_etl.meteorology import schemas
from weather_etl.orchestration.assets.specs import AGGREGATED
from weather_etl_tests.files import HEADER, row
from weather_etl_tests.support.runs import process

KOLKATA = 'timezone = "Asia/Kolkata"\n'


def daily(containers: Containers, station_toml: str) -> pd.DataFrame:
    """`daily_weather` of four days of hours in UTC."""
    containers.landing.upload("a/station.toml", station_toml.encode())
    lines = [HEADER, *(row(hour, temperature=5.0 + hour % 5) for hour in range(96))]
    containers.landing.upload("a/x.csv", "\r\n".join(lines).encode())
    process(containers)
    return containers.lake.read("daily_weather", "a").arrow.to_pandas()


def test_days_are_those_of_the_station_s_zone(containers: Containers) -> None:
    days = daily(containers, KOLKATA)
    assert set(days["timezone"]) == {"Asia/Kolkata"} and days["temperature_n"].tolist() == [19, 24, 24, 24, 5]


def test_days_are_those_of_utc_if_the_settings_say_so(containers: Containers) -> None:
    days = daily(containers, KOLKATA + 'day_boundary = "utc"\n')
    assert set(days["timezone"]) == {"UTC"} and days["temperature_n"].tolist() == [24] * 4


def test_the_capacity_factor_is_that_of_the_station_s_turbine(containers: Containers) -> None:
    days = daily(containers, "elevation_m = 84\n")
    assert (days["energy_kwh"] > 0).all()
    assert days["capacity_factor"].tolist() == pytest.approx((days["energy_kwh"] / (24 * 2000)).tolist())


def test_a_reader_of_the_object_finds_unit_and_meaning_of_every_column(containers: Containers) -> None:
    daily(containers, KOLKATA)
    for table in AGGREGATED:
        data, _ = containers.lake.container.read(containers.lake.object_name(table, "a"))
        assert pq.read_schema(io.BytesIO(data)).equals(schemas.arrow_schema(table), check_metadata=True), table


def test_a_table_made_by_an_older_version_is_named_when_it_lacks_columns(containers: Containers) -> None:
    daily(containers, KOLKATA)
    lake = containers.lake
    old = lake.read("daily_weather", "a")
    lake.write(
        "daily_weather", "a", old.arrow.drop_columns(["dew_point_n"]), fingerprint="old", if_match=old.stamp.etag
    )
    with pytest.raises(UserError, match="daily_weather of station a was made by an older version"):
        process(containers, tables=["monthly_weather"], full=True)
