"""The rooms of the package: imports point one way, from what people touch down to what knows nothing of the rest.

Imports within functions and for types count too: who imports a name depends on it, whenever that happens.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from weather_etl_tests.conftest import CHECKOUT

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


def modules() -> dict[str, Path]:
    files = (CHECKOUT / PACKAGE).rglob("*.py")
    names = {".".join(f.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__"): f for f in files}
    return {name: file for name, file in names.items() if ".migrations." not in name}


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """The modules of the package that a module imports."""
    for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for full in wanted:
            found = full if full in MODULES else full.rpartition(".")[0]
            if found in MODULES and found not in (PACKAGE, name):
                yield found


@cache
def all_imports() -> dict[str, set[str]]:
    """The modules that each module imports."""
    return {name: set(imports(name)) for name in MODULES}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


@pytest.mark.parametrize("name", sorted({room(m) for m in MODULES} - {PACKAGE}))
def test_every_room_has_its_place_in_the_order(name: str) -> None:
    assert name in ORDER


def test_imports_point_down() -> None:
    place = {name: i for i, name in enumerate(ORDER)}
    upward = {
        (importer, imported)
        for importer, found in all_imports().items()
        for imported in found
        if importer != PACKAGE and place.get(room(importer), -1) > place.get(room(imported), len(ORDER))
    }
    assert not upward


def test_no_module_imports_itself_by_way_of_others() -> None:
    # A package's __init__ may import its modules, and they may import one another.
    graph = {name: {i for i in found if not name.startswith(f"{i}.")} for name, found in all_imports().items()}
    graph.pop(PACKAGE)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", sorted(m for m, f in MODULES.items() if f.name == "__init__.py" and m != PACKAGE))
def test_every_room_says_what_belongs_in_it(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8")))


def test_the_core_knows_no_service() -> None:
    strangers = {
        (name, node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for name in MODULES
        if room(name) == "meteorology"
        for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not {(n, m) for n, m in strangers if m and m.split(".")[0] in ("dagster", "azure", "sqlalchemy", "psycopg2")}


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
