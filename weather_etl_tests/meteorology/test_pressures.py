"""A column called just pressure: what tells whether it is reduced to sea level, and what is said where nothing does."""

import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import read_cells
from weather_etl.meteorology.formats import pressures
from weather_etl_tests.meteorology.making import csv

MSL, STATION = "pressure_msl_hpa", "pressure_station_hpa"


def kinds(name: str, texts: list[str], **said) -> tuple[set[str], dict[str, str]]:
    """Which kinds of pressure are read, and what is assumed."""
    rows = (f"2023-01-31 {h:02}:00,5,{t}" for h, t in enumerate(texts))
    parsed = formats.read_text(csv(*rows, header=f"Time (UTC),Temperature (C),{name}"))
    how = formats.reading_of(parsed.declared, **said)
    states = read_cells(parsed.rows, how, "UTC").states
    settings = {"units": {}, "pressure": "", "elevation_m": None} | said
    assumed = formats.still_assumed(parsed.assumed, parsed.declared, **settings)
    return {v for v in (MSL, STATION) if (states[v] == OK).all()}, assumed


@pytest.mark.parametrize(
    ("name", "taken"),
    [("Pressure", MSL), ("Barometer (hPa)", MSL), ("p (mbar)", STATION), ("Luftdruck", STATION), ("barometric_pressure", STATION)],
)  # fmt: skip
def test_a_pressure_near_that_of_the_sea_is_assumed_and_told_until_the_station_says_what_it_is(name, taken):
    states, assumed = kinds(name, ["1013", "1009"])
    assert states == {taken} and list(assumed) == ["pressure"]
    line = f'pressure = "{"msl" if taken == MSL else "station"}"'
    assert assumed["pressure"].endswith(line) and repr(name) in assumed["pressure"]
    for said, kind in (("msl", MSL), ("station", STATION)):
        assert kinds(name, ["1013", "1009"], pressure=said) == ({kind}, {})


def test_a_pressure_that_no_sea_level_has_is_that_at_the_station():
    assert kinds("Pressure (hPa)", ["822", "825"]) == ({STATION}, {})
    assert kinds("Pressure (hPa)", ["822", "825"], pressure="msl") == ({MSL}, {})


@pytest.mark.parametrize(("texts", "kind"), [(["956", "953"], STATION), (["1016", "1010"], MSL)])
def test_the_elevation_tells_what_a_pressure_is(texts, kind):
    assert kinds("Pressure", texts, elevation_m=500) == ({kind}, {})
    assert "pressure" in kinds("Pressure", texts, elevation_m=150)[1]


def test_the_elevation_that_the_file_says_tells_it_too():
    rows = (f"2023-01-31 {h:02}:00,5,955" for h in range(3))
    data = b"Elevation: 500 m\n" + csv(*rows, header="Time (UTC),T (degC),Pressure")
    parsed = formats.read_text(data)
    assert parsed.place["elevation_m"] == 500
    assert not formats.still_assumed(parsed.assumed, parsed.declared, units={}, pressure="", elevation_m=None)
    assert (read_cells(parsed.rows, formats.reading_of(parsed.declared), "UTC").states[STATION] == OK).all()


def test_one_pressure_in_two_units_is_one_pressure():
    rows = ("2023-01-31 00:00,5,1012,29.88", "2023-01-31 01:00,5,1010,29.83")
    parsed = formats.read_text(csv(*rows, header="Time (UTC),T (degC),pressure_mb,pressure_in"))
    assert MSL in parsed.columns and STATION not in parsed.columns


def test_a_pressure_that_says_what_it_is_is_believed():
    assert kinds("Station Pressure (hPa)", ["1013", "1009"]) == ({STATION}, {})
    assert kinds("Sea Level Pressure (hPa)", ["822", "825"]) == ({MSL}, {})


def test_the_standard_atmosphere_has_the_pressure_of_its_tables():
    assert pressures.judged(954.6, 500) == "station"  # ICAO: 954.6 hPa at 500 m
    assert pressures.judged(794.9, 2000) == "station"
