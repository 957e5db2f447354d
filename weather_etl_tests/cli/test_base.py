"""What all commands share: lines that can be pasted, help that is whole, the way to the checkout."""

import sys
from pathlib import Path

import pytest

from weather_etl.cli.base import console, say, warn
from weather_etl_tests.support.command import in_process, one_sentence


def test_commands_in_what_is_printed_are_as_they_have_to_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv" / "bin" / "weather-etl")])
    line = "`weather-etl run` goes on, or weather-etl local up; this is weather-etl 0.1.0 of a/weather-etl run."
    typed = line.replace("weather-etl run`", ".venv/bin/weather-etl run`").replace(
        "or weather-etl", "or .venv/bin/weather-etl"
    )
    say(line)
    warn(line)
    console(200).print(line)
    told = capsys.readouterr()
    assert told.out == f"{typed}\n{typed}\n" and told.err == f"{typed}\n"


@pytest.mark.parametrize("group", [[], ["local"], ["db"], ["open"]])
def test_the_list_of_commands_cuts_no_sentence(
    group: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    commands = in_process(tmp_path, capfd)(*group, "--help").stdout.partition("Commands:\n")[2]
    assert commands and "..." not in commands


def test_in_another_folder_the_sentence_names_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("AZURE_STORAGE_CONNECTION_STRING", "WEATHER_ETL_ACCOUNT_URL"):
        monkeypatch.delenv(name, raising=False)
    checkout, elsewhere = tmp_path / "check out", tmp_path / "files"
    for folder in (checkout, elsewhere):
        folder.mkdir()
    monkeypatch.setattr(sys, "prefix", str(checkout / ".venv"))
    (elsewhere / "x.csv").write_text("time,temp\n")
    weather_etl = in_process(elsewhere, capfd)
    assert "cd " not in one_sentence(weather_etl("upload", "a", "x.csv"))
    (checkout / ".env").write_text("")
    assert f"`cd '{checkout}'` first." in one_sentence(weather_etl("upload", "a", "x.csv"))
