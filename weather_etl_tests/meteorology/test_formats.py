"""Formats of providers: recognised by content, read in their units, kept whole; small generated files, and real ones.

The real files lie beside the checkout and are not part of it; without them their tests are skipped. Their figures were
counted with the csv and json modules alone.
"""

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from weather_etl.landing.unpacking import unpack
from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.observations import Observations, observe
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.stations import StationSettings
from weather_etl_tests.files import weather_csv
from weather_etl_tests.meteorology.damage import hurt, seeds_of_damage
from weather_etl_tests.meteorology.making import STATION, File, cells, csv, observed, raw_of

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "formats"
LANDED = datetime(2027, 1, 1, tzinfo=UTC)

IEM_HEADER = "station,valid,tmpf,dwpf,relh,drct,sknt,p01i,alti,mslp,vsby,gust,skyc1,wxcodes,feel,metar"  # as `data=all` orders them, shortened
IEM = csv(
    "EHAM,2020-05-23 00:25,50.00,41.00,71.83,240.00,10.00,0.00,30.09,1013.20,6.21,20.00,NSC,BR,50.00,EHAM 230025Z",
    "EHAM,2020-05-23 00:55,M,M,M,M,M,T,M,M,M,M,M,M,M,EHAM 230055Z",
    "EHRD,2020-05-23 00:25,59.00,M,M,0.00,0.00,M,M,M,M,M,M,M,M,EHRD 230025Z",
    header=IEM_HEADER,
)

OPEN_METEO = """latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
46.25,20.14,84.0,7200,Europe/Budapest,GMT+2

time,temperature_2m (°C),relative_humidity_2m (%),wind_speed_10m (m/s),surface_pressure (hPa),weather_code (wmo code)
2024-07-01T00:00,20.5,55,2.5,1003.1,3
2024-07-01T01:00,NaN,NaN,NaN,NaN,NaN
2024-10-27T02:00,8.5,90,1.5,1001.0,45
2024-10-27T03:00,8.0,91,1.5,1001.0,45
"""
DAILY = """
time,temperature_2m_max (°C),sunrise (iso8601)
2024-07-01,31.0,2024-07-01T04:51
2024-07-02,30.0,2024-07-02T04:52
"""

ISD_LITE = b"""2016 01 01 00   -44   -83 10256   260    67     4    -1 -9999
2016 01 01 01 -9999   -89 10258   360    62     2     0 -9999
2016 01 01 02   105 -9999 -9999     0     0 -9999     0    12
"""

GLOBAL_HOURLY_HEADER = (
    '"STATION","DATE","SOURCE","NAME","REPORT_TYPE","WND","CIG","VIS","TMP","DEW","SLP","AA1","MA1","OC1","REM"'
)


def global_hourly(*rows: dict[str, str]) -> bytes:
    usual = {
        "STATION": "01001099999", "DATE": "2020-01-01T00:00:00", "SOURCE": "4", "NAME": "JAN MAYEN, NO", "REPORT_TYPE": "FM-12",
        "WND": "030,1,N,0051,1", "CIG": "22000,1,9,N", "VIS": "010000,1,9,9", "TMP": "-0070,1", "DEW": "-0100,1", "SLP": "09987,1",
        "AA1": "06,0001,9,1", "MA1": "99999,9,09971,1", "OC1": "0120,1", "REM": "SYN",
    }  # fmt: skip
    names = [n.strip('"') for n in GLOBAL_HOURLY_HEADER.split(",")]
    lines = []
    for i, row in enumerate(rows):
        whole = {**usual, "DATE": f"2020-01-01T{i:02}:00:00", **row}
        lines.append(",".join(f'"{whole[n]}"' for n in names))
    return csv(*lines, header=GLOBAL_HOURLY_HEADER)


BULK = csv(
    "2008-06-29,0,22.0,16.9,73.0,0.0,,200.0,36.0,72.0,1017.8,,1",
    "2008-06-29,1,,,,,,,,,,,",
    "2008-06-29,12,20.8,14.9,69.0,,,,,,,,",
    header="",
)[1:]
METEOSTAT_HEADER = "time,temp,dwpt,rhum,prcp,snow,wdir,wspd,wpgt,pres,tsun,coco"
METEOSTAT_RECORDS = [
    {"time": "2008-06-29 00:00:00", "temp": 22.0, "dwpt": 16.9, "rhum": 73, "prcp": None, "wdir": 200, "wspd": 36.0, "wpgt": None, "pres": 1017.8, "coco": 1},
    {"time": "2008-06-29 01:00:00", "temp": None, "dwpt": None, "rhum": None, "prcp": None, "wdir": None, "wspd": None, "wpgt": None, "pres": None, "coco": None},
]  # fmt: skip
METEOSTAT = {"meta": {"generated": "2025-02-13 09:22:53"}, "data": METEOSTAT_RECORDS}


