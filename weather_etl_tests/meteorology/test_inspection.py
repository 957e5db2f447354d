"""Inspect a file, paste what it says, read it: warnings end, drafts become profiles, and no value changes."""

import json

import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.formats.inspection import HIGH, LOW, MEDIUM, REJECTED, inspect
from weather_etl.meteorology.formats.registry import compile_profile
from weather_etl_tests.meteorology.generic_files import (
    HOURS,
    LOGGER,
    UTC_TIME,
    day,
    options_of,
    read,
    values,
)
from weather_etl_tests.meteorology.making import csv

ODD = {
    "wind without a unit": (day(f"{UTC_TIME},Temperature (C),Wind Speed", lambda _: "5,4"), "wind_speed_ms", 4),
    "temperature without a unit": (day(f"{UTC_TIME},Temperature", lambda h: f"{h}"), "temperature_c", 0),
    "no zone": (day("Time,Temperature (C)", lambda _: "5"), "temperature_c", 5),
    "rain without a unit": (day(f"{UTC_TIME},Temperature (C),Rain", lambda h: f"5,{h % 2 / 2}"), "precipitation_mm", 0),
    "snow": (day(f"{UTC_TIME},Temperature (C),Snow Depth", lambda _: "5,12"), "snow_depth_cm", 12),
    "radiation": (day(f"{UTC_TIME},Temperature (C),Solar Radiation", lambda _: "5,300"), "solar_radiation_wm2", 300),
    "sunshine": (day(f"{UTC_TIME},Temperature (C),Sunshine", lambda _: "5,30"), "sunshine_min", 30),
    "sight": (day(f"{UTC_TIME},Temperature (C),Visibility", lambda _: "5,20"), "visibility_km", 20),
    "gust": (day(f"{UTC_TIME},Temperature (C),Gust", lambda _: "5,20"), "wind_gust_ms", 20),
    "few fractions": (day(f"{UTC_TIME},Temperature (C),Humidity", lambda _: "5,0.5", n=5), "humidity_percent", 50),
    "dew point beside": (day(f"{UTC_TIME},Temperature (C),Dew Point", lambda _: "5,2"), "dew_point_c", 2),
    "Swedish": (day("Tidpunkt,Lufttemperatur,Vindhastighet", lambda _: "5,3"), "wind_speed_ms", 3),
    "all of it": (day("Time,Temp,Wind,Rain", lambda h: f"{h},4,{h % 2 / 2}"), "temperature_c", 0),
    "a place": (b"Latitude: 47.5\nLongitude: 19\n" + day("Time,Temperature (C)", lambda _: "5"), "temperature_c", 5),
}


@pytest.mark.parametrize("name", ODD)
def test_the_lines_that_inspect_prints_end_what_was_assumed_and_change_no_value(name):
    data, variable, expected = ODD[name]
    source = formats.Source("a.csv", [formats.Member("a.csv", data)])
    inspection = inspect(source, formats.Options())
    assert inspection.confidence == "low"
    pasted = options_of("\n".join(inspection.settings))
    again = inspect(formats.Source("a.csv", [formats.Member("a.csv", data)]), formats.Options(**pasted))
    assert again.confidence == "medium" and again.rows_shown == inspection.rows_shown
    assert values(data, variable, **pasted)[0] == expected


DRAFTS = {
    "tabs": ("2023-01-31 00:00\t5.5\t80\n2023-01-31 01:00\t5.6\t81\n", {"column2": "temperature_c"}),
    "two columns of the time, decimal comma": ("31.01.2023;00:00;5,5;80\n31.01.2023;01:00;5,6;81\n", {"column3": "temperature_c"}),
    "blanks": ("20230131 0000 5.5 80\n20230131 0100 5.6 81\n", {"column3": "temperature_c"}),
    "seconds since 1970": ("1675123200,5.5,80\n1675126800,5.6,81\n", {"column2": "temperature_c"}),
    "names of no language": ("Wenn;Wieviel;Nass\n31.01.2023 00:00;5,5;80\n31.01.2023 01:00;5,6;81\n", {"Wieviel": "temperature_c"}),
    "year, month, day, hour": ("2023,1,31,0,5.5,80\n2023,1,31,1,5.6,81\n", {"column5": "temperature_c"}),
    "lines above": ("made by a logger\n\n2023-01-31 00:00;5.5;80\n2023-01-31 01:00;5.6;81\n", {"column2": "temperature_c"}),
}  # fmt: skip


