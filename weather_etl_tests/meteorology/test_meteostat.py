"""Files of Meteostat in all of its forms: bulk, with a header, split times, and JSON whole or damaged."""

import json

import pytest

from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl_tests.meteorology.making import csv, observed
from weather_etl_tests.meteorology.provider_files import (
    BULK,
    JSON,
    METEOSTAT,
    METEOSTAT_RECORDS,
    SPLIT,
    parsed,
    read,
    rescued,
    times,
    values,
)

METEOSTAT_HEADER = "time,temp,dwpt,rhum,prcp,snow,wdir,wspd,wpgt,pres,tsun,coco"


def with_header(header: str = METEOSTAT_HEADER) -> bytes:
    return csv("2008-06-29 00:00:00,22.0,16.9,73,,,200,36.0,72.0,1017.8,,1", header=header)


DATE_HOUR = csv("2008-06-29,0,22.0,16.9,36.0", header="date,hour,temp,dwpt,wspd")


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