def parsed(data: bytes, **options) -> ParsedFile:
    return formats.read(formats.Source("a", unpack(data)), formats.Options(**options))


def read(data: bytes, timezone: str = "Europe/Budapest", **settings) -> tuple[ParsedFile, Cells]:
    parsed_file = parsed(data)
    return parsed_file, read_cells(parsed_file.rows, formats.reading_of(parsed_file.declared, **settings), timezone)


def values(data: bytes, variable: str, **settings) -> list[float | None]:
    _, found = read(data, **settings)
    return [None if np.isnan(v) else round(float(v), 6) for v in found.values[variable]]


def times(data: bytes, **settings) -> list[str]:
    return [str(t)[:16] for t in read(data, **settings)[1].timestamp]


def rescued(data: bytes) -> list[dict[str, str] | None]:
    return [r and json.loads(r) for r in parsed(data).rows.column("rescued").to_pylist()]


FORMATS = {
    "iem_asos": IEM,
    "open_meteo": OPEN_METEO.encode(),
    "noaa_isd_lite": ISD_LITE,
    "noaa_global_hourly": global_hourly({}),
    "meteostat_bulk": BULK,
    "kaggle_szeged": weather_csv(),
}


@pytest.mark.parametrize("adapter", FORMATS)
@pytest.mark.parametrize(
    "form", [bytes, gzip.compress, lambda d: b"\xef\xbb\xbf" + d, lambda d: d.replace(b"\n", b"\r\n")]
)
def test_each_format_is_told_by_its_content(adapter, form):
    assert parsed(form(FORMATS[adapter])).profile == adapter


@pytest.mark.parametrize("adapter", FORMATS)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_each_format_gives_the_same_rows_with_other_line_ends(adapter, end):
    data = FORMATS[adapter].replace(b"\r\n", b"\n")
    assert parsed(data.replace(b"\n", end.encode())).rows.to_pylist() == parsed(data).rows.to_pylist()


@pytest.mark.parametrize("adapter", FORMATS)
def test_what_a_manifest_keeps_of_a_file_is_plain_data(adapter):
    declared = parsed(FORMATS[adapter]).declared
    again = json.loads(json.dumps(declared))
    assert formats.reading_of(again) == formats.reading_of(declared)


REFUSED = {
    "GSOD": (Reason.DAILY_ONLY, '"STATION","DATE","LATITUDE","LONGITUDE","ELEVATION","NAME","TEMP","DEWP"\n"01001099999","2020-01-01","70.9","-8.6","9.0","JAN MAYEN","  21.5","  13.2"\n'),
    "daily means": (Reason.DAILY_ONLY, "Time,Temperature (C)\n2023-01-01,5.0\n2023-01-02,6.8\n2023-01-03,7.1\n"),
    "daily extremes at midnight": (Reason.DAILY_ONLY, "Time,Temp Min (C),Temp Max (C),Temperature (C)\n2023-01-01 00:00,1,5,3\n2023-01-02 00:00,2,6,4\n2023-01-03 00:00,2,6,4\n"),
    "EPW": (Reason.TYPICAL_YEAR, "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98,-87.92,-6.0,201.0\nDESIGN CONDITIONS,1\n1986,1,1,1,0,?9?9,-12.2,-16.1\n"),
    "METAR": (Reason.NO_DATE, "EHAM 230025Z 24010KT 9999 NSC 14/08 Q1019 NOSIG\nEHRD 230025Z 24010KT 9999 NSC 14/08 Q1019\n"),
    "times of day": (Reason.NO_DATE, "Time,Temperature (C)\n00:00,5.0\n01:00,5.5\n"),
    "no time": (Reason.NO_TIME, "Temperature (C),Humidity (%)\n5.0,80\n5.5,81\n"),
    "no year": (Reason.NO_YEAR, "Month,Day,Hour,Temperature (C),Humidity (%)\n1,1,0,5.0,80\n1,1,1,5.5,81\n"),
    "day or month first": (Reason.DATE_ORDER, "Time,Temperature (C)\n01/02/2020 00:00,5.0\n01/02/2020 01:00,5.5\n"),
    "Fahrenheit without a word": (Reason.UNIT_UNLIKELY, "Time,Temperature\n2020-07-01 00:00,71\n2020-07-01 01:00,70.5\n"),
    "IEM daily": (Reason.COLUMN_MISSING, "station,day,max_temp_f,min_temp_f\nAMW,2020-01-01,40,20\n"),
    "GeoJSON": (Reason.NOT_CSV, '{"type": "FeatureCollection", "features": []}'),
    "other JSON with data": (Reason.NOT_CSV, '{"data": [{"id": 1}, {"id": 2}]}'),
    "JSON with an empty name": (Reason.NOT_CSV, '{"": {"data": [1, 2]}, "data": [3]}'),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_observations_is_refused_in_one_sentence(name):
    reason, text = REFUSED[name]
    with pytest.raises(Rejected) as caught:
        parsed(text.encode())
    assert caught.value.reason == reason and "\n" not in caught.value.detail


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", [10, None, 15]),
        ("dew_point_c", [5, None, None]),
        ("humidity_percent", [71.83, None, None]),
        ("wind_direction_deg", [240, None, 0]),
        ("wind_speed_ms", [5.14444, None, 0]),
        ("wind_gust_ms", [10.28888, None, None]),
        ("visibility_km", [9.994026, None, None]),
        ("pressure_msl_hpa", [1013.2, None, None]),
        ("apparent_temperature_c", [10, None, None]),
    ],
)
def test_iem_is_read_in_fahrenheit_knots_and_miles(variable, expected):
    assert values(IEM, variable) == expected


