"""docs/methods.md says what the code does.

After a meant change of limits: `python docs/limits_table.py` writes their table anew.
"""

import importlib.util

from weather_etl.meteorology.quality import TESTS
from weather_etl_tests.conftest import CHECKOUT


def test_the_table_of_limits_is_current():
    spec = importlib.util.spec_from_file_location("limits_table", CHECKOUT / "docs" / "limits_table.py")
    limits_table = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(limits_table)
    assert limits_table.PAGE.read_text("utf-8") == limits_table.page()


def test_every_test_is_described_in_the_order_in_which_it_is_asked():
    page = (CHECKOUT / "docs" / "methods.md").read_text("utf-8")
    section = page.partition("## The tests\n")[2].partition("### Limits")[0]
    assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == list(TESTS)
