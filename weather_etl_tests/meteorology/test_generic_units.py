"""Files of no particular format, their numbers: units, tenths, eighths, counters, decimal marks, and numbers that mean missing."""

import numpy as np
import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import read_cells
from weather_etl.meteorology.formats import evidence
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests.meteorology.generic_files import UTC_TIME, day, left_out, options_of, read, values
from weather_etl_tests.meteorology.making import csv


@pytest.mark.parametrize("digits", [10, 20])
def test_tenths_are_asked_for_and_read_when_the_station_says_so(digits):
    data = day(f"{UTC_TIME},Temperature (C),Sea Level Pressure", lambda h: f"5,{10000 + digits + h}")
    assert "0.1 hPa" in left_out(data, "Sea Level Pressure")
    pressures = values(data, "pressure_msl_hpa", **options_of('units = { pressure_msl_hpa = "0.1 hPa" }'))
    assert pressures[0] == pytest.approx(1000 + digits / 10)


def test_a_scaled_unit_of_the_station_holds_for_files_that_were_read_before_it():
    parsed = formats.read_text(csv("2023-01-31 00:00,5,12", header=f"{UTC_TIME},Temperature (C),Visibility (km)"))
    for unit, km in (("10 m", 0.12), ("m", 0.012), ("km", 12)):
        cells = read_cells(parsed.rows, formats.reading_of(parsed.declared, units={"visibility_km": unit}), "UTC")
        assert cells.values["visibility_km"][0] == pytest.approx(km)


def test_a_visibility_of_thousands_is_not_assumed_to_be_in_kilometres():
    data = day(f"{UTC_TIME},Temperature (C),Visibility", lambda h: f"5,{h * 1000}")
    assert "no kilometres" in left_out(data, "Visibility")
    assert values(data, "visibility_km", units={"visibility_km": "m"})[3] == 3


def test_a_cloud_cover_in_eighths_is_asked_for():
    data = day(f"{UTC_TIME},Temperature (C),Cloud Cover", lambda h: f"5,{h % 9}")
    assert "eighths" in left_out(data, "Cloud Cover")
    assert values(data, "cloud_cover_percent", units={"cloud_cover_percent": "okta"})[4] == 50


@pytest.mark.parametrize(("unit", "percent"), [("okta", 50), ("1/8", 50), ("tenths", 40), ("%", 4)])
def test_a_cloud_cover_is_in_the_unit_of_its_header(unit, percent):
    data = day(f"{UTC_TIME},Temperature (C),Cloud cover ({unit})", lambda h: f"5,{h % 9}")
    assert values(data, "cloud_cover_percent")[4] == percent


def test_numbers_that_mean_missing_prove_no_unit():
    humid = day(f"{UTC_TIME},Temperature (C),Humidity", lambda h: f"5,{999 if h == 3 else 0.5 + h / 100}", n=48)
    assert values(humid, "humidity_percent")[0] == 50
    warm = day(f"{UTC_TIME},Temperature", lambda h: f"{-999 if h == 3 else 283.15}")
    assert values(warm, "temperature_c")[0] == pytest.approx(10)
    assert evidence.is_kelvin(np.array([280.0, -99.9])) and not evidence.is_kelvin(np.array([-999.0, -999.0]))


def test_temperatures_that_do_not_agree_with_the_humidity_prove_no_unit():
    t, d = np.linspace(25, 35, 30), np.linspace(0, 5, 30)
    u = 100 * np.exp(17.625 * d / (243.04 + d) - 17.625 * t / (243.04 + t))
    assert evidence.unit_by_humidity(t, d, u) == "degC" and evidence.unit_by_humidity(t, d, u + 2) is None


def test_kelvin_that_is_not_certain_is_not_called_fahrenheit():
    with pytest.raises(Rejected) as caught:
        read(day(f"{UTC_TIME},Temperature", lambda h: f"{0 if h == 3 else 283.15}"))
    assert caught.value.reason is Reason.UNIT_UNLIKELY and 'temperature_c = "K"' in caught.value.detail


def test_a_line_of_units_in_brackets_is_obeyed():
    data = csv("(UTC),(°F),(mph)", "2023-01-31 00:00,50,10", header="Time,Temperature,Wind Speed")
    assert values(data, "temperature_c") == [10] and values(data, "wind_speed_ms") == [pytest.approx(4.4704)]