def test_the_altimeter_setting_of_iem_is_no_pressure_but_kept():
    assert values(IEM, "pressure_station_hpa") == [None] * 3 and rescued(IEM)[0]["alti"] == "30.09"


def test_a_trace_of_precipitation_in_iem_is_zero_and_marked():
    found = read(IEM)[1]
    assert found.values["precipitation_mm"][:2].tolist() == [0, 0] and found.trace.tolist() == [False, True, False]


def test_iem_names_the_station_of_every_row():
    assert parsed(IEM).stations == ["EHAM", "EHRD"]


def test_iem_is_in_utc():
    assert times(IEM)[0] == "2020-05-23T00:25"


def test_iem_in_another_zone_says_so_in_a_comment():
    comment = b"#DEBUG: Format Typ    -> comma\n#DEBUG: Time Zone     -> America/Chicago\n"
    assert times(comment + IEM)[0] == "2020-05-23T05:25"


@pytest.mark.parametrize(("name", "time"), [("valid(UTC)", "00:25"), ("valid (Europe/Amsterdam)", "22:25")])
def test_iem_may_name_the_zone_in_the_header(name, time):
    assert times(IEM.replace(b"valid", name.encode(), 1))[0].endswith(time)


def test_iem_in_celsius_is_told_by_the_name():
    assert values(IEM.replace(b"tmpf", b"tmpc", 1), "temperature_c") == [50, None, 59]


def test_iem_separated_by_tabs_is_read():
    assert values(IEM.replace(b",", b"\t"), "temperature_c") == [10, None, 15]


def test_iem_with_both_temperatures_keeps_the_other_one():
    data = csv("EHAM,2020-05-23 00:25,10,50", header="station,valid,tmpc,tmpf")
    assert values(data, "temperature_c") == [10] and rescued(data) == [{"tmpc": "10"}]


def test_a_file_of_one_foreign_station_is_taken_as_the_station_s_with_a_warning():
    raw = raw_of(File(IEM[: IEM.index(b"EHRD,")]))
    assert not raw.rejected and "the file calls the station 'EHAM'" in "".join(raw.entries[0]["warnings"])


def test_a_file_of_several_stations_in_one_folder_is_pointed_to_the_shared_one():
    [rejection] = raw_of(File(IEM)).rejected
    assert rejection["reason"] == Reason.ALL_ROWS_BAD and "landing/_shared/" in rejection["detail"]


def test_of_a_file_of_several_stations_the_row_of_another_one_is_quarantined():
    rows = IEM.splitlines()
    many = b"\n".join([rows[0], *(rows[1].replace(b"00:25", b"%02d:25" % h) for h in range(9)), rows[3]]) + b"\n"
    observations = observed(File(many), settings=StationSettings(source_ids=("EHAM",)))
    assert observations.quarantined["reason"].tolist() == ["WRONG_STATION"] and observations.balance.kept == 9


