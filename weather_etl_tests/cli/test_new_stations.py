"""`upload` asks before it makes a new station of a name that nobody knows, where somebody is there to answer."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from weather_etl.cli import landing
from weather_etl.errors import UserError

KNOWN = SimpleNamespace(stations=["szeged", "paks"])
FILES = [Path("x.csv")]


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal is asked, who says no."""
    asked: list[str] = []
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(getattr(sys, stream), "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "confirm", lambda question, err: asked.append(question))
    return asked


def test_an_unknown_name_is_asked_for_and_no_means_no(questions: list[str]) -> None:
    with pytest.raises(UserError, match="Nothing was uploaded"):
        landing.ask_for_a_new_station(KNOWN, "debrecen", FILES, yes=False)
    assert questions == ["There is no station debrecen yet (there are szeged, paks). Make it?"]


def test_a_name_near_a_known_one_is_asked_for_even_with_its_settings(questions: list[str]) -> None:
    with pytest.raises(UserError):
        landing.ask_for_a_new_station(KNOWN, "Szeged", [Path("station.toml")], yes=False)
    assert "near is szeged" in questions[0]


@pytest.mark.parametrize(
    ("station", "files", "yes"),
    [("szeged", FILES, False), ("debrecen", FILES, True), ("debrecen", [Path("station.toml")], False)],
)
def test_a_known_name_a_yes_and_its_settings_need_no_question(questions: list[str], station, files, yes) -> None:
    assert landing.ask_for_a_new_station(KNOWN, station, files, yes=yes) == []
    assert questions == []