def filled_in(draft: str, wanted: dict[str, str]) -> str:
    """A draft, with the question marks replaced as its reader would."""
    head, *columns = draft.split("[[column]]\n")
    out = head.replace('title = "?"', 'title = "Mine"').replace('zone = "?"', 'zone = "UTC"')
    for column in columns:
        name = column.split('name = ["', 1)[1].split('"]', 1)[0]
        if name in wanted:
            out += "[[column]]\n" + column.replace('to = "?"', f'to = "{wanted[name]}"').replace(
                'unit = "?"', 'unit = "degC"'
            )
    return out


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_that_is_filled_in_reads_the_file(name):
    text, wanted = DRAFTS[name]
    source = formats.Source("my log.csv", [formats.Member("my log.csv", text.encode())])
    draft = inspect(source, formats.Options()).draft
    profile = compile_profile(filled_in(draft, wanted), name="mine", origin="_formats/mine.toml")
    parsed, cells = read(text.encode(), profiles=(profile,))
    assert parsed.profile == "mine" and cells.values["temperature_c"].tolist() == [5.5, 5.6]
    assert [str(t)[:16] for t in cells.timestamp] == HOURS[:2]


def test_a_draft_says_which_order_of_day_and_month_it_could_not_tell():
    source = formats.Source("a.csv", [formats.Member("a.csv", b"01/02/2023 00:10,5.5\n01/02/2023 00:20,5.6\n")])
    assert "or mdy?" in inspect(source, formats.Options()).draft


@pytest.mark.parametrize(
    ("header", "confidence"),
    [
        ("Formatted Date,Temperature (C)", HIGH),
        ("Time,Temperature (C)", MEDIUM),
        ("Time,Temperature", LOW),
        ("a,b", REJECTED),
    ],
)
def test_inspect_says_how_much_is_certain(header, confidence):
    inspection = inspect(
        formats.Source("a.csv", [formats.Member("a.csv", csv("2023-01-01 00:00Z,5", header=header))]), formats.Options()
    )
    assert inspection.confidence == confidence and json.dumps(inspection.as_dict(), default=str)


def test_a_draft_passes_comments_over_and_takes_the_times_that_differ():
    rows = [f",0,2024-05-01T00:00:00Z,2024-05-01T0{h}:00:00Z,{h}.5,fld" for h in range(9)]
    head = ["#datatype,long,dateTime:RFC3339,dateTime:RFC3339,double,string", ",table,_start,_time,_value,_field"]
    text = "\n".join([*head, *rows, ""]).encode()
    inspection = inspect(formats.Source("influx.csv", [formats.Member("influx.csv", text)]), formats.Options())
    assert inspection.reason == "COLUMN_MISSING"
    assert 'columns = ["table", "_start", "_time", "_value", "_field"]' in inspection.draft
    assert '[time]\ncolumns = ["_time"]\nformats = ["iso"]' in inspection.draft


def test_inspect_of_a_rejected_file_drafts_a_profile():
    inspection = inspect(formats.Source("my log.txt", [formats.Member("a", LOGGER)]), formats.Options())
    assert inspection.reason == "COLUMN_MISSING" and "landing/_formats/my_log.toml" in inspection.draft
    assert (
        'delimiter = ";"' in inspection.draft and '"ymd"' in inspection.draft and "# 48 .. 48" not in inspection.draft
    )
