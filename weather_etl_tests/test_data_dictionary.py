"""The data dictionary in docs/tables.md says what the contracts say.

After a meant change: `python docs/data_dictionary.py` writes it anew.
"""

import importlib.util
from types import ModuleType

import pytest

from weather_etl.meteorology.schemas import TABLES
from weather_etl_tests.conftest import CHECKOUT


@pytest.fixture(scope="module")
def dictionary() -> ModuleType:
    spec = importlib.util.spec_from_file_location("data_dictionary", CHECKOUT / "docs" / "data_dictionary.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(dictionary: ModuleType) -> None:
    assert dictionary.PAGE.read_text("utf-8") == dictionary.page()


def test_every_column_of_every_table_has_its_line(dictionary: ModuleType) -> None:
    page = dictionary.page()
    for table in TABLES.values():
        section = page.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        lines = [line.split("|")[1].strip(" *`") for line in section.splitlines() if line.startswith("| ")]
        assert lines[1:] == table.column_names
