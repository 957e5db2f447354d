"""`weather-etl inspect` and `formats`, as they are typed; no service is needed."""

import json
from pathlib import Path

import pytest

from weather_etl_tests.meteorology.making import csv
from weather_etl_tests.support.command import Run, in_process


@pytest.fixture
def weather_etl(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return in_process(tmp_path, capfd)


@pytest.mark.parametrize(
    ("header", "code", "says"),
    [
        ("Formatted Date,Temperature (C)", 0, "confidence high"),
        ("Time,Temperature", 1, 'units = { temperature_c = "degC" }'),
        ("a,b", 2, "rejected: COLUMN_MISSING"),
    ],
)
def test_inspect_tells_what_will_become_of_a_file_by_its_exit_code(weather_etl, tmp_path, header, code, says):
    (tmp_path / "a.csv").write_bytes(csv("2023-01-01 00:00Z,5", header=header))
    answer = weather_etl("inspect", "a.csv")
    assert (answer.returncode, says in answer.stdout, answer.stderr) == (code, True, "")


def test_a_refusal_names_what_ends_it_and_nothing_else(weather_etl, tmp_path):
    (tmp_path / "a.csv").write_bytes(
        csv("01/02/2023 00:00,5", "01/02/2023 01:00,5", header="Time (UTC),Temperature (C)")
    )
    (tmp_path / "empty.csv").write_bytes(b"")
    told = weather_etl("inspect", "a.csv").stdout
    assert 'put into station.toml what you know:\n    date_order = "dmy"' in told and "a profile to fill in" not in told
    assert "\n  not " not in weather_etl("inspect", "empty.csv").stdout
    (tmp_path / "station.toml").write_text(told.splitlines()[-1])
    assert weather_etl("inspect", "a.csv").stdout.startswith("a.csv   CSV with a header")


def test_inspect_takes_the_station_toml_beside_the_file(weather_etl, tmp_path):
    (tmp_path / "a.csv").write_bytes(csv("2023-07-01 00:00,5", header="Time,Temperature (C)"))
    (tmp_path / "station.toml").write_text('timezone = "Europe/Budapest"')
    answer = json.loads(weather_etl("inspect", "a.csv", "--json").stdout)
    assert answer["confidence"] == "medium" and answer["rows_shown"][0]["time"] == "2023-06-30 22:00Z"


def test_inspect_tries_a_profile_of_one_s_own(weather_etl, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"1;2023-01-01 00:00;5\n")
    (tmp_path / "mine.toml").write_text(
        "match = { line = '\\d+;.*' }\nheader = { names = ['n', 't', 'x'] }\ntime = { columns = ['t'], zone = 'UTC' }\n"
        "column = [{ to = 'temperature_c', name = ['x'], unit = 'degC' }]\n"
    )
    answer = json.loads(weather_etl("inspect", "a.txt", "--profile", "mine.toml", "--json").stdout)
    assert (answer["profile"], answer["confidence"]) == ("mine", "high")


def test_formats_lists_the_packaged_profiles_without_a_storage(weather_etl):
    answer = json.loads(weather_etl("formats", "--json").stdout)
    assert {"dwd_hourly", "generic"} <= {p["name"] for p in answer} and {p["origin"] for p in answer} == {"packaged"}
    assert 'title = "DWD CDC hourly"' in weather_etl("formats", "dwd_hourly").stdout
