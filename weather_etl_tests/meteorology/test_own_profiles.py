"""Profiles of one's own: of the page that explains them, in `station.toml`, or asked for by name."""

from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import MISSING, OK
from weather_etl.meteorology.cells import read_cells
from weather_etl.meteorology.formats.registry import packaged
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.station_file import parse_settings
from weather_etl_tests.meteorology.generic_files import LATE, LOGGER
from weather_etl_tests.meteorology.making import File, csv, raw_of


def example() -> str:
    """The profile of docs/your-format.md."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "your-format.md").read_text("utf-8")
    return page.split("```toml\n", 1)[1].split("```", 1)[0]


def test_the_worked_example_of_the_page_reads_its_lines():
    from weather_etl.meteorology.formats.registry import compile_profile

    lines = b"17;2024.05.31 14:10;21,4;48;3,1;NW\n18;2024.05.31 14:20;21,6;-;2,9;NNW\n"
    profile = compile_profile(example(), name="roof_logger", origin="_formats/roof_logger.toml")
    parsed = formats.read_text(lines, formats.Options(profiles=(profile,)))
    cells = read_cells(parsed.rows, formats.reading_of(parsed.declared), "UTC")
    assert parsed.profile == "roof_logger" and str(cells.timestamp[0])[:16] == "2024-05-31T13:10"
    assert cells.values["temperature_c"].tolist() == [21.4, 21.6]
    assert cells.values["wind_direction_deg"].tolist() == [315, 337.5]
    assert cells.states["humidity_percent"].tolist() == [OK, MISSING]


def test_a_profile_in_station_toml_reads_the_station_s_files():
    settings = parse_settings(
        "[format]\nmatch = { line = '\\d+;.*' }\nheader = { names = ['n', 'time', 'temp', 'hum'] }\n"
        "text = { delimiter = ';', decimal = ',' }\ntime = { columns = ['time'], formats = ['ymd'], zone = 'UTC' }\n"
        "[[format.column]]\nto = 'temperature_c'\nname = ['temp']\nunit = 'degC'\n",
        source="station.toml", version="",
    )  # fmt: skip
    raw = raw_of(File(LOGGER, landed_at=LATE), settings=settings)
    assert not raw.rejected and raw.rows.column("temperature_c").to_pylist() == ["21,4", "21,6"]


def test_a_named_format_asks_no_other():
    with pytest.raises(Rejected) as caught:
        formats.read_text(csv("2023-01-01 00:00,5"), formats.Options(format="ndbc"))
    assert caught.value.reason is Reason.NOT_OF_FORMAT
    assert caught.value.detail.startswith("the file is not of the format 'ndbc' that station.toml names: ")


def workbook(*rows: list) -> bytes:
    with xlsxwriter.Workbook(buffer := BytesIO()) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


KINDS = {
    "text": csv("2023-01-01 00:00,5"),
    "JSON": b'{"hourly": {"time": ["2023-01-01T00:00"], "temperature_2m": [1]}}',
    "workbook": workbook(["Time", "Temperature (C)"], ["2023-01-01 00:00", 5]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("dwd_houly", "near ones are dwd_hourly, "),
        ("dwd", "near ones are dwd_"),
        ("qqqqq", "`weather-etl formats` lists all"),
    ],
)
def test_a_format_that_there_is_not_is_told_with_those_that_are_near(kind, name, meant):
    with pytest.raises(Rejected) as caught:
        formats.read_text(KINDS[kind], formats.Options(format=name))
    assert caught.value.reason is Reason.NOT_OF_FORMAT
    assert caught.value.detail.startswith(f"there is no format '{name}', which station.toml names; {meant}")
    assert caught.value.detail.endswith("`weather-etl formats` lists all")


def test_a_format_of_other_files_than_texts_is_none_of_a_text():
    named = next(p.name for p in packaged() if p.decoder == "json")
    with pytest.raises(Rejected, match="one of other files than texts"):
        formats.read_text(KINDS["text"], formats.Options(format=named))
