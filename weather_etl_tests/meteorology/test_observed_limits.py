"""Which flag a value gets for its size alone: limits, zeros, clipped humidity, calms, and the events that say so."""

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import observations
from weather_etl.meteorology.quality import LIMITS, VARIABLES
from weather_etl.meteorology.readings import Reading
from weather_etl_tests.meteorology import field
from weather_etl_tests.meteorology.making import File, cells, csv, observed

HEADER_OF = {
    "temperature_c": "Temperature (C)",
    "apparent_temperature_c": "Apparent Temperature (C)",
    "dew_point_c": "Dew Point (C)",
    "humidity_percent": "Humidity (%)",
    "wind_speed_ms": "Wind Speed (m/s)",
    "wind_gust_ms": "Wind Gust (m/s)",
    "wind_direction_deg": "Wind Direction (deg)",
    "visibility_km": "Visibility (km)",
    "pressure_msl_hpa": "Pressure (hPa)",
    "pressure_station_hpa": "Station Pressure (hPa)",
    "precipitation_mm": "precipitation_mm",
    "snow_depth_cm": "Snow Depth (cm)",
    "solar_radiation_wm2": "Solar Radiation (W/m2)",
    "sunshine_min": "Sunshine (min)",
    "cloud_cover_percent": "cloud_cover_percent",
}

# limits of spec: fail low, suspect low, suspect high, fail high
SPANS = {
    "temperature_c": (-80, -60, 50, 60),
    "apparent_temperature_c": (-100, -70, 60, 80),
    "dew_point_c": (-80, -60, 30, 35),
    "humidity_percent": (1, 5, 100, 102),
    "wind_speed_ms": (0, 0, 40, 75),
    "wind_gust_ms": (0, 0, 75, 113.2),
    "wind_direction_deg": (0, 0, 360, 360),
    "visibility_km": (0, 0, 160, 160),
    "pressure_msl_hpa": (870, 940, 1080, 1085),
    "pressure_station_hpa": (300, 400, 1080, 1100),
    "precipitation_mm": (0, 0, 100, 305),
    "precipitation_long_mm": (0, 0, 300, 1825),
    "snow_depth_cm": (0, 0, 300, 1182),
    "solar_radiation_wm2": (-20, -20, 1600, 1600),
    "sunshine_min": (0, 0, 60, 60),
    "cloud_cover_percent": (0, 0, 100, 100),
}


def _around(variable: str) -> list[tuple[str, float, int]]:
    fail_low, low, high, fail_high = SPANS[variable]
    expected = {}
    for limit in SPANS[variable]:
        for x in (limit - 0.01, limit, limit + 0.01):
            x = round(x, 2)
            failed, suspect = not fail_low <= x <= fail_high, not low <= x <= high
            expected[x] = 4 if failed else 3 if suspect else 1
    return [(variable, x, flag) for x, flag in expected.items()]


def one_value(variable: str, value: float) -> observations.Observations:
    """A station with one value (a long amount is no column of ordinary files); of precipitation with two more, an hour apart, that tell its interval."""
    if variable == "precipitation_long_mm":
        columns = {"timestamp": ["2020-01-01T00:00Z"], "precipitation_24h_mm": [f"{value}"], "temperature_c": ["5"]}
        return field.observed(columns, Reading.of({}))
    return observed(cells(HEADER_OF[variable], f"{value}", *(["0", "0"] if variable == "precipitation_mm" else [])))


def test_every_variable_has_the_limits_that_are_tested_here():
    found = {v: (x.fail[0], *x.suspect, x.fail[1]) for v, x in LIMITS.items()}
    assert found == SPANS


@pytest.mark.parametrize(("variable", "value", "flag"), [case for v in SPANS for case in _around(v)])
def test_a_value_is_flagged_by_inclusive_limits(variable, value, flag):
    validated = one_value(variable, value).validated
    if variable in ("solar_radiation_wm2", "sunshine_min") and flag == 1:
        flag = 2 if value >= -4 else 3  # nothing is known of the place, and so of the sun
    if (variable, value) == ("sunshine_min", 60.01):
        flag = 2  # clipped
    assert validated[f"{variable}_qc"][0] == flag


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_failed_value_is_nulled_and_the_original_kept(variable):
    value = SPANS[variable][3] + 1
    tables = one_value(variable, value)
    events = tables.events[tables.events["variable"] == variable]
    assert np.isnan(tables.validated[variable][0]) and events["original_value"].tolist()[:1] == [value]


