"""Files of NOAA, ISD-Lite and Global Hourly: tenths, fixed widths, composite cells and the doubts of their source."""

import pytest

from weather_etl.meteorology.formats.head import Head
from weather_etl.meteorology.formats.recognise import Fit, fit
from weather_etl.meteorology.formats.registry import packaged
from weather_etl.meteorology.formats.source import Text
from weather_etl.meteorology.observations import Observations
from weather_etl.meteorology.reasons import Reason
from weather_etl_tests.meteorology.making import observed
from weather_etl_tests.meteorology.provider_files import ISD_LITE, global_hourly, parsed, read, rescued, times, values


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", [-4.4, None, 10.5]),
        ("dew_point_c", [-8.3, -8.9, None]),
        ("pressure_msl_hpa", [1025.6, 1025.8, None]),
        ("wind_direction_deg", [260, 360, 0]),
        ("wind_speed_ms", [6.7, 6.2, 0]),
    ],
)
def test_isd_lite_is_read_in_tenths(variable, expected):
    assert values(ISD_LITE, variable) == expected


def test_isd_lite_is_in_utc():
    assert times(ISD_LITE) == ["2016-01-01T00:00", "2016-01-01T01:00", "2016-01-01T02:00"]


def test_sky_cover_and_precipitation_of_isd_lite_are_read_traces_included():
    found = read(ISD_LITE)[1]
    assert found.values["cloud_cover_percent"].tolist()[:2] == [50, 25]
    assert found.values["precipitation_mm"][:2].tolist() == [0, 0] and found.trace.tolist() == [True, False, False]
    assert values(ISD_LITE, "precipitation_6h_mm") == [None, None, 1.2]


def test_a_line_of_isd_lite_that_is_cut_is_kept_as_it_stood():
    rows = parsed(ISD_LITE + b"2016 01 01 03   -44   -8").rows
    assert rows.column("raw_text").to_pylist() == [None] * 3 + ["2016 01 01 03   -44   -8"]
    assert rows.column("refused").to_pylist()[3] == Reason.ROW_WIDTH


def test_isd_lite_with_blanks_behind_its_lines_is_read():
    assert values(ISD_LITE.replace(b"\n", b"  \n"), "temperature_c") == [-4.4, None, 10.5]


@pytest.mark.parametrize(("damaged", "told"), [(1, True), (2, False), (3, False)])
def test_a_profile_without_a_header_needs_more_than_half_of_the_lines(damaged, told):
    text = Text(b"2016 01 0\n" * damaged + ISD_LITE.splitlines(keepends=True)[0] * 2, "utf-8")
    (profile,) = (p for p in packaged() if p.name == "noaa_isd_lite")
    found = fit(profile, Head(text))
    assert isinstance(found, Fit) == told and (told or found == "its lines have another form")


def test_isd_lite_whose_first_line_is_damaged_is_still_told():
    assert parsed(b"2016 01 0\n" + ISD_LITE).profile == "noaa_isd_lite"


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", -7),
        ("dew_point_c", -10),
        ("wind_direction_deg", 30),
        ("wind_speed_ms", 5.1),
        ("wind_gust_ms", 12),
        ("visibility_km", 10),
        ("pressure_msl_hpa", 998.7),
        ("pressure_station_hpa", 997.1),
    ],
)
def test_the_composite_cells_of_global_hourly_are_read(variable, expected):
    assert values(global_hourly({}), variable) == [expected]


@pytest.mark.parametrize(
    ("name", "text", "variable"),
    [
        ("TMP", "+9999,9", "temperature_c"),
        ("DEW", "+9999,9", "dew_point_c"),
        ("WND", "999,9,V,0010,1", "wind_direction_deg"),
        ("WND", "030,1,9,9999,9", "wind_speed_ms"),
        ("VIS", "999999,9,9,9", "visibility_km"),
        ("SLP", "99999,9", "pressure_msl_hpa"),
        ("MA1", "10318,1,99999,9", "pressure_station_hpa"),
        ("MA1", "", "pressure_station_hpa"),
        ("OC1", "", "wind_gust_ms"),
    ],
)
def test_the_nines_of_global_hourly_are_missing(name, text, variable):
    assert observed(global_hourly({name: text})).validated[f"{variable}_qc"].tolist() == [9]


@pytest.mark.parametrize("code", "15A04" + "9MRUPIC")
def test_a_value_that_its_source_does_not_doubt_is_good(code):
    assert observed(global_hourly({"TMP": f"-0070,{code}"})).validated["temperature_c_qc"].tolist() == [1]


def upstream_events(observations: Observations) -> list[list[object]]:
    events = observations.events[observations.events["test"] == "upstream"]
    return events[["variable", "flag", "original_value"]].values.tolist()


@pytest.mark.parametrize("code", "26")
def test_a_value_that_its_source_suspects_is_kept_as_suspect(code):
    observations = observed(global_hourly({"TMP": f"-0070,{code}"}))
    assert observations.validated[["temperature_c", "temperature_c_qc"]].values.tolist() == [[-7, 3]]
    assert upstream_events(observations) == [["temperature_c", 3, -7]]


@pytest.mark.parametrize("code", "37")
def test_a_value_that_its_source_rejects_is_nulled_and_kept_as_an_event(code):
    observations = observed(global_hourly({"TMP": f"-0070,{code}"}))
    assert observations.validated["temperature_c"].isna().all() and observations.validated[
        "temperature_c_qc"
    ].tolist() == [4]
    assert upstream_events(observations) == [["temperature_c", 4, -7]]


def test_direction_and_speed_have_quality_codes_of_their_own():
    validated = observed(global_hourly({"WND": "030,3,N,0051,2"})).validated
    assert validated[["wind_direction_deg_qc", "wind_speed_ms_qc"]].values.tolist() == [[4, 3]]


def test_a_cell_of_global_hourly_that_is_no_number_fails_the_syntax_test():
    rows = [{}, {}, {}, {}, {"DEW": "abc,1"}]
    assert observed(global_hourly(*rows)).validated["dew_point_c_qc"].tolist() == [1, 1, 1, 1, 4]


@pytest.mark.parametrize("kind", ["SOD", "SOM", "SOD  "])
def test_the_summaries_of_global_hourly_are_no_observations(kind):
    observations = observed(global_hourly({}, {"REPORT_TYPE": kind, "DATE": "2020-01-01T23:59:00"}))
    assert observations.balance.kept == 1 and observations.quarantined["reason"].tolist() == ["SUMMARY_ROW"]


def test_what_global_hourly_has_beside_is_kept():
    assert rescued(global_hourly({}))[0]["AA1"] == "06,0001,9,1"
