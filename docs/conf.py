"""Configuration of the documentation site; `make docs` builds it into docs/_build/html."""

from weather_etl import __version__

project = "weather_etl"
author = copyright = "The weather_etl developers"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_typehints = "none"  # the words of the docstrings say it, and these types have no page here
napoleon_use_rtype = False
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "weather_etl"
html_static_path: list[str] = []
html_theme_options = {"source_directory": "docs/"}
# Nothing is loaded from other hosts, as in the reports.
html_js_files: list[str] = []
nitpicky = True