@pytest.mark.parametrize("variable", [v for v in VARIABLES if SPANS[v][2] < SPANS[v][3] and v != "humidity_percent"])
def test_a_suspect_value_is_kept_and_an_event(variable):
    value = SPANS[variable][2] + 0.5
    tables = one_value(variable, value)
    events = tables.events[tables.events["variable"] == variable]
    assert tables.validated[variable][0] == value and events["flag"].tolist() == [3]


@pytest.mark.parametrize("value", ["100.5", "102"])
def test_humidity_above_100_up_to_102_is_clipped_with_flag_3(value):
    tables = observed(cells("Humidity (%)", value))
    assert tables.validated[["humidity_percent", "humidity_percent_qc"]].values.tolist() == [[100, 3]]
    assert tables.events["original_value"][0] == float(value)


@pytest.mark.parametrize(("text", "value", "flag"), [("1", 100, 1), ("1.02", 100, 3), ("0.01", 1, 3), ("0.05", 5, 1)])
def test_a_humidity_fraction_meets_the_limits_in_percent(text, value, flag):
    validated = observed(cells("Humidity", text)).validated
    assert validated[["humidity_percent", "humidity_percent_qc"]].values.tolist() == [[value, flag]]


@pytest.mark.parametrize(("variable", "zero"), [("pressure_msl_hpa", "0"), ("humidity_percent", "0")])
def test_a_zero_of_a_sensor_that_is_off_fails(variable, zero):
    assert observed(cells(HEADER_OF[variable], zero)).validated[f"{variable}_qc"].tolist() == [4]


def test_an_event_says_all_about_the_value():
    events = observed(File(cells("Pressure (hPa)", "1000", "0", "930"), "szeged/x.csv")).events
    assert events.drop(columns="timestamp").values.tolist() == [
        ["szeged", "pressure_msl_hpa", "gross_range", 4, 0.0, "870..1085", "szeged/x.csv", 3],
        ["szeged", "pressure_msl_hpa", "gross_range", 3, 930.0, "940..1080", "szeged/x.csv", 4],
    ]
    assert events["timestamp"].dt.hour.tolist() == [1, 2]


def test_good_and_missing_values_are_no_events():
    assert observed(cells("Pressure (hPa)", "1000", "null", "1001")).events.empty


def test_failed_values_are_counted_by_variable():
    failed_values = observed(cells("Pressure (hPa)", "1000", "0", "0", "abc")).failed_values
    assert {v: n for v, n in failed_values.items() if n} == {"pressure_msl_hpa": 3}


def wind(*pairs: tuple[str, str]) -> pd.DataFrame:
    rows = [f"2020-01-01T{h:02}:00Z,5,{speed},{bearing}" for h, (speed, bearing) in enumerate(pairs)]
    return observed(csv(*rows, header="Time,Temperature,Wind Speed (m/s),Wind Bearing")).validated


def test_a_direction_of_360_is_0():
    assert wind(("3", "360"))[["wind_direction_deg", "wind_direction_deg_qc"]].values.tolist() == [[0, 1]]


def test_a_direction_of_0_with_wind_is_north():
    assert wind(("3", "0"))["wind_direction_deg"].tolist() == [0]


@pytest.mark.parametrize("bearing", ["0", "90", "360"])
def test_a_calm_has_no_direction(bearing):
    hours = wind(("0", bearing))
    assert np.isnan(hours["wind_direction_deg"][0]) and hours["wind_direction_deg_qc"][0] == 9


def test_calm_is_known_where_the_speed_is():
    hours = wind(("0", "0"), ("3", "90"), ("", "90"), ("99", "90"))["is_calm"]
    assert hours.astype(object).where(hours.notna(), None).tolist() == [True, False, None, None]


def test_a_direction_out_of_range_fails_even_in_a_calm():
    assert wind(("0", "400"))["wind_direction_deg_qc"].tolist() == [4]


def test_a_direction_without_a_speed_is_kept():
    assert wind(("", "90"))["wind_direction_deg"].tolist() == [90]
