"""Files of Open-Meteo: the block above the header, its offset and units, daily sections, several places in one file."""

import pytest

from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests.meteorology.making import File, raw_of
from weather_etl_tests.meteorology.provider_files import (
    DAILY,
    LANDED,
    OPEN_METEO,
    TWO_PLACES,
    parsed,
    read,
    times,
    values,
)


def test_open_meteo_is_in_the_offset_of_its_block_summer_and_winter():
    assert times(OPEN_METEO.encode(), timezone="America/New_York") == [
        "2024-06-30T22:00", "2024-06-30T23:00", "2024-10-27T00:00", "2024-10-27T01:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", [20.5, None, 8.5, 8]),
        ("humidity_percent", [55, None, 90, 91]),
        ("wind_speed_ms", [2.5, None, 1.5, 1.5]),
        ("pressure_station_hpa", [1003.1, None, 1001, 1001]),
    ],
)
def test_open_meteo_is_read_in_the_units_of_its_header(variable, expected):
    assert values(OPEN_METEO.encode(), variable) == expected


def test_open_meteo_in_fahrenheit_and_miles_is_converted():
    data = OPEN_METEO.replace("(°C)", "(°F)").replace("(m/s)", "(mp/h)").replace("20.5,", "68,").encode()
    assert values(data, "temperature_c")[0] == 20 and values(data, "wind_speed_ms")[0] == 1.1176


def test_open_meteo_knows_the_line_of_every_row():
    assert parsed(OPEN_METEO.encode()).rows.column("line").to_pylist() == [5, 6, 7, 8]


def test_a_comment_above_the_block_of_open_meteo_is_skipped():
    assert parsed(b"# made by hand\n" + OPEN_METEO.encode()).rows.column("line").to_pylist() == [6, 7, 8, 9]


def test_the_daily_section_of_open_meteo_is_quarantined_as_a_summary():
    rows = parsed((OPEN_METEO + DAILY).encode()).rows
    assert rows.column("refused").to_pylist() == [None] * 4 + [str(Reason.SUMMARY_ROW)] * 2
    assert rows.column("line").to_pylist() == [5, 6, 7, 8, 11, 12]


def test_the_daily_section_of_open_meteo_costs_no_error_budget():
    raw = raw_of(File((OPEN_METEO + DAILY * 3).encode(), landed_at=LANDED))
    assert not raw.rejected


def test_open_meteo_with_daily_values_alone_is_rejected():
    with pytest.raises(Rejected) as caught:
        parsed((OPEN_METEO[: OPEN_METEO.index("\ntime")] + DAILY).encode())
    assert caught.value.reason is Reason.COLUMN_MISSING


def test_open_meteo_of_several_places_numbers_them_and_each_has_its_offset():
    parsed_file, _ = read(TWO_PLACES.encode())
    assert parsed_file.stations == ["0", "1"] and times(TWO_PLACES.encode()) == ["2024-06-30T22:00", "2024-07-01T04:00"]


def test_open_meteo_files_behind_each_other_are_told_apart_by_their_coordinates():
    other = OPEN_METEO.replace("46.25,20.14", "52.5,13.4").replace(",7200,", ",0,")
    parsed_file, cells = read((OPEN_METEO + "\n" + other).encode())
    assert parsed_file.stations == ["46.25,20.14", "52.5,13.4"]
    assert str(cells.timestamp[4])[:16] == "2024-07-01T00:00"


@pytest.mark.parametrize("offset", ["", "two", "999999", "-86400"])
def test_a_block_without_a_possible_offset_is_rejected(offset):
    with pytest.raises(Rejected) as caught:
        parsed(OPEN_METEO.replace(",7200,", f",{offset},").encode())
    assert caught.value.reason is Reason.NOT_CSV


def test_open_meteo_saved_in_cp1252_is_read():
    assert values(OPEN_METEO.encode("cp1252"), "temperature_c")[0] == 20.5


def test_a_file_with_the_names_of_open_meteo_but_no_block_is_in_the_zone_of_the_station():
    data = OPEN_METEO[OPEN_METEO.index("time,temperature") :].encode()
    assert times(data, timezone="UTC")[0] == "2024-07-01T00:00" and parsed(data).profile == "open_meteo_frame"
