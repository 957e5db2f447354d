"""What the package and its tests import is declared in pyproject.toml, and pinned in the files that are installed."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from weather_etl_tests.conftest import CHECKOUT

OURS = {"weather_etl", "weather_etl_tests", "benchmarks", "sample_data"}
# What a user installs, and what it can do with more; the others are for developers.
OF_USERS = ("local", "read", "bulletins", "wind", "celery", "k8s", "aca")
PINNED = {
    "requirements.txt": ("bulletins", "local"),
    "requirements-deploy.txt": ("deploy",),
    "requirements-dev.txt": ("dev",),
    "requirements-oracle.txt": ("dev", "oracle"),
}


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))


def name_of(requirement: str) -> str:
    """The normalised name of a distribution."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def declared(extras: Iterable[str]) -> set[str]:
    """Distributions of an installation with some extras."""
    project, found, left = pyproject()["project"], set(), [*pyproject()["project"]["dependencies"]]
    left += [r for e in extras for r in project["optional-dependencies"][e]]
    while left:
        requirement = left.pop()
        if ours := re.fullmatch(r"weather-etl\[(.+)\]", requirement):
            left += [r for e in ours[1].split(",") for r in project["optional-dependencies"][e]]
        else:
            found.add(name_of(requirement))
    return found


def imported(file: Path) -> Iterator[str]:
    """Modules of others that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            if top not in OURS and top not in sys.stdlib_module_names:
                yield top


@cache
def modules_in(folder: str) -> set[str]:
    return {module for file in (CHECKOUT / folder).rglob("*.py") for module in imported(file)}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("weather_etl", OF_USERS),
        ("weather_etl_tests", ("dev", "oracle")),
        ("benchmarks", ("dev", "oracle")),
        ("docs", ("dev",)),
    ],
)
def test_every_import_is_of_a_distribution_that_is_declared(folder: str, extras: tuple[str, ...]) -> None:
    known, allowed = packages_distributions(), declared(extras)
    owners = {module: {name_of(d) for d in known.get(module, [module])} for module in modules_in(folder)}
    assert {module: names for module, names in owners.items() if not names & allowed} == {}


@pytest.mark.parametrize(("file", "extras"), PINNED.items())
def test_every_declared_distribution_is_pinned(file: str, extras: tuple[str, ...]) -> None:
    pinned = {name_of(line) for line in (CHECKOUT / file).read_text("utf-8").splitlines() if "==" in line}
    assert declared(extras) - pinned == set()


def test_mypy_lets_pass_only_modules_that_are_imported() -> None:
    (override,) = pyproject()["tool"]["mypy"]["overrides"]
    assert {m.removesuffix(".*") for m in override["module"]} - modules_in("weather_etl") == set()