def test_open_meteo_is_in_the_offset_of_its_block_summer_and_winter():
    assert times(OPEN_METEO.encode(), timezone="America/New_York") == [
        "2024-06-30T22:00", "2024-06-30T23:00", "2024-10-27T00:00", "2024-10-27T01:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("temperature_c", [20.5, None, 8.5, 8]),
        ("humidity_percent", [55, None, 90, 91]),
        ("wind_speed_ms", [2.5, None, 1.5, 1.5]),
        ("pressure_station_hpa", [1003.1, None, 1001, 1001]),
    ],
)
def test_open_meteo_is_read_in_the_units_of_its_header(variable, expected):
    assert values(OPEN_METEO.encode(), variable) == expected


def test_open_meteo_in_fahrenheit_and_miles_is_converted():
    data = OPEN_METEO.replace("(°C)", "(°F)").replace("(m/s)", "(mp/h)").replace("20.5,", "68,").encode()
    assert values(data, "temperature_c")[0] == 20 and values(data, "wind_speed_ms")[0] == 1.1176


def test_open_meteo_knows_the_line_of_every_row():
    assert parsed(OPEN_METEO.encode()).rows.column("line").to_pylist() == [5, 6, 7, 8]


def test_a_comment_above_the_block_of_open_meteo_is_skipped():
    assert parsed(b"# made by hand\n" + OPEN_METEO.encode()).rows.column("line").to_pylist() == [6, 7, 8, 9]


def test_the_daily_section_of_open_meteo_is_quarantined_as_a_summary():
    rows = parsed((OPEN_METEO + DAILY).encode()).rows
    assert rows.column("refused").to_pylist() == [None] * 4 + [str(Reason.SUMMARY_ROW)] * 2
    assert rows.column("line").to_pylist() == [5, 6, 7, 8, 11, 12]


def test_the_daily_section_of_open_meteo_costs_no_error_budget():
    raw = raw_of(File((OPEN_METEO + DAILY * 3).encode(), landed_at=LANDED))
    assert not raw.rejected


def test_open_meteo_with_daily_values_alone_is_rejected():
    with pytest.raises(Rejected) as caught:
        parsed((OPEN_METEO[: OPEN_METEO.index("\ntime")] + DAILY).encode())
    assert caught.value.reason is Reason.COLUMN_MISSING


TWO_PLACES = """location_id,latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
0,46.25,20.14,84.0,7200,Europe/Budapest,GMT+2
1,40.7,-74.0,10.0,-14400,America/New_York,GMT-4

location_id,time,temperature_2m (°C)
0,2024-07-01T00:00,20.5
1,2024-07-01T00:00,25.5
"""


def test_open_meteo_of_several_places_numbers_them_and_each_has_its_offset():
    parsed_file, _ = read(TWO_PLACES.encode())
    assert parsed_file.stations == ["0", "1"] and times(TWO_PLACES.encode()) == ["2024-06-30T22:00", "2024-07-01T04:00"]


def test_open_meteo_files_behind_each_other_are_told_apart_by_their_coordinates():
    other = OPEN_METEO.replace("46.25,20.14", "52.5,13.4").replace(",7200,", ",0,")
    parsed_file, cells = read((OPEN_METEO + "\n" + other).encode())
    assert parsed_file.stations == ["46.25,20.14", "52.5,13.4"]
    assert str(cells.timestamp[4])[:16] == "2024-07-01T00:00"


@pytest.mark.parametrize("offset", ["", "two", "999999", "-86400"])
def test_a_block_without_a_possible_offset_is_rejected(offset):
    with pytest.raises(Rejected) as caught:
        parsed(OPEN_METEO.replace(",7200,", f",{offset},").encode())
    assert caught.value.reason is Reason.NOT_CSV


def test_open_meteo_saved_in_cp1252_is_read():
    assert values(OPEN_METEO.encode("cp1252"), "temperature_c")[0] == 20.5


def test_a_file_with_the_names_of_open_meteo_but_no_block_is_in_the_zone_of_the_station():
    data = OPEN_METEO[OPEN_METEO.index("time,temperature") :].encode()
    assert times(data, timezone="UTC")[0] == "2024-07-01T00:00" and parsed(data).profile == "open_meteo_frame"


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


def with_header(header: str = METEOSTAT_HEADER) -> bytes:
    return csv("2008-06-29 00:00:00,22.0,16.9,73,,,200,36.0,72.0,1017.8,,1", header=header)


