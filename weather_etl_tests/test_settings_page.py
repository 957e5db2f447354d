"""docs/settings.md says what may be set, and its example sets everything.

After a meant change: `python docs/settings_page.py` writes it anew.
"""

import importlib.util
import tomllib
from types import ModuleType

import pytest

from weather_etl.settings import Settings
from weather_etl.station_file import StationFile, parse_settings
from weather_etl_tests.conftest import CHECKOUT


@pytest.fixture(scope="module")
def settings_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_page", CHECKOUT / "docs" / "settings_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(settings_page: ModuleType) -> None:
    assert settings_page.PAGE.read_text("utf-8") == settings_page.page()


def test_every_variable_has_its_line(settings_page: ModuleType) -> None:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert {n for n in names if f"\n| `{n}` |" not in settings_page.page()} == set()


def test_the_example_can_be_used_and_has_every_key(settings_page: ModuleType) -> None:
    found = parse_settings(settings_page.EXAMPLE, source="a/station.toml", version="1")
    assert (found.fresh_hours, found.thresholds.wet_mm, found.withdrawn[0].flag) == (3, 1, 4)
    written = tomllib.loads(settings_page.EXAMPLE)
    assert written.keys() == StationFile.model_fields.keys()
    for key, field in StationFile.model_fields.items():
        model = settings_page._model_of(field.annotation)
        if model is None or key == "units":
            continue
        given, wanted = written[key], model
        if key == "limits":
            given, wanted = (
                given["temperature_c"],
                settings_page._model_of(model.model_fields["temperature_c"].annotation),
            )
        given = given[0] if isinstance(given, list) else given
        assert set(given) == {f.alias or name for name, f in wanted.model_fields.items()}, key


def test_every_key_has_its_line(settings_page: ModuleType) -> None:
    page = settings_page.page()
    tables = [key for key, value in tomllib.loads(settings_page.EXAMPLE).items() if isinstance(value, dict | list)]
    keys = set(StationFile.model_fields) - {t for t in tables if f"### `[{t}" in page or f"### `[[{t}" in page}
    assert {k for k in keys if f"\n| `{k}` |" not in page} == set()
