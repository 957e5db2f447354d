"""The rooms of the package: imports point one way, from what people touch down to what knows nothing of the rest.

Imports within functions and for types count too: who imports a name depends on it, whenever that happens.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from weather_etl_tests.conftest import CHECKOUT
from weather_etl_tests.support.imports import imported_names, modules_imported

PACKAGE = "weather_etl"
# A room (or a module of its own) may import what stands below it, and nothing above.
ORDER = (
    "cli",
    "local",
    "definitions",
    "orchestration",
    "operations",
    "report",
    "serving",
    "checks",
    "neighbourhood",
    "ingestion",
    "tables",
    "landing",
    "compute_logs",
    "pooled_storage",
    "lake",
    "private_names",
    "postgres",
    "station_file",
    "station_rules",
    "toml_errors",
    "stations",
    "station_names",
    "meteorology",
    "settings",
    "toml_lines",
    "redaction",
    "digests",
    "sentences",
    "errors",
)


# What the core may know beside Python itself; the last four read a format or know a turbine.
LIBRARIES = {"numpy", "pandas", "pandera", "pyarrow", "metar", "pymetdecoder", "python_calamine", "windpowerlib"}
# Parts of Python that reach out of the process.
SERVICES_OF_PYTHON = {"asyncio", "ftplib", "http", "smtplib", "socket", "sqlite3", "subprocess", "urllib"}


def modules() -> dict[str, Path]:
    files = (CHECKOUT / PACKAGE).rglob("*.py")
    return {".".join(f.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__"): f for f in files}


MODULES = modules()


def is_package(name: str) -> bool:
    return name in MODULES and MODULES[name].name == "__init__.py"


@cache
def text(name: str) -> str:
    return MODULES[name].read_text("utf-8")


def imports(name: str, source: str) -> set[str]:
    """The modules of the package that a module with this text imports."""
    return set(modules_imported(source, name, MODULES, is_package(name)))


@cache
def all_imports() -> dict[str, set[str]]:
    """The modules that each module imports."""
    return {name: imports(name, text(name)) for name in MODULES}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def upward(name: str, found: set[str]) -> set[str]:
    """Those of the imports of a module that point up; the package itself stands above all rooms."""
    place = {room_name: i for i, room_name in enumerate(ORDER)} | {PACKAGE: -1}
    return {i for i in found if name != PACKAGE and place[room(name)] > place[room(i)]}


def own_package(name: str, found: set[str]) -> set[str]:
    """The `__init__`s around a module that it imports, although they are run before it; of `__main__` that is meant."""
    return {i for i in found if name.startswith(f"{i}.") and not name.endswith(".__main__")}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The first circle; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def strangers(name: str, source: str) -> set[str]:
    """What a module of the core imports that the core must not know."""
    tops = {base.split(".")[0] for base, _ in imported_names(source, name, is_package(name))}
    allowed = (set(sys.stdlib_module_names) - SERVICES_OF_PYTHON) | LIBRARIES | {PACKAGE}
    return tops - allowed


@pytest.mark.parametrize("name", sorted({room(m) for m in MODULES} - {PACKAGE}))
def test_every_room_has_its_place_in_the_order(name: str) -> None:
    assert name in ORDER


def test_imports_point_down() -> None:
    found = {name: upward(name, imported) for name, imported in all_imports().items()}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_module_imports_the_package_that_it_is_in() -> None:
    found = {name: own_package(name, imported) for name, imported in all_imports().items()}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = dict(all_imports())
    graph.pop(PACKAGE)
    assert circle(graph) == []


@pytest.mark.parametrize("name", sorted(filter(is_package, MODULES)))
def test_every_room_says_what_belongs_in_it_and_what_does_not(name: str) -> None:
    told = ast.get_docstring(ast.parse(text(name))) or ""
    assert re.search(r"^Belongs here: .+^Does not belong here: ", told, re.M | re.S)


def test_the_core_knows_no_service() -> None:
    found = {name: strangers(name, text(name)) for name in MODULES if room(name) == "meteorology"}
    assert {name: names for name, names in found.items() if names} == {}


SKY, FLAGS = f"{PACKAGE}.meteorology.sky", f"{PACKAGE}.meteorology.quality.flags"
MIGRATION = f"{PACKAGE}.serving.migrations.versions.0001_serving_tables"


@pytest.mark.parametrize(
    ("name", "planted", "seen"),
    [
        (SKY, "from .. import definitions", "definitions"),
        (SKY, "def f():\n    from ..cli.base import app", "cli.base"),
        (SKY, "import weather_etl.cli.base as b", "cli.base"),
        (f"{PACKAGE}.errors", "from .cli import base", "cli.base"),
        (f"{PACKAGE}.errors", "import importlib\nimportlib.import_module('weather_etl.cli.base')", "cli.base"),
        (f"{PACKAGE}.errors", "from importlib import import_module\nimport_module('.cli.base', 'weather_etl')", "cli.base"),
        (f"{PACKAGE}.errors", "def f(x):\n    import importlib\n    importlib.import_module(f'weather_etl.cli.{x}')", "cli"),
        (f"{PACKAGE}.errors", "__import__('weather_etl.cli')", "cli"),
        (f"{PACKAGE}.errors", "from weather_etl import defs", ""),
        (f"{PACKAGE}.errors", "import weather_etl", ""),
        (MIGRATION, "from weather_etl.cli.base import app", "cli.base"),
    ],
)  # fmt: skip
def test_an_import_that_points_up_is_seen_however_it_is_written(name: str, planted: str, seen: str) -> None:
    assert upward(name, imports(name, planted)) == {f"{PACKAGE}.{seen}".rstrip(".")}


@pytest.mark.parametrize(
    "planted", ["from weather_etl import __version__", "from weather_etl.digests import digest", "import json, numpy"]
)
def test_an_import_that_points_down_is_let_through(planted: str) -> None:
    assert not upward(f"{PACKAGE}.lake.blobs", imports(f"{PACKAGE}.lake.blobs", planted))


@pytest.mark.parametrize(
    "planted", ["from weather_etl.meteorology.quality import LIMITS", "from . import LIMITS", "from .. import quality"]
)
def test_a_module_that_imports_its_own_package_is_seen(planted: str) -> None:
    assert own_package(FLAGS, imports(FLAGS, planted))
    assert not own_package(FLAGS, imports(FLAGS, "from weather_etl.meteorology.quality import limits"))


def test_a_circle_within_a_room_is_seen() -> None:
    months = f"{PACKAGE}.meteorology.quality.months"
    assert months in all_imports()[f"{PACKAGE}.meteorology.cascade"]
    planted = imports(months, "def f():\n    from weather_etl.meteorology.cascade import run")
    assert months in circle({**all_imports(), PACKAGE: set(), months: planted})


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("import json, dagster", "dagster"),
        ("import redis", "redis"),
        ("def f():\n    from azure.storage import blob", "azure"),
        ("import urllib.request", "urllib"),
        ("import importlib\nimportlib.import_module('sqlalchemy')", "sqlalchemy"),
    ],
)
def test_a_service_in_the_core_is_seen(planted: str, seen: str) -> None:
    assert strangers(SKY, planted) == {seen}


def test_only_the_command_imports_the_local_services() -> None:
    importers = {name for name, found in all_imports().items() if any(room(i) == "local" for i in found)}
    assert {room(name) for name in importers} <= {"cli", "local"}


def references() -> Iterator[tuple[Path, str]]:
    """The files and rooms that the first docstring of a module sends its reader to."""
    for package in (PACKAGE, "weather_etl_tests"):
        for file in sorted((CHECKOUT / package).rglob("*.py")):
            told = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
            yield from ((file, name) for name in re.findall(r"`([\w/]+(?:\.py|/))`", told))


def test_a_module_sends_its_reader_to_files_that_are_there() -> None:
    """Named from its own room, or from one that lies around it."""
    gone = [
        f"{file.relative_to(CHECKOUT)}: {name}"
        for file, name in references()
        if not any(
            (room / name).exists()
            for room in (*file.parents[: len(file.relative_to(CHECKOUT).parts)], CHECKOUT / PACKAGE)
        )
    ]
    assert gone == []
