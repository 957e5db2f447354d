"""docs/cli.md is what the parser says."""

import runpy

from weather_etl_tests.conftest import CHECKOUT


def test_the_page_of_the_command_line_is_current() -> None:
    made = runpy.run_path(str(CHECKOUT / "docs" / "cli_page.py"))
    assert (CHECKOUT / "docs" / "cli.md").read_text("utf-8") == made["page"](), "run: python docs/cli_page.py"
