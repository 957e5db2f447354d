"""What a station.toml may say, and how it is told when it says something else."""

import re
import shutil
import zoneinfo
from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib import resources

import pytest

from weather_etl.errors import UserError
from weather_etl.ingestion import manifest
from weather_etl.meteorology.formats.registry import packaged
from weather_etl.meteorology.quality import LIMITS
from weather_etl.meteorology.site import DegreeDayBases
from weather_etl.meteorology.units import iana_zones, known_zone
from weather_etl.station_file import StationFile, packaged_settings, parse_settings
from weather_etl.stations import Dialect, StationSettings, WindSettings, is_station_id
from weather_etl_tests.conftest import CHECKOUT

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
format = "ndbc"
timestamp_format = "%d.%m.%Y %H:%M"
date_order = "dmy"
standard_time = true
missing = ["-99"]
bulletin_date = "2024-05"
fresh_hours = 3
degree_days = { heating_base_c = 18, heating_limit_c = 15, growing_base_c = 5 }
"""


NOON = datetime(2024, 7, 1, 12)


def settings(text: str) -> StationSettings:
    return parse_settings(text, source="szeged/station.toml", version="toml-0x1")


def test_every_setting_can_be_given():
    read_settings = settings(WHOLE)
    assert read_settings == StationSettings(
        timezone="Europe/Budapest",
        has_timezone=True,
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
        format="ndbc",
        timestamp_format="%d.%m.%Y %H:%M",
        date_order="dmy",
        standard_time=True,
        missing=("-99",),
        bulletin_date="2024-05",
        fresh_hours=3,
        degree_days=DegreeDayBases(18, 15, growing_base_c=5),
        source="szeged/station.toml",
        version="toml-0x1",
    )


def test_an_empty_file_gives_the_defaults():
    assert settings("") == StationSettings(source="szeged/station.toml", version="toml-0x1")


def test_a_zone_that_this_machine_alone_has_is_none(tmp_path):
    """Else the same files gave other tables elsewhere (DESIGN, decision 7)."""
    budapest = zoneinfo.ZoneInfo("Europe/Budapest")
    (tmp_path / "Company").mkdir()
    shutil.copy(resources.files("tzdata").joinpath("zoneinfo/Europe/Budapest"), tmp_path / "Company" / "Office")
    zoneinfo.reset_tzpath([tmp_path, *(before := zoneinfo.TZPATH)])
    try:
        assert zoneinfo.ZoneInfo("Company/Office").utcoffset(NOON) == budapest.utcoffset(NOON)
        with pytest.raises(UserError, match="this time zone is unknown"):
            settings('timezone = "Company/Office"')
        assert known_zone("Company/Office") is None and known_zone("Europe/Budapest")
        assert not {"localtime", "Factory", "Company/Office"} & iana_zones()
    finally:
        zoneinfo.reset_tzpath(before)


@pytest.mark.parametrize(("boundary", "zone"), [("utc", "UTC"), ("local", "Europe/Budapest")])
def test_the_day_boundary_chooses_the_zone_of_the_days(boundary, zone):
    assert settings(f'timezone = "Europe/Budapest"\nday_boundary = "{boundary}"').day_zone == zone


def test_bounds_belong_to_what_may_be():
    for key, low, high in (("latitude", -90, 90), ("fresh_hours", 1, 8784), ("elevation_m", -500, 9000)):
        for value in (low, high):
            assert getattr(settings(f"{key} = {value}"), key) == value
    bounds = settings("limits.temperature_c = { fail = [-100, 70], suspect = [-100, 70] }").limits["temperature_c"]
    assert bounds.fail == bounds.suspect == (-100, 70)


@pytest.mark.parametrize(
    ("written", "utc"),
    [("06:00:00", 6), ("06:00:00Z", 6), ("06:00:00+02:00", 4), ("06:00:00-05:00", 11)],
)
def test_what_is_withdrawn_begins_and_ends_in_utc(written, utc):
    """One hour is withdrawn where both times are the same."""
    zone, table = 'timezone = "Europe/Budapest"', '[[withdrawn]]\nvariable = "temperature_c"\nreason = "x"'
    [withdrawn] = settings(f"{zone}\n{table}\nfrom = 2020-01-31T{written}\nto = 2020-01-31T{written}").withdrawn
    assert withdrawn.start == withdrawn.end == datetime(2020, 1, 31, utc, tzinfo=UTC)


WRONG = {
    "timezone =": "not valid TOML",
    "timezone = 1": "timezone is 1, which is of the wrong type",
    'timezone = "Europe/Szeged"': "timezone is 'Europe/Szeged'; this time zone is unknown",
    'timezone = "CEST"': "timezone is 'CEST'; this time zone is unknown",
    'timezone = "localtime"': "this is whatever zone a machine is in",
    'timezone = "Factory"': "this is whatever zone a machine is in",
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
    'encoding = "cp9999"': "encoding is 'cp9999'; this encoding is unknown",
    'encoding = "base64"': "encoding is 'base64'; this encoding is unknown",
    'encoding = "a\\u0000b"': "is unknown",
    'dialect = ";"': "dialect is ';'",
    'dialect = { delimiter = "/" }': "delimiter is '/'",
    'dialect = { decimal = ";" }': "decimal is ';'",
    'dialect = { quote = "x" }': "[dialect] has the unknown key 'quote'",
    'dialect = { delimiter = ",", decimal = "," }': "cannot be both",
    'source_ids = "12982"': "source_ids is '12982'",
    "source_ids = [12982]": "source_ids[1] is 12982, which is of the wrong type; it must be a text",
    'source_ids = [""]': "source_ids[1] is ''; it must not be empty",
    'aliases = { "Luft" = "temperature" }': "aliases.Luft is 'temperature'; there is no such column",
    'aliases = { "Luft" = ["temperature_c"] }': "there is no such column",
    'aliases = ["Luft"]': "aliases is ['Luft']",
    'units = { temperature = "F" }': "[units] has the unknown key 'temperature'; known keys are temperature_c",
    'units = { temperature_c = "R" }': "units.temperature_c is 'R'; this unit is not known; known for temperature_c are K, degC, degF",
    "units = { temperature_c = 1 }": "units.temperature_c is 1; this unit is not known",
    "limits.temperature = { fail = [0, 1] }": "[limits] has the unknown key 'temperature'; known keys are temperature_c",
    "limits.temperature_c = 5": "limits.temperature_c is 5, which is of the wrong type; it must be a table",
    "limits.temperature_c = { fail = [1, 0] }": "limits.temperature_c.fail is [1, 0]",
    "limits.temperature_c = { fail = [1] }": "limits.temperature_c.fail is [1]",
    "limits.temperature_c = { rate = 0 }": "limits.temperature_c.rate is 0",
    "limits.temperature_c = { slope = 1 }": "[limits.temperature_c] has the unknown key 'slope'; known keys are fail, suspect",
    "limits.temperature_c = { fail = [-10, 10] }": "fail is [-10, 10]; the suspect span, [-60, 50] by default, must lie within it",
    "limits.temperature_c = { fail = [-60, 40], suspect = [-30, 45] }": "suspect is [-30, 45]; it must lie within the fail span, [-60, 40]",
    "limits.temperature_c = { fail = [-20, 50], suspect = [-30, 45] }": "suspect is [-30, 45]; it must lie within the fail span, [-20, 50]",
    "limits.temperature_c = { suspect = [-30, 69] }": "suspect is [-30, 69]; it must lie within the fail span, [",
    "wind = { turbine = 5 }": "turbine is 5",
    "wind = { hub_height_m = 1000 }": "within 5..300",
    "fresh_hours = 0": "within 1..8784",
    "degree_days = { heating_base_c = 100 }": "within -20..40",
    "degree_days = { heating_limit_c = 15 }": "degree_days.heating_limit_c needs heating_base_c beside it",
    "degree_days = { heating_base_c = 15, heating_limit_c = 18 }": "heating_limit_c is 18; it must not lie above heating_base_c",
    "degree_days = { cooling_base_c = 24, cooling_limit_c = 21 }": "cooling_limit_c is 21; it must not lie below cooling_base_c",
    "wind = { height = 10 }": "[wind] has the unknown key 'height'",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_setting_is_told_with_the_file_and_the_key(text):
    with pytest.raises(UserError) as caught:
        settings(text)
    message = str(caught.value)
    assert "szeged/station.toml" in message and WRONG[text] in message
    assert re.search(r"line 1|end of document", message) and message.endswith(".") and "\n" not in message


# What no key of the file has: where the settings come from, what came with them, and the profile that `format` may be.
_NOT_KEYS = {"source", "version", "profiles", "profile_errors", "has_timezone", "format_profile"}


def test_every_setting_has_a_rule_and_every_rule_a_setting():
    assert {f.name for f in fields(StationSettings)} - _NOT_KEYS == set(StationFile.model_fields)


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


# The zone and the units do not change a row, but what is told of it.
READER = {
    "aliases", "encoding", "dialect", "source_ids", "units", "timezone", "has_timezone", "standard_time", "timestamp_format",
    "date_order", "missing", "format", "format_profile", "bulletin_date",
}  # fmt: skip
OTHER_VALUES = {
    "aliases": {"Luft": "temperature_c"},
    "encoding": "cp1250",
    "dialect": Dialect(delimiter=";"),
    "source_ids": ("12982",),
    "units": {"temperature_c": "degF"},
    "limits": LIMITS,
    "wind": WindSettings(5.0),
    "live": True,
    "has_timezone": True,
    "standard_time": True,
    "missing": ("-99",),
    "format_profile": packaged()[0],
}


@pytest.mark.parametrize("name", [f.name for f in fields(StationSettings)])
def test_only_what_decides_how_a_file_is_cut_makes_it_be_read_again(name):
    changed = replace(StationSettings(), **{name: OTHER_VALUES.get(name, "something else")})
    same = manifest.reader_key(changed) == manifest.reader_key(StationSettings())
    assert same == (name not in READER)


def test_a_file_that_is_no_toml_is_told_with_its_line():
    with pytest.raises(UserError) as caught:
        settings('timezone = "\n')
    assert re.search(r"line \d+", str(caught.value))


def test_the_station_toml_of_the_readme_can_be_used():
    text = re.search(r"```toml\n(timezone.*?)```", (CHECKOUT / "README.md").read_text("utf-8"), re.S)[1]
    read_settings = parse_settings(text, source="README", version="1")
    assert read_settings.site.place == (46.25, 20.10) and read_settings.degree_days.heating_limit_c == 15
