"""What a row means: times, cells, flags, duplicates, and where every line went."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import observations, schemas
from weather_etl.meteorology.cell_states import NULL_TOKENS
from weather_etl.meteorology.quality import LIMITS, VARIABLES
from weather_etl.meteorology.readings import Reading
from weather_etl_tests.meteorology import field
from weather_etl_tests.meteorology.damage import seeds_of_damage
from weather_etl_tests.meteorology.making import LANDED_AT, TEMPERATURE, TIME, File, cells, csv, observed, raw_of

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
OPTIONAL = [v for v in VARIABLES if v != "temperature_c"]


def times(*texts: str, timezone: str = "UTC", **options) -> list[str]:
    """The hours of the observations that a file with these times gives."""
    validated = observed(
        File(csv(*(f"{t},{5 + i}" for i, t in enumerate(texts))), **options), timezone=timezone
    ).validated
    return [f"{t:%Y-%m-%dT%HZ}" for t in validated["timestamp"]]


def reasons(*texts: str, timezone: str = "UTC", **options) -> list[str]:
    """Why rows with these times were quarantined."""
    data = csv(*(f"{t},{5 + i}" for i, t in enumerate(texts)), *(f"2019-01-01T{h:02}:00Z,1" for h in range(24)))
    return observed(File(data, **options), timezone=timezone).quarantined["reason"].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-01 14:00:00.000 +0200",
        "2020-07-01 14:00:00 +02:00",
        "2020-07-01T14:00+0200",
        "2020-07-01 14:00:00+02",
        "2020-07-01T12:00:00Z",
        "2020-07-01T12:00:00.000000Z",
        "2020-07-01T12:00z",
        " 2020-07-01 12:00 Z ",
        "2020-07-01 08:30 -0330",
        "2020-07-01T120000Z",
    ],
)
def test_an_offset_in_the_text_wins_over_the_zone_of_the_station(text):
    assert times(text, timezone="America/New_York") == ["2020-07-01T12Z"]


@pytest.mark.parametrize("text", ["2020-07-01 14:00", "2020-07-01T14:00", "2020-07-01 14:00:00.000", "2020-07-01 14"])
def test_a_time_without_an_offset_is_in_the_zone_of_the_station(text):
    assert times(text, timezone="Europe/Budapest") == ["2020-07-01T12Z"]


def test_times_with_and_without_offset_may_stand_in_one_file():
    texts = ("2020-07-01 14:00", "2020-07-01 13:00:00.000 +0000", "2020-07-01T16:00+02")
    assert times(*texts, timezone="Europe/Budapest") == ["2020-07-01T12Z", "2020-07-01T13Z", "2020-07-01T14Z"]


def test_one_hour_with_two_offsets_is_two_hours():
    assert times("2020-10-25 02:00:00.000 +0200", "2020-10-25 02:00:00.000 +0100") == [
        "2020-10-25T00Z",
        "2020-10-25T01Z",
    ]


AUTUMN = ("2020-10-25 01:00", "2020-10-25 02:00", "2020-10-25 02:00", "2020-10-25 03:00")
AUTUMN_UTC = ["2020-10-24T23Z", "2020-10-25T00Z", "2020-10-25T01Z", "2020-10-25T02Z"]


def temperatures(*rows: str, timezone: str) -> dict[str, float]:
    validated = observed(csv(*rows), timezone=timezone).validated
    return {f"{t:%Y-%m-%dT%HZ}": x for t, x in zip(validated["timestamp"], validated["temperature_c"], strict=True)}


def test_the_hour_that_occurs_twice_is_told_by_the_order_of_the_rows():
    by_time = temperatures(*(f"{t},{i}" for i, t in enumerate(AUTUMN)), timezone="Europe/Budapest")
    assert by_time == dict(zip(AUTUMN_UTC, [0, 1, 2, 3], strict=True))


def test_the_hour_that_occurs_twice_is_told_by_the_order_of_the_rows_where_the_newest_come_first():
    by_time = temperatures(*(f"{t},{i}" for i, t in reversed(list(enumerate(AUTUMN)))), timezone="Europe/Budapest")
    assert by_time == dict(zip(AUTUMN_UTC, [0, 1, 2, 3], strict=True))


def test_half_hours_that_occur_twice_are_told_by_the_order_of_the_rows():
    clock = ("01:30", "02:00", "02:40", "02:00", "02:40", "03:00")
    by_time = temperatures(*(f"2020-10-25 {t},{i}" for i, t in enumerate(clock)), timezone="Europe/Budapest")
    assert by_time == {"2020-10-25T00Z": 1, "2020-10-25T01Z": 3, "2020-10-25T02Z": 5}


def test_half_an_hour_that_occurs_twice_is_told_by_the_order_of_the_rows():
    by_time = temperatures(
        "2021-04-04 01:00,0", "2021-04-04 01:30,1", "2021-04-04 01:30,2", timezone="Australia/Lord_Howe"
    )
    assert by_time == {"2021-04-03T14Z": 0, "2021-04-03T15Z": 2}


def test_an_hour_that_occurs_twice_but_stands_once_is_ambiguous():
    assert reasons("2020-10-25 01:00", "2020-10-25 02:00", timezone="Europe/Budapest") == ["TIMESTAMP_AMBIGUOUS"]


def test_an_hour_that_occurs_twice_but_stands_three_times_is_ambiguous():
    assert reasons(*["2020-10-25 02:00"] * 3, timezone="Europe/Budapest") == ["TIMESTAMP_AMBIGUOUS"] * 3


def test_an_ambiguous_hour_of_one_year_leaves_those_of_other_years_alone():
    texts = (*AUTUMN, "2021-10-31 01:00", "2021-10-31 02:00", "2021-10-31 03:00")
    found = times(*texts, timezone="Europe/Budapest")
    assert found == [*AUTUMN_UTC, "2021-10-30T23Z", "2021-10-31T02Z"]


def test_an_hour_that_does_not_exist_is_quarantined():
    assert reasons("2020-03-29 02:30", timezone="Europe/Budapest") == ["TIMESTAMP_NONEXISTENT"]


@pytest.mark.parametrize("text", ["", "null", "NA", "n/a", "NaN", "M", "-", "-9999", "  "])
def test_a_row_without_a_time_is_quarantined(text):
    assert reasons(text) == ["TIMESTAMP_MISSING"]


@pytest.mark.parametrize(
    "text",
    [
        "total", "2020-02-30 00:00", "2020-13-01", "2020-01-01 24:30", "2020-01-01 12:60", "01/02/2020 00:00",
        "2020-01-01 00:00 BST", "1577836800", "2020-01-01 00:00 +9900", "20200101",
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_quarantined(text):
    assert reasons(text) == ["TIMESTAMP_INVALID"]


@pytest.mark.parametrize("text", ["1849-12-31T23:59:59Z", "0001-01-01T00:00Z", "1700-01-01 00:00:00.000 +0000"])
def test_a_time_before_1850_is_quarantined(text):
    assert reasons(text) == ["TIMESTAMP_OUT_OF_RANGE"]


def test_the_first_hour_of_1850_is_read():
    assert times("1850-01-01T00:00Z") == ["1850-01-01T00Z"]


@pytest.mark.parametrize("text", ["2024-01-01T01:00:00.001Z", "2024-01-01 03:00:00.001 +0200", "9999-12-31T00:00Z"])
def test_a_time_more_than_an_hour_after_landing_is_quarantined(text):
    assert reasons(text, landed_at=LANDED_AT) == ["TIMESTAMP_OUT_OF_RANGE"]


def test_a_time_an_hour_after_landing_is_read():
    assert times("2024-01-01T01:00:00Z", landed_at=LANDED_AT) == ["2024-01-01T01Z"]


@pytest.mark.parametrize(
    ("text", "slot"),
    [("11:29:59", 11), ("11:30", 12), ("11:31", 12), ("12:00", 12), ("12:29:59.999", 12), ("12:30", 13)],
)
def test_a_report_belongs_to_the_nearest_hour_half_up(text, slot):
    assert times(f"2020-01-01T{text}Z") == [f"2020-01-01T{slot}Z"]


def test_reports_before_1970_belong_to_the_nearest_hour_too():
    assert times("1950-01-01T11:30Z", "1950-01-01T12:40Z") == ["1950-01-01T12Z", "1950-01-01T13Z"]


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


NOON = "2020-01-01T12:00Z"
LATER = LANDED_AT + timedelta(hours=1)


def accounts(tables) -> tuple[int, int, int, int]:
    b = tables.balance
    return b.kept, b.identical_duplicates, b.superseded, b.quarantined


def test_identical_rows_collapse_and_are_counted():
    tables = observed(csv(*[f"{NOON},5"] * 3))
    assert (accounts(tables), tables.validated["line"].tolist()) == ((1, 2, 0, 0), [4])


def test_rows_are_identical_by_what_they_mean():
    rows = [f"{NOON},5,rain,null", "2020-01-01 13:00:00 +0100,5.0, RAIN ,-9999"]
    tables = observed(csv(*rows, header="Time,Temperature,Precip Type,Pressure"))
    assert accounts(tables) == (1, 1, 0, 0)


@pytest.mark.parametrize("other", ["6,rain,Clear", "5,snow,Clear", "5,rain,Foggy"])
def test_in_one_file_the_later_line_wins_and_the_loser_is_quarantined(other):
    rows = [f"{NOON},{other},1000", f"{NOON},5,rain,Clear,1000"]
    tables = observed(csv(*rows, header="Time,Temperature,Precip Type,Summary,Pressure"))
    assert tables.validated["line"].tolist() == [3]
    assert tables.quarantined[["reason", "line"]].values.tolist() == [["CONFLICT", 2]]


@pytest.mark.parametrize("number", ["4", "0"])
def test_a_cell_that_is_no_number_contradicts_the_number_of_a_later_row(number):
    good = [f"2020-01-01T{h:02}:00Z,{5 + h % 3},{h % 4}" for h in range(12)]
    twice = [f"2020-01-02T00:00Z,5,{text}" for text in ("abc", number)]
    tables = observed(csv(*good, *twice, header=f"{TIME},{TEMPERATURE},Wind Speed (m/s)"))
    assert tables.quarantined[["reason", "line"]].values.tolist() == [["CONFLICT", 14]]
    assert tables.balance.identical_duplicates == 0


def test_kept_values_that_differ_from_a_conflicting_row_are_suspect_and_the_others_are_not():
    rows = [f"{NOON},6,1000", f"{NOON},5,1000", "2020-01-01T13:00Z,5,1000"]
    validated = observed(csv(*rows, header="Time,Temperature,Pressure")).validated
    assert validated["temperature_c_qc"].tolist() == [3, 1] and validated["pressure_msl_hpa_qc"].tolist() == [1, 1]


def test_a_conflict_is_an_event_of_the_value_that_lost():
    rows = [f"{NOON},6,1000", f"{NOON},5,1000"]
    events = observed(csv(*rows, header="Time,Temperature,Pressure")).events
    assert events[["variable", "test", "flag", "original_value", "line"]].values.tolist() == [
        ["temperature_c", "duplicate_conflict", 3, 6.0, 2]
    ]


def test_a_value_that_fails_does_not_win_over_a_good_one_of_the_same_time():
    rows = [f"{NOON},5,1000", f"{NOON},5,0"]
    validated = observed(csv(*rows, header="Time,Temperature,Pressure")).validated
    assert validated[["pressure_msl_hpa", "pressure_msl_hpa_qc"]].values.tolist() == [[1000, 3]]


def test_a_conflict_over_the_direction_of_a_calm_is_no_event():
    rows = [f"{NOON},5,0,90", f"{NOON},5,0,0"]
    tables = observed(csv(*rows, header="Time,Temperature,Wind Speed,Wind Bearing"))
    assert tables.events.empty and tables.validated["wind_direction_deg_qc"].tolist() == [9]


def test_a_conflicting_and_an_identical_row_are_counted_apart():
    tables = observed(csv(f"{NOON},5", f"{NOON},6", f"{NOON},5", "2020-01-01T13:00Z,1", "2020-01-01T14:00Z,1"))
    assert accounts(tables) == (3, 1, 0, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_later_file_supersedes_an_earlier_one_and_is_no_conflict(order):
    files = [File(csv(f"{NOON},6"), "szeged/b.csv"), File(csv(f"{NOON},5"), "szeged/a.csv", LATER)]
    tables = observed(*(files[i] for i in order))
    assert accounts(tables) == (1, 0, 1, 0) and tables.validated["temperature_c"].tolist() == [5]
    assert tables.validated["temperature_c_qc"].tolist() == [1]


def test_of_files_that_landed_together_the_later_name_wins():
    files = [File(csv(f"{NOON},6"), "szeged/b.csv"), File(csv(f"{NOON},5"), "szeged/a.csv")]
    assert observed(*files).validated["landing_file"].tolist() == ["szeged/b.csv"]


def test_the_same_row_in_two_files_is_an_identical_duplicate():
    assert accounts(observed(File(csv(f"{NOON},5")), File(csv(f"{NOON},5"), "szeged/b.csv"))) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("reports", "winner"),
    [
        (("11:50", "12:05"), "12:05"),
        (("12:05", "11:50"), "12:05"),
        (("11:50", "12:10"), "11:50"),
        (("12:10", "11:50"), "11:50"),
        (("11:30", "12:29"), "12:29"),
        (("11:59:59", "12:00", "12:00:01"), "12:00"),
    ],
)
def test_the_nearest_report_wins_and_of_two_as_near_the_earlier(reports, winner):
    tables = observed(csv(*(f"2020-01-01T{t}Z,{i}" for i, t in enumerate(reports))))
    assert tables.validated["temperature_c"].tolist() == [reports.index(winner)]


def test_a_report_that_loses_to_a_nearer_one_is_superseded():
    tables = observed(csv("2020-01-01T11:50Z,1", "2020-01-01T12:00Z,2", "2020-01-01T12:20Z,3"))
    assert accounts(tables) == (1, 0, 2, 0)


def test_the_nearest_report_wins_over_a_later_file():
    files = [File(csv("2020-01-01T12:00Z,1")), File(csv("2020-01-01T12:10Z,2"), "szeged/b.csv", LATER)]
    assert observed(*files).validated["temperature_c"].tolist() == [1]


def test_rows_come_in_time_order_whatever_the_order_of_the_lines():
    assert times("2020-01-01T05:00Z", "2020-01-01T03:00Z", "2020-01-01T04:00Z") == [
        f"2020-01-01T0{h}Z" for h in (3, 4, 5)
    ]


def test_files_of_different_units_are_read_each_in_its_own():
    files = [
        File(csv("2020-01-01T00:00Z,50", header="Time,Temperature (F)")),
        File(csv("2020-01-01T01:00Z;1,5", header="Time;Temperature (C)"), "szeged/b.csv"),
    ]
    assert observed(*files).validated["temperature_c"].tolist() == [pytest.approx(10), 1.5]


def test_an_observation_names_the_file_line_and_time_of_landing_it_came_from():
    validated = observed(File(csv(f"{NOON},5"), "szeged/x.csv", LATER)).validated
    assert validated[["landing_file", "line", "landed_at"]].values.tolist() == [
        ["szeged/x.csv", 2, pd.Timestamp(LATER)]
    ]


def test_a_refused_row_is_kept_whole():
    data = csv(
        'x,5,"say ""hi""",7', *[f"2020-01-01T{h:02}:00Z,5,s,1" for h in range(4)], header="Time,Temperature,Summary,UV"
    )
    answer = json.loads(observed(data).quarantined["raw_text"][0])
    assert answer == {"timestamp": "x", "temperature_c": "5", "summary": 'say "hi"', "rescued": {"UV": "7"}}


