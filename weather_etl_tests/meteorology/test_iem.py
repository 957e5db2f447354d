"""Files of IEM (ASOS): Fahrenheit, knots and miles, traces of rain, and several stations in one file."""

import pytest

from weather_etl.meteorology.reasons import Reason
from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology.making import File, csv, observed, raw_of
from weather_etl_tests.meteorology.provider_files import IEM, parsed, read, rescued, times, values


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", [10, None, 15]),
        ("dew_point_c", [5, None, None]),
        ("humidity_percent", [71.83, None, None]),
        ("wind_direction_deg", [240, None, 0]),
        ("wind_speed_ms", [5.14444, None, 0]),
        ("wind_gust_ms", [10.28888, None, None]),
        ("visibility_km", [9.994026, None, None]),
        ("pressure_msl_hpa", [1013.2, None, None]),
        ("apparent_temperature_c", [10, None, None]),
    ],
)
def test_iem_is_read_in_fahrenheit_knots_and_miles(variable, expected):
    assert values(IEM, variable) == expected


def test_the_altimeter_setting_of_iem_is_no_pressure_but_kept():
    assert values(IEM, "pressure_station_hpa") == [None] * 3 and rescued(IEM)[0]["alti"] == "30.09"


def test_a_trace_of_precipitation_in_iem_is_zero_and_marked():
    found = read(IEM)[1]
    assert found.values["precipitation_mm"][:2].tolist() == [0, 0] and found.trace.tolist() == [False, True, False]


def test_iem_names_the_station_of_every_row():
    assert parsed(IEM).stations == ["EHAM", "EHRD"]


def test_iem_is_in_utc():
    assert times(IEM)[0] == "2020-05-23T00:25"


def test_iem_in_another_zone_says_so_in_a_comment():
    comment = b"#DEBUG: Format Typ    -> comma\n#DEBUG: Time Zone     -> America/Chicago\n"
    assert times(comment + IEM)[0] == "2020-05-23T05:25"


@pytest.mark.parametrize(("name", "time"), [("valid(UTC)", "00:25"), ("valid (Europe/Amsterdam)", "22:25")])
def test_iem_may_name_the_zone_in_the_header(name, time):
    assert times(IEM.replace(b"valid", name.encode(), 1))[0].endswith(time)


def test_iem_in_celsius_is_told_by_the_name():
    assert values(IEM.replace(b"tmpf", b"tmpc", 1), "temperature_c") == [50, None, 59]


def test_iem_separated_by_tabs_is_read():
    assert values(IEM.replace(b",", b"\t"), "temperature_c") == [10, None, 15]


def test_iem_with_both_temperatures_keeps_the_other_one():
    data = csv("EHAM,2020-05-23 00:25,10,50", header="station,valid,tmpc,tmpf")
    assert values(data, "temperature_c") == [10] and rescued(data) == [{"tmpc": "10"}]


def test_a_file_of_one_foreign_station_is_taken_as_the_station_s_with_a_warning():
    raw = raw_of(File(IEM[: IEM.index(b"EHRD,")]))
    assert not raw.rejected and "the file calls the station 'EHAM'" in "".join(raw.entries[0]["warnings"])


def test_a_file_of_several_stations_in_one_folder_is_pointed_to_the_shared_one():
    [rejection] = raw_of(File(IEM)).rejected
    assert rejection["reason"] == Reason.ALL_ROWS_BAD and "landing/_shared/" in rejection["detail"]


def test_of_a_file_of_several_stations_the_row_of_another_one_is_quarantined():
    rows = IEM.splitlines()
    many = b"\n".join([rows[0], *(rows[1].replace(b"00:25", b"%02d:25" % h) for h in range(9)), rows[3]]) + b"\n"
    observations = observed(File(many), settings=StationSettings(source_ids=("EHAM",)))
    assert observations.quarantined["reason"].tolist() == ["WRONG_STATION"] and observations.balance.kept == 9
