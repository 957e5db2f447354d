"""What a station.toml may say, and how it is told when it says something else."""

import re
from dataclasses import fields, replace

import pytest

from weather_etl.errors import UserError
from weather_etl.ingestion import merge
from weather_etl.meteorology.quality import LIMITS
from weather_etl.stations import (
    Dialect,
    StationSettings,
    WindSettings,
    is_station_id,
    packaged_settings,
    parse_settings,
)

WHOLE = """
timezone = "Europe/Budapest"
name = "Szeged"
day_boundary = "utc"
latitude = 46.25
longitude = 20.1
elevation_m = 84
live = true
pressure = "station"
visibility_cap_km = 16.1
encoding = "cp1250"
source_ids = ["12982", "LHUD"]
dialect = { delimiter = ";", decimal = "," }
units = { wind_speed_ms = "kts", temperature_c = "°F", humidity_percent = "%" }
aliases = { "Luft" = "temperature_c" }
limits.temperature_c = { fail = [-40, 50], suspect = [-30, 45], rate = 5 }
wind = { anemometer_height_m = 12.5, turbine = "V112/3075", hub_height_m = 94 }
"""


def settings(text: str) -> StationSettings:
    return parse_settings(text, source="szeged/station.toml", version="toml-0x1")


def test_every_setting_can_be_given():
    found = settings(WHOLE)
    assert found == StationSettings(
        timezone="Europe/Budapest",
        name="Szeged",
        day_boundary="utc",
        latitude=46.25,
        longitude=20.1,
        elevation_m=84,
        live=True,
        pressure="station",
        visibility_cap_km=16.1,
        encoding="cp1250",
        dialect=Dialect(";", ","),
        source_ids=("12982", "LHUD"),
        aliases={"Luft": "temperature_c"},
        units={"wind_speed_ms": "kn", "temperature_c": "degF", "humidity_percent": "%"},
        limits={
            "temperature_c": replace(
                LIMITS["temperature_c"], fail=(-40, 50), suspect=(-30, 45), rate=5.0, source="szeged/station.toml"
            )
        },
        wind=WindSettings(12.5, "V112/3075", 94),
        source="szeged/station.toml",
        version="toml-0x1",
    )


def test_an_empty_file_gives_the_defaults():
    assert settings("") == StationSettings(source="szeged/station.toml", version="toml-0x1")


@pytest.mark.parametrize(("boundary", "zone"), [("utc", "UTC"), ("local", "Europe/Budapest")])
def test_the_day_boundary_chooses_the_zone_of_the_days(boundary, zone):
    assert settings(f'timezone = "Europe/Budapest"\nday_boundary = "{boundary}"').day_zone == zone


WRONG = {
    "timezone =": "not valid TOML",
    "timezone = 1": "timezone is 1, which is of the wrong type",
    'timezone = "Europe/Szeged"': "the time zone 'Europe/Szeged' is unknown",
    'timezone = "CEST"': "the time zone 'CEST' is unknown",
    'timezon = "UTC"': "unknown key 'timezon'",
    'live = "yes"': "live is 'yes'",
    "latitude = 91": "within -90..90",
    "latitude = nan": "within -90..90",
    "latitude = true": "wrong type",
    'longitude = "20,1"': "wrong type",
    "longitude = -180.5": "within -180..180",
    "elevation_m = 12000": "within -500..9000",
    "visibility_cap_km = 0": "within 0.1..200",
    'day_boundary = "midnight"': "one of 'local', 'utc'",
    'pressure = "qnh"': "one of 'msl', 'station'",
    'encoding = "cp9999"': "the encoding 'cp9999' is unknown",
    'encoding = "base64"': "the encoding 'base64' is unknown",
    'encoding = "a\\u0000b"': "is unknown",
    'dialect = ";"': "dialect is ';'",
    'dialect = { delimiter = "/" }': "delimiter is '/'",
    'dialect = { decimal = ";" }': "decimal is ';'",
    'dialect = { quote = "x" }': "[dialect] has the unknown key 'quote'",
    'dialect = { delimiter = ",", decimal = "," }': "cannot be both",
    'source_ids = "12982"': "source_ids is '12982'",
    "source_ids = [12982]": "source_ids must be a list of texts",
    'source_ids = [""]': "source_ids must be a list of texts",
    'aliases = { "Luft" = "temperature" }': "the column 'temperature', which does not exist",
    'aliases = { "Luft" = ["temperature_c"] }': "which does not exist",
    'aliases = ["Luft"]': "aliases is ['Luft']",
    'units = { temperature = "F" }': "units names the column 'temperature'",
    'units = { temperature_c = "R" }': "the unit 'R' of temperature_c is not known; known are K, degC, degF",
    "units = { temperature_c = 1 }": "the unit 1 of temperature_c is not known",
    "limits.temperature = { fail = [0, 1] }": "[limits] names the variable 'temperature'",
    "limits.temperature_c = 5": "limits.temperature_c must be a table",
    "limits.temperature_c = { fail = [1, 0] }": "limits.temperature_c.fail is [1, 0]",
    "limits.temperature_c = { fail = [1] }": "limits.temperature_c.fail is [1]",
    "limits.temperature_c = { rate = 0 }": "limits.temperature_c.rate is 0",
    "limits.temperature_c = { slope = 1 }": "limits.temperature_c.slope is 1",
    "limits.temperature_c = { fail = [-10, 10] }": "the suspect span must lie within the fail span",
    "wind = { turbine = 5 }": "turbine is 5",
    "wind = { hub_height_m = 1000 }": "within 5..300",
    "wind = { height = 10 }": "[wind] has the unknown key 'height'",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_setting_is_told_with_the_file_and_the_key(text):
    with pytest.raises(UserError) as caught:
        settings(text)
    message = str(caught.value)
    assert "szeged/station.toml" in message and WRONG[text] in message
    assert message.endswith(".") and "\n" not in message


@pytest.mark.parametrize("name", ["a", "A-1_b", "0", "x" * 64])
def test_a_plain_name_is_a_station_id(name):
    assert is_station_id(name)


@pytest.mark.parametrize("name", ["", "-a", "_shared", "a/b", "a b", "é", "x" * 65, "a\n", ".."])
def test_another_name_is_none(name):
    assert not is_station_id(name)


def test_a_station_of_the_registry_has_its_zone():
    assert packaged_settings("szeged").timezone == "Europe/Budapest"


def test_a_station_that_nobody_knows_has_the_defaults():
    assert packaged_settings("nowhere") == StationSettings() and packaged_settings("nowhere").is_default


READER = {"aliases", "encoding", "dialect", "source_ids"}
OTHER_VALUES = {
    "aliases": {"Luft": "temperature_c"},
    "encoding": "cp1250",
    "dialect": Dialect(delimiter=";"),
    "source_ids": ("12982",),
    "units": {"temperature_c": "degF"},
    "limits": LIMITS,
    "wind": WindSettings(5.0),
    "live": True,
}


@pytest.mark.parametrize("name", [f.name for f in fields(StationSettings)])
def test_only_what_decides_how_a_file_is_cut_makes_it_be_read_again(name):
    changed = replace(StationSettings(), **{name: OTHER_VALUES.get(name, "something else")})
    same = merge.reader_key(changed) == merge.reader_key(StationSettings())
    assert same == (name not in READER)


def test_a_file_that_is_no_toml_is_told_with_its_line():
    with pytest.raises(UserError) as caught:
        settings('timezone = "\n')
    assert re.search(r"line \d+", str(caught.value))
