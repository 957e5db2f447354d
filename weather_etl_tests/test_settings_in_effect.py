"""A changed station.toml takes effect at the next run, and reads again only the files it concerns; on a real Azurite."""

import pytest

from weather_etl.lake.connection import Containers
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.runs import process_hours

FILE, TOML = "a/x.csv", "a/station.toml"


def first_hour(containers: Containers, toml: str) -> dict[str, object]:
    """The first row of the validated table after a run with these settings."""
    containers.landing.upload(TOML, toml.encode())
    process_hours(containers)
    return containers.lake.read("validated_observations", "a").arrow.slice(0, 1).to_pylist()[0]


def test_units_and_the_kind_of_pressure_take_effect(containers: Containers) -> None:
    data = weather_csv(6).replace(b"Wind Speed (km/h)", b"Wind Speed").replace(b"(millibars)", b"")
    containers.landing.upload(FILE, data)
    before = first_hour(containers, "")
    after = first_hour(containers, 'pressure = "station"\nunits = { wind_speed_ms = "m/s" }')
    assert after["wind_speed_ms"] == pytest.approx(3.6 * before["wind_speed_ms"])
    assert (after["pressure_station_hpa"], before["pressure_msl_hpa"]) == (1012, 1012)
    assert before["pressure_station_hpa"] is None


def test_an_alias_reads_a_file_again(containers: Containers, reads: list[str]) -> None:
    containers.landing.upload(FILE, b"Formatted Date,Messwert A\n2020-01-01 00:00:00.000 +0000,5\n")
    containers.landing.upload(TOML, b"")
    process_hours(containers)
    assert containers.lake.read("validated_observations", "a").arrow.num_rows == 0
    reads.clear()
    assert first_hour(containers, 'aliases = { "Messwert A" = "temperature_c" }')["temperature_c"] == 5
    assert FILE in reads


def test_an_encoding_reads_a_file_again(containers: Containers) -> None:
    containers.landing.upload(FILE, weather_csv(6).replace(b",Clear,", ",Derült,".encode("cp1250")))
    containers.landing.upload(TOML, b"")
    process_hours(containers)
    assert first_hour(containers, 'encoding = "cp1250"')["summary"] == "Derült"
