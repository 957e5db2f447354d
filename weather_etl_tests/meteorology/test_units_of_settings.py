"""What the settings of a station say of units and of the kind of pressure, against what header and format say."""

import pytest

from weather_etl.stations import StationSettings
from weather_etl_tests.meteorology.making import cells, csv, observed
from weather_etl_tests.meteorology.provider_files import IEM, values


def test_a_unit_of_the_settings_is_used_where_the_header_names_none():
    observations = observed(cells("Wind Speed", "10"), settings=StationSettings(units={"wind_speed_ms": "kn"}))
    assert observations.validated["wind_speed_ms"][0] == pytest.approx(5.14444)


def test_a_unit_of_the_settings_overrules_the_header():
    observations = observed(cells("Wind Speed (m/s)", "10"), settings=StationSettings(units={"wind_speed_ms": "kn"}))
    assert observations.validated["wind_speed_ms"][0] == pytest.approx(5.14444)


def test_a_unit_of_the_settings_overrules_the_format():
    assert values(IEM, "temperature_c", units={"temperature_c": "K"})[0] == -223.15


@pytest.mark.parametrize(("kind", "column"), [("msl", "pressure_msl_hpa"), ("station", "pressure_station_hpa")])
def test_a_column_called_just_pressure_holds_what_the_settings_say(kind, column):
    validated = observed(cells("Pressure (hPa)", "1001.5"), settings=StationSettings(pressure=kind)).validated
    assert validated[column][0] == 1001.5
    assert validated[["pressure_msl_hpa", "pressure_station_hpa"]].notna().sum().sum() == 1


def test_a_pressure_whose_kind_the_header_names_is_left_where_it_is():
    validated = observed(cells("Sea Level Pressure", "1001.5"), settings=StationSettings(pressure="station")).validated
    assert validated["pressure_msl_hpa"][0] == 1001.5


def test_an_unreadable_pressure_fails_in_the_column_it_belongs_to():
    data = cells("Pressure", "1001", "1001", "1001", "1001", "x")
    validated = observed(data, settings=StationSettings(pressure="station")).validated
    assert validated["pressure_station_hpa_qc"].tolist() == [1, 1, 1, 1, 4]
    assert validated["pressure_msl_hpa_qc"].tolist() == [9] * 5


def test_a_pressure_beside_a_reduced_one_is_that_at_the_station():
    data = csv("2020-01-01T00:00Z,5,1001,1015", header="Time,Temperature,Pressure,Sea Level Pressure")
    validated = observed(data).validated
    assert validated[["pressure_station_hpa", "pressure_msl_hpa"]].values.tolist() == [[1001, 1015]]