def test_a_rejected_file_is_one_quarantined_row_without_a_line():
    quarantined = observed(File(csv("x,5"), "szeged/bad.csv"), File(csv(f"{NOON},5"))).quarantined
    assert quarantined[["landing_file", "reason"]].values.tolist() == [["szeged/bad.csv", "ALL_ROWS_BAD"]]
    assert quarantined["line"].isna().all()


def test_a_file_of_sentinels_alone_is_rejected():
    assert (
        raw_of(File(csv(*[f"2020-01-01 {h:02}:00:00.000 +0000,-9999" for h in range(5)]))).rejected[0]["reason"]
        == "ALL_ROWS_BAD"
    )


def test_a_quarter_of_bad_rows_is_tolerated():
    assert len(observed(csv("x,5", *(f"2020-01-01T0{h}:00Z,5" for h in range(3)))).validated) == 3


def test_more_than_a_quarter_of_bad_rows_rejects_the_file():
    data = csv("x,5", "y,5", *(f"2020-01-01T0{h}:00Z,5" for h in range(5)))
    assert raw_of(File(data)).rejected[0]["reason"] == "ERROR_BUDGET"


def test_more_than_a_quarter_of_unreadable_cells_of_one_column_cost_that_column_only():
    raw = raw_of(File(cells("Visibility (km)", "a", "b", "1", "2", "3", "", "", "", "")))
    assert not raw.rejected and raw.rows.column("visibility_km").null_count == raw.rows.num_rows
    assert any("values of visibility_km are no numbers" in w for w in raw.entries[0]["warnings"])


