"""docs/methods.md says what the code does; its table of limits: `test_generated_pages.py`."""

from weather_etl.meteorology.quality import TESTS
from weather_etl_tests.conftest import CHECKOUT


def test_every_test_is_described_in_the_order_in_which_it_is_asked():
    page = (CHECKOUT / "docs" / "methods.md").read_text("utf-8")
    section = page.partition("## The tests\n")[2].partition("### Limits")[0]
    assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == list(TESTS)