def test_a_fraction_that_exceeds_saturation_is_no_percentage():
    assert values(day(f"{UTC_TIME},Temp (C),RelHum", lambda h: f"5,{0.6 + h * 0.025:.3f}"), "humidity_percent")[0] == 60


def test_megawatts_are_no_wind_speed():
    assert "no wind" in left_out(day(f"{UTC_TIME},Temp (C),Wind", lambda h: f"5,{300 + h * 70}"), "Wind")


RISING = [round(0.2 * (h % 24), 1) for h in range(48)]


@pytest.mark.parametrize("amounts", [RISING, RISING[::-1], [500 + x for x in RISING[:24]]])
def test_a_counter_of_rain_is_not_taken_for_amounts(amounts):
    data = day(f"{UTC_TIME},Temperature (C),Rain (mm)", lambda h: f"5,{amounts[h]}", n=len(amounts))
    said = left_out(data, "Rain (mm)")
    pasted = options_of("format" + said.split("format", 1)[1])
    parsed, _ = read(data, **pasted)
    assert parsed.precipitation["kind"] == "counter" and parsed.columns["precipitation_mm"][0] == "Rain (mm)"


def test_amounts_of_rain_that_rise_and_fall_are_read():
    amounts = [0, 0.2, 0.4, 0.8, 0.6, 0.2, 0, 0, 1.2, 1.4, 0.8, 0.4] * 10
    data = day(f"{UTC_TIME},Temperature (C),Rain (mm)", lambda h: f"5,{amounts[h]}", n=len(amounts))
    assert values(data, "precipitation_mm") == amounts


def test_inch_marks_behind_numbers_are_a_unit_and_no_open_quotes():
    data = day(f"{UTC_TIME},Temperature (C),Rain", lambda h: f'5,{0.25 if h % 2 else 0.5}"')
    parsed, cells = read(data)
    assert cells.values["precipitation_mm"][:2].tolist() == pytest.approx([12.7, 6.35])
    assert not parsed.assumed


def test_a_trace_of_rain_is_none_and_marked():
    data = day(f"{UTC_TIME},Temperature (C),Rain (mm)", lambda h: f"5,{'T' if h % 2 else 0.5}")
    _, cells = read(data)
    assert cells.values["precipitation_mm"][:2].tolist() == [0.5, 0] and cells.trace is not None and cells.trace[1]


def test_a_decimal_comma_makes_a_point_before_three_digits_no_decimal():
    header = f"{UTC_TIME};Temperature (C);Visibility (m);Sea Level Pressure (hPa)"
    data = day(header, lambda h: f"5,5;{'1.500' if h % 2 else '800'};1.013,2", delimiter=";")
    _, cells = read(data)
    assert cells.values["temperature_c"][0] == 5.5 and cells.values["pressure_msl_hpa"][0] == 1013.2
    seen = cells.values["visibility_km"][cells.states["visibility_km"] == OK]
    assert set(seen) == {0.8}


def test_a_whole_number_beside_grouped_decimals_is_grouped_too():
    data = day(
        f"{UTC_TIME};Temperature (C);Sea Level Pressure (hPa)",
        lambda h: f"5.5;{'1,013' if h % 2 else '1,013.2'}",
        delimiter=";",
    )
    assert values(data, "pressure_msl_hpa")[:2] == [1013.2, 1013.0]


@pytest.mark.parametrize(
    "text",
    ["Time,Temperature,Wind Speed\n\nUTC,degF,kt\n\n{}", ",degF,kt\nTime,Temperature,Wind Speed\n{}",
     "Time,Temperature,Wind Speed\nUTC,[degF],[kt]\n{}"],
)  # fmt: skip
def test_a_line_of_units_counts_behind_a_blank_line_and_above_the_header_too(text):
    rows = "\n".join(f"2023-01-31 {h:02}:00,41,10" for h in range(24))
    data = text.format(rows).encode()
    assert values(data, "temperature_c") == [pytest.approx(5.0)] * 24
    assert values(data, "wind_speed_ms") == [pytest.approx(5.14444, abs=1e-4)] * 24


@pytest.mark.parametrize("metres", ["9.999", "12.345"])
def test_metres_of_sight_in_groups_of_three_are_not_millimetres(metres):
    data = day("Time;Temperature (C);Visibility (m)", lambda h: f"{h};{metres}", delimiter=";")
    assert "may be decimals or thousands" in left_out(data, "Visibility (m)")
    assert values(data, "visibility_km", decimal=".") == [pytest.approx(float(metres) / 1000)] * 24
