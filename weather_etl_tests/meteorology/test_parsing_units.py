"""How numbers of a landing file are read: units of the header, separators and decimal marks."""

import pytest

from weather_etl.meteorology.reasons import Reason
from weather_etl_tests.meteorology.making import cells, csv, observed
from weather_etl_tests.meteorology.parsing import HEADER, column, parse_csv, rejection

UNITS = [
    ("Apparent Temperature", "apparent_temperature_c", "50", {"": 50, "(C)": 50, "(°C)": 50, "[degC]": 50, "(F)": 10, "(°F)": 10}),
    ("Apparent Temperature", "apparent_temperature_c", "300.15", {"(K)": 27, "(kelvin)": 27}),
    ("Dew Point", "dew_point_c", "-4", {"": -4, "(C)": -4, "(F)": -20}),
    ("Humidity", "humidity_percent", "0.5", {"": 50, "(0-1)": 50, "(fraction)": 50}),
    ("Humidity", "humidity_percent", "50", {"(%)": 50, "[percent]": 50}),
    ("Wind Speed", "wind_speed_ms", "36", {"": 10, "(km/h)": 10, "(kmh)": 10, "(m/s)": 36, "(m s-1)": 36}),
    ("Wind Speed", "wind_speed_ms", "10", {"(kn)": 5.14444, "(knots)": 5.14444, "(kt)": 5.14444, "(mph)": 4.4704}),
    ("Wind Gust", "wind_gust_ms", "36", {"": 10, "(m/s)": 36, "(kts)": 18.519984}),
    ("Wind Bearing", "wind_direction_deg", "90", {"": 90, "(degrees)": 90, "(deg)": 90, "(°)": 90}),
    ("Visibility", "visibility_km", "10", {"": 10, "(km)": 10, "(mi)": 16.09344, "(miles)": 16.09344, "(m)": 0.01}),
    ("Pressure", "pressure_msl_hpa", "1000", {"": 1000, "(millibars)": 1000, "(hPa)": 1000, "(mb)": 1000}),
    ("Pressure", "pressure_msl_hpa", "30", {"(inHg)": 1015.917}),
    ("Pressure", "pressure_msl_hpa", "100000", {"(Pa)": 1000}),
    ("Station Pressure", "pressure_station_hpa", "100", {"(kPa)": 1000}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "variable", "text", "unit", "expected"),
    [(n, v, t, u, e) for n, v, t, units in UNITS for u, e in units.items()],
)
def test_the_unit_in_a_header_is_obeyed(name, variable, text, unit, expected):
    assert observed(cells(f"{name} {unit}", text)).validated[variable][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("header", "expected"), [("temperature_c", 50), ("Temperature (F)", 10)])
def test_the_unit_of_the_temperature_is_obeyed(header, expected):
    data = csv("2020-01-01T00Z", header="x").replace(b"x", f"Time,{header}".encode()).replace(b"00Z", b"00:00Z,50")
    assert observed(data).validated["temperature_c"][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("wind_speed_ms", "10", 10),
        ("humidity_percent", "50", 50),
        ("visibility_km", "10", 10),
        ("wind_gust_ms", "9", 9),
    ],
)
def test_our_own_column_names_carry_their_unit(name, text, expected):
    assert observed(cells(name, text)).validated[name][0] == expected


@pytest.mark.parametrize(
    "names", ["Time,Temperature (R)", "Time,Temperature (R),Humidity (%)", "Time,Wind Speed (Bft)"]
)
def test_an_unknown_unit_of_the_temperature_or_of_all_there_is_rejects_the_file(names):
    assert rejection(csv(header=names)).reason is Reason.UNIT_UNKNOWN


@pytest.mark.parametrize("header", ["Wind Speed (Bft)", "Pressure (psi)", "Visibility (furlong)", "Humidity (g/kg)"])
def test_another_column_in_an_unknown_unit_is_left_out_and_the_way_out_is_told(header):
    parsed = parse_csv(csv("2020-01-01T00:00Z,7,3", header=f"Time,Temperature (C),{header}"))
    said = next(w for w in parsed.warnings if "is not read" in w)
    assert set(parsed.columns) == {"temperature_c"} and "units = {" in said and f'"{header}" = "ignore"' in said


def test_a_time_column_in_utc_is_not_read_in_the_zone_of_the_station():
    data = csv("2020-07-01 12:00,5", header="Time (UTC),Temperature")
    assert observed(data, timezone="Europe/Budapest").validated["timestamp"][0].hour == 12


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_separator_is_found_in_the_header(separator):
    data = csv("t,s,1", header=HEADER).replace(b",", separator.encode())
    parsed = parse_csv(data)
    assert (parsed.delimiter, column(parsed, "temperature_c")) == (separator, ["1"])


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_decimal_comma_is_read_where_the_separator_leaves_it_free(separator):
    data = cells("Visibility (km)", "9,5").replace(b",5,", b",5.0,")
    data = data.replace(b'"9,5"', b"#").replace(b"5.0", b"~").replace(b",", separator.encode())
    assert observed(data.replace(b"#", b"9,5").replace(b"~", b"5,0")).validated["visibility_km"][0] == 9.5


def test_one_comma_among_many_points_is_a_slip():
    assert (
        parse_csv(csv("t;1,5;9.5", *(f"t;{n}.5;9.5" for n in range(20)), header="Time;Temperature;Visibility")).decimal
        == "."
    )


def test_columns_with_a_comma_and_others_with_a_point_are_both_read():
    validated = observed(
        csv("2020-01-01T00:00Z;1,5;1013.2", header="Time;Temperature (C);Sea Level Pressure (hPa)")
    ).validated
    assert (validated["temperature_c"][0], validated["pressure_msl_hpa"][0]) == (1.5, 1013.2)


def test_a_comma_inside_text_is_no_decimal_mark():
    assert parse_csv(csv("t;1;10,20 km", header="Time;Temperature;Summary")).decimal == "."


def test_whole_numbers_need_no_decimal_mark():
    assert observed(csv("2020-01-01T00:00Z;7", header="Time;Temperature")).validated["temperature_c"][0] == 7
