"""Files of no particular format that hold several places: which column tells them apart."""

import pytest

from weather_etl.meteorology import formats
from weather_etl_tests.meteorology.generic_files import UTC_TIME, hours, read, table
from weather_etl_tests.meteorology.making import csv


@pytest.mark.parametrize("name", ["location_name", "Ort", "which"])
def test_places_that_share_their_times_are_stations(name):
    rows = [f"2023-01-31 {h:02}:00,{place},{5 + k}" for h in range(24) for k, place in enumerate(("Kabul", "Tirana"))]
    parsed = formats.read_text(csv(*rows, header=f"{UTC_TIME},{name},Temp (C)"))
    assert parsed.stations == ["Kabul", "Tirana"]
    assert any("taken for the station" in w for w in parsed.warnings) is (name == "which")


def test_a_file_of_several_cities_is_one_of_several_stations_even_if_no_two_share_a_time():
    rows = [f"2023-01-31 {h:02}:{k}7,{place},{5 + k}" for h in range(24) for k, place in enumerate(("Kabul", "Tirana"))]
    assert formats.read_text(csv(*rows, header=f"{UTC_TIME},city,Temp (C)")).stations == ["Kabul", "Tirana"]


def test_one_row_of_each_station_of_one_hour_is_no_hour_of_one_station():
    rows = (f"2023-01-31 00:00,{name},{i}" for i, name in enumerate(("Aa", "Bo", "Cu")))
    parsed = formats.read_text(csv(*rows, header=f"{UTC_TIME},Station Name,Temperature (C)"))
    assert parsed.stations == ["Aa", "Bo", "Cu"]


def test_numbers_that_tell_places_apart_are_stations_if_their_name_says_that_they_number_something():
    rows = [f"2023-01-31 {h:02}:00,{place},{5 + k}" for h in range(24) for k, place in enumerate((4462, 4746))]
    assert formats.read_text(csv(*rows, header=f"{UTC_TIME},property_id,Temp (C)")).stations == ["4462", "4746"]
    assert formats.read_text(csv(*rows, header=f"{UTC_TIME},ozone,Temp (C)")).stations == []


def test_an_hour_in_a_column_of_its_own_is_no_station():
    rows = [f"2023/01/31,{h:02}00 UTC,5" for h in range(24)]
    parsed, cells = read(csv(*rows, header="Data,Hora UTC,Temp (C)"))
    assert parsed.stations == [] and str(cells.timestamp[5])[:16] == "2023-01-31T05:00"


def test_a_column_that_tells_apart_rows_of_one_time_names_their_stations():
    data = table(
        ("Time (UTC)", [t for t in hours(4) for _ in "ab"]), ("City", ["a", "b"] * 4), ("Temperature (C)", ["8"] * 8)
    )
    assert formats.read_text(data).stations == ["a", "b"]
    assert (
        formats.read_text(table(("Time (UTC)", hours(4)), ("City", ["a"] * 4), ("Temperature (C)", ["8"] * 4))).stations
        == []
    )
