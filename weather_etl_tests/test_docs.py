"""The documentation site builds, and its internal links lead somewhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from weather_etl_tests.conftest import CHECKOUT


class Page(HTMLParser):
    """Links and anchors of a page, and what it loads from elsewhere."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.anchors.add(attributes.get("id") or "")
        if tag == "a" and attributes.get("href"):
            self.links.append(str(attributes["href"]))
        source = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        if source and urlsplit(source).scheme in ("http", "https"):
            self.loaded.append(source)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it: a warning is an error."""
    out = tmp_path_factory.mktemp("docs")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(CHECKOUT / "docs"),
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_every_internal_link_leads_to_a_page_and_an_anchor(site: Path) -> None:
    pages = {path: Page(path) for path in site.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme or link == "#":
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            if not target.exists() or (anchor and target in pages and unquote(anchor) not in pages[target].anchors):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_the_site_loads_nothing_from_other_hosts(site: Path) -> None:
    assert [source for path in site.rglob("*.html") for source in Page(path).loaded] == []


def test_every_page_and_decision_is_in_the_table_of_contents(site: Path) -> None:
    index = (site / "index.html").read_text("utf-8")
    sources = [*(CHECKOUT / "docs").glob("*.md"), *(CHECKOUT / "docs" / "adr").glob("*.md")]
    names = [p.relative_to(CHECKOUT / "docs").with_suffix(".html").as_posix() for p in sources if p.stem != "index"]
    assert [n for n in names if f'href="{n}' not in index] == []


def test_links_read_as_words() -> None:
    """A reader is told what is there, not how its file is called."""
    pages = [CHECKOUT / "README.md", *(CHECKOUT / "docs").rglob("*.md")]
    links = {p.name: re.findall(r"\[[\w./-]+\.md\]\(", p.read_text("utf-8")) for p in pages}
    assert {name: found for name, found in links.items() if found} == {}


def test_every_command_in_the_docs_exists() -> None:
    from weather_etl.cli import app

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    known |= {g.name for g in app.registered_groups if g.name}
    text = "\n".join(p.read_text("utf-8") for p in (CHECKOUT / "docs").rglob("*.md"))
    used = set(re.findall(r"weather-etl ([a-z][a-z-]*)", text))
    assert used
    assert used - known == set()
