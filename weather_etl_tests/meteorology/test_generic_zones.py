"""Files of no particular format, the zones of their times: in cells, in names, above the header, or of the station."""

import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.formats.inspection import inspect
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests.meteorology.generic_files import HOURS, column_of, day, read, table, values, warnings_of
from weather_etl_tests.meteorology.making import csv


def test_an_index_with_an_offset_is_a_better_time_than_columns_without():
    data = csv("2023-01-31 00:00:00-07:00,2023,1,31,0,5", header=",Year,Month,Day,Hour,Temperature (C)")
    assert str(read(data)[1].timestamp[0])[:16] == "2023-01-31T07:00"


def test_of_two_clocks_of_one_name_that_of_utc_is_read():
    data = csv("01/31/2023 00:00,5,01/31/2023 05:00", header="ObservationTime(LST),Temp (C),ObservationTime(GMT)")
    parsed, cells = read(data)
    assert str(cells.timestamp[0])[:16] == "2023-01-31T05:00" and not parsed.zone_is_assumed


@pytest.mark.parametrize(
    ("letters", "timezone", "utc"),
    [("CEST", None, "00:00"), ("(CET)", None, "01:00"), ("JST", "UTC", "17:00"), ("CDT", "America/Chicago", "07:00"), ("CST", "Asia/Shanghai", "18:00"), ("MDT", "America/Chicago", "08:00")],
)  # fmt: skip
def test_letters_of_a_zone_count_where_they_are_one_zone_or_the_stations(letters, timezone, utc):
    data = csv(f"2023-07-02 02:00 {letters},5", f"2023-07-02 02:10 {letters},6", header="Time,Temperature (C)")
    assert str(read(data, timezone=timezone)[1].timestamp[0])[11:16] == utc


@pytest.mark.parametrize(
    ("name", "utc"), [("Tiempo UTC-4", "06:00"), ("dateUTC", "02:00"), ("UTC time", "02:00"), ("Fecha UTC", "02:00"), ("datetime_utc", "02:00"), ("Fecha", "08:00")]
)  # fmt: skip
def test_a_zone_in_the_name_of_the_time_wins_over_that_of_the_station(name, utc):
    data = csv("2023-02-01 02:00,5", "2023-02-01 03:00,6", header=f"{name},Temperature (C)")
    assert str(read(data, timezone="America/Mexico_City")[1].timestamp[0])[11:16] == utc


def test_letters_of_several_zones_are_refused_with_the_way_out():
    data = csv("2023-07-02 02:00 EST,5", "2023-07-02 02:10 EST,6", header="Time,Temperature (C)")
    found = inspect(formats.Source("a.csv", [formats.Member("a.csv", data)]), formats.Options())
    assert (
        "EST stands for zones of several countries" in found.detail and 'timezone = "America/New_York"' in found.detail
    )


@pytest.mark.parametrize("text", ["20240131T0700Z", "20240131T070000Z", "Wed Jan 31 07:00:00 UTC 2024"])
def test_a_zone_within_a_rare_form_wins_over_that_of_the_station(text):
    data = csv(*[f"{text},5"] * 9, header="Time,Temp (C)")
    assert str(read(data, timezone="Asia/Tokyo")[1].timestamp[0])[:16] == "2024-01-31T07:00"


def test_an_offset_with_the_name_of_its_zone_is_obeyed():
    assert column_of([f"2023-01-31T{h:02}:00:00+01:00[Europe/Berlin]" for h in range(1, 24)]) == HOURS[:23]


def test_place_and_zone_above_the_header_count_where_the_station_is_silent():
    above = "Station: Roof\nLatitude: 47.5\nLongitude: 19.05\nElevation: 120 m\nTime zone: UTC+1\n\n"
    data = above.encode() + day("Time,Temperature (C)", lambda _: "5")
    parsed, cells = read(data)
    assert parsed.place == {"latitude": 47.5, "longitude": 19.05, "elevation_m": 120} and not parsed.zone_is_assumed
    assert str(cells.timestamp[0])[:16] == "2023-01-30T23:00"
    assert str(read(data, timezone="America/New_York")[1].timestamp[0])[:16] == "2023-01-31T05:00"


@pytest.mark.parametrize(
    "zone", ["MST", "HST", "MDT", "EST", "МСК", "Eastern Standard Time", "Pacific Daylight Time", "US Central"]
)
def test_a_zone_that_nobody_knows_is_not_passed_over(zone):
    with pytest.raises(Rejected, match="is not known; write UTC") as caught:
        read(day(f"Time ({zone}),Temperature (C)", lambda h: h), timezone="Europe/Berlin")
    assert caught.value.reason is Reason.UNIT_UNKNOWN
    alias = {f"Time ({zone})": "timestamp"}
    assert len(values(day(f"Time ({zone}),Temperature (C)", lambda h: h), "temperature_c", aliases=alias)) == 24


@pytest.mark.parametrize("form", ["yyyy-mm-dd hh:mm", "hh:mm", "Local Time", "24h"])
def test_what_says_how_a_time_is_written_is_no_zone(form):
    assert len(values(day(f"Time ({form}),Temperature (C)", lambda h: h), "temperature_c")) == 24


def test_an_assumed_zone_is_a_warning_and_one_of_the_station_ends_it():
    data = csv("2023-01-01 00:00,5", header="Time,Temperature (C)")
    assert "UTC is ASSUMED" in warnings_of(data)
    assert "ASSUMED" not in warnings_of(data, timezone="Europe/Budapest")
    assert "ASSUMED" not in warnings_of(data, timezone="UTC", has_timezone=True)


def test_times_with_an_offset_need_no_zone():
    assert "ASSUMED" not in warnings_of(csv("2023-01-01 00:00+01:00,5", header="Time,Temperature (C)"))


def test_a_column_in_utc_is_read_rather_than_a_local_one():
    data = csv("2023-01-01 02:00,2023-01-01 01:00,5", header="Date/Time (Local),Date/Time (UTC),Temperature (C)")
    assert str(read(data, timezone="Europe/Helsinki")[1].timestamp[0])[:16] == "2023-01-01T01:00"


def test_local_standard_time_in_the_header_is_that_of_the_station():
    data = csv("2023-07-01 00:00,5", header="Date/Time (LST),Temp (°C)")
    assert str(read(data, timezone="America/Winnipeg")[1].timestamp[0])[:16] == "2023-07-01T06:00"


def test_a_clock_on_standard_time_is_noticed_and_a_setting_ends_it():
    texts = [f"2023-03-26 {h:02}:00" for h in range(6)] + [f"2023-07-01 {h:02}:00" for h in range(6)]
    data = table(("Time", texts), ("Temperature (C)", ["5"] * 12))
    assert "standard_time = true" in warnings_of(data, timezone="Europe/Berlin")
    assert "standard_time" not in warnings_of(data, timezone="Europe/Berlin", standard_time=True)
    _, cells = read(data, timezone="Europe/Berlin", standard_time=True)
    assert [str(t)[11:16] for t in cells.timestamp[[0, 6]]] == ["23:00", "23:00"]