SPLIT = csv("2008,6,29,0,22.0,dwd,16.9,36.0", header="year,month,day,hour,temp,temp_source,dwpt,wspd")
DATE_HOUR = csv("2008-06-29,0,22.0,16.9,36.0", header="date,hour,temp,dwpt,wspd")
JSON = json.dumps(METEOSTAT).encode()


@pytest.mark.parametrize("data", [BULK, with_header(), SPLIT, DATE_HOUR, JSON])
def test_each_form_of_meteostat_gives_the_same_first_hour(data):
    parsed_file, cells = read(data)
    assert parsed_file.profile.startswith("meteostat")
    first = [round(float(cells.values[v][0]), 9) for v in ("temperature_c", "dew_point_c", "wind_speed_ms")]
    assert (str(cells.timestamp[0])[:16], *first) == ("2008-06-29T00:00", 22, 16.9, 10)


def test_the_bulk_form_of_meteostat_has_its_first_row_in_line_1():
    assert parsed(BULK).rows.column("line").to_pylist() == [1, 2, 3]


def test_the_hours_of_the_bulk_form_are_read():
    assert times(BULK) == ["2008-06-29T00:00", "2008-06-29T01:00", "2008-06-29T12:00"]


def test_the_pressure_of_meteostat_is_reduced_to_sea_level():
    assert values(BULK, "pressure_msl_hpa", pressure="station")[0] == 1017.8


def test_the_records_of_meteostat_json_are_numbered():
    assert parsed(JSON).rows.column("line").to_pylist() == [1, 2]


def test_a_record_without_a_value_is_quarantined():
    observations = observed(JSON)
    assert observations.balance.kept == 1 and observations.quarantined[["reason", "line"]].values.tolist() == [
        ["NO_MEASUREMENT", 2]
    ]


def test_the_condition_code_of_meteostat_is_kept():
    assert rescued(JSON) == [{"coco": "1"}, None]


def test_the_text_of_a_number_in_json_stays_as_it_came():
    assert parsed(JSON.replace(b"22.0", b"2.20e1")).rows.column("temperature_c").to_pylist()[0] == "2.20e1"


def test_a_record_that_is_no_object_costs_one_row():
    rows = parsed(json.dumps({**METEOSTAT, "data": [*METEOSTAT_RECORDS, 5]}).encode()).rows
    assert rows.column("refused").to_pylist() == [None, None, "ROW_WIDTH"]


def test_a_cell_that_is_a_list_fails_the_syntax_test():
    records = [{**METEOSTAT_RECORDS[0], "time": f"2008-06-29 {h:02}:00:00"} for h in range(5)]
    records[2]["pres"] = [1, 2]
    assert observed(json.dumps({"data": records}).encode()).validated["pressure_msl_hpa_qc"].tolist() == [1, 1, 4, 1, 1]


def test_json_without_a_record_gives_no_rows_and_a_warning():
    parsed_file = parsed(b'{"meta": {}, "data": []}')
    assert parsed_file.rows.num_rows == 0 and any("no record" in w for w in parsed_file.warnings)


@pytest.mark.parametrize(
    "data", [JSON[:-5], JSON[:200], b'{"data": [' + b"[" * 100_000, b'{"data": [{"time": 1' + b"0" * 5000]
)
def test_damaged_json_is_rejected(data):
    with pytest.raises(Rejected) as caught:
        parsed(data)
    assert caught.value.reason is Reason.NOT_CSV


def test_a_file_whose_names_the_station_explains_itself_is_not_taken_for_meteostat():
    data = csv("2008-06-29T00:00Z,22,50,1001,10", header="time,temp,rhum,pres,wspd")
    aliases = {"temp": "temperature_c", "wspd": "wind_speed_ms"}
    assert (parsed(data).profile, parsed(data, aliases=aliases).profile) == ("meteostat", "generic")


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


KINDS = [IEM, OPEN_METEO.encode(), (OPEN_METEO + DAILY).encode(), TWO_PLACES.encode(), ISD_LITE * 5, BULK * 4, JSON, SPLIT,
         global_hourly({}, {"REPORT_TYPE": "SOD"}, {"TMP": "+0010,3"}, {}, {})]  # fmt: skip


