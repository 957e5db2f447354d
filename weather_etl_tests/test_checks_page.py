"""docs/checks.md says what the checks promise."""

import runpy

from weather_etl_tests.conftest import CHECKOUT


def test_the_page_of_the_checks_is_current() -> None:
    made = runpy.run_path(str(CHECKOUT / "docs" / "checks_page.py"))
    assert (CHECKOUT / "docs" / "checks.md").read_text("utf-8") == made["page"](), "run: python docs/checks_page.py"
