"""Files of no particular format, how they are laid out: comments, blank rows, blanks between cells, JSON, workbooks."""

import io
from datetime import datetime, time

import numpy as np
import pytest
import xlsxwriter

from weather_etl.meteorology import formats
from weather_etl.meteorology.formats.inspection import inspect
from weather_etl.meteorology.reasons import Rejected
from weather_etl_tests.meteorology.generic_files import HOURS, UTC_TIME, options_of, read, values
from weather_etl_tests.meteorology.making import csv


@pytest.mark.parametrize("blank", ["{time},,", ",,"])
def test_blank_rows_of_an_outage_are_no_errors(blank):
    rows = [f"2023-01-{1 + h // 24:02} {h % 24:02}:00" for h in range(48)]
    data = csv(
        *(f"{t},5,80" if h < 12 else blank.format(time=t) for h, t in enumerate(rows)),
        header="Time (UTC),Temp (C),Hum (%)",
    )
    inspection = inspect(formats.Source("a.csv", [formats.Member("a.csv", data)]), formats.Options())
    assert (inspection.reason, inspection.usable) == ("", 12)


@pytest.mark.parametrize("below", ["2023-01-31 00:00;5.5;71", "2023-01-31T00:00Z;5.5;71"])
def test_the_last_of_a_block_of_comments_may_be_the_header(below):
    parsed = formats.read_text(
        csv("# of a model", "# Time (UTC);Temperature (C);Relative Humidity", below, header="# Title: numbers")
    )
    assert {v: c[0] for v, c in parsed.columns.items()} == {
        "temperature_c": "Temperature (C)",
        "humidity_percent": "Relative Humidity",
    }


def test_a_comment_above_a_header_is_none():
    parsed = formats.read_text(csv(f"{UTC_TIME},Temperature (C)", "2023-01-31 00:00,5.5", header="# Time, Temperature"))
    assert parsed.rows.num_rows == 1 and parsed.time_names == (UTC_TIME,)


def test_blanks_may_separate_cells_if_all_lines_have_as_many_words():
    data = csv(*(f"2023-01-31  {h:02}:00   {h}.5  50" for h in range(5)), header="Date  Time  TempC  RH")
    assert values(data, "temperature_c") == [h + 0.5 for h in range(5)]
    with pytest.raises(Rejected):
        read(csv("2023-01-31T00:00 5.5 50", header="Time Wind Speed TempC RH"))


@pytest.mark.parametrize(
    "text",
    [
        '[{"time":"2023-01-31T00:00Z","temp_c":5.5,"wind_speed_kmh":36},{"time":"2023-01-31T01:00Z","temp_c":6,"wind_speed_kmh":null}]',
        '{"time":"2023-01-31T00:00Z","temp_c":5.5,"wind_speed_kmh":36}\n{"time":"2023-01-31T01:00Z","temp_c":6,"wind_speed_kmh":null}\n',
        '{"of":"x","data":{"time":["2023-01-31T00:00Z","2023-01-31T01:00Z"],"temp_c":[5.5,6],"wind_speed_kmh":[36,null]}}',
        '{"of":"x","data":[{"time":1675123200,"temp_c":5.5,"wind_speed_kmh":36},{"time":1675126800,"temp_c":6}]}',
    ],
)
def test_json_of_no_producer_is_read_by_its_names(text):
    _, cells = read(text.encode())
    assert [str(t)[:16] for t in cells.timestamp] == HOURS[:2] and cells.values["temperature_c"].tolist() == [5.5, 6]
    assert cells.values["wind_speed_ms"][0] == 10 and np.isnan(cells.values["wind_speed_ms"][1])


def test_a_row_of_units_in_a_workbook_is_obeyed_and_its_cells_of_time_are_joined():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, date, clock = (
            book.add_worksheet(),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "hh:mm"}),
        )
        sheet.write_row(0, 0, ["Date", "Time", "Temperature", "Wind Speed"])
        sheet.write_row(1, 0, ["UTC", "", "°F", "km/h"])
        for row, (hour, temperature, wind) in enumerate(((0, 50, 36), (1, 41, 18)), 2):
            sheet.write_datetime(row, 0, datetime(2023, 1, 31), date)
            sheet.write_datetime(row, 1, time(hour, 0), clock)
            sheet.write_row(row, 2, [temperature, wind])
    parsed, cells = read(buffer.getvalue())
    assert [str(t)[:16] for t in cells.timestamp] == HOURS[:2] and not parsed.assumed
    assert cells.values["temperature_c"].tolist() == [10, 5] and cells.values["wind_speed_ms"].tolist() == [10, 5]
    assert parsed.rows.column("line").to_pylist() == [3, 4]


def workbook(**sheets) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
    return buffer.getvalue()


def test_further_sheets_with_tables_are_told_until_the_station_says_which_is_meant():
    def month(number):
        return [[UTC_TIME, "Temperature (C)"], *([f"2023-{number:02}-01 {h:02}:00", number + h / 8] for h in range(24))]

    notes = [["Remark"], ["The station was moved."]]
    data = workbook(Notes=notes, January=month(1), February=month(2))
    source = formats.Source("a.xlsx", [formats.Member("a.xlsx", data)])
    inspection = inspect(source, formats.Options())
    assert inspection.rows_shown[0]["temperature_c"] == 1 and inspection.confidence == "low"
    assert any("'February' holds a table too" in w and "Notes" not in w for w in inspection.warnings)
    assert inspection.settings == ['dialect = { sheet = "January" }']
    pasted = inspect(source, formats.Options(**options_of(inspection.settings[0])))
    assert pasted.rows_shown == inspection.rows_shown and pasted.confidence == "medium"
    other = inspect(source, formats.Options(**options_of('dialect = { sheet = "February" }')))
    assert other.rows_shown[0]["temperature_c"] == 2
    gone = inspect(source, formats.Options(sheet="March"))
    assert "'March'" in gone.detail and "'January', 'February'" in gone.detail
    assert (
        inspect(
            formats.Source("b.xlsx", [formats.Member("b.xlsx", workbook(Notes=notes, A=month(1)))]), formats.Options()
        ).settings
        == []
    )