def test_a_station_without_rows_has_empty_tables():
    tables = observed(File(b""))
    assert (len(tables.validated), len(tables.events), accounts(tables)) == (0, 0, (0, 0, 0, 0))


@pytest.mark.parametrize("table", ["validated_observations", "quality_events", "quarantined_rows"])
@pytest.mark.parametrize(
    "files", [(), (csv(),), (csv(f"{NOON},5", f"{NOON},999", "x,5", "bad", f"{NOON},1", f"{NOON},2"),)]
)
def test_whatever_comes_out_fits_the_contract(table, files):
    tables = observed(*files)
    frames = [tables.validated, tables.events, tables.quarantined]
    names = ["validated_observations", "quality_events", "quarantined_rows"]
    assert schemas.check(table, frames[names.index(table)]) == []


@pytest.mark.parametrize("seed", seeds_of_damage(20, quick=8))
def test_every_line_is_kept_identical_superseded_or_quarantined(seed):
    choose = np.random.default_rng(seed)
    files = []
    for i in range(3):
        rows = []
        for _ in range(30):
            time = f"2020-01-01T{choose.integers(0, 4):02}:{choose.choice([0, 0, 20, 50]):02}Z"
            rows.append(
                str(choose.choice([f"{time},{choose.integers(0, 3)}"] * 9 + ["x,1", f"{time},abc", f"{time},"]))
            )
        files.append(File(csv(*rows), f"szeged/{i}.csv", LANDED_AT + timedelta(hours=int(choose.integers(0, 2)))))
    tables = observed(*files)
    in_files = sum(
        30
        for f in files
        if f.name not in tables.quarantined.loc[tables.quarantined["line"].isna(), "landing_file"].tolist()
    )
    assert tables.balance.holds() and tables.balance.data_lines == in_files
    assert len(tables.validated) == tables.balance.kept == tables.validated["timestamp"].nunique()
    assert tables.quarantined["line"].notna().sum() == tables.balance.quarantined
