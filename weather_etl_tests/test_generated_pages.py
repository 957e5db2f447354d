"""The pages of docs that scripts beside them write are current and leave nothing out.

After a meant change: `python docs/NAME.py` writes the page of that script anew.
"""

import runpy
import tomllib
from types import SimpleNamespace

import pytest

from weather_etl.meteorology.formats.registry import GENERIC, packaged
from weather_etl.meteorology.schemas import TABLES
from weather_etl.settings import Settings
from weather_etl.station_file import StationFile, parse_settings
from weather_etl_tests.conftest import CHECKOUT


def script(name: str) -> SimpleNamespace:
    """What `docs/NAME.py` defines."""
    return SimpleNamespace(**runpy.run_path(str(CHECKOUT / "docs" / f"{name}.py")))


@pytest.fixture(scope="module")
def settings_page() -> SimpleNamespace:
    return script("settings_page")


@pytest.mark.parametrize(
    "name", ["checks_page", "cli_page", "data_dictionary", "formats_page", "limits_table", "settings_page"]
)
def test_the_page_is_current(name: str) -> None:
    made = script(name)
    assert made.PAGE.read_text("utf-8") == made.page(), f"run: python docs/{name}.py"


def test_every_column_of_every_table_has_its_line() -> None:
    page = script("data_dictionary").page()
    for table in TABLES.values():
        section = page.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        lines = [line.split("|")[1].strip(" *`") for line in section.splitlines() if line.startswith("| ")]
        assert lines[1:] == table.column_names


def test_the_page_on_formats_names_every_format() -> None:
    text = script("formats_page").PAGE.read_text("utf-8")
    assert all(f"### {p.title}" in text for p in packaged() if p.name != GENERIC)


def test_every_variable_has_its_line(settings_page: SimpleNamespace) -> None:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert {n for n in names if f"\n| `{n}` |" not in settings_page.page()} == set()


def test_the_example_can_be_used_and_has_every_key(settings_page: SimpleNamespace) -> None:
    read_settings = parse_settings(settings_page.EXAMPLE, source="a/station.toml", version="1")
    assert (read_settings.fresh_hours, read_settings.thresholds.wet_mm, read_settings.withdrawn[0].flag) == (3, 1, 4)
    written = tomllib.loads(settings_page.EXAMPLE)
    assert written.keys() == StationFile.model_fields.keys()
    for key, field in StationFile.model_fields.items():
        model = settings_page.model_of(field.annotation)
        if model is None or key == "units":
            continue
        given, wanted = written[key], model
        if key == "limits":
            given, wanted = (
                given["temperature_c"],
                settings_page.model_of(model.model_fields["temperature_c"].annotation),
            )
        given = given[0] if isinstance(given, list) else given
        assert set(given) == {f.alias or name for name, f in wanted.model_fields.items()}, key


def test_every_key_has_its_line(settings_page: SimpleNamespace) -> None:
    page = settings_page.page()
    tables = [key for key, value in tomllib.loads(settings_page.EXAMPLE).items() if isinstance(value, dict | list)]
    keys = set(StationFile.model_fields) - {t for t in tables if f"### `[{t}" in page or f"### `[[{t}" in page}
    assert {k for k in keys if f"\n| `{k}` |" not in page} == set()
