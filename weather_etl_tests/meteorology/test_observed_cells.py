"""What a cell of a row means: numbers however written, texts, null tokens, and rows without a measurement."""

import numpy as np
import pytest

from weather_etl.meteorology.cell_states import NULL_TOKENS
from weather_etl_tests.meteorology.making import cells, csv, observed


@pytest.mark.parametrize("token", [*NULL_TOKENS, "NULL", "N/A", "NaN", "Na", " M ", "-9999.0", "-9999.00"])
@pytest.mark.parametrize("variable", ["temperature_c", "pressure_msl_hpa"])
def test_a_null_token_is_missing_with_flag_9(token, variable):
    header = "Formatted Date,Temperature (C),Pressure (hPa)"
    row = f"2020-01-01T00:00Z,{token},1000" if variable == "temperature_c" else f"2020-01-01T00:00Z,5,{token}"
    validated = observed(csv(row, header=header)).validated
    assert np.isnan(validated[variable][0]) and validated[f"{variable}_qc"][0] == 9


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), ("+5.5", 5.5), (" 5 ", 5), (".5", 0.5), ("5.", 5), ("-.5", -0.5), ("1e1", 10)]
)
def test_a_number_is_read_however_it_is_written(text, value):
    assert observed(cells("Temperature (C)", text)).validated["temperature_c"].tolist() == [value]


UNREADABLE = ["abc", "5 C", "--5", "inf", "-inf", "0x10", "1_0", "1e400", "5.5.5", "\u0663"]


@pytest.mark.parametrize("text", UNREADABLE)
def test_text_in_the_required_column_quarantines_the_row(text):
    tables = observed(cells("Temperature (C)", text, "1", "2", "3"))
    assert tables.quarantined[["reason", "line"]].values.tolist() == [["TYPE", 2]]


@pytest.mark.parametrize("text", UNREADABLE)
def test_text_in_an_optional_column_is_null_with_flag_4(text):
    validated = observed(cells("Visibility (km)", text, "1", "2", "3")).validated
    assert np.isnan(validated["visibility_km"][0]) and validated["visibility_km_qc"].tolist() == [4, 1, 1, 1]


def test_text_in_an_optional_column_is_an_event():
    event = observed(cells("Visibility (km)", "abc", "1", "2", "3")).events
    assert event[["variable", "test", "flag", "line"]].values.tolist() == [["visibility_km", "syntax", 4, 2]]
    assert np.isnan(event["original_value"][0])


@pytest.mark.parametrize("row", ["", "null,NA", "-,M"])
def test_a_row_without_any_measured_value_is_quarantined(row):
    rows = [f"2020-01-01T{h:02}:00Z,1,{h}" for h in range(1, 5)]
    data = csv(f"2020-01-01T00:00Z,{row or ','}", *rows, header="Formatted Date,Temperature (C),Pressure (hPa)")
    assert observed(data).quarantined["reason"].tolist() == ["NO_MEASUREMENT"]


def test_words_are_no_measurement():
    rows = [f"2020-01-01T{h:02}:00Z,1,Clear,rain" for h in range(1, 5)]
    data = csv("2020-01-01T00:00Z,,Foggy,rain", *rows, header="Formatted Date,Temperature (C),Summary,Precip Type")
    assert observed(data).quarantined["reason"].tolist() == ["NO_MEASUREMENT"]


def test_a_row_without_temperature_is_kept_if_something_else_was_measured():
    data = csv("2020-01-01T00:00Z,,1000", header="Formatted Date,Temperature (C),Pressure (hPa)")
    assert observed(data).validated[["temperature_c_qc", "pressure_msl_hpa_qc"]].values.tolist() == [[9, 1]]


def test_a_row_whose_only_value_is_out_of_range_is_kept():
    assert observed(cells("Temperature (C)", "61")).validated["temperature_c_qc"].tolist() == [4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rain", "rain"),
        ("SNOW", "snow"),
        (" Sleet ", "sleet"),
        ("none", "none"),
        ("null", None),
        ("", None),
        ("hail", None),
    ],
)
def test_a_precipitation_type_is_one_of_four_words_or_null(text, expected):
    types = observed(cells("Precip Type", text)).validated["precipitation_type"]
    assert types.astype(object).where(types.notna(), None).tolist() == [expected]


@pytest.mark.parametrize(("text", "count"), [("hail", 1), ("null", 0), ("rain", 0)])
def test_an_unknown_precipitation_type_is_a_warning(text, count):
    assert len(observed(cells("Precip Type", text)).warnings) == count


def test_the_summary_stays_as_it_came():
    assert observed(cells("Summary", " =cmd() ")).validated["summary"].tolist() == [" =cmd() "]