@pytest.mark.parametrize("seed", seeds_of_damage(10, quick=3))
def test_of_thirty_damaged_files_of_any_format_each_is_rejected_or_its_lines_are_accounted_for(seed):
    choose = random.Random(seed)
    for number in range(30):
        data = choose.choice(KINDS)
        for _ in range(choose.randint(1, 3)):
            data = hurt(choose, data)
        data = choose.choice([bytes, bytes, gzip.compress])(data)
        raw = raw_of(File(data, landed_at=LANDED))
        if raw.rejected:
            assert "\n" not in raw.rejected[0]["detail"], number
            continue
        observations = observe(raw.rows, raw.readings, [], station=STATION, timezone="Europe/Budapest")
        assert observations.balance.holds() and observations.balance.data_lines == raw.rows.num_rows, number
        lines = raw.rows.column("line").to_pylist()
        assert lines == sorted(set(lines)), number


real = pytest.mark.skipif(not REAL.exists(), reason="the real files do not lie beside the checkout")
FIGURES = {
    "iem_asos_nl_2020-05-23.csv.gz": ("iem_asos", 1390, {
        "temperature_c": (1390, None), "dew_point_c": (1390, None), "humidity_percent": (1390, None),
        "wind_direction_deg": (1387, None), "wind_speed_ms": (1390, 13371.428448), "visibility_km": (1362, 13418.790739),
        "wind_gust_ms": (49, 677.008304), "pressure_msl_hpa": (0, 0), "pressure_station_hpa": (0, 0),
    }),
    "isd_global_hourly_00702699999.csv.gz": ("noaa_global_hourly", 6843, {
        "temperature_c": (6840, 138404), "wind_direction_deg": (3075, 454350), "wind_speed_ms": (6843, 7363.8),
        "visibility_km": (6209, 60274.313), "wind_gust_ms": (357, 3109.5), "pressure_station_hpa": (0, 0),
    }),
    "isd_lite_725300-2016.gz": ("noaa_isd_lite", 8782, {
        "temperature_c": (8782, 100010.1), "dew_point_c": (8782, 48632.7), "pressure_msl_hpa": (8671, 8815658.2),
        "wind_direction_deg": (8647, 1612610), "wind_speed_ms": (8782, 38042.1),
    }),
    "meteostat_16230_2008-06.json.gz": ("meteostat_json", 720, {
        "temperature_c": (714, 18149.6), "dew_point_c": (660, 9699.9), "humidity_percent": (660, 35770),
        "wind_direction_deg": (501, 71800), "wind_speed_ms": (713, 6101 / 3.6), "wind_gust_ms": (0, 0), "pressure_msl_hpa": (232, 235061.1),
    }),
    "open_meteo_berlin.csv": ("open_meteo", 2592, {"temperature_c": (2224, 15777)}),
}  # fmt: skip


@real
@pytest.mark.parametrize("name", FIGURES)
def test_a_real_file_gives_the_figures_counted_without_us(name):
    adapter, rows, variables = FIGURES[name]
    parsed_file, cells = read((REAL / name).read_bytes())
    assert (parsed_file.profile, parsed_file.rows.num_rows) == (adapter, rows)
    for variable, (n, total) in variables.items():
        good = cells.states[variable] == OK
        assert int(good.sum()) == n, variable
        if total is not None:
            assert float(cells.values[variable][good].sum()) == pytest.approx(total, rel=1e-9), variable
    assert not np.isnat(cells.timestamp).any()


@real
def test_the_stations_of_the_real_iem_file_are_told_apart():
    parsed_file, cells = read((REAL / "iem_asos_nl_2020-05-23.csv.gz").read_bytes())
    assert len(parsed_file.stations) == 28
    schiphol = np.array(parsed_file.rows.column("station").to_pylist()) == "EHAM"
    temperatures = cells.values["temperature_c"][schiphol]
    assert (len(temperatures), temperatures.mean(), temperatures.min(), temperatures.max()) == pytest.approx(
        (48, 15, 13, 18)
    )


@real
def test_the_doubts_of_the_real_global_hourly_file_are_flags():
    _, cells = read((REAL / "isd_global_hourly_00702699999.csv.gz").read_bytes())
    assert int((cells.upstream["temperature_c"] == 3).sum()) == 4
    assert int((cells.upstream["dew_point_c"] == 3).sum()) == 24


@real
@pytest.mark.parametrize("name", [n for n in FIGURES if not n.startswith("iem")])
def test_every_line_of_a_real_file_is_accounted_for(name):
    raw = raw_of(File((REAL / name).read_bytes(), landed_at=LANDED))
    observations = observed(File((REAL / name).read_bytes(), landed_at=LANDED))
    assert observations.balance.holds() and observations.balance.data_lines == FIGURES[name][1] == raw.rows.num_rows
